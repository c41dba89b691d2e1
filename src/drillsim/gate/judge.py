"""The gate: play the drills of a baseline again, and judge what has become of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from drillsim.gate.absolute import MORE_DRILLS, judge_goals, warning
from drillsim.gate.baseline import Baseline, NotComparableError
from drillsim.gate.decision import FIRST_LOOK, GateState, looks
from drillsim.gate.differences import decided_tests, is_settled
from drillsim.gate.explanation import command, explain
from drillsim.gate.inputs import differing, versions
from drillsim.gate.opened import PlayedScenario, in_order, opened
from drillsim.gate.play import (
    ONE,
    Player,
    Terms,
    baseline_of,
    play_scenario,
    played_by,
    record_of,
    study_of,
    with_routes,
    work_of,
)
from drillsim.gate.record import (
    FAILED,
    MixRecord,
)
from drillsim.gate.verdict import GateTest, GateVerdict, WorkChange
from drillsim.scenario.staffing import Mixes
from drillsim.streams.streams import SCHEME
from drillsim.study.runner import engine_sha256

WORK_MARGIN = 0.10
"""Growth of a counter above which more work fails, where only the engine changed. Assumption A:gate.work_margin."""
TOLD_ONLY = frozenset({"bytes", "cells"})
"""Counters that are told and never fail."""
NO_GOALS = (
    "no goals: only changes are judged. Add one: drillsim baseline accept --reason TEXT --goal 'p90 able <= 3 min'"
)
FEW = 20
"""Drills below which even identical ones are told as few: one drill in seven could change unseen."""


def judge(
    baseline: Baseline,
    path: Path,
    player: Player = ONE,
    *,
    first: int | None = None,
    identical: bool = False,
) -> GateVerdict:
    """Play the drills of a baseline again as the files are now, and return the verdict.

    path
        The file of the baseline, to whose folder the paths in it are relative.
    first
        Play only so many drills of the seed: a quick look.
    identical
        Whether any drill that is not as it was fails.

    Raises NotComparableError where the terms differ (scenario and its name, family, horizon, random numbers), and DrillsimError for
    faults of the files.
    """
    folder, at_most = path.parent, min(first or baseline.runs, baseline.runs)
    if baseline.rng_scheme != SCHEME:
        raise NotComparableError(
            f"the random numbers have scheme {SCHEME}, those of the baseline {baseline.rng_scheme}: no drill is the same. "
            "Write the baseline anew with 'drillsim baseline write'"
        )
    scenarios = [opened(one, folder) for one in baseline.scenarios.values()]
    schedule = looks(at_most)
    tests: list[GateTest] = []
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="drillsim-gate-"))) if len(schedule) > 1 else None
        for number, runs in enumerate(schedule):
            todo = [one for one in scenarios if not is_settled(one, tests)]
            if number and number < len(schedule) - 1 and not any(t.changed for t in tests):
                continue  # nothing has changed so far: only all drills can tell that nothing does
            for one in todo:
                study = study_of(one.scenario, one.plan, one.mixes, runs=runs, seed=baseline.seed)
                store = None if home is None else home / str(scenarios.index(one))
                one.results = played_by(player, study, one.before.name, store)
                terms = Terms(baseline.seed, runs, one.before.measures, one.before.margins)
                one.now, one.played = record_of(one.results, one.source, folder, terms), runs
                one.now = in_order(one.now, one.before.measures)
            tests = decided_tests(scenarios, tests, baseline, looks=len(schedule))
            if all(t.decided.state in (GateState.PASSED, GateState.FAILED) for t in tests):
                break
    return replace(_verdict(baseline, path, scenarios, tests), identical_wanted=identical)


# ---------------------------------------------------------------------- the verdict


def _verdict(
    baseline: Baseline, path: Path, scenarios: Sequence[PlayedScenario], tests: Sequence[GateTest]
) -> GateVerdict:
    changed, notes, warnings, work = [], [], [], list[WorkChange]()
    labels: dict[str, str] = {}
    goals = []
    total = moved = 0
    for one in scenarios:
        assert one.now is not None
        assert one.results is not None
        inputs = one.changed_inputs
        changed += inputs
        work += _work(one, baseline.seed, is_same=not inputs)
        name = one.before.name
        notes += [f"{name}: mix {m} is new, and not judged" for m in one.mixes if m not in one.before.mixes]
        notes += [f"{name}: mix {m} is no longer there" for m in one.before.mixes if m not in one.mixes]
        moved += sum(len(one.changed_drills(mix)) for mix in one.shared)
        total += sum(len({(d.forced, d.replication) for d in one.now.mixes[mix].drills}) for mix in one.shared)
        warnings += _failed(one)
        labels |= _labels(one)
        goals += judge_goals(baseline.goals, one.results, name)
    tests = tuple(_explained(test, scenarios, baseline.seed) for test in tests)
    warnings += _open(tests, baseline, max(one.played for one in scenarios))
    warnings += [w for g in goals if (w := warning(g))]
    silent = [goal.text for goal in baseline.goals if not any(g.text == goal.text for g in goals)]
    warnings += [f"goal '{text}': no drill has this measure. Remove it, or name its scenario" for text in silent]
    if not baseline.goals:
        warnings.append(NO_GOALS)
    engine = _engine_changes(baseline)
    return GateVerdict(
        str(path), baseline.runs, max(one.played for one in scenarios), baseline.seed, tests, tuple(goals), tuple(work),
        (*engine, *changed), tuple(warnings), tuple(notes), moved, total, labels,
    )  # fmt: skip


def _engine_changes(baseline: Baseline) -> list[str]:
    if baseline.engine == engine_sha256():
        return []
    now = versions()
    names = differing(baseline.versions, now)
    told = [f"engine: {n} {baseline.versions.get(n, 'absent')} → {now.get(n, 'absent')}" for n in names]
    return told or ["engine: source of drillsim"]


def _work(one: PlayedScenario, seed: int, *, is_same: bool) -> list[WorkChange]:
    """Return the counters that changed; one that grew fails where the inputs of the scenario are the same."""
    if not one.before.work or one.before.present not in one.mixes:
        return []
    assert one.now is not None
    before = replace(one.now, present=one.before.present)
    now = work_of(before, one.scenario, one.plan, _presenting(one.mixes, one.before.present), seed)
    found = []
    for name, was in one.before.work.items():
        is_ = now.get(name, 0)
        if is_ != was:
            fails = is_same and name not in TOLD_ONLY and is_ > was * (1.0 + WORK_MARGIN)
            found.append(WorkChange(one.before.name, name, was, is_, fails))
    return found


def _presenting(mixes: Mixes, present: str) -> Mixes:
    return mixes if mixes.present == present else mixes.model_copy(update={"present": present})


def _failed(one: PlayedScenario) -> list[str]:
    assert one.now is not None
    found = [(mix, one.now.mixes[mix].failed) for mix in one.shared]
    return [
        f"{one.before.name}, {mix}: {n} drill{'s' if n > 1 else ''} failed and count nowhere. See why: {_command(one, mix, one.now.mixes[mix])}"
        for mix, n in found
        if n
    ]


def _command(one: PlayedScenario, mix: str, record: MixRecord) -> str:
    first = next((d for d in record.drills if d.digest == FAILED and not d.forced), None)
    return command(one.source, mix, one.results.outline.seed if one.results else 1, first.replication if first else 0)


def _open(tests: Sequence[GateTest], baseline: Baseline, played: int) -> list[str]:
    found = []
    for t in tests:
        where = f"{t.scenario}, {t.mix}, {t.measure}"
        if t.decided.state is GateState.OPEN:
            needs = t.decided.needs
            more = f"about {needs:,} drills would tell" if needs else "more drills would tell"
            if played < baseline.runs:
                more += "; without --first the baseline has them" if not needs or needs <= baseline.runs else ""
            found.append(f"{where}: inconclusive, {more}: {MORE_DRILLS} {max(needs or 0, 2 * baseline.runs)}")
        if t.lost:
            found.append(
                f"{where}: in {t.lost} drills it no longer applies, or the drill failed; these are not compared"
            )
    if baseline.runs < FEW:
        found.append(
            f"only {baseline.runs} drills of each mix: a change in one drill of seven can go unseen. Keep more: {MORE_DRILLS} {FIRST_LOOK}"
        )
    return found


def _labels(one: PlayedScenario) -> dict[str, str]:
    plan, scenario = one.plan, one.scenario
    found = {thing.id: thing.name for thing in (*plan.openings, *plan.flights, *plan.spaces)}
    found |= {name: one.mixes[name].label or name for name in one.mixes}
    return {**found, scenario.name: scenario.title or scenario.name}


def _explained(test: GateTest, scenarios: Sequence[PlayedScenario], seed: int) -> GateTest:
    """Return a test with its explanation, where it fails or is open."""
    if not test.fails and test.decided.state is not GateState.OPEN:
        return test
    one = next(s for s in scenarios if s.before.name == test.scenario)
    assert one.now is not None
    if not one.now.mixes[test.mix].routed:
        alone = replace(one.now, mixes={test.mix: one.now.mixes[test.mix]})
        routed = with_routes(alone, one.scenario, one.plan, one.mixes, seed)
        one.now = replace(one.now, mixes={**one.now.mixes, **routed.mixes})
    return replace(test, explanation=explain(test, one.before, one.now, one.source, seed))


def renewed(
    old: Baseline, path: Path, player: Player = ONE, *, runs: int, goals: Sequence[str], margins: Mapping[str, float]
) -> tuple[Baseline, dict[str, float]]:
    """Return a baseline of the same scenarios as they are now, and the slowing beyond a margin that it accepts."""
    found = judge(old, path, player)
    records = {}
    for name, one in old.scenarios.items():
        terms = Terms(old.seed, runs, one.measures, {**one.margins, **margins})
        records[name] = play_scenario(opened(one, path.parent).source, path.parent, terms, player)
    new = baseline_of(records, seed=old.seed, runs=runs, goals=goals)
    slower = {
        f"{t.scenario}/{t.mix}/{t.measure}": round(t.decided.difference, 3)
        for t in found.tests
        if t.fails and t.decided.difference is not None and t.decided.difference > 0.0
    }
    return new, slower


__all__ = ["WORK_MARGIN", "judge", "renewed"]
