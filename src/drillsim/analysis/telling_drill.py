"""The drill that shows a difference between two mixes best, chosen by a rule that is stated beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drillsim.analysis.contrasts import Difference, ResultRows, differences
from drillsim.analysis.estimators import Interval
from drillsim.analysis.weights.samples import pair_of, sample
from drillsim.analysis.wording import difference_words, drills, question, unit_of

RULE = "of the drills of the seed the one whose own difference is nearest to the mean difference; of equals the first"
"""How the drill is chosen. Drills forced to a rare presence are left out; those that both mixes reach go first."""


SHOWN = 0.05
"""Least mean difference that a table does not show as 0."""


@dataclass(frozen=True)
class TellingDrill:
    """A drill of a scenario that shows how a mix differs from another in a measure."""

    scenario: str
    mix: str
    versus: str
    measure: str
    replication: int
    seed: int
    difference: float
    """Mix minus versus in this drill, as T* = min(T, tau) for times."""
    mean: float
    """Mean difference over all drills, as the comparison has it."""
    pairs: int
    """Drills that both mixes played."""
    labels: tuple[str, str]
    """Names of mix and versus for people."""

    @property
    def sentence(self) -> str:
        """Why this drill: its difference, the mean difference, and the rule."""
        own, mean = (
            difference_words(Interval(v, None, None), unit_of(self.measure)) for v in (self.difference, self.mean)
        )
        return (
            f"Drill {self.replication} of seed {self.seed} is shown. For {question(self.measure)}, {self.labels[0]} less "
            f"{self.labels[1]} is {own} in it, and {mean} on average over {drills(self.pairs)}. Chosen: {RULE}."
        )


def telling_drill(played: ResultRows, scenario: str, mix: str, versus: str, measure: str) -> TellingDrill | None:
    """Return the drill that shows a difference best by RULE; None for a school day, or where no drill has the measure in both.

    Raises ResultError for an unknown name.
    """
    one, other = sample(played, scenario, mix, measure), sample(played, scenario, versus, measure)
    mean = pair_of(one, other).difference.value
    mine, its = one.of_seed, other.of_seed
    keys, i, j = np.intersect1d(mine.keys, its.keys, assume_unique=True, return_indices=True)
    if played.outline.scenarios[scenario].day or mean is None or not len(keys):
        return None
    own = mine.numbers[i] - its.numbers[j]
    both = mine.reached[i] & its.reached[j]
    apart = np.where(both | ~both.any(), np.abs(own - mean), np.inf)
    best = int(np.argmin(np.round(apart, 9)))
    number = int(mine.replications[i][best])
    pairs = len(np.intersect1d(one.keys, other.keys))
    labels = tuple(played.outline.mixes[name].label or name for name in (mix, versus))
    return TellingDrill(
        scenario, mix, versus, measure, number, played.outline.seed, float(own[best]), float(mean), pairs,
        (labels[0], labels[1]),
    )  # fmt: skip


def widest_difference(played: ResultRows, scenario: str, versus: str | None = None) -> Difference | None:
    """Return the largest mean difference of a mix from `versus` in the scenario's primary measure; None where none differs.

    Of equals the first mix of the file. Raises ResultError for an unknown name.
    """
    measure = played.outline.scenarios[scenario].primary
    found = [d for d in differences(played, scenario, measure, versus) if d.paired.difference.value is not None]
    widest = max(found, key=lambda d: abs(d.paired.difference.value or 0.0), default=None)
    return widest if widest is not None and abs(widest.paired.difference.value or 0.0) >= SHOWN else None
