"""Walkable area of one level as one polygon: rooms less their walls, joined by a passage at every door.

Rooms that share a wall would merge if they were united as drawn, and the wall would be gone. So each room is shrunk by
WALL_M, and each opening becomes a rectangle of its clear width through the wall. Beyond each exit of the building a rectangle
EXIT_M deep is walkable, too, so that who leaves can be counted at the door.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from drillsim.errors import PlanError, closest
from drillsim.plan.model import OUTSIDE, FloorPlan, Opening, Space
from drillsim.plan.outlines import floor_of

WALL_M = 0.1
"""What each room loses at its walls, m; two rooms are then 0.2 m apart. Source: A:export.walkable."""
EXIT_M = 1.0
"""Depth of the walkable rectangle beyond an exit, m. Source: A:export.walkable."""
REACH_M = (0.15, 0.3, 0.6, 1.2)
"""How far a passage is drawn to each side, m, until it meets both rooms: drawings leave up to 0.6 m of wall. Source: A:export.walkable."""
GRID_M = 0.001
"""Coordinates are rounded to this, m."""
XY = tuple[float, float]


@dataclass(frozen=True)
class Walkable:
    """Walkable area of a level.

    area
        One polygon with holes: the largest connected part.
    exits
        Rectangle beyond each exit of the building, by opening id; people are out in it.
    stairs
        Walkable part of each stair room, by space id: where people come from other levels and leave to them.
    left_out
        Ids of spaces of the level that the area does not reach.
    """

    level: str
    area: Polygon
    exits: dict[str, Polygon]
    stairs: dict[str, Polygon]
    left_out: tuple[str, ...]


def walkable(plan: FloorPlan, level: str) -> Walkable:
    """Return the walkable area of a level. Raises PlanError for an unknown level, and for one without any room to walk in."""
    levels = [one.id for one in plan.levels]
    if level not in levels:
        raise PlanError(f"no level called '{level}' in {plan.name}.{closest(level, levels)}")
    floors = {s.id: _shrunk(s) for s in plan.spaces if s.level == level}
    joined = [o for o in plan.openings if any(space in floors for space in o.spaces)]
    passages = {o.id: _passage(o, floors) for o in joined}
    pieces = [*floors.values(), *passages.values()]
    whole = shapely.union_all([shapely.set_precision(piece, GRID_M) for piece in pieces], grid_size=GRID_M)
    parts = [part for part in shapely.get_parts(whole) if isinstance(part, Polygon) and not part.is_empty]
    if not parts:
        raise PlanError(f"level '{level}' of {plan.name} has no room to walk in")
    area = max(parts, key=lambda part: float(part.area))
    exits = {o.id: _beyond(o, floors) for o in joined if OUTSIDE in o.spaces}
    stairs = {s.id: floors[s.id] for s in plan.spaces if s.level == level and s.use == "stair"}
    return Walkable(
        level,
        area,
        {id_: _largest(zone) for id_, zone in exits.items() if area.intersects(zone)},
        {id_: _largest(floor) for id_, floor in stairs.items() if area.intersects(floor)},
        tuple(
            id_ for id_, floor in floors.items() if floor.is_empty or not area.contains(floor.representative_point())
        ),
    )


def _shrunk(space: Space) -> BaseGeometry:
    return floor_of(space.polygon, space.holes).buffer(-WALL_M, join_style="mitre")


def _largest(floor: BaseGeometry) -> Polygon:
    """Return the largest part of an area."""
    parts: list[Polygon] = list(shapely.get_parts(floor))
    return max(parts, key=lambda part: float(part.area))


def _passage(opening: Opening, floors: dict[str, BaseGeometry]) -> BaseGeometry:
    """Return the rectangle through the wall of an opening, to both its rooms, or out of the building; never through a third room."""
    here = [floors[space] for space in opening.spaces if space in floors]
    found: BaseGeometry = Polygon()
    for reach in REACH_M:
        found = rectangle(opening, -reach, reach)
        if all(found.intersection(floor).area > 0.0 for floor in here):
            break
    found = _beside_others(found, opening, floors)
    return shapely.union(found, _beyond(opening, floors)) if OUTSIDE in opening.spaces else found


def _beyond(opening: Opening, floors: dict[str, BaseGeometry]) -> BaseGeometry:
    """Return the rectangle outside an exit, less what lies in other rooms, as in the corner of a court."""
    side = outward(opening, next(floors[space] for space in opening.spaces if space in floors))
    return _beside_others(rectangle(opening, 0.0, side * EXIT_M), opening, floors)


def _beside_others(area: BaseGeometry, opening: Opening, floors: dict[str, BaseGeometry]) -> BaseGeometry:
    others = [f.buffer(WALL_M) for id_, f in floors.items() if id_ not in opening.spaces and area.intersects(f)]
    return shapely.difference(area, shapely.union_all(others)) if others else area


def outward(opening: Opening, floor: BaseGeometry) -> float:
    """Return +1 where the left normal of the threshold leads away from a floor, else -1."""
    left, right = (rectangle(opening, 0.0, side * REACH_M[-1]) for side in (1.0, -1.0))
    return 1.0 if left.intersection(floor).area < right.intersection(floor).area else -1.0


def rectangle(opening: Opening, low_m: float, high_m: float) -> Polygon:
    """Return the rectangle of the clear width of an opening between two distances to the left of its threshold."""
    (ax, ay), (bx, by) = opening.line
    length = hypot(bx - ax, by - ay)
    if length <= 0.0:
        return Polygon()
    ux, uy = (bx - ax) / length, (by - ay) / length
    mx, my = opening.middle
    half = min(opening.clear_width_m, length) / 2.0
    along = (-half, half, half, -half)
    across = (low_m, low_m, high_m, high_m)
    return Polygon([(mx + a * ux - c * uy, my + a * uy + c * ux) for a, c in zip(along, across, strict=True)])


__all__ = ["EXIT_M", "WALL_M", "Walkable", "outward", "rectangle", "walkable"]
