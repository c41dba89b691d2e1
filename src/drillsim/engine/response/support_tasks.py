"""Supporting tasks of units that must not approach an incident: order, guide, lock, hold a door, meet the police."""

from __future__ import annotations

from drillsim.engine.response.radio import Radio
from drillsim.engine.response.scene import Scene
from drillsim.engine.response.services import Services
from drillsim.engine.state.drill_state import Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.record import events as ev


class SupportTasks:
    """Tasks of units whose role stays away from the kind of incident; none leads towards its place."""

    def __init__(self, radio: Radio, scene: Scene, services: Services) -> None:
        self.drill, self.radio, self.scene, self.services = radio.drill, radio, scene, services

    def run(self, incident: IncidentState, unit: Responder, meets: bool) -> Process:
        """Hear of it, order, and then meet the police, or guide people and lock doors at the present place."""
        drill, env = self.drill, self.drill.env
        yield env.timeout(self.radio.delay_s(incident, unit))
        self.radio.hear(incident, unit, "by radio")
        yield env.timeout(unit.set_off_s(env.now, incident.number))
        if meets:
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
        drill, team = self.drill, self.services.police[incident]
        entry = team.entry
        side = drill.world.inner_side(entry)
        space = int(drill.world.network.way_spaces[entry, side])
        x, y = drill.world.network.way_xy[entry, side]
        gate = drill.world.plan.openings[entry]
        drill.log(unit.id, ev.UNDER_WAY, drill.whereabouts(unit), "to meet the police", incident=incident.id)
        yield drill.travel.go(
            unit, space, (float(x), float(y)), speed_mps=unit.pace(incident.kind),
            no_way=lambda: self.scene.log_no_path(incident, unit, gate.id),
        )  # fmt: skip
        drill.log(unit.id, ev.AT_ENTRY, gate.id, incident=incident.id)
        team.awaited = True
        yield team.at_entry
        inside = any(member.number is not None for member in team.members)
        if not inside and team.came_by == entry and not team.met.triggered:
            drill.log(unit.id, ev.POLICE_MET, gate.id, incident=incident.id)
            team.met.succeed()
            drill.travel.renew()
