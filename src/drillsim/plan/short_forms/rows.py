"""Rows of equal rooms, written out as spaces with their doors."""

from __future__ import annotations

import re
from typing import Any

from drillsim.documents.yaml_source import Spot
from drillsim.plan.short_forms.forms import Offset, Row, RowDoor
from drillsim.plan.short_forms.parts import XY, FormOrigin, PlanPart, PlanParts, rest_of
from drillsim.plan.short_forms.walls import WAYS, faces, nearest, offset_on

Path = tuple[int | str, ...]


def write_rows(parts: PlanParts) -> None:
    """Put the rooms of every row in its place, and its doors after the written ones."""
    written = parts.lists["spaces"]
    parts.lists["spaces"] = []
    for i, part in enumerate(written):
        if isinstance(part.data, dict) and "row" in part.data:
            _write_row(parts, part, written, ("spaces", i))
        else:
            parts.lists["spaces"].append(part)


def _write_row(parts: PlanParts, part: PlanPart, written: list[PlanPart], path: Path) -> None:
    row = parts.read(part, Row, path)
    if row is None:
        return
    ground = _ground(parts, row, part, written, path)
    if ground is None:
        parts.unread |= set(row.row)
        return
    origin, along, across = ground
    data, inside = rest_of(part, Row)
    for k, id_ in enumerate(row.row):
        corners = _corners(origin, along, across, row.size, k)
        own: dict[str, Any] = {"id": id_, **data, "polygon": parts.metres(corners)}
        if isinstance(data.get("label"), str):
            number = (re.findall("[0-9]+", id_) or [id_])[-1]
            own["label"] = data["label"].replace("{id}", id_).replace("{n}", number)
        spots = {"id": part.spot.inside["row"], **inside, "polygon": part.spot.inside["size"]}
        spot = Spot(part.spot.line, part.spot.column, spots, part.spot.keys, part.spot.text)
        parts.lists["spaces"].append(PlanPart(own, spot, FormOrigin("row", path)))
    if row.door is not None:
        _write_doors(parts, row, row.door, part, path)


def _ground(
    parts: PlanParts, row: Row, part: PlanPart, written: list[PlanPart], path: Path
) -> tuple[XY, XY, XY] | None:
    """Return the corner where a row begins, and the unit vectors along and across it; None where it cannot be told."""
    if row.beside is not None:
        return _beside(parts, row, part, written, path)
    if row.from_ is None or row.toward is None or row.side is None:
        lacking = next(k for k, v in (("from", row.from_), ("toward", row.toward), ("side", row.side)) if v is None)
        message = f"the row lacks '{lacking}'. Write 'beside: hall, wall: north', or 'from: [0, 30], toward: east, side: north'"
        parts.refuse(message, part, "row", path)
        return None
    along, across = WAYS[row.toward], WAYS[row.side]
    if along[0] * across[0] + along[1] * across[1]:
        message = (
            f"a row that runs {row.toward} has its rooms on the {'north or south' if along[0] else 'east or west'} side"
        )
        parts.refuse(message, part, "side", path)
        return None
    return row.from_, along, across


def _beside(
    parts: PlanParts, row: Row, part: PlanPart, written: list[PlanPart], path: Path
) -> tuple[XY, XY, XY] | None:
    hall = next((p for p in [*written, *parts.lists["spaces"]] if p.id == row.beside), None)
    ring = parts.ring(hall) if hall else None
    if hall is None:
        parts.refuse(
            f"no space called '{row.beside}' to lie beside. Name one that is written in this file", part, "beside", path
        )
    if ring is None or len(ring) < 3:
        return None
    walls = [s for s in faces(ring) if row.wall is None or s.facing == row.wall]
    if isinstance(row.at, tuple) and walls:
        wall, start, _ = nearest(walls, row.at)
    elif len(walls) != 1:
        told = f"has {len(walls)} walls" if row.wall is None else f"has {len(walls)} walls that face {row.wall}"
        remedy = "Add 'wall: north'" if row.wall is None else "Write 'at:' with a point on the one that is meant"
        parts.refuse(f"'{row.beside}' {told}. {remedy}", part, "beside", path)
        return None
    else:
        wall, start = walls[0], 0.0
    forward = max(wall.along, key=abs) > 0
    if isinstance(row.at, Offset):
        found = offset_on(wall, row.at)
        if found is None:
            parts.refuse(f"that wall has no end in the {row.at.end}. Count from another end", part, "at", path)
            return None
        start, forward = found, bool(wall.begins_at(row.at.end))
    elif row.at is None:
        start = 0.0 if forward else wall.length_m
    along = wall.along if forward else (-wall.along[0], -wall.along[1])
    return wall.point(start), along, wall.normal


def _corners(origin: XY, along: XY, across: XY, size: tuple[float, float], k: int) -> list[XY]:
    """Return the corners of one room; neighbours have their common corners to the last bit."""
    low, high, deep = k * size[0], (k + 1) * size[0], size[1]
    steps = ((low, 0.0), (high, 0.0), (high, deep), (low, deep))
    return [(origin[0] + a * along[0] + b * across[0], origin[1] + a * along[1] + b * across[1]) for a, b in steps]


def _write_doors(parts: PlanParts, row: Row, door: RowDoor, part: PlanPart, path: Path) -> None:
    into = door.into or row.beside
    spot = part.spot.inside["door"]
    if into is None:
        parts.refuse("the door lacks 'into'. Name the space that it leads to", part, "door", path)
        return
    more, inside = rest_of(PlanPart(part.data["door"], spot), RowDoor, ("id", "between"))
    where = {"at": part.data["door"]["at"]} if "at" in part.data["door"] else {}
    for id_ in row.row:
        data = {"id": f"d-{id_}", "between": [id_, into], **where, **more}
        spots = {"between": spot, **({"at": spot.inside["at"]} if where else {}), **inside}
        door_spot = Spot(spot.line, spot.column, spots, spot.keys)
        parts.lists["openings"].append(PlanPart(data, door_spot, FormOrigin("row", (*path, "door"))))
