"""Rooms set to a size by numbers, and moved as a whole: walls are pushed, so that neighbours give up or take over the floor between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shapely import Polygon

from drillsim.editor.changes.draft import Draft, Thing, find, on_level, point, replaced
from drillsim.editor.changes.shaping import push_wall
from drillsim.editor.changes.walls import SAME_M, corners_of, divided, edges, rings_of, wall_at
from drillsim.errors import PlanError
from drillsim.notation import length_text, value_of
from drillsim.plan.model import OUTSIDE
from drillsim.plan.outline_checks import OFF_WALL_M

XY = tuple[float, float]
SIDES: dict[str, XY] = {"east": (1.0, 0.0), "west": (-1.0, 0.0), "north": (0.0, 1.0), "south": (0.0, -1.0)}
AXES = {"width": ("east", "west"), "depth": ("north", "south")}
LEAST_M = 0.3
"""Least size of a room that can be set, m. Source: assumption A:editor.outlines."""


def size_of(space: Thing) -> XY:
    """Return how far a space reaches from west to east, and from south to north, m."""
    xs, ys = zip(*space["polygon"], strict=True)
    return max(xs) - min(xs), max(ys) - min(ys)


def set_size(draft: Draft, id_: str, name: str, written: str) -> tuple[Draft, str]:
    """Return the draft with a room as wide (west to east) or as deep (south to north) as somebody writes, and what that did.

    The side with fewer doors moves, the eastern or northern one of two equal ones; the opposite one stays.

    name
        width or depth.
    """
    space, unit = find(draft, "spaces", id_), draft.get("units")
    text = written.strip()
    size = value_of(f"{text} {unit}" if unit and text.replace(".", "", 1).isdigit() else text, "length")
    if name not in AXES or size is None or size < LEAST_M:
        raise PlanError(f"'{written}' is no {name} of a room. Write it like 30 ft or 9 m")
    by = size - size_of(space)[0 if name == "width" else 1]
    if abs(by) < SAME_M:
        return draft, f"{_name(space)} is {length_text(size, unit)} {'wide' if name == 'width' else 'deep'} already."
    side = min(AXES[name], key=lambda s: len(_doors_on(draft, space, s)))
    new = _pushed(draft, id_, side, by)
    return (
        new,
        f"The {side} wall of {_name(space)} moved by {length_text(abs(by), unit)}. {_neighbours(draft, new, id_)}",
    )


def move_room(draft: Draft, id_: str, start: Sequence[float], end: Sequence[float]) -> tuple[Draft, str]:
    """Return the draft with a room moved as from one point to another, with what stands in it, and what that did.

    A room that touches no other goes where it is put. Of one with neighbours the walls are pushed: each neighbour gives up the
    floor that the room takes, and takes over what it leaves, so that walls stay shared and doors stay in them.
    """
    space, (dx, dy) = find(draft, "spaces", id_), (end[0] - start[0], end[1] - start[1])
    if not _touches(draft, space):
        new = _carried(draft, space, dx, dy)
    else:
        corners = {tuple(p) for p in space["polygon"]}
        xs, ys = {p[0] for p in corners}, {p[1] for p in corners}
        if len(corners) != 4 or len(xs) != 2 or len(ys) != 2 or space.get("holes"):
            raise PlanError(
                f"{_name(space)} has neighbours and is no upright rectangle. Move its walls or corners instead"
            )
        new = draft
        ways = [(side, n[0] * dx + n[1] * dy) for side, n in SIDES.items()]
        for side, by in sorted(ways, key=lambda w: -w[1]):  # grown before it is cut, so that it never vanishes
            if abs(by) >= SAME_M:
                new = _pushed(new, id_, side, by)
    for section in ("posts", "equipment"):
        new = replaced(
            new, section, [{**t, "at": _shifted(t["at"], dx, dy)} for t in new[section] if t["space"] == id_]
        )
    return new, f"{_name(space)} moved. {_neighbours(draft, new, id_)}"


def _pushed(draft: Draft, id_: str, side: str, by: float) -> Draft:
    """Return the draft with one side of a room pushed outward by so much, every stretch of it."""
    space, (nx, ny) = find(draft, "spaces", id_), SIDES[side]
    stretches = list(_stretches(draft, space, side))
    if not stretches:
        raise PlanError(f"the {side} side of {_name(space)} is not straight. Move its corners instead")
    for at in stretches:
        draft = push_wall(draft, space["level"], at, (at[0] + by * nx, at[1] + by * ny))
    return draft


def _stretches(draft: Draft, space: Thing, side: str) -> Iterator[XY]:
    """Yield a point of each stretch of the outermost wall on a side: one for each neighbour there."""
    nx, ny = SIDES[side]
    far = max(p[0] * nx + p[1] * ny for p in space["polygon"])
    corners = corners_of(on_level(draft, space["level"]))
    found: list[tuple[XY, XY]] = []
    for a, b in edges(divided(space["polygon"], corners)):
        if not all(abs(p[0] * nx + p[1] * ny - far) <= SAME_M for p in (a, b)):
            continue
        middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        wall = wall_at(draft, space["level"], middle, 0.01)
        ends = tuple(sorted((wall.a, wall.b))) if wall else ()
        if ends and not any(
            all(abs(p - q) <= SAME_M for e, f in zip(ends, k, strict=True) for p, q in zip(e, f, strict=True))
            for k in found
        ):
            found.append((ends[0], ends[1]))
            yield middle


def _doors_on(draft: Draft, space: Thing, side: str) -> list[Thing]:
    nx, ny = SIDES[side]
    far = max(p[0] * nx + p[1] * ny for p in space["polygon"])
    beside = [o for o in draft["openings"] if space["id"] in o["spaces"]]
    return [o for o in beside if all(abs(p[0] * nx + p[1] * ny - far) <= OFF_WALL_M for p in o["line"])]


def _touches(draft: Draft, space: Thing) -> bool:
    floor = Polygon(space["polygon"])
    others = [s for s in on_level(draft, space["level"]) if s["id"] != space["id"]]
    return any(floor.distance(Polygon(s["polygon"])) <= SAME_M for s in others) or any(
        space["id"] in o["spaces"] and OUTSIDE not in o["spaces"] for o in draft["openings"]
    )


def _carried(draft: Draft, space: Thing, dx: float, dy: float) -> Draft:
    rings = [[_shifted(p, dx, dy) for p in ring] for ring in rings_of(space)]
    moved = {**space, "polygon": rings[0], **({"holes": rings[1:]} if rings[1:] else {})}
    floor = Polygon(moved["polygon"])
    for other in on_level(draft, space["level"]):
        if other["id"] != space["id"] and floor.intersection(Polygon(other["polygon"])).area > SAME_M:
            raise PlanError(f"{_name(space)} would lie over {_name(other)}. Move it less far")
    doors = [
        {**o, "line": [_shifted(p, dx, dy) for p in o["line"]]} for o in draft["openings"] if space["id"] in o["spaces"]
    ]
    return replaced(replaced(draft, "spaces", [moved]), "openings", doors)


def _shifted(at: Sequence[float], dx: float, dy: float) -> list[float]:
    return point((at[0] + dx, at[1] + dy))


def _neighbours(before: Draft, after: Draft, id_: str) -> str:
    """Return what happened to the floors of other rooms."""
    old = {s["id"]: Polygon(s["polygon"], s.get("holes", ())).area for s in before["spaces"]}
    new = {s["id"]: Polygon(s["polygon"], s.get("holes", ())).area for s in after["spaces"]}
    names = {s["id"]: _name(s) for s in after["spaces"]}
    lost = [names[s] for s in old if s != id_ and new[s] < old[s] - SAME_M]
    won = [names[s] for s in old if s != id_ and new[s] > old[s] + SAME_M]
    told = [f"smaller: {', '.join(lost)}"] if lost else []
    told += [f"larger: {', '.join(won)}"] if won else []
    return f"Neighbours that gave or took floor: {'; '.join(told)}." if told else "No other room changed."


def _name(space: Thing) -> str:
    return str(space.get("label") or space["id"])
