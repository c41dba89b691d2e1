"""The compiled crowd's arrays as its functions see them: by their addresses, which are all that is passed about.

Passing thirty arrays from function to function cost more than the crowd itself.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from drillsim.compiled import inlined
from drillsim.crowd.tables import (
    BORDER,
    CELL,
    DIRECTION,
    EVENT,
    FIELD,
    GATE,
    NODE,
    PERSON,
    SPACE,
    STAIR,
    UNIT,
    Tables,
)

At = NDArray[np.int64]
"""Address, rows and columns of each array, in the order of Tables."""
INT, LONG, FLOAT = np.int32, np.int64, np.float64
WORDS = 3


def addresses(tables: Tables) -> At:
    """Return where the arrays lie; whoever uses this keeps the tables alive."""
    found = np.zeros(WORDS * len(tables), np.int64)
    for number, array in enumerate(tables):
        write_address(found, number, array)
    return found


def write_address(at: At, number: int, array: NDArray[Any]) -> None:
    """Write down where the array of a number lies now."""
    if not array.flags.c_contiguous:
        raise ValueError("the compiled crowd takes whole arrays only")
    row = WORDS * number
    at[row], at[row + 1] = array.__array_interface__["data"][0], array.shape[0]
    at[row + 2] = array.shape[1] if array.ndim > 1 else 1


@intrinsic
def _pointer(_context: Any, address: Any) -> Any:
    """Return a number as the pointer it stands for."""

    def generate(_c: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


pointer: Any = _pointer
carray: Any = numba.carray  # type: ignore[attr-defined]


@inlined
def people_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[0]), (t[1],), PERSON)


@inlined
def units_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[3]), (t[4],), UNIT)


@inlined
def directions_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[6]), (t[7],), DIRECTION)


@inlined
def borders_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[9]), (t[10],), BORDER)


@inlined
def cells_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[12]), (t[13],), CELL)


@inlined
def spaces_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[15]), (t[16],), SPACE)


@inlined
def gates_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[18]), (t[19],), GATE)


@inlined
def nodes_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[21]), (t[22],), NODE)


@inlined
def stairs_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[24]), (t[25],), STAIR)


@inlined
def dist_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[27]), (t[28],), FLOAT)


@inlined
def factors_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[30]), (t[31],), FLOAT)


@inlined
def fields_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[33]), (t[34], t[35]), FIELD)


@inlined
def reach_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[36]), (t[37], t[38]), INT)


@inlined
def kinds_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[39]), (t[40],), INT)


@inlined
def heap_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[42]), (t[43],), EVENT)


@inlined
def due_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[45]), (t[46],), INT)


@inlined
def legs_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[48]), (t[49], t[50]), INT)


@inlined
def bends_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[51]), (t[52], t[53]), FLOAT)


@inlined
def corners_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[54]), (t[55], t[56]), FLOAT)


@inlined
def rows_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[57]), (t[58],), FLOAT)


@inlined
def paths_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[60]), (t[61],), INT)


@inlined
def again_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[63]), (t[64],), INT)


@inlined
def circle_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[66]), (t[67], t[68]), INT)


@inlined
def news_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[69]), (t[70], t[71]), INT)


@inlined
def watched_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[72]), (t[73], t[74]), INT)


@inlined
def limits_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[75]), (t[76],), INT)


@inlined
def n_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[78]), (t[79],), LONG)


@inlined
def s_at(t: At) -> Any:
    """Return the array of this name."""
    return carray(pointer(t[81]), (t[82],), FLOAT)
