"""Walls: the edges of rooms, divided wherever a corner of another room lies on them.

Rooms of one level share corners and edges. A plan file holds outlines; here they are joined, so that what moves one room moves its
neighbour too, and a door can be put between the two rooms of an edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

import numpy as np
from numpy.typing import NDArray

from drillsim.editor.changes.draft import Draft, Thing, on_level
from drillsim.plan.model import OUTSIDE
from drillsim.plan.outline_checks import OFF_WALL_M

XY = tuple[float, float]
SAME_M = 0.001
"""Corners closer than this are one corner, m. Source: assumption A:plan.tolerances."""
PARALLEL = 0.02
"""Largest sine of the angle between the two faces of one wall. Source: assumption A:editor.walls."""


@dataclass(frozen=True)
class Wall:
    """A straight piece of wall between two corners, and the two places that it parts."""

    a: XY
    b: XY
    inside: str
    """The space that has this edge."""
    beyond: str
    """The space on its other side, or 'outside'."""
    depth_m: float = 0.0
    """Distance of the face of the space beyond: the thickness of the wall."""

    @property
    def length_m(self) -> float:
        """Length in metres."""
        return hypot(self.b[0] - self.a[0], self.b[1] - self.a[1])

    def at(self, along_m: float) -> XY:
        """Return the point so far from its first corner."""
        share = along_m / self.length_m
        return (self.a[0] + share * (self.b[0] - self.a[0]), self.a[1] + share * (self.b[1] - self.a[1]))

    def along_m(self, p: Sequence[float]) -> float:
        """Return how far from its first corner the foot of a point lies; may be negative or beyond its end."""
        dx, dy = self.b[0] - self.a[0], self.b[1] - self.a[1]
        return ((p[0] - self.a[0]) * dx + (p[1] - self.a[1]) * dy) / self.length_m

    def off_m(self, p: Sequence[float]) -> float:
        """Return the distance of a point from this piece."""
        foot = self.at(min(max(self.along_m(p), 0.0), self.length_m))
        return hypot(p[0] - foot[0], p[1] - foot[1])


def rings_of(space: Thing) -> list[list[list[float]]]:
    """Return outline and holes of a space."""
    return [space["polygon"], *space.get("holes", [])]


def edges(ring: Sequence[Sequence[float]]) -> Iterator[tuple[XY, XY]]:
    """Yield the edges of a ring."""
    for a, b in pairwise([*ring, ring[0]]):
        yield (a[0], a[1]), (b[0], b[1])


def corners_of(spaces: Iterable[Thing]) -> NDArray[np.float64]:
    """Return the corners of spaces, each once, (n, 2)."""
    found = {tuple(c) for s in spaces for ring in rings_of(s) for c in ring}
    return np.array(sorted(found), dtype=float).reshape(-1, 2)


def divided(ring: Sequence[Sequence[float]], corners: NDArray[np.float64]) -> list[list[float]]:
    """Return a ring with a corner wherever one of `corners` lies on its edges."""
    result: list[list[float]] = []
    for a, b in edges(ring):
        result.append([*a])
        length = hypot(b[0] - a[0], b[1] - a[1])
        if length <= SAME_M or not len(corners):
            continue
        ux, uy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
        along = (corners[:, 0] - a[0]) * ux + (corners[:, 1] - a[1]) * uy
        off = np.abs((corners[:, 0] - a[0]) * uy - (corners[:, 1] - a[1]) * ux)
        on = np.flatnonzero((off <= SAME_M) & (along > SAME_M) & (along < length - SAME_M))
        last = 0.0
        for i in on[np.argsort(along[on])]:
            if along[i] - last > SAME_M:
                result.append([float(corners[i, 0]), float(corners[i, 1])])
                last = float(along[i])
    return result


def walls_of(draft: Draft, level: str) -> list[Wall]:
    """Return the pieces of wall of a level, each once, seen from the first space that has it."""
    spaces = on_level(draft, level)
    corners = corners_of(spaces)
    first: dict[tuple[XY, XY], Wall] = {}
    for space in spaces:
        for ring in rings_of(space):
            for a, b in edges(divided(ring, corners)):
                key = (_key(a), _key(b)) if _key(a) <= _key(b) else (_key(b), _key(a))
                if key not in first:
                    first[key] = Wall(a, b, space["id"], OUTSIDE)
                elif first[key].inside != space["id"]:
                    first[key] = Wall(first[key].a, first[key].b, first[key].inside, space["id"])
    return [wall for wall in first.values() if wall.length_m > SAME_M]


def _key(p: XY) -> XY:
    return (round(p[0] / SAME_M) * SAME_M, round(p[1] / SAME_M) * SAME_M)


def wall_at(draft: Draft, level: str, p: XY, reach_m: float) -> Wall | None:
    """Return the stretch of wall nearest to a point, as far as one room on either side of it reaches; None beyond reach.

    The two faces of a thick wall count as one wall up to OFF_WALL_M (0.6 m).
    """
    faces = [
        Wall(a, b, space["id"], OUTSIDE)
        for space in on_level(draft, level)
        for ring in rings_of(space)
        for a, b in edges(ring)
        if hypot(b[0] - a[0], b[1] - a[1]) > SAME_M
    ]
    near = min(faces, key=lambda f: f.off_m(p), default=None)
    if near is None or near.off_m(p) > reach_m:
        return None
    across = [f for face in faces if (f := _across(near, face)) is not None]
    at = min(max(near.along_m(p), 0.0), near.length_m)
    facing = [f for f in across if f[0] - SAME_M <= at <= f[1] + SAME_M]
    if facing:
        low, high, depth, beyond = min(facing, key=lambda f: (f[2], abs((f[0] + f[1]) / 2 - at)))
        return Wall(near.at(low), near.at(high), near.inside, beyond, depth)
    low = max((f[1] for f in across if f[1] <= at), default=0.0)
    high = min((f[0] for f in across if f[0] >= at), default=near.length_m)
    return Wall(near.at(low), near.at(high), near.inside, OUTSIDE)


def _across(near: Wall, face: Wall) -> tuple[float, float, float, str] | None:
    """Return from where to where along a face another room's face lies across the wall, how far off, and whose it is."""
    if face.inside == near.inside:
        return None
    dx, dy = (near.b[0] - near.a[0]) / near.length_m, (near.b[1] - near.a[1]) / near.length_m
    ex, ey = (face.b[0] - face.a[0]) / face.length_m, (face.b[1] - face.a[1]) / face.length_m
    if abs(dx * ey - dy * ex) > PARALLEL:
        return None
    ends = sorted((near.along_m(face.a), near.along_m(face.b)))
    low, high = max(ends[0], 0.0), min(ends[1], near.length_m)
    middle = near.at((low + high) / 2) if high - low > SAME_M else None
    if middle is None:
        return None
    depth = face.off_m(middle)
    return (low, high, depth, face.inside) if depth <= OFF_WALL_M else None
