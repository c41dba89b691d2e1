"""Thresholds of a drawing: doors as lines, swings or blocks, and exits as lines or areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, inf

import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from drillsim.exchange.dxf.drawing import Arc, Shape
from drillsim.exchange.importing.draft import XY, Draft, rounded
from drillsim.exchange.importing.rooms import SpaceShapes, long_axis
from drillsim.exchange.importing.rules import EXIT_AREA, PROBE, SWING
from drillsim.plan.model import OUTSIDE

OFF_WALL_M = 0.6
"""Farthest that a threshold may lie from the outlines of its spaces, m. Source: assumption A:plan.tolerances."""
LEAST_DOOR_M, MOST_DOOR_M = 0.3, 12.0
"""Lengths of a line that is a threshold, m. Source: A:import.doors."""
LEAF = 0.1
"""Share by which the drawn leaf of a door may differ from the radius of its swing."""
Line = tuple[XY, XY]


@dataclass(frozen=True)
class Threshold:
    """Where a door stands."""

    line: Line
    swing: Arc | None = None
    """Set while it is open on which of the two ends of the swing the wall is."""
    area: Polygon | None = None
    """Closed outline that it is drawn as."""


def thresholds_of(shapes: Sequence[Shape]) -> list[Threshold]:
    """Return the thresholds of the door or exit layers; leaves beside a swing, and what is too short or long, are left out."""
    shapes = [s for s in shapes if not s.text and len(s.points) > 1]
    blocks: dict[int, list[Shape]] = {}
    for shape in shapes:
        blocks.setdefault(shape.group, []).append(shape)
    found = [t for group, parts in blocks.items() if group for t in _of_block(parts)]
    single = blocks.get(0, [])
    swings = [s.arc for s in single if s.arc is not None]
    found += [_of_swing(a) for a in swings]
    found += [_of_outline(s) for s in single if s.arc is None and not any(_is_leaf(s, a) for a in swings)]
    return _pairs_joined([t for t in found if LEAST_DOOR_M <= _length(t.line) <= MOST_DOOR_M])


def _of_block(parts: Sequence[Shape]) -> list[Threshold]:
    swings = [s.arc for s in parts if s.arc is not None]
    if swings:
        return [_of_swing(a) for a in swings]
    hull = shapely.MultiPoint([p for s in parts for p in s.points]).convex_hull
    line = long_axis(hull)[0] if isinstance(hull, Polygon) else tuple(map(_xy, (hull.coords[0], hull.coords[-1])))
    return [Threshold((line[0], line[-1]))]


def _of_swing(arc: Arc) -> Threshold:
    return Threshold((arc.hinge, arc.ends[0]), swing=arc)


def _of_outline(shape: Shape) -> Threshold:
    if shape.closed and len(set(shape.points)) > 2:
        area = Polygon(shape.points)
        hull = area if area.is_valid else area.convex_hull
        if isinstance(hull, Polygon) and hull.area > 1e-6:
            return Threshold(long_axis(hull)[0], area=hull)
    return Threshold((shape.points[0], shape.points[-1]))


def _is_leaf(shape: Shape, arc: Arc) -> bool:
    """Return whether a line is the drawn leaf of a swing: from its hinge to one end."""
    a, b = shape.points[0], shape.points[-1]
    near = LEAF * arc.radius_m
    ends = [(a, b), (b, a)]
    return any(_apart(h, arc.hinge) <= near and min(_apart(t, e) for e in arc.ends) <= near for h, t in ends)


def _pairs_joined(found: list[Threshold]) -> list[Threshold]:
    """Return the thresholds, the two leaves of a double door made one: swings whose ends meet."""
    left, joined = list(found), []
    while left:
        one = left.pop(0)
        mate = next((t for t in left if one.swing and t.swing and _meet(one.swing, t.swing) is not None), None)
        if mate is not None and one.swing and mate.swing:
            left.remove(mate)
            one = Threshold((one.swing.hinge, mate.swing.hinge))
        joined.append(one)
    return joined


def _meet(a: Arc, b: Arc) -> XY | None:
    """Return the point where two leaves meet when closed: in the middle between their hinges."""
    width = _apart(a.hinge, b.hinge)
    if abs(width - a.radius_m - b.radius_m) > LEAF * width:
        return None
    return next((p for p in a.ends for q in b.ends if _apart(p, q) <= LEAF * width), None)


def add_doors(draft: Draft, rooms: SpaceShapes, doors: Sequence[Threshold], exits: Sequence[Threshold]) -> None:
    """Add doors and exits to a draft, each between the spaces on its two sides."""
    walls = shapely.union_all([s.boundary for s in rooms.shapes]) if rooms.shapes else LineString()
    for door in doors:
        line = _on_wall(door, walls)
        left, right = rooms.beside(line)
        if left is not None and left == right:
            draft.note("left out", f"a door with '{left}' on both sides", line[0])
        elif left is None and right is None:
            draft.note("left out", "a door beside no room", line[0])
        else:
            _add(draft, line, left, right, SWING if door.swing else PROBE)
    for way_out in exits:
        _add_exit(draft, rooms, way_out, _on_wall(way_out, walls))


def _add(draft: Draft, line: Line, left: str | None, right: str | None, rule: str) -> None:
    pair = [left or right, right if left else None]
    kind = "door" if left and right else "exit"
    id_ = draft.id_for("", kind)
    spaces = [s or OUTSIDE for s in pair]
    draft.openings.append({"id": id_, "kind": kind, "spaces": spaces, "line": rounded(line)})
    draft.derive(id_, rule)


def _on_wall(door: Threshold, walls: BaseGeometry) -> Line:
    """Return the line of a threshold; of a swing, from the hinge to the end of the arc that lies nearer to a wall."""
    if door.swing is None or walls.is_empty:
        return door.line
    both = [(door.swing.hinge, end) for end in door.swing.ends]
    return min(both, key=lambda line: float(walls.distance(Point(_middle(line)))))


def _add_exit(draft: Draft, rooms: SpaceShapes, way_out: Threshold, line: Line) -> None:
    """Add an exit: a line, or an area of which the wall in or beside it is the threshold, else its longest side."""
    space = (
        rooms.holding(_middle(line))
        or next((s for s in rooms.beside(line) if s), None)
        or rooms.near(_middle(line), OFF_WALL_M)
    )
    if way_out.area is not None:
        inside = [s for s in rooms.ids if rooms.shape(s).intersects(way_out.area)]
        space = max(inside, key=lambda s: float(rooms.shape(s).intersection(way_out.area).area), default=space)
    if space is None:
        draft.note("left out", "an exit beside no room", line[0])
        return
    shape = rooms.shape(space)
    wall = _wall_in(shape, way_out.area) if way_out.area is not None else None
    if wall is None:
        wall = _beside_wall(shape, line)
    if wall is None and way_out.area is not None:
        wall = _cut_out(draft, rooms, space, way_out.area)
    if wall is None:
        draft.note("left out", f"an exit in '{space}', farther than {OFF_WALL_M} m from its outline", line[0])
        return
    _add(draft, wall, space, None, EXIT_AREA if way_out.area is not None else PROBE)


def _wall_in(shape: BaseGeometry, area: Polygon) -> Line | None:
    """Return the longest straight stretch of an outline within an area, None where it is shorter than a threshold."""
    best: Line | None = None
    for part in shapely.get_parts(shapely.intersection(shape.boundary, area)):
        corners = [_xy(p) for p in part.coords] if isinstance(part, LineString) else []
        for a, b in pairwise(corners):
            if _apart(a, b) >= max(LEAST_DOOR_M, _length(best) if best else 0.0):
                best = (a, b)
    return best


def _beside_wall(shape: BaseGeometry, line: Line) -> Line | None:
    """Return a line moved onto the nearest stretch of an outline, None where that is farther away than a wall is thick."""
    away = inf
    best: Line | None = None
    for ring in shapely.get_parts(shape.boundary):
        corners = [_xy(p) for p in ring.coords]
        for a, b in pairwise(corners):
            wall = LineString([a, b])
            ends = sorted(float(wall.project(Point(p))) for p in line)
            here = float(wall.distance(Point(_middle(line))))
            if here < away and here <= OFF_WALL_M and ends[1] - ends[0] >= 0.8 * _length(line):
                piece = substring(wall, ends[0], ends[1])
                away, best = here, (_xy(piece.coords[0]), _xy(piece.coords[-1]))
    return best


def _cut_out(draft: Draft, rooms: SpaceShapes, space: str, area: Polygon) -> Line | None:
    """Cut an exit area out of the floor and return its longest side that people can reach."""
    rest = shapely.difference(rooms.shape(space), area)
    if not isinstance(rest, Polygon):
        return None
    side = _wall_in(rest, area.buffer(1e-4))
    if side is None:
        return None
    rooms.replace(space, rest)
    thing = next(s for s in draft.spaces if s["id"] == space)
    thing["polygon"] = rounded(rest.exterior.coords)
    thing["holes"] = [rounded(r.coords) for r in rest.interiors]
    if not thing["holes"]:
        del thing["holes"]
    draft.note(
        "guessed", f"an exit drawn as an area in the middle of '{space}': its longest side is the threshold", side[0]
    )
    return side


def _xy(point: Sequence[float]) -> XY:
    return float(point[0]), float(point[1])


def _apart(a: XY, b: XY) -> float:
    return hypot(b[0] - a[0], b[1] - a[1])


def _length(line: Line) -> float:
    return _apart(*line)


def _middle(line: Line) -> XY:
    return (line[0][0] + line[1][0]) / 2, (line[0][1] + line[1][1]) / 2
