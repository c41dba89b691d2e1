"""Doors, exits and passages on the walls of a drawn plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from drillsim.editor.changes.draft import Draft, Thing, added, find, free_id, point, replaced
from drillsim.editor.changes.walls import SAME_M, Wall, edges, rings_of, wall_at
from drillsim.errors import PlanError
from drillsim.plan.model import CIRCULATION, OUTSIDE

XY = tuple[float, float]
Edge = tuple[XY, XY]
DOOR_M, EXIT_M, PASSAGE_M = 0.9144, 1.8288, 2.4384
"""Widths of a door (36 in), an exit (a pair, 72 in) and a passage between halls (96 in), m. Source: assumption A:editor.doors."""
REACH_M = 1.0
"""Largest distance of a click from the wall it means, m; on screen it is a few pixels, which the page sends."""
BESIDE_M = 0.05
"""Distance of a door's line from the wall that it goes with when the wall moves, m."""


def put_door(draft: Draft, level: str, at: Sequence[float], **how: Any) -> tuple[Draft, str]:
    """Return the draft with a door in the wall nearest to a point, and its id.

    how
        `width_m`, `lock`, `kind` ('' chooses it by the two rooms), `label`, `reach_m`. The middle of the door is the foot of the point, moved as
        far as the ends of the wall ask.

    Raises PlanError where no wall is near, or it is shorter than the door.
    """
    find(draft, "levels", level)
    wall = wall_at(draft, level, (at[0], at[1]), min(float(how.get("reach_m", REACH_M)), REACH_M))
    if wall is None:
        raise PlanError("no wall is near. Click on the wall that the door shall stand in")
    return _put(draft, wall, wall.along_m(at), how)


def middle_door(draft: Draft, space: str, *, width_m: float | None, lock: str) -> Draft:
    """Return the draft with a door in the middle of the longest wall of a room to a hall; as it was where there is none."""
    room = find(draft, "spaces", space)
    uses = {s["id"]: s["use"] for s in draft["spaces"]}
    found = []
    for outline in rings_of(room):
        for a, b in edges(outline):
            middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
            wall = wall_at(draft, room["level"], middle, SAME_M)
            if wall is not None and {uses.get(wall.inside), uses.get(wall.beyond)} & {*CIRCULATION}:
                found.append(wall)
    if not found:
        return draft
    wall = max(found, key=lambda w: w.length_m)
    return _put(draft, wall, wall.length_m / 2, {"width_m": width_m, "lock": lock})[0]


def _put(draft: Draft, wall: Wall, along_m: float, how: dict[str, Any]) -> tuple[Draft, str]:
    ends = _ends(draft, wall)
    kind = str(how.get("kind") or _kind(draft, ends))
    if (kind == "exit") != (OUTSIDE in ends or _outdoors(draft, ends)):
        raise PlanError(
            "an exit stands in an outer wall"
            if kind == "exit"
            else "a door in an outer wall is an exit. Choose the kind 'exit'"
        )
    width = float(how.get("width_m") or {"exit": EXIT_M, "opening": PASSAGE_M}.get(kind, DOOR_M))
    if kind == "opening" and not how.get("width_m"):
        width = min(width, wall.length_m)
    if width > wall.length_m + SAME_M:
        raise PlanError(
            f"this stretch of wall is {wall.length_m:.2f} m long, and the door {width:.2f} m wide. Choose a longer wall"
        )
    middle = min(max(along_m, width / 2), wall.length_m - width / 2)
    line = [point(wall.at(middle + s * width / 2)) for s in (-1, 1)]
    door: Thing = {"id": free_id(draft, _called(draft, kind, ends)), "kind": kind, "spaces": ends, "line": line}
    label = str(how.get("label") or (_exit_label(draft) if kind == "exit" else ""))
    lock = str(how.get("lock") or "none")
    door = {
        **door,
        **({"label": label} if label else {}),
        **({"lock": lock} if lock != "none" and kind != "opening" else {}),
    }
    return added(draft, "openings", door), door["id"]


def _ends(draft: Draft, wall: Wall) -> list[str]:
    """Return the two places of a door: the room before the hall, and outside last."""
    uses = {s["id"]: s["use"] for s in draft["spaces"]} | {OUTSIDE: OUTSIDE}
    rank = {"outdoors": 2, OUTSIDE: 3}
    return sorted((wall.inside, wall.beyond), key=lambda s: rank.get(uses[s], 1 if uses[s] in CIRCULATION else 0))


def _outdoors(draft: Draft, ends: Sequence[str]) -> bool:
    return any(s["use"] == "outdoors" for s in draft["spaces"] if s["id"] in ends)


def _kind(draft: Draft, ends: Sequence[str]) -> str:
    uses = [s["use"] for s in draft["spaces"] if s["id"] in ends]
    if OUTSIDE in ends or "outdoors" in uses:
        return "exit"
    if "stair" in uses:
        return "stair_door"
    return "opening" if all(u in CIRCULATION for u in uses) else "door"


def _called(draft: Draft, kind: str, ends: Sequence[str]) -> str:
    if kind == "exit":
        return f"exit-{sum(o['kind'] == 'exit' for o in draft['openings']) + 1}"
    return f"{'passage' if kind == 'opening' else 'door'}-{ends[0].removeprefix('room-')}"


def _exit_label(draft: Draft) -> str:
    labels = {o.get("label") for o in draft["openings"]}
    return next(name for n in range(1, 100_000) if (name := f"Door {n}") not in labels)


def carried(door: Thing, moved: Iterable[tuple[Edge, Edge]]) -> Thing:
    """Return a door on its wall after the wall has moved: at the same share of its length, and as wide; the door itself where none did."""
    for old, new in moved:
        before, after = Wall(*old, "", ""), Wall(*new, "", "")
        if min(before.length_m, after.length_m) <= SAME_M:
            continue
        line = door["line"]
        within = all(
            -BESIDE_M <= before.along_m(p) <= before.length_m + BESIDE_M and before.off_m(p) <= BESIDE_M for p in line
        )
        if not within:
            continue
        share = sum(before.along_m(p) for p in line) / 2 / before.length_m
        half = (before.along_m(line[1]) - before.along_m(line[0])) / 2
        middle = min(
            max(share * after.length_m, min(abs(half), after.length_m / 2)),
            after.length_m - min(abs(half), after.length_m / 2),
        )
        return {**door, "line": [point(after.at(middle + s * half)) for s in (-1, 1)]}
    return door


def move_door(draft: Draft, id_: str, to: Sequence[float], reach_m: float) -> Draft:
    """Return the draft with a door at another point: along its wall, or in another wall with its own two rooms."""
    door = find(draft, "openings", id_)
    level = next((s["level"] for s in draft["spaces"] if s["id"] in door["spaces"]), "")
    wall = wall_at(draft, level, (to[0], to[1]), min(reach_m, REACH_M))
    if wall is None:
        raise PlanError("no wall is near. Move the door onto a wall")
    width = Wall((door["line"][0][0], door["line"][0][1]), (door["line"][1][0], door["line"][1][1]), "", "").length_m
    if width > wall.length_m + SAME_M:
        raise PlanError(
            f"this stretch of wall is {wall.length_m:.2f} m long, and the door {width:.2f} m wide. Choose a longer wall"
        )
    middle = min(max(wall.along_m(to), width / 2), wall.length_m - width / 2)
    ends = _ends(draft, wall)
    new: Thing = {**door, "line": [point(wall.at(middle + s * width / 2)) for s in (-1, 1)]}
    if set(ends) != set(door["spaces"]):
        new = {k: v for k, v in new.items() if k not in ("one_way", "locked")}
        new = {**new, "spaces": ends, "kind": _kind(draft, ends)}
    return replaced(draft, "openings", [new])
