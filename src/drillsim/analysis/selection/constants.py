"""Critical constants of procedures that rank and select: Kim-Nelson, Rinott, Dudewicz-Dalal, Dunnett.

Kim-Nelson is used by `selection.sequential`, Dunnett by the blocked form of `selection.best`. Rinott's and
Dudewicz-Dalal's constants belong to procedures for independent samples, which common random numbers make needless; they
are here because their published values check the quadrature (`drillsim verify --suite statistics`).

Integrals over chi-square laws are Gauss-Legendre sums over all but 1e-15 of each tail. Powers of a probability close to 1
are taken through its complement, so that constants for a million mixes keep their digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import erfc
from scipy.stats import chi2, norm, t

NODES = 400
"""Nodes of each quadrature; twice as many change no constant by 1e-9."""
_TAIL = 1e-15


def kim_nelson_eta(mixes: int, first: int, alpha: float = 0.05, *, independent: bool = False, c: int = 1) -> float:
    """Return eta of Kim and Nelson (2001) for `mixes` mixes and a first stage of `first` drills.

        c = 1:  eta = ((2 beta)^(-2 / (first - 1)) - 1) / 2,  beta = alpha / (mixes - 1)
        c > 1:  sum over l = 1 .. c of (-1)^(l + 1) (1 - [l = c] / 2) (1 + 2 eta (2c - l) l / c)^(-(first - 1) / 2) = beta

    independent
        beta = 1 - (1 - alpha)^(1 / (mixes - 1)), valid without common random numbers only.

    Raises ValueError for fewer than 2 mixes or 2 first drills, alpha outside (0, 1), or c below 1.
    """
    if mixes < 2:
        raise ValueError(f"a choice needs at least 2 mixes, not {mixes}")
    if first < 2:
        raise ValueError(f"a variance needs at least 2 first drills, not {first}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not {alpha}")
    if c < 1:
        raise ValueError(f"c is 1 or more, not {c}")
    beta = 1 - (1 - alpha) ** (1 / (mixes - 1)) if independent else alpha / (mixes - 1)
    if c == 1:
        return max(0.0, 0.5 * (math.pow(2 * beta, -2 / (first - 1)) - 1))

    def excess(eta: float) -> float:
        terms = [
            (-1) ** (one + 1)
            * (0.5 if one == c else 1.0)
            * (1 + 2 * eta * (2 * c - one) * one / c) ** (-(first - 1) / 2)
            for one in range(1, c + 1)
        ]
        return math.fsum(terms) - beta

    return _root(excess, 1e-9, 1.0)


def kim_nelson_h2(mixes: int, first: int, alpha: float = 0.05, *, independent: bool = False, c: int = 1) -> float:
    """Return h^2 = 2 c eta (first - 1); 11.42941 for 5 mixes, 10 first drills, alpha 0.05."""
    return 2 * c * kim_nelson_eta(mixes, first, alpha, independent=independent, c=c) * (first - 1)


@lru_cache(maxsize=64)
def rinott_h(mixes: int, freedom: int, level: float = 0.95) -> float:
    """Return Rinott's h (1978) for independent normal samples of `freedom` + 1 first drills; 4.045 for 10, 50, 0.975.

    int [int Phi(h / sqrt(nu (1/x + 1/y))) f(x) dx]^(mixes - 1) f(y) dy = level,  f the chi-square density of nu
    """
    _check(mixes, freedom, level)
    x, weight = _chi2_nodes(freedom)
    scale = 1 / np.sqrt(freedom * (1 / x[:, None] + 1 / x[None, :]))

    def excess(h: float) -> float:
        missed = weight @ (0.5 * erfc(h * scale / math.sqrt(2)))
        return float(weight @ _power(missed, mixes - 1)) - level

    return _root(excess, 0.0, 8.0)


@lru_cache(maxsize=64)
def dudewicz_dalal_h(mixes: int, freedom: int, level: float = 0.95) -> float:
    """Return the h of Dudewicz and Dalal (1975), h1 of Law and Kelton's table 10.11; 2.872 for 3, 19, 0.95.

    int F(u + h)^(mixes - 1) f(u) du = level,  F and f the t distribution of `freedom`
    """
    _check(mixes, freedom, level)
    grid, step = _legendre(NODES)  # by the quantile of u, so that heavy tails need no bound
    u, weight = t.ppf((grid + 1) / 2, freedom), step / 2

    def excess(h: float) -> float:
        return float(weight @ _power(t.sf(u + h, freedom), mixes - 1)) - level

    return _root(excess, 0.0, 8.0)


@lru_cache(maxsize=64)
def dunnett_d(contrasts: int, freedom: float, level: float = 0.95) -> float:
    """Return the one-sided critical value of Dunnett (1955) for contrasts to one mix, correlated 1/2; 2.30 for 4, 20, 0.95.

    P(max over i of T_i <= d) = level,  T_i = (Z_i + Z_0) / sqrt(2) / (chi_nu / sqrt(nu))
    """
    _check(contrasts + 1, freedom, level)
    z, weight_z = _legendre(200)
    z, weight_z = 9 * z, 9 * weight_z * norm.pdf(9 * z)
    x, weight_x = _chi2_nodes(freedom)
    spread = np.sqrt(x / freedom)[None, :]

    def excess(d: float) -> float:
        missed = norm.sf(math.sqrt(2) * d * spread - z[:, None])
        return float(weight_z @ _power(missed, contrasts) @ weight_x) - level

    return _root(excess, 0.0, 8.0)


def budget_shares(means: ArrayLike, deviations: ArrayLike) -> NDArray[np.float64]:
    """Return the shares of a fixed number of drills by optimal computing budget allocation (Chen 2000), smallest mean best.

        N_i / N_j = ((s_i / d_i) / (s_j / d_j))^2,  N_b = s_b sqrt(sum over i of N_i^2 / s_i^2),  d_i distance to the best

    An oracle only: unequal numbers of drills break pairs. Raises ValueError for ties with the best or a zero deviation.
    """
    m, s = np.asarray(means, dtype=np.float64), np.asarray(deviations, dtype=np.float64)
    best = int(np.argmin(m))
    rest = np.arange(m.size) != best
    if not np.all(m[rest] > m[best]) or not np.all(s > 0):
        raise ValueError("allocation needs one best mean and positive deviations")
    counts = np.zeros(m.size)
    counts[rest] = (s[rest] / (m[rest] - m[best])) ** 2
    counts[best] = s[best] * math.sqrt(float(((counts[rest] / s[rest]) ** 2).sum()))
    return np.asarray(counts / counts.sum())


def _check(mixes: int, freedom: float, level: float) -> None:
    if mixes < 2 or freedom < 1 or not 0 < level < 1:
        raise ValueError(f"needs 2 or more mixes, 1 or more degrees of freedom and a level below 1: {mixes}, {freedom}, {level}")  # fmt: skip


def _legendre(nodes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    grid, weight = np.polynomial.legendre.leggauss(nodes)
    return np.asarray(grid), np.asarray(weight)


def _chi2_nodes(freedom: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return nodes of the chi-square law and their weights, which sum to 1; even in the square root of x."""
    grid, step = _legendre(NODES)
    low, high = (math.sqrt(float(v)) for v in (chi2.ppf(_TAIL, freedom), chi2.isf(_TAIL, freedom)))
    root = low + (grid + 1) / 2 * (high - low)
    weight = chi2.pdf(root**2, freedom) * 2 * root * step * (high - low) / 2
    return root**2, weight / weight.sum()


def _power(missed: NDArray[np.float64], exponent: int) -> NDArray[np.float64]:
    """Return (1 - missed)^exponent."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(exponent * np.log1p(-np.minimum(missed, 1.0))))


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    """Return the zero of a monotone function above `low`."""
    sign = excess(low) > 0
    while (excess(high) > 0) == sign and high < 1e9:
        high *= 2
    return float(brentq(excess, low, high, xtol=1e-12, rtol=1e-12))
