"""The scene of an incident: arrival, whether the need is met, and the action that ends the incident."""

from __future__ import annotations

import simpy

from drillsim.engine.response.assignments import Assignments, Review
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.record import events as ev


def until_called_off(process: Process) -> Process:
    """Run a process until it ends or is interrupted, which is how a responder is called off."""
    try:
        yield from process
    except simpy.Interrupt:
        return


class Scene:
    """Arrivals and departures at the incidents of one drill, for units and services alike."""

    def __init__(self, drill: DrillState, assignments: Assignments, review: Review) -> None:
        self.drill, self.assignments, self._review = drill, assignments, review
        self._action: dict[IncidentState, simpy.Process] = {}
        """By incident: what those on scene do to end it; an entry stays when the action is done."""

    def arrive(self, incident: IncidentState, responder: Responder) -> None:
        """Record a responder on scene; the action starts as soon as those present meet the need."""
        drill, role = self.drill, responder.role
        where = drill.where(incident)
        drill.log(responder.id, ev.ON_SCENE, where, role.word(incident.kind), incident=incident.id)
        if drill.scenario.dispatch.service == "walked":
            drill.log(responder.id, ev.WALKED, where, incident=incident.id, value=responder.walked_s)
            drill.log(responder.id, ev.DOORS, where, incident=incident.id, value=responder.doors_s)
        self.assignments.arrive(responder)
        if incident.kind.has_patient and role.first_aid:
            drill.log(responder.id, ev.FIRST_AID, where, incident=incident.id)
        if incident.kind.has_patient and (responder.carries_aed or responder.service == "ems"):
            drill.log(responder.id, ev.AED_THERE, where, incident=incident.id)
        if self.assignments.need_is_met(incident):
            self._begin_action(incident, responder, where)
        else:
            self._review(incident)

    def leave(self, incident: IncidentState, responder: Responder) -> None:
        """Remove a responder from the scene; an action that the others cannot carry on alone stops."""
        if not self.assignments.leave_scene(responder, incident):
            return
        action = self._action.get(incident)
        if action is not None and action.is_alive and not self.assignments.need_is_met(incident):
            action.interrupt()
            del self._action[incident]

    def log_no_path(self, incident: IncidentState, responder: Responder, where: str) -> None:
        """Log that a responder finds no way to a place, as the ways are now."""
        self.drill.log(responder.id, ev.CANNOT_REACH, where, "no way that it can open", incident=incident.id)

    def _begin_action(self, incident: IncidentState, responder: Responder, where: str) -> None:
        """Start to end an incident whose need is met; the first time, those on scene become able."""
        drill = self.drill
        if incident.able_s is None:
            incident.able_s = drill.env.now
            drill.log(responder.id, ev.ABLE, where, incident=incident.id)
            incident.able.succeed()
            if incident.kind.exposure_until == "able":
                drill.stop_exposure(incident)
        if incident.act_s is not None and not incident.ended and incident not in self._action:
            process = self._act(incident, incident.act_s * responder.role.act_factor)
            self._action[incident] = drill.env.process(until_called_off(process))

    def _act(self, incident: IncidentState, takes_s: float) -> Process:
        """Resolve an incident after a time, unless it ends by itself before."""
        done = self.drill.env.timeout(takes_s)
        yield done if incident.lasts_s is None else done | incident.resolved
        self.drill.resolve(incident, "unit")
