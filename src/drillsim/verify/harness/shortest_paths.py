"""Independent oracle for shortest paths: networkx over the midpoints of openings.

It shares with drillsim the distances inside a space, which have tests of their own, but neither search nor tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from drillsim.plan.network import XY, Network
from drillsim.plan.passage import leads_to

Location = tuple[int, XY]
"""Space and point."""


@dataclass(frozen=True)
class PathOracle:
    """Least travel times at given speeds in an empty building with all locks open; see `build_oracle`."""

    network: Network
    level_mps: float
    graph: nx.DiGraph[Any]
    """Nodes: (way, the space one stands in beside it). Edges: weight in seconds."""

    def seconds(self, start: Location, goals: Sequence[Location]) -> list[float]:
        """Return the least seconds from a point to each of several; inf where there is no route."""
        here, at = start
        graph = self.graph.copy()
        for way, metres in self._gates(here, at):
            graph.add_edge("start", (way, here), weight=metres / self.level_mps)
        if "start" not in graph:
            graph.add_node("start")
        reached = nx.single_source_dijkstra_path_length(graph, "start", weight="weight")
        return [self._last(reached, start, goal) for goal in goals]

    def _last(self, reached: dict[object, float], start: Location, goal: Location) -> float:
        space, to = goal
        ends = [
            reached[way, space] + metres / self.level_mps
            for way, metres in self._gates(space, to)
            if (way, space) in reached
        ]
        if space == start[0]:
            ends.append(self.network.distance(space, start[1], to) / self.level_mps)
        return min(ends, default=float("inf"))

    def _gates(self, space: int, at: XY) -> list[tuple[int, float]]:
        metres = self.network.distances(space, [at])[0]
        return [(way, float(m)) for way, m in zip(self.network.space_ways[space], metres, strict=True)]


def build_oracle(network: Network, *, level_mps: float, up_mps: float, down_mps: float) -> PathOracle:
    """Build the oracle for a walker with keys; speeds in m/s, on stairs along the slope.

    A node is (way, space beside it); no route leads through the outside or against a one-way door.
    """
    graph: nx.DiGraph[Any] = nx.DiGraph()
    for space, ways in enumerate(network.space_ways):
        for i, a in enumerate(ways):
            for j, b in enumerate(ways):
                if i != j:
                    graph.add_edge((a, space), (b, space), weight=float(network.space_dist[space][i, j]) / level_mps)
    for way in range(network.ways):
        lower, upper = (int(s) for s in network.way_spaces[way])
        if lower < 0 or upper < 0:
            continue
        metres = float(network.way_crossing_m[way])
        opening = network.plan.openings[way] if way < network.openings else None
        leads = leads_to(network.plan, opening) if opening else None
        only = opening.spaces.index(leads) if opening and leads else None
        if only != 0:
            graph.add_edge((way, lower), (way, upper), weight=metres / up_mps)
        if only != 1:
            graph.add_edge((way, upper), (way, lower), weight=metres / down_mps)
    return PathOracle(network, level_mps, graph)
