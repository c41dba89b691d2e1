"""Interruption probability: Sandia's Estimate of Adversary Sequence Interruption (EASI), and a Monte Carlo version.

A path is a sequence of tasks, each with a delay and a probability of detection. The path is interrupted where the
response, started at a detection, arrives before the last task ends. It is the oracle for incidents with stages.

Sources: Bennett, *The Estimate of Adversary Sequence Interruption*, Sandia Laboratories 1977; Sasser, *EASI on the HP-25,
HP-65 and HP-67*, SAND76-0597, NUREG-0231, 1977; Garcia, *The Design and Evaluation of Physical Protection Systems*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log1p, sqrt
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Place = Literal["B", "M", "E"]
Variance = Literal["weight-squared", "weight"]
Miss = Literal["detection", "detection-and-communication"]
Cdf = Literal["normal", "logistic"]
Dist = Literal["normal", "lognormal"]
Floats = NDArray[np.float64]

AHEAD: dict[str, float] = {"B": 1.0, "M": 0.5, "E": 0.0}
"""Fraction k of a task's delay that remains at detection: at its beginning (B), middle (M) or end (E)."""
LOGISTIC = 1.702
"""Scale at which the logistic distribution follows the normal one within 0.01 (a well-known constant; not read again)."""


@dataclass(frozen=True)
class Task:
    """One task of a path: chance of detection, where in the task it happens, and the delay in seconds."""

    detection: float
    mean_s: float
    sd_s: float
    place: Place = "B"


@dataclass(frozen=True)
class ResponseTime:
    """Response to a path.

    communication
        P_C, chance that a detection reaches the response.
    mean_s, sd_s
        Mean and standard deviation of the response time RFT, detection to arrival, in seconds.
    """

    communication: float
    mean_s: float
    sd_s: float


def easi(
    *,
    tasks: Sequence[Task],
    response: ResponseTime,
    variance: Variance = "weight-squared",
    miss: Miss = "detection",
    cdf: Cdf = "normal",
) -> float:
    """Return the probability P_I that the response arrives before the last task is done.

        R_i = k_i T_i + sum_{j>i} T_j                              time that remains after detection at task i
        P(R|A_i) = Phi( (E R_i - E RFT) / sqrt(Var R_i + Var RFT) )
        P_I = sum_i P_C P_Di P(R|A_i) prod_{j<i} (1 - P_Dj)

    variance
        Variance of a task detected at M: (k s)^2 or k s^2. The sources at hand do not decide it.
    miss
        Chance to pass a task unnoticed: 1 - P_D, or 1 - P_D P_C, where the next sensor is a new chance to get through.
    cdf
        Phi, or 1 / (1 + exp(-1.702 z)), which early calculators could work out.

    No tasks give 0. Without any spread P(R|A_i) is 1 where more than the response time remains, 1/2 where exactly it
    does, else 0. Source: Garcia; Sasser 1977.
    """
    interrupted, unnoticed = 0.0, 1.0
    for i, task in enumerate(tasks):
        k, rest = AHEAD[task.place], tasks[i + 1 :]
        remaining = k * task.mean_s + sum(t.mean_s for t in rest)
        own = (k * task.sd_s) ** 2 if variance == "weight-squared" else k * task.sd_s**2
        spread = sqrt(own + sum(t.sd_s**2 for t in rest) + response.sd_s**2)
        in_time = _in_time(remaining - response.mean_s, spread, cdf)
        interrupted += unnoticed * task.detection * response.communication * in_time
        unnoticed *= 1 - task.detection * (response.communication if miss == "detection-and-communication" else 1.0)
    return interrupted


def _in_time(ahead_s: float, spread_s: float, cdf: Cdf) -> float:
    if spread_s == 0:
        return 0.5 if ahead_s == 0 else float(ahead_s > 0)
    z = ahead_s / spread_s
    return NormalDist().cdf(z) if cdf == "normal" else 1 / (1 + exp(-LOGISTIC * z))


def easi_mc(
    *,
    tasks: Sequence[Task],
    response: ResponseTime,
    draws: int,
    seed: int,
    dist: Dist = "normal",
    miss: Miss = "detection",
) -> tuple[float, float]:
    """Return P_I by drawing times, and its standard error sqrt(P_I (1 - P_I) / draws).

    dist
        normal: clamped at 0, since no delay is negative; lognormal: with the same mean and standard deviation. The same
        inputs give another P_I, so an engine that draws lognormal times is compared with this one, never with `easi`.
    miss
        As in `easi`: 'detection' ends at the first detection, heard of or not.
    draws, seed
        Number of paths drawn, and the seed of their own generator: the same seed gives the same answer.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    delays = np.array([_times(rng, dist, t.mean_s, t.sd_s, draws) for t in tasks]).reshape(len(tasks), draws)
    arrival_s = _times(rng, dist, response.mean_s, response.sd_s, draws)
    after = np.cumsum(delays[::-1], axis=0)[::-1] - delays
    still_in, interrupted = np.ones(draws, dtype=bool), np.zeros(draws, dtype=bool)
    for i, task in enumerate(tasks):
        seen = still_in & (rng.random(draws) < task.detection)
        heard = seen & (rng.random(draws) < response.communication)
        interrupted |= heard & (AHEAD[task.place] * delays[i] + after[i] > arrival_s)
        still_in &= ~(heard if miss == "detection-and-communication" else seen)
    share = float(interrupted.mean())
    return share, sqrt(share * (1 - share) / draws)


def _times(rng: np.random.Generator, dist: Dist, mean_s: float, sd_s: float, draws: int) -> Floats:
    """Return times with this mean and standard deviation; a mean of 0 has no spread."""
    if mean_s == 0 or sd_s == 0:
        return np.full(draws, mean_s)
    if dist == "normal":
        return np.maximum(rng.normal(mean_s, sd_s, draws), 0.0)
    square = log1p((sd_s / mean_s) ** 2)
    return mean_s * np.exp(sqrt(square) * rng.standard_normal(draws) - square / 2)


def critical_detection_point(*, tasks: Sequence[Task], response_s: float) -> int | None:
    """Return the position of the last task at which detection is still in time, None where it never is.

    In time: k_i T_i + sum_{j>i} T_j, by the means, is more than the response time. Equality is too late.
    Source: Sandia National Laboratories, International Training Course, session *Path interruption analysis*.
    """
    timely = [
        i
        for i, task in enumerate(tasks)
        if AHEAD[task.place] * task.mean_s + sum(t.mean_s for t in tasks[i + 1 :]) > response_s
    ]
    return timely[-1] if timely else None


def easi_by_critical_point(*, tasks: Sequence[Task], response_s: float) -> float:
    """Return P_I = 1 - prod_{i <= CDP} (1 - P_Di): times without spread, and every detection gets through.

    0 where no detection is in time. It is the limit of `easi` for P_C = 1 and vanishing standard deviations, but for
    the odd case that exactly the response time remains.
    """
    last = critical_detection_point(tasks=tasks, response_s=response_s)
    unnoticed = 1.0
    for task in tasks[: 0 if last is None else last + 1]:
        unnoticed *= 1 - task.detection
    return 1 - unnoticed
