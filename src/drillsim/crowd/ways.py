"""How far it still is, for the compiled crowd: what fields.py says, with one search for all nodes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.compiled import compiled, inner
from drillsim.crowd.fields import AVOIDED
from drillsim.crowd.tables import Record


@compiled
def lay(
    field: Record, steps: Record, heads: NDArray[np.int32], nodes: Record, enter: NDArray[np.bool_],
    targets: NDArray[np.bool_], avoided: int,
) -> None:
    """Write the way to one goal into a field, by node.

    enter, targets
        (nodes,) which nodes may be entered now, and which of them are the goal.
    avoided
        A space whose metres count ten times; -1 for none.
    """  # fmt: skip
    count = len(nodes)
    times = np.empty(len(steps) + count + 1)
    heap = np.empty(len(steps) + count + 1, np.int32)
    size = 0
    for u in range(count):
        field[u].phi, field[u].open, field[u].back = np.inf, enter[u], 0
        if enter[u] and targets[u]:
            field[u].phi = 0.0
            times[size], heap[size] = 0.0, u
            size += 1
    done = np.zeros(count, np.bool_)
    while size > 0:
        u = heap[0]
        size -= 1
        time, last = times[size], heap[size]
        i = 0
        while True:  # sift the last one down from the top
            low = 2 * i + 1
            if low >= size:
                break
            if low + 1 < size and times[low + 1] < times[low]:
                low += 1
            if time <= times[low]:
                break
            times[i], heap[i] = times[low], heap[low]
            i = low
        times[i], heap[i] = time, last
        if done[u] or not enter[u]:
            continue
        done[u] = True
        phi = field[u].phi
        for k in range(heads[u], heads[u + 1]):
            v = steps[k].tail
            if done[v]:
                continue
            metres = AVOIDED * steps[k].leg if steps[k].space == avoided else steps[k].leg
            left = phi + (metres + steps[k].beyond)
            if left < field[v].phi:
                field[v].phi = left
                i = size
                size += 1
                while i > 0 and left < times[(i - 1) >> 1]:
                    times[i], heap[i] = times[(i - 1) >> 1], heap[(i - 1) >> 1]
                    i = (i - 1) >> 1
                times[i], heap[i] = left, v
    _come_back(field, steps, heads, nodes, enter, targets, avoided)


@inner
def _come_back(
    field: Record, steps: Record, heads: NDArray[np.int32], nodes: Record, enter: NDArray[np.bool_],
    targets: NDArray[np.bool_], avoided: int,
) -> None:
    """Mark the nodes whose least way on comes back into the space they are entered from."""  # fmt: skip
    count = len(nodes)
    onward = np.full(count, count, np.int32)
    for u in range(count):  # heads in order, so that the first one found is the lowest
        if not enter[u] or field[u].phi == np.inf:
            continue
        for k in range(heads[u], heads[u + 1]):
            v = steps[k].tail
            metres = AVOIDED * steps[k].leg if steps[k].space == avoided else steps[k].leg
            if onward[v] == count and field[v].phi == field[u].phi + (metres + steps[k].beyond):
                onward[v] = u
    for u in range(count):
        if enter[u] and targets[u]:
            onward[u] = count
    for u in range(count):
        from_space, v = nodes[u ^ 1].space, u
        while v < count:
            if nodes[v].space == from_space:
                field[u].back = 1
                break
            v = onward[v]
