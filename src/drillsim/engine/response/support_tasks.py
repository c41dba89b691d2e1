"""Supporting tasks: of units that must not approach an incident (order, guide, lock, hold a door, meet the police), and of
who meets the ambulance."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from drillsim.engine.response.assignments import Assignment, Status
from drillsim.engine.response.radio import Radio
from drillsim.engine.response.scene import Scene
from drillsim.engine.response.services import Services, ServiceTeam
from drillsim.engine.state.drill_state import Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.world import XY
from drillsim.record import events as ev


class SupportTasks:
    """Tasks of units whose role stays away from the kind of incident (none leads towards its place), and of escorts.

    release
        Clears a unit whose task is done.
    """

    def __init__(self, radio: Radio, scene: Scene, services: Services, release: Callable[[Responder], None]) -> None:
        self.drill, self.radio, self.scene, self.services = radio.drill, radio, scene, services
        self._release = release

    def run(self, assignment: Assignment) -> Process:
        """Hear of it, order, and then meet the police, or guide people and lock doors at the present place.

        Who meets the police in somebody's stead has word already, and is told of this by the same means.
        """
        drill, env, incident, unit = self.drill, self.drill.env, assignment.incident, assignment.responder
        means = yield from self.radio.tell(incident, unit)
        if not assignment.has_word:
            assignment.status = Status.NOTIFIED
            self.radio.hear(incident, unit, means)
        yield env.timeout(unit.set_off_s(env.now, incident.number))
        if assignment.meets_police:
            yield from self._meet_police(incident, unit)
            return
        space, _ = drill.travel.place(unit)
        why = "where it is" if unit.role.guides else "stays where it is"
        drill.log(unit.id, ev.LOCKS_AND_GUIDES, drill.id_of(space), why, incident=incident.id)
        if space < 0:
            return
        self._hold_door(incident, unit, space)
        if unit.role.guides:
            yield from self._guide_and_lock(unit, space)

    def _guide_and_lock(self, unit: Responder, space: int) -> Process:
        """Pass on the order to the people there when it is given, and lock rooms of this hall whose lock failed."""
        drill, protection = self.drill, self.radio.protection
        if drill.scenario.protocol.action == "none":
            return
        yield protection.ordered
        protection.guide(space)
        while unit.role.keys:
            for room in [r for r in protection.failed if space in (r, *self._beside(r))]:
                yield from protection.retry_lock(room, unit)
            yield protection.next_failure()

    def _beside(self, room: int) -> list[int]:
        """Return the spaces from which a room's doors are reached."""
        network = self.drill.world.network
        return [network.other(way, room) for way in network.space_ways[room]]

    def _hold_door(self, incident: IncidentState, unit: Responder, space: int) -> None:
        """Hold the entry of the police open, where a unit with keys stands in the space behind it."""
        team = self.services.police.get(incident)
        if team is None or not unit.role.keys:
            return
        way = team.entry
        if int(self.drill.world.network.way_spaces[way, self.drill.world.inner_side(way)]) == space:
            gate = self.drill.world.plan.openings[way]
            self.drill.log(unit.id, ev.HOLDS_DOOR, gate.id, "for the police", incident=incident.id)
            self.drill.travel.hold(way)

    def _meet_police(self, incident: IncidentState, unit: Responder) -> Process:
        """Walk to the police entry, wait there, and give the officers keys and place."""
        team = self.services.police[incident]
        yield from self._to_entry(team, unit, "to meet the police")
        team.awaited = True
        try:
            yield team.at_entry
        finally:
            team.awaited = False
        self._meet(team, unit, ev.POLICE_MET)

    def meet_ambulance(self, incident: IncidentState, unit: Responder) -> Process:
        """Hear of it, walk to the entry of the ambulance, wait there, and lead its crew to the patient."""
        drill, env, team = self.drill, self.drill.env, self.services.ambulance[incident]
        means = yield from self.radio.tell(incident, unit)
        self.radio.hear(incident, unit, means)
        yield env.timeout(unit.set_off_s(env.now, incident.number))
        yield from self._to_entry(team, unit, "to meet the ambulance")
        yield team.at_entry | incident.resolved
        if team.at_entry.triggered and self._meet(team, unit, ev.AMBULANCE_MET):
            unload = team.under_way | incident.resolved
            yield unload
            yield self._walk(incident, unit, (incident.space, incident.point), drill.scenario.ems.pace)
        self._release(unit)

    def _to_entry(self, team: ServiceTeam, unit: Responder, why: str) -> Process:
        """Walk to the entry at which a service is expected."""
        drill, incident = self.drill, team.incident
        drill.log(unit.id, ev.UNDER_WAY, drill.whereabouts(unit), why, incident=incident.id)
        yield self._walk(incident, unit, self.services.behind(team.entry), unit.pace(incident.kind))
        drill.log(unit.id, ev.AT_ENTRY, drill.world.plan.openings[team.entry].id, incident=incident.id)

    def _walk(self, incident: IncidentState, unit: Responder, goal: tuple[int, XY], speed_mps: float) -> simpy.Event:
        drill, (space, point) = self.drill, goal
        where = drill.id_of(space)
        return drill.travel.go(
            unit, space, point, speed_mps=speed_mps, no_way=lambda: self.scene.log_no_path(incident, unit, where)
        )

    def _meet(self, team: ServiceTeam, unit: Responder, what: ev.EventWord) -> bool:
        """Give the people of a service keys and place at their entry, unless they are inside; return whether it did."""
        drill = self.drill
        inside = any(member.number is not None for member in team.members)
        if inside or team.came_by != team.entry or team.met.triggered:
            return False
        drill.log(unit.id, what, drill.world.plan.openings[team.entry].id, incident=team.incident.id)
        team.met.succeed()
        drill.travel.renew()
        return True
