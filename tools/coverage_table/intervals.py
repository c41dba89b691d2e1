"""Intervals of many studies at once: the estimators of `analysis.weights`, for all studies in a few array operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.stats import t

from coverage_table.presence import Ints, ManyStudies
from drillsim.analysis.estimators import LEVEL
from drillsim.analysis.weights.strata import FEWEST
from drillsim.record.presence import RARE, WEEKDAY, ForcedPresence, State

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Limits:
    """(studies,) an estimate with its confidence limits; NaN where there are none."""

    value: Floats
    low: Floats
    high: Floats

    def covers(self, truth: float) -> Bools:
        """Return (studies,) whether the truth is within the limits, which may be missed by rounding."""
        slack = 1e-9 * max(1.0, abs(truth))
        return np.asarray((self.low <= truth + slack) & (self.high >= truth - slack))


@dataclass(frozen=True)
class ManyWeighed:
    """Drills of many studies of one mix or pair, with their strata: `analysis.weights.weighted.Weighed` of each study.

    study, stratum, weight
        (m,) of each drill: its study, its stratum, and its weight inside that up to a factor.
    probability
        (studies, strata) probability of each stratum; 0 where a study has it not.
    is_day
        Whether a drill is a whole day with any number of values.
    """

    study: Ints
    stratum: Ints
    weight: Floats
    probability: Floats
    is_day: bool = False

    @cached_property
    def _key(self) -> Ints:
        return np.asarray(self.study * self.probability.shape[1] + self.stratum)

    def _sums(self, values: Floats | Bools) -> Floats:
        """Return (studies, strata) the sums of a value of each drill."""
        found = np.bincount(self._key, weights=values.astype(np.float64), minlength=self.probability.size)
        return np.asarray(found.reshape(self.probability.shape), dtype=np.float64)

    def _shares(self, count: Floats) -> Floats:
        """Return (studies, strata) the share of the values that each stratum stands for."""
        has = self._sums(count > 0) > 0
        whole = np.where(has, self.probability, 0.0)
        return np.asarray(whole / whole.sum(axis=1, keepdims=True))

    def mean(self, total: Floats, count: Floats) -> Limits:
        """Return the mean of all values, from the sum of the values of each drill and their number."""
        value, error, freedom = self._mean(total, count)
        half = np.where(error > 0.0, t.ppf(0.5 + LEVEL / 2, freedom) * error, 0.0)
        return Limits(value, value - half, value + half)

    def _mean(self, total: Floats, count: Floats) -> tuple[Floats, Floats, Floats]:
        """Return (studies,) means, their standard errors, and the degrees of freedom of these."""
        with np.errstate(divide="ignore", invalid="ignore"):
            weighed, n = self._sums(self.weight * count), self._sums(count > 0)
            middle = np.nan_to_num(self._sums(self.weight * total) / weighed)
            off = total - middle.ravel()[self._key] * count
            left = 1.0 - self.weight * count / weighed.ravel()[self._key]
            one = np.nan_to_num((n - 1) / n * self._sums(np.nan_to_num(self.weight * off / left) ** 2) / weighed**2)
            one[(n < 2) | (one < 1e-20 * (1.0 + middle**2))] = 0.0
            widest = (n * one).max(axis=1, keepdims=True)
            one = np.where(n == 1, widest, one)
            share = self._shares(count)
            variance = (share**2 * one).sum(axis=1)
            spread = ((share**2 * one) ** 2 / np.maximum(1, n - 1)).sum(axis=1)
            freedom = np.where(spread > 0.0, variance**2 / spread, np.maximum(1, n.sum(axis=1) - (n > 0).sum(axis=1)))
            if self.is_day:
                freedom = np.minimum(
                    freedom, self._freedom_of(share, self.weight * off / left / weighed.ravel()[self._key], n)
                )
        return (share * middle).sum(axis=1), np.sqrt(variance), freedom

    def _freedom_of(self, share: Floats, part: Floats, n: Floats) -> Floats:
        """Return (studies,) the degrees of freedom that the spread of the parts of the days leaves."""
        e = np.nan_to_num(part) * share.ravel()[self._key]
        second, fourth = self._sums(e**2).sum(axis=1), self._sums(e**4).sum(axis=1)
        left = fourth / second**2 - 1.0 / n.sum(axis=1)
        return np.asarray(np.where(left > 1e-9, np.maximum(1.0, 2.0 / left), np.inf))

    def share(self, hits: Floats, count: Floats) -> Limits:
        """Return the share of hits among all values, from the hits of each drill and the number of its values."""
        with np.errstate(divide="ignore", invalid="ignore"):
            mine, squares = self._sums(self.weight * count), self._sums(self.weight**2 * count)
            p = np.clip(np.nan_to_num(self._sums(self.weight * hits) / mine), 0.0, 1.0)
            effective = np.nan_to_num(mine**2 / squares) / self._effect(hits, count)[:, None]
        low, high = clopper_pearson(p * effective, effective)
        share = self._shares(count)
        value = (share * p).sum(axis=1)
        below, above = np.sqrt(((share * (p - low)) ** 2).sum(axis=1)), np.sqrt(((share * (high - p)) ** 2).sum(axis=1))
        return Limits(np.minimum(1.0, value), np.maximum(0.0, value - below), np.minimum(1.0, value + above))

    def _effect(self, hits: Floats, count: Floats) -> Floats:
        """Return (studies,) the design effect of a share."""
        if not self.is_day:
            return np.ones(len(self.probability))
        with np.errstate(divide="ignore", invalid="ignore"):
            counted = self._sums(count)
            p = np.nan_to_num(self._sums(hits) / counted)
            plain = np.nan_to_num(self._shares(count) ** 2 * p * (1.0 - p) / counted).sum(axis=1)
            found = self._mean(hits, count)[1] ** 2 / plain
        return np.asarray(np.maximum(1.0, np.nan_to_num(found, nan=1.0, posinf=1.0)))

    def covers_quantile(self, upto: Floats, below: Floats, count: Floats, share: float) -> Bools:
        """Return whether the interval of a quantile holds a time, from the values of each drill up to it and below it.

        The interval begins at the first time up to which the upper limit of the share of values is above the wanted share, and
        ends at the first up to which the lower limit has reached it; a limit that no time passes is open.
        """
        return np.asarray((self.share(upto, count).high > share) & (self.share(below, count).low < share))


def clopper_pearson(hits: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return the exact limits of many shares, as `analysis.weights.weighted.clopper_pearson`; of no values 0 and 1."""
    tail = (1.0 - LEVEL) / 2.0
    some, short = (n > 0) & (hits > 1e-9), (n > 0) & (n - hits > 1e-9)
    low, high = np.zeros(hits.shape), np.ones(hits.shape)
    low[some] = betaincinv(hits[some], n[some] - hits[some] + 1.0, tail)
    high[short] = betaincinv(hits[short] + 1.0, n[short] - hits[short], 1.0 - tail)
    return low, high


def weighed(many: ManyStudies, names: Sequence[str], *, is_day: bool = False) -> ManyWeighed:
    """Return the drills of many studies weighed by the states of some mixes: `analysis.weights.strata.strata_of` of each study."""
    states, chances, place = many.places(names)
    words = [tuple(map(str, state)) for state in states]
    rising = sorted(range(len(states)), key=lambda k: (chances[k], words[k]))
    seen = np.bincount(many.study * len(states) + place, minlength=many.studies * len(states))
    seen = seen.reshape(many.studies, len(states))
    own = (chances >= RARE * (1.0 - 1e-12)) & (seen >= FEWEST)
    together = seen.sum(axis=1) - (seen * own).sum(axis=1)
    left = np.maximum(0.0, 1.0 - (chances * own).sum(axis=1))
    for k in rising:
        few = own[:, k] & (together < FEWEST) & (left > 1e-12)
        together, left, own[few, k] = together + few * seen[:, k], left + few * chances[k], False
    left[(left <= 1e-12) & own.any(axis=1)] = 0.0
    weight_of = 1.0 / _expected(many, names, states)
    estimated = (seen * ~own * weight_of).sum(axis=1)
    left = np.where((together == 0) | (estimated >= left / 2), left, estimated)
    probability = np.concatenate([own * chances, left[:, None]], axis=1)
    is_own = own[many.study, place]
    return ManyWeighed(
        many.study,
        np.where(is_own, place, len(states)),
        np.where(is_own, 1.0, weight_of[many.study, place]),
        probability / probability.sum(axis=1, keepdims=True),
        is_day,
    )


def unweighted(many: ManyStudies, *, is_day: bool = False) -> ManyWeighed:
    """Return the drills of the seed with equal weights; those added are in no study."""
    of_seed = many.forced < 0
    none = np.zeros(int(of_seed.sum()), dtype=np.int64)
    return ManyWeighed(many.study[of_seed], none, np.ones(none.size), np.ones((many.studies, 1)), is_day)


def _expected(many: ManyStudies, names: Sequence[str], states: Sequence[tuple[State, ...]]) -> Floats:
    """Return (studies, states) the expected number of drills of each state, over its probability."""
    found = np.repeat(many.drawn[:, None].astype(np.float64), len(states), axis=1)
    for place, text in enumerate(many.texts):
        agrees = np.array([_agrees(many, names, text, state) for state in states])
        found += np.outer(many.numbers_forced[:, place] / _probability(many, names, text), agrees)
    return found


def _agrees(many: ManyStudies, names: Sequence[str], forced: ForcedPresence, states: tuple[State, ...]) -> bool:
    for name, state in zip(names, states, strict=True):
        law = many.law.mixes[name]
        if law.weekdays and forced.get(WEEKDAY, state.weekday) != state.weekday:
            return False
        if any(forced.get(unit, unit not in state.away) != (unit not in state.away) for unit in law.units):
            return False
    return True


def _probability(many: ManyStudies, names: Sequence[str], forced: ForcedPresence) -> float:
    laws = [many.law.mixes[name] for name in names]
    days = next((law.weekdays for law in laws if law.weekdays), ())
    found = 1.0 / len(days) if days and WEEKDAY in forced else 1.0
    for unit, here in forced.items():
        chances = [law.units[unit] for law in laws if unit in law.units]
        if chances:
            found *= min(chances) if here else 1.0 - max(chances)
    return found
