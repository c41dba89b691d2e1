"""The building as a drill sees it: everything that stays the same from one drill to the next, built once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.geometry.cells import Cells, build_cells
from drillsim.crowd.laws import Laws
from drillsim.crowd.seating import Seats, place_people
from drillsim.engine.world.rooms import Room
from drillsim.plan.model import FloorPlan, Opening, Period
from drillsim.plan.network import Approaches, Network, build
from drillsim.plan.routes import Routes
from drillsim.scenario.model import Scenario
from drillsim.scenario.people import DoorLaw, LawsChoice
from drillsim.streams.streams import Words, slot_words

XY = tuple[float, float]
RADII = (10.0, 20.0, 40.0)
"""Walking metres of the exposure columns. Assumption A:exposure.radius."""


class World:
    """Network, cells and rooms of one plan under one choice of laws."""

    def __init__(self, plan: FloorPlan, choice: LawsChoice) -> None:
        self.plan = plan
        self.network: Network = plan.memo("network", lambda: build(plan))
        self.laws = laws_of(choice)
        self.cells: Cells = plan.memo(("cells", self.laws), lambda: build_cells(self.network, self.laws))
        self._near: dict[tuple[int, XY], list[NDArray[np.int64]]] = {}

    @cached_property
    def rooms(self) -> tuple[Room, ...]:
        """Every space that is not circulation, outdoors or a stair, in file order."""
        found, openings = [], self.plan.openings
        for i, space in enumerate(self.plan.spaces):
            if space.is_circulation or space.use == "outdoors":
                continue
            doors = tuple(w for w in self.network.space_ways[i] if w < self.network.openings)
            to_lock = tuple(w for w in doors if openings[w].lock != "none" and openings[w].state == "no")
            lockable = bool(doors) and all(openings[w].lock != "none" or self._only_out(w) for w in doors)
            found.append(Room(i, doors, to_lock, lockable))
        return tuple(found)

    def persons(self, period: Period | None) -> NDArray[np.int64]:
        """Return the persons in each space in a bell period of the plan, shape (spaces,); not to be changed."""
        key = ("persons", None if period is None else self.plan.timetable.index(period))
        spaces = len(self.plan.spaces)
        return self.plan.memo(key, lambda: np.bincount(self.seats(period).space, minlength=spaces))

    def seats(self, period: Period | None) -> Seats:
        """Return who sits where in a bell period of the plan; nobody between periods."""
        key = ("seats", None if period is None else self.plan.timetable.index(period))
        return self.plan.memo(key, lambda: place_people(self.network, self.plan, period))

    def _only_out(self, way: int) -> bool:
        inward = self.network.passable[way, self.inner_side(way)]
        return way in self.network.exits and (not inward or self.plan.openings[way].state == "outside")

    @cached_property
    def door_words(self) -> Words:
        """Stream words of the openings, in file order."""
        return slot_words([o.id for o in self.plan.openings])

    @cached_property
    def door_locks(self) -> list[str]:
        """How each opening is locked, in file order."""
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
        ids = [o.id for o in self.plan.openings] + [s.id for s in self.plan.stairs]
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

    def opening_of_service(self, service: str, wish: str | None) -> int:
        """Return the way by which police or EMS come in: the wish, else the plan's entry, else its first exit."""
        entries = self.plan.entries.police if service == "police" else self.plan.entries.ems
        if wish is None and entries:
            wish = entries[0]
        if wish is not None:
            return self.ways_by_id[wish]
        return next(i for i, o in enumerate(self.plan.openings) if o.kind == "exit")

    def inner_side(self, way: int) -> int:
        """Return the side of an exit that is inside the building."""
        return int(self.network.inner_sides[way])

    @cached_property
    def metres(self) -> Routes:
        """Walking metres in the empty building, whatever the locks."""
        return Routes(self.network)

    def cells_within(self, space: int, point: XY) -> list[NDArray[np.int64]]:
        """Return, per radius of RADII, the cells of the same level whose anchor is that near on foot, and the space's own."""
        key = (space, point)
        if key not in self._near:
            spaces, level = self.cell_space[:-1], self.network.space_level
            metres = np.full(len(spaces), np.inf)
            cells, nodes, tails, begins = self._anchor_legs
            if len(cells):
                node_s = self.metres.from_point(space, point).node_s
                metres[cells] = np.minimum.reduceat(node_s[nodes] + tails, begins)
            metres[(spaces < 0) | (level[spaces] != level[space])] = np.inf
            metres[spaces == space] = 0.0
            self._near[key] = [np.flatnonzero(metres <= r) for r in RADII]
        return self._near[key]

    @cached_property
    def _anchor_legs(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
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
    def lookouts(self) -> dict[int, XY]:
        """Where to stand to look into each indoor space: inside its first door, in circulation in the middle."""
        found = {}
        for i, space in enumerate(self.plan.spaces):
            if space.use in ("stair", "outdoors") or not self.network.space_ways[i]:
                continue
            way = self.network.space_ways[i][0]
            x, y = self.network.way_xy[way, self.network.side(way, i)]
            found[i] = self._middle(i) if space.is_circulation else (float(x), float(y))
        return found

    @cached_property
    def to_lookouts(self) -> Approaches:
        """The last stretches to all lookouts."""
        return self.network.approaches_to(self.lookouts)

    def equipment(self, kind: str) -> list[tuple[str, int, XY]]:
        """Return id, space and point of the plan's equipment of a kind, in file order."""
        index = self.plan.space_index
        return [(e.id, index[e.space], (e.at[0], e.at[1])) for e in self.plan.equipment if e.kind == kind]

    @cached_property
    def locked_at_start(self) -> NDArray[np.bool_]:
        """Whether each way is locked, at the start, against who wants to enter each side; shape (ways, 2)."""
        sides = [[self._locked_against(w, k) for k in (0, 1)] for w in range(self.network.ways)]
        return np.array(sides, dtype=bool).reshape(-1, 2)

    @cached_property
    def is_card(self) -> NDArray[np.bool_]:
        """Whether each way's lock opens by card; shape (ways, 1)."""
        cards = [o.lock == "access-control" for o in self.plan.openings] + [False] * len(self.plan.stairs)
        return np.array(cards, dtype=bool).reshape(-1, 1)

    def _locked_against(self, way: int, side: int) -> bool:
        if way >= self.network.openings:
            return False
        opening: Opening = self.plan.openings[way]
        if opening.state == "both":
            return True
        return opening.state == "outside" and side == self.inner_side(way)


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
    world: World = plan.memo(("world", scenario.laws), lambda: World(plan, scenario.laws))
    return world
