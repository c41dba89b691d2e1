"""The Excel workbook of a study: Read me, Summary, Runs, Rooms, Ways, Timeline, Assumptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from drillsim.analysis.contrasts import MET, MISSED, ResultRows
from drillsim.analysis.wording import NONE, drills, share_words, short_name
from drillsim.quantities import clock
from drillsim.record.outline import Outline
from drillsim.report.workbook.assumptions import assumptions_table
from drillsim.report.workbook.drill_sheets import NamedDrill, rooms_table, timeline_table
from drillsim.report.workbook.results_sheets import runs_table, summary_table, ways_table
from drillsim.report.workbook.sheets import SheetFile
from drillsim.report.workbook.table import HANDLING
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mixes

WORKBOOK = "results.xlsx"
MOST_ROWS = 20_000
"""Rows of one sheet that the command line writes: 10,000 rows of a study take 3 s and 110 MB to write. The CSV files hold all."""


@dataclass(frozen=True)
class StudyFiles:
    """What a study was played from, and drills that stand for its scenarios; whatever is missing leaves its sheet empty.

    names
        Labels of ways and spaces by id.
    scenarios
        By title.
    """

    school: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    mixes: Mixes | None = None
    drills: Sequence[NamedDrill] = ()
    version: str = ""


def workbook_bytes(
    played: ResultRows,
    summary: Mapping[str, Any],
    ways: pd.DataFrame,
    files: StudyFiles | None = None,
    *,
    most_rows: int | None = None,
) -> bytes:
    """Return the workbook of a study.

    summary
        What `summary.json` holds (`analysis.summary.summarise`).
    ways
        The table `Results.ways`.
    most_rows
        Rows of one sheet at most; None for what Excel can hold. A sheet says how many are left out.
    """
    files, outline = files or StudyFiles(), played.outline
    book = SheetFile(f"Drills at {files.school}" if files.school else "Simulated drills")
    book.page("Read me", read_me(outline, summary, files))
    for table in (
        summary_table(outline, summary),
        runs_table(played.runs, most=most_rows),
        rooms_table(files.drills, most=most_rows),
        ways_table(outline, ways, files.names, most=most_rows),
        timeline_table(files.drills, most=most_rows),
        assumptions_table(files.scenarios, files.mixes),
    ):
        book.table(table)
    return book.content()


def read_me(outline: Outline, summary: Mapping[str, Any], files: StudyFiles) -> list[tuple[str, str]]:
    """Return the lines of the first sheet: what it is, what came out, what the sheets hold, and what it is not."""
    lines = [
        (f"Simulated drills{f' at {files.school}' if files.school else ''}", ""),
        ("Handling", HANDLING),
        ("What was played", f"{drills(outline.runs)} of each scenario with each staffing, seed {outline.seed}. Every staffing meets the same random drills."),
        ("Scenarios", "; ".join(outline.title(name) for name in outline.scenarios)),
        ("Staffings", "; ".join(outline.label(mix) for mix in outline.mixes) + f". Present: {outline.label(outline.present)}."),
        ("What this is not", "A simulation is not a drill of record, is no prediction, and rates nobody. It models no weapons and no injuries."),
        ("", ""),
        ("Goals, present staffing", ""),
    ]  # fmt: skip
    lines += _goal_lines(outline, summary) or [("", "No scenario states a goal.")]
    lines += [("", ""), ("Sheets", ""), *_SHEETS]
    lines += [("", ""), ("Drills told in Rooms and Timeline", "" if files.drills else "none was given")]
    lines += [(one.title, f"{one.name}: {one.why}") for one in files.drills]
    lines += [
        ("", ""),
        ("Times", "Seconds from the onset of the incident, and minutes:seconds where a head says m:ss. '> 30:00' is later than the end of the drill."),
        ("For scripts", "The heads stand in row 2 (Runs: names of runs.csv in row 3), the data below; runs.csv and summary.json hold the same values."),
    ]  # fmt: skip
    if files.version:
        lines.append(("Written by", f"drillsim {files.version}"))
    return lines


_SHEETS = (
    ("Summary", "Each scenario, staffing and measure: mean, half by, 9 of 10 by, difference to the present staffing, goals, cost."),
    ("Runs", "One row per drill: every number that the others are made of."),
    ("Rooms", "What every room did in one named drill of each scenario."),
    ("Ways", "Which way people went and where they waited, over all drills."),
    ("Timeline", "One named drill of each scenario in words."),
    ("Assumptions", "Every number that was put in: yours and the shipped ones, with sources."),
)  # fmt: skip
_WORDS = {MET: "met", MISSED: "MISSED"}


def _goal_lines(outline: Outline, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return one line for each goal of each scenario under the present staffing: the goal, the share, the verdict."""
    lines = []
    for name, told in summary["scenarios"].items():
        mine = [goal for goal in told["goals"] if goal["mix"] == outline.present]
        for goal, one in zip(outline.scenarios[name].goals, mine, strict=True):
            share = NONE if one["share_met"] is None else share_words(one["share_met"])
            wanted = f"{short_name(goal.measure)} by {clock(goal.at_most_s)} in {100 * goal.in_share:.3g} % of drills"
            verdict = _WORDS.get(one["verdict"], one["verdict"] or "no drill has this measure")
            lines.append((outline.title(name), f"{wanted}: {share}, {verdict}"))
    return lines


__all__ = ["MOST_ROWS", "WORKBOOK", "StudyFiles", "workbook_bytes"]
