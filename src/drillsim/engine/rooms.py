"""Securing rooms: word, recover from the hall, lock, lights and out of sight; every draw named by its door."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from drillsim.engine.world import Room, World
from drillsim.scenario.model import Protocol
from drillsim.streams import Streams

TRIES = 3
"""A door that does not lock three times running counts as failed (docs/rules.md B13)."""


@dataclass(frozen=True)
class Securing:
    """What becomes of one room after the order, in seconds after it was given.

    locked_s is inf, and secured_s too, when the lock failed every time; failed_s is then the time of the last try.
    """

    room: Room
    heard_s: float
    locked_s: float
    secured_s: float
    failed_s: float


def secure(rooms: list[Room], protocol: Protocol, world: World, streams: Streams) -> list[Securing]:
    """Return, per occupied lockable room, when it is locked and secured after the order."""
    setting = protocol.rooms
    words = world.space_words
    recover = streams.uniforms("room.recover", words)
    hide = streams.uniforms("room.hide", words)
    hear = streams.uniforms("room.unheard", words)
    times = [streams.uniforms("door.lock", world.door_words, i) for i in range(TRIES)]
    catches = [streams.uniforms("door.catch", world.door_words, i) for i in range(TRIES)]
    found = []
    announcement = 0.0 if protocol.announced_by == "alarm" else protocol.announcement
    for room in rooms:
        space = world.plan.spaces[room.space]
        heard = announcement if space.pa else setting.unheard.quantile(float(hear[room.space]))
        ready = heard + setting.recover.quantile(float(recover[room.space]))
        locked, failed = ready, 0.0
        for door in room.doors:  # one adult locks one door after the other
            took, caught = _lock(world.plan.openings[door].lock, door, protocol, times, catches)
            locked += took
            if not caught:
                failed = locked
        if failed:
            found.append(Securing(room, heard, inf, inf, locked))
        else:
            found.append(Securing(room, heard, locked, locked + setting.hide.quantile(float(hide[room.space])), inf))
    return found


def _lock(kind: str, door: int, protocol: Protocol, times: list, catches: list) -> tuple[float, bool]:  # type: ignore[type-arg]
    """Return the seconds spent on one door and whether it caught; doors that are always locked outside cost nothing."""
    setting = protocol.rooms
    if kind == "none":
        return 0.0, True
    law, fails = {
        "key": (setting.key, setting.key_fails),
        "push-button": (setting.push_button, setting.push_button_fails),
    }.get(kind, (None, setting.auto_fails))
    spent = 0.0
    for attempt in range(TRIES):
        took = setting.auto if law is None else law.quantile(float(times[attempt][door]))
        spent += max(took, setting.auto)
        if catches[attempt][door] >= fails:
            return spent, True
    return spent, False
