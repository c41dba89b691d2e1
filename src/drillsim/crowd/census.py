"""How many people are where in the compiled crowd: what is looked at most often, counted in compiled code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.compiled import compiled
from drillsim.crowd.views import At, cells_at


@compiled
def persons(t: At, count: int) -> NDArray[np.int64]:
    """Return the persons in each of so many cells, units apart."""
    cells = cells_at(t)
    found = np.empty(count, np.int64)
    for c in range(count):
        found[c] = cells[c].filled - cells[c].units
    return found


@compiled
def person_seconds(t: At, count: int, now_s: float) -> NDArray[np.float64]:
    """Return the person-seconds spent in each of so many cells until now, units apart."""
    cells = cells_at(t)
    found = np.empty(count)
    for c in range(count):
        cell = cells[c]
        found[c] = cell.person_s + (cell.filled - cell.units) * (now_s - cell.since)
    return found
