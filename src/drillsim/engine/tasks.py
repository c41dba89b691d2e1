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
        self.waiting: list[Case] = []

    def free(self) -> list[Responder]:
        """Return the units on campus that nothing keeps busy, in mix order."""
        return [u for u in self.stage.units if u.present and not u.gone and u.busy_with is None]

    def noticed_by(self, case: Case, unit: Responder) -> None:
        """Let a unit that noticed the incident itself act at once."""
        if unit in self.free() and unit.role.word(case.kind) != "stays-away":
            self._send(case, unit, heard_s=0.0, why="noticed it")

    def dispatch(self, case: Case) -> None:
        """Send units by the policy of the kind; a case nobody is free for waits for the next free unit."""
        suited = [u for u in self.free() if u.role.radio and u.role.word(case.kind) != "stays-away"]
        if case.kind == "hostile":
            self._tasks_of_the_others(case)
        everybody = self.stage.scenario.dispatch.policy(case.kind) == "all"
        for unit in suited if everybody else self._nearest(case, suited):
            self._send(case, unit, heard_s=self._radio(unit), why="by radio")
        if not case.sent and any(u.present and u.role.word(case.kind) != "stays-away" for u in self.stage.units):
            self.waiting.append(case)

    def _nearest(self, case: Case, suited: list[Responder]) -> list[Responder]:
        stage = self.stage

        def eta(unit: Responder) -> tuple[float, int]:
            space, at = unit.place_at(stage.env.now)
            routes = stage.travel.routes(unit, unit.pace(case.kind))
            return unit.hand_over_s + routes.seconds_to(space, at, case.space, case.point), unit.order

        ranked = sorted(suited, key=eta)
        able = [u for u in ranked if u.role.word(case.kind) == "resolves"]
        already = bool(case.sent)
        lead = [] if already else (able or ranked)[:1]
        rest = [u for u in ranked if u not in lead]
        alone = len(lead) + len(case.sent) == 1
        return lead + (rest[:1] if stage.scenario.dispatch.back_up and alone else [])

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
        space, _ = unit.place_at(env.now)
        log(unit.id, "word", stage.world.plan.spaces[space].id, why, incident=case.id)
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
        self._release(unit, case)

    def no_way(self, case: Case, responder: Responder) -> None:
        """Write down that a responder finds no way to the incident as the ways are now."""
        where = self.stage.where(case)
        self.stage.log(responder.id, "cannot-reach", where, "no way that it can open", incident=case.id)

    def _release(self, unit: Responder, case: Case) -> None:
        self.stage.log(unit.id, "free", self.stage.where(case), incident=case.id)
        unit.post, unit.loop, unit.busy_with = (case.space, case.point), None, None
        if self.waiting:
            waiting = sorted(self.waiting, key=lambda c: -c.rank)
            self.waiting = []
            for other in waiting:
                self.dispatch(other)

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
        space, _ = unit.place_at(env.now)
        stage.log(unit.id, "word", stage.world.plan.spaces[space].id, "by radio", incident=case.id)
        if stage.scenario.protocol.action != "none":
            env.process(self.protection.order_by(unit))
        yield env.timeout(unit.acknowledge_s + unit.hand_over_s)
        if unit.gone:
            return
        if not meets:
            stage.log(unit.id, "locks-and-guides", stage.world.plan.spaces[space].id, "where it is", incident=case.id)
            return
        yield from self.meet_police(case, unit)
