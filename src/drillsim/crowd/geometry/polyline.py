"""Points on the walks of people: where somebody on a leg stands, and the ways on from there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from drillsim.crowd.geometry.cells import Cells, Corners, Leg
from drillsim.crowd.laws import metres_between

XY = tuple[float, float]


def length_m(corners: Corners) -> float:
    """Return the length of a polyline in metres, as drawn in plan."""
    return sum(metres_between(*a, *b) for a, b in pairwise(corners))


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
    return length_m(corners) / leg[0][1] if leg[0][1] > 0.0 else 0.0


class Turned:
    """The ways on of somebody who has left a leg at a point, in a space with corners (rule 12).

    The shorter of back to the leg's start or on to its end, and from there as usual.

    start
        Where the leg began: a node, a point, or again a point on a leg.
    onto
        The node at its end.
    metres
        From the start of the leg to the point, and from there to its end.
    parts
        Corners before the point, the point, and corners after it.
    from_start_m
        Metres from the start of the leg to each way of the space.
    """

    def __init__(
        self,
        cells: Cells,
        space: int,
        start: Start,
        onto: int,
        metres: tuple[float, float],
        parts: tuple[Corners, XY, Corners],
        from_start_m: Sequence[float],
    ) -> None:
        self.cells, self.space, self.start, self.onto, self.parts = cells, space, start, onto, parts
        self._walked_m, self._rest_m = metres
        self._from_start_m, self._further_m = from_start_m, cells.graph.dist[space][cells.graph.row[space][onto >> 1]]

    @property
    def metres(self) -> list[float]:
        """To each way of the space."""
        walked, rest, further = self._walked_m, self._rest_m, self._further_m
        return [min(walked + back, rest + on) for back, on in zip(self._from_start_m, further, strict=True)]

    def corners(self, way: int) -> Corners:
        """Return the corners of the walk to a way of the space."""
        back, point, on = self.parts
        row = self.cells.graph.row[self.space][way]
        if self._walked_m + self._from_start_m[row] <= self._rest_m + self._further_m[row]:
            return (point, *back[::-1], *corners_from(self.cells, self.space, self.start, way)[1:])
        return (point, *on, *self.cells.corners(self.onto, way)[1:])


Start = int | XY | Turned


def corners_from(cells: Cells, space: int, start: Start, way: int) -> Corners:
    """Return the corners of the walk from a node, a point, or a point on a leg, to a way of the space."""
    if isinstance(start, int):
        return cells.corners(start, way)
    if isinstance(start, Turned):
        return start.corners(way)
    return cells.corners_between(space, start, cells.way_xy[way][int(cells.network.side(way, space))])
