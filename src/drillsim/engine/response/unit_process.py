"""What a unit does from word to work: hear, hand over, walk there, act, and be free again."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from drillsim.engine.protection.protective_action import Protection
from drillsim.engine.response.approach import Approach
from drillsim.engine.response.dispatch import Dispatcher
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder


class Response:
    """The walk of each unit from word to work, and what it does on scene."""

    def __init__(self, drill: DrillState, protection: Protection) -> None:
        self.drill, self.protection = drill, protection
        self.dispatcher = Dispatcher(drill)
        self.approach = Approach(drill)
        self.stay_away: Callable[[IncidentState, Responder, bool], Process]
        """What a unit does that must not approach: see `SupportTasks`."""

    # ------------------------------------------------------------------ who goes

    def noticed_by(self, incident: IncidentState, unit: Responder) -> None:
        """Let a unit that noticed the incident itself act at once, also one that is called but has not set off."""
        if unit.incident is incident and unit in incident.sent and not unit.under_way:
            had_word = unit.has_word
            self._drop(unit, incident)
            self.send(incident, unit, heard_s=0.0, why="noticed it")
            unit.has_word = had_word
            return
        if unit not in self.dispatcher.free():
            return
        if self.dispatcher.suits(incident, unit):
            self.send(incident, unit, heard_s=0.0, why="noticed it")
        else:
            self.may_order(incident, unit)

    def dispatch(self, incident: IncidentState) -> None:
        """Send whom the dispatcher chooses; in a hostile event everybody else gets a task."""
        chosen = self.dispatcher.choose(incident)
        if incident.kind == "hostile":
            self._tasks_of_the_others(incident)
        for unit in chosen:
            if unit.is_busy:
                self.call_off(unit, incident)
            self.send(incident, unit, heard_s=self.radio_s(incident, unit), why="by radio")
        if not chosen:
            self.dispatcher.wait(incident)

    def send(self, incident: IncidentState, unit: Responder, *, heard_s: float, why: str) -> None:
        """Make a unit busy with an incident, and start it on its way."""
        if incident.waits:
            self.drill.log(unit.id, "dispatched", self.drill.where(incident), "from the line", incident=incident.id)
            incident.waits = False
        unit.incident, unit.has_word, unit.under_way = incident, False, False
        incident.sent.append(unit)
        unit.process = self.drill.env.process(self._guarded(self._respond(incident, unit, heard_s, why)))

    def radio_s(self, incident: IncidentState, unit: Responder) -> float:
        """Return the delay until a unit hears the radio: a draw, and one repeat where its place has no cover."""
        drill = self.drill
        reporting = drill.scenario.reporting
        delay = unit.sample(reporting.radio, "unit.radio", incident.number)
        return delay if drill.has_radio(drill.travel.place(unit)[0]) else delay + reporting.repeat

    def call_off(self, unit: Responder, incident: IncidentState | None) -> None:
        """Take a unit off its incident, for a more urgent one or for good; its incident gets somebody else."""
        drill, old = self.drill, unit.incident
        if old is None:
            return
        drill.travel.stand(unit)
        what = "called-off" if incident is not None else "free"
        drill.log(
            unit.id, what, drill.whereabouts(unit), f"for {incident.id}" if incident else "it leaves", incident=old.id
        )
        self._drop(unit, old)
        self._leave_scene(unit, old)
        if old.reported.triggered and not old.ended and old is not incident:
            drill.at(0.0, lambda _e: self._send_again(old))

    def _drop(self, unit: Responder, incident: IncidentState) -> None:
        """Forget that a unit is busy with an incident."""
        unit.incident = None
        incident.sent = [u for u in incident.sent if u is not unit]
        if unit.process is not None and unit.process.is_alive and unit.process is not self.drill.env.active_process:
            unit.process.interrupt()
        unit.process = None

    def _leave_scene(self, unit: Responder, incident: IncidentState) -> None:
        """Let a unit leave a scene; what those present were doing stops where they cannot do it without it."""
        if unit in incident.on_scene:
            incident.on_scene.remove(unit)
            acting = incident.acting
            if acting is not None and acting.is_alive and not incident.need_is_met(self.drill.scenario.dispatch.team):
                acting.interrupt()
                incident.acting = None

    def _send_again(self, incident: IncidentState) -> None:
        if not incident.ended:
            self.dispatch(incident)

    def leave(self, unit: Responder, why: str) -> None:
        """Let a unit leave campus: it gives up what it does, and somebody else is sent in its place."""
        unit.gone = True
        self.drill.log(unit.id, "left", "", why)
        self.call_off(unit, None)

    def back(self, unit: Responder) -> None:
        """Let a unit come back to campus, to its duty."""
        unit.gone, unit.stands = False, None
        self.drill.log(unit.id, "back", self.drill.whereabouts(unit))
        self._is_free(unit)

    # ------------------------------------------------------------------ the way

    def _guarded(self, process: Process) -> Process:
        """Carry out a task until who does it is called off."""
        try:
            yield from process
        except simpy.Interrupt:
            return

    def _respond(self, incident: IncidentState, unit: Responder, heard_s: float, why: str) -> Process:
        """Hear, hand over, walk there, act, and be free again."""
        drill, env, log = self.drill, self.drill.env, self.drill.log
        if heard_s > 0.0:
            yield env.timeout(heard_s)
        if not unit.has_word:
            unit.has_word = True
            log(unit.id, "word", drill.whereabouts(unit), why, incident=incident.id)
            self.on_word(incident, unit)
        if why != "noticed it":
            delay = unit.set_off_s(env.now, incident.number)
            if delay > 0.0:
                yield env.timeout(delay)
        unit.under_way = True
        log(unit.id, "under-way", drill.whereabouts(unit), incident=incident.id)
        if drill.scenario.dispatch.service == "walked":
            unit.walked_s = unit.doors_s = 0.0
            if incident.kind == "medical":
                yield from self.approach.fetch_aed(incident, unit)
            yield from self.approach.reach(
                incident, unit, knows=why == "noticed it", speed_mps=unit.pace(incident.kind)
            )
        self.arrive(incident, unit)
        yield from self._until_free(incident, unit)

    def on_word(self, incident: IncidentState, unit: Responder) -> None:
        """Let a unit that has word order, and speak to the police, where its role may."""
        self.may_order(incident, unit)
        if unit.role.police_channel and not incident.police_told.triggered:
            incident.police_told.succeed(unit.id)

    def may_order(self, incident: IncidentState, unit: Responder) -> None:
        """Let a unit that has word of a hostile event give the protective order over the radio, on its way or not."""
        drill = self.drill
        answers = drill.scenario.protocol.action != "none" and incident is drill.incidents[drill.scenario.protected]
        if incident.kind == "hostile" and answers:
            drill.env.process(self.protection.order_by(unit))

    def _until_free(self, incident: IncidentState, unit: Responder) -> Process:
        """Stay until the incident is over, then finish the handling; a hostile event keeps a unit to the end."""
        drill, env = self.drill, self.drill.env
        if incident.kind == "hostile":
            return
        over = incident.resolved if incident.act_s is not None else incident.able
        was_there = not over.triggered
        if was_there:
            yield over
        handling = drill.scenario.dispatch.handling.law(incident.kind)
        if was_there and handling is not None:
            if self._arrests(incident, unit):
                yield from self._away_with_somebody(incident, unit)
                return
            busy_s = unit.sample(handling, "unit.handling", incident.number)
            if busy_s > 0.0:
                yield env.timeout(busy_s)
        self.release(unit)

    def _arrests(self, incident: IncidentState, unit: Responder) -> bool:
        """Return whether this unit leaves with somebody: the first of those who may arrest and resolve."""
        able = [u for u in incident.resolvers(incident.on_scene) if u.role.arrests]
        share = self.drill.scenario.dispatch.arrests.share(incident.kind)
        return able[:1] == [unit] and share > 0.0 and self.drill.streams.uniform("incident.arrest", incident.id) < share

    def _away_with_somebody(self, incident: IncidentState, unit: Responder) -> Process:
        drill = self.drill
        away_s = unit.sample(drill.scenario.dispatch.arrests.away, "unit.arrest_away", incident.number)
        drill.log(unit.id, "free", drill.where(incident), "leaves with somebody", incident=incident.id)
        unit.incident, unit.process, unit.gone = None, None, True
        drill.travel.stand(unit)
        drill.log(unit.id, "left", "", "an arrest", incident=incident.id)
        yield drill.env.timeout(away_s)
        self.back(unit)

    def release(self, unit: Responder) -> None:
        """Make a unit free: for the next in the line, or back to its duty."""
        drill, incident = self.drill, unit.incident
        if incident is None:
            return
        drill.log(unit.id, "free", drill.where(incident), incident=incident.id)
        unit.incident, unit.process = None, None
        drill.travel.stand(unit)
        self._is_free(unit)

    def _is_free(self, unit: Responder) -> None:
        for incident in self.dispatcher.waiting():
            self.dispatch(incident)
            if unit.is_busy:
                return
        if unit.stands is not None:
            unit.process = self.drill.env.process(self._guarded(self._back_to_duty(unit)))

    def _back_to_duty(self, unit: Responder) -> Process:
        """Walk back to the post, or to the first stop of the round, and take it up again."""
        drill = self.drill
        space, point = unit.spell_at(drill.env.now).post
        done = drill.travel.go(unit, space, point, speed_mps=unit.role.patrol_speed, no_way=lambda: None)
        yield done
        if not unit.is_busy:
            drill.travel.resume(unit)

    # ------------------------------------------------------------------ on scene

    def no_way(self, incident: IncidentState, responder: Responder, where: str = "") -> None:
        """Write down that a responder finds no way to the incident, or to another place, as the ways are now."""
        where = where or self.drill.where(incident)
        self.drill.log(responder.id, "cannot-reach", where, "no way that it can open", incident=incident.id)

    def arrive(self, incident: IncidentState, responder: Responder) -> None:
        """Put a responder on the scene, and start to act as soon as those present fulfil the need."""
        drill, role = self.drill, responder.role
        where = drill.where(incident)
        drill.log(responder.id, "on-scene", where, role.word(incident.kind), incident=incident.id)
        if drill.scenario.dispatch.service == "walked":
            drill.log(responder.id, "walked", where, incident=incident.id, value=responder.walked_s)
            drill.log(responder.id, "doors", where, incident=incident.id, value=responder.doors_s)
        incident.on_scene.append(responder)
        if incident.kind == "medical" and role.first_aid:
            drill.log(responder.id, "first-aid", where, incident=incident.id)
        if incident.kind == "medical" and (responder.carries_aed or responder.service == "ems"):
            drill.log(responder.id, "aed-there", where, incident=incident.id)
        if not incident.need_is_met(drill.scenario.dispatch.team):
            return
        if incident.able_s is None:
            incident.able_s = drill.env.now
            drill.log(responder.id, "able", where, incident=incident.id)
            incident.able.succeed()
            if incident.kind == "hostile":
                drill.stop_exposure(incident)
        if incident.act_s is not None and not incident.ended and incident.acting is None:
            incident.acting = drill.env.process(self._guarded(self._act(incident, responder)))

    def _act(self, incident: IncidentState, responder: Responder) -> Process:
        assert incident.act_s is not None
        acted = self.drill.env.timeout(incident.act_s * responder.role.act_factor)
        yield acted if incident.lasts_s is None else acted | incident.resolved
        self.drill.resolve(incident, "unit")

    # ------------------------------------------------------------------ hostile events: the others

    def _tasks_of_the_others(self, incident: IncidentState) -> None:
        """Give a task to everybody with a radio who must not approach; the first who meets the police does so."""
        others = [
            u for u in self.dispatcher.on_campus()
            if u.role.radio and u.role.word(incident.kind) == "stays-away"
            and (not u.is_busy or self.dispatcher.may_call_off(incident, u))
        ]  # fmt: skip
        meeting = next((u for u in others if u.role.meets_police), None)
        for unit in others:
            if unit.is_busy:
                self.call_off(unit, incident)
            unit.incident = incident
            unit.process = self.drill.env.process(self._guarded(self.stay_away(incident, unit, unit is meeting)))
