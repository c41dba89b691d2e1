"""The building as drills see it: network, cells, rooms, places and seats of one plan under one choice of laws.

Everything here is constant once built, and built once per plan and laws: all drills, and all threads, share it. What
changes in a drill (locks, closed ways, people) is in `engine.state`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.geometry.cells import Cells, build_cells
from drillsim.crowd.laws import Laws
from drillsim.crowd.seating import Seats, place_people
from drillsim.derived import Derives
from drillsim.engine.world.parts import halls_of, outdoors_of, parts_of, rooms_to_come_in_to
from drillsim.engine.world.rooms import Room, locked_at_start, opens_by_card, rooms_of, shut_at_start
from drillsim.plan.model import FloorPlan, Period
from drillsim.plan.network import Approaches, Network, network_of
from drillsim.plan.routes import Routes
from drillsim.scenario.model import Scenario
from drillsim.scenario.people import DoorLaw, LawsChoice
from drillsim.streams.streams import Words, slot_words

XY = tuple[float, float]
RADII = (10.0, 20.0, 40.0)
"""Walking metres of the exposure columns. Assumption A:exposure.radius."""


class World(Derives):
    """Network, cells and rooms of one plan under one choice of laws; use `world_of` to share it."""

    def __init__(self, plan: FloorPlan, choice: LawsChoice) -> None:
        self.plan = plan
        self.network: Network = network_of(plan)
        self.laws = laws_of(choice)
        self.cells: Cells = plan.derived(_cells_of, self.laws)

    # ------------------------------------------------------------------ rooms and parts

    @cached_property
    def rooms(self) -> tuple[Room, ...]:
        """Every space that is not circulation, outdoors or a stair, in file order."""
        return rooms_of(self.network)

    @cached_property
    def offices(self) -> tuple[int, ...]:
        """The offices, from one of which units are called; every space where the plan has none."""
        found = tuple(i for i, space in enumerate(self.plan.spaces) if space.use == "office")
        return found or tuple(range(len(self.plan.spaces)))

    @cached_property
    def parts(self) -> dict[int, int]:
        """Part of the building of each space; -1 outdoors."""
        return parts_of(self.network)

    @cached_property
    def rooms_inside(self) -> tuple[int, ...]:
        """Rooms that somebody who is called in may go to."""
        return rooms_to_come_in_to(self.plan, self.parts, self.rooms)

    @cached_property
    def outdoors(self) -> frozenset[int]:
        """The drawn outdoor spaces."""
        return outdoors_of(self.plan)

    @cached_property
    def halls(self) -> frozenset[int]:
        """Circulation, the flights of stairs included."""
        return halls_of(self.plan)

    @cached_property
    def locked_at_start(self) -> NDArray[np.bool_]:
        """Whether each way is locked, at the start, against who wants to enter each side; shape (ways, 2)."""
        return locked_at_start(self.network)

    @cached_property
    def shut_at_start(self) -> frozenset[int]:
        """Rooms that nobody enters without a key at the start."""
        return shut_at_start(self.network, self.rooms)

    @cached_property
    def is_card(self) -> NDArray[np.bool_]:
        """Whether each way's lock opens by card; shape (ways, 1)."""
        return opens_by_card(self.network)

    # ------------------------------------------------------------------ who sits where

    def persons(self, period: Period | None) -> NDArray[np.int64]:
        """Return the persons in each space in a bell period of the plan, shape (spaces,); not to be changed."""
        return self.derived(_persons_in, self._number_of(period))

    def seats(self, period: Period | None) -> Seats:
        """Return who sits where in a bell period of the plan; nobody between periods."""
        return self.plan.derived(_seats_in, self._number_of(period))

    def _number_of(self, period: Period | None) -> int | None:
        return None if period is None else self.plan.timetable.index(period)

    # ------------------------------------------------------------------ names and places

    @cached_property
    def door_words(self) -> Words:
        """Stream words of the openings, in file order."""
        return slot_words([o.id for o in self.plan.openings])

    @cached_property
    def door_locks(self) -> list[str]:
        """Kind of lock of each opening, in file order."""
        return [o.lock for o in self.plan.openings]

    @cached_property
    def space_ids(self) -> list[str]:
        """Ids of the spaces, in file order."""
        return [s.id for s in self.plan.spaces]

    @cached_property
    def space_words(self) -> Words:
        """Stream words of the spaces, in file order."""
        return slot_words(self.space_ids)

    @cached_property
    def ways_by_id(self) -> dict[str, int]:
        """Way index of every opening and stair."""
        ids = [o.id for o in self.plan.openings] + [f.id for f in self.plan.flights]
        return {id_: i for i, id_ in enumerate(ids)}

    @cached_property
    def points_by_id(self) -> dict[str, tuple[int, XY]]:
        """Space index and point of every space and post; a post wins over a space of the same id."""
        index = self.plan.space_index
        spaces = {s.id: (i, self._middle(i)) for i, s in enumerate(self.plan.spaces)}
        posts = {p.id: (index[p.space], (p.at[0], p.at[1])) for p in self.plan.posts if p.space in index}
        return {**spaces, **posts}

    def _middle(self, space: int) -> XY:
        x, y = self.network.representative_point(space)
        return float(x), float(y)

    def place(self, where: str | Mapping[Any, str]) -> tuple[int, XY]:
        """Return space and point of a post or space id, or of the first space of {use: …}; KeyError if unknown."""
        if isinstance(where, str):
            return self.points_by_id[where]
        return self.points_by_id[next(s.id for s in self.plan.spaces if s.use == where["use"])]

    def spaces_of(self, name: str) -> list[str]:
        """Return the ids of the spaces of a use, or the one space with this id."""
        return [s.id for s in self.plan.spaces if s.use == name] or [s.id for s in self.plan.spaces if s.id == name]

    def spaces_at(self, place: str | Mapping[Any, str]) -> list[int]:
        """Return the spaces that a place names: of an id or post, {use: …} or {level: …}; KeyError for an unknown id."""
        if isinstance(place, str):
            return [self.points_by_id[place][0]]
        (key, name), spaces = next(iter(place.items())), self.plan.spaces
        return [i for i, s in enumerate(spaces) if (s.level if key == "level" else s.use) == name]

    def opening_of_service(self, service: str, chosen: str | None) -> int:
        """Return the way by which police or EMS come in: the chosen one, else the plan's entry, else its first exit."""
        entries = self.plan.entries.police if service == "police" else self.plan.entries.ems
        if chosen is None and entries:
            chosen = entries[0]
        if chosen is not None:
            return self.ways_by_id[chosen]
        return self.network.exits[0]

    def inner_side(self, way: int) -> int:
        """Return the side of an exit that is inside the building."""
        return int(self.network.inner_sides[way])

    @cached_property
    def metres(self) -> Routes:
        """Walking metres in the empty building, whatever the locks."""
        return Routes(self.network, compiled=True)

    def cells_within(self, space: int, point: XY) -> list[NDArray[np.int64]]:
        """Return, per radius of RADII, the cells of the same level whose anchor is that near on foot, and the space's own."""
        return self.derived(_cells_within, space, point)

    @cached_property
    def anchor_legs(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
        """The cells that a way leads to; cell by cell the nodes of its space and the metres from there to its anchor; and
        where each cell's begin."""
        cells, nodes, tails = [], [], []
        for cell, space in enumerate(self.cells.space[:-1]):
            if space < 0 or not len(self.network.nodes_in(space)):
                continue
            x, y = self.cells.anchor_xy[cell]
            cells.append(cell)
            nodes.append(self.network.nodes_in(space))
            tails.append(self.network.distances(space, (float(x), float(y)))[0])
        counts = np.array([len(n) for n in nodes], dtype=np.int64)
        none = np.zeros(0)
        return (
            np.array(cells, dtype=np.int64),
            np.concatenate([none.astype(np.int64), *nodes]),
            np.concatenate([none, *tails]),
            np.cumsum(counts) - counts,
        )

    @cached_property
    def cell_space(self) -> NDArray[np.int64]:
        """Space of each cell, -1 for stair flights and, last, the outside."""
        return np.array(self.cells.space, dtype=np.int64)

    def ids_of_uses(self, uses: tuple[str, ...]) -> list[str]:
        """Return the ids of the spaces of some uses, in file order."""
        return [s.id for s in self.plan.spaces if s.use in uses]

    @cached_property
    def lookouts(self) -> tuple[tuple[int, XY], ...]:
        """Where a searcher looks into the indoor spaces, with the space: see `lookouts_everywhere`."""
        return tuple((i, at) for i, at in self.lookouts_everywhere if self.plan.spaces[i].use != "outdoors")

    @cached_property
    def lookouts_everywhere(self) -> tuple[tuple[int, XY], ...]:
        """Where a searcher looks into each space, with the space: inside any of its ways, of which the nearest is taken;
        outdoors and in circulation, in the middle."""
        found: list[tuple[int, XY]] = []
        for i, space in enumerate(self.plan.spaces):
            ways = self.network.space_ways[i]
            if space.use == "stair" or not ways:
                continue
            if space.is_circulation or space.use == "outdoors":
                found.append((i, self._middle(i)))
            else:
                inside = {
                    (float(x), float(y)) for x, y in (self.network.way_xy[w, self.network.side(w, i)] for w in ways)
                }
                found += [(i, at) for at in sorted(inside)]
        return tuple(found)

    @cached_property
    def to_lookouts(self) -> Approaches:
        """The last stretches to all lookouts."""
        return self.network.approaches_to(self.lookouts)

    @cached_property
    def to_lookouts_everywhere(self) -> Approaches:
        """The last stretches to all lookouts, drawn outdoor places included."""
        return self.network.approaches_to(self.lookouts_everywhere)

    def equipment(self, kind: str) -> list[tuple[str, int, XY]]:
        """Return id, space and point of the plan's equipment of a kind, in file order."""
        index = self.plan.space_index
        return [(e.id, index[e.space], (e.at[0], e.at[1])) for e in self.plan.equipment if e.kind == kind]


def _cells_of(plan: FloorPlan, laws: Laws) -> Cells:
    return build_cells(network_of(plan), laws)


def _seats_in(plan: FloorPlan, number: int | None) -> Seats:
    return place_people(network_of(plan), plan, None if number is None else plan.timetable[number])


def _persons_in(world: World, number: int | None) -> NDArray[np.int64]:
    period = None if number is None else world.plan.timetable[number]
    return np.bincount(world.seats(period).space, minlength=len(world.plan.spaces))


def _cells_within(world: World, space: int, point: XY) -> list[NDArray[np.int64]]:
    """Measure on foot, from the point to every cell's anchor, and select by radius."""
    spaces, level = world.cell_space[:-1], world.network.space_level
    metres = np.full(len(spaces), np.inf)
    cells, nodes, tails, begins = world.anchor_legs
    if len(cells):
        node_s = world.metres.from_point(space, point).node_s
        metres[cells] = np.minimum.reduceat(node_s[nodes] + tails, begins)
    metres[(spaces < 0) | (level[spaces] != level[space])] = np.inf
    metres[spaces == space] = 0.0
    return [np.flatnonzero(metres <= r) for r in RADII]


def laws_of(choice: LawsChoice) -> Laws:
    """Return the crowd's laws for a scenario's choice."""
    own = choice.door if isinstance(choice.door, DoorLaw) else None
    return Laws(
        door="sfpe" if own else str(choice.door),
        flow_psm=own.flow if own else None,
        boundary_m=own.boundary if own else None,
        speed=choice.speed,
        density_max_pm2=choice.density_max,
        patience_s=choice.patience,
    )


def world_of(plan: FloorPlan, scenario: Scenario) -> World:
    """Return the world of a plan under a scenario's laws, built once per plan and laws."""
    return plan.derived(World, scenario.laws)
