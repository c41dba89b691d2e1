"""Distance fields: the metres from every way to a goal in the empty building, and the ways that may be chosen (A 10).

A *node* 2 x way + side stands for having just passed the way and standing on that side. Its potential phi is the level
metres left to the goal: stairs count by their speed factor, and nothing leads on from outside. A person who enters a
space chooses only among ways with a smaller phi than the one it came in by. So phi falls along every walk, whatever the
queues, and nobody walks in circles while no way changes. That argument needs a strict fall. Two
ways of a space may lie at the same point (doors in a corner), and a leg of 0 m would leave phi as it is; therefore every
gate counts one millimetre. That is below the precision of any plan: a walk of 50 gates is 5 cm longer by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from drillsim.crowd.laws import AVOIDED, BY_STEPS, GATE_M, Pace
from drillsim.crowd.states import NOWHERE
from drillsim.plan.network import Network


class WalkGoal(NamedTuple):
    """What a person makes for, and where it does not go on the way."""

    kind: str
    """'outside' for any exit, 'exits' for named ones, 'away' for any exit but round some spaces where there is a way; 'site' for
    the outside alone, by the gates of the site where some are drawn; 'rooms', 'refuge' and 'own' for a space to stay in."""
    members: frozenset[int] = frozenset()
    """The ways ('exits') or spaces that are meant; none where these change during a drill, and for 'outside'."""
    avoided: frozenset[int] = frozenset()
    """Directions 2 x way + side entered that this person never takes, open or not."""


OUTSIDE_GOAL = WalkGoal("outside")
SITE_GOAL = WalkGoal("site")
"""Off the site: outdoor places are passed on the way."""
LOCKABLE_GOAL = WalkGoal("rooms")
"""The nearest lockable room still open; which rooms these are changes during a drill."""
REFUGE_GOAL = WalkGoal("refuge")
"""The nearest refuge that still has a place."""


def settles(goal: WalkGoal) -> bool:
    """Return whether persons stay in the building once they have reached a goal."""
    return goal.kind in ("rooms", "refuge", "own")


class WayGraph:
    """Every step from a node over one leg through the next way, with its static length."""

    def __init__(self, network: Network, stair_factors: Sequence[tuple[float, float]], is_ramp: Sequence[bool]) -> None:
        self.network = network
        self.nodes = 2 * len(network.way_spaces)
        self.node_space: list[int] = [int(s) for s in network.way_spaces.reshape(-1)]
        self.allowed = _allowed(network)
        self.outdoors = frozenset(np.flatnonzero(~network.space_indoors).tolist())
        self.off_site = frozenset(s for s in self.outdoors if not network.space_ways[s])
        """Outdoor places that no way leads to; whoever is there has no way left to go."""
        self.through: list[bool] = [s.is_through for s in network.plan.spaces]
        """Whether each space is a way for people who do not belong there."""
        steps = network.edges
        fine = np.isfinite(steps.leg_m)
        self.tail: NDArray[np.int64] = steps.start[fine]
        self.head: NDArray[np.int64] = steps.end[fine]
        self.space: NDArray[np.int64] = steps.space[fine]
        """Space that each step crosses."""
        self.leg_m: NDArray[np.float64] = steps.leg_m[fine]
        self.row = [{w: r for r, w in enumerate(ways)} for ways in network.space_ways]
        self.dist: list[list[list[float]]] = [d.tolist() for d in network.space_dist]
        self._stair_factors, self._is_ramp = tuple(stair_factors), tuple(is_ramp)
        self.flights_m = lru_cache(64)(self._flights_m)
        """(nodes,) level metres that the flight into each node counts, by pace; not to be written to."""
        self.beyond_m: NDArray[np.float64] = GATE_M + self.flights_m(BY_STEPS)

    def _flights_m(self, pace: Pace) -> NDArray[np.float64]:
        network, flights = self.network, np.zeros(self.nodes)
        for stair, factors in enumerate(self._stair_factors):
            way = network.openings + stair
            paces = (1.0, 1.0) if self._is_ramp[stair] else pace
            for side, (own, factor) in enumerate(zip(paces, factors, strict=True)):
                flights[2 * way + side] = network.way_crossing_m[way] / (own or factor)
        flights.flags.writeable = False
        return flights


def _allowed(network: Network) -> NDArray[np.bool_]:
    """Return by node whether the crowd may enter it: one-way doors and doors locked from one side."""
    allowed = network.passable.copy()
    for way, opening in enumerate(network.plan.openings):
        if opening.state == "outside":
            allowed[way, network.inner_sides[way]] = False
    return allowed.reshape(-1)


class Option(NamedTuple):
    """One way that a person may choose: how to go, how far it is, and what is left behind it."""

    direction: int
    """2 x way + side entered."""
    row: int
    """Row of the way in its space, where the person measures the metres from its own point."""
    metres: float
    """Metres of the leg from the node that the person stands at; NaN at a point of its own."""
    left_m: float
    """Level metres left to the goal from the near side of the way: phi behind it, and the flight of a stair."""
    onward: int
    """The next way of a least way on behind it, as a direction; -1 where it leads to the goal."""
    left_there_m: float
    """Level metres left from the near side of that way; 0 where there is none."""


class Field:
    """Distances to one goal while some ways are closed.

    `closed_mm[node]` and `phi_m[node]` are what is left: millimetres through rooms that are no way for others, and level
    metres; phi is infinite where no way leads on. Less of the first goes before less of the second. `options` and
    `starts` give the gates that may be chosen.

    pace
        Stair speed over level speed, down and up, of the people whose field it is.
    """

    def __init__(
        self,
        graph: WayGraph,
        goal: WalkGoal,
        closed: frozenset[int],
        held: frozenset[int] = frozenset(),
        pace: Pace = BY_STEPS,
    ) -> None:
        self.graph, self.goal, self.closed = graph, goal, closed
        self._flights_m: list[float] = graph.flights_m(pace).tolist()
        enter = graph.allowed.copy()
        for way in held:  # somebody with a key lets people in
            enter[2 * way : 2 * way + 2] = graph.network.passable[way]
        for way in closed:
            enter[2 * way : 2 * way + 2] = False
        enter[sorted(goal.avoided)] = False
        kind, members = goal.kind, goal.members
        targets = []
        for node, space in enumerate(graph.node_space):
            if settles(goal):
                ends = space in members
            else:
                ends = space < 0 or (space in graph.outdoors and kind != "site")
                ends = ends and (kind != "exits" or node >> 1 in members)
            if ends and enter[node]:
                targets.append(node)
        self.open: list[bool] = enter.tolist()
        self._next: NDArray[np.int64] = np.full(graph.nodes, graph.nodes)
        """The node of lowest number on a least way on from each node; beyond the last one where none leads on."""
        rooms, phi = np.full(graph.nodes, np.inf), np.full(graph.nodes, np.inf)
        if targets:
            keep = enter[graph.head]
            avoided = np.isin(graph.space, list(members)) & (kind == "away")
            times = np.where(avoided, AVOIDED, 1.0)
            beyond_m = GATE_M + graph.flights_m(pace)
            head, tail, length = graph.head[keep], graph.tail[keep], (times * graph.leg_m + beyond_m[graph.head])[keep]
            shut = avoided | ~np.array(graph.through)[graph.space]
            # whole millimetres, so that sums are exact; a room whose two doors lie at one point still counts one
            counted = np.where(shut, times * (np.floor(1000.0 * graph.leg_m + 0.5) + 1.0), 0.0)[keep]
            rooms = self._least(targets, tail, head, counted)
            tight = np.isfinite(rooms[head]) & (rooms[tail] == rooms[head] + counted)
            tail, head, length = tail[tight], head[tight], length[tight]
            phi = self._least(targets, tail, head, length)
            least = phi[tail] == phi[head] + length
            np.minimum.at(self._next, tail[least], head[least])
            self._next[targets] = graph.nodes
        self.closed_mm: list[float] = rooms.tolist()
        self.phi_m: list[float] = phi.tolist()
        self._options: dict[int, tuple[Option, ...]] = {}
        self._starts: dict[int, tuple[Option, ...]] = {}

    def _least(
        self, targets: list[int], tail: NDArray[np.int64], head: NDArray[np.int64], length: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        back = csr_array((length, (head, tail)), shape=(self.graph.nodes, self.graph.nodes))
        return np.asarray(dijkstra(back, indices=targets, min_only=True), dtype=np.float64)

    def entry_m(self, direction: int) -> float:
        """Return the level metres left from the near side of a way: phi behind it, and the flight of a stair."""
        return self.phi_m[direction] + self._flights_m[direction]

    def reaches(self, space: int) -> bool:
        """Return whether the goal is reached in a space."""
        kind, members = self.goal.kind, self.goal.members
        if settles(self.goal):
            return space in members
        return space < 0 or space in (self.graph.off_site if kind == "site" else self.graph.outdoors)

    def differs(self, other: Field, direction: int) -> bool:
        """Return whether what is left behind a way is not what it is in another field, or the way is closed now."""
        left, before = ((field.closed_mm[direction], field.phi_m[direction]) for field in (self, other))
        return self is not other and (not self.open[direction] or left != before)

    def spaces_better_off(self, before: Field) -> frozenset[int]:
        """Return the spaces with a way out that has opened since another field, or behind which less is left."""
        found = set()
        for d, near in enumerate(self.graph.node_space[n ^ 1] for n in range(self.graph.nodes)):
            left, was = ((field.closed_mm[d], field.phi_m[d]) for field in (self, before))
            if self.open[d] and self.phi_m[d] < np.inf and (not before.open[d] or left < was):
                found.add(near)
        return frozenset(found)

    def options(self, node: int) -> tuple[Option, ...]:
        """Return the open ways on from a node: those from which less is left than from the node itself."""
        found = self._options.get(node)
        if found is None:
            graph, space = self.graph, self.graph.node_space[node]
            metres = graph.dist[space][graph.row[space][node >> 1]]
            left = (self.closed_mm[node], self.phi_m[node])
            found = self._options[node] = self._least_closed(
                [
                    d
                    for d in self._ways_out(space)
                    if d >> 1 != node >> 1 and (self.closed_mm[d], self.entry_m(d)) < left
                ],
                space,
                metres,
            )
        return found

    def starts(self, space: int) -> tuple[Option, ...]:
        """Return the open ways out of a space whose least way on does not come back in."""
        found = self._starts.get(space)
        if found is None:
            ways = [d for d in self._ways_out(space) if not self._comes_back(d, space)]
            found = self._starts[space] = self._least_closed(ways, space, None)
        return found

    def _least_closed(self, ways: list[int], space: int, metres: list[float] | None) -> tuple[Option, ...]:
        """Return the options among some ways: those that leave the least to go through rooms that are no way."""
        least, rows = min((self.closed_mm[d] for d in ways), default=0.0), self.graph.row[space]
        return tuple(
            Option(d, rows[d >> 1], nan if metres is None else metres[rows[d >> 1]], self.entry_m(d), *self._onward(d))
            for d in ways
            if self.closed_mm[d] == least
        )

    def _onward(self, direction: int) -> tuple[int, float]:
        onward = int(self._next[direction])
        return (onward, self.entry_m(onward)) if onward < self.graph.nodes else (NOWHERE, 0.0)

    def _ways_out(self, space: int) -> list[int]:
        network = self.graph.network
        ways = [2 * w + 1 - int(network.side(w, space)) for w in network.space_ways[space]]
        return [d for d in ways if self.open[d] and self.phi_m[d] < np.inf]

    def _comes_back(self, node: int, space: int) -> bool:
        while node < self.graph.nodes:
            if self.graph.node_space[node] == space:
                return True
            node = int(self._next[node])
        return False
