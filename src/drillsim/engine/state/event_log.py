"""The event table while it is written, in order of time."""

from __future__ import annotations

import simpy

from drillsim.record import events as ev
from drillsim.record.trace import Event

_new = tuple.__new__
"""Makes a named tuple of a plain one in half the time that its name takes."""


class EventLog:
    """The event table while it is written, in order of time."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.events: list[Event] = []

    def __call__(
        self,
        who: str,
        what: ev.EventWord,
        where: str = "",
        why: str = "",
        *,
        incident: str = "",
        value: float | None = None,
    ) -> None:
        """Write one line at the present time."""
        self.events.append(_new(Event, (float(self.env.now), who, what, where, why, incident, value)))
