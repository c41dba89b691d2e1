"""Posts, cameras, AEDs, assembly points and entries of a drawn plan, and removal of anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from shapely import Point, Polygon

from drillsim.editor.changes.draft import Draft, Thing, added, find, free_id, on_level, point, replaced
from drillsim.errors import PlanError
from drillsim.plan.model import OUTSIDE, Equipment

EQUIPMENT: tuple[str, ...] = get_args(Equipment.model_fields["kind"].annotation)
FIXED = {
    "post": ("posts", "Post"),
    "camera": ("cameras", "Camera"),
    **{kind: ("equipment", "AED" if kind == "aed" else kind.replace("-", " ").capitalize()) for kind in EQUIPMENT},
}
"""Section and first word of each thing that is put inside a room."""


def room_at(draft: Draft, level: str, at: Sequence[float]) -> Thing | None:
    """Return the space of a level that holds a point, the smallest of several; None outside."""
    here = Point(at[0], at[1])
    found = [
        (p.area, s) for s in on_level(draft, level) if (p := Polygon(s["polygon"], s.get("holes", []))).covers(here)
    ]
    return min(found, key=lambda f: f[0])[1] if found else None


def put_fixture(draft: Draft, level: str, at: Sequence[float], kind: str, *, label: str = "") -> tuple[Draft, str]:
    """Return the draft with a post, an AED, a first-aid kit or a camera in the room at a point, and its id."""
    if kind not in FIXED:
        raise PlanError(f"there is nothing called '{kind}' to put into a room")
    room = room_at(draft, level, at)
    if room is None:
        raise PlanError("no room is here. Click inside a room")
    section, word = FIXED[kind]
    called = room.get("label", room["id"])
    id_ = free_id(draft, label or f"{word} {called}")
    if kind == "camera":
        return added(draft, section, {"id": id_, "watches": [room["id"]]}), id_
    thing: Thing = {"id": id_, "space": room["id"], "at": point(at)}
    thing |= {"label": label or f"{word} {called}"} if kind == "post" else {"kind": kind}
    return added(draft, section, thing), id_


def put_assembly(draft: Draft, at: Sequence[float], *, label: str = "") -> tuple[Draft, str]:
    """Return the draft with an assembly point, and its id."""
    name = label or f"Assembly {len(draft['assembly']) + 1}"
    id_ = free_id(draft, name)
    return added(draft, "assembly", {"id": id_, "label": name, "at": point(at)}), id_


def move_point(draft: Draft, section: str, id_: str, to: Sequence[float]) -> Draft:
    """Return the draft with a post, an AED or an assembly point at another place, in the room that is there."""
    thing = find(draft, section, id_)
    if "at" not in thing:
        raise PlanError(f"'{id_}' has no place of its own")
    if "space" not in thing:
        return replaced(draft, section, [{**thing, "at": point(to)}])
    level = next((s["level"] for s in draft["spaces"] if s["id"] == thing["space"]), "")
    room = room_at(draft, level, to)
    if room is None:
        raise PlanError("no room is here. Move it into a room")
    return replaced(draft, section, [{**thing, "at": point(to), "space": room["id"]}])


def set_entry(draft: Draft, opening: str, service: str, comes: bool) -> Draft:
    """Return the draft with an exit among the entries of a service, or without it."""
    find(draft, "openings", opening)
    if service not in ("police", "ems"):
        raise PlanError(f"there is no service called '{service}'")
    entries = dict(draft.get("entries", {}))
    names = [n for n in entries.get(service, []) if n != opening]
    entries[service] = [*names, opening] if comes else names
    return {**draft, "entries": {k: v for k, v in entries.items() if v}}


def remove(draft: Draft, section: str, id_: str) -> Draft:
    """Return the draft without a thing, and without what cannot be there without it: doors of a room, stairs of a stair room."""
    find(draft, section, id_)
    gone = {section: {id_}}
    if section == "levels":
        if len(draft["levels"]) == 1:
            raise PlanError("a plan has at least one level. Remove its rooms instead")
        gone["spaces"] = {s["id"] for s in on_level(draft, id_)}
    rooms = gone.get("spaces", set())
    if rooms:
        gone["openings"] = {o["id"] for o in draft["openings"] if rooms & {*o["spaces"]}}
        for name in ("stairs", "ramps"):
            gone[name] = {f["id"] for f in draft[name] if rooms & {f["lower"], f["upper"]}}
        for name in ("posts", "equipment"):
            gone[name] = {t["id"] for t in draft[name] if t["space"] in rooms}
    new: Draft = {**draft, **{name: [t for t in draft[name] if t["id"] not in ids] for name, ids in gone.items()}}
    return _without_names(new, gone.get("openings", set()), rooms)


def _without_names(draft: Draft, doors: set[str], rooms: set[str]) -> Draft:
    """Return the draft without the names of removed doors and rooms in entries, assembly points, flights and cameras."""
    entries = {k: kept for k, v in draft.get("entries", {}).items() if (kept := [n for n in v if n not in doors])}
    watched = ({**c, "watches": [n for n in c["watches"] if n not in rooms]} for c in draft["cameras"])
    assembly: list[Thing] = [
        {**a, "exits": [n for n in a["exits"] if n not in doors]} if "exits" in a else a for a in draft["assembly"]
    ]
    flights = {
        name: [{k: v for k, v in f.items() if not (k.endswith("_opening") and v in doors)} for f in draft[name]]
        for name in ("stairs", "ramps")
    }
    new: dict[str, Any] = {**draft, "assembly": assembly, "cameras": [c for c in watched if c["watches"]], **flights}
    return {**new, "entries": entries} if "entries" in draft else new


def outdoors_or_outside(draft: Draft, opening: Thing) -> bool:
    """Return whether an opening leads out of the building."""
    outdoors = {s["id"] for s in draft["spaces"] if s["use"] == "outdoors"} | {OUTSIDE}
    return bool(outdoors & {*opening["spaces"]})
