"""Parts of the building that walls and locked doors separate."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from drillsim.crowd.states import ON_STAIR
from drillsim.engine.world.world import World
from drillsim.plan.model import FloorPlan


def parts_of(world: World) -> dict[int, int]:
    """Return the part of the building each space belongs to, by space; outdoor spaces together are part -1."""

    def make() -> dict[int, int]:
        indoors, sides = world.network.space_indoors, world.network.way_spaces
        inside = sides[(sides >= 0).all(axis=1)]
        inside = inside[indoors[inside].all(axis=1)]
        joined = csr_array((np.ones(len(inside)), (inside[:, 0], inside[:, 1])), shape=(len(indoors), len(indoors)))
        part = connected_components(joined, directed=False)[1].tolist()
        return {space: part[space] if indoors[space] else -1 for space in range(len(indoors))}

    return world.plan.memo("parts", make)


def rooms_inside(world: World) -> list[int]:
    """Return the rooms of every part of the building that has halls: a portable classroom is no place to come in to.

    All rooms where no part has halls.
    """

    def make() -> list[int]:
        part = parts_of(world)
        with_halls = {part[i] for i, s in enumerate(world.plan.spaces) if s.is_circulation}
        rooms = [r.space for r in world.rooms]
        return [s for s in rooms if part[s] in with_halls] or rooms

    return world.plan.memo("rooms inside", make)


def _outdoors_and_halls(plan: FloorPlan) -> tuple[frozenset[int], frozenset[int]]:
    spaces = list(enumerate(plan.spaces))
    outdoors = frozenset(i for i, s in spaces if s.use == "outdoors")
    return outdoors, frozenset(i for i, s in spaces if s.is_circulation) | {ON_STAIR}
