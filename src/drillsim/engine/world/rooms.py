"""Rooms that can be locked, with the doors to lock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """A space in which people can be secured, or could if it had locks.

    doors
        Indices of the openings into it; `lockable` when every one of them has a lock.
    to_lock
        Those of them that somebody has to lock: the others have no lock or are locked already.
    """

    space: int
    doors: tuple[int, ...]
    to_lock: tuple[int, ...]
    lockable: bool
