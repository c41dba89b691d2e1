"""What a gate prints for people, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

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
    state_words,
    why_words,
    work_lines,
)
from drillsim.gate.verdict import GateVerdict

MOST = 40
"""Most lines of the table; the worst come first."""


def lines(verdict: GateVerdict, labels: Labels = NO_LABELS) -> Iterator[str]:
    """Yield the lines: what changed, the table of all that is not identical, why, goals, work, warnings, verdict."""
    if verdict.changed:
        yield "Changed since the baseline, and judged:"
        yield from (f"  {what}" for what in verdict.changed)
        yield ""
    yield from _table(verdict, labels)
    for goal in verdict.goals:
        yield f"Goal {goal.text} ({name_of(goal.scenario, labels)}, {name_of(goal.mix, labels)}): {goal_words(goal)}"
    yield from work_lines(verdict, labels)
    yield from (f"Note: {note}" for note in verdict.notes)
    yield from (f"Warning: {warning}" for warning in verdict.warnings)
    yield headline(verdict)


def _table(verdict: GateVerdict, labels: Labels) -> Iterator[str]:
    moved = [t for t in verdict.worst_first if t.decided.state is not GateState.SAME or t.fails]
    if not moved:
        return
    rows = [("scenario", "mix", "measure", "before", "now", "change (95 %)", "margin", "changed", "")]
    rows += [
        (
            name_of(t.scenario, labels), name_of(t.mix, labels), t.measure, number(t.before, t.unit), number(t.now, t.unit),
            difference_words(t.decided, t.unit).replace("95 % CI ", ""), number(t.margin, t.unit), f"{t.changed}/{t.pairs}",
            state_words(t).upper() if t.fails else state_words(t),
        )
        for t in moved[:MOST]
    ]  # fmt: skip
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    if len(moved) > MOST:
        yield f"… and {len(moved) - MOST} more"
    yield ""
    explained = [t for t in moved[:MOST] if t.explanation is not None]
    for t in explained:
        yield f"{name_of(t.scenario, labels)}, {name_of(t.mix, labels)}: {why_words(t, labels)}"
        if t.has_drifted:
            yield f"  {failure_words(t)}"
        if words := drill_words(t):
            yield f"  {words}"
    if explained:
        yield ""
