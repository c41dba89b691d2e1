"""Cleaning of drawn outlines: the floor of a space, and the chords that divide it.

A ring is a list of corners without the first one repeated; a floor is a shapely polygon in metres.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import hypot, inf
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon

Floats = NDArray[np.float64]
XY = tuple[float, float]
TOLERANCE_M = 0.001
"""Largest distance of a removed corner from the new wall, m. Source: assumption A:plan.tolerances."""

LOOKED_AT = (0.5, *((k * 0.6180339887498949) % 1.0 for k in range(1, 41)))
"""Shares of a line at which points are tested before the whole line is."""
PERSON_M = 0.5
"""Least width that a person can pass, m. Source: assumption A:plan.person."""
CLOSED_M = PERSON_M - TOLERANCE_M
"""Width in m below which a passage is closed, for the crowd and for the check."""


def clean_ring(ring: Sequence[XY], tolerance_m: float = TOLERANCE_M) -> list[XY]:
    """Return a ring without the corners that its wall does not need, in its own order.

    Corners go one by one, the one of the least triangle with its neighbours first, as long as no corner that went lies
    more than the tolerance from the wall that is left. Repeated and collinear corners go, spikes thinner than the
    tolerance too. At least three corners stay. Time n log n for walls of few bends each.
    """
    origin = ring[0]
    at = [(x - origin[0], y - origin[1]) for x, y in ring]  # far from zero, products of coordinates lose digits
    count = len(at)
    before = [(i - 1) % count for i in range(count)]
    after = [(i + 1) % count for i in range(count)]
    gone: list[list[int]] = [[] for _ in range(count)]
    """Corners that went between each corner and the one after it."""
    stays, version = [True] * count, [0] * count
    waiting = [(_triangle_m2(at[i - 1], at[i], at[(i + 1) % count]), i, 0) for i in range(count)]
    heapq.heapify(waiting)
    left = count
    while waiting and left > 3:
        _, i, asked = heapq.heappop(waiting)
        if not stays[i] or asked != version[i]:
            continue
        a, b = before[i], after[i]
        skipped = [*gone[a], i, *gone[i]]
        if any(_off_wall_m(at[k], at[a], at[b]) > tolerance_m for k in skipped):
            continue
        stays[i] = False
        left -= 1
        gone[a], after[a], before[b] = skipped, b, a
        for k in (a, b):
            version[k] += 1
            heapq.heappush(waiting, (_triangle_m2(at[before[k]], at[k], at[after[k]]), k, version[k]))
    return [point for point, there in zip(ring, stays, strict=True) if there]


def _triangle_m2(a: XY, b: XY, c: XY) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2.0


def _off_wall_m(p: XY, a: XY, b: XY) -> float:
    """Return the distance of a point from the wall between two corners."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    along = 0.0 if square == 0.0 else max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square))
    return hypot(p[0] - a[0] - along * dx, p[1] - a[1] - along * dy)


def floor_of(outline: Sequence[XY], holes: Sequence[Sequence[XY]] = ()) -> Polygon | MultiPolygon:
    """Return the floor of a space: its cleaned outline less the union of its cleaned holes.

    Holes may overlap and reach the wall. The result may be empty, or several pieces: `check` tells both as faults.
    """
    floor = Polygon(clean_ring(outline))
    if not holes:
        return floor
    rest = shapely.difference(floor, shapely.union_all([Polygon(clean_ring(hole)) for hole in holes]))
    return cast(Polygon | MultiPolygon, rest)


def without_narrow_passages(floor: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """Return a floor closed by a wall of 1 mm wherever it is narrower than a person between an inward corner and a wall."""
    parts: list[Polygon] = list(shapely.get_parts(floor))
    narrow = [chord for part in parts for chord in shortest_chords(part, CLOSED_M)]
    if not narrow:
        return floor
    walls = shapely.union_all(
        [chord.line(beyond_m=TOLERANCE_M).buffer(TOLERANCE_M / 2, cap_style="flat") for chord in narrow]
    )
    return cast(Polygon | MultiPolygon, shapely.difference(floor, walls))


def widest_below_m(floor: Polygon, width_m: float) -> float:
    """Return the width in m of a floor at its widest place, the largest circle in it; infinite where that is `width_m` or more."""
    if not floor.buffer(-width_m / 2).is_empty:
        return inf
    return 2.0 * float(shapely.maximum_inscribed_circle(floor, tolerance=TOLERANCE_M).length)


@dataclass(frozen=True)
class Chord:
    """A straight line across a floor from wall to wall."""

    a: XY
    b: XY

    @property
    def length_m(self) -> float:
        """Length in metres."""
        return hypot(self.a[0] - self.b[0], self.a[1] - self.b[1])

    @property
    def middle(self) -> XY:
        """Its midpoint."""
        return ((self.a[0] + self.b[0]) / 2.0, (self.a[1] + self.b[1]) / 2.0)

    @cached_property
    def segment(self) -> LineString:
        """The chord as a line."""
        return LineString([self.a, self.b])

    def line(self, *, beyond_m: float = 0.0) -> LineString:
        """Return the chord as a line, longer by so much at both ends."""
        dx, dy = ((q - p) / self.length_m * beyond_m for p, q in zip(self.a, self.b, strict=True))
        return LineString([(self.a[0] - dx, self.a[1] - dy), (self.b[0] + dx, self.b[1] + dy)])


def rings_of(floor: Polygon) -> list[Floats]:
    """Return the corners of outline and holes, each (n, 2), with the floor to the left of every wall."""
    rings = []
    for k, ring in enumerate((floor.exterior, *floor.interiors)):
        corners = np.asarray(ring.coords)[:-1]
        rings.append(corners if shapely.is_ccw(ring) == (k == 0) else corners[::-1])
    return rings


def shortest_chords(floor: Polygon, below_m: float = inf) -> list[Chord]:
    """Return the locally shortest chords below a length: between two inward corners, or from one to a wall square across.

    Locally shortest: moving either end along its wall makes the chord longer. Between parallel walls every chord square
    across is as short; those at their inward corners stand for all. A floor without inward corners has none.
    """
    rings = rings_of(floor)
    here = np.concatenate(rings)
    onward = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings]) - here
    back = np.concatenate([np.roll(ring, 1, axis=0) for ring in rings]) - here
    turn = -back[:, 0] * onward[:, 1] + back[:, 1] * onward[:, 0]
    inward = np.flatnonzero(turn < -1e-9)
    if not len(inward):
        return []
    corners, walls = here[inward], np.stack([_units(onward)[inward], _units(back)[inward]])
    size = np.hypot(onward[:, 0], onward[:, 1])
    along = np.einsum("vwk,wk->vw", corners[:, None] - here, onward) / (size * size)
    foot = here + along[..., None] * onward
    to_wall = _may_be_shortest(foot - corners[:, None], walls, below_m)
    to_wall &= (along * size > TOLERANCE_M) & ((1.0 - along) * size > TOLERANCE_M)
    to_corner = _may_be_shortest(corners - corners[:, None], walls, below_m)
    to_corner = np.triu(to_corner & to_corner.T, 1)
    v, w = np.nonzero(to_wall)
    one, other = np.nonzero(to_corner)
    ends = np.concatenate([np.stack([corners[v], foot[v, w]], 1), np.stack([corners[one], corners[other]], 1)])
    return [Chord(_xy(a), _xy(b)) for a, b in ends[_cross_the_floor(floor, ends)]]


def _units(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.hypot(vectors[:, 0], vectors[:, 1]), 1e-12)[:, None])


def _xy(point: Floats) -> XY:
    return float(point[0]), float(point[1])


def _may_be_shortest(across: Floats, walls: Floats, below_m: float) -> NDArray[np.bool_]:
    """Return which vectors (n, m, 2) away from n corners lead away from both walls (2, n, 2) of their corner."""
    length = np.hypot(across[..., 0], across[..., 1])
    slack = 1e-7 * length[None]
    short = (length > 1e-9) & (length < below_m)
    return np.asarray((np.einsum("vwk,evk->evw", across, walls) <= slack).all(axis=0) & short)


def _cross_the_floor(floor: Polygon, ends: Floats) -> NDArray[np.bool_]:
    """Return which lines (n, 2, 2) lie on the floor, and not along its walls."""
    shapely.prepare(floor)
    crosses = np.ones(len(ends), dtype=np.bool_)
    for (
        share
    ) in LOOKED_AT:  # along a row of niches most lines run along walls; points sort them out more quickly than lines
        x, y = (ends[crosses, 0] + share * (ends[crosses, 1] - ends[crosses, 0])).T
        crosses[crosses] = shapely.contains_xy(floor, x, y)
    found = np.flatnonzero(crosses)
    long = np.hypot(*(ends[found, 1] - ends[found, 0]).T)
    off = (ends[found, 1] - ends[found, 0]) * np.minimum(TOLERANCE_M / long, 0.25)[:, None]
    within = shapely.linestrings(np.stack([ends[found, 0] + off, ends[found, 1] - off], axis=1))
    doubtful = found[
        ~np.asarray(shapely.contains_properly(floor, within), dtype=np.bool_)
    ]  # few touch walls between their ends
    lines = shapely.linestrings(ends[doubtful])
    grown = shapely.buffer(floor, 1e-6, join_style="mitre")
    shapely.prepare(grown)
    on_walls = shapely.length(shapely.intersection(lines, floor.boundary))
    crosses[doubtful] = shapely.covers(grown, lines) & (on_walls < TOLERANCE_M)
    return crosses


def faces_of(floor: Polygon, chords: Sequence[Chord]) -> list[Polygon]:
    """Return the pieces into which chords part a floor.

    The ends of the chords become corners of the walls, so that lines meet exactly.
    """
    rings = rings_of(floor)
    begins = np.concatenate(rings)
    steps = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings]) - begins
    squares = np.sum(steps * steps, axis=1)
    marks: dict[int, list[tuple[float, XY]]] = {}
    for point in sorted({end for chord in chords for end in (chord.a, chord.b)}):
        along = np.clip(np.sum((point - begins) * steps, axis=1) / squares, 0.0, 1.0)
        wall = int(np.argmin(np.sum((begins + along[:, None] * steps - point) ** 2, axis=1)))
        marks.setdefault(wall, []).append((float(along[wall]), point))
    lines = [shapely.linestrings([chord.a, chord.b]) for chord in chords]
    wall = 0
    for ring in rings:
        for corner, following in pairwise([*ring.tolist(), ring[0].tolist()]):
            stops = [tuple(corner), *(p for _, p in sorted(marks.get(wall, ()))), tuple(following)]
            lines += [shapely.linestrings([a, b]) for a, b in pairwise(stops) if a != b]
            wall += 1
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines))))
    shapely.prepare(floor)
    return [f for f in faces if f.area > TOLERANCE_M**2 and shapely.contains(floor, f.representative_point())]
