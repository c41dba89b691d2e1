"""Securing rooms: word, recover from the hall, lock, lights and out of sight; every draw named by its door."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from drillsim.engine.world import Room, World
from drillsim.plan.model import Opening
from drillsim.scenario.protocol import Protocol
from drillsim.streams import Streams

TRIES = 3
"""A door that does not lock three times running counts as failed (docs/rules.md B13)."""


@dataclass(frozen=True)
class Securing:
    """What becomes of one room after the order, in seconds after it was given.

    locked_s is inf, and secured_s too, when the lock failed every time; failed_s is then the time of the last try.
    """

    room: Room
    locked_s: float
    secured_s: float
    failed_s: float


def heard_s(protocol: Protocol, world: World, streams: Streams) -> NDArray[np.float64]:
    """Return, per space, the seconds from the order until it is heard there."""
    announcement = 0.0 if protocol.announced_by == "alarm" else protocol.announcement
    late = streams.uniforms("room.unheard", world.space_words)
    spaces = zip(world.plan.spaces, late.tolist(), strict=True)
    return np.array([announcement if space.pa else protocol.rooms.unheard.quantile(u) for space, u in spaces])


def secure(
    rooms: list[Room], protocol: Protocol, world: World, streams: Streams, *, heard: NDArray[np.float64]
) -> list[Securing]:
    """Return, per occupied lockable room, when it is locked and secured after the order.

    heard
        Seconds until the order is heard, per space.
    """
    setting = protocol.rooms
    words = world.space_words
    recover = streams.uniforms("room.recover", words)
    hide = streams.uniforms("room.hide", words)
    times = [streams.uniforms("door.lock", world.door_words, i) for i in range(TRIES)]
    catches = [streams.uniforms("door.catch", world.door_words, i) for i in range(TRIES)]
    found = []
    for room in rooms:
        ready = float(heard[room.space]) + setting.recover.quantile(float(recover[room.space]))
        locked, fails = ready, False
        for door in room.doors:  # one adult locks one door after the other
            took, caught = _lock(world.plan.openings[door], door, protocol, times, catches)
            locked += took
            fails |= not caught
        if fails:
            found.append(Securing(room, inf, inf, locked))
        else:
            found.append(Securing(room, locked, locked + setting.hide.quantile(float(hide[room.space])), inf))
    return found


def _lock(opening: Opening, door: int, protocol: Protocol, times: list, catches: list) -> tuple[float, bool]:  # type: ignore[type-arg]
    """Return the seconds spent on one door and whether it caught; doors that are locked already cost nothing."""
    setting = protocol.rooms
    if opening.lock == "none" or opening.state != "no":
        return 0.0, True
    law, fails = {
        "key": (setting.key, setting.key_fails),
        "push-button": (setting.push_button, setting.push_button_fails),
    }.get(opening.lock, (None, setting.auto_fails))
    spent = 0.0
    for attempt in range(TRIES):
        took = setting.auto if law is None else law.quantile(float(times[attempt][door]))
        spent += max(took, setting.auto)
        if catches[attempt][door] >= fails:
            return spent, True
    return spent, False
