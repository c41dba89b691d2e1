"""Cost against response: which mixes are dominated by a cheaper one, what a budget buys, what a second costs.

Costs are known, response is not. Mix i is dominated where some mix j that costs no more is faster beyond doubt: the one-sided
paired t test that mu_j < mu_i holds at alpha / m, m the number of pairs (j costs no more than i) that are looked at. So no mix
is called dominated by error with a chance of more than alpha (Bonferroni). Costs are ranges; low, middle and high are three
price cases, since a price that is high for one mix is high for all. A verdict that does not hold in all three says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from drillsim.analysis.selection.moments import Matrix, Moments

CASES = ("low", "mid", "high")
"""Price cases, in the order of a `Price`."""


class Price(NamedTuple):
    """Yearly cost of a mix in USD as low, middle and high."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True)
class CostVerdict:
    """One mix in the plane of cost and response.

    dominated_by
        By price case, the index of a mix that costs no more and is faster beyond doubt, the one that leads most; None for none.
    """

    dominated_by: tuple[int | None, int | None, int | None]

    @property
    def is_efficient(self) -> bool:
        """Whether it is possibly worth its money in every price case."""
        return self.dominated_by == (None, None, None)

    @property
    def is_dominated(self) -> bool:
        """Whether it is dominated in every price case."""
        return None not in self.dominated_by


def cost_verdicts(paired: Moments, prices: Sequence[Price], *, level: float = 0.95) -> list[CostVerdict]:
    """Return the verdict on every mix; smaller is better, pairs with fewer than two rounds decide nothing.

    Equal mixes at equal prices dominate neither. Raises ValueError where there is not one price per mix.
    """
    k = len(paired)
    if len(prices) != k:
        raise ValueError(f"{k} mixes have {len(prices)} prices")
    cost = np.array(prices, dtype=np.float64).reshape(k, 3)
    columns = [_dominators(paired, cost[:, case], 1 - level) for case in range(3)]
    return [CostVerdict((columns[0][i], columns[1][i], columns[2][i])) for i in range(k)]


def _dominators(paired: Moments, cost: np.ndarray, alpha: float) -> list[int | None]:
    cheaper = cost[None, :] <= cost[:, None]
    np.fill_diagonal(cheaper, val=False)
    lead = np.where(cheaper, _least_lead(paired, alpha / max(1, int(cheaper.sum()))), -np.inf)
    return [int(np.argmax(row)) if float(row.max()) > 0 else None for row in lead]


def _least_lead(paired: Moments, alpha: float) -> Matrix:
    """Return by how much mix i is slower than mix j at least, one-sided at alpha; minus infinity where that is not known."""
    with np.errstate(invalid="ignore"):
        factor = t.isf(alpha, np.where(paired.freedom > 0, paired.freedom, np.nan))
        lead = paired.difference - factor * paired.error
    return np.where(np.isnan(lead), -np.inf, lead)


def slower_beyond_doubt(paired: Moments, *, level: float = 0.95) -> NDArray[np.bool_]:
    """Return whether mix i is slower than mix j: one-sided paired t at alpha / m, m the number of pairs (Bonferroni)."""
    k = len(paired)
    found = _least_lead(paired, (1 - level) / max(1, k * (k - 1) // 2)) > 0
    np.fill_diagonal(found, val=False)
    return np.asarray(found)


def affordable(price: Price, budget: float) -> bool | None:
    """Return whether a budget buys a mix: True even at the high price, False not even at the low one, None in between."""
    if price.high <= budget:
        return True
    return None if price.low <= budget else False


@dataclass(frozen=True)
class FrontierStep:
    """A step up the frontier of mean response against middle cost: from one mix to the next dearer one that is faster."""

    mix: int
    over: int
    cost: float
    gain: float
    """How much smaller the mean is, in the unit of the measure."""

    @property
    def price_of_one(self) -> float:
        """USD a year for one unit of the measure, such as one second."""
        return self.cost / self.gain


def frontier(
    means: Sequence[float], costs: Sequence[float], slower: NDArray[np.bool_] | None = None
) -> list[FrontierStep]:
    """Return the steps along the mixes that no cheaper mix equals in its mean, from the cheapest on: what a second costs.

    slower
        (k, k) whether mix i is slower than mix j beyond doubt; a step then leads only to a mix that is faster beyond doubt than
        the one before, since a price of luck is none. By default every smaller mean is a step.
    """
    order = sorted(range(len(means)), key=lambda i: (costs[i], means[i]))
    kept: list[int] = []
    for i in order:
        if not kept or (means[i] < means[kept[-1]] and (slower is None or slower[kept[-1], i])):
            kept.append(i)
    return [FrontierStep(b, a, costs[b] - costs[a], means[a] - means[b]) for a, b in pairwise(kept)]
