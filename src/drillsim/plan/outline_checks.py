"""Checks of geometry: outlines that cross, spaces that overlap, doors off their walls, points outside their spaces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import Polygon

from drillsim.documents.fault_list import FaultList
from drillsim.plan.model import OUTSIDE, Equipment, FloorPlan, Post, Space

OVERLAP_M2 = 0.01
"""Overlap of two spaces of one level that counts as rounding, m2. Source: assumption A:plan.tolerances."""
OFF_WALL_M = 0.6
"""Largest distance of a threshold from its spaces' outlines, m: a thick wall. Source: assumption A:plan.tolerances."""
OFF_FLOOR_M = 0.01
"""Distance of a named point outside its space that counts as rounding, m. Source: assumption A:plan.tolerances."""


def check_outlines(plan: FloorPlan, notes: FaultList) -> None:
    """Note every fault of geometry: outlines, overlaps, thresholds, posts and equipment."""
    shapes: dict[str, Polygon] = {}
    for i, space in enumerate(plan.spaces):
        shape = _shape(space, i, notes)
        if shape is not None:
            shapes.setdefault(space.id, shape)
    _check_overlaps(plan, notes, shapes)
    _check_openings(plan, notes, shapes)
    named: tuple[tuple[str, tuple[Post | Equipment, ...]], ...] = (("posts", plan.posts), ("equipment", plan.equipment))
    for section, things in named:
        for i, thing in enumerate(things):
            floor = shapes.get(thing.space)
            off = float(floor.distance(shapely.Point(thing.at))) if floor is not None else 0.0
            if off > OFF_FLOOR_M:
                message = (
                    f"'{thing.id}' lies {_metres(off)} outside its space '{thing.space}'. Move 'at', or name "
                    "another space"
                )
                notes.add("DS305", message, (section, i, "at"))


def _shape(space: Space, i: int, notes: FaultList) -> Polygon | None:
    """Return the polygon of a space; None, with a fault noted, where it is degenerate or crosses itself."""
    at = ("spaces", i, "polygon")
    if len(set(space.polygon)) < 3:
        notes.add("DS303", f"the polygon of '{space.id}' has fewer than three different corners", at)
        return None
    shape = Polygon(space.polygon)
    if shape.area <= 0 or not shape.is_valid:
        why = str(shapely.is_valid_reason(shape))
        x_y = why[why.find("[") + 1 : -1].replace(" ", ", ") if "[" in why else ""
        wrong = f"crosses or touches itself near [{x_y}]" if shape.convex_hull.area > 0 else "has no area"
        notes.add("DS303", f"the polygon of '{space.id}' {wrong}. List its corners in order, once around the space", at)
        return None
    for k, hole in enumerate(space.holes):
        cut = Polygon(hole) if len(set(hole)) > 2 else None
        if cut is None or not cut.is_valid or cut.area <= 0 or not shape.covers(cut):
            message = f"hole {k + 1} of '{space.id}' crosses itself, has no area, or reaches beyond the space"
            notes.add("DS303", message, ("spaces", i, "holes", k))
            return None
    whole = Polygon(space.polygon, space.holes)
    if not whole.is_valid or whole.area <= 0:
        notes.add("DS303", f"the holes of '{space.id}' overlap, or cut it into pieces", ("spaces", i, "holes"))
        return None
    return whole


def _check_overlaps(plan: FloorPlan, notes: FaultList, shapes: dict[str, Polygon]) -> None:
    rows = [i for i, s in enumerate(plan.spaces) if s.id in shapes and plan.space_index[s.id] == i]
    polygons = [shapes[plan.spaces[i].id] for i in rows]
    tree = shapely.STRtree(polygons)
    pairs = tree.query(polygons, predicate="intersects").T
    for a, b in sorted((int(a), int(b)) for a, b in pairs if a < b):
        one, two = plan.spaces[rows[a]], plan.spaces[rows[b]]
        if one.level != two.level:
            continue
        common = polygons[a].intersection(polygons[b])
        if common.area > OVERLAP_M2:
            x, y = common.representative_point().coords[0]
            message = (
                f"'{two.id}' and '{one.id}'{notes.line(('spaces', rows[a]))} overlap by {_square_metres(common.area)} "
                f"near [{x:.4g}, {y:.4g}]. Spaces of one level may share walls, not floor"
            )
            notes.add("DS301", message, ("spaces", rows[b], "polygon"))


def _check_openings(plan: FloorPlan, notes: FaultList, shapes: dict[str, Polygon]) -> None:
    levels = {s.id: s.level for s in plan.spaces}
    for i, opening in enumerate(plan.openings):
        on = [levels[s] for s in opening.spaces if s in levels]
        if len(set(on)) > 1:
            message = f"'{opening.id}' joins level '{on[0]}' with level '{on[1]}'. Levels are joined by stairs"
            notes.add("DS302", message, ("openings", i, "spaces"))
        for name in opening.spaces:
            if name == OUTSIDE or name not in shapes:
                continue
            off = _off_wall(shapes[name], (*opening.line, opening.middle))
            if off > OFF_WALL_M:
                message = (
                    f"'{opening.id}' lies {_metres(off)} from the outline of '{name}'. A threshold stands on the walls "
                    f"of both its spaces ({OFF_WALL_M:g} m or 2 ft at most). Move 'line', or name other 'spaces'"
                )
                notes.add("DS302", message, ("openings", i, "line"))


def _off_wall(shape: Polygon, points: Sequence[tuple[float, float]]) -> float:
    """Return the largest distance in m of the points from the boundary of a space, holes included."""
    dots = shapely.points(np.asarray(points, dtype=np.float64))
    return float(np.max(shapely.distance(shape.boundary, dots)))


def _metres(length_m: float) -> str:
    return f"{length_m:.2f} m ({length_m / 0.3048:.1f} ft)"


def _square_metres(area_m2: float) -> str:
    return f"{area_m2:.2f} m² ({area_m2 / 0.3048**2:.1f} ft²)"
