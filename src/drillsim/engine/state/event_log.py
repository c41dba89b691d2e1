"""Event log of a drill."""

from __future__ import annotations

import simpy

from drillsim.record import events as ev
from drillsim.record.trace import Event

_new = tuple.__new__
"""Makes an Event of a plain tuple in half the time of its constructor, which checks the number of fields."""


class EventLog:
    """The events of a drill in order of time; a call appends one at the present time."""

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
        """Append one event at the present time; see `drillsim.record.trace.Event` for the arguments."""
        self.events.append(_new(Event, (float(self.env.now), who, what, where, why, incident, value)))
