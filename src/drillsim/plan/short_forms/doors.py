"""Doors by the two spaces they join, written out with their threshold."""

from __future__ import annotations

from typing import Any

from drillsim.documents.yaml_source import Spot
from drillsim.errors import closest
from drillsim.notation import UNITS, length_text
from drillsim.plan.model import OUTSIDE
from drillsim.plan.short_forms.forms import Between, Offset
from drillsim.plan.short_forms.parts import FormOrigin, PlanPart, PlanParts, rest_of
from drillsim.plan.short_forms.walls import THICKEST_M, WallStretch, free, nearest, offset_on, shared

DOOR_M = 3 * UNITS["length"]["ft"]
"""Clear width of a door by `between` that states none. Source: A:plan.short_door."""
SLACK_M = 0.001
"""Length in m by which a door may reach beyond its wall: rounded numbers."""
Path = tuple[int | str, ...]


def write_doors(parts: PlanParts) -> None:
    """Give every opening by `between` its spaces and its line."""
    written, parts.lists["openings"] = parts.lists["openings"], []
    row_number = 0
    for part in written:
        path = ("openings", row_number) if part.origin is None else part.origin.path
        row_number += part.origin is None
        is_short = isinstance(part.data, dict) and "between" in part.data
        made = _door(parts, part, path) if is_short else part
        if made is not None:
            parts.lists["openings"].append(made)
        elif part.id:
            parts.unread.add(part.id)


def _door(parts: PlanParts, part: PlanPart, path: Path) -> PlanPart | None:
    both = sorted({"spaces", "line"} & set(part.data))
    if both:
        parts.refuse(f"'between' and '{both[0]}' stand side by side. Keep one of them", part, both[0], path)
        return None
    short = parts.read(part, Between, path)
    if short is None or _is_unknown(parts, short, part, path):
        return None
    first, second = short.between if short.between[0] != OUTSIDE else short.between[::-1]
    walls = _walls(parts, first, second)
    wall = _wall(parts, short, walls, part, path) if walls is not None else None
    line = _line(parts, short, wall, part, path) if wall is not None else None
    if line is None:
        return None
    return PlanPart(*_written(parts, short, part, line), part.origin or FormOrigin("between", path))


def _is_unknown(parts: PlanParts, short: Between, part: PlanPart, path: Path) -> bool:
    known = [p.id for p in parts.lists["spaces"]]
    for name in short.between:
        if name != OUTSIDE and name not in known:
            if name not in parts.unread:
                near = closest(name, [*known, OUTSIDE])
                parts.refuse(f"between: no space called '{name}'.{near}", part, "between", path)
            return True
    if short.between[0] == short.between[1]:
        parts.refuse(
            f"'{short.between[0]}' stands twice. Name the two spaces that the door joins", part, "between", path
        )
        return True
    return False


def _walls(parts: PlanParts, first: str, second: str) -> list[WallStretch] | None:
    """Return the stretches of wall that two spaces share; None where a corner of them is malformed."""
    one = parts.space(first)
    ring = parts.ring(one) if one else None
    if one is None or ring is None or len(ring) < 3:
        return None
    if second == OUTSIDE:
        beside = [parts.ring(p) for p in parts.lists["spaces"] if p is not one and p.name("level") == one.name("level")]
        holes = one.data.get("holes") if isinstance(one.data, dict) else None
        return None if holes and parts.points(holes[0]) is None else free(ring, [r for r in beside if r and len(r) > 2])
    other = parts.space(second)
    theirs = parts.ring(other) if other else None
    if other is None or theirs is None or len(theirs) < 3:
        return None
    return shared(ring, [theirs]) if one.name("level") == other.name("level") else []


def _wall(parts: PlanParts, short: Between, walls: list[WallStretch], part: PlanPart, path: Path) -> WallStretch | None:
    """Return the stretch that the door stands on, or None and the fault."""
    one, two = (f"'{n}'" if n != OUTSIDE else "the outside" for n in short.between)
    facing = [w for w in walls if short.wall in (None, w.facing)]
    where = f" to the {short.wall}" if short.wall else ""
    if not facing:
        rest = (
            "they share none" if not walls else f"they share one to the {', '.join(sorted({w.facing for w in walls}))}"
        )
        message = f"{one} and {two} share no wall{where}{': ' + rest if short.wall else ''}. Check their corners, or write 'spaces' and 'line'"
        parts.refuse(message, part, "wall" if short.wall else "between", path)
        return None
    if isinstance(short.at, tuple):
        stretch, _, off = nearest(facing, short.at)
        if off > THICKEST_M:
            away = length_text(off, parts.document.data.get("units"))
            message = f"that point lies {away} from the wall of {one} and {two}. Move it onto the wall"
            parts.refuse(message, part, "at", path)
            return None
        return stretch
    if len(facing) > 1:
        sides = sorted({w.facing for w in facing})
        remedy = "Write 'at:' with a point on one of them"
        if len(sides) > 1:
            remedy = f"Add 'wall: {sides[0]}' (or {', '.join(sides[1:])})"
        message = f"{one} and {two} share {len(facing)} stretches of wall{where}. {remedy}"
        parts.refuse(message, part, "between", path)
        return None
    return facing[0]


def _line(parts: PlanParts, short: Between, wall: WallStretch, part: PlanPart, path: Path) -> WallStretch | None:
    """Return the threshold on a wall, or None and the fault."""
    width = _width(parts, part, wall)
    middle = wall.length_m / 2
    if isinstance(short.at, Offset):
        found = offset_on(wall, short.at)
        if found is None:
            ends = "north or south" if abs(wall.along[1]) > abs(wall.along[0]) else "west or east"
            message = f"that wall has no end in the {short.at.end}. Count from {ends}"
            parts.refuse(message, part, "at", path)
            return None
        middle = found
    elif isinstance(short.at, tuple):
        middle = nearest([wall], short.at)[1]
    low, high = middle - width / 2, middle + width / 2
    if low < -SLACK_M or high > wall.length_m + SLACK_M:
        size, door, at = (length_text(v, parts.document.data.get("units")) for v in (wall.length_m, width, middle))
        where = "" if short.at is None else f" with its middle at {at}"
        parts.refuse(
            f"a door of {door}{where} does not fit on the wall of {size}. Move it or narrow it",
            part,
            "at" if short.at else "between",
            path,
        )
        return None
    return wall.part(max(low, 0.0), min(high, wall.length_m))


def _width(parts: PlanParts, part: PlanPart, wall: WallStretch) -> float:
    """Return the width that is drawn; a malformed one is told by the reader of the plan."""
    given = part.data.get("width")
    if given is None:
        return wall.length_m if part.data.get("kind") == "opening" else DOOR_M
    found = parts.points([[given, given]])
    if found is None:
        return DOOR_M
    return found[0][0] if found[0][0] > 0 else DOOR_M


def _written(parts: PlanParts, short: Between, part: PlanPart, line: WallStretch) -> tuple[dict[str, Any], Spot]:
    data, inside = rest_of(part, Between)
    outside = OUTSIDE in short.between
    own: dict[str, Any] = {"id": part.id or _new_id(parts, "-".join(short.between))}
    own |= {
        "kind": data.get("kind", "exit" if outside else "door"),
        **{k: v for k, v in data.items() if k not in ("id", "kind")},
    }
    own |= {"spaces": list(short.between), "line": parts.metres(sorted((line.start, line.end)))}
    between = part.spot.inside["between"]
    spots = {"id": between, **inside, "spaces": between, "line": part.spot.inside.get("at", between)}
    return own, Spot(part.spot.line, part.spot.column, spots, part.spot.keys, part.spot.text)


def _new_id(parts: PlanParts, wanted: str) -> str:
    taken = {p.id for section in ("openings", "stairs", "ramps") for p in parts.lists[section]}
    number = 1
    while (name := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return name
