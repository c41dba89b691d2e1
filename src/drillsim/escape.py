"""Escaping of user text: one function for each output that prints, draws or stores it.

Titles, labels, ids, file names and cells of a log come from files of unknown origin. Inside the package
they are kept as they are. Where they leave it, the function of that output makes them harmless and keeps them
visible: a control character or a bidirectional override is shown by its escape (`\\x1b`, `\\u202e`), never sent and
never dropped. The outputs are the terminal (`for_terminal`, called by `cli/terminal.py` alone), figures
(`for_figure`, called by `report/chart_style.py`), XML and HTML (`for_xml`), and spreadsheets (`for_cell`).
"""

from __future__ import annotations

import re
from html import escape

_ACTIVE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: among them ESC, CSI and the line ends
    "\u00ad\u061c\u180e\u200b\u200e\u200f"  # soft hyphen, zero-width space, marks of direction
    "\u2028\u2029\u202a-\u202e\u2060-\u206f"  # line and paragraph separators, bidirectional embeddings and isolates
    "\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff"  # byte order mark, annotations, lone surrogates, no characters
    "\U000e0000-\U000e007f]"  # tags
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_QUOTE = 80
"""Characters of a user's value that a message repeats."""


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8, as os.fsdecode keeps it
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(found[0], f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """Return the text on one line, with control characters and bidirectional overrides shown as escapes."""
    return text if text.isascii() and text.isprintable() else _ACTIVE.sub(_escaped, text)


def _lines(text: str) -> str:
    return "\n".join(one_line(line) for line in text.split("\n"))


def for_terminal(text: str) -> str:
    """Return lines for a terminal: nothing but printable characters and line ends."""
    return _lines(text)


def for_figure(text: str) -> str:
    """Return lines for a drawing or its metadata; a dollar sign stays a dollar sign, since mathtext is switched off."""
    return _lines(text)


def for_xml(text: str) -> str:
    """Return text for XML or HTML, as content or as a quoted attribute."""
    return escape(_lines(text), quote=True)


def for_markdown(text: str) -> str:
    """Return text on one line of Markdown, in which nothing is markup."""
    return re.sub(r"([\\`*_\[\]<>#|&])", r"\\\1", one_line(text))


def for_cell(text: str) -> str:
    """Return text for a cell of a spreadsheet: an apostrophe in front of what would be taken for a formula."""
    return "'" + text if text.lstrip("'").startswith(_FORMULA) else text


def from_cell(text: str) -> str:
    """Return the text that `for_cell` was given."""
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(_FORMULA) else text


def quoted(value: object) -> str:
    """Return a value of the user's file as a message repeats it: on one line, its middle left out where it is long."""
    if (
        isinstance(value, int) and value.bit_length() > 4 * LONGEST_QUOTE
    ):  # str() of it could raise ValueError, or take long
        return f"a whole number of some {int(value.bit_length() * 0.30103):,} digits"
    text = one_line(str(value))
    if len(text) <= LONGEST_QUOTE:
        return text
    return f"{text[: LONGEST_QUOTE // 2]}…{text[-LONGEST_QUOTE // 4 :]} ({len(text):,} characters)"
