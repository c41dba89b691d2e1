"""The moment of a replay that paper shows: people, units and incidents of one drill on one level, as SVG, without a script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from drillsim.escape import for_xml, one_line
from drillsim.plan.outlines import rings_of
from drillsim.report.replay.doors import StateChange
from drillsim.report.replay.plan_drawing import drawn_floor
from drillsim.report.replay.side import Mark, Side
from drillsim.report.replay.tracks import ReplayTrack

INSET = 0.12
"""Distance of the frame of a room from its walls, as a share of the size of a mark."""


def key_frame(side: Side, level: str, time_s: float, view: Sequence[float]) -> str:
    """Return the marks of a level at a time, in metres of the plan with y downwards.

    view
        Left, top, width and height of the drawing in metres.
    """
    size = max(view[2], view[3]) / 60
    building = _rooms(side, level, time_s, size) + _doors(side, level, time_s, 0.4 * size)
    incidents = "".join(_place(x, y, size) for _, x, y in _marks(side.incidents, level, time_s))
    units = _units(_marks(side.units, level, time_s), size, view)
    return f'<g class="replay-frame">{building}{_dots(_points(side.people, level, time_s))}{incidents}{units}</g>'


def _states(changes: Iterable[StateChange], time_s: float) -> dict[str, str]:
    """Return the state at a time of each room or door that is not as at first."""
    found = {change.id: change.state for change in changes if change.time_s <= time_s}
    return {id_: state for id_, state in found.items() if state}


def _rooms(side: Side, level: str, time_s: float, size: float) -> str:
    """Return a frame inside the walls of every room that is secured, or is not locked, one path for each state."""
    paths: dict[str, str] = {}
    states = _states(side.rooms, time_s)
    for space in side.plan.spaces:
        if space.level == level and space.id in states:
            inner = drawn_floor(space).buffer(-INSET * size, join_style="mitre")
            rings = [ring for piece in getattr(inner, "geoms", [inner]) for ring in rings_of(piece)]
            drawn = "".join("M" + "L".join(f"{x:.1f} {-y:.1f}" for x, y in ring.tolist()) + "Z" for ring in rings)
            paths[states[space.id]] = paths.get(states[space.id], "") + drawn
    return "".join(f'<path class="replay-frame-{state}" d="{drawn}"/>' for state, drawn in paths.items() if drawn)


def _doors(side: Side, level: str, time_s: float, size: float) -> str:
    """Return the marks of all doors of a level that are locked, closed or held open, one path for each state."""
    levels = {space.id: space.level for space in side.plan.spaces}
    paths: dict[str, str] = {}
    for id_, state in _states(side.doors, time_s).items():
        opening = side.plan.openings[side.plan.opening_index[id_]]
        if level in {levels.get(space) for space in opening.spaces}:
            (x0, y0), (x1, y1) = opening.line
            x, y, r = (x0 + x1) / 2, -(y0 + y1) / 2, f"{size:.2f}"
            paths[state] = (
                paths.get(state, "")
                + {
                    "locked": f"M{x0:.1f} {-y0:.1f}L{x1:.1f} {-y1:.1f}M{x - size / 2:.1f} {y:.1f}h{r}",
                    "closed": f"M{x - size:.1f} {y - size:.1f}l{2 * size:.2f} {2 * size:.2f}m0 {-2 * size:.2f}l{-2 * size:.2f} {2 * size:.2f}",
                    "open": f"M{x:.1f} {y - 1.5 * size:.1f}V{y:.1f}h{1.5 * size:.2f}",
                }[state]
            )
    return "".join(f'<path class="replay-frame-door replay-frame-{state}" d="{d}"/>' for state, d in paths.items())


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


def _units(marks: Sequence[tuple[Mark, float, float]], size: float, view: Sequence[float]) -> str:
    """Return the marks of units, each with its short name below it, above it at the lower edge; no name lies on another."""
    points = "".join(
        f'<circle class="replay-frame-unit" cx="{x:.1f}" cy="{y:.1f}" r="{0.5 * size:.2f}"/>' for _, x, y in marks
    )
    tags: list[tuple[float, float, float]] = []
    texts = []
    for mark, x, y in marks:
        words = one_line(mark.short)[:16]
        wide, high = 0.95 * size * (len(words) + 1), 1.9 * size
        x = min(max(x, view[0] + wide / 2), view[0] + view[2] - wide / 2)
        is_low = y + 0.8 * size + high > view[1] + view[3]
        top, step = (y - 0.8 * size - high, -0.2 * size) if is_low else (y + 0.8 * size, 0.2 * size)
        while any(abs(x - other) < (wide + w) / 2 and abs(top - beside) < high for other, beside, w in tags):
            top += step
        tags.append((x, top, wide))
        texts.append(
            f'<rect class="replay-frame-tag" x="{x - wide / 2:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}"/>'
            f'<text class="replay-frame-name" x="{x:.1f}" y="{top + 1.4 * size:.1f}" font-size="{1.5 * size:.2f}">{for_xml(words)}</text>'
        )
    return points + "".join(texts)
