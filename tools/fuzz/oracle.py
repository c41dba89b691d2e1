"""The oracle: a case is played in this process; anything but success or located faults within the limits is a find."""

from __future__ import annotations

import contextlib
import io
import os
import re
import resource
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from drillsim.cli import inputs, main
from drillsim.documents.files import read_head
from drillsim.escape import one_line
from fuzz.cases import Case, sound

READ_S, PLAY_S = 5.0, 20.0
"""Processor time of reading and checking, and of one drill or day of the small school."""
MEMORY_BYTES = 1_000_000_000
TOLD = re.compile(r"^(\S.*: (error|warning) DS\d{3}: |Error: |Usage: )", re.MULTILINE)


class TooLongError(BaseException):
    """The limit of processor time; no `except Exception` holds it up."""


@dataclass(frozen=True)
class Verdict:
    """What a case led to: exit code, processor time, and the problem, '' where there is none."""

    code: int | None
    seconds: float
    problem: str = ""
    played: bool = False


@contextlib.contextmanager
def limits(seconds: float) -> Iterator[None]:
    """Raise TooLongError after so much processor time."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def limit_memory(most_bytes: int = MEMORY_BYTES) -> None:
    """Let this process have so much more memory than it has now."""
    size = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + most_bytes, resource.getrlimit(resource.RLIMIT_AS)[1]))


_sheets: dict[bytes, inputs.Sheet] = {}
_read = inputs.read


def _remembered(path: Path) -> inputs.Sheet:
    """Read a file, a sound one only once: its plan then keeps what was computed from it, as in a study."""
    content = read_head(path, 8 * 1024 * 1024) if path.name in NAMES and path.is_file() else b""
    if content not in _known:
        return _read(path)
    if content not in _sheets:
        _sheets[content] = _read(path)
    kept = _sheets[content]
    return replace(kept, path=path, faults=list(kept.faults))


NAMES = ("plan.yaml", "scenario.yaml", "mixes.yaml")
_known: set[bytes] = set()


class Room:
    """A folder in which cases are played, one after another."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="drillsim-fuzz-", dir=memory if memory.is_dir() else None))
        self.before = Path.cwd()
        _known.update(content for kind in ("plan", "day", "large") for _, content in sound(kind))
        inputs.read = _remembered

    def close(self) -> None:
        """Remove the folder."""
        inputs.read = _read
        os.chdir(self.before)
        shutil.rmtree(self.folder, ignore_errors=True)

    def play(self, case: Case, *, play_s: float = PLAY_S) -> Verdict:
        """Return the verdict on a case: on reading and checking, then on a drill where it is to be played."""
        place = self.folder / "case"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        os.chdir(place)
        try:
            return self._judge(case, play_s)
        finally:
            os.chdir(self.before)

    def _judge(self, case: Case, play_s: float) -> Verdict:
        for name, content in case.files:
            Path(name).write_bytes(content)
        read = _run(case.words, READ_S)
        if read.problem or not case.plays or read.code != 0 or case.words[0] != "check":
            return read
        played = _run(("run", "scenario.yaml"), play_s)
        problem = f"run: {played.problem}" if played.problem else ""
        return Verdict(played.code, max(read.seconds, played.seconds), problem, played=True)


def _run(words: tuple[str, ...], seconds: float) -> Verdict:
    out, err = io.StringIO(), io.StringIO()
    begin = time.process_time()
    code: int | None = None
    problem = ""
    try:
        with (
            limits(seconds),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("error")
            code = main([*words, "--debug"])
    except TooLongError:
        problem = f"more than {seconds:g} s"
    except MemoryError:
        problem = f"more than {MEMORY_BYTES / 1e9:g} GB"
    spent = time.process_time() - begin
    return Verdict(code, spent, problem or _problem(code, out.getvalue(), err.getvalue()))


def _problem(code: int | None, out: str, err: str) -> str:
    text = out + err
    if "needs more memory than there is" in text:
        return "memory"
    if code not in (0, 2, 3) or "bug of its own" in text or "Traceback" in text:
        trace = [line.strip() for line in err.splitlines() if line.strip()]
        where = [line for line in trace if line.startswith("File ")]
        last = next((line for line in reversed(trace) if "bug of its own" not in line), "")
        return f"exit {code}: {last[:200]} {where[-1] if where else ''}"
    if "too large or too small to compute with" in text:
        return "an arithmetic fault that only the guard held"
    if code == 2 and not TOLD.search(text):
        return f"exit 2 without a located fault: {text[:200]!r}"
    if any(one_line(line) != line for line in text.split("\n")):
        return "control characters in the output"
    return ""
