"""Levels of a drawn plan: one more, a copy of one, and the stairs between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import sqrt

from shapely import Point, Polygon

from drillsim.editor.changes.draft import Draft, Thing, added, find, free_id, on_level
from drillsim.editor.changes.drawing import draw_room
from drillsim.errors import PlanError

STAIR_WIDTH_M = 1.2192
"""Clear width of a drawn stair, m: 48 in. Source: assumption A:editor.stair."""
RISER_M, TREAD_M = 0.178, 0.279
"""Step of a drawn stair, m: that of the plan model. Source: docs/sources.md#sfpe (7/11 in stair)."""


def add_level(draft: Draft, label: str, elevation_m: float) -> tuple[Draft, str]:
    """Return the draft with one more level, and its id."""
    if any(abs(v["elevation"] - elevation_m) < 0.5 for v in draft["levels"]):
        raise PlanError("a level at this height is there already. Write another elevation")
    id_ = next(
        name
        for n in range(len(draft["levels"]), 100_000)
        if (name := f"L{n}") not in {v["id"] for v in draft["levels"]}
    )
    level: Thing = {"id": id_, "elevation": round(elevation_m, 4), "label": label or id_}
    return added(draft, "levels", level), id_


def copy_level(draft: Draft, level: str, label: str, elevation_m: float) -> tuple[Draft, str]:
    """Return the draft with a level whose rooms and doors are those of another, and its id; exits are left out.

    Numbers of rooms go up by a hundred: above Room 104 lies Room 204.
    """
    source = find(draft, "levels", level)
    draft, new = add_level(draft, label, elevation_m)
    names: dict[str, str] = {}
    for space in on_level(draft, source["id"]):
        if space["use"] == "outdoors":
            continue
        name = re.sub(r"\d{3,4}(?!\d)", lambda m: str(int(m[0]) + 100), str(space.get("label") or space["id"]))
        if name in {s.get("label", s["id"]) for s in draft["spaces"]}:
            name = f"{name}, {label}"
        names[space["id"]] = free_id(draft, name)
        draft = added(draft, "spaces", {**space, "id": names[space["id"]], "label": name, "level": new})
    for door in draft["openings"]:
        if all(s in names for s in door["spaces"]):
            ends = [names[s] for s in door["spaces"]]
            copy = {k: v for k, v in door.items() if k not in ("label", "locked", "one_way")}
            draft = added(draft, "openings", {**copy, "id": free_id(draft, f"door-{ends[0]}"), "spaces": ends})
    return draft, new


def draw_stair(
    draft: Draft, level: str, corners: Sequence[Sequence[float]], *, upper: str = "", label: str = ""
) -> tuple[Draft, str]:
    """Return the draft with a stair room here and on the level above, joined by a flight, and the id of the flight.

    upper
        Level at the head; by default the next one above.
    """
    head = find(draft, "levels", upper) if upper else _above(draft, level)
    name = label or _stair_name(draft)
    ends = []
    for at in (level, head["id"]):
        called = f"{name}, {find(draft, 'levels', at).get('label', at)}"
        draft, id_ = draw_room(draft, at, corners, use="stair", label=called)
        ends.append(id_)
    return _flight(draft, ends[0], ends[1], name)


def join_stair(draft: Draft, level: str, at: Sequence[float], *, label: str = "") -> tuple[Draft, str]:
    """Return the draft with a flight from the stair room at a point to the one above it, and the id of the flight."""
    head = _above(draft, level)
    lower, upper = (_stair_room(draft, at, v) for v in (level, head["id"]))
    if any(s["lower"] == lower["id"] and s["upper"] == upper["id"] for s in draft["stairs"]):
        raise PlanError("these two stair rooms are joined already")
    return _flight(draft, lower["id"], upper["id"], label or _stair_name(draft))


def _stair_room(draft: Draft, at: Sequence[float], level: str) -> Thing:
    here = Point(at[0], at[1])
    found = next(
        (s for s in on_level(draft, level) if s["use"] == "stair" and Polygon(s["polygon"]).covers(here)), None
    )
    if found is None:
        name = find(draft, "levels", level).get("label", level)
        raise PlanError(
            f"no stair room lies here on '{name}'. Draw a stair over the whole stair room; it is made on both levels"
        )
    return found


def _above(draft: Draft, level: str) -> Thing:
    here = find(draft, "levels", level)["elevation"]
    higher: list[Thing] = sorted(
        (v for v in draft["levels"] if v["elevation"] > here), key=lambda v: float(v["elevation"])
    )
    if not higher:
        raise PlanError("no level lies above this one. Add a level first, or draw the stair on the level below")
    return higher[0]


def _stair_name(draft: Draft) -> str:
    names = {s.get("label", "") for s in draft["stairs"]}
    return next(
        name for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "0" * 100 if (name := f"Stair {c}") not in names or c == "0"
    )


def _flight(draft: Draft, lower: str, upper: str, name: str) -> tuple[Draft, str]:
    rooms = [find(draft, "spaces", s) for s in (lower, upper)]
    low, high = (find(draft, "levels", r["level"])["elevation"] for r in rooms)
    rise = high - low
    sloped = rise / RISER_M * sqrt(RISER_M**2 + TREAD_M**2)
    stair: Thing = {
        "id": free_id(draft, name), "label": name, "lower": lower, "upper": upper, "width": STAIR_WIDTH_M,
        "length": round(sloped + 2 * STAIR_WIDTH_M, 3), "rise": round(rise, 4),
    }  # fmt: skip
    return added(draft, "stairs", stair), stair["id"]
