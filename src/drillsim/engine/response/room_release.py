"""Release of a locked-down building in person: those able to act walk from room to room and let people out."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from drillsim.engine.protection.lockdown import FAILED, LOCKED, SECURED, TOLD, Lockdown
from drillsim.engine.protection.order import LOOK_S
from drillsim.engine.protection.protective_action import Protection
from drillsim.engine.response.unit_process import Response
from drillsim.engine.state.drill_state import Process
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.world import XY
from drillsim.record import events as ev
from drillsim.streams.streams import sample

HELD = (TOLD, LOCKED, SECURED, FAILED)
"""States of rooms whose people wait until somebody comes."""


class RoomRelease:
    """The release after one lockdown; each releaser goes to the nearest room that nobody else goes to."""

    def __init__(self, response: Response, protection: Protection) -> None:
        self.drill, self.response, self.protection = response.drill, response, protection
        self.assignments, self.incident = response.assignments, protection.incident
        self._taken: set[int] = set()
        """Rooms that somebody walks to."""

    @property
    def lockdown(self) -> Lockdown:
        """The lockdown that ends."""
        assert self.protection.lockdown is not None
        return self.protection.lockdown

    def run(self) -> Process:
        """Wait for the order, the end of the incident and a delay, then send every resolver on scene round the rooms.

        An incident that is never resolved here (hostile, fire, hazard) counts as over when somebody able is on scene.
        """
        drill, setting, incident = self.drill, self.drill.scenario.protocol.release, self.incident
        assert setting is not None
        yield self.protection.ordered
        over = incident.resolved if incident.act_s is not None else incident.able
        yield over
        passed = drill.env.now - incident.able_s if over is incident.able and incident.able_s is not None else 0.0
        after = sample(setting.after, drill.streams, "release.after", incident.id)
        yield drill.env.timeout(max(after - passed, 0.0))
        while not (releasers := self._able()):
            yield drill.env.timeout(LOOK_S)
        for unit in releasers:
            assignment = self.assignments.resume(unit, incident)
            if assignment.process is not None and assignment.process.is_alive:
                assignment.process.interrupt()
            assignment.process = drill.env.process(self._go_round(unit))

    def _able(self) -> list[Responder]:
        """Return the resolvers on scene without another assignment."""
        busy_with = self.assignments.incident_of
        there = self.assignments.resolvers(self.incident)
        return [u for u in there if u.is_here and busy_with(u) in (None, self.incident)]

    def _go_round(self, unit: Responder) -> Process:
        """Release the nearest room left, one after the other, until none is left or the releaser is called off."""
        order = self.lockdown.order
        order.log(unit.id, ev.RELEASES, self.drill.whereabouts(unit), "from room to room")
        room = -1
        try:
            while (goal := self._nearest(unit)) is not None:
                room, space, point = goal
                self._taken.add(room)
                yield from self._open(unit, room, space, point)
                self._taken.discard(room)
        except simpy.Interrupt:
            self._taken.discard(room)
            return
        if not self.incident.kind.keeps_units and not unit.service:
            self.response.release(unit)

    def _open(self, unit: Responder, room: int, space: int, point: XY) -> Process:
        drill, setting, id_ = self.drill, self.drill.scenario.protocol.release, self.lockdown.order.id_of(room)
        assert setting is not None
        yield drill.travel.go(unit, space, point, speed_mps=unit.role.patrol_speed, no_way=self._no_way(unit, id_))
        yield drill.env.timeout(sample(setting.per_room, drill.streams, "release.room", id_))
        if self.lockdown.state[room] in HELD:
            self.protection.take_stock()
            self.lockdown.release(room, unit.id)

    def _nearest(self, unit: Responder) -> tuple[int, int, XY] | None:
        """Return the nearest room that is still held, with the place in front of its door; None if there is none."""
        network, travel = self.drill.world.network, self.drill.travel
        reach = travel.routes(unit, unit.role.patrol_speed).from_point(*travel.place(unit))
        found: list[tuple[float, int, int, XY]] = []
        for room in self.lockdown.in_state(*HELD):
            for door in self.lockdown.lockable[room].doors if room not in self._taken else ():
                outer, side = network.other(door, room), 1 - network.side(door, room)
                if outer >= 0:
                    x, y = network.way_xy[door, side]
                    point = (float(x), float(y))
                    found.append((reach.seconds_to(outer, point), room, outer, point))
        if not found or min(found)[0] == float("inf"):
            return None
        return min(found)[1:]

    def _no_way(self, unit: Responder, id_: str) -> Callable[[], None]:
        return lambda: self.lockdown.order.log(unit.id, ev.CANNOT_REACH, id_, "no way that it can open")
