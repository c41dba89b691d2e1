"""Legs: the walks from way to way inside a space, and the pieces into which the chords between cells cut them.

Ways are numbered as in the network; a *node* 2 x way + side stands for having passed the way and standing on that side.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.chords import ChordSide
from drillsim.crowd.geometry.polyline import XY, Corners, length_m
from drillsim.crowd.laws import CROSSINGS_AT_A_POINT, crossing_m, metres_between

Piece = tuple[int, float, int]
"""A cell, a length in metres, and the direction that waits at its end (ARRIVED where the walk ends)."""
Leg = tuple[Piece, ...]
Point = Sequence[float] | NDArray[np.float64]


def walked_m(leg: Leg) -> float:
    """Return the metres of a leg."""
    return sum(piece[1] for piece in leg)


def stretch(corners: Corners, leg: Leg) -> float:
    """Return drawn metres over walked metres: below 1 on stairs, whose slope is folded in plan; 1 over several cells."""
    if len(leg) > 1:
        return 1.0
    return length_m(corners) / leg[0][1] if leg[0][1] > 0.0 else 0.0


class Legs:
    """The legs of some cells, kept once they are asked for; shared by all drills: `cells.derived(Legs)`."""

    def __init__(self, cells: Cells) -> None:
        self.cells, self._network = cells, cells.network
        self._legs: dict[tuple[int, int], Leg] = {}
        self._corners: dict[tuple[int, int], Corners] = {}

    def metres_from(self, space: int, x: float, y: float) -> list[float]:
        """Return the metres from a point of a space to each of its ways."""
        if self._network.is_convex(space):
            return [metres_between(x, y, *foot) + beyond for *foot, beyond in self.cells.ends[space]]
        metres: list[float] = self._network.distances(space, [(x, y)])[0].tolist()
        return metres

    def leg(self, node: int, way: int) -> Leg:
        """Return the pieces from where one stands after passing a way (node 2 x way + side) to another way of the same space."""
        key = (node, way)
        pieces = self._legs.get(key)
        if pieces is None:
            space = int(self._network.way_spaces[node >> 1, node & 1])
            pieces = self._legs[key] = self._leg(space, node, way)
        return pieces

    def _leg(self, space: int, node: int, way: int) -> Leg:
        row, column = (self._network.space_ways[space].index(w) for w in (node >> 1, way))
        side = int(self._network.side(way, space))
        start, end, onward = (
            self.cells.way_cell[node >> 1][node & 1],
            self.cells.way_cell[way][side],
            2 * way + 1 - side,
        )
        if self.cells.cell_count[space] == 1:
            return ((start, float(self._network.space_dist[space][row, column]), onward),)
        if node >> 1 == way:
            return ((start, 0.0, onward),)
        return self.cut(space, self.corners(node, way), start, end, onward)

    def corners(self, node: int, way: int) -> Corners:
        """Return the corners of the walk from a node to another way of the same space."""
        key = (node, way)
        found = self._corners.get(key)
        if found is None:
            space = int(self._network.way_spaces[node >> 1, node & 1])
            side = int(self._network.side(way, space))
            found = self._corners[key] = self.corners_between(
                space, self._network.way_xy[node >> 1, node & 1], self._network.way_xy[way, side]
            )
        return found

    def corners_among(self, space: int) -> list[list[Corners]]:
        """Return the corners of the walks among the ways of a space, by row and column of `space_ways`; see `corners`."""
        return [
            [tuple((float(x), float(y)) for x, y in line) for line in row] for row in self._network.way_polylines(space)
        ]

    def corners_between(self, space: int, a: Point, b: Point) -> Corners:
        """Return the corners of the shortest walk between two points of a space, both ends included."""
        if self._network.is_convex(space):
            return ((float(a[0]), float(a[1])), (float(b[0]), float(b[1])))
        line = self._network.polyline(space, (float(a[0]), float(a[1])), (float(b[0]), float(b[1])))
        return tuple((float(x), float(y)) for x, y in line)

    def cut(self, space: int, corners: Corners, start: int, end: int, onward: int) -> Leg:
        """Return the pieces of a polyline from cell `start` to cell `end` of a space, cut at the chords between its cells.

        onward
            The direction at the end of the last piece; ARRIVED where the walk ends in the space.
        """
        if self.cells.cell_count[space] == 1:
            return ((start, length_m(corners), onward),)
        pieces: list[Piece] = []
        cell, walked, here = start, 0.0, 0

        def cross(chord: ChordSide) -> None:
            nonlocal cell, walked
            pieces.append((cell, walked, chord.direction))
            cell, walked = chord.onto, 0.0

        for p, q in pairwise(corners):
            length, done = metres_between(p[0], p[1], q[0], q[1]), 0.0
            while True:
                chord, at = self._first_crossing(cell, p, q, length, done)
                if chord is None:
                    break
                here = here + 1 if walked + at - done == 0.0 else 1
                if here > CROSSINGS_AT_A_POINT:
                    break
                walked, done = walked + at - done, at
                cross(chord)
            walked += length - done
        while cell != end:
            chord = self.cells.toward(cell, end)
            if chord is None:
                break
            cross(chord)
        pieces.append((cell, walked, onward))
        return tuple(pieces)

    def _first_crossing(self, cell: int, p: XY, q: XY, length: float, done: float) -> tuple[ChordSide | None, float]:
        """Return the chord by which a stretch first leaves a cell after so many metres, and the metres there."""
        found, least = None, inf
        for chord in self.cells.chords[cell]:
            at = crossing_m(
                p[0], p[1], q[0], q[1], length, done, chord.x, chord.y, chord.nx, chord.ny, chord.half_m
            )  # fmt: skip
            if 0.0 <= at < least:
                found, least = chord, at
        return found, least

    def flight_leg(self, way: int, side: int) -> Leg:
        """Return the one piece of a stair flight walked towards a side."""
        cell = self.cells.flight_cell(way - self._network.openings)
        return ((cell, float(self._network.way_crossing_m[way]), self.cells.stair_exit(way, side)),)
