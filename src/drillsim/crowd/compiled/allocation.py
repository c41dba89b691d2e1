"""The arrays of a drill at its beginning: layout of the block, everybody in place, nothing scheduled.

A drill's arrays are one block of bytes: copying its first part, which begins as the plan has it, and zeroing the rest
starts a drill in microseconds. Units, goals and pools that outgrow the block get arrays of their own (see `memory.py`).
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.compiled.static import Static
from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.kernel.borders import settle_seconds
from drillsim.crowd.kernel.event_list import FEW, schedule, seconds_ahead, slots_for, slots_per_s
from drillsim.crowd.kernel.memory import (
    WORDS,
    At,
    cells_at,
    details_at,
    n_at,
    people_at,
    units_at,
    write_address,
)
from drillsim.crowd.kernel.records import (
    BORDERS,
    CHECKING,
    COUNTS,
    ELSEWHERE,
    EVENT,
    FIELD,
    FLOW,
    LINE,
    LONG_BITS,
    MANY,
    NAMES,
    NO_GOAL,
    PERSON,
    PERSON_DETAIL,
    PERSONS,
    SLOTS,
    UNIT,
    UNITS,
    WAYS,
    Place,
    Record,
    Tables,
)
from drillsim.crowd.population import Population
from drillsim.crowd.states import ABSENT, STANDING, WAITING
from drillsim.jit import compiled

Floats = NDArray[np.float64]
ROOM_FOR_UNITS = 8
SHARED = ("shapes", "chords", "steps", "gates", "nodes", "stairs", "dist", "factors", "legs", "bends")
"""Arrays that every drill reads where they stand in Static."""
COPIED = ("borders", "directions", "cells", "spaces")
"""Arrays that every drill begins with a copy of, first in its block."""


class Layout:
    """Offsets of the arrays of a drill with so many people in its block; those copied from the plan come first."""

    def __init__(self, static: Static, people: int) -> None:
        room, borders, cells = people + ROOM_FOR_UNITS, len(static.borders), len(static.cells)
        nodes, spaces, slots = len(static.nodes), len(static.spaces), slots_for(len(static.borders) + room)
        self.places: dict[str, Place] = {}
        self.size = 0
        self._add(**{name: getattr(static, name) for name in COPIED})
        n, s = np.zeros(COUNTS, np.int64), np.array([0.0, 0.0, seconds_ahead(slots), slots_per_s(slots), 0.0])
        n[PERSONS], n[BORDERS], n[WAYS], n[SLOTS], n[MANY] = people, borders, nodes >> 1, slots, people > FEW
        n[CHECKING] = -1
        self._n, self._s = n, s
        self._room(np.int64, n=COUNTS, busy=slots >> LONG_BITS)
        self._room(np.float64, s=len(s), corners=(16, 2), rows=16)
        self._room(
            np.int32, slots=slots, heap=borders + room, reach=(1, spaces), leads=(1, spaces), kinds=1, paths=16,
            rechecks=2 * len(static.stairs) + 1, circle=(cells + 1, 2), search=(2, cells), notices=(2 * spaces + 256, 3),
            watched=(0, 2), limits=0,
        )  # fmt: skip
        self._room(EVENT, events=borders + room)
        self._room(FIELD, fields=(1, nodes))
        self._room(FLOW, flows=nodes)
        self._room(UNIT, units=ROOM_FOR_UNITS)
        self._room(PERSON, people=room)
        self._room(PERSON_DETAIL, details=room)
        self._shared = {name: getattr(static, name) for name in SHARED}
        self._words = np.zeros((len(NAMES), WORDS), np.int64)
        self._in_block = np.array([name in self.places for name in NAMES])
        for number, name in enumerate(NAMES):
            if name in self._shared:
                write_address(self._words, name, self._shared[name])
            elif name in self.places:
                place = self.places[name]
                self._words[number] = place.begin, *place.shape, *(1,) * (2 - len(place.shape))

    def _add(self, **arrays: Record) -> None:
        for name, array in arrays.items():
            self._room(array.dtype, **{name: len(array)})

    def _room(self, kind: Any, **shapes: int | tuple[int, ...]) -> None:
        kind = np.dtype(kind)
        for name, rows in shapes.items():
            shape = rows if isinstance(rows, tuple) else (rows,)
            end = self.size + kind.itemsize * prod(shape)
            self.places[name] = Place(self.size, end, kind, shape)
            self.size = -(-end // LINE) * LINE

    def make(self, start: NDArray[np.uint8]) -> tuple[Tables, NDArray[np.int64]]:
        """Return the arrays of a drill before anybody is placed, and the words that hold their addresses."""
        room = np.zeros(self.size + LINE, np.uint8)
        begin = -room.ctypes.data % LINE
        block, words = room[begin : begin + self.size], self._words.copy()
        block[: len(start)] = start
        words[self._in_block, 0] += block.ctypes.data
        tables = Tables(block, self.places)
        tables.put(**self._shared)
        tables.n[:], tables.s[:] = self._n, self._s
        return tables, words


def initial_bytes(static: Static) -> NDArray[np.uint8]:
    """Return the first bytes of every block: the arrays that begin as the plan has them."""
    layout = Layout(static, 0)
    block = np.zeros(layout.places[COPIED[-1]].end, np.uint8)
    first = Tables(block, layout.places)
    for name in COPIED:
        getattr(first, name)[:] = getattr(static, name)
    block.flags.writeable = False
    return block


def seat_all(at: At, people: Population, cells: Cells, pace: NDArray[np.int64]) -> None:
    """Place everybody at its start; a pace is also the number of the goal outside of its people."""
    cell = cells.cells_at(people.space, people.x, people.y)
    floats = (people.x, people.y, people.level_mps, people.stair_up_mps, people.stair_down_mps)
    seat(
        at,
        np.ascontiguousarray(people.space, np.int64),
        cell,
        pace,
        *(np.ascontiguousarray(f, np.float64) for f in floats),
    )


@compiled
def seat(
    t: At,
    space: NDArray[np.int64],
    cell: NDArray[np.int64],
    pace: NDArray[np.int64],
    x: Floats,
    y: Floats,
    level: Floats,
    up: Floats,
    down: Floats,
) -> None:
    """Place people at points of cells of spaces."""
    people, details, cells = people_at(t), details_at(t), cells_at(t)
    for p in range(len(space)):
        me = people[p]
        me.x, me.y, me.space, me.cell, me.level, me.state = x[p], y[p], space[p], cell[p], level[p], WAITING
        me.pace = me.goal = me.aim = pace[p]
        me.node = me.target = me.before = me.after = me.row = me.corner = -1
        details[p].up, details[p].down, details[p].end = up[p], down[p], np.nan
        cells[me.cell].filled += 1


@compiled
def stand_unit(t: At, p: int, space: int, cell: int, x: float, y: float, level: float, up: float, down: float) -> None:
    """Place a unit at a point of a space, or outside (space -1)."""
    people, details, units, cells, n = people_at(t), details_at(t), units_at(t), cells_at(t), n_at(t)
    me = people[p]
    me.x, me.y, me.space, me.cell, me.level, me.state = x, y, space, cell, level, STANDING
    me.node = me.target = me.before = me.after = me.row = me.corner = -1
    details[p].up, details[p].down, details[p].end = up, down, np.nan
    units[p - n[PERSONS]].goal = NO_GOAL
    n[UNITS] += 1
    settle_seconds(t, cell)
    cells[cell].filled += 1
    cells[cell].units += 1


@compiled
def make_absent(t: At, whom: NDArray[np.int64], times: Floats) -> None:
    """Take people from their places; they come in at their times of arrival instead."""
    people, cells, n = people_at(t), cells_at(t), n_at(t)
    for i in range(len(whom)):
        me = people[whom[i]]
        cells[me.cell].filled -= 1
        me.state, me.space, me.length = ABSENT, -1, -1.0
        schedule(t, n[BORDERS] + whom[i], times[i])
    n[ELSEWHERE] = len(whom)
