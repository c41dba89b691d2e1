"""Mixes compared in one measure: summaries, paired differences and goals.

The unit of analysis is the drill: replication r of a scenario is the same drill for every mix (common random
numbers), so mixes are compared pair by pair. Of a school day the values are those of its incidents and the day is one
cluster, since they share who is present. Drills are weighed by the states of presence (`analysis.weights.strata`). Times enter as
T* = min(T, tau), counts as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from drillsim.analysis.estimators import FEWEST_PAIRS, Interval, Paired, Quantile, equivalence_p, holm
from drillsim.analysis.selection.sizing import drills_to_decide
from drillsim.analysis.selection.targets import TargetPair
from drillsim.analysis.weights.samples import (
    PartitionedResults,
    ResultRows,
    Sample,
    known,
    pair_of,
    paired_values,
    rows_of,
    sample,
)
from drillsim.analysis.weights.targets import weighed_target_pair
from drillsim.analysis.wording import needs_words, unit_of, unit_words
from drillsim.record.columns import BY_NAME, COUNTS, MATTERS, MEASURES, TIMES, status_name
from drillsim.record.outline import GoalLine, ScenarioLine

MET, MISSED, CLOSE = "met", "missed", "too close to call"
"""Verdicts on a goal."""
SAME = "the same"
"""Verdict on two mixes that tie in every drill."""
NOT_MATTER = "no difference that matters"
"""Verdict on two mixes whose difference is beyond doubt smaller than what matters."""


@dataclass(frozen=True)
class Summary:
    """One mix in one measure: restricted mean, median, 90th percentile, and reached k of n drills."""

    mean: Interval
    p50: Quantile
    p90: Quantile
    reached: int
    n: int
    not_applicable: int
    failed: int


@dataclass(frozen=True)
class Difference:
    """One mix minus another over the same drills; p adjusted by Holm over the contrasts of scenario and measure.

    matters
        Least difference that matters, in the unit of the measure.
    p_matters
        p-value of `equivalence_p`, adjusted by Holm over the same contrasts: small where no difference matters.
    family
        Number of contrasts in the family.
    """

    mix: str
    versus: str
    measure: str
    paired: Paired
    p_holm: float | None
    matters: float
    p_matters: float | None
    family: int = 1
    counts: str = "drill"
    """What a pair is made of: a drill, or of school days an incident."""

    @property
    def remark(self) -> str:
        """Why it is not tested; '' where it is."""
        return untested(self.paired, self.measure)

    @property
    def verdict(self) -> str:
        """Words for the difference, at adjusted p < 0.05 each; empty without a test.

        The same where every pair ties; no difference that matters where it lies within +-matters; faster or slower (counts:
        lower, higher) where it is not 0; else about how many drills more it needs until one of these can be said.
        """
        value = self.paired.difference.value
        if value is None or _follows_staffing(self.measure):
            return ""
        if self.paired.share_tied == 1.0:
            return SAME
        if self.p_holm is None:
            return ""
        if self.p_matters is not None and self.p_matters < 0.05:
            return NOT_MATTER
        if self.p_holm >= 0.05:
            return needs_words(self.drills_more, self.counts)
        words = ("faster", "slower") if unit_of(self.measure) == "s" else ("lower", "higher")
        return words[0] if value < 0 else words[1]

    @property
    def is_open(self) -> bool:
        """Whether more drills could decide it: it is not tested for want of pairs, or neither word of the verdict holds yet."""
        if self.paired.difference.value is None or _follows_staffing(self.measure):
            return False
        return bool(self.remark) or self.verdict not in (SAME, NOT_MATTER, "faster", "slower", "lower", "higher")

    @property
    def drills_more(self) -> int | None:
        """About how many drills (of school days incidents) more the contrast needs until it is decided; None where unknown."""
        pair = self.paired
        value, error, freedom = pair.difference.value, pair.error, pair.freedom
        if value is None or error is None or freedom is None:
            return None
        wanted = drills_to_decide(
            difference=value, error=error, freedom=freedom, rounds=pair.n,
            matters=self.matters, alpha=0.05 / self.family,
        )  # fmt: skip
        return None if wanted is None else max(1, wanted - pair.n)


@dataclass(frozen=True)
class GoalResult:
    """Share of the drills of a mix that met a goal, and the verdict that its interval allows."""

    goal: GoalLine
    mix: str
    met: Interval
    n: int
    verdict: str | None
    """met, missed or too close to call; None where no drill has the measure."""
    against: TargetPair | None = None
    """Share less that of the present mix on the same drills; None for the present mix itself."""
    p_holm: float | None = None
    """p-value of `against`, adjusted by Holm over the mixes of the goal."""


def describe(played: ResultRows, scenario: str, mix: str, measure: str) -> Summary:
    """Return the summary of one mix in one measure. Raises ResultError for an unknown name."""
    one = sample(played, scenario, mix, measure)
    return Summary(
        one.weighed.mean(one.numbers).interval(),
        one.weighed.quantile(one.numbers, one.reached, 0.5),
        one.weighed.quantile(one.numbers, one.reached, 0.9),
        reached=int(one.reached.sum()),
        n=one.numbers.size,
        not_applicable=one.not_applicable,
        failed=one.failed,
    )


def differences(played: ResultRows, scenario: str, measure: str, versus: str | None = None) -> list[Difference]:
    """Return every other mix minus `versus` (by default the present mix), over the drills that both have.

    Pairs are matched by replication; drills that failed or do not apply in either mix drop out of that pair. Raises
    ResultError for an unknown name.
    """
    outline = played.outline
    other = versus or outline.present
    known(other, outline.mixes, "mix")
    against = sample(played, scenario, other, measure)
    names, pairs = [name for name in outline.mixes if name != other], []
    for name in names:
        pairs.append(pair_of(sample(played, scenario, name, measure), against))
    line = outline.scenarios[scenario]
    matters = matters_of(line, measure)
    tested = [pair if not untested(pair, measure) else None for pair in pairs]
    adjusted = holm([pair.p if pair else None for pair in tested])
    within = holm([equivalence_p(pair, matters) if pair else None for pair in tested])
    return [
        Difference(name, other, measure, pair, p, matters, q, len(pairs), unit_words(line))
        for name, pair, p, q in zip(names, pairs, adjusted, within, strict=True)
    ]


def _follows_staffing(measure: str) -> bool:
    column = BY_NAME.get(measure)
    return column is not None and column.follows_staffing


def untested(pair: Paired, measure: str) -> str:
    """Return why a difference is reported and not tested, '' where it is tested."""
    if _follows_staffing(measure):
        return "an outcome of the staffing itself: reported, not judged"
    return (
        f"{pair.n} pair{'' if pair.n == 1 else 's'}: too few for a test, which needs {FEWEST_PAIRS}"
        if pair.n < FEWEST_PAIRS
        else ""
    )


def matters_of(line: ScenarioLine, measure: str) -> float:
    """Return the least difference of a measure that matters in a scenario: as it says, else the default of the unit."""
    stated = _stated(line, measure)
    return MATTERS.get(unit_of(measure), MATTERS["s"]) if stated is None else stated


def matters_source(line: ScenarioLine, measure: str) -> str:
    """Return ' (A:study.matters)' where the difference that matters is the default, '' where the scenario states it."""
    return " (A:study.matters)" if _stated(line, measure) is None else ""


def _stated(line: ScenarioLine, measure: str) -> float | None:
    return line.matters.get(measure, line.matters.get("times") if unit_of(measure) == "s" else None)


def goal_verdict(met: Interval, in_share: float) -> str | None:
    """Return met where the interval of the share lies at or above the goal, missed below it, else too close to call."""
    if met.low is None or met.high is None:
        return None
    if met.low >= in_share:
        return MET
    return MISSED if met.high < in_share else CLOSE


def goal_results(played: ResultRows, scenario: str) -> list[GoalResult]:
    """Return the result of every goal of a scenario for every mix; an unreached drill has not met the goal."""
    results = []
    outline = played.outline
    for goal in outline.scenarios[scenario].goals:
        samples = {mix: sample(played, scenario, mix, goal.measure) for mix in outline.mixes}
        pairs = {
            m: _met_pair(one, samples[outline.present], goal) for m, one in samples.items() if m != outline.present
        }
        adjusted = dict(zip(pairs, holm([pair.p for pair in pairs.values()]), strict=True))
        for mix, one in samples.items():
            met = one.weighed.share(_met(one, goal))
            verdict = goal_verdict(met, goal.in_share)
            results.append(GoalResult(goal, mix, met, one.numbers.size, verdict, pairs.get(mix), adjusted.get(mix)))
    return results


def _met(one: Sample, goal: GoalLine) -> NDArray[np.bool_]:
    return np.asarray(one.reached & (one.numbers <= goal.at_most_s))


def _met_pair(one: Sample, against: Sample, goal: GoalLine) -> TargetPair:
    """Return the difference of the shares that meet a goal, over the drills that both samples have, weighed by their states."""
    hits = [replace(s, numbers=_met(s, goal).astype(np.float64)) for s in (one, against)]
    return weighed_target_pair(paired_values(hits[0], hits[1]))


def family_words(contrasts: int) -> str:
    """Return the family of tests that Holm's rule holds together."""
    return f"{contrasts} contrast{'' if contrasts == 1 else 's'} (every mix against one, in this measure and scenario)"


def orders(played: ResultRows, scenario: str, measure: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the mixes by their mean in a time, as watched to the horizon and to half of it; None for a count."""
    if unit_of(measure) != "s":
        return None
    samples = {mix: sample(played, scenario, mix, measure) for mix in played.outline.mixes}
    horizon_s = played.outline.scenarios[scenario].horizon_s
    found = []
    for until_s in (horizon_s, horizon_s / 2):
        means = {mix: s.weighed.mean(np.minimum(s.numbers, until_s)).value for mix, s in samples.items()}
        known = [mix for mix, value in means.items() if value is not None]
        found.append(tuple(sorted(known, key=lambda mix: (round(means[mix] or 0.0, 6), known.index(mix)))))
    return found[0], found[1]


def measures_of(played: ResultRows, scenario: str) -> list[str]:
    """Return the measures that apply to any drill of a scenario: the primary one first, then in column order."""
    first = played.outline.scenarios[scenario].primary
    rows = rows_of(played, scenario)
    rows = rows[rows["status"] == "done"]
    found = []
    for column in (*MEASURES, *COUNTS):
        status = status_name(column.name)
        if column.name in TIMES:
            here = status in rows and bool(rows[status].isin(["reached", "not-reached"]).any())
        else:
            here = column.name in rows and bool(rows[column.name].notna().any())
        if here and column.name != first:
            found.append(column.name)
    return [first, *found]


__all__ = [
    "CLOSE",
    "MET",
    "MISSED",
    "NOT_MATTER",
    "SAME",
    "Difference",
    "GoalResult",
    "PartitionedResults",
    "ResultRows",
    "Sample",
    "Summary",
    "describe",
    "differences",
    "family_words",
    "goal_results",
    "goal_verdict",
    "matters_of",
    "matters_source",
    "measures_of",
    "orders",
    "pair_of",
    "rows_of",
    "sample",
]
