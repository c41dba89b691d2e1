"""Means, quantiles and shares of drills that are weighed by strata, or that hold several incidents each.

A drill, or a whole day, gives one or several values. With the drills of stratum g, their weights w, sums of values t and
numbers of values c, and the probabilities P of the strata:

    m_g = sum(w t) / sum(w c)                                       mean of a stratum
    e = w (t - m_g c) / (sum(w c) - w c)                            what leaving a drill out shifts it by
    v_g = (n - 1) / n sum(e^2)                                      its variance (jackknife), the drill being the unit
    m = sum(P m_g),  v = sum(P^2 v_g),  f = v^2 / sum((P^2 v_g)^2 / (n_g - 1))   (Satterthwaite 1946)

and the interval m +- t(f) sqrt(v). One stratum of one value each is the plain t interval. Of drills to which the measure does not
apply a stratum loses its share. Incidents of a day are one cluster (Cochran 1977, chapter 9); since a few bad days may hold
most of what counts, f of days is no more than the spread of their e allows.

Shares: Clopper-Pearson limits l_g, u_g of each stratum, with its effective number of drills (Korn and Graubard 1998), are
put together by the method of variance estimates recovery (Zou, Huang and Zhang 2009):

    low = p - sqrt(sum(P^2 (p_g - l_g)^2)),  high = p + sqrt(sum(P^2 (u_g - p_g)^2))

One stratum gives the Clopper-Pearson interval, whose coverage is above 95 % by steps. Quantiles: all x whose share of values
up to x may be the wanted one; one stratum gives the interval between two order statistics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.stats import t

from drillsim.analysis.estimators import LEVEL, ROUND, TIE, Interval, Paired, Quantile
from drillsim.analysis.weights.strata import Strata

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class MeanEstimate:
    """An estimate with its standard error and the degrees of freedom of that; None where there are too few drills."""

    value: float | None
    error: float | None
    freedom: float | None

    def interval(self, level: float = LEVEL) -> Interval:
        """Return the t interval."""
        if self.value is None or self.error is None or self.freedom is None:
            return Interval(self.value, None, None)
        half = float(t.ppf(0.5 + level / 2, self.freedom)) * self.error if self.error else 0.0
        return Interval(self.value, self.value - half, self.value + half)


@dataclass(frozen=True)
class Weighed:
    """Values of drills, or of the incidents of days, with the strata of the drills.

    drill
        (n,) which of the drills of `strata` each value is of.
    strata
        Of all drills that were played to their end.
    is_day
        Whether a drill is a whole day with any number of values.
    """

    drill: NDArray[np.int64]
    strata: Strata
    is_day: bool = False

    @cached_property
    def _count(self) -> NDArray[np.float64]:
        """(drills,) number of values of each drill."""
        return np.bincount(self.drill, minlength=self.strata.stratum.size).astype(np.float64)

    @cached_property
    def _parts(self) -> list[tuple[float, NDArray[np.int64], Floats]]:
        """Of each stratum that has values: its share of them, the drills that have some, and their weights."""
        strata, parts = self.strata, []
        for number, probability in enumerate(strata.probability.tolist()):
            mine = strata.stratum == number
            has = mine & (self._count > 0)
            if has.any():
                applies = 1.0 if self.is_day else float(strata.weight[has].sum() / strata.weight[mine].sum())
                parts.append((probability * applies, np.flatnonzero(has), strata.weight[has]))
        whole = sum(part[0] for part in parts)
        return [(share / whole, drills, weight) for share, drills, weight in parts]

    def weights(self) -> Floats:
        """Return the weight of each value; they add up to 1."""
        found = np.zeros(self._count.size)
        for share, drills, weight in self._parts:
            found[drills] = share * weight / float((weight * self._count[drills]).sum())
        return found[self.drill]

    def mean(self, values: Floats) -> MeanEstimate:
        """Return the mean of some values with its standard error."""
        if not self.drill.size:
            return MeanEstimate(None, None, None)
        total = np.bincount(self.drill, weights=values, minlength=self._count.size)
        value, parts, shifts = 0.0, [], []
        for share, drills, weight in self._parts:
            count, n = self._count[drills], drills.size
            weighed = float((weight * count).sum())
            middle = float((weight * total[drills]).sum()) / weighed
            value += share * middle
            off = total[drills] - middle * count
            same = bool(np.all(total[drills] == total[drills[0]])) and bool(np.all(count == count[0]))
            shift = np.zeros(n) if same or n < 2 else weight * off / (weighed - weight * count)
            parts.append((share, n, (n - 1) / n * float((shift**2).sum())))
            shifts.append(share * shift)
        if sum(n for _, n, _ in parts) < 2:
            return MeanEstimate(value, None, None)
        widest = max(n * one for _, n, one in parts)
        parts = [(share, n, one if n > 1 else widest) for share, n, one in parts]
        variance = sum(share**2 * one for share, _, one in parts)
        spread = sum((share**2 * one) ** 2 / max(1, n - 1) for share, n, one in parts)
        freedom = variance**2 / spread if spread > 0.0 else float(sum(n for _, n, _ in parts) - len(parts) or 1)
        if self.is_day:
            freedom = min(freedom, _freedom_of(np.concatenate(shifts)))
        return MeanEstimate(value, math.sqrt(variance), freedom)

    def influences(self, values: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Return what each drill adds to the error of the mean, and its stratum: (drills,) each, 0 and -1 without a value.

            e_d = P_g sqrt((n - 1) / n) w_d (t_d - m_g c_d) / (sum(w c) - w_d c_d),  sum(e^2) = v

        so that the covariance of two means of the same drills is the sum of products. A stratum with one drill has the widest
        variance of the others, as in `mean`.
        """
        amount, number = np.zeros(self._count.size), np.full(self._count.size, -1, dtype=np.int64)
        total = np.bincount(self.drill, weights=values, minlength=self._count.size)
        widest = 0.0
        for place, (share, drills, weight) in enumerate(self._parts):
            count, n = self._count[drills], drills.size
            number[drills] = place
            if n > 1 and not (np.all(total[drills] == total[drills[0]]) and np.all(count == count[0])):
                weighed = float((weight * count).sum())
                off = weight * (total[drills] - float((weight * total[drills]).sum()) / weighed * count)
                amount[drills] = share * math.sqrt((n - 1) / n) * off / (weighed - weight * count)
                widest = max(widest, n * float((amount[drills] ** 2).sum()) / share**2)
        for share, drills, _ in self._parts:
            if drills.size == 1:
                amount[drills] = share * math.sqrt(widest)
        return amount, number

    def share(self, hits: Bools, *, level: float = LEVEL) -> Interval:
        """Return the share of hits among the values, with its interval."""
        if not self.drill.size:
            return Interval(None, None, None)
        found = [float((mine * hits).sum() / mine.sum()) for _, mine in self._weights]
        value, low, high = self._limits(found, self._effect(hits), level)
        return Interval(min(1.0, value), max(0.0, low), min(1.0, high))

    def by_stratum(self, hits: Bools) -> list[tuple[float, float, float]]:
        """Return, of each stratum that has values, its probability, the share of hits in it, and its effective number of values."""
        return [
            (share, float((mine * hits).sum() / mine.sum()), float(mine.sum() ** 2 / (mine**2).sum()))
            for share, mine in self._weights
        ]

    @cached_property
    def _weights(self) -> list[tuple[float, Floats]]:
        """Of each stratum that has values: its share of them, and the weight of each value in it, (n,)."""
        found = []
        for share, drills, weight in self._parts:
            each = np.zeros(self._count.size)
            each[drills] = weight
            found.append((share, each[self.drill]))
        return found

    def _limits(self, shares: Sequence[float], effect: float, level: float) -> tuple[float, float, float]:
        """Return a share and both limits from the share in each stratum."""
        value, below, above = 0.0, 0.0, 0.0
        for p, (share, mine) in zip(shares, self._weights, strict=True):
            effective = float(mine.sum() ** 2 / (mine**2).sum()) / effect
            low, high = clopper_pearson(min(1.0, p) * effective, effective, level=level)
            value += share * p
            below += (share * (p - low)) ** 2
            above += (share * (high - p)) ** 2
        return value, value - math.sqrt(below), value + math.sqrt(above)

    def _effect(self, hits: Bools) -> float:
        """Return the design effect of a share: its variance over that of values which are independent of each other."""
        if not self.is_day:
            return 1.0
        plain = 0.0
        for share, drills, _ in self._parts:
            mine = np.isin(self.drill, drills)
            p = float(hits[mine].mean())
            plain += share**2 * p * (1.0 - p) / float(self._count[drills].sum())
        error = self.mean(hits.astype(np.float64)).error
        return max(1.0, error**2 / plain) if plain > 0.0 and error is not None else 1.0

    def quantile(self, values: Floats, reached: Bools, share: float, *, level: float = LEVEL) -> Quantile:
        """Return the time by which a share of the values has been reached; what is not reached ranks last."""
        if not self.drill.size:
            return Quantile(None, None, None)
        ranked = np.where(reached, values, np.inf)
        times = np.unique(ranked)
        order = np.argsort(ranked, kind="stable")
        sums = [np.concatenate([[0.0], np.cumsum(mine[order]) / mine.sum()]) for _, mine in self._weights]
        upto = np.concatenate([[0], np.searchsorted(ranked[order], times, side="right")])

        def first(passes: Callable[[float, float, float], bool]) -> int:
            """Return the place of the first time at which a rising condition holds; 0 is before the first, -1 never."""
            bottom, top = 0, times.size
            if not passes(*limits(top)):
                return -1
            while bottom < top:
                middle = (bottom + top) // 2
                bottom, top = (bottom, middle) if passes(*limits(middle)) else (middle + 1, top)
            return bottom

        def limits(place: int) -> tuple[float, float, float]:
            return self._limits([float(one[upto[place]]) for one in sums], effect, level)

        def time_at(place: int) -> tuple[float | None, bool]:
            if place <= 0:
                return None, False
            return (None, True) if math.isinf(times[place - 1]) else (float(times[place - 1]), False)

        effect = 1.0
        best = first(lambda value, _low, _high: value >= share - 1e-9)
        effect = self._effect(ranked <= times[max(0, best - 1)])
        value, over = time_at(best)
        low, _ = time_at(first(lambda _value, _low, high: high > share))
        high, high_over = time_at(first(lambda _value, low, _high: low >= share))
        return Quantile(value, low, high, over, high_over)


def _freedom_of(shifts: Floats) -> float:
    """Return the degrees of freedom of sum(e^2) by the spread of its parts, 2 / (sum(e^4) / sum(e^2)^2 - 1 / n) (O'Neill 2014).

    About n for a normal law; few where a few days make the variance, which another sample may not show at all.
    """
    second, fourth = float((shifts**2).sum()), float((shifts**4).sum())
    left = fourth / second**2 - 1.0 / shifts.size if second > 0.0 else 0.0
    return max(1.0, 2.0 / left) if left > 1e-9 else math.inf


def clopper_pearson(hits: float, n: float, *, level: float = LEVEL) -> tuple[float, float]:
    """Return the exact limits of a share (Clopper and Pearson 1934), from beta quantiles; n need not be whole.

    81 of 263 give 0.2527 to 0.3676. No hit has the lower limit 0, all hits the upper limit 1.
    """
    tail = (1.0 - level) / 2.0
    low = 0.0 if hits <= 1e-9 else float(betaincinv(hits, n - hits + 1.0, tail))
    high = 1.0 if n - hits <= 1e-9 else float(betaincinv(hits + 1.0, n - hits, 1.0 - tail))
    return low, high


def weighed_difference(first: Floats, second: Floats, weighed: Weighed) -> Paired:
    """Return mean(first - second) of the values of two mixes that belong to each other, like `paired_difference`."""
    d = np.round(first - second, ROUND)
    if d.size == 0:
        return Paired(0, Interval(None, None, None), None, None, None)
    found, p = weighed.mean(d), None
    if found.error is not None and found.value is not None and found.freedom is not None:
        if found.error == 0.0:
            p = 1.0 if found.value == 0.0 else 0.0
        else:
            p = float(2 * t.sf(abs(found.value) / found.error, found.freedom))
    weights = weighed.weights()
    won, tied = (float(weights[which].sum()) for which in (d < -TIE, np.abs(d) <= TIE))
    return Paired(
        d.size,
        found.interval(),
        p,
        min(1.0, won),
        1.0 if bool(np.all(np.abs(d) <= TIE)) else tied,
        found.error,
        found.freedom,
    )
