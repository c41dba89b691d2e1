"""Samples: the values of one measure for one mix, with the drills that they come from and their weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drillsim.analysis.estimators import Paired, paired_difference
from drillsim.analysis.weights.strata import Strata, plain, strata_of
from drillsim.analysis.weights.weighted import Weighed, weighed_difference
from drillsim.errors import ResultError, closest
from drillsim.record.columns import COUNTS, MEASURES, TIMES, status_name
from drillsim.record.outline import Outline
from drillsim.record.presence import Chances

FORCED = 10**9
"""Least number of a drill that was forced to a presence, where drills of a scenario are numbered together."""
INCIDENTS = 10**4
"""More than the incidents of one day."""


class ResultRows(Protocol):
    """Rows of a study with its outline: what a comparison reads. `study.results.Results` is one."""

    @property
    def runs(self) -> pd.DataFrame:
        """One row per scenario, mix, replication and incident."""

    @property
    def outline(self) -> Outline:
        """Scenarios, mixes, goals, seed and number of drills of the study."""


@dataclass(frozen=True)
class Drills:
    """The drills of one mix that were played to their end.

    numbers
        (m,) ascending: the replication, of a school day the number of the day; of drills forced to a presence FORCED and more.
    states
        (m,) state of presence of the mix in words; '' where nothing is left to chance.
    forced
        (m,) presence that the drill was forced to, as text; '' where it was drawn.
    law
        What chance decides about the presence of the mix.
    """

    numbers: NDArray[np.int64]
    states: tuple[str, ...]
    forced: tuple[str, ...]
    law: Chances
    is_day: bool = False

    @cached_property
    def strata(self) -> Strata:
        """The drills weighed by the states of presence of the mix."""
        if not self.law.units and not self.law.weekdays:
            return plain(len(self.states))
        return strata_of([self.law], [self.states], self.forced)

    def strata_with(self, other: Drills, mine: NDArray[np.int64], its: NDArray[np.int64]) -> Strata:
        """Return the drills that another mix played too, by their places here and there, weighed by the states of both."""
        laws = [self.law, other.law]
        if not any(law.units or law.weekdays for law in laws):
            return plain(len(mine))
        at, there = mine.tolist(), its.tolist()
        return strata_of(
            laws,
            [[self.states[k] for k in at], [other.states[k] for k in there]],
            [self.forced[k] for k in at],
        )


@dataclass(frozen=True)
class Sample:
    """Values of one measure for one mix over the drills of a scenario to which the measure applies.

    keys
        (n,) drill and incident of each value, as one number: equal numbers of two mixes are a pair.
    numbers
        (n,) T* = min(T, tau) for times, in s; counts as they are. One per drill; of a school day one per incident.
    reached
        (n,) whether the drill reached the state by the horizon; true for counts.
    not_applicable, failed
        Number of drills left out: the measure has no meaning in them, or they did not run to their end.
    drill
        (n,) place of the drill of each value in `drills`.
    row
        (n,) label of the row of each value in the rows of the study.
    """

    keys: NDArray[np.int64]
    numbers: NDArray[np.float64]
    reached: NDArray[np.bool_]
    not_applicable: int
    failed: int
    drill: NDArray[np.int64]
    drills: Drills
    row: NDArray[np.int64]

    @property
    def replications(self) -> NDArray[np.int64]:
        """(n,) number of the drill of each value, as in `Drills.numbers`."""
        return self.drills.numbers[self.drill]

    @property
    def of_seed(self) -> Sample:
        """The values of the drills 0, 1, 2 … of the seed, which weigh the same: without those forced to a presence."""
        kept = self.replications < FORCED
        return replace(
            self, keys=self.keys[kept], numbers=self.numbers[kept], reached=self.reached[kept], drill=self.drill[kept],
            row=self.row[kept],
        )  # fmt: skip

    @cached_property
    def weighed(self) -> Weighed:
        """The values with their weights."""
        return Weighed(self.drill, self.drills.strata, self.drills.is_day)


VALUES_KEPT = 60_000
"""Values in the samples that partitioned results keep (2 MB): all measures of a small study, and little memory for a large one."""


class PartitionedResults:
    """Results with their rows split by scenario and mix once, for callers that ask for many numbers."""

    def __init__(self, played: ResultRows) -> None:
        self.runs, self.outline = played.runs, played.outline
        self.curves = getattr(played, "curves", {})
        self.depends_on = getattr(played, "depends_on", None)
        self.twice_horizon = getattr(played, "twice_horizon", None)
        self.portfolio = getattr(played, "portfolio", None)
        self.parts: dict[tuple[str, str | None, bool], pd.DataFrame] = {}
        self.drills: dict[tuple[str, str], Drills] = {}
        self.samples: dict[tuple[str, str, str], Sample] = {}
        self.ordered: dict[tuple[str, str], tuple[pd.DataFrame, NDArray[np.int64]]] = {}


def rows_of(played: ResultRows, scenario: str, mix: str | None = None, *, added: bool = False) -> pd.DataFrame:
    """Return the rows of one line of the outline, for one mix or for all.

    A line is one incident of a drill, or all incidents of a school day. A failed drill has a single row, which counts
    for every incident that it would have had.

    added
        Also the drills that the study added for rare states of presence, which have to be weighed.
    """
    if not isinstance(played, PartitionedResults):
        return _rows_of(played, scenario, mix, added=added)
    if (scenario, mix, added) not in played.parts:
        played.parts[scenario, mix, added] = _rows_of(played, scenario, mix, added=added)
    return played.parts[scenario, mix, added]


def _rows_of(played: ResultRows, scenario: str, mix: str | None, *, added: bool) -> pd.DataFrame:
    runs, line = played.runs, played.outline.scenarios[scenario]
    mine = runs["scenario"] == (line.of or scenario)
    if line.incident:
        mine &= (runs["incident"] == line.incident) | (runs["status"] != "done")
    if mix is not None:
        mine &= runs["mix"] == mix
    if not added and "forced" in runs:
        mine &= runs["forced"].fillna("") == ""
    return _taken(runs, mine.to_numpy())


def _taken(runs: pd.DataFrame, mine: NDArray[np.bool_]) -> pd.DataFrame:
    """Return some rows; where they lie together, as in a study they do, they share their memory with the whole."""
    first, number = int(mine.argmax()) if len(mine) else 0, int(mine.sum())
    together = bool(mine[first : first + number].all())
    return runs.iloc[first : first + number] if together else runs[mine]


def sample(played: ResultRows, scenario: str, mix: str, measure: str) -> Sample:
    """Return the sample of one measure of one mix. Raises ResultError for a name that the results do not hold."""
    if not isinstance(played, PartitionedResults):
        return _sample(played, scenario, mix, measure)
    key = (scenario, mix, measure)
    if key not in played.samples:
        values = sum(len(one.numbers) for one in played.samples.values())
        if values >= VALUES_KEPT:
            played.samples.clear()
        played.samples[key] = _sample(played, scenario, mix, measure)
    return played.samples[key]


def _sample(played: ResultRows, scenario: str, mix: str, measure: str) -> Sample:
    runs, outline = played.runs, played.outline
    known(scenario, outline.scenarios, "scenario")
    known(mix, outline.mixes, "mix")
    columns = [c.name for c in (*MEASURES, *COUNTS)]
    known(measure, [*columns, *(c for c in runs.columns if c.endswith("_s") and c not in columns)], "measure")
    line, status = outline.scenarios[scenario], status_name(measure)
    rows, numbered = _ordered(played, scenario, mix)
    done = (rows["status"] == "done").to_numpy()
    values = rows[measure].to_numpy(dtype=np.float64) if measure in rows else np.full(len(rows), np.nan)
    if measure in TIMES and status in rows:
        words = rows[status].astype(object).to_numpy()
        reached, applies = done & (words == "reached"), done & np.isin(words, ("reached", "not-reached"))
        values = np.minimum(np.where(reached, values, np.inf), line.horizon_s)
    else:
        reached = applies = done & ~np.isnan(values)
    drills = _drills(played, scenario, mix, rows, numbered, done)
    first = np.searchsorted(numbered, numbered)
    keys = numbered * INCIDENTS + (np.arange(len(numbered)) - first)
    return Sample(
        keys[applies],
        values[applies],
        reached[applies],
        not_applicable=int((done & ~applies).sum()),
        failed=int((~done).sum()),
        drill=np.searchsorted(drills.numbers, numbered[applies]),
        drills=drills,
        row=rows.index.to_numpy(dtype=np.int64)[applies],
    )


def _ordered(played: ResultRows, scenario: str, mix: str) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return the rows of a mix in order of their drills, and the number of the drill of each; of partitioned results once."""
    kept = played.ordered if isinstance(played, PartitionedResults) else {}
    if (scenario, mix) not in kept:
        rows = rows_of(played, scenario, mix, added=True)
        numbered = _numbers(rows, played.outline)
        if not bool((numbered[1:] >= numbered[:-1]).all()):
            order = np.argsort(numbered, kind="stable")
            rows, numbered = rows.iloc[order], numbered[order]
        kept[scenario, mix] = (rows, numbered)
    return kept[scenario, mix]


def _numbers(rows: pd.DataFrame, outline: Outline) -> NDArray[np.int64]:
    """Return the number of the drill of each row; those of one forced presence lie together above FORCED.

    One presence has one place in all scenarios of the study, so that variants pair with their base.
    """
    found = rows["replication"].to_numpy(dtype=np.int64)
    added = sorted({text for line in outline.scenarios.values() for text in line.added})
    if not added or "forced" not in rows:
        return found
    place = {text: FORCED * (1 + k) for k, text in enumerate(added)} | {"": 0}
    return np.asarray(found + np.array([place[text] for text in rows["forced"].fillna("")], dtype=np.int64))


def _drills(
    played: ResultRows,
    scenario: str,
    mix: str,
    rows: pd.DataFrame,
    numbered: NDArray[np.int64],
    done: NDArray[np.bool_],
) -> Drills:
    """Return the drills of a mix from its finished rows, in order; those of partitioned results are made once."""
    kept = played.drills if isinstance(played, PartitionedResults) else {}
    if (scenario, mix) not in kept:
        line = played.outline.scenarios[scenario]
        law = line.chances.get(mix, Chances())
        numbers, first = np.unique(numbered[done], return_index=True)
        told = rows.iloc[np.flatnonzero(done)[first]]
        texts = [
            tuple(told[name].fillna("")) if name in told else ("",) * len(first) for name in ("presence", "forced")
        ]
        kept[scenario, mix] = Drills(numbers, texts[0], texts[1], law, line.day)
    return kept[scenario, mix]


@dataclass(frozen=True)
class PairedValues:
    """Values of two samples over the drills that both have, weighed by the states of both mixes.

    numbers
        (m,) the drills of `weighed`, as in `Drills.numbers`.
    first, second
        (n,) values of each pair.
    """

    numbers: NDArray[np.int64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]
    weighed: Weighed


def paired_values(one: Sample, against: Sample) -> PairedValues:
    """Return the values of two samples that belong to each other: of one drill and, on a school day, of one incident."""
    _, i, j = np.intersect1d(one.keys, against.keys, assume_unique=True, return_indices=True)
    both, mine, its = np.intersect1d(
        one.drills.numbers, against.drills.numbers, assume_unique=True, return_indices=True
    )
    strata = one.drills.strata_with(against.drills, mine, its)
    place = np.full(len(one.drills.numbers), -1, dtype=np.int64)
    place[mine] = np.arange(len(mine))
    return PairedValues(
        both, one.numbers[i], against.numbers[j], Weighed(place[one.drill[i]], strata, one.drills.is_day)
    )


def pair_of(one: Sample, against: Sample) -> Paired:
    """Return the difference of two samples over the drills that both have, weighed by the states of both mixes."""
    both = paired_values(one, against)
    a, b, weighed = both.first, both.second, both.weighed
    is_plain = weighed.strata.is_plain and not one.drills.is_day
    found = paired_difference(a, b) if is_plain else weighed_difference(a, b, weighed)
    return replace(found, variance_reduction=_reduction(weighed.mean(a).error, weighed.mean(b).error, found.error))


def _reduction(first: float | None, second: float | None, paired: float | None) -> float | None:
    """Return how many times smaller the variance of a difference is than with drills of its own for each mix."""
    if first is None or second is None or not paired:
        return None
    return (first**2 + second**2) / paired**2


def known(name: str, names: Iterable[str], what: str) -> None:
    """Raise ResultError, with the closest name, where a name is not listed."""
    listed = list(names)
    if name not in listed:
        raise ResultError(f"the results have no {what} called '{name}'.{closest(name, listed)}")
