"""Estimators for one sample of drills: restricted means, quantiles, shares, paired differences, adjusted p-values.

Censoring. Every drill is watched to the same horizon tau. A time that is not reached by then is right-censored at
tau, for all drills alike, so no survival curve has to be estimated: the restricted mean survival time (Royston and
Parmar 2013) is the plain mean of min(T, tau). It is a mean of what was observed, comparable only at equal tau, and a
lower bound of the mean of T. Quantiles need no bound: unreached drills rank last, and a quantile is known as soon as
its rank falls on a reached drill; otherwise it is reported as beyond tau.

Intervals. A quantile gets the distribution-free interval between two order statistics, whose ranks come from the
binomial distribution (Conover 1999, section 3.2); it holds for every continuous law, and small samples have no upper
or lower limit. Shares get Wilson's score interval (Wilson 1927), which stays within 0 and 1.

Comparisons. Two mixes play the same random drills, so the difference is taken within each drill and its mean is tested
with the paired t statistic: variation that both share cancels. Several mixes against one make a family of tests;
Holm's step-down rule (Holm 1979) bounds the chance of any false claim in it at the level of the test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom, norm, t

LEVEL = 0.95
"""Confidence level of all intervals."""


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence limits; None where the sample is too small for one."""

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
    """Return the mean and its t interval, mean +- t(n - 1) s / sqrt(n).

    sample
        (n,) values; times already restricted to tau. No value gives no mean, a single one no limits, equal values an
        interval of width 0.
    """
    x = np.asarray(sample, dtype=np.float64)
    if x.size == 0:
        return Interval(None, None, None)
    mean = float(x.mean())
    if x.size < 2:
        return Interval(mean, None, None)
    half = float(t.ppf(0.5 + level / 2, x.size - 1)) * standard_deviation(x) / math.sqrt(x.size)
    return Interval(mean, mean - half, mean + half)


def standard_deviation(x: NDArray[np.float64]) -> float:
    """Return the sample standard deviation with n - 1; exactly 0 where all values are equal, free of rounding."""
    return 0.0 if bool(np.all(x == x[0])) else float(x.std(ddof=1))


def rank_interval(n: int, share: float, *, level: float = LEVEL) -> tuple[int | None, int | None]:
    """Return the ranks, from 1, of the two order statistics that bound a quantile; None where n has no such rank.

        low = F^-1(alpha / 2),  high = F^-1(1 - alpha / 2) + 1,  F the binomial distribution of n and share

    The interval covers the quantile with at least the level. For share 0.9 both limits exist from n = 36 on (ranks 29
    and 36).
    """
    if n < 1:
        return None, None
    low = int(binom.ppf((1 - level) / 2, n, share))
    high = int(binom.ppf(0.5 + level / 2, n, share)) + 1
    return (low if low >= 1 else None), (high if high <= n else None)


def quantile(values: ArrayLike, reached: ArrayLike, share: float, *, level: float = LEVEL) -> Quantile:
    """Return the time by which a share of the drills has reached a state: the order statistic of rank ceil(share n).

    values
        (n,) one per drill; ignored where not reached.
    reached
        (n,) whether the drill reached the state by the horizon; unreached drills rank last.
    share
        Between 0 and 1; a share that is a multiple of 1 / n up to rounding takes that rank.
    """
    x, ok = np.asarray(values, dtype=np.float64), np.asarray(reached, dtype=np.bool_)
    if x.size == 0:
        return Quantile(None, None, None)
    ordered = np.sort(x[ok])

    def order_statistic(rank: int | None) -> tuple[float | None, bool]:
        if rank is None:
            return None, False
        return (float(ordered[rank - 1]), False) if rank <= ordered.size else (None, True)

    low, high = rank_interval(x.size, share, level=level)
    value, over = order_statistic(max(1, math.ceil(share * x.size - 1e-9)))
    top, top_over = order_statistic(high)
    return Quantile(value, order_statistic(low)[0], top, over, top_over)


def wilson(hits: int, n: int, *, level: float = LEVEL) -> Interval:
    """Return a share with Wilson's score interval.

        (p + z^2/2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n),  p = hits / n

    81 of 263 give 0.2553 to 0.3662. No hit has the lower limit 0 exactly, all hits the upper limit 1. n = 0 gives
    no share.
    """
    if n == 0:
        return Interval(None, None, None)
    z, p = float(norm.ppf(0.5 + level / 2)), hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == n else min(1.0, middle + half)
    return Interval(p, low, high)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted by Holm's step-down rule, in the given order.

        p_(i)* = max over j <= i of min(1, (m - j + 1) p_(j)),  p_(1) <= ... <= p_(m)

    An untested comparison (None) stays None and does not count towards m.
    """
    known = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for place, (p, i) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - place)))
        adjusted[i] = highest
    return adjusted


@dataclass(frozen=True)
class Paired:
    """Mean difference of two mixes over the drills that both played.

    n
        Number of pairs.
    difference
        Mean of first minus second, with its paired-t interval.
    p
        Two-sided p-value of the paired t test, not adjusted; None below two pairs.
    share_faster, share_tied
        Share of pairs in which the first is lower by more than TIE, and in which both are equal within TIE.
    """

    n: int
    difference: Interval
    p: float | None
    share_faster: float | None
    share_tied: float | None
    error: float | None = None
    """Standard error of the mean difference; 0 without spread, None below two pairs."""
    freedom: float | None = None
    """Degrees of freedom of the standard error."""
    variance_reduction: float | None = None
    """Variance of the difference with drills of its own for each mix, over that on the same drills; None without spread."""


FEWEST_PAIRS = 6
"""Fewest pairs for a test: with five, even one sign in all of them has p = 0.0625 in the sign test."""
TIE = 1e-3
"""Differences up to this, in the unit of the measure (1 ms for times), are ties."""
ROUND = 6
"""Decimals to which differences are rounded first, so that equal drills differ by exactly 0 on every platform."""


def paired_difference(first: ArrayLike, second: ArrayLike, *, level: float = LEVEL) -> Paired:
    """Return mean(first - second) with its paired-t interval, two-sided p and the share of pairs won.

    first, second
        (n,) values of the same drills in the same order; raises ValueError for unequal lengths.

    Without any spread between the pairs p is 1 for no difference and 0 for a constant one. No pair gives no
    difference; a single one no interval and no p.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"pairs need equal numbers of drills, not {a.size} and {b.size}")
    d = np.round(a - b, ROUND)
    if d.size == 0:
        return Paired(0, Interval(None, None, None), None, None, None)
    interval, p, error, freedom = mean_interval(d, level=level), None, None, None
    if d.size >= 2:
        error, freedom, mean = standard_deviation(d) / math.sqrt(d.size), float(d.size - 1), float(d.mean())
        if error == 0.0:
            p = 1.0 if mean == 0.0 else 0.0
        else:
            p = float(2 * t.sf(abs(mean) / error, freedom))
    won, tied = float((d < -TIE).mean()), float((np.abs(d) <= TIE).mean())
    return Paired(d.size, interval, p, won, tied, error, freedom)


def equivalence_p(pair: Paired, matters: float) -> float | None:
    """Return the p-value of two one-sided t tests (Schuirmann 1987) that a mean difference lies within +-matters.

        p = max(P(T > (d + matters) / se), P(T < (d - matters) / se))  under the differences at the two limits

    Without spread p is 0 inside the limits and 1 elsewhere; None below two pairs.
    """
    mean, error, freedom = pair.difference.value, pair.error, pair.freedom
    if mean is None or error is None or freedom is None:
        return None
    if error == 0.0:
        return 0.0 if abs(mean) < matters else 1.0
    return float(t.sf((matters - abs(mean)) / error, freedom))
