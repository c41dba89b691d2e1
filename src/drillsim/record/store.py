"""Results on disk: the rows, the summary and the manifest of a study, written safely into a marked folder."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from drillsim.errors import Fault, ResultError
from drillsim.record.columns import COUNTS, LEGS, MEASURES, status_name
from drillsim.record.outline import Outline, outline_from
from drillsim.record.trace import Value
from drillsim.streams.streams import SCHEME

DEFAULT_FOLDER = "drillsim-results-INTERNAL"
RUNS, SUMMARY, MANIFEST = "runs.csv", "summary.json", "manifest.json"
NOTICE, IGNORE = "INTERNAL.txt", ".gitignore"
DECIMALS = 6
KEYS = ("scenario", "mix", "replication", "incident", "status", "stage", "reason")
"""First columns of every row. status: 'done' or 'failed'; a failed run says at which stage and why."""
_TEXT = ("scenario", "mix", "incident", "status", "stage", "reason")
_NOTICE = (
    "INTERNAL\n\n"
    "Results of simulated drills. They tell the staffing and the response times of a school: keep them\n"
    "where only those who plan its safety can read them, and publish nothing without their consent.\n"
    "Simulated drills are no prediction, no drill of record, and rate nobody.\n"
)


def column_order(rows: Iterable[Mapping[str, Value]]) -> list[str]:
    """Return all columns of a results table: keys, times with status, counts, legs, then others by name.

    The known columns are always there, so that a script finds the same columns whatever the scenario.
    """
    known = [*KEYS]
    for column in MEASURES:
        known += [column.name, status_name(column.name)]
    known += [c.name for c in (*COUNTS, *LEGS)]
    others = {key for row in rows for key in row}.difference(known)
    return known + sorted(others)


def settled(row: Mapping[str, Value]) -> dict[str, Value]:
    """Return a row with its numbers as they are stored: rounded to 6 decimals, never -0.0.

    Raises ValueError when a number is not finite: a value never reached is None.
    """
    out: dict[str, Value] = {}
    for key, value in row.items():
        if isinstance(value, float):
            if value != value or value in (float("inf"), float("-inf")):
                raise ValueError(f"{key} is {value}; a value never reached is None")
            value = round(value, DECIMALS) + 0.0
        out[key] = value
    return out


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula: such a text is written with an apostrophe in front."""


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}"
    text = str(value)
    return "'" + text if isinstance(value, str) and text.startswith(FORMULA) else text


def runs_csv(rows: Sequence[Mapping[str, Value]]) -> bytes:
    r"""Return the rows as CSV: UTF-8 with byte order mark for Excel, '\n' line ends, 6 decimals."""
    columns = column_order(rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(c)) for c in columns])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def json_bytes(data: Any) -> bytes:
    """Return data as indented JSON; raises ValueError rather than write NaN or Infinity."""
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")


def content_sha256(data: Any) -> str:
    """Return the SHA-256 of JSON-ready data, whatever the order of its keys."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "source checkout"


def manifest(
    outline: Outline,
    hashes: Mapping[str, Any],
    files: Mapping[str, bytes],
    *,
    command: Sequence[str] = (),
    failed_runs: int = 0,
) -> dict[str, Any]:
    """Return what is needed to compute the results again: versions, seed, inputs by hash, command, files.

    hashes
        SHA-256 of the content of plan, mixes and each scenario (`content_sha256`).
    files
        The other files of the folder; their size and SHA-256 are listed.
    """
    listed = {n: {"bytes": len(b), "sha256": hashlib.sha256(b).hexdigest()} for n, b in sorted(files.items())}
    return {
        "drillsim_results": 1,
        "versions": {
            "drillsim": _version("drillsim"),
            "numpy": _version("numpy"),
            "scipy": _version("scipy"),
            "simpy": _version("simpy"),
            "python": platform.python_version(),
            "platform": f"{sys.platform} {platform.machine()}",
        },
        "seed": outline.seed,
        "runs": outline.runs,
        "failed_runs": failed_runs,
        "scheme": SCHEME,
        "sha256": dict(hashes),
        "command": list(command),
        "study": outline.as_dict(),
        "files": listed,
    }


def write_folder(folder: Path | str, files: Mapping[str, bytes]) -> Path:
    """Write the files into a results folder and return the folder.

    Each file appears complete or not at all. The folder is marked INTERNAL and its files are kept out of git
    before the first of them is written; a .gitignore of somebody else is left as it is. A name with '/' goes
    into a sub-folder.

    Raises ResultError when the folder or a file in it cannot be written.
    """
    home = Path(folder)
    try:
        home.mkdir(parents=True, exist_ok=True)
        first = "# written by drillsim: results stay out of git"
        ignore = home / IGNORE
        if not ignore.exists() or ignore.read_bytes().startswith(first.encode()):
            names = sorted({"/" + n.split("/")[0] + ("/" if "/" in n else "") for n in (*files, NOTICE, IGNORE)})
            _replace(ignore, "\n".join([first, *names, ""]).encode("utf-8"))
        _replace(home / NOTICE, _NOTICE.encode())
        for name, content in files.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            _replace(home / name, content)
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise ResultError(
            f"{folder}: the results could not be written: {why}. Choose another folder, or make room."
        ) from problem
    return home


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_folder(folder: Path | str) -> tuple[list[dict[str, Value]], Outline]:
    """Return the rows and the outline of a results folder.

    Raises ResultError DS601 when a file is missing or damaged.
    """
    home = Path(folder)
    try:
        told = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
        outline = outline_from(told["study"])
        content = (home / RUNS).read_bytes()
        if hashlib.sha256(content).hexdigest() != told["files"][RUNS]["sha256"]:
            raise ValueError(f"{RUNS} was changed since it was written")
        rows: list[dict[str, Value]] = [
            {key: _value(key, cell) for key, cell in row.items()}
            for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        why = f"no results can be read here ({problem}). Run the comparison again into this folder."
        raise ResultError(faults=[Fault("DS601", str(folder), 0, 0, why)]) from problem
    return rows, outline


def _value(key: str, cell: str) -> Value:
    if cell == "" and key not in ("incident", "stage", "reason"):
        return None
    if key in _TEXT or key.endswith("_status"):
        return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell
