"""The reference crowd: the definition of how a crowd moves, on SimPy's clock.

Orders act at once, looks change nothing; see rules A of docs/rules.md, and borders, walking and units for the parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import EventPriority

from drillsim.crowd.borders import Step
from drillsim.crowd.cells import Cells
from drillsim.crowd.fields import OUTSIDE_GOAL, Field, Goal
from drillsim.crowd.laws import Laws
from drillsim.crowd.looks import Looks
from drillsim.crowd.population import Population
from drillsim.crowd.tracks import Tracks
from drillsim.crowd.walking import AWAY, LOCKABLE_GOAL, QUEUED, SETTLED, STRANDED, WAITING, WALKING
from drillsim.errors import ScenarioError
from drillsim.plan.network import Network

ORDER_RANK = EventPriority(1)


class ReferenceCrowd(Looks):
    """The people of one drill, and the units that move among them.

    routes
        'least-time', 'shortest' or 'assigned'.
    assigned
        Exit (way number) by start space; people of these spaces take the shortest way to that exit, and the nearest
        exit where there is no way to it. Everybody else goes by least time.
    closed
        Ways that are closed from the start. Doors locked on both sides let no crowd through either.
    record_legs
        Keep the walks for a replay.
    """

    def __init__(
        self,
        env: simpy.Environment,
        network: Network,
        cells: Cells,
        laws: Laws,
        population: Population,
        *,
        routes: str = "least-time",
        assigned: Mapping[int, int] | None = None,
        closed: Iterable[int] = (),
        record_legs: bool = False,
        horizon_s: float | None = None,
    ) -> None:
        if routes not in ("least-time", "shortest", "assigned"):
            raise ScenarioError(f"no routes called '{routes}'. Write least-time, shortest or {{assigned: ...}}")
        super().__init__(env, cells, population.space.tolist(), population.x.tolist(), population.y.tolist())
        self.population, self.network, self.laws, self.horizon_s = population, network, laws, horizon_s
        self._level = population.level_mps.tolist()
        self._up, self._down = population.stair_up_mps.tolist(), population.stair_down_mps.tolist()
        self._by_metres = routes == "shortest"
        self._assigned: dict[int, Goal] = {s: ("exits", frozenset({w})) for s, w in (assigned or {}).items()}
        self._blocked: set[int] = set()
        self._locked = set(cells.locked_ways)
        for way in closed:
            self._blocked.add(int(way))
            self._shut[way] = True
        self._closed = frozenset(self._blocked | self._locked)
        self._tracks = Tracks() if record_legs else None

    # ------------------------------------------------------------------ orders
    def evacuate(self, people: NDArray[np.int64] | None = None, *, delay_s: NDArray[np.float64] | float = 0.0) -> None:
        """Order people (all, where none are named) outside; whoever sits starts after the delay and its premovement."""
        numbers = np.arange(self._people) if people is None else np.asarray(people, dtype=np.int64)
        wait = np.broadcast_to(np.asarray(delay_s, dtype=np.float64), numbers.shape)
        goals = [self._assigned.get(s, OUTSIDE_GOAL) for s in self.population.space[numbers].tolist()]
        self._command(numbers.tolist(), goals, wait.tolist(), (wait + self.population.premovement_s[numbers]).tolist())

    def to_lockable(
        self, people: NDArray[np.int64], *, open_rooms: Iterable[int], delay_s: NDArray[np.float64] | float = 0.0
    ) -> None:
        """Order people to the nearest lockable room that is open when they arrive.

        open_rooms
            Rooms to choose from; they take the place of those of an earlier order. Locked and full ones stop counting.
        """
        numbers = np.asarray(people, dtype=np.int64)
        rooms = frozenset(int(r) for r in open_rooms) - self._locked_rooms.keys()
        self._set_rooms(frozenset(r for r in rooms if not self._is_full(r)))
        wait = np.broadcast_to(np.asarray(delay_s, dtype=np.float64), numbers.shape).tolist()
        self._command(numbers.tolist(), [LOCKABLE_GOAL] * len(numbers), wait, wait)

    def close(self, way: int) -> None:
        """Close a way: nobody enters it any more, and everybody knows."""
        self._at_once(lambda: self._set_blocked(way, True))

    def reopen(self, way: int) -> None:
        """Open a closed way again; a lock stays as it is."""
        self._at_once(lambda: self._set_blocked(way, False))

    def let_in(self, way: int, *, after_s: float) -> None:
        """Let people in by a way that is locked from outside: they come now, and it is unlocked for them after a time."""
        self._at_once(lambda: self._hold(way))
        event = Step(self.env, way)
        event.callbacks = [lambda _: self._set_shut(way, way in self._blocked)]
        self.env.schedule(event, ORDER_RANK, after_s)

    def lock_room(self, space: int) -> None:
        """Lock a room: it stops being a goal, its doors let no crowd through, and who is inside stays."""
        self._at_once(lambda: self._lock(space))

    def unlock_room(self, space: int) -> None:
        """Unlock a room's doors again; who is inside stays until told otherwise."""
        self._at_once(lambda: self._unlock(space))

    def _at_once(self, order: Callable[[], None]) -> None:
        """Carry out an order now, or, in the middle of an event, before the next one of this instant."""
        if not self._passing:
            order()
            return
        event = Step(self.env, 0)
        event.callbacks = [lambda _: order()]
        self.env.schedule(event, ORDER_RANK, 0.0)

    def _command(self, people: list[int], goals: list[Goal], told_s: list[float], start_s: list[float]) -> None:
        """Give people a goal: who sits starts later, who is on the way turns to it as soon as told."""
        self._measure(p for p in people if self._state[p] in (WAITING, SETTLED))
        turning: list[int] = []
        for p, goal, told, start in zip(people, goals, told_s, start_s, strict=True):
            if self._state[p] in (WAITING, SETTLED):
                self._goal[p] = goal
                self._call_off(p)
                self._state[p] = WAITING
                self._schedule(p, start)
            elif self._state[p] == AWAY or goal == self._goal[p]:
                continue
            elif told > 0.0:
                event = Step(self.env, p)
                event.callbacks = [self._turned(p, goal)]
                self.env.schedule(event, ORDER_RANK, told)
            else:
                turning.append(p)
        if turning:
            wanted = dict(zip(people, goals, strict=True))
            self._at_once(lambda: self._turn(turning, [wanted[p] for p in turning]))

    def _measure(self, people: Iterable[int]) -> None:
        """Measure the ways out of each space for everybody in it at once."""
        sitting: dict[int, list[int]] = {}
        for p in people:
            if self._node[p] < 0 and self._rows[p] is None:
                sitting.setdefault(self._space[p], []).append(p)
        for space, members in sitting.items():
            metres = self.network.distances(space, [(self._x[p], self._y[p]) for p in members])
            for p, row in zip(members, metres.tolist(), strict=True):
                self._rows[p] = row

    def _turned(self, p: int, goal: Goal) -> Callable[[object], None]:
        return lambda _: self._turn([p], [goal])

    def _turn(self, people: list[int], goals: list[Goal]) -> None:
        """Turn people who are on the way to another goal; somebody on a stair decides at its end."""
        turning = []
        for p, goal in zip(people, goals, strict=True):
            if self._state[p] in (WALKING, QUEUED, STRANDED):
                self._goal[p] = self._aim[p] = goal
                turning.append(p)
        self._reroute([p for p in turning if self._state[p] == STRANDED or self._target[p] >= 0])

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

    def _hold(self, way: int) -> None:
        self._held |= {way}
        self._set_shut(way, True)
        self._renew()

    def _lock(self, space: int) -> None:
        if space in self._locked_rooms:
            return
        self._locked_rooms[space] = self.env.now
        self._locked.update(self.network.space_ways[space])
        self._open_rooms -= {space}
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
        self._locked -= set(self.network.space_ways[space]) - kept
        self._renew()

    def _is_full(self, space: int) -> bool:
        cells = self.cells.cells_of(space)
        return all(self._filled[c] >= self._places[c] for c in cells)

    def _room_taken(self, space: int) -> None:
        if space in self._open_rooms and self._is_full(space):
            event = Step(self.env, space)
            event.callbacks = [lambda _: self._set_rooms(self._open_rooms - {space})]
            self.env.schedule(event, ORDER_RANK, 0.0)

    def _set_rooms(self, rooms: frozenset[int]) -> None:
        if rooms != self._open_rooms:
            self._open_rooms = rooms
            self._renew()

    def _renew(self) -> None:
        """Renew all distances; whose target closed or moved, and who is stranded, decides again (rule 11)."""
        self._closed = frozenset(self._blocked | self._locked)
        before, self._fields = self._fields, {}
        if not self._under_way:
            return
        again = []
        for p in range(self._people):
            state = self._state[p]
            if state == STRANDED or (state in (WALKING, QUEUED) and self._target[p] >= 0 and self._is_moved(p, before)):
                again.append(p)
        self._reroute(again)

    def _is_moved(self, p: int, before: dict[Goal, Field]) -> bool:
        """Return whether what is left after somebody's target is not what it was."""
        target = self._target[p]
        for goal in {self._aim[p], self._goal[p]}:
            old, new = before.get(goal), self._field(goal)
            if old is not new and (old is None or not new.open[target] or old.phi_m[target] != new.phi_m[target]):
                return True
        return False

    def _reroute(self, people: list[int]) -> None:
        """Let people leave queue or walk, all of them first, and decide again by number."""
        for p in people:
            self._leave(p)
        for p in people:
            self._decide_afresh(p, same_speed=True)


def advance_to(env: simpy.Environment, time_s: float) -> None:
    """Let everything happen up to and including a time, and set the clock to it."""
    while env.peek() <= time_s:
        env.step()
    if env.now < time_s:
        env.run(until=time_s)
