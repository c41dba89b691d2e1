"""Output to the terminal: text, tables and progress; in ASCII where nothing else can be printed."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from drillsim.errors import MAX_SHOWN, Fault, only_errors, order_faults
from drillsim.escape import for_terminal, one_line, quoted

if TYPE_CHECKING:
    from rich.console import Console

ASCII = str.maketrans(
    {
        "…": "...", "–": "-", "—": "-", "→": "->", "←": "<-", "×": "x", "·": "-", "≤": "<=", "≥": ">=", "²": "2",
        "±": "+-",
        "’": "'", "‘": "'", "“": '"', "”": '"', "τ": "tau", "✓": "OK", "█": "#", "━": "-", "─": "-", "│": "|", "−": "-",
        "°": " deg", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    }
)  # fmt: skip
"""Replacements of characters that a console without Unicode cannot show."""


def make_printable() -> None:
    """Make stdout and stderr replace what they cannot encode instead of failing."""
    if sys.stdout is None:  # closed, or a process without a console
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (open as long as the program)
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (open as long as the program)
    for stream in (sys.stdout, sys.stderr):
        if not _speaks_unicode(stream) and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _speaks_unicode(stream: TextIO) -> bool:
    try:
        "→…─×█".encode(stream.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True


def say(text: str = "", *, err: bool = False) -> None:
    """Print lines of text; control characters are shown as escapes, and all is ASCII if the terminal shows nothing else."""
    _send(for_terminal(text), err=err)


def _send(text: str, *, err: bool = False) -> None:
    stream = sys.stderr if err else sys.stdout
    _echo(text if _speaks_unicode(stream) else text.translate(ASCII), stream)


_ONLY_FOR_READERS = ContextVar("_ONLY_FOR_READERS", default=False)
"""Whether a command ends when nobody reads its output any more."""


@contextmanager
def only_for_readers(wanted: bool = True) -> Iterator[None]:
    """End the command within the block when the reader of stdout has gone, as after `| head`.

    Elsewhere a command goes on without a reader: its files are written whole, and its exit code is its own.
    """
    before = _ONLY_FOR_READERS.set(wanted)
    try:
        yield
    finally:
        _ONLY_FOR_READERS.reset(before)


def _echo(text: str, stream: TextIO) -> None:
    try:
        click.echo(text, file=stream)
    except BrokenPipeError:
        if stream is not sys.stdout or _ONLY_FOR_READERS.get():
            raise
        drop_stdout()


def drop_stdout() -> None:
    """Send to nowhere what is printed from here on."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """Print text on stderr."""
    say(text, err=True)


def show(thing: Any, *, err: bool = False) -> None:
    """Print a rich table or text at the width of the terminal (100 columns where there is none)."""
    draw(lambda page: page.print(thing), err=err)


class OutPath(click.Path):
    """A file or folder to write to; an option in its place is refused: the name was forgotten."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Raises click.BadParameter where it begins with a dash."""
        if str(value).startswith("-"):
            self.fail(
                f"'{quoted(str(value))}' looks like an option. Write './{quoted(str(value))}' for a name", param, ctx
            )
        return super().convert(value, param, ctx)


def seconds_of(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Return the seconds of an option such as 10s or '1 min 30 s'; raises click.BadParameter for what is not more than 0."""
    from pydantic_core import PydanticCustomError

    from drillsim.quantities import parse

    if value is None:
        return None
    try:
        seconds = parse(value, "time")
    except PydanticCustomError as problem:
        raise click.BadParameter(problem.message(), ctx, param) from None
    if seconds <= 0:
        raise click.BadParameter(f"'{quoted(value)}' is not more than 0. Write 10s", ctx, param)
    return seconds


class WholeNumber(click.IntRange):
    """Whole number of an option, in a range."""

    name = "whole number"


WORKERS = WholeNumber(1, max(64, 4 * (os.cpu_count() or 1)))
"""Number of processes; far more than there are processors would only cost memory."""
LEAST_WIDTH = 80
"""Least columns of a table; a narrower terminal wraps lines, so that no table column is lost."""


def draw(paint: Callable[[Console], None], *, err: bool = False) -> None:
    """Print what `paint` writes to a rich console; markup is off, and text is escaped before columns are measured."""
    from rich.console import Console
    from rich.text import Text

    class Page(Console):
        """Console that shows every string literally."""

        def render_str(self, text: str, **how: Any) -> Text:
            return super().render_str(for_terminal(text), **how)

    stream = sys.stderr if err else sys.stdout
    page = Page(
        file=StringIO(),
        width=max(width(), LEAST_WIDTH),
        force_terminal=stream.isatty() or None,
        safe_box=True,
        emoji=False,
        markup=False,
        highlight=False,
        legacy_windows=False,
    )
    paint(page)
    text = page.file.getvalue()  # type: ignore[attr-defined]
    _send("\n".join(_colours_only(line.rstrip()) for line in text.split("\n")).rstrip("\n"), err=err)


_COLOUR = re.compile(r"(\x1b\[[0-9;]*m)")


def _colours_only(line: str) -> str:
    """Return a rendered line whose only control sequences are rich's own colours."""
    return "".join(part if i % 2 else one_line(part) for i, part in enumerate(_COLOUR.split(line)))


def width() -> int:
    """Return the number of columns to print in: the terminal's or COLUMNS, else 100."""
    return shutil.get_terminal_size((100, 24)).columns


def wrapped(text: str, *, indent: str = "") -> str:
    """Return a paragraph broken at the width of the screen, at most 100 columns."""
    import textwrap

    return textwrap.fill(
        text, min(width(), 100), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )


def json_line(thing: Mapping[str, Any], *, wanted: bool = True) -> None:
    """Print one JSON object as the last line of stdout; NaN and Infinity become null."""
    if wanted:
        _echo(json.dumps(_finite(thing), ensure_ascii=True, allow_nan=False), sys.stdout)


def _finite(thing: Any) -> Any:
    if isinstance(thing, Mapping):
        return {str(k): _finite(v) for k, v in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [_finite(v) for v in thing]
    if isinstance(thing, float):
        return thing if math.isfinite(thing) else None
    if thing is None or isinstance(thing, (str, int)):
        return thing
    return _finite(thing.item()) if hasattr(thing, "item") else str(thing)


def faults(found: Iterable[Fault], *, err: bool = False) -> None:
    """Print faults by file and place, at most 20 of one file, then the number of further ones."""
    shown: dict[str, int] = {}
    for fault in order_faults(found):
        shown[fault.file] = shown.get(fault.file, 0) + 1
        if shown[fault.file] <= MAX_SHOWN:
            say(str(fault), err=err)
    for file, number in shown.items():
        if number > MAX_SHOWN:
            say(f"{file}: … and {number - MAX_SHOWN} more", err=err)


def fault_row(fault: Fault) -> dict[str, str | int]:
    """Return a fault as plain data."""
    return {
        "file": fault.file,
        "line": fault.line,
        "column": fault.column,
        "severity": fault.severity,
        "code": fault.code,
        "message": fault.message,
    }


def counted(number: int, thing: str, things: str = "") -> str:
    """Return '1 error' or '3 errors'; `things` is an irregular plural."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def percent(share: float) -> str:
    """Return a share as '85 %', with three significant digits."""
    return f"{100 * share:.3g} %"


def tally(found: Sequence[Fault]) -> str:
    """Return '2 errors, 1 warning'."""
    distinct = order_faults(found)
    errors = len(only_errors(distinct))
    return f"{counted(errors, 'error')}, {counted(len(distinct) - errors, 'warning')}"


@contextmanager
def progress(total: int, label: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Provide a callback (done, total): a bar with the time left on a terminal, one plain line per 10 % elsewhere.

    Progress goes to stderr, so that stdout holds results only.
    """
    if quiet:
        yield lambda done, of: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda done, of: bar.update(task, completed=done, total=of)
    else:
        yield _lines(label)


def _lines(label: str) -> Callable[[int, int], None]:
    """Return the callback of plain lines; the time left is told from the pace since the first call, after compiling."""
    from drillsim.quantities import clock

    began, last, first = time.monotonic(), 0, (0.0, 0)

    def tell(done: int, of: int) -> None:
        nonlocal last, first
        now, tenth = time.monotonic(), 10 * done // max(of, 1)
        first = first if first[1] else (now, done)
        if tenth > last:
            last, since = tenth, done - first[1]
            left = f", {clock(now - began)} in all" if done >= of else ""
            if done < of and since > 0:
                left = f", about {clock((now - first[0]) / since * (of - done))} left"
            complain(f"{label}: {10 * tenth:3d} % ({done:,} of {of:,}){left}")

    return tell
