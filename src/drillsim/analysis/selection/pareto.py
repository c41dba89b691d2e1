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
from scipy.stats import t

from drillsim.analysis.selection.moments import Moments

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
    k = len(paired)
    cheaper = cost[None, :] <= cost[:, None]
    np.fill_diagonal(cheaper, val=False)
    pairs = max(1, int(cheaper.sum()))
    with np.errstate(invalid="ignore"):
        factor = t.isf(alpha / pairs, np.where(paired.freedom > 0, paired.freedom, np.nan))
        lead = paired.difference - factor * paired.error  # at least so much is i slower than j
    lead = np.where(cheaper & ~np.isnan(lead), lead, -np.inf)
    return [int(np.argmax(lead[i])) if float(lead[i].max()) > 0 else None for i in range(k)]


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


def frontier(means: Sequence[float], costs: Sequence[float]) -> list[FrontierStep]:
    """Return the steps along the mixes that no cheaper mix equals in its mean, from the cheapest on: what a second costs."""
    order = sorted(range(len(means)), key=lambda i: (costs[i], means[i]))
    kept: list[int] = []
    for i in order:
        if not kept or means[i] < means[kept[-1]]:
            kept.append(i)
    return [FrontierStep(b, a, costs[b] - costs[a], means[a] - means[b]) for a, b in pairwise(kept)]
