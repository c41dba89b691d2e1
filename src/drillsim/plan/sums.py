"""Least sums of lengths over the steps of a directed graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fan:
    """The steps of a graph by the node they are followed from, ready to be searched with any lengths."""

    order: Ints
    """(steps,) position of each step in the list it was made from."""
    begins: NDArray[np.int32]
    """(nodes + 1,) the steps followed from node n are those from begins[n] up to, not including, begins[n + 1]."""
    to: NDArray[np.int32]
    """(steps,) node each step leads to."""

    def least_sums(self, length: Floats, ends: Ints, tails: Floats) -> Floats:
        """Return for each node the least sum of lengths from a point beside some nodes, shape (nodes,).

        length
            (steps,) in the order of the list; inf where a step may not be taken.
        ends, tails
            The nodes beside the point, and the lengths from the point to them.
        """
        nodes = len(self.begins) - 1
        matrix = csr_array(
            (
                np.concatenate([length[self.order], tails]),
                np.concatenate([self.to, ends.astype(np.int32)]),
                np.append(self.begins, np.int32(len(self.to) + len(ends))),
            ),
            shape=(nodes + 1, nodes + 1),
        )
        found = np.asarray(dijkstra(matrix, directed=True, indices=[nodes]), dtype=np.float64)
        return found[0, :nodes]


def fan(nodes: int, start: Ints, end: Ints) -> Fan:
    """Return the fan of steps from `start` to `end`."""
    order = np.lexsort((end, start))
    begins = np.concatenate([[0], np.cumsum(np.bincount(start, minlength=nodes))]).astype(np.int32)
    return Fan(order.astype(np.int64), begins, end[order].astype(np.int32))


def least_sums(nodes: int, start: Ints, end: Ints, length: Floats, sources: Sequence[int] | None = None) -> Floats:
    """Return the least sums of lengths between nodes, shape (sources, nodes); steps of length 0 and inf are allowed."""
    fine = np.isfinite(length)
    matrix = csr_array((length[fine], (start[fine], end[fine])), shape=(nodes, nodes))
    return np.asarray(dijkstra(matrix, directed=True, indices=sources), dtype=np.float64).reshape(-1, nodes)
