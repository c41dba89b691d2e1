"""Opening of a file to import: its size, its first bytes, and the one located fault of a file that cannot be read."""

from __future__ import annotations

import stat
from pathlib import Path

from drillsim.documents.document import near_name
from drillsim.documents.files import read_bounded, shown, why
from drillsim.errors import Fault, PlanError

MOST_BYTES = 64 * 1024 * 1024
"""Largest file that is read; of a zip, largest content in all. Source: A:import.sizes."""
NO_FILE = "no such file"


def fault_of(path: Path, code: str, message: str, line: int = 0, column: int = 1) -> PlanError:
    """Return the exception with one fault of a file."""
    return PlanError(faults=[Fault(code, shown(path), line, column if line else 0, message)])


def read_source(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the bytes of a file to import. Raises PlanError (DS002, DS003, DS004)."""

    def refuse(code: str, message: str) -> PlanError:
        return fault_of(path, code, message)

    content = read_bounded(path, most_bytes, refuse, missing=f"{NO_FILE}.{near_name(path)}")
    if not content.strip(b"\0 \t\r\n"):
        raise fault_of(path, "DS003", "the file is empty")
    return content


def check_size(path: Path, most_bytes: int) -> None:
    """Raise PlanError for a file that is missing, no regular file, empty or too large, without reading it."""
    try:
        told = path.stat()
    except FileNotFoundError:
        raise fault_of(path, "DS002", f"{NO_FILE}.{near_name(path)}") from None
    except (OSError, ValueError) as e:
        raise fault_of(path, "DS002", f"the file cannot be read: {why(e)}") from None
    if stat.S_ISDIR(told.st_mode):
        raise fault_of(path, "DS002", "this is a folder. Name the file inside it")
    if not stat.S_ISREG(told.st_mode):
        raise fault_of(path, "DS002", "this is no regular file. Save its content as a file")
    if told.st_size == 0:
        raise fault_of(path, "DS003", "the file is empty")
    if told.st_size > most_bytes:
        message = f"the file has {told.st_size / 1e6:,.0f} MB; at most {most_bytes / 1e6:,.0f} MB are read"
        raise fault_of(path, "DS004", message)


def missing_extra(path: Path, extra: str, library: str) -> PlanError:
    """Return the fault of a format whose library is not installed."""
    message = f'this format needs {library}. Install it with: python -m pip install "drillsim[{extra}]"'
    return fault_of(path, "DS902", message)
