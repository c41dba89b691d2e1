"""Words for what a gate found: shared by terminal, Markdown, JUnit and annotations.

Only ids are told: of scenarios, mixes and ways. Labels of the plan appear where `labels` is given, and nowhere else.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from drillsim.escape import one_line
from drillsim.gate.decision import Decided, GateState
from drillsim.gate.verdict import FAILED, INCONCLUSIVE, GateTest, GateVerdict, GoalVerdict, WorkChange
from drillsim.quantities import clock
from drillsim.record.columns import BY_NAME

Labels = Mapping[str, str]
NO_LABELS: Labels = {}
TENTH = 0.1
"""Differences below it are told to 1 ms, so that none reads 0.0 that is not."""


def name_of(thing: str, labels: Labels = NO_LABELS) -> str:
    """Return an id on one line, with its label where labels are shown."""
    label = labels.get(thing, thing)
    return one_line(thing if label == thing else f"{thing} ({label})")


def number(value: float | None, unit: str, *, signed: bool = False) -> str:
    """Return a value in words: +11.2 s, +0.004 s, 3:42, 0.97; '' for none."""
    if value is None:
        return ""
    if unit == "s" and signed:
        decimals = 3 if 0.0 < abs(value) < TENTH else 1
        return f"{round(value, decimals) + 0.0:+.{decimals}f} s"
    if unit == "s":
        return clock(value) if abs(value) >= 60 else f"{value:.1f} s"
    return f"{value:+.3g}" if signed else f"{value:.4g}"


def state_words(test: GateTest) -> str:
    """Return the state of a test in a word or two."""
    return "drift" if test.has_drifted and test.decided.state is not GateState.FAILED else test.decided.state.value


def difference_words(decided: Decided, unit: str) -> str:
    """Return a difference with its interval, such as '+11.2 s (95 % CI +9.1 to +13.3)'; more is worse."""
    if decided.difference is None:
        return "no drill to compare"
    told = number(decided.difference, unit, signed=True)
    if decided.low is None or decided.high is None or decided.state is GateState.SAME:
        return told
    bounds = [number(value, unit, signed=True).removesuffix(" s") for value in (decided.low, decided.high)]
    return f"{told} (95 % CI {bounds[0]} to {bounds[1]})"


def short_measure(measure: str) -> str:
    """Return a few words for a measure."""
    return BY_NAME[measure].short or measure


def why_words(test: GateTest, labels: Labels = NO_LABELS) -> str:
    """Return the explanation of a test on one line: 'able to act: +11.2 s, travel +10.9 s; paths now avoid d-114'."""
    parts = [f"{short_measure(test.measure)}: {number(test.decided.difference, test.unit, signed=True)}"]
    found = test.explanation
    if found is None:
        return parts[0]
    if found.interval:
        parts[0] += f", {found.interval} {number(found.interval_s, 's', signed=True)}"
    for word, ways in (("avoid", found.avoids), ("use", found.uses)):
        if ways:
            parts.append(f"paths now {word} {', '.join(name_of(way, labels) for way in ways)}")
    return "; ".join(parts)


def drill_words(test: GateTest) -> str:
    """Return which drill shows it, and the command that tells it; '' without one."""
    found = test.explanation
    if found is None or found.replication is None:
        return ""
    was, now = number(found.before, test.unit), number(found.now, test.unit)
    return f"drill {found.replication} shows it ({was} before, {now} now): {one_line(found.command)}"


def failure_words(test: GateTest) -> str:
    """Return why a test fails, such as '+14.2 s (95 % CI +9.1 to +19.3), margin 5.0 s'."""
    if test.decided.state is GateState.FAILED:
        return f"{difference_words(test.decided, test.unit)}, margin {number(test.margin, test.unit)}"
    assert test.drift is not None
    return f"drift since the oldest baseline: {difference_words(test.drift, test.unit)}, margin {number(test.margin, test.unit)} beyond what was accepted"


def goal_words(goal: GoalVerdict) -> str:
    """Return a goal with its value and verdict."""
    unit = BY_NAME[goal.measure].unit
    value = number(goal.value, unit) or "beyond the horizon"
    bounds = [number(v, unit) for v in (goal.low, goal.high)]
    between = f" (95 % CI {bounds[0] or '-'} to {bounds[1] or '-'})" if goal.drills else ""
    told = f"{value}{between}" if goal.drills else "no value"
    return f"{goal.verdict}: {told}, {goal.drills} drills"


def work_words(change: WorkChange) -> str:
    """Return a change of a counter, such as 'calls 4,999 → 9,981 (+99.7 %)'."""
    return f"{change.counter} {change.before:,} → {change.now:,} ({100 * change.growth:+.1f} %)"


def work_lines(verdict: GateVerdict, labels: Labels = NO_LABELS) -> list[str]:
    """Return one line per scenario for the counters that failed, and one for those that changed otherwise."""
    found = []
    for scenario in dict.fromkeys(w.scenario for w in verdict.work):
        for fails, word in ((True, "Counted work FAILED"), (False, "Counted work")):
            mine = [w for w in verdict.work if w.scenario == scenario and w.fails is fails]
            if mine:
                found.append(f"{word}, {name_of(scenario, labels)}: {', '.join(map(work_words, mine))}")
    return found


def headline(verdict: GateVerdict) -> str:
    """Return the verdict in one sentence."""
    drills = f"{verdict.drills:,} drills"
    if verdict.differs:
        return f"FAILED: {verdict.differing_words}, and --identical asks for that."
    if verdict.failures:
        return f"FAILED: {_failed_words(verdict)}, {drills} compared."
    same = (
        "identical to 1 ms"
        if verdict.is_identical
        else f"{verdict.changed_drills:,} changed, nothing slower beyond its margin"
    )
    if verdict.warnings and any(t.decided.state is GateState.OPEN for t in verdict.tests):
        same = f"{verdict.changed_drills:,} changed, not everything decided"
    state = "PASSED with warnings" if verdict.warnings else "PASSED"
    partly = f", the first {verdict.played} of {verdict.runs} of each mix" if verdict.played < verdict.runs else ""
    return f"{state}: {drills} compared{partly}, {same}."


def _failed_words(verdict: GateVerdict) -> str:
    """Return how many checks and counters fail, such as '1 of 13 checks and 2 counters of work'."""
    counters = sum(w.fails for w in verdict.work)
    checks = len(verdict.failures) - counters
    told = [f"{checks} of {len(verdict.tests) + len(verdict.goals)} checks"] if checks or not counters else []
    return " and ".join([*told, f"{counters} counter{'s' * (counters > 1)} of work"] if counters else told)


def remedy(verdict: GateVerdict, *, strict: bool = False) -> str:
    """Return what to do about an exit code that is not 0, on one line; '' for 0."""
    accept = f"drillsim baseline accept --baseline {one_line(shlex.quote(verdict.baseline))} --reason TEXT"
    if verdict.failures:
        return f"Exit {FAILED}: undo or mend what changed; where it is meant, accept it: {accept}"
    if strict and verdict.warnings:
        many = len(verdict.warnings)
        told = "the warning above keeps" if many == 1 else f"the {many} warnings above keep"
        return f"Exit {INCONCLUSIVE}, by --strict: {told} it from a plain pass, each with what it takes"
    return ""
