"""Mixes compared in one measure: summaries, paired differences and goals.

The unit of analysis is the drill: replication r of a scenario is the same drill for every mix (common random
numbers), so mixes are compared pair by pair. Of a school day the unit is the day, since its incidents share who is
present. Times enter as T* = min(T, tau), counts as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drillsim.analysis.estimators import (
    Interval,
    Paired,
    Quantile,
    equivalence_p,
    holm,
    mean_interval,
    paired_difference,
    quantile,
    wilson,
)
from drillsim.analysis.selection.sizing import drills_to_decide
from drillsim.analysis.selection.targets import TargetPair, target_pair
from drillsim.analysis.wording import needs_words, unit_of
from drillsim.errors import ResultError, closest
from drillsim.record.columns import COUNTS, MATTERS, MEASURES, TIMES, status_name
from drillsim.record.outline import GoalLine, Outline, ScenarioLine

MET, MISSED, CLOSE = "met", "missed", "too close to call"
"""Verdicts on a goal."""
SAME = "the same"
"""Verdict on two mixes that tie in every drill."""
NOT_MATTER = "no difference that matters"
"""Verdict on two mixes whose difference is beyond doubt smaller than what matters."""


class ResultRows(Protocol):
    """Rows of a study with its outline: what a comparison reads. `study.results.Results` is one."""

    @property
    def runs(self) -> pd.DataFrame:
        """One row per scenario, mix, replication and incident."""

    @property
    def outline(self) -> Outline:
        """Scenarios, mixes, goals, seed and number of drills of the study."""


@dataclass(frozen=True)
class Sample:
    """Values of one measure for one mix over the drills of a scenario to which the measure applies.

    replications
        (n,) number of each drill, ascending; of a school day, number of the day.
    numbers
        (n,) T* = min(T, tau) for times, in s; counts as they are.
    reached
        (n,) whether the drill reached the state by the horizon; true for counts.
    not_applicable, failed
        Number of drills left out: the measure has no meaning in them, or they did not run to their end.
    """

    replications: NDArray[np.int64]
    numbers: NDArray[np.float64]
    reached: NDArray[np.bool_]
    not_applicable: int
    failed: int


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

    @property
    def verdict(self) -> str:
        """Words for the difference, at adjusted p < 0.05 each; empty without a test.

        The same where every pair ties; no difference that matters where it lies within +-matters; faster or slower (counts:
        lower, higher) where it is not 0; else about how many drills more it needs until one of these can be said.
        """
        value = self.paired.difference.value
        if self.p_holm is None or value is None:
            return ""
        if self.paired.share_tied == 1.0:
            return SAME
        if self.p_matters is not None and self.p_matters < 0.05:
            return NOT_MATTER
        if self.p_holm >= 0.05:
            return needs_words(self.drills_more)
        words = ("faster", "slower") if unit_of(self.measure) == "s" else ("lower", "higher")
        return words[0] if value < 0 else words[1]

    @property
    def drills_more(self) -> int | None:
        """About how many drills more the contrast needs until it is decided; None where that cannot be told."""
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


class PartitionedResults:
    """Results with their rows split by scenario and mix once, for callers that ask for many numbers."""

    def __init__(self, played: ResultRows) -> None:
        self.runs, self.outline = played.runs, played.outline
        self.curves = getattr(played, "curves", {})
        self.parts: dict[tuple[str, str | None], pd.DataFrame] = {}


def rows_of(played: ResultRows, scenario: str, mix: str | None = None) -> pd.DataFrame:
    """Return the rows of one line of the outline, for one mix or for all.

    A line is one incident of a drill, or all incidents of a school day. A failed drill has a single row, which counts
    for every incident that it would have had. Drills that the study added for rare states of presence are left out.
    """
    if not isinstance(played, PartitionedResults):
        return _rows_of(played, scenario, mix)
    if (scenario, mix) not in played.parts:
        played.parts[scenario, mix] = _rows_of(played, scenario, mix)
    return played.parts[scenario, mix]


def _rows_of(played: ResultRows, scenario: str, mix: str | None) -> pd.DataFrame:
    runs, line = played.runs, played.outline.scenarios[scenario]
    mine = runs["scenario"] == (line.of or scenario)
    if line.incident:
        mine &= (runs["incident"] == line.incident) | (runs["status"] != "done")
    if mix is not None:
        mine &= runs["mix"] == mix
    if "forced" in runs:
        mine &= runs["forced"].fillna("") == ""
    return runs[mine]


def sample(played: ResultRows, scenario: str, mix: str, measure: str) -> Sample:
    """Return the sample of one measure of one mix. Raises ResultError for a name that the results do not hold."""
    runs, outline = played.runs, played.outline
    _known(scenario, outline.scenarios, "scenario")
    _known(mix, outline.mixes, "mix")
    columns = [c.name for c in (*MEASURES, *COUNTS)]
    _known(measure, [*columns, *(c for c in runs.columns if c.endswith("_s") and c not in columns)], "measure")
    status = status_name(measure)
    rows = rows_of(played, scenario, mix)
    rows = rows[[c for c in ("replication", "status", measure, status) if c in rows]]
    rows = rows.sort_values("replication", kind="stable")
    done = (rows["status"] == "done").to_numpy()
    values = rows[measure].to_numpy(dtype=np.float64) if measure in rows else np.full(len(rows), np.nan)
    if measure in TIMES and status in rows:
        words = rows[status].astype(object).to_numpy()
        reached, applies = done & (words == "reached"), done & np.isin(words, ("reached", "not-reached"))
        values = np.minimum(np.where(reached, values, np.inf), outline.scenarios[scenario].horizon_s)
    else:
        reached = applies = done & ~np.isnan(values)
    replications, values, reached = (
        rows["replication"].to_numpy(dtype=np.int64)[applies],
        values[applies],
        reached[applies],
    )
    if outline.scenarios[scenario].day:
        replications, values, reached = _by_day(replications, values, reached)
    return Sample(
        replications,
        values,
        reached,
        not_applicable=int((done & ~applies).sum()),
        failed=int((~done).sum()),
    )


def _by_day(
    days: NDArray[np.int64], values: NDArray[np.float64], reached: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return one value per day: the mean over its incidents, reached where all of them were.

    Incidents of one day share the people present, so only days are independent of each other.
    """
    kept, where = np.unique(days, return_inverse=True)
    counts = np.bincount(where, minlength=len(kept))
    mean = np.bincount(where, weights=values, minlength=len(kept)) / np.maximum(counts, 1)
    missed = np.bincount(where, weights=~reached, minlength=len(kept))
    return kept, mean, missed == 0


def describe(played: ResultRows, scenario: str, mix: str, measure: str) -> Summary:
    """Return the summary of one mix in one measure. Raises ResultError for an unknown name."""
    one = sample(played, scenario, mix, measure)
    return Summary(
        mean_interval(one.numbers),
        quantile(one.numbers, one.reached, 0.5),
        quantile(one.numbers, one.reached, 0.9),
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
    _known(other, outline.mixes, "mix")
    against = sample(played, scenario, other, measure)
    names, pairs = [name for name in outline.mixes if name != other], []
    for name in names:
        pairs.append(pair_of(sample(played, scenario, name, measure), against))
    matters = matters_of(outline.scenarios[scenario], measure)
    adjusted, within = holm([pair.p for pair in pairs]), holm([equivalence_p(pair, matters) for pair in pairs])
    return [
        Difference(name, other, measure, pair, p, matters, q, len(pairs))
        for name, pair, p, q in zip(names, pairs, adjusted, within, strict=True)
    ]


def pair_of(one: Sample, against: Sample) -> Paired:
    """Return the difference of two samples over the drills that both have."""
    _, i, j = np.intersect1d(one.replications, against.replications, assume_unique=True, return_indices=True)
    return paired_difference(one.numbers[i], against.numbers[j])


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
            met = wilson(int(_met(one, goal).sum()), one.numbers.size)
            verdict = goal_verdict(met, goal.in_share)
            results.append(GoalResult(goal, mix, met, one.numbers.size, verdict, pairs.get(mix), adjusted.get(mix)))
    return results


def _met(one: Sample, goal: GoalLine) -> NDArray[np.bool_]:
    return np.asarray(one.reached & (one.numbers <= goal.at_most_s))


def _met_pair(one: Sample, against: Sample, goal: GoalLine) -> TargetPair:
    """Return the difference of the shares that meet a goal, over the drills that both samples have."""
    _, i, j = np.intersect1d(one.replications, against.replications, assume_unique=True, return_indices=True)
    return target_pair(_met(one, goal)[i], _met(against, goal)[j])


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


def _known(name: str, names: Iterable[str], what: str) -> None:
    """Raise ResultError, with the closest name, where a name is not listed."""
    listed = list(names)
    if name not in listed:
        raise ResultError(f"the results have no {what} called '{name}'.{closest(name, listed)}")
