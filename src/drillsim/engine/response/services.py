"""Police, ambulance and fire service: called, at the entry, met or not, and then the same travel as everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import simpy

from drillsim.engine.response.unit_process import Response
from drillsim.engine.state.drill_state import Process, Stage
from drillsim.engine.state.incident import Case
from drillsim.engine.state.responder import Responder
from drillsim.quantities import Spread
from drillsim.scenario.defaults import POLICE_LAWS, TARGET_RESPONSE, shipped_role
from drillsim.streams.streams import sample

OTHERS = {"medical": "ems", "fire": "fire-service", "hazard": "fire-service"}
"""The service besides the police that is called for a kind."""
IN_NUMBERS = ("hostile", "disorder")
"""Kinds for which all officers come; for the others one does."""
ROLES = {name: shipped_role(name) for name in ("police", "ems", "fire-service")}


@dataclass(eq=False)
class Squad:
    """Those who come from one service to one incident."""

    service: str
    case: Case
    entry: int
    """Way by which they mean to come in."""
    at_entry: simpy.Event
    met: simpy.Event
    located: simpy.Event
    """Succeeds when the first of them has found the place by itself."""
    came_by: int | None = None
    """Way at which the first of them arrived."""
    awaited: bool = False
    """Whether somebody with keys stands at their entry."""
    members: list[Responder] = field(default_factory=list)


class Services:
    """The services of one stage; the draws of the first incident's have fixed slots, those of others its number."""

    def __init__(self, stage: Stage, response: Response) -> None:
        self.stage, self.response = stage, response
        world = stage.world
        self.entries = {
            "police": world.opening_of_service("police", stage.scenario.police.entry),
            "ems": world.opening_of_service("ems", stage.scenario.ems.entry),
            "fire-service": world.opening_of_service("ems", stage.scenario.fire_service.entry),
        }
        self.police: dict[Case, Squad] = {}
        """By incident, from its onset: the police who come once they are called."""
        stage.travel.without_key_s = self._without_key

    def _squad(self, service: str, case: Case) -> Squad:
        env = self.stage.env
        return Squad(service, case, self.entries[service], env.event(), env.event(), env.event())

    def _member(self, squad: Squad, index: int) -> Responder:
        """Return the index-th of a service who comes to an incident, with its draws."""
        stage, case = self.stage, squad.case
        police, streams = stage.scenario.police, stage.streams
        slot = squad.service if index == 0 else f"{squad.service}-{index + 1}"
        id_ = slot if case.number == 0 else f"{slot}@{case.id}"
        member = Responder(
            id=id_,
            role=ROLES[squad.service],
            order=len(stage.units) + index,
            streams=streams,
            label=ROLES[squad.service].label,
            run_mps=sample(police.run, streams, "service.speed", slot, case.number),
            up_mps=police.stair_up,
            down_mps=police.stair_down,
            key_s=sample(stage.scenario.locks.key, streams, "service.key", slot, case.number),
            service=squad.service,
            squad=squad,
        )
        squad.members.append(member)
        return member

    def _without_key(self, responder: Responder) -> tuple[float, float] | None:
        """Return what a card lock and any other cost a service without keys; units without keys do not get through.

        Who was met has keys and card; the front office lets a service in by card unless the event is hostile.
        """
        stage, squad = self.stage, responder.squad
        if not isinstance(squad, Squad):
            return None
        card_s = stage.scenario.locks.card
        if squad.met.triggered:
            return card_s, responder.key_s
        if squad.case.kind != "hostile":
            return card_s, card_s
        law = stage.scenario.police.locked_door
        waits_s = sample(law, stage.streams, "service.locked_door", squad.service, squad.case.number)
        return waits_s, waits_s

    def watch(self, case: Case) -> None:
        """Start what calls the services for an incident."""
        if case.kind == "hostile" or self.wants_police(case):
            self.police[case] = self._squad("police", case)
            self.stage.env.process(self._call_police(case))
        if case.kind in OTHERS:
            self.stage.env.process(self._call_other(case, self._squad(OTHERS[case.kind], case)))

    def wants_police(self, case: Case) -> bool:
        """Return whether the school calls the police: always for some kinds, for others if nobody on campus can help."""
        if case.kind in self.stage.scenario.police.called_for:
            return True
        words = ("resolves", "assists") if case.kind == "medical" else ("resolves",)
        now = self.stage.env.now
        return not any(u.is_here(now) and u.role.word(case.kind) in words for u in self.stage.units)

    def _call_police(self, case: Case) -> Process:
        """Call once: by phone after the report, by somebody who speaks to them directly, or by anybody's 911 call."""
        stage, env = self.stage, self.stage.env
        police, streams = stage.scenario.police, stage.streams
        phone = sample(police.phone, streams, "police.phone", case.id)
        outside_call = env.event()
        if case.kind == "hostile":
            outside_call = env.timeout(sample(police.first_call, streams, "police.first_call", case.id))
        if self.wants_police(case):
            yield case.reported | outside_call | case.police_told
            if not outside_call.processed and not case.police_told.triggered:
                yield env.timeout(phone) | outside_call | case.police_told
        else:
            yield outside_call
        told = case.police_told.triggered and not outside_call.processed
        who = str(case.police_told.value) if told else "anybody" if outside_call.processed else "office"
        stage.log(who, "police-called", "", "police radio" if told else "911", incident=case.id)
        squad = self.police[case]
        arrival = sample(self._law(case.kind), streams, "service.arrival", "police", case.number)
        count = police.officers if case.kind in IN_NUMBERS else 1
        for index in range(count):
            env.process(self._come(squad, self._member(squad, index), arrival))
            arrival += sample(police.interval, streams, "service.interval", f"police-{index + 2}", case.number)

    def _law(self, kind: str) -> Spread:
        law = self.stage.scenario.police.law
        if law is None:
            law = "active-events" if kind == "hostile" else "routine-priority-1"
        return POLICE_LAWS[law] if isinstance(law, str) else law

    def _call_other(self, case: Case, squad: Squad) -> Process:
        stage = self.stage
        yield case.reported
        name = squad.service
        yield stage.env.timeout(sample(stage.scenario.police.phone, stage.streams, "service.phone", name, case.number))
        stage.log("office", "called", "", name, incident=case.id)
        setting = stage.scenario.ems if name == "ems" else stage.scenario.fire_service
        law = setting.law or TARGET_RESPONSE
        arrival = sample(law, stage.streams, "service.arrival", name, case.number)
        yield from self._come(squad, self._member(squad, 0), arrival)

    def _come(self, squad: Squad, member: Responder, arrival_s: float) -> Process:
        """Drive, come in, find the place, and be on scene like everybody else."""
        stage, env, case = self.stage, self.stage.env, squad.case
        stage.log(member.id, "word", "", "called", incident=case.id)
        yield env.timeout(arrival_s)
        if case.ended and not case.on_scene and stage.scenario.demand is not None:
            stage.log(member.id, "turned-back", "", "it is over", incident=case.id)
            return
        entry = self._entry(member, squad)
        gate = stage.world.plan.openings[entry]
        stage.log(member.id, "at-entry", gate.id, incident=case.id)
        stage.log(member.id, "under-way", gate.id, incident=case.id)
        if squad.came_by is None:
            squad.came_by = entry
            squad.at_entry.succeed()
        if stage.scenario.dispatch.service == "walked":
            yield from self._walk_in(squad, member, entry)
        self.response.arrive(case, member)

    def _walk_in(self, squad: Squad, member: Responder, entry: int) -> Process:
        stage, env, case = self.stage, self.stage.env, squad.case
        if squad.service == "police" and case.kind == "hostile" and not squad.met.triggered:
            began = env.now
            if member is squad.members[0]:
                if not (squad.awaited and entry == squad.entry):
                    gate = stage.world.plan.openings[entry]
                    stage.log(member.id, "searches", gate.id, "nobody met them", incident=case.id)
                law = stage.scenario.police.locate
                yield env.timeout(sample(law, stage.streams, "police.locate", "police", case.number)) | squad.met
                squad.located.succeed()
            else:
                yield squad.located | squad.met  # the first officer's search tells the others where to go
            member.doors_s += env.now - began
        yield from self.response.seeking.reach(
            case, member, knows=squad.service == "police" and case.kind == "hostile", speed_mps=member.run_mps,
            entry=partial(self._entry, member, squad),
        )  # fmt: skip

    def _entry(self, member: Responder, squad: Squad) -> int:
        """Return the way by which a service comes in: its entry, or the exit of least time where that one is closed."""
        stage, wish, case = self.stage, squad.entry, squad.case
        if wish not in stage.travel.closed:
            return wish
        routes = stage.travel.routes(member, member.run_mps)
        paths = {
            way: routes.path_through(way, stage.world.inner_side(way), case.space, case.point)
            for way, opening in enumerate(stage.world.plan.openings)
            if opening.kind == "exit"
        }
        times = {way: path.seconds for way, path in paths.items() if path is not None}
        return min(times, key=lambda way: (times[way], way)) if times else wish
