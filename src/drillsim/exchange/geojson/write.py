"""Writer of plans in GeoJSON, in metres or, about an anchor, in longitude and latitude."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from drillsim.exchange.geojson import fields
from drillsim.exchange.geojson.tangent_plane import TangentPlane
from drillsim.exchange.plan_records import XY, Record, document_in_metres, records_of
from drillsim.plan.model import FloorPlan

DECIMALS = 9
"""Decimals of longitude and latitude: 0.1 mm."""
Place = Callable[[XY], list[float]]


def geojson(plan: FloorPlan, *, level: str | None = None, anchor: tuple[float, float] | None = None) -> bytes:
    """Return a plan as a FeatureCollection, one feature a line; `exchange.geojson.fields` tells its members.

    level
        Only the objects of this level; default: all.
    anchor
        Latitude and longitude of the plan's point (0, 0): positions are then those of WGS84, and outlines run as RFC 7946
        wants them. Default: metres as in the plan file.
    """
    plane = TangentPlane(*anchor, plan.grid_north_deg) if anchor is not None else None
    lines = [_line(_feature(record, plane)) for record in records_of(plan) if level in (None, record.level)]
    head = f'{{"type":"FeatureCollection","{fields.MEMBER}":{_line(_member(plan, plane))},"features":['
    return "".join((head, "\n", ",\n".join(lines), "\n]}\n")).encode("ascii")


def _line(data: Any) -> str:
    return json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _member(plan: FloorPlan, plane: TangentPlane | None) -> dict[str, Any]:
    told = {key: value for key, value in document_in_metres(plan).items() if key not in fields.SECTIONS}
    if plane is None:
        return {**told, fields.COORDINATES: fields.LOCAL}
    about = {
        fields.LATITUDE: plane.latitude, fields.LONGITUDE: plane.longitude, fields.NORTH_DEG: plane.north_deg
    }  # fmt: skip
    return {**told, fields.COORDINATES: fields.WGS84, fields.ANCHOR: about}


def _feature(record: Record, plane: TangentPlane | None) -> dict[str, Any]:
    data = {key: value for key, value in record.data.items() if key not in fields.SHOWN}
    about = {fields.SECTION: record.section, **data, fields.LEVEL: record.level}
    return {
        "type": "Feature",
        "id": record.data["id"],
        "geometry": {"type": fields.GEOMETRY[record.section], "coordinates": _coordinates(record, plane)},
        "properties": about,
    }


def _coordinates(record: Record, plane: TangentPlane | None) -> Any:
    place: Place = list if plane is None else lambda xy: [round(v, DECIMALS) for v in plane.to_globe(*xy)]
    form = fields.GEOMETRY[record.section]
    if form == "Point":
        return place(record.points[0])
    if form == "LineString":
        return [place(point) for point in record.points]
    return list(_rings(record, place, turned=plane is not None))


def _rings(record: Record, place: Place, *, turned: bool) -> Iterator[list[list[float]]]:
    """Yield the closed rings of a space; turned: the outline counterclockwise, holes clockwise."""
    for number, ring in enumerate((record.points, *record.holes)):
        backwards = turned and (_area_m2(ring) < 0.0) != (number > 0)
        points = (ring[0], *reversed(ring[1:])) if backwards else ring
        yield [place(point) for point in (*points, points[0])]


def _area_m2(ring: tuple[XY, ...]) -> float:
    """Return the area within a ring, negative where it runs clockwise."""
    turned = (*ring[1:], ring[0])
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, turned, strict=True)) / 2.0


__all__ = ["geojson"]
