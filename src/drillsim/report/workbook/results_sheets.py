"""Sheets made of the tables of a study: summary with goals, rows of all drills, and which way people went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drillsim.analysis.wording import short_name, unit_of
from drillsim.quantities import clock
from drillsim.record.columns import BY_NAME, STATUSES
from drillsim.record.outline import Outline
from drillsim.record.trace import Value
from drillsim.report.workbook.sheets import as_value
from drillsim.report.workbook.table import CellKind, Row, SheetColumn, SheetTable, columns

NOT_APPLICABLE = STATUSES[2]
_KINDS: Mapping[str, CellKind] = {"s": "seconds", "share": "share"}


def summary_table(outline: Outline, summary: Mapping[str, Any]) -> SheetTable:
    """Return one row per scenario, mix and measure, as `summary.json` has it; a measure with two goals has two rows."""
    note = (
        f"{outline.runs:,} drills of each scenario with each staffing, the same random drills for every one (seed {outline.seed}). "
        f"Present staffing: {outline.label(outline.present)}. Times in seconds, and as m:ss where the head says so. "
        "A drill that did not get there counts as the horizon in the mean."
    )
    head = columns(
        ("Scenario", "words"), ("Staffing", "words"), ("Measure", "words"),
        ("Half by (m:ss)", "clock"), ("9 of 10 by (m:ss)", "clock"),
        ("Drills that reached it", "count"), ("Drills", "count"),
        ("Less (-) or more than present (in the unit)", "number"), ("Difference, 95 % from", "number"),
        ("Difference, 95 % to", "number"), ("Verdict on the difference", "words"),
        ("Goal", "words"), ("Share that met it", "share"), ("Share, 95 % from", "share"), ("Share, 95 % to", "share"),
        ("Verdict on the goal", "words"),
        ("Unit", "text"), ("Mean (in the unit)", "number"), ("Mean, 95 % from", "number"), ("Mean, 95 % to", "number"),
        ("Half by (in the unit)", "number"), ("9 of 10 by (in the unit)", "number"),
        ("9 of 10, 95 % from", "number"), ("9 of 10, 95 % to", "number"),
        ("Cost a year, low (USD)", "money"), ("Cost a year, mid (USD)", "money"), ("Cost a year, high (USD)", "money"),
        ("Column in runs.csv", "text"),
    )  # fmt: skip
    told = [column.head for column in head].index(
        "Verdict on the goal"
    ) + 1  # what follows is for formulas, not for paper
    return SheetTable("Summary", note, head, list(_summary_rows(outline, summary)), printed=told)


def _summary_rows(outline: Outline, summary: Mapping[str, Any]) -> Iterator[Row]:
    for scenario, told in summary["scenarios"].items():
        apart = {(d["mix"], d["measure"]): d for d in told["comparisons"]}
        goals: dict[tuple[str, str], list[tuple[Any, Any]]] = {}
        wanted = outline.scenarios[scenario].goals
        for k, goal in enumerate(told["goals"]):
            of = wanted[k // len(outline.mixes)]
            goals.setdefault((goal["mix"], goal["measure"]), []).append((of, goal))
        for mix, line in told["mixes"].items():
            for measure, one in line["measures"].items():
                begin = [outline.title(scenario), outline.label(mix), short_name(measure)]
                clocks = _clock_cells(measure, one, told["horizon_s"])
                pair = _pair_cells(apart.get((mix, measure)), mix == outline.present)
                exact = [one["mean"], *one["ci95"], one["p50"], one["p90"], *one["p90_ci95"]]
                cost = [line["cost_usd_year"][k] for k in ("low", "mid", "high")]
                for goal in map(_goal_cells, goals.get((mix, measure), [(None, None)])):
                    cells = (*begin, *clocks, *pair, *goal, unit_of(measure), *exact, *cost, measure)
                    yield [as_value(v) for v in cells]


def _clock_cells(measure: str, one: Mapping[str, Any], horizon_s: float) -> list[Value]:
    """Return half by and 9 of 10 by as times, '> 30:00' beyond the horizon, then the drills that reached it and all drills."""
    times: list[Value] = [None, None]
    if unit_of(measure) == "s":
        over = f"> {clock(horizon_s)}"
        times = [
            over if one["runs"] and one["p50"] is None else one["p50"],
            over if one["p90_over_horizon"] else one["p90"],
        ]
    return [*times, one["reached"], one["runs"]]


def _pair_cells(apart: Mapping[str, Any] | None, is_present: bool) -> list[Value]:
    if apart is None:
        return [None, None, None, "present" if is_present else ""]
    return [apart["mean_difference"], *apart["ci95"], apart["verdict"] or apart["remark"]]


def _goal_cells(pair: tuple[Any, Any]) -> list[Value]:
    goal, told = pair
    if goal is None:
        return [None] * 5
    words = f"by {clock(goal.at_most_s)} in {100 * goal.in_share:.3g} % of drills"
    return [words, told["share_met"], *told["ci95"], told["verdict"]]


def runs_table(runs: pd.DataFrame, *, most: int | None = None) -> SheetTable:
    """Return the rows of `runs.csv`, under the same names, without columns that apply to no drill of the study."""
    kept = [name for name in runs.columns if _holds_something(runs[name])]
    note = (
        "One row per drill and incident, as in runs.csv: the second row of heads has its names of the columns. Columns that "
        "apply to no drill of this study are left out. An empty time with the status not-reached did not happen by the horizon."
    )
    head = tuple(SheetColumn(_words_of(name), _kind_of(name, runs[name]), name) for name in kept)
    return SheetTable("Runs", note, head, _run_rows(runs[kept]), most)


def _run_rows(runs: pd.DataFrame) -> Iterator[Row]:
    lists = [_cells(runs[name]) for name in runs.columns]
    return iter(zip(*lists, strict=True))


def _cells(column: pd.Series[Any]) -> list[Value]:
    missing = column.isna().to_numpy()
    return [None if gone else as_value(v) for v, gone in zip(column.tolist(), missing, strict=True)]


def _holds_something(column: pd.Series[Any]) -> bool:
    """Return whether a column holds anything but blanks and 'not-applicable'."""
    kept = column[column.notna()]
    return bool(len(kept)) and not bool(kept.isin(["", NOT_APPLICABLE]).all())


def _kind_of(name: str, column: pd.Series[Any]) -> CellKind:
    if name in BY_NAME:
        return _KINDS.get(BY_NAME[name].unit, "count")
    if not pd.api.types.is_numeric_dtype(column):
        return "text"
    return "seconds" if name.endswith("_s") else "number"


def _words_of(name: str) -> str:
    """Return the head of a column of rows in words, with its unit."""
    if name not in BY_NAME:
        return name.replace("_", " ")
    column = BY_NAME[name]
    return f"{column.short or name.removesuffix('_s').replace('_', ' ')} ({column.unit})"


def ways_table(
    outline: Outline, ways: pd.DataFrame, names: Mapping[str, str], *, most: int | None = None
) -> SheetTable:
    """Return which way people went, one row per scenario, mix and direction of a way, over all stored drills."""
    note = (
        "From ways.csv, over the drills of the seed: who used each exit, door and stair, and where people waited. "
        "Times from the start of the drill. Units are not counted."
        if len(ways)
        else "No ways are stored for this study: nobody walked in it."
    )
    head = columns(
        ("Scenario", "words"), ("Staffing", "words"), ("Way", "words"), ("Into", "words"), ("Sort of way", "text"),
        ("Drills in which it was used", "count"), ("People a drill that used it, mean (persons)", "seconds"),
        ("First person, half by (m:ss)", "clock"), ("Last person, half by (m:ss)", "clock"),
        ("Last person, latest (m:ss)", "clock"), ("Longest queue, half of drills up to (persons)", "count"),
        ("Longest queue, most (persons)", "count"), ("Id of the way", "text"),
    )  # fmt: skip
    return SheetTable("Ways", note, head, _way_rows(outline, ways, names), most)


def _way_rows(outline: Outline, ways: pd.DataFrame, names: Mapping[str, str]) -> Iterator[Row]:
    groups = ways.groupby(["scenario", "mix", "way", "direction"], sort=False)
    for (scenario, mix, way, direction), rows in groups:
        people = rows["people"].to_numpy(dtype=np.float64)
        first, last = (_numbers(rows[c]) for c in ("first_s", "last_s"))
        queue = rows["longest_queue"].to_numpy(dtype=np.float64)
        cells = (
            outline.title(str(scenario)), outline.label(str(mix)), names.get(str(way), str(way)),
            names.get(str(direction), str(direction)), str(rows["kind"].iloc[0]), len(rows), float(people.mean()),
            _median(first), _median(last), float(last.max()) if last.size else None, _median(queue), float(queue.max()),
            str(way),
        )  # fmt: skip
        yield [as_value(v) for v in cells]


def _numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = pd.to_numeric(column).to_numpy(dtype=np.float64)
    return found[~np.isnan(found)]


def _median(values: NDArray[np.float64]) -> float | None:
    """Return the order statistic of rank ceil(n/2), as tables of this package do; None without a value."""
    ordered = sorted(values)
    return float(ordered[(len(ordered) - 1) // 2]) if ordered else None
