"""Texts that a label must survive as text, in every file that is handed out."""

from __future__ import annotations

from hypothesis import strategies as st

TEXTS = (
    "<script>alert('x')</script>&amp;\"'",
    "=HYPERLINK(A1)",
    "@SUM(1+1)",
    "+1-1",
    "{=1+1}",
    "https://example.org/x",
    "_x0041_ &#0; ]]>",
    "a\x07\x08\x1b[31mb\x00\x9b2Jc\rd\x7f",
    "abc\u202edcba\u202c\u2066x\u2069\u200f",
    "lone \ud800 and \udcff",
    "one\ntwo\u2028three\x85four",
    "👩‍🚒 🏫 教室１０１",
    "| pipe | `code` * _x_ # [a](b) ![c](d) \\",
    "1. list\n---\n> quote",
    "x" * 10_000,
    '"quotes" and ‘single’, comma; semicolon',
)

hostile = st.one_of(st.sampled_from(TEXTS), st.text(st.characters(), min_size=1, max_size=30))
"""One of them, or any characters at all, lone surrogates included."""

in_a_plan = hostile.map(lambda text: text.encode("utf-8", "replace").decode("utf-8"))
"""The same as far as the model of a plan takes it: lone surrogates are no text of a file."""
