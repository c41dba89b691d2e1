"""What money buys in a study: mixes that a budget pays for, mixes that a cheaper one beats, and the price of a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drillsim.analysis.choice import BestMixes
from drillsim.analysis.contrasts import ResultRows, describe, matters_of
from drillsim.analysis.selection.pareto import (
    CASES,
    CostVerdict,
    Price,
    affordable,
    cost_verdicts,
    frontier,
    slower_beyond_doubt,
)
from drillsim.analysis.wording import unit_of
from drillsim.record.outline import MixLine, Outline


@dataclass(frozen=True)
class Worth:
    """A mix in the plane of yearly cost and response.

    bought
        Whether the budget buys it: True at any price of its range, False at none, None between or without a budget.
    """

    mix: str
    price: Price
    verdict: CostVerdict
    dominated_by: tuple[str | None, ...]
    bought: bool | None

    def words(self, outline: Outline) -> str:
        """Return what is said of it: 'costs as much as … or more and is slower', over the price range or in part of it."""
        if self.verdict.is_efficient:
            return ""
        names = [outline.label(name) for name in dict.fromkeys(n for n in self.dominated_by if n)]
        text = f"{outline.label(self.mix)} is slower than {' or '.join(names)} at no lower cost"
        if self.verdict.is_dominated:
            return text
        cases = [case for case, name in zip(CASES, self.dominated_by, strict=True) if name]
        return f"{text}, at {' and '.join(cases)} prices only"

    def as_dict(self) -> dict[str, Any]:
        """Return it as data for JSON."""
        return {"dominated_by": dict(zip(CASES, self.dominated_by, strict=True)), "bought": self.bought}


def price_of(line: MixLine) -> Price:
    """Return the yearly price of a mix."""
    return Price(line.cost_low, line.cost_mid, line.cost_high)


def worth(
    outline: Outline, chosen: BestMixes, *, scenario: str | None = None, budget: float | None = None
) -> list[Worth]:
    """Return every mix of a choice against cost; the verdicts rest on the moments of the choice.

    scenario
        Whose prices count: a variant may bring a staffing, or a change, with a cost of its own. By default those of the study.
    """
    names = chosen.mixes
    prices = [price_of(_line_of(outline, scenario, name)) for name in names]
    found = cost_verdicts(chosen.paired, prices)
    return [
        Worth(
            name, price, verdict,
            tuple(None if i is None else names[i] for i in verdict.dominated_by),
            None if budget is None else affordable(price, budget),
        )
        for name, price, verdict in zip(names, prices, found, strict=True)
    ]  # fmt: skip


def money_notes(
    played: ResultRows, scenario: str, chosen: BestMixes, *, budget: float | None = None, best: BestMixes | None = None
) -> list[str]:
    """Return what is to be said about money, one sentence each; nothing where no mix costs anything.

    best
        The choice among the mixes that the budget buys.
    """
    outline = played.outline
    if not any(price_of(_line_of(outline, scenario, name)).high for name in chosen.mixes):
        return []
    told = worth(outline, chosen, scenario=scenario, budget=budget)
    notes = [f"{text}." for one in told if (text := one.words(outline))]
    if unit_of(chosen.measure) == "s" and (steps := _steps(played, scenario, chosen)):
        notes.append(f"Each second of the mean costs a year: {', '.join(steps)} (middle prices).")
    if budget is not None:
        notes.append(_budget_words(outline, told, budget, best))
    return notes


def _line_of(outline: Outline, scenario: str | None, name: str) -> MixLine:
    return outline.mixes[name] if scenario is None else outline.mix_line(scenario, name)


def _steps(played: ResultRows, scenario: str, chosen: BestMixes) -> list[str]:
    """Return the price of a second between mixes of which one is faster beyond doubt, and by no less than what matters."""
    outline, names = played.outline, chosen.mixes
    means = [describe(played, scenario, name, chosen.measure).mean.value for name in names]
    if any(mean is None for mean in means):
        return []
    steps = frontier(
        [float(mean or 0.0) for mean in means],
        [outline.mix_line(scenario, name).cost_mid for name in names],
        slower_beyond_doubt(chosen.paired),
    )
    matters = matters_of(outline.scenarios[scenario], chosen.measure)
    return [
        f"${step.price_of_one:,.0f} from {outline.label(names[step.over])} to {outline.label(names[step.mix])}"
        for step in steps
        if step.gain >= matters
    ]


def _budget_words(outline: Outline, told: list[Worth], budget: float, best: BestMixes | None) -> str:
    parts = []
    for words, state in (("buys", True), ("may buy, at the lower prices", None), ("does not buy", False)):
        names = [outline.label(one.mix) for one in told if one.bought is state]
        if names:
            parts.append(f"{words} {', '.join(names)}")
    text = f"${budget:,.0f} a year {'; '.join(parts)}."
    if best is not None and best.mixes:
        text += f" Possibly best of those it buys: {', '.join(outline.label(name) for name in best.best)}."
    return text
