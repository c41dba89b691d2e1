"""Parts of the building that walls separate, and the spaces by what they are: outdoors, halls, rooms to come in to."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from drillsim.crowd.states import ON_STAIR
from drillsim.engine.world.rooms import Room
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import Network
from drillsim.plan.passage import out_spaces


def parts_of(network: Network) -> dict[int, int]:
    """Return the part of the building each space belongs to, by space; outdoor spaces together are part -1.

    Two indoor spaces are of one part where one can walk from one to the other without leaving the building, whatever
    the locks.
    """
    indoors, sides = network.space_indoors, network.way_spaces
    inside = sides[(sides >= 0).all(axis=1)]
    inside = inside[indoors[inside].all(axis=1)]
    joined = csr_array((np.ones(len(inside)), (inside[:, 0], inside[:, 1])), shape=(len(indoors), len(indoors)))
    part = connected_components(joined, directed=False)[1].tolist()
    return {space: part[space] if indoors[space] else -1 for space in range(len(indoors))}


def rooms_to_come_in_to(plan: FloorPlan, part: dict[int, int], rooms: Iterable[Room]) -> tuple[int, ...]:
    """Return the rooms of every part of the building that has halls; all rooms where no part has any.

    Somebody who is called in does not go to a portable classroom, which is a part of its own without a hall.
    """
    with_halls = {part[i] for i, s in enumerate(plan.spaces) if s.is_circulation}
    spaces = tuple(r.space for r in rooms)
    return tuple(s for s in spaces if part[s] in with_halls) or spaces


def outdoors_of(plan: FloorPlan) -> frozenset[int]:
    """Return the drawn outdoor spaces that count as out."""
    out = out_spaces(plan)
    return frozenset(i for i, s in enumerate(plan.spaces) if s.id in out)


def halls_of(plan: FloorPlan) -> frozenset[int]:
    """Return the spaces of circulation, and ON_STAIR for the flights between levels."""
    return frozenset(i for i, s in enumerate(plan.spaces) if s.is_circulation) | {ON_STAIR}


__all__ = ["halls_of", "outdoors_of", "parts_of", "rooms_to_come_in_to"]
