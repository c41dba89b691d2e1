"""Choice of one mix by as few drills as it takes: the fully sequential procedure of Kim and Nelson (2001), in rounds.

After a first stage of n0 rounds the variance of every difference is fixed. From then on a mix is dropped as soon as another
that is still in leads by more than a margin that shrinks with every round:

    drop i if  mean_i > mean_l + W_il(r),  W_il(r) = max(0, delta / (2 c r) (h^2 S_il^2 / delta^2 - r))

The last one left is the best, with confidence `level`, wherever the best is at least delta ahead, and within delta of the best
otherwise. It is stated for normal rounds; skewed ones ask for 20 or more first rounds, and may ask for more margin than the first
stage shows: `refreshed` takes the variance of all rounds so far where that is larger. Rounds are played in batches: a process
that is looked at less often errs less, so that the confidence holds and a few rounds more are played. Variances are those of
differences, never sums of two variances, which would throw away what common random numbers give.

An outcome is a function of the rounds alone, so that an interrupted choice is resumed by reading its rounds again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from drillsim.analysis.selection.constants import kim_nelson_h2
from drillsim.analysis.selection.moments import ROUND, Matrix

FIRST = 20
"""Rounds of the first stage: response times are skewed."""
BATCH = 10
"""Rounds played between two looks."""
GROWTH = 10
"""Divisor by which the rounds between two looks grow with those played: a tenth of them."""
TIE = 1e-3
"""Means this close, in the unit of the measure, with no margin left, are ties."""


@dataclass(frozen=True)
class Selection:
    """State of a choice after some rounds.

    left
        Indices of the mixes still in, ascending.
    dropped
        By index of a mix, the number of rounds at which it was dropped.
    rounds
        Rounds looked at.
    decided
        Whether one mix is left, or those left tie and no further round would part them.
    next_rounds
        Rounds to have in all before the next look; those of now when decided.
    """

    left: tuple[int, ...]
    dropped: dict[int, int]
    rounds: int
    decided: bool
    next_rounds: int

    @property
    def chosen(self) -> int | None:
        """Index of the mix that is chosen, of ties the first; None before it is decided."""
        return self.left[0] if self.decided else None


class Selector(Protocol):
    """A procedure that chooses a mix from balanced rounds."""

    def look(self, rounds: Sequence[ArrayLike]) -> Selection:
        """Return the state after the rounds so far: one column of numbers per mix, those of dropped mixes may be shorter."""


@dataclass(frozen=True)
class KimNelson:
    """The procedure of Kim and Nelson for a difference `delta` that is worth detecting, smallest mean best.

    first, batch, growth
        Rounds before the first look and between looks, which grow to 1 / growth of the rounds so far (0: never), in whole
        batches. All three are part of the choice, workers are not.
    refreshed
        Whether the variance of a difference is never below that of all rounds so far. Margins are then never smaller than those
        of the first stage alone, so that the choice errs less, for up to a fifth more rounds.

    Raises ValueError for a delta that is not positive, fewer than 2 first rounds, a batch below 1, or a level outside (0, 1).
    """

    delta: float
    level: float = 0.95
    first: int = FIRST
    batch: int = BATCH
    growth: int = GROWTH
    refreshed: bool = False

    def __post_init__(self) -> None:
        if not (self.delta > 0 and math.isfinite(self.delta)):
            raise ValueError(f"a difference worth detecting is more than 0, not {self.delta:g}")
        if self.first < 2:
            raise ValueError(f"a variance needs at least 2 first rounds, not {self.first}")
        if self.batch < 1:
            raise ValueError(f"a batch has at least 1 round, not {self.batch}")
        if not 0 < self.level < 1:
            raise ValueError(f"the confidence lies between 0 and 1, not {self.level:g}")

    def look(self, rounds: Sequence[ArrayLike]) -> Selection:
        """Return the state after the rounds so far, looking after `first` and after every `batch` more.

        rounds
            One column of numbers per mix. A dropped mix needs none after the look that dropped it; raises ValueError where a
            mix that is still in has fewer rounds than another.
        """
        columns = [np.asarray(column, dtype=np.float64) for column in rounds]
        left, dropped = list(range(len(columns))), dict[int, int]()
        if len(columns) < 2:
            return Selection(tuple(left), {}, 0, decided=True, next_rounds=0)
        r = self.first
        if min(len(column) for column in columns) < r:
            return Selection(tuple(left), {}, 0, decided=False, next_rounds=r)
        reach = self._reach([column[:r] for column in columns], mixes=len(columns))
        sums = [np.cumsum(column) for column in columns]
        while True:
            if self.refreshed and r > self.first:
                now = self._reach([columns[i][:r] for i in left], mixes=len(columns))
                reach[np.ix_(left, left)] = np.maximum(reach[np.ix_(left, left)], now)
            out, parted = self._screen({i: float(sums[i][r - 1]) for i in left}, reach, r)
            dropped |= dict.fromkeys(out, r)
            left = [i for i in left if i not in out]
            if len(left) == 1 or parted:
                return Selection(tuple(left), dropped, r, decided=True, next_rounds=r)
            following = r + self._step(r)
            if min(len(columns[i]) for i in left) < following:
                return Selection(tuple(left), dropped, r, decided=False, next_rounds=following)
            r = following

    def _step(self, r: int) -> int:
        """Return the rounds from the look at round r to the next one."""
        return max(1, r // self.growth // self.batch if self.growth else 1) * self.batch

    def _reach(self, columns: Sequence[Matrix], *, mixes: int) -> Matrix:
        """Return h^2 S^2 / delta^2 of every pair of some columns, of so many mixes in all: the rounds after which no margin is left."""
        table = np.column_stack(columns)
        h2 = kim_nelson_h2(mixes, self.first, 1 - self.level)
        gaps = np.round(table[:, :, None] - table[:, None, :], ROUND)
        spread = gaps.var(axis=0, ddof=1)
        spread[np.all(gaps == gaps[:1], axis=0)] = 0.0
        return np.asarray(h2 * spread / self.delta**2)

    def _screen(self, sums: dict[int, float], reach: Matrix, r: int) -> tuple[list[int], bool]:
        """Return who is dropped at round r, and whether those left tie without any margin."""
        left = list(sums)
        totals = np.array(list(sums.values()))
        gap = (totals[:, None] - totals[None, :]) / r
        margin = np.maximum(0.0, self.delta / (2 * r) * (reach[np.ix_(left, left)] - r))
        np.fill_diagonal(margin, np.inf)
        out = (gap > np.maximum(margin, TIE)).any(axis=1)
        kept = np.flatnonzero(~out)
        between = margin[np.ix_(kept, kept)]
        np.fill_diagonal(between, 0.0)
        return [left[i] for i in np.flatnonzero(out)], not between.any()
