"""Walls of spaces: what two spaces share, what faces the outside, and a door's threshold on it. Metres throughout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from drillsim.plan.short_forms.forms import Offset, Side

XY = tuple[float, float]
THICKEST_M = 0.6
"""Distance of two faces that still are one wall: what an opening may lie off its spaces (plan/outline_checks.py)."""
LEAST_M = 0.5
"""Shortest stretch of wall that counts as shared."""
ANGLE = 0.02
"""Sine of the angle up to which two faces are one wall."""
WAYS: dict[Side, XY] = {"north": (0.0, 1.0), "south": (0.0, -1.0), "east": (1.0, 0.0), "west": (-1.0, 0.0)}


@dataclass(frozen=True)
class WallStretch:
    """A straight stretch of wall; the space it was asked for lies on its left, and it faces to its right."""

    start: XY
    end: XY

    @property
    def length_m(self) -> float:
        """Its length."""
        return hypot(self.end[0] - self.start[0], self.end[1] - self.start[1])

    @property
    def along(self) -> XY:
        """Unit vector from start to end."""
        return (self.end[0] - self.start[0]) / self.length_m, (self.end[1] - self.start[1]) / self.length_m

    @property
    def facing(self) -> Side:
        """The direction that its outer side faces most."""
        x, y = self.along
        return max(WAYS, key=lambda side: y * WAYS[side][0] - x * WAYS[side][1])

    @property
    def normal(self) -> XY:
        """Unit vector outward."""
        return self.along[1], -self.along[0]

    def point(self, at_m: float) -> XY:
        """Return the point at this distance from its start."""
        x, y = self.along
        return self.start[0] + at_m * x, self.start[1] + at_m * y

    def part(self, low_m: float, high_m: float, off_m: float = 0.0) -> WallStretch:
        """Return the part between two distances from its start, moved outward."""
        move = (off_m * self.normal[0], off_m * self.normal[1])
        a, b = self.point(low_m), self.point(high_m)
        return WallStretch((a[0] + move[0], a[1] + move[1]), (b[0] + move[0], b[1] + move[1]))

    def begins_at(self, end: Side) -> bool | None:
        """Return whether its start is the end that lies in this direction; None where the wall runs across it."""
        ahead = sum(a * b for a, b in zip(self.along, WAYS[end], strict=True))
        return None if abs(ahead) < 0.1 else ahead < 0


def faces(ring: Sequence[XY]) -> list[WallStretch]:
    """Return the walls of an outline, its floor on the left, straight ones in one piece."""
    turns = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring, ring[0]]))
    corners = list(ring) if turns > 0 else list(reversed(ring))
    sides = [WallStretch(a, b) for a, b in pairwise([*corners, corners[0]]) if hypot(b[0] - a[0], b[1] - a[1]) > 1e-6]
    return _joined(sides)


def shared(ring: Sequence[XY], others: Iterable[Sequence[XY]]) -> list[WallStretch]:
    """Return the stretches of wall that an outline shares with others, midway between the two faces."""
    found = []
    theirs = [side for other in others for side in faces(other)]
    for side in faces(ring):
        found += [side.part(low, high, off / 2) for low, high, off in _covered(side, theirs)]
    return [stretch for stretch in _joined(found) if stretch.length_m >= LEAST_M]


def free(ring: Sequence[XY], others: Iterable[Sequence[XY]]) -> list[WallStretch]:
    """Return the stretches of wall of an outline that no other space touches."""
    found = []
    theirs = [side for other in others for side in faces(other)]
    for side in faces(ring):
        at = 0.0
        for low, high, _ in [*sorted(_covered(side, theirs)), (side.length_m, side.length_m, 0.0)]:
            if low - at >= LEAST_M:
                found.append(side.part(at, low))
            at = max(at, high)
    return found


def _covered(side: WallStretch, theirs: Iterable[WallStretch]) -> Iterator[tuple[float, float, float]]:
    """Yield the parts of a wall along which another face lies right behind it, with the distance of the two."""
    x, y = side.along
    for other in theirs:
        across = x * other.along[1] - y * other.along[0]
        if abs(across) > ANGLE or x * other.along[0] + y * other.along[1] > 0:
            continue
        ends = [(p[0] - side.start[0], p[1] - side.start[1]) for p in (other.end, other.start)]
        off = [px * side.normal[0] + py * side.normal[1] for px, py in ends]
        low, high = (px * x + py * y for px, py in ends)
        low, high = max(low, 0.0), min(high, side.length_m)
        if high - low > 1e-6 and all(-0.05 <= d <= THICKEST_M for d in off):
            yield low, high, sum(off) / 2


def _joined(sides: Sequence[WallStretch]) -> list[WallStretch]:
    """Return stretches with those in one piece that follow each other on one line."""
    left = list(sides)
    joined: list[WallStretch] = []
    while left:
        one = left.pop(0)
        while (after := next((s for s in left if _follows(one, s)), None)) is not None:
            left.remove(after)
            one = WallStretch(one.start, after.end)
        while (before := next((s for s in [*joined, *left] if _follows(s, one)), None)) is not None:
            (joined if before in joined else left).remove(before)
            one = WallStretch(before.start, one.end)
        joined.append(one)
    return joined


def _follows(one: WallStretch, other: WallStretch) -> bool:
    gap = hypot(other.start[0] - one.end[0], other.start[1] - one.end[1])
    dot = one.along[0] * other.along[0] + one.along[1] * other.along[1]
    return one is not other and gap < 1e-3 and dot > 0.9999


def offset_on(stretch: WallStretch, at: Offset) -> float | None:
    """Return the distance from the start of a wall; None where it has no end in that direction."""
    begins = stretch.begins_at(at.end)
    if begins is None:
        return None
    return at.length_m if begins else stretch.length_m - at.length_m


def nearest(stretches: Sequence[WallStretch], point: XY) -> tuple[WallStretch, float, float]:
    """Return the stretch nearest to a point, the distance of the point along it, and from it."""

    def way(stretch: WallStretch) -> tuple[float, float]:
        px, py = point[0] - stretch.start[0], point[1] - stretch.start[1]
        along = min(max(px * stretch.along[0] + py * stretch.along[1], 0.0), stretch.length_m)
        foot = stretch.point(along)
        return hypot(point[0] - foot[0], point[1] - foot[1]), along

    best = min(stretches, key=lambda s: way(s)[0])
    off, along = way(best)
    return best, along, off


def off_outline(ring: Sequence[XY], points: Iterable[XY]) -> float:
    """Return the greatest distance of points from an outline."""
    sides = faces(ring)
    return max(nearest(sides, point)[2] for point in points)
