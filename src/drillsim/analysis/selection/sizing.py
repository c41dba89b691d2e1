"""How many drills are needed: the two-stage formula of Nelson and Matejcik (1995), and its form for one contrast."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import t

from drillsim.analysis.selection.moments import Moments

MOST = 10**9
"""Largest number of drills that is told; more means never."""


def drills_to_select(paired: Moments, delta: float, *, level: float = 0.95) -> int:
    """Return the drills per mix after which the mix of least mean is within `delta` of the best, with confidence `level`.

        N = max(n, ceil(t^2 S^2 / delta^2)),  t = t(1 - alpha / (k - 1), n - 1),  S^2 = largest variance of a difference

    The bounds of `possibly_best` are then +-delta wide. Mixes that never differ need no further drill. Raises ValueError
    for a delta that is not positive, and for fewer than 2 rounds of some pair.
    """
    _check_delta(delta)
    k = len(paired)
    if k == 1:
        return 0
    pairs = np.triu_indices(k, 1)
    fewest = int(paired.rounds[pairs].min())
    if fewest < 2:
        raise ValueError(f"a variance needs at least 2 rounds, not {fewest}")
    factors = t.isf((1 - level) / (k - 1), paired.freedom[pairs])
    needed = float((factors**2 * paired.variance[pairs]).max()) / delta**2
    return max(fewest, _whole(needed))


def drills_to_decide(*, difference: float, error: float, freedom: float, rounds: int, matters: float, alpha: float = 0.05) -> int | None:  # fmt: skip
    """Return how many drills a contrast needs, about, until its interval decides.

        N = ceil(t^2 n se^2 / h^2),  t = t(1 - alpha / 2, N - 1),  h = max(|d|, matters - |d|)

    With half-width h the interval leaves out 0 or lies within +-matters, if the difference stays as it is. None below 2
    rounds, or where no number of drills up to MOST does. Raises ValueError for a `matters` that is not positive.
    """
    _check_delta(matters)
    if rounds < 2 or not math.isfinite(error):
        return None
    half = max(abs(difference), matters - abs(difference))
    ratio = rounds * (error / half) ** 2
    nu, needed = freedom, rounds
    for _ in range(20):  # t changes slowly with N: two or three steps settle it
        before, needed = needed, _whole(float(t.isf(alpha / 2, nu)) ** 2 * ratio)
        nu = max(1.0, needed - 1.0)
        if needed == before or needed > MOST:
            break
    return needed if needed <= MOST else None


def _whole(needed: float) -> int:
    """Return a number of drills rounded up; 1e-9 above a whole number is that number."""
    return math.ceil(needed - 1e-9 * max(1.0, needed))


def _check_delta(delta: float) -> None:
    if not (delta > 0 and math.isfinite(delta)):
        raise ValueError(f"a difference that matters is more than 0, not {delta:g}")
