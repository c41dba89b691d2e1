"""Objects of a drawing that drillsim wrote (`exchange.dxf.layers`), corrected in CAD or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shapely import Point, Polygon

from drillsim.exchange.dxf import layers
from drillsim.exchange.dxf.drawing import Shape
from drillsim.exchange.importing.draft import XY, Draft, Thing
from drillsim.exchange.importing.rooms import SpaceShapes
from drillsim.exchange.importing.rules import NAMED, PROBE, USE, use_of
from drillsim.plan.model import OUTSIDE

SNAPPED_M = 0.6
"""Farthest that a new point of the drawing may lie from its space, m. Source: assumption A:plan.tolerances."""


def is_native(shapes: Sequence[Shape]) -> bool:
    """Return whether a drawing has layers of ours."""
    return any(layers.layer_parts(s.layer) is not None for s in shapes)


def read_native(draft: Draft, shapes: Sequence[Shape]) -> None:
    """Add what the drawing shows to a draft: where it stands is as drawn, the rest as the records say."""
    parts = [(p, s) for s in shapes if (p := layers.layer_parts(s.layer)) is not None]
    plan = next((s.record for s in shapes if s.layer == layers.PLAN and s.record), None) or {}
    draft.other = {k: v for k, v in plan.items() if k != layers.SECTION}
    draft.name = str(draft.other.get("name") or draft.name)
    levels = sorted({n for (n, _), _ in parts})
    ids = [_level(draft, n, [s for (m, kind), s in parts if (m, kind) == (n, layers.LEVEL)]) for n in levels]
    for n, level in zip(levels, ids, strict=True):
        here = {kind: [s for (m, k), s in parts if m == n and k == kind] for (_, kind), _ in parts}
        _rooms(draft, level, here)
    beside: dict[int, SpaceShapes] = {}
    for n, level in zip(levels, ids, strict=True):
        beside[n] = SpaceShapes(
            {s["id"]: Polygon(s["polygon"], s.get("holes", ())) for s in draft.spaces if s["level"] == level}
        )
    for (n, kind), shape in parts:
        if kind in (layers.DOORS, layers.EXITS) and len(shape.points) > 1:
            _opening(draft, beside[n], shape, is_exit=kind == layers.EXITS)
        elif kind == layers.FLIGHTS and shape.record:
            _take(draft, shape.record)
        elif kind == layers.POINTS and shape.record and shape.points:
            _take(draft, {**shape.record, "at": list(shape.points[0])})
    order = {str(s.record.get("id")): i for i, (_, s) in enumerate(parts) if s.record and len(s.points) > 2}
    draft.spaces.sort(key=lambda s: order.get(str(s["id"]), len(parts)))


def _level(draft: Draft, number: int, titles: Sequence[Shape]) -> str:
    record = next((_keys(s.record) for s in titles if s.record), None)
    if record is None:
        record = {"id": f"L{number}", "elevation": 0.0 if number == 0 else 4.0 * number}
        draft.note(
            "guessed",
            f"level {number} has no title that drillsim wrote: it is called {record['id']}, {record['elevation']:g} m high",
        )
    draft.levels.append(record)
    return str(record.get("id", ""))


def _keys(record: Any) -> Thing:
    return {k: v for k, v in dict(record).items() if k != layers.SECTION}


def _rooms(draft: Draft, level: str, here: dict[str, list[Shape]]) -> None:
    holes = [s.points for s in here.get(layers.HOLES, []) if len(s.points) > 2]
    for shape in here.get(layers.ROOMS, []):
        if len(shape.points) < 3:
            continue
        outline = Polygon(shape.points)
        inside = [list(map(list, h)) for h in holes if outline.is_valid and outline.covers(Point(_inner(h)))]
        drawn: Thing = {"polygon": [list(p) for p in shape.points], **({"holes": inside} if inside else {})}
        if shape.record:
            record = _keys(shape.record)
            draft.take_id(str(record.get("id", "")))
            draft.spaces.append({**record, "level": level, **drawn})
            continue
        texts = [
            s.text
            for s in here.get(layers.NAMES, [])
            if s.text and outline.is_valid and outline.covers(Point(s.points[0]))
        ]
        name = texts[0].strip() if texts else ""
        id_ = draft.id_for(name, "room")
        draft.derive(id_, NAMED if name else USE)
        draft.spaces.append(
            {"id": id_, **({"label": name} if name else {}), "level": level, "use": use_of(name), **drawn}
        )
        draft.note("guessed", f"'{name or id_}' is new in the drawing; its use is taken from its name", shape.points[0])


def _inner(ring: Sequence[XY]) -> XY:
    point = Polygon(ring).representative_point()
    return float(point.x), float(point.y)


def _opening(draft: Draft, rooms: SpaceShapes, shape: Shape, *, is_exit: bool) -> None:
    line = [list(shape.points[0]), list(shape.points[-1])]
    if shape.record:
        draft.openings.append({**_keys(shape.record), "line": line})
        draft.take_id(str(shape.record.get("id", "")))
        return
    left, right = rooms.beside(shape.points)
    inside = left or right
    if inside is None or (left == right):
        draft.note("left out", "a new door with the same room, or none, on both sides", shape.points[0])
        return
    pair = [inside, OUTSIDE] if is_exit or left is None or right is None else [left, right]
    id_ = draft.id_for("", "exit" if OUTSIDE in pair else "door")
    draft.derive(id_, PROBE)
    draft.openings.append({"id": id_, "kind": "exit" if OUTSIDE in pair else "door", "spaces": pair, "line": line})
    draft.note("guessed", f"'{id_}' is new in the drawing; it joins {' and '.join(pair)}", shape.points[0])


def _take(draft: Draft, record: Any) -> None:
    """Add an object to the section that its record names."""
    section, thing = str(record.get(layers.SECTION)), _keys(record)
    if section == "stairs":
        draft.stairs.append(thing)
    elif section == "ramps":
        draft.ramps.append(thing)
    elif section in ("posts", "equipment", "assembly"):
        held = draft.other.get(section)
        draft.other[section] = [*(held if isinstance(held, list) else []), thing]
