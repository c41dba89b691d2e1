"""Least-time search on the network, as Python and as compiled code: equal to the last bit.

Routes are found in two passes, as with a potential (cost-to-go) field. `shortest_times` runs Dijkstra's algorithm
from the goal against the direction of travel, which gives every node the least remaining time. `shortest_path` then
descends that field: from each node it takes the first edge whose cost plus remaining time is least within TIE_S. The
field of a goal is kept and serves every later start and every replication. Each edge costs EDGE_PENALTY_S more than
its travel time, so that the potential falls strictly along a path, also over edges of length 0, and the descent ends.

The graph comes as adjacency arrays (compressed sparse rows): the edges of node n are begins[n] up to begins[n + 1];
edge k leads to node to[k] over leg_m[k] metres.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Edges = tuple[Ints, Ints, Floats]
"""Adjacency arrays begins (nodes + 1,), to (edges,) and leg_m (edges,)."""
Costs = tuple[float, Floats, float]
"""level_mps, speed on the level; passing_s (nodes,), seconds to pass the way of a node (lock, stair flight), inf where
nobody may; penalty_s, added to every edge. An edge costs leg_m / level_mps + passing_s + penalty_s."""
Search = tuple[Callable[..., Floats], Callable[..., tuple[float, Ints]]]
"""`shortest_times` and `shortest_path`, both in Python or both compiled."""


def shortest_times(edges: Edges, costs: Costs, forward: bool, sources: tuple[Ints, Floats]) -> Floats:
    """Return the least time in seconds from a point to each node, shape (nodes,); inf where there is no route.

    edges, forward
        Outgoing edges and True for times from the point; incoming edges and False for times to the point.
    sources
        (k,) nodes next to the point, and the seconds between the point and each.
    """
    (begins, to, leg_m), (level_mps, passing_s, penalty_s), (beside, seconds) = edges, costs, sources
    least = np.full(len(passing_s), np.inf)
    for i in range(len(beside)):
        least[beside[i]] = seconds[i]
    heap = [(seconds[i], beside[i]) for i in range(len(beside))]
    heapify(heap)
    while len(heap) > 0:
        now, node = heappop(heap)
        if now > least[node]:
            continue
        for k in range(begins[node], begins[node + 1]):
            passed = to[k] if forward else node
            then = now + (leg_m[k] / level_mps + passing_s[passed] + penalty_s)
            if then < least[to[k]]:
                least[to[k]] = then
                heappush(heap, (then, to[k]))
    return least


def shortest_path(
    edges: Edges,
    costs: Costs,
    tie_s: float,
    left_s: Floats,
    start: tuple[Ints, Floats, float],
    goal: tuple[Ints, Floats],
) -> tuple[float, Ints]:
    """Return the least time in seconds between two points, inf where there is no route, and the nodes on the route.

    edges
        Outgoing edges.
    tie_s
        Times that differ by no more are equal.
    left_s
        (nodes,) potential: least remaining time from each node to the goal, by `shortest_times` with incoming edges.
    start
        (m,) nodes behind the ways of the start's space, the metres to these ways, and the metres straight to the goal,
        inf where it lies in another space.
    goal
        (k,) nodes that stand in the space of the goal, and the metres from each to the goal.

    At each node the direct walk to the goal wins a tie with the edges, and the first edge one among edges. The time
    returned is free of penalties.
    """
    (begins, to, leg_m), (level_mps, passing_s, penalty_s) = edges, costs
    (first, first_m, direct_m), (goal_nodes, goal_m) = start, goal
    tail_m = np.full(len(left_s), np.inf)
    for k in range(len(goal_nodes)):
        tail_m[goal_nodes[k]] = goal_m[k]
    nodes = np.empty(len(left_s), dtype=np.int64)
    count, here_m = 0, direct_m
    begun_s = seconds = 0.0
    ends, legs, low, high = first, first_m, 0, len(first)
    while True:
        best = np.inf
        for k in range(low, high):
            best = min(best, legs[k] / level_mps + passing_s[ends[k]] + penalty_s + left_s[ends[k]])
        if here_m / level_mps <= best + tie_s:
            return begun_s + (seconds + here_m / level_mps), nodes[:count]
        k = low
        while legs[k] / level_mps + passing_s[ends[k]] + penalty_s + left_s[ends[k]] > best + tie_s:
            k += 1
        node = nodes[count] = ends[k]
        spent = legs[k] / level_mps + passing_s[node]
        if count == 0:
            begun_s = spent
        else:
            seconds += spent
        count += 1
        ends, legs, low, high, here_m = to, leg_m, begins[node], begins[node + 1], tail_m[node]


@cache
def compiled_search() -> Search:
    """Return the compiled search, built in half a second on first use; the Python one where numba is missing."""
    try:
        from drillsim.jit import compiled
    except ImportError:
        return shortest_times, shortest_path
    return compiled(shortest_times), compiled(shortest_path)
