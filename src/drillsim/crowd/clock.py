"""SimPy's clock under the crowd: ranks of events at one instant, timers, and exact times.

Every private name of SimPy that drillsim relies on stands in this file (`PRIVATE_NAMES`); a test checks that the installed
version has them. They buy speed (a timer costs a third of a Timeout) and exact times (`schedule_at`).

Events at one instant happen by rank, the lowest first: what SimPy and the response do (0 and 1), people by number, borders
by number, and last whatever waits for the end of the instant.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush
from math import inf
from typing import Any

import simpy
from simpy.events import URGENT, Event, EventPriority

PEOPLE_RANK, BORDER_RANK = 2, 2_000_000_000
"""Rank of the first person, and of the first border; numbers are added to them."""
ORDER_RANK, UNITS_RANK, LAST_RANK = EventPriority(1), EventPriority(PEOPLE_RANK), EventPriority(2_000_000_000_000)
"""Ranks of delayed orders, of what units of the compiled crowd report, and of the end of an instant."""
PRIVATE_NAMES = {simpy.Environment: ("_queue", "_eid", "_now"), Event: ("_ok", "_value")}
"""Attributes of SimPy's objects that are read or written here, though SimPy does not promise them."""


class Timer(Event):
    """An event that succeeds when its time comes, such as the end of a walk, of a premovement or of a rest.

    It is born triggered and skips the constructor of Event. `number` says whose timer it is.
    """

    _ok = True
    _value = None

    def __init__(self, env: simpy.Environment, number: int = 0, then: Callable[[Any], None] | None = None) -> None:
        self.env, self.number = env, number
        self.callbacks = [] if then is None else [then]


def call_after(env: simpy.Environment, delay_s: float, act: Callable[[Any], None]) -> None:
    """Call a function after a delay, before anything else that happens at that time."""
    heappush(env._queue, (env._now + delay_s, URGENT, next(env._eid), Timer(env, 0, act)))


def schedule_at(timer: Timer, time_s: float, rank: EventPriority) -> None:
    """Schedule a timer at a time of the clock, to the last bit: now + (time_s - now) might be another time."""
    env = timer.env
    heappush(env._queue, (time_s, rank, next(env._eid), timer))


def next_event(env: simpy.Environment) -> tuple[float, float]:
    """Return time and rank of SimPy's next event; inf and inf where there is none."""
    return env._queue[0][:2] if env._queue else (inf, inf)


def advance_to(env: simpy.Environment, time_s: float) -> None:
    """Play everything up to and including a time, and set the clock to it."""
    reached: list[object] = []
    env.schedule(Timer(env, 0, reached.append), LAST_RANK, max(0.0, time_s - env.now))
    while not reached:
        env.step()
