"""Chords between the cells of a space: which one a walk crosses, which cell a point lies in, and which chord leads where."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Point, Polygon

from drillsim.crowd.geometry.partition import Seam
from drillsim.crowd.laws import ON_CHORD_M

_PREPARED = Lock()
"""Held while a prepared polygon is asked: GEOS keeps working arrays in it, and shapely releases the GIL meanwhile."""


@dataclass(frozen=True, slots=True)
class ChordSide:
    """A chord as one sees it from the cell that one leaves: its middle, the unit normal outward, half its length."""

    x: float
    y: float
    nx: float
    ny: float
    half_m: float
    direction: int
    """2 x border + side entered."""
    onto: int
    """The cell beyond."""


def sides_of(seams: Sequence[Seam], first_border: int, cells: int) -> list[tuple[ChordSide, ...]]:
    """Return, for each of some cells, the chords by which one leaves it, by direction; seams are numbered as borders."""
    found: list[list[ChordSide]] = [[] for _ in range(cells)]
    for number, seam in enumerate(seams, first_border):
        (ax, ay), (bx, by) = seam.chord.a, seam.chord.b
        dx, dy, length_m = bx - ax, by - ay, seam.chord.length_m
        left, right = seam.cells
        nx, ny = dy / length_m, -dx / length_m  # from the cell to the left of the chord to the one on its right
        middle, half_m = (ax + dx / 2.0, ay + dy / 2.0), length_m / 2.0
        found[left].append(ChordSide(*middle, nx, ny, half_m, 2 * number + 1, right))
        found[right].append(ChordSide(*middle, -nx, -ny, half_m, 2 * number, left))
    return [tuple(sorted(sides, key=lambda s: s.direction)) for sides in found]


def first_steps(chords: Sequence[Sequence[ChordSide]]) -> dict[tuple[int, int], int]:
    """Return, by cell and by other cell of its space, the index of the first chord of a way there over the fewest chords."""
    found: dict[tuple[int, int], int] = {}
    for start in range(len(chords)):
        seen, waiting = {start}, deque((side.onto, k) for k, side in enumerate(chords[start]))
        while waiting:
            cell, first = waiting.popleft()
            if cell not in seen:
                seen.add(cell)
                found[start, cell] = first
                waiting.extend((side.onto, first) for side in chords[cell])
    return found


class CellFinder:
    """Which cell of a space a point lies in: on a chord, and beyond the wall, the nearest; of equally near ones the larger."""

    def __init__(self, first: int, polygons: Sequence[Polygon]) -> None:
        order = sorted(range(len(polygons)), key=lambda k: (-round(polygons[k].area, 6), k))
        self._cells = np.array([first + k for k in order], dtype=np.int64)
        self._polygons = np.array([polygons[k] for k in order])

    def cell_at(self, x: float, y: float) -> int:
        """Return the cell of a point."""
        with _PREPARED:
            inside = shapely.contains_xy(self._inner, x, y)
        if inside.any():
            return int(self._cells[int(np.argmax(inside))])
        away_m = shapely.distance(self._polygons, Point(x, y))
        return int(self._cells[int(np.argmax(away_m <= away_m.min() + ON_CHORD_M))])

    @cached_property
    def _inner(self) -> NDArray[Any]:
        """The cells without the points that are near to their edges."""
        inner = shapely.buffer(self._polygons, -2.0 * ON_CHORD_M, join_style="mitre")
        shapely.prepare(inner)
        return np.asarray(inner)

    def cells_at(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the cells of many points."""
        found = np.full(len(x), -1, dtype=np.int64)
        with _PREPARED:
            for cell, inner in zip(self._cells.tolist(), self._inner, strict=True):
                left = np.flatnonzero(found < 0)
                found[left[shapely.contains_xy(inner, x[left], y[left])]] = cell
        for i in np.flatnonzero(found < 0).tolist():
            found[i] = self.cell_at(float(x[i]), float(y[i]))
        return found
