"""Function cases: how often the sequential choice is right where it is hardest, and what it costs.

In the slippage configuration all mixes but one lag by just what matters (Kim and Nelson 2001). The choice must be right as
often as it says, and cost fewer drills the more alike the drills of the mixes are.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np

from drillsim.analysis.selection.sequential import KimNelson
from drillsim.verify.harness.case import Case, Harness
from drillsim.verify.harness.slippage import play_choices

MIXES, FIRST, LEVEL = 5, 10, 0.95
DELTA = 1.0 / sqrt(10.0)
"""What matters, in standard deviations of a drill: the configuration of published comparisons of such procedures."""
CORRELATIONS = (0.0, 0.5, 0.8)
SOURCE = "Kim and Nelson 2001: five normal mixes, four of which lag by what matters, ten first drills"


def selection_cases(harness: Harness) -> Iterator[Case]:
    """Yield the share of right choices at three correlations, and that their cost falls with it."""
    times, lag = harness.drills(200, 2_000), np.full(MIXES, DELTA)
    lag[0] = 0.0
    costs = []
    for place, correlation in enumerate(CORRELATIONS):
        procedure = KimNelson(DELTA, first=FIRST, batch=10, growth=0, level=LEVEL)
        found = play_choices(procedure, lag=lag, correlation=correlation, times=times, seed=harness.seed + place)
        costs.append(found.drills)
        slack = 3.0 * sqrt(LEVEL * (1.0 - LEVEL) / times)
        holds = found.correct >= LEVEL - slack
        told = f"at least {LEVEL:g}", found.correct, f"{slack:.3f} below"
        yield Case(f"selection.right.{correlation:g}", "function", SOURCE, *told, "pass" if holds else "outside")
    falls = costs[0] > costs[1] > costs[2]
    words = ", ".join(f"{cost:.0f}" for cost in costs)
    yield Case(
        "selection.cost", "function", SOURCE, "drills fall with correlation 0, 0.5, 0.8", words, "order", "pass" if falls else "outside"
    )  # fmt: skip
