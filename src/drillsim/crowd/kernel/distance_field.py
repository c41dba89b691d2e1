"""Distance fields of the compiled crowd: metres left to a goal by node, one Dijkstra search backwards from all targets.

The same numbers as `geometry.distance_field.Field`, written into one row of `fields`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.kernel.records import Record
from drillsim.crowd.laws import AVOIDED
from drillsim.jit import compiled, inner

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@inner
def step_m(spaces: Record, nodes: Record, dist: Floats, beyond_m: Floats, v: int, u: int, avoided: int) -> float:
    """Return the metres from node v along one leg and through the next way to node u."""
    s = nodes[v].space
    leg_m = dist[spaces[s].dist + nodes[v].row * spaces[s].gates + nodes[u ^ 1].row]
    return (AVOIDED * leg_m if s == avoided else leg_m) + beyond_m[u]


@compiled
def lay(
    field: Record,
    spaces: Record,
    gates: Record,
    nodes: Record,
    dist: Floats,
    beyond_m: Floats,
    enter: Flags,
    targets: Flags,
    avoided: int,
) -> None:
    """Write the metres left to a goal, and which ways lead there, into a field (nodes,).

    beyond_m
        (nodes,) metres that passing the way into each node adds to a leg.
    enter, targets
        (nodes,) which nodes may be entered now, and which of them are the goal.
    avoided
        A space whose metres count ten times; -1 for none.
    """  # fmt: skip
    count, most = len(nodes), len(nodes)
    for u in range(count):  # each node is put into the heap at the start, and once by each way of its space at most
        if nodes[u].space >= 0:
            most += spaces[nodes[u].space].gates
    times, heap = np.empty(most), np.empty(most, np.int32)
    size = 0
    for u in range(count):
        field[u].phi, field[u].open, field[u].back = np.inf, enter[u], 0
        if enter[u] and targets[u]:
            field[u].phi = 0.0
            push(times, heap, size, 0.0, u)
            size += 1
    done = np.zeros(count, np.bool_)
    while size > 0:
        u = int(heap[0])
        size -= 1
        sift_down(times, heap, size)
        s = nodes[u ^ 1].space
        if done[u] or not enter[u] or s < 0:
            continue
        done[u] = True
        for i in range(spaces[s].gate, spaces[s].gate + spaces[s].gates):
            v = int(gates[i].direction) ^ 1
            if v != u ^ 1 and not done[v]:
                left = field[u].phi + step_m(spaces, nodes, dist, beyond_m, v, u, avoided)
                if left < field[v].phi:
                    field[v].phi = left
                    push(times, heap, size, left, v)
                    size += 1
    mark_back(field, spaces, gates, nodes, dist, beyond_m, enter, targets, avoided)


@inner
def push(times: Floats, heap: NDArray[np.int32], size: int, time: float, node: int) -> None:
    """Push a node onto the heap."""
    i = size
    while i > 0 and time < times[(i - 1) >> 1]:
        times[i], heap[i] = times[(i - 1) >> 1], heap[(i - 1) >> 1]
        i = (i - 1) >> 1
    times[i], heap[i] = time, node


@inner
def sift_down(times: Floats, heap: NDArray[np.int32], size: int) -> None:
    """Move the last node of the heap to the root, which has been removed, and sift it down."""
    time, node = times[size], heap[size]
    i = 0
    while True:
        low = 2 * i + 1
        if low >= size:
            break
        if low + 1 < size and times[low + 1] < times[low]:
            low += 1
        if time <= times[low]:
            break
        times[i], heap[i] = times[low], heap[low]
        i = low
    times[i], heap[i] = time, node


@compiled
def mark_back(
    field: Record,
    spaces: Record,
    gates: Record,
    nodes: Record,
    dist: Floats,
    beyond_m: Floats,
    enter: Flags,
    targets: Flags,
    avoided: int,
) -> None:
    """Mark the nodes whose shortest continuation returns to the space they are entered from."""  # fmt: skip
    count = len(nodes)
    onward = np.full(count, count, np.int32)
    for u in range(count):  # in order, so that the first one found is the lowest
        s = nodes[u ^ 1].space
        if not enter[u] or field[u].phi == np.inf or s < 0:
            continue
        for i in range(spaces[s].gate, spaces[s].gate + spaces[s].gates):
            v = int(gates[i].direction) ^ 1
            if v == u ^ 1 or onward[v] < count or (enter[v] and targets[v]):
                continue
            if field[v].phi == field[u].phi + step_m(spaces, nodes, dist, beyond_m, v, u, avoided):
                onward[v] = u
    for u in range(count):
        from_space, v = nodes[u ^ 1].space, u
        while v < count:
            if nodes[v].space == from_space:
                field[u].back = 1
                break
            v = int(onward[v])
