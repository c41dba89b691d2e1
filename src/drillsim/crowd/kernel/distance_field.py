"""Distance fields of the compiled crowd: metres left to a goal by node, one Dijkstra search backwards from all targets.

The same numbers as `geometry.distance_field.Field`, written into one row of `fields`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.kernel.records import Record
from drillsim.crowd.laws import AVOIDED, GATE_M
from drillsim.jit import compiled, inner

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Longs = NDArray[np.int64]


@inner
def step_m(spaces: Record, nodes: Record, dist: Floats, flights_m: Floats, v: int, u: int, avoided: int) -> float:
    """Return the metres from node v along one leg and through the next way to node u."""
    s = nodes[v].space
    leg_m = dist[spaces[s].dist + nodes[v].row * spaces[s].gates + nodes[u ^ 1].row]
    return (AVOIDED * leg_m if s == avoided else leg_m) + (GATE_M + flights_m[u])


@inner
def step_mm(spaces: Record, nodes: Record, dist: Floats, v: int, u: int, avoided: int) -> int:
    """Return the millimetres of that leg through a room that is no way for others, and 0 through any other space."""
    s = nodes[v].space
    if spaces[s].through and s != avoided:
        return 0
    leg_m = dist[spaces[s].dist + nodes[v].row * spaces[s].gates + nodes[u ^ 1].row]
    counted = int(np.floor(1000.0 * leg_m + 0.5)) + 1
    return int(AVOIDED) * counted if s == avoided else counted


@compiled
def lay(
    field: Record,
    spaces: Record,
    gates: Record,
    nodes: Record,
    dist: Floats,
    flights_m: Floats,
    enter: Flags,
    targets: Flags,
    avoided: int,
) -> None:
    """Write what is left to a goal, and which ways lead there, into a field (nodes,).

    One search from all targets, backwards; what is left through rooms that are no way counts first, then metres.

    flights_m
        (nodes,) level metres that the flight into each node counts.
    enter, targets
        (nodes,) which nodes may be entered now, and which of them are the goal.
    avoided
        A space whose metres count ten times, as of a room that is no way; -1 for none.
    """  # fmt: skip
    count, most = len(nodes), len(nodes)
    for u in range(count):  # each node is put into the heap at the start, and once by each way of its space at most
        if nodes[u].space >= 0:
            most += spaces[nodes[u].space].gates
    rooms, times, heap = np.empty(most, np.int64), np.empty(most), np.empty(most, np.int32)
    size = 0
    for u in range(count):
        field[u].phi, field[u].left, field[u].closed = np.inf, np.inf, 0
        field[u].open, field[u].back = enter[u], 0
        if enter[u] and targets[u]:
            field[u].phi = 0.0
            push(rooms, times, heap, size, 0, 0.0, u)
            size += 1
    done = np.zeros(count, np.bool_)
    while size > 0:
        u = int(heap[0])
        size -= 1
        sift_down(rooms, times, heap, size)
        s = nodes[u ^ 1].space
        if done[u] or not enter[u] or s < 0:
            continue
        done[u] = True
        for i in range(spaces[s].gate, spaces[s].gate + spaces[s].gates):
            v = int(gates[i].direction) ^ 1
            if v != u ^ 1 and not done[v]:
                left = field[u].phi + step_m(spaces, nodes, dist, flights_m, v, u, avoided)
                if left == np.inf:
                    continue
                closed = field[u].closed + step_mm(spaces, nodes, dist, v, u, avoided)
                if field[v].phi == np.inf or is_less(closed, left, field[v].closed, field[v].phi):
                    field[v].phi, field[v].closed = left, closed
                    push(rooms, times, heap, size, closed, left, v)
                    size += 1
    for u in range(count):
        field[u].left = field[u].phi + flights_m[u]
    mark_back(field, spaces, gates, nodes, dist, flights_m, enter, targets, avoided)
    mark_closed(field, spaces, gates)


@inner
def is_less(closed: int, left: float, other_closed: int, other_left: float) -> bool:
    """Return whether less is left: first through rooms that are no way, then in metres."""
    return closed < other_closed or (closed == other_closed and left < other_left)


@inner
def push(rooms: Longs, times: Floats, heap: NDArray[np.int32], size: int, closed: int, time: float, node: int) -> None:
    """Push a node onto the heap."""
    i = size
    while i > 0 and is_less(closed, time, rooms[(i - 1) >> 1], times[(i - 1) >> 1]):
        up = (i - 1) >> 1
        rooms[i], times[i], heap[i] = rooms[up], times[up], heap[up]
        i = up
    rooms[i], times[i], heap[i] = closed, time, node


@inner
def sift_down(rooms: Longs, times: Floats, heap: NDArray[np.int32], size: int) -> None:
    """Move the last node of the heap to the root, which has been removed, and sift it down."""
    closed, time, node = rooms[size], times[size], heap[size]
    i = 0
    while True:
        low = 2 * i + 1
        if low >= size:
            break
        if low + 1 < size and is_less(rooms[low + 1], times[low + 1], rooms[low], times[low]):
            low += 1
        if not is_less(rooms[low], times[low], closed, time):
            break
        rooms[i], times[i], heap[i] = rooms[low], times[low], heap[low]
        i = low
    rooms[i], times[i], heap[i] = closed, time, node


@compiled
def mark_back(
    field: Record,
    spaces: Record,
    gates: Record,
    nodes: Record,
    dist: Floats,
    flights_m: Floats,
    enter: Flags,
    targets: Flags,
    avoided: int,
) -> None:
    """Write the next node of a least way on from each, and mark those from which it returns to the space they are entered from."""  # fmt: skip
    count = len(nodes)
    for u in range(count):
        field[u].onward = -1
    for u in range(count):  # in order, so that the first one found is the lowest
        s = nodes[u ^ 1].space
        if not enter[u] or field[u].phi == np.inf or s < 0:
            continue
        for i in range(spaces[s].gate, spaces[s].gate + spaces[s].gates):
            v = int(gates[i].direction) ^ 1
            if v == u ^ 1 or field[v].onward >= 0 or (enter[v] and targets[v]):
                continue
            if field[v].phi == field[u].phi + step_m(spaces, nodes, dist, flights_m, v, u, avoided) and field[
                v
            ].closed == field[u].closed + step_mm(spaces, nodes, dist, v, u, avoided):
                field[v].onward = u
    for u in range(count):
        from_space, v = nodes[u ^ 1].space, u
        while v >= 0:
            if nodes[v].space == from_space:
                field[u].back = 1
                break
            v = int(field[v].onward)


@inner
def mark_closed(field: Record, spaces: Record, gates: Record) -> None:
    """Mark the ways out of each space that leave more to go through rooms that are no way than others do."""
    for s in range(len(spaces)):
        least = -1
        for i in range(spaces[s].gate, spaces[s].gate + spaces[s].gates):
            there = field[gates[i].direction]
            if there.open and there.phi < np.inf and not there.back and (least < 0 or there.closed < least):
                least = there.closed
        for i in range(spaces[s].gate, spaces[s].gate + spaces[s].gates):
            there = field[gates[i].direction]
            if there.closed > least:
                there.back = 1


@compiled
def leads_of(field: Record, spaces: Record, gates: Record) -> NDArray[np.int32]:
    """Return the row of the first way out of each space that somebody may choose, -1 where there is none, and write `then`.

    Left out is what leads nowhere, and what is no option at the start and leaves no less than any way into the space does: most doors
    of a corridor. The order stays.
    """
    leads = np.full(len(spaces), -1, np.int32)
    for s in range(len(spaces)):
        first, beyond = spaces[s].gate, spaces[s].gate + spaces[s].gates
        closed, phi = 0, -1.0
        for i in range(first, beyond):
            inward = field[gates[i].direction ^ 1]
            if inward.phi < np.inf and is_less(closed, phi, inward.closed, inward.phi):
                closed, phi = inward.closed, inward.phi
        for i in range(beyond - 1, first - 1, -1):
            there = field[gates[i].direction]
            there.then = -1
            if there.open and there.phi < np.inf and (not there.back or is_less(there.closed, there.left, closed, phi)):
                there.then, leads[s] = leads[s], gates[i].row
    return leads
