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
        self.rooms = [r for r in stage.world.rooms if stage.occupied[r.space]]
        """Occupied rooms."""
        self.heard_s = rooms.heard_s(stage.scenario.protocol, stage.world, stage.streams)

    def roll_call(self) -> None:
        """Write down what the protective action is about, whether or not it is ever ordered."""
        stage = self.stage
        action = stage.scenario.protocol.action
        if action != "none":
            stage.log("school", "protocol", why=action)
        if action == "lockdown":
            for room in self.rooms:
                id_ = stage.world.plan.spaces[room.space].id
                stage.log(id_, "lockable" if room.lockable else "unlockable", id_)

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
        self.give_order(unit.id if unit is not None and unit.role.may_order else "somebody there")

    def order_by(self, unit: Responder) -> Process:
        """Let a unit that knows of the incident give the order itself, if its role may."""
        stage = self.stage
        if unit.role.may_order:
            law = ANNOUNCE_DELAY[stage.scenario.protocol.action, "teacher"]
            yield stage.env.timeout(law.quantile(stage.streams.uniform("order.delay", unit.id)))
            if not unit.gone:
                self.give_order(unit.id)

    def give_order(self, who: str) -> None:
        """Give the protective order, once."""
        if not self.ordered.triggered:
            self.stage.log(who, "order", "", self.stage.scenario.protocol.action)
            self.ordered.succeed()

    def alarm(self, who: str) -> None:
        """Let the fire alarm ring: the order to leave where the protocol evacuates."""
        self.stage.log(who, "alarm")
        if self.stage.scenario.protocol.action == "evacuate":
            self.give_order(who)

    def run(self, action: str) -> Process:
        """Wait for the order (the office gives it after the report), then evacuate or lock down."""
        stage = self.stage
        protocol = stage.scenario.protocol
        if protocol.announced_by == "office":
            law = protocol.announce_delay or ANNOUNCE_DELAY[protocol.action, "office"]
            delay = law.quantile(stage.streams.uniform("order.delay", "office"))
            stage.cases[stage.scenario.protected].reported.callbacks.append(
                lambda _e: stage.at(delay, lambda _e: self.give_order("office"))
            )
        yield self.ordered
        (self._evacuate if action == "evacuate" else self._lock_down)()

    def _evacuate(self) -> None:
        people = self.stage.population
        inside = np.flatnonzero(people.space >= 0)
        self.stage.crowd.evacuate(inside, delay_s=self.heard_s[people.space[inside]])

    def _lock_down(self) -> None:
        stage = self.stage
        lockable = [r for r in self.rooms if r.lockable]
        secured = rooms.secure(lockable, stage.scenario.protocol, stage.world, stage.streams, heard=self.heard_s)
        for one in secured:
            self._secure(one)
        refuges = {r.space for r in stage.world.rooms if r.lockable}
        space = stage.population.space
        caught = np.flatnonzero((space >= 0) & ~np.isin(space, np.array(sorted(refuges), dtype=np.int64)))
        if len(caught):
            stage.crowd.to_lockable(caught, open_rooms=refuges, delay_s=self.heard_s[space[caught]])
            last = max((one.locked_s for one in secured if one.locked_s < inf), default=0.0)
            stage.at(max(last, float(self.heard_s[space[caught]].max())), lambda _e: self._leave_by_themselves(caught))

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
            stage.room_locked(space)
            stage.crowd.lock_room(space)
            stage.travel.lock(space, one.room.doors)
            stage.log(id_, "locked", id_)

        if one.locked_s < inf:
            stage.at(one.locked_s, locked)
            stage.at(one.secured_s, lambda _e: stage.log(id_, "secured", id_))
        else:
            stage.at(one.failed_s, lambda _e: stage.log(id_, "lock-failed", id_))
