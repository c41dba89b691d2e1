"""The scene of an incident: arrival, whether the need is met, and the action that ends the incident."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(eq=False)
class Work:
    """What is left to do to end one incident, in seconds of somebody whose `act_factor` is 1."""

    left_s: float
    since_s: float = 0.0
    """Time of the last change of pace; `left_s` is what was left then."""
    factor: float | None = None
    """`act_factor` of the best of those present; None while nobody works."""
    process: simpy.Process | None = None
    """Process that ends the incident, while somebody works."""


class Scene:
    """Arrivals and departures at the incidents of one drill, for units and services alike."""

    def __init__(self, drill: DrillState, assignments: Assignments, review: Review) -> None:
        self.drill, self.assignments, self._review = drill, assignments, review
        self._work: dict[IncidentState, Work] = {}
        """By incident, from the first instant at which its need was met."""

    def arrive(self, incident: IncidentState, responder: Responder) -> None:
        """Record a responder on scene; the action starts as soon as those present meet the need."""
        drill, role = self.drill, responder.role
        where = drill.where(incident)
        drill.log(responder.id, ev.ON_SCENE, where, role.word(incident.kind), incident=incident.id)
        if drill.scenario.dispatch.service == "walked":
            drill.log(responder.id, ev.WALKED, where, incident=incident.id, value=responder.walked_s)
            drill.log(responder.id, ev.DOORS, where, incident=incident.id, value=responder.doors_s)
        self.assignments.arrive(responder)
        incident.seen_over |= incident.ended and not responder.service
        self._tell_police(incident, responder)
        if incident.kind.has_patient and role.care:
            drill.log(responder.id, ev.FIRST_AID, where, incident=incident.id)
        if incident.kind.has_patient and (responder.carries_aed or responder.service == "ems"):
            incident.aed_there = True
            drill.log(responder.id, ev.AED_THERE, where, incident=incident.id)
        if self.assignments.need_is_met(incident):
            self._begin_action(incident, responder, where)
        else:
            self._review(incident)

    def _tell_police(self, incident: IncidentState, responder: Responder) -> None:
        """Let the police have the place from a unit on scene with a radio, after a message over it."""
        drill, role = self.drill, responder.role
        if responder.service or not (role.radio or role.police_channel) or incident.police_know_place.triggered:
            return
        told_s = 0.0 if role.police_channel else drill.told_by_s(responder, incident.number)
        drill.at(told_s, lambda _event: drill.tell_police_place(incident))

    def leave(self, incident: IncidentState, responder: Responder) -> None:
        """Remove a responder from the scene; the work stops where the others cannot carry it on, and what is done stays."""
        if self.assignments.leave_scene(responder, incident):
            self._set_pace(incident)

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
        self._set_pace(incident)

    def _set_pace(self, incident: IncidentState) -> None:
        """Let the work on an incident go on at the pace of the best of those present, or stop while its need is not met.

        The pace changes only with the best or with the need, so that one more who is no better changes no time.
        """
        if incident.act_s is None or incident.ended:
            return
        work = self._work.setdefault(incident, Work(left_s=incident.act_s))
        factors = [r.role.act_factor for r in self.assignments.resolvers(incident)]
        factor = min(factors) if self.assignments.need_is_met(incident) else None
        if factor == work.factor:
            return
        now = self.drill.env.now
        if work.process is not None and work.process.is_alive:
            work.process.interrupt()
        if work.factor is not None:
            work.left_s = max(work.left_s - (now - work.since_s) / work.factor, 0.0) if work.factor > 0.0 else 0.0
        work.factor, work.since_s, work.process = factor, now, None
        if factor is not None:
            work.process = self.drill.env.process(until_called_off(self._act(incident, work.left_s * factor)))

    def _act(self, incident: IncidentState, takes_s: float) -> Process:
        """Resolve an incident after a time, unless it ends by itself before."""
        done = self.drill.env.timeout(takes_s)
        yield done if incident.lasts_s is None else done | incident.resolved
        self.drill.resolve(incident, "unit")
