"""Walks of persons who have left a leg between its ends, in spaces with corners (rule A 12).

An order or a closed way may turn somebody at any point of a leg. In a convex space the straight line from there is the
shortest walk. In a space with corners a search for the shortest path from every such point would cost some 100 µs a
person, and hundreds may turn at once. So a person in such a space walks back along its leg to the start, or on to the
end, whichever makes the whole walk to a way shorter, and from there as everybody does from a known place. The metres
behind and ahead on the leg and the tables of both ends give all distances by additions. The start may itself be a point
on an earlier leg, so that turned walks nest: each keeps the one before, until the person reaches a way. Units search
their own shortest path instead, for there are few of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drillsim.crowd.geometry.legs import Legs
from drillsim.crowd.geometry.polyline import XY, Corners


@dataclass(frozen=True, slots=True, eq=False)
class TurnedWalk:
    """The ways on from a point at which somebody has left a leg."""

    legs: Legs
    space: int
    start: Start
    """Where the leg began: a node, a point, or again a point on a leg."""
    onto: int
    """The node at its end."""
    walked_m: float
    """Metres from the start of the leg to the point."""
    rest_m: float
    """Metres from the point to the end of the leg."""
    parts: tuple[Corners, XY, Corners]
    """Corners before the point, the point, and corners after it."""
    from_start_m: Sequence[float]
    """Metres from the start of the leg to each way of the space."""

    @property
    def _from_end_m(self) -> list[float]:
        graph = self.legs.cells.graph
        return graph.dist[self.space][graph.row[self.space][self.onto >> 1]]

    @property
    def metres(self) -> list[float]:
        """Metres from the point to each way of the space, in the order of `space_ways`."""
        pairs = zip(self.from_start_m, self._from_end_m, strict=True)
        return [min(self.walked_m + back, self.rest_m + on) for back, on in pairs]

    def corners(self, way: int) -> Corners:
        """Return the corners of the walk to a way of the space."""
        back, point, on = self.parts
        row = self.legs.cells.graph.row[self.space][way]
        if self.walked_m + self.from_start_m[row] <= self.rest_m + self._from_end_m[row]:
            return (point, *back[::-1], *corners_from(self.legs, self.space, self.start, way)[1:])
        return (point, *on, *self.legs.corners(self.onto, way)[1:])


Start = int | XY | TurnedWalk
"""Where a walk begins: a node, a point, or a point on a leg that was left."""


def corners_from(legs: Legs, space: int, start: Start, way: int) -> Corners:
    """Return the corners of the walk from a node, a point, or a point on a leg, to a way of the space."""
    if isinstance(start, int):
        return legs.corners(start, way)
    if isinstance(start, TurnedWalk):
        return start.corners(way)
    cells = legs.cells
    return legs.corners_between(space, start, cells.way_xy[way][int(cells.network.side(way, space))])
