"""Messages of the check with their place: the thing, its level and point, and its line in the saved file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shapely import Polygon

from drillsim.editor.changes.draft import SECTIONS, Draft, Thing, level_of
from drillsim.errors import Fault
from drillsim.escape import one_line

MOST = 200
"""Largest number of messages that are sent to the page."""
Lines = Mapping[tuple[str, str], int]


def message_rows(draft: Draft, faults: Sequence[Fault], lines: Lines) -> list[dict[str, Any]]:
    """Return faults as rows for the page, errors first, each with its thing, its level and point, and its line in the file."""
    ordered = sorted(faults, key=lambda f: f.severity != "error")
    return [_row(draft, fault, lines) for fault in ordered[:MOST]]


def _row(draft: Draft, fault: Fault, lines: Lines) -> dict[str, Any]:
    section, thing = _thing(draft, fault.path)
    id_ = str(thing["id"]) if thing else ""
    return {
        "severity": fault.severity,
        "code": fault.code,
        "message": one_line(fault.message),
        "section": section,
        "id": id_,
        "line": lines.get((section, id_), 0),
        "level": thing_level(draft, section, thing) if thing else "",
        "at": list(fault.point_m) if fault.point_m else thing_point(draft, section, thing) if thing else None,
    }


def _thing(draft: Draft, path: Sequence[int | str]) -> tuple[str, Thing | None]:
    if len(path) > 1 and path[0] in SECTIONS and isinstance(path[1], int) and path[1] < len(draft[str(path[0])]):
        return str(path[0]), draft[str(path[0])][path[1]]
    return str(path[0]) if path else "", None


def thing_level(draft: Draft, section: str, thing: Thing) -> str:
    """Return the level that a thing is drawn on; '' for one without a place."""
    if section == "levels":
        return str(thing["id"])
    if section == "spaces":
        return str(thing["level"])
    for space in (*thing.get("spaces", ()), thing.get("space", ""), thing.get("lower", ""), *thing.get("watches", ())):
        if level := level_of(draft, space):
            return level
    return str(draft["levels"][0]["id"]) if section == "assembly" else ""


def thing_point(draft: Draft, section: str, thing: Thing) -> list[float] | None:
    """Return the point at which a thing is drawn, metres; None for one without a place."""
    if section == "spaces":
        try:
            inside = Polygon(thing["polygon"], thing.get("holes", [])).representative_point()
        except ValueError:
            return None
        return [round(inside.x, 3), round(inside.y, 3)]
    if section == "openings":
        (x0, y0), (x1, y1) = thing["line"]
        return [(x0 + x1) / 2, (y0 + y1) / 2]
    if "at" in thing:
        return [float(thing["at"][0]), float(thing["at"][1])]
    room = thing.get("lower") or next(iter(thing.get("watches", ())), "")
    space = next((s for s in draft["spaces"] if s["id"] == room), None)
    return thing_point(draft, "spaces", space) if space else None
