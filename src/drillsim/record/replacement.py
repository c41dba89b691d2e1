"""Files of a folder that change together: all of them, or none, whatever ends the process in the middle.

Everything is written beside its place first. Then a journal names what takes whose place, and the files change places one by one.
Where one of them fails they are put back. A process that is killed in the middle leaves its journal: the next that reads or
writes the folder finishes the change.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from drillsim.record.content import Content, parts_of

_PREFIX = ".drillsim-"
PARTS = f"{_PREFIX}*.part"
"""Files that are being written; one that is left over belongs to a process that was killed."""
JOURNAL = f"{_PREFIX}journal.part"


def replace_all(home: Path, files: Mapping[str, Content], stale: Iterable[str]) -> None:
    """Write files in place of earlier ones, and remove stale ones: all of it, or nothing where anything fails."""
    finish(home)
    for left in home.glob(PARTS):
        left.unlink()
    stale = list(stale)
    staged: list[tuple[Path, Path]] = []
    kept: list[tuple[Path | None, Path]] = []
    folders = {folder for name in files for folder in (home / name).parents if folder.is_relative_to(home)}
    made = sorted((folder for folder in folders if not folder.exists()), reverse=True)
    done = False
    try:
        for name, content in files.items():
            _make_private((home / name).parent)
            staged.append((_staged(home, content), home / name))
        for target in (*(target for _, target in staged), *(home / name for name in stale)):
            kept.append((_second_name(home, target), target))
        _write_journal(home, staged, stale)
        for part, target in staged:
            part.replace(target)
        for name in stale:
            (home / name).unlink()
        done = True
    except BaseException:
        (home / JOURNAL).unlink(missing_ok=True)
        for second, target in reversed(kept):
            if second is None:
                target.unlink(missing_ok=True)
            elif second.exists():
                second.replace(target)
        raise
    finally:
        with contextlib.suppress(OSError):
            (home / JOURNAL).unlink(missing_ok=True)  # first: what is left of the others is then of no use
        for path in home.glob(PARTS):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        emptied = {(home / name).parent for name in stale} - {home}
        for folder in emptied if done else made:
            with contextlib.suppress(OSError):
                folder.rmdir()  # where nothing is left in it


def finish(home: Path) -> None:
    """Finish the change of a process that was killed in the middle of it; does nothing where there is none.

    Raises OSError when it cannot be finished.
    """
    journal = home / JOURNAL
    try:
        told = json.loads(journal.read_bytes())
        moves = [(home / _inside(part), home / _inside(name)) for part, name in told["moves"]]
        stale = [home / _inside(name) for name in told["stale"]]
    except FileNotFoundError:
        return
    except (ValueError, KeyError, TypeError):  # killed while it was written: nothing has changed place yet
        journal.unlink(missing_ok=True)
        return
    for part, target in moves:
        if part.exists():
            part.replace(target)
    for path in stale:
        path.unlink(missing_ok=True)
    journal.unlink(missing_ok=True)
    for left in home.glob(PARTS):
        left.unlink(missing_ok=True)


def _inside(name: str) -> str:
    """Return a relative name; raises ValueError for one that leads out of the folder."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(name)
    return name


def _write_journal(home: Path, staged: Sequence[tuple[Path, Path]], stale: Sequence[str]) -> None:
    moves = [(part.name, target.relative_to(home).as_posix()) for part, target in staged]
    content = json.dumps({"moves": moves, "stale": list(stale)}).encode()
    _staged(home, content).replace(home / JOURNAL)


def _make_private(folder: Path) -> None:
    """Make a folder, and those above it, where they are missing; only their owner can enter the last."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _staged(home: Path, content: Content) -> Path:
    """Return a new file with some content, of which only its name is still to be changed."""
    handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=".part", dir=home)  # 0600 from the start
    try:
        with os.fdopen(handle, "wb") as file:
            for part in parts_of(content):
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _second_name(home: Path, path: Path) -> Path | None:
    """Give a file a second name, by which it can be put back; None where there is no file."""
    if not path.exists():
        return None
    handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=".part", dir=home)
    os.close(handle)
    second = Path(name)
    second.unlink()
    try:
        os.link(path, second)
    except OSError:  # no hard links on this file system
        shutil.copy2(path, second)
    return second


__all__ = ["JOURNAL", "PARTS", "finish", "replace_all"]
