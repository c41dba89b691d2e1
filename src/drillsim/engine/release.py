"""The end of a lockdown, in person: those able to act walk from room to room and let people out."""

from __future__ import annotations

from collections.abc import Callable

from drillsim.engine.lockdown import FAILED, LOCKED, SECURED, TOLD, Lockdown
from drillsim.engine.order import LOOK_S
from drillsim.engine.stage import Process
from drillsim.engine.units import Responder
from drillsim.engine.world import XY
from drillsim.scenario.incident import NEVER_RESOLVED

HELD = (TOLD, LOCKED, SECURED, FAILED)
"""States of rooms whose people wait until somebody comes."""


class Release:
    """The release of one lockdown; each releaser goes to the nearest room that nobody else goes to.

    at_first
        Called as the first room is about to be released, to note how everything stands.
    """

    def __init__(self, lockdown: Lockdown, at_first: Callable[[], None]) -> None:
        self.lockdown, self.stage, self.at_first = lockdown, lockdown.stage, at_first
        self.case = lockdown.order.case
        self._taken: set[int] = set()

    def run(self) -> Process:
        """Wait until it is over and a while longer, then send everybody able who is there from room to room."""
        stage, setting = self.stage, self.stage.scenario.protocol.release
        assert setting is not None
        over = self.case.able if self.case.kind in NEVER_RESOLVED else self.case.resolved
        yield over
        passed = stage.env.now - self.case.able_s if self.case.able_s is not None else 0.0
        passed = passed if self.case.kind in NEVER_RESOLVED else 0.0
        after = setting.after.quantile(stage.streams.uniform("release.after", self.case.id))
        yield stage.env.timeout(max(after - passed, 0.0))
        while not (releasers := self._able()):
            yield stage.env.timeout(LOOK_S)
        for unit in releasers:
            stage.env.process(self._go_round(unit))

    def _able(self) -> list[Responder]:
        """Return those on scene who resolve incidents of this kind and have nothing else to do."""
        able = self.case.resolvers(self.case.on_scene)
        return [u for u in able if not u.gone and (u.case is None or u.case is self.case)]

    def _go_round(self, unit: Responder) -> Process:
        """Walk to the nearest room left, show who one is, let its people out, and go on."""
        stage, setting = self.stage, self.stage.scenario.protocol.release
        assert setting is not None
        was_busy, unit.case = unit.case, self.case
        while not unit.gone and (goal := self._nearest(unit)) is not None:
            room, space, point = goal
            self._taken.add(room)
            id_ = self.lockdown.order.id_of(room)
            yield stage.travel.go(unit, space, point, speed_mps=unit.role.patrol_speed, no_way=self._note(unit, id_))
            yield stage.env.timeout(setting.per_room.quantile(stage.streams.uniform("release.room", id_)))
            self._taken.discard(room)
            if unit.gone:
                return
            self.at_first()
            self.lockdown.release(room, unit.id)
            stage.travel.stand(unit)
        unit.case = was_busy

    def _nearest(self, unit: Responder) -> tuple[int, int, XY] | None:
        """Return the nearest room that waits for somebody, with the place in front of its door; None if there is none."""
        stage = self.stage
        network = stage.world.network
        routes = stage.travel.routes(unit, unit.role.patrol_speed)
        space, at = stage.travel.place(unit)
        found = []
        for room in self.lockdown.in_state(*HELD):
            for door in self.lockdown.lockable[room].doors if room not in self._taken else ():
                outer, side = network.other(door, room), 1 - network.side(door, room)
                if outer >= 0:
                    x, y = network.way_xy[door, side]
                    point = (float(x), float(y))
                    found.append((routes.seconds_to(space, at, outer, point), room, outer, point))
        if not found or min(found)[0] == float("inf"):
            return None
        _, room, outer, point = min(found)
        return room, outer, point

    def _note(self, unit: Responder, id_: str) -> Callable[[], None]:
        return lambda: self.lockdown.order.log(unit.id, "cannot-reach", id_, "no way that it can open")
