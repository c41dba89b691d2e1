"""Decision on one paired difference: slower, not slower, or inconclusive, with the error shared by all tests and looks.

A test is one measure of one mix. D is the mean of now minus before over the same drills, in the direction in which more is
worse, s its standard error, m the margin. With k tests and L looks of 50, 100, 200 … drills:

    slower       p = P(T > (D - m) / s) <= 0.01 / L after Holm over the k tests, and at least FEWEST_CHANGED drills changed
    not slower   upper limit D + t(1 - 0.05 / L) s <= m
    else         the next look; after the last one inconclusive

So the chance that a whole gate raises a false alarm is at most 1 %, whatever the number of mixes, measures and looks, and the chance
to pass one test whose true slowing is the margin or more at most 5 %. A difference without spread is decided as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from scipy.stats import norm, t

from drillsim.analysis.estimators import Paired, holm

FALSE_ALARM = 0.01
"""Chance that a gate fails although nothing became slower by more than its margin. Assumption A:gate.errors."""
MISSED = 0.05
"""Chance that a test passes although it became slower by its margin. Assumption A:gate.errors."""
FEWEST_CHANGED = 6
"""Fewest changed drills that may fail a gate: with five, even one sign in all of them has p = 0.03 in a one-sided sign test."""
FIRST_LOOK = 50
"""Drills of the first look; each further one doubles them."""


class GateState(Enum):
    """State of a test."""

    SAME = "identical"
    PASSED = "not slower"
    FAILED = "slower"
    OPEN = "inconclusive"


@dataclass(frozen=True)
class Decided:
    """A test after a look.

    difference, low, high
        Mean of now minus before in the direction in which more is worse, with its 95 % interval; None without pairs.
    p
        p-value that it is above the margin, adjusted by Holm; None where it is not tested.
    needs
        About how many drills would decide it, if inconclusive; None where that cannot be told.
    """

    state: GateState
    difference: float | None
    low: float | None
    high: float | None
    p: float | None = None
    needs: int | None = None


@dataclass(frozen=True)
class Observed:
    """What a look shows of a test: the paired difference, how many of its drills changed, and the margin."""

    pair: Paired
    changed: int
    margin: float
    is_worse_lower: bool = False
    """Whether less is worse, as for a share of rooms that are secured."""

    @property
    def worse(self) -> float | None:
        """The mean difference in the direction in which more is worse."""
        value = self.pair.difference.value
        return None if value is None else (-value if self.is_worse_lower else value)


def looks(runs: int) -> tuple[int, ...]:
    """Return the numbers of drills at which a gate may decide: FIRST_LOOK, doubled up to all that are kept."""
    found, n = [], FIRST_LOOK
    while n < runs:
        found.append(n)
        n *= 2
    return (*found, runs)


def decide(observed: Sequence[Observed], *, looks: int) -> list[Decided]:
    """Return the state of every test after one of so many looks."""
    adjusted = holm([_p_above(one) for one in observed])
    return [_decide(one, p, looks) for one, p in zip(observed, adjusted, strict=True)]


def _p_above(one: Observed) -> float | None:
    """Return the p-value of a mean difference above the margin; None where too few drills changed."""
    pair, worse = one.pair, one.worse
    if worse is None or one.changed < FEWEST_CHANGED or pair.error is None or pair.freedom is None:
        return None
    if pair.error == 0.0:
        return 0.0 if worse > one.margin else 1.0
    return float(t.sf((worse - one.margin) / pair.error, pair.freedom))


def _decide(one: Observed, p: float | None, looks: int) -> Decided:
    pair, worse = one.pair, one.worse
    low, high = pair.difference.low, pair.difference.high
    if one.is_worse_lower:
        low, high = (None if high is None else -high), (None if low is None else -low)
    if worse is None:
        return Decided(GateState.OPEN, None, None, None)
    if not one.changed:
        return Decided(GateState.SAME, 0.0, 0.0, 0.0)
    if p is not None and p <= FALSE_ALARM / looks:
        return Decided(GateState.FAILED, worse, low, high, p)
    if pair.error is not None and pair.freedom is not None:
        upper = worse + (float(t.ppf(1.0 - MISSED / looks, pair.freedom)) * pair.error if pair.error else 0.0)
        if upper <= one.margin:
            return Decided(GateState.PASSED, worse, low, high, p)
    return Decided(GateState.OPEN, worse, low, high, p, _needs(one, looks))


def _needs(one: Observed, looks: int) -> int | None:
    """Return about how many drills decide a test, if the difference and its spread stay as they are."""
    pair, worse = one.pair, one.worse
    if worse is None or not pair.error or pair.n < 2:
        return None
    gap = abs(worse - one.margin)
    if gap <= 1e-9 * max(1.0, one.margin):
        return None
    error = MISSED if worse < one.margin else FALSE_ALARM
    spread = pair.error * math.sqrt(pair.n)
    wanted = math.ceil((float(norm.ppf(1.0 - error / looks)) * spread / gap) ** 2)
    return max(wanted, pair.n + 1)
