"""A plan of rows from a room list: every room as a rectangle of its area along an invented corridor."""

from __future__ import annotations

import re
from collections.abc import Sequence

from drillsim.exchange.importing.draft import Draft
from drillsim.exchange.importing.rules import ROWS, STOREY, use_of
from drillsim.exchange.room_list.table import ListedRoom

DEPTH_M, HALL_M, AREA_M2, STOREY_M = 7.5, 3.0, 60.0, 4.0
"""Depth of a room, width of the corridor, area of a room without one, height of a storey. Source: A:import.rows."""
DOOR_M, EXIT_M, STAIR_M = 0.915, 1.83, 6.0
"""Widths of doors and exits, length of a stair room. Source: A:import.rows."""
STAIR_WALK_M = 10.49
"""Walking length of a switchback stair of 24 risers. Source: A:import.rows."""


def build_rows(draft: Draft, rows: Sequence[ListedRoom]) -> None:
    """Add a level per level of the list, its rooms on both sides of a corridor, exits at the ground, and stairs between."""
    names = sorted(dict.fromkeys(r.level for r in rows), key=_order)
    levels = []
    for k, name in enumerate(names):
        id_ = draft.id_for(f"level-{name}" if name else "", "level")
        draft.levels.append({"id": id_, "elevation": STOREY_M * k, **({"label": f"Level {name}"} if name else {})})
        draft.derive(id_, STOREY)
        levels.append(id_)
    for k, (name, level) in enumerate(zip(names, levels, strict=True)):
        _level(draft, level, [r for r in rows if r.level == name], ground=k == 0, stairs=len(levels) > 1)
    for k in range(len(levels) - 1):
        id_ = draft.id_for("", "stair")
        ends = {"lower": f"stair-room-{k + 1}", "upper": f"stair-room-{k + 2}"}
        draft.stairs.append(
            {"id": id_, **ends, "rise": STOREY_M, "width": 1.5, "length": STAIR_WALK_M, "riser": 0.167, "tread": 0.28}
        )
        draft.derive(id_, ROWS)


def _order(name: str) -> tuple[float, str]:
    """Return the height of a level by its name: basements below, then the ground floor, then by number."""
    low = name.lower()
    number = re.search(r"-?\d+", low)
    if number:
        return float(number[0]), low
    return (-1.0 if re.match(r"b|ug|low", low) else 0.0 if not low or re.match(r"g|eg|main", low) else 100.0), low


def _level(draft: Draft, level: str, rows: Sequence[ListedRoom], *, ground: bool, stairs: bool) -> None:
    ends = [0.0, 0.0]
    hall = draft.id_for(f"hall-{level}", "hall")
    doors = []
    for row in rows:
        side = 0 if ends[0] <= ends[1] else 1
        width = max(1.5, round((row.area_m2 or AREA_M2) / DEPTH_M, 2))
        x0, x1 = ends[side], round(ends[side] + width, 2)
        ends[side] = x1
        y0, y1 = (HALL_M, HALL_M + DEPTH_M) if side == 0 else (-DEPTH_M, 0.0)
        wall = HALL_M if side == 0 else 0.0
        id_ = draft.id_for(f"room-{row.room}" if row.room[:1].isdigit() else row.room, "room")
        people = {"people": row.people} if row.people else {}
        use = use_of(row.use, row.room)
        draft.spaces.append(
            {"id": id_, "label": row.room, "level": level, "use": use, "polygon": _box(x0, y0, x1, y1), **people}
        )
        middle = (x0 + x1) / 2
        doors.append((id_, [[middle - DOOR_M / 2, wall], [middle + DOOR_M / 2, wall]]))
        draft.derive(id_, ROWS)
    end = max(*ends, 4.0)
    draft.spaces.append(
        {"id": hall, "label": "Corridor", "level": level, "use": "corridor", "polygon": _box(0, 0, end, HALL_M)}
    )
    draft.derive(hall, ROWS)
    for room, line in doors:
        _door(draft, "door", (room, hall), line)
    low, high = (HALL_M - EXIT_M) / 2, (HALL_M + EXIT_M) / 2
    if ground:
        _door(draft, "exit", (hall, "outside"), [[end, low], [end, high]])
    west = [[0.0, low], [0.0, high]]
    if stairs:
        number = sum(s["use"] == "stair" for s in draft.spaces) + 1
        room = draft.take_id(f"stair-room-{number}")
        draft.spaces.append(
            {"id": room, "label": "Stair", "level": level, "use": "stair", "polygon": _box(-STAIR_M, 0, 0, HALL_M)}
        )
        draft.derive(room, ROWS)
        _door(draft, "stair_door", (hall, room), west)
        if ground:
            _door(draft, "exit", (room, "outside"), [[-STAIR_M, low], [-STAIR_M, high]])
    elif ground:
        _door(draft, "exit", (hall, "outside"), west)


def _door(draft: Draft, kind: str, spaces: tuple[str, str], line: list[list[float]]) -> None:
    id_ = draft.id_for("", kind.replace("_", "-"))
    draft.openings.append(
        {"id": id_, "kind": kind, "spaces": list(spaces), "line": [[round(v, 4) for v in p] for p in line]}
    )
    draft.derive(id_, ROWS)


def _box(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
