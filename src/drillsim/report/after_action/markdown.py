"""The draft as Markdown: every text of the user stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from drillsim.escape import one_line
from drillsim.report.after_action.blocks import Block, Bullets, Grid, Heading, PageBreak, Paragraph


def literal(text: str) -> str:
    """Return text that Markdown shows as it is: one line, every mark of its own escaped, `<` and `&` as entities."""
    shown = one_line(text).strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = re.sub(r"([\\`*_{}\[\]#|~!$^])", r"\\\1", shown)
    shown = re.sub(r"(?i)\b(https?|ftp|mailto)(:)", r"\1&#58;", shown)
    shown = re.sub(r"(?i)\b(www)\.", r"\1&#46;", shown).replace("@", "&#64;")
    return re.sub(
        r"^(\s*)([-+=]|\d+[.)])",
        lambda m: m[1] + (f"\\{m[2]}" if len(m[2]) == 1 else f"{m[2][:-1]}\\{m[2][-1]}"),
        shown,
    )


def markdown(blocks: Iterable[Block]) -> bytes:
    """Return blocks as a Markdown file (CommonMark with tables)."""
    text = "\n\n".join("\n".join(_lines(block)) for block in blocks) + "\n"
    return text.encode("utf-8", errors="backslashreplace")


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {literal(block.text)}"
    elif isinstance(block, Paragraph):
        yield f"**{literal(block.text)}**" if block.is_bold else literal(block.text)
    elif isinstance(block, Bullets):
        yield from (f"* {literal(item)}" for item in block.items)
    elif isinstance(block, Grid):
        yield _row(block.heads)
        yield "|" + "---|" * len(block.heads)
        yield from map(_row, block.rows)
    elif isinstance(block, PageBreak):
        yield "---"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(literal(cell) or " " for cell in cells) + " |"


__all__ = ["literal", "markdown"]
