"""Batch means: standard errors of correlated output from windows of a long run.

Successive calls of a queue are correlated, so single calls are no independent sample; means over windows many times
longer than the correlation time are nearly independent. Source: Law, *Simulation Modeling and Analysis*, chapter 9 (batch means).
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Estimate(NamedTuple):
    """An estimate and its standard error."""

    value: float
    error: float


def ratio(part: ArrayLike, whole: ArrayLike) -> Estimate:
    """Return sum(part) / sum(whole) over windows, such as calls that waited over calls, and its standard error.

        e^2 = sum (part_w - R whole_w)^2 / (w - 1) / w / mean(whole)^2

    part, whole
        (windows,) what was counted in each; at least two windows. Nothing counted in all of `whole` gives NaN.

    Source: Cochran, *Sampling Techniques*, section 2.11 (ratio estimate).
    """
    a, b = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    if b.sum() == 0:
        return Estimate(float("nan"), float("nan"))
    value = float(a.sum() / b.sum())
    spread = float((a - value * b).std(ddof=1))
    return Estimate(value, spread / sqrt(len(a)) / float(b.mean()))
