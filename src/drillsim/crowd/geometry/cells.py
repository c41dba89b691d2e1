"""Cells, which hold persons, and borders, which part them.

Static for one plan under one set of laws; build it once and share it between drills.
Ways are numbered as in the network (openings, then stairs). A *direction* is 2 x border + side entered.
Borders in order: gates, stair entries (together the ways), stair exits (lower, upper of each stair), seams.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import ceil
from threading import RLock
from typing import Any, TypeVar, cast

import numpy as np
import shapely
from numpy.typing import NDArray

from drillsim.crowd.geometry.distance_field import Field, Goal, WayGraph
from drillsim.crowd.laws import (
    LEAST_CAPACITY_PS,
    Laws,
    door_capacity_ps,
    places_in,
    seam_capacity_ps,
    speed_factor,
    stair_capacity_ps,
    stair_factor,
    stair_k_mps,
)
from drillsim.crowd.states import FLIGHT, OUT, SEAM
from drillsim.errors import ScenarioError
from drillsim.plan.model import CIRCULATION
from drillsim.plan.network import Network

SLAB_M = 10.0  # A:crowd.slab
UNLIMITED = 1_000_000_000
EDGE_M = 1e-9
"""A point so near to a cell edge lies in the lower cell: rounding."""
_FIELDS_KEPT = 512
_DERIVING = RLock()
T = TypeVar("T")


class Cells:
    """The cells and borders of a plan under some laws.

    Lists by cell end with one more entry for the outside, so that its index is -1. Not to be changed by its users.
    """

    def __init__(self, network: Network, laws: Laws) -> None:
        self.network, self.laws = network, laws
        self.ways, self.stairs = len(network.way_spaces), len(network.way_spaces) - network.openings
        self.first_cell: list[int] = []
        """First cell of each space."""
        self.slabs: list[int] = []
        """Number of cells of each space."""
        self.edges_m: list[tuple[int, float, float]] = []
        """Axis (0 x, 1 y), first coordinate and slab length of each space."""
        self.space: list[int] = []
        """Space of each cell; -1 for stair flights and outside."""
        self.area_m2: list[float] = []
        self.places: list[int] = []
        self.anchor_xy: list[tuple[float, float]] = []
        self.level: list[int] = []
        self.near: list[int] = []
        self.far: list[int] = []
        self.leads: list[int] = []
        """What a direction leads to: a node 2 x way + side, or OUT, SEAM, FLIGHT."""
        self.capacity_ps: list[float] = []
        """Persons per second by border; of a stair exit that of its stair, which only weighs it."""
        self.rest_s: list[float] = []
        """Rest of a border after each pass; 0 where it has no headway."""
        self.seam: list[int] = []
        """Border between the first two slabs of each space."""
        self.stair_factors = [self._stair_factors(s) for s in range(self.stairs)]
        """Speed down and up each stair over level speed, where no stair speed is assigned."""
        self._cut_spaces()
        self._edge_table = np.column_stack([self.first_cell, self.slabs, np.array(self.edges_m).reshape(-1, 3)])
        self._add_flights()
        self._join()
        names = narrow_borders(self)
        if names:
            raise ScenarioError(f"the door law lets nobody through {', '.join(names)}")
        self.factors = [self._factors(c) for c in range(self.cells)]
        self.factors.append([1.0, 1.0])
        self.graph = WayGraph(network, self.stair_factors)
        self.locked_ways = frozenset(w for w, o in enumerate(network.plan.openings) if o.state == "both")
        """Ways locked from both sides in the plan."""
        self._derived: dict[Callable[[Cells], Any], Any] = {}
        self.field = lru_cache(_FIELDS_KEPT)(self._field)
        """The way to a goal by closed ways and by ways held open; the recent ones are kept."""

    @property
    def cells(self) -> int:
        """Number of cells, the outside apart."""
        return len(self.area_m2) - 1

    @property
    def borders(self) -> int:
        """Number of borders."""
        return len(self.rest_s)

    def derived(self, kind: Callable[[Cells], T]) -> T:
        """Return the one object of a class that is made from these cells alone; constant, shared by all drills.

        Made when it is first asked for, under a lock, so that threads get the same one.
        """
        found = self._derived.get(kind)
        if found is None:
            with _DERIVING:
                found = self._derived.get(kind)
                if found is None:
                    found = self._derived[kind] = kind(self)
        return cast(T, found)

    # ------------------------------------------------------------------ cells
    def _cut_spaces(self) -> None:
        network = self.network
        for index, space in enumerate(network.plan.spaces):
            corners = np.asarray(space.polygon, dtype=np.float64)
            low, size = corners.min(axis=0), np.ptp(corners, axis=0)
            axis = 0 if size[0] >= size[1] else 1
            count = 1
            if space.use in CIRCULATION and size[axis] > SLAB_M:
                count = ceil(size[axis] / SLAB_M - 1e-9)
            length = float(size[axis]) / count
            self.first_cell.append(len(self.area_m2))
            self.slabs.append(count)
            self.edges_m.append((axis, float(low[axis]), length))
            if count == 1:
                area = float(network.space_area_m2[index])
                if space.use == "stair" and space.landing is not None:
                    area = space.landing
                self._add_cell(index, area, network.representative_point(index), outdoors=space.use == "outdoors")
                continue
            floor = shapely.Polygon(space.polygon, space.holes)
            for slab in range(count):
                box = [float(low[0]), float(low[1]), float(low[0] + size[0]), float(low[1] + size[1])]
                box[axis], box[axis + 2] = low[axis] + slab * length, low[axis] + (slab + 1) * length
                part = shapely.intersection(floor, shapely.box(box[0], box[1], box[2], box[3]))
                point = part.centroid if part.contains(part.centroid) else part.representative_point()
                self._add_cell(index, float(part.area), (float(point.x), float(point.y)))

    def _add_cell(self, space: int, area_m2: float, anchor: Sequence[float], *, outdoors: bool = False) -> None:
        self.space.append(space)
        self.area_m2.append(area_m2)
        self.places.append(UNLIMITED if outdoors else places_in(area_m2, self.laws.density_max_pm2))
        self.anchor_xy.append((float(anchor[0]), float(anchor[1])))
        self.level.append(int(self.network.space_level[space]))

    def _add_flights(self) -> None:
        network = self.network
        for stair in range(self.stairs):
            way = network.openings + stair
            area = float(network.way_crossing_m[way] * network.way_width_m[way])
            middle = network.way_xy[way].mean(axis=0)
            self._add_cell(int(network.way_spaces[way, 0]), area, middle)
            self.space[-1] = -1
        self.space.append(-1)
        self.area_m2.append(float("inf"))
        self.places.append(UNLIMITED)
        self.anchor_xy.append((float("nan"), float("nan")))
        self.level.append(-1)

    def _factors(self, cell: int) -> list[float]:
        """Return the speed factor by the number of persons in the cell, alone first; the last entry is the limit's."""
        law, area, limit = self.laws.speed_law, self.area_m2[cell], self.laws.density_max_pm2
        if self.places[cell] == UNLIMITED:
            return [1.0, 1.0]
        crowd = [speed_factor(law, min(n / area, limit)) for n in range(2, self.places[cell] + 1)]
        return [1.0, 1.0, *crowd, speed_factor(law, limit)]

    def _stair_factors(self, stair: int) -> tuple[float, float]:
        """Return stair speed over level speed, down and up, where no stair speed is assigned."""
        flight = self.network.plan.stairs[stair]
        k = stair_k_mps(flight.riser, flight.tread)
        return stair_factor(k, up=False), stair_factor(k, up=True)

    def flight_cell(self, stair: int) -> int:
        """Return the cell of a stair flight."""
        return self.cells - self.stairs + stair

    def cells_of(self, space: int) -> range:
        """Return the cells of a space."""
        return range(self.first_cell[space], self.first_cell[space] + self.slabs[space])

    def cell_at(self, space: int, x: float, y: float) -> int:
        """Return the cell of a point in a space; the lower one on an edge."""
        if self.slabs[space] == 1:
            return self.first_cell[space]
        axis, start, length = self.edges_m[space]
        slab = ceil(((y if axis else x) - start - EDGE_M) / length) - 1
        return self.first_cell[space] + min(max(slab, 0), self.slabs[space] - 1)

    def cells_at(self, space: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the cells of many points, each in its space."""
        table = self._edge_table[space]
        first, slabs, edges = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2:]
        along = np.where(edges[:, 0] == 1.0, y, x)
        slab = np.ceil((along - edges[:, 1] - EDGE_M) / edges[:, 2]).astype(np.int64) - 1
        return np.asarray(first + np.clip(slab, 0, slabs - 1), dtype=np.int64)

    # ---------------------------------------------------------------- borders
    def _join(self) -> None:
        network, plan, laws = self.network, self.network.plan, self.laws
        self.way_xy = [((float(a[0]), float(a[1])), (float(b[0]), float(b[1]))) for a, b in network.way_xy]
        self.ends = [self._ends(space) for space in range(len(network.floors))]
        """x, y and metres beyond the floor of the ways of each space on its side, in the order of `space_ways`."""
        self.way_cell = [
            tuple(-1 if s < 0 else self.cell_at(int(s), *network.way_xy[w, k]) for k, s in enumerate(spaces))
            for w, spaces in enumerate(network.way_spaces)
        ]
        for way in range(network.openings):
            a, b = self.way_cell[way]
            ends = [OUT if cell < 0 else 2 * way + side for side, cell in enumerate((a, b))]
            self._add_border(door_capacity_ps(laws, float(network.way_width_m[way])), (b, a), (a, b), ends)
        stairs = []
        for stair in range(self.stairs):
            way, flight = network.openings + stair, self.flight_cell(stair)
            a, b = self.way_cell[way]
            k = stair_k_mps(plan.stairs[stair].riser, plan.stairs[stair].tread)
            stairs.append(stair_capacity_ps(k, float(network.way_width_m[way])))
            self._add_border(stairs[-1], (b, a), (flight, flight), (FLIGHT, FLIGHT))
        for stair in range(self.stairs):
            way, flight = network.openings + stair, self.flight_cell(stair)
            for side, cell in enumerate(self.way_cell[way]):
                node = 2 * way + side
                self._add_border(stairs[stair], (flight, flight), (cell, cell), (node, node), rests=False)
        for space, slabs in enumerate(self.slabs):
            self.seam.append(self.borders)
            for c in range(self.first_cell[space], self.first_cell[space] + slabs - 1):
                width = min(self.area_m2[c], self.area_m2[c + 1]) / self.edges_m[space][2]
                self._add_border(seam_capacity_ps(laws, width), (c + 1, c), (c, c + 1), (SEAM, SEAM))

    def _ends(self, space: int) -> list[tuple[float, float, float]]:
        ways = self.network.space_ways[space]
        if not ways:
            return []
        points = np.array([self.way_xy[w][int(self.network.side(w, space))] for w in ways])
        feet, beyond = self.network.floors[space].snap(points)
        return [(float(x), float(y), float(off)) for (x, y), off in zip(feet, beyond, strict=True)]

    def _add_border(
        self, capacity_ps: float, near: Sequence[int], far: Sequence[int], leads: Sequence[int], *, rests: bool = True
    ) -> None:
        self.capacity_ps.append(capacity_ps)
        self.rest_s.append(1.0 / capacity_ps if rests and capacity_ps >= LEAST_CAPACITY_PS else 0.0)
        self.near.extend(near)
        self.far.extend(far)
        self.leads.extend(leads)

    def stair_exit(self, way: int, side: int) -> int:
        """Return the direction by which people leave a stair (by its way number) at one end."""
        return 2 * (self.ways + 2 * (way - self.network.openings) + side)

    def border_name(self, border: int) -> str:
        """Return what a border is called in the plan."""
        plan, openings = self.network.plan, self.network.openings
        if border < openings:
            return f"opening '{plan.openings[border].id}'"
        if border < self.ways:
            return f"stair '{plan.stairs[border - openings].id}'"
        if border < self.ways + 2 * self.stairs:
            return f"end of stair '{plan.stairs[(border - self.ways) // 2].id}'"
        return f"space '{plan.spaces[self.space[self.near[2 * border]]].id}'"

    # ----------------------------------------------------------------- fields
    def _field(self, goal: Goal, closed: frozenset[int], held: frozenset[int] = frozenset()) -> Field:
        return Field(self.graph, goal, closed, held)


def build_cells(network: Network, laws: Laws) -> Cells:
    """Return the cells of a plan under some laws.

    Raises ScenarioError, naming each, when the door law lets nobody through a border.
    """
    return Cells(network, laws)


def narrow_borders(cells: Cells) -> list[str]:
    """Return the names of the borders that let fewer than 0.05 persons per second through."""
    return [
        f"{cells.border_name(b)} ({c:.3g} persons/s)" for b, c in enumerate(cells.capacity_ps) if c < LEAST_CAPACITY_PS
    ]
