"""Exact geodesic distances inside one space: Euclidean where it is convex, by a visibility graph where it is not.

A shortest path in a polygon with holes is a polyline whose inner vertices are reflex corners: corners of the outline
or of a hole at which the interior angle exceeds 180 degrees (Lozano-Perez and Wesley 1979). So the distance between
two points needs only (1) which reflex corners see each other, (2) which of them each point sees, and (3) shortest
paths among the corners. (1) and (3) are computed once per space; a query then costs one visibility test per corner
and one (min, +) product. Two points see each other when the segment between them stays in the polygon grown by
TOLERANCE_M. The result is exact up to rounding; no grid is involved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import cast

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse.csgraph import dijkstra
from shapely import Point, Polygon

from drillsim.plan.outlines import floor_of, rings_of, without_narrow_passages

TOLERANCE_M = 1e-5
"""Distance in m by which a segment may leave the floor: doors lie on walls, and files round coordinates to mm."""

Floats = NDArray[np.float64]
_PREPARED = Lock()
"""Held while a prepared polygon is asked: GEOS keeps working arrays in it, and shapely releases the GIL meanwhile."""


def as_points(points: ArrayLike) -> Floats:
    """Return coordinates in m as an (n, 2) array of floats; a single point (x, y) becomes one row."""
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def euclid_m(a: Floats, b: Floats) -> Floats:
    """Return Euclidean distances in m between the rows of `a` (n, 2) and of `b` (m, 2), shape (n, m)."""
    step = a[:, None, :] - b[None, :, :]
    # sqrt of a sum of squares, not hypot: the former is rounded alike on every platform.
    return np.asarray(np.sqrt(step[..., 0] * step[..., 0] + step[..., 1] * step[..., 1]))


_NOWHERE: Floats = np.empty((0, 2))


class Floor:
    """Walkable polygon of one space, with geodesic distances and paths on it.

    A point off the polygon, such as the middle of a door in a thick wall, is first projected to the nearest point of
    the polygon; the length of the projection is part of every distance.
    """

    def __init__(self, corners: ArrayLike, holes: Sequence[ArrayLike] = ()) -> None:
        """Build the polygon and find its reflex corners.

        corners, holes
            Vertices (n, 2) in m of the outline and of each hole, clockwise or anticlockwise, last joined to first.
            The outline must be simple, as `check_plan` demands; holes may overlap and reach the wall.
        """
        drawn = floor_of(as_points(corners).tolist(), [as_points(hole).tolist() for hole in holes])
        self.polygon = without_narrow_passages(drawn)
        """What a person can walk on: several pieces where only a passage narrower than a person joins them."""
        parts: list[Polygon] = list(shapely.get_parts(self.polygon))
        rings = [(ring, k == 0) for part in parts for k, ring in enumerate((part.exterior, *part.interiors))]
        reflex = [_inward_corners(np.asarray(ring.coords)[:-1], outer=outer) for ring, outer in rings]
        self.corners: Floats = np.concatenate(reflex)
        self.is_convex = len(parts) == 1 and not len(self.corners)

    @property
    def area_m2(self) -> float:
        """Area of the polygon without its holes, in m2."""
        return float(self.polygon.area)

    @cached_property
    def point(self) -> tuple[float, float]:
        """Representative point: the centroid where it lies at least 0.3 m inside, else a point of the interior."""
        inner = self.polygon.centroid
        if not (self.polygon.contains(inner) and self.polygon.boundary.distance(inner) > 0.3):
            inner = self.polygon.point_on_surface()
        return (float(inner.x), float(inner.y))

    def snap(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the nearest points of the polygon, (n, 2), and the distances to them in m, (n,); 0 within TOLERANCE_M."""
        if self.is_convex:
            beyond = points @ self._walls[0] - self._walls[1]
            if beyond.max(initial=0.0) <= TOLERANCE_M:
                return points, np.zeros(len(points))
        dots = shapely.points(points)
        off = np.asarray(shapely.distance(self.polygon, dots), dtype=np.float64)
        off[off <= TOLERANCE_M] = 0.0
        if not off.any():
            return points, off
        nearest = points.copy()
        for i in np.flatnonzero(off):
            nearest[i] = shapely.get_coordinates(shapely.shortest_line(self.polygon, Point(points[i])))[0]
        return nearest, off

    @cached_property
    def _walls(self) -> tuple[Floats, Floats]:
        """Half-planes of a convex polygon: outward unit normals (2, walls) and offsets (walls,) in m."""
        corners = rings_of(cast(Polygon, self.polygon))[0]
        ring = np.concatenate([corners, corners[:1]])
        along = np.diff(ring, axis=0)
        length = np.sqrt(np.sum(along * along, axis=1))
        along = along[length > 0] / length[length > 0, None]
        normals = np.stack([along[:, 1], -along[:, 0]])
        return normals, np.sum(normals * ring[:-1][length > 0].T, axis=0)

    def distances(self, a: ArrayLike, b: ArrayLike) -> Floats:
        """Return geodesic distances in m from each point of `a` (n, 2) to each of `b` (m, 2), shape (n, m)."""
        return self.snapped(a).distances_to(self.snapped(b))

    def snapped(self, points: ArrayLike) -> SnappedPoints:
        """Return points projected to the polygon, to be kept where distances to the same points recur."""
        return SnappedPoints(self, *self.snap(as_points(points)))

    def pairwise(self, points: ArrayLike) -> Floats:
        """Return geodesic distances in m among points (n, 2): a symmetric (n, n) matrix with zero diagonal."""
        points = as_points(points)
        lengths = self.distances(points, points)
        lengths = np.minimum(lengths, lengths.T)
        np.fill_diagonal(lengths, 0.0)
        return np.asarray(lengths)

    def polyline(self, a: ArrayLike, b: ArrayLike) -> Floats:
        """Return the vertices of the shortest path from `a` to `b`, both ends included, shape (k, 2), k >= 2."""
        ends = np.concatenate([as_points(a), as_points(b)])
        nearest, (a_off, b_off) = self.snap(ends)
        middle = self._reflex_path(nearest[:1], nearest[1:])
        parts = [ends[:1], *([nearest[:1]] if a_off else []), middle, *([nearest[1:]] if b_off else []), ends[1:]]
        return np.concatenate(parts)

    def polylines(self, points: ArrayLike) -> list[list[Floats]]:
        """Return the shortest paths between all pairs of n points (n, 2), each as `polyline` returns it.

        Entry [i][j] leads from point i to point j; on the diagonal a path of length 0. One visibility test for all pairs.
        """
        ends = as_points(points)
        nearest, off_m = self.snap(ends)
        seen, to_corner_m = self._see(nearest, nearest), self._to_corners(nearest)
        return [
            [
                np.concatenate(
                    [
                        ends[i : i + 1],
                        nearest[i : i + 1] if off_m[i] else _NOWHERE,
                        _NOWHERE if self.is_convex or seen[i, j] else self._passed(to_corner_m[i], to_corner_m[j]),
                        nearest[j : j + 1] if off_m[j] else _NOWHERE,
                        ends[j : j + 1],
                    ]
                )
                for j in range(len(ends))
            ]
            for i in range(len(ends))
        ]

    def _reflex_path(self, a: Floats, b: Floats) -> Floats:
        """Return the reflex corners on the shortest path between two points (1, 2) of the polygon, in order, (k, 2)."""
        if self.is_convex or self._see(a, b)[0, 0]:
            return _NOWHERE
        return self._passed(self._to_corners(a)[0], self._to_corners(b)[0])

    def _passed(self, from_a_m: Floats, from_b_m: Floats) -> Floats:
        """Return the reflex corners on the shortest path between two points that do not see each other, (k, 2).

        from_a_m, from_b_m
            (corners,) straight distances in m from each point to the reflex corners, inf where hidden.
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
        """Return straight distances in m from points to the reflex corners, inf where hidden; shape (n, corners)."""
        return np.where(self._see(points, self.corners), euclid_m(points, self.corners), np.inf)

    def _see(self, a: Floats, b: Floats) -> NDArray[np.bool_]:
        """Return whether the segment from each of `a` to each of `b` stays in the polygon, shape (n, m)."""
        ends = np.empty((len(a), len(b), 2, 2))
        ends[:, :, 0] = a[:, None]
        ends[:, :, 1] = b[None, :]
        segments, floor = shapely.linestrings(ends.reshape(-1, 2, 2)), self._grown
        with _PREPARED:
            return np.asarray(shapely.covers(floor, segments)).reshape(len(a), len(b))

    @cached_property
    def _grown(self) -> Polygon:
        """Polygon grown by TOLERANCE_M and prepared for many containment tests."""
        grown = self.polygon.buffer(TOLERANCE_M, join_style="mitre")
        shapely.prepare(grown)
        return grown

    @cached_property
    def _corner_lengths(self) -> tuple[Floats, NDArray[np.int32]]:
        """Geodesic distances between reflex corners in m, and the predecessor of the last corner on each path; (n, n)."""
        seen = self._to_corners(self.corners)
        np.fill_diagonal(seen, 0.0)
        seen[~np.isfinite(seen)] = 0.0  # a zero in a dense graph of scipy means: no edge
        lengths, before = dijkstra(np.maximum(seen, seen.T), directed=False, return_predecessors=True)
        return lengths, before


@dataclass(frozen=True)
class SnappedPoints:
    """Points projected to one floor: positions `at` (n, 2) and projection lengths `off_m` (n,) in m."""

    floor: Floor
    at: Floats
    off_m: Floats

    def distances_to(self, others: SnappedPoints) -> Floats:
        """Return geodesic distances in m to other points of the same floor, projections included, shape (n, m)."""
        lengths = self._on_floor(others)
        if self.off_m.any() or others.off_m.any():
            lengths = lengths + self.off_m[:, None] + others.off_m[None, :]
        return lengths

    def _on_floor(self, others: SnappedPoints) -> Floats:
        """Return geodesic distances in m between the projected points, shape (n, m)."""
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
        """(n, corners) straight distances in m to the reflex corners, inf where hidden."""
        return self.floor._to_corners(self.at)


def _inward_corners(ring: Floats, *, outer: bool) -> Floats:
    """Return the reflex corners of a ring (n, 2), seen from the floor: outside of a hole, inside of the outline."""
    before, after = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
    x, y = ring[:, 0], ring[:, 1]
    turn = (x - before[:, 0]) * (after[:, 1] - y) - (y - before[:, 1]) * (after[:, 0] - x)
    area2 = float(np.sum(x * after[:, 1] - after[:, 0] * y))
    if (area2 < 0) == outer:
        turn = -turn  # as if the floor lay to the left of the ring
    base = np.sqrt(np.sum((after - before) ** 2, axis=1))
    return np.asarray(ring[turn < -TOLERANCE_M * np.maximum(base, TOLERANCE_M)])


def _min_plus(a: Floats, b: Floats) -> Floats:
    """Return the (min, +) product min_k a[i, k] + b[k, j], row by row above a million terms to bound memory."""
    if a.size * b.shape[1] < 1_000_000:
        return np.asarray(np.min(a[:, :, None] + b[None, :, :], axis=1, initial=np.inf))
    return np.stack([np.min(row[:, None] + b, axis=0, initial=np.inf) for row in a])
