"""Parser of YAML and JSON text into plain data, with the line and column of every part.

Scanned and composed by PyYAML (in C where its wheel has libyaml: twenty times faster than composing in Python), but
resolved by the YAML 1.2 core schema: `on`, `no` and `12:30` are texts, as everybody expects who does not know YAML 1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from drillsim.escape import quoted

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    text: value for value in (True, False) for text in (str(value), str(value).lower(), str(value).upper())
}
_INT = re.compile(r"[-+]?[0-9]+$|0o[0-7]+$|0x[0-9a-fA-F]+$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$|[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$")
MOST_DIGITS = 30
"""Most digits of a whole number; a longer id of digits must be quoted."""
UNFOLDS = 10
"""Largest factor by which aliases may expand a file."""


@dataclass(frozen=True)
class Spot:
    """Position of a part of a file, counted from 0, with the positions of the parts inside it."""

    line: int
    column: int
    inside: dict[Any, Spot] = field(default_factory=dict)
    """Positions of the values, by key or by index."""
    keys: dict[Any, tuple[int, int]] = field(default_factory=dict)
    """Line and column of the keys themselves."""
    text: str = ""
    """A scalar as written in the file, such as 0123 for the number 123."""


class TextError(Exception):
    """Text that is not YAML as drillsim reads it; line and column count from 0."""

    def __init__(self, code: str, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.code, self.line, self.column = code, line, column


def parse_text(text: str) -> tuple[Any, Spot]:
    """Return the data of a YAML 1.2 or JSON text and the spots of its parts.

    Raises TextError where the text is not YAML, repeats a key, or would unfold without bound through aliases.
    """
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        problem = " ".join(str(e.problem or e.context or "not valid YAML").split())
        if problem == "but found another document":
            problem = "a second document begins here ('---'), and a file holds one"
        raise TextError("DS001", problem, mark.line if mark else 0, mark.column if mark else 0) from None
    except yaml.reader.ReaderError as e:
        line = text.count("\n", 0, e.position)
        raise TextError("DS001", f"the character {e.character!r} is not allowed in YAML", line) from None
    except RecursionError:
        raise TextError("DS004", "the file nests too deeply") from None
    if node is None:
        return None, Spot(0, 0)
    try:
        return _Reader().read(node)
    except RecursionError:
        raise TextError("DS004", "the file nests too deeply, or refers to itself") from None


class _Reader:
    def __init__(self) -> None:
        self.parts = 0
        self.written: set[int] = set()

    def read(self, node: Node) -> tuple[Any, Spot]:
        self.parts += 1
        self.written.add(id(node))
        line, column = node.start_mark.line, node.start_mark.column
        if self.parts > UNFOLDS * len(self.written) + 200:
            raise TextError(
                "DS004", "YAML aliases ('*name') would unfold without bound. Write the values out", line, column
            )
        if isinstance(node, ScalarNode):
            return scalar(node), Spot(line, column, text=str(node.value))
        spot = Spot(line, column)
        if isinstance(node, SequenceNode):
            items = []
            for i, child in enumerate(node.value):
                item, spot.inside[i] = self.read(child)
                items.append(item)
            return items, spot
        data: dict[Any, Any] = {}
        assert isinstance(node, MappingNode)
        for name, child in node.value:
            at = (name.start_mark.line, name.start_mark.column)
            if not isinstance(name, ScalarNode):
                raise TextError("DS001", "a key must be a word, not a list or a mapping", *at)
            key = name.value
            if key in data:
                raise TextError("DS005", f"the key '{quoted(key)}' is repeated. Remove one", *at)
            data[key], spot.inside[key] = self.read(child)
            spot.keys[key] = at
        return data, spot


def scalar(node: ScalarNode) -> Any:
    """Return the value of a scalar by the YAML 1.2 core schema; whatever is quoted is text."""
    text = str(node.value)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return _whole(text, node)
    if _FLOAT.match(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _whole(text: str, node: ScalarNode) -> int:
    """Return a whole number in base 8, 10 or 16; converting takes time that grows with the square of the digits."""
    digits = len(text.lstrip("+-0ox"))
    if digits > MOST_DIGITS:
        message = f"the number {text[:12]}… has {digits:,} digits; at most {MOST_DIGITS} are read"
        raise TextError("DS105", message, node.start_mark.line, node.start_mark.column)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
