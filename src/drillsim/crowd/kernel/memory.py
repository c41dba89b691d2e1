"""The compiled crowd's arrays as its functions see them: by their addresses, which are all that is passed about.

Passing thirty arrays from function to function cost more than the crowd itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array
from numba.np.numpy_support import from_dtype
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
    SELDOM,
    SPACE,
    STAIR,
    UNIT,
)

At = int
"""Where the words stand that tell where each array lies, in the order of Tables: its address, rows and columns."""
INT, LONG, FLOAT = np.int32, np.int64, np.float64
WORDS = 3


def write_address(words: NDArray[np.int64], name: str, array: NDArray[Any]) -> None:
    """Write down where the array of a name lies now; whoever uses this keeps the array alive."""
    if not array.flags.c_contiguous:
        raise ValueError("the compiled crowd takes whole arrays only")
    words[NAMES.index(name)] = array.ctypes.data, array.shape[0], array.shape[1] if array.ndim > 1 else 1


def _word(context: Any, builder: Any, at: Any, number: int) -> Any:
    """Write code that reads one of the words; they stay as they are while the crowd is played."""
    words = builder.inttoptr(at, context.get_value_type(types.intp).as_pointer())
    word = builder.load(builder.gep(words, [context.get_constant(types.intp, number)]))
    word.set_metadata("invariant.load", builder.module.add_metadata([]))
    return word


def _reader(name: str, dtype: Any, dimensions: int = 1, *, counted: bool = False) -> Any:
    """Return a compiled function that gives the array of a name.

    counted
        Whether its rows can be counted; rows of the others are numbered from 0 on, and never negative.
    """
    first, item = WORDS * NAMES.index(name), np.dtype(dtype)
    kind = types.Array(from_dtype(item), dimensions, "C")

    def read(_context: Any, _at: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            array, at = make_array(kind)(context, builder), arguments[0]
            size = context.get_constant(types.intp, item.itemsize)
            rows = _word(context, builder, at, first + 1) if counted else context.get_constant(types.intp, 0)
            shape = [rows] if dimensions == 1 else [rows, _word(context, builder, at, first + 2)]
            strides = [size] if dimensions == 1 else [builder.mul(shape[1], size), size]
            data = builder.inttoptr(_word(context, builder, at, first), array.data.type)
            populate_array(array, data=data, shape=shape, strides=strides, itemsize=size, meminfo=None)
            return array._getvalue()

        return kind(types.int64), generate

    return intrinsic(read)


def _fetcher(name: str, dtype: Any) -> Any:
    """Return a compiled function that asks for a row of an array ahead of time, so that nobody has to wait for it."""
    first, size = WORDS * NAMES.index(name), np.dtype(dtype).itemsize

    def fetch(_context: Any, _at: Any, _row: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            pointer, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
            at, row = arguments
            kind = ir.FunctionType(ir.VoidType(), [pointer, flag, flag, flag])
            ask = builder.module.declare_intrinsic("llvm.prefetch", [pointer], kind)
            offset = builder.mul(row, context.get_constant(types.intp, size))
            for line in range(0, size, LINE):
                begin = builder.add(offset, context.get_constant(types.intp, line))
                where = builder.inttoptr(builder.add(_word(context, builder, at, first), begin), pointer)
                builder.call(ask, [where, flag(0), flag(3), flag(1)])  # to be read, often, as data
            return context.get_dummy_value()

        return types.void(types.int64, types.int64), generate

    return intrinsic(fetch)


fetch_person = _fetcher("people", PERSON)
fetch_border = _fetcher("borders", BORDER)
fetch_direction = _fetcher("directions", DIRECTION)
fetch_cell = _fetcher("cells", CELL)
fetch_event = _fetcher("events", EVENT)
people_at = _reader("people", PERSON)
seldom_at = _reader("seldom", SELDOM)
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
again_at = _reader("again", INT)
circle_at = _reader("circle", INT, 2)
search_at = _reader("search", INT, 2)
news_at = _reader("news", INT, 2)
watched_at = _reader("watched", INT, 2, counted=True)
limits_at = _reader("limits", INT, counted=True)
n_at = _reader("n", LONG)
s_at = _reader("s", FLOAT)
