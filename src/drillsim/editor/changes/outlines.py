"""All closed outlines of a scan taken as rooms at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from shapely import Polygon

from drillsim.editor.changes.draft import Draft, find, on_level, ring
from drillsim.editor.changes.drawing import SMALLEST_M2, draw_room
from drillsim.errors import PlanError

XY = tuple[float, float]
MEET_M = 0.08
"""Corners of outlines closer than this are one corner, m. Source: assumption A:editor.outlines."""
FILLED = 0.5
"""Share of an outline that other ones fill, beyond which it is the building around rooms and no room.
Source: assumption A:editor.outlines."""


def take_outlines(
    draft: Draft, level: str, outlines: Sequence[Sequence[XY]], *, use: str, people: int
) -> tuple[Draft, list[str], str]:
    """Return the draft with a room for every outline that is one, their ids, and what was left out.

    Left out are outlines that lie over a room, that other outlines fill (the building's own), or that enclose nothing.
    """
    find(draft, "levels", level)
    there = [Polygon(s["polygon"]) for s in on_level(draft, level)]
    corners = [(float(p[0]), float(p[1])) for s in on_level(draft, level) for p in s["polygon"]]
    loops = [ring(_met(loop, corners)) for loop in outlines]
    shapes = [Polygon(loop) for loop in loops if len(loop) > 2]
    shapes = [s for s in shapes if s.is_valid and s.area >= SMALLEST_M2]
    nothing = len(loops) - len(shapes)
    ids: list[str] = []
    around = over = 0
    for shape in sorted(shapes, key=lambda s: (-round(s.bounds[3], 1), s.bounds[0])):
        inner = sum(
            s.area for s in shapes if s is not shape and shape.buffer(MEET_M).covers(s) and s.area < 0.99 * shape.area
        )
        if inner > FILLED * shape.area:
            around += 1
        elif any(shape.intersection(t).area > FILLED * min(shape.area, t.area) for t in there):
            over += 1
        else:
            draft, id_ = draw_room(draft, level, list(shape.exterior.coords)[:-1], use=use, people=people)
            ids.append(id_)
            there.append(shape)
    told = ", ".join(
        f"{n} {what}"
        for n, what in (
            (around, "around others"),
            (over, "over a room that is drawn"),
            (nothing, "that enclose nothing"),
        )
        if n
    )
    if not ids:
        raise PlanError(
            f"no outline of the scan is a new room{f' ({told})' if told else ''}. Draw the rooms with another tool"
        )
    return (
        draft,
        ids,
        f"{len(ids)} rooms drawn; one undo takes them back.{f' Outlines left out: {told}.' if told else ''}",
    )


def _met(loop: Sequence[XY], corners: list[XY]) -> list[XY]:
    """Return an outline with its corners at ones that are near, and add the others to them."""
    found = []
    for p in loop:
        near = min(corners, key=lambda c: hypot(c[0] - p[0], c[1] - p[1]), default=None)
        if near is None or hypot(near[0] - p[0], near[1] - p[1]) > MEET_M:
            near = (round(p[0], 4), round(p[1], 4))
            corners.append(near)
        found.append(near)
    return found
