"""How the ways of a building were used: by whom, when, and where people waited; one row for each direction.

A queue is counted over time: its length at an instant is the number of persons who had joined it by then and had not yet
passed or left. Who passes at the instant of joining has not waited. Units are counted nowhere here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.distance_field import OUTSIDE_GOAL
from drillsim.plan.model import OUTSIDE
from drillsim.record.trace import WayUse


class WayNames:
    """Way, kind and space entered of each direction 2 x way + side, by which rows are labelled."""

    def __init__(self, cells: Cells) -> None:
        plan, openings = cells.network.plan, cells.network.openings
        is_out = cells.field(OUTSIDE_GOAL, frozenset()).reaches
        ids = [o.id for o in plan.openings] + [f.id for f in plan.flights]
        self.labels: list[tuple[str, str, str]] = []
        for way, sides in enumerate(cells.network.way_spaces.tolist()):
            parts = is_out(sides[0]) != is_out(sides[1])
            gate = min(sides) < 0 and not parts
            for space in sides:
                inner = (
                    "ramp" if way in cells.network.ramps else "stair" if way >= openings else "gate" if gate else "door"
                )
                kind = inner if not parts else "exit" if is_out(space) else "way-in"
                self.labels.append((ids[way], kind, plan.spaces[space].id if space >= 0 else OUTSIDE))


def way_uses(
    cells: Cells, people: NDArray[np.int64], longest: NDArray[np.int64], times_s: NDArray[np.float64]
) -> tuple[WayUse, ...]:
    """Return the rows of the directions that somebody passed or waited at, in the order of the plan.

    people, longest
        (directions,) persons who passed, and most persons who waited at once.
    times_s
        (directions, 3) the first and the last pass, and since when the queue was longest; any number where none is.
    """
    labels, used = cells.derived(WayNames).labels, np.flatnonzero((people > 0) | (longest > 0))
    columns = (used.tolist(), people[used].tolist(), longest[used].tolist(), times_s[used].tolist())
    rows = []
    for d, passed, waited, (first_s, last_s, longest_s) in zip(*columns, strict=True):
        first, last = (first_s, last_s) if passed else (None, None)
        rows.append(WayUse(*labels[d], passed, first, last, waited, longest_s if waited else None))
    return tuple(rows)
