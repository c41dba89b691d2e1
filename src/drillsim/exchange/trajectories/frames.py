"""Positions of people and units of one drill on one level, frame by frame.

The crowd knows when somebody passes a way, and the legs between ways; a position between two corners is interpolated. Queues
have no shape in it: who waits at a way stands on its threshold. Frames move such a person STAND_M back, and everybody who
touches a wall into the walkable area, and add one frame beyond an exit for who has left by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from drillsim.exchange.jupedsim.walkable import Walkable, outward, walkable
from drillsim.plan.model import OUTSIDE, FloorPlan, Opening
from drillsim.plan.outlines import floor_of

STAND_M = 0.3
"""How far before a threshold somebody waits in the frames, m. Source: A:export.frames."""
INSIDE_M = 0.02
"""Least distance of a frame from the outline of the walkable area, m. Source: A:export.frames."""
NEAR_M = 0.01
"""A point so near to the middle of a threshold is on it, m."""
SETS_OFF_S = 0.2
"""Longest time that somebody who waited takes from the place of waiting to the threshold, s. Source: A:export.frames."""
Floats = NDArray[np.float64]


class Stay(Protocol):
    """A time on one level, corner by corner; `goes` tells that nobody is there after the last corner."""

    @property
    def level(self) -> str:
        """Id of the level."""

    @property
    def times_s(self) -> Sequence[float]:
        """Time of each corner."""

    @property
    def x_m(self) -> Sequence[float]:
        """Position of each corner."""

    @property
    def y_m(self) -> Sequence[float]:
        """Position of each corner."""

    @property
    def goes(self) -> bool:
        """Whether nobody is there after the last corner."""


class Followed(Protocol):
    """A person or unit with its stays in order of time."""

    @property
    def who(self) -> str:
        """'person-<number>' or the id of a unit."""

    @property
    def stretches(self) -> Sequence[Stay]:
        """Its stays."""


@dataclass(frozen=True)
class Visit:
    """The stay of one person or unit on a level: positions from one frame on, one a frame.

    number
        Agent id: each visit has its own, over all levels.
    """

    number: int
    who: str
    level: str
    first_frame: int
    xy: Floats


def visits(
    plan: FloorPlan, followed: Iterable[Followed], level: str, *, frames_per_s: float, until_s: float
) -> list[Visit]:
    """Return the visits of a level in order of persons and units; frame n is n / frames_per_s seconds after the onset."""
    place = _Place(plan, walkable(plan, level))
    found: list[Visit] = []
    number = 0
    for one in followed:
        for stay, ends_s in _stays(one, until_s):
            number += 1
            if stay.level != level or stay.times_s[0] > until_s:
                continue
            first, xy = _frames(stay, ends_s, frames_per_s, place)
            if len(xy):
                found.append(Visit(number, one.who, level, first, xy))
    return [Visit(v.number, v.who, v.level, v.first_frame, place.inside(v.xy)) for v in found]


def _stays(walker: Followed, until_s: float) -> Iterator[tuple[Stay, float]]:
    """Yield the stays and when each is over: with the next one's begin, or with the drill."""
    stays = walker.stretches
    for i, stay in enumerate(stays):
        later = stays[i + 1].times_s[0] if i + 1 < len(stays) else until_s
        yield stay, min(stay.times_s[-1] if stay.goes else max(later, stay.times_s[-1]), until_s)


def _frames(stay: Stay, ends_s: float, frames_per_s: float, place: _Place) -> tuple[int, Floats]:
    """Return the first frame of a stay and its positions; one more beyond the exit by which it ends."""
    times, xs, ys = place.set_back(stay)
    first, last = int(np.ceil(stay.times_s[0] * frames_per_s - 1e-9)), int(np.floor(ends_s * frames_per_s + 1e-9))
    at = np.arange(first, last + 1) / frames_per_s
    xy = np.stack([np.interp(at, times, xs), np.interp(at, times, ys)], axis=1)
    beyond = place.beyond.get(place.threshold(stay.x_m[-1], stay.y_m[-1])) if stay.goes else None
    if beyond is not None:
        xy = np.concatenate([xy, [beyond, beyond]])
    return first, xy


class _Place:
    """Thresholds and walkable area of a level."""

    def __init__(self, plan: FloorPlan, found: Walkable) -> None:
        here = {s.id: s for s in plan.spaces if s.level == found.level}
        self._openings = [o for o in plan.openings if any(space in here for space in o.spaces)]
        self._middles = np.array([o.middle for o in self._openings]).reshape(-1, 2)
        floors = {o.id: here[next(s for s in o.spaces if s in here)] for o in self._openings if OUTSIDE in o.spaces}
        self.beyond: Mapping[int | None, tuple[float, float]] = {
            i: _past(o, outward(o, floor_of(floors[o.id].polygon, floors[o.id].holes)))
            for i, o in enumerate(self._openings)
            if o.id in floors
        }
        self._inner: Polygon = found.area.buffer(-INSIDE_M, join_style="mitre")
        shapely.prepare(self._inner)

    def threshold(self, x: float, y: float) -> int | None:
        """Return the opening in whose middle a point is, by its number among those of the level."""
        if not len(self._middles):
            return None
        metres = np.hypot(self._middles[:, 0] - x, self._middles[:, 1] - y)
        nearest = int(metres.argmin())
        return nearest if metres[nearest] <= NEAR_M else None

    def set_back(self, stay: Stay) -> tuple[list[float], list[float], list[float]]:
        """Return the corners of a stay, in which who waits on a threshold stands before it until just before it is passed."""
        times, xs, ys = list(stay.times_s), list(stay.x_m), list(stay.y_m)
        for i in range(len(times) - 1, 0, -1):
            x, y, waits_s = xs[i], ys[i], times[i] - times[i - 1]
            if waits_s <= 0.0 or hypot(x - xs[i - 1], y - ys[i - 1]) > NEAR_M or self.threshold(x, y) is None:
                continue
            before = next((k for k in range(i - 2, -1, -1) if hypot(x - xs[k], y - ys[k]) > NEAR_M), None)
            if before is None:
                continue
            back = min(1.0, STAND_M / hypot(x - xs[before], y - ys[before]))
            for k in range(before + 1, i):
                xs[k], ys[k] = x + (xs[before] - x) * back, y + (ys[before] - y) * back
            leaves_s = times[i] - min(SETS_OFF_S, waits_s / 2.0)
            times.insert(i, leaves_s)
            xs.insert(i, xs[i - 1])
            ys.insert(i, ys[i - 1])
        return times, xs, ys

    def inside(self, xy: Floats) -> Floats:
        """Return positions, those on walls or outside moved to the nearest point well inside the walkable area."""
        out = ~shapely.contains_xy(self._inner, xy[:, 0], xy[:, 1])
        if out.any():
            moved = xy.copy()
            lost, where = np.unique(xy[out], axis=0, return_inverse=True)
            lines = shapely.shortest_line(self._inner, shapely.points(lost))
            moved[out] = shapely.get_coordinates(shapely.get_point(lines, 0))[where.ravel()]
            return moved
        return xy


def _past(opening: Opening, side: float) -> tuple[float, float]:
    """Return the point STAND_M beyond an exit."""
    (ax, ay), (bx, by) = opening.line
    length = hypot(bx - ax, by - ay) or 1.0
    mx, my = opening.middle
    return mx - side * STAND_M * (by - ay) / length, my + side * STAND_M * (bx - ax) / length


__all__ = ["Followed", "Visit", "visits"]
