"""Writing of tables into the sheets of an Excel file, with XlsxWriter: no cell becomes a formula, a link or a date by accident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from io import BytesIO
from math import ceil
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from drillsim.escape import one_line
from drillsim.record.trace import Value
from drillsim.report.workbook.table import HANDLING, CellKind, SheetColumn, SheetTable

LAST_ROW = 1_048_576
"""Rows that a sheet of Excel can hold."""
LONGEST_CELL = 32_000
"""Characters of a cell; Excel refuses more than 32,767."""
DAY_S = 86_400.0
FORMATS: Mapping[CellKind, str] = {
    "seconds": "#,##0.0",
    "clock": "[m]:ss",
    "share": "0 %",
    "count": "#,##0",
    "number": "#,##0.0##",
    "money": "#,##0",
}
WIDTHS: Mapping[CellKind, tuple[float, float]] = {
    "text": (9, 34), "words": (12, 38), "long": (50, 90), "seconds": (10, 13), "clock": (9, 12), "share": (8, 12), "count": (9, 12),
    "number": (9, 14), "money": (10, 13),
}  # fmt: skip
"""Least and largest width of a column by kind, in characters."""
LOOKED_AT = 300
"""Rows by which the width of a text column is chosen."""
CREATED = dt.datetime(1980, 1, 1)  # noqa: DTZ001 (a mark, not a time)
"""Date in the properties of every file, so that equal results give equal bytes."""
SETTINGS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


PAGE_WIDTH = 100
"""Width of the second column of a sheet of text, in characters."""
WRAPPED = ("words", "long")
"""Kinds of cells whose text is wrapped."""
LINE_PT, MOST_LINES = 15.0, 20
"""Height of a line, and the most lines of a row: Excel takes rows of up to 409 points."""


def cell_text(text: str) -> str:
    """Return text as a cell shows it: on one line, control characters and marks of direction as escapes, and not too long."""
    shown = one_line(text)
    return shown if len(shown) <= LONGEST_CELL else f"{shown[:LONGEST_CELL]}… ({len(shown):,} characters)"


class SheetFile:
    """An Excel file that is being made; `content` closes it and returns its bytes."""

    def __init__(self, title: str) -> None:
        self._bytes = BytesIO()
        self._book = Workbook(self._bytes, SETTINGS)
        told = {"title": cell_text(title)[:255], "category": "INTERNAL", "comments": HANDLING, "created": CREATED}
        self._book.set_properties(told)
        base = {"valign": "top"}
        self._title = self._book.add_format({**base, "bold": True, "font_size": 14})
        self._bold = self._book.add_format({**base, "bold": True})
        self._note = self._book.add_format({**base, "italic": True, "font_color": "#444444"})
        self._plain = self._book.add_format({**base, "text_wrap": True, "indent": 1})
        self._what = self._book.add_format({**base, "text_wrap": True, "bold": True})
        self._head = self._book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DDE6EE", "bottom": 1}
        )
        self._name = self._book.add_format(
            {"font_color": "#555555", "font_size": 9, "bg_color": "#F2F5F8", "bottom": 1}
        )
        self._kinds: dict[CellKind, Format] = {
            "text": self._book.add_format({**base, "indent": 1}),
            "words": self._plain,
            "long": self._plain,
        }
        for kind, number in FORMATS.items():
            self._kinds[kind] = self._book.add_format({**base, "num_format": number})

    def content(self) -> bytes:
        """Close the file and return its bytes."""
        self._book.close()
        return self._bytes.getvalue()

    def page(self, title: str, lines: Sequence[tuple[str, str]]) -> None:
        """Add a sheet of text: lines of two cells, the first in bold."""
        sheet = self._sheet(title)
        sheet.set_column(0, 0, 36)
        sheet.set_column(1, 1, PAGE_WIDTH)
        sheet.set_row(0, 1.5 * LINE_PT)
        for row, (what, text) in enumerate(lines):
            style = self._title if row == 0 else self._what
            sheet.write_string(row, 0, cell_text(what), style)
            if text:
                sheet.write_string(row, 1, cell_text(text), self._plain)
                _fit_row(sheet, row, len(text) / PAGE_WIDTH)

    def table(self, told: SheetTable) -> int:
        """Add a sheet with a table and return the number of rows left out: those beyond what the sheet holds."""
        sheet = self._sheet(told.title)
        first = 1 + told.heads
        room = LAST_ROW - first - 1  # one row for the line that tells how many are left out
        most = room if told.most is None else min(told.most, room)
        widths = [_head_width(column) for column in told.columns]
        written = left = 0
        for values in told.rows:
            if written == most:
                left += 1
                continue
            self._row(sheet, first + written, told.columns, values, widths if written < LOOKED_AT else None)
            written += 1
        note = told.note
        if left:
            more = f"{left:,} further rows are not in this sheet, which holds {written:,}: they are in the CSV file."
            sheet.write_string(first + written, 0, more, self._bold)
            note = f"{note} {more}"
        sheet.write_string(0, 0, cell_text(note), self._note)
        self._heads(sheet, told, widths, first + max(written, 1) - 1)
        return left

    def _sheet(self, title: str) -> Worksheet:
        sheet = self._book.add_worksheet(title)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&L{title}&R{HANDLING}")
        sheet.set_footer("&LSimulated drills: no prediction, no drill of record, no rating of anybody&RPage &P of &N")
        return sheet

    def _heads(self, sheet: Worksheet, told: SheetTable, widths: list[float], last: int) -> None:
        """Write the heads, and set widths, frozen rows, filter and the rows that every printed page repeats."""
        for place, column in enumerate(told.columns):
            sheet.write_string(1, place, cell_text(column.head), self._head)
            if told.heads > 1:
                sheet.write_string(2, place, cell_text(column.name), self._name)
            least, largest = WIDTHS[column.kind]
            sheet.set_column(place, place, min(max(widths[place], least), largest))
        sheet.set_row(1, 60)
        sheet.freeze_panes(1 + told.heads, _frozen(told.columns))
        sheet.autofilter(told.heads, 0, last, len(told.columns) - 1)
        sheet.repeat_rows(1, told.heads)
        if told.printed:
            sheet.print_area(0, 0, last, told.printed - 1)

    def _row(
        self,
        sheet: Worksheet,
        row: int,
        cells: Sequence[SheetColumn],
        values: Sequence[Value],
        widths: list[float] | None,
    ) -> None:
        widest = 0.0
        for place, (column, value) in enumerate(zip(cells, values, strict=True)):
            if value is None or value == "":
                continue
            if isinstance(value, str) and column.kind in WRAPPED:
                widest = max(widest, len(value) / WIDTHS[column.kind][1])
            whole = column.kind == "number" and isinstance(value, int)
            style = self._kinds["count" if whole else column.kind]
            if isinstance(value, str):
                text = cell_text(value)
                sheet.write_string(row, place, text, style)
                if widths is not None:
                    widths[place] = max(widths[place], 1.1 * len(text) + 1)
            else:
                sheet.write_number(row, place, float(value) / DAY_S if column.kind == "clock" else value, style)
        _fit_row(sheet, row, widest)


def _fit_row(sheet: Worksheet, row: int, widths: float) -> None:
    """Make a row as high as wrapped text of so many column widths needs; not every program does so by itself."""
    lines = min(ceil(1.05 * widths), MOST_LINES)
    if lines > 1:
        sheet.set_row(row, LINE_PT * lines)


def _head_width(column: SheetColumn) -> float:
    """Return the width that the longest word of a head needs, and its name where it has one; a filter's arrow stands beside."""
    words = max((len(word) for word in column.head.split()), default=0)
    return float(max(words, 0.9 * len(column.name)) + 3)


def _frozen(cells: Sequence[SheetColumn]) -> int:
    """Return the number of columns that stay in view: the leading ones of short text, at most three."""
    for place, column in enumerate(cells[:3]):
        if column.kind != "text":
            return place
    return min(len(cells) - 1, 3)


def as_value(value: Any) -> Value:
    """Return a value of a summary or of a row as a cell holds it: numbers to 6 decimals, as the files have them."""
    if isinstance(value, float):
        return round(value, 6) + 0.0
    return value if value is None or isinstance(value, (int, str)) else str(value)


__all__ = ["LAST_ROW", "SheetFile", "as_value", "cell_text"]
