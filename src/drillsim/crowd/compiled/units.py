"""Units of the compiled crowd, and everything that needs legs laid around corners (rules A 12 and A 16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.compiled.allocation import stand_unit
from drillsim.crowd.compiled.observation import CompiledObservation
from drillsim.crowd.compiled.static import grown
from drillsim.crowd.geometry.legs import Leg, stretch, walked_m
from drillsim.crowd.geometry.polyline import XY, Corners, split
from drillsim.crowd.geometry.turned_walk import Start, TurnedWalk, corners_from
from drillsim.crowd.interface import UnitPath
from drillsim.crowd.kernel import event_loop, orders
from drillsim.crowd.kernel.records import AT_GOAL, AT_LOCK, ENTERED, LEGS_TO_LAY, NO_GOAL, NOTICES, UNITS
from drillsim.crowd.kernel.transitions import follow
from drillsim.crowd.states import ARRIVED, NOWHERE, ON_STAIR, STANDING, UNLOCKING
from drillsim.errors import SimulationError

Numbers = NDArray[np.int64]


class CompiledUnits(CompiledObservation):
    """Units that walk among the people; their numbers follow those of the people."""

    def add_unit(
        self, key: str, space: int, xy: XY, *, level_mps: float, stair_up_mps: float, stair_down_mps: float
    ) -> int:
        """Place a unit at a point of a space (-1: outside) and return its number; it stands until it is sent."""
        self._play_until_now()
        people, units = self._t.people, self._t.units
        p = self._people + int(self._n[UNITS])
        if p >= len(people):
            rows = 2 * len(people) - self._people
            events = grown(self._t.events, len(self._t.events) + rows - len(people))
            self._replace_arrays(
                people=grown(people, rows), details=grown(self._t.details, rows), units=grown(units, rows - self._people),
                events=events, heap=grown(self._t.heap, len(events)),
            )  # fmt: skip
        cell = self.cells.cell_at(space, *xy) if space >= 0 else self.cells.cells
        stand_unit(self._at, p, space, cell, float(xy[0]), float(xy[1]), level_mps, stair_up_mps, stair_down_mps)
        self._keys[p] = key
        return p

    def send(self, unit: int, path: UnitPath, *, level_mps: float | None = None) -> None:
        """Let a unit walk an assigned path from where it stands; see Crowd.send."""
        self._play_until_now()
        me, directions = self._t.people[unit], path.directions()
        keeps_place = directions[:1] == [me["target"]]
        if level_mps is not None:
            me["level"] = level_mps
        stays = me["space"] == ON_STAIR or keeps_place
        if not stays:
            self._stand(unit)
        self._check_path(unit, path, directions)
        self._set_order(unit, path, directions)
        if not stays:
            self._measure([unit])
            follow(self._at, unit)
        self._after_order()

    def halt(self, unit: int) -> None:
        """Let a unit stand where it is; one on a stair goes on to its end first."""
        self._play_until_now()
        if self._t.people[unit]["space"] != ON_STAIR:
            self._stand(unit)
        self._paths.pop(unit, None)
        told = self._t.units[unit - self._people]
        told["steps"], told["goal"], told["tells"] = 0, NO_GOAL, 0
        self._schedule_wake()

    def unit_place(self, unit: int) -> tuple[int, XY]:
        """Return the space and the point where a unit is now; on a stair the end it walks to; space -1 outside."""
        self._play_until_now()
        me = self._t.people[unit]
        if me["space"] == ON_STAIR:
            node = int(me["node"])
            return self.cells.graph.node_space[node], self.cells.way_xy[node >> 1][node & 1]
        return int(me["space"]), self._place(unit)

    def _after_order(self) -> None:
        """Handle the notices of an order, and set the timer anew."""
        if self._n[NOTICES] or self._n[LEGS_TO_LAY]:
            self._handle_notices()
        self._schedule_wake()

    def _check_path(self, unit: int, path: UnitPath, directions: Sequence[int]) -> None:
        me = self._t.people[unit]
        space, node_space = int(me["space"]), self.cells.graph.node_space
        if space == ON_STAIR:
            space = node_space[int(me["node"])]
        for direction in directions:
            if node_space[direction ^ 1] != space:
                name = self.cells.border_name(direction >> 1)
                raise SimulationError(f"unit '{self._keys[unit]}' was sent through {name}, far from where it stands")
            space = node_space[direction]
        if path.goal_space != space:
            raise SimulationError(f"the path of unit '{self._keys[unit]}' does not lead to its goal")

    def _set_order(self, unit: int, path: UnitPath, directions: Sequence[int]) -> None:
        self._paths[unit] = path
        begin = self._put("paths", [2 * direction + path.is_lock(direction) for direction in directions])
        space, (x, y) = path.goal_space, path.goal_xy
        told = self._t.units[unit - self._people]
        told["path"], told["steps"], told["goal"], told["x"], told["y"] = begin, len(directions), space, x, y
        told["end"] = self.cells.cell_at(space, x, y) if space >= 0 else len(self._t.cells) - 1
        told["tells"] = path.on_enter is not None

    def _stand(self, unit: int) -> None:
        """Take a unit off its walk, queue or lock."""
        me = self._t.people[unit]
        if me["state"] == UNLOCKING:
            before = int(me["target"]) ^ 1
            orders.stand(self._at, unit)
            me["node"] = before if me["space"] >= 0 else NOWHERE
            me["row"] = me["corner"] = -1
        elif me["state"] != STANDING:
            self._leave(np.array([unit]))
        me["state"] = STANDING

    def _handle_unit_notice(self, what: int, unit: int, where: int) -> None:
        path = self._paths.get(unit)
        if what == AT_LOCK:
            delay_s = path.delay_s(where) if path is not None else 0.0
            orders.unlocked(self._at, unit, max(0.0, delay_s))
            if self._t.people[unit]["state"] == UNLOCKING and orders.is_next(self._at, unit):
                event_loop.advance(self._at, float(self.env.now), True, 1, -1)
        elif what == ENTERED and path is not None and path.on_enter is not None:
            path.on_enter(unit, where)
        elif what == AT_GOAL and path is not None:
            del self._paths[unit]
            if path.on_arrive is not None:
                path.on_arrive(unit)

    # ---------------------------------------------------- spaces with corners
    def _metres(self, p: int) -> list[float]:
        """Return the metres to each way of a non-convex space from where a person stands or began its leg."""
        me = self._t.people[p]
        node, space, row = int(me["node"]), int(me["space"]), int(me["row"])
        if node >= 0:
            return self.cells.graph.dist[space][self.cells.graph.row[space][node >> 1]]
        metres: list[float] = self._t.rows[row : row + len(self.network.space_ways[space])].tolist()
        return metres

    def _measure(self, people: Iterable[int]) -> None:
        """Store the metres to all ways for people who rest at a point of a non-convex space."""
        if self._static.convex:
            return
        numbers = np.asarray(people, dtype=np.int64)
        numbers = numbers[orders.are_unmeasured(self._at, numbers)]
        if not len(numbers):
            return
        here = self._t.people[numbers]
        for space in np.unique(here["space"]).tolist():
            chosen = np.flatnonzero(here["space"] == space)
            metres = self.network.distances(space, np.column_stack([here["x"][chosen], here["y"][chosen]]))
            begin = self._put("rows", metres.reshape(-1))
            self._t.people["row"][numbers[chosen]] = begin + np.arange(len(chosen)) * metres.shape[1]
            for p in numbers[chosen].tolist():
                self._turned.pop(p, None)

    def _corners_of_leg(self, p: int, space: int, target: int) -> Corners:
        return self._course(p) if target < 0 else corners_from(self._plan.legs, space, self._start(p), target >> 1)

    def _leave(self, people: Numbers) -> None:
        bent = orders.on_bent_legs(self._at, people)
        orders.leave_all(self._at, people[~bent])
        if bent.any():
            rows, points, turned = self._split_legs(people[bent])
            orders.turn_off(self._at, people[bent], rows, points)
            self._turned.update(turned)

    def _decide_again(self, people: Numbers) -> None:
        """Let people decide again, in order of number; who would take the way it has keeps place and walk (rule A 11)."""
        bent = orders.on_bent_legs(self._at, people)
        rows, points = np.full(len(people), -1, np.int64), np.zeros((len(people), 2))
        turned: dict[int, TurnedWalk] = {}
        if bent.any():
            rows[bent], points[bent], turned = self._split_legs(people[bent])
        left = orders.decide_all(self._at, people, rows, points)
        self._turned.update((p, turned[p]) for p in people[left & bent].tolist())

    def _split_legs(self, people: Numbers) -> tuple[Numbers, NDArray[np.float64], dict[int, TurnedWalk]]:
        """Return where the metres from people on bent legs begin, where they are, and the ways on: back or on (rule A 12)."""
        behind_m = orders.walked_of(self._at, people)
        rest_m, points, rows = np.zeros(len(people)), np.zeros((len(people), 2)), 0
        found: dict[int, TurnedWalk] = {}
        columns = self._t.people[["space", "node", "target", "row", "x", "y"]][people].tolist()
        for i, (p, walked, me) in enumerate(zip(people.tolist(), behind_m.tolist(), columns, strict=True)):
            space, node, target, row, x, y = me
            turned = self._turned.get(p)
            start: Start = node if node >= 0 else turned if turned is not None and row >= 0 else (x, y)
            if node >= 0 and target >= 0:
                corners, (whole, folded) = (
                    self._plan.legs.corners(node, target >> 1),
                    self._plan.leg_metres(node, target >> 1),
                )
            else:
                corners = corners_from(self._plan.legs, space, start, target >> 1) if target >= 0 else self._course(p)
                whole, folded = _metres_of(self._leg(p, corners), corners)
            parts = split(corners, walked * folded)
            points[i] = parts[1]
            rest_m[i] = whole - walked
            if p < self._people:
                found[p] = TurnedWalk(
                    self._plan.legs, space, start, target ^ 1, walked, whole - walked, parts, self._metres(p)
                )
                rows += len(self.network.space_ways[space])
        begin = self._room_in("rows", rows)
        return orders.measure_turns(self._at, people, behind_m, rest_m, begin), points, found

    def _leg(self, p: int, corners: Corners) -> Leg:
        """Return the pieces of the leg that a person or unit is on."""
        me, cells, legs = self._t.people[p], self.cells, self._plan.legs
        node, target, space = int(me["node"]), int(me["target"]), int(me["space"])
        if target >= 0 and node >= 0:
            return legs.leg(node, target >> 1)
        start = cells.cell_at(space, *corners[0])
        if target < 0:
            return legs.cut(space, corners, start, int(self._t.units[p - self._people]["end"]), ARRIVED)
        if cells.cell_count[space] == 1:
            return ((start, float(me["length"]), target),)
        return legs.cut(space, corners, start, int(self._static.nodes["cell"][target ^ 1]), target)


def _metres_of(leg: Leg, corners: Corners) -> tuple[float, float]:
    return walked_m(leg), stretch(corners, leg)
