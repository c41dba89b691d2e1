"""Results of a study: rows of all drills, curves, and the folder that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drillsim.analysis.compare import compare
from drillsim.analysis.summary import summarise
from drillsim.record.columns import COUNTS, LEGS, MEASURES, WAYS
from drillsim.record.outline import Outline
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
    runs_csv,
    ways_csv,
    write_folder,
)
from drillsim.record.study_store import STORE_FILES
from drillsim.record.trace import Value, WayUse
from drillsim.study.design import Study
from drillsim.study.queues import Queues, queues_over_time
from drillsim.study.storage.drills import DrillResult
from drillsim.study.storage.folder import StudyFolder, input_files, store_told

WATCHED = 20
"""Drills whose queues are shown over time."""
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
        the horizon.
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
        return {thing.id: thing.name for plan in plans for thing in (*plan.openings, *plan.flights, *plan.spaces)}

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
    """Return the results of a study from its drills, sorted by scenario, mix and replication."""
    ordered = sorted(played, key=lambda one: one.key)
    rows = [row for one in ordered for row in one.rows]
    grouped: dict[tuple[str, str], dict[str, list[tuple[float, ...]]]] = {}
    of_seed = [one for one in ordered if one.key[2] < study.runs]  # curves and ways are shown of the drills of the seed
    for one in of_seed:
        kept = grouped.setdefault((study.scenarios[one.key[0]].name, list(study.mixes)[one.key[1]]), {})
        for name, values in one.curves.items():
            kept.setdefault(name, []).append(values)
    curves = {key: {name: np.array(v) for name, v in kept.items()} for key, kept in grouped.items()}
    names = list(study.mixes)
    ways = {(study.scenarios[s].name, names[m], r): one.ways for one in of_seed for s, m, r in [one.key] if one.ways}
    return Results(_frame(rows), study.outline, rows, curves, seconds, study, ways)


def joined(study: Study, parts: Sequence[Results], *, seconds: float) -> Results:
    """Return results of one study that were played in parts, in the order of rows; each drill stands in one part only."""
    places = {s.name: i for i, s in enumerate(study.scenarios)}, {name: i for i, name in enumerate(study.mixes)}
    rows = sorted(
        (row for part in parts for row in part.rows),
        key=lambda row: (places[0][str(row["scenario"])], places[1][str(row["mix"])], row["replication"]),
    )
    grouped: dict[tuple[str, str], dict[str, list[NDArray[np.float64]]]] = {}
    for part in parts:
        for key, named in part.curves.items():
            for name, values in named.items():
                grouped.setdefault(key, {}).setdefault(name, []).append(values)
    curves = {key: {name: np.concatenate(v) for name, v in named.items()} for key, named in grouped.items()}
    ways = {key: uses for part in parts for key, uses in part.ways_used.items()}
    return Results(_frame(rows), study.outline, rows, curves, seconds, study, ways)


def _way_rows(results: Results) -> Iterator[tuple[Value, ...]]:
    return ((*key, *use) for key, uses in results.ways_used.items() for use in uses)


def _frame(rows: Sequence[Mapping[str, Value]]) -> pd.DataFrame:
    """Return the rows as a DataFrame, numeric columns as float64 with NaN where missing."""
    columns = column_order(rows)
    frame = pd.DataFrame([[row.get(c) for c in columns] for row in rows], columns=pd.Index(columns))
    for name in (*(column.name for column in (*MEASURES, *COUNTS, *LEGS)), STRATUM):
        frame[name] = pd.to_numeric(frame[name]).astype("float64")
    return frame


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


def result_files(results: Results) -> dict[str, bytes]:
    """Return runs.csv and summary.json, and ways.csv where people walked, by name."""
    files = {RUNS: runs_csv(results.rows), SUMMARY: json_bytes(summarise(results))}
    return files | ({WAYS_CSV: ways_csv(_way_rows(results))} if results.ways_used else {})


def write_files(
    results: Results,
    folder: StudyFolder | Path | str,
    files: Mapping[str, bytes],
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
    more = {"store": told} if (told := store_told(folder)) else {}
    mark = manifest(
        results.outline,
        study.hashes() if study else {},
        {**inputs, **files},
        command=command,
        failed_runs=len(results.failed),
        seconds=round(results.seconds, 3),
        finished=True,
        **more,
    )
    return write_folder(home, {**inputs, **files}, mark, beside=STORE_FILES if more else ())


def read_results(folder: Path | str) -> Results:
    """Read the results of a folder, and which way people went; curves are not stored.

    Raises ResultError when a file is missing or damaged.
    """
    rows, outline, ways = read_folder(folder)
    return Results(_frame(rows), outline, rows, ways_used=ways)
