"""Stairs of an IMDF venue: relationships between two units, of which the format tells neither width nor length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from typing import Any

from drillsim.exchange.geojson.collections import Feature
from drillsim.exchange.importing.draft import Draft, Thing
from drillsim.exchange.importing.rules import LINK

WALK_PER_RISE = 2.62
"""Walking length over rise: 10.49 m over 4 m on a switchback stair. Source: A:import.rows."""
WIDTH_M = 1.5
"""Clear width of a stair. Source: A:import.rows."""


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
        id_ = draft.id_for("", "stair")
        thing: Thing = {"id": id_, "lower": found[0], "upper": found[1]}
        for key, space, other in (("lower_opening", *found), ("upper_opening", *found[::-1])):
            opening = _nearest(draft, space, other)
            if opening is not None:
                thing[key] = opening
        length = round(rise * WALK_PER_RISE, 2)
        draft.stairs.append({**thing, "rise": rise, "width": WIDTH_M, "length": length})
        draft.derive(id_, LINK)
    return len(draft.stairs) - before


def _unit(end: Any) -> str:
    return str(end.get("id", "")) if isinstance(end, dict) else ""


def _nearest(draft: Draft, space: str, other: str) -> str | None:
    """Return the opening of a space from which the stair counts: the one nearest to the first corner of the other space."""
    to = next(s["polygon"][0] for s in draft.spaces if s["id"] == other)
    beside = [o for o in draft.openings if space in o["spaces"]]
    near = min(beside, key=lambda o: hypot(o["line"][0][0] - to[0], o["line"][0][1] - to[1]), default=None)
    return None if near is None else str(near["id"])
