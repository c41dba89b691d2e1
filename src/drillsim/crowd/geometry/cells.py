"""Cells, which hold persons, and borders, which part them.

Static for one plan under one set of laws; build it once and share it between drills.
Ways are numbered as in the network (openings, then stairs). A *direction* is 2 x border + side entered.
Borders in order: gates, stair entries (together the ways), stair exits (lower, upper of each stair), seams.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import Point, Polygon

from drillsim.crowd.geometry.chords import CellFinder, ChordSide, first_steps, sides_of
from drillsim.crowd.geometry.distance_field import Field, WalkGoal, WayGraph
from drillsim.crowd.geometry.partition import Partition, Seam, partition
from drillsim.crowd.laws import (
    BY_STEPS,
    LEAST_CAPACITY_PS,
    ON_CHORD_M,
    Laws,
    Pace,
    door_capacity_ps,
    places_in,
    seam_capacity_ps,
    speed_factor,
    stair_capacity_ps,
    stair_factor,
    stair_k_mps,
)
from drillsim.crowd.states import FLIGHT, OUT, SEAM
from drillsim.derived import Derives
from drillsim.errors import ScenarioError
from drillsim.plan.model import CIRCULATION, Ramp
from drillsim.plan.network import Network

WHOLE_USES = ("stair", "outdoors")
"""Uses of spaces that stay one cell: a stair room holds what its landing holds; what counts as out has room for all."""
UNLIMITED = 1_000_000_000
TABLED_PERSONS = 2_000
"""Speed factors are tabled for at most so many persons in a cell; the law itself answers for more."""
_FIELDS_KEPT = 512


class Cells(Derives):
    """The cells and borders of a plan under some laws.

    Lists by cell end with one more entry for the outside, so that its index is -1. Not to be changed by its users.
    """

    def __init__(self, network: Network, laws: Laws) -> None:
        self.network, self.laws = network, laws
        self.ways, self.stairs = len(network.way_spaces), len(network.way_spaces) - network.openings
        self.first_cell: list[int] = []
        """First cell of each space."""
        self.cell_count: list[int] = []
        """Number of cells of each space."""
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
        self.chords: list[tuple[ChordSide, ...]] = []
        """The chords by which one leaves each cell, by direction; none of flights and the outside."""
        self.stair_factors = [self._stair_factors(s) for s in range(self.stairs)]
        """Speed down and up each stair over level speed, where no stair speed is assigned; 1 on ramps."""
        self.is_ramp = [isinstance(flight, Ramp) for flight in network.plan.flights]
        """Whether each flight is a ramp, on which assigned stair speeds do not count."""
        self._finders: dict[int, CellFinder] = {}
        """By space of several cells: which of them a point lies in."""
        self._niches: dict[int, tuple[tuple[Any, float], ...]] = {}
        self.seams: list[Seam] = []
        """The seams by border, with their cells as they are numbered here."""
        self._part_spaces()
        self._add_flights()
        self._first, self._parted = np.array(self.first_cell, np.int64), np.array(self.cell_count) > 1
        self.walked_m2 = [a if n < UNLIMITED else float("inf") for a, n in zip(self.area_m2, self.places, strict=True)]
        """Floor over which the persons of each cell are spread, m2; infinite in what counts as out."""
        self._join()
        names = narrow_borders(self)
        if names:
            raise ScenarioError(f"the door law lets nobody through {', '.join(names)}")
        self.factors = [self._factors(c) for c in range(self.cells)]
        self.factors.append([1.0, 1.0])
        self.graph = WayGraph(network, self.stair_factors, self.is_ramp)
        self.locked_ways = frozenset(w for w, o in enumerate(network.plan.openings) if o.state == "both")
        """Ways locked from both sides in the plan."""
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

    # ------------------------------------------------------------------ cells
    def _part_spaces(self) -> None:
        network = self.network
        for index, space in enumerate(network.plan.spaces):
            first = len(self.area_m2)
            parts = self._parts_of(index)
            count = max(1, len(parts.cells))
            self.first_cell.append(first)
            self.cell_count.append(count)
            if parts.niches:
                self._niches[index] = parts.niches
            if count == 1:
                area = float(network.space_area_m2[index])
                if space.use == "stair" and space.landing is not None:
                    area = space.landing
                self._add_cell(index, area, network.representative_point(index), out=not network.space_indoors[index])
                continue
            order = sorted(range(count), key=lambda k: _place_of(parts.cells[k]))
            for k in order:
                self._add_cell(index, float(parts.cells[k].area), _anchor_of(parts.cells[k]))
            self._finders[index] = CellFinder(first, [parts.cells[k] for k in order])
            number = {k: first + at for at, k in enumerate(order)}
            seams = [replace(s, cells=(number[s.cells[0]], number[s.cells[1]])) for s in parts.seams]
            self.seams += sorted(seams, key=lambda s: sorted(s.cells))

    def _parts_of(self, space: int) -> Partition:
        """Return the cells of a space and the seams between them (rule A 2)."""
        use, floor = self.network.plan.spaces[space].use, self.network.floors[space]
        is_circulation = use in CIRCULATION
        if use in WHOLE_USES or (floor.is_convex and not is_circulation):
            return Partition((floor.polygon,), (), ())  # type: ignore[arg-type]
        return partition(floor.polygon, is_circulation=is_circulation)

    def _add_cell(self, space: int, area_m2: float, anchor: Sequence[float], *, out: bool = False) -> None:
        self.space.append(space)
        self.area_m2.append(area_m2)
        self.places.append(UNLIMITED if out else places_in(area_m2, self.laws.density_max_pm2))
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
        """Return the speed factor by the number of persons in the cell, alone first; for more persons ask `factor`."""
        law, area, limit = self.laws.speed_law, self.area_m2[cell], self.laws.density_max_pm2
        if self.places[cell] == UNLIMITED:
            return [1.0, 1.0]
        persons = range(2, min(self.places[cell], TABLED_PERSONS) + 1)
        return [1.0, 1.0, *(speed_factor(law, min(n / area, limit)) for n in persons)]

    def factor(self, cell: int, persons: int) -> float:
        """Return the speed factor of so many persons in a cell."""
        tabled = self.factors[cell]
        if persons < len(tabled):
            return tabled[persons]
        return speed_factor(self.laws.speed_law, min(persons / self.walked_m2[cell], self.laws.density_max_pm2))

    def _stair_factors(self, stair: int) -> tuple[float, float]:
        """Return stair speed over level speed, down and up, where no stair speed is assigned; 1 on a ramp."""
        flight = self.network.plan.flights[stair]
        if isinstance(flight, Ramp):
            return 1.0, 1.0
        k = stair_k_mps(flight.riser, flight.tread)
        return stair_factor(k, up=False), stair_factor(k, up=True)

    def flight_mps(self, flight: int, side: int, level_mps: float, own_mps: float) -> float:
        """Return a person's free speed on a flight towards a side (1: up): its own on stairs, NaN where it has none."""
        is_own = own_mps == own_mps and not self.is_ramp[flight]
        return own_mps if is_own else level_mps * self.stair_factors[flight][side]

    def flight_cell(self, stair: int) -> int:
        """Return the cell of a stair flight."""
        return self.cells - self.stairs + stair

    def cells_of(self, space: int) -> range:
        """Return the cells of a space."""
        return range(self.first_cell[space], self.first_cell[space] + self.cell_count[space])

    def cell_at(self, space: int, x: float, y: float) -> int:
        """Return the cell of a point in a space; on a chord the larger one, of equals the lower one."""
        finder = self._finders.get(space)
        return self.first_cell[space] if finder is None else finder.cell_at(x, y)

    def cells_at(self, space: NDArray[np.int64], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the cells of many points, each in its space."""
        found = self._first[space]
        if self._parted[space].any():
            for parted in np.unique(space[self._parted[space]]).tolist():
                here = np.flatnonzero(space == parted)
                found[here] = self._finders[parted].cells_at(x[here], y[here])
        return found

    def toward(self, cell: int, end: int) -> ChordSide | None:
        """Return the chord by which one leaves a cell for another cell of its space; None where no chord leads there."""
        step = self.first_steps.get((cell, end))
        return None if step is None else self.chords[cell][step]

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
            self._add_border(door_capacity_ps(laws, self._gate_width_m(way)), (b, a), (a, b), ends)
        stairs = []
        for stair in range(self.stairs):
            way, flight = network.openings + stair, self.flight_cell(stair)
            a, b = self.way_cell[way]
            width_m, steps = float(network.way_width_m[way]), plan.flights[stair]
            if isinstance(steps, Ramp):
                stairs.append(seam_capacity_ps(laws, width_m))
            else:
                stairs.append(stair_capacity_ps(stair_k_mps(steps.riser, steps.tread), width_m))
            self._add_border(stairs[-1], (b, a), (flight, flight), (FLIGHT, FLIGHT))
        for stair in range(self.stairs):
            way, flight = network.openings + stair, self.flight_cell(stair)
            for side, cell in enumerate(self.way_cell[way]):
                node = 2 * way + side
                self._add_border(stairs[stair], (flight, flight), (cell, cell), (node, node), rests=False)
        first_seam = self.borders
        for seam in self.seams:
            left, right = seam.cells
            capacity_ps = (door_capacity_ps if seam.is_neck else seam_capacity_ps)(laws, seam.width_m)
            self._add_border(capacity_ps, (right, left), (left, right), (SEAM, SEAM))
        self.chords = sides_of(self.seams, first_seam, self.cells)
        self.first_steps = first_steps(self.chords)
        """Index of the chord by which one leaves a cell (first) for another cell of its space (second)."""

    def _gate_width_m(self, way: int) -> float:
        """Return the width of an opening, capped by the mouths of the niches in which it lies."""
        network, width_m = self.network, float(self.network.way_width_m[way])
        for side, space in enumerate(network.way_spaces[way].tolist()):
            for niche, mouth_m in self._niches.get(space, ()):
                foot = network.floors[space].snap(network.way_xy[way, side].reshape(1, 2))[0][0]
                if niche.dwithin(Point(foot), ON_CHORD_M):
                    width_m = min(width_m, mouth_m)
        return width_m

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
            return self._flight_name(border - openings)
        if border < self.ways + 2 * self.stairs:
            return f"end of {self._flight_name((border - self.ways) // 2)}"
        return f"space '{plan.spaces[self.space[self.near[2 * border]]].id}'"

    def _flight_name(self, number: int) -> str:
        flight = self.network.plan.flights[number]
        return f"{'ramp' if self.is_ramp[number] else 'stair'} '{flight.id}'"

    # ----------------------------------------------------------------- fields
    def _field(
        self, goal: WalkGoal, closed: frozenset[int], held: frozenset[int] = frozenset(), pace: Pace = BY_STEPS
    ) -> Field:
        return Field(self.graph, goal, closed, held, pace)


def _anchor_of(part: Polygon) -> tuple[float, float]:
    """Return the point that stands for a cell: its centroid where that lies inside."""
    middle = part.centroid
    point = middle if part.contains(middle) else part.representative_point()
    return float(point.x), float(point.y)


def _place_of(part: Polygon) -> tuple[float, float]:
    return round(part.centroid.x, 6), round(part.centroid.y, 6)


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
