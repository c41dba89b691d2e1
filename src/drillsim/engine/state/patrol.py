"""Position of a patrol at any time: a closed loop of stops, walked by least paths at patrol speed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from drillsim.engine.world.world import XY, World
from drillsim.plan.routes import Path, Routes


@dataclass(frozen=True)
class PatrolStep:
    """A stretch of the loop inside one space, from one point to another (the same point while it stays)."""

    begins_s: float
    ends_s: float
    space: int
    start: XY
    end: XY


class PatrolLoop:
    """The closed loop of a patrol; its time runs from the first stop and is periodic."""

    def __init__(self, steps: tuple[PatrolStep, ...]) -> None:
        self.steps = steps
        self.period_s = steps[-1].ends_s
        self._begins = [s.begins_s for s in steps]

    def at(self, time_s: float) -> tuple[int, XY]:
        """Return space and point at a time of the loop; a loop of no length stays at its first stop."""
        if self.period_s <= 0:
            return self.steps[0].space, self.steps[0].start
        now = time_s % self.period_s
        step = self.steps[max(bisect_right(self._begins, now) - 1, 0)]
        span = step.ends_s - step.begins_s
        share = min((now - step.begins_s) / span, 1.0) if span > 0 else 1.0
        (x0, y0), (x1, y1) = step.start, step.end
        return step.space, (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)

    def next_in(self, space: int, time_s: float) -> float | None:
        """Return the seconds from `time_s` until the patrol is next in a space, 0 when it is there; None if never.

        The second period is looked at too, for a space whose only step has begun already."""
        if self.period_s <= 0:
            return 0.0 if self.steps[0].space == space else None
        now = time_s % self.period_s
        waits = [
            max(0.0, s.begins_s + turn - now)
            for s in self.steps
            for turn in (0.0, self.period_s)
            if s.space == space and s.ends_s + turn > now
        ]
        return min(waits) if waits else None


def patrol_loop(
    world: World, stops: tuple[tuple[int, XY], ...], speeds_mps: tuple[float, float, float], stay_s: float
) -> PatrolLoop:
    """Return the closed loop through the stops, in their order, staying `stay_s` seconds at each.

    A stop that cannot be reached from the one before is left out of the walk: the patrol is there without a path.

    stops
        Space and point of each.
    speeds_mps
        On the level, up and down stairs.
    """
    routes = world.derived(_patrol_routes, *speeds_mps)
    builder = _LoopBuilder(world, speeds_mps)
    for (space, point), (goal, end) in zip(stops, (*stops[1:], stops[0]), strict=True):
        builder.stay(space, point, stay_s)
        path = routes.path(space, point, goal, end)
        if path is not None and (space, point) != (goal, end):
            builder.follow(path, (space, point), end)
    return PatrolLoop(tuple(builder.steps))


def _patrol_routes(world: World, level_mps: float, up_mps: float, down_mps: float) -> Routes:
    """Return least times whatever the locks: a patrol has the keys of its round."""
    return Routes(world.network, level_mps=level_mps, stair_up_mps=up_mps, stair_down_mps=down_mps, compiled=True)


class _LoopBuilder:
    """The steps of a loop so far, and the time at which the last one ends."""

    def __init__(self, world: World, speeds_mps: tuple[float, float, float]) -> None:
        self.network = world.network
        self.level_mps, up_mps, down_mps = speeds_mps
        self.crossing_s = self.network.crossing_s(self.level_mps, up_mps, down_mps)
        self.steps: list[PatrolStep] = []
        self.now_s = 0.0

    def stay(self, space: int, point: XY, takes_s: float) -> None:
        """Add a stay at a point."""
        self._add(takes_s, space, point, point)

    def follow(self, path: Path, start: tuple[int, XY], end: XY) -> None:
        """Add the walk along a path, space by space; a flight of stairs is spent at its foot or head."""
        space, point = start
        for way, side in path.ways:
            (x, y), (far_x, far_y) = self.network.way_xy[way, 1 - side], self.network.way_xy[way, side]
            self._walk(space, point, (float(x), float(y)))
            crossing_s = float(self.crossing_s[way, side])
            if crossing_s > 0:
                at = self.steps[-1].end
                self._add(crossing_s, space, at, at)
            space, point = int(self.network.way_spaces[way, side]), (float(far_x), float(far_y))
        self._walk(space, point, end)

    def _walk(self, space: int, start: XY, end: XY) -> None:
        for a, b in pairwise(self.network.polyline(space, start, end)):
            took_s = float(np.hypot(b[0] - a[0], b[1] - a[1])) / self.level_mps
            self._add(took_s, space, (float(a[0]), float(a[1])), (float(b[0]), float(b[1])))

    def _add(self, takes_s: float, space: int, start: XY, end: XY) -> None:
        self.steps.append(PatrolStep(self.now_s, self.now_s + takes_s, space, start, end))
        self.now_s += takes_s
