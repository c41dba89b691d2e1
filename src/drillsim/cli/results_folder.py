"""Results folder of a run: choosing, testing, announcing and opening it."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from drillsim.cli import terminal
from drillsim.documents.files import shown
from drillsim.escape import one_line


def results_folder(out: Path | None, name: str, *, again: bool = False) -> Path:
    """Return the folder to write to: the one asked for, or the first free of name, name-2, name-3 here.

    A folder that was asked for must be new, empty, or hold earlier results.

    again
        Return the last of name, name-2, name-3 that is there, to go on in it or to replace it.
    """
    if out is not None:
        from drillsim.errors import ResultError
        from drillsim.record.store import refuse_foreign

        try:
            refuse_foreign(out)
        except ResultError as e:
            raise click.UsageError(f"--out {e}") from None
        return out
    number = 1
    while (folder := _numbered(name, number)).exists():
        number += 1
    return _numbered(name, number - 1) if again and number > 1 else folder


def _numbered(name: str, number: int) -> Path:
    return Path(name if number == 1 else f"{name}-{number}")


def resume_or_overwrite(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options --resume and --overwrite to a command."""
    for option in (
        click.option("--overwrite", is_flag=True, help="Replace the study that is kept in the results folder."),
        click.option(
            "--resume", is_flag=True, help="Go on with the study in the results folder: play what is missing."
        ),
    ):
        command = option(command)
    return command


def probe(folder: Path) -> None:
    """Test before the first drill that results can be written; raises ResultError if they cannot."""
    from drillsim.errors import ResultError

    new = [f for f in (folder, *folder.parents) if not f.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        for made in new:
            made.rmdir()
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise ResultError(
            f"{folder}: no results can be written here: {why}. Choose another folder with --out"
        ) from problem


def say_kept(what: str, folder: Path, *, err: bool) -> None:
    """Print where results are, who should read them, and a warning if git would track them."""
    from drillsim.record.store import IGNORE, is_own_ignore

    terminal.say(f"{what}: {shown(folder)} (INTERNAL: keep it where only safety planners read)", err=err)
    if not is_own_ignore(folder):
        terminal.complain(
            f"{shown(folder / IGNORE)} is not drillsim's, so it was left as it is and may let these INTERNAL results "
            "into git. Add a line '*' to it, or move the results"
        )


def open_folder(folder: Path) -> None:
    """Open the results folder in the file manager of a desktop; errors are ignored."""
    desktop = sys.platform in ("win32", "darwin") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if desktop and sys.stdout.isatty():
        with contextlib.suppress(Exception):
            click.launch(str(folder.resolve()))


def command_line() -> Sequence[str]:
    """Return the arguments of this command without the folders of this machine, for the manifest."""
    return ["drillsim", *(one_line(Path(a).name if os.sep in a else a) for a in sys.argv[1:])]
