"""Times to secure rooms and outside doors.

A room is secured in steps, one adult doing them one after the other:

    word reaches it → recover pupils from the hall → lock door 1 … door n → out of sight

Each door takes up to three tries; a try takes a time by the kind of lock and catches with a probability. A substitute without
a key locks no door that needs one. The room is *locked* after its last door, and *secured* when lights are off and
nobody is in sight. Every random number is named by its room or door and drawn for all of them, so that the same door jams
under every mix and at whatever time the order comes.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from drillsim.derived import Latest
from drillsim.engine.world.rooms import Room
from drillsim.engine.world.world import World
from drillsim.quantities import Spread
from drillsim.scenario.protocol import Protocol
from drillsim.streams.streams import Streams, Words

TRIES = 3
"""A door that does not lock three times running counts as failed (rule B13 of docs/model/response.md)."""
NO_KEY, NO_LOCK = "no key", "no lock"
Floats = NDArray[np.float64]


class Securing(NamedTuple):
    """Outcome of securing one room, in seconds from now.

    locked_s and secured_s are inf where it could not be locked; failed_s is then the end of the last try, and inf
    otherwise.
    """

    room: Room
    locked_s: float
    secured_s: float
    failed_s: float
    why: str = ""
    """Why it failed, where it is not the lock's own fault."""


def heard_s(protocol: Protocol, world: World, streams: Streams, *, spoken: bool) -> Floats:
    """Return, per space, the seconds from the order until it is heard there: those of its zone, and of the announcement.

    spoken
        Whether the order is announced in words; an alarm rings at once.
    """
    late = streams.uniforms("room.unheard", world.space_words)
    heard = np.full(len(late), protocol.announcement if spoken else 0.0)
    for i, space in enumerate(world.plan.spaces):
        if not space.pa:
            heard[i] = protocol.rooms.unheard.quantile(float(late[i]))
    after_s = list(zone_times(protocol, streams).values())
    for i, zone in enumerate(zones_of(protocol, world)):
        if zone is not None:
            heard[i] += after_s[zone]
    return heard


def zone_times(protocol: Protocol, streams: Streams) -> dict[str, float]:
    """Return the seconds from the order until each zone is told, by name of the zone, in file order."""
    return {zone.name: zone.after.quantile(streams.uniform("order.zone", zone.name)) for zone in protocol.zones}


def zones_of(protocol: Protocol, world: World) -> list[int | None]:
    """Return the number of the zone of each space; None for spaces that no zone names."""
    found: list[int | None] = [None] * len(world.plan.spaces)
    for number, zone in reversed(list(enumerate(protocol.zones))):
        for place in zone.spaces:
            for space in world.spaces_at(place):
                found[space] = number
    return found


class SecuringDraws:
    """Random numbers of every room and door of one drill, always drawn, so that mixes stay paired."""

    def __init__(self, protocol: Protocol, world: World, streams: Streams) -> None:
        self.setting, self.world, self.protocol = protocol.rooms, world, protocol

        def drawn(purpose: str, words: Words, attempt: int = 0) -> list[float]:
            found: list[float] = streams.uniforms(purpose, words, attempt).tolist()
            return found

        words, doors = world.space_words, world.door_words
        self._recover_s = self.setting.recover.quantiles(drawn("room.recover", words))
        self._hide_s = self.setting.hide.quantiles(drawn("room.hide", words))
        self._substitute, self._lockless = drawn("room.substitute", words), drawn("room.lockless", words)
        self._reach = drawn("exit.reach", doors)
        self._tries = [(drawn("door.lock", doors, i), drawn("door.catch", doors, i)) for i in range(TRIES)]
        setting = protocol.rooms
        self._locks: dict[str, tuple[Spread, float]] = {
            "key": (setting.key, setting.key_fails),
            "push-button": (setting.push_button, setting.push_button_fails),
        }
        """Time and failure probability of a lock by hand; all others are automatic."""
        self._automatic = None, setting.auto_fails
        self._works: dict[int, tuple[str, float, list[float], bool, float]] = {}
        """What locking a room takes, by space: the same whenever word comes, and for every mix."""

    def secure(self, room: Room, *, word_s: float) -> Securing:
        """Return when a lockable room is locked and secured, if word reaches it in `word_s` seconds.

        One adult locks one door after the other; a substitute without a key locks no door that needs one.
        """
        why, recover_s, doors_s, fails, hide_s = self._work(room)
        locked = word_s + recover_s
        for took in doors_s:
            locked += took
        if why or fails:
            return Securing(room, inf, inf, locked, why)
        return Securing(room, locked, locked + hide_s, inf)

    def _work(self, room: Room) -> tuple[str, float, list[float], bool, float]:
        """Return why a room cannot be locked at all ('' where it can), the seconds until its adult is at the doors and on each door,
        whether a lock fails, and the seconds to hide."""
        known = self._works.get(room.space)
        if known is None:
            known = self._works[room.space] = self._drawn_work(room)
        return known

    def _drawn_work(self, room: Room) -> tuple[str, float, list[float], bool, float]:
        recover_s, hide_s = self._recover_s[room.space], self._hide_s[room.space]
        if self._lockless[room.space] < self.setting.without_lock:
            return NO_LOCK, recover_s, [], False, hide_s
        substitute = self._substitute[room.space] < self.setting.without_key
        if substitute and any(self.world.door_locks[door] == "key" for door in room.to_lock):
            return NO_KEY, recover_s, [], False, hide_s
        locks = [self._lock(door) for door in room.to_lock]
        return "", recover_s, [took for took, _ in locks], not all(caught for _, caught in locks), hide_s

    def lock(self, door: int, *, again: bool = False) -> tuple[float, bool]:
        """Return the seconds spent on one door and whether it caught; one that is locked already costs nothing.

        again
            The door was locked at the start and has been opened since.
        """
        opening = self.world.plan.openings[door]
        if opening.lock == "none" or (opening.state != "no" and not again):
            return 0.0, True
        return self._lock(door)

    def _lock(self, door: int) -> tuple[float, bool]:
        auto_s, spent = self.setting.auto, 0.0
        law, fails = self._locks.get(self.world.door_locks[door], self._automatic)
        for times, catches in self._tries:
            spent += auto_s if law is None else max(law.quantile(times[door]), auto_s)
            if catches[door] >= fails:
                return spent, True
        return spent, False

    def hide_s(self, space: int) -> float:
        """Return the seconds from the lock until the lights are off and nobody is in sight."""
        return self._hide_s[space]

    def reach_s(self, door: int) -> float:
        """Return the seconds from hearing the order until somebody stands at an outside door to lock it."""
        return self.protocol.to_exit.quantile(self._reach[door])


class LatestDraws(Latest[SecuringDraws]):
    """Those of the last drill; `world.derived(LatestDraws)`."""
