"""Reader of dispatch logs in CSV, as dispatch systems and spreadsheets export them, for times only.

Privacy: no cell other than a time is shown, kept or written. Messages state column names, and for a cell that is no
time its line, column and shape.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from drillsim.documents.files import read_bounded, shown
from drillsim.errors import DrillsimError, Fault
from drillsim.exchange.dispatch_log.columns import Choice, Columns, Header, find_header
from drillsim.exchange.dispatch_log.times import (
    Stamp,
    UnusableError,
    delay_s,
    read_length_s,
    read_stamp,
    writes_day_first,
)

MAX_BYTES = 64 * 1024 * 1024
LINES_SHOWN = 5
DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 40
SHARED = 0.1
"""From this share of rows with the call time of another row on, a log without incident numbers looks like one row per
unit. Source: assumption A:log.shared_calls."""


@dataclass(frozen=True)
class Unused:
    """A row that gives no delay: position and reason."""

    line: int
    column: int
    reason: str
    shape: str = ""


@dataclass(frozen=True)
class CallLog:
    """Delays of a dispatch log, and an account of every row.

    file
        Path of the log as messages show it.
    columns
        Names of the columns that were read.
    rows
        Number of rows below the header that are not blank; each is a call, a further unit, of another kind, or unused.
    shared
        Number of calls with the call time of another one, in a log without incident numbers.
    """

    file: str
    columns: Columns
    delays_s: tuple[float, ...]
    rows: int
    other_kind: int = 0
    further_units: int = 0
    shared: int = 0
    unused: tuple[Unused, ...] = ()

    @property
    def reasons(self) -> dict[str, list[Unused]]:
        """Unused rows by reason, most frequent first."""
        ordered = sorted(self.unused, key=lambda u: u.reason)
        found = {reason: sorted(rows, key=lambda u: u.line) for reason, rows in groupby(ordered, lambda u: u.reason)}
        return dict(sorted(found.items(), key=lambda item: -len(item[1])))

    def faults(self) -> list[Fault]:
        """Return a warning per reason why rows were not used, and one per doubt about the whole log."""
        found = [
            Fault(
                "DS703",
                self.file,
                rows[0].line,
                rows[0].column,
                f"{reason}. {_lines(rows)}{_shape(rows[0])}",
                "warning",
            )
            for reason, rows in self.reasons.items()
        ]
        place = (self.file, self.columns.line, 1)
        if self.columns.from_dispatch:
            message = (
                f"the times begin with '{self.columns.start}', not with the call: answering and processing the call "
                "are missing. Name the column of the call with --call, or add what they take to the median"
            )
            found.append(Fault("DS705", *place, message, "warning"))
        if self.shared >= 3 and self.shared > SHARED * len(self.delays_s):
            message = (
                f"{self.shared} calls have the call time of another one. If the log has a row for each unit, only the "
                "first to arrive should count: name the column of the incident number with --incident"
            )
            found.append(Fault("DS705", *place, message, "warning"))
        return found


def _lines(rows: Sequence[Unused]) -> str:
    shown = ", ".join(str(u.line) for u in rows[:LINES_SHOWN])
    more = f" and {len(rows) - LINES_SHOWN:,} more" if len(rows) > LINES_SHOWN else ""
    return f"1 row: line {shown}" if len(rows) == 1 else f"{len(rows):,} rows: lines {shown}{more}"


def _shape(row: Unused) -> str:
    return f" (shape of the first: '{row.shape}')" if row.shape else ""


def read_call_log(path: str | Path, wanted: Choice | None = None) -> CallLog:
    """Read the delays from call to arrival of a CSV file.

    wanted
        Columns named by the user; default: recognised by their names.

    Raises DrillsimError with located faults where the file cannot be read (DS002, DS003, DS004) or its columns are
    not recognised (DS701). A row without a usable delay is no error; it is listed in `unused`.
    """
    path = Path(path)
    name = shown(path)
    records, header = _cut(_text(path, name), wanted or Choice(), name)
    body = [r for r in records if r[0] > header.columns.line and any(cell.strip() for cell in r[1])]
    return _read_rows(body, header, name)


def _text(path: Path, name: str) -> str:
    """Return the text of a CSV file in UTF-8 (with or without byte-order mark), UTF-16 or Windows-1252."""

    def refuse(code: str, message: str) -> DrillsimError:
        return DrillsimError(faults=[Fault(code, name, 1, 1, message)])

    missing = "no such file. Export the log from your dispatch system as CSV"
    raw = read_bounded(path, MAX_BYTES, refuse, missing=missing)
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise refuse("DS002", "this is an Excel workbook. In Excel: File, Save as, 'CSV UTF-8 (comma delimited)'")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace").removeprefix("\ufeff")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise refuse("DS002", "this is not a text file (it holds a NUL byte). Export the log as CSV")
    if not text.strip():
        raise refuse("DS003", "the log is empty. Export it again from your dispatch system as CSV")
    return text


Record = tuple[int, list[str]]
"""First line of a row of the log, from 1, and its cells."""


def _cut(text: str, wanted: Choice, name: str) -> tuple[list[Record], Header]:
    """Split the text by the first delimiter under which the columns are found; return rows and header.

    Raises the error of the likeliest delimiter where none works.
    """
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r'"?sep=(.)"?\s*', first, re.IGNORECASE)
    refused: DrillsimError | None = None
    for sign in [told[1]] if told else _likely_signs(text):
        try:
            records = _records(rest if told else text, name, sign, line=2 if told else 1)
            return records, find_header(records, wanted, name)
        except DrillsimError as e:
            refused = refused or e
    raise refused or DrillsimError(name)


def _likely_signs(text: str) -> list[str]:
    """Return the delimiters, first the one that splits most of the first lines into equally many cells."""
    head = [line for line in re.split(r"\r\n?|\n", text[:100_000]) if line.strip()][:_SAMPLE]

    def score(sign: str) -> tuple[int, int]:
        widths = Counter(len(cells) for cells in csv.reader(head, delimiter=sign, skipinitialspace=True))
        return max(((rows, width) for width, rows in widths.items() if width > 1), default=(0, 0))

    return sorted(DELIMITERS, key=score, reverse=True)


def _records(text: str, name: str, delimiter: str, *, line: int) -> list[Record]:
    """Return the rows, each with the line at which it begins, counted from `line`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    found: list[Record] = []
    above = line - 1
    try:
        for cells in reader:
            found.append((line, cells))
            line = above + reader.line_num + 1
    except csv.Error:
        message = "a quote opens here, or soon after, and does not close. Remove it, or close it"
        raise DrillsimError(faults=[Fault("DS002", name, line, 1, message)]) from None
    return found


@dataclass(frozen=True)
class _Kept:
    """A usable row: incident, time of the call (None in a log of durations), delay in s."""

    incident: str
    start: Stamp | None
    delay_s: float


def _read_rows(body: Sequence[Record], header: Header, name: str) -> CallLog:
    columns = header.columns
    chosen = [r for r in body if header.is_of_kind(r[1])]
    day_first = writes_day_first(_cell(cells, i) for _, cells in chosen for i in header.times)
    read = [_read_row(record, header, day_first=day_first) for record in chosen]
    kept = [row for row in read if isinstance(row, _Kept)]
    delays, further = _first_arrivals(kept, same_call=bool(columns.end) and not columns.from_dispatch)
    return CallLog(
        file=name,
        columns=columns,
        delays_s=delays,
        rows=len(body),
        other_kind=len(body) - len(chosen),
        further_units=further,
        shared=0 if columns.incident else _shared(kept),
        unused=tuple(row for row in read if isinstance(row, Unused)),
    )


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at] if at < len(cells) else ""


def _read_row(record: Record, header: Header, *, day_first: bool) -> _Kept | Unused:
    line, cells = record
    if any(cell.strip() for cell in cells[header.width :]):
        why = "more cells than the line of names has, as when a sign inside a cell cuts it and the cell is not quoted"
        return Unused(line, header.width + 1, why)
    columns, stamps = header.columns, list[Stamp]()
    words = (columns.begin_word, "arrival") if columns.end else ("time",)
    for at, what in zip(header.times, words, strict=True):
        cell = _cell(cells, at)
        if not cell.strip():
            return Unused(line, at + 1, f"no time of {what}" if columns.end else "no time")
        try:
            if not columns.end:
                return _Kept(_incident(cells, header), None, read_length_s(cell, in_minutes=columns.in_minutes))
            stamps.append(read_stamp(cell, day_first=day_first))
        except UnusableError as e:
            return Unused(line, at + 1, f"{what}: {e}", e.shape)
    try:
        return _Kept(_incident(cells, header), stamps[0], delay_s(*stamps))
    except UnusableError as e:
        return Unused(line, header.times[-1] + 1, str(e))


def _incident(cells: Sequence[str], header: Header) -> str:
    return "" if header.incident is None else _cell(cells, header.incident).strip()


def _first_arrivals(kept: Sequence[_Kept], *, same_call: bool) -> tuple[tuple[float, ...], int]:
    """Return the delay of the first unit of every incident, in the order of the log, and the number of later units.

    same_call
        Merge rows only where they also share the time of the call, as in any log that begins with it.
    """
    least: dict[object, float] = {}
    for i, row in enumerate(kept):
        key: object = (row.incident, row.start if same_call else None) if row.incident else i
        least[key] = min(row.delay_s, least.get(key, row.delay_s))
    return tuple(least.values()), len(kept) - len(least)


def _shared(kept: Sequence[_Kept]) -> int:
    dated = [row.start for row in kept if row.start is not None and row.start.day is not None]
    return len(dated) - len(set(dated))
