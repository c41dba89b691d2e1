"""Arrays that all drills on a plan under one set of laws share; constant once built."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.distance_field import WalkGoal
from drillsim.crowd.geometry.legs import Legs
from drillsim.crowd.kernel.records import (
    BORDER,
    CELL,
    CHORD,
    DIRECTION,
    GATE,
    KINDS,
    NODE,
    SHAPE,
    SPACE,
    STAIR,
    Record,
)


class Static(NamedTuple):
    """The arrays that all drills on the same cells share; none can be written to."""

    spaces: Record
    shapes: Record
    chords: Record
    steps: NDArray[np.int32]
    gates: Record
    nodes: Record
    stairs: Record
    dist: NDArray[np.float64]
    factors: NDArray[np.float64]
    beyond_m: NDArray[np.float64]
    """(nodes,) what passing the way into each node adds to a leg."""
    allowed: NDArray[np.bool_]
    """(nodes,) what the crowd may enter while nothing is closed."""
    cells: Record
    directions: Record
    borders: Record
    legs: NDArray[np.int32]
    bends: NDArray[np.float64]
    convex: bool
    """Whether no space has corners."""


def kind_of(goal: WalkGoal) -> int:
    """Return the number of a goal's kind."""
    return KINDS[goal.kind]


def static_of(cells: Cells) -> Static:
    """Return the shared arrays of some cells."""
    spaces, gates, dist = _spaces(cells)
    holds, factors = _cells(cells)
    ways = 2 * cells.ways
    directions = np.zeros(2 * cells.borders, DIRECTION)
    directions["near"] = np.array(cells.near) % len(holds)
    directions["far"] = np.array(cells.far) % len(holds)
    directions["lead"] = cells.leads
    for name in ("first", "last", "before", "after"):
        directions[name] = -1
    borders = np.zeros(cells.borders, BORDER)
    borders["rest"], borders["capacity"] = cells.rest_s, cells.capacity_ps
    borders["free"] = -1.0
    borders["last"] = borders["by"] = -1
    nodes = np.zeros(ways, NODE)
    points = np.array(cells.way_xy).reshape(-1, 2)
    nodes["x"], nodes["y"] = points[:, 0], points[:, 1]
    nodes["space"] = cells.graph.node_space
    nodes["cell"] = np.array(cells.way_cell).reshape(-1) % len(holds)
    nodes["row"] = [0 if s < 0 else cells.graph.row[s][node >> 1] for node, s in enumerate(cells.graph.node_space)]
    stairs = np.zeros(cells.stairs, STAIR)
    if cells.stairs:
        stairs["down"], stairs["up"] = np.array(cells.stair_factors).T
        stairs["ramp"] = cells.is_ramp
        stairs["length"] = cells.network.way_crossing_m[cells.network.openings :]
    legs, bends = _bent_legs(cells, spaces)
    static = Static(
        spaces, *_chords(cells), gates, nodes, stairs, dist, factors, cells.graph.beyond_m.copy(), cells.graph.allowed.copy(), holds,
        directions, borders, legs, bends, bool(spaces["convex"].all()),
    )  # fmt: skip
    for array in static[:-1]:
        assert isinstance(array, np.ndarray)
        array.flags.writeable = False
    return static


def _spaces(cells: Cells) -> tuple[Record, Record, NDArray[np.float64]]:
    network = cells.network
    count = len(network.space_ways)
    spaces = np.zeros(count, SPACE)
    degree = np.array([len(ways) for ways in network.space_ways], dtype=np.int64)
    spaces["first"], spaces["cell_count"] = cells.first_cell, cells.cell_count
    squares = np.array(cells.cell_count, dtype=np.int64) ** 2
    spaces["step"] = np.cumsum(squares) - squares
    spaces["through"] = cells.graph.through
    spaces["convex"] = [network.is_convex(s) for s in range(count)]
    spaces["gates"], spaces["gate"] = degree, np.cumsum(degree) - degree
    spaces["dist"] = np.cumsum(degree**2) - degree**2
    drawn = np.where((spaces["cell_count"] > 1) & (spaces["convex"] == 0), degree**2, 0)
    spaces["leg"] = np.cumsum(drawn) - drawn
    gates = np.zeros(int(degree.sum()), GATE)
    gates["direction"] = [
        2 * w + 1 - int(network.side(w, s)) for s, ways in enumerate(network.space_ways) for w in ways
    ]
    gates["row"] = np.concatenate([np.zeros(0, np.int64), *(np.arange(d) for d in degree)])
    ends = np.array([end for ends in cells.ends for end in ends], dtype=np.float64).reshape(-1, 3)
    gates["x"], gates["y"], gates["beyond"] = ends.T
    return spaces, gates, np.concatenate([np.zeros(0), *(np.asarray(d).reshape(-1) for d in network.space_dist)])


def _chords(cells: Cells) -> tuple[Record, Record, NDArray[np.int32]]:
    """Return area and chords of each cell, the chords, and the first steps from cell to cell of each space."""
    shapes = np.zeros(cells.cells + 1, SHAPE)
    shapes["area"] = cells.walked_m2
    counts = np.array([*(len(sides) for sides in cells.chords), 0], dtype=np.int64)
    shapes["chord"], shapes["chords"] = np.cumsum(counts) - counts, counts
    chords = np.zeros(int(counts.sum()), CHORD)
    sides = [(s.x, s.y, s.nx, s.ny, s.half_m, s.direction) for sides in cells.chords for s in sides]
    for name, column in zip(("x", "y", "nx", "ny", "half", "direction"), zip(*sides, strict=True), strict=False):
        chords[name] = column
    steps: list[int] = []
    for space in range(len(cells.cell_count)):
        mine = cells.cells_of(space)
        for cell in mine:
            first = int(shapes["chord"][cell])
            found = (cells.first_steps.get((cell, end), -1) for end in mine)
            steps += [first + k if k >= 0 else -1 for k in found]
    return shapes, chords, np.array(steps, dtype=np.int32)


def _cells(cells: Cells) -> tuple[Record, NDArray[np.float64]]:
    holds = np.zeros(cells.cells + 1, CELL)
    holds["places"], holds["space"], holds["waiting"], holds["stair"] = cells.places, cells.space, -1, -1
    holds["stair"][cells.cells - cells.stairs : cells.cells] = np.arange(cells.stairs)
    begins: dict[tuple[float, int], int] = {}
    tables: list[list[float]] = []
    used = 0
    for c, factors in enumerate(cells.factors):
        key = (cells.area_m2[c], len(factors))
        if key not in begins:
            begins[key] = used
            tables.append(factors)
            used += len(factors)
        holds["factor"][c], holds["factors"][c] = begins[key], len(factors)
    return holds, np.concatenate([np.array(t) for t in tables])


def _bent_legs(cells: Cells, spaces: Record) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the corners of all legs from way to way that are bent and cut into pieces, laid once for all drills.

    These are the legs in spaces of several cells whose floor is not convex; see `legs` and `bends` of Tables. They are laid
    here and not when they are first walked: compiled code holds the address of `bends`, and a pool that grew would move away
    under a drill that another thread plays.
    """
    bent = np.flatnonzero((spaces["cell_count"] > 1) & (spaces["convex"] == 0)).tolist()
    table = np.zeros((int((spaces["gates"][bent].astype(np.int64) ** 2).sum()), 2), np.int32)
    corners: list[tuple[float, float]] = []
    entry = 0
    for space in bent:
        for row, lines in enumerate(cells.derived(Legs).corners_among(space)):
            for column, line in enumerate(lines):
                if column != row:  # who turns back through its own way walks straight
                    table[entry] = len(corners), len(line)
                    corners += line
                entry += 1
    return table, np.array(corners, dtype=np.float64).reshape(-1, 2)


def with_room(pool: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return the pool itself where it has so many rows, else a copy of at least twice its length."""
    return pool if rows <= len(pool) else grown(pool, max(rows, 2 * len(pool)))


def grown(pool: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return a copy of an array with more rows, which are zero."""
    copy = np.zeros((rows, *pool.shape[1:]), pool.dtype)
    copy[: len(pool)] = pool
    return copy
