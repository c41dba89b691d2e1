"""Checks of geometry: sizes, outlines that cross, spaces that overlap, necks, doors off their walls, points outside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, Polygon

from drillsim.documents.fault_list import FaultList, Path
from drillsim.notation import UNITS, area_text, length_text, place_text
from drillsim.plan.model import OUTSIDE, Equipment, FloorPlan, Opening, Post, Ramp, Space, Stair
from drillsim.plan.outlines import (
    CLOSED_M,
    Chord,
    clean_ring,
    faces_of,
    floor_of,
    shortest_chords,
    widest_below_m,
    without_narrow_passages,
)

OVERLAP_DEPTH_M = 0.005
"""Spaces of one level may overlap this deep: rounding. Source: assumption A:plan.tolerances."""
WIDTH_SLACK_M = 0.01
"""A width may exceed its drawn line by this much: rounding. Source: assumption A:plan.tolerances."""
MOST_M = 3.66
"""Clear width in m above which a door is reported as unusual. Source: assumption A:plan.usual_widths."""
OFF_WALL_M = 0.6
"""Largest distance of a threshold from its spaces' outlines, m: a thick wall. Source: assumption A:plan.tolerances."""
LARGEST_M, LARGEST_OUTDOORS_M = 500.0, 5000.0
"""Longest extent of an indoor and of an outdoor space, m; beyond, only a wrong unit explains it. Source: A:plan.sizes."""
SMALLEST_M = 0.5
"""A room with both sides shorter than this, m, can hold nobody: a wrong unit. Source: A:plan.sizes."""
MOST_SIZES = 3
"""Largest number of spaces of wrong size that are reported one by one; a wrong unit affects them all."""
NECK_M = 0.81
"""Narrower passages inside a floor give a warning: the clear width of a usual door, 32 in. Source: A:plan.necks."""
MOST_NECKS = 20
"""Largest number of passages of one floor that are checked, narrowest first; bounds the time for floors of many niches."""
SIDE_M2 = 1.0
"""Area on either side of a passage below which it is a niche and not reported, m2. Source: A:plan.necks."""
OFF_FLOOR_M = 0.01
"""Distance of a named point outside its space that counts as rounding, m. Source: assumption A:plan.tolerances."""
MOST_THINGS = 20_000
"""Objects in one section of a plan. Campuses of 2,000 rooms stay far below (tools/scale.py)."""
MOST_CORNERS = 3_000
"""Corners of one space with its holes; shortest ways inside take memory with their square."""
MOST_PEOPLE = 250_000
"""Persons in one plan."""
LONGEST_SIDE_M, FARTHEST_M = 5_000.0, 20_000.0
"""Side of the box around one space, and around the whole plan."""
LARGEST_ROOM_M2, LARGEST_LANDING_M2 = 250_000.0, 100_000.0
"""Floor of a space indoors (25 ha, more than any hall), and standing area of a stair room."""
WIDEST_M, LONGEST_STAIR_M = 1_000.0, 1_000.0
"""Clear width of an opening or stair, and walking length and rise of a stair."""
STEPS_M = (0.01, 2.0)
"""Height and depth of a step that can be computed with, m; unusual values within give a warning."""


def check_outlines(plan: FloorPlan, notes: FaultList) -> tuple[dict[str, Polygon], dict[str, list[Polygon]]]:
    """Note every fault of geometry: outlines, overlaps, thresholds, posts and equipment.

    Returns the floors that can be used, and the pieces of those that are parted by passages too narrow for a person.
    """
    shapes: dict[str, Polygon] = {}
    parted: dict[str, list[Polygon]] = {}
    for i, space in enumerate(plan.spaces):
        shape = _shape(space, i, notes, plan.units)
        if shape is not None:
            shapes.setdefault(space.id, shape)
    right_sized = _check_sizes(plan, notes, shapes)
    for i, space in enumerate(plan.spaces):
        if space.id in right_sized and plan.space_index[space.id] == i:
            parted[space.id] = _check_passages(plan, notes, i, shapes[space.id])
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
                    f"'{thing.id}' lies {length_text(off, plan.units)} outside its space '{thing.space}'. Move 'at', or name "
                    "another space"
                )
                notes.add("DS305", message, (section, i, "at"))
    return shapes, {space: pieces for space, pieces in parted.items() if len(pieces) > 1}


def _shape(space: Space, i: int, notes: FaultList, unit: str | None) -> Polygon | None:
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


def _ring_is_usable(
    ring: Sequence[tuple[float, float]], name: str, at: Path, notes: FaultList, unit: str | None
) -> bool:
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


def _check_sizes(plan: FloorPlan, notes: FaultList, shapes: dict[str, Polygon]) -> set[str]:
    """Note spaces of a size that only a wrong unit explains; return the ids of the others."""
    wrong: list[tuple[int, str]] = []
    for i, space in enumerate(plan.spaces):
        if space.id not in shapes or plan.space_index[space.id] != i:
            continue
        x0, y0, x1, y1 = shapes[space.id].bounds
        sides = (x1 - x0, y1 - y0)
        most = LARGEST_OUTDOORS_M if space.use == "outdoors" else LARGEST_M
        if SMALLEST_M <= max(sides) <= most:
            continue
        kind = "outdoor place" if space.use == "outdoors" else "room"
        why = f"larger than any {kind}" if max(sides) > most else "too small for a person"
        wide, long = (length_text(side, plan.units) for side in sides)
        wrong.append((i, f"'{space.id}' is {wide} by {long}: {why}. {unit_remedy(max(sides), plan.units)}"))
    for i, message in wrong[:MOST_SIZES]:
        last = i == wrong[:MOST_SIZES][-1][0] and len(wrong) > MOST_SIZES
        more = f". So with {len(wrong) - MOST_SIZES} more spaces" if last else ""
        notes.add("DS408", message + more, ("spaces", i, "polygon"))
    return set(shapes) - {plan.spaces[i].id for i, _ in wrong}


def _check_passages(plan: FloorPlan, notes: FaultList, i: int, floor: Polygon) -> list[Polygon]:
    """Warn of narrow floors, of necks, and of floors that passages too narrow for a person divide; return their pieces."""
    space = plan.spaces[i]
    widest_m = widest_below_m(floor, NECK_M - WIDTH_SLACK_M)
    is_closed = widest_m < CLOSED_M
    if is_closed or (widest_m < NECK_M and space.is_circulation):
        why = "too narrow for a person" if is_closed else "less than a usual door, so that people queue there"
        message = f"'{space.id}' is nowhere wider than {length_text(widest_m, plan.units)}: {why}. Check the unit"
        notes.warn("DS410" if is_closed else "DS409", message, ("spaces", i, "polygon"))
        return []
    beside = [o for o in plan.openings if space.id in o.spaces]
    narrow = sorted(shortest_chords(floor, NECK_M - WIDTH_SLACK_M), key=lambda c: c.length_m)
    told: list[Chord] = []
    for chord in [c for c in narrow if c.length_m >= CLOSED_M and _may_part(floor, c)][:MOST_NECKS]:
        sides = faces_of(floor, [*told, chord])  # the two ends of one passage enclose a niche
        if len(sides) == 2 + len(told) and all(_matters(side, floor, beside) for side in sides):
            told.append(chord)
            message = (
                f"'{space.id}' narrows to {length_text(chord.length_m, plan.units)} near {place_text(*chord.middle, plan.units)}, less "
                "than a usual door: people queue there. Check the corners beside it"
            )
            notes.warn("DS409", message, ("spaces", i, "polygon"), point_m=chord.middle)
    closed = [c for c in narrow if c.length_m < CLOSED_M]
    if not closed:
        return []
    pieces: list[Polygon] = [p for p in shapely.get_parts(without_narrow_passages(floor)) if p.area >= SIDE_M2]
    if len(pieces) < 2:
        return []
    shut = [piece for piece in pieces if not any(piece.distance(shapely.Point(o.middle)) <= OFF_WALL_M for o in beside)]
    for piece in shut or [min(pieces, key=lambda p: float(p.area))]:
        chord = min(closed, key=lambda c: float(piece.distance(LineString([c.a, c.b]).centroid)))
        lacks = "has no opening of its own" if shut else "is cut off from the rest of it"
        message = (
            f"a part of '{space.id}' of {area_text(float(piece.area), plan.units)} {lacks}: the passage near "
            f"{place_text(*chord.middle, plan.units)} is {length_text(chord.length_m, plan.units)} wide, too narrow for a person. "
            "Widen it, or draw the part as a space with a door"
        )
        notes.warn("DS410", message, ("spaces", i, "polygon"), point_m=chord.middle)
    return pieces


def _may_part(floor: Polygon, chord: Chord) -> bool:
    """Return whether both ends of a chord lie on one ring; a chord between two rings does not divide a floor."""
    ends = shapely.points([chord.a, chord.b])
    return any(bool((shapely.distance(ring, ends) <= 1e-6).all()) for ring in (floor.exterior, *floor.interiors))


def _matters(side: Polygon, floor: Polygon, beside: Sequence[Opening]) -> bool:
    """Return whether one side of a neck is more than a niche: it has an opening, or a good part of the floor."""
    has_way = any(side.distance(shapely.Point(o.middle)) <= WIDTH_SLACK_M for o in beside)
    return bool(side.area >= SIDE_M2 and (has_way or side.area >= floor.area / 10.0))


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
            place = place_text(float(at.x), float(at.y), plan.units)
            message = (
                f"'{two.id}' and '{one.id}'{notes.line(('spaces', rows[a]))} overlap by {area_text(common.area, plan.units)} "
                f"near {place}. Spaces of one level may share walls, not floor"
            )
            notes.add("DS301", message, ("spaces", rows[b], "polygon"), point_m=(float(at.x), float(at.y)))


def _check_openings(plan: FloorPlan, notes: FaultList, shapes: dict[str, Polygon]) -> None:
    levels = {s.id: s.level for s in plan.spaces}
    for i, opening in enumerate(plan.openings):
        on = [levels[s] for s in opening.spaces if s in levels]
        if len(set(on)) > 1:
            message = f"'{opening.id}' joins level '{on[0]}' with level '{on[1]}'. Levels are joined by stairs or ramps"
            notes.add("DS302", message, ("openings", i, "spaces"))
        for name in opening.spaces:
            if name == OUTSIDE or name not in shapes:
                continue
            off = _off_wall(shapes[name], (*opening.line, opening.middle))
            if off > OFF_WALL_M:
                message = (
                    f"'{opening.id}' lies {length_text(off, plan.units)} from the outline of '{name}'. A threshold stands on the walls "
                    f"of both its spaces ({length_text(OFF_WALL_M, plan.units)} at most). Move 'line', or name other 'spaces'"
                )
                notes.add("DS302", message, ("openings", i, "line"))


def _check_thresholds(plan: FloorPlan, notes: FaultList) -> None:
    """Warn of widths beyond the drawn line, and of two openings on one stretch of wall."""
    if not plan.openings:
        return
    level = {s.id: s.level for s in plan.spaces}
    lines = [LineString(o.line) for o in plan.openings]
    for i, opening in enumerate(plan.openings):
        drawn_m = float(lines[i].length)
        odd = opening.wide_on_purpose or opening.clear_width_m > MOST_M  # reported elsewhere, or intended
        if opening.width is not None and 0 < drawn_m < opening.width - WIDTH_SLACK_M and not odd:
            message = (
                f"'{opening.id}' is {length_text(opening.width, plan.units)} wide on a line of {length_text(drawn_m, plan.units)}. Draw the line as "
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
                f"'{two.id}' and '{one.id}'{notes.line(('openings', a))} stand on the same {length_text(shared_m, plan.units)} of wall, so "
                "that it counts twice. Keep one of them, or move the line"
            )
            notes.warn("DS407", message, ("openings", b, "line"))


def _off_wall(shape: Polygon, points: Sequence[tuple[float, float]]) -> float:
    """Return the largest distance in m of the points from the boundary of a space, holes included."""
    dots = shapely.points(np.asarray(points, dtype=np.float64))
    return float(np.max(shapely.distance(shape.boundary, dots)))


def check_sizes(plan: FloorPlan, notes: FaultList) -> bool:
    """Note sizes that only a wrong unit or a generated file explains (DS105); return whether there are none."""
    before = len(notes.faults)
    for section in (
        "levels",
        "spaces",
        "openings",
        "stairs",
        "ramps",
        "posts",
        "cameras",
        "equipment",
        "assembly",
        "timetable",
    ):
        number = len(getattr(plan, section))
        if number > MOST_THINGS:
            notes.add("DS105", f"{number:,} {section}; at most {MOST_THINGS:,} are read. Split the campus", (section,))
    if len(notes.faults) == before:
        for i, space in enumerate(plan.spaces):
            for key, message in _space_faults(space, plan.units):
                notes.add("DS105", f"'{space.id}' {message}", ("spaces", i, key))
        for i, opening in enumerate(plan.openings):
            if opening.clear_width_m > WIDEST_M:
                key = "line" if opening.width is None else "width"
                message = (
                    f"'{opening.id}' is {_size(opening.clear_width_m, plan.units)} wide; at most "
                    f"{_size(WIDEST_M, plan.units)}. Check the unit"
                )
                notes.add("DS105", message, ("openings", i, key))
        for section, i, flight in plan.flights_by_section():
            for key, message in _flight_faults(flight, plan.units):
                called = f"{section.removesuffix('s')} '{flight.id}'"
                notes.add("DS105", f"{called}: {message}. Check the unit", (section, i, key))
        _check_whole(plan, notes)
    return len(notes.faults) == before


def _space_faults(space: Space, unit: str | None) -> Iterator[tuple[str, str]]:
    corners = len(space.polygon) + sum(map(len, space.holes))
    if corners > MOST_CORNERS:
        yield "polygon", f"has {corners:,} corners; at most {MOST_CORNERS} are read. Leave out what nobody walks around"
    sides = [max(p[k] for p in space.polygon) - min(p[k] for p in space.polygon) for k in (0, 1)]
    area_m2 = abs(_area_m2(space.polygon))
    if max(sides) > LONGEST_SIDE_M:
        yield (
            "polygon",
            f"is {_size(max(sides), unit)} long; at most {_size(LONGEST_SIDE_M, unit)}. {unit_remedy(max(sides), unit)}",
        )
    elif space.use != "outdoors" and area_m2 > LARGEST_ROOM_M2:
        yield (
            "polygon",
            f"has {area_text(area_m2, unit)}; at most {area_text(LARGEST_ROOM_M2, unit)} indoors. {unit_remedy(max(sides), unit)}",
        )
    if space.landing is not None and not 0 < space.landing <= LARGEST_LANDING_M2:
        word = "above 0" if space.landing <= 0 else f"at most {area_text(LARGEST_LANDING_M2, unit)}"
        yield "landing", f"has a landing of {area_text(space.landing, unit)}; it must be {word}"


def _size(length_m: float, unit: str | None) -> str:
    return length_text(length_m, unit, digits=0)


def _flight_faults(flight: Stair | Ramp, unit: str | None) -> Iterator[tuple[str, str]]:
    keys = type(flight).model_fields
    for key, most in (("rise", LONGEST_STAIR_M), ("length", LONGEST_STAIR_M), ("width", WIDEST_M)):
        if key in keys and getattr(flight, key) > most:
            yield key, f"a {key} of {_size(getattr(flight, key), unit)}; at most {_size(most, unit)}"
    for key in ("riser", "tread"):
        if key in keys and not STEPS_M[0] <= getattr(flight, key) <= STEPS_M[1]:
            size, low, high = (length_text(v, unit, digits=3) for v in (getattr(flight, key), *STEPS_M))
            yield key, f"a {key} of {size}; {low} to {high}"


def _check_whole(plan: FloorPlan, notes: FaultList) -> None:
    people = sum(s.people for s in plan.spaces)
    if people > MOST_PEOPLE:
        message = f"{people:,} people in all; at most {MOST_PEOPLE:,} are computed with. Check 'people'"
        notes.add("DS105", message, ("spaces",))
    for k in (0, 1):
        places = [p[k] for s in plan.spaces for p in s.polygon]
        if places and max(places) - min(places) > FARTHEST_M:
            message = (
                f"the plan reaches over {(max(places) - min(places)) / 1000:,.0f} km; at most {FARTHEST_M / 1000:,.0f} km. "
                "One point may have a wrong unit or sign"
            )
            notes.add("DS105", message, ("spaces",))


def _area_m2(corners: Sequence[tuple[float, float]]) -> float:
    """Return the signed area by the shoelace formula, about the first corner so that far coordinates keep their digits."""
    x0, y0 = corners[0]
    at = [(x - x0, y - y0) for x, y in corners]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(at)) / 2


def unit_remedy(side_m: float, unit: str | None) -> str:
    """Return the remedy for coordinates in another unit than the file says."""
    if unit is None:
        return "Check the units of its corners"
    number = side_m / UNITS["length"][unit]
    likely = [u for u in ("mm", "cm", "in", "ft", "m") if u != unit and 3.0 <= number * UNITS["length"][u] <= 100.0]
    words = " or ".join(f"'{u}'" for u in likely[:2])
    return f"Are its corners in {words}? Write that after 'units:'" if likely else "Check its corners"
