"""The draft as a Word file, with python-docx (the extra [word]): styles that a planner can change, a mark on every page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from drillsim.errors import ResultError
from drillsim.escape import one_line
from drillsim.report.after_action.blocks import BLANK, Block, Bullets, Grid, Heading, PageBreak, Paragraph

if TYPE_CHECKING:
    from docx.document import Document

WRITTEN = (1980, 1, 1, 0, 0, 0)
"""Date of every Word file, as of every workbook: the draft hangs on its study, not on the day."""
NEEDS = "A Word file needs the extra [word]: py -m pip install 'drillsim[word]'. The Markdown file holds the same"


def word(blocks: Iterable[Block], *, mark: str, note: str) -> bytes:
    """Return blocks as a Word file.

    mark, note
        Header and footer of every page.

    Raises ResultError where python-docx is not installed.
    """
    try:
        import docx
        from docx.shared import Pt
    except ImportError:
        raise ResultError(NEEDS) from None
    document = docx.Document()
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    section = document.sections[0]
    section.header.paragraphs[0].text = one_line(mark)
    section.footer.paragraphs[0].text = one_line(note)
    document.core_properties.title = "After-action report (draft)"
    document.core_properties.author = "drillsim"
    for block in blocks:
        _add(document, block)
    document.core_properties.comments = one_line(note)[:255]
    document.core_properties.created = document.core_properties.modified = datetime(*WRITTEN)  # noqa: DTZ001 (a mark, not a time)
    content = BytesIO()
    document.save(content)
    return without_clock(content.getvalue())


def without_clock(packed: bytes) -> bytes:
    """Return a Word file whose parts all bear one date, so that the same draft gives the same bytes."""
    content = BytesIO()
    with ZipFile(BytesIO(packed)) as old, ZipFile(content, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = ZipInfo(name, WRITTEN)
            part.compress_type, part.create_system = ZIP_DEFLATED, 0
            new.writestr(part, old.read(name))
    return content.getvalue()


def _add(document: Document, block: Block) -> None:
    if isinstance(block, Heading):
        document.add_heading(one_line(block.text), level=block.level - 1)
    elif isinstance(block, Paragraph):
        _write(document.add_paragraph(), block.text, is_bold=block.is_bold)
    elif isinstance(block, Bullets):
        for item in block.items:
            _write(document.add_paragraph(style="List Bullet"), item)
    elif isinstance(block, Grid):
        _table(document, block)
    elif isinstance(block, PageBreak):
        _new_page(document, is_wide=block.is_wide)


def _new_page(document: Document, *, is_wide: bool) -> None:
    """Begin a page, upright or on its side."""
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Inches

    section = document.add_section(WD_SECTION.NEW_PAGE)
    short, long = sorted((section.page_width or 0, section.page_height or 0))
    section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if is_wide else (short, long)
    section.left_margin = section.right_margin = Inches(0.8 if is_wide else 1.25)


def _table(document: Document, grid: Grid) -> None:
    table = document.add_table(rows=1, cols=len(grid.heads), style="Table Grid")
    for cell, head in zip(table.rows[0].cells, grid.heads, strict=True):
        _write(cell.paragraphs[0], head, is_bold=True)
    for row in grid.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _write(cell.paragraphs[0], text)
    _repeat_heads(table)
    _set_widths(document, table, grid)
    document.add_paragraph()


SHORTEST, LONGEST = 14, 34
"""Characters that a column is taken to hold at least and at most, so that no word of a narrow one is broken."""


MANY = 5
"""Columns beyond which a table is set smaller."""


def _set_widths(document: Document, table: Any, grid: Grid) -> None:
    """Share the width of the page among the columns by the length of what they hold."""
    from docx.shared import Pt

    section = document.sections[-1]
    free = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    held = [
        min(max(SHORTEST, *(len(str(row[i])) for row in (grid.heads, *grid.rows))), LONGEST)
        for i in range(len(grid.heads))
    ]
    table.autofit = False
    for i, column in enumerate(table.columns):
        column.width = round(free * held[i] / sum(held))
        for cell in column.cells:
            cell.width = column.width
    if len(grid.heads) > MANY:
        for run in (run for row in table.rows for cell in row.cells for one in cell.paragraphs for run in one.runs):
            run.font.size = Pt(8.5)


def _repeat_heads(table: Any) -> None:
    """Repeat the row of heads on every page that the table runs over."""
    from docx.oxml import OxmlElement

    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _write(paragraph: Any, text: str, *, is_bold: bool = False) -> None:
    """Write text into a paragraph; blanks that people fill in are highlighted."""
    from docx.enum.text import WD_COLOR_INDEX

    parts = one_line(text).split(BLANK)
    for place, part in enumerate(parts):
        if place:
            paragraph.add_run(BLANK).font.highlight_color = WD_COLOR_INDEX.YELLOW
        if part:
            paragraph.add_run(part).bold = is_bold or None


__all__ = ["word"]
