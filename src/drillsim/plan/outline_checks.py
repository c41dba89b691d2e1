"""Checks of geometry: outlines that cross, spaces that overlap, doors off their walls, points outside their spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import shapely
from shapely import LineString, Polygon

from drillsim.documents.fault_list import FaultList, Path
from drillsim.notation import UNITS
from drillsim.plan.model import OUTSIDE, Equipment, FloorPlan, Post, Space
from drillsim.plan.outlines import clean_ring, floor_of

OVERLAP_DEPTH_M = 0.005
"""Spaces of one level may overlap this deep: rounding. Source: assumption A:plan.tolerances."""
WIDTH_SLACK_M = 0.01
"""A width may exceed its drawn line by this much: rounding. Source: assumption A:plan.tolerances."""
MOST_M = 3.66
"""Wider doors are told as unusual. Source: assumption A:plan.usual_widths."""
OFF_WALL_M = 0.6
"""Largest distance of a threshold from its spaces' outlines, m: a thick wall. Source: assumption A:plan.tolerances."""
OFF_FLOOR_M = 0.01
"""Distance of a named point outside its space that counts as rounding, m. Source: assumption A:plan.tolerances."""


def check_outlines(plan: FloorPlan, notes: FaultList) -> None:
    """Note every fault of geometry: outlines, overlaps, thresholds, posts and equipment."""
    shapes: dict[str, Polygon] = {}
    for i, space in enumerate(plan.spaces):
        shape = _shape(space, i, notes, plan.units or "m")
        if shape is not None:
            shapes.setdefault(space.id, shape)
    _check_overlaps(plan, notes, shapes)
    _check_openings(plan, notes, shapes)
    _check_thresholds(plan, notes)
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


def _shape(space: Space, i: int, notes: FaultList, unit: str) -> Polygon | None:
    """Return the floor of a space, or None with a fault noted where it cannot be used."""
    at = ("spaces", i, "polygon")
    if not _ring_is_usable(space.polygon, f"the polygon of '{space.id}'", at, notes, unit):
        return None
    usable = [
        _ring_is_usable(hole, f"hole {k + 1} of '{space.id}'", ("spaces", i, "holes", k), notes, unit)
        for k, hole in enumerate(space.holes)
    ]
    outline = Polygon(clean_ring(space.polygon))
    for k, hole in enumerate(space.holes):
        if usable[k] and 2 * shapely.intersection(outline, Polygon(hole)).area < Polygon(hole).area:
            usable[k] = False
            message = f"hole {k + 1} of '{space.id}' reaches beyond the space by more than half. Move its corners"
            notes.add("DS303", message, ("spaces", i, "holes", k))
    if not all(usable):
        return None
    floor = floor_of(space.polygon, space.holes)
    pieces: list[Polygon] = [piece for piece in shapely.get_parts(floor) if piece.area > OVERLAP_DEPTH_M**2]
    if len(pieces) == 1:
        return pieces[0]
    whole = "leave no floor" if not pieces else f"part its floor into {len(pieces)} pieces"
    remedy = "Make them smaller" if not pieces else "Draw a space for each piece"
    notes.add("DS303", f"the holes of '{space.id}' {whole}. {remedy}", ("spaces", i, "holes"))
    return None


def _ring_is_usable(ring: Sequence[tuple[float, float]], name: str, at: Path, notes: FaultList, unit: str) -> bool:
    """Note a fault where a cleaned ring does not go once around some floor."""
    if len(set(ring)) < 3:
        notes.add("DS303", f"{name} has fewer than three different corners", at)
        return False
    shape = Polygon(clean_ring(ring))
    if shape.area > 0 and shape.is_valid:
        return True
    wrong = "has no area"
    if shape.convex_hull.area > 0:
        numbers = re.findall(r"-?[0-9.]+(?:e[-+]?[0-9]+)?", str(shapely.is_valid_reason(shape)))
        near = f" near {place_text(float(numbers[0]), float(numbers[1]), unit)}" if len(numbers) >= 2 else ""
        wrong = f"crosses or touches itself{near}"
    notes.add("DS303", f"{name} {wrong}. List its corners in order, once around", at)
    return False


def _check_overlaps(plan: FloorPlan, notes: FaultList, shapes: dict[str, Polygon]) -> None:
    rows = [i for i, s in enumerate(plan.spaces) if s.id in shapes and plan.space_index[s.id] == i]
    if not rows:
        return
    polygons = [shapes[plan.spaces[i].id] for i in rows]
    tree = shapely.STRtree(polygons)
    pairs = tree.query(polygons, predicate="intersects").T
    for a, b in sorted((int(a), int(b)) for a, b in pairs if a < b):
        one, two = plan.spaces[rows[a]], plan.spaces[rows[b]]
        if one.level != two.level:
            continue
        common = polygons[a].intersection(polygons[b])
        if common.area > 0 and not shapely.is_empty(shapely.buffer(common, -OVERLAP_DEPTH_M / 2)):
            at = common.representative_point()
            place = place_text(float(at.x), float(at.y), plan.units or "m")
            message = (
                f"'{two.id}' and '{one.id}'{notes.line(('spaces', rows[a]))} overlap by {_square_metres(common.area)} "
                f"near {place}. Spaces of one level may share walls, not floor"
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


def _check_thresholds(plan: FloorPlan, notes: FaultList) -> None:
    """Warn of widths beyond the drawn line, and of two openings on one stretch of wall."""
    level = {s.id: s.level for s in plan.spaces}
    lines = [LineString(o.line) for o in plan.openings]
    for i, opening in enumerate(plan.openings):
        drawn_m = float(lines[i].length)
        odd = opening.wide_on_purpose or opening.clear_width_m > MOST_M  # told, or meant
        if opening.width is not None and 0 < drawn_m < opening.width - WIDTH_SLACK_M and not odd:
            message = (
                f"'{opening.id}' is {_metres(opening.width)} wide on a line of {_metres(drawn_m)}. Draw the line as "
                "long as the doorway, or correct 'width'"
            )
            notes.warn("DS406", message, ("openings", i, "width"))
    walls = [line.buffer(WIDTH_SLACK_M, cap_style="flat") for line in lines]
    for a, b in sorted(
        (int(a), int(b)) for a, b in shapely.STRtree(walls).query(walls, predicate="intersects").T if a < b
    ):
        one, two = plan.openings[a], plan.openings[b]
        floors = [{level[s] for s in o.spaces if s in level} for o in (one, two)]
        if not floors[0] & floors[1]:
            continue
        shared_m = float(shapely.length(shapely.intersection(lines[a], walls[b])))
        if shared_m > 2 * WIDTH_SLACK_M:
            message = (
                f"'{two.id}' and '{one.id}'{notes.line(('openings', a))} stand on the same {_metres(shared_m)} of wall, so "
                "that it counts twice. Keep one of them, or move the line"
            )
            notes.warn("DS407", message, ("openings", b, "line"))


def place_text(x: float, y: float, unit: str) -> str:
    """Return a point as files write it: to the centimetre, in the unit of the file where it has one."""
    size = UNITS["length"][unit]
    digits = {"mm": 0, "in": 1}.get(unit, 2)
    x_text, y_text = (f"{v / size:.{digits}f}" for v in (x, y))
    return f"[{x_text}, {y_text}]" if unit in ("m", "mm", "cm") else f"[{x_text} {unit}, {y_text} {unit}]"


def _off_wall(shape: Polygon, points: Sequence[tuple[float, float]]) -> float:
    """Return the largest distance in m of the points from the boundary of a space, holes included."""
    dots = shapely.points(np.asarray(points, dtype=np.float64))
    return float(np.max(shapely.distance(shape.boundary, dots)))


def _metres(length_m: float) -> str:
    return f"{length_m:.2f} m ({length_m / 0.3048:.1f} ft)"


def _square_metres(area_m2: float) -> str:
    return f"{area_m2:.2f} m² ({area_m2 / 0.3048**2:.1f} ft²)"
