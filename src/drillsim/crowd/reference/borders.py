"""Borders of the reference crowd: queues by direction, turns, rests, the handing over of places, and exchange circles.

Rules A 5 to A 9 of docs/model/crowd.md. What a person does after passing is left to `_enter`.

Registration (A 7). A direction whose head finds the cell beyond full is registered with that cell and is not looked at
again until a place there falls free: nobody polls. Handing over (A 8). Whoever leaves a cell hands the place to one of
the directions registered there, the heir. The heir's head leaves a place behind in turn, so that one pass pulls a chain
of persons through the building at one instant; a chain, never a tree, since each pass frees exactly one place. Heirs are
chosen by start-time fair queueing: each direction carries a tag that grows by 1/capacity with each place it gets, and
the lowest tag wins, so that a wide door gets places in proportion to its capacity and a narrow one is not starved.

Exchange circles (A 9). Full cells can block each other for ever: the head of each waits for a place in the next, and the
last one for a place in the first. No place is free, yet all could step on together, as people do when they squeeze past
each other. So when a border finds that neither of its heads can pass, a breadth-first search over registered directions
looks for the shortest such circle through it; its heads leave all, enter all, and then decide, all at one instant.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from math import nan
from typing import cast

import simpy
from simpy.events import Event, EventPriority

from drillsim.crowd.clock import BORDER_RANK, Timer
from drillsim.crowd.geometry.cells import Cells


class Borders(ABC):
    """Occupancy of cells and queues at borders, on a SimPy environment."""

    def __init__(self, env: simpy.Environment, cells: Cells, filled: list[int], people: int) -> None:
        self.env, self.cells, self._people = env, cells, people
        directions = 2 * cells.borders
        self._near, self._far, self._places = cells.near, cells.far, cells.places
        self._rest_s, self._capacity_ps = cells.rest_s, cells.capacity_ps
        self._filled = filled
        self._units_in = [0] * len(filled)
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
        self._by = [-1] * cells.borders
        """Who alone each border rests for; -1 where two have passed at once."""
        self._passed, self._longest = [0] * directions, [0] * directions
        """Persons who passed each direction, and most who waited there at once; units apart."""
        self._first_s, self._last_s, self._longest_s = ([nan] * directions for _ in range(3))
        """When the first and the last of them passed, and since when the queue was longest."""
        self._shut = [False] * cells.borders
        self._rests: list[Timer | None] = [None] * cells.borders
        self._border_ranks = cast(list[EventPriority], list(range(BORDER_RANK, BORDER_RANK + cells.borders)))
        self._again: list[int] = []
        """Stair ends to look at before anything else happens."""
        self._news: list[Callable[[], None]] = []
        """What is to be told or ordered once the present event is over."""
        self._watches: list[tuple[list[int], int, Event]] = []
        """Cells, number of persons, and the event that succeeds when there are no more of them."""
        self._when_rested = [self._rested]

    # ---------------------------------------------------------------- queues
    def _join(self, p: int, direction: int) -> None:
        """Enter the queue of a direction; an idle border serves it at once, unless that direction is registered."""
        b, queue, far = direction >> 1, self._queues[direction], self._far[direction]
        idle = not self._passes[b]
        empty = not queue and not self._queues[direction ^ 1]
        if not idle and self._may_return(p, direction):
            self._end_rest(b)
            idle = empty = True
        if idle and empty and not self._shut[b] and self._filled[far] < self._places[far]:
            self._pass(p, direction)
            if self._again:
                self._look(self._again.pop(0))
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

    def _may_return(self, p: int, direction: int) -> bool:
        """Return whether somebody goes on at once though the border rests: it rests for this person alone (A 5)."""
        b, far = direction >> 1, self._far[direction]
        if self._by[b] != p or self._shut[b] or self._queues[direction]:
            return False
        if self._queues[direction ^ 1] and self._last[b] == direction & 1:
            return False
        return self._filled[far] < self._places[far]

    def _end_rest(self, b: int) -> None:
        event = self._rests[b]
        if event is not None:
            event.callbacks = []
        self._rests[b], self._passes[b] = None, 0

    def _quit(self, p: int, direction: int) -> None:
        """Leave a queue; an empty queue waits for no place."""
        queue = self._queues[direction]
        self._note_queue(direction)
        queue.remove(p)
        if not queue and self._registered[direction]:
            self._unregister(direction)

    def _take_head(self, direction: int) -> int:
        self._note_queue(direction)
        return self._queues[direction].pop(0)

    def _note_queue(self, direction: int) -> None:
        """Note a queue that is longer than ever, before one of it leaves; who came at this very instant has not waited."""
        if len(self._queues[direction]) > self._longest[direction]:
            now, arrived = self.env.now, self._arrived
            waiting = [p for p in self._queues[direction] if p < self._people and arrived[p] < now]
            if len(waiting) > self._longest[direction]:
                self._longest[direction], self._longest_s[direction] = len(waiting), arrived[waiting[-1]]

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

    # ----------------------------------------------------------------- turns
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
        """Let one head pass if one can, and serve the stair ends again that somebody has passed."""
        self._again.insert(0, b)
        while self._again:
            b = self._again.pop(0)
            direction = self._turn_of(b)
            if direction >= 0:
                self._pass(self._take_head(direction), direction)

    def _turn_of(self, b: int) -> int:
        """Return the direction whose head passes now: where both can, they take turns; -1 where none is to pass.

        Where none can, those who wait for each other's places in a circle change them (rule 9).
        """
        if self._shut[b]:
            return -1
        low, high = 2 * b, 2 * b + 1
        if self._ready(low):
            if not self._ready(high):
                return low
            return low + 1 - self._last[b] if self._last[b] >= 0 else self._earlier(low, high)
        if self._ready(high):
            return high
        for direction in (low, high):
            circle = self._circle(direction) if self._registered[direction] else []
            if circle:
                self._exchange(circle)
                break
        return -1

    def _earlier(self, low: int, high: int) -> int:
        p, q = self._queues[low][0], self._queues[high][0]
        return low if (self._arrived[p], p) < (self._arrived[q], q) else high

    def _rested(self, event: Event) -> None:
        b: int = event.number  # type: ignore[attr-defined]
        self._passes[b] = 0
        if self._queues[2 * b] or self._queues[2 * b + 1]:
            self._look(b)
            self._tell()

    # ---------------------------------------------------------------- passes
    def _pass(self, p: int, direction: int) -> None:
        """Let a head through, hand the place that it leaves to the heir, and so on along the chain (A 8)."""
        passed = []
        while True:
            b, near = direction >> 1, self._near[direction]
            self._step_out(p, direction)
            self._step_in(p, direction)
            self._enter(p, direction)
            passed.append(b)
            if not self._waiting[near]:
                break
            direction = self._heir(near, b)
            if direction < 0:
                break
            p = self._take_head(direction)
        self._rest(passed)

    def _step_out(self, p: int, direction: int) -> None:
        cell, now = self._near[direction], self.env.now
        self._settle_person_seconds(cell)
        self._filled[cell] -= 1
        if p < self._people:
            self._left_s[cell] = now
        else:
            self._units_in[cell] -= 1

    def _step_in(self, p: int, direction: int) -> None:
        b, cell = direction >> 1, self._far[direction]
        self._settle_person_seconds(cell)
        self._filled[cell] += 1
        if p >= self._people:
            self._units_in[cell] += 1
        else:
            self._passed[direction] += 1
            self._last_s[direction] = self.env.now
            if self._passed[direction] == 1:
                self._first_s[direction] = self.env.now
        self._last[b] = direction & 1
        if self._rest_s[b]:
            self._passes[b] += 1
            self._by[b] = p if self._passes[b] == 1 else -1

    def _rest(self, passed: list[int]) -> None:
        """Let the borders that somebody passed rest, each as long as its passes ask for; a stair end looks again."""
        for b in dict.fromkeys(passed):
            rest = self._rest_s[b]
            if rest:
                event = self._rests[b]
                if event is None:
                    event = self._rests[b] = Timer(self.env, b)
                event.callbacks = self._when_rested  # type: ignore[assignment]
                self.env.schedule(event, self._border_ranks[b], rest if self._passes[b] == 1 else 2.0 * rest)
            elif self._queues[2 * b] and not self._registered[2 * b] and b not in self._again:
                self._again.append(b)

    # ------------------------------------------------------------ exchange
    def _circle(self, direction: int) -> list[int]:
        """Return the shortest circle of idle registered directions through one, itself first; empty where there is none.

        Each of them leads into the cell in which the head of the next one waits. Breadth first, backwards from the cell
        left, directions in order.
        """
        start, end = self._far[direction], self._near[direction]
        leads_to: dict[int, int] = {end: -1}
        cells = [end]
        for cell in cells:
            for other in sorted(self._waiting[cell]):
                near = self._near[other]
                if self._passes[other >> 1] or near in leads_to:
                    continue
                leads_to[near] = other
                if near == start:
                    circle = [direction]
                    while near != end:
                        circle.append(leads_to[near])
                        near = self._far[leads_to[near]]
                    return circle
                cells.append(near)
        return []

    def _exchange(self, circle: list[int]) -> None:
        """Let the heads of a circle change places: all leave, all enter, all decide (A 9)."""
        heads = [(self._take_head(direction), direction) for direction in circle]
        for p, direction in heads:
            self._unregister(direction)
            self._step_out(p, direction)
        for p, direction in heads:
            self._step_in(p, direction)
        for p, direction in heads:
            self._enter(p, direction)
        self._rest([direction >> 1 for direction in circle])

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

    def _tell(self) -> None:
        """Call what the event that is over has queued, in order, before the next event."""
        while self._news:
            self._news.pop(0)()
        for watch in [w for w in self._watches if self._persons_in(w[0]) <= w[1]]:
            self._watches.remove(watch)
            watch[2].succeed()

    def _watch(self, cells: list[int], at_most: int) -> Event:
        event = Event(self.env)
        if self._persons_in(cells) <= at_most:
            event.succeed()
        else:
            self._watches.append((cells, at_most, event))
        return event

    def _persons_in(self, cells: list[int]) -> int:
        return sum(self._filled[c] - self._units_in[c] for c in cells)

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
