"""Tasks in a hostile event of those who must not approach: order, guide, lock, hold a door, meet the police."""

from __future__ import annotations

from drillsim.engine.response.services import Services
from drillsim.engine.response.unit_process import Response
from drillsim.engine.state.drill_state import Process, Stage
from drillsim.engine.state.incident import Case
from drillsim.engine.state.responder import Responder


class HostileTasks:
    """What units do whose role stays away from a hostile event; none of it leads towards the place."""

    def __init__(self, stage: Stage, response: Response, services: Services) -> None:
        self.stage, self.response, self.services = stage, response, services
        response.stay_away = self.stay_away

    def stay_away(self, case: Case, unit: Responder, meets: bool) -> Process:
        """Hear of it, order, and then meet the police, or guide and lock where it is."""
        stage, env = self.stage, self.stage.env
        yield env.timeout(self.response.radio_s(case, unit))
        stage.log(unit.id, "word", stage.whereabouts(unit), "by radio", incident=case.id)
        self.response.on_word(case, unit)
        yield env.timeout(unit.set_off_s(env.now, case.number))
        if meets:
            yield from self._meet_police(case, unit)
            return
        space, _ = stage.travel.place(unit)
        why = "where it is" if unit.role.guides else "stays where it is"
        stage.log(unit.id, "locks-and-guides", stage.id_of(space), why, incident=case.id)
        if space < 0:
            return
        self._hold_door(case, unit, space)
        if unit.role.guides:
            yield from self._guide_and_lock(unit, space)

    def _guide_and_lock(self, unit: Responder, space: int) -> Process:
        """Tell the people there once the order is given, and try the doors of this hall that did not lock."""
        stage, protection = self.stage, self.response.protection
        if stage.scenario.protocol.action == "none":
            return
        yield protection.ordered
        protection.guide(space)
        while unit.role.keys:
            for room in [r for r in protection.failed if space in (r, *self._beside(r))]:
                yield from protection.retry_lock(room, unit)
            yield protection.next_failure()

    def _beside(self, room: int) -> list[int]:
        """Return the spaces from which a room's doors are reached."""
        network = self.stage.world.network
        return [network.other(way, room) for way in network.space_ways[room]]

    def _hold_door(self, case: Case, unit: Responder, space: int) -> None:
        """Hold the door by which the police come in, for whoever stands in the space behind it with keys."""
        squad = self.services.police.get(case)
        if squad is None or not unit.role.keys:
            return
        way = squad.entry
        if int(self.stage.world.network.way_spaces[way, self.stage.world.inner_side(way)]) == space:
            gate = self.stage.world.plan.openings[way]
            self.stage.log(unit.id, "holds-door", gate.id, "for the police", incident=case.id)
            self.stage.travel.hold(way)

    def _meet_police(self, case: Case, unit: Responder) -> Process:
        """Walk to the police entry, wait there, and give the officers keys and place."""
        stage, squad = self.stage, self.services.police[case]
        entry = squad.entry
        side = stage.world.inner_side(entry)
        space = int(stage.world.network.way_spaces[entry, side])
        x, y = stage.world.network.way_xy[entry, side]
        gate = stage.world.plan.openings[entry]
        stage.log(unit.id, "under-way", stage.whereabouts(unit), "to meet the police", incident=case.id)
        yield stage.travel.go(
            unit, space, (float(x), float(y)), speed_mps=unit.pace(case.kind),
            no_way=lambda: self.response.no_way(case, unit, gate.id),
        )  # fmt: skip
        stage.log(unit.id, "at-entry", gate.id, incident=case.id)
        squad.awaited = True
        yield squad.at_entry
        inside = any(member.number is not None for member in squad.members)
        if not inside and squad.came_by == entry and not squad.met.triggered:
            stage.log(unit.id, "police-met", gate.id, incident=case.id)
            squad.met.succeed()
            stage.travel.renew()
