"""Tables of the page: heads, rows and a caption; cells are text of the user, numbers of the summary, or words of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from drillsim.report.page.parts.told import Told, clean, short

BRIEF = 12
"""Rows of a table that paper shows whole on one page."""
LONGEST_CELL = 400
"""Characters of a cell that are shown."""


@dataclass(frozen=True)
class Cell:
    """A cell with a word that styles it: 'good', 'bad' or 'open' beside what it says."""

    words: Any
    style: str = ""


@dataclass(frozen=True)
class HtmlTable:
    """A table; the first column names the rows.

    is_long
        Whether it stands folded below its chart; it is printed in full.
    style
        Word that sets the widths of its columns: 'settings'.
    """

    caption: Any
    heads: Sequence[Any]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[Any] = ()
    is_long: bool = False
    style: str = ""

    def __html__(self) -> str:
        head = Markup("").join(Markup('<th scope="col">{}</th>').format(clean(h)) for h in self.heads)
        body = Markup("").join(Markup("<tr>{}</tr>").format(_row(row)) for row in self.rows)
        more = (" brief" if len(self.rows) <= BRIEF else "") + (f" {self.style}" if self.style else "")
        table = Markup(
            '<div class="wide{more}" tabindex="0" role="region" aria-label="{label}"><table><caption><span>{caption}</span></caption>'
            "<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        ).format(more=more, label=_plain(self.caption), caption=clean(self.caption), head=head, body=body)
        notes = Markup("").join(Markup('<p class="note">{}</p>').format(clean(note)) for note in self.notes)
        if self.is_long:
            return Markup("<details><summary>{}</summary>{}{}</details>").format(_plain(self.caption), table, notes)
        return table + notes


def _plain(words: Any) -> Any:
    return clean(str(Markup(words).striptags())) if hasattr(words, "__html__") else clean(words)


def _row(cells: Sequence[Any]) -> Markup:
    first, *others = cells
    head = Markup('<th scope="row">{}</th>').format(_cell(first))
    return head + Markup("").join(Markup("<td{}>{}</td>").format(_style(cell), _cell(cell)) for cell in others)


def _style(cell: Any) -> Markup:
    if isinstance(cell, Cell) and cell.style:
        return Markup(' class="{}"').format(cell.style)
    return Markup(' class="number"') if isinstance(cell, Told) else Markup("")


def _cell(cell: Any) -> Any:
    words = cell.words if isinstance(cell, Cell) else cell
    return short(words, LONGEST_CELL) if isinstance(words, str) and not hasattr(words, "__html__") else clean(words)


__all__ = ["Cell", "HtmlTable"]
