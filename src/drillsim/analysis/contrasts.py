"""One measure at a time: what each mix reaches, how it differs on the same drills, which goals it meets."""

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
    holm,
    mean_interval,
    paired_difference,
    quantile,
    wilson,
)
from drillsim.analysis.wording import unit_of
from drillsim.errors import ResultError, closest
from drillsim.record.columns import COUNTS, MEASURES, TIMES, status_name
from drillsim.record.outline import GoalLine, Outline

MET, MISSED, CLOSE = "met", "missed", "too close to call"
SAME = "the same"


class ResultRows(Protocol):
    """What comparing needs: the rows of a study and its outline."""

    @property
    def runs(self) -> pd.DataFrame:
        """One row per scenario, mix, replication and incident."""

    @property
    def outline(self) -> Outline:
        """The terms of the study."""


@dataclass(frozen=True)
class Sample:
    """One measure of one mix over the drills of a scenario.

    numbers
        T* = min(T, tau) for times; indexed by replication, applicable drills only.
    reached
        Whether the drill got there by the horizon; always true for counts.
    not_applicable, failed
        Drills left out: the measure has no meaning in them, or they did not run to their end.
    """

    replications: NDArray[np.int64]
    numbers: NDArray[np.float64]
    reached: NDArray[np.bool_]
    not_applicable: int
    failed: int


@dataclass(frozen=True)
class Summary:
    """What one mix reaches in one measure: restricted mean, half by, 9 of 10 by, reached k of n."""

    mean: Interval
    p50: Quantile
    p90: Quantile
    reached: int
    n: int
    not_applicable: int
    failed: int


@dataclass(frozen=True)
class Difference:
    """One mix against another on the same drills; p adjusted by Holm over all contrasts of the measure."""

    mix: str
    versus: str
    measure: str
    paired: Paired
    p_holm: float | None

    @property
    def verdict(self) -> str:
        """Return 'faster', 'slower' (counts: lower, higher), 'no clear difference' or 'the same'; '' without a test."""
        value = self.paired.difference.value
        if self.p_holm is None or value is None:
            return ""
        if self.paired.share_tied == 1.0:
            return SAME
        if self.p_holm >= 0.05:
            return "no clear difference"
        words = ("faster", "slower") if unit_of(self.measure) == "s" else ("lower", "higher")
        return words[0] if value < 0 else words[1]


@dataclass(frozen=True)
class GoalResult:
    """A goal against what a mix showed: the share that met it, and whether that settles it."""

    goal: GoalLine
    mix: str
    met: Interval
    n: int
    verdict: str | None
    """met, missed or too close to call; None where no drill has the measure."""


class PartitionedResults:
    """A study whose rows are cut once into those of each scenario and mix, for who asks it for many numbers."""

    def __init__(self, played: ResultRows) -> None:
        self.runs, self.outline = played.runs, played.outline
        self.curves = getattr(played, "curves", {})
        self.parts: dict[tuple[str, str | None], pd.DataFrame] = {}


def rows_of(played: ResultRows, scenario: str, mix: str | None = None) -> pd.DataFrame:
    """Return the rows that belong to a line of the outline: one incident of a drill, or all of a day, of one mix or all.

    A drill that failed belongs to every incident it would have had.
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
    return runs[mine]


def sample(played: ResultRows, scenario: str, mix: str, measure: str) -> Sample:
    """Return one measure of one mix; raises ResultError for a name that is not in the results."""
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
    """Return one number a day: the mean over its incidents, reached where all of them were.

    Incidents of a day share who is there, so that days, not incidents, are independent of each other.
    """
    kept, where = np.unique(days, return_inverse=True)
    counts = np.bincount(where, minlength=len(kept))
    mean = np.bincount(where, weights=values, minlength=len(kept)) / np.maximum(counts, 1)
    missed = np.bincount(where, weights=~reached, minlength=len(kept))
    return kept, mean, missed == 0


def describe(played: ResultRows, scenario: str, mix: str, measure: str) -> Summary:
    """Return what one mix reaches in one measure."""
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
    """Return every other mix against `versus` (the present mix) on the drills that both have."""
    outline = played.outline
    other = versus or outline.present
    _known(other, outline.mixes, "mix")
    against = sample(played, scenario, other, measure)
    names, pairs = [name for name in outline.mixes if name != other], []
    for name in names:
        one = sample(played, scenario, name, measure)
        _, i, j = np.intersect1d(one.replications, against.replications, assume_unique=True, return_indices=True)
        pairs.append(paired_difference(one.numbers[i], against.numbers[j]))
    adjusted = holm([pair.p for pair in pairs])
    return [Difference(n, other, measure, pair, p) for n, pair, p in zip(names, pairs, adjusted, strict=True)]


def goal_verdict(met: Interval, in_share: float) -> str | None:
    """Return met, missed, or too close to call when the interval of the share covers the goal."""
    if met.low is None or met.high is None:
        return None
    if met.low >= in_share:
        return MET
    return MISSED if met.high < in_share else CLOSE


def goal_results(played: ResultRows, scenario: str) -> list[GoalResult]:
    """Return every goal of a scenario for every mix; a drill that never got there has not met it."""
    results = []
    for goal in played.outline.scenarios[scenario].goals:
        for mix in played.outline.mixes:
            one = sample(played, scenario, mix, goal.measure)
            hits = int((one.reached & (one.numbers <= goal.at_most_s)).sum())
            met = wilson(hits, one.numbers.size)
            results.append(GoalResult(goal, mix, met, one.numbers.size, goal_verdict(met, goal.in_share)))
    return results


def measures_of(played: ResultRows, scenario: str) -> list[str]:
    """Return the measures that any drill of a scenario has: the primary first, then in column order."""
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
    listed = list(names)
    if name not in listed:
        raise ResultError(f"the results have no {what} called '{name}'.{closest(name, listed)}")
