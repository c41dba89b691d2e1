"""Two mixes on the same drills beyond means: share that meets a target, drills won, nine of ten by, and dominance.

* A target. Only drills in which one mix meets it and the other does not tell the mixes apart: exact McNemar test on those,
  interval of the difference of shares by Bonett and Price (2012), which keeps its level in small samples.
* Drills won, tied and lost.
* A quantile. The order statistics of two mixes are too rough to subtract; Harrell and Davis (1982) weigh all of them, and leaving
  out one pair at a time gives the standard error. No random numbers, so that equal rows give equal digits. Times beyond the
  horizon count as the horizon: where a quantile is near it, read 'reached' first.
* Dominance. Mix A dominates B where A has reached at least as many drills at every instant. It is said where A was never behind
  in these drills, and is ahead beyond chance somewhere: above a band around the difference of the two curves, drawn from
  resampled pairs with one level for the whole curve. (A band that excludes being behind everywhere does not exist at the ends of
  the curves, where a drill or two decide.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, binomtest, norm, t

from drillsim.analysis.estimators import LEVEL, TIE, Interval, standard_deviation

RESAMPLED = 999
"""Resamples of pairs behind a band."""
_SEED = 20260101
"""Seed of the resamples: equal rows give equal bands."""


@dataclass(frozen=True)
class TargetPair:
    """Two mixes at one target.

    n
        Number of pairs.
    gained, lost
        Drills that only the first mix meets, and that only the second does.
    difference
        Share of the first less share of the second, with its interval.
    p
        Exact two-sided p-value of McNemar's test; 1 where no drill tells them apart, None without a pair.
    """

    n: int
    gained: int
    lost: int
    difference: Interval
    p: float | None


def target_pair(first: ArrayLike, second: ArrayLike, *, level: float = LEVEL) -> TargetPair:
    """Return the difference of two shares on the same drills.

        d +- z sqrt((p12 + p21 - (p12 - p21)^2) / (n + 2)),  p12 = (gained + 1) / (n + 2),  d = p12 - p21

    first, second
        (n,) whether each drill met the target; raises ValueError for unequal lengths. The estimate is the plain difference,
        the limits are Bonett and Price's, within -1 and 1.
    """
    a, b = np.asarray(first, dtype=np.bool_), np.asarray(second, dtype=np.bool_)
    if a.shape != b.shape:
        raise ValueError(f"pairs need equal numbers of drills, not {a.size} and {b.size}")
    n, gained, lost = a.size, int((a & ~b).sum()), int((~a & b).sum())
    if n == 0:
        return TargetPair(0, 0, 0, Interval(None, None, None), None)
    p12, p21 = (gained + 1) / (n + 2), (lost + 1) / (n + 2)
    half = float(norm.ppf(0.5 + level / 2)) * math.sqrt((p12 + p21 - (p12 - p21) ** 2) / (n + 2))
    low, high = max(-1.0, p12 - p21 - half), min(1.0, p12 - p21 + half)
    p = float(binomtest(gained, gained + lost, 0.5).pvalue) if gained + lost else 1.0
    return TargetPair(n, gained, lost, Interval((gained - lost) / n, low, high), p)


def clopper_pearson(hits: int, n: int, *, level: float = LEVEL) -> Interval:
    """Return a share with the exact interval of Clopper and Pearson (1934); 81 of 263 give 0.2527 to 0.3676."""
    if n == 0:
        return Interval(None, None, None)
    low = 0.0 if hits == 0 else float(beta.ppf((1 - level) / 2, hits, n - hits + 1))
    high = 1.0 if hits == n else float(beta.ppf(0.5 + level / 2, hits + 1, n - hits))
    return Interval(hits / n, low, high)


@dataclass(frozen=True)
class WinShare:
    """Shares of the drills in which the first mix is faster, ties within 1 ms, and is slower; they add up to 1."""

    won: float
    tied: float
    lost: float


def win_share(first: ArrayLike, second: ArrayLike) -> WinShare | None:
    """Return who won how many of the same drills; None without a drill."""
    d = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    if d.size == 0:
        return None
    won, tied = float((d < -TIE).mean()), float((np.abs(d) <= TIE).mean())
    return WinShare(won, tied, float((d > TIE).mean()))


def harrell_davis(sample: ArrayLike, share: float) -> float:
    """Return the quantile of Harrell and Davis: all order statistics, weighed by Beta((n + 1) q, (n + 1)(1 - q))."""
    x = np.sort(np.asarray(sample, dtype=np.float64))
    return float(_weights(x.size, share) @ x)


def quantile_pair(first: ArrayLike, second: ArrayLike, share: float = 0.9, *, level: float = LEVEL) -> Interval:
    """Return the difference of two quantiles on the same drills, first less second, with its jackknife t interval.

    first, second
        (n,) values of the same drills. Fewer than two drills give no interval, none no difference.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"pairs need equal numbers of drills, not {a.size} and {b.size}")
    n = a.size
    if n == 0:
        return Interval(None, None, None)
    value = harrell_davis(a, share) - harrell_davis(b, share)
    if n < 2:
        return Interval(value, None, None)
    left_out = np.round(_without_each(a, share) - _without_each(b, share), 6)
    error = standard_deviation(left_out) * (n - 1) / math.sqrt(n)
    half = float(t.ppf(0.5 + level / 2, n - 1)) * error
    return Interval(value, value - half, value + half)


def _weights(n: int, share: float) -> NDArray[np.float64]:
    edges = beta.cdf(np.arange(n + 1) / n, (n + 1) * share, (n + 1) * (1 - share))
    return np.asarray(np.diff(edges))


def _without_each(values: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return the quantile of Harrell and Davis with each value left out, in the order of the values."""
    n, order = values.size, np.argsort(values, kind="stable")
    x, weight = values[order], _weights(values.size - 1, share)
    below = np.concatenate([[0.0], np.cumsum(weight * x[:-1])])  # ranks below the one left out keep their place
    above = np.concatenate([np.cumsum((weight * x[1:])[::-1])[::-1], [0.0]])  # ranks above it move down by one
    out = np.empty(n)
    out[order] = below + above
    return out


@dataclass(frozen=True)
class Dominance:
    """Difference of two curves of drills reached, first less second, with a band of one level for the whole curve.

    instants
        (m,) times at which either curve steps, in the unit of the values.
    difference, low, high
        (m,) share of the drills reached by then.
    """

    instants: NDArray[np.float64]
    difference: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def holds(self) -> bool:
        """Whether the first mix dominates: never behind in these drills, and ahead beyond chance at some instant."""
        return bool((self.difference >= 0).all() and (self.low > 0).any())


def dominance(first: ArrayLike, second: ArrayLike, horizon: float, *, level: float = LEVEL) -> Dominance:
    """Return the curves of two mixes on the same drills beside each other, before the horizon.

    first, second
        (n,) T* = min(T, horizon); a drill at the horizon has not reached the state. Pairs are resampled, so that the band
        counts what the mixes share.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"pairs need equal numbers of drills, not {a.size} and {b.size}")
    instants = np.unique(np.concatenate([a, b]))
    instants = instants[instants < horizon]
    n = a.size
    if n == 0 or instants.size == 0:
        empty = np.empty(0)
        return Dominance(empty, empty, empty, empty)
    steps = (a[:, None] <= instants).astype(np.float64) - (b[:, None] <= instants)
    curve = steps.mean(axis=0)
    drawn = np.random.Generator(np.random.Philox(_SEED)).multinomial(n, np.full(n, 1 / n), size=RESAMPLED)
    widest = np.abs(drawn @ steps / n - curve).max(axis=1)
    half = float(np.sort(widest)[math.ceil(level * (RESAMPLED + 1)) - 1])
    return Dominance(instants, curve, curve - half, curve + half)
