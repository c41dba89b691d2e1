"""The compiled crowd's arrays as its functions see them: by their addresses, which are all that is passed about.

Passing thirty arrays from function to function cost more than the crowd itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.kernel.records import (
    BORDER,
    CELL,
    DIRECTION,
    EVENT,
    FIELD,
    GATE,
    LINE,
    NAMES,
    NODE,
    PERSON,
    PERSON_DETAIL,
    SPACE,
    STAIR,
    UNIT,
)
from drillsim.jit import array_reader, row_prefetcher

At = int
"""Where the words stand that tell where each array lies, in the order of Tables: its address, rows and columns."""
INT, LONG, FLOAT = np.int32, np.int64, np.float64
WORDS = 3


def write_address(words: NDArray[np.int64], name: str, array: NDArray[Any]) -> None:
    """Write down where the array of a name lies now; whoever uses this keeps the array alive."""
    if not array.flags.c_contiguous:
        raise ValueError("the compiled crowd takes whole arrays only")
    words[NAMES.index(name)] = array.ctypes.data, array.shape[0], array.shape[1] if array.ndim > 1 else 1


def _reader(name: str, dtype: Any, dimensions: int = 1, *, counted: bool = False) -> Any:
    """Return a compiled function that gives the array of a name; see `array_reader`."""
    return array_reader(WORDS * NAMES.index(name), dtype, dimensions, counted=counted)


def _fetcher(name: str, dtype: Any) -> Any:
    """Return a compiled function that asks for a row of the array of a name ahead of its use."""
    return row_prefetcher(WORDS * NAMES.index(name), dtype, LINE)


fetch_person = _fetcher("people", PERSON)
fetch_border = _fetcher("borders", BORDER)
fetch_direction = _fetcher("directions", DIRECTION)
fetch_cell = _fetcher("cells", CELL)
fetch_event = _fetcher("events", EVENT)
people_at = _reader("people", PERSON)
details_at = _reader("details", PERSON_DETAIL)
units_at = _reader("units", UNIT)
directions_at = _reader("directions", DIRECTION)
borders_at = _reader("borders", BORDER)
cells_at = _reader("cells", CELL)
spaces_at = _reader("spaces", SPACE)
gates_at = _reader("gates", GATE)
nodes_at = _reader("nodes", NODE)
stairs_at = _reader("stairs", STAIR)
dist_at = _reader("dist", FLOAT)
factors_at = _reader("factors", FLOAT)
fields_at = _reader("fields", FIELD, 2)
reach_at = _reader("reach", INT, 2)
kinds_at = _reader("kinds", INT, counted=True)
events_at = _reader("events", EVENT)
slots_at = _reader("slots", INT)
busy_at = _reader("busy", LONG)
heap_at = _reader("heap", INT)
legs_at = _reader("legs", INT, 2)
bends_at = _reader("bends", FLOAT, 2)
corners_at = _reader("corners", FLOAT, 2)
rows_at = _reader("rows", FLOAT)
paths_at = _reader("paths", INT)
rechecks_at = _reader("rechecks", INT)
circle_at = _reader("circle", INT, 2)
search_at = _reader("search", INT, 2)
notices_at = _reader("notices", INT, 2)
watched_at = _reader("watched", INT, 2, counted=True)
limits_at = _reader("limits", INT, counted=True)
n_at = _reader("n", LONG)
s_at = _reader("s", FLOAT)
