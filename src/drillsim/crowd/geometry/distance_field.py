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
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from drillsim.crowd.laws import AVOIDED
from drillsim.plan.network import Network

Goal = tuple[str, frozenset[int]]
"""('outside', no ways) for any exit, ('exits', ways) for named ones, ('away', spaces) for any exit but round these
spaces where there is a way; ('rooms', spaces), ('refuge', spaces) and ('own', spaces) for a space to stay in."""
OUTSIDE_GOAL: Goal = ("outside", frozenset())
LOCKABLE_GOAL: Goal = ("rooms", frozenset())
"""The nearest lockable room still open; which rooms these are changes during a drill."""
REFUGE_GOAL: Goal = ("refuge", frozenset())
"""The nearest refuge that still has a place."""
GATE_M = 0.001


def settles(goal: Goal) -> bool:
    """Return whether persons stay in the building once they have reached a goal."""
    return goal[0] in ("rooms", "refuge", "own")


class WayGraph:
    """Every step from a node over one leg through the next way, with its static length."""

    def __init__(self, network: Network, stair_factors: Sequence[tuple[float, float]]) -> None:
        self.network = network
        self.nodes = 2 * len(network.way_spaces)
        self.node_space: list[int] = [int(s) for s in network.way_spaces.reshape(-1)]
        self.allowed = _allowed(network)
        self.outdoors = frozenset(np.flatnonzero(~network.space_indoors).tolist())
        steps = network.edges
        fine = np.isfinite(steps.leg_m)
        self.tail: NDArray[np.int64] = steps.start[fine]
        self.head: NDArray[np.int64] = steps.end[fine]
        crossing = np.zeros(self.nodes)
        for stair, (down, up) in enumerate(stair_factors):
            way = network.openings + stair
            crossing[2 * way] = network.way_crossing_m[way] / down
            crossing[2 * way + 1] = network.way_crossing_m[way] / up
        self.space: NDArray[np.int64] = steps.space[fine]
        """Space that each step crosses."""
        self.leg_m: NDArray[np.float64] = steps.leg_m[fine]
        self.beyond_m: NDArray[np.float64] = GATE_M + crossing
        """What passing the way into each node adds to a leg."""
        self.row = [{w: r for r, w in enumerate(ways)} for ways in network.space_ways]
        self.dist: list[list[list[float]]] = [d.tolist() for d in network.space_dist]


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
    """The potential phi behind the way, in metres."""


class Field:
    """Distances to one goal while some ways are closed.

    `phi_m[node]` is infinite where no way leads on; `options` and `starts` give the gates that may be chosen.
    """

    def __init__(self, graph: WayGraph, goal: Goal, closed: frozenset[int], held: frozenset[int] = frozenset()) -> None:
        self.graph, self.goal, self.closed = graph, goal, closed
        enter = graph.allowed.copy()
        for way in held:  # somebody with a key lets people in
            enter[2 * way : 2 * way + 2] = graph.network.passable[way]
        for way in closed:
            enter[2 * way : 2 * way + 2] = False
        kind, members = goal
        targets = []
        for node, space in enumerate(graph.node_space):
            if settles(goal):
                ends = space in members
            else:
                ends = (space < 0 or space in graph.outdoors) and (kind != "exits" or node >> 1 in members)
            if ends and enter[node]:
                targets.append(node)
        self.open: list[bool] = enter.tolist()
        self._next: NDArray[np.int64] = np.full(graph.nodes, graph.nodes)
        """The node of lowest number on a least way on from each node; beyond the last one where none leads on."""
        if targets:
            keep = enter[graph.head]
            leg_m = graph.leg_m
            if kind == "away":
                leg_m = np.where(np.isin(graph.space, list(members)), AVOIDED * leg_m, leg_m)
            head, tail, length = graph.head[keep], graph.tail[keep], (leg_m + graph.beyond_m[graph.head])[keep]
            back = csr_array((length, (head, tail)), shape=(graph.nodes, graph.nodes))
            phi = dijkstra(back, indices=targets, min_only=True)
            least = phi[tail] == phi[head] + length
            self._next = np.full(graph.nodes, graph.nodes)
            np.minimum.at(self._next, tail[least], head[least])
            self._next[targets] = graph.nodes
        else:
            phi = np.full(graph.nodes, np.inf)
        self.phi_m: list[float] = phi.tolist()
        self._options: dict[int, tuple[Option, ...]] = {}
        self._starts: dict[int, tuple[Option, ...]] = {}

    def reaches(self, space: int) -> bool:
        """Return whether the goal is reached in a space."""
        _, members = self.goal
        return space in members if settles(self.goal) else space < 0 or space in self.graph.outdoors

    def options(self, node: int) -> tuple[Option, ...]:
        """Return the open ways on from a node: those from which less is left than from the node itself."""
        found = self._options.get(node)
        if found is None:
            graph, space = self.graph, self.graph.node_space[node]
            rows = graph.row[space]
            metres = graph.dist[space][rows[node >> 1]]
            found = self._options[node] = tuple(
                Option(direction, rows[direction >> 1], metres[rows[direction >> 1]], self.phi_m[direction])
                for direction in self._ways_out(space)
                if direction >> 1 != node >> 1 and self.phi_m[direction] < self.phi_m[node]
            )
        return found

    def starts(self, space: int) -> tuple[Option, ...]:
        """Return the open ways out of a space whose least way on does not come back in."""
        found = self._starts.get(space)
        if found is None:
            found = self._starts[space] = tuple(
                Option(direction, self.graph.row[space][direction >> 1], nan, self.phi_m[direction])
                for direction in self._ways_out(space)
                if not self._comes_back(direction, space)
            )
        return found

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
