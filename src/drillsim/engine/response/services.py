"""Police, ambulance and fire service: call, drive, entry, and the approach that they share with units.

A service is called once for an incident. Its people come one after the other after a response time by its law. They have no
keys: the office lets them in by card, or in a hostile event a unit that meets them at the entry hands over keys and the
place; police whom nobody meets first search (`police.locate`), the first officer for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, partial

import simpy

from drillsim.engine.response.approach import Approach
from drillsim.engine.response.assignments import Assignments, Status
from drillsim.engine.response.scene import Scene
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.world import XY
from drillsim.quantities import Spread
from drillsim.record import events as ev
from drillsim.scenario.defaults import POLICE_LAWS, TARGET_RESPONSE
from drillsim.scenario.kinds import Called, Kind
from drillsim.scenario.staffing import Unit, shipped_role
from drillsim.streams.streams import sample

ROLES = {name: shipped_role(name) for name in ("police", "ems", "fire-service")}


@cache
def service_unit(service: str, index: int) -> Unit:
    """Return the definition of the index-th person of a service: outside every mix, and the same for all.

    Its id names its draws, so that the first officer is as fast whatever the mix.
    """
    return Unit(id=service if index == 0 else f"{service}-{index + 1}", role=service)


@dataclass(eq=False)
class ServiceTeam:
    """The people of one service for one incident, and what they know."""

    service: str
    incident: IncidentState
    entry: int
    """Way by which they are expected."""
    at_entry: simpy.Event
    met: simpy.Event
    under_way: simpy.Event
    """Succeeds when the first of them goes in."""
    located: simpy.Event
    """Succeeds when the first officer has found the place without being met."""
    came_by: int | None = None
    """Way at which the first of them arrived."""
    awaited: bool = False
    """Whether a unit with keys waits at their entry."""
    members: list[Responder] = field(default_factory=list)


class Services:
    """The services of one drill; the draws of the first incident's have fixed slots, those of others its number."""

    def __init__(self, drill: DrillState, assignments: Assignments, approach: Approach, scene: Scene) -> None:
        self.drill, self.assignments, self.approach, self.scene = drill, assignments, approach, scene
        world = drill.world
        self.entries = {
            "police": world.opening_of_service("police", drill.scenario.police.entry),
            "ems": world.opening_of_service("ems", drill.scenario.ems.entry),
            "fire-service": world.opening_of_service("ems", drill.scenario.fire_service.entry),
        }
        self.police: dict[IncidentState, ServiceTeam] = {}
        """By incident, from its onset on: the police, whether they are called or not."""
        self.ambulance: dict[IncidentState, ServiceTeam] = {}
        """By incident that an ambulance is called for, from its onset on."""
        self._backup: dict[IncidentState, simpy.Event] = {}
        """By incident: succeeds when those on campus do not meet its need."""
        self._wanted: set[IncidentState] = set()

    def behind(self, entry: int) -> tuple[int, XY]:
        """Return space and point inside an entry."""
        network, side = self.drill.world.network, self.drill.world.inner_side(entry)
        x, y = network.way_xy[entry, side]
        return int(network.way_spaces[entry, side]), (float(x), float(y))

    def _team(self, service: str, incident: IncidentState) -> ServiceTeam:
        env = self.drill.env
        return ServiceTeam(
            service, incident, self.entries[service], at_entry=env.event(), met=env.event(), under_way=env.event(),
            located=env.event(),
        )  # fmt: skip

    def _member(self, team: ServiceTeam, index: int) -> Responder:
        """Return the index-th person of a service, with draws named by slot and number of the incident."""
        drill, incident = self.drill, team.incident
        police, streams = drill.scenario.police, drill.streams
        unit = service_unit(team.service, index)
        run_mps = sample(police.run, streams, "service.speed", unit.id, incident.number)
        member = Responder(
            unit=unit,
            role=ROLES[team.service],
            order=len(drill.units) + index,
            streams=streams,
            call="" if incident.number == 0 else incident.id,
            run_mps=drill.scenario.ems.pace if team.service == "ems" else run_mps,
            up_mps=police.stair_up,
            down_mps=police.stair_down,
            key_s=sample(drill.scenario.locks.key, streams, "service.key", unit.id, incident.number),
            service=team.service,
            access=partial(self._access, team),
        )
        team.members.append(member)
        return member

    def _access(self, team: ServiceTeam, responder: Responder) -> tuple[float, float]:
        """Return the seconds that a card lock and any other lock cost somebody of a service, who has no keys.

        The front office lets a service in by card unless the event is hostile; then who was met has keys and card, as has who
        speaks with a unit inside.
        """
        drill = self.drill
        card_s = drill.scenario.locks.card
        if team.incident.kind.may_approach:
            return card_s, card_s
        if team.met.triggered or team.incident.police_know_place.triggered:
            return card_s, responder.key_s
        law = drill.scenario.police.locked_door
        waits_s = sample(law, drill.streams, "service.locked_door", team.service, team.incident.number)
        return waits_s, waits_s

    def watch(self, incident: IncidentState, *, in_doubt: bool) -> None:
        """Start the processes that call the services for an incident.

        in_doubt
            Whether those on campus at the onset could not meet its need.
        """
        self.police[incident] = self._team("police", incident)
        self._backup[incident] = self.drill.env.event()
        called = self.when_called(incident)
        if called == "always" or (called == "if-needed" and in_doubt):
            self._want_police(incident, "" if called == "always" else ev.TOO_FEW)
        if called != "never" or incident.kind.calls_911:
            self.drill.env.process(self._call_police(incident))
        if incident.kind.service and not incident.definition.discipline:
            team = self._team(incident.kind.service, incident)
            if team.service == "ems":
                self.ambulance[incident] = team
            self.drill.env.process(self._call_other(incident, team))

    def when_called(self, incident: IncidentState) -> Called:
        """Return whether the school calls the police: always, if those on campus do not meet the need, or never.

        A matter of discipline has no service: nobody calls for one who, by agreement, leaves it to the school.
        """
        return "never" if incident.definition.discipline else self.drill.scenario.police.called(incident.kind)

    def ask(self, incident: IncidentState) -> None:
        """Call the police, once, for an incident whose need those on campus do not meet."""
        backup = self._backup.get(incident)
        if backup is None or backup.triggered or self.when_called(incident) != "if-needed":
            return
        self._want_police(incident, ev.TOO_FEW)
        backup.succeed()

    def _want_police(self, incident: IncidentState, why: str) -> None:
        if incident not in self._wanted:
            self._wanted.add(incident)
            self.drill.log("school", ev.POLICE_WANTED, why=why, incident=incident.id)

    def _call_police(self, incident: IncidentState) -> Process:
        """Call the police once: by phone after the report, by a unit with a channel to them, or by anybody's 911 call."""
        drill, env = self.drill, self.drill.env
        police, streams = drill.scenario.police, drill.streams
        phone = sample(police.phone, streams, "police.phone", incident.id)
        outside_call = env.event()
        if incident.kind.calls_911:
            first_s = sample(police.first_call, streams, "police.first_call", incident.id)
            outside_call = env.timeout(0.0 if incident.kind.noticed_by == "police" else first_s)
        called = self.when_called(incident)
        if called == "always":
            yield incident.reported | outside_call | incident.police_told
        else:
            yield self._backup[incident] | outside_call
        if not outside_call.processed and not incident.police_told.triggered:
            yield env.timeout(phone) | outside_call | incident.police_told
        told = incident.police_told.triggered and not outside_call.processed
        who = str(incident.police_told.value) if told else "anybody" if outside_call.processed else "office"
        if called == "if-needed" and not outside_call.processed:
            drill.log(who, ev.BACKUP_CALLED, "", "police", incident=incident.id)
        if outside_call.processed and not told:
            drill.notice(incident, "anybody", "somebody calls 911")
        drill.log(who, ev.POLICE_CALLED, "", "police radio" if told else "911", incident=incident.id)
        team = self.police[incident]
        arrival = sample(self._law(incident.kind), streams, "service.arrival", "police", incident.number)
        count = police.officers if incident.kind.all_officers else 1
        for index in range(count):
            env.process(self._come(team, self._member(team, index), arrival))
            arrival += sample(police.interval, streams, "service.interval", f"police-{index + 2}", incident.number)

    def _law(self, kind: Kind) -> Spread:
        law = self.drill.scenario.police.law or kind.police_law
        return POLICE_LAWS[law] if isinstance(law, str) else law

    def _call_other(self, incident: IncidentState, team: ServiceTeam) -> Process:
        drill = self.drill
        yield incident.reported
        name = team.service
        yield drill.env.timeout(
            sample(drill.scenario.police.phone, drill.streams, "service.phone", name, incident.number)
        )
        drill.log("office", ev.CALLED, "", name, incident=incident.id)
        setting = drill.scenario.ems if name == "ems" else drill.scenario.fire_service
        law = setting.law or TARGET_RESPONSE
        arrival = sample(law, drill.streams, "service.arrival", name, incident.number)
        yield from self._come(team, self._member(team, 0), arrival)

    def _come(self, team: ServiceTeam, member: Responder, arrival_s: float) -> Process:
        """Drive, enter, approach and arrive; turn back where the incident of a school day is over without anybody there."""
        drill, env, incident = self.drill, self.drill.env, team.incident
        assignment = self.assignments.assign(member, incident)
        assignment.status = Status.NOTIFIED
        drill.log(member.id, ev.WORD, "", "called", incident=incident.id)
        yield env.timeout(arrival_s)
        if incident.ended and not self.assignments.on_scene(incident) and drill.scenario.demand is not None:
            drill.log(member.id, ev.TURNED_BACK, "", "it is over", incident=incident.id)
            self.assignments.withdraw(member)
            return
        entry = self._entry(member, team)
        gate = drill.world.plan.openings[entry]
        drill.log(member.id, ev.AT_ENTRY, gate.id, incident=incident.id)
        if team.came_by is None:
            team.came_by = entry
            team.at_entry.succeed()
        if team.service == "ems" and drill.scenario.dispatch.service == "walked":
            law = drill.scenario.ems.unload
            yield env.timeout(sample(law, drill.streams, "service.unload", team.service, incident.number))
        drill.log(member.id, ev.UNDER_WAY, gate.id, incident=incident.id)
        assignment.status = Status.UNDER_WAY
        if not team.under_way.triggered:
            team.under_way.succeed()
        if drill.scenario.dispatch.service == "walked":
            yield from self._walk_in(team, member, entry)
        self.scene.arrive(incident, member)

    def _walk_in(self, team: ServiceTeam, member: Responder, entry: int) -> Process:
        env, incident = self.drill.env, team.incident
        if team.service == "police" and not incident.kind.may_approach:
            began = env.now
            if member is team.members[0]:
                yield from self._locate(team, member, entry)
                team.located.succeed()
            elif not team.located.triggered:
                yield team.located  # the first officer's search tells the others where to go
            member.doors_s += env.now - began
        if team.service == "ems":
            setting = self.drill.scenario.ems
            find_s = sample(setting.find, self.drill.streams, "service.find", team.service, incident.number)
            find_s *= 1.0 - setting.search_saved if team.met.triggered else 1.0
            yield env.timeout(find_s)
            member.doors_s += find_s
        yield from self.approach.reach(
            incident, member, knows=team.service == "police" and not incident.kind.may_approach, speed_mps=member.run_mps,
            entry=partial(self._entry, member, team),
        )  # fmt: skip

    def _locate(self, team: ServiceTeam, member: Responder, entry: int) -> Process:
        """Search for the place, unless they have it over their channel; a meeting saves `search_saved` of what is left."""
        drill, env, incident = self.drill, self.drill.env, team.incident
        known, police = incident.police_know_place, drill.scenario.police
        left_s = sample(police.locate, drill.streams, "police.locate", "police", incident.number)
        if not known.triggered and not team.met.triggered:
            began = env.now
            if not (team.awaited and entry == team.entry):
                gate = drill.world.plan.openings[entry]
                drill.log(member.id, ev.SEARCHES, gate.id, "nobody met them", incident=incident.id)
            yield env.timeout(left_s) | team.met | known
            left_s -= env.now - began
        left_s *= 1.0 - police.search_saved
        if team.met.triggered and not known.triggered and left_s > 0.0:
            yield env.timeout(left_s) | known

    def _entry(self, member: Responder, team: ServiceTeam) -> int:
        """Return the way by which a service comes in: its entry, or the exit of least time where that one is closed."""
        drill, wish, incident = self.drill, team.entry, team.incident
        if wish not in drill.travel.closed:
            return wish
        routes = drill.travel.routes(member, member.run_mps)
        paths = {
            way: routes.path_through(way, drill.world.inner_side(way), incident.space, incident.point)
            for way in drill.world.network.exits
        }
        times = {way: path.seconds for way, path in paths.items() if path is not None}
        return min(times, key=lambda way: (times[way], way)) if times else wish
