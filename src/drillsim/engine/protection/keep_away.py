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
        near, spaces = self.near, self._spaces_of(people)
        found: dict[frozenset[int], list[int]] = {}
        for space in np.unique(spaces).tolist():
            members = people[spaces == space]
            if space not in near.sources:
                found.setdefault(near.directions, []).extend(members.tolist())
                continue
            out = np.array(self._ways_out(space))
            for p, allowed in zip(members.tolist(), self._allowed(space, members), strict=True):
                avoided = (near.directions | set(out.tolist())) - set(out[allowed].tolist())
                found.setdefault(frozenset(avoided), []).append(p)
        for avoided_by_all, members_of in found.items():
            yield np.array(sorted(members_of), dtype=np.int64), avoided_by_all

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

    def leaving(self, people: People) -> list[tuple[People, frozenset[int]]]:
        """Return those of some people in the event's space who have a way out that leads no nearer to it, as `groups`."""
        out = set(self._ways_out(self.incident.space))
        return [(members, avoided) for members, avoided in self.groups(people) if not out <= avoided]

    def _spaces_of(self, people: People) -> People:
        return np.array([self.drill.crowd.space_of(p) for p in people.tolist()], dtype=np.int64)

    def _ways_out(self, space: int) -> list[int]:
        """Return the directions out of a space, in the order of its ways."""
        network = self.drill.world.network
        return [2 * way + 1 - network.side(way, space) for way in network.space_ways[space]]

    def _allowed(self, space: int, people: People) -> NDArray[np.bool_]:
        """Return which ways out of a space near the event lead no nearer to it, shape (people, ways of the space).

        With d the walking metres, a walk from p to a way w keeps at least (d(p, e) + d(e, w) - d(p, w)) / 2 from the event
        e, and not more than the lesser of d(p, e) and d(e, w). Between the two bounds the straight line is tried, and the walk
        laid only where that keeps away.
        """
        near, network, crowd = self.near, self.drill.world.network, self.drill.crowd
        out, points = self._ways_out(space), [crowd.place_of(p) for p in people.tolist()]
        leads_in = np.array([int(network.way_spaces[d >> 1, d & 1]) == near.space for d in out], dtype=bool)
        on, shape = network.distances(space, points), (len(points), len(out))
        low, high, here = np.full(shape, inf), np.full(shape, inf), np.full(shape[0], inf)
        for xy, beyond_m in near.sources[space]:
            to = network.floors[space].distances(points, [xy])[:, 0]
            from_there = network.distances_from(space, xy)
            low = np.minimum(low, (to[:, None] + from_there - on) / 2.0 + beyond_m)
            high = np.minimum(high, np.minimum(to[:, None], from_there) + beyond_m)
            here = np.minimum(here, to + beyond_m)
        shut_in = space == near.space and not self.drill.world.plan.spaces[space].is_circulation
        least = np.full(shape[0], self.keep_away_m) if shut_in else np.minimum(self.keep_away_m, here)
        allowed = (low >= least[:, None] - NEAR_M) & ~leads_in
        open_to = np.argwhere(~allowed & (high >= least[:, None] - NEAR_M) & ~leads_in)
        for i, k in open_to[self._straight_m(space, points, open_to) >= least[open_to[:, 0]] - NEAR_M].tolist():
            least_m = self.keep_away_m if shut_in else min(self.keep_away_m, near.metres_to(space, points[i]))
            line = network.polyline(space, points[i], network.way_xy[out[k] >> 1, 1 - (out[k] & 1)])
            allowed[i, k] = near.least_metres(space, line) >= least_m - NEAR_M
        return np.asarray(allowed, dtype=np.bool_)

    def _straight_m(self, space: int, points: list[XY], pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the metres to the event from the straight lines between some points and ways of a space, by pair."""
        network, least = self.drill.world.network, np.full(len(pairs), inf)
        start = np.array(points, dtype=np.float64)[pairs[:, 0]]
        ways = network.way_xy.reshape(-1, 2)[network.nodes_in(space)]
        along = ways[pairs[:, 1]] - start
        square = np.maximum((along**2).sum(axis=1), 1e-12)
        for xy, beyond_m in self.near.sources[space]:
            share = np.clip(((np.array(xy) - start) * along).sum(axis=1) / square, 0.0, 1.0)
            gap = start + share[:, None] * along - np.array(xy)
            least = np.minimum(least, np.hypot(gap[:, 0], gap[:, 1]) + beyond_m)
        return least


def _to_segment_m(xy: XY, a: list[float], b: list[float]) -> float:
    """Return the metres from a point to a straight stretch."""
    (x, y), (ax, ay), (bx, by) = xy, a, b
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    share = 0.0 if square <= 0.0 else min(max(((x - ax) * dx + (y - ay) * dy) / square, 0.0), 1.0)
    return hypot(ax + share * dx - x, ay + share * dy - y)
