"""Arrivals: persons who come in while a drill runs, from Poisson sources.

The gaps between arrivals are drawn by the source's own stream, one after the other, and everybody who comes has a slot of
its own: a source more or less, or a later end, leaves every other draw alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np

from drillsim.crowd.population import GroupLaw, Population, draw_population, quantiles
from drillsim.crowd.seating import Floats, seats_in
from drillsim.plan.model import FloorPlan
from drillsim.quantities import Spread
from drillsim.streams.streams import Streams, slot_words


@dataclass(frozen=True)
class ArrivalSource:
    """A Poisson source of people."""

    space: int
    """Space they come into."""
    number: int
    """Its number among the sources of that space, from 0."""
    rate_ps: float
    """Expected persons per second, above 0."""
    from_s: float
    to_s: float
    """Nobody comes at or after this time."""
    groups: tuple[GroupLaw, ...]
    """Groups they are drawn from."""


def arrival_times(source: ArrivalSource, slot: str, streams: Streams) -> Floats:
    """Return the seconds at which people come, rising; (n,), empty where the source ends before anybody does.

    slot
        Names the source in the stream 'people.source'; the index of a draw is the number of the arrival.
    """
    gap = Spread(kind="time", form="exponential", a=1.0 / source.rate_ps)
    expected = source.rate_ps * max(0.0, source.to_s - source.from_s)
    block = ceil(expected + 4.0 * sqrt(expected)) + 1
    words, u = slot_words([slot]), np.zeros(0)
    while True:
        more = [streams.uniforms("people.source", words, len(u) + i) for i in range(block)]
        u = np.concatenate([u, *more])
        times = np.cumsum(np.concatenate([[source.from_s], quantiles(gap, u)]))[1:]
        if times[-1] >= source.to_s:
            return times[times < source.to_s]


def add_arrivals(people: Population, plan: FloorPlan, sources: Sequence[ArrivalSource], streams: Streams) -> Population:
    """Return the people together with those who come in later; they set off at once, without premovement.

    Numbers of those who are there from the start stay; who comes later follows, by source and then by time. Without
    a source the people are returned as they are.
    """
    if not sources:
        return people
    parts, arrives = [people], [np.full(len(people), np.nan)]
    for source in sources:
        id_ = plan.spaces[source.space].id
        times = arrival_times(source, f"{id_}/{source.number}", streams)
        slots = tuple(f"{id_}/source-{source.number}/{k}" for k in range(len(times)))
        here = np.full(len(times), source.space, dtype=np.int64)
        seats = seats_in(plan, slots, home=here, space=here, seat=np.arange(len(times), dtype=np.int64))
        parts.append(replace(draw_population(seats, streams, source.groups), premovement_s=np.zeros(len(times))))
        arrives.append(times)
    return _together(parts, np.concatenate(arrives))


def _together(parts: Sequence[Population], arrives_s: Floats) -> Population:
    groups = tuple(dict.fromkeys(name for part in parts for name in part.groups))
    number = [np.array([groups.index(name) for name in part.groups], dtype=np.int64) for part in parts]
    return Population(
        slots=tuple(slot for part in parts for slot in part.slots),
        space=np.concatenate([part.space for part in parts]),
        x=np.concatenate([part.x for part in parts]),
        y=np.concatenate([part.y for part in parts]),
        seat=np.concatenate([part.seat for part in parts]),
        level_mps=np.concatenate([part.level_mps for part in parts]),
        stair_up_mps=np.concatenate([part.stair_up_mps for part in parts]),
        stair_down_mps=np.concatenate([part.stair_down_mps for part in parts]),
        premovement_s=np.concatenate([part.premovement_s for part in parts]),
        group=np.concatenate([of[part.group] for of, part in zip(number, parts, strict=True)]),
        groups=groups,
        paces=tuple(next(p.pace_of_group[p.groups.index(name)] for p in parts if name in p.groups) for name in groups),
        arrives_s=arrives_s,
    )
