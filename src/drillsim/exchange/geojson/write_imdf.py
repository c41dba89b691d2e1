"""Writer of IMDF 1.0.0 (OGC 20-094): an archive of GeoJSON files for map viewers; positions on WGS84."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from shapely import MultiPolygon, Point, Polygon, get_parts, unary_union
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from drillsim.exchange.geojson.tangent_plane import TangentPlane
from drillsim.exchange.geojson.write import DECIMALS
from drillsim.exchange.plan_records import level_of
from drillsim.plan.model import FloorPlan, Opening, Space
from drillsim.plan.outlines import floor_of
from drillsim.plan.passage import is_exit

DATE = (1980, 1, 1, 0, 0, 0)
"""Date of all files of the archive, so that the same plan is the same bytes."""
NAMESPACE = uuid.UUID("6f6d3f0e-5d5b-5b0e-9f0a-6472696c6c73")
"""Namespace of the identifiers: IMDF wants UUIDs, and the same object has the same one each time."""
CATEGORIES = {
    "classroom": "classroom", "corridor": "walkway", "passage": "walkway", "lobby": "lobby", "stair": "stairs",
    "office": "office", "cafeteria": "foodservice", "kitchen": "kitchen", "gym": "recreation",
    "auditorium": "auditorium", "library": "library", "restroom": "restroom", "mechanical": "room",
    "storage": "storage", "nurse": "firstaid", "outdoors": "unenclosedarea", "other": "room",
}  # fmt: skip
"""Category of IMDF for each use."""
ACCESS = {"key": ["keyaccess"], "access-control": ["badgereader"]}
"""Access control of IMDF for each lock that it has a word for."""


def imdf(plan: FloorPlan, anchor: tuple[float, float]) -> bytes:
    """Return a plan as a zip of venue, building, footprint, levels, units, openings, and stairs as relationships.

    anchor
        Latitude and longitude of the plan's point (0, 0).

    IMDF asks for an address, which a plan does not have: it says 'not told'. It has no word for a school: the venue is a
    'university', restricted. People, timetable, posts, equipment and widths of stairs are not part of it.
    """
    writer = _Imdf(plan, TangentPlane(*anchor, plan.grid_north_deg))
    files: dict[str, Any] = {
        "manifest.json": {
            "version": "1.0.0", "created": "1980-01-01T00:00:00.000Z", "generated_by": "drillsim", "language": "en-US"
        }
    }  # fmt: skip
    for kind, features in writer.features().items():
        files[f"{kind}.geojson"] = {"type": "FeatureCollection", "name": kind, "features": list(features)}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":")) + "\n")
    return content.getvalue()


class _Imdf:
    """Features of one plan."""

    def __init__(self, plan: FloorPlan, plane: TangentPlane) -> None:
        self.plan, self._plane = plan, plane
        self._floors = {s.id: floor_of(s.polygon, s.holes) for s in plan.spaces}
        self._levels = {s.id: s.level for s in plan.spaces}
        self._address, self._building = self._id("address", ""), self._id("building", "")

    def features(self) -> dict[str, Sequence[Any] | Iterator[Any]]:
        """Return the features of each file."""
        return {
            "address": [self._feature("address", "", None, _ADDRESS)],
            "venue": [self._venue()],
            "building": [self._feature("building", "", None, self._building_words())],
            "footprint": [self._footprint()],
            "level": [self._level(k) for k in range(len(self.plan.levels))],
            "unit": [self._unit(space) for space in self.plan.spaces],
            "opening": [self._opening(opening) for opening in self.plan.openings],
            "relationship": list(self._flights()),
        }

    def _id(self, kind: str, id_: str) -> str:
        return str(uuid.uuid5(NAMESPACE, json.dumps([self.plan.name, kind, id_])))

    def _feature(self, kind: str, id_: str, geometry: Any, about: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self._id(kind, id_), "type": "Feature", "feature_type": kind, "geometry": geometry, "properties": about
        }  # fmt: skip

    def _venue(self) -> dict[str, Any]:
        everything = self._united(self.plan.spaces)
        about = {
            "category": "university", "restriction": "restricted", "name": {"en": self.plan.name}, "alt_name": None,
            "hours": None, "phone": None, "website": None, "display_point": self._display(everything),
            "address_id": self._address,
        }  # fmt: skip
        return self._feature("venue", "", self._area(everything.convex_hull), about)

    def _building_words(self) -> dict[str, Any]:
        return {
            "category": "unspecified", "restriction": "restricted", "name": {"en": self.plan.name}, "alt_name": None,
            "display_point": self._display(self._united(self.plan.spaces)), "address_id": self._address,
        }  # fmt: skip

    def _footprint(self) -> dict[str, Any]:
        indoors = self._united([s for s in self.plan.spaces if s.use != "outdoors"] or self.plan.spaces)
        about = {"category": "ground", "name": None, "building_ids": [self._building]}
        return self._feature("footprint", "", self._area(indoors), about)

    def _level(self, k: int) -> dict[str, Any]:
        level = self.plan.levels[k]
        here = [s for s in self.plan.spaces if s.level == level.id]
        below = sorted(self.plan.levels, key=lambda one: one.elevation)
        ground = min(range(len(below)), key=lambda i: abs(below[i].elevation))
        label = {"en": level.label or level.id}
        about = {
            "category": "unspecified", "restriction": "restricted", "outdoor": False,
            "ordinal": below.index(level) - ground, "name": label, "short_name": label, "display_point": None,
            "address_id": self._address, "building_ids": [self._building], "elevation": level.elevation,
        }  # fmt: skip
        return self._feature("level", level.id, self._area(self._united(here)), about)

    def _unit(self, space: Space) -> dict[str, Any]:
        floor = self._floors[space.id]
        about = {
            "category": CATEGORIES[space.use], "restriction": "restricted", "accessibility": None,
            "name": {"en": space.name}, "alt_name": None, "level_id": self._id("level", space.level),
            "display_point": self._display(floor),
        }  # fmt: skip
        return self._feature("unit", space.id, self._area(floor), about)

    def _opening(self, opening: Opening) -> dict[str, Any]:
        is_leaf = opening.kind != "opening"
        about = {
            "category": "pedestrian.principal" if is_exit(self.plan, opening) else "pedestrian", "accessibility": None,
            "access_control": ACCESS.get(opening.lock), "name": {"en": opening.label} if opening.label else None,
            "door": {"type": "door" if is_leaf else "open", "automatic": opening.lock == "auto", "material": None},
            "alt_name": None, "display_point": None,
            "level_id": self._id("level", level_of(opening, self._levels)),
        }  # fmt: skip
        line = [self._place(point) for point in opening.line]
        return self._feature("opening", opening.id, {"type": "LineString", "coordinates": line}, about)

    def _flights(self) -> Iterator[dict[str, Any]]:
        for section, flight in ((s, f) for s, _, f in self.plan.flights_by_section()):
            ends = [{"id": self._id("unit", room), "feature_type": "unit"} for room in (flight.lower, flight.upper)]
            about = {
                "category": section, "direction": "undirected", "origin": ends[0], "intermediary": None,
                "destination": ends[1], "hours": None,
            }  # fmt: skip
            yield self._feature("relationship", flight.id, None, about)

    def _united(self, spaces: Sequence[Space]) -> BaseGeometry:
        return unary_union([self._floors[s.id] for s in spaces])

    def _place(self, xy: Sequence[float]) -> list[float]:
        return [round(v, DECIMALS) for v in self._plane.to_globe(float(xy[0]), float(xy[1]))]

    def _display(self, area: BaseGeometry) -> dict[str, Any] | None:
        if area.is_empty:
            return None
        point: Point = area.representative_point()
        return {"type": "Point", "coordinates": self._place((point.x, point.y))}

    def _area(self, area: BaseGeometry) -> dict[str, Any] | None:
        parts = [
            orient(p) for p in get_parts(area if isinstance(area, MultiPolygon) else [area]) if isinstance(p, Polygon)
        ]
        rings = [
            [[self._place(p) for p in r.coords] for r in (q.exterior, *q.interiors)] for q in parts if not q.is_empty
        ]
        if not rings:
            return None
        return (
            {"type": "Polygon", "coordinates": rings[0]}
            if len(rings) == 1
            else {"type": "MultiPolygon", "coordinates": rings}
        )


_ADDRESS = {
    "address": "not told", "unit": None, "locality": "not told", "province": None, "country": "US", "postal_code": None,
    "postal_code_ext": None, "postal_code_vanity": None,
}  # fmt: skip


__all__ = ["imdf"]
