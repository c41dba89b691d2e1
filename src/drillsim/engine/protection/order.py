"""A protective order: who hears it when, and who is asked to go where."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from math import inf

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.states import OUT
from drillsim.engine.protection.keep_away import KeepAway
from drillsim.engine.protection.securing import LatestDraws, SecuringDraws, heard_s
from drillsim.engine.state.drill_state import DrillState
from drillsim.engine.state.incident import IncidentState
from drillsim.record import events as ev

UNDER_WAY = ("waiting", "walking", "queued")
"""States of people who may still get where they were asked to go."""
LOOK_S = 1.0
"""Polling interval of whoever waits for people, in seconds; what follows is late by less than this."""
People = NDArray[np.int64]


def protected(drill: DrillState) -> IncidentState:
    """Return the one incident that the protocol answers."""
    return drill.incidents[drill.scenario.protected]


class ProtectiveOrder:
    """One order, from the time it is given; it keeps where everybody was then.

    People act when the order is heard where they are: announcement, or a drawn delay where the plan has no loudspeaker, or
    earlier when a unit tells them in person (`hear_now`).

    spoken
        Whether it is announced in words; an alarm is heard at once.
    """

    def __init__(self, drill: DrillState, *, spoken: bool) -> None:
        self.drill, self.incident = drill, protected(drill)
        protocol, world, streams = drill.scenario.protocol, drill.world, drill.streams
        self.log = partial(drill.log, incident=self.incident.id)
        """Logs an event of the incident that the order answers."""
        self.given_s = float(drill.env.now)
        soon = protocol.announcement if spoken else 0.0
        self.heard_s = np.append(heard_s(protocol, world, streams, spoken=spoken), [soon, soon])
        """Seconds until it is heard, by space; the last two entries answer for stairs and the outside."""
        self.space: People = drill.spaces()
        """(persons,) space of each person when the order is given; OUT outside, ON_STAIR on a flight."""
        self.occupied = frozenset(world.cell_space[drill.crowd.counts() > 0].tolist()) - {OUT}
        """Spaces with people in them when the order is given."""
        self.outdoors, self.halls = world.outdoors, world.halls
        self.refuge: frozenset[int] = frozenset()
        """Spaces where those wait who cannot leave without a stair."""
        self._asked: list[tuple[People, frozenset[int] | None]] = []
        """Who was asked to go to which rooms, or out of the building (None); everybody once."""
        self.keep_away = KeepAway(drill, self.incident)
        self.aware = np.zeros(len(self.space), dtype=np.bool_)
        """(persons,) who knows where the event is, and keeps away from it."""

    @cached_property
    def draws(self) -> SecuringDraws:
        """Random numbers of rooms and doors."""
        protocol, world, streams = self.drill.scenario.protocol, self.drill.world, self.drill.streams
        return world.derived(LatestDraws).of((streams.name, protocol), lambda: SecuringDraws(protocol, world, streams))

    def id_of(self, space: int) -> str:
        """Return the id of a space."""
        return self.drill.world.space_ids[space]

    def within(self, spaces: Iterable[int]) -> People:
        """Return the persons who are in some spaces when the order is given."""
        return np.flatnonzero(np.isin(self.space, np.array(sorted(spaces), dtype=np.int64)))

    def indoors(self) -> People:
        """Return the persons who are in the building when the order is given."""
        return np.flatnonzero(~np.isin(self.space, [OUT, *sorted(self.outdoors)]))

    def heard_at(self, spaces: Iterable[int]) -> dict[int, float]:
        """Return when the order is heard, by space."""
        return {int(s): self.given_s + float(self.heard_s[s]) for s in spaces}

    def ask(self, spaces: Iterable[int], rooms: Iterable[int]) -> People:
        """Ask everybody in some spaces to go to some rooms; log how many they are, and return them."""
        spaces = list(spaces)
        people = self.within(spaces)
        persons = self.drill.crowd.count_in([s for s in spaces if s >= 0]) if self.drill.stays else len(people)
        self.log("people", ev.ASKED, value=float(persons))
        self.to_rooms(people, rooms)
        return people

    def asked(self) -> People:
        """Return the persons who were asked to go somewhere, as far as they were not told otherwise since."""
        return np.concatenate([np.zeros(0, np.int64), *(people for people, _ in self._asked)])

    def to_rooms(self, people: People, rooms: Iterable[int]) -> None:
        """Ask people to go to the nearest of some rooms that has a place, as soon as they hear it."""
        goals = frozenset(rooms)
        self._asked.append((people, goals))
        self._send(people, goals)

    def hold_back(self) -> None:
        """Let nobody go home any more who is in the building: from halls they go to the nearest room, in rooms they stay."""
        inside = np.intersect1d(self.indoors(), self.drill.going_home)
        if not len(inside):
            return
        space = self.space[inside]
        in_hall = np.isin(space, sorted(self.halls))
        self.to_rooms(inside[in_hall], self.drill.world.rooms_inside)
        stays, rooms = inside[~in_hall], space[~in_hall]
        self.drill.crowd.to_own_room(stays, rooms.tolist(), delay_s=self.heard_s[rooms])

    def leave(self, people: People) -> None:
        """Ask people to leave the building, as soon as they hear it."""
        self._asked.append((people, None))
        self._send(people, None)

    def send_out(self, people: People) -> None:
        """Let people leave the building now, whatever they were asked before."""
        asked = [(np.setdiff1d(others, people), goals) for others, goals in self._asked]
        self._asked = [*asked, (people, None)]
        self._send(people, None, at_once=True)

    def tell_place(self, people: People | None = None) -> None:
        """Let people know where the event is now, everybody where None: who is on the way decides again, away from it."""
        if self.incident.kind.may_approach:
            return
        self.aware[slice(None) if people is None else people] = True
        state = self.drill.crowd.state
        for asked, goals in self._asked:
            chosen = asked if people is None else np.intersect1d(asked, people)
            on_way = [p for p in chosen.tolist() if state(p)[0] in (*UNDER_WAY, "stranded")]
            self._send(np.array(on_way, dtype=np.int64), goals)

    def _send(self, people: People, rooms: frozenset[int] | None, *, at_once: bool = False) -> None:
        """Order people to rooms, or out where there are none, when they hear it; who knows the place keeps away from it."""
        crowd, since_s, aware = self.drill.crowd, float(self.drill.env.now) - self.given_s, self.aware[people]
        for members, avoided in [(people[~aware], frozenset[int]()), *self.keep_away.groups(people[aware])]:
            delay_s = np.maximum(self.heard_s[self.space[members]] - (inf if at_once else since_s), 0.0)
            if not len(members):
                continue
            if rooms is None:
                crowd.evacuate(members, delay_s=delay_s, avoided=avoided)
            else:
                near = self.keep_away.near.rooms if avoided else frozenset[int]()
                crowd.to_lockable(members, open_rooms=rooms - near, delay_s=delay_s, avoided=avoided)

    def to_refuge(self, people: People, spaces: Iterable[int]) -> None:
        """Ask people to wait in the nearest of some spaces that has a place, as soon as they hear it."""
        self.refuge = frozenset(spaces)
        if len(people):
            self.log("people", ev.TO_REFUGE, value=float(len(people)))
        self.drill.crowd.to_refuge(people, self.refuge, delay_s=self.heard_s[self.space[people]])

    def stay_outdoors(self) -> None:
        """Log the people who are outdoors and stay there, by space, when they hear the order."""
        for space in sorted(self.outdoors & self.occupied):
            here = self.drill.crowd.count_in([space])
            self.drill.at(float(self.heard_s[space]), self._note_outdoors(space, float(here)))

    def hear_now(self, space: int) -> bool:
        """Pass the order on in a space now; return whether that was earlier than the announcement."""
        since = self.drill.env.now - self.given_s
        if self.heard_s[space] <= since:
            return False
        self.heard_s[space] = since
        for people, goals in self._asked:
            here = people[self.space[people] == space]
            self._send(here, goals)
        return True

    def forget(self) -> None:
        """Withdraw the order from all who have not heard it yet."""
        self._asked = []

    def _note_outdoors(self, space: int, persons: float) -> Callable[[object], None]:
        id_ = self.id_of(space)
        return lambda _event: self.log("people", ev.STAY_OUTDOORS, id_, value=persons)
