"""The compiled crowd's arrays as its functions see them: by their addresses, which are all that is passed about.

Passing thirty arrays from function to function cost more than the crowd itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype
from numpy.typing import NDArray

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
    at[row], at[row + 1] = array.ctypes.data, array.shape[0]
    at[row + 2] = array.shape[1] if array.ndim > 1 else 1


def _reader(name: str, dtype: Any, dimensions: int = 1) -> Any:
    """Return a compiled function that gives the array of a name, shaped as it is, from the addresses."""
    first, item = WORDS * Tables._fields.index(name), np.dtype(dtype)
    kind = types.Array(from_dtype(item), dimensions, "C")

    def read(_context: Any, at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            words = make_array(signature.args[0])(context, builder, arguments[0]).data

            def word(k: int) -> Any:
                return builder.load(builder.gep(words, [context.get_constant(types.intp, first + k)]))

            array = make_array(kind)(context, builder)
            size = context.get_constant(types.intp, item.itemsize)
            shape = [word(1 + k) for k in range(dimensions)]
            strides = [size] if dimensions == 1 else [builder.mul(shape[1], size), size]
            data = builder.inttoptr(word(0), array.data.type)
            populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
            return array._getvalue()

        return kind(at), generate

    return intrinsic(read)


people_at = _reader("people", PERSON)
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
kinds_at = _reader("kinds", INT)
heap_at = _reader("heap", EVENT)
due_at = _reader("due", INT)
legs_at = _reader("legs", INT, 2)
bends_at = _reader("bends", FLOAT, 2)
corners_at = _reader("corners", FLOAT, 2)
rows_at = _reader("rows", FLOAT)
paths_at = _reader("paths", INT)
again_at = _reader("again", INT)
circle_at = _reader("circle", INT, 2)
news_at = _reader("news", INT, 2)
watched_at = _reader("watched", INT, 2)
limits_at = _reader("limits", INT)
n_at = _reader("n", LONG)
s_at = _reader("s", FLOAT)
