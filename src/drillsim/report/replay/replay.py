"""The replay of one drill, or of two side by side: for a notebook, a file, or a report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from drillsim.errors import ResultError
from drillsim.escape import for_xml
from drillsim.record.trace import Trace
from drillsim.report.replay.page import fragment_of, page_of
from drillsim.report.replay.parting import Parting, parting_of
from drillsim.report.replay.plan_drawing import PlanDrawing, draw_plan
from drillsim.report.replay.side import Side, side_of

IFRAME_PX = 900
"""Height of a replay in a notebook."""


@dataclass(frozen=True)
class Replay:
    """A replay: `write` makes a page of it, a notebook shows it, and a report takes its fragment.

    why
        Sentences above it, such as how this drill was chosen and the command that plays it.
    """

    title: str
    sides: tuple[Side, ...]
    why: tuple[str, ...] = ()

    @cached_property
    def parting(self) -> Parting | None:
        """The first event at which two drills part; None for one drill, or where they are told alike."""
        return parting_of(*self.sides) if len(self.sides) == 2 else None

    @cached_property
    def drawing(self) -> PlanDrawing:
        """The plan of the drills, drawn level by level."""
        return draw_plan(self.sides[0].plan)

    def fragment(self, key: str = "replay", *, heading: int = 2) -> str:
        """Return the replay as a section of an HTML page that holds `asset("replay.css")` and `asset("replay.js")` once.

        key
            Id of the section, a word of its own for each replay of a page.
        heading
            Rank of its heading; the names of two staffings are one rank below.
        """
        if not re.fullmatch(r"[A-Za-z][\w-]*", key):
            raise ResultError(f"the key of a replay is a word such as 'replay-1', not '{key[:40]}'")
        return fragment_of(
            key, self.title, self.why, self.sides, drawing=self.drawing, parting=self.parting, heading=heading
        )

    @property
    def html(self) -> str:
        """A self-contained page: it opens from disk, loads nothing, and runs no script but its own."""
        return page_of(self.title, self.fragment())

    def write(self, path: str | Path) -> Path:
        """Write the page to a file, and return its path."""
        path = Path(path)
        try:
            path.write_text(self.html, encoding="utf-8")
        except OSError as problem:
            raise ResultError(f"cannot write the replay to {path}: {problem.strerror or problem}") from problem
        return path

    def _repr_html_(self) -> str:
        """Return a frame with the page, for a notebook; its scripts reach nothing outside it."""
        return (
            f'<iframe srcdoc="{for_xml(self.html)}" sandbox="allow-scripts" title="{for_xml(self.title)}" '
            f'width="100%" height="{IFRAME_PX}" style="border:0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"Replay({self.title!r}, {len(self.sides)} {'drill' if len(self.sides) == 1 else 'drills'})"


def replay(
    trace: Trace, other: Trace | None = None, *, labels: Sequence[str] = (), title: str = "", why: Sequence[str] = ()
) -> Replay:
    """Return the replay of a drill, or of the same drill with two staffings side by side.

    trace, other
        Drills played with `simulate(..., record_legs=True)`; two of them with one seed, replication and plan.
    labels
        Names of their staffings for people; the names of the mixes where absent.
    title, why
        Heading, and sentences below it.

    Raises ResultError for a drill without legs, a whole school day, and two drills that are not the same one.
    """
    traces = (trace,) if other is None else (trace, other)
    names = [*labels, *(t.mix for t in traces[len(labels) :])]
    sides = tuple(side_of(t, name) for t, name in zip(traces, names, strict=False))
    if other is not None:
        _refuse_strangers(sides[0], sides[1])
    number = f"drill {trace.replication} of seed {trace.seed}" + (f", forced to {trace.forced}" if trace.forced else "")
    return Replay(title or f"Replay of {trace.scenario}: {number}", sides, tuple(why))


def _refuse_strangers(one: Side, other: Side) -> None:
    """Raise ResultError unless two drills are one drill with two staffings, or with one key changed."""
    ours, theirs = one.trace, other.trace
    for word in ("seed", "replication", "forced"):
        if getattr(ours, word) != getattr(theirs, word):
            raise ResultError(
                f"these are two different drills: {word} {getattr(ours, word)!r} and {getattr(theirs, word)!r}. "
                "Side by side stand drills of one seed, replication and presence"
            )
    if one.plan is not other.plan and one.plan != other.plan:
        raise ResultError("these drills were played on two plans; side by side stand drills on one")
