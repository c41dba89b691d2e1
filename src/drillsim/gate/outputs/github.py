"""A verdict as Markdown, and as what GitHub Actions reads: step summary and annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from drillsim.escape import one_line
from drillsim.gate.decision import GateState
from drillsim.gate.outputs.words import (
    NO_LABELS,
    Labels,
    difference_words,
    drill_words,
    failure_words,
    goal_words,
    headline,
    name_of,
    number,
    remedy,
    state_words,
    why_words,
    work_lines,
    work_words,
)
from drillsim.gate.verdict import MISSED, GateTest, GateVerdict

MOST_ROWS = 60
"""Most rows of a table: a step summary holds at most 1 MiB."""
MOST_ANNOTATIONS = 10
"""Annotations of one kind that GitHub shows of a step."""


Refused = Sequence[tuple[object, str]]
"""Baselines that cannot be compared, with the reason."""


def markdown(verdicts: Sequence[GateVerdict], refused: Refused = (), *, show_labels: bool = False) -> str:
    """Return the verdicts as Markdown: a headline each, then a table of what is not identical, worst first."""
    pages = [line for v in verdicts for line in _page(v, v.labels if show_labels else NO_LABELS)]
    told = [f"**NOT COMPARABLE**: {_md(message)}\n" for _path, message in refused]
    return "\n".join([*told, *pages]) + "\n"


def _page(verdict: GateVerdict, labels: Labels) -> Iterator[str]:
    yield f"### drillsim gate: {_md(verdict.baseline)}"
    yield ""
    yield f"**{headline(verdict)}**"
    yield ""
    if verdict.changed:
        told = [*verdict.changed[:20], *(["…"] if len(verdict.changed) > 20 else [])]
        yield f"Changed since the baseline, and judged: {', '.join(_md(one) for one in told)}"
        yield ""
    moved = [t for t in verdict.worst_first if t.decided.state is not GateState.SAME or t.fails]
    if moved:
        yield "| scenario | mix | measure | before | now | change | margin | |"
        yield "|---|---|---|--:|--:|--:|--:|---|"
        yield from (_row(t, labels) for t in moved[:MOST_ROWS])
        yield ""
    for test in (t for t in moved[:MOST_ROWS] if t.fails):
        yield f"* {_md(name_of(test.scenario, labels))}, {_md(name_of(test.mix, labels))}: {_md(why_words(test, labels))}"
        if words := drill_words(test):
            yield f"  * {_md(words)}"
    yield from (
        f"* Goal {_md(g.text)} ({_md(name_of(g.scenario, labels))}, {_md(name_of(g.mix, labels))}): {_md(goal_words(g))}"
        for g in verdict.goals
    )
    yield from (f"* {_md(line)}" for line in work_lines(verdict, labels))
    yield from (f"* Warning: {_md(one)}" for one in verdict.warnings)
    yield from (f"* {_md(one)}" for one in verdict.notes)
    yield from (f"\n{_md(told)}" for told in [remedy(verdict)] if told)
    yield ""


def _row(test: GateTest, labels: Labels) -> str:
    state = f"**{state_words(test)}**" if test.fails else state_words(test)
    cells = (name_of(test.scenario, labels), name_of(test.mix, labels), test.measure, number(test.before, test.unit),
             number(test.now, test.unit), difference_words(test.decided, test.unit), number(test.margin, test.unit))  # fmt: skip
    return f"| {' | '.join(_md(cell) for cell in cells)} | {state} |"


_SPECIAL = re.compile(r"([\\`*\[\]<>#|~@$&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")


def _md(text: str) -> str:
    """Return text that Markdown shows as it is, on one line: every character that could mean something is an entity."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[1])};", one_line(text)).replace("://", "&#58;//")


def workflow_commands(
    verdicts: Sequence[GateVerdict], refused: Refused = (), *, show_labels: bool = False
) -> list[str]:
    """Return workflow commands: one error per mix and scenario that fails, and per goal and counter; worst first; then warnings."""
    errors = [_command("error", str(path), "The baseline cannot be compared", message) for path, message in refused]
    warnings = []
    for v in verdicts:
        if v.differs:
            errors.append(_command("error", v.baseline, "Not identical", v.differing_words))
        labels, seen = v.labels if show_labels else NO_LABELS, set[tuple[str, str]]()
        for test in (t for t in v.worst_first if t.fails):
            if (test.scenario, test.mix) not in seen:
                seen.add((test.scenario, test.mix))
                where = f"{name_of(test.scenario, labels)}, {name_of(test.mix, labels)}"
                errors.append(
                    _command(
                        "error", v.baseline, f"{where} is slower", f"{why_words(test, labels)}. {failure_words(test)}"
                    )
                )
        for goal in v.goals:
            if goal.verdict == MISSED:
                errors.append(
                    _command(
                        "error",
                        v.baseline,
                        f"Goal missed: {goal.text}",
                        f"{name_of(goal.scenario, labels)}: {goal_words(goal)}",
                    )
                )
        errors += [_command("error", v.baseline, f"More work: {w.scenario}", work_words(w)) for w in v.work if w.fails]
        warnings += [_command("warning", v.baseline, "Not a plain pass", one) for one in v.warnings]
    return [*errors[:MOST_ANNOTATIONS], *warnings[:MOST_ANNOTATIONS]]


def _command(kind: str, file: str, title: str, message: str) -> str:
    return f"::{kind} file={_property(file)},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return one_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
