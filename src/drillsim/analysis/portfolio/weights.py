"""A weighted sum of means of several scenarios, and the weight at which it changes its sign: pure statistics.

Scenarios of one family meet the same drills: whoever is away in drill 7 of one is away in drill 7 of the other. So the means of two
scenarios are not independent, and the drill is the unit of the sum: with e_ds what drill d adds to the error of the mean of
scenario s (`Weighed.influences`) and weights f,

    value = sum(f_s m_s),  variance = sum over d of (sum over s of f_s e_ds)^2,
    degrees of freedom = v^2 / sum over strata g of (v_g^2 / (n_g - 1))                      (Satterthwaite 1946)

A drill that several scenarios have counts in the stratum of the first of them. One scenario gives its own interval.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

from drillsim.analysis.weights.weighted import MeanEstimate, Weighed

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """A mean of one scenario, and what each of its drills adds to the error.

    value
        None where no drill has the measure.
    drills
        (m,) names of the drills: equal names in two scenarios are the same drill.
    amounts, strata
        (m,) as `Weighed.influences` returns them.
    """

    value: float | None
    drills: Sequence[Hashable]
    amounts: Floats
    strata: NDArray[np.int64]


def part_of(weighed: Weighed, values: Floats, drills: Sequence[Hashable]) -> Part:
    """Return the mean of some values of drills with these names."""
    amounts, strata = weighed.influences(values)
    return Part(weighed.mean(values).value, drills, amounts, strata)


@dataclass(frozen=True)
class WeightedSum:
    """Means of k scenarios over the drills that they share, ready for any weights.

    values
        (k,) the means; NaN where there is none.
    amounts
        (drills, k) what each drill adds to the error of each mean.
    strata
        (drills,) number of the stratum of each drill.
    """

    values: Floats
    amounts: Floats
    strata: NDArray[np.int64]

    @cached_property
    def covariance(self) -> Floats:
        """(k, k) covariances of the means."""
        return np.asarray(self.amounts.T @ self.amounts)

    @cached_property
    def _sizes(self) -> NDArray[np.int64]:
        return np.bincount(self.strata)

    def at(self, weights: ArrayLike) -> MeanEstimate:
        """Return the weighted sum with its standard error and degrees of freedom; nothing where a mean is missing."""
        f = np.asarray(weights, dtype=np.float64)
        counted = f != 0
        if np.isnan(self.values[counted]).any():
            return MeanEstimate(None, None, None)
        value = float(f[counted] @ self.values[counted])
        if len(self.strata) < 2:
            return MeanEstimate(value, None, None)
        parts = np.bincount(self.strata, weights=(self.amounts @ f) ** 2)
        variance = float(parts.sum())
        spread = float((parts**2 / np.maximum(1, self._sizes - 1)).sum())
        freedom = (
            variance**2 / spread if spread > 0 else float(max(1, len(self.strata) - int(np.count_nonzero(self._sizes))))
        )
        return MeanEstimate(value, math.sqrt(variance), freedom)


def weighted_sum(parts: Sequence[Part]) -> WeightedSum:
    """Return the means of some scenarios with the drills that they share put together."""
    place: dict[Hashable, int] = {}
    strata: list[tuple[int, int]] = []
    for k, part in enumerate(parts):
        for drill, stratum in zip(part.drills, part.strata.tolist(), strict=True):
            if stratum >= 0 and drill not in place:
                place[drill] = len(strata)
                strata.append((k, stratum))
    number = {name: i for i, name in enumerate(dict.fromkeys(strata))}
    amounts = np.zeros((len(strata), len(parts)))
    for k, part in enumerate(parts):
        for drill, amount, stratum in zip(part.drills, part.amounts.tolist(), part.strata.tolist(), strict=True):
            if stratum >= 0:
                amounts[place[drill], k] = amount
    values = np.array([np.nan if part.value is None else part.value for part in parts])
    return WeightedSum(values, amounts, np.array([number[one] for one in strata], dtype=np.int64))


@dataclass(frozen=True)
class ZeroWeight:
    """The weight of one scenario at which a weighted sum is 0, with its interval; no upper limit is None."""

    weight: float
    low: float
    high: float | None


def zero_weight(total: WeightedSum, weights: ArrayLike, k: int, *, level: float = 0.95) -> ZeroWeight | None:
    """Return the weight of scenario k at which the sum is 0, all other weights as they are; None where no weight of 0 or more is.

    With A the sum of the others and d the mean of scenario k the sum is A + f d, so f = -A / d. The interval (Fieller 1954) holds
    every f of 0 or more at which the sum is not beyond doubt above or below 0:  (A + f d)^2 <= t^2 (c_AA + 2 f c_Ad + f^2 c_dd).
    """
    f = np.asarray(weights, dtype=np.float64)
    others, one = f.copy(), np.zeros(len(f))
    others[k], one[k] = 0.0, 1.0
    found = total.at(f)
    a, d = total.at(others).value, float(total.values[k])
    if a is None or found.freedom is None or d == 0.0 or a == 0.0 or -a / d < 0:
        return None
    factor = float(t.ppf(0.5 + level / 2, found.freedom)) ** 2
    c = total.covariance
    square = d**2 - factor * float(one @ c @ one)
    mixed = a * d - factor * float(others @ c @ one)
    plain = a**2 - factor * float(others @ c @ others)
    return _limits(-a / d, square, mixed, plain)


def _limits(at: float, square: float, mixed: float, plain: float) -> ZeroWeight:
    """Return the part of square f^2 + 2 mixed f + plain <= 0 that holds `at`, from 0 on."""
    inside = mixed**2 - square * plain
    if square == 0.0 or inside <= 0.0:  # at is a double root, or every weight holds
        return ZeroWeight(at, at, at) if square > 0.0 else ZeroWeight(at, 0.0, None)
    roots = sorted((-mixed + sign * math.sqrt(inside)) / square for sign in (-1.0, 1.0))
    if square > 0.0:
        return ZeroWeight(at, max(0.0, min(at, roots[0])), max(at, roots[1]))
    return ZeroWeight(at, 0.0, roots[0]) if at <= roots[0] else ZeroWeight(at, max(0.0, roots[1]), None)
