"""Least-time routes through the network, as tables that are looked up many times.

One `Routes` stands for one state of the building and one kind of walker: speeds, delays at locks, what is closed and
what may not be passed. Paths are searched by `kernel.py`, many sources at once by scipy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drillsim.plan.geodesic import Floats
from drillsim.plan.network import XY, Approaches, Ints, Network
from drillsim.plan.shortest_paths import shortest_distances
from drillsim.plan.shortest_paths_compiled import Search, compiled_search, shortest_path, shortest_times

EDGE_PENALTY_S = 1e-8
"""Added to every step where ways are chosen, so that the time left falls strictly, also over legs of 0 m."""
TIE_S = 1e-9
"""Ways whose times differ by no more than this are equal; the one with the lower number is taken."""
_AT_IT = np.zeros(1)  # one way, no metres away; not writable, like all legs, so that one compiled version serves
_AT_IT.flags.writeable = False


@dataclass(frozen=True)
class Path:
    """A way through the building."""

    seconds: float
    """Least time from the start to the goal, delays included."""
    ways: tuple[tuple[int, int], ...]
    """Ways passed in turn, each with the side that is entered."""


@dataclass(frozen=True)
class TravelTimes:
    """How soon every place can be reached from one point."""

    space: int
    xy: XY
    node_s: Floats
    """(2 * ways,) least seconds until a way has been passed to a side (node = 2 * way + side); inf where it cannot
    be."""
    routes: Routes

    @cached_property
    def space_s(self) -> Floats:
        """(spaces,) least seconds to the representative point of each space; inf where it cannot be reached."""
        network = self.routes.network
        seconds = np.full(len(network.floors), np.inf)
        seconds[network.approaches[-1]] = self.seconds_to_each(network.approaches)
        if self.space >= 0:
            direct = network.distance(self.space, self.xy, network.representative_point(self.space))
            seconds[self.space] = min(seconds[self.space], direct / self.routes.level_mps)
        return seconds

    def seconds_to_each(self, approaches: Approaches) -> Floats:
        """Return the least seconds to each of many points by the ways of their spaces, inf where none leads there."""
        nodes, metres, begins, spaces = approaches
        if not len(spaces):
            return np.empty(0)
        return np.asarray(np.minimum.reduceat(self.node_s[nodes] + metres / self.routes.level_mps, begins))

    def seconds_to(self, space: int, xy: ArrayLike) -> float:
        """Return the least seconds to a point of a space, inf when it cannot be reached."""
        network, level_mps = self.routes.network, self.routes.level_mps
        best = np.inf
        if space == self.space:
            best = network.distance(space, self.xy, xy) / level_mps
        tails = network.distances_from(space, _xy(xy)) / level_mps
        there = self.node_s[network.nodes_in(space)] + tails
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
    compiled
        Search in compiled code: forty times faster, once it is loaded.

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
        compiled: bool = False,
    ) -> None:
        """Note the state; the tables are made when they are first needed."""
        self.network = network
        self.level_mps = float(level_mps)
        crossing_s = network.way_crossing_m[:, None] / np.array([stair_down_mps, stair_up_mps])
        passing_s = np.where(network.passable, crossing_s if delay_s is None else delay_s + crossing_s, np.inf)
        if closed:
            passing_s[sorted(closed)] = np.inf
        if forbidden is not None:
            passing_s[forbidden] = np.inf
        self.passing_s: Floats = passing_s.reshape(-1)
        """(nodes,) seconds of passing the way to a node: its delay and the flight of a stair; inf where nobody may."""
        self._left: dict[tuple[int, float, float], Floats] = {}
        search: Search = compiled_search() if compiled else (shortest_times, shortest_path)
        self._least_times, self._least_way = search

    def from_point(self, space: int, xy: ArrayLike) -> TravelTimes:
        """Return how soon every node and every space is reached from a point of a space."""
        at = _xy(xy)
        nodes, legs = self._beside(space, at)
        seconds = legs / self.level_mps + self.passing_s[nodes]
        fan = self.network.outgoing
        node_s = self._least_times(*fan, self.level_mps, self.passing_s, 0.0, True, nodes, seconds)
        return TravelTimes(space, at, node_s, self)

    def from_points(self, points: Sequence[tuple[int, ArrayLike]]) -> list[TravelTimes]:
        """Return the reach of each of several points (space, xy); cheaper than one after the other."""
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
        """Return how soon every node and every space is reached by one who comes in through a way to a side."""
        space, node = int(self.network.way_spaces[way, side]), 2 * way + side
        node_s = np.full(2 * self.network.ways, np.inf)
        if np.isfinite(self.passing_s[node]) and space >= 0:
            node_s = self.passing_s[node] + self._rows([node])[node]
        else:
            space = -1
        return TravelTimes(space, _xy(self.network.way_xy[way, side]), node_s, self)

    def path(self, start_space: int, start_xy: ArrayLike, goal_space: int, goal_xy: ArrayLike) -> Path | None:
        """Return the least-time way between two points, or None when there is none."""
        same = start_space == goal_space
        direct_m = self.network.distance(start_space, start_xy, goal_xy) if same else np.inf
        return self._way(*self._beside(start_space, _xy(start_xy)), direct_m, goal_space, _xy(goal_xy))

    def path_through(self, way: int, side: int, goal_space: int, goal_xy: ArrayLike) -> Path | None:
        """Return the least-time way of one who begins by passing a way to a side, such as police at an entry."""
        if self.network.way_spaces[way, side] < 0:
            return None
        return self._way(np.array([2 * way + side]), _AT_IT, np.inf, goal_space, _xy(goal_xy))

    def _way(self, nodes: Ints, legs: Floats, direct_m: float, goal_space: int, goal: XY) -> Path | None:
        """Return the least-time way from beside some nodes, that many metres from each, or directly."""
        network, left_s = self.network, self._seconds_left(goal_space, goal)
        seconds, passed = self._least_way(
            *network.outgoing, self.level_mps, self.passing_s, EDGE_PENALTY_S, TIE_S, left_s,
            network.nodes_in(goal_space), network.distances_from(goal_space, goal), nodes, legs, direct_m,
        )  # fmt: skip
        return Path(float(seconds), tuple((n >> 1, n & 1) for n in passed.tolist())) if seconds < np.inf else None

    def seconds_to(self, start_space: int, start_xy: ArrayLike, goal_space: int, goal_xy: ArrayLike) -> float:
        """Return the least seconds between two points, inf when there is no way."""
        found = self.path(start_space, start_xy, goal_space, goal_xy)
        return np.inf if found is None else found.seconds

    def _beside(self, space: int, xy: XY) -> tuple[Ints, Floats]:
        """Return the nodes beyond the ways of a space, and the metres from a point of the space to those ways."""
        if space < 0:
            return np.empty(0, dtype=np.int64), _AT_IT[1:]
        return self.network.nodes_in(space) ^ 1, self.network.distances_from(space, xy)

    def _rows(self, nodes: Iterable[int]) -> dict[int, Floats]:
        """Return the least seconds from each of these nodes to all nodes."""
        wanted = sorted(set(nodes))
        if not wanted:
            return {}
        step = self.network.edges
        seconds = step.leg_m / self.level_mps + self.passing_s[step.end]
        return dict(
            zip(wanted, shortest_distances(2 * self.network.ways, step.start, step.end, seconds, wanted), strict=True)
        )

    def _seconds_left(self, space: int, xy: XY) -> Floats:
        """Return for each node the ranked seconds from there to a point of a space; kept for the next time."""
        key = (space, *xy)
        if key not in self._left:
            ends, tails = self.network.nodes_in(space), self.network.distances_from(space, xy) / self.level_mps
            fan = self.network.incoming
            self._left[key] = self._least_times(
                *fan, self.level_mps, self.passing_s, EDGE_PENALTY_S, False, ends, tails
            )
        return self._left[key]


def _xy(point: ArrayLike) -> XY:
    x, y = np.asarray(point, dtype=np.float64).tolist()
    return (x, y)


def nearest_exit_m(network: Network, closed: Collection[int] = frozenset()) -> Floats:
    """Return the metres from each opening to the nearest exit through the inside, inf where none can be reached.

    One-way openings are honoured; an exit that leads out is 0 m from itself. Shape (openings,).
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
    space = int(network.way_spaces[way, side])
    return space >= 0 and bool(network.space_indoors[space])
