"""The protective action of a drill: who orders it, and what people, rooms and doors then do.

Actions and words follow the Standard Response Protocol: hold, secure, lockdown, evacuate, shelter.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import cached_property, partial
from typing import Any

import numpy as np
import simpy

from drillsim.crowd.states import ON_STAIR
from drillsim.engine.protection import accountability
from drillsim.engine.protection.keep_away import KeepAway
from drillsim.engine.protection.lockdown import FAILED, Lockdown
from drillsim.engine.protection.order import ProtectiveOrder, protected
from drillsim.engine.protection.perimeter import Perimeter, can_be_shut, let_in
from drillsim.engine.protection.securing import zone_times
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.refuge import refuge_of
from drillsim.engine.world.world import World
from drillsim.record import events as ev
from drillsim.record.trace import Event
from drillsim.scenario.defaults import ANNOUNCE_DELAY
from drillsim.scenario.vocabulary import Place
from drillsim.streams.streams import sample


def _lines_of_rooms(world: World, incident: str, now_s: float) -> dict[int, Event]:
    """Return the line that tells of each room whether it can be locked, by space."""
    ids, what = world.space_ids, {True: ev.LOCKABLE, False: ev.UNLOCKABLE}
    return {r.space: Event(now_s, ids[r.space], what[r.lockable], ids[r.space], "", incident) for r in world.rooms}


class Protection:
    """The protective action of one drill, in the Standard Response Protocol's words; ordered once."""

    def __init__(self, drill: DrillState) -> None:
        self.drill = drill
        self.ordered = drill.env.event()
        occupied = drill.occupied.tolist()
        self.rooms = [r for r in drill.world.rooms if occupied[r.space]]
        """Rooms that are occupied at the onset."""
        self.order: ProtectiveOrder | None = None
        self.lockdown: Lockdown | None = None
        self._by_alarm = self._leaving = self._noted = self._fled = False
        self._by = ""
        """Who has given the order."""

    @property
    def action(self) -> str:
        """The action that is ordered: hold, secure, lockdown, evacuate or shelter; 'none' where there is none."""
        return self.drill.scenario.protocol.action

    @cached_property
    def incident(self) -> IncidentState:
        """The incident that it answers."""
        return protected(self.drill)

    def roll_call(self) -> None:
        """Log the action and the rooms or doors that it concerns, whether or not it is ever ordered."""
        world = self.drill.world
        if self.action == "none":
            return
        in_person = self.drill.scenario.protocol.release is not None
        self._log("school", ev.PROTOCOL, why=self.action, value=1.0 if in_person else None)
        if self.action == "lockdown":
            lines = world.derived(_lines_of_rooms, self.incident.id, float(self.drill.env.now))
            self.drill.log.events += [lines[room.space] for room in self.rooms]
        if self.action == "secure":
            for way in world.network.exits:
                id_ = world.plan.openings[way].id
                self._log(id_, ev.LOCKABLE if can_be_shut(world, way) else ev.UNLOCKABLE, id_)

    # ------------------------------------------------------------------ who gives the order

    def order_on_notice(self, unit: Responder | None) -> Process:
        """Order after a notice, where the protocol allows it: by a teacher, a badge, the alarm, or a unit that may order."""
        drill = self.drill
        protocol = drill.scenario.protocol
        if protocol.announced_by == "office":
            if unit is not None:
                yield from self.order_by(unit)
            return
        law = protocol.announce_delay or ANNOUNCE_DELAY[protocol.action, protocol.announced_by]
        yield drill.env.timeout(sample(law, drill.streams, "order.delay", "school"))
        self.give_order(unit.id if unit is not None and unit.role.may_order else "somebody there")

    def order_by(self, unit: Responder) -> Process:
        """Order by a unit that knows of the incident, if its role may order and it has not left."""
        drill = self.drill
        if unit.role.may_order:
            law = ANNOUNCE_DELAY[self.action, "teacher"]
            yield drill.env.timeout(sample(law, drill.streams, "order.delay", unit.id))
            if unit.is_here:
                self.give_order(unit.id)

    def give_order(self, who: str) -> None:
        """Give the protective order, once."""
        if not self.ordered.triggered:
            self._by = who
            self._log(who, ev.ORDER, "", self.action)
            self.ordered.succeed()

    def alarm(self, who: str) -> None:
        """Ring the fire alarm: it is the order to evacuate; before and in a lockdown people leave or stay by the protocol."""
        protocol = self.drill.scenario.protocol
        wish = protocol.alarm_in_lockdown if self.ordered.triggered else protocol.alarm_before
        leaves = wish == "leave"
        reaction = "who is not behind a locked door leaves" if leaves else "everybody stays"
        self._log(who, ev.ALARM, "", reaction if self.action == "lockdown" else "")
        if self.action == "evacuate":
            self._by_alarm = True
            self.give_order(who)
        elif self.lockdown is not None and leaves:
            self.lockdown.leave()
        elif self.action == "lockdown" and leaves:
            self._leaving = True
            now = ProtectiveOrder(self.drill, spoken=False)
            self.drill.crowd.evacuate(now.indoors())

    def run(self, action: str) -> Process:
        """Wait for the order (the office gives it after the report), then carry it out."""
        drill = self.drill
        protocol = drill.scenario.protocol
        if protocol.announced_by == "office":
            law = protocol.announce_delay or ANNOUNCE_DELAY[protocol.action, "office"]
            delay = sample(law, drill.streams, "order.delay", "office")
            self.incident.reported.callbacks.append(lambda _e: drill.at(delay, lambda _e: self.give_order("office")))
        yield self.ordered
        spoken = protocol.announced_by != "alarm" and not self._by_alarm
        order = self.order = ProtectiveOrder(drill, spoken=spoken)
        if spoken and protocol.names_place and not self.incident.kind.may_approach:
            order.aware[:] = self.incident.place_known.triggered or self._by != "office"
            drill.env.process(self._tell_place(order))
        for name, after_s in zone_times(protocol, drill.streams).items():
            drill.at(after_s, partial(self._tell_zone, name))
        carry_out: dict[str, Callable[[ProtectiveOrder], None]] = {
            "hold": self._hold, "secure": self._secure, "lockdown": self._lock_down, "evacuate": self._evacuate,
            "shelter": self._shelter,
        }  # fmt: skip
        carry_out[action](order)

    def _tell_place(self, order: ProtectiveOrder) -> Process:
        """Announce the place once the office has it, and each new place once word of the move is there."""
        drill, incident = self.drill, self.incident
        if not order.aware.all():
            yield incident.place_known
            yield drill.env.timeout(drill.scenario.protocol.announcement)
            order.tell_place()
        while True:
            yield incident.moved
            yield drill.env.timeout(drill.scenario.protocol.announcement)
            order.tell_place()

    def flee(self) -> None:
        """Let those in the space of a hostile event who can get out without passing near it leave for other rooms."""
        drill, incident = self.drill, self.incident
        if (
            drill.stays
            or incident.kind.may_approach
            or not incident.kind.exposes
            or drill.scenario.protocol.in_the_space == "stay"
        ):
            return
        keep_away = KeepAway(drill, incident)
        leaving = keep_away.leaving(np.flatnonzero(drill.spaces() == incident.space))
        count = sum(len(people) for people, _ in leaving)
        if count:
            self._fled = True
            self._log("people", ev.FLEE, drill.where(incident), value=float(count))
        rooms = {r.space for r in drill.world.rooms if r.lockable} & set(drill.world.rooms_inside)
        for people, avoided in leaving:
            drill.crowd.to_lockable(people, open_rooms=rooms - keep_away.near.rooms, avoided=avoided)

    def _tell_zone(self, name: str, _event: object) -> None:
        self._log("school", ev.ZONE_TOLD, why=name)

    # ------------------------------------------------------------------ what people do

    def _hold(self, order: ProtectiveOrder) -> None:
        """Clear the halls: whoever is in circulation goes to the nearest room, everybody else stays."""
        order.stay_outdoors()
        order.hold_back()
        order.ask(order.halls, self.drill.world.rooms_inside)

    def _secure(self, order: ProtectiveOrder) -> None:
        """Call everybody in and lock the outside doors; inside, life goes on."""
        order.hold_back()
        Perimeter(order).begin()

    def _shelter(self, order: ProtectiveOrder) -> None:
        """Send everybody to the nearest of the places to shelter that has room."""
        everywhere = [ON_STAIR, *range(len(self.drill.world.plan.spaces))]
        let_in(order, order.ask(everywhere, self._places(self.drill.scenario.protocol.shelter_in)))

    def _evacuate(self, order: ProtectiveOrder) -> None:
        """Send everybody inside out of the building, or to a refuge; people outdoors stay there."""
        order.stay_outdoors()
        people, wish = order.indoors(), self.drill.scenario.people.refuge
        if wish is not None and not self.drill.stays:
            waiting, spaces = refuge_of(self.drill.world, wish, self.drill.population, order.space)
            order.to_refuge(waiting, spaces.tolist())
            people = np.setdiff1d(people, waiting)
        order.leave(people)

    def _lock_down(self, order: ProtectiveOrder) -> None:
        """Lock the occupied rooms; people in no room look for one."""
        self.lockdown = Lockdown(order, [r.space for r in self.rooms if r.lockable])
        self.lockdown.expects_people = self._fled
        self.lockdown.begin(leaving=self._leaving or len(self.drill.going_home) > 0)

    def _places(self, wanted: tuple[Place, ...]) -> set[int]:
        """Return the spaces that are named: by id, by a post in them, or by use."""
        world = self.drill.world
        return {space for place in wanted for space in world.spaces_at(place)}

    # ------------------------------------------------------------------ what a unit on the spot adds

    @property
    def failed(self) -> list[int]:
        """The occupied rooms whose lock failed, which a unit with keys may still lock."""
        return self.lockdown.in_state(FAILED) if self.lockdown is not None else []

    def next_failure(self) -> simpy.Event:
        """Return an event that succeeds when a room next cannot be locked; never where there is no lockdown."""
        return self.lockdown.next_failure if self.lockdown is not None else self.drill.env.event()

    def retry_lock(self, space: int, unit: Responder) -> Generator[simpy.Event, Any, bool]:
        """Lock a room whose lock failed by a unit at its door; the value is whether it did."""
        if self.lockdown is None:
            return False
        return (yield from self.lockdown.retry(space, unit))

    def guide(self, space: int) -> None:
        """Pass the order on by a unit to the people of its space, if they have not heard it yet."""
        if self.order is not None and self.order.hear_now(space) and self.lockdown is not None:
            self.lockdown.hear(space)

    # ------------------------------------------------------------------ the end

    def take_stock(self) -> None:
        """Log, once, what only the whole action can tell: halls clear, people in place, accountability."""
        order = self.order
        if self._noted:
            return
        self._noted = True
        self._note_event_room()
        if order is None:
            return
        if self.action in ("hold", "shelter", "lockdown"):
            goals = self._places(self.drill.scenario.protocol.shelter_in)
            clear = self.drill.crowd.clear_since_s(sorted(order.halls - goals - {ON_STAIR}))
            if clear is not None:
                self.drill.log.events.append(Event(clear, "school", ev.HALLS_CLEAR, incident=self.incident.id))
        if self.action in ("hold", "secure", "shelter"):
            accountability.in_place(order, order.asked())
        if order.refuge:
            accountability.in_refuge(order)
        accountability.account(order, self._counted_from_s(order), self.incident.onset_s + self.drill.scenario.horizon)

    def _note_event_room(self) -> None:
        """Log the occupied room that the event is in at the end of a lockdown, unless it was locked with it inside."""
        incident, where = self.incident, self.drill.where(self.incident)
        there = incident.kind.exposes and not incident.ended
        if self.action != "lockdown" or not there or incident.space not in {r.space for r in self.rooms}:
            return
        if not any(e.what == ev.WITH_EVENT and e.where == where for e in self.drill.log.events):
            self._log("school", ev.WITH_EVENT, where)

    def _counted_from_s(self, order: ProtectiveOrder) -> dict[int, float]:
        """Return since when the people of a space can be counted where they are, by space."""
        world = self.drill.world
        if self.action == "secure":
            return order.heard_at(np.flatnonzero(world.network.space_indoors))
        if self.action == "shelter":
            return order.heard_at(self._places(self.drill.scenario.protocol.shelter_in))
        counted = order.heard_at(order.outdoors)
        if order.refuge:
            counted |= order.heard_at(order.refuge)
        if self.action == "hold":
            counted |= order.heard_at(r.space for r in world.rooms)
        if self.lockdown is not None:
            counted |= self.lockdown.counted_from_s()
        return counted

    def _log(self, who: str, what: ev.EventWord, where: str = "", why: str = "", *, value: float | None = None) -> None:
        """Log one event of the incident that the action answers."""
        self.drill.log(who, what, where, why, incident=self.incident.id, value=value)
