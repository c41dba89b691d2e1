"""Blocks of a document: headings, paragraphs, lists and tables, whatever file they end up in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BLANK = "[to be filled in]"
"""Mark of what a model must not fill in: ratings, owners, dates."""


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, in bold where it must not be overlooked."""

    text: str
    is_bold: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list of sentences; nothing but a dash where it is empty."""

    items: Sequence[str]


@dataclass(frozen=True)
class Grid:
    """A table with a row of heads."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class PageBreak:
    """The next block begins a page; a landscape one where a wide table follows."""

    is_wide: bool = False


Block = Heading | Paragraph | Bullets | Grid | PageBreak
