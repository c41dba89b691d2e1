"""Police, ambulance and fire service: called, at the entry, met or not, and then the same travel as everybody."""

from __future__ import annotations

from functools import partial

from drillsim.engine.incident import Case
from drillsim.engine.stage import Process, Stage
from drillsim.engine.tasks import Response
from drillsim.engine.units import Responder
from drillsim.quantities import Spread
from drillsim.scenario.roles import POLICE_LAWS, TARGET_RESPONSE, shipped_role


class Services:
    """The services of one stage; their draws have fixed slots outside the mix."""

    def __init__(self, stage: Stage, response: Response) -> None:
        self.stage, self.response = stage, response
        police = stage.scenario.police
        base = len(stage.units)
        self.police = self._service("police", base)
        self.others = {"medical": self._service("ems", base + 1), "fire": self._service("fire-service", base + 2)}
        world = stage.world
        self.entries = {
            "police": world.opening_of_service("police", police.entry),
            "ems": world.opening_of_service("ems", stage.scenario.ems.entry),
            "fire-service": world.opening_of_service("ems", stage.scenario.fire_service.entry),
        }
        self.called: set[str] = set()
        self.police_entry: int | None = None
        """Way at which the police arrived."""
        self.awaited = False
        """Whether somebody with keys stands at the police entry."""
        self.at_entry = stage.env.event()
        self.met = stage.env.event()
        stage.travel.without_key_s = self._without_key

    def _service(self, name: str, order: int) -> Responder:
        stage = self.stage
        police, streams = stage.scenario.police, stage.streams
        return Responder(
            id=name,
            role=shipped_role(name),
            order=order,
            run_mps=police.run.quantile(streams.uniform("service.speed", name)),
            up_mps=police.stair_up,
            down_mps=police.stair_down,
            key_s=stage.scenario.locks.key.quantile(streams.uniform("service.key", name)),
            is_service=True,
        )

    def _without_key(self, responder: Responder, way: int) -> float | None:
        """Return what a lock costs a service without keys; units without keys do not get through.

        Who was met has keys and card; the front office lets a service in by card unless the event is hostile.
        """
        stage = self.stage
        if not responder.is_service:
            return None
        locks, card = stage.scenario.locks, stage.world.plan.openings[way].lock == "access-control"
        if self.met.triggered:
            return locks.card if card else responder.key_s
        if stage.cases[0].kind != "hostile":
            return locks.card
        return stage.scenario.police.locked_door.quantile(stage.streams.uniform("service.locked_door", responder.id))

    def watch(self, case: Case) -> None:
        """Start what calls the services for this incident."""
        self.stage.env.process(self._call_police(case))
        if case.kind in self.others:
            self.stage.env.process(self._call_other(case, self.others[case.kind]))

    def wants_police(self, case: Case) -> bool:
        """Return whether the school calls the police: always for some kinds, for others if nobody on campus can help."""
        if case.kind in self.stage.scenario.police.called_for:
            return True
        words = ("resolves", "assists") if case.kind == "medical" else ("resolves",)
        return not any(u.present and not u.gone and u.role.word(case.kind) in words for u in self.stage.units)

    def _call_police(self, case: Case) -> Process:
        stage, env = self.stage, self.stage.env
        police, streams = stage.scenario.police, stage.streams
        phone = police.phone.quantile(streams.uniform("police.phone", case.id))
        first = police.first_call.quantile(streams.uniform("police.first_call", case.id))
        outside_call = env.timeout(first) if case.kind == "hostile" else env.event()
        yield case.reported | outside_call
        if not outside_call.processed:
            if self.wants_police(case):
                yield env.timeout(phone) | outside_call
            elif case.kind == "hostile":
                yield outside_call
            else:
                return
        if "police" in self.called:
            return
        self.called.add("police")
        who = "anybody" if outside_call.processed else "office"
        stage.log(who, "police-called", "", "911", incident=case.id)
        law = self._law(case.kind)
        yield from self._come(case, self.police, law.quantile(streams.uniform("service.arrival", "police")))

    def _law(self, kind: str) -> Spread:
        law = self.stage.scenario.police.law
        if law is None:
            law = "active-events" if kind == "hostile" else "routine-priority-1"
        return POLICE_LAWS[law] if isinstance(law, str) else law

    def _call_other(self, case: Case, service: Responder) -> Process:
        stage = self.stage
        yield case.reported
        if service.id in self.called:
            return
        self.called.add(service.id)
        yield stage.env.timeout(
            stage.scenario.police.phone.quantile(stage.streams.uniform("service.phone", service.id))
        )
        stage.log("office", "called", "", service.id, incident=case.id)
        setting = stage.scenario.ems if service.id == "ems" else stage.scenario.fire_service
        law = setting.law or TARGET_RESPONSE
        yield from self._come(case, service, law.quantile(stage.streams.uniform("service.arrival", service.id)))

    def _come(self, case: Case, service: Responder, arrival_s: float) -> Process:
        """Drive, come in, find the place, and be on scene like everybody else."""
        stage, env = self.stage, self.stage.env
        stage.log(service.id, "word", "", "called", incident=case.id)
        yield env.timeout(arrival_s)
        entry = self._entry(service, case)
        if service is self.police:
            self.police_entry = entry
        gate = stage.world.plan.openings[entry]
        stage.log(service.id, "at-entry", gate.id, incident=case.id)
        stage.log(service.id, "under-way", gate.id, incident=case.id)
        if service is self.police:
            self.at_entry.succeed()
        if service is self.police and case.kind == "hostile" and not self.met.triggered:
            locate = stage.scenario.police.locate.quantile(stage.streams.uniform("police.locate", "police"))
            began = env.now
            if not (self.awaited and self.police_entry == self.entries["police"]):
                stage.log(service.id, "searches", gate.id, "nobody met them", incident=case.id)
            yield env.timeout(locate) | self.met
            service.doors_s += env.now - began
        response = self.response
        yield stage.travel.go(
            service, case.space, case.point, speed_mps=service.run_mps, entry=partial(self._entry, service, case),
            no_way=lambda: response.no_way(case, service),
        )  # fmt: skip
        response.arrive(case, service)

    def _entry(self, service: Responder, case: Case) -> int:
        """Return the way by which a service comes in: its entry, or the exit of least time where that one is closed."""
        stage, wish = self.stage, self.entries[service.id]
        if wish not in stage.travel.closed:
            return wish
        routes = stage.travel.routes(service, service.run_mps)
        paths = {
            way: routes.path_through(way, stage.world.inner_side(way), case.space, case.point)
            for way, opening in enumerate(stage.world.plan.openings)
            if opening.kind == "exit"
        }
        times = {way: path.seconds for way, path in paths.items() if path is not None}
        return min(times, key=lambda way: (times[way], way)) if times else wish

    def meet(self, case: Case, unit: Responder) -> Process:
        """Walk to the police entry, wait there, and give the officers keys and place."""
        stage = self.stage
        entry = self.entries["police"]
        side = stage.world.inner_side(entry)
        space = int(stage.world.network.way_spaces[entry, side])
        x, y = stage.world.network.way_xy[entry, side]
        gate = stage.world.plan.openings[entry]
        here = stage.world.plan.spaces[unit.place_at(stage.env.now)[0]].id
        stage.log(unit.id, "under-way", here, "to meet the police", incident=case.id)
        yield stage.travel.go(
            unit, space, (float(x), float(y)), speed_mps=unit.pace(case.kind),
            no_way=lambda: self.response.no_way(case, unit, gate.id),
        )  # fmt: skip
        stage.log(unit.id, "at-entry", gate.id, incident=case.id)
        self.awaited = True
        yield self.at_entry
        if self.police.number is None and self.police_entry == entry and not self.met.triggered:
            stage.log(unit.id, "police-met", gate.id, incident=case.id)
            self.met.succeed()
