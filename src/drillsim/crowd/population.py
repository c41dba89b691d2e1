"""Population of one drill: group, speeds, premovement and start point of each person.

Common random numbers. Mixes are compared on the same persons, so that the difference between two mixes is not blurred by
other persons in each. Every draw is therefore addressed and not taken from a sequence: the seat's name 'home space
id/number' is the key, and stream name, seed and replication make up the rest of the address. A person has the same speed
wherever the bell schedule puts it; a change in one room, another mix or another scenario leaves the draws of all others
as they are. One uniform number decides a person's speeds on the level and on stairs together: the quick are quick on both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np

from drillsim.crowd.laws import Pace
from drillsim.crowd.seating import Floats, Ints, Seats, points_on_floors
from drillsim.quantities import Spread, inverse_normal
from drillsim.streams.streams import Streams


@dataclass(frozen=True)
class GroupLaw:
    """The laws one group is drawn by."""

    name: str
    share: float
    """Share of all people; shares are scaled to add up to one."""
    level: Spread
    """Level speed, m/s."""
    premovement: Spread
    """Order heard to first step, seconds."""
    stair_up: Spread | None = None
    """Speed up stairs, m/s along the slope; None where it follows from the level speed and the stair."""
    stair_down: Spread | None = None
    class_share: float = 0.0
    """Share of the premovement that everybody of a home space has in common; the rest is each person's own."""


@dataclass(frozen=True)
class Population:
    """The people of one drill, person by person."""

    slots: tuple[str, ...]
    space: Ints
    x: Floats
    y: Floats
    seat: Ints
    level_mps: Floats
    stair_up_mps: Floats
    """(persons,) assigned speed up stairs; NaN where it follows from the level speed."""
    stair_down_mps: Floats
    premovement_s: Floats
    group: Ints
    """(persons,) index into `groups`."""
    groups: tuple[str, ...]
    paces: tuple[Pace, ...] = ()
    """Stair speed over level speed, down and up, by group: what the potentials of the group count a flight with; 0 where it
    follows from the steps. Where empty, those of each group's people, in the middle."""
    arrives_s: Floats | None = None
    """(persons,) seconds at which each comes into its space, NaN for who is there from the start; None where all are."""

    def __len__(self) -> int:
        return len(self.space)

    @cached_property
    def pace_of_group(self) -> tuple[Pace, ...]:
        """Stair speed over level speed, down and up, of each group."""
        return self.paces or tuple(self._middle_pace(group) for group in range(len(self.groups)))

    def _middle_pace(self, group: int) -> Pace:
        who = self.group == group
        down, up = (
            self._middle_ratio(own[who], self.level_mps[who]) for own in (self.stair_down_mps, self.stair_up_mps)
        )
        return down, up

    def _middle_ratio(self, stair_mps: Floats, level_mps: Floats) -> float:
        own = np.isfinite(stair_mps)
        return float(np.median(stair_mps[own] / level_mps[own])) if own.any() else 0.0

    def in_group(self, name: str) -> Ints:
        """Return the persons of a group."""
        return np.flatnonzero(self.group == self.groups.index(name)) if name in self.groups else np.zeros(0, np.int64)


def draw_population(seats: Seats, streams: Streams, groups: Sequence[GroupLaw]) -> Population:
    """Return the people of one drill: start points uniform on the floor, group, speeds and premovement by seat.

    One draw decides a person's speeds on the level and on stairs together: who is quick is quick on both.
    """
    u0, u1 = (streams.uniforms("people.place", seats.words, index) for index in (0, 1))
    x, y = points_on_floors(seats, u0, u1)
    total = sum(law.share for law in groups)
    bounds = np.cumsum([law.share / total for law in groups])[:-1]
    group = np.searchsorted(bounds, streams.uniforms("people.group", seats.words), side="right").astype(np.int64)
    members = [np.flatnonzero(group == index) for index in range(len(groups))]
    u = streams.uniforms("people.speed", seats.words)
    return Population(
        slots=seats.slots,
        space=seats.space,
        x=x,
        y=y,
        seat=seats.seat,
        level_mps=_drawn([law.level for law in groups], members, u),
        stair_up_mps=_drawn([law.stair_up for law in groups], members, u),
        stair_down_mps=_drawn([law.stair_down for law in groups], members, u),
        premovement_s=_premovements(groups, members, seats, streams),
        group=group,
        groups=tuple(law.name for law in groups),
        paces=tuple(pace_of(law) for law in groups),
    )


def _premovements(groups: Sequence[GroupLaw], members: Sequence[Ints], seats: Seats, streams: Streams) -> Floats:
    """Return each person's premovement: its class's draw and its own, in shares of the law of its group (rule A 13).

    A class starts when its teacher says so. Both draws are quantiles of the same law, so that its ends and its mean stay.
    """
    laws = [law.premovement for law in groups]
    own_s = _drawn(laws, members, streams.uniforms("people.premovement", seats.words))
    if not any(law.class_share for law in groups):
        return own_s
    of_class = streams.uniforms("people.premovement.class", seats.class_words)[seats.class_rank]
    class_s, share = _drawn(laws, members, of_class), np.zeros(len(own_s))
    for law, group in zip(groups, members, strict=True):
        share[group] = law.class_share
    return np.asarray(share * class_s + (1.0 - share) * own_s)


def pace_of(law: GroupLaw) -> Pace:
    """Return the stair speed over the level speed, down and up, of the person in the middle of a group; 0 by the steps."""
    level = law.level.quantile(0.5)
    down, up = (0.0 if own is None else own.quantile(0.5) / level for own in (law.stair_down, law.stair_up))
    return down, up


def _drawn(laws: Sequence[Spread | None], members: Sequence[Ints], u: Floats) -> Floats:
    """Return each person's quantile of the law of its group; NaN where the group has none."""
    found = np.full(len(u), np.nan)
    for law, group in zip(laws, members, strict=True):
        if law is not None and len(group):
            found[group] = quantiles(law, u[group])
    return found


def nobody(groups: Sequence[str]) -> Population:
    """Return a population of no one, with groups of these names."""
    none, empty = np.zeros(0), np.zeros(0, np.int64)
    return Population(
        slots=(), space=empty, x=none, y=none, seat=empty, level_mps=none, stair_up_mps=none, stair_down_mps=none,
        premovement_s=none, group=empty, groups=tuple(groups),
    )  # fmt: skip


def _standard_normal(u: Floats) -> Floats:
    """Return the inverse normal distribution by the standard library, so that no other library's version moves a draw."""
    return np.fromiter(map(inverse_normal, u.tolist(), repeat(0.0), repeat(1.0)), np.float64, len(u))


def quantiles(spread: Spread, u: Floats) -> Floats:
    """Return the quantiles of a spread for many numbers between 0 and 1; as Spread.quantile of each."""
    a, b, c = spread.a, spread.b, spread.c
    if spread.form == "constant":
        return np.full(len(u), a)
    if spread.form == "uniform":
        return np.asarray(a + (b - a) * u)
    if spread.form == "triangular":
        if c <= a:
            return np.full(len(u), a)
        rising = a + np.sqrt(u * (c - a) * (b - a))
        return np.where(u < (b - a) / (c - a), rising, c - np.sqrt((1 - u) * (c - a) * (c - b)))
    if spread.form == "exponential":
        value = -a * np.log1p(-u)
    elif spread.form == "lognormal":
        value = a * np.exp(b * _standard_normal(u))
    else:
        value = a + b * _standard_normal(u)
    return np.asarray(np.minimum(np.maximum(value, spread.low), spread.high))
