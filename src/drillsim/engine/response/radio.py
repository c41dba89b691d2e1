"""Radio messages to units, and what a unit sets going once it has heard one: the order, the call to the police."""

from __future__ import annotations

from drillsim.engine.protection.protective_action import Protection
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.record import events as ev


class Radio:
    """The school's radio net: delay of a message, and the duties of whoever hears it."""

    def __init__(self, drill: DrillState, protection: Protection) -> None:
        self.drill, self.protection = drill, protection

    def delay_s(self, incident: IncidentState, unit: Responder) -> float:
        """Return the delay until a unit hears a message: a draw, and one repeat where its place has no cover."""
        return self.drill.radio_s(unit, incident.number)

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
