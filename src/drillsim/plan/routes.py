"""Least-time routes through the network for one state of the building and one kind of walker.

A `Routes` fixes speeds, delays at locks, closed ways and forbidden passages; it then answers many queries from cached
tables. Single paths descend a potential field per goal (`shortest_paths_compiled.py`); times from many points at once
come from scipy's Dijkstra. A person who never meets a changed building shares the same tables with all others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drillsim.plan.geodesic import Floats
from drillsim.plan.network import XY, Approaches, Ints, Network, shortest_distances
from drillsim.plan.shortest_paths_compiled import Search, compiled_search, shortest_path, shortest_times

EDGE_PENALTY_S = 1e-8
"""Seconds added to every edge where routes are chosen, so that the remaining time falls strictly, also over 0 m."""
TIE_S = 1e-9
"""Seconds within which two routes count as equal; the edge with the lower number is then taken, on every platform."""
_AT_IT = np.zeros(1)  # one way at distance 0; read-only like all distances, so that one compiled signature serves
_AT_IT.flags.writeable = False


@dataclass(frozen=True)
class Path:
    """A least-time route between two points."""

    seconds: float
    """Travel time from start to goal, delays included."""
    ways: tuple[tuple[int, int], ...]
    """(way, side) in the order of passage; side is the one that is entered."""


@dataclass(frozen=True)
class TravelTimes:
    """Least travel times from one point to all nodes and spaces: a one-to-all table."""

    space: int
    xy: XY
    node_s: Floats
    """(2 * ways,) least seconds until a way has been passed towards a side (node = 2 * way + side); inf without a route."""
    routes: Routes

    @cached_property
    def space_s(self) -> Floats:
        """(spaces,) least seconds to the representative point of each space; inf without a route."""
        network = self.routes.network
        seconds = np.full(len(network.floors), np.inf)
        seconds[network.approaches[-1]] = self.seconds_to_each(network.approaches)
        if self.space >= 0:
            direct = network.distance(self.space, self.xy, network.representative_point(self.space))
            seconds[self.space] = min(seconds[self.space], direct / self.routes.level_mps)
        return seconds

    def seconds_to_each(self, approaches: Approaches) -> Floats:
        """Return least seconds to the points of some final walks, shape (points,); inf without a route. The direct walk inside
        the start's own space is left out."""
        nodes, metres, begins, spaces = approaches
        if not len(spaces):
            return np.empty(0)
        return np.asarray(np.minimum.reduceat(self.node_s[nodes] + metres / self.routes.level_mps, begins))

    def seconds_to(self, space: int, xy: ArrayLike) -> float:
        """Return the least seconds to a point of a space, the direct walk in the own space included; inf without a route."""
        network, level_mps = self.routes.network, self.routes.level_mps
        best = np.inf
        if space == self.space:
            best = network.distance(space, self.xy, xy) / level_mps
        tails = network.distances_from(space, _xy(xy)) / level_mps
        there = self.node_s[network.nodes_in(space)] + tails
        return float(min(best, there.min(initial=np.inf)))


class Routes:
    """Least-time routes on a network in one state of the building, for one kind of walker.

    level_mps, stair_up_mps, stair_down_mps
        Walking speeds in m/s; on stairs along the slope, on ramps as on the level.
    delay_s
        (ways, 2) seconds lost on passing a way towards a side, such as at a lock; 0 by default.
    closed
        Ways that nobody passes in either direction.
    forbidden
        (ways, 2) True where this walker may not pass a way towards a side. One-way openings are honoured in any case.
    compiled
        Search by compiled code: forty times faster once loaded, with the same results.

    A route never leads through 'outside'; outdoor spaces of the plan are spaces like all others. The state is given
    as keyword arguments of plain arrays, one per cause of delay, so that a caller names only what differs.
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
        compiled: bool = False,
    ) -> None:
        """Fix the state; tables are computed on first use."""
        self.network = network
        self.level_mps = float(level_mps)
        crossing_s = network.crossing_s(self.level_mps, stair_up_mps, stair_down_mps)
        passing_s = np.where(network.passable, crossing_s if delay_s is None else delay_s + crossing_s, np.inf)
        if closed:
            passing_s[sorted(closed)] = np.inf
        if forbidden is not None:
            passing_s[forbidden] = np.inf
        self.passing_s: Floats = passing_s.reshape(-1)
        """(nodes,) seconds to pass the way of a node towards it: delay and stair flight; inf where forbidden."""
        self._costs = (self.level_mps, self.passing_s, EDGE_PENALTY_S)
        self._potentials: dict[tuple[int, float, float], Floats] = {}
        search: Search = compiled_search() if compiled else (shortest_times, shortest_path)
        self._shortest_times, self._shortest_path = search

    def from_point(self, space: int, xy: ArrayLike) -> TravelTimes:
        """Return the travel times from a point (m) of a space to all nodes and spaces."""
        at = _xy(xy)
        nodes, legs = self._beside(space, at)
        seconds = legs / self.level_mps + self.passing_s[nodes]
        costs = (self.level_mps, self.passing_s, 0.0)
        node_s = self._shortest_times(self.network.outgoing, costs, True, (nodes, seconds))
        return TravelTimes(space, at, node_s, self)

    def from_points(self, points: Sequence[tuple[int, ArrayLike]]) -> list[TravelTimes]:
        """Return the travel times from each of several points (space, xy), by one search for all; order is kept."""
        places = [(space, _xy(at)) for space, at in points]
        firsts = [self._beside(space, at) for space, at in places]
        rows = self._rows(np.concatenate([nodes for nodes, _ in firsts]).tolist() if firsts else [])
        found = []
        for (space, at), (nodes, legs) in zip(places, firsts, strict=True):
            node_s = np.full(2 * self.network.ways, np.inf)
            for node, leg in zip(nodes.tolist(), legs.tolist(), strict=True):
                np.minimum(node_s, leg / self.level_mps + self.passing_s[node] + rows[node], out=node_s)
            found.append(TravelTimes(space, at, node_s, self))
        return found

    def from_entry(self, way: int, side: int) -> TravelTimes:
        """Return the travel times of a walker who enters through a way towards a side; all inf where that is forbidden."""
        space, node = int(self.network.way_spaces[way, side]), 2 * way + side
        node_s = np.full(2 * self.network.ways, np.inf)
        if np.isfinite(self.passing_s[node]) and space >= 0:
            node_s = self.passing_s[node] + self._rows([node])[node]
        else:
            space = -1
        return TravelTimes(space, _xy(self.network.way_xy[way, side]), node_s, self)

    def path(self, start_space: int, start_xy: ArrayLike, goal_space: int, goal_xy: ArrayLike) -> Path | None:
        """Return the least-time route between two points (m), each with its space; None where there is none."""
        same = start_space == goal_space
        direct_m = self.network.distance(start_space, start_xy, goal_xy) if same else np.inf
        return self._descend(*self._beside(start_space, _xy(start_xy)), direct_m, goal_space, _xy(goal_xy))

    def path_through(self, way: int, side: int, goal_space: int, goal_xy: ArrayLike) -> Path | None:
        """Return the least-time route that begins by passing a way towards a side, as of police at an entry; None if none."""
        if self.network.way_spaces[way, side] < 0:
            return None
        return self._descend(np.array([2 * way + side]), _AT_IT, np.inf, goal_space, _xy(goal_xy))

    def _descend(self, nodes: Ints, legs: Floats, direct_m: float, goal_space: int, goal: XY) -> Path | None:
        """Return the route from a point `legs` metres from the given nodes, and `direct_m` from the goal (inf elsewhere)."""
        network, left_s = self.network, self._potential(goal_space, goal)
        seconds, passed = self._shortest_path(
            network.outgoing, self._costs, TIE_S, left_s, (nodes, legs, direct_m),
            (network.nodes_in(goal_space), network.distances_from(goal_space, goal)),
        )  # fmt: skip
        return Path(float(seconds), tuple((n >> 1, n & 1) for n in passed.tolist())) if seconds < np.inf else None

    def seconds_to(self, start_space: int, start_xy: ArrayLike, goal_space: int, goal_xy: ArrayLike) -> float:
        """Return the least seconds between two points, inf where there is no route."""
        found = self.path(start_space, start_xy, goal_space, goal_xy)
        return np.inf if found is None else found.seconds

    def _beside(self, space: int, xy: XY) -> tuple[Ints, Floats]:
        """Return the nodes behind the ways of a space, (k,), and the metres from a point of the space to these ways."""
        if space < 0:
            return np.empty(0, dtype=np.int64), _AT_IT[1:]
        return self.network.nodes_in(space) ^ 1, self.network.distances_from(space, xy)

    def _rows(self, nodes: Iterable[int]) -> dict[int, Floats]:
        """Return, per start node, the least seconds to all nodes, (nodes,)."""
        wanted = sorted(set(nodes))
        if not wanted:
            return {}
        step = self.network.edges
        seconds = step.leg_m / self.level_mps + self.passing_s[step.end]
        return dict(
            zip(wanted, shortest_distances(2 * self.network.ways, step.start, step.end, seconds, wanted), strict=True)
        )

    def _potential(self, space: int, xy: XY) -> Floats:
        """Return the potential of a goal: least remaining seconds from each node, (nodes,), penalties included; cached."""
        key = (space, *xy)
        if key not in self._potentials:
            ends, tails = self.network.nodes_in(space), self.network.distances_from(space, xy) / self.level_mps
            self._potentials[key] = self._shortest_times(self.network.incoming, self._costs, False, (ends, tails))
        return self._potentials[key]


def _xy(point: ArrayLike) -> XY:
    """Return a point as a pair of floats, which is hashable."""
    x, y = np.asarray(point, dtype=np.float64).tolist()
    return (x, y)


def nearest_exit_m(network: Network, closed: Collection[int] = frozenset()) -> Floats:
    """Return the distance in m from each opening to the nearest exit through indoor spaces, shape (openings,).

    Infinite where no exit is reached. One-way openings are honoured, locks are not; an exit that leads out is 0 m
    from itself. `closed` lists ways that cannot be passed.
    """
    step = network.edges
    open_to = network.passable.copy()
    open_to[sorted(closed)] = False
    keep = network.space_indoors[step.space] & open_to.reshape(-1)[step.end]
    length = step.leg_m[keep] + network.way_crossing_m[step.end[keep] // 2]
    out = [2 * w + k for w in network.exits for k in (0, 1) if open_to[w, k] and not _indoors(network, w, k)]
    metres = np.full(2 * network.ways, np.inf)
    if out:
        back = shortest_distances(2 * network.ways, step.end[keep], step.start[keep], length, sources=out)
        metres = back.min(axis=0)
    return np.asarray(metres.reshape(-1, 2).min(axis=1)[: network.openings])


def _indoors(network: Network, way: int, side: int) -> bool:
    """Return whether the space on a side of a way is indoors; outside is not."""
    space = int(network.way_spaces[way, side])
    return space >= 0 and bool(network.space_indoors[space])
