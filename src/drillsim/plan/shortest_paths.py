"""All-pairs and many-source shortest distances on a directed graph, by scipy."""

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
    """Return shortest distances from each source to every node, shape (sources, nodes); inf where unreachable.

    nodes
        Number of nodes; they are numbered from 0.
    start, end, length
        (edges,) end points and length of each edge. Lengths of 0 are kept, edges of length inf are dropped.
    sources
        Nodes to start from; all where absent.
    """
    fine = np.isfinite(length)
    matrix = csr_array((length[fine], (start[fine], end[fine])), shape=(nodes, nodes))
    return np.asarray(dijkstra(matrix, directed=True, indices=sources), dtype=np.float64).reshape(-1, nodes)
