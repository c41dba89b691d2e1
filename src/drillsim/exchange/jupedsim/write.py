"""Writers of a level for JuPedSim: the walkable area as WKT alone, or with exits and stairs as JSON."""

from __future__ import annotations

import json
from typing import Any

import shapely
from shapely import Polygon

from drillsim.exchange.jupedsim.walkable import walkable
from drillsim.plan.model import FloorPlan


def wkt(plan: FloorPlan, level: str) -> bytes:
    """Return the walkable area of a level as one WKT polygon in metres, on one line."""
    return (area_wkt(walkable(plan, level).area) + "\n").encode("ascii")


def level_json(plan: FloorPlan, level: str) -> bytes:
    """Return walkable area, exits and stairs of a level as JSON, with the keys of jupedsim-scenarios where it has them.

    walkable_area_wkt
        As `wkt` has it.
    exits
        By opening id: label, and corners of the rectangle beyond the door, in which people are out.
    stairs
        By space id: label, and corners of the stair room, by which people leave the level and come to it.
    left_out
        Spaces that cannot be reached on this level, and so are not part of the area.
    """
    found = walkable(plan, level)
    told = {
        "plan": plan.name,
        "level": level,
        "walkable_area_wkt": area_wkt(found.area),
        "exits": {id_: _zone(plan, id_, zone) for id_, zone in found.exits.items()},
        "stairs": {id_: _zone(plan, id_, zone) for id_, zone in found.stairs.items()},
        "left_out": list(found.left_out),
    }
    return (json.dumps(told, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode("ascii")


def area_wkt(area: Polygon) -> str:
    """Return a polygon as WKT with millimetres."""
    return str(shapely.to_wkt(area, rounding_precision=3))


def _zone(plan: FloorPlan, id_: str, zone: Polygon) -> dict[str, Any]:
    corners = [[round(x, 3), round(y, 3)] for x, y in zone.exterior.coords]
    return {"label": plan.label_of(id_), "coordinates": corners}


__all__ = ["area_wkt", "level_json", "wkt"]
