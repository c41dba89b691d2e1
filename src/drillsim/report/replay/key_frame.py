"""The moment of a replay that paper shows: people, units and incidents of one drill on one level, as SVG, without a script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from drillsim.escape import for_xml, one_line
from drillsim.report.replay.side import Mark, Side
from drillsim.report.replay.tracks import ReplayTrack


def key_frame(side: Side, level: str, time_s: float, view: Sequence[float]) -> str:
    """Return the marks of a level at a time, in metres of the plan with y downwards.

    view
        Left, top, width and height of the drawing in metres.
    """
    size = max(view[2], view[3]) / 60
    incidents = "".join(_place(x, y, size) for _, x, y in _marks(side.incidents, level, time_s))
    units = "".join(_unit(mark, x, y, size) for mark, x, y in _marks(side.units, level, time_s))
    return f'<g class="replay-frame">{_dots(_points(side.people, level, time_s))}{incidents}{units}</g>'


def _points(tracks: Iterable[ReplayTrack], level: str, time_s: float) -> list[tuple[float, float]]:
    """Return where the tracks are on a level, from north to south in strips, so that steps between them are short."""
    found = [at for track in tracks if (at := track.at(time_s)) is not None]
    points = [(round(x, 1), round(-y, 1)) for where, x, y in found if where == level]
    return sorted(points, key=lambda p: (round(p[1] / 2), p[0], p[1]))


def _dots(points: Sequence[tuple[float, float]]) -> str:
    """Return one path of lines without a length, whose round ends are the dots; each step is told from the one before."""
    if not points:
        return ""
    before, parts = (0.0, 0.0), []
    for x, y in points:
        dx, dy = round(x - before[0], 1), round(y - before[1], 1)
        parts.append(f"m{dx:g}{'' if dy < 0 else ' '}{dy:g}h0")
        before = x, y
    return f'<path class="replay-dots" d="{"".join(parts)}"/>'


def _marks(marks: Iterable[Mark], level: str, time_s: float) -> list[tuple[Mark, float, float]]:
    """Return the marks that are on a level at a time, each with its point."""
    found = [(mark, at) for mark in marks if (at := mark.track.at(time_s)) is not None]
    return [(mark, at[1], -at[2]) for mark, at in found if at[0] == level]


def _place(x: float, y: float, size: float) -> str:
    """Return the mark of an incident: an empty diamond."""
    return (
        f'<path class="replay-frame-place" d="M{x:.1f} {y - size:.1f}l{size:.2f} {size:.2f}l{-size:.2f} {size:.2f}'
        f'l{-size:.2f} {-size:.2f}z"/>'
    )


def _unit(mark: Mark, x: float, y: float, size: float) -> str:
    """Return the mark of a unit: a point with its short name beside it."""
    return (
        f'<circle class="replay-frame-unit" cx="{x:.1f}" cy="{y:.1f}" r="{0.5 * size:.2f}"/>'
        f'<text class="replay-frame-name" x="{x + 0.8 * size:.1f}" y="{y + 0.5 * size:.1f}" font-size="{1.5 * size:.2f}">'
        f"{for_xml(one_line(mark.short)[:16])}</text>"
    )
