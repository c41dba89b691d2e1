"""The compiled crowd: orders to people and changes to the building (rules A 11 and A 13), played by `kernel.event_loop`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial

import numpy as np
import simpy
from numpy.typing import ArrayLike, NDArray
from simpy.events import Event

from drillsim.crowd.clock import ORDER_RANK, Timer
from drillsim.crowd.compiled.units import CompiledUnits
from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.distance_field import LOCKABLE_GOAL, OUTSIDE_GOAL, REFUGE_GOAL, SITE_GOAL, WalkGoal
from drillsim.crowd.interface import CrowdSettings
from drillsim.crowd.kernel import event_loop, orders
from drillsim.crowd.kernel.lookahead import next_notice_s
from drillsim.crowd.kernel.records import FULL, SEEN, UNDER_WAY, WATCHED
from drillsim.crowd.kernel.route_choice import is_full
from drillsim.crowd.population import Population

Numbers = NDArray[np.int64]


class CompiledCrowd(CompiledUnits):
    """The people of one drill, and the units that move among them; see ReferenceCrowd for every argument."""

    def __init__(
        self, env: simpy.Environment, cells: Cells, population: Population, settings: CrowdSettings | None = None
    ) -> None:
        self._open_rooms: dict[WalkGoal, frozenset[int]] = {LOCKABLE_GOAL: frozenset(), REFUGE_GOAL: frozenset()}
        super().__init__(env, cells, population, settings or CrowdSettings())

    people_walk = True

    # ------------------------------------------------------------------ orders
    def occupy(self, counts: ArrayLike) -> None:
        """Ignore the counts: persons of this crowd move by orders alone."""

    def evacuate(
        self,
        people: Numbers | None = None,
        *,
        delay_s: NDArray[np.float64] | float = 0.0,
        away_from: int | None = None,
        avoided: Collection[int] = (),
    ) -> None:
        """Order people (all, where none are named) outside; whoever sits starts after the delay and its premovement."""
        self._play_until_now()
        numbers = np.arange(self._people) if people is None else np.asarray(people, dtype=np.int64)
        goals = self._goals_for(OUTSIDE_GOAL, numbers)
        if away_from is not None:
            goals = self._goals_for(WalkGoal("away", frozenset({int(away_from)})), numbers)
        elif avoided:
            goals = self._goals_for(OUTSIDE_GOAL._replace(avoided=frozenset(avoided)), numbers)
        elif self._assigned:
            goals[:] = [
                self._goal(self._assigned.get(s, OUTSIDE_GOAL), pace)
                for s, pace in zip(self.population.space[numbers].tolist(), self._pace[numbers].tolist(), strict=True)
            ]
        self._command(numbers, goals, delay_s, self.population.premovement_s[numbers])

    def leave_site(self, people: Numbers, *, delay_s: NDArray[np.float64] | float = 0.0) -> None:
        """Order people off the site, by its gates where some are drawn; whoever sits starts after the delay alone."""
        self._play_until_now()
        numbers = np.asarray(people, dtype=np.int64)
        self._command(numbers, self._goals_for(SITE_GOAL, numbers), delay_s)

    def to_lockable(
        self,
        people: Numbers,
        *,
        open_rooms: Iterable[int],
        delay_s: NDArray[np.float64] | float = 0.0,
        avoided: Collection[int] = (),
    ) -> None:
        """Order people to the nearest lockable room that is open when they arrive."""
        self._play_until_now()
        goal = LOCKABLE_GOAL._replace(avoided=frozenset(avoided))
        rooms = frozenset(int(r) for r in open_rooms) - self._locked_rooms.keys()
        self._set_rooms(goal, frozenset(r for r in rooms if not is_full(self._at, r)))
        self._command(people, self._goals_for(goal, people), delay_s)

    def to_refuge(self, people: Numbers, spaces: Iterable[int], *, delay_s: NDArray[np.float64] | float = 0.0) -> None:
        """Order people to the nearest of some spaces that has a place, to stay there; outside where there is no way."""
        self._play_until_now()
        numbers = np.asarray(people, dtype=np.int64)
        self._set_rooms(REFUGE_GOAL, frozenset(int(s) for s in spaces if not is_full(self._at, int(s))))
        self._goals_for(OUTSIDE_GOAL, numbers)
        self._command(numbers, self._goals_for(REFUGE_GOAL, numbers), delay_s, self.population.premovement_s[numbers])

    def to_own_room(self, people: Numbers, rooms: Iterable[int], *, delay_s: NDArray[np.float64] | float = 0.0) -> None:
        """Order each of some people to a room of its own, to stay there; a full one is waited for at its door."""
        self._play_until_now()
        paces = self._pace[people].tolist()
        goals = np.array(
            [self._goal(WalkGoal("own", frozenset({int(r)})), k) for r, k in zip(rooms, paces, strict=True)],
            dtype=np.int32,
        )
        self._command(people, goals, delay_s)

    def close(self, way: int) -> None:
        """Close a way: nobody enters it any more, and everybody knows."""
        self._play_until_now()
        self._blocked.add(way)
        self._set_shut(way, True)
        self._update_routes()
        self._after_order()

    def reopen(self, way: int) -> None:
        """Open a closed way again; a lock stays as it is."""
        self._play_until_now()
        self._blocked.discard(way)
        self._update_routes()
        self._set_shut(way, False)
        self._after_order()

    def let_in(self, way: int, *, after_s: float) -> None:
        """Let people in by a way that is locked from outside: they come now, and it is unlocked for them after a time."""
        self._play_until_now()
        self._held |= {way}
        self._set_shut(way, True)
        self._update_routes()
        self._order_in(after_s, lambda: self._set_shut(way, way in self._blocked))
        self._after_order()

    def lock_room(self, space: int) -> None:
        """Lock a room: it stops being a goal, its doors let no crowd through, and who is inside stays."""
        if space in self._locked_rooms:
            return
        if self._anybody_moves():  # to units, whose locks are those of their paths, nothing changes
            self._play_until_now()
        self._locked_rooms[space] = self.env.now
        self._t.spaces["locked"][space] = 1
        self._locked.update(self.network.space_ways[space])
        for goal, rooms in self._open_rooms.items():
            if space in rooms:
                self._open_rooms[goal] = rooms - {space}
        if self._n[UNDER_WAY]:
            inside = orders.walkers_in(self._at, space)
            self._leave(inside)
            orders.settle(self._at, inside)
        if self._update_routes():
            self._after_order()

    def unlock_room(self, space: int) -> None:
        """Unlock a room's doors again; who is inside stays until told otherwise."""
        self._play_until_now()
        if self._locked_rooms.pop(space, None) is None:
            return
        self._t.spaces["locked"][space] = 0
        kept = {w for s in self._locked_rooms for w in self.network.space_ways[s]}
        self._locked -= set(self.network.space_ways[space]) - kept - self.cells.locked_ways
        self._update_routes()
        self._after_order()

    def when(self, spaces: Iterable[int], *, at_most: int) -> simpy.Event:
        """Return an event that succeeds once no more than so many persons, units apart, are in some spaces."""
        rooms, event = [int(s) for s in spaces], self.env.event()
        if self.count_in(rooms) <= at_most:
            return event.succeed()
        number = len(self._watches)
        self._watches.append(event)
        cells = [(number, c) for s in rooms for c in self.cells.cells_of(s)]
        self._replace_arrays(
            watched=np.concatenate([self._t.watched, np.array(cells, dtype=np.int32)]),
            limits=np.append(self._t.limits, np.int32(at_most)),
        )
        self._n[WATCHED] += 1
        self._schedule_wake()
        return event

    def compile_orders(self) -> None:
        """Compile the functions of orders and readings, without effect; another process may compile the kernel meanwhile."""
        nobody, none, points = np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 2))
        self._command(nobody, np.zeros(0, np.int32), none)
        orders.walkers_in(self._at, 0)
        next_notice_s(self._at)
        orders.to_redecide(self._at, self._t.fields, np.ones(len(self._goals), np.bool_))
        for function in (orders.on_bent_legs, orders.leave_all, orders.are_shut_out, orders.walked_of):
            function(self._at, nobody)
        orders.measure_turns(self._at, nobody, none, none, 0)
        orders.turn_off(self._at, nobody, nobody, points)
        orders.decide_all(self._at, nobody, nobody, points)
        orders.settle(self._at, nobody)
        orders.goals_in_use(self._at)
        orders.are_unmeasured(self._at, nobody)
        self.counts(), self.person_seconds()

    def _command(
        self,
        people: Numbers,
        goals: NDArray[np.int32],
        delay_s: NDArray[np.float64] | float,
        premovement_s: NDArray[np.float64] | float = 0.0,
    ) -> None:
        numbers = np.asarray(people, dtype=np.int64)
        told, ready = np.empty(len(numbers)), np.empty(len(numbers))
        told[:], ready[:] = delay_s, premovement_s
        turns = np.zeros(len(numbers), np.bool_)
        self._measure(numbers)
        orders.command(self._at, numbers, goals, told, ready, turns)
        for when in dict.fromkeys(told[turns].tolist()):
            chosen = turns & (told == when)
            turn = partial(self._turn, numbers[chosen], goals[chosen])
            if when > 0.0:
                self._order_in(when, turn)
            else:
                turn()
        self._after_order()

    def _turn(self, people: Numbers, goals: NDArray[np.int32]) -> None:
        for goal in np.unique(goals).tolist():
            self._goal(*self._goals[goal])
        self._goals_for(OUTSIDE_GOAL, people)
        self._redecide(orders.turn(self._at, people, goals))

    def _order_in(self, delay_s: float, order: Callable[[], None]) -> None:
        """Give an order after a delay, before anything else in the crowd at that time."""

        def give(_event: Event) -> None:
            self._play_until_now()
            order()
            self._after_order()

        self.env.schedule(Timer(self.env, 0, give), ORDER_RANK, delay_s)

    # ----------------------------------------------------------------- changes
    def _members(self, goal: WalkGoal) -> frozenset[int]:
        return self._open_rooms.get(goal, goal.members)

    def _set_rooms(self, goal: WalkGoal, rooms: frozenset[int]) -> None:
        if rooms != self._open_rooms.get(goal):
            self._open_rooms[goal] = rooms
            self._update_routes()

    def _set_full(self, kind: str, space: int) -> None:
        """Take a full room from the goals of a kind, whatever their people avoid."""
        for goal, rooms in list(self._open_rooms.items()):
            if goal.kind == kind:
                self._set_rooms(goal, rooms - {space})

    def _set_shut(self, way: int, shut: bool) -> None:
        if orders.set_shut(self._at, way, shut):
            event_loop.advance(self._at, 0.0, False, 0, way)

    def _handle_notice(self, what: int, who: int, where: int) -> None:
        if what == FULL:
            self._set_full(self._goals[who][0].kind, where)
        elif what == SEEN:
            self._watches[who].succeed()
        else:
            self._handle_unit_notice(what, who, where)
