"""Least-time routes through the network, as tables that are looked up many times.

One `Routes` stands for one state of the building and one kind of walker: speeds, delays at locks, what is closed and
what may not be passed. It costs a few milliseconds once; a look-up costs microseconds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drillsim.plan.geodesic import Floats
from drillsim.plan.network import XY, Network
from drillsim.plan.sums import least_sums

HOP_S = 1e-8
"""Added to every step where ways are chosen, so that the time left falls strictly, also over legs of 0 m."""
TIE_S = 1e-9
"""Ways whose times differ by no more than this are equal; the one with the lower number is taken."""


@dataclass(frozen=True)
class Path:
    """A way through the building."""

    seconds: float
    """Least time from the start to the goal, delays included."""
    ways: tuple[tuple[int, int], ...]
    """Ways passed in turn, each with the side that is entered."""
    length_m: float
    """Metres walked, stairs along their slope."""


@dataclass(frozen=True)
class Reach:
    """How soon every place can be reached from one point."""

    space: int
    xy: XY
    node_s: Floats
    """(2 * ways,) least seconds until a way has been passed to a side (node = 2 * way + side); inf where it cannot
    be."""
    space_s: Floats
    """(spaces,) least seconds to the representative point of each space; inf where it cannot be reached."""
    routes: Routes

    def seconds_to(self, space: int, xy: ArrayLike) -> float:
        """Return the least seconds to a point of a space, inf when it cannot be reached."""
        network, level_mps = self.routes.network, self.routes.level_mps
        best = np.inf
        if space == self.space:
            best = network.distance(space, self.xy, xy) / level_mps
        tails = network.legs_from(space, _xy(xy)) / level_mps
        there = self.node_s[network.doorsteps(space)] + tails
        return float(min(best, there.min(initial=np.inf)))


class Routes:
    """Least-time ways between all nodes of a network in one state.

    level_mps, stair_up_mps, stair_down_mps
        Walking speeds in m/s; stairs along their slope.
    delay_s
        (ways, 2) seconds lost on passing a way towards a side (a lock), 0 where absent.
    closed
        Ways that nobody passes.
    forbidden
        (ways, 2) True where this walker may not pass a way towards a side. One-way openings are honoured in any case.

    Nobody passes through 'outside': it is only ever an end. Outdoor spaces are spaces like all others.
    """

    def __init__(
        self,
        network: Network,
        *,
        level_mps: float = 1.0,
        stair_up_mps: float = 1.0,
        stair_down_mps: float = 1.0,
        delay_s: Floats | None = None,
        closed: Collection[int] = frozenset(),
        forbidden: NDArray[np.bool_] | None = None,
    ) -> None:
        """Note the state; the tables are made when they are first needed."""
        self.network = network
        self.level_mps = level_mps
        self.stair_mps = (stair_down_mps, stair_up_mps)
        self.delay_s = np.zeros((network.ways, 2)) if delay_s is None else np.asarray(delay_s, dtype=np.float64)
        open_to = network.passable.copy()
        open_to[sorted(closed)] = False
        if forbidden is not None:
            open_to &= ~np.asarray(forbidden, dtype=np.bool_)
        self.open_to = open_to
        self._left: dict[tuple[int, float, float], Floats] = {}
        self._kept: dict[tuple[int, int, int, float, float], Path | None] = {}

    def from_point(self, space: int, xy: ArrayLike) -> Reach:
        """Return how soon every node and every space is reached from a point of a space."""
        at = _xy(xy)
        first = self._first_steps(space, at)
        node_s = np.full(2 * self.network.ways, np.inf)
        if first:
            ends, costs = np.array([n for n, _, _ in first]), np.array([cost for _, _, cost in first])
            node_s = self.network.onwards.least_sums(self._costs, ends, costs)
        return self._reach(space, at, node_s)

    def from_points(self, points: Sequence[tuple[int, ArrayLike]]) -> list[Reach]:
        """Return the reach of each of several points (space, xy); cheaper than one after the other."""
        places = [(space, _xy(at)) for space, at in points]
        firsts = [self._first_steps(space, at) for space, at in places]
        rows = self._rows([node for first in firsts for node, _, _ in first])
        found = []
        for (space, at), first in zip(places, firsts, strict=True):
            node_s = np.full(2 * self.network.ways, np.inf)
            for node, _, cost in first:
                np.minimum(node_s, cost + rows[node], out=node_s)
            found.append(self._reach(space, at, node_s))
        return found

    def from_entry(self, way: int, side: int) -> Reach:
        """Return how soon every node and every space is reached by one who comes in through a way to a side."""
        space, node = int(self.network.way_spaces[way, side]), 2 * way + side
        node_s = np.full(2 * self.network.ways, np.inf)
        if self.open_to[way, side] and space >= 0:
            node_s = self._passing_s(way, side) + self._rows([node])[node]
        else:
            space = -1
        return self._reach(space, _xy(self.network.way_xy[way, side]), node_s)

    def path(self, start_space: int, start_xy: ArrayLike, goal_space: int, goal_xy: ArrayLike) -> Path | None:
        """Return the least-time way between two points, or None when there is none."""
        left = self._seconds_left(goal_space, goal_xy)
        first = self._first_steps(start_space, start_xy)
        totals = [cost + HOP_S + float(left[node]) for node, _, cost in first]
        direct = np.inf
        if start_space == goal_space:
            direct = self.network.distance(start_space, start_xy, goal_xy) / self.level_mps
        best = min([direct, *totals])
        if not np.isfinite(best):
            return None
        if direct <= best + TIE_S:
            return Path(direct, (), direct * self.level_mps)
        node, leg, cost = next(f for f, total in zip(first, totals, strict=True) if total <= best + TIE_S)
        rest = self._from_node(node, goal_space, goal_xy)
        if rest is None:
            return None
        length = leg + float(self.network.way_crossing_m[node // 2])
        return Path(cost + rest.seconds, ((node // 2, node % 2), *rest.ways), length + rest.length_m)

    def path_through(self, way: int, side: int, goal_space: int, goal_xy: ArrayLike) -> Path | None:
        """Return the least-time way of one who begins by passing a way to a side, such as police at an entry."""
        if not self.open_to[way, side] or self.network.way_spaces[way, side] < 0:
            return None
        rest = self._from_node(2 * way + side, goal_space, goal_xy)
        if rest is None:
            return None
        seconds = self._passing_s(way, side) + rest.seconds
        return Path(seconds, ((way, side), *rest.ways), float(self.network.way_crossing_m[way]) + rest.length_m)

    def seconds_to(self, start_space: int, start_xy: ArrayLike, goal_space: int, goal_xy: ArrayLike) -> float:
        """Return the least seconds between two points, inf when there is no way."""
        found = self.path(start_space, start_xy, goal_space, goal_xy)
        return np.inf if found is None else found.seconds

    def _passing_s(self, way: int, side: int) -> float:
        """Return the seconds of passing a way towards a side: its delay, and the flight of a stair."""
        crossing = float(self.network.way_crossing_m[way]) / self.stair_mps[side]
        return float(self.delay_s[way, side]) + crossing

    def _first_steps(self, space: int, xy: ArrayLike) -> list[tuple[int, float, float]]:
        """Return each way that can be passed from a point of a space, as (node reached, metres walked to it,
        seconds)."""
        if space < 0:
            return []
        legs = self.network.legs_from(space, _xy(xy)).tolist()
        found = []
        for way, leg in zip(self.network.space_ways[space], legs, strict=True):
            side = 1 - self.network.side(way, space)
            if self.open_to[way, side]:
                found.append((2 * way + side, leg, leg / self.level_mps + self._passing_s(way, side)))
        return found

    def _reach(self, space: int, xy: XY, node_s: Floats) -> Reach:
        """Return the reach with the seconds to every space's point filled in."""
        network = self.network
        nodes, metres, begins, spaces = network.approaches
        seconds = np.full(len(network.floors), np.inf)
        if len(spaces):
            seconds[spaces] = np.minimum.reduceat(node_s[nodes] + metres / self.level_mps, begins)
        if space >= 0:
            direct = network.distance(space, xy, network.representative_point(space)) / self.level_mps
            seconds[space] = min(seconds[space], direct)
        return Reach(space, xy, node_s, seconds, self)

    @cached_property
    def _costs(self) -> Floats:
        """Seconds of every step of the network, inf where it may not be taken."""
        step = self.network.steps
        speed = np.asarray([self.stair_mps[0], 1.0, self.stair_mps[1]])[step.climb + 1]
        way = step.end // 2
        cost = step.leg_m / self.level_mps + (
            self.delay_s[way, step.end % 2] + self.network.way_crossing_m[way] / speed
        )
        return np.asarray(np.where(self.open_to.reshape(-1)[step.end], cost, np.inf))

    def _rows(self, nodes: Iterable[int]) -> dict[int, Floats]:
        """Return the least seconds from each of these nodes to all nodes."""
        wanted = sorted(set(nodes))
        if not wanted:
            return {}
        step = self.network.steps
        return dict(
            zip(wanted, least_sums(2 * self.network.ways, step.start, step.end, self._costs, wanted), strict=True)
        )

    def _seconds_left(self, space: int, xy: ArrayLike) -> Floats:
        """Return for each node the ranked seconds from there to a point of a space."""
        x, y = _xy(xy)
        key = (space, x, y)
        if key not in self._left:
            tails = self.network.legs_from(space, (x, y)) / self.level_mps
            ends = self.network.doorsteps(space)
            self._left[key] = self.network.backwards.least_sums(self._costs + HOP_S, ends, tails)
        return self._left[key]

    def _from_node(self, node: int, goal_space: int, goal_xy: ArrayLike) -> Path | None:
        """Return the least-time way on from a node, itself not counted; kept for the next time."""
        x, y = _xy(goal_xy)
        key = (node // 2, node % 2, goal_space, x, y)
        if key not in self._kept:
            self._kept[key] = self._walk(node, goal_space, (x, y))
        return self._kept[key]

    def _walk(self, node: int, goal_space: int, goal_xy: XY) -> Path | None:
        left = self._seconds_left(goal_space, goal_xy)
        if not np.isfinite(left[node]):
            return None
        network, step = self.network, self.network.steps
        spaces = network.way_spaces.reshape(-1)
        tails = dict(
            zip(
                self.network.doorsteps(goal_space).tolist(),
                network.legs_from(goal_space, goal_xy).tolist(),
                strict=True,
            )
        )
        ways: list[tuple[int, int]] = []
        seconds = length = 0.0
        while True:
            out = np.arange(step.begins[node], step.begins[node + 1])
            on = self._costs[out] + HOP_S + left[step.end[out]]
            best = float(on.min(initial=np.inf))
            if spaces[node] == goal_space and tails[node] / self.level_mps <= best + TIE_S:
                seconds += tails[node] / self.level_mps
                return Path(seconds, tuple(ways), length + tails[node])
            chosen = int(out[int(np.argmax(on <= best + TIE_S))])
            node = int(step.end[chosen])
            ways.append((node // 2, node % 2))
            seconds += float(self._costs[chosen])
            length += float(step.leg_m[chosen] + network.way_crossing_m[node // 2])


def _xy(point: ArrayLike) -> XY:
    x, y = np.asarray(point, dtype=np.float64).tolist()
    return (x, y)


def nearest_exit_m(network: Network, closed: Collection[int] = frozenset()) -> Floats:
    """Return the metres from each opening to the nearest exit through the inside, inf where none can be reached.

    One-way openings are honoured; an exit that leads out is 0 m from itself. Shape (openings,).
    """
    step = network.steps
    open_to = network.passable.copy()
    open_to[sorted(closed)] = False
    keep = network.space_indoors[step.space] & open_to.reshape(-1)[step.end]
    length = step.leg_m[keep] + network.way_crossing_m[step.end[keep] // 2]
    out = [2 * w + k for w in network.exits for k in (0, 1) if open_to[w, k] and not _indoors(network, w, k)]
    metres = np.full(2 * network.ways, np.inf)
    if out:
        back = least_sums(2 * network.ways, step.end[keep], step.start[keep], length, sources=out)
        metres = back.min(axis=0)
    return np.asarray(metres.reshape(-1, 2).min(axis=1)[: network.openings])


def _indoors(network: Network, way: int, side: int) -> bool:
    space = int(network.way_spaces[way, side])
    return space >= 0 and bool(network.space_indoors[space])
