"""Results on disk: the rows, the summary and the manifest of a study, written safely into a marked folder."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, version
from itertools import chain, islice
from pathlib import Path
from typing import Any

from drillsim.errors import Fault, ResultError
from drillsim.escape import for_cell, from_cell
from drillsim.record.columns import COUNTS, LEGS, MEASURES, WAYS, status_name
from drillsim.record.content import Content, told_of
from drillsim.record.marker import MANIFEST, MARKERS, manifest_of
from drillsim.record.outline import Outline, outline_from
from drillsim.record.replacement import PARTS, finish, replace_all
from drillsim.record.rows import Rows
from drillsim.record.trace import Value, WayUse
from drillsim.streams.streams import SCHEME

DEFAULT_FOLDER = "drillsim-results-INTERNAL"
RUNS, SUMMARY, WAYS_CSV = "runs.csv", "summary.json", "ways.csv"
NOTICE, IGNORE = "INTERNAL.txt", ".gitignore"
_OWN_IGNORE = "# written by drillsim: results stay out of git"
DECIMALS = 6
LIBRARIES = (
    "simpy", "numpy", "scipy", "networkx", "shapely", "numba", "llvmlite", "pydantic", "pyyaml", "click", "rich", "pandas",
    "matplotlib", "dask", "distributed", "pyarrow",
)  # fmt: skip
"""Libraries whose versions a manifest tells."""
KEYS = ("scenario", "mix", "replication", "incident", "status", "stage", "reason")
"""First columns of every row. status: 'done' or 'failed'; a failed run says at which stage and why."""
STRATUM = "stratum_probability"
PRESENCE = ("forced", "presence", STRATUM)
"""Columns that follow the outcome. forced: the presence that a drill was forced to, '' where it was drawn; drills of one forced
presence are numbered by themselves, so a drill is named by forced and replication. presence: who of the mix is on campus by
chance, in words (`record.presence.State`). stratum_probability: how likely that state is; of the states below 1 %, marked
'rare', how likely they are together; with 12 decimals."""
WAY_KEYS = ("scenario", "mix", "replication")
"""First columns of every row of `ways.csv`."""
_TEXT = ("scenario", "mix", "incident", "status", "stage", "reason", "forced", "presence")
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
    known += [*(c.name for c in (*COUNTS, *LEGS)), *PRESENCE]
    others = set(rows.names if isinstance(rows, Rows) else (key for row in rows for key in row)).difference(known)
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
            value = round(value, 2 * DECIMALS if key == STRATUM else DECIMALS) + 0.0
        out[key] = value
    return out


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{round(value, DECIMALS) + 0.0:.{DECIMALS}f}"
    return for_cell(value) if isinstance(value, str) else str(value)


def runs_csv(rows: Sequence[Mapping[str, Value]]) -> bytes:
    r"""Return the rows as CSV: UTF-8 with byte order mark for Excel, '\n' line ends, 6 decimals."""
    return b"".join(runs_csv_parts(rows))


def runs_csv_parts(rows: Sequence[Mapping[str, Value]]) -> Iterator[bytes]:
    """Yield what `runs_csv` returns in parts, so that the rows of a large study are never written in memory."""
    columns = column_order(rows)
    return _csv(columns, ([_exact(c, row.get(c)) for c in columns] for row in rows))


def _exact(column: str, value: Value) -> Value:
    """Return a probability as text with all its decimals; weights are made of it."""
    return f"{value:.12g}" if column == STRATUM and isinstance(value, float) else value


def ways_csv_parts(rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """Yield which way people went as CSV like `runs_csv`: WAY_KEYS and the columns of `WAYS`."""
    return _csv([*WAY_KEYS, *(c.name for c in WAYS)], rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"
    lines: Iterable[Sequence[object]] = chain([columns], ([_cell(value) for value in row] for row in rows))
    for some in _batches(lines):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(some)
        yield text.getvalue().encode("utf-8", errors="backslashreplace")


def _batches(lines: Iterable[Sequence[object]]) -> Iterator[list[Sequence[object]]]:
    """Yield a few hundred lines at a time."""
    left = iter(lines)
    while some := list(islice(left, 500)):
        yield some


def json_bytes(data: Any) -> bytes:
    """Return data as indented JSON; raises ValueError rather than write NaN or Infinity."""
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode("utf-8", errors="backslashreplace")  # a lone surrogate becomes JSON's own escape


def content_sha256(data: Any) -> str:
    """Return the SHA-256 of JSON-ready data, whatever the order of its keys."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", errors="backslashreplace")).hexdigest()


def installed_version(package: str) -> str:
    """Return the version of an installed package, in words where there is none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "source checkout" if package == "drillsim" else "not installed"


def manifest(
    outline: Outline,
    hashes: Mapping[str, Any],
    files: Mapping[str, Content],
    *,
    command: Sequence[str] = (),
    failed_runs: int = 0,
    **more: Any,
) -> dict[str, Any]:
    """Return what is needed to compute the results again: versions, seed, inputs by hash, command, files.

    hashes
        SHA-256 of the content of plan, mixes and each scenario (`content_sha256`).
    files
        The other files of the folder; their size and SHA-256 are listed.
    more
        Whatever else is to be told, such as the wall time.
    """
    rows = {name: dict(told_of(content)) for name, content in sorted(files.items())}
    return {
        "drillsim_results": 1,
        "versions": {
            **{name: installed_version(name) for name in ("drillsim", *LIBRARIES)},
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
        **more,
        "files": rows,
    }


def write_folder(
    folder: Path | str, files: Mapping[str, Content], told: Mapping[str, Any], *, beside: Iterable[str] = ()
) -> Path:
    """Write the files and their manifest into a results folder and return the folder.

    told
        The manifest: a key of `marker.MARKERS` and the names of the files. Files of earlier results of the same sort that are
        not among the new ones are removed, so that nothing stale stays; what another sort of results left in the folder is
        added to the manifest as 'earlier', so that it still counts as ours.
    beside
        Names of what else of ours is kept in the folder, and out of git.

    All files appear together: after an error the folder is as it was before. The folder is marked INTERNAL and its files are kept
    out of git before the first of them is written; a .gitignore of somebody else is left as it is (`is_own_ignore`). A name with
    '/' goes into a sub-folder. On POSIX systems new folders and all files are readable by their owner only (0700, 0600).

    Raises ResultError when the folder or a file in it cannot be written, or holds files of somebody else.
    """
    home = Path(folder)
    refuse_foreign(home, files)
    try:
        before = manifest_of(home)
        old = sorted(name for name in listed(before).difference(told["files"]) if (home / name).exists())
        same = before is not None and any(key in before and key in told for key in MARKERS)
        stale = [name for name in old if name not in before.get("earlier", ())] if same and before is not None else []
        earlier = [name for name in old if name not in stale]
        new: dict[str, Content] = {}
        if not (home / IGNORE).exists() or is_own_ignore(home):
            names = sorted(
                {
                    "/" + n.split("/")[0] + ("/" if "/" in n else "")
                    for n in (*files, *earlier, *beside, NOTICE, IGNORE, MANIFEST, PARTS)
                }
            )
            new[IGNORE] = "\n".join([_OWN_IGNORE, *names, ""]).encode("utf-8")
        mark = {MANIFEST: json_bytes({**told, "earlier": earlier} if earlier else told)}
        new[NOTICE] = _NOTICE.encode()
        # in a new folder the mark comes first, so that what a killed process leaves behind can be replaced
        replace_all(home, {**new, **mark, **files} if before is None else {**new, **files, **mark}, stale)
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise ResultError(
            f"{folder}: the results could not be written: {why}. Choose another folder, or make room."
        ) from problem
    return home


def refuse_foreign(folder: Path, files: Iterable[str] = ()) -> None:
    """Raise ResultError where a folder holds what was not written by drillsim, or one of `files` would replace such.

    A folder is ours by its manifest alone (`marker.manifest_of`); in it, the files that the manifest lists.
    """
    try:
        if not folder.exists():
            return
        if all(path.name == IGNORE or fnmatch(path.name, PARTS) for path in folder.iterdir()):
            return
        told = manifest_of(folder)
        if told is None:
            raise ResultError(
                f"{folder}: this folder holds other files. Name a new folder, or one with earlier results"
            )
        ours = listed(told) | {MANIFEST, NOTICE, IGNORE}
        foreign = sorted(name for name in files if name not in ours and (folder / name).exists())
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise ResultError(f"{folder}: this is no folder for results: {why}. Name a new folder") from problem
    if foreign:
        raise ResultError(f"{folder}: '{foreign[0]}' was not written by drillsim. Move it away, or name a new folder")


def listed(told: Mapping[str, Any] | None) -> set[str]:
    """Return the names of the files that a manifest lists as ours, without those that lead out of its folder."""
    names = {*told["files"], *told.get("earlier", ())} if told is not None else set()
    return {n for n in names if isinstance(n, str) and ".." not in Path(n).parts and not Path(n).is_absolute()}


def is_own_ignore(folder: Path) -> bool:
    """Return whether the .gitignore of a results folder was written by drillsim, so that git passes over the results."""
    try:
        return (folder / IGNORE).read_bytes().startswith(_OWN_IGNORE.encode())
    except OSError:
        return False


Ways = dict[tuple[str, str, int], tuple[WayUse, ...]]
"""Which way people went, by scenario, mix and replication."""


def read_folder(folder: Path | str) -> tuple[Rows, Outline, Ways]:
    """Return the rows and the outline of a results folder, and which way people went, as far as it tells that.

    Raises ResultError DS601 when a file is missing or damaged.
    """
    home = Path(folder)
    try:
        finish(home)
        told = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
        outline = outline_from(told["study"])
        rows = Rows({key: _value(key, cell) for key, cell in row.items()} for row in _read_csv(home, RUNS, told))
        ways: Ways = {}
        for row in _read_csv(home, WAYS_CSV, told) if WAYS_CSV in told["files"] else ():
            key = (from_cell(row["scenario"]), from_cell(row["mix"]), int(row["replication"]))
            ways[key] = (*ways.get(key, ()), _way_use(row))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        why = f"no results can be read here ({problem}). Run the comparison again into this folder."
        raise ResultError(faults=[Fault("DS601", str(folder), 0, 0, why)]) from problem
    return rows, outline, ways


def _read_csv(home: Path, name: str, told: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the rows of a file, which must be as the manifest has it."""
    with (home / name).open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != told["files"][name]["sha256"]:
            raise ValueError(f"{name} was changed since it was written")
        file.seek(0)
        with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
            yield from csv.DictReader(text)


def _way_use(row: Mapping[str, str]) -> WayUse:
    """Return a row of `ways.csv` as it was written; times to 6 decimals."""
    first_s, last_s, longest_s = (
        float(row[key]) if row[key] else None for key in ("first_s", "last_s", "longest_queue_s")
    )
    way, kind, direction = (from_cell(row[key]) for key in ("way", "kind", "direction"))
    return WayUse(way, kind, direction, int(row["people"]), first_s, last_s, int(row["longest_queue"]), longest_s)


def _value(key: str, cell: str) -> Value:
    if cell == "" and key not in ("incident", "stage", "reason", "forced"):
        return None
    if key in _TEXT or key.endswith("_status"):
        return from_cell(cell)
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell
