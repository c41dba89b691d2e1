"""SimPy's clock under the crowd: ranks of events at one instant, and steps that are played in order of rank."""

from __future__ import annotations

import simpy
from simpy.events import Event, EventPriority

PEOPLE_RANK, BORDER_RANK = 2, 2_000_000_000


class Step(Event):
    """The end of a piece, of a premovement or of a rest; `number` says whose, and is negative once called off."""

    _ok = True
    _value = None

    def __init__(self, env: simpy.Environment, number: int) -> None:
        self.env, self.number = env, number


ORDER_RANK, LAST_RANK = EventPriority(1), EventPriority(2_000_000_000_000)


def advance_to(env: simpy.Environment, time_s: float) -> None:
    """Let everything happen up to and including a time, and set the clock to it."""
    last = Step(env, 0)
    reached: list[object] = []
    last.callbacks = [reached.append]
    env.schedule(last, LAST_RANK, max(0.0, time_s - env.now))
    while not reached:
        env.step()
