"""Multiple comparisons with the best (Hsu 1984): which mixes are possibly best, and by how much the others are worse.

Smaller is better, as times are. For every mix the procedure bounds the distance to the best of the others, all bounds
holding at once with the stated level. It needs the one-sided widths of all pairs:

    paired  w_ij = t(1 - alpha / (k - 1), nu_ij) se_ij           Bonferroni; any correlation and any variances
    blocked w    = d(k - 1, (k - 1)(n - 1)) S sqrt(2 / n)        Nelson 1993; narrower, needs equal variances of differences

The first is the default. With m = -mean, U_i = max(0, min over j of m_i - m_j + w_ij), G = {i : no m_i - m_j + w_ij < 0},
L_i = 0 where G = {i}, else min(0, min over j in G, j not i, of m_i - m_j - w_ij); [L_i, U_i] holds m_i less the best other m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t

from drillsim.analysis.selection.constants import dunnett_d
from drillsim.analysis.selection.moments import Matrix, Moments, moments_of_rounds


@dataclass(frozen=True)
class BestSet:
    """Which mixes are possibly best.

    possibly_best
        (k,) whether no other mix is better beyond doubt; true for at least one.
    worse_low, worse_high
        (k,) bounds of the distance behind the best of the others, in the unit of the measure: negative is ahead of it.
        NaN where too few rounds give none.
    level
        Confidence with which all bounds hold at once.
    """

    possibly_best: NDArray[np.bool_]
    worse_low: NDArray[np.float64]
    worse_high: NDArray[np.float64]
    level: float

    @property
    def indices(self) -> list[int]:
        """Indices of the mixes that are possibly best, ascending."""
        return [int(i) for i in np.flatnonzero(self.possibly_best)]


def possibly_best(paired: Moments, *, level: float = 0.95) -> BestSet:
    """Return which mixes are possibly best by paired-Bonferroni widths.

    One mix alone is best. Mixes that tie in every round are all kept. A pair with fewer than two rounds decides nothing.
    """
    k = len(paired)
    if k == 1:
        return BestSet(np.array([True]), np.zeros(1), np.zeros(1), level)
    share = (1 - level) / (k - 1)
    with np.errstate(invalid="ignore"):
        factor = t.isf(share, np.where(paired.freedom > 0, paired.freedom, np.nan))
    return _against_best(-paired.difference, np.asarray(factor * paired.error), level)


def behind_best(paired: Moments, *, level: float = 0.95) -> tuple[Matrix, Matrix]:
    """Return bounds of how far each mix is behind the best of the others, from two-sided intervals of all pairs at once.

        max over j of d_ij - w_ij  <=  mu_i - min over j of mu_j  <=  max over j of d_ij + w_ij,
        w_ij = t(1 - alpha / (k (k - 1)), nu_ij) se_ij

    The bounds of `possibly_best` end at 0 for a mix that is not best; these tell how much worse it is. (k,) each; infinite
    where too few rounds give none, 0 for one mix alone.
    """
    k = len(paired)
    if k == 1:
        return np.zeros(1), np.zeros(1)
    with np.errstate(invalid="ignore"):
        factor = t.isf((1 - level) / (k * (k - 1)), np.where(paired.freedom > 0, paired.freedom, np.nan))
    width = np.asarray(factor * paired.error)
    width = np.where(np.isnan(width), np.inf, width)
    gap = np.where(np.isnan(paired.difference), 0.0, paired.difference)
    low, high = gap - width, gap + width
    np.fill_diagonal(low, -np.inf)
    np.fill_diagonal(high, -np.inf)
    return np.asarray(low.max(axis=1)), np.asarray(high.max(axis=1))


def possibly_best_blocked(values: ArrayLike, *, level: float = 0.95) -> BestSet:
    """Return which mixes are possibly best by the blocked form, for differences of equal variance.

    values
        (n, k) balanced rounds; raises ValueError below 2 rounds.
    """
    x = np.asarray(values, dtype=np.float64)
    paired = moments_of_rounds(x)
    n, k = x.shape
    if n < 2:
        raise ValueError(f"the blocked form needs at least 2 rounds, not {n}")
    if k == 1:
        return possibly_best(paired, level=level)
    half = blocked_width(x, level=level)
    return _against_best(-paired.difference, np.full((k, k), half), level)


def blocked_width(values: ArrayLike, *, level: float = 0.95) -> float:
    """Return the width of the blocked form, d S sqrt(2 / n), with S^2 the residual variance of rounds and mixes."""
    x = np.asarray(values, dtype=np.float64)
    n, k = x.shape
    residual = x - x.mean(axis=1, keepdims=True) - x.mean(axis=0, keepdims=True) + x.mean()
    freedom = (k - 1) * (n - 1)
    spread = math.sqrt(float((residual**2).sum()) / freedom)
    return dunnett_d(k - 1, freedom, level) * spread * math.sqrt(2 / n)


def _against_best(ahead: Matrix, width: Matrix, level: float) -> BestSet:
    """Return the constrained intervals from m_i - m_j and the widths; an unknown width is infinite."""
    k = len(ahead)
    width = np.where(np.isnan(width), np.inf, width)
    ahead = np.where(np.isnan(ahead), 0.0, ahead)
    upper, lower = ahead + width, ahead - width
    for table, nothing in ((upper, np.inf), (lower, np.inf)):
        np.fill_diagonal(table, nothing)
    reach = upper.min(axis=1)
    kept = reach >= 0
    low = np.zeros(k)
    for i in range(k):
        rivals = kept.copy()
        rivals[i] = False
        if rivals.any():
            low[i] = min(0.0, float(lower[i, rivals].min()))
    high = np.maximum(0.0, reach)
    finite = [np.where(np.isfinite(v), v, np.nan) for v in (-high, -low)]
    return BestSet(kept, finite[0] + 0.0, finite[1] + 0.0, level)
