"""The Excel workbook of finished results, with one drill of each scenario told in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drillsim.analysis.summary import summarise
from drillsim.errors import ResultError
from drillsim.record.store import installed_version
from drillsim.report.workbook.workbook import StudyFiles, workbook_bytes
from drillsim.study.handouts.named_drills import named_drills
from drillsim.study.results import Results


def workbook_of(results: Results, *, summary: Mapping[str, Any] | None = None, most_rows: int | None = None) -> bytes:
    """Return the workbook of a study; results that were read from a folder have no study, so no drill is told.

    summary
        What `summarise(results)` gave, if it is at hand.
    most_rows
        Rows of one sheet at most; None for what Excel can hold.
    """
    study = results.study
    files = StudyFiles(version=installed_version("drillsim"))
    if study is not None:
        titles = {results.outline.title(s.name): s for s in study.scenarios}
        named = named_drills(results)
        files = StudyFiles(study.plan.name, results.place_names, titles, study.mixes, named, files.version)
    return workbook_bytes(results, summary or summarise(results), results.ways, files, most_rows=most_rows)


def write_workbook(results: Results, path: Path | str, *, most_rows: int | None = None) -> Path:
    """Write the results of a study as an Excel workbook and return its path; a file of that name is replaced.

    Sheets: Read me, Summary, Runs, Rooms, Ways, Timeline, Assumptions. Values are those of `runs.csv` and `summary.json`; text is
    never a formula. Rooms and Timeline tell the median drill of each scenario, which is played again for it; for results that were
    read from a folder, without the study that made them, these two and Assumptions stay empty. Equal results give equal bytes.

    most_rows
        Rows of one sheet at most; None for what Excel can hold (1,048,576). The sheet says how many are left out.

    Raises ResultError when the file cannot be written.
    """
    target = Path(path)
    content = workbook_of(results, most_rows=most_rows)
    try:
        target.write_bytes(content)
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise ResultError(
            f"{path}: the workbook could not be written: {why}. Close it in Excel, or name another file"
        ) from problem
    return target


__all__ = ["workbook_of", "write_workbook"]
