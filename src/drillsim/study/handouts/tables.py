"""The rows of a study as one table in a file of its own: Parquet, Excel or CSV, as its name ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drillsim.errors import ResultError
from drillsim.record.store import runs_csv_parts
from drillsim.study.handouts.workbook import write_workbook
from drillsim.study.results import Results


def write_table(results: Results, path: Path | str) -> Path:
    """Write the rows of a study, with the columns of `runs.csv`, and return the file; one of that name is replaced.

    path
        Ends in .parquet (typed columns, for pandas, R and databases; needs the extra [parquet]), .xlsx (`write_workbook`) or .csv
        (as `runs.csv`).

    Raises ResultError for another ending, where pyarrow is not installed, or when the file cannot be written.
    """
    target = Path(path)
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise ResultError(f"{target}: a table ends in {', '.join(_WRITERS)}")
    try:
        writer(results, target)
    except OSError as problem:
        raise ResultError(f"{target}: the table cannot be written: {problem.strerror or problem}") from problem
    return target


def _write_parquet(results: Results, path: Path) -> None:
    """Write a Parquet file; text is as it was given, without the apostrophes that guard cells of `runs.csv`."""
    try:
        results.runs.to_parquet(path, index=False, engine="pyarrow")
    except ImportError as problem:
        raise ResultError("Parquet needs pyarrow. Install it with: pip install 'drillsim[parquet]'") from problem


def _write_csv(results: Results, path: Path) -> None:
    with path.open("wb") as file:
        file.writelines(runs_csv_parts(results.rows))


_WRITERS: dict[str, Callable[[Results, Path], object]] = {
    ".parquet": _write_parquet,
    ".xlsx": write_workbook,
    ".csv": _write_csv,
}


__all__ = ["write_table"]
