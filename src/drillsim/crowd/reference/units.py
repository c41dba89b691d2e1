"""Units in the reference crowd: they walk an assigned path, fill places and wait in queues like persons.

Rule A 16 of docs/model/crowd.md. The response decides where they go; here they walk, queue and unlock.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import EventPriority

from drillsim.crowd.clock import PEOPLE_RANK
from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.distance_field import OUTSIDE_GOAL
from drillsim.crowd.geometry.polyline import XY, Corners
from drillsim.crowd.interface import UnitPath
from drillsim.crowd.reference.rerouting import Rerouting
from drillsim.crowd.states import ARRIVED, AWAY, NOWHERE, ON_STAIR, QUEUED, STANDING, UNLOCKING
from drillsim.errors import SimulationError


class Units(Rerouting):
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
        self._paths: dict[int, UnitPath] = {}
        self._to_pass: dict[int, list[int]] = {}
        """Directions of the path that are still to pass."""
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

    def send(self, unit: int, path: UnitPath, *, level_mps: float | None = None) -> None:
        """Let a unit walk an assigned path from where it stands; see Crowd.send."""
        directions = path.directions()
        keeps_place = directions[:1] == [self._target[unit]]
        if level_mps is not None:
            self._level[unit] = level_mps
        if self._space[unit] == ON_STAIR or keeps_place:
            self._paths[unit], self._to_pass[unit] = path, directions
            return
        self._stand(unit)
        self._paths[unit], self._to_pass[unit] = path, directions
        self._follow(unit)

    def halt(self, unit: int) -> None:
        """Stop a unit at the point that it has reached; on a stair it goes on to the end first."""
        if self._space[unit] != ON_STAIR:
            self._stand(unit)
        self._paths.pop(unit, None)
        self._to_pass.pop(unit, None)

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
        """Walk to the next way of the path, or to its end; stand where there is no path."""
        path, space = self._paths.get(unit), self._space[unit]
        if path is None:
            self._state[unit] = STANDING
            return
        if self._to_pass[unit]:
            direction = self._to_pass[unit][0]
            way, side = direction >> 1, direction & 1
            if int(self.cells.network.way_spaces[way, 1 - side]) != space:
                name = self.cells.border_name(way)
                raise SimulationError(f"unit '{self._keys[unit]}' was sent through {name}, far from where it stands")
            self._target[unit] = direction
            self._claims[direction] += 1
            if space < 0:
                self._x[unit], self._y[unit] = self._way_xy[way][side]
                self._leg[unit], self._piece[unit] = ((-1, 0.0, direction),), 0
                self._walk(unit)
                return
            self._leg[unit], self._piece[unit] = self._leg_to(unit, way), 0
        elif path.goal_space != space:
            raise SimulationError(f"the path of unit '{self._keys[unit]}' does not lead to its goal")
        elif space < 0:
            self._arrive(unit)
            return
        else:
            end = self.cells.cell_at(space, *path.goal_xy)
            start = self._cell_of(unit)
            self._leg[unit], self._piece[unit] = self._legs.cut(space, self._course(unit), start, end, ARRIVED), 0
        self._walk(unit)

    def _course(self, p: int) -> Corners:
        if p < self._people or self._space[p] == ON_STAIR:
            return super()._course(p)
        if self._space[p] == -1:
            return ((self._x[p], self._y[p]),)
        if self._target[p] >= 0:
            return self._corners_to(p, self._target[p] >> 1)
        node = self._node[p]
        start = self._way_xy[node >> 1][node & 1] if node >= 0 else (self._x[p], self._y[p])
        return self._legs.corners_between(self._space[p], start, self._paths[p].goal_xy)

    def _unit_at_end(self, p: int, direction: int) -> bool:
        if direction == ARRIVED:
            self._arrive(p)
            return True
        path = self._paths.get(p)
        if direction == self._target[p] and path is not None:
            delay = path.delay_s(direction)
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
        path = self._paths.get(p)
        if path is not None:
            passed, to_pass = self._node[p] if self._space[p] >= 0 else NOWHERE, self._to_pass[p]
            if to_pass and (passed < 0 or to_pass[0] == passed):
                del to_pass[0]
            if path.on_enter is not None:
                self._news.append(partial(path.on_enter, p, self._space[p]))
        self._follow(p)

    def _arrive(self, p: int) -> None:
        path = self._paths.pop(p)
        del self._to_pass[p]
        if self._space[p] >= 0:
            self._x[p], self._y[p] = path.goal_xy
            self._cell[p] = self.cells.cell_at(self._space[p], *path.goal_xy)
            self._node[p] = NOWHERE
            self._rows[p] = self._turned[p] = None
        self._state[p] = STANDING
        if path.on_arrive is not None:
            self._news.append(partial(path.on_arrive, p))
