"""Stairs of an IMDF venue: relationships between two units, of which the format tells neither width nor length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from drillsim.exchange.geojson.collections import Feature
from drillsim.exchange.importing.draft import Draft
from drillsim.exchange.importing.stairs import add_stair


def add_links(draft: Draft, relationships: Sequence[Feature], ids: Mapping[str, str]) -> int:
    """Add a stair for every relationship of that kind whose two units lie on two levels; return their number.

    ids
        Space ids by the ids of the units.
    """
    level = {s["id"]: s["level"] for s in draft.spaces}
    height = {v["id"]: float(v["elevation"]) for v in draft.levels}
    before = len(draft.stairs)
    for feature in relationships:
        ends = [ids.get(_unit(feature.properties.get(k))) for k in ("origin", "destination")]
        found = sorted((e for e in ends if e is not None), key=lambda s: height[level[s]])
        told = str(feature.properties.get("category", "")).lower()
        if told not in ("stairs", "ramp") or len(found) < 2 or height[level[found[0]]] == height[level[found[1]]]:
            continue
        rise = round(height[level[found[1]]] - height[level[found[0]]], 4)
        add_stair(draft, found[0], found[1], rise)
    return len(draft.stairs) - before


def _unit(end: Any) -> str:
    return str(end.get("id", "")) if isinstance(end, dict) else ""
