"""What a unit does from word to work: hear, hand over, walk there, act, and be free again."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from drillsim.engine.protection.protective_action import Protection
from drillsim.engine.response.approach import Seeking
from drillsim.engine.response.dispatch import Dispatch
from drillsim.engine.state.drill_state import Process, Stage
from drillsim.engine.state.incident import Case
from drillsim.engine.state.responder import Responder


class Response:
    """The walk of each unit from word to work, and what it does on scene."""

    def __init__(self, stage: Stage, protection: Protection) -> None:
        self.stage, self.protection = stage, protection
        self.dispatcher = Dispatch(stage)
        self.seeking = Seeking(stage)
        self.stay_away: Callable[[Case, Responder, bool], Process]
        """What a unit does that must not approach: see `HostileTasks`."""

    # ------------------------------------------------------------------ who goes

    def noticed_by(self, case: Case, unit: Responder) -> None:
        """Let a unit that noticed the incident itself act at once, also one that is called but has not set off."""
        if unit.case is case and unit in case.sent and not unit.under_way:
            had_word = unit.has_word
            self._drop(unit, case)
            self.send(case, unit, heard_s=0.0, why="noticed it")
            unit.has_word = had_word
            return
        if unit not in self.dispatcher.free():
            return
        if self.dispatcher.suits(case, unit):
            self.send(case, unit, heard_s=0.0, why="noticed it")
        else:
            self.may_order(case, unit)

    def dispatch(self, case: Case) -> None:
        """Send whom the dispatcher chooses; in a hostile event everybody else gets a task."""
        chosen = self.dispatcher.choose(case)
        if case.kind == "hostile":
            self._tasks_of_the_others(case)
        for unit in chosen:
            if unit.is_busy:
                self.call_off(unit, case)
            self.send(case, unit, heard_s=self.radio_s(case, unit), why="by radio")
        if not chosen:
            self.dispatcher.wait(case)

    def send(self, case: Case, unit: Responder, *, heard_s: float, why: str) -> None:
        """Make a unit busy with an incident, and start it on its way."""
        if case.waits:
            self.stage.log(unit.id, "dispatched", self.stage.where(case), "from the line", incident=case.id)
            case.waits = False
        unit.case, unit.has_word, unit.under_way = case, False, False
        case.sent.append(unit)
        unit.process = self.stage.env.process(self._guarded(self._respond(case, unit, heard_s, why)))

    def radio_s(self, case: Case, unit: Responder) -> float:
        """Return the delay until a unit hears the radio: a draw, and one repeat where its place has no cover."""
        stage = self.stage
        reporting = stage.scenario.reporting
        delay = unit.sample(reporting.radio, "unit.radio", case.number)
        return delay if stage.has_radio(stage.travel.place(unit)[0]) else delay + reporting.repeat

    def call_off(self, unit: Responder, case: Case | None) -> None:
        """Take a unit off its incident, for a more urgent one or for good; its incident gets somebody else."""
        stage, old = self.stage, unit.case
        if old is None:
            return
        stage.travel.stand(unit)
        what = "called-off" if case is not None else "free"
        stage.log(unit.id, what, stage.whereabouts(unit), f"for {case.id}" if case else "it leaves", incident=old.id)
        self._drop(unit, old)
        self._leave_scene(unit, old)
        if old.reported.triggered and not old.ended and old is not case:
            stage.at(0.0, lambda _e: self._send_again(old))

    def _drop(self, unit: Responder, case: Case) -> None:
        """Forget that a unit is busy with an incident."""
        unit.case = None
        case.sent = [u for u in case.sent if u is not unit]
        if unit.process is not None and unit.process.is_alive and unit.process is not self.stage.env.active_process:
            unit.process.interrupt()
        unit.process = None

    def _leave_scene(self, unit: Responder, case: Case) -> None:
        """Let a unit leave a scene; what those present were doing stops where they cannot do it without it."""
        if unit in case.on_scene:
            case.on_scene.remove(unit)
            acting = case.acting
            if acting is not None and acting.is_alive and not case.need_is_met(self.stage.scenario.dispatch.team):
                acting.interrupt()
                case.acting = None

    def _send_again(self, case: Case) -> None:
        if not case.ended:
            self.dispatch(case)

    def leave(self, unit: Responder, why: str) -> None:
        """Let a unit leave campus: it gives up what it does, and somebody else is sent in its place."""
        unit.gone = True
        self.stage.log(unit.id, "left", "", why)
        self.call_off(unit, None)

    def back(self, unit: Responder) -> None:
        """Let a unit come back to campus, to its duty."""
        unit.gone, unit.stands = False, None
        self.stage.log(unit.id, "back", self.stage.whereabouts(unit))
        self._is_free(unit)

    # ------------------------------------------------------------------ the way

    def _guarded(self, process: Process) -> Process:
        """Carry out a task until who does it is called off."""
        try:
            yield from process
        except simpy.Interrupt:
            return

    def _respond(self, case: Case, unit: Responder, heard_s: float, why: str) -> Process:
        """Hear, hand over, walk there, act, and be free again."""
        stage, env, log = self.stage, self.stage.env, self.stage.log
        if heard_s > 0.0:
            yield env.timeout(heard_s)
        if not unit.has_word:
            unit.has_word = True
            log(unit.id, "word", stage.whereabouts(unit), why, incident=case.id)
            self.on_word(case, unit)
        if why != "noticed it":
            delay = unit.set_off_s(env.now, case.number)
            if delay > 0.0:
                yield env.timeout(delay)
        unit.under_way = True
        log(unit.id, "under-way", stage.whereabouts(unit), incident=case.id)
        if stage.scenario.dispatch.service == "walked":
            unit.walked_s = unit.doors_s = 0.0
            if case.kind == "medical":
                yield from self.seeking.fetch_aed(case, unit)
            yield from self.seeking.reach(case, unit, knows=why == "noticed it", speed_mps=unit.pace(case.kind))
        self.arrive(case, unit)
        yield from self._until_free(case, unit)

    def on_word(self, case: Case, unit: Responder) -> None:
        """Let a unit that has word order, and speak to the police, where its role may."""
        self.may_order(case, unit)
        if unit.role.police_channel and not case.police_told.triggered:
            case.police_told.succeed(unit.id)

    def may_order(self, case: Case, unit: Responder) -> None:
        """Let a unit that has word of a hostile event give the protective order over the radio, on its way or not."""
        stage = self.stage
        answers = stage.scenario.protocol.action != "none" and case is stage.cases[stage.scenario.protected]
        if case.kind == "hostile" and answers:
            stage.env.process(self.protection.order_by(unit))

    def _until_free(self, case: Case, unit: Responder) -> Process:
        """Stay until the incident is over, then finish the handling; a hostile event keeps a unit to the end."""
        stage, env = self.stage, self.stage.env
        if case.kind == "hostile":
            return
        over = case.resolved if case.act_s is not None else case.able
        was_there = not over.triggered
        if was_there:
            yield over
        handling = stage.scenario.dispatch.handling.law(case.kind)
        if was_there and handling is not None:
            if self._arrests(case, unit):
                yield from self._away_with_somebody(case, unit)
                return
            busy_s = unit.sample(handling, "unit.handling", case.number)
            if busy_s > 0.0:
                yield env.timeout(busy_s)
        self.release(unit)

    def _arrests(self, case: Case, unit: Responder) -> bool:
        """Return whether this unit leaves with somebody: the first of those who may arrest and resolve."""
        able = [u for u in case.resolvers(case.on_scene) if u.role.arrests]
        share = self.stage.scenario.dispatch.arrests.share(case.kind)
        return able[:1] == [unit] and share > 0.0 and self.stage.streams.uniform("incident.arrest", case.id) < share

    def _away_with_somebody(self, case: Case, unit: Responder) -> Process:
        stage = self.stage
        away_s = unit.sample(stage.scenario.dispatch.arrests.away, "unit.arrest_away", case.number)
        stage.log(unit.id, "free", stage.where(case), "leaves with somebody", incident=case.id)
        unit.case, unit.process, unit.gone = None, None, True
        stage.travel.stand(unit)
        stage.log(unit.id, "left", "", "an arrest", incident=case.id)
        yield stage.env.timeout(away_s)
        self.back(unit)

    def release(self, unit: Responder) -> None:
        """Make a unit free: for the next in the line, or back to its duty."""
        stage, case = self.stage, unit.case
        if case is None:
            return
        stage.log(unit.id, "free", stage.where(case), incident=case.id)
        unit.case, unit.process = None, None
        stage.travel.stand(unit)
        self._is_free(unit)

    def _is_free(self, unit: Responder) -> None:
        for case in self.dispatcher.waiting():
            self.dispatch(case)
            if unit.is_busy:
                return
        if unit.stands is not None:
            unit.process = self.stage.env.process(self._guarded(self._back_to_duty(unit)))

    def _back_to_duty(self, unit: Responder) -> Process:
        """Walk back to the post, or to the first stop of the round, and take it up again."""
        stage = self.stage
        space, point = unit.spell_at(stage.env.now).post
        done = stage.travel.go(unit, space, point, speed_mps=unit.role.patrol_speed, no_way=lambda: None)
        yield done
        if not unit.is_busy:
            stage.travel.resume(unit)

    # ------------------------------------------------------------------ on scene

    def no_way(self, case: Case, responder: Responder, where: str = "") -> None:
        """Write down that a responder finds no way to the incident, or to another place, as the ways are now."""
        where = where or self.stage.where(case)
        self.stage.log(responder.id, "cannot-reach", where, "no way that it can open", incident=case.id)

    def arrive(self, case: Case, responder: Responder) -> None:
        """Put a responder on the scene, and start to act as soon as those present fulfil the need."""
        stage, role = self.stage, responder.role
        where = stage.where(case)
        stage.log(responder.id, "on-scene", where, role.word(case.kind), incident=case.id)
        if stage.scenario.dispatch.service == "walked":
            stage.log(responder.id, "walked", where, incident=case.id, value=responder.walked_s)
            stage.log(responder.id, "doors", where, incident=case.id, value=responder.doors_s)
        case.on_scene.append(responder)
        if case.kind == "medical" and role.first_aid:
            stage.log(responder.id, "first-aid", where, incident=case.id)
        if case.kind == "medical" and (responder.carries_aed or responder.service == "ems"):
            stage.log(responder.id, "aed-there", where, incident=case.id)
        if not case.need_is_met(stage.scenario.dispatch.team):
            return
        if case.able_s is None:
            case.able_s = stage.env.now
            stage.log(responder.id, "able", where, incident=case.id)
            case.able.succeed()
            if case.kind == "hostile":
                stage.stop_exposure(case)
        if case.act_s is not None and not case.ended and case.acting is None:
            case.acting = stage.env.process(self._guarded(self._act(case, responder)))

    def _act(self, case: Case, responder: Responder) -> Process:
        assert case.act_s is not None
        acted = self.stage.env.timeout(case.act_s * responder.role.act_factor)
        yield acted if case.lasts_s is None else acted | case.resolved
        self.stage.resolve(case, "unit")

    # ------------------------------------------------------------------ hostile events: the others

    def _tasks_of_the_others(self, case: Case) -> None:
        """Give a task to everybody with a radio who must not approach; the first who meets the police does so."""
        others = [
            u for u in self.dispatcher.on_campus()
            if u.role.radio and u.role.word(case.kind) == "stays-away"
            and (not u.is_busy or self.dispatcher.may_call_off(case, u))
        ]  # fmt: skip
        meeting = next((u for u in others if u.role.meets_police), None)
        for unit in others:
            if unit.is_busy:
                self.call_off(unit, case)
            unit.case = case
            unit.process = self.stage.env.process(self._guarded(self.stay_away(case, unit, unit is meeting)))
