"""Results folder of a study: claimed before its first drill, with the inputs kept in it and a store for its drills."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from drillsim.analysis.contrasts import family_words
from drillsim.errors import ResultError
from drillsim.record.marker import MANIFEST, manifest_of
from drillsim.record.outline import Outline
from drillsim.record.store import NOTICE, listed, manifest, refuse_foreign, write_folder
from drillsim.record.study_store import STORE, STORE_FILES, StudyStore
from drillsim.study.design import Study

INPUTS = "inputs"
"""Sub-folder of what the study was played from: the plan, the mixes and each scenario as they were played."""
GIVEN = f"{INPUTS}/given"
"""Sub-folder of the user's own files, byte for byte."""


TEST = "paired t over the same drills, adjusted by Holm within the family"


class StudyFolder:
    """A results folder that this process has claimed, with its open store; a context manager that closes it."""

    def __init__(self, home: Path, store: StudyStore, files: Mapping[str, bytes]) -> None:
        """Hold an open store; use `claim` to get one."""
        self.home, self.store, self.files = home, store, dict(files)

    @classmethod
    def claim(
        cls,
        folder: Path | str,
        study: Study,
        *,
        resume: bool = False,
        overwrite: bool = False,
        given: Sequence[Path] = (),
        command: Sequence[str] = (),
    ) -> Self:
        """Return a folder for the drills of a study: a new one, or one with earlier results as `resume` or `overwrite` say.

        given
            The user's files, of which copies are kept.
        command
            The words of the command, for the manifest.

        Raises ResultError when the folder holds somebody else's files, or a study and neither word was given, when another
        process writes to it, or when it cannot be written; the folder is then as it was before.
        """
        home = Path(folder)
        if resume and overwrite:
            raise ResultError(f"{folder}: either go on with a study (resume) or begin anew (overwrite), not both")
        refuse_foreign(home)
        holds = holds_study(home)
        if holds and not resume and not overwrite:
            raise ResultError(
                f"{folder}: a study is kept here. Go on with it (--resume), replace it (--overwrite), or name another folder"
            )
        files = {**input_files(study), **given_files(given)}
        declared = declared_by(study.outline)
        told = manifest(study.outline, study.hashes(), files, command=command, finished=False, declared=declared)
        if holds and overwrite:
            _remove_study(home)
        with _as_before(home):
            if not holds_study(home):
                write_folder(home, files, told, beside=STORE_FILES)
            store = StudyStore(home / STORE)
            try:
                store.declare(declared)
            except BaseException:
                store.close()
                raise
            return cls(home, store, files)

    @classmethod
    def of(
        cls, store: StudyFolder | Path | str | None, study: Study, *, resume: bool, overwrite: bool
    ) -> StudyFolder | None:
        """Return the folder that `run` is given, claimed where only its name is given."""
        if store is None or isinstance(store, StudyFolder):
            return store
        return cls.claim(store, study, resume=resume, overwrite=overwrite)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def declared_by(outline: Outline) -> dict[str, Any]:
    """Return what a study is to compare, by scenario: the primary measure, the mix compared with, and the family of contrasts."""
    contrasts = len(outline.mixes) - 1
    return {
        name: {"primary": line.primary, "versus": outline.present, "family": family_words(contrasts), "test": TEST}
        for name, line in outline.scenarios.items()
    }


def store_told(folder: StudyFolder | Path | str) -> dict[str, Any] | None:
    """Return what a manifest says of the store of a folder: its file, number of drills, and hash of content; None without one."""
    if isinstance(folder, StudyFolder):
        return {"file": STORE, "drills": len(folder.store), "content_sha256": folder.store.content_sha256()}
    home = Path(folder)
    if not holds_study(home) or not (home / STORE).exists():
        return None
    with StudyStore(home / STORE) as store:
        return {"file": STORE, "drills": len(store), "content_sha256": store.content_sha256()}


def holds_study(folder: Path) -> bool:
    """Return whether a folder of ours holds a study, finished or not."""
    told = manifest_of(folder)
    return told is not None and ("drillsim_results" in told or (folder / STORE).exists())


def input_files(study: Study) -> dict[str, bytes]:
    """Return plan, mixes and scenarios of a study as they are played, in SI units, by name; `rerun` reads them."""
    parts: dict[str, Any] = {"plan": study.plan, "mixes": study.mixes}
    for i, own in enumerate(study.variants, 1):
        parts[f"scenario-{i}"] = own.scenario
        parts |= {
            f"{what}-{i}": model for what, model in (("plan", own.plan), ("mixes", own.mixes)) if model is not None
        }
    return {f"{INPUTS}/{name}.json": as_json(part) for name, part in parts.items()}


def as_json(model: Any) -> bytes:
    """Return a plan, mixes or a scenario as JSON in SI units, which `model_validate` reads with the context {"si": True}."""
    data = json.loads(model.model_dump_json(by_alias=True))
    return (json.dumps(data, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode()


def given_files(paths: Sequence[Path]) -> dict[str, bytes]:
    """Return copies of the user's files, numbered, by name."""
    return {f"{GIVEN}/{i}-{path.name}": path.read_bytes() for i, path in enumerate(paths, 1)}


def add_to_folder(folder: Path | str, files: Mapping[str, bytes]) -> Path:
    """Write further files into a results folder, list them in its manifest, and leave all others as they are.

    Raises ResultError when the folder is not ours, or when a file cannot be read or written.
    """
    home = Path(folder)
    told = manifest_of(home)
    if told is None:
        raise ResultError(f"{folder}: this is no results folder of drillsim")
    try:
        kept = {name: (home / name).read_bytes() for name in told["files"] if name not in files}
    except OSError as problem:
        raise ResultError(
            f"{folder}: {Path(str(problem.filename)).name} cannot be read: {problem.strerror}"
        ) from problem
    rows = {n: {"bytes": len(b), "sha256": hashlib.sha256(b).hexdigest()} for n, b in files.items()}
    listed_files = dict(sorted({**told["files"], **rows}.items()))
    return write_folder(
        home, {**kept, **files}, {**told, "files": listed_files}, beside=STORE_FILES if (home / STORE).exists() else ()
    )


def _remove_study(home: Path) -> None:
    """Remove a study from a folder of ours: its store, and the files that its manifest lists.

    Raises ResultError when another process writes to the store, or when the files cannot be removed.
    """
    if (home / STORE).exists():
        StudyStore.refuse_busy(home / STORE)
    told = manifest_of(home)
    try:
        for name in sorted(listed(told), reverse=True):
            (home / name).unlink(missing_ok=True)
        for name in (*STORE_FILES, NOTICE, MANIFEST):
            (home / name).unlink(missing_ok=True)
        for sub in {p for name in listed(told) for p in (home / name).parents if p != home and home in p.parents}:
            with contextlib.suppress(OSError):  # not empty: somebody else's files in it
                sub.rmdir()
    except OSError as problem:
        raise ResultError(
            f"{home}: earlier results cannot be removed: {problem.strerror}. Name another folder"
        ) from problem


@contextmanager
def _as_before(home: Path) -> Iterator[None]:
    """Remove what is new in a folder when the block fails."""
    new = [folder for folder in (home, *home.parents) if not folder.exists()]
    before = set(home.iterdir()) if home.exists() else set()
    try:
        yield
    except BaseException:
        for path in set(home.iterdir()) - before if home.exists() else ():
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for folder in new:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


__all__ = [
    "INPUTS",
    "StudyFolder",
    "add_to_folder",
    "as_json",
    "declared_by",
    "given_files",
    "holds_study",
    "input_files",
    "store_told",
]
