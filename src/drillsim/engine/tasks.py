"""Who is sent, who goes, and what each does there: dispatch and the tasks by role."""

from __future__ import annotations

from collections.abc import Callable

from drillsim.engine.incident import Case
from drillsim.engine.protection import Protection
from drillsim.engine.stage import Process, Stage
from drillsim.engine.units import Responder


class Response:
    """Dispatch of the mix's units, and the walk of each from word to work."""

    def __init__(self, stage: Stage, protection: Protection) -> None:
        self.stage, self.protection = stage, protection
        self.meet_police: Callable[[Case, Responder], Process]

    def free(self) -> list[Responder]:
        """Return the units on campus that nothing keeps busy, in mix order."""
        return [u for u in self.stage.units if u.present and not u.gone and u.busy_with is None]

    def noticed_by(self, case: Case, unit: Responder) -> None:
        """Let a unit that noticed the incident itself act at once, unless it is called already."""
        if unit not in self.free():
            return
        if unit.role.word(case.kind) != "stays-away":
            self._send(case, unit, heard_s=0.0, why="noticed it")
        else:
            self._may_order(case, unit)

    def dispatch(self, case: Case) -> None:
        """Send units by the policy of the kind; in a hostile event everybody else gets a task."""
        suited = [u for u in self.free() if u.role.radio and u.role.word(case.kind) != "stays-away"]
        if case.kind == "hostile":
            self._tasks_of_the_others(case)
        everybody = self.stage.scenario.dispatch.policy(case.kind) == "all"
        for unit in suited if everybody else self._nearest(case, suited):
            self._send(case, unit, heard_s=self._radio(unit), why="by radio")

    def _nearest(self, case: Case, suited: list[Responder]) -> list[Responder]:
        """Return the nearest who resolves (else who assists) unless one is on the way, and a back-up for who is alone."""
        stage = self.stage

        def eta(unit: Responder) -> tuple[float, int]:
            space, at = unit.place_at(stage.env.now)
            routes = stage.travel.routes(unit, unit.pace(case.kind))
            return unit.hand_over_s + routes.seconds_to(space, at, case.space, case.point), unit.order

        ranked = sorted(suited, key=eta)
        able = [u for u in ranked if u.role.word(case.kind) == "resolves"]
        lead = able[:1] if not any(u.role.word(case.kind) == "resolves" for u in case.sent) else []
        if not lead and not case.sent:
            lead = ranked[:1]
        rest = [u for u in ranked if u not in lead]
        alone = len(lead) + len(case.sent) == 1
        return lead + (rest[:1] if stage.scenario.dispatch.back_up and alone else [])

    def leave(self, unit: Responder) -> None:
        """Let a unit leave campus: it gives up what it does, and somebody else is sent in its place."""
        stage = self.stage
        unit.gone = True
        stage.log(unit.id, "left", "", "the script sends it off campus")
        stage.travel.stop(unit)
        for case in stage.cases:
            if unit.busy_with == case.id:
                stage.log(unit.id, "free", stage.where(case), incident=case.id)
                case.sent = [u for u in case.sent if u is not unit]
                if case.reported.triggered and not case.ended and unit not in case.on_scene:
                    self.dispatch(case)

    def _radio(self, unit: Responder) -> float:
        """Return the delay until a unit hears the radio: a draw, and one repeat where its place has no cover."""
        stage = self.stage
        reporting = stage.scenario.reporting
        space, _ = unit.place_at(stage.env.now)
        delay = reporting.radio.quantile(stage.streams.uniform("unit.radio", unit.id))
        return delay if stage.world.plan.spaces[space].radio else delay + reporting.repeat

    def _send(self, case: Case, unit: Responder, *, heard_s: float, why: str) -> None:
        unit.busy_with = case.id
        case.sent.append(unit)
        self.stage.env.process(self._respond(case, unit, heard_s, why))

    def _respond(self, case: Case, unit: Responder, heard_s: float, why: str) -> Process:
        """Hear, hand over, walk there, act, and be free again."""
        stage, env, log = self.stage, self.stage.env, self.stage.log
        yield env.timeout(heard_s)
        if unit.gone:
            return
        space, _ = unit.place_at(env.now)
        log(unit.id, "word", stage.world.plan.spaces[space].id, why, incident=case.id)
        self._may_order(case, unit)
        if why != "noticed it":
            yield env.timeout(unit.acknowledge_s + unit.hand_over_s)
        if unit.gone:
            return
        space, _ = unit.place_at(env.now)
        log(unit.id, "under-way", stage.world.plan.spaces[space].id, incident=case.id)
        yield stage.travel.go(
            unit, case.space, case.point, speed_mps=unit.pace(case.kind), no_way=lambda: self.no_way(case, unit)
        )
        self.arrive(case, unit)
        if case.act_s is None:
            return
        yield case.resolved
        if not unit.gone:
            self._release(unit, case)

    def _may_order(self, case: Case, unit: Responder) -> None:
        """Let a unit that has word of a hostile event give the protective order over the radio, on its way or not."""
        if case.kind == "hostile" and self.stage.scenario.protocol.action != "none":
            self.stage.env.process(self.protection.order_by(unit))

    def no_way(self, case: Case, responder: Responder, where: str = "") -> None:
        """Write down that a responder finds no way to the incident, or to another place, as the ways are now."""
        where = where or self.stage.where(case)
        self.stage.log(responder.id, "cannot-reach", where, "no way that it can open", incident=case.id)

    def _release(self, unit: Responder, case: Case) -> None:
        self.stage.log(unit.id, "free", self.stage.where(case), incident=case.id)
        unit.post, unit.loop, unit.busy_with = (case.space, case.point), None, None

    def arrive(self, case: Case, responder: Responder) -> None:
        """Put a responder on the scene, and start to act as soon as those present fulfil the need."""
        stage, now = self.stage, self.stage.env.now
        where = stage.where(case)
        stage.log(responder.id, "on-scene", where, responder.role.word(case.kind), incident=case.id)
        stage.log(responder.id, "walked", where, incident=case.id, value=responder.walked_s)
        stage.log(responder.id, "doors", where, incident=case.id, value=responder.doors_s)
        case.on_scene.append(responder)
        if case.able_s is None and case.need_is_met():
            case.able_s = now
            stage.log(responder.id, "able", where, incident=case.id)
            if case.kind == "hostile":
                stage.stop_exposure(case)
            if case.act_s is not None and not case.ended:
                stage.env.process(self._act(case))

    def _act(self, case: Case) -> Process:
        assert case.act_s is not None
        yield self.stage.env.timeout(case.act_s) | case.resolved
        self.stage.resolve(case, "unit")

    # ------------------------------------------------------------------ hostile events: tasks by role

    def _tasks_of_the_others(self, case: Case) -> None:
        """Tell those who stay away: all may order; one meets the police with keys and place, the others lock and guide."""
        others = [u for u in self.free() if u.role.radio and u.role.word(case.kind) == "stays-away"]
        meeting = next((u for u in others if u.role.meets_police), None)
        for unit in others:
            unit.busy_with = case.id
            self.stage.env.process(self._stay_away(case, unit, meets=unit is meeting))

    def _stay_away(self, case: Case, unit: Responder, *, meets: bool) -> Process:
        stage, env = self.stage, self.stage.env
        yield env.timeout(self._radio(unit))
        if unit.gone:
            return
        space, _ = unit.place_at(env.now)
        stage.log(unit.id, "word", stage.world.plan.spaces[space].id, "by radio", incident=case.id)
        self._may_order(case, unit)
        yield env.timeout(unit.acknowledge_s + unit.hand_over_s)
        if unit.gone:
            return
        if not meets:
            stage.log(unit.id, "locks-and-guides", stage.world.plan.spaces[space].id, "where it is", incident=case.id)
            return
        yield from self.meet_police(case, unit)
