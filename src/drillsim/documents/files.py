"""Files and folders named by a user: bounded reading of their bytes, and their paths as messages show them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from drillsim.errors import DrillsimError


def read_bounded(path: Path, most_bytes: int, refuse: Callable[[str, str], DrillsimError], *, missing: str) -> bytes:
    """Return the bytes of a regular file, or raise the exception that `refuse` makes of a code and a message.

    The file is opened without waiting (a named pipe without a writer would block for ever), its kind and size are taken
    from the open handle, and no more than `most_bytes` + 1 bytes are read: files of /proc and devices tell the size 0.

    missing
        Message if no such file exists.
    """
    try:
        if path.is_dir():
            raise refuse("DS002", "this is a folder. Name the file inside it")
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise refuse("DS002", missing) from None
    except (OSError, ValueError) as e:
        raise refuse("DS002", f"the file cannot be read: {why(e)}") from None
    try:
        with open(handle, "rb") as file:  # noqa: PTH123 (a handle, not a path)
            told = os.fstat(handle)
            if not stat.S_ISREG(told.st_mode):
                raise refuse("DS002", f"this is no regular file but {_kind(told.st_mode)}. Save its content as a file")
            if told.st_size > most_bytes:
                raise refuse("DS004", _too_large(f"{told.st_size / 1e6:,.0f} MB", most_bytes))
            content = file.read(most_bytes + 1)
    except OSError as e:
        raise refuse("DS002", f"the file cannot be read: {why(e)}") from None
    if len(content) > most_bytes:
        raise refuse("DS004", _too_large("no end", most_bytes))
    return content


def read_head(path: Path, most_bytes: int) -> bytes:
    """Return the first bytes of a regular file; raises OSError for anything else."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as file:  # noqa: PTH123 (a handle, not a path)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no regular file", str(path))
        return file.read(most_bytes)


def why(problem: OSError | ValueError) -> str:
    """Return the reason of an error of the operating system, without the path."""
    if isinstance(problem, OSError) and problem.errno == errno.ELOOP:
        return "its links lead round in a circle"
    return getattr(problem, "strerror", None) or str(problem)


def _too_large(size: str, most_bytes: int) -> str:
    return f"the file has {size}; at most {most_bytes / 1e6:.0f} MB are read"


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"), (stat.S_ISCHR, "a device"))
    return next((word for test, word in kinds if test(mode)), "a device")


def shown(path: Path) -> str:
    """Return a path relative to the current folder if it is inside, else as it was given; with forward slashes."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix() or "."
    except (ValueError, OSError, RuntimeError):
        return path.as_posix()


def resolved(path: Path) -> Path:
    """Return the absolute path with links resolved; with its links if they form a loop or are broken."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path.absolute()


def is_folder(path: Path) -> bool:
    """Return whether a folder of this name exists; False for a name that the operating system refuses."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Return whether anything of this name exists; False for a name that the operating system refuses."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
