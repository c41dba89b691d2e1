"""Lockdown: every occupied room is locked by its adult, and people in no room look for one.

A room passes through named states: told (it has heard the order), locked, secured (out of sight), or failed (its lock did
not catch, or its adult has no key); abandoned, where its people had left before; released at the end. The times are drawn
when it is told (`securing`) and scheduled as events; a plan that was replaced in the meantime is recognized by identity
and dropped. People who are in no lockable room when they hear the order walk to the nearest room that has a place and is
open; an empty room that somebody enters is told then, and locked behind them. Those who find no room leave the
building once all rooms that were told are locked.
"""

from __future__ import annotations

from collections.abc import Collection, Generator
from functools import partial
from math import inf
from typing import Any

import numpy as np
import simpy

from drillsim.crowd.states import OUT
from drillsim.engine.protection.order import LOOK_S, UNDER_WAY, ProtectiveOrder
from drillsim.engine.protection.securing import NO_LOCK, Securing
from drillsim.engine.state.drill_state import Process
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.rooms import Room
from drillsim.record import events as ev

TOLD, LOCKED, SECURED, FAILED, ABANDONED, RELEASED = "told", "locked", "secured", "failed", "abandoned", "released"
"""States of a room: told and not locked yet, and how it stands since."""
HELD = "its door is held open"
"""Reason of a plan whose lock was put off."""
PATIENCE = 5
"""Polls between two decisions of people under way whether to leave."""

_IN_REFUGE = {
    ev.LOCKED: ev.REFUGE_LOCKED,
    ev.SECURED: ev.REFUGE_SECURED,
    ev.LOCK_FAILED: ev.REFUGE_LOCK_FAILED,
}
"""Words for rooms that people fled into."""


class Lockdown:
    """The rooms of one lockdown from the order on.

    listed
        Spaces of the lockable rooms that were occupied at the onset: the ones that results count. Other rooms are
        refuges; what happens to one of them after people fled into it has events of its own.
    """

    def __init__(self, order: ProtectiveOrder, listed: Collection[int]) -> None:
        self.order, self.drill, self.listed = order, order.drill, frozenset(listed)
        self.lockable = {r.space: r for r in self.drill.world.rooms if r.lockable}
        self.refuges = set(self.drill.world.rooms_inside) & self.lockable.keys() - {order.incident.space}
        """Rooms to flee into: never the one with the event."""
        self.state: dict[int, str] = {}
        self.done_s: dict[int, float] = {}
        """Time at which a room was last secured, or its lock failed, by space."""
        self.next_failure = self.drill.env.event()
        """Succeeds, and is replaced, each time a room cannot be locked."""
        self._plans: dict[int, Securing] = {}
        self._held_s: dict[int, float] = {}
        """Seconds for which the door of a room that was ready to lock has been held open, by space."""
        self.expects_people = False
        """Whether anybody may be on the way to a room, so that doors are held."""
        self._may_leave = False
        self._caught: list[int] = []
        """Persons who were in no room to lock and may still be under way."""

    def begin(self, *, leaving: bool) -> None:
        """Tell every occupied room to lock, and everybody who is in none to find one.

        leaving
            A fire alarm has rung before, or the bell lets people go home: everybody is on the way out, or will be, and
            has to be called back.
        """
        order, drill = self.order, self.drill
        for space in sorted(self.listed - order.occupied):
            self.state[space] = ABANDONED
            self._note(space, ev.ABANDONED, "its people had left")
        told = [room for space, room in self.lockable.items() if space in order.occupied]
        for room in told:
            if room.space not in self.listed:
                self._note(room.space, ev.OCCUPIED, "people had come into it")
            self._tell(room, word_s=float(order.heard_s[room.space]))
        order.stay_outdoors()
        safe = {OUT} | order.outdoors | (set() if leaving else self.lockable.keys())
        is_safe = np.zeros(len(drill.world.plan.spaces) + 2, dtype=bool)  # the last two answer for stairs and outside
        is_safe[list(safe)] = True
        caught = np.flatnonzero(~is_safe[order.space])
        if not len(caught):
            return
        self._caught, self.expects_people = caught.tolist(), True
        order.to_rooms(caught, self.lockable.keys() - {order.incident.space} if leaving else self.refuges)
        last = max((self._plans[r.space].locked_s for r in told if self._plans[r.space].locked_s < inf), default=0.0)
        drill.at(max(last, float(order.heard_s[order.space[caught]].max())), self._wait_no_longer)
        drill.env.process(self._watch(sorted(self.refuges - order.occupied)))

    # ------------------------------------------------------------------ one room

    def _tell(self, room: Room, *, word_s: float) -> None:
        """Tell a room the order after `word_s` seconds, and schedule what its adult then does."""
        plan = self._plans[room.space] = self.order.draws.secure(room, word_s=word_s)
        self.state[room.space] = TOLD
        if plan.locked_s < inf:
            self.drill.at(plan.locked_s, partial(self._locked, plan))
            self.drill.at(plan.secured_s, partial(self._secured, plan, self.order.id_of(room.space)))
        else:
            self.drill.at(plan.failed_s, partial(self._failed, plan))

    def _locked(self, plan: Securing, _event: object) -> None:
        """Lock a room that is ready, unless its adult holds the door for people who are on their way to it."""
        space = plan.room.space
        if self._plans.get(space) is not plan:
            return
        if self.expects_people and space != self.order.incident.space and self.drill.crowd.bound_for(space) > 0:
            held_s = self._held_s.get(space, 0.0)
            if held_s < self.drill.scenario.protocol.hold_door_at_most:
                self._held_s[space] = held_s + LOOK_S
                held = self._plans[space] = plan._replace(
                    why=HELD
                )  # another plan: what was due for this one is dropped
                self.drill.at(LOOK_S, partial(self._locked, held))
                return
        self._lock(plan.room)
        self._note(space, ev.LOCKED)
        if plan.why == HELD:
            self.drill.at(self.order.draws.hide_s(space), partial(self._secured, plan, self.order.id_of(space)))

    def _secured(self, plan: Securing, who: str, _event: object) -> None:
        """Count a locked room as secured; one with the event inside is none."""
        space = plan.room.space
        if self._plans.get(space) is plan:
            self._done(space, SECURED)
            event = self.order.incident
            inside = space == event.space and event.kind.exposes and not event.ended
            word = ev.WITH_EVENT if inside and space in self.listed else self._word(space, ev.SECURED)
            self.order.log(who, word, self.order.id_of(space))

    def _failed(self, plan: Securing, _event: object) -> None:
        if self._plans.get(plan.room.space) is plan:
            self._done(plan.room.space, FAILED)
            self._note(plan.room.space, ev.LOCK_FAILED, plan.why)
            told, self.next_failure = self.next_failure, self.drill.env.event()
            told.succeed()

    def _lock(self, room: Room) -> None:
        drill = self.drill
        self.state[room.space] = LOCKED
        drill.room_locked(room.space)
        drill.crowd.lock_room(room.space)
        drill.travel.lock(room.space, room.doors)

    def hear(self, space: int) -> None:
        """Tell a room now, earlier than the announcement."""
        if self.state.get(space) == TOLD:
            self._tell(self.lockable[space], word_s=0.0)

    def retry(self, space: int, unit: Responder) -> Generator[simpy.Event, Any, bool]:
        """Lock a room whose lock failed by a unit with keys, door by door; the value is whether it did.

        The unit stands in the room or at its door. One who is called off or leaves meanwhile leaves it as it was.
        """
        draws = self.order.draws
        if self.state.get(space) != FAILED or not unit.role.keys or self._plans[space].why == NO_LOCK:
            return False
        room = self.lockable[space]
        self.state[space] = TOLD  # nobody else tries
        try:
            yield self.drill.env.timeout(len(room.to_lock) * max(unit.key_s, draws.setting.auto))
        finally:
            if self.state[space] == TOLD:
                self._done(space, FAILED)
        if self.state[space] != FAILED or not unit.is_here:
            return False
        self._lock(room)
        self.order.log(unit.id, self._word(space, ev.LOCKED), self.order.id_of(space))
        plan = self._plans[space] = Securing(room, 0.0, draws.hide_s(space), inf)
        self.drill.at(plan.secured_s, partial(self._secured, plan, unit.id))
        return True

    def release(self, space: int, who: str) -> None:
        """Open a room again, or tell one that never was locked, and let its people out of a hostile event."""
        order, drill = self.order, self.drill
        self._plans.pop(space, None)
        if self.state[space] in (LOCKED, SECURED):
            drill.crowd.unlock_room(space)
            drill.travel.unlock(space, self.lockable[space].doors)
        self.state[space] = RELEASED
        order.log(who, self._word(space, ev.RELEASED), order.id_of(space))
        people = [p for p in range(len(drill.population)) if drill.crowd.space_of(p) == space]
        if order.incident.kind.released_leave and people:
            drill.crowd.evacuate(np.array(people))

    # ------------------------------------------------------------------ who is in no room

    def _watch(self, empty: list[int]) -> Process:
        """Tell each empty room once somebody has fled into it, polling until nobody is under way."""
        drill, fled, looks = self.drill, self._caught, 0
        while self._caught:
            yield drill.env.timeout(LOOK_S)
            counts = drill.crowd.counts()
            entered = [s for s in empty if counts[drill.world.cells.cells_of(s)].any()]
            stays_in = (
                {drill.crowd.space_of(p) for p in fled if drill.crowd.state(p)[0] == "settled"} if entered else ()
            )
            for space in [s for s in entered if s in stays_in]:
                empty.remove(space)
                self._note(space, ev.OCCUPIED, "people fled into it")
                self._tell(self.lockable[space], word_s=0.0)
            looks += 1
            self._look_round()
            if looks % PATIENCE == 0:
                self._leave_or_go_on()

    def _look_round(self) -> None:
        """Let those under way who see the event now decide again, unless they know of it already."""
        order = self.order
        if order.aware.all():
            return
        unaware = np.array([p for p in self._caught if not order.aware[p]], dtype=np.int64)
        if len(unaware) and not order.incident.kind.may_approach:
            seen = order.keep_away.who_sees(unaware)
            if len(seen):
                order.tell_place(seen)

    def _wait_no_longer(self, _event: object) -> None:
        """Allow those who find no room to leave, since all rooms that were told are locked."""
        self._may_leave = True
        self._leave_or_go_on()

    def _leave_or_go_on(self) -> None:
        """Send those who found no room out of the building, and drop those who are settled or out."""
        drill = self.drill
        states = {p: drill.crowd.state(p)[0] for p in self._caught}
        lost = [p for p, word in states.items() if word == "stranded"]
        self._caught = [p for p, word in states.items() if word in UNDER_WAY or word == "stranded"]
        if lost and self._may_leave:
            self.order.log("people", ev.LEAVE_BY_THEMSELVES, value=float(len(lost)), why="no room left to lock")
            self.order.send_out(np.array(lost))
            self._caught = [p for p in self._caught if states[p] != "stranded"]

    def leave(self) -> None:
        """Cancel the locks still to come at a fire alarm: everybody not behind a locked door leaves."""
        order, drill = self.order, self.drill
        order.forget()
        self._caught = []
        for space in self.in_state(TOLD, FAILED):
            self._plans.pop(space, None)
            self.state[space] = ABANDONED
            self._note(space, ev.ABANDONED, "its people leave at the fire alarm")
        stay = {OUT} | order.outdoors | set(self.in_state(LOCKED, SECURED))
        people = [p for p in range(len(drill.population)) if drill.crowd.space_of(p) not in stay]
        if people:
            order.send_out(np.array(people))

    # ------------------------------------------------------------------ states and lines

    def counted_from_s(self) -> dict[int, float]:
        """Return since when the people of a room can be counted, by space; rooms that are not shut yet are left out."""
        return {s: self.done_s[s] for s in self.in_state(SECURED, FAILED)}

    def in_state(self, *words: str) -> list[int]:
        """Return the rooms in some states, in file order."""
        return sorted(s for s, state in self.state.items() if state in words)

    def _done(self, space: int, state: str) -> None:
        """Set the final state of a room and its time."""
        self.state[space], self.done_s[space] = state, float(self.drill.env.now)

    def _word(self, space: int, what: ev.EventWord) -> ev.EventWord:
        """Return the word for what happens to a room; locks of rooms that people fled into have words of their own."""
        return what if space in self.listed else _IN_REFUGE.get(what, what)

    def _note(self, space: int, what: ev.EventWord, why: str = "") -> None:
        id_ = self.order.id_of(space)
        self.order.log(id_, self._word(space, what), id_, why)
