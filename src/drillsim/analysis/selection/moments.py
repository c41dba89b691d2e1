"""Mean differences of every pair of mixes with their standard errors: what procedures that select read.

An observation is one balanced round: one number per mix, all of the same random drills. Procedures never look at the
variance of a mix alone, since common random numbers make the mixes dependent; they use the variance of differences. Any
estimator of a paired difference can stand behind `moments`, weighted by strata or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

ROUND = 6
"""Decimals to which differences are rounded first, so that equal drills differ by exactly 0 on every platform."""
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class PairMoment:
    """One paired difference: mean, standard error, degrees of freedom, number of rounds; NaN where there is none."""

    difference: float
    error: float
    freedom: float
    rounds: int


@dataclass(frozen=True)
class Moments:
    """Differences of all pairs of k mixes; entry (i, j) is mix i minus mix j.

    difference
        (k, k) mean differences, antisymmetric; NaN without a round.
    error
        (k, k) their standard errors, symmetric; NaN below two rounds, 0 where every round differs by the same.
    freedom
        (k, k) degrees of freedom of the errors.
    rounds
        (k, k) numbers of rounds that both mixes have.
    """

    difference: Matrix
    error: Matrix
    freedom: Matrix
    rounds: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of mixes."""
        return len(self.difference)

    @property
    def variance(self) -> Matrix:
        """(k, k) variances of the difference in one round: rounds x error^2."""
        return np.asarray(self.rounds * self.error**2)

    def of(self, chosen: ArrayLike) -> Moments:
        """Return the moments of some mixes, by index."""
        at = np.ix_(np.asarray(chosen), np.asarray(chosen))
        return Moments(self.difference[at], self.error[at], self.freedom[at], self.rounds[at])


def moments(mixes: int, estimate: Callable[[int, int], PairMoment]) -> Moments:
    """Return the moments of `mixes` mixes from an estimator of one pair, which is asked for each i < j.

    estimate
        Called with i and j; returns the moments of mix i minus mix j.
    """
    difference, error, freedom = (np.full((mixes, mixes), np.nan) for _ in range(3))
    rounds = np.zeros((mixes, mixes), dtype=np.int64)
    np.fill_diagonal(difference, 0.0)
    np.fill_diagonal(error, 0.0)
    for i in range(mixes):
        for j in range(i + 1, mixes):
            pair = estimate(i, j)
            difference[i, j], difference[j, i] = pair.difference, -pair.difference
            error[i, j] = error[j, i] = pair.error
            freedom[i, j] = freedom[j, i] = pair.freedom
            rounds[i, j] = rounds[j, i] = pair.rounds
    return Moments(difference, error, freedom, rounds)


def moments_of_rounds(values: ArrayLike) -> Moments:
    """Return the moments of balanced rounds.

    values
        (n, k) one line per round, one column per mix; raises ValueError for another shape or a missing number.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2 or not np.all(np.isfinite(x)):
        raise ValueError(f"balanced rounds are a table of numbers, rounds by mixes, not of shape {x.shape}")
    return moments(x.shape[1], lambda i, j: pair_moment(x[:, i] - x[:, j]))


def pair_moment(differences: ArrayLike) -> PairMoment:
    """Return the moments of the differences of one pair of mixes, each round weighing the same."""
    d = np.round(np.asarray(differences, dtype=np.float64), ROUND)
    n = d.size
    if n == 0:
        return PairMoment(np.nan, np.nan, np.nan, 0)
    spread = np.nan if n < 2 else 0.0 if bool(np.all(d == d[0])) else float(d.std(ddof=1))
    return PairMoment(float(d.mean()), spread / n**0.5, float(n - 1), n)
