"""A stored study played again from the inputs that are kept in its folder, and held against its rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from drillsim.documents.document import Model
from drillsim.engine.simulate import simulate
from drillsim.errors import Fault, ResultError
from drillsim.plan.model import FloorPlan
from drillsim.record.marker import MANIFEST, manifest_of
from drillsim.record.store import RUNS, column_order, manifest, read_folder
from drillsim.record.study_store import STORE
from drillsim.record.trace import Value
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mixes
from drillsim.study.chunks import Chunk
from drillsim.study.design import Study
from drillsim.study.results import PICKED, Results, collect, read_results
from drillsim.study.runner import run, split
from drillsim.study.storage.drills import Drill
from drillsim.study.storage.folder import INPUTS, StudyFolder, add_to_folder
from drillsim.study.storage.keeping import Keeping, Progress
from drillsim.study.variants import Variant

M = TypeVar("M", bound=Model)
Row = Mapping[str, Value]
ROW_KEYS = ("scenario", "mix", "forced", "replication", "incident")
"""What names a row."""


@dataclass(frozen=True, eq=False)
class Rerun:
    """A stored study and its second play."""

    results: Results = field(repr=False)
    """What came out now."""
    stored: int
    """Rows that are stored."""
    differing: tuple[Mapping[str, Value], ...] = field(repr=False)
    """ROW_KEYS of each row that is not as it was, with the first column that differs as 'column', 'stored' and 'now'."""
    changed: Mapping[str, tuple[str, str]]
    """What has another version than then, by name: drillsim, Python, a library, the platform."""

    @property
    def is_same(self) -> bool:
        """Whether every row came out as it is stored."""
        return not self.differing

    def __str__(self) -> str:
        """Return what came out in a line or a few."""
        lines = [f"{name} was {then}, and is now {now}" for name, (then, now) in self.changed.items()]
        if self.is_same:
            return "\n".join([*lines, f"All {self.stored:,} rows are the same."])
        lines.append(f"{len(self.differing):,} of {max(self.stored, len(self.results.rows)):,} rows differ. The first:")
        for row in self.differing[:5]:
            name = ", ".join(str(row[key]) for key in ROW_KEYS if row[key] not in ("", None))
            lines.append(f"  {name}: {row['column']} was {row['stored']}, and is now {row['now']}")
        return "\n".join(lines)


def rerun(
    folder: Path | str,
    *,
    workers: int | None = 1,
    executor: Executor | None = None,
    store: Path | str | None = None,
    progress: Progress | None = None,
) -> Rerun:
    """Play a stored study again, from the inputs that are kept in its folder, and compare it row by row.

    store
        A new folder that keeps the drills, see `run`; by default they are kept in memory.

    The other arguments are those of `run`. Nothing in `folder` is changed. Raises ResultError when the folder holds no finished
    study, or when a file in it was changed since it was written.
    """
    study = read_study(folder)
    rows, _, _ = read_folder(folder)
    told = manifest_of(Path(folder)) or {}
    order = partial(_played, study, rows) if told.get(PICKED) else None
    results = run(study, workers=workers, executor=executor, store=store, progress=progress, chunk_order=order)
    now = manifest(study.outline, {}, {})["versions"]
    then = told.get("versions", {})
    changed = {n: (str(v), str(now.get(n, "not installed"))) for n, v in then.items() if now.get(n) != v}
    return Rerun(results, len(rows), tuple(_differences(rows, results.rows)), changed)


def stored_results(folder: Path | str) -> Results:
    """Return the results of a finished study from its folder, with its study, and its curves where its drills are stored.

    Nothing is played: of a folder without its store, or of another version of drillsim, the rows and ways alone are read.
    Raises ResultError as `read_study` does.
    """
    study, home = read_study(folder), Path(folder)
    if (home / STORE).exists():
        with StudyFolder.claim(home, study, resume=True) as kept:
            drills = Keeping(study, simulate, kept.store, None)
            if not drills.open_jobs(split(study, workers=1)):
                return collect(study, drills.results(), seconds=0.0)
    return replace(read_results(home), study=study)


def _played(study: Study, rows: Sequence[Row], chunks: Sequence[Chunk]) -> list[Chunk]:
    """Return the chunks without drills that a study did not play, since a mix was picked before: those without a row."""
    stored = {tuple(row.get(key) or "" for key in ROW_KEYS[:4]) for row in rows}
    names = list(study.mixes)

    def is_played(drill: Drill) -> bool:
        scenario, number = study.scenarios[drill[0]], study.strata[drill[0]].drills[drill[2]]
        key = (scenario.name, names[drill[1]], number.forced, number.replication or "")
        return key in stored

    found: list[Chunk] = []
    for chunk in chunks:
        if all(map(is_played, chunk.drills(len(names)))):
            found.append(chunk)
        else:
            found += [one for one in chunk.singles(len(names)) if all(map(is_played, one.drills(len(names))))]
    return found


def read_study(folder: Path | str) -> Study:
    """Return the study of a results folder, from the inputs that are kept in it.

    Raises ResultError DS602 when there are none, or when one was changed since it was written.
    """
    home = Path(folder)
    told = manifest_of(home)
    if told is None or "drillsim_results" not in told:
        raise _unusable(folder, f"there is no study here ({MANIFEST} is missing, or of another sort)")
    if told.get("finished") is False or RUNS not in told["files"]:
        raise _unusable(folder, "the study is not finished. Go on with it first: the same command with --resume")
    files: dict[str, bytes] = {}
    for name, known in told["files"].items():
        if Path(name).parent.as_posix() != INPUTS:
            continue
        try:
            files[Path(name).stem] = content = (home / name).read_bytes()
        except OSError as problem:
            raise _unusable(folder, f"{name} cannot be read: {problem.strerror}") from problem
        if hashlib.sha256(content).hexdigest() != known.get("sha256"):
            raise _unusable(
                folder, f"{name} was changed since the study was played (its SHA-256 is not the manifest's)"
            )
    try:
        numbers = sorted(int(name.removeprefix("scenario-")) for name in files if name.startswith("scenario-"))
        variants = [_variant(files, number, told["study"]["scenarios"]) for number in numbers]
        plan, mixes = _read(FloorPlan, files["plan"]), _read(Mixes, files["mixes"])
        study = Study(variants, plan, mixes, runs=told["runs"], seed=told["seed"])
        lines = told["study"]["scenarios"]
        return study.with_added(told["runs"], [lines[one.scenario.name].get("added", {}) for one in variants])
    except (KeyError, TypeError, ValueError, ValidationError) as problem:
        why = f"its inputs cannot be read by this version of drillsim ({type(problem).__name__}: {str(problem)[:200]})"
        raise _unusable(folder, why) from problem


def _variant(files: Mapping[str, bytes], number: int, lines: Mapping[str, Any]) -> Variant:
    """Return a scenario, with the plan and the staffing of its own where it has them."""
    scenario = _read(Scenario, files[f"scenario-{number}"])
    plan, mixes = files.get(f"plan-{number}"), files.get(f"mixes-{number}")
    return Variant(
        scenario,
        _read(FloorPlan, plan) if plan is not None else None,
        _read(Mixes, mixes) if mixes is not None else None,
        lines[scenario.name].get("changes", {}),
    )


def _read(sort: type[M], content: bytes) -> M:
    return sort.model_validate(json.loads(content), context={"si": True})


def _unusable(folder: Path | str, why: str) -> ResultError:
    return ResultError(faults=[Fault("DS602", str(folder), 0, 0, why)])


def _differences(stored: Sequence[Row], now: Sequence[Row]) -> Iterator[dict[str, Value]]:
    """Yield the rows that differ, with the first column in which they do; those that only one side has, too."""
    before, after = ({tuple(row.get(k) or "" for k in ROW_KEYS): row for row in rows} for rows in (stored, now))
    columns = column_order([*stored, *now])
    for key in dict.fromkeys((*before, *after)):
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            yield {**_named(key), "column": "row", "stored": _there(one), "now": _there(other)}
            continue
        column = next((c for c in columns if not _equal(one.get(c), other.get(c))), None)
        if column is not None:
            yield {**_named(key), "column": column, "stored": one.get(column), "now": other.get(column)}


def _named(key: tuple[Any, ...]) -> dict[str, Value]:
    return dict(zip(ROW_KEYS, key, strict=True))


def _there(row: Row | None) -> str:
    return "missing" if row is None else "there"


def _equal(one: Value, other: Value) -> bool:
    """Return whether two values are written alike; numbers to 6 decimals, and no text is nothing."""
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return abs(one - other) < 1e-6
    return (one or "") == (other or "") if isinstance(one, str) or isinstance(other, str) else one == other


__all__ = ["ROW_KEYS", "Rerun", "add_to_folder", "read_study", "rerun", "stored_results"]
