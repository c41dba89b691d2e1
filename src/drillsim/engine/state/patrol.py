"""Where a patrol is at any time: a closed loop of stops, walked by least paths at patrol speed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from drillsim.engine.world.world import XY, World
from drillsim.plan.routes import Routes


@dataclass(frozen=True)
class PatrolStep:
    """A stretch of the loop inside one space, from one point to another (the same point while it stays)."""

    begins_s: float
    ends_s: float
    space: int
    start: XY
    end: XY


class PatrolLoop:
    """A patrol's round; time runs from the first stop and wraps round."""

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
        """Return the seconds from `time_s` until the patrol is next in a space, 0 when it is there; None if never."""
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
    world: World, stops: tuple[tuple[int, XY], ...], *, speed_mps: float, up_mps: float, down_mps: float, stay_s: float
) -> PatrolLoop:
    """Return the closed loop through the stops, in their order, staying `stay_s` seconds at each."""
    routes: Routes = world.plan.memo(
        ("patrol", world.laws, speed_mps, up_mps, down_mps),
        lambda: Routes(world.network, level_mps=speed_mps, stair_up_mps=up_mps, stair_down_mps=down_mps, compiled=True),
    )
    steps: list[PatrolStep] = []
    now = 0.0
    for (space, point), (goal, end) in zip(stops, (*stops[1:], stops[0]), strict=True):
        steps.append(PatrolStep(now, now + stay_s, space, point, point))
        now += stay_s
        path = routes.path(space, point, goal, end)
        if path is None or (space, point) == (goal, end):
            continue
        at, here = point, space
        for way, side in path.ways:
            gate = world.network.way_xy[way, 1 - side]
            now = _walk(world, steps, now, here, at, (float(gate[0]), float(gate[1])), speed_mps)
            crossing = float(world.network.way_crossing_m[way])
            far = world.network.way_xy[way, side]
            at, entered = (float(far[0]), float(far[1])), int(world.network.way_spaces[way, side])
            if crossing > 0:
                took = crossing / (up_mps if side == 1 else down_mps)
                steps.append(PatrolStep(now, now + took, here, steps[-1].end, steps[-1].end))
                now += took
            here = entered
        now = _walk(world, steps, now, here, at, end, speed_mps)
    return PatrolLoop(tuple(steps))


def _walk(world: World, steps: list[PatrolStep], now: float, space: int, start: XY, end: XY, speed_mps: float) -> float:
    corners = world.network.polyline(space, start, end)
    for a, b in pairwise(corners):
        took = float(np.hypot(b[0] - a[0], b[1] - a[1])) / speed_mps
        steps.append(PatrolStep(now, now + took, space, (float(a[0]), float(a[1])), (float(b[0]), float(b[1]))))
        now += took
    return now
