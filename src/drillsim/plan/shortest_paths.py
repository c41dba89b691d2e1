"""Least sums of lengths over the steps of a directed graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def shortest_distances(
    nodes: int, start: Ints, end: Ints, length: Floats, sources: Sequence[int] | None = None
) -> Floats:
    """Return the least sums of lengths between nodes, shape (sources, nodes); steps of length 0 and inf are allowed."""
    fine = np.isfinite(length)
    matrix = csr_array((length[fine], (start[fine], end[fine])), shape=(nodes, nodes))
    return np.asarray(dijkstra(matrix, directed=True, indices=sources), dtype=np.float64).reshape(-1, nodes)
