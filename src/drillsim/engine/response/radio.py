"""Messages to units, by the means that reaches them, and what a unit sets going once it has word (rule B22).

The office calls by radio. Where a unit, or the office, has no cover, the call is repeated, while somebody tries the telephone
of the room the unit is in, or goes to it on foot; the first that reaches it is the means of its word.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from drillsim.engine.protection.protective_action import Protection
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.record import events as ev


class Radio:
    """The school's radio net and what stands in for it, and the duties of whoever hears a message."""

    def __init__(self, drill: DrillState, protection: Protection) -> None:
        self.drill, self.protection = drill, protection

    def tell(self, incident: IncidentState, unit: Responder) -> Generator[simpy.Event, Any, str]:
        """Wait until a unit has word of an incident; the value is the means, in words."""
        drill, env = self.drill, self.drill.env
        radio_s, began_s = drill.radio_s(unit, incident.number), env.now
        if drill.radio_reaches(drill.travel.place(unit)[0]):
            if radio_s > 0.0:
                yield env.timeout(radio_s)
            return "by radio"
        means, other_s = drill.other_means(unit, incident.number)
        heard_s, repeat_s = began_s + radio_s + other_s, drill.scenario.reporting.repeat
        calls_s = began_s + repeat_s
        while calls_s + radio_s < heard_s:
            yield env.timeout(calls_s - env.now)
            if drill.radio_reaches(drill.travel.place(unit)[0]):
                yield env.timeout(radio_s)
                return "by radio"
            calls_s += repeat_s
        yield env.timeout(heard_s - env.now)
        return means

    def hear(self, incident: IncidentState, unit: Responder, why: str) -> None:
        """Record that a unit has word of an incident; it orders, and speaks to the police, where its role may."""
        self.drill.log(unit.id, ev.WORD, self.drill.whereabouts(unit), why, incident=incident.id)
        self.order(incident, unit)
        if unit.role.police_channel:
            if not incident.police_told.triggered:
                incident.police_told.succeed(unit.id)
            self.drill.env.process(self._tell_place_to_police(incident, unit, saw_it=why == "noticed it"))

    def _tell_place_to_police(self, incident: IncidentState, unit: Responder, *, saw_it: bool) -> Process:
        """Give the place to the police over their channel as soon as the unit has it."""
        if not saw_it:
            yield incident.place_known
        if unit.is_here:
            self.drill.tell_police_place(incident)

    def order(self, incident: IncidentState, unit: Responder) -> None:
        """Give the protective order by a unit that knows of a hostile event, on its way or not, where its role may."""
        drill = self.drill
        answers = drill.scenario.protocol.action != "none" and incident is drill.incidents[drill.scenario.protected]
        if answers and not incident.kind.may_approach:
            drill.env.process(self.protection.order_by(unit))
