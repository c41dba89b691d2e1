"""Exact walking distances inside one space: Euclid where it is convex, a visibility graph where it is not.

A shortest path in a polygon bends only at corners that stick into it (and at corners of holes), so it is enough to
know which of these corners see each other, and which of them the two ends see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import dijkstra
from shapely import Point, Polygon

TOLERANCE_M = 1e-5
"""A segment may leave the floor by this much: doors stand on walls, and coordinates are rounded to millimetres."""

Floats = NDArray[np.float64]
_PREPARED = Lock()
"""Held while a prepared polygon is asked: GEOS keeps working arrays in it, and shapely releases the GIL meanwhile."""


def as_points(points: ArrayLike) -> Floats:
    """Return coordinates as an (n, 2) array of metres; one point becomes one row."""
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def euclid_m(a: Floats, b: Floats) -> Floats:
    """Return straight distances in metres between every row of `a` and every row of `b`, shape (n, m)."""
    step = a[:, None, :] - b[None, :, :]
    # sqrt of a sum of squares, not hypot: the former is rounded alike on every platform.
    return np.asarray(np.sqrt(step[..., 0] * step[..., 0] + step[..., 1] * step[..., 1]))


_NOWHERE: Floats = np.empty((0, 2))


class Floor:
    """The floor of one space, and the shortest walks on it.

    Points off the floor (the middle of a door in a thick wall) first walk straight to the nearest point of the floor.
    """

    def __init__(self, corners: ArrayLike, holes: Sequence[ArrayLike] = ()) -> None:
        """Take the corners of the outline and of each hole, in metres, in either sense of rotation."""
        self.polygon = Polygon(as_points(corners), [as_points(h) for h in holes])
        rings = [(self.polygon.exterior, True), *((hole, False) for hole in self.polygon.interiors)]
        bends = [_inward_corners(np.asarray(ring.coords)[:-1], outer=outer) for ring, outer in rings]
        self.corners: Floats = np.concatenate(bends)
        self.is_convex = not len(self.corners)

    @property
    def area_m2(self) -> float:
        """Area of the floor, holes left out, in m2."""
        return float(self.polygon.area)

    @cached_property
    def point(self) -> tuple[float, float]:
        """The centroid where it lies on the floor with 0.3 m to spare, else a point well inside."""
        inner = self.polygon.centroid
        if not (self.polygon.contains(inner) and self.polygon.boundary.distance(inner) > 0.3):
            inner = self.polygon.point_on_surface()
        return (float(inner.x), float(inner.y))

    def snap(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the nearest points on the floor, and how far each had to move in metres (0 within the tolerance)."""
        if self.is_convex:
            beyond = points @ self._walls[0] - self._walls[1]
            if beyond.max(initial=0.0) <= TOLERANCE_M:
                return points, np.zeros(len(points))
        dots = shapely.points(points)
        off = np.asarray(shapely.distance(self.polygon, dots), dtype=np.float64)
        off[off <= TOLERANCE_M] = 0.0
        if not off.any():
            return points, off
        feet = points.copy()
        for i in np.flatnonzero(off):
            feet[i] = shapely.get_coordinates(shapely.shortest_line(self.polygon, Point(points[i])))[0]
        return feet, off

    @cached_property
    def _walls(self) -> tuple[Floats, Floats]:
        """Outward unit normals (2, walls) of a convex floor and how far out each wall lies, in metres."""
        ring = np.asarray(shapely.geometry.polygon.orient(self.polygon).exterior.coords)
        along = np.diff(ring, axis=0)
        length = np.sqrt(np.sum(along * along, axis=1))
        along = along[length > 0] / length[length > 0, None]
        normals = np.stack([along[:, 1], -along[:, 0]])
        return normals, np.sum(normals * ring[:-1][length > 0].T, axis=0)

    def distances(self, a: ArrayLike, b: ArrayLike) -> Floats:
        """Return the shortest walks in metres from every point of `a` to every point of `b`, shape (n, m)."""
        return self.snapped(a).distances_to(self.snapped(b))

    def snapped(self, points: ArrayLike) -> SnappedPoints:
        """Return points ready to be walked between, of use where walks to the same points are asked for often."""
        return SnappedPoints(self, *self.snap(as_points(points)))

    def pairwise(self, points: ArrayLike) -> Floats:
        """Return the shortest walks in metres among the points, a symmetric matrix with a diagonal of zeros."""
        points = as_points(points)
        lengths = self.distances(points, points)
        lengths = np.minimum(lengths, lengths.T)
        np.fill_diagonal(lengths, 0.0)
        return np.asarray(lengths)

    def polyline(self, a: ArrayLike, b: ArrayLike) -> Floats:
        """Return the corners of the shortest walk from `a` to `b`, both ends included, shape (k, 2)."""
        ends = np.concatenate([as_points(a), as_points(b)])
        feet, (a_off, b_off) = self.snap(ends)
        middle = self._bends(feet[:1], feet[1:])
        parts = [ends[:1], *([feet[:1]] if a_off else []), middle, *([feet[1:]] if b_off else []), ends[1:]]
        return np.concatenate(parts)

    def polylines(self, points: ArrayLike) -> list[list[Floats]]:
        """Return the corners of the shortest walks between all pairs of n points, as `polyline` gives them one by one.

        Row i holds the walks from point i; on the diagonal a walk of no length. Visibility is asked for once, for all.
        """
        ends = as_points(points)
        feet, off_m = self.snap(ends)
        seen, to_corner_m = self._see(feet, feet), self._to_corners(feet)
        return [
            [
                np.concatenate(
                    [
                        ends[i : i + 1],
                        feet[i : i + 1] if off_m[i] else _NOWHERE,
                        _NOWHERE if self.is_convex or seen[i, j] else self._passed(to_corner_m[i], to_corner_m[j]),
                        feet[j : j + 1] if off_m[j] else _NOWHERE,
                        ends[j : j + 1],
                    ]
                )
                for j in range(len(ends))
            ]
            for i in range(len(ends))
        ]

    def _bends(self, a: Floats, b: Floats) -> Floats:
        """Return the inward corners passed between two single points on the floor."""
        if self.is_convex or self._see(a, b)[0, 0]:
            return _NOWHERE
        return self._passed(self._to_corners(a)[0], self._to_corners(b)[0])

    def _passed(self, from_a_m: Floats, from_b_m: Floats) -> Floats:
        """Return the inward corners passed between two points that do not see each other.

        from_a_m, from_b_m
            (corners,) straight metres from each point to the inward corners, inf to those it does not see.
        """
        lengths, before = self._corner_lengths
        total = from_a_m[:, None] + lengths + from_b_m[None, :]
        first, last = np.unravel_index(int(np.argmin(total)), total.shape)
        if not np.isfinite(total[first, last]):
            return _NOWHERE
        chain = [int(last)]
        while chain[-1] != first:
            chain.append(int(before[first, chain[-1]]))
        return np.asarray(self.corners[chain[::-1]])

    def _to_corners(self, points: Floats) -> Floats:
        return np.where(self._see(points, self.corners), euclid_m(points, self.corners), np.inf)

    def _see(self, a: Floats, b: Floats) -> NDArray[np.bool_]:
        """Return which points see which: whether the straight segment stays on the floor, shape (n, m)."""
        ends = np.empty((len(a), len(b), 2, 2))
        ends[:, :, 0] = a[:, None]
        ends[:, :, 1] = b[None, :]
        segments, floor = shapely.linestrings(ends.reshape(-1, 2, 2)), self._grown
        with _PREPARED:
            return np.asarray(shapely.covers(floor, segments)).reshape(len(a), len(b))

    @cached_property
    def _grown(self) -> Polygon:
        grown = self.polygon.buffer(TOLERANCE_M, join_style="mitre")
        shapely.prepare(grown)
        return grown

    @cached_property
    def _corner_lengths(self) -> tuple[Floats, NDArray[np.int32]]:
        """All shortest walks between inward corners, and the corner before the last on each."""
        seen = self._to_corners(self.corners)
        np.fill_diagonal(seen, 0.0)
        seen[~np.isfinite(seen)] = 0.0  # a zero in a dense graph of scipy means: no edge
        lengths, before = dijkstra(np.maximum(seen, seen.T), directed=False, return_predecessors=True)
        return lengths, before


@dataclass(frozen=True)
class SnappedPoints:
    """Points of one floor: the nearest points on it, and how far off they are in metres."""

    floor: Floor
    at: Floats
    off_m: Floats

    def distances_to(self, others: SnappedPoints) -> Floats:
        """Return the shortest walks in metres from every point to every other, shape (n, m)."""
        lengths = self._on_floor(others)
        if self.off_m.any() or others.off_m.any():
            lengths = lengths + self.off_m[:, None] + others.off_m[None, :]
        return lengths

    def _on_floor(self, others: SnappedPoints) -> Floats:
        straight = euclid_m(self.at, others.at)
        if self.floor.is_convex:
            return straight
        lengths = np.where(self.floor._see(self.at, others.at), straight, np.inf)
        hidden = np.flatnonzero(~np.isfinite(lengths).all(axis=1))
        if len(hidden):
            to_corner = _min_plus(self.floor._to_corners(self.at[hidden]), self.floor._corner_lengths[0])
            lengths[hidden] = np.minimum(lengths[hidden], _min_plus(to_corner, others._to_corners.T))
        return np.asarray(lengths)

    @cached_property
    def _to_corners(self) -> Floats:
        return self.floor._to_corners(self.at)


def _inward_corners(ring: Floats, *, outer: bool) -> Floats:
    """Return the corners of a ring at which a shortest path may bend."""
    before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
    x, y = ring[:, 0], ring[:, 1]
    turn = (x - before[:, 0]) * (after[:, 1] - y) - (y - before[:, 1]) * (after[:, 0] - x)
    area2 = float(np.sum(x * after[:, 1] - after[:, 0] * y))
    if (area2 < 0) == outer:
        turn = -turn  # as if the floor lay to the left of the ring
    base = np.sqrt(np.sum((after - before) ** 2, axis=1))
    return np.asarray(ring[turn < -TOLERANCE_M * np.maximum(base, TOLERANCE_M)])


def _min_plus(a: Floats, b: Floats) -> Floats:
    """Return the matrix of least sums min_k a[i, k] + b[k, j], row by row to spare memory."""
    if a.size * b.shape[1] < 1_000_000:
        return np.asarray(np.min(a[:, :, None] + b[None, :, :], axis=1, initial=np.inf))
    return np.stack([np.min(row[:, None] + b, axis=0, initial=np.inf) for row in a])
