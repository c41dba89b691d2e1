"""Who is on campus in many studies at once: drills of the seed, and those added for states that these hardly show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from drillsim.record.presence import RARE, WEEKDAY, Chances, ForcedPresence, State, joint_states, presence_text
from drillsim.study.strata import NEGLIGIBLE, SHOWN, rare_share

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Law:
    """What chance decides about the presence of all mixes of a scenario."""

    mixes: Mapping[str, Chances]

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Units that some mix leaves to chance."""
        return tuple(sorted({unit for one in self.mixes.values() for unit in one.units}))

    @cached_property
    def weekdays(self) -> tuple[str, ...]:
        """Days of which each is as likely; empty where no mix follows them."""
        return next((one.weekdays for one in self.mixes.values() if one.weekdays), ())

    def code(self, mix: str, state: State) -> int:
        """Return the number of a state of a mix."""
        one = self.mixes[mix]
        bits = sum(1 << k for k, unit in enumerate(sorted(one.units)) if unit in state.away)
        return bits + (self.weekdays.index(state.weekday) << len(one.units) if one.weekdays else 0)

    def joint(self, names: Sequence[str]) -> tuple[list[tuple[State, ...]], NDArray[np.float64], Ints]:
        """Return all states of some mixes on the same drills, their probabilities, and their numbers as `ManyStudies.codes`."""
        found = joint_states([self.mixes[name] for name in names], least=0.0)
        states, chances = [s for s, p in found if p > 0.0], np.array([p for _, p in found if p > 0.0])
        return states, chances, self.numbers(names, states)

    def numbers(self, names: Sequence[str], states: Iterable[tuple[State, ...]]) -> Ints:
        """Return one number for each joint state of some mixes."""
        told = [[self.code(name, one) for name, one in zip(names, state, strict=True)] for state in states]
        return _together(np.array(told, dtype=np.int64).reshape(-1, len(names)).T)


@dataclass(frozen=True)
class ManyStudies:
    """Drills of many studies of one size, as far as presence goes; (m,) arrays have one value per drill of all of them.

    study
        (m,) number of the study, ascending.
    forced
        (m,) place in `texts` of the presence that the drill was forced to; -1 where it was drawn.
    seen
        By mix, (m,) number of its state.
    texts
        Presences that drills were forced to.
    """

    law: Law
    studies: int
    runs: int
    study: Ints
    forced: Ints
    seen: Mapping[str, Ints]
    texts: tuple[ForcedPresence, ...]

    def codes(self, names: Sequence[str]) -> Ints:
        """Return (m,) the number of the joint state of some mixes."""
        return _together(np.array([self.seen[name] for name in names]))

    def of(self, kept: NDArray[np.bool_]) -> ManyStudies:
        """Return the studies with some of their drills."""
        seen = {name: numbers[kept] for name, numbers in self.seen.items()}
        return replace(self, study=self.study[kept], forced=self.forced[kept], seen=seen)

    @cached_property
    def drawn(self) -> Ints:
        """(studies,) drills of the seed."""
        return np.bincount(self.study[self.forced < 0], minlength=self.studies)

    @cached_property
    def numbers_forced(self) -> Ints:
        """(studies, texts) drills that each study forced to each presence."""
        added = self.forced >= 0
        key = self.study[added] * len(self.texts) + self.forced[added]
        return np.bincount(key, minlength=self.studies * len(self.texts)).reshape(self.studies, -1)

    def places(self, names: Sequence[str]) -> tuple[list[tuple[State, ...]], NDArray[np.float64], Ints]:
        """Return all joint states of some mixes, their probabilities, and (m,) which of them each drill is in."""
        states, chances, numbers = self.law.joint(names)
        order = np.argsort(numbers)
        return states, chances, order[np.searchsorted(numbers[order], self.codes(names))]


def _together(codes: Ints) -> Ints:
    """Return one number for each column of some small numbers."""
    found = np.zeros(codes.shape[1], dtype=np.int64)
    for one in codes:
        found = (found << 16) + one
    return found


def make_studies(law: Law, *, studies: int, runs: int, rng: np.random.Generator, in_turn: bool = False) -> ManyStudies:
    """Return many studies, with the drills that `study.strata.added_drills` adds to each.

    in_turn
        Whether weekdays follow each other, as those of whole days do, instead of being drawn.
    """
    drawn = np.repeat(np.arange(studies), runs)
    luck, day = _draws(law, drawn.size, rng)
    if in_turn:
        day = np.tile(np.arange(runs) % max(1, len(law.weekdays)), studies)
    seen = {name: _codes(law, name, luck, day) for name in law.mixes}
    wanted = _wanted(law, seen, studies, runs, rng)
    number = np.array([n for _, n in wanted], dtype=np.int64).reshape(len(wanted), studies).T
    added = np.repeat(np.tile(np.arange(len(wanted)), studies), number.ravel())
    more_luck, more_day = _draws(law, added.size, rng)
    for place, (text, _) in enumerate(wanted):
        mine = added == place
        for k, unit in enumerate(law.units):
            if unit in text:
                more_luck[mine, k] = -1.0 if text[unit] else 2.0
        if WEEKDAY in text:
            more_day[mine] = law.weekdays.index(str(text[WEEKDAY]))
    study = np.concatenate([drawn, np.repeat(np.arange(studies), number.sum(axis=1))])
    forced = np.concatenate([np.full(drawn.size, -1), added])
    luck, day = np.concatenate([luck, more_luck]), np.concatenate([day, more_day])
    order = np.argsort(study, kind="stable")
    seen = {name: _codes(law, name, luck[order], day[order]) for name in law.mixes}
    return ManyStudies(law, studies, runs, study[order], forced[order], seen, tuple(text for text, _ in wanted))


def _draws(law: Law, drills: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], Ints]:
    """Return for each drill a number in 0 to 1 for each unit, and the place of the weekday."""
    return rng.random((drills, len(law.units))), rng.integers(0, max(1, len(law.weekdays)), drills)


def _codes(law: Law, mix: str, luck: NDArray[np.float64], day: Ints) -> Ints:
    """Return the number of the state of a mix in each drill, as `Law.code`: a unit is away where its number is not below its chance."""
    one = law.mixes[mix]
    found = day << len(one.units) if one.weekdays else np.zeros(len(luck), dtype=np.int64)
    for k, unit in enumerate(sorted(one.units)):
        found = found + ((luck[:, law.units.index(unit)] >= one.units[unit]).astype(np.int64) << k)
    return found


Wanted = list[tuple[ForcedPresence, Ints]]


def _wanted(law: Law, seen: Mapping[str, Ints], studies: int, runs: int, rng: np.random.Generator) -> Wanted:
    """Return the presences that drills are added for, and of each (studies,) how many."""
    lacks = [_lacks(law, name, seen[name].reshape(studies, runs), rng) for name in law.mixes]
    open_, found = np.ones(studies, dtype=bool), dict[str, Ints]()
    texts = {presence_text(p): p for lack in lacks for p in lack}
    for shown in range(SHOWN, 1, -1):
        wanted = {text: np.zeros(studies, dtype=np.int64) for text in texts}
        for lack in lacks:
            for text, number in lack.of(shown).items():
                wanted[text] = np.maximum(wanted[text], number)
        fits = open_ & (sum(wanted.values(), np.zeros(studies, dtype=np.int64)) <= 2 * runs)
        for text, number in wanted.items():
            found[text] = found.get(text, np.zeros(studies, dtype=np.int64)) + np.where(fits, number, 0)
        open_ &= ~fits
    return [(texts[text], found[text]) for text in sorted(found)]


@dataclass(frozen=True)
class _Lacks:
    """What one mix lacks in each study.

    common
        Text of the presence that forces each common state.
    counts
        (studies, common) drills of the seed in each.
    rare
        (studies, SHOWN) which of `rare_texts` the drills added for the states below RARE are forced to.
    rare_count
        (studies,) drills of the seed in these states.
    """

    presences: Mapping[str, ForcedPresence]
    common: tuple[str, ...]
    counts: Ints
    rare_texts: tuple[str, ...]
    rare: Ints
    rare_count: Ints

    def __iter__(self) -> Iterator[ForcedPresence]:
        return iter(self.presences.values())

    def of(self, shown: int) -> dict[str, Ints]:
        """Return by text (studies,) the drills to add so that every state is seen `shown` times."""
        found = {text: np.maximum(0, shown - self.counts[:, k]) for k, text in enumerate(self.common)}
        is_added = np.arange(self.rare.shape[1]) < (shown - self.rare_count)[:, None]
        for k, text in enumerate(self.rare_texts):
            found[text] = ((self.rare == k) & is_added).sum(axis=1)
        return found


def _lacks(law: Law, name: str, seen: Ints, rng: np.random.Generator) -> _Lacks:
    """Return what a mix lacks, from (studies, runs) the states that its drills of the seed are in."""
    one = law.mixes[name]
    states, chances, numbers = law.joint([name])
    is_common = chances >= RARE * (1.0 - 1e-12)
    counts = np.array([(seen == number).sum(axis=1) for number in numbers]).T
    texts = (
        {presence_text(forced := s[0].forced(one.units)): forced for s in states} if one.units or one.weekdays else {}
    )
    names = list(texts) if texts else []
    common = [k for k in range(len(states)) if is_common[k]] if texts else []
    rare = [k for k in range(len(states)) if not is_common[k]] if texts else []
    has_rare = rare and rare_share(one, [states[k][0] for k in common]) >= NEGLIGIBLE
    share = chances[rare] / chances[rare].sum() if has_rare else np.ones(1)
    drawn = rng.choice(len(share), size=(seen.shape[0], SHOWN), p=share)
    return _Lacks(
        texts,
        tuple(names[k] for k in common),
        counts[:, common],
        tuple(names[k] for k in rare) if has_rare else (),
        drawn,
        counts[:, rare].sum(axis=1) if has_rare else np.full(seen.shape[0], SHOWN),
    )
