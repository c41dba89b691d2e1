"""Walkable network of a building: openings, stairs and ramps, joined by geodesic distances inside each space.

A *way* is an opening or a flight (a stair or a ramp); openings come first, then stairs, then ramps, each in file order. Routes are searched on a
directed graph. A *node* (way, side) means: the way has just been passed towards that side. Its number is
``2 * way + side``, so ``node ^ 1`` is the other side of the same way. An *edge* is a walk through one space from a
node to another way of the space, and the passage of that way; it ends at the far side. Direction matters, because
one-way openings, locks and the two directions of a stair cost differently. The network is built once per plan and is
the same for all drills; what varies (speeds, delays, closed ways) belongs to `Routes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from drillsim.plan.geodesic import Floats, Floor, SnappedPoints
from drillsim.plan.model import OUTSIDE, FloorPlan, Opening, Ramp, Stair, stair_opening
from drillsim.plan.passage import is_exit, leads_to, out_spaces, protected_space

Ints = NDArray[np.int64]
XY = tuple[float, float]
Adjacency = tuple[Ints, Ints, Floats]
"""Adjacency arrays: edges of node n are begins[n] up to begins[n + 1], (nodes + 1,); node and metres of each, (edges,)."""
Approaches = tuple[Ints, Floats, Ints, Ints]
"""Final walks to one point in each of some spaces, space after space: nodes that stand in the space, metres from each to
the point, index of the first entry of each space, and the spaces."""
CACHED_POINTS = 20_000
"""Number of points whose distances to the ways of their space are cached; the cache is emptied beyond."""


@dataclass(frozen=True)
class Edges:
    """All edges of the directed graph, sorted by start and then by end: a walk to a way of the space, and its passage."""

    start: Ints
    """(edges,) node at the start."""
    end: Ints
    """(edges,) node at the end: the far side of the way that is passed."""
    space: Ints
    """(edges,) space that is crossed."""
    leg_m: Floats
    """(edges,) geodesic metres walked inside that space."""
    climb: Ints
    """(edges,) 1 where the way is a stair or ramp taken upwards, -1 downwards, 0 for an opening."""
    begins: Ints
    """(nodes + 1,) edges from node n are begins[n] up to, not including, begins[n + 1]."""


@dataclass(frozen=True)
class Network:
    """Arrays of a floor plan: ways between spaces and the distances among them. Frozen; made by `build`."""

    plan: FloorPlan
    floors: tuple[Floor, ...]
    """Walkable polygon of each space."""
    openings: int
    """Number of openings; ways from this number on are flights: stairs, then ramps."""
    way_spaces: Ints
    """(ways, 2) space on each side, -1 outside; an opening's in file order, a flight's lower then upper."""
    way_xy: Floats
    """(ways, 2, 2) point of each side in m: the midpoint of an opening twice; a flight's lower and upper opening."""
    way_crossing_m: Floats
    """(ways,) metres walked between the two sides: 0 for openings, the walking length for flights."""
    way_width_m: Floats
    """(ways,) clear width in metres."""
    space_ways: tuple[tuple[int, ...], ...]
    """Ways of each space, in ascending order."""
    space_dist: tuple[Floats, ...]
    """Per space, (n, n) geodesic distances in m among its ways, in the order of `space_ways`."""
    space_area_m2: Floats
    """(spaces,) floor area in m2."""
    space_level: Ints
    """(spaces,) index of the space's level in the plan."""
    space_indoors: NDArray[np.bool_]
    """(spaces,) False for outdoor places that count as out; an enclosed court is inside."""

    @property
    def ways(self) -> int:
        """Number of ways: openings, stairs and ramps."""
        return len(self.way_width_m)

    def side(self, way: int, space: int) -> int:
        """Return the side of a way that lies in a space, 0 or 1. Raises ValueError when neither does."""
        sides = self._sides[way]
        if sides[0] == space:
            return 0
        if sides[1] == space:
            return 1
        raise ValueError(f"way {way} does not touch space {space}")

    def other(self, way: int, space: int) -> int:
        """Return the space behind a way as seen from a space, -1 for outside."""
        return self._sides[way][1 - self.side(way, space)]

    @cached_property
    def _sides(self) -> list[list[int]]:
        return [[int(space) for space in sides] for sides in self.way_spaces]

    def is_convex(self, space: int) -> bool:
        """Return whether the space is convex, so that distances in it are Euclidean."""
        return self.floors[space].is_convex

    def representative_point(self, space: int) -> XY:
        """Return the representative point of the space: its centroid where that lies well inside, in m."""
        return self.floors[space].point

    def distance(self, space: int, a: ArrayLike, b: ArrayLike) -> float:
        """Return the geodesic distance in m between two points of one space."""
        return float(self.floors[space].distances(a, b)[0, 0])

    def distances(self, space: int, points: ArrayLike) -> Floats:
        """Return geodesic distances in m from points (n, 2) to the ways of their space, shape (n, ways of the space)."""
        return self.floors[space].snapped(points).distances_to(self._way_points[space])

    def distances_from(self, space: int, xy: XY) -> Floats:
        """Return geodesic distances in m from one point to the ways of its space, (ways of the space,); cached, read-only."""
        key = (space, *xy)
        found = self._distances_from.get(key)
        if found is None:
            if len(self._distances_from) >= CACHED_POINTS:
                self._distances_from.clear()
            found = self._distances_from[key] = self.distances(space, xy)[0]
            found.flags.writeable = False
        return found

    @cached_property
    def _distances_from(self) -> dict[tuple[int, float, float], Floats]:
        return {}

    def polyline(self, space: int, a: ArrayLike, b: ArrayLike) -> Floats:
        """Return the vertices of the shortest path between two points of a space, both ends included, (k, 2) in m."""
        return self.floors[space].polyline(a, b)

    def way_polylines(self, space: int) -> list[list[Floats]]:
        """Return the corners of the shortest walks among the ways of a space, row by column as in `space_ways`."""
        return self.floors[space].polylines(self.way_xy.reshape(-1, 2)[self._nodes_in[space]])

    def nodes_in(self, space: int) -> Ints:
        """Return the nodes that stand in the space, in the order of `space_ways`."""
        return self._nodes_in[space]

    @cached_property
    def _nodes_in(self) -> tuple[Ints, ...]:
        return tuple(
            np.asarray([2 * w + self.side(w, s) for w in ways], dtype=np.int64)
            for s, ways in enumerate(self.space_ways)
        )

    @cached_property
    def _way_points(self) -> tuple[SnappedPoints, ...]:
        xy = self.way_xy.reshape(-1, 2)
        return tuple(floor.snapped(xy[nodes]) for floor, nodes in zip(self.floors, self._nodes_in, strict=True))

    @cached_property
    def approaches(self) -> Approaches:
        """Final walks to the representative point of every space that has a way."""
        return self.approaches_to([(s, self.floors[s].point) for s, ways in enumerate(self.space_ways) if ways])

    def approaches_to(self, points: Sequence[tuple[int, XY]]) -> Approaches:
        """Return the final walks to some points, each with its space; all these spaces have ways."""
        nodes = [self._nodes_in[s] for s, _ in points]
        metres = [self.distances(s, xy)[0] for s, xy in points]
        begins = np.cumsum([0, *(len(n) for n in nodes)], dtype=np.int64)[:-1]
        none = np.empty(0, dtype=np.int64)
        return (
            np.concatenate([none, *nodes]),
            np.concatenate([np.empty(0), *metres]),
            begins,
            np.array([s for s, _ in points], dtype=np.int64),
        )

    def name_of_way(self, way: int) -> str:
        """Return the id of the opening or stair."""
        return self._way(way).id

    @cached_property
    def ramps(self) -> range:
        """The ways that are ramps."""
        return range(self.openings + len(self.plan.stairs), self.ways)

    def crossing_s(self, level_mps: float, up_mps: float, down_mps: float) -> Floats:
        """Return the seconds to walk from one side of a way to the other, (ways, 2) by the side entered.

        level_mps, up_mps, down_mps
            Speeds in m/s: on ramps, and up and down stairs along the slope.
        """
        seconds: Floats = self.way_crossing_m[:, None] / np.array([down_mps, up_mps])
        if self.ramps:
            seconds[self.ramps.start :] = self.way_crossing_m[self.ramps.start :, None] / level_mps
        return seconds

    def _way(self, way: int) -> Opening | Stair | Ramp:
        return self.plan.openings[way] if way < self.openings else self.plan.flights[way - self.openings]

    def way_index(self, id_: str) -> int:
        """Return the number of the opening or stair with this id. Raises KeyError when there is none."""
        return self._way_index[id_]

    @cached_property
    def _way_index(self) -> dict[str, int]:
        return {self.name_of_way(w): w for w in range(self.ways)}

    @cached_property
    def passable(self) -> NDArray[np.bool_]:
        """(ways, 2) whether a way may be passed towards a side, by its `one_way`; locks do not count."""
        allowed = np.ones((self.ways, 2), dtype=np.bool_)
        for w, opening in enumerate(self.plan.openings):
            to = leads_to(self.plan, opening)
            if to is not None:
                allowed[w, 1 - opening.spaces.index(to)] = False
        return allowed

    @cached_property
    def exits(self) -> tuple[int, ...]:
        """Openings between the inside and what counts as out (`drillsim.plan.passage`)."""
        return tuple(w for w, opening in enumerate(self.plan.openings) if is_exit(self.plan, opening))

    @cached_property
    def inner_sides(self) -> Ints:
        """(ways,) side that a lock protects: the named space, else the deeper one, else the first of the file."""
        sides = [o.spaces.index(protected_space(self.plan, o)) for o in self.plan.openings]
        return np.asarray(sides + [0] * len(self.plan.flights), dtype=np.int64)

    @cached_property
    def outgoing(self) -> Adjacency:
        """Adjacency arrays by start node, in the direction of travel."""
        return self.edges.begins, self.edges.end, self.edges.leg_m

    @cached_property
    def incoming(self) -> Adjacency:
        """Adjacency arrays by end node, against the direction of travel; for searches from a goal."""
        step = self.edges
        order = np.lexsort((step.start, step.end))
        begins = np.searchsorted(step.end[order], np.arange(2 * self.ways + 1)).astype(np.int64)
        return begins, step.start[order], step.leg_m[order]

    @cached_property
    def edges(self) -> Edges:
        """All edges of the directed graph; from each node to every other way of the space it stands in."""
        columns: list[tuple[Ints, ...]] = []
        legs: list[Floats] = []
        for s, ways in enumerate(self.space_ways):
            if len(ways) < 2:
                continue
            number = np.asarray(ways)
            near = np.asarray([self.side(w, s) for w in ways])
            i, j = np.nonzero(~np.eye(len(ways), dtype=np.bool_))
            up = np.where(number[j] < self.openings, 0, np.where(near[j] == 0, 1, -1))
            ends = 2 * number[j] + 1 - near[j]
            columns.append((2 * number[i] + near[i], ends, np.full(len(i), s), up))
            legs.append(self.space_dist[s][i, j])
        if not columns:
            empty = np.empty(0, dtype=np.int64)
            return Edges(empty, empty, empty, np.empty(0), empty, np.zeros(2 * self.ways + 1, dtype=np.int64))
        start, end, space, climb = (np.concatenate(c).astype(np.int64) for c in zip(*columns, strict=True))
        order = np.lexsort((end, start))
        begins = np.searchsorted(start[order], np.arange(2 * self.ways + 1)).astype(np.int64)
        return Edges(start[order], end[order], space[order], np.concatenate(legs)[order], climb[order], begins)

    def indoor_metres(self, *, one_way: bool = False) -> Floats:
        """Return shortest distances in m between all pairs of nodes through indoor spaces, (nodes, nodes); inf without a route.

        one_way
            Whether one-way openings are honoured; locks are ignored in any case.
        """
        step = self.edges
        keep = self.space_indoors[step.space]
        if one_way:
            keep &= self.passable.reshape(-1)[step.end]
        length = step.leg_m[keep] + self.way_crossing_m[step.end[keep] // 2]
        return shortest_distances(2 * self.ways, step.start[keep], step.end[keep], length)

    def facts(self) -> dict[str, Any]:
        """Return counts of the indoor plan and two characteristic lengths.

        worst_exit_m is the longest of the shortest distances from an opening to an exit; diameter_m the longest of the
        shortest distances between two openings. Both run through indoor spaces only, and are None where some pair has
        no such route. Openings joined only by a drawn outdoor space, as of a portable classroom, form no pair.
        """
        indoors = np.append(self.space_indoors, False)
        inside = np.flatnonzero(indoors[self.way_spaces[: self.openings]].any(axis=1))
        metres = self.indoor_metres()
        pairs = self._between(metres, inside)
        to_exit = pairs[:, np.isin(inside, self.exits)].min(axis=1, initial=np.inf)
        if not self.space_indoors.all():
            step = self.edges
            drawn = shortest_distances(
                2 * self.ways, step.start, step.end, step.leg_m + self.way_crossing_m[step.end // 2]
            )
            pairs[np.isinf(pairs) & np.isfinite(self._between(drawn, inside))] = 0.0
        return {
            "spaces": int(self.space_indoors.sum()),
            "openings": len(inside),
            "exits": len(self.exits),
            "stairs": len(self.plan.stairs),
            **({"ramps": len(self.plan.ramps)} if self.plan.ramps else {}),
            "worst_exit_m": _largest(to_exit),
            "diameter_m": _largest(pairs),
        }

    def _between(self, metres: Floats, ways: Ints) -> Floats:
        """Return distances in m between some ways, the least over their sides, from a (nodes, nodes) matrix."""
        least: Floats = metres.reshape(self.ways, 2, self.ways, 2).min(axis=(1, 3))[np.ix_(ways, ways)]
        return least


def network_of(plan: FloorPlan) -> Network:
    """Return the network of a checked plan, built once per plan and shared by every drill and thread."""
    return plan.derived(build)


def build(plan: FloorPlan) -> Network:
    """Build the network of a plan.

    The plan must be free of errors (`check_plan`): known spaces, simple polygons. Spaces without openings
    stay unconnected. The geodesic distances take most of the time: 0.08 s for a school of 110 spaces.
    """
    floors = tuple(Floor(s.polygon, s.holes) for s in plan.spaces)
    index = {**plan.space_index, OUTSIDE: -1}
    level = {v.id: i for i, v in enumerate(plan.levels)}
    sides = [tuple(index[s] for s in o.spaces) for o in plan.openings] + [
        (index[t.lower], index[t.upper]) for t in plan.flights
    ]
    xy: list[tuple[XY, XY]] = [(o.middle, o.middle) for o in plan.openings]
    for stair in plan.flights:
        ends = []
        for upper in (False, True):
            opening = stair_opening(plan, stair, upper=upper)
            ends.append(opening.middle if opening else floors[index[stair.upper if upper else stair.lower]].point)
        xy.append((ends[0], ends[1]))
    way_spaces = np.asarray(sides, dtype=np.int64).reshape(-1, 2)
    way_xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2, 2)
    space_ways = tuple(_ways_of(way_spaces, len(floors)))
    space_dist = []
    for s, ways in enumerate(space_ways):
        points = [way_xy[w, 0 if way_spaces[w, 0] == s else 1] for w in ways]
        space_dist.append(floors[s].pairwise(points))
    return Network(
        plan=plan,
        floors=floors,
        openings=len(plan.openings),
        way_spaces=way_spaces,
        way_xy=way_xy,
        way_crossing_m=np.asarray([0.0] * len(plan.openings) + [t.length for t in plan.flights]),
        way_width_m=np.asarray([o.clear_width_m for o in plan.openings] + [t.width for t in plan.flights]),
        space_ways=space_ways,
        space_dist=tuple(space_dist),
        space_area_m2=np.asarray([f.area_m2 for f in floors]),
        space_level=np.asarray([level[s.level] for s in plan.spaces], dtype=np.int64),
        space_indoors=np.asarray([s.id not in out_spaces(plan) for s in plan.spaces], dtype=np.bool_),
    )


def _ways_of(way_spaces: Ints, spaces: int) -> list[tuple[int, ...]]:
    """Return the ways of each space in ascending order; a way with the same space on both sides counts once."""
    found: list[list[int]] = [[] for _ in range(spaces)]
    for w, (a, b) in enumerate(way_spaces.tolist()):
        if a >= 0:
            found[a].append(w)
        if b >= 0 and b != a:
            found[b].append(w)
    return [tuple(ways) for ways in found]


def shortest_distances(
    nodes: int, start: Ints, end: Ints, length: Floats, sources: Sequence[int] | None = None
) -> Floats:
    """Return shortest distances from each source to every node of a directed graph, (sources, nodes); inf where unreachable.

    nodes
        Number of nodes; they are numbered from 0.
    start, end, length
        (edges,) end points and length of each edge. Lengths of 0 are kept, edges of length inf are dropped.
    sources
        Nodes to start from; all by default.
    """
    fine = np.isfinite(length)
    matrix = csr_array((length[fine], (start[fine], end[fine])), shape=(nodes, nodes))
    return np.asarray(dijkstra(matrix, directed=True, indices=sources), dtype=np.float64).reshape(-1, nodes)


def _largest(lengths: Floats) -> float | None:
    """Return the largest length, None where there is none or one of them is infinite."""
    if not lengths.size or not np.isfinite(lengths).all():
        return None
    return float(lengths.max())
