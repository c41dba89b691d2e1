"""Results of a study: rows of all drills, curves, and the folder that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drillsim.analysis.compare import compare
from drillsim.analysis.portfolio.model import Portfolio
from drillsim.analysis.summary import summarise
from drillsim.plan.passage import way_name
from drillsim.record.columns import COUNTS, LEGS, MEASURES, WAYS
from drillsim.record.content import Content, Spool, content_of
from drillsim.record.outline import Outline
from drillsim.record.rows import Rows
from drillsim.record.store import (
    RUNS,
    STRATUM,
    SUMMARY,
    WAY_KEYS,
    WAYS_CSV,
    column_order,
    json_bytes,
    manifest,
    read_folder,
    runs_csv_parts,
    ways_csv_parts,
    write_folder,
)
from drillsim.record.study_store import STORE_FILES
from drillsim.record.trace import Value, WayUse
from drillsim.study.design import Study
from drillsim.study.queues import Queues, queues_over_time
from drillsim.study.storage.drills import DrillResult
from drillsim.study.storage.folder import StudyFolder, declared_by, input_files, store_told
from drillsim.study.storage.spool import Aside, CurvesAside, WaysAside

WATCHED = 20
"""Drills whose queues are shown over time."""
PICKED = "picked"
"""Key of the manifest of a study of which some drills were not played, since a mix was picked before."""
Curves = Mapping[tuple[str, str], Mapping[str, NDArray[np.float64]]]


@dataclass(frozen=True, eq=False)
class Results:
    """Rows of a study, one per scenario, mix, replication and incident, in that order.

    runs
        Tidy and wide: columns of `record/columns.py`, times with a status column, missing where not reached.
    outline
        The design of the study as plain data.
    curves
        By (scenario, mix): 'out' persons and 'secured' rooms; shape (drills, 61), evenly from 0 to
        the horizon. Put aside and read anew whenever they are asked for: keep what you use in a name of your own.
    seconds
        Wall time of the study; never part of the rows.
    """

    runs: pd.DataFrame
    outline: Outline
    rows: Sequence[Mapping[str, Value]] = field(repr=False)
    curves: Curves = field(default_factory=dict, repr=False)
    seconds: float = 0.0
    study: Study | None = field(default=None, repr=False)
    """The study that was run; None for results read from a folder."""
    ways_used: Mapping[tuple[str, str, int], tuple[WayUse, ...]] = field(default_factory=dict, repr=False)
    """Use of each way, by scenario, mix and replication; stored as `ways.csv`."""
    depends_on: Mapping[tuple[str, str, float, str], Sequence[str]] | None = field(default=None, repr=False)
    """What turns the verdict on a goal, by scenario, measure, time and mix; None where `sensitivity` has not been played."""

    portfolio: Portfolio | None = field(default=None, repr=False)
    """Incidents of each scenario in a year, by which expected lines are weighed; see `with_portfolio`."""

    twice_horizon: Mapping[str, Sequence[str]] | None = field(default=None, repr=False)
    """Mixes by their mean as watched for twice the horizon, by scenario; None where `watch_longer` has not been played."""

    def with_portfolio(self, portfolio: Portfolio | None) -> Results:
        """Return these results weighed by a portfolio: its expected lines then stand in comparison and summary.

        Raises ScenarioError for a scenario that the study does not have.
        """
        if portfolio is not None:
            portfolio.refuse_unknown(self.outline.scenarios)
        return replace(self, portfolio=portfolio)

    @cached_property
    def ways(self) -> pd.DataFrame:
        """Which way people went, one row for each direction of an exit, door or stair that was used in a drill.

        Columns: scenario, mix, replication, and those of `record.columns.WAYS`; docs/outcomes.md explains them.
        """
        return pd.DataFrame(_way_rows(self), columns=pd.Index([*WAY_KEYS, *(c.name for c in WAYS)]))

    def queues_over_time(self, scenario: str) -> Queues:
        """Return the queues of the first WATCHED drills of the present mix, which are played again for it; empty for results
        read from a folder."""
        if self.study is None:
            return {}
        present = self.outline.present
        mine = self.runs[(self.runs["scenario"] == scenario) & (self.runs["mix"] == present)]
        played = (mine["status"] == "done") & (mine["forced"].fillna("") == "")
        done = sorted(set(mine.loc[played, "replication"].tolist()))
        return queues_over_time(self.study, scenario, present, done[:WATCHED])

    @property
    def place_names(self) -> Mapping[str, str]:
        """Labels of ways and spaces of the plan, by id; empty for results read from a folder."""
        if self.study is None:
            return {}
        plans = [*(one.plan for one in self.study.variants if one.plan), self.study.plan]
        named = {thing.id: thing.name for plan in plans for thing in (*plan.flights, *plan.spaces)}
        return {opening.id: way_name(plan, opening) for plan in plans for opening in plan.openings} | named

    @property
    def failed(self) -> pd.DataFrame:
        """Rows of the drills that failed, with stage and reason."""
        keys = ["scenario", "mix", "replication", "stage", "reason"]
        return self.runs.loc[self.runs["status"] == "failed", keys]

    def summary(self) -> dict[str, Any]:
        """Return what `summary.json` holds: every mix, comparison and goal as numbers, None where there is none."""
        return summarise(self, seconds=self.seconds)

    def __repr__(self) -> str:
        told = f"{len(self.outline.scenarios)} scenarios x {len(self.outline.mixes)} mixes x {self.outline.runs} drills"
        return f"Results({told}, seed {self.outline.seed}, {len(self.failed)} failed)"

    def __str__(self) -> str:
        """Return the comparison in the primary measure of each scenario."""
        return str(compare(self))

    def _repr_html_(self) -> str:
        return compare(self)._repr_html_()


def collect(study: Study, played: Iterable[DrillResult], *, seconds: float) -> Results:
    """Return the results of a study from its drills, which come by scenario, mix and drill (`Keeping.results`)."""
    rows, aside = Rows(), Aside()
    names = list(study.mixes)
    for one in played:
        for row in one.rows:
            rows.append(row)
        scenario, mix, replication = study.scenarios[one.key[0]].name, names[one.key[1]], one.key[2]
        if replication < study.runs:  # curves and ways are shown of the drills of the seed
            aside.add((scenario, mix), replication, one)
    aside.close()
    return Results(_frame(rows), study.outline, rows, aside.curves, seconds, study, aside.ways)


def joined(study: Study, parts: Sequence[Results], *, seconds: float) -> Results:
    """Return results of one study that were played in parts, in the order of rows; each drill stands in one part only."""
    places = {s.name: i for i, s in enumerate(study.scenarios)}, {name: i for i, name in enumerate(study.mixes)}
    forced = [{"": -1} | {text: i for i, text in enumerate(one.added)} for one in study.strata]

    def place(row: Mapping[str, Value]) -> tuple[int, int, int, Value]:
        scenario = places[0][str(row["scenario"])]
        return scenario, places[1][str(row["mix"])], forced[scenario][str(row["forced"] or "")], row["replication"]

    rows = Rows(sorted((row for part in parts for row in part.rows), key=place))
    curves, ways = CurvesAside(Spool()), WaysAside(Spool())
    for part in parts:
        for pair, named in part.curves.items():
            for name, values in named.items():
                curves.add(pair, name, values)
        for (scenario, mix), own in groupby(part.ways_used.items(), lambda one: one[0][:2]):
            ways.add((scenario, mix), {key[2]: uses for key, uses in own})
    return Results(_frame(rows), study.outline, rows, curves, seconds, study, ways)


def _way_rows(results: Results) -> Iterator[tuple[Value, ...]]:
    return ((*key, *use) for key, uses in results.ways_used.items() for use in uses)


def _frame(rows: Rows) -> pd.DataFrame:
    """Return the rows as a DataFrame, numeric columns as float64 with NaN where missing.

    Numbers share memory with the rows, and equal texts are one object; a column of one value takes the memory of one.
    """
    numbers = {*(column.name for column in (*MEASURES, *COUNTS, *LEGS)), STRATUM}
    columns = {name: _numbers(rows, name) if name in numbers else _texts(rows, name) for name in column_order(rows)}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)), copy=False)


def _numbers(rows: Rows, name: str) -> NDArray[np.float64]:
    values = np.frombuffer(rows.numbers(name))
    return values if len(values) == len(rows) else np.broadcast_to(values, len(rows))


def _texts(rows: Rows, name: str) -> pd.Series:
    """Return a column that is not one of numbers, of the type that pandas gives to its values."""
    found = rows.words(name)
    if found is None or {type(word) for word in found[0]} | {type(None)} != {str, type(None)}:
        return pd.Series(list(rows.column(name)))
    strings = isinstance(pd.Series(["text"]).dtype, pd.StringDtype)  # of pandas 3
    of = np.array([np.nan if word is None and strings else word for word in found[0]], dtype=object)
    places = np.frombuffer(found[1], dtype=found[1].typecode)
    values = of[places] if len(places) == len(rows) else np.broadcast_to(of, len(rows))
    if not strings:
        return pd.Series(values, copy=False)
    return pd.Series(pd.array(values, dtype=pd.StringDtype("python", na_value=np.nan), copy=False), copy=False)


def write_results(
    results: Results,
    folder: StudyFolder | Path | str,
    *,
    figures: Mapping[str, bytes] | None = None,
    command: Sequence[str] = (),
) -> Path:
    """Write runs.csv, summary.json, ways.csv where people walked, the figures and manifest.json into a folder, and return it.

    figures
        File name to content, as `report.figures.draw_all` returns them.
    command
        The words of the command that made the results, for the manifest.

    Raises ResultError when the folder cannot be written.
    """
    return write_files(results, folder, {**result_files(results), **(figures or {})}, command=command)


def result_files(results: Results) -> dict[str, Content]:
    """Return runs.csv and summary.json, and ways.csv where people walked, by name."""
    files: dict[str, Content] = {
        RUNS: content_of(lambda: runs_csv_parts(results.rows)),
        SUMMARY: json_bytes(summarise(results)),
    }
    if results.ways_used:
        files[WAYS_CSV] = content_of(lambda: ways_csv_parts(_way_rows(results)))
    return files


def write_files(
    results: Results,
    folder: StudyFolder | Path | str,
    files: Mapping[str, Content],
    *,
    command: Sequence[str] = (),
) -> Path:
    """Write files, the inputs of the study and a manifest with their hashes into a folder; see `write_results`.

    folder
        Where the study was stored, as a claimed folder, or any other.
    """
    home = folder.home if isinstance(folder, StudyFolder) else Path(folder)
    study = results.study
    inputs = folder.files if isinstance(folder, StudyFolder) else input_files(study) if study else {}
    more: dict[str, Any] = {"store": told} if (told := store_told(folder)) else {}
    if _is_picked(results):
        more[PICKED] = True
    mark = manifest(
        results.outline,
        study.hashes() if study else {},
        {**inputs, **files},
        command=command,
        failed_runs=len(results.failed),
        seconds=round(results.seconds, 3),
        finished=True,
        declared=declared_by(results.outline),
        **more,
    )
    return write_folder(home, {**inputs, **files}, mark, beside=STORE_FILES if told else ())


def _is_picked(results: Results) -> bool:
    """Return whether drills of the study were not played, since a mix was picked before; of days nobody can tell by rows."""
    if results.study is None or any(scenario.demand is not None for scenario in results.study.scenarios):
        return False
    names = results.runs[["scenario", "mix", "forced", "replication"]]
    return int((~names.duplicated()).sum()) < len(results.study)


def read_results(folder: Path | str) -> Results:
    """Read the results of a folder, and which way people went; curves are not stored.

    Raises ResultError when a file is missing or damaged.
    """
    rows, outline, ways = read_folder(folder)
    return Results(_frame(rows), outline, rows, ways_used=ways)
