"""Points on the walks of people: where somebody on a leg stands, and the ways on from there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from drillsim.crowd.cells import Cells, Corners, Leg
from drillsim.crowd.laws import metres_between

XY = tuple[float, float]


def split(corners: Corners, at_m: float) -> tuple[Corners, XY, Corners]:
    """Return the corners before a point on a polyline, the point, and the corners after it."""
    left = at_m
    for k, (a, b) in enumerate(pairwise(corners)):
        length = metres_between(a[0], a[1], b[0], b[1])
        if left < length:
            share = max(left, 0.0) / length
            point = (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            return corners[: k + 1], point, corners[k + 1 :]
        left -= length
    return corners[:-1], corners[-1], corners[-1:]


def stretch(corners: Corners, leg: Leg) -> float:
    """Return drawn metres over walked metres: below 1 on stairs, whose slope is folded in plan; 1 over slabs."""
    if len(leg) > 1:
        return 1.0
    drawn = sum(metres_between(*a, *b) for a, b in pairwise(corners))
    return drawn / leg[0][1] if leg[0][1] > 0.0 else 0.0


def around(
    cells: Cells,
    space: int,
    onto: int,
    metres: tuple[float, float],
    parts: tuple[Corners, XY, Corners],
    from_start_m: Sequence[float],
    from_start: Sequence[Corners],
) -> tuple[list[float], list[Corners]]:
    """Return metres and corners from a point on a leg to each way of a space with corners (rule 12).

    The shorter of back to the leg's start or on to its end, and from there as usual.

    onto
        The node at the end of the leg.
    metres
        From the start of the leg to the point, and from there to its end.
    parts
        Corners before the point, the point, and corners after it.
    from_start_m, from_start
        Metres and corners from the start of the leg to each way of the space.
    """
    (walked, rest), (back, point, on) = metres, parts
    further = cells.graph.dist[space][cells.graph.row[space][onto >> 1]]
    rows: list[float] = []
    paths: list[Corners] = []
    ways = cells.network.space_ways[space]
    for way, behind, ahead, corners in zip(ways, from_start_m, further, from_start, strict=True):
        if walked + behind <= rest + ahead:
            rows.append(walked + behind)
            paths.append((point, *back[::-1], *corners[1:]))
        else:
            rows.append(rest + ahead)
            paths.append((point, *on, *cells.corners(onto, way)[1:]))
    return rows, paths
