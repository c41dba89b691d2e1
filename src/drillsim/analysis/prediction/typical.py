"""The drill that stands for a scenario: the one whose primary measure is nearest to the median."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drillsim.analysis.weights.samples import ResultRows, sample
from drillsim.analysis.wording import drills, short_name, shown, unit_of


@dataclass(frozen=True)
class TypicalDrill:
    """One drill of the seed, by its number, and why it was taken."""

    replication: int
    why: str


def typical_drill(played: ResultRows, scenario: str, mix: str) -> TypicalDrill | None:
    """Return the drill of the seed whose primary measure is nearest to the median; None where no drill has the measure.

    Drills that did not reach it count as the horizon. Of several that are equally near, the first. Those forced to a presence are no
    drills of the seed and are not taken.
    """
    measure = played.outline.scenarios[scenario].primary
    one = sample(played, scenario, mix, measure).of_seed
    if not one.numbers.size:
        return None
    middle = float(np.sort(one.numbers)[(one.numbers.size - 1) // 2])
    place = int(np.argmin(np.abs(one.numbers - middle)))
    value, unit = float(one.numbers[place]), unit_of(measure)
    told = shown(value, unit) if one.reached[place] else f"not reached by {shown(value, unit)}"
    why = f"the median of {drills(one.numbers.size)} in '{short_name(measure)}' ({told})"
    return TypicalDrill(int(one.replications[place]), why)


__all__ = ["TypicalDrill", "typical_drill"]
