"""Rooms that can be secured, their doors, and the locks of every way as the plan has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drillsim.plan.model import Space
from drillsim.plan.network import Network

Flags = NDArray[np.bool_]
SUPERVISED = ("classroom", "office", "library", "gym", "cafeteria", "nurse", "kitchen")
"""Uses where an adult is normally present. Assumption A:detection.supervised_uses."""


def supervised(space: Space) -> bool:
    """Return whether an adult is normally in this space: what the plan says, else by its use."""
    return space.use in SUPERVISED if space.supervised is None else space.supervised


def has_telephone(space: Space) -> bool:
    """Return whether a space has a telephone: where an adult is normally, and in every office. Assumption
    A:alerting.telephones."""
    return space.use == "office" or supervised(space)


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


def rooms_of(network: Network) -> tuple[Room, ...]:
    """Return every space that is not circulation, outdoors or a stair, in file order.

    A room without doors is not lockable. An exit that leads out only needs no lock: nobody comes in by it.
    """
    found, openings = [], network.plan.openings
    for i, space in enumerate(network.plan.spaces):
        if space.is_circulation or space.use == "outdoors":
            continue
        doors = tuple(w for w in network.space_ways[i] if w < network.openings)
        to_lock = tuple(w for w in doors if openings[w].lock != "none" and openings[w].state == "no")
        lockable = bool(doors) and all(openings[w].lock != "none" or _leads_out_only(network, w) for w in doors)
        found.append(Room(i, doors, to_lock, lockable))
    return tuple(found)


def locked_at_start(network: Network) -> Flags:
    """Return whether each way is locked at the start against who wants to enter each side, shape (ways, 2)."""
    sides = [[_is_locked_against(network, w, k) for k in (0, 1)] for w in range(network.ways)]
    return np.array(sides, dtype=bool).reshape(-1, 2)


def shut_at_start(network: Network, rooms: Iterable[Room]) -> frozenset[int]:
    """Return the spaces of the rooms that nobody enters without a key at the start: no way in is open."""

    def is_shut(way: int, space: int) -> bool:
        side = network.side(way, space)
        return _is_locked_against(network, way, side) or not network.passable[way, side]

    return frozenset(r.space for r in rooms if r.doors and all(is_shut(way, r.space) for way in r.doors))


def opens_by_card(network: Network) -> Flags:
    """Return whether each way has a card lock, shape (ways, 1); a stair has no lock."""
    cards = [o.lock == "access-control" for o in network.plan.openings] + [False] * len(network.plan.flights)
    return np.array(cards, dtype=bool).reshape(-1, 1)


def _leads_out_only(network: Network, way: int) -> bool:
    inward = network.passable[way, network.inner_sides[way]]
    return way in network.exits and (not inward or network.plan.openings[way].state == "outside")


def _is_locked_against(network: Network, way: int, side: int) -> bool:
    if way >= network.openings:
        return False
    state = network.plan.openings[way].state
    return state == "both" or (state == "outside" and side == int(network.inner_sides[way]))


__all__ = ["Room", "locked_at_start", "opens_by_card", "rooms_of", "shut_at_start"]
