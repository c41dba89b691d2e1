"""SpaceShapes of a drawing by its layers: closed outlines, or the faces that walls and thresholds enclose, less obstacles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from drillsim.exchange.dxf.drawing import Shape
from drillsim.exchange.importing.draft import XY, Draft, rounded
from drillsim.exchange.importing.loops import Gap, outlines_of
from drillsim.exchange.importing.rules import FACES, NAMED, USE, use_of

LEAST_ROOM_M2 = 0.5
"""Area of a face below which it is no room, m2. Source: A:import.rooms."""
LEAST_WIDTH_M = 0.6
"""Width of a face of walls below which it is the wall itself, m. Source: A:import.rooms."""
GAPS_SHOWN = 200
"""Open ends that are told one by one."""


def room_shapes(draft: Draft, shapes: Sequence[Shape], snap_m: float) -> list[Polygon]:
    """Return the rooms that closed and nearly closed lines of the room layers show, a room inside another cut out of it."""
    closed = [Polygon(s.points) for s in shapes if s.closed and len(set(s.points)) > 2 and s.arc is None]
    valid = [p if p.is_valid else shapely.make_valid(p) for p in closed]
    rooms = [p for v in valid for p in shapely.get_parts(v) if isinstance(p, Polygon) and p.area >= LEAST_ROOM_M2]
    crossing = [c for c in closed if not c.is_valid and c.convex_hull.area >= LEAST_ROOM_M2]
    for outline in crossing:
        draft.note(
            "guessed", "an outline crosses itself; its parts are rooms of their own", _inside(outline.convex_hull)
        )
    loose = [s.points for s in shapes if not s.closed and len(s.points) > 1 and not s.text]
    if loose:
        rooms += enclosed(draft, loose, snap_m)
    return _without_inner(draft, _distinct(rooms))


def faces_of_walls(
    draft: Draft, walls: Sequence[Shape], thresholds: Iterable[Sequence[XY]], snap_m: float
) -> list[Polygon]:
    """Return the rooms between walls: faces wide enough for people. Lines of doors close their gaps."""
    lines = [(*s.points, s.points[0]) if s.closed else s.points for s in walls if len(s.points) > 1]
    faces = enclosed(draft, [*lines, *thresholds], snap_m)
    return [f for f in faces if not f.buffer(-LEAST_WIDTH_M / 2).is_empty]


def enclosed(draft: Draft, lines: Sequence[Sequence[XY]], snap_m: float) -> list[Polygon]:
    """Return the faces of loose lines, and note every gap that was closed or stays open."""
    found = outlines_of(lines, snap_m)
    for gap in found.closed:
        draft.note("guessed", f"a gap of {_size(gap)} was closed", gap.point)
    for gap in found.open_ends[:GAPS_SHOWN]:
        remedy = f". --snap {gap.size_m * 100 + 0.5:.0f}cm would close it" if gap.size_m < 1.0 else ""
        draft.note("missing", f"a line ends in the open, {_size(gap)} from the next end{remedy}", gap.point)
    return [f for f in found.faces if f.area >= LEAST_ROOM_M2]


def _size(gap: Gap) -> str:
    return f"{gap.size_m * 1000:.0f} mm" if gap.size_m < 0.1 else f"{gap.size_m:.2f} m"


def _distinct(rooms: Sequence[Polygon]) -> list[Polygon]:
    """Return the rooms without those drawn twice."""
    kept: list[Polygon] = []
    for room in rooms:
        if not any(
            abs(room.area - k.area) < 1e-3 * room.area and room.intersection(k).area > 0.999 * room.area for k in kept
        ):
            kept.append(room)
    return kept


def _without_inner(draft: Draft, rooms: list[Polygon]) -> list[Polygon]:
    """Return the rooms, each less those that lie wholly within it."""
    tree = shapely.STRtree(rooms)
    found = []
    for i, room in enumerate(rooms):
        inner = [rooms[int(j)] for j in tree.query(room, predicate="covers") if int(j) != i]
        inner = [r for r in inner if r.area < room.area]
        if inner:
            draft.note(
                "guessed", f"{len(inner)} smaller outline(s) inside a room were cut out of it", _inside(inner[0])
            )
            rest = shapely.difference(room, shapely.union_all(inner))
            found += [p for p in shapely.get_parts(rest) if isinstance(p, Polygon) and p.area >= LEAST_ROOM_M2]
        else:
            found.append(room)
    return found


def less_obstacles(draft: Draft, rooms: Sequence[Polygon], shapes: Sequence[Shape]) -> list[Polygon]:
    """Return the rooms less the closed outlines of the obstacle layers; a room that these divide becomes several."""
    blocks = [Polygon(s.points) for s in shapes if s.closed and len(set(s.points)) > 2]
    blocks = [
        p
        for b in blocks
        for p in shapely.get_parts(b if b.is_valid else shapely.make_valid(b))
        if isinstance(p, Polygon)
    ]
    if not blocks:
        return list(rooms)
    whole = shapely.union_all(blocks)
    found: list[Polygon] = []
    for room in rooms:
        rest = shapely.difference(room, whole)
        parts = [p for p in shapely.get_parts(rest) if isinstance(p, Polygon)]
        small = [p for p in parts if p.area < LEAST_ROOM_M2]
        if small:
            draft.note(
                "left out",
                f"{len(small)} piece(s) of floor smaller than {LEAST_ROOM_M2} m2 between obstacles",
                _inside(small[0]),
            )
        found += [p for p in parts if p.area >= LEAST_ROOM_M2]
    return found


def add_rooms(
    draft: Draft, level: str, rooms: Sequence[Polygon], texts: Sequence[Shape], *, faces: bool
) -> dict[str, Polygon]:
    """Add rooms to a draft under the names that stand in them, and return their shapes by id."""
    found: dict[str, Polygon] = {}
    for room in rooms:
        inside = [t.text.strip() for t in texts if t.text.strip() and room.covers(Point(t.points[0]))]
        label = " ".join(" ".join(inside).split())[:80]
        id_ = draft.id_for(inside[0] if inside else "", "room")
        shape = orient(room)
        rings = [rounded(ring.coords) for ring in (shape.exterior, *shape.interiors)]
        holes = [r for r in rings[1:] if len(r) > 2]
        draft.spaces.append(
            {
                "id": id_,
                **({"label": label} if label else {}),
                "level": level,
                "use": use_of(label),
                "polygon": rings[0],
                **({"holes": holes} if holes else {}),
            }
        )
        draft.derive(id_, FACES if faces else NAMED if inside else USE)
        found[id_] = Polygon(rings[0], holes)
    return found


def _inside(shape: BaseGeometry) -> XY:
    point = shape.representative_point()
    return float(point.x), float(point.y)
