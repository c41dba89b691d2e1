"""How a floor is parted into cells: cuts along the arms of circulation, and necks of any floor (rule A 2).

*Cuts.* Where two walls stand opposed over more than 10 m (an arm of a corridor, whatever its direction), the arm is cut
square across into the least number of equal parts of at most 10 m. Bays, niches and crossings up to 10 m long do not end
an arm, and no cut is made in them: of the chords near the ideal place the shortest is taken, and among equal ones the
nearest. Nothing depends on how the plan is turned, mirrored, moved, or listed.

*Necks.* A locally shortest chord is a neck where both sides of it are wider by a quarter at least: the floor is first
parted by all such chords, then pieces are joined again over the widest chord first, as long as no disc of 1/0.8 of the
chord's length fits into both sides. What is left parts the floor where a door of the chord's length would. A piece of
less than 5 m2 holds nobody: it is joined over its widest chord, whose length caps the borders of the piece beyond.

Holes of less than 1 m2 (columns) take area, and the width of the chords that run through them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from math import ceil, pi, sqrt
from typing import cast

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from drillsim.plan.outlines import PERSON_M, TOLERANCE_M, Chord, Floats, faces_of, rings_of, shortest_chords

PART_M = 10.0
"""Greatest length of a part of an arm, m. Assumption A:crowd.cells."""
NECK_SHARE = 0.8
"""A neck is narrower than this share of the width on both its sides. Assumption A:crowd.cells."""
LEAST_CELL_M2 = 5.0
"""A neck parts at least so much floor on both sides, m2. Assumption A:crowd.cells."""
COLUMN_M2 = 1.0
"""A hole of less is a column, m2. Assumption A:crowd.cells."""
SAME_DIRECTION = np.radians(1.0)
"""Walls are parallel within this angle."""


@dataclass(frozen=True)
class Seam:
    """A chord between two cells."""

    chord: Chord
    cells: tuple[int, int]
    """The cell to the left of the chord from a to b, and the one to its right."""
    width_m: float
    """What of it can be walked through: its length less columns in it, or the width of a niche that caps it."""
    is_neck: bool


@dataclass(frozen=True)
class Partition:
    """The cells of a floor and the seams between them."""

    cells: tuple[Polygon, ...]
    """Columns left out."""
    seams: tuple[Seam, ...]
    niches: tuple[tuple[Polygon, float], ...]
    """Pieces too small for a cell, and the width in metres by which one comes into each."""


def partition(floor: Polygon | MultiPolygon, *, is_circulation: bool) -> Partition:
    """Return the cells of a floor; the floor itself is the only one where nothing parts it.

    floor
        Several pieces, which only a passage narrower than a person joins, are parted one by one; no seam joins them.
    is_circulation
        Whether arms of more than 10 m are cut.
    """
    cells: list[Polygon] = []
    seams: list[Seam] = []
    niches: list[tuple[Polygon, float]] = []
    for piece in shapely.get_parts(floor):
        found = _partition(piece, is_circulation=is_circulation)
        seams += [replace(s, cells=(s.cells[0] + len(cells), s.cells[1] + len(cells))) for s in found.seams]
        cells += found.cells
        niches += found.niches
    return Partition(tuple(cells), tuple(seams), tuple(niches))


def _partition(floor: Polygon, *, is_circulation: bool) -> Partition:
    """Return the cells of a floor of one piece."""
    whole = Polygon(floor.exterior, [h for h in floor.interiors if Polygon(h).area >= COLUMN_M2])
    longest_m = NECK_SHARE * sqrt(
        2.0 * whole.area / pi
    )  # of a longer chord not both sides hold a disc wider by the share
    candidates = _uncrossed(shortest_chords(whole, longest_m))
    necks, niches = _necks(whole, candidates) if candidates else ([], [])
    cuts = [c for c in _cuts(whole) if not any(_cross(c, n) for n, _ in necks)] if is_circulation else []
    chords = [*((c, w, True) for c, w in necks), *((c, c.length_m, False) for c in _uncrossed(cuts))]
    if not chords:
        return Partition((floor,), (), ())
    faces = faces_of(whole, [c for c, _, _ in chords])
    seams = []
    for chord, width_m, is_neck in chords:
        left, right = _beside(chord, faces)
        if left >= 0 <= right and left != right:
            walked = float(shapely.length(shapely.intersection(chord.line(), floor)))
            seams.append(Seam(chord, (left, right), min(width_m, walked), is_neck))
    cells = faces if len(whole.interiors) == len(floor.interiors) else [shapely.intersection(f, floor) for f in faces]
    return Partition(tuple(cast(list[Polygon], cells)), tuple(seams), tuple(niches))


def _beside(chord: Chord, faces: Sequence[Polygon]) -> tuple[int, int]:
    """Return the faces to the left and to the right of the middle of a chord; -1 where there is none."""
    a, b = np.array(chord.a), np.array(chord.b)
    aside = np.array([a[1] - b[1], b[0] - a[0]]) / chord.length_m * 1e-5
    found = []
    for point in ((a + b) / 2 + aside, (a + b) / 2 - aside):
        inside = np.flatnonzero(shapely.contains_xy(np.array(faces), *point))
        found.append(int(inside[0]) if len(inside) else -1)
    return found[0], found[1]


def _uncrossed(chords: Sequence[Chord]) -> list[Chord]:
    """Return the chords by rising length, without those that cross or repeat a shorter one."""
    by_length = sorted(chords, key=lambda c: round(c.length_m, 6))
    ends = np.array([(c.a, c.b) for c in by_length]).reshape(-1, 2, 2)
    low, high = ends.min(axis=1) - TOLERANCE_M, ends.max(axis=1) + TOLERANCE_M
    kept: list[int] = []
    for k, chord in enumerate(by_length):
        near = ((low[kept] <= high[k]) & (high[kept] >= low[k])).all(axis=1)
        if not any(_cross(chord, by_length[kept[i]]) for i in np.flatnonzero(near)):
            kept.append(k)
    return [by_length[k] for k in kept]


def _cross(one: Chord, other: Chord) -> bool:
    """Return whether two chords cross inside the floor, or are the same within a millimetre."""
    a, b = one.segment, other.segment
    if not a.dwithin(b, TOLERANCE_M):
        return False
    if shapely.hausdorff_distance(a, b) < TOLERANCE_M:
        return True
    at = shapely.intersection(a, b)
    if at.is_empty:
        return False
    ends = [shapely.Point(end) for end in (one.a, one.b)], [shapely.Point(end) for end in (other.a, other.b)]
    return not all(min(at.distance(p) for p in points) < TOLERANCE_M for points in ends)


# ---------------------------------------------------------------------- necks
def _necks(floor: Polygon, chords: Sequence[Chord]) -> tuple[list[tuple[Chord, float]], list[tuple[Polygon, float]]]:
    """Return the necks among locally shortest chords with their widths, and the niches that are too small for a cell."""
    faces = faces_of(floor, chords)
    shapes = dict(enumerate(faces))
    joined = list(range(len(faces)))

    def of(face: int) -> int:
        while joined[face] != face:
            face = joined[face]
        return face

    def join(one: int, other: int) -> None:
        joined[other] = one
        shapes[one] = cast(Polygon, shapely.union(shapes[one], shapes.pop(other)))

    def longest_first(side: tuple[Chord, int, int]) -> float:
        return -round(side[0].length_m, 4)

    sides = [(chord, *_beside(chord, faces)) for chord in chords]
    sides = [(chord, i, j) for chord, i, j in sides if i >= 0 <= j]
    for _, group in groupby(sorted(sides, key=longest_first), key=longest_first):
        equal = [
            (sorted(round(shapes[of(k)].area, 3) for k in (i, j)), n, c, i, j) for n, (c, i, j) in enumerate(group)
        ]
        for _, _, chord, i, j in sorted(equal, key=lambda e: e[:2]):  # of equal chords the one beside less floor
            one, other = of(i), of(j)
            smaller_first = sorted((one, other), key=lambda k: float(shapes[k].area))
            if one != other and not all(_holds_a_disc(shapes[k], chord.length_m) for k in smaller_first):
                join(one, other)
    niches: list[tuple[Polygon, float]] = []
    while True:
        parting = [(chord, of(i), of(j)) for chord, i, j in sides if of(i) != of(j)]
        small = [k for _, i, j in parting for k in (i, j) if shapes[k].area < LEAST_CELL_M2]
        if not small:
            break
        least = min(small, key=lambda k: float(shapes[k].area))
        chord, i, j = max((p for p in parting if least in p[1:]), key=lambda p: p[0].length_m)
        niches.append((shapes[least], chord.length_m))
        join(j if i == least else i, least)
    necks = []
    for chord, _, _ in parting:
        line = chord.line()
        caps = (width for niche, width in niches if niche.dwithin(line.centroid, TOLERANCE_M))
        necks.append((chord, min([chord.length_m, *caps])))
    return necks, niches


def _holds_a_disc(piece: Polygon, chord_m: float) -> bool:
    """Return whether a disc fits into a piece that is wider than a chord by the neck's share."""
    across = (chord_m + TOLERANCE_M) / NECK_SHARE
    if piece.area < pi / 4 * across * across or _least_width_m(piece) <= across:
        return False
    return not shapely.is_empty(shapely.buffer(piece, -across / 2))


def _least_width_m(piece: Polygon) -> float:
    """Return the width of the narrowest strip that holds a piece, which lies along an edge of its convex hull.

    Not by shapely's oriented envelope: of some turned pieces it is a line.
    """
    hull = shapely.get_coordinates(shapely.convex_hull(piece))
    along = np.diff(hull, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]]) / np.hypot(along[:, 0], along[:, 1])
    return float(np.ptp((hull - hull[0]) @ across, axis=0).min())


# ----------------------------------------------------------------------- cuts
@dataclass(frozen=True)
class _Strip:
    """A trapezoid of a floor between two lines square to a wall's direction, x along it; heights at x0 and x1."""

    column: int
    x0: float
    x1: float
    low: tuple[float, float]
    high: tuple[float, float]

    @property
    def inner(self) -> tuple[float, float]:
        """The greatest band along the direction that lies within it."""
        return max(self.low), min(self.high)

    @property
    def widest_m(self) -> float:
        """Its longest chord."""
        return max(self.high[0] - self.low[0], self.high[1] - self.low[1])

    def at(self, x: float) -> tuple[float, float]:
        """Return the heights of floor and ceiling at a place."""
        share = (x - self.x0) / (self.x1 - self.x0)
        return self.low[0] + share * (self.low[1] - self.low[0]), self.high[0] + share * (self.high[1] - self.high[0])

    def width_m(self, x: float) -> float:
        """Return the length of the chord at a place."""
        low, high = self.at(x)
        return high - low

    def is_even(self) -> bool:
        """Return whether its chords are equally long."""
        return abs(self.width_m(self.x0) - self.width_m(self.x1)) <= TOLERANCE_M


def _cuts(floor: Polygon) -> Iterator[Chord]:
    """Yield the chords that cut the arms of a floor into equal parts."""
    for angle in _directions(floor):
        along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        origin = np.asarray(floor.exterior.coords[0])
        strips = _strips([(ring - origin) @ np.stack([along, across], axis=1) for ring in rings_of(floor)])
        for arm in _arms(strips):
            for x, (low, high) in _places(arm):
                a, b = origin + x * along + low * across, origin + x * along + high * across
                yield Chord((float(a[0]), float(a[1])), (float(b[0]), float(b[1])))


def _directions(floor: Polygon) -> list[float]:
    """Return the directions, radians in [0, pi), of walls that are long enough for an arm, longest wall first."""
    walls = np.concatenate([np.roll(ring, -1, axis=0) - ring for ring in rings_of(floor)])
    length = np.hypot(walls[:, 0], walls[:, 1])
    angle = np.arctan2(walls[:, 1], walls[:, 0]) % np.pi
    found: list[float] = []
    free = np.ones(len(walls), dtype=bool)
    for k in np.argsort(-length, kind="stable"):
        if free[k]:
            apart = np.abs(angle - angle[k])
            same = free & (np.minimum(apart, np.pi - apart) < SAME_DIRECTION)
            free &= ~same
            if length[same].sum() > PART_M:
                found.append(float(angle[k]))
    return found


def _strips(rings: Sequence[Floats]) -> list[_Strip]:
    """Return the trapezoids into which the lines x = const through all corners part a floor."""
    begins = np.concatenate(rings)
    ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    columns: list[float] = []
    for x in np.sort(begins[:, 0]).tolist():
        if not columns or x - columns[-1] > TOLERANCE_M:
            columns.append(x)
    left, right = np.minimum(begins[:, 0], ends[:, 0]), np.maximum(begins[:, 0], ends[:, 0])
    found = []
    for column, (x0, x1) in enumerate(pairwise(columns)):
        middle = (x0 + x1) / 2
        over = (left < middle) & (right > middle)
        p, q = begins[over], ends[over]
        slope = (q[:, 1] - p[:, 1]) / (q[:, 0] - p[:, 0])
        heights = np.stack([p[:, 1] + slope * (x - p[:, 0]) for x in (middle, x0, x1)])
        heights = heights[:, np.argsort(heights[0])]
        for k in range(0, heights.shape[1] - 1, 2):
            (a0, b0), (a1, b1) = heights[1, k : k + 2].tolist(), heights[2, k : k + 2].tolist()
            found.append(_Strip(column, x0, x1, (a0, a1), (b0, b1)))
    return found


def _arms(strips: Sequence[_Strip]) -> Iterator[list[_Strip]]:
    """Yield the narrow strips of each arm of more than 10 m, the narrowest arm first."""
    beside: dict[int, list[_Strip]] = {}
    for strip in strips:
        beside.setdefault(strip.column, []).append(strip)
    taken: set[_Strip] = set()
    for seed in sorted(strips, key=lambda s: s.inner[1] - s.inner[0]):
        low, high = seed.inner
        width_m = high - low
        limit = width_m / NECK_SHARE + TOLERANCE_M
        if seed in taken or width_m < PERSON_M or seed.widest_m > limit:
            continue
        chain = [seed]
        for step in (1, -1):
            here, bare_m = seed, 0.0
            while bare_m <= PART_M:
                near = [
                    s
                    for s in beside.get(here.column + step, ())
                    if s.inner[0] <= low + TOLERANCE_M and s.inner[1] >= high - TOLERANCE_M
                ]
                if not near:
                    break
                here = near[0]
                bare_m = 0.0 if here.widest_m <= limit else bare_m + here.x1 - here.x0
                chain.append(here)
        arm = [s for s in chain if s.widest_m <= limit and s not in taken]
        taken.update(arm)
        length_m = max(s.x1 for s in arm) - min(s.x0 for s in arm)
        if length_m > PART_M + TOLERANCE_M and length_m >= 2 * width_m - TOLERANCE_M:
            yield arm


def _places(arm: Sequence[_Strip]) -> Iterator[tuple[float, tuple[float, float]]]:
    """Yield where an arm is cut: near equal spacing the shortest chord, of equal ones the nearest."""
    begin, end = min(s.x0 for s in arm), max(s.x1 for s in arm)
    parts = ceil((end - begin - TOLERANCE_M) / PART_M)
    part_m = (end - begin) / parts
    for k in range(1, parts):
        ideal, reach = begin + k * part_m, 0.45 * part_m
        options = []
        for strip in arm:
            low, high = max(strip.x0, ideal - reach), min(strip.x1, ideal + reach)
            if low <= high:
                x = min(max(ideal, low), high) if strip.is_even() else min((low, high), key=strip.width_m)
                options.append((strip.width_m(x), abs(x - ideal), x, strip))
        least = min((width for width, *_ in options), default=0.0)
        for _, _, x, strip in sorted((o for o in options if o[0] <= least + TOLERANCE_M), key=lambda o: o[1])[:1]:
            yield x, strip.at(x)
