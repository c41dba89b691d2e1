"""The arrays of the compiled crowd as compiled functions see them: by address.

Memory layout. A drill has some forty arrays. Passed from function to function they cost more than the crowd itself, so one
number is passed instead, the address `t` of a table of words: for each array, in the order of `Tables`, its address, its
rows and its columns. `people_at(t)` and the like turn three words into an array at the point of use; nothing is checked and
nothing is counted. What changes in a drill lies in one block of bytes (`compiled.allocation.Layout`), each array at the
beginning of a cache line, records padded to whole or half lines; what all drills share stays where `Static` has it. Whoever
writes an address keeps the array alive: an array that is replaced by a larger one gets its new address written before
compiled code runs again, which is safe only because no other thread plays this drill. Arrays shared between drills are
therefore never replaced.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.kernel.records import (
    BORDER,
    CELL,
    CHORD,
    DIRECTION,
    EVENT,
    FIELD,
    FLOW,
    GATE,
    LINE,
    NAMES,
    NODE,
    PERSON,
    PERSON_DETAIL,
    SHAPE,
    SPACE,
    STAIR,
    UNIT,
)
from drillsim.jit import array_reader, row_prefetcher

At = int
"""Address of the words that describe each array, in the order of Tables: its address, rows and columns."""
INT, LONG, FLOAT = np.int32, np.int64, np.float64
WORDS = 3


def write_address(words: NDArray[np.int64], name: str, array: NDArray[Any]) -> None:
    """Write address, rows and columns of the array of a name into the words; the caller keeps the array alive."""
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
flows_at = _reader("flows", FLOW)
borders_at = _reader("borders", BORDER)
cells_at = _reader("cells", CELL)
spaces_at = _reader("spaces", SPACE)
shapes_at = _reader("shapes", SHAPE)
chords_at = _reader("chords", CHORD)
steps_at = _reader("steps", INT)
gates_at = _reader("gates", GATE)
nodes_at = _reader("nodes", NODE)
stairs_at = _reader("stairs", STAIR)
dist_at = _reader("dist", FLOAT)
factors_at = _reader("factors", FLOAT)
fields_at = _reader("fields", FIELD, 2)
reach_at = _reader("reach", INT, 2)
leads_at = _reader("leads", INT, 2)
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
