"""One sample of drills: restricted means, quantiles by order statistics, shares, paired differences.

Every drill is watched to the same horizon tau, so a time never reached is known to be beyond tau: it enters a
mean as tau (the restricted mean, RMST) and keeps its place, last, in the order from which quantiles are read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom, norm, t

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval; None where the sample does not give one."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Quantile:
    """A quantile with its order-statistic interval.

    value, low, high
        None where the order statistic lies beyond the horizon (`over`, `high_over`) or where the sample is
        too small for a limit.
    over, high_over
        Whether the quantile, or the upper limit of its interval, lies beyond the horizon: '> tau'.
    """

    value: float | None
    low: float | None
    high: float | None
    over: bool = False
    high_over: bool = False


def mean_interval(sample: ArrayLike, *, level: float = LEVEL) -> Interval:
    """Return the mean with its t interval, mean +- t(n-1) s / sqrt(n); no limits below two values."""
    x = np.asarray(sample, dtype=np.float64)
    if x.size == 0:
        return Interval(None, None, None)
    mean = float(x.mean())
    if x.size < 2:
        return Interval(mean, None, None)
    half = float(t.ppf(0.5 + level / 2, x.size - 1)) * standard_deviation(x) / math.sqrt(x.size)
    return Interval(mean, mean - half, mean + half)


def standard_deviation(x: NDArray[np.float64]) -> float:
    """Return the sample standard deviation; exactly 0 when all values are equal."""
    return 0.0 if bool(np.all(x == x[0])) else float(x.std(ddof=1))


def rank_interval(n: int, share: float, *, level: float = LEVEL) -> tuple[int | None, int | None]:
    """Return the ranks, from 1, of the order statistics that bound a quantile; None where n is too small.

    lo = binom.ppf(alpha/2, n, share), hi = binom.ppf(1 - alpha/2, n, share) + 1. The least n with both limits
    for 9 of 10 is 36: the 29th and the 36th.
    """
    if n < 1:
        return None, None
    low = int(binom.ppf((1 - level) / 2, n, share))
    high = int(binom.ppf(0.5 + level / 2, n, share)) + 1
    return (low if low >= 1 else None), (high if high <= n else None)


def quantile(values: ArrayLike, reached: ArrayLike, share: float, *, level: float = LEVEL) -> Quantile:
    """Return the value by which a share of the drills is through: the order statistic of rank ceil(share n).

    values
        One per drill; ignored where not reached.
    reached
        Whether the drill got there by the horizon; the others stand last in the order.
    """
    x, ok = np.asarray(values, dtype=np.float64), np.asarray(reached, dtype=np.bool_)
    if x.size == 0:
        return Quantile(None, None, None)
    ordered = np.sort(x[ok])

    def at(rank: int | None) -> tuple[float | None, bool]:
        if rank is None:
            return None, False
        return (float(ordered[rank - 1]), False) if rank <= ordered.size else (None, True)

    low, high = rank_interval(x.size, share, level=level)
    value, over = at(max(1, math.ceil(share * x.size - 1e-9)))
    top, top_over = at(high)
    return Quantile(value, at(low)[0], top, over, top_over)


def wilson(hits: int, n: int, *, level: float = LEVEL) -> Interval:
    """Return a share with its Wilson score interval (81 of 263: 0.2553 to 0.3662); nothing for n = 0."""
    if n == 0:
        return Interval(None, None, None)
    z, p = float(norm.ppf(0.5 + level / 2)), hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == n else min(1.0, middle + half)
    return Interval(p, low, high)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return Holm's step-down adjusted p-values; a None stays None and does not count in the family."""
    known = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for place, (p, i) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - place)))
        adjusted[i] = highest
    return adjusted


@dataclass(frozen=True)
class Paired:
    """A difference of means over the same drills.

    share_faster, share_tied
        Share of the pairs in which the first is lower, and in which both are equal within 1 ms.
    """

    n: int
    difference: Interval
    p: float | None
    share_faster: float | None
    share_tied: float | None


TIE = 1e-3
_ROUND = 6


def paired_difference(first: ArrayLike, second: ArrayLike, *, level: float = LEVEL) -> Paired:
    """Return mean(first - second) with its paired-t interval, two-sided p and the share of pairs won.

    Both are given in the same order of drills. Without any spread between the pairs p is 1 for no
    difference and 0 for a constant one; fewer than two pairs have neither interval nor p.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"pairs need equal numbers of drills, not {a.size} and {b.size}")
    d = np.round(a - b, _ROUND)
    if d.size == 0:
        return Paired(0, Interval(None, None, None), None, None, None)
    interval, p = mean_interval(d, level=level), None
    if d.size >= 2:
        spread, mean = standard_deviation(d), float(d.mean())
        if spread == 0.0:
            p = 1.0 if mean == 0.0 else 0.0
        else:
            p = float(2 * t.sf(abs(mean) / (spread / math.sqrt(d.size)), d.size - 1))
    return Paired(d.size, interval, p, float((d < -TIE).mean()), float((np.abs(d) <= TIE).mean()))
