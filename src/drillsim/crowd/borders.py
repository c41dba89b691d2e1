"""Gates, stair entries, stair exits and seams: queues by direction, turns, rests, and the handing over of places.

Rules A 5 to 8 of docs/rules.md. People are numbers here; what somebody does after passing is left to `_enter`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import cast

import simpy
from simpy.events import Event, EventPriority

from drillsim.crowd.cells import Cells

PEOPLE_RANK, BORDER_RANK = 2, 2_000_000_000


class Step(Event):
    """The end of a piece, of a premovement or of a rest; `number` says whose, and is negative once called off."""

    _ok = True
    _value = None

    def __init__(self, env: simpy.Environment, number: int) -> None:
        self.env, self.number = env, number


class Borders(ABC):
    """What fills the cells and who waits at the borders, driven by a SimPy environment."""

    def __init__(self, env: simpy.Environment, cells: Cells, filled: list[int], people: int) -> None:
        self.env, self.cells, self._people = env, cells, people
        directions = 2 * cells.borders
        self._near, self._far, self._places = cells.near, cells.far, cells.places
        self._rest_s, self._capacity_ps = cells.rest_s, cells.capacity_ps
        self._filled = filled
        self._units_in = [0] * len(filled)
        self._left_s = [0.0] * len(filled)
        """When a person, not a unit, last left each cell through a border."""
        self._person_s = [0.0] * len(filled)
        self._since = [env.now] * len(filled)
        self._left_s = [0.0] * len(filled)
        """When a person, no unit, last left each cell."""
        self._queues: list[list[int]] = [[] for _ in range(directions)]
        self._arrived: list[float] = []
        self._registered = [False] * directions
        self._waiting: list[list[int]] = [[] for _ in filled]
        self._tag, self._order = [0.0] * directions, [0] * directions
        self._clock = [0.0] * len(filled)
        self._registrations = 0
        self._last = [-1] * cells.borders
        self._passes = [0] * cells.borders
        self._shut = [False] * cells.borders
        self._rests: list[Step | None] = [None] * cells.borders
        self._border_ranks = cast(list[EventPriority], list(range(BORDER_RANK, BORDER_RANK + cells.borders)))
        self._passing = False
        self._when_rested = [self._rested]

    # ---------------------------------------------------------------- queues
    def _join(self, p: int, direction: int) -> None:
        """Take a place in the queue of a direction; an idle border looks, unless that direction is registered."""
        b, queue, far = direction >> 1, self._queues[direction], self._far[direction]
        idle = not self._passes[b]
        empty = not queue and not self._queues[direction ^ 1]
        if idle and empty and not self._shut[b] and self._filled[far] < self._places[far]:
            self._pass(p, direction)
            return
        now = self._arrived[p] = self.env.now
        if queue and queue[-1] > p and self._arrived[queue[-1]] == now:
            at = len(queue)
            while at and queue[at - 1] > p and self._arrived[queue[at - 1]] == now:
                at -= 1
            queue.insert(at, p)
        else:
            queue.append(p)
        if idle and not self._registered[direction]:
            self._look(b)

    def _quit(self, p: int, direction: int) -> None:
        """Leave a queue; an empty queue waits for no place."""
        queue = self._queues[direction]
        queue.remove(p)
        if not queue and self._registered[direction]:
            self._unregister(direction)

    def _register(self, direction: int) -> None:
        far = self._far[direction]
        self._registered[direction] = True
        self._tag[direction] = max(self._tag[direction], self._clock[far])
        self._registrations += 1
        self._order[direction] = self._registrations
        self._waiting[far].append(direction)

    def _unregister(self, direction: int) -> None:
        self._registered[direction] = False
        self._waiting[self._far[direction]].remove(direction)

    # ----------------------------------------------------------------- looks
    def _ready(self, direction: int) -> bool:
        """Return whether the head of a direction has a place; register the direction where it has none."""
        if not self._queues[direction]:
            return False
        far = self._far[direction]
        if self._filled[far] >= self._places[far]:
            if not self._registered[direction]:
                self._register(direction)
            return False
        if self._registered[direction]:
            self._unregister(direction)
        return True

    def _look(self, b: int) -> None:
        """Let one head pass if there is one that can; where both can, the directions take turns."""
        if self._shut[b]:
            return
        low, high = 2 * b, 2 * b + 1
        if self._ready(low):
            direction = low
            if self._ready(high):
                direction = low + 1 - self._last[b] if self._last[b] >= 0 else self._earlier(low, high)
        elif self._ready(high):
            direction = high
        else:
            return
        self._pass(self._queues[direction].pop(0), direction)

    def _earlier(self, low: int, high: int) -> int:
        p, q = self._queues[low][0], self._queues[high][0]
        return low if (self._arrived[p], p) < (self._arrived[q], q) else high

    def _rested(self, event: Event) -> None:
        b: int = event.number  # type: ignore[attr-defined]
        self._passes[b] = 0
        if self._queues[2 * b] or self._queues[2 * b + 1]:
            self._look(b)

    # ---------------------------------------------------------------- passes
    def _pass(self, p: int, direction: int) -> None:
        """Let somebody through, and hand the place left to whoever waits for it, and so on: a chain, never a tree."""
        now, filled, since, person_s, units = self.env.now, self._filled, self._since, self._person_s, self._units_in
        passed = []
        self._passing = True
        while True:
            b = direction >> 1
            near, far = self._near[direction], self._far[direction]
            person_s[near] += (filled[near] - units[near]) * (now - since[near])
            person_s[far] += (filled[far] - units[far]) * (now - since[far])
            since[near] = since[far] = now
            if p < self._people:
                self._left_s[near] = now
            filled[near] -= 1
            filled[far] += 1
            if p < self._people:
                self._left_s[near] = now
            self._last[b] = direction & 1
            if self._rest_s[b]:
                self._passes[b] += 1
            self._enter(p, direction)
            passed.append(b)
            if not self._waiting[near]:
                break
            direction = self._heir(near, b)
            if direction < 0:
                break
            p = self._queues[direction].pop(0)
        self._passing = False
        for b in passed if len(passed) == 1 else dict.fromkeys(passed):
            rest = self._rest_s[b]
            if rest:
                event = self._rests[b]
                if event is None:
                    event = self._rests[b] = Step(self.env, b)
                event.callbacks = self._when_rested  # type: ignore[assignment]
                self.env.schedule(event, self._border_ranks[b], rest if self._passes[b] == 1 else 2.0 * rest)
            elif self._queues[2 * b] and not self._registered[2 * b]:
                self._look(b)

    def _heir(self, cell: int, just_passed: int) -> int:
        """Return the direction that takes the place free in a cell, or -1."""
        if self._filled[cell] >= self._places[cell]:
            return -1
        heir = -1
        for direction in self._waiting[cell]:
            passes = self._passes[direction >> 1]
            if passes and not (direction >> 1 == just_passed and passes == 1):
                continue
            if heir < 0 or (self._tag[direction], self._order[direction]) < (self._tag[heir], self._order[heir]):
                heir = direction
        if heir >= 0:
            self._unregister(heir)
            self._clock[cell] = self._tag[heir]
            self._tag[heir] += 1.0 / self._capacity_ps[heir >> 1]
        return heir

    @abstractmethod
    def _enter(self, p: int, direction: int) -> None:
        """Go on after passing a direction."""

    # ----------------------------------------------------------------- doors
    def _set_shut(self, b: int, shut: bool) -> None:
        """Stop or start the passing of a border; its rest goes on."""
        self._shut[b] = shut
        for direction in (2 * b, 2 * b + 1):
            if shut and self._registered[direction]:
                self._unregister(direction)
        if not shut and not self._passes[b]:
            self._look(b)

    def _settle_person_seconds(self, cell: int) -> None:
        """Close the open interval of a cell before its persons change otherwise than by a pass."""
        now = self.env.now
        self._person_s[cell] += (self._filled[cell] - self._units_in[cell]) * (now - self._since[cell])
        self._since[cell] = now
