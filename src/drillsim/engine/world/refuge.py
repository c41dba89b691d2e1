"""Places of refuge: who cannot leave the building without a stair, and which spaces such a person may wait in."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.population import Population
from drillsim.engine.world.world import World
from drillsim.scenario.people import Refuge
from drillsim.scenario.vocabulary import Place

Ints = NDArray[np.int64]


def refuge_of(world: World, wish: Refuge, people: Population, space: Ints) -> tuple[Ints, Ints]:
    """Return the persons who make for a refuge when an evacuation is ordered, and its spaces; both rising numbers.

    It is for persons of the wished groups who, where they are, can leave the building only by a stair, and reach one of
    the spaces without one. Everybody else leaves: also who is on a stair, outside, or on a level without a refuge.

    space
        (persons,) where each is when the order is given, below 0 on a stair or outside.
    """
    spaces = refuge_spaces(world, wish.spaces)
    indices = [people.groups.index(name) for name in wish.groups if name in people.groups]
    makes_for = ~without_stairs(world) & without_stairs(world, spaces.tolist())
    wanted = np.isin(people.group, np.array(indices, dtype=np.int64)) & (space >= 0)
    return np.flatnonzero(wanted & makes_for[np.maximum(space, 0)]), spaces


def refuge_spaces(world: World, places: Iterable[Place]) -> Ints:
    """Return the numbers of the spaces that are named by id or use, rising, each once; KeyError for an unknown id."""
    index = world.plan.space_index
    found: set[int] = set()
    for place in places:
        ids = [place] if isinstance(place, str) else world.ids_of_uses((place["use"],))
        found |= {index[id_] for id_ in ids}
    return np.array(sorted(found), dtype=np.int64)


def without_stairs(world: World, goals: Iterable[int] | None = None) -> NDArray[np.bool_]:
    """Return, per space, whether one can walk from it to one of the goals through the inside and by no stair.

    goals
        Spaces; the outside and the outdoor spaces where none are given. A goal reaches itself; an outdoor space reaches
        nothing else. Locks and one-way openings are honoured as they are at the start.
    """
    network = world.network
    indoors = np.append(network.space_indoors, False)  # the last entry answers for -1, outside
    opens = network.passable & ~world.locked_at_start
    leads_from: dict[int, list[int]] = {}
    for way in (*range(network.openings), *network.ramps):
        for side in (0, 1):
            a, b = int(network.way_spaces[way, 1 - side]), int(network.way_spaces[way, side])
            if opens[way, side] and indoors[a]:
                leads_from.setdefault(b, []).append(a)
    ends = [int(s) for s in np.flatnonzero(~network.space_indoors)] + [-1] if goals is None else list(goals)
    reached, queue = set(ends), deque(ends)
    while queue:
        for space in leads_from.get(queue.popleft(), ()):
            if space not in reached:
                reached.add(space)
                queue.append(space)
    return np.isin(np.arange(len(indoors) - 1), sorted(reached))
