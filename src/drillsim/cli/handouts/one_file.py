"""What the verbs that write files of their own share: nothing is replaced unasked, and no file is left half written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from drillsim.cli import terminal
from drillsim.documents.files import is_there, shown

OVERWRITE = click.option("--overwrite", is_flag=True, help="Replace a file of that name.")
INTERNAL = "INTERNAL: keep it where only safety planners read"


def refuse_existing(files: list[Path], *, overwrite: bool) -> None:
    """Raise UsageError where one of the files is there, before anything is computed."""
    for file in files:
        if file.is_dir():
            raise click.UsageError(f"{shown(file)} is a folder. Name a file")
        if is_there(file) and not overwrite:
            raise click.UsageError(f"{shown(file)} is there already. Name another file, or add --overwrite")


def write_files(files: Mapping[Path, bytes], *, overwrite: bool, err: bool = False) -> None:
    """Write files, each whole or not at all, and say where they are."""
    refuse_existing(list(files), overwrite=overwrite)
    for file, content in files.items():
        _write_whole(file, content)
        terminal.say(f"Written: {shown(file)} ({len(content) / 1000:,.0f} kB; {INTERNAL})", err=err)


def _write_whole(file: Path, content: bytes) -> None:
    """Write a file beside its place, and put it there in one step; its mode is that of a new file."""
    handle, name = tempfile.mkstemp(prefix=".drillsim-", suffix=".part", dir=file.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        part.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
