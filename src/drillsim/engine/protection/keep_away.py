"""What people who know the place of an event keep away from (rule B21 of docs/model/response.md).

A crowd chooses ways, so that keeping away is a set of directions that a person never takes: those that lead into the
event's space, and those through openings within `keep_away` of the event. Whoever is near it already, in a hall with it or
in a space beside it, takes only the ways out on which it comes no nearer than `keep_away`, or than it is now. Whoever is
with it in a room that is no circulation leaves only by ways that stay `keep_away` from it all along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, inf

import numpy as np
from numpy.typing import NDArray

from drillsim.engine.state.drill_state import DrillState
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.world.world import XY, World

People = NDArray[np.int64]
NEAR_M = 1e-6
"""Metres by which a way may seem to lead nearer through rounding alone."""


@dataclass(frozen=True)
class Surroundings:
    """What lies near an event at one place."""

    space: int
    point: XY
    directions: frozenset[int]
    """Directions 2 x way + side entered into its space, and through openings near it."""
    rooms: frozenset[int]
    """Its space, and those with an opening near it: no place to flee to."""
    sources: dict[int, tuple[tuple[XY, float], ...]]
    """By space of people near it: points from which they count metres to it, and the metres from there."""

    def metres_to(self, space: int, point: XY) -> float:
        """Return the walking metres from a point of a space to the event, as far as it is near."""
        return min((hypot(point[0] - x, point[1] - y) + m for (x, y), m in self.sources.get(space, ())), default=inf)

    def least_metres(self, space: int, line: NDArray[np.float64]) -> float:
        """Return the least metres to the event along a walk in a space."""
        return min(
            (_to_segment_m(xy, a, b) + m for xy, m in self.sources.get(space, ()) for a, b in pairwise(line.tolist())),
            default=inf,
        )


def surroundings_of(world: World, space: int, point: XY, keep_away_m: float) -> Surroundings:
    """Return what lies within some walking metres of a point, whatever the locks."""
    network = world.network
    node_m = world.metres.from_point(space, point).node_s.reshape(-1, 2)
    nearest_m = node_m.min(axis=1)
    near = [way for way in range(network.openings) if nearest_m[way] <= keep_away_m]
    directions = {2 * way + side for way in near for side in (0, 1)}
    directions |= {2 * way + network.side(way, space) for way in network.space_ways[space]}
    beside: dict[int, list[tuple[XY, float]]] = {space: [(point, 0.0)]}
    for way in near:
        for side, other in enumerate(network.way_spaces[way].tolist()):
            if other >= 0 and other != space:
                x, y = network.way_xy[way, side]
                beside.setdefault(other, []).append(((float(x), float(y)), float(nearest_m[way])))
    sources = {other: tuple(points) for other, points in beside.items()}
    return Surroundings(space, point, frozenset(directions), frozenset(sources), sources)


class KeepAway:
    """What people keep away from in one drill, once they know where the event is."""

    def __init__(self, drill: DrillState, incident: IncidentState) -> None:
        self.drill, self.incident = drill, incident
        self.keep_away_m = drill.scenario.protocol.keep_away

    @property
    def near(self) -> Surroundings:
        """What lies near the event now."""
        return self.drill.world.derived(surroundings_of, self.incident.space, self.incident.point, self.keep_away_m)

    def groups(self, people: People) -> Iterator[tuple[People, frozenset[int]]]:
        """Yield people with the directions that they avoid from where they are now, those with the same ones together."""
        near, crowd = self.near, self.drill.crowd
        found: dict[frozenset[int], list[int]] = {}
        for p in people.tolist():
            space = crowd.space_of(p)
            avoided = self._from(space, crowd.place_of(p)) if space in near.sources else near.directions
            found.setdefault(avoided, []).append(p)
        for avoided, members in found.items():
            yield np.array(members, dtype=np.int64), avoided

    def who_sees(self, people: People) -> People:
        """Return those of some people who are in the event's space, or near it with no door in between."""
        crowd, network, near = self.drill.crowd, self.drill.world.network, self.incident
        view_m = self.drill.scenario.protocol.in_view
        gaps = [w for w in network.space_ways[near.space] if w < network.openings]
        gaps = [w for w in gaps if self.drill.world.plan.openings[w].kind == "opening"]
        beside = {network.other(w, near.space): w for w in gaps}
        seen = []
        for p in people.tolist():
            space = crowd.space_of(p)
            if space in beside:
                way = beside[space]
                x, y = network.way_xy[way, network.side(way, space)]
                px, py = crowd.place_of(p)
                if hypot(px - x, py - y) + network.distance(near.space, near.point, (x, y)) <= view_m:
                    seen.append(p)
            elif space == near.space:
                seen.append(p)
        return np.array(seen, dtype=np.int64)

    def can_leave(self, people: People) -> People:
        """Return those of some people in the event's space who have a way out that leads no nearer to it."""
        crowd, space = self.drill.crowd, self.incident.space
        out = self._ways_out(space)
        return np.array([p for p in people.tolist() if not out <= self._from(space, crowd.place_of(p))], dtype=np.int64)

    def _ways_out(self, space: int) -> frozenset[int]:
        network = self.drill.world.network
        return frozenset(2 * way + 1 - network.side(way, space) for way in network.space_ways[space])

    def _from(self, space: int, point: XY) -> frozenset[int]:
        """Return the directions that somebody near the event avoids: every way out that leads nearer, and all that lead in."""
        near, network = self.near, self.drill.world.network
        shut_in = space == near.space and not self.drill.world.plan.spaces[space].is_circulation
        least_m = self.keep_away_m if shut_in else min(self.keep_away_m, near.metres_to(space, point))
        out = self._ways_out(space)
        allowed = set()
        for direction in out:
            way, side = direction >> 1, direction & 1
            if int(network.way_spaces[way, side]) == near.space:
                continue
            line = network.polyline(space, point, network.way_xy[way, 1 - side])
            if near.least_metres(space, line) >= least_m - NEAR_M:
                allowed.add(direction)
        return (near.directions | out) - allowed


def _to_segment_m(xy: XY, a: list[float], b: list[float]) -> float:
    """Return the metres from a point to a straight stretch."""
    (x, y), (ax, ay), (bx, by) = xy, a, b
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    share = 0.0 if square <= 0.0 else min(max(((x - ax) * dx + (y - ay) * dy) / square, 0.0), 1.0)
    return hypot(ax + share * dx - x, ay + share * dy - y)
