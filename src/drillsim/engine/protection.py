"""The protective action: who orders it, who hears it, and what people and rooms then do."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

from drillsim.engine import rooms
from drillsim.engine.stage import Process, Stage
from drillsim.engine.units import Responder
from drillsim.scenario.roles import ANNOUNCE_DELAY


class Protection:
    """Evacuation or lockdown in one drill; ordered once."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.ordered = stage.env.event()

    def order_on_notice(self, unit: Responder | None) -> Process:
        """Whoever notices gives the order where the protocol lets them: a teacher, the alarm, or a unit that may."""
        stage = self.stage
        protocol = stage.scenario.protocol
        if protocol.announced_by == "office":
            if unit is not None:
                yield from self.order_by(unit)
            return
        law = protocol.announce_delay or ANNOUNCE_DELAY[protocol.action, protocol.announced_by]
        yield stage.env.timeout(law.quantile(stage.streams.uniform("order.delay", "school")))
        self.give_order("somebody there" if unit is None else unit.id)

    def order_by(self, unit: Responder) -> Process:
        """Let a unit that knows of the incident give the order itself, if its role may."""
        stage = self.stage
        if unit.role.may_order:
            law = ANNOUNCE_DELAY[stage.scenario.protocol.action, "teacher"]
            yield stage.env.timeout(law.quantile(stage.streams.uniform("order.delay", unit.id)))
            self.give_order(unit.id)

    def give_order(self, who: str) -> None:
        """Give the protective order, once."""
        if not self.ordered.triggered:
            self.stage.log(who, "order", "", self.stage.scenario.protocol.action)
            self.ordered.succeed()

    def run(self, action: str) -> Process:
        """Wait for the order (the office gives it after the report), then evacuate or lock down."""
        stage = self.stage
        protocol = stage.scenario.protocol
        if protocol.announced_by == "office":
            law = protocol.announce_delay or ANNOUNCE_DELAY[protocol.action, "office"]
            delay = law.quantile(stage.streams.uniform("order.delay", "office"))
            stage.cases[0].reported.callbacks.append(lambda _e: stage.at(delay, lambda _e: self.give_order("office")))
        yield self.ordered
        (self._evacuate if action == "evacuate" else self._lock_down)()

    def _evacuate(self) -> None:
        stage = self.stage
        protocol, people = stage.scenario.protocol, stage.population
        announcement = 0.0 if protocol.announced_by == "alarm" else protocol.announcement
        unheard = stage.streams.uniforms("room.unheard", stage.world.space_words)
        heard = [
            announcement if s.pa else protocol.rooms.unheard.quantile(float(u))
            for s, u in zip(stage.world.plan.spaces, unheard, strict=True)
        ]
        inside = np.flatnonzero(people.space >= 0)
        stage.crowd.evacuate(inside, delay_s=np.array(heard)[people.space[inside]])

    def _lock_down(self) -> None:
        stage = self.stage
        occupied = [r for r in stage.world.rooms if stage.occupied[r.space]]
        open_rooms = {r.space for r in stage.world.rooms if r.lockable}
        for room in occupied:
            what = "lockable" if room.lockable else "unlockable"
            stage.log(stage.world.plan.spaces[room.space].id, what, stage.world.plan.spaces[room.space].id)
        secured = rooms.secure(
            [r for r in stage.world.rooms if r.lockable],
            stage.scenario.protocol,
            stage.world,
            stage.streams,
        )
        for one in secured:
            self._secure(one)
        safe = np.array(sorted(open_rooms), dtype=np.int64)
        caught = np.flatnonzero((stage.population.space >= 0) & ~np.isin(stage.population.space, safe))
        if len(caught):
            stage.crowd.to_lockable(caught, open_rooms=open_rooms)
            last = max((one.locked_s for one in secured if one.locked_s < inf), default=0.0)
            stage.at(last, lambda _e: self._leave_by_themselves(caught))

    def _leave_by_themselves(self, caught: NDArray[np.int64]) -> None:
        """Let those who found no room to lock before the last one was locked leave the building."""
        stage = self.stage
        lost = [p for p in caught.tolist() if stage.crowd.state(p)[0] == "stranded"]
        if lost:
            stage.log("people", "leave-by-themselves", value=float(len(lost)), why="no room left to lock")
            stage.crowd.evacuate(np.array(lost))

    def _secure(self, one: rooms.Securing) -> None:
        stage = self.stage
        space = one.room.space
        id_ = stage.world.plan.spaces[space].id

        def locked(_event: object) -> None:
            stage.exposure.room_locked(space)
            stage.crowd.lock_room(space)
            stage.travel.lock(one.room.doors)
            stage.log(id_, "locked", id_)

        if one.locked_s < inf:
            stage.at(one.locked_s, locked)
            if stage.occupied[space]:
                stage.at(one.secured_s, lambda _e: stage.log(id_, "secured", id_))
        elif stage.occupied[space]:
            stage.at(one.failed_s, lambda _e: stage.log(id_, "lock-failed", id_))
