"""A sheet as plain data: columns with their kind and unit, and rows of values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from drillsim.record.trace import Value

CellKind = Literal["text", "words", "long", "seconds", "clock", "share", "count", "number", "money"]
"""How the cells of a column are shown. clock: seconds, stored as Excel's part of a day and shown as m:ss; words and long:
wrapped text."""
HANDLING = "INTERNAL: only for those who plan the safety of this school"
Row = Sequence[Value]


@dataclass(frozen=True)
class SheetColumn:
    """One column of a sheet.

    head
        What it holds, with its unit.
    name
        Its name in `runs.csv`, shown in a second row of heads; '' where it has none.
    """

    head: str
    kind: CellKind = "text"
    name: str = ""


@dataclass(frozen=True)
class SheetTable:
    """One sheet: a line on what it shows, columns, and rows; `most` rows are written at most, None for all that Excel can hold.

    printed
        Leading columns that paper shows; 0 for all.
    """

    title: str
    note: str
    columns: tuple[SheetColumn, ...]
    rows: Iterable[Row]
    most: int | None = None
    printed: int = 0

    @property
    def heads(self) -> int:
        """Number of rows of heads: 2 where columns have names."""
        return 2 if any(column.name for column in self.columns) else 1


def columns(*told: tuple[str, CellKind]) -> tuple[SheetColumn, ...]:
    """Return columns from pairs of head and kind."""
    return tuple(SheetColumn(head, kind) for head, kind in told)
