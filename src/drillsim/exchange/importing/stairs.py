"""Stairs of which a file tells only the two spaces: their sizes are assumed, and marked as derived."""

from __future__ import annotations

from math import hypot

from drillsim.exchange.importing.draft import Draft, Thing
from drillsim.exchange.importing.rules import LINK

WALK_PER_RISE = 2.62
"""Walking length over rise: 10.49 m over 4 m on a switchback stair. Source: A:import.rows."""
WIDTH_M = 1.5
"""Clear width of a stair. Source: A:import.rows."""


def add_stair(draft: Draft, lower: str, upper: str, rise_m: float) -> None:
    """Add a stair between two spaces."""
    id_ = draft.id_for("", "stair")
    thing: Thing = {"id": id_, "lower": lower, "upper": upper}
    for key, space, other in (("lower_opening", lower, upper), ("upper_opening", upper, lower)):
        opening = _nearest(draft, space, other)
        if opening is not None:
            thing[key] = opening
    length = round(rise_m * WALK_PER_RISE, 2)
    draft.stairs.append({**thing, "rise": rise_m, "width": WIDTH_M, "length": length})
    draft.derive(id_, LINK)


def _nearest(draft: Draft, space: str, other: str) -> str | None:
    """Return the opening of a space from which the stair counts: the one nearest to the first corner of the other space."""
    to = next(s["polygon"][0] for s in draft.spaces if s["id"] == other)
    beside = [o for o in draft.openings if space in o["spaces"]]
    near = min(beside, key=lambda o: hypot(o["line"][0][0] - to[0], o["line"][0][1] - to[1]), default=None)
    return None if near is None else str(near["id"])
