"""Securing rooms and outside doors: word, recover from the hall, lock, out of sight; every draw named by its door."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from drillsim.engine.world import Room, World
from drillsim.quantities import Spread
from drillsim.scenario.protocol import Protocol
from drillsim.streams import Streams

TRIES = 3
"""A door that does not lock three times running counts as failed (docs/rules.md B13)."""
NO_KEY = "no key"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Securing:
    """What becomes of one room, in seconds from now.

    locked_s is inf, and secured_s too, when it could not be locked; failed_s is then the time of the last try.
    """

    room: Room
    locked_s: float
    secured_s: float
    failed_s: float
    why: str = ""
    """Why it failed, where it is not the lock's own fault."""


def heard_s(protocol: Protocol, world: World, streams: Streams, *, spoken: bool) -> Floats:
    """Return, per space, the seconds from the order until it is heard there.

    spoken
        Whether the order is announced in words; an alarm rings at once.
    """
    announcement = protocol.announcement if spoken else 0.0
    late = streams.uniforms("room.unheard", world.space_words)
    spaces = zip(world.plan.spaces, late.tolist(), strict=True)
    return np.array([announcement if space.pa else protocol.rooms.unheard.quantile(u) for space, u in spaces])


class Draws:
    """The luck of every room and door of one drill, drawn whether it is needed or not."""

    def __init__(self, protocol: Protocol, world: World, streams: Streams) -> None:
        self.setting, self.world, self.protocol = protocol.rooms, world, protocol
        words, doors = world.space_words, world.door_words
        self._recover, self._hide = streams.uniforms("room.recover", words), streams.uniforms("room.hide", words)
        self._substitute = streams.uniforms("room.substitute", words) < protocol.rooms.without_key
        self._reach = streams.uniforms("exit.reach", doors)
        self._times, self._catches = (
            [streams.uniforms(what, doors, i) for i in range(TRIES)] for what in ("door.lock", "door.catch")
        )

    def secure(self, room: Room, *, word_s: float) -> Securing:
        """Return when a lockable room is locked and secured, if word reaches it in `word_s` seconds.

        One adult locks one door after the other; a substitute without a key locks no door that needs one.
        """
        locked = word_s + self.setting.recover.quantile(float(self._recover[room.space]))
        if self._substitute[room.space] and any(self._needs_key(door) for door in room.doors):
            return Securing(room, inf, inf, locked, NO_KEY)
        fails = False
        for door in room.doors:
            took, caught = self.lock(door)
            locked += took
            fails |= not caught
        if fails:
            return Securing(room, inf, inf, locked)
        return Securing(room, locked, locked + self.hide_s(room.space), inf)

    def lock(self, door: int, *, again: bool = False) -> tuple[float, bool]:
        """Return the seconds spent on one door and whether it caught; one that is locked already costs nothing.

        again
            The door was locked at the start and has been opened since.
        """
        setting, opening = self.setting, self.world.plan.openings[door]
        if opening.lock == "none" or (opening.state != "no" and not again):
            return 0.0, True
        kinds: dict[str, tuple[Spread, float]] = {
            "key": (setting.key, setting.key_fails),
            "push-button": (setting.push_button, setting.push_button_fails),
        }
        law, fails = kinds.get(opening.lock, (None, setting.auto_fails))
        spent = 0.0
        for attempt in range(TRIES):
            took = setting.auto if law is None else law.quantile(float(self._times[attempt][door]))
            spent += max(took, setting.auto)
            if self._catches[attempt][door] >= fails:
                return spent, True
        return spent, False

    def hide_s(self, space: int) -> float:
        """Return the seconds from the lock until the lights are off and nobody is in sight."""
        return self.setting.hide.quantile(float(self._hide[space]))

    def reach_s(self, door: int) -> float:
        """Return the seconds from hearing the order until somebody stands at an outside door to lock it."""
        return self.protocol.to_exit.quantile(float(self._reach[door]))

    def to_lock(self, room: Room) -> list[int]:
        """Return the doors of a room that somebody has to lock."""
        openings = self.world.plan.openings
        return [door for door in room.doors if openings[door].lock != "none" and openings[door].state == "no"]

    def _needs_key(self, door: int) -> bool:
        opening = self.world.plan.openings[door]
        return opening.lock == "key" and opening.state == "no"
