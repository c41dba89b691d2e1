"""Walking in the reference crowd: pieces of legs, and route decisions.

Rules A 4, A 10 and A 13 of docs/model/crowd.md. The state of a person stands in lists indexed by its number.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import cast

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import Event, EventPriority

from drillsim.crowd.clock import PEOPLE_RANK, Timer
from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.distance_field import (
    LOCKABLE_GOAL,
    OUTSIDE_GOAL,
    REFUGE_GOAL,
    Field,
    Option,
    WalkGoal,
    settles,
)
from drillsim.crowd.geometry.legs import Leg, Legs, stretch
from drillsim.crowd.geometry.polyline import XY, Corners, split
from drillsim.crowd.geometry.trajectory import Tracks
from drillsim.crowd.geometry.turned_walk import Start, TurnedWalk, corners_from
from drillsim.crowd.laws import BY_STEPS, TIE, Pace
from drillsim.crowd.reference.borders import Borders
from drillsim.crowd.states import (
    ABSENT,
    AWAY,
    FLIGHT,
    NOWHERE,
    ON_LEG,
    ON_STAIR,
    OUT,
    QUEUED,
    REACHED,
    SEAM,
    SETTLED,
    STRANDED,
    WAITING,
    WALKING,
)

Laid = tuple[frozenset[int], frozenset[int], dict[WalkGoal, frozenset[int]]]
"""By what distances are laid: ways the crowd may not pass, ways that are held open, and the open rooms of goals."""


class Walking(Borders):
    """Persons between the borders, and their route decisions."""

    def __init__(
        self,
        env: simpy.Environment,
        cells: Cells,
        spaces: list[int],
        xs: list[float],
        ys: list[float],
        arrives_s: NDArray[np.float64] | None = None,
    ) -> None:
        people = len(spaces)
        at = cells.cells_at(np.array(spaces, dtype=np.int64), np.array(xs), np.array(ys))
        self._cell: list[int] = at.tolist()
        here = at if arrives_s is None else at[np.isnan(arrives_s)]
        super().__init__(env, cells, np.bincount(here, minlength=cells.cells + 1).tolist(), people)
        self._way_directions = 2 * cells.ways
        self._first_flight = cells.cells - cells.stairs
        self._leads = cells.leads
        self._way_xy, self._legs = cells.way_xy, cells.derived(Legs)
        self._state = [WAITING] * people
        self._space, self._x, self._y = spaces, xs, ys
        self._node = [NOWHERE] * people
        """Where a leg began: a node, or NOWHERE when it began at (x, y)."""
        self._rows: list[list[float] | None] = [None] * people
        """Metres from (x, y) to the ways of the space, once somebody wants to know."""
        self._turned: list[TurnedWalk | None] = [None] * people
        """The ways on from (x, y), where they are not the shortest walks (rule 12)."""
        self._target = [NOWHERE] * people
        self._leg: list[Leg] = [()] * people
        self._piece = [0] * people
        self._began_s = [0.0] * people
        self._speed = [0.0] * people
        self._level: list[float] = []
        self._up: list[float] = []
        self._down: list[float] = []
        self._arrived = [0.0] * people
        self._steps: list[Timer | None] = [None] * people
        self._goal = [OUTSIDE_GOAL] * people
        self._aim = [OUTSIDE_GOAL] * people
        self._end_s = [float("nan")] * people
        self._claims = [0] * self._way_directions
        self._held: frozenset[int] = frozenset()
        """Ways locked from outside that somebody with a key holds open."""
        self._open_rooms: dict[WalkGoal, frozenset[int]] = {LOCKABLE_GOAL: frozenset(), REFUGE_GOAL: frozenset()}
        """Rooms that still have a place, by goal."""
        self._laid: Laid = (frozenset(), self._held, dict(self._open_rooms))
        self._pace: list[Pace] = [BY_STEPS] * people
        self._fields: dict[tuple[WalkGoal, Pace], Field] = {}
        """The fields by goal and pace that were asked for, as the ways are laid now."""
        self._under_way = self._elsewhere = 0
        self._departed: list[tuple[float, int]] = []
        """Time and number of each person who is out, in order of happening."""
        self._locked_rooms: dict[int, float] = {}
        """Rooms locked during the drill, and since when."""
        self._by_metres, self._patience_s = False, cells.laws.patience_s
        self._tracks: Tracks | None = None
        self._when_arrived = [self._at_end]
        self._ranks = cast(list[EventPriority], list(range(PEOPLE_RANK, PEOPLE_RANK + people)))

    # ------------------------------------------------------------------ pieces
    def _schedule(self, p: int, delay_s: float) -> None:
        step = self._steps[p]
        if step is None:
            step = self._steps[p] = Timer(self.env, p)
        step.callbacks = self._when_arrived  # type: ignore[assignment]
        self.env.schedule(step, self._ranks[p], delay_s)

    def _call_off(self, p: int) -> None:
        step = self._steps[p]
        if step is not None:
            step.number = -1
            self._steps[p] = None

    def _walk(self, p: int, *, same_speed: bool = False) -> None:
        """Begin the next piece of a leg, at the speed its cell allows now."""
        cell, length, direction = self._leg[p][self._piece[p]]
        if not same_speed or self._speed[p] <= 0.0:
            speed = self._level[p] if cell < self._first_flight else self._stair_speed(p, cell, direction)
            self._speed[p] = speed * self.cells.factor(cell, self._filled[cell])
        self._state[p] = WALKING
        self._began_s[p] = self.env.now
        if self._tracks is not None:
            self._record(p, 0.0)
        self._schedule(p, length / self._speed[p])

    def _stair_speed(self, p: int, cell: int, direction: int) -> float:
        """Return the speed on a flight: the assigned one, else the level speed times the stair's factor."""
        up = (direction >> 1) - self.cells.ways & 1
        own = self._up[p] if up else self._down[p]
        return self.cells.flight_mps(cell - self._first_flight, up, self._level[p], own)

    def _at_end(self, event: Event) -> None:
        """Reach the border at the end of a piece; or begin, when a premovement has ended."""
        p: int = event.number  # type: ignore[attr-defined]
        if p < 0:
            return
        if self._state[p] == ABSENT:
            self._come(p)
            return
        if self._state[p] != WALKING:
            self._begin(p)
            self._tell()
            return
        _, length, direction = self._leg[p][self._piece[p]]
        if self._tracks is not None:
            self._record(p, length)
        if p < self._people or not self._unit_at_end(p, direction):
            self._state[p] = QUEUED
            self._join(p, direction)
        self._tell()

    def _enter(self, p: int, direction: int) -> None:
        lead = self._leads[direction]
        if lead == SEAM:
            self._piece[p] += 1
            self._walk(p)
            return
        if direction < self._way_directions:
            self._claims[direction] -= 1
            self._target[p] = NOWHERE
        if lead == FLIGHT:
            self._space[p] = ON_STAIR
            self._node[p] = direction
            self._leg[p], self._piece[p] = self._legs.flight_leg(direction >> 1, direction & 1), 0
            self._walk(p)
            return
        self._rows[p] = self._turned[p] = None
        if lead == OUT:
            self._space[p] = -1
            self._x[p], self._y[p] = self._way_xy[direction >> 1][direction & 1]
            self._node[p] = NOWHERE
        else:
            self._space[p] = self.cells.graph.node_space[lead]
            self._node[p] = lead
        if p >= self._people:
            self._unit_enters(p)
        else:
            self._person_enters(p, lead)

    # --------------------------------------------------------------- decisions
    @abstractmethod
    def _come(self, p: int) -> None:
        """Let a person come into the building, or count it as lost where its cell is full."""

    @abstractmethod
    def _begin(self, p: int) -> None:
        """Start a person when its premovement ends, unless its room was locked meanwhile."""

    def _field(self, goal: WalkGoal, p: int) -> Field:
        key = (goal, self._pace[p])
        if key not in self._fields:
            self._fields[key] = self._field_as(goal, p, self._laid)
        return self._fields[key]

    def _field_as(self, goal: WalkGoal, p: int, laid: Laid) -> Field:
        members = laid[2].get(goal, goal.members)
        return self.cells.field(goal._replace(members=members), laid[0], laid[1], self._pace[p])

    def _person_enters(self, p: int, node: int) -> None:
        """Finish, or choose among the ways with a smaller potential than the one just passed (A 10)."""
        field = self._field(self._aim[p], p)
        if node == OUT or field.reaches(self._space[p]):
            self._finish(p)
            return
        options = field.options(node)
        if options:
            self._set_out(p, self._choose(p, options, None))
        else:
            self._decide_afresh(p)

    def _decide_afresh(self, p: int, *, same_speed: bool = False) -> None:
        """Choose a way at the start, or after a change, and take it (A 11)."""
        self._take(p, self._way_afresh(p), same_speed=same_speed)

    def _way_afresh(self, p: int) -> int:
        """Return the direction to take, of the ways whose shortest continuation does not come back in; NOWHERE, or REACHED."""
        space = self._space[p]
        goal = self._aim[p] = self._goal[p]
        field = self._field(goal, p)
        if field.reaches(space):
            return REACHED
        options = field.starts(space)
        if not options and goal.kind in ("exits", "refuge"):
            self._aim[p] = OUTSIDE_GOAL
            options = self._field(OUTSIDE_GOAL, p).starts(space)
        return self._choose(p, options, self._metres(p)) if options else NOWHERE

    def _take(self, p: int, direction: int, *, same_speed: bool) -> None:
        """Set out to a way; finish where the goal is reached; be stranded where there is no way."""
        if direction == REACHED:
            self._finish(p)
        elif direction == NOWHERE:
            self._state[p] = STRANDED
        else:
            self._set_out(p, direction, same_speed=same_speed)

    def _set_out(self, p: int, direction: int, *, same_speed: bool = False) -> None:
        """Claim a way, and walk to it."""
        self._target[p] = direction
        self._claims[direction] += 1
        self._leg[p], self._piece[p] = self._leg_to(p, direction >> 1), 0
        self._walk(p, same_speed=same_speed)

    def _choose(self, p: int, options: tuple[Option, ...], rows: list[float] | None) -> int:
        """Return the direction to take: the least time alone, unless queues make another way clearly quicker."""
        if len(options) == 1:
            return options[0].direction
        by_metres = self._by_metres or self._aim[p].kind == "exits" or self._goal[p].kind == "exits"
        speed = 1.0 if by_metres else self._level[p]
        near = quick = -1
        least_alone = least_cost = cost_of_near = float("inf")
        for direction, row, metres, left_m, onward, left_there_m in options:
            walk_s = (metres if rows is None else rows[row]) / speed
            alone = walk_s + left_m / speed
            claims = self._claims[direction]
            wait_s = max(0.0, claims / self._capacity_ps[direction >> 1] - walk_s)
            if onward >= 0:  # and the queue of the way behind it
                then_s = walk_s + wait_s + (left_m - left_there_m) / speed
                wait_s += max(0.0, (claims + self._claims[onward]) / self._capacity_ps[onward >> 1] - then_s)
            cost = alone + wait_s
            if alone < least_alone - TIE:
                near, least_alone, cost_of_near = direction, alone, cost
            if cost < least_cost - TIE:
                quick, least_cost = direction, cost
        return near if by_metres or cost_of_near - least_cost <= self._patience_s else quick

    def _finish(self, p: int) -> None:
        """Mark a person as out, or as settled in its goal room."""
        self._end_s[p] = self.env.now
        self._under_way -= 1
        if settles(self._aim[p]):
            self._state[p] = SETTLED
            self._room_taken(self._aim[p], self._space[p])
        else:
            self._state[p] = AWAY
            self._departed.append((self.env.now, p))

    @abstractmethod
    def _room_taken(self, goal: WalkGoal, space: int) -> None:
        """See whether a room that somebody settled in is full now."""

    @abstractmethod
    def _unit_at_end(self, p: int, direction: int) -> bool:
        """Return whether a unit does something else than queue at the end of a piece."""

    @abstractmethod
    def _unit_enters(self, p: int) -> None:
        """Go on with a unit's path."""

    # ------------------------------------------------------------------ places
    def _cell_of(self, p: int) -> int:
        """Return the cell somebody stands or walks in."""
        if self._state[p] in ON_LEG:
            return self._leg[p][self._piece[p]][0]
        if self._node[p] >= 0:
            return self.cells.way_cell[self._node[p] >> 1][self._node[p] & 1]
        return self._cell[p] if self._space[p] != -1 else -1

    def _metres(self, p: int) -> list[float]:
        """Return the metres from where somebody stands to each way of the space."""
        if self._node[p] >= 0:
            graph, space = self.cells.graph, self._space[p]
            return graph.dist[space][graph.row[space][self._node[p] >> 1]]
        rows = self._rows[p]
        if rows is None:
            rows = self._rows[p] = self._legs.metres_from(self._space[p], self._x[p], self._y[p])
        return rows

    def _leg_to(self, p: int, way: int) -> Leg:
        """Return the pieces from where somebody stands to a way of the space."""
        if self._node[p] >= 0:
            return self._legs.leg(self._node[p], way)
        space = self._space[p]
        side = int(self.cells.network.side(way, space))
        onward, row = 2 * way + 1 - side, self.cells.graph.row[space][way]
        if self.cells.cell_count[space] == 1:
            return ((self.cells.first_cell[space], self._metres(p)[row], onward),)
        return self._legs.cut(space, self._corners_to(p, way), self._cell[p], self.cells.way_cell[way][side], onward)

    def _start(self, p: int) -> Start:
        """Return where somebody stands or began its leg."""
        if self._node[p] >= 0:
            return self._node[p]
        return self._turned[p] or (self._x[p], self._y[p])

    def _corners_to(self, p: int, way: int) -> Corners:
        return corners_from(self._legs, self._space[p], self._start(p), way)

    def _course(self, p: int) -> Corners:
        """Return the corners of the leg somebody is on."""
        if self._space[p] == ON_STAIR:
            way, side = self._node[p] >> 1, self._node[p] & 1
            return (self._way_xy[way][1 - side], self._way_xy[way][side])
        return self._corners_to(p, self._target[p] >> 1)

    def _walked_m(self, p: int) -> float:
        """Return the metres of the leg that lie behind somebody who walks or queues."""
        leg, at, done = self._leg[p], self._piece[p], 0.0
        for piece in leg[:at]:
            done += piece[1]
        if self._state[p] != WALKING:
            return done + leg[at][1]
        return done + min(leg[at][1], self._speed[p] * (self.env.now - self._began_s[p]))

    def _place(self, p: int) -> XY:
        """Return where somebody is."""
        if self._state[p] in ON_LEG:
            corners = self._course(p)
            return split(corners, self._walked_m(p) * stretch(corners, self._leg[p]))[1]
        if self._node[p] >= 0:
            return self._way_xy[self._node[p] >> 1][self._node[p] & 1]
        return (self._x[p], self._y[p])

    def _record(self, p: int, in_piece_m: float) -> None:
        """Note where somebody is, `in_piece_m` metres into the piece."""
        assert self._tracks is not None
        corners, leg = self._course(p), self._leg[p]
        at_m = sum(piece[1] for piece in leg[: self._piece[p]]) + in_piece_m
        cell, _, direction = leg[self._piece[p]]
        level = self.cells.level[cell]
        if level < 0:  # outside, before the entry that it queues at
            network = self.cells.network
            level = int(network.space_level[network.way_spaces[direction >> 1, direction & 1]])
        self._tracks.note(p, level, self.env.now, corners, at_m * stretch(corners, leg))
