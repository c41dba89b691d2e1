"""The clock of the compiled crowd: one drill's arrays, played on demand beside SimPy's clock.

The kernel has a clock of its own that lags behind SimPy's. It catches up (`_play_until_now`) whenever the crowd is read or
given an order. Units and watches must report on time, so a timer wakes the crowd at the earliest time at which one of
them can have something to report (`kernel.lookahead`); from there it plays on up to SimPy's next event and never past
it, for that event might be an order. What the kernel has to say to Python, it writes as notices.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import Event

from drillsim.crowd.clock import UNITS_RANK, Timer, next_event, schedule_at
from drillsim.crowd.compiled.allocation import make_absent, seat_all
from drillsim.crowd.compiled.components import LEAST_SPLIT_S, play_components
from drillsim.crowd.compiled.plan import CompiledPlan
from drillsim.crowd.compiled.static import grown, kind_of, with_room
from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.distance_field import OUTSIDE_GOAL, WalkGoal
from drillsim.crowd.geometry.turned_walk import TurnedWalk
from drillsim.crowd.interface import CrowdSettings, UnitPath
from drillsim.crowd.kernel import event_loop, orders
from drillsim.crowd.kernel.lookahead import next_notice_s
from drillsim.crowd.kernel.memory import write_address
from drillsim.crowd.kernel.records import (
    BORDERS,
    BY_METRES,
    DENSITY_MAX,
    ELSEWHERE,
    FULL,
    LAW,
    LEG_TO_LAY,
    LEGS_TO_LAY,
    MANY,
    NOTICES,
    NOW,
    PATIENCE,
    STARTING,
    TO_REFUGE,
    TO_ROOMS,
    UNDER_WAY,
    UNITS,
    WATCHED,
)
from drillsim.crowd.kernel.walking import walk_laid_legs
from drillsim.crowd.laws import BY_STEPS
from drillsim.crowd.population import Population


class CrowdDriver(ABC):
    """The arrays of one drill and the clock they follow."""

    def __init__(
        self,
        env: simpy.Environment,
        cells: Cells,
        population: Population,
        settings: CrowdSettings,
    ) -> None:
        self.env, self.network, self.cells, self.population = env, cells.network, cells, population
        self._plan = cells.derived(CompiledPlan)
        self._static = self._plan.static
        self._assigned: dict[int, WalkGoal] = {
            s: WalkGoal("exits", frozenset({w})) for s, w in settings.assigned.items()
        }
        self._people = len(population)
        self._blocked: set[int] = {int(way) for way in settings.closed}
        self._locked = set(cells.locked_ways)
        self._held: frozenset[int] = frozenset()
        self._locked_rooms: dict[int, float] = {}
        """Rooms locked during the drill, and since when."""
        self._paths: dict[int, UnitPath] = {}
        self._keys: dict[int, str] = {}
        self._paces = list(dict.fromkeys(population.pace_of_group)) or [BY_STEPS]
        paces = [self._paces.index(pace) for pace in population.pace_of_group]
        self._pace: NDArray[np.int64] = np.array(paces, dtype=np.int64)[population.group]
        """(persons,) index of each person's pace; also the number of its goal outside."""
        self._goals: list[tuple[WalkGoal, int]] = [(OUTSIDE_GOAL, pace) for pace in range(len(self._paces))]
        """Goals by number, each with the index of a pace: a field of its own."""
        self._dirty = [True] * len(self._goals)
        self._used = {"corners": 0, "rows": 0, "paths": 0}
        self._turned: dict[int, TurnedWalk] = {}
        """The ways on of people who have left a leg in a space with corners (rule 12)."""
        self._watches: list[Event] = []
        self._wake: Timer | None = None
        self._wake_s = inf
        self._t, self._words = self._plan.layout(self._people).make(self._plan.start)
        self._at = int(self._words.ctypes.data)
        self._n: Any = self._t.n.data  # single numbers are read and written twice as quickly as in the array
        self._s: Any = self._t.s.data
        self._t.n[BY_METRES] = settings.routes == "shortest"
        self._t.s[NOW], self._t.s[PATIENCE] = env.now, cells.laws.patience_s
        self._t.n[LAW], self._t.s[DENSITY_MAX] = cells.laws.speed_law, cells.laws.density_max_pm2
        if env.now:
            self._t.cells["since"] = env.now
        if len(self._goals) > 1:
            self._make_room_for_goals(len(self._goals))
        seat_all(self._at, population, cells, self._pace)
        if self._blocked:
            self._t.borders["shut"][sorted(self._blocked)] = 1
        if population.arrives_s is not None:
            late = np.flatnonzero(~np.isnan(population.arrives_s))
            self._measure(late)
            make_absent(self._at, late, population.arrives_s[late])

    def _replace_arrays(self, **arrays: Any) -> None:
        """Replace arrays by others, and write their addresses for the kernel."""
        self._t.put(**arrays)
        for name, array in arrays.items():
            write_address(self._words, name, array)

    def bytes_used(self) -> int:
        """Return the size of all arrays, those shared between drills included."""
        shared = [self._static.beyond_m, self._static.allowed, *(self._plan.components if self._n[MANY] else ())]
        return int(self._t.nbytes + sum(array.nbytes for array in shared))

    # ------------------------------------------------------------------- goals
    def _goal(self, goal: WalkGoal, pace: int) -> int:
        """Return the number of a goal of people of a pace; its field is computed if it is new or out of date."""
        if (goal, pace) not in self._goals:
            self._goals.append((goal, pace))
            self._dirty.append(True)
            self._make_room_for_goals(len(self._goals))
            self._t.kinds[-1] = kind_of(goal)
        number = self._goals.index((goal, pace))
        if self._dirty[number]:
            self._lay(number)
        return number

    def _make_room_for_goals(self, count: int) -> None:
        t = self._t
        self._replace_arrays(**{name: grown(getattr(t, name), count) for name in ("fields", "reach", "leads", "kinds")})

    def _goals_for(self, goal: WalkGoal, people: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the number of one goal for each of some people, by their paces."""
        if len(self._paces) == 1:
            return np.full(len(people), self._goal(goal, 0) if len(people) else 0, np.int32)
        paces = self._pace[people]
        numbers = np.zeros(len(self._paces), np.int32)
        for pace in np.unique(paces).tolist():
            numbers[pace] = self._goal(goal, pace)
        return numbers[paces]

    @abstractmethod
    def _members(self, goal: WalkGoal) -> frozenset[int]:
        """Return the ways or spaces that a goal means now."""

    def _lay(self, number: int) -> None:
        """Compute field and reach of a goal as the ways are now; those of the unchanged building are shared by all drills."""
        (goal, pace), t = self._goals[number], self._t
        if goal == OUTSIDE_GOAL and not self._blocked and not self._held and self._locked == self.cells.locked_ways:
            found = self._plan.way_out(self._paces[pace])
        else:
            found = self._plan.way_to(goal, self._members(goal), self._enter, self._paces[pace])
        t.fields.view(np.uint8)[number] = found.field.view(np.uint8)  # as bytes: records are copied field by field
        t.reach[number], t.leads[number] = found.reach, found.leads
        self._dirty[number] = False

    @cached_property
    def _enter(self) -> NDArray[np.bool_]:
        """(nodes,) which nodes may be entered now."""
        enter = self._static.allowed.copy()
        pairs = enter.reshape(-1, 2)
        if self._held:
            pairs[sorted(self._held)] = self.network.passable[sorted(self._held)]
        pairs[sorted(self._blocked | self._locked)] = False
        return enter

    def _update_routes(self) -> bool:
        """Compute all fields anew; who is affected by the change decides again (rule A 11).

        Return False where nobody walks or will walk: then nothing else has changed.
        """
        self.__dict__.pop("_enter", None)
        known, self._dirty = self._dirty, [True] * len(self._goals)
        if not self._anybody_moves():
            return False
        used = orders.goals_in_use(self._at)
        if not len(used):
            return False
        before = self._t.fields.copy()
        for number in used.tolist():
            self._lay(number)
        self._redecide(orders.to_redecide(self._at, before, ~np.array(known)))
        return True

    def _anybody_moves(self) -> bool:
        """Return whether any person walks, or will without another order; units apart."""
        return bool(self._n[UNDER_WAY] or self._n[STARTING] or self._n[ELSEWHERE])

    def _redecide(self, people: NDArray[np.int64]) -> None:
        """Let people decide again, in order of number; before that, those whose way is closed leave queue or walk."""
        if len(people):
            self._leave(people[orders.are_shut_out(self._at, people)])
            self._decide_again(people)
            self._lay_legs()

    @abstractmethod
    def _measure(self, people: Iterable[int]) -> None:
        """Store the metres to all ways for people who rest at a point of a non-convex space."""

    @abstractmethod
    def _leave(self, people: NDArray[np.int64]) -> None:
        """Take people off queue or walk, each to the point it has reached."""

    @abstractmethod
    def _decide_again(self, people: NDArray[np.int64]) -> None:
        """Let people choose anew from the points that they have reached."""

    # ------------------------------------------------------------------- clock
    def advance_to(self, time_s: float) -> None:
        """Play everything up to and including a time, and set the clock to it."""
        from drillsim.crowd.clock import advance_to

        advance_to(self.env, time_s)
        while not self._play(time_s, inclusive=True):
            advance_to(self.env, time_s)
        self._schedule_wake()

    def _play_until_now(self) -> None:
        """Play everything that comes before this instant of SimPy's clock."""
        now = float(self.env.now)
        if now > self._s[NOW]:
            self._play(now, inclusive=False)

    def _play(self, until_s: float, *, inclusive: bool) -> bool:
        """Play up to a time and handle notices; return False where a unit or watch has reported and play stopped for it."""
        now = float(self.env.now)  # SimPy's clock may stop a last bit before `until_s`
        if self._n[MANY] and now - self._s[NOW] > LEAST_SPLIT_S and self._is_unobserved():
            play_components(self._at, self._plan.components, now, self._lay_legs)
        while event_loop.advance(self._at, until_s, inclusive, -1, -1):
            if not self._handle_notices():
                return False
        return True

    def _is_unobserved(self) -> bool:
        """Return whether no notice is possible before the next order, and the plan has several components."""
        told = self._n[UNITS] or self._n[WATCHED] or self._n[NOTICES]
        return (
            not told
            and not np.isin(self._t.kinds, (TO_ROOMS, TO_REFUGE)).any()
            and len(self._plan.components.borders) > 1
        )

    def _handle_notices(self) -> bool:
        """Lay legs and handle notices; return False where a unit or watch has reported, for SimPy's reaction comes first.

        Notices of an instant that SimPy has not reached yet are left for later.
        """
        self._lay_legs()
        alone = True
        while self._n[NOTICES] > 0:
            notices = self._t.notices[: self._n[NOTICES]].tolist()
            if any(what != FULL for what, _, _ in notices):
                alone = False
                if self._s[NOW] > self.env.now:
                    break
            self._n[NOTICES] = 0
            for what, who, where in notices:
                self._handle_notice(what, who, where)
            self._lay_legs()
        return alone

    @abstractmethod
    def _handle_notice(self, what: int, who: int, where: int) -> None:
        """Handle one notice: what has happened, to whom, and where."""

    def _schedule_wake(self) -> None:
        """Set the timer to the earliest time at which a unit or watch can have something to report."""
        if not self._n[UNITS] and not self._n[WATCHED] and not self._n[NOTICES]:
            return
        soonest = self._s[NOW] if self._n[NOTICES] > 0 else next_notice_s(self._at)
        if soonest < inf and (self._wake is None or soonest < self._wake_s):
            self._wake, self._wake_s = Timer(self.env, 0, self._on_wake), soonest
            schedule_at(self._wake, soonest, UNITS_RANK)

    def _on_wake(self, event: Event) -> None:
        if event is not self._wake:
            return
        self._wake, self._wake_s = None, inf
        if not self._n[NOTICES] or self._handle_notices():
            self._play_to_next_event()
        self._schedule_wake()

    def _play_to_next_event(self) -> None:
        """Play up to SimPy's next event; that instant itself only where the event ranks after the units' reports."""
        time_s, rank = next_event(self.env)
        now = time_s == self.env.now
        if not now or rank >= UNITS_RANK:
            self._play(time_s, inclusive=now)

    # -------------------------------------------------------------------- legs
    @abstractmethod
    def _corners_of_leg(self, p: int, space: int, target: int) -> tuple[tuple[float, float], ...]:
        """Return the corners of a leg that begins at a point of a non-convex space."""

    def _lay_legs(self) -> None:
        """Lay the legs of those who have set out from points of non-convex spaces."""
        while self._n[LEGS_TO_LAY] > 0:
            people = np.flatnonzero(self._t.events["due"][self._n[BORDERS] :] == LEG_TO_LAY)
            legs = np.zeros((len(people), 2), np.int64)
            lines: list[tuple[float, float]] = []
            columns = self._t.people[["space", "target"]][people].tolist()
            for i, (p, (space, target)) in enumerate(zip(people.tolist(), columns, strict=True)):
                line = self._corners_of_leg(p, space, target)
                legs[i] = -2 - self._used["corners"] - len(lines), len(line)
                lines += line
            self._put("corners", lines)
            walk_laid_legs(self._at, people, legs)

    def _put(self, pool: str, values: Sequence[object] | NDArray[np.float64]) -> int:
        """Append values to a pool and return the row where they begin."""
        begin = self._room_in(pool, len(values))
        getattr(self._t, pool)[begin : begin + len(values)] = values
        return begin

    def _room_in(self, pool: str, rows: int) -> int:
        """Reserve rows of a pool, which grows if need be, and return the first of them."""
        begin, before = self._used[pool], getattr(self._t, pool)
        after = with_room(before, begin + rows)
        if after is not before:
            self._replace_arrays(**{pool: after})
        self._used[pool] = begin + rows
        return begin
