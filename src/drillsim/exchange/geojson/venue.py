"""Venues of others: IMDF features, or layers such as ArcGIS Indoors exports them (levels, units, details), by what they call things."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely import LineString, Polygon
from shapely.geometry.polygon import orient

from drillsim.escape import quoted
from drillsim.exchange.geojson.collections import Collections, Feature, points_of
from drillsim.exchange.geojson.links import add_links
from drillsim.exchange.geojson.tangent_plane import EQUATOR_M, TangentPlane
from drillsim.exchange.importing.draft import XY, Draft, Wishes, rounded
from drillsim.exchange.importing.grounds import join_parts
from drillsim.exchange.importing.rooms import SpaceShapes
from drillsim.exchange.importing.rules import PROBE, STOREY, USE, use_of
from drillsim.exchange.importing.sources import fault_of
from drillsim.plan.model import OUTSIDE

STOREY_M = 4.0
"""Height of a storey where the file tells none, m. Source: A:import.storey."""
UNITS_M = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254}
NO_ROOM = ("nonpublic", "opentobelow", "structure", "column", "brick", "wall")
"""Categories of IMDF units, and of other layers, on which nobody walks or that are no room."""
LAYERS = {
    "level": r"^levels?$|storey|floors?$",
    "unit": r"^units?$|rooms?$|spaces?$",
    "opening": r"openings?$|doors?$|entr|details?$",
}
"""Names of files by what they hold, where features say nothing; without regard to case."""
Place = Callable[[Sequence[float]], XY]


def read_venue(draft: Draft, path: Path, found: Collections, wishes: Wishes) -> None:
    """Add levels, units and openings to a draft, in metres about the middle of the venue, y to true north."""
    by_kind: dict[str, list[Feature]] = {}
    for feature in found.features:
        by_kind.setdefault(_kind(feature), []).append(feature)
    units = [u for u in by_kind.get("unit", []) if u.kind in ("Polygon", "MultiPolygon")]
    if not units:
        names = ", ".join(sorted({quoted(f.layer) for f in found.features})[:12])
        raise fault_of(
            path,
            "DS903",
            f"no feature is a unit or room. Layers: {names}. Name the file units.geojson, or give each feature 'feature_type': 'unit'",
        )
    place = _placing(draft, path, found, units, wishes)
    levels = _add_levels(draft, by_kind.get("level", []), units)
    ids, shapes = _add_units(draft, units, levels, place)
    openings = [o for o in by_kind.get("opening", []) if o.kind in ("LineString", "MultiLineString")]
    used = sum(_add_opening(draft, o, levels, shapes, place) for o in openings)
    stairs = add_links(draft, by_kind.get("relationship", []), ids)
    join_parts(draft)
    draft.counts = {"levels": len(draft.levels), "units": len(units), "openings": used, "stairs": stairs}
    rest = sorted(
        k
        for k in by_kind
        if k not in ("level", "unit", "opening", "venue", "building", "address", "footprint", "relationship")
    )
    if rest:
        draft.note(
            "left out",
            f"features of no meaning to a plan: {', '.join(f'{quoted(k)} ({len(by_kind[k])})' for k in rest[:12])}",
        )
    if stairs:
        draft.note("guessed", f"width and length of stairs ({stairs}): the file only tells what they join")
    elif len(draft.levels) > 1:
        draft.note("missing", "stairs: no relationship of category 'stairs' tells what they join. Add them to the plan")
    if not any(o["kind"] == "exit" for o in draft.openings):
        draft.note("missing", "no opening leads outside")
    draft.note("missing", "nobody is placed: write people in the plan, or import a room list into it")


def _kind(feature: Feature) -> str:
    told = str(feature.feature_type or feature.properties.get("feature_type") or "").lower()
    if told:
        return told
    return next(
        (k for k, pattern in LAYERS.items() if re.search(pattern, feature.layer.lower())), feature.layer.lower()
    )


def _placing(draft: Draft, path: Path, found: Collections, units: Sequence[Feature], wishes: Wishes) -> Place:
    """Return how positions become metres: on a tangent plane from longitude and latitude, else by their unit."""
    points = [p for u in units for p in points_of(u)]
    x0, x1 = min(p[0] for p in points), max(p[0] for p in points)
    y0, y1 = min(p[1] for p in points), max(p[1] for p in points)
    if wishes.units is not None:
        size = UNITS_M[wishes.units]
        draft.note("understood", f"coordinates in {wishes.units}, as you say")
        return lambda p: (float(p[0]) * size, float(p[1]) * size)
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    if re.search(r"3857|102100|900913", found.crs):
        globe = _from_mercator(middle)
        draft.note("understood", "coordinates in Web Mercator, brought to true metres")
    elif found.crs:
        raise fault_of(
            path,
            "DS902",
            f"coordinates are in {quoted(found.crs)}. Export them in WGS 84 (EPSG:4326), or say their unit with --units m",
        )
    elif max(abs(x0), abs(x1)) <= 180 and max(abs(y0), abs(y1)) <= 90:
        globe = middle
    else:
        raise fault_of(path, "DS902", "coordinates are no longitude and latitude. Say their unit with --units m")
    plane = TangentPlane(globe[1], globe[0])
    draft.note(
        "understood", f"[0, 0] m lies at latitude {globe[1]:.7f}, longitude {globe[0]:.7f}; y points to true north"
    )
    if found.crs:
        return lambda p: plane.to_plan(*_from_mercator((float(p[0]), float(p[1]))))
    return lambda p: plane.to_plan(float(p[0]), float(p[1]))


def _from_mercator(xy: XY) -> XY:
    """Return longitude and latitude of a point of Web Mercator. Source: EPSG method 1024."""
    from math import atan, degrees, exp, pi

    return degrees(xy[0] / EQUATOR_M), degrees(2 * atan(exp(min(xy[1] / EQUATOR_M, 20.0))) - pi / 2)


def _get(feature: Feature, *names: str) -> Any:
    """Return the first property with one of some names, without regard to case and underscores; None for none."""
    plain = {k.lower().replace("_", ""): v for k, v in feature.properties.items()}
    return next((plain[n] for n in names if plain.get(n) not in (None, "")), None)


def _words(value: Any) -> str:
    """Return a label: a text, or the first language of IMDF's labels."""
    if isinstance(value, Mapping):
        value = value.get("en") or next(iter(value.values()), "")
    return str(value).strip() if isinstance(value, (str, int, float)) else ""


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _add_levels(draft: Draft, levels: Sequence[Feature], units: Sequence[Feature]) -> dict[str, str]:
    """Add the levels that hold units, and return their ids by the ids of the file ('' where units name none)."""
    used = {_words(_get(u, "levelid", "level", "floorid", "floor", "ordinal")) for u in units}
    known = {_words(_get(v, "levelid")) or v.id: v for v in levels} | {v.id: v for v in levels}
    order = sorted(used, key=lambda name: (_ordinal(known.get(name), name), name))
    found: dict[str, str] = {}
    guessed = False
    for name in order:
        feature = known.get(name)
        label = (_words(_get(feature, "shortname", "name", "levelname")) if feature else "") or name
        told = _number(_get(feature, "elevation", "elevationrelative", "zlevel", "baseelevation")) if feature else None
        height = told if told is not None else STOREY_M * _ordinal(feature, name)
        guessed |= told is None and len(order) > 1
        id_ = found[name] = draft.id_for(label, "level")
        draft.levels.append({"id": id_, "elevation": round(height, 4), **({"label": label} if label else {})})
        if told is None and len(order) > 1:
            draft.derive(id_, STOREY)
    if guessed:
        draft.note("guessed", f"heights of levels: {STOREY_M:g} m a storey, by their ordinal")
    return found


def _ordinal(feature: Feature | None, name: str) -> float:
    told = _number(_get(feature, "ordinal", "levelnumber", "verticalorder")) if feature else _number(name)
    return told if told is not None and abs(told) < 300 else 0.0


def _add_units(
    draft: Draft, units: Sequence[Feature], levels: Mapping[str, str], place: Place
) -> tuple[dict[str, str], dict[str, SpaceShapes]]:
    """Add the units, and return their ids in the plan by those of the file, and their shapes by level."""
    found: dict[str, dict[str, Polygon]] = {}
    ids: dict[str, str] = {}
    skipped = 0
    for unit in units:
        category = _words(_get(unit, "category", "usetype", "spacetype", "type"))
        shape = _shape(unit, place)
        if shape is None or category.lower().replace("_", "") in NO_ROOM:
            skipped += 1
            continue
        label = _words(_get(unit, "name", "unitname", "namelong", "room", "roomnumber", "altname"))
        number = _words(_get(unit, "unitnumber", "number"))
        level = levels[_words(_get(unit, "levelid", "level", "floorid", "floor", "ordinal"))]
        id_ = ids[unit.id] = draft.id_for(number or label or category, "space")
        people = _number(_get(unit, "capacity", "people", "occupants", "occupancy"))
        rings = [rounded(r.coords) for r in (shape.exterior, *shape.interiors)]
        holes = [r for r in rings[1:] if len(r) > 2]
        draft.spaces.append(
            {
                "id": id_,
                **({"label": label or number} if label or number else {}),
                "level": level,
                "use": use_of(category, label),
                "polygon": rings[0],
                **({"holes": holes} if holes else {}),
                **({"people": int(people)} if people is not None and 0 < people < 1e6 else {}),
            }
        )
        draft.derive(id_, USE)
        found.setdefault(level, {})[id_] = shape
    if skipped:
        draft.note("left out", f"{skipped} units without an outline, or of a category that is no room")
    return ids, {level: SpaceShapes(shapes) for level, shapes in found.items()}


def _shape(unit: Feature, place: Place) -> Polygon | None:
    """Return the largest part of a unit in metres; None where it has no area."""
    parts = [unit.coordinates] if unit.kind == "Polygon" else unit.coordinates
    try:
        shapes = [
            Polygon([place(p) for p in part[0]], [[place(p) for p in ring] for ring in part[1:]]) for part in parts
        ]
    except (TypeError, ValueError, IndexError):
        return None
    valid = [
        p
        for s in shapes
        for p in shapely.get_parts(s if s.is_valid else shapely.make_valid(s))
        if isinstance(p, Polygon)
    ]
    best = max(valid, key=lambda p: float(p.area), default=None)
    return orient(best) if best is not None and best.area > 1e-3 else None


def _add_opening(
    draft: Draft, opening: Feature, levels: Mapping[str, str], shapes: Mapping[str, SpaceShapes], place: Place
) -> bool:
    """Add an opening whose line stands beside one or two units; return whether it does."""
    use = _words(_get(opening, "usetype", "category"))
    details = re.search(r"detail", opening.layer.lower()) is not None
    if details and not re.search(r"door|opening|exit", use.lower()):
        return False
    parts = [opening.coordinates] if opening.kind == "LineString" else opening.coordinates
    try:
        points = [place(p) for p in parts[0]]
    except (TypeError, IndexError):
        return False
    line = (points[0], points[-1])
    if LineString(line).length < 0.3:
        return False
    level = levels.get(_words(_get(opening, "levelid", "level", "floorid", "floor", "ordinal")))
    for name in [level] if level else list(shapes):
        left, right = shapes[name].beside(line) if name in shapes else (None, None)
        if left == right:
            continue
        pair = [left or right, right if left else None]
        kind = "exit" if None in pair else "door"
        id_ = draft.id_for("", kind)
        draft.openings.append({"id": id_, "kind": kind, "spaces": [s or OUTSIDE for s in pair], "line": rounded(line)})
        draft.derive(id_, PROBE)
        return True
    draft.note("left out", "an opening beside no unit, or with one unit on both sides", line[0])
    return False
