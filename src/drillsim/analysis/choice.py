"""Which mixes of a study are possibly best in a measure, and by how much the others are worse, with 95 % for all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan

from drillsim.analysis.contrasts import ResultRows, pair_of, sample
from drillsim.analysis.estimators import Paired
from drillsim.analysis.selection.best import behind_best, possibly_best
from drillsim.analysis.selection.moments import Moments, PairMoment, moments
from drillsim.analysis.wording import span_words, unit_of
from drillsim.record.outline import Outline


@dataclass(frozen=True)
class BestMixes:
    """The mixes of a scenario beside the best of them in one measure (multiple comparisons with the best, 95 % at once).

    mixes
        Names in file order.
    best
        Names that are possibly best, in file order.
    worse
        By name, how far a mix that is not possibly best is behind the best of the others, at least and at most.
    paired
        Moments of the differences of all pairs.
    """

    measure: str
    mixes: tuple[str, ...]
    best: tuple[str, ...]
    worse: Mapping[str, tuple[float, float]]
    paired: Moments

    def words(self, outline: Outline) -> str:
        """Return 'Possibly best: B, D. C: 9.0 to 40.1 s worse than the best.'"""
        unit = unit_of(self.measure)
        text = f"Possibly best: {', '.join(outline.label(name) for name in self.best)}."
        worse = [f"{outline.label(name)} {span_words(low, high, unit)}" for name, (low, high) in self.worse.items()]
        return text + (f" Worse than the best by: {', '.join(worse)}." if worse else "")


def choice(played: ResultRows, scenario: str, measure: str, mixes: Sequence[str] | None = None) -> BestMixes:
    """Return which mixes are possibly best in a measure, on the drills that each pair has in common.

    mixes
        Names to choose from; by default all of the study.

    Raises ResultError for an unknown name.
    """
    names = tuple(mixes if mixes is not None else played.outline.mixes)
    samples = [sample(played, scenario, name, measure) for name in names]
    paired = moments(len(names), lambda i, j: moment_of(pair_of(samples[i], samples[j])))
    return best_of(measure, names, paired)


def best_of(measure: str, names: Sequence[str], paired: Moments) -> BestMixes:
    """Return which mixes are possibly best, from the moments of all pairs."""
    found = possibly_best(paired)
    low, high = behind_best(paired)
    worse = {
        name: (max(0.0, float(low[i])), float(high[i])) for i, name in enumerate(names) if not found.possibly_best[i]
    }
    return BestMixes(measure, tuple(names), tuple(names[i] for i in found.indices), worse, paired)


def moment_of(pair: Paired) -> PairMoment:
    """Return the moments of a paired difference; NaN where it has none."""
    value, error, freedom = (nan if v is None else v for v in (pair.difference.value, pair.error, pair.freedom))
    return PairMoment(value, error, freedom, pair.n)
