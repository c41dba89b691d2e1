"""The expected line of each mix over the incidents of a year, its differences, and the frequencies at which the best mix changes.

    per incident = sum(f_s m_s) / sum(f_s),  per year = sum(f_s m_s)

with f the incidents of a scenario in a year and m the mean of a mix. Scenarios are weighed only where they share a measure: seconds
until somebody is there and seconds until rooms are secured are never added up. Intervals tell chance alone; how often an incident
happens is taken as stated, and its range is tried apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from drillsim.analysis.choice import BestMixes, best_of
from drillsim.analysis.contrasts import Difference, matters_of, untested
from drillsim.analysis.estimators import Interval, Paired, equivalence_p, holm
from drillsim.analysis.portfolio.model import Frequency, Portfolio
from drillsim.analysis.portfolio.weights import Part, WeightedSum, ZeroWeight, part_of, weighted_sum, zero_weight
from drillsim.analysis.selection.moments import PairMoment, moments
from drillsim.analysis.weights.samples import PartitionedResults, ResultRows, Sample, pair_of, paired_values, sample
from drillsim.analysis.weights.weighted import MeanEstimate
from drillsim.errors import ResultError
from drillsim.record.outline import Outline


@dataclass(frozen=True)
class LeadChange:
    """A number of incidents of one scenario a year, from which on another mix has the lowest line, the others as they are.

    is_below
        Whether the other mix leads below this number; else above it.
    """

    scenario: str
    usual: float
    mix: str
    at: ZeroWeight
    is_below: bool


@dataclass(frozen=True)
class Expected:
    """The expected lines of one measure.

    frequencies
        Incidents a year by scenario, in the order of the portfolio.
    lines
        By mix, mean of one incident with its interval.
    best
        Name of the mix of the lowest line.
    turns
        For each scenario, the nearest numbers below and above the usual one at which another mix has the lowest line.
    ahead_in_range
        Names of the mixes that have a lower line than the best one for some frequencies inside the stated ranges.
    """

    measure: str
    frequencies: Mapping[str, Frequency]
    lines: Mapping[str, Interval]
    differences: tuple[Difference, ...]
    chosen: BestMixes
    best: str | None
    turns: tuple[LeadChange, ...]
    ahead_in_range: tuple[str, ...]
    source: str = ""
    """Where the frequencies are from, as the portfolio says."""

    @property
    def per_year(self) -> float:
        """Incidents of all scenarios a year."""
        return float(sum(one.usual for one in self.frequencies.values()))


def expected(played: ResultRows, portfolio: Portfolio, *, versus: str | None = None) -> list[Expected]:
    """Return the expected lines of a portfolio, one for each primary measure of its scenarios (or the one it names).

    Raises ScenarioError for a scenario that the study does not have, and ResultError for one that plays whole days.
    """
    outline = played.outline
    portfolio.refuse_unknown(outline.scenarios)
    for name in portfolio.incidents:
        if outline.scenarios[name].day:
            raise ResultError(
                f"'{name}' plays whole days, which hold their own frequencies; a portfolio weighs single incidents"
            )
    groups: dict[str, dict[str, Frequency]] = {}
    for name, frequency in portfolio.incidents.items():
        groups.setdefault(portfolio.measure or outline.scenarios[name].primary, {})[name] = frequency
    played = PartitionedResults(played)
    return [
        replace(_expected(played, measure, frequencies, versus or outline.present), source=portfolio.source)
        for measure, frequencies in groups.items()
        if any(one.usual for one in frequencies.values())
    ]


class _Lines:
    """The means of all mixes and of the differences of all pairs, in each scenario of a portfolio."""

    def __init__(self, played: PartitionedResults, measure: str, frequencies: Mapping[str, Frequency]) -> None:
        self.outline, self.measure = played.outline, measure
        self.scenarios = list(frequencies)
        self.weights = np.array([one.usual for one in frequencies.values()])
        self.shares = self.weights / self.weights.sum()
        self.samples = {(s, m): sample(played, s, m, measure) for s in self.scenarios for m in self.outline.mixes}
        self.pairs: dict[tuple[str, str], WeightedSum] = {}

    def alone(self, mix: str) -> WeightedSum:
        """Return the means of one mix."""
        return weighted_sum([self._part(s, self.samples[s, mix]) for s in self.scenarios])

    def between(self, mix: str, other: str) -> WeightedSum:
        """Return the means of one mix less another."""
        if (mix, other) not in self.pairs:
            self.pairs[mix, other] = weighted_sum([self._pair(s, mix, other) for s in self.scenarios])
        return self.pairs[mix, other]

    def _part(self, scenario: str, one: Sample) -> Part:
        return part_of(one.weighed, one.numbers, self._names(scenario, one.drills.numbers))

    def _pair(self, scenario: str, mix: str, other: str) -> Part:
        both = paired_values(self.samples[scenario, mix], self.samples[scenario, other])
        gap = np.round(both.first - both.second, 6)
        return part_of(both.weighed, gap, self._names(scenario, both.numbers))

    def _names(self, scenario: str, numbers: NDArray[np.int64]) -> list[tuple[str, int]]:
        """Return names of drills: those of one family and number are the same drill in all scenarios."""
        family = self.outline.scenarios[scenario].family or scenario
        return [(family, number) for number in numbers.tolist()]


def _expected(played: PartitionedResults, measure: str, frequencies: Mapping[str, Frequency], versus: str) -> Expected:
    lines, outline = _Lines(played, measure, frequencies), played.outline
    names = list(outline.mixes)
    alone = {mix: lines.alone(mix).at(lines.shares) for mix in names}
    means = {mix: one.value for mix, one in alone.items() if one.value is not None}
    best = min(means, key=lambda mix: (round(means[mix], 6), names.index(mix))) if means else None
    paired = moments(len(names), lambda i, j: _moment(lines, names[i], names[j]))
    return Expected(
        measure,
        frequencies,
        {mix: one.interval() for mix, one in alone.items()},
        tuple(_differences(lines, versus)),
        best_of(measure, names, paired),
        best,
        tuple(_turns(lines, frequencies, best)) if best is not None else (),
        tuple(mix for mix in names if best is not None and _may_lead(lines.between(best, mix), frequencies)),
    )


def _pairs(lines: _Lines, mix: str, other: str) -> int:
    """Return the fewest pairs of drills that two mixes have in a scenario that counts."""
    return min(
        len(paired_values(lines.samples[s, mix], lines.samples[s, other]).first)
        for s, share in zip(lines.scenarios, lines.shares, strict=True)
        if share > 0
    )


def _moment(lines: _Lines, mix: str, other: str) -> PairMoment:
    one = lines.between(mix, other).at(lines.shares)
    value, error, freedom = (nan if v is None else v for v in (one.value, one.error, one.freedom))
    return PairMoment(value, error, freedom, _pairs(lines, mix, other))


def _differences(lines: _Lines, versus: str) -> list[Difference]:
    names = [name for name in lines.outline.mixes if name != versus]
    pairs = [_paired(lines, name, versus) for name in names]
    matters = min(matters_of(lines.outline.scenarios[s], lines.measure) for s in lines.scenarios)
    tested = [pair if not untested(pair, lines.measure) else None for pair in pairs]
    adjusted = holm([pair.p if pair else None for pair in tested])
    within = holm([equivalence_p(pair, matters) if pair else None for pair in tested])
    return [
        Difference(name, versus, lines.measure, pair, p, matters, q, len(pairs))
        for name, pair, p, q in zip(names, pairs, adjusted, within, strict=True)
    ]


def _paired(lines: _Lines, mix: str, versus: str) -> Paired:
    """Return the difference of two lines, with the shares of incidents in which the first mix is faster and in which they tie."""
    found = lines.between(mix, versus).at(lines.shares)
    each = [pair_of(lines.samples[s, mix], lines.samples[s, versus]) for s in lines.scenarios]
    return Paired(
        _pairs(lines, mix, versus), found.interval(), _p(found), _mixed(lines, [one.share_faster for one in each]),
        _mixed(lines, [one.share_tied for one in each]), found.error, found.freedom,
    )  # fmt: skip


def _mixed(lines: _Lines, shares: Sequence[float | None]) -> float | None:
    counted = [(w, share) for w, share in zip(lines.shares.tolist(), shares, strict=True) if w > 0]
    if any(share is None for _, share in counted):
        return None
    return 1.0 if all(share == 1.0 for _, share in counted) else sum(w * (share or 0.0) for w, share in counted)


def _p(found: MeanEstimate) -> float | None:
    if found.value is None or found.error is None or found.freedom is None:
        return None
    if found.error == 0.0:
        return 1.0 if found.value == 0.0 else 0.0
    return float(2 * t.sf(abs(found.value) / found.error, found.freedom))


def _turns(lines: _Lines, frequencies: Mapping[str, Frequency], best: str) -> list[LeadChange]:
    """Return the nearest number of incidents below and above the usual one at which another mix leads, scenario by scenario."""
    turns: list[LeadChange] = []
    for k, (scenario, frequency) in enumerate(frequencies.items()):
        if len(frequencies) == 1:
            break  # one scenario alone: its number a year weighs nothing
        found = [
            (mix, zero)
            for mix in lines.outline.mixes
            if mix != best and (zero := zero_weight(lines.between(best, mix), lines.weights, k)) is not None
        ]
        usual = frequency.usual
        for is_below in (True, False):
            side = [(mix, zero) for mix, zero in found if (zero.weight < usual) is is_below]
            if side:
                mix, zero = min(side, key=lambda one: abs(one[1].weight - usual))
                turns.append(LeadChange(scenario, usual, mix, zero, is_below))
    return turns


def _may_lead(gap: WeightedSum, frequencies: Mapping[str, Frequency]) -> bool:
    """Return whether the best mix less another is above 0 for some frequencies in the stated ranges: at one corner of them."""
    ranges = [one.range for one in frequencies.values()]
    most = [high if d > 0 else low for d, (low, high) in zip(gap.values.tolist(), ranges, strict=True)]
    known = [(f, d) for f, d in zip(most, gap.values.tolist(), strict=True) if f and not np.isnan(d)]
    return bool(sum(f * d for f, d in known) > 1e-6)


def incident_words(outline: Outline, found: Expected) -> str:
    """Return the incidents of an expected line in words, such as 'A fight 12, Medical emergency 30 a year'."""
    told = [f"{outline.title(s)} {number_words(one.usual)}" for s, one in found.frequencies.items()]
    return f"{', '.join(told)} a year"


def number_words(value: float) -> str:
    """Return a number of incidents a year: '12', '0.5', '1 in 20 years' below one in two years, '0' below one in 10,000."""
    if value < 1e-4:
        return "0"
    return f"{value:.3g}" if value >= 0.5 else f"1 in {1 / value:.3g} years"
