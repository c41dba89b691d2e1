"""Record types of the compiled crowd's arrays: constant ones of a plan under some laws, and those of a drill.

Indices as in Cells, but for the outside: here the last cell, so that no index is negative.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Record = Any
_I, _R = "i4", "f8"


LINE = 64
"""Bytes of a line of the cache."""


def _record(**fields: str) -> np.dtype[Any]:
    """Return a record type from field names by type, wide types first; one of more than half a line is padded to whole lines."""
    kind = np.dtype([(name, kind) for kind, names in fields.items() for name in names.split()], align=True)
    if kind.itemsize <= LINE // 2 or kind.fields is None:
        return kind
    formats, offsets = zip(*(kind.fields[name][:2] for name in kind.fields), strict=True)
    size = -(-kind.itemsize // LINE) * LINE
    return np.dtype({"names": list(kind.fields), "formats": formats, "offsets": offsets, "itemsize": size}, align=True)


PERSON = _record(
    f8="x y level speed began length walked done arrived",
    i4="space cell node target direction goal aim before after row corner",
    i2="corners bend pieces here pace",
    i1="state",
)
"""A person or unit. x, y: where it stands or its leg began; length: of the present piece, of who is still to
arrive the premovement after that (-1: none); walked: pieces behind it;
done: metres of the present straight stretch; here: chords crossed at one point of it; before, after: its neighbours in
the queue."""
PERSON_DETAIL = _record(f8="up down end")
"""Fields of a person that are rarely read, apart so that PERSON fills two cache lines: own stair speeds, time of reaching
the goal."""
UNIT = _record(f8="x y", i4="path goal end", i2="steps", i1="tells")
"""Assignment of a unit: ways path .. path + steps of `paths`, then the point (x, y) of space `goal`, in cell `end`;
tells: whether it reports each space that it enters."""
DIRECTION = _record(
    f8="tag", i8="order", i4="near far lead first last claims registered before after queued longest passed"
)
"""first, last: of its queue; before, after: among the directions registered for the same cell; queued: persons who wait,
units apart; longest: most of them at once; passed: persons so far."""
FLOW = _record(f8="first last longest")
"""Times of a direction of a way: when the first and the last person passed, and since when its queue was longest."""
BORDER = _record(f8="rest capacity free", i4="by", i2="passes", i1="last shut")
"""free: when its rest ends; by: who alone it rests for, -1 where two have passed at once; last: the side that somebody
entered last, -1 at first."""
CELL = _record(f8="person_s since left clock", i4="places filled units waiting space factor factors stair")
"""waiting: first of the directions registered for it; factor, factors: its table of speed factors by persons."""
SHAPE = _record(f8="area", i4="chord chords")
"""Of a cell: floor over which its persons are spread, infinite in what counts as out; the chords by which one leaves it."""
CHORD = _record(f8="x y nx ny half", i4="direction")
"""Middle, unit normal out of the cell and half the length of a chord, and the direction that it leads to."""
SPACE = _record(i4="first cell_count step convex gate gates dist leg locked through")
"""first, cell_count: its cells; step: where its square of first steps begins in `steps`; gate, gates: its ways in `gates`;
dist, leg: where its square of distances, and of drawn legs, begins."""
GATE = _record(f8="x y beyond", i4="direction row")
"""The direction out of the space, and the point on its floor from which distances count."""
NODE = _record(f8="x y", i4="space cell row")
"""Place of a person that has just passed a way to a side: point, space, cell, and row of the way in the space."""
STAIR = _record(f8="down up length", i4="ramp")
FIELD = _record(f8="phi left", i4="closed onward", i2="open back then")
"""For one goal and pace, by node: metres left behind it, metres left before it (the flight included), millimetres left through
rooms that are no way, the next node of a least way on (-1: none), whether it may be entered, whether it is no option at the
start (the least way on comes back in, or another one goes through fewer such rooms); then: of the ways out of the same space that
somebody may choose, the row of the one after it, -1 after the last."""
EVENT = _record(f8="time", i4="due after")
"""due: its place, from 1 on, in the heap of what comes later, SOON in a slot; after: the next one in the ring of a slot's events."""

UNSCHEDULED, LEG_TO_LAY, SOON = 0, -1, 1 << 30
"""Values of `due`: no event; no event because the leg has still to be laid; an event in a slot."""


class Place(NamedTuple):
    """Where an array lies in a block of bytes."""

    begin: int
    end: int
    kind: np.dtype[Any]
    shape: tuple[int, ...]


class Tables:
    """The arrays of one drill by name; those in the block become array objects when they are first used from Python."""

    people: Record
    details: Record
    units: Record
    directions: Record
    flows: Record
    borders: Record
    cells: Record
    spaces: Record
    shapes: Record
    chords: Record
    steps: NDArray[np.int32]
    """(squares of spaces of several cells,) the chord by which one leaves a cell (row) for another (column); -1: none."""
    gates: Record
    nodes: Record
    stairs: Record
    dist: NDArray[np.float64]
    factors: NDArray[np.float64]
    fields: Record
    """(goals, nodes)"""
    reach: NDArray[np.int32]
    """(goals, spaces) 1 where standing in the space means being there, 2 once it was told that it is full."""
    leads: NDArray[np.int32]
    """(goals, spaces) the row of the first way out of the space that somebody may choose; -1: none. The others follow by `then`."""
    kinds: NDArray[np.int32]
    """(goals,) see `Kind`"""
    events: Record
    """(borders, people and units) the next event of each."""
    slots: NDArray[np.int32]
    """The last event of each slot that is busy."""
    busy: NDArray[np.int64]
    """Which slots have events, a bit each."""
    heap: NDArray[np.int32]
    """Whose events come later than the slots reach."""
    legs: NDArray[np.int32]
    """(squares of spaces with corners, 2) where a leg's corners begin in `bends`, and how many they are."""
    bends: NDArray[np.float64]
    """(corners, 2) of the bent legs from way to way, shared by all drills."""
    corners: NDArray[np.float64]
    """(corners, 2) of legs from other points, of this drill."""
    rows: NDArray[np.float64]
    """Metres from points of spaces with corners to the ways of the space."""
    paths: NDArray[np.int32]
    """Of the units' ways: twice the direction, and one more where they ask for the delay at a lock."""
    rechecks: NDArray[np.int32]
    """Stair ends that are checked once more before the next event."""
    circle: NDArray[np.int32]
    """(directions, 2) directions whose heads change places, and those heads."""
    search: NDArray[np.int32]
    """(2, cells) working array of the search for exchange circles."""
    notices: NDArray[np.int32]
    """(notices, 3) what, who, where."""
    watched: NDArray[np.int32]
    """(watched cells, 2) the watch and the cell."""
    limits: NDArray[np.int32]
    """(watches,) persons at which each is over; -1 when it is."""
    n: NDArray[np.int64]
    s: NDArray[np.float64]

    def __init__(self, block: NDArray[np.uint8], places: Mapping[str, Place]) -> None:
        self._block, self._places = block, places
        self._apart: dict[str, NDArray[Any]] = {}

    def __getattr__(self, name: str) -> Any:
        place = self.__dict__.get("_places", {}).get(name)
        if place is None:
            raise AttributeError(name)
        array: NDArray[Any] = np.ndarray(place.shape, place.kind, self._block.data, place.begin)
        self.__dict__[name] = array
        return array

    def put(self, **arrays: NDArray[Any]) -> None:
        """Replace arrays of the block by arrays of their own."""
        self.__dict__.update(arrays)
        self._apart.update(arrays)

    @property
    def nbytes(self) -> int:
        """The size of all arrays."""
        return self._block.nbytes + sum(array.nbytes for array in self._apart.values())


NAMES = tuple(name for name in Tables.__annotations__)


# entries of Tables.n and Tables.s
COUNTS = 23
HEAP, IN_SLOTS, MANY, SLOTS, BORDERS, CHECKING = range(6)
PERSONS, UNDER_WAY, GONE, ELSEWHERE, REGISTERED, NOTICES, LEGS_TO_LAY = range(6, 13)
BY_METRES, WAYS, WATCHED, RECHECKS, RECHECKED, CIRCLE, CIRCLED, STARTING, UNITS, LAW = range(13, COUNTS)
NOW, PATIENCE, SOON_S, SLOTS_PER_S, DENSITY_MAX = range(5)
LONG_BITS = 6
"""The logarithm of the bits of a word of `busy`."""
KINDS = {"outside": 0, "exits": 1, "rooms": 2, "refuge": 3, "own": 4, "away": 5, "site": 6}
TO_EXITS, TO_ROOMS, TO_REFUGE, TO_OWN = 1, 2, 3, 4
NO_GOAL = -2
"""WalkGoal of a unit without an assignment."""
FULL, ENTERED, AT_GOAL, AT_LOCK, SEEN = range(5)
"""Notices: a goal room is full; a unit has entered a space, is at its goal, is at a way with a lock; a watch is over."""
