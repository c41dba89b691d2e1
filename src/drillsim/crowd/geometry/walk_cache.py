"""Walks between points and ways of a space, kept for look-ups in many drills."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.legs import Legs, walked_m
from drillsim.crowd.geometry.polyline import XY, Corners, length_m

Place = int | XY
"""A node (2 x way + side) at which a unit stands, or a point."""
KEPT = 16_384


class WalkCache:
    """Walks inside the spaces of some cells and their lengths; the recently used ones are kept.

    A stationary crowd of a school day sends the same few units along the same walks thousands of times, and a search
    in a space with corners costs some 100 µs. Shared by all drills: `cells.derived(WalkCache)`.
    """

    def __init__(self, cells: Cells) -> None:
        self.cells, self._legs = cells, cells.derived(Legs)
        self.first_cell = np.array(cells.first_cell, dtype=np.int64)
        self.long = np.flatnonzero(np.array(cells.cell_count) > 1)
        """Spaces of several cells."""
        self.corners = lru_cache(KEPT)(self._corners)
        self.metres = lru_cache(KEPT)(self._metres)

    def point(self, place: Place) -> XY:
        """Return the point of a place."""
        return self.cells.way_xy[place >> 1][place & 1] if isinstance(place, int) else place

    def _corners(self, space: int, start: Place, end: Place) -> Corners:
        """Return the corners of the walk from one place to another of a space, both included; stairs are straight."""
        if space < 0:
            return (self.point(start), self.point(end))
        return self._legs.corners_between(space, self.point(start), self.point(end))

    def _metres(self, space: int, start: Place, end: Place) -> float:
        """Return the length of that walk, measured as the reference crowd measures it."""
        if isinstance(end, int) and isinstance(start, int):
            return walked_m(self._legs.leg(start, end >> 1))
        if isinstance(end, int) and self.cells.cell_count[space] == 1:
            row = self.cells.graph.row[space][end >> 1]
            return self._legs.metres_from(space, *self.point(start))[row]
        return length_m(self.corners(space, start, end))
