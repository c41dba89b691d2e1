"""Crash report of a bug: a file to send, and one line on the screen that names it."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from drillsim.cli import terminal
from drillsim.escape import for_terminal, one_line

LIBRARIES = (
    "drillsim",
    "simpy",
    "numpy",
    "scipy",
    "networkx",
    "shapely",
    "pydantic",
    "pyyaml",
    "pandas",
    "matplotlib",
    "numba",
)

BUG = "drillsim stopped on a bug of its own"


def versions() -> dict[str, str]:
    """Return the versions of Python, of the platform and of every library that drillsim uses."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "source checkout" if name == "drillsim" else "not installed"
    return found


def report_bug(error: Exception, arguments: Sequence[str], *, show: bool) -> str:
    """Write drillsim-crash-<time>.txt and return the line that names it.

    show
        Print the traceback on stderr too. Values of variables are never written: they can hold names of real rooms.
    """
    trace = for_terminal("".join(traceback.format_exception(error)))
    if show:
        terminal.complain(trace)
    now = datetime.now().astimezone()
    lines = [
        f"drillsim stopped on a bug, {now.isoformat(timespec='seconds')}",
        f"command: drillsim {one_line(' '.join(arguments))}",
    ]
    lines += [f"{name}: {number}" for name, number in versions().items()]
    text = "\n".join([*lines, "", trace])
    name = f"drillsim-crash-{now:%Y%m%d-%H%M%S}.txt"
    for folder in _places():
        try:
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:  # noqa: PTH123 (a handle)
                file.write(text)
        except (OSError, ValueError):
            continue
        place = name if folder == Path() else str(folder / name)
        return f"{BUG}, not of your files. Please send {place} (read it first: it names your files)."
    return f"{BUG} ({type(error).__name__}), and no crash file could be written. Try again with --debug."


def _places() -> list[Path]:
    """Return the folders to try for the crash file: the current one, then the one for temporary files."""
    try:
        return [Path(), Path(tempfile.gettempdir())]
    except OSError:
        return [Path()]
