"""An outdoor place around a building whose parts have no way between them inside, so that the check sees them as joined."""

from __future__ import annotations

import shapely
from shapely import Point, Polygon
from shapely.geometry.polygon import orient

from drillsim.exchange.importing.draft import Draft, Thing, rounded
from drillsim.exchange.importing.rules import GROUNDS
from drillsim.plan.model import OUTSIDE

WALL_M = 0.25
"""Thickness of an outer wall that is assumed around the floors, m. Source: A:import.grounds."""
WIDE_M = 6.0
"""Width of the place around the building, m. Source: A:import.grounds."""
OFF_WALL_M = 0.55
"""Farthest that an exit may lie from the place, m; the check allows 0.6 m. Source: assumption A:plan.tolerances."""


def join_parts(draft: Draft) -> None:
    """Draw an outdoor place around the lowest level with exits, where the inside falls into parts that all have exits there."""
    parts = _parts(draft)
    exits = [o for o in draft.openings if OUTSIDE in o["spaces"]]
    level_of = {s["id"]: s["level"] for s in draft.spaces}
    heights = {v["id"]: float(v["elevation"]) for v in draft.levels}
    levels = sorted(
        {level_of[s] for o in exits for s in o["spaces"] if s in level_of}, key=lambda v: heights.get(v, 0.0)
    )
    if len(parts) < 2 or not levels:
        return
    here = [o for o in exits if any(level_of.get(s) == levels[0] for s in o["spaces"])]
    if not all(any(s in part for o in here for s in o["spaces"]) for part in parts):
        return
    floors = [Polygon(s["polygon"]) for s in draft.spaces if s["level"] == levels[0]]
    built = shapely.union_all([f.buffer(WALL_M, join_style="mitre") for f in floors if f.is_valid])
    built = built.buffer(WALL_M, join_style="mitre").buffer(-WALL_M, join_style="mitre")
    around = built.envelope.buffer(WIDE_M, join_style="mitre")
    holes = [Polygon(p.exterior) for p in shapely.get_parts(built) if isinstance(p, Polygon)]
    joined = [o for o in here if any(h.exterior.distance(Point(_middle(o))) <= OFF_WALL_M for h in holes)]
    if not all(any(s in part for o in joined for s in o["spaces"]) for part in parts) or not isinstance(
        around, Polygon
    ):
        return
    id_ = draft.id_for("grounds", "grounds")
    ring = rounded(orient(around).exterior.coords)
    draft.spaces.append(
        {
            "id": id_,
            "label": "Grounds",
            "level": levels[0],
            "use": "outdoors",
            "polygon": ring,
            "holes": [rounded(h.exterior.coords) for h in holes],
        }
    )
    for opening in joined:
        opening["spaces"] = [id_ if s == OUTSIDE else s for s in opening["spaces"]]
    gate = draft.id_for("gate", "gate")
    draft.openings.append(
        {
            "id": gate,
            "label": "Way off the grounds",
            "kind": "exit",
            "spaces": [id_, OUTSIDE],
            "line": ring[:2],
            "wide_on_purpose": True,
        }
    )
    draft.derive(id_, GROUNDS)
    draft.derive(gate, GROUNDS)
    draft.note(
        "guessed",
        f"the inside falls into {len(parts)} parts that only the outside joins: an outdoor place was drawn around them",
    )


def _parts(draft: Draft) -> list[set[str]]:
    """Return the parts of the inside that openings and stairs join."""
    beside: dict[str, set[str]] = {s["id"]: set() for s in draft.spaces if s["use"] != "outdoors"}
    pairs = [tuple(o["spaces"]) for o in draft.openings] + [
        (t["lower"], t["upper"]) for t in [*draft.stairs, *draft.ramps]
    ]
    for a, b in pairs:
        if a in beside and b in beside:
            beside[a].add(b)
            beside[b].add(a)
    parts: list[set[str]] = []
    left = set(beside)
    while left:
        part, queue = set(), [min(left)]
        while queue:
            here = queue.pop()
            if here not in part:
                part.add(here)
                queue += beside[here] - part
        parts.append(part)
        left -= part
    return parts


def _middle(opening: Thing) -> tuple[float, float]:
    (x0, y0), (x1, y1) = opening["line"]
    return (x0 + x1) / 2, (y0 + y1) / 2
