"""The reference crowd: the definition of how a crowd moves, on SimPy's clock.

Orders act at the present instant and observation changes nothing (rules A of docs/model/crowd.md). The parts: borders (queues
and the handing over of places), walking (legs and route decisions), units (assigned paths), observation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial

import numpy as np
import simpy
from numpy.typing import ArrayLike, NDArray

from drillsim.crowd.clock import ORDER_RANK, Timer, advance_to
from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.distance_field import LOCKABLE_GOAL, OUTSIDE_GOAL, REFUGE_GOAL, SITE_GOAL, WalkGoal
from drillsim.crowd.geometry.trajectory import Tracks
from drillsim.crowd.interface import CrowdSettings
from drillsim.crowd.population import Population
from drillsim.crowd.reference.observation import Observation
from drillsim.crowd.reference.walking import Laid
from drillsim.crowd.states import ABSENT, AWAY, LOST, QUEUED, SETTLED, STRANDED, WAITING, WALKING


class ReferenceCrowd(Observation):
    """Persons and units of one drill as SimPy events: readable, slow, and the definition that CompiledCrowd must equal.

    settings
        How persons choose their ways; the default ones where None.
    record_legs
        Keep the walks for a replay.
    """

    def __init__(
        self,
        env: simpy.Environment,
        cells: Cells,
        population: Population,
        settings: CrowdSettings | None = None,
        *,
        record_legs: bool = False,
    ) -> None:
        settings = settings or CrowdSettings()
        super().__init__(
            env, cells, population.space.tolist(), population.x.tolist(), population.y.tolist(), population.arrives_s
        )
        self.population, self.network = population, cells.network
        self._level = population.level_mps.tolist()
        self._pace[: self._people] = [population.pace_of_group[g] for g in population.group.tolist()]
        self._up, self._down = population.stair_up_mps.tolist(), population.stair_down_mps.tolist()
        self._by_metres = settings.routes == "shortest"
        self._assigned: dict[int, WalkGoal] = {
            s: WalkGoal("exits", frozenset({w})) for s, w in settings.assigned.items()
        }
        self._blocked: set[int] = set()
        self._locked = set(cells.locked_ways)
        for way in settings.closed:
            self._blocked.add(int(way))
            self._shut[way] = True
        self._laid = self._as_now()
        self._tracks = Tracks() if record_legs else None
        self._ready_s: list[float | None] = [None] * self._people
        """Premovement of those who are still to come, once they have an order."""
        if population.arrives_s is not None:
            for p in np.flatnonzero(~np.isnan(population.arrives_s)).tolist():
                self._state[p], self._space[p] = ABSENT, -1
                self._elsewhere += 1
                self._schedule(p, float(population.arrives_s[p]))

    people_walk = True

    # ------------------------------------------------------------------ orders
    def occupy(self, counts: ArrayLike) -> None:
        """Ignore the counts: persons of this crowd move by orders alone."""

    def evacuate(
        self,
        people: NDArray[np.int64] | None = None,
        *,
        delay_s: NDArray[np.float64] | float = 0.0,
        away_from: int | None = None,
        avoided: Collection[int] = (),
    ) -> None:
        """Order people (all, where none are named) outside; whoever sits starts after the delay and its premovement.

        away_from
            A space to go round where there is a way: metres inside it count ten times.
        avoided
            Directions that they never take; the exits of `CrowdSettings.assigned` do not hold for them.
        """
        numbers = np.arange(self._people) if people is None else np.asarray(people, dtype=np.int64)
        if away_from is not None:
            goals = [WalkGoal("away", frozenset({int(away_from)}))] * len(numbers)
        elif avoided:
            goals = [OUTSIDE_GOAL._replace(avoided=frozenset(avoided))] * len(numbers)
        else:
            goals = [self._assigned.get(s, OUTSIDE_GOAL) for s in self.population.space[numbers].tolist()]
        self._command(numbers, goals, delay_s, self.population.premovement_s[numbers])

    def leave_site(self, people: NDArray[np.int64], *, delay_s: NDArray[np.float64] | float = 0.0) -> None:
        """Order people off the site, by its gates where some are drawn; whoever sits starts after the delay alone."""
        self._command(people, [SITE_GOAL] * len(people), delay_s)

    def to_lockable(
        self,
        people: NDArray[np.int64],
        *,
        open_rooms: Iterable[int],
        delay_s: NDArray[np.float64] | float = 0.0,
        avoided: Collection[int] = (),
    ) -> None:
        """Order people to the nearest lockable room that is open when they arrive.

        open_rooms
            Rooms to choose from; they take the place of those of an earlier order to people who avoid the same directions.
            Locked and full ones stop counting.
        avoided
            Directions that they never take.
        """
        goal = LOCKABLE_GOAL._replace(avoided=frozenset(avoided))
        rooms = frozenset(int(r) for r in open_rooms) - self._locked_rooms.keys()
        self._set_rooms(goal, frozenset(r for r in rooms if not self._is_full(r)))
        self._command(people, [goal] * len(people), delay_s)

    def to_refuge(
        self, people: NDArray[np.int64], spaces: Iterable[int], *, delay_s: NDArray[np.float64] | float = 0.0
    ) -> None:
        """Order people to the nearest of some spaces that has a place, to stay there; outside where there is no way.

        They start after the delay and their premovement. The spaces take the place of those of an earlier order.
        """
        numbers = np.asarray(people, dtype=np.int64)
        self._set_rooms(REFUGE_GOAL, frozenset(int(s) for s in spaces if not self._is_full(int(s))))
        self._command(numbers, [REFUGE_GOAL] * len(numbers), delay_s, self.population.premovement_s[numbers])

    def to_own_room(
        self, people: NDArray[np.int64], rooms: Iterable[int], *, delay_s: NDArray[np.float64] | float = 0.0
    ) -> None:
        """Order each of some people to a room of its own, to stay there; a full one is waited for at its door."""
        self._command(people, [WalkGoal("own", frozenset({int(r)})) for r in rooms], delay_s)

    def close(self, way: int) -> None:
        """Close a way: nobody enters it any more, and everybody knows."""
        self._set_blocked(way, True)
        self._tell()

    def reopen(self, way: int) -> None:
        """Open a closed way again; a lock stays as it is."""
        self._set_blocked(way, False)
        self._tell()

    def let_in(self, way: int, *, after_s: float) -> None:
        """Let people in by a way that is locked from outside: they come now, and it is unlocked for them after a time."""
        self._held |= {way}
        self._set_shut(way, True)
        self._renew()
        self._tell()
        self._order_in(after_s, lambda: self._set_shut(way, way in self._blocked))

    def lock_room(self, space: int) -> None:
        """Lock a room: it stops being a goal, its doors let no crowd through, and who is inside stays."""
        self._lock(space)
        self._tell()

    def unlock_room(self, space: int) -> None:
        """Unlock a room's doors again; who is inside stays until told otherwise."""
        self._unlock(space)
        self._tell()

    def advance_to(self, time_s: float) -> None:
        """Let everything happen up to and including a time, and set the clock to it."""
        advance_to(self.env, time_s)

    def when(self, spaces: Iterable[int], *, at_most: int) -> simpy.Event:
        """Return an event that succeeds once no more than so many persons, units apart, are in some spaces."""
        return self._watch([c for s in spaces for c in self.cells.cells_of(int(s))], at_most)

    def _order_in(self, delay_s: float, order: Callable[[], None]) -> None:
        """Give an order after a delay, before anything else that happens then."""

        def give(_event: object) -> None:
            order()
            self._tell()

        self.env.schedule(Timer(self.env, 0, give), ORDER_RANK, delay_s)

    def _command(
        self,
        people: NDArray[np.int64],
        goals: list[WalkGoal],
        delay_s: NDArray[np.float64] | float,
        premovement_s: NDArray[np.float64] | float = 0.0,
    ) -> None:
        """Set the goal of persons: those who sit start after delay and premovement, those under way turn when they hear it.

        Who comes in later starts after the premovement alone.
        """
        numbers = np.asarray(people, dtype=np.int64)
        told = np.broadcast_to(np.asarray(delay_s, dtype=np.float64), numbers.shape)
        ready = np.broadcast_to(np.asarray(premovement_s, dtype=np.float64), numbers.shape)
        self._measure(p for p in numbers.tolist() if self._state[p] in (WAITING, SETTLED))
        turning: dict[float, list[int]] = {}
        wanted: dict[int, WalkGoal] = {}
        for p, goal, when, start, after in zip(
            numbers.tolist(), goals, told.tolist(), (told + ready).tolist(), ready.tolist(), strict=True
        ):
            if self._state[p] in (WAITING, SETTLED):
                self._goal[p] = goal
                self._call_off(p)
                self._state[p] = WAITING
                self._schedule(p, start)
            elif self._state[p] == ABSENT:
                self._goal[p], self._ready_s[p] = goal, after
            elif self._state[p] not in (AWAY, LOST) and goal != self._goal[p]:
                wanted[p] = goal
                turning.setdefault(when, []).append(p)
        for when, turned in turning.items():
            turn = partial(self._turn, turned, [wanted[p] for p in turned])
            if when > 0.0:
                self._order_in(when, turn)
            else:
                turn()
        self._tell()

    def _measure(self, people: Iterable[int]) -> None:
        """Measure the ways out of each space for everybody in it at once."""
        sitting: dict[int, list[int]] = {}
        for p in people:
            if self._node[p] < 0 and self._rows[p] is None and not self.network.is_convex(self._space[p]):
                sitting.setdefault(self._space[p], []).append(p)
        for space, members in sitting.items():
            metres = self.network.distances(space, [(self._x[p], self._y[p]) for p in members])
            for p, row in zip(members, metres.tolist(), strict=True):
                self._rows[p] = row

    def _turn(self, people: list[int], goals: list[WalkGoal]) -> None:
        """Set another goal for persons under way; on a stair they decide at its end."""
        turning = []
        for p, goal in zip(people, goals, strict=True):
            if self._state[p] in (WALKING, QUEUED, STRANDED):
                self._goal[p] = self._aim[p] = goal
                turning.append(p)
        self._reroute([p for p in turning if self._state[p] == STRANDED or self._target[p] >= 0])

    def _come(self, p: int) -> None:
        cell = self._cell[p]
        if self._filled[cell] >= self._places[cell]:
            self._state[p], self._end_s[p] = LOST, self.env.now
            return
        self._settle_person_seconds(cell)
        self._filled[cell] += 1
        self._elsewhere -= 1
        self._space[p], self._state[p] = int(self.population.space[p]), WAITING
        ready = self._ready_s[p]
        if ready is not None:
            self._measure([p])
            self._schedule(p, ready)

    def _begin(self, p: int) -> None:
        if p >= self._people:
            self._unlocked(p)
            return
        if self._space[p] in self._locked_rooms:
            self._state[p] = SETTLED
            return
        self._under_way += 1
        self._decide_afresh(p)

    # ----------------------------------------------------------------- changes
    def _set_blocked(self, way: int, blocked: bool) -> None:
        (self._blocked.add if blocked else self._blocked.discard)(way)
        if blocked:
            self._set_shut(way, True)
        self._renew()
        if not blocked:
            self._set_shut(way, False)

    def _lock(self, space: int) -> None:
        if space in self._locked_rooms:
            return
        self._locked_rooms[space] = self.env.now
        self._locked.update(self.network.space_ways[space])
        for goal, rooms in self._open_rooms.items():
            self._open_rooms[goal] = rooms - {space}
        if self._under_way:
            for p in range(self._people):
                if self._space[p] == space and self._state[p] in (WALKING, QUEUED, STRANDED):
                    self._leave(p)
                    self._state[p], self._end_s[p] = SETTLED, self.env.now
                    self._under_way -= 1
        self._renew()

    def _unlock(self, space: int) -> None:
        if self._locked_rooms.pop(space, None) is None:
            return
        kept = {w for s in self._locked_rooms for w in self.network.space_ways[s]}
        self._locked -= set(self.network.space_ways[space]) - kept - self.cells.locked_ways
        self._renew()

    def _is_full(self, space: int) -> bool:
        cells = self.cells.cells_of(space)
        return all(self._filled[c] >= self._places[c] for c in cells)

    def _room_taken(self, goal: WalkGoal, space: int) -> None:
        if space in self._open_rooms.get(goal, ()) and self._is_full(space):
            self._news.append(lambda: self._set_full(goal.kind, space))

    def _set_full(self, kind: str, space: int) -> None:
        """Take a full room from the goals of a kind, whatever their people avoid."""
        for goal, rooms in list(self._open_rooms.items()):
            if goal.kind == kind:
                self._set_rooms(goal, rooms - {space})

    def _set_rooms(self, goal: WalkGoal, rooms: frozenset[int]) -> None:
        if rooms != self._open_rooms.get(goal):
            self._open_rooms[goal] = rooms
            self._renew()

    def _renew(self) -> None:
        """Renew all distances; whom the change concerns decides again (rule 11)."""
        before, self._laid, self._fields = self._laid, self._as_now(), {}
        if self._under_way:
            self._reroute(self._concerned(before))

    def _as_now(self) -> Laid:
        return frozenset(self._blocked | self._locked), self._held, dict(self._open_rooms)
