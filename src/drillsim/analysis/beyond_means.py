"""Two mixes on the same drills beyond their means: nine of ten, and dominance.

Both rest on the drills of the seed, which chance drew, so that all weigh the same: the difference of two quantiles by Harrell and
Davis with a jackknife over pairs, and the curves of drills reached with one band for all instants (`selection.targets`). A school
day has several incidents that share who is present: they get neither.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from drillsim.analysis.contrasts import Difference
from drillsim.analysis.estimators import FEWEST_PAIRS, Interval
from drillsim.analysis.selection.targets import dominance, quantile_pair
from drillsim.analysis.weights.samples import ResultRows, Sample, paired_values, sample
from drillsim.analysis.wording import difference_words, unit_of
from drillsim.record.outline import Outline

SHARE = 0.9
MOST_CURVE = 500
"""Most drills of a curve; the first ones of the seed stand for all."""


@dataclass(frozen=True)
class BeyondMean:
    """One mix less another.

    p90
        Difference of the times by which nine of ten drills get there; no value where either lies beyond the horizon.
    dominates
        1 where the first mix has reached at least as many drills at every instant, and more beyond chance at some; -1 where the
        other has; 0 for neither, None where that is not judged (counts, school days, too few pairs).
    """

    mix: str
    versus: str
    measure: str
    p90: Interval
    dominates: int | None

    def words(self, outline: Outline) -> str:
        """Return 'Two guards -33.1 s (-51.0 to -12.4)', and who is ahead at every instant."""
        told = f"{outline.label(self.mix)} {difference_words(self.p90, unit_of(self.measure))}"
        ahead = {1: ", ahead at every time", -1: ", behind at every time"}.get(self.dominates or 0, "")
        return told + ahead


NOTHING = Interval(None, None, None)


def beyond_mean(played: ResultRows, scenario: str, one: Difference) -> BeyondMean:
    """Return what a difference of means does not tell of two mixes in one scenario."""
    first, second = (sample(played, scenario, mix, one.measure) for mix in (one.mix, one.versus))
    nothing = BeyondMean(one.mix, one.versus, one.measure, NOTHING, None)
    if first.drills.is_day or second.drills.is_day:
        return nothing
    both = paired_values(first.of_seed, second.of_seed)
    if both.first.size < FEWEST_PAIRS:
        return nothing
    found = nothing
    if not _is_beyond(first) and not _is_beyond(second):
        found = replace(found, p90=quantile_pair(both.first, both.second, SHARE))
    if unit_of(one.measure) != "s":
        return found
    a, b = both.first[:MOST_CURVE], both.second[:MOST_CURVE]
    return replace(found, dominates=_dominates(a, b, played.outline.scenarios[scenario].horizon_s))


def _dominates(a: np.ndarray, b: np.ndarray, horizon_s: float) -> int:
    """Return 1, -1 or 0; curves that cross are told without a band."""
    one, other = np.sort(a), np.sort(b)
    ahead, behind = bool(np.all(one <= other)), bool(np.all(one >= other))
    if ahead == behind:
        return 0
    first, second = (a, b) if ahead else (b, a)
    return (1 if ahead else -1) if dominance(first, second, horizon_s).holds else 0


def _is_beyond(one: Sample) -> bool:
    return one.weighed.quantile(one.numbers, one.reached, SHARE).over


def beyond_words(outline: Outline, found: list[BeyondMean]) -> str:
    """Return the differences of nine of ten as a sentence; '' where there is none."""
    told = [one.words(outline) for one in found if one.p90.value is not None]
    if not told:
        return ""
    return f"9 of 10 by, against {outline.label(found[0].versus)} (drills of the seed): {'; '.join(told)}."
