"""YAML of plain data as people write it: short things on one line, long ones over several, quotes only where needed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 160
"""Characters up to which a mapping or a list stands on one line."""
_PLAIN = re.compile(r"[^\W_][\w '\"()%+./&°²·–-]*")
"""What may stand without quotes, between brackets too: begins with a letter or digit, holds no mark of YAML."""
_NO_TEXT = re.compile(
    r"(?i:true|false|null|yes|no|on|off|y|n)|[-+]?[0-9][0-9_]*|0[ox][0-9a-f_]*|[-+.0-9][-+.0-9_eE]*(?:inf|nan)?|[0-9]+-[0-9]+-[0-9]+.*"
)
"""What YAML 1.1 or 1.2 would read as something else than a text."""
_LONGEST_KEY = 800
"""Characters up to which a key needs no question mark (YAML allows 1,024 with its quotes)."""
_SHOWN = re.compile(r"[^\n\r\x85\u2028\u2029\ufeff\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def yaml_text(data: Mapping[str, Any], *, heading: str = "") -> str:
    """Return plain data (mappings, lists, texts, numbers, truth values, None) as a YAML file that reads back equal.

    A character that no file can hold (half of a surrogate pair) becomes U+FFFD.
    """
    lines = [f"# {line}".rstrip() for line in heading.splitlines()]
    return "\n".join([*lines, *_block(data, 0)]) + "\n"


def _block(data: Mapping[str, Any], indent: int) -> list[str]:
    """Return a mapping with each key on a line of its own."""
    lines = []
    for key, value in data.items():
        name = _key(key)
        if name.startswith("? "):
            lines += [f"{' ' * indent}{name}", f"{' ' * indent}: {_flow(value)}"]
        else:
            lines += _entry(f"{' ' * indent}{name}:", value, indent)
    return lines


def _entry(head: str, value: Any, indent: int) -> list[str]:
    """Return a key and its value: on one line where they fit and no list of mappings is meant."""
    is_table = isinstance(value, Sequence) and bool(value) and all(isinstance(v, Mapping) and v for v in value)
    line = f"{head} {_flow(value)}"
    if not isinstance(value, (Mapping, list, tuple)) or not value or (len(line) <= WIDTH and not is_table):
        return [line]
    if isinstance(value, Mapping):
        return [head, *_block(value, indent + 2)]
    lines = [head]
    for item in value:
        lines += _item(item, indent + 2)
    return lines


def _item(item: Any, indent: int) -> list[str]:
    """Return an entry of a list: one line, or its keys below one another where that is too long."""
    line = f"{' ' * indent}- {_flow(item)}"
    if len(line) <= WIDTH or not isinstance(item, Mapping) or not item:
        return [line]
    first, *rest = _block(item, indent + 2)
    return [f"{' ' * indent}- {first.lstrip(' ')}", *rest]


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return repr(value) if isinstance(value, (int, float)) else scalar_text(str(value))


def _key(key: str) -> str:
    text = scalar_text(str(key))
    return text if len(text) <= _LONGEST_KEY else f"? {text} "


def scalar_text(text: str) -> str:
    """Return a text as a YAML scalar, in double quotes where it would be read as anything else."""
    if re.fullmatch(_PLAIN, text) and not re.fullmatch(_NO_TEXT, text) and text[-1] != " " and " #" not in text:
        return text
    return '"' + "".join(map(_character, text)) + '"'


def _character(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if re.fullmatch(_SHOWN, character):
        return character
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
