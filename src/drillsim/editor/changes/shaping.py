"""Shaping of rooms: corners moved with all rooms that have them, walls pushed from one room into the other."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot

from shapely import Point, Polygon

from drillsim.editor.changes.doors import carried
from drillsim.editor.changes.draft import Draft, Thing, find, on_level, replaced, ring
from drillsim.editor.changes.walls import corners_of, divided, edges, rings_of, wall_at
from drillsim.errors import PlanError
from drillsim.plan.model import OUTSIDE
from drillsim.plan.outlines import clean_ring

XY = tuple[float, float]
CORNER_M = 0.002
"""A corner within this distance is the one meant, m: drawn coordinates keep a tenth of a millimetre."""


def move_corner(draft: Draft, level: str, start: XY, end: XY) -> Draft:
    """Return the draft with a corner at another point, in every room that has it; doors stay on their walls.

    A room on whose wall the corner only lies gets a corner there too, so that neighbours stay neighbours.
    """
    spaces = on_level(draft, level)
    corners = corners_of(spaces)
    changed, moved_edges = [], []
    for space in spaces:
        new_rings = []
        for outline in rings_of(space):
            whole = divided(outline, corners)
            here = [_same(c, start) for c in whole]
            new = [list(end) if there else c for c, there in zip(whole, here, strict=True)]
            moved_edges += [e for e in zip(edges(whole), edges(new), strict=True) if e[0] != e[1]]
            own = {tuple(c) for c in outline}
            new_rings.append(_needed(new, own, end) if any(here) else outline)
        if new_rings != rings_of(space):
            changed.append(_with_rings(space, new_rings))
    if not changed:
        raise PlanError("there is no corner here. Choose a corner of a room")
    for space in changed:
        if len(space["polygon"]) < 3 or not Polygon(space["polygon"]).is_valid:
            raise PlanError(f"{space.get('label', space['id'])} would cross itself. Move the corner less far")
    draft = replaced(draft, "spaces", changed)
    doors = [carried(door, moved_edges) for door in draft["openings"] if _beside(door, spaces)]
    return replaced(draft, "openings", doors)


def _same(a: Sequence[float], b: Sequence[float]) -> bool:
    return hypot(a[0] - b[0], a[1] - b[1]) <= CORNER_M


def _beside(door: Thing, spaces: Sequence[Thing]) -> bool:
    ids = {s["id"] for s in spaces}
    return any(s in ids for s in door["spaces"])


def _needed(corners: list[list[float]], own: set[tuple[float, ...]], moved: XY) -> list[list[float]]:
    """Return a ring without the corners that other rooms lent it, where its wall is straight there."""
    kept = []
    for i, corner in enumerate(corners):
        before, after = corners[i - 1], corners[(i + 1) % len(corners)]
        cross = (corner[0] - before[0]) * (after[1] - corner[1]) - (corner[1] - before[1]) * (after[0] - corner[0])
        length = hypot(after[0] - before[0], after[1] - before[1])
        straight = length > 0 and abs(cross) / length <= 1e-3
        if tuple(corner) in own or not straight:
            kept.append(corner)
    return ring(kept)


def _with_rings(space: Thing, rings: Sequence[Sequence[Sequence[float]]]) -> Thing:
    new = {**space, "polygon": ring(rings[0])}
    return {**new, "holes": [ring(r) for r in rings[1:]]} if len(rings) > 1 else new


def push_wall(draft: Draft, level: str, at: XY, to: XY) -> Draft:
    """Return the draft with the stretch of wall at a point pushed square across, as far as another point.

    The room on the one side grows by what the room on the other side loses; doors in the stretch go with it.
    """
    wall = wall_at(draft, level, at, 0.01)
    if wall is None:
        raise PlanError("there is no wall here. Choose the wall of a room")
    nx, ny = -(wall.b[1] - wall.a[1]) / wall.length_m, (wall.b[0] - wall.a[0]) / wall.length_m
    by = (to[0] - at[0]) * nx + (to[1] - at[1]) * ny
    if abs(by) < CORNER_M:
        return draft
    shift = (by * nx, by * ny)
    strip = Polygon(
        [wall.a, wall.b, (wall.b[0] + shift[0], wall.b[1] + shift[1]), (wall.a[0] + shift[0], wall.a[1] + shift[1])]
    )
    off, middle = wall.depth_m + CORNER_M, wall.at(wall.length_m / 2)
    ahead = Point(middle[0] + shift[0] / abs(by) * off, middle[1] + shift[1] / abs(by) * off)
    changed = []
    for id_ in (i for i in (wall.inside, wall.beyond) if i != OUTSIDE):
        space = find(draft, "spaces", id_)
        floor = Polygon(space["polygon"], space.get("holes", []))
        loses = floor.covers(ahead)
        changed.append(_grown(space, floor, strip, loses=loses))
    _leave_others_alone(draft, level, strip, changed)
    draft = replaced(draft, "spaces", changed)
    new_a, new_b = ((p[0] + shift[0], p[1] + shift[1]) for p in (wall.a, wall.b))
    moved = [((wall.a, wall.b), (new_a, new_b))]
    doors = [carried(d, moved) if {*d["spaces"]} == {wall.inside, wall.beyond} else d for d in draft["openings"]]
    return replaced(draft, "openings", doors)


def _grown(space: Thing, floor: Polygon, strip: Polygon, *, loses: bool) -> Thing:
    new = floor.difference(strip) if loses else floor.union(strip)
    name = space.get("label", space["id"])
    if not isinstance(new, Polygon) or new.is_empty:
        raise PlanError(f"nothing, or two pieces, would be left of {name}. Push the wall less far")
    return _with_rings(space, [clean_ring(list(r.coords)[:-1]) for r in (new.exterior, *new.interiors)])


def _leave_others_alone(draft: Draft, level: str, strip: Polygon, changed: Sequence[Thing]) -> None:
    ids = {s["id"] for s in changed}
    for other in on_level(draft, level):
        if other["id"] not in ids and Polygon(other["polygon"], other.get("holes", [])).intersection(strip).area > 1e-3:
            raise PlanError(f"the wall would run into {other.get('label', other['id'])}. Push it less far")
