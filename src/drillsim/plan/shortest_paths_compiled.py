"""Least times over the steps of a network, as they are and compiled: the same to the last bit.

Edges are given by the node they are followed from: those of node n are begins[n] up to begins[n + 1], each leads to the
node `to` over `leg_m` metres; passing_s has for each node the seconds of passing the way to it, inf where nobody may.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Search = tuple[Callable[..., Floats], Callable[..., tuple[float, Ints]]]
"""`shortest_times` and `shortest_path`, as they are or compiled."""


def shortest_times(
    begins: Ints, to: Ints, leg_m: Floats, level_mps: float, passing_s: Floats, hop_s: float, outgoing: bool,
    beside: Ints, seconds: Floats,
) -> Floats:  # fmt: skip
    """Return for each node the least sum of seconds from a point beside some nodes, shape (nodes,); inf without a way.

    hop_s
        Seconds that every step costs in addition.
    outgoing
        Whether steps are followed as they are walked, else against the walk.
    beside, seconds
        The nodes beside the point, and the seconds between the point and them.
    """
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
            passed = to[k] if outgoing else node
            then = now + (leg_m[k] / level_mps + passing_s[passed] + hop_s)
            if then < least[to[k]]:
                least[to[k]] = then
                heappush(heap, (then, to[k]))
    return least


def shortest_path(
    begins: Ints, to: Ints, leg_m: Floats, level_mps: float, passing_s: Floats, hop_s: float, tie_s: float,
    left_s: Floats, goal_nodes: Ints, goal_m: Floats, first: Ints, first_m: Floats, direct_m: float,
) -> tuple[float, Ints]:  # fmt: skip
    """Return the seconds of the least way from one point to another, inf without a way, and the nodes it leads by.

    left_s
        (nodes,) what `shortest_times` against the walk gives for the goal.
    goal_nodes, goal_m
        The nodes that stand in the goal's space, and the metres from there to the goal.
    first, first_m, direct_m
        The nodes that the point's own ways lead to, the metres to these ways, and the metres straight to the goal, inf
        where it lies in another space.

    At each node the goal is next where that is as good as any step, and of equally good steps the first.
    """
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
            best = min(best, legs[k] / level_mps + passing_s[ends[k]] + hop_s + left_s[ends[k]])
        if here_m / level_mps <= best + tie_s:
            return begun_s + (seconds + here_m / level_mps), nodes[:count]
        k = low
        while legs[k] / level_mps + passing_s[ends[k]] + hop_s + left_s[ends[k]] > best + tie_s:
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
    """Return the search compiled, which takes half a second; as it is where numba is missing."""
    try:
        from drillsim.jit import compiled
    except ImportError:
        return shortest_times, shortest_path
    return compiled(shortest_times), compiled(shortest_path)
