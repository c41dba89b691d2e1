"""What a plan has, and what it lacks, of what state laws on school maps commonly ask (docs/own_plan.md); information only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from drillsim.plan.model import OUTSIDE, FloorPlan, Named

HEAD = "What state laws on school maps commonly ask (information; nobody here says that a map complies):"
FOOT = "`drillsim export map` draws the grid. A walk through the building with those who will use the map is asked for nearly everywhere."
MOST_NAMED = 5
"""Most ids that a line names."""


@dataclass(frozen=True)
class MapItem:
    """One thing that a responder's map shows.

    there
        Whether the plan has it.
    told
        What the plan has, or what to write.
    """

    name: str
    there: bool
    told: str


def map_items(plan: FloorPlan) -> list[MapItem]:
    """Return every item of the common list with its state in this plan."""
    return [*_drawn(plan), *_labelled(plan), *_marked(plan)]


def _drawn(plan: FloorPlan) -> Iterator[MapItem]:
    stated = "grid_north_deg" in plan.model_fields_set
    told = (
        f"{plan.grid_north_deg:g} degrees clockwise from the top of the plan"
        if stated
        else "write 'grid_north_deg: 0', or the degrees from the top of the plan clockwise to true north"
    )
    yield MapItem("true north", stated, told)
    outdoors = [s for s in plan.spaces if s.use == "outdoors"]
    told = f"{len(outdoors)} outdoor places" if outdoors else "draw parking, fields and roads as spaces of use outdoors"
    yield MapItem("grounds", bool(outdoors), told)


def _labelled(plan: FloorPlan) -> Iterator[MapItem]:
    halls = [s for s in plan.spaces if s.use in ("corridor", "lobby", "passage")]
    rooms = [s for s in plan.spaces if s not in halls and s.use not in ("stair", "outdoors")]
    stairs = [s for s in plan.spaces if s.use == "stair"]
    exits = [o for o in plan.openings if o.kind == "exit" or OUTSIDE in o.spaces]
    yield _by_label("room names as on the doors", rooms)
    yield _by_label("hallway names", halls)
    if stairs:
        yield _by_label("stairwell numbers or letters", stairs)
    without = [o.id for o in exits if not re.search(r"[0-9]|\b[A-Z]\b", o.label)]
    told = f"all {len(exits)} exits" if not without else f"write 'label: Door 1' on {_named(without)}"
    yield MapItem("numbers of outer doors", bool(exits) and not without, told)


def _marked(plan: FloorPlan) -> Iterator[MapItem]:
    kinds = (
        ("AEDs", ("aed",)), ("trauma kits", ("trauma-kit",)), ("key boxes", ("key-box",)),
        ("shut-offs of gas, water and power", ("gas-shut-off", "water-shut-off", "power-shut-off")), ("hazards", ("hazard",)),
    )  # fmt: skip
    for name, wanted in kinds:
        found = [e.kind for e in plan.equipment if e.kind in wanted]
        missing = [kind for kind in wanted if kind not in found]
        told = (
            f"{len(found)} marked"
            if not missing
            else f"write {{id: …, kind: {missing[0]}, space: …, at: [x, y]}} under 'equipment'"
        )
        if name == "hazards" and missing:
            told += ", if there are any"
        yield MapItem(name, not missing, told)


def _by_label(name: str, things: Sequence[Named]) -> MapItem:
    without = [thing.id for thing in things if not thing.label]
    told = f"all {len(things)}" if not without else f"write 'label:' on {_named(without)}"
    return MapItem(name, bool(things) and not without, told if things else "there are none")


def _named(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return ", ".join(ids[:MOST_NAMED]) + more
