"""Populations for the buildings of layouts.py: seats and speeds are drawn once, for both programs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from drillsim.crowd.laws import FREE_DENSITY_PM2, LEVEL_K_MPS, SLOPE_M2, stair_k_mps
from drillsim.crowd.population import Population
from layouts import RISER_M, TREAD_M, Layout

SPEED_MPS = (1.2, 0.15)
"""Mean and standard deviation of the free speed."""
SPEEDS_MPS = (0.75, 1.65)
"""Nobody is slower or faster: three standard deviations."""
FREE_SHARE = 1.0 - SLOPE_M2 * FREE_DENSITY_PM2
"""What the SFPE relation leaves of its speed constant up to 0.54 persons/m2."""


def seat_counts(layout: Layout, persons: int) -> list[int]:
    """Return the persons of each room, in proportion to its capacity; the remainder is spread one by one."""
    places = layout.places
    if persons > places:
        raise ValueError(f"{layout.name} holds {places} people, not {persons}")
    counts = [persons * room.places // places for room in layout.rooms]
    for k in range(persons - sum(counts)):
        counts[k % len(counts)] += 1
    return counts


def people_of(layout: Layout, persons: int, seed: int) -> Population:
    """Return people who all leave at once, from seats uniform in their rooms."""
    counts, rng = seat_counts(layout, persons), np.random.default_rng([seed, persons])
    index = {space["id"]: i for i, space in enumerate(layout.spaces)}
    low_x, low_y, high_x, high_y = np.repeat([room.box for room in layout.rooms], counts, axis=0).T
    unset = np.full(persons, np.nan)
    return Population(
        slots=tuple(f"s/{i}" for i in range(persons)),
        space=np.repeat([index[room.id] for room in layout.rooms], counts).astype(np.int64),
        x=low_x + (high_x - low_x) * rng.random(persons),
        y=low_y + (high_y - low_y) * rng.random(persons),
        seat=np.arange(persons),
        level_mps=np.clip(rng.normal(*SPEED_MPS, persons), *SPEEDS_MPS),
        stair_up_mps=unset,
        stair_down_mps=unset,
        premovement_s=np.zeros(persons),
        group=np.zeros(persons, dtype=np.int64),
        groups=("all",),
    )


def no_faster_than_the_relation(people: Population) -> Population:
    """Return the same people, whose free speed is at most what the SFPE relation gives on the level and down a stair."""
    level, stair = LEVEL_K_MPS * FREE_SHARE, stair_k_mps(RISER_M, TREAD_M) * FREE_SHARE
    own = people.level_mps
    return replace(people, level_mps=np.minimum(own, level), stair_down_mps=np.minimum(own, stair))
