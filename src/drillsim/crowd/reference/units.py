"""Units on the move: persons of group `unit` with an assigned path, counted in cells and served in turn like all.

Rule A 16 of docs/model/crowd.md. The response decides where they go; here they only walk, queue and unlock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import EventPriority

from drillsim.crowd.clock import PEOPLE_RANK
from drillsim.crowd.geometry.cells import Cells, Corners
from drillsim.crowd.geometry.distance_field import OUTSIDE_GOAL
from drillsim.crowd.geometry.polyline import XY
from drillsim.crowd.interface import LockDelay, OnArrive, OnEnter, Order
from drillsim.crowd.reference.walking import Walking
from drillsim.crowd.states import ARRIVED, AWAY, NOWHERE, ON_STAIR, QUEUED, STANDING, UNLOCKING
from drillsim.errors import SimulationError


class Units(Walking):
    """The units among the walkers; unit numbers follow those of the people."""

    def __init__(
        self,
        env: simpy.Environment,
        cells: Cells,
        spaces: list[int],
        xs: list[float],
        ys: list[float],
        arrives_s: NDArray[np.float64] | None = None,
    ) -> None:
        super().__init__(env, cells, spaces, xs, ys, arrives_s)
        self._orders: dict[int, Order] = {}
        self._keys: dict[int, str] = {}

    def add_unit(
        self, key: str, space: int, xy: XY, *, level_mps: float, stair_up_mps: float, stair_down_mps: float
    ) -> int:
        """Place a unit at a point of a space (-1: outside) and return its number; it stands until it is sent."""
        p = len(self._state)
        cell = self.cells.cell_at(space, *xy) if space >= 0 else -1
        self._settle_person_seconds(cell)
        self._filled[cell] += 1
        self._units_in[cell] += 1
        self._state.append(STANDING)
        self._space.append(space)
        self._x.append(float(xy[0]))
        self._y.append(float(xy[1]))
        self._cell.append(cell)
        self._ranks.append(EventPriority(PEOPLE_RANK + p))
        for speeds, speed in ((self._level, level_mps), (self._up, stair_up_mps), (self._down, stair_down_mps)):
            speeds.append(float(speed))
        for whole, nothing in ((self._node, NOWHERE), (self._target, NOWHERE), (self._piece, 0)):
            whole.append(nothing)
        for real in (self._began_s, self._speed, self._arrived):
            real.append(0.0)
        self._rows.append(None)
        self._turned.append(None)
        self._leg.append(())
        self._steps.append(None)
        self._goal.append(OUTSIDE_GOAL)
        self._aim.append(OUTSIDE_GOAL)
        self._end_s.append(float("nan"))
        self._keys[p] = key
        return p

    def send(
        self,
        unit: int,
        ways: Sequence[tuple[int, int]],
        goal_space: int,
        goal_xy: XY,
        *,
        level_mps: float | None = None,
        lock_delay: LockDelay | None = None,
        locks: Collection[int] | None = None,
        on_enter: OnEnter | None = None,
        on_arrive: OnArrive | None = None,
    ) -> None:
        """Walk an assigned path from where the unit stands.

        ways
            Pairs (way, side entered). From outside the first one is an entry, where the unit queues. Somebody on a
            stair goes on to its end first, and the path begins in the space there. A unit that already walks or
            queues for the first way keeps its place.
        level_mps
            Its level speed from now on; as before where absent.
        lock_delay
            Seconds to open a way towards a side; asked when the unit is there, and spent before queueing.
        locks
            The ways at which that is asked; all of the path where absent. Fewer are cheaper.
        on_enter
            Called with unit and space when an event in which it has entered a space is over; may call `send` again.
        on_arrive
            Called with the unit when it stands at the goal.
        """
        goal = (goal_space, (float(goal_xy[0]), float(goal_xy[1])))
        order = Order(ways, goal, lock_delay, locks, on_enter, on_arrive)
        first = 2 * order.ways[0][0] + order.ways[0][1] if order.ways else NOWHERE
        keeps = first >= 0 and first == self._target[unit]
        if level_mps is not None:
            self._level[unit] = level_mps
        if self._space[unit] == ON_STAIR or keeps:
            self._orders[unit] = order
            return
        self._stand(unit)
        self._orders[unit] = order
        self._follow(unit)

    def halt(self, unit: int) -> None:
        """Let a unit stand where it is; one on a stair goes on to its end first."""
        if self._space[unit] == ON_STAIR:
            self._orders[unit] = Order([], None)
            return
        self._stand(unit)
        self._orders.pop(unit, None)

    def unit_place(self, unit: int) -> tuple[int, XY]:
        """Return the space and the point where a unit is now; on a stair the end it walks to; space -1 outside."""
        if self._space[unit] == ON_STAIR:
            way, side = self._node[unit] >> 1, self._node[unit] & 1
            return self.cells.graph.node_space[self._node[unit]], self._way_xy[way][side]
        return self._space[unit], self._place(unit)

    # ------------------------------------------------------------------- path
    def _stand(self, unit: int) -> None:
        """Leave walk, queue or lock."""
        if self._state[unit] == UNLOCKING:
            self._call_off(unit)
            target = self._target[unit]
            self._claims[target] -= 1
            self._target[unit] = NOWHERE
            self._node[unit] = target ^ 1 if self._space[unit] >= 0 else NOWHERE
            self._state[unit] = STANDING
        self._leave(unit)
        self._state[unit] = STANDING

    def _follow(self, unit: int) -> None:
        """Go to the next way of the path, or to its end."""
        order, space = self._orders[unit], self._space[unit]
        if order.ways:
            way, side = order.ways[0]
            if int(self.cells.network.way_spaces[way, 1 - side]) != space:
                name = self.cells.border_name(way)
                raise SimulationError(f"unit '{self._keys[unit]}' was sent through {name}, far from where it stands")
            direction = self._target[unit] = 2 * way + side
            self._claims[direction] += 1
            if space < 0:
                self._x[unit], self._y[unit] = self._way_xy[way][side]
                self._leg[unit], self._piece[unit] = ((-1, 0.0, direction),), 0
                self._walk(unit)
                return
            self._leg[unit], self._piece[unit] = self._leg_to(unit, way), 0
        elif order.goal is None:
            self._state[unit] = STANDING
            del self._orders[unit]
            return
        elif order.goal[0] != space:
            raise SimulationError(f"the path of unit '{self._keys[unit]}' does not lead to its goal")
        elif space < 0:
            self._arrive(unit)
            return
        else:
            end = self.cells.cell_at(space, *order.goal[1])
            start = self._cell_of(unit)
            self._leg[unit], self._piece[unit] = self.cells.cut(space, self._course(unit), start, end, ARRIVED), 0
        self._walk(unit)

    def _course(self, p: int) -> Corners:
        if p < self._people or self._space[p] == ON_STAIR:
            return super()._course(p)
        if self._space[p] == -1:
            return ((self._x[p], self._y[p]),)
        if self._target[p] >= 0:
            return self._corners_to(p, self._target[p] >> 1)
        goal = self._orders[p].goal
        assert goal is not None
        node = self._node[p]
        start = self._way_xy[node >> 1][node & 1] if node >= 0 else (self._x[p], self._y[p])
        return self.cells.corners_between(self._space[p], start, goal[1])

    def _unit_at_end(self, p: int, direction: int) -> bool:
        if direction == ARRIVED:
            self._arrive(p)
            return True
        order = self._orders.get(p)
        if direction == self._target[p] and order is not None:
            delay = order.delay_s(direction >> 1, direction & 1)
            if delay > 0.0:
                self._state[p] = UNLOCKING
                self._schedule(p, delay)
                return True
        return False

    def _unlocked(self, p: int) -> None:
        """Queue at a way whose lock is open now."""
        self._state[p] = QUEUED
        self._join(p, self._target[p])

    def _unit_enters(self, p: int) -> None:
        """Go on along the path, and tell the response."""
        self._state[p] = AWAY if self._space[p] == -1 else STANDING
        order = self._orders[p]
        passed = self._node[p] if self._space[p] >= 0 else NOWHERE
        if order.ways and (passed < 0 or order.ways[0] == (passed >> 1, passed & 1)):
            del order.ways[0]
        if order.on_enter is not None:
            self._news.append(partial(order.on_enter, p, self._space[p]))
        self._follow(p)

    def _arrive(self, p: int) -> None:
        order = self._orders.pop(p)
        if self._space[p] >= 0 and order.goal is not None:
            self._x[p], self._y[p] = order.goal[1]
            self._cell[p] = self.cells.cell_at(self._space[p], *order.goal[1])
            self._node[p] = NOWHERE
            self._rows[p] = self._turned[p] = None
        self._state[p] = STANDING
        if order.on_arrive is not None:
            self._news.append(partial(order.on_arrive, p))
