"""Rows of a room list: from CSV or an Excel workbook, its columns told by their names."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from drillsim.escape import quoted
from drillsim.exchange.importing.sources import MOST_BYTES, fault_of, missing_extra, read_source

WITHIN = 20
"""Number of lines searched for the names of the columns."""
MOST_ROWS = 5000
NAMES = {
    "room": r"(?:room|raum|space)?\s*(?:number|no|nr|num|id|#)|room|rooms|space|raum|name|room name",
    "level": r"(?:building )?(?:level|floor|storey|story|geschoss|etage)(?: ?(?:no|number|id|name))?",
    "people": r"(?:max(?:imum)? )?(?:people|persons?|students?|pupils?|occupants?|occupancy|capacity|seats?|enrol?lment|head ?count)"
    r"(?: ?(?:count|load|number))?",
    "use": r"(?:room |space )?(?:use|usage|type|function|category|purpose|nutzung)(?: ?type)?",
    "area": r"(?:floor |room |net )?(?:area|size|sq ?ft|sq ?m|m2|m²|ft2|square (?:feet|metres|meters))"
    r"(?:\s*[\[(]?\s*(?:sq ?\.? ?ft|ft2|sq ?m|m2|m²|square (?:feet|metres|meters))\s*[\])]?)?",
}
"""Names of columns, without regard to case."""
FOOT2_M2 = 0.09290304


@dataclass(frozen=True)
class ListedRoom:
    """One room of the list."""

    line: int
    room: str
    level: str = ""
    use: str = ""
    people: int | None = None
    area_m2: float | None = None


@dataclass(frozen=True)
class RoomTable:
    """The rows that name a room, and what was understood of the columns."""

    rows: tuple[ListedRoom, ...]
    columns: dict[str, str]
    without_room: int
    """Number of rows that name none."""


def read_rows(path: Path, units: str | None) -> RoomTable:
    """Read a list. Raises PlanError with one located fault.

    units
        'ft' or 'in' where areas without a unit are square feet; else they are square metres, but for a column that says 'ft'.
    """
    cells = _cells(path)
    head, columns = _columns(path, cells)
    names = {kind: cells[head][i].strip() for kind, i in columns.items()}
    factor = FOOT2_M2 if units in ("ft", "in") or re.search(r"ft|feet", names.get("area", ""), re.IGNORECASE) else 1.0
    found, empty = [], 0
    for line, row in enumerate(cells[head + 1 :], head + 2):
        told = {kind: row[i].strip() if i < len(row) else "" for kind, i in columns.items()}
        if not any(told.values()):
            continue
        if not told["room"]:
            empty += 1
            continue
        people = _number(path, line, columns["people"], told["people"]) if told.get("people") else None
        area = _number(path, line, columns["area"], told["area"]) if told.get("area") else None
        whole = None if people is None else int(people + 0.5)
        size = None if area is None else area * factor
        found.append(ListedRoom(line, told["room"], told.get("level", ""), told.get("use", ""), whole, size))
    if not found:
        raise fault_of(path, "DS905", "the list names no room", head + 1)
    return RoomTable(tuple(found), names, empty)


def _cells(path: Path) -> list[list[str]]:
    content = read_source(path, MOST_BYTES // 4)
    rows = _workbook(path, content) if content.startswith(b"PK") else _text(path, content)
    if len(rows) > MOST_ROWS + WITHIN:
        raise fault_of(path, "DS004", f"the list has {len(rows):,} rows; at most {MOST_ROWS:,} are read")
    return rows


def _text(path: Path, content: bytes) -> list[list[str]]:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise fault_of(path, "DS902", "this is a workbook of an old Excel (.xls). Save it as .xlsx or CSV")
    if b"\0" in content:
        raise fault_of(path, "DS901", "this is no text. Save the list as CSV (UTF-8) or .xlsx")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = "\n".join(text.splitlines()[:WITHIN])
    mark = max(",;\t|", key=first.count)
    try:
        return [list(map(str, row)) for row in csv.reader(io.StringIO(text), delimiter=mark)]
    except csv.Error as e:
        raise fault_of(path, "DS901", f"this is no CSV: {quoted(e)}", 1) from None


def _workbook(path: Path, content: bytes) -> list[list[str]]:
    """Return the cells of the first sheet of a workbook that has any."""
    try:
        import openpyxl
    except ImportError:
        raise missing_extra(path, "excel", "openpyxl") from None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(i.file_size for i in archive.infolist())
        if unpacked > MOST_BYTES:
            raise fault_of(
                path,
                "DS004",
                f"unpacked, the workbook has {unpacked / 1e6:,.0f} MB; at most {MOST_BYTES / 1e6:,.0f} MB are read",
            )
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = [
                [
                    "" if v is None else str(int(v)) if isinstance(v, float) and v.is_integer() else str(v)
                    for v in row[:50]
                ]
                for _, row in zip(range(MOST_ROWS + WITHIN + 1), sheet.iter_rows(values_only=True), strict=False)
            ]
            if any(any(row) for row in rows):
                return rows
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        SyntaxError,
        OSError,
        EOFError,
    ) as e:
        raise fault_of(
            path, "DS901", f"the workbook cannot be read ({type(e).__name__}). Open it in Excel and save it again"
        ) from None
    raise fault_of(path, "DS903", "the workbook has no sheet with cells")


def _columns(path: Path, cells: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the line of the header and the position of each known column; the line with the most known names counts."""
    best: tuple[int, dict[str, int]] = (0, {})
    for line, row in enumerate(cells[:WITHIN]):
        found: dict[str, int] = {}
        for i, cell in enumerate(row[:50]):
            name = " ".join(cell.strip().lower().replace("_", " ").split())[:80]
            kind = next((k for k, pattern in NAMES.items() if k not in found and re.fullmatch(pattern, name)), None)
            if kind is not None:
                found[kind] = i
        if len(found) > len(best[1]):
            best = (line, found)
    if "room" not in best[1] or len(best[1]) < 2:
        names = ", ".join(f"'{quoted(c)}'" for c in (cells[best[0]] if cells else [])[:12] if c)
        message = f"no line names a column of rooms and one of people, area, use or level. Found: {names or 'nothing'}. Write: room,level,people,use,area"
        raise fault_of(path, "DS905", message, best[0] + 1)
    return best


def _number(path: Path, line: int, column: int, text: str) -> float:
    """Return a cell as a number that is not negative; '1,200' and '24.8' are read."""
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text).replace(",", ".")
    match = re.fullmatch(r"\s*(\d{1,7}(?:\.\d+)?)\s*(?:m2|m²|sq ?m|sq ?ft|ft2)?\s*", plain, re.IGNORECASE)
    if match is None:
        raise fault_of(path, "DS905", f"'{quoted(text)}' is no number", line, column + 1)
    return float(match[1])
