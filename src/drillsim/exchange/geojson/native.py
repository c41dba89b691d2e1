"""Features that drillsim wrote (`exchange.geojson.fields`), back to the objects of a plan file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from drillsim.exchange.geojson import fields
from drillsim.exchange.geojson.collections import Collections, Feature
from drillsim.exchange.geojson.tangent_plane import TangentPlane
from drillsim.exchange.importing.draft import Draft, Thing

Place = Callable[[Sequence[float]], list[float]]


def read_native(draft: Draft, found: Collections) -> None:
    """Add everything to a draft: places as the geometry shows, the rest as the properties say."""
    member = dict(found.member or {})
    place = _place(member)
    draft.name = str(member.get("name") or draft.name)
    levels = member.pop("levels", None)
    draft.levels = levels if isinstance(levels, list) else []
    for key in (fields.COORDINATES, fields.ANCHOR):
        member.pop(key, None)
    draft.other = member
    skipped = 0
    seen: set[tuple[str, str]] = set()
    for feature in found.features:
        section = str(feature.properties.get(fields.SECTION, ""))
        thing = _thing(feature, section, place)
        if thing is None or (section, feature.id) in seen:
            skipped += 1
            continue
        seen.add((section, feature.id))
        if section in ("spaces", "openings", "stairs", "ramps"):
            getattr(draft, section).append(thing)
        else:
            held = draft.other.get(section)
            draft.other[section] = [*(held if isinstance(held, list) else []), thing]
    if skipped:
        draft.note("left out", f"{skipped} features that stand twice, or are no objects of a plan")


def _place(member: Thing) -> Place:
    about = member.get(fields.ANCHOR)
    if member.get(fields.COORDINATES) != fields.WGS84 or not isinstance(about, dict):
        return lambda p: [float(p[0]), float(p[1])]
    numbers = [about.get(k, 0.0) for k in (fields.LATITUDE, fields.LONGITUDE, fields.NORTH_DEG)]
    plane = TangentPlane(*(float(v) if isinstance(v, (int, float)) else 0.0 for v in numbers))
    return lambda p: [round(v, 4) + 0.0 for v in plane.to_plan(float(p[0]), float(p[1]))]


def _thing(feature: Feature, section: str, place: Place) -> Thing | None:
    """Return the object of a feature; None where its geometry is not that of its section."""
    if section not in fields.SECTIONS or feature.kind != fields.GEOMETRY[section]:
        return None
    own: Thing = {k: v for k, v in feature.properties.items() if k != fields.SECTION}
    if section != "spaces":
        own.pop(fields.LEVEL, None)
    own.setdefault("id", feature.id)
    at: Any = feature.coordinates
    try:
        if section == "spaces":
            rings = [[place(p) for p in ring[:-1]] for ring in at]
            return {**own, "polygon": rings[0], **({"holes": rings[1:]} if len(rings) > 1 else {})}
        if section == "openings":
            return {**own, "line": [place(at[0]), place(at[-1])]}
        return own if section in ("stairs", "ramps") else {**own, "at": place(at)}
    except (TypeError, IndexError):
        return None
