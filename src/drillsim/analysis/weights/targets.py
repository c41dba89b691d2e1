"""Difference of two shares on the same drills, weighed by strata of presence.

In stratum g with n effective drills, Bonett and Price (2012) take p12 = (gained + 1) / (n + 2) and p21 = (lost + 1) / (n + 2); the
strata are put together by their probabilities P,

    d = sum(P (p12 - p21)),  v = sum(P^2 (p12 + p21 - (p12 - p21)^2) / (n + 2)),  d +- z sqrt(v)

One stratum is their interval. The test turns the sign of each drill around: where the mixes are alike, gained and lost are as likely
in every drill. With up to MOST_TURNED drills that tell them apart all signs are tried, else their sum is taken as normal. One
stratum is McNemar's exact test.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from drillsim.analysis.estimators import LEVEL, Interval
from drillsim.analysis.selection.targets import TargetPair, target_pair
from drillsim.analysis.weights.samples import PairedValues

MOST_TURNED = 12
"""Most drills whose signs are all tried: 4,096 sums."""
Floats = NDArray[np.float64]


def weighed_target_pair(both: PairedValues, *, level: float = LEVEL) -> TargetPair:
    """Return the difference of the shares of two mixes that meet a target, over the drills that both have.

    both
        1 where a mix met the target and 0 where it did not. Of school days the day is the unit of the interval and of the test.
    """
    a, b, weighed = both.first > 0.5, both.second > 0.5, both.weighed
    if not a.size or (weighed.strata.is_plain and not weighed.is_day):
        return target_pair(a, b, level=level)
    gap = both.first - both.second
    gained, lost = int((a & ~b).sum()), int((~a & b).sum())
    if weighed.is_day:
        difference = weighed.mean(gap).interval(level)
    else:
        difference = _stratified(weighed.by_stratum(a & ~b), weighed.by_stratum(~a & b), level)
    each: Floats = np.bincount(weighed.drill, weights=weighed.weights() * gap).astype(np.float64)
    return TargetPair(a.size, gained, lost, difference, _turned_p(each[np.abs(each) > 1e-12]))


def _stratified(
    gained: list[tuple[float, float, float]], lost: list[tuple[float, float, float]], level: float
) -> Interval:
    """Return the difference from the probability, the share of hits and the effective number of drills of each stratum."""
    value = middle = variance = 0.0
    for (probability, up, n), (_, down, _) in zip(gained, lost, strict=True):
        p12, p21 = (up * n + 1) / (n + 2), (down * n + 1) / (n + 2)
        value += probability * (up - down)
        middle += probability * (p12 - p21)
        variance += probability**2 * (p12 + p21 - (p12 - p21) ** 2) / (n + 2)
    half = float(norm.ppf(0.5 + level / 2)) * math.sqrt(variance)
    return Interval(value, max(-1.0, min(value, middle - half)), min(1.0, max(value, middle + half)))


def _turned_p(each: Floats) -> float:
    """Return the two-sided p-value of a sum whose terms could each have had the other sign."""
    if not each.size:
        return 1.0
    if each.size > MOST_TURNED:
        return float(2 * norm.sf(abs(each.sum()) / math.sqrt(float((each**2).sum()))))
    sums = np.array(list(product((-1.0, 1.0), repeat=each.size))) @ np.abs(each)
    return float((np.abs(sums) >= abs(each.sum()) - 1e-12).mean())
