"""Lognormal law of response delays, fitted to a dispatch log by maximum likelihood, with a test of fit.

With x_i the delays and y_i = ln x_i, the median is exp(mean y) and sigma² = sum (y_i - mean y)² / n. The distance
between law and log is the Kolmogorov-Smirnov statistic. Since median and sigma are estimated from the same calls, its
tabulated distribution does not apply; the p-value comes from a parametric bootstrap: logs are drawn from the fitted
law and fitted anew (Lilliefors 1967 for the normal law).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import chi2, t

from drillsim.analysis.estimators import LEVEL, Interval, quantile
from drillsim.quantities import clock
from drillsim.streams.streams import Streams, slot_words

LEAST_CALLS = 10
"""Least number of calls from which a spread is estimated. Source: assumption A:log.least_calls."""
FEW_CALLS = 30
"""Number of calls below which the law is called rough. Source: assumption A:log.least_calls."""
CLOSE = 0.05
"""Largest distance between law and log, as a share of the calls, that counts as close whatever the p-value.
Source: assumption A:log.close_fit."""
USUAL_S = (30.0, 3600.0)
"""Range of medians in s; one beyond suggests a wrong column or unit. Source: assumption A:log.usual_median."""
_LOGS, _LEAST_LOGS, _DRAWN_CALLS = 999, 99, 3_000_000
"""Bootstrap logs for the p-value: usual and least number, and the calls drawn in all, which bounds the time."""
_MINUTE = 60.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DelayLaw:
    """Lognormal law of delays in seconds, with order statistics of the calls and the test of fit.

    median, sigma
        With 95 % intervals, under the law: t for the median, chi-squared for sigma.
    half_s, most_s
        Times by which half and 9 of 10 of the calls had an arrival: order statistics.
    step_s
        60 where the log knows whole minutes only, else 0.
    gap, p
        Largest distance between the shares of law and log, and the share of logs drawn from the law whose own gap is
        at least as large.
    """

    n: int
    median: Interval
    sigma: Interval
    least_s: float
    greatest_s: float
    half_s: float
    most_s: float
    step_s: float
    gap: float
    p: float

    @property
    def median_s(self) -> float:
        """The median of the law, in seconds."""
        return self.median.value or 0.0

    @property
    def log_sd(self) -> float:
        """Sigma, the standard deviation of the logarithm."""
        return self.sigma.value or 0.0

    def quantile_s(self, share: float) -> float:
        """Return the quantile of the law in s, 0 < share < 1."""
        return self.median_s * math.exp(self.log_sd * float(ndtri(share)))

    def cdf(self, seconds: Floats) -> Floats:
        """Return the distribution function of the law at times above 0 s."""
        return _cdf(seconds, math.log(self.median_s), self.log_sd)

    @property
    def verdict(self) -> Literal["good", "close", "poor"]:
        """Good: distance within chance; close: at most 5 of 100 calls apart; else poor."""
        if self.p >= 1 - LEVEL:
            return "good"
        return "close" if self.gap <= CLOSE else "poor"

    def written(self, *, clipped: bool = False) -> str:
        """Return the law as scenarios write it: '{median: 212 s, sigma: 0.48}'.

        clipped
            Cut to the least and the greatest delay of the log, rounded away from the middle.
        """
        parts = [f"median: {_seconds(self.median_s)} s", f"sigma: {self.log_sd:.3g}"]
        if clipped:
            parts += [f"low: {math.floor(self.least_s)} s", f"high: {math.ceil(self.greatest_s)} s"]
        return f"{{{', '.join(parts)}}}"


def _seconds(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def fit_delays(delays_s: Sequence[float] | Floats, *, seed: int = 1, logs: int = _LOGS) -> DelayLaw:
    """Fit a lognormal law to delays.

    delays_s
        Seconds, each above 0; at least LEAST_CALLS of them.
    seed
        Seed of the bootstrap; it affects the p-value only.
    logs
        Number of bootstrap logs; reduced for logs of many calls, to no fewer than 99.

    Raises ValueError for fewer calls or a delay not above 0. Equal delays give sigma 0, a gap of 0 and p = 1.
    """
    x = np.sort(np.asarray(delays_s, dtype=np.float64))
    n = x.size
    if n < LEAST_CALLS:
        raise ValueError(f"{n} calls; at least {LEAST_CALLS} are needed for a spread")
    if not (np.isfinite(x).all() and x[0] > 0):
        raise ValueError("a delay must be finite and above 0 s")
    step = _MINUTE if bool(np.all(x % _MINUTE == 0)) else 0.0
    mu, sigma = _moments(x)
    gap = _gap(x, mu, sigma, step)
    reached = np.ones(n, dtype=np.bool_)
    seen = [quantile(x, reached, share).value or 0.0 for share in (0.5, 0.9)]
    return DelayLaw(
        n=n,
        median=_median(mu, sigma, n),
        sigma=_sigma(sigma, n),
        least_s=float(x[0]),
        greatest_s=float(x[-1]),
        half_s=seen[0],
        most_s=seen[1],
        step_s=step,
        gap=gap,
        p=_p_value(gap, _Fit(n, mu, sigma, step), seed=seed, logs=logs),
    )


def _moments(x: Floats) -> tuple[float, float]:
    """Return mean and standard deviation of ln x for sorted x; sigma exactly 0 where all are equal."""
    if x[0] == x[-1]:
        return math.log(float(x[0])), 0.0
    y = np.log(x)
    return float(y.mean()), float(y.std())


def _median(mu: float, sigma: float, n: int) -> Interval:
    half = float(t.ppf(0.5 + LEVEL / 2, n - 1)) * sigma / math.sqrt(n - 1)
    return Interval(math.exp(mu), math.exp(mu - half), math.exp(mu + half))


def _sigma(sigma: float, n: int) -> Interval:
    low, high = (math.sqrt(n / float(chi2.ppf(q, n - 1))) for q in (0.5 + LEVEL / 2, 0.5 - LEVEL / 2))
    return Interval(sigma, low * sigma, high * sigma)


def _cdf(x: Floats, mu: float, sigma: float) -> Floats:
    if sigma == 0:
        return np.asarray(x >= math.exp(mu) * (1 - 1e-12), dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(ndtr((np.log(x) - mu) / sigma), dtype=np.float64)


def _gap(x: Floats, mu: float, sigma: float, step: float) -> float:
    """Return the Kolmogorov-Smirnov distance between the law and the sorted delays.

    step
        60 where both stamps are whole minutes, else 0. A delay is then off by up to a minute and right in the mean, so
        the share recorded up to k minutes is compared with the law at k and a half.
    """
    n = x.size
    if sigma == 0:
        return 0.0
    if step:
        marks = np.arange(x[0] - step, x[-1] + step / 2, step)
        shares = np.searchsorted(x, marks, side="right") / n
        return float(np.abs(shares - _cdf(marks + step / 2, mu, sigma)).max())
    law = _cdf(x, mu, sigma)
    ranks = np.arange(n)
    return float(max((law - ranks / n).max(), ((ranks + 1) / n - law).max()))


class _Fit(NamedTuple):
    """Parameters of a fitted law: number of calls, mean and standard deviation of ln x, and step of the clock in s."""

    n: int
    mu: float
    sigma: float
    step: float


def _p_value(gap: float, fit: _Fit, *, seed: int, logs: int) -> float:
    """Return the share of bootstrap logs of the law, each fitted anew, whose distance is at least `gap`.

    Delays of a log in whole minutes pass through the same clock: calls come at any second of a minute, and both stamps
    are cut to the minute.
    """
    n, mu, sigma, step = fit
    if sigma == 0:
        return 1.0
    logs = min(logs, max(_LEAST_LOGS, _DRAWN_CALLS // n))
    stream, words = Streams(seed, "dispatch-log"), slot_words([str(i) for i in range(n)])
    as_large = 1
    for log in range(logs):
        x = np.exp(mu + sigma * ndtri(stream.uniforms("delay", words, log)))
        if step:
            late = step * stream.uniforms("second of the call", words, log)
            x = np.maximum(step, step * np.floor((late + x) / step))
        x.sort()
        as_large += _gap(x, *_moments(x), step) >= gap
    return as_large / (logs + 1)


def doubts(law: DelayLaw) -> list[str]:
    """Return the reasons to doubt a fitted law, each a sentence with a remedy."""
    found = []
    if law.n < FEW_CALLS:
        found.append(
            f"only {law.n} calls: the law is rough (the median may lie anywhere from {clock(law.median.low or 0)} to "
            f"{clock(law.median.high or 0)}). Take a longer log if you can; {FEW_CALLS} calls or more serve better"
        )
    if law.log_sd == 0:
        found.append(
            f"all {law.n} calls took the same time. Check the columns; if it is so, write 'law: {_seconds(law.median_s)} s'"
        )
    if not USUAL_S[0] <= law.median_s <= USUAL_S[1]:
        found.append(
            f"a median of {clock(law.median_s)} is unusual for a response. Check the columns, and whether they hold "
            "seconds or minutes (a column of minutes needs 'min' in its name)"
        )
    if law.step_s:
        found.append(
            "the log knows whole minutes only, so that each call may be up to a minute off. Export it with seconds if "
            "you can (in Excel, format the columns as yyyy-mm-dd hh:mm:ss before you save); as it is, sigma comes out a little "
            "too large"
        )
    return found
