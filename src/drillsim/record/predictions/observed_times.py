"""`observed.csv`: the template that observers fill in, and reading what they timed, with a located fault for every bad cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic_core import PydanticCustomError

from drillsim.documents.files import read_bounded, shown
from drillsim.errors import Fault, ResultError, closest
from drillsim.escape import for_cell, from_cell, quoted
from drillsim.quantities import parse

OBSERVED = "observed.csv"
COLUMNS = ("from", "to", "place", "what", "observed", "observer", "note")
"""from, to: the interval by its words in the kit. place: the exit or room, where the interval has one. what: the same in words, not
read. observed: m:ss, or a time with its unit such as '2 min 5 s'; 'not reached' where it did not happen; empty where nobody timed it.
observer, note: free text."""
NEEDED = ("from", "to", "observed")
NEVER = frozenset({"not reached", "never", "not-reached"})
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d(?:[.,]\d+)?)", re.ASCII)
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))", re.ASCII)
"""A comma before one or two digits; '1,200 s' may be a thousand, and is refused."""
MOST_BYTES, MOST_LINES = 4 * 1024 * 1024, 20_000


@dataclass(frozen=True)
class ObservedTime:
    """One line of `observed.csv`.

    seconds
        None where it did not happen until the drill was ended.
    file, line
        Where it stands, for messages.
    """

    start: str
    end: str
    place: str
    seconds: float | None
    observer: str
    note: str
    file: str
    line: int


def template(rows: Iterable[Sequence[str]]) -> bytes:
    """Return an `observed.csv` to fill in: rows of from, to, place and what, in UTF-8 with a byte order mark for Excel."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for start, end, place, what in rows:
        writer.writerow([for_cell(cell) for cell in (start, end, place, what)] + [""] * 3)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", errors="backslashreplace")


def read_observed(path: Path | str) -> list[ObservedTime]:
    """Return the lines of an `observed.csv` in which something was observed.

    Comma, semicolon or tab may part the cells, as Excel writes them in different countries. Raises ResultError with a fault at
    file and line for everything that cannot be read.
    """
    place = Path(path)
    name = shown(place)

    def refuse(code: str, message: str) -> ResultError:
        return ResultError(faults=[Fault(code, name, 0, 0, message)])

    content = read_bounded(
        place, MOST_BYTES, refuse, missing="there is no such file. The kit holds an observed.csv to fill in"
    )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise ResultError(
            faults=[Fault("DS002", name, line, 1, "not UTF-8. In Excel choose 'CSV UTF-8' to save it")]
        ) from None
    return _read(text, name)


def _read(text: str, name: str) -> list[ObservedTime]:
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    faults: list[Fault] = []
    found: list[ObservedTime] = []
    try:
        heads = [head.strip().lower() for head in next(reader, [])]
        faults = _head_faults(heads, name)
        if not faults:
            for cells in reader:
                if reader.line_num > MOST_LINES:
                    faults.append(
                        Fault(
                            "DS801",
                            name,
                            reader.line_num,
                            1,
                            f"more than {MOST_LINES:,} lines. Keep those of one drill",
                        )
                    )
                    break
                row = dict(zip(heads, (from_cell(cell.strip()) for cell in cells), strict=False))
                one, fault = _line(row, cells, heads, name, reader.line_num)
                found += [one] if one else []
                faults += [fault] if fault else []
    except csv.Error as problem:
        faults.append(
            Fault(
                "DS801",
                name,
                reader.line_num,
                1,
                f"this line is no CSV ({problem}). Save it again from Excel as 'CSV UTF-8'",
            )
        )
    if faults:
        raise ResultError(faults=faults)
    return found


def _head_faults(heads: Sequence[str], name: str) -> list[Fault]:
    told = [
        f"no column '{need}'. Keep the first line of the template: {','.join(COLUMNS)}"
        for need in NEEDED
        if need not in heads
    ]
    told += [
        f"unknown column '{quoted(head)}'.{closest(head, COLUMNS)}" for head in heads if head and head not in COLUMNS
    ]
    told += [f"two columns are called '{head}'. Keep one" for head in COLUMNS if heads.count(head) > 1]
    return [Fault("DS801", name, 1, 1, text) for text in told]


def _line(
    row: dict[str, str], cells: Sequence[str], heads: Sequence[str], name: str, line: int
) -> tuple[ObservedTime | None, Fault | None]:
    """Return the observed time of a line, or its fault; neither for a line on which nothing was observed."""
    if len(cells) > len(heads) and any(cell.strip() for cell in cells[len(heads) :]):
        told = f"{len(cells)} cells, but {len(heads)} columns. Put text that holds the separator in quotes"
        return None, Fault("DS802", name, line, 1, told)
    text = row.get("observed", "")
    if not text:
        return None, None
    column = heads.index("observed") + 1
    missing = [key for key in ("from", "to") if not row.get(key)]
    if missing:
        return None, Fault("DS802", name, line, 1, f"'{missing[0]}' is empty. Copy it from the kit")
    if text.lower() in NEVER:
        seconds = None
    else:
        try:
            seconds = seconds_of(text)
        except ValueError as problem:
            return None, Fault("DS802", name, line, column, str(problem))
    start, end = (row[key].removesuffix("_s") for key in ("from", "to"))
    observer, note = row.get("observer", ""), row.get("note", "")
    return ObservedTime(start, end, row.get("place", ""), seconds, observer, note, name, line), None


def seconds_of(text: str) -> float:
    """Return the seconds of a time written as m:ss, h:mm:ss, or with its unit. Raises ValueError, which says what to write."""
    match = _CLOCK.fullmatch(text)
    if match:
        hours, minutes, seconds = match.groups()
        if hours is not None and int(minutes) > 59:
            raise ValueError(f"'{quoted(text)}' is no time. Write 1:02:05 for 1 h 2 min 5 s")
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))
    try:
        seconds_told = parse(_DECIMAL_COMMA.sub(".", text), "time")
    except PydanticCustomError:
        raise ValueError(
            f"'{quoted(text)}' is no time. Write 2:05, '125 s' or '2 min 5 s'; 'not reached' where it did not happen"
        ) from None
    if seconds_told < 0:
        raise ValueError(f"'{quoted(text)}' is before the interval begins. Write the time from its begin to its end")
    return float(seconds_told)


__all__ = ["COLUMNS", "OBSERVED", "ObservedTime", "read_observed", "seconds_of", "template"]
