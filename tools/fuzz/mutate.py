"""Mutations of files: of their structure, and of their bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Tree = Any
Site = tuple[Any, Any]
"""A container, and the key or position in it."""


class Raw(str):
    """A scalar written as it stands, without quotes."""

    __slots__ = ()


NUMBERS = [
    "0", "-1", "1", "2", "1e308", "-1e308", "1e-308", "1e400", ".inf", "-.inf", ".nan", "0x" + "f" * 400, "0o" + "7" * 90,
    "9" * 20, "9" * 5000, "18446744073709551616", "-0.0", "0.1", "1_000", "007", "+5", "1e5", "1e7", "3.7", "50", "101", "1e3",
]  # fmt: skip
UNITS = [
    "m", "ft", "in", "cm", "mm", "s", "min", "h", "m/s", "ft/s", "km/h", "mph", "m2", "ft2", "/m2", "/s/m", "/s", "/min",
    "/h", "%", "USD/year", "/day", "/week", "/year", "", "parsec", "²", "\u202e",
]  # fmt: skip
TEXTS = [
    "", " ", "~", "null", "true", "no", "outside", "any", "everywhere", "hall-0", "room-101", "e-main", "front-desk",
    "lunch", "sro", "police", "office", "person-1", "x" * 300, "x" * 5000, "[red]", "[/b]", "$\\frac{$", "<b>&", "]]>",
    "=1+1", "\x07\x1b[2J", "\u202eabc", "a\nb", "\u2028", "\ud83d", "\U0001f600", "e\u0301" * 5, "../..", "/dev/zero", "a/b",
    "\0", "%s%n{0}", "10:00", "24:00", "25:61", "0:0", "2 min 30 s", "6 ft 2 in", "1 m 1 m 1 m", "1e308 m", "-5 s", "0 s",
    "1e8 s", "1000 h", "100 %", "-1 %", "1e9 %", "0.2 /day", "1e7 /day", "1e400 /day", "nan /day", "inf /year", "&a", "*a", "!x",
]  # fmt: skip
CHUNKS = [
    b"\0", b"\t", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe9", b"\r", b"\n", b"- ", b": ", b"[", b"]", b"{", b"}", b"&a ", b"*a",
    b"? ", b"!!python/object:os.system ", b"<<: *a", b"%YAML 9.9\n---\n", b"---\n", b"...\n", b"'", b'"', b"#", b"|\n", b">",
    b"\\x", b"[" * 200, b"{a: " * 200, b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a" * 70000, b"1" * 5000, b",", b";", b"\x1b[31m",
]  # fmt: skip


def sites(tree: Tree) -> list[Site]:
    """Return every place of a value in a tree, in a fixed order."""
    found: list[Site] = []
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        keys: Sequence[Any] = (
            list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        )
        for key in keys:
            found.append((node, key))
            waiting.append(node[key])
    return found


def value_of(number: int, tree: Tree) -> Any:
    """Return one of all values a file could be spoilt with; some are other parts of the same tree."""
    kinds: list[Callable[[int], Any]] = [
        lambda n: Raw(NUMBERS[n % len(NUMBERS)]),
        lambda n: f"{NUMBERS[n % len(NUMBERS)]} {UNITS[n // len(NUMBERS) % len(UNITS)]}",
        lambda n: TEXTS[n % len(TEXTS)],
        lambda n: _part(n, tree),
        lambda n: [[], {}, None, [[]], [None], {"": ""}, [0, 0], {"low": "1 s", "high": "1 s"}, {"use": "classroom"}][n % 9],
        lambda n: {
            "median": f"{NUMBERS[n % len(NUMBERS)]} s", "sigma": Raw(NUMBERS[n // 7 % len(NUMBERS)]),
            **({"low": "0 s", "high": "1e7 s"} if n % 2 else {}),
        },
        lambda n: [_part(n + i, tree) for i in range(n % 5)],
    ]  # fmt: skip
    return kinds[number % len(kinds)](number // len(kinds))


def similar(old: Any, number: int, tree: Tree) -> Any:
    """Return a value of the same form: another number, the same unit; another word of the file."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, (int, float)):
        return [old + 1, old - 1, old * 10, old * 1000, -old, 0, old / 7, old * 1e6, old + 0.5, Raw("1e5")][number % 10]
    if isinstance(old, str):
        head, _, unit = old.partition(" ")
        try:
            value = float(head)
        except ValueError:
            words = [v for n, k in sites(tree) if isinstance(v := n[k], str) and " " not in v] or [old]
            return words[number % len(words)]
        return f"{[value * 10, value / 10, 0, -value, value * 1000, value * 1e5, value + 1, value / 1e6][number % 8]:g} {unit}"
    if isinstance(old, list):
        return [old[::-1], old + old, old[:1], old[1:], []][number % 5]
    return _part(number, tree)


def _part(number: int, tree: Tree) -> Any:
    places = sites(tree)
    if not places:
        return 0
    node, key = places[number % len(places)]
    return copy(node[key])


def copy(tree: Tree) -> Tree:
    """Return a deep copy of plain data."""
    if isinstance(tree, dict):
        return {k: copy(v) for k, v in tree.items()}
    return [copy(v) for v in tree] if isinstance(tree, list) else tree


def mutate(tree: Tree, operation: int, place: int, value: int, keys: Sequence[str]) -> None:
    """Change one place of a tree; `keys` are words that files know."""
    places = sites(tree)
    if not places:
        return
    node, key = places[place % len(places)]
    match operation % 15:
        case 0 | 1:
            node[key] = value_of(value, tree)
        case 2 | 9 | 10 | 11 | 12 | 13 | 14:  # another value of the same form, which often passes
            node[key] = similar(node[key], value, tree)
        case 3:
            del node[key]
        case 4 if isinstance(node, list):
            node.insert(key, copy(node[key]))
        case 5 if isinstance(node, dict):
            node[keys[value % len(keys)]] = node.pop(key)
        case 6 if isinstance(node, dict):
            node[keys[value % len(keys)]] = value_of(value // len(keys), tree)
        case 7:
            other, at = places[value % len(places)]
            node[key], other[at] = copy(other[at]), copy(node[key])
        case 8 if isinstance(node, list) and len(node) < 200:
            node.extend(copy(node[key]) for _ in range(value % 60))
        case _:
            node[key] = [node[key]] if value % 2 else {"draw": node[key]}


def spoil(content: bytes, operation: int, place: int, value: int) -> bytes:
    """Change some bytes."""
    at = place % (len(content) + 1)
    chunk = CHUNKS[value % len(CHUNKS)]
    match operation % 6:
        case 0:
            return content[:at] + chunk + content[at:]
        case 1:
            return content[:at] + chunk + content[at + len(chunk) :]
        case 2:
            return content[:at] + content[at + value % 40 + 1 :]
        case 3:
            return content[:at]
        case 4:
            return content[:at] + content[max(0, at - value % 3000) : at] + content[at:]
        case _:
            return content[:at] + bytes([value % 256]) + content[at + 1 :]


def written(tree: Tree) -> str:
    """Return a tree as YAML: a line for each key of the top, flow style below."""
    if not isinstance(tree, dict):
        return _flow(tree)
    return "\n".join(f"{_flow(str(k))}: {_flow(v)}" for k, v in tree.items()) + "\n"


def _flow(tree: Tree) -> str:
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{_flow(str(k))}: {_flow(v)}" for k, v in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(_flow(v) for v in tree) + "]"
    if isinstance(tree, Raw):
        return str(tree)
    if isinstance(tree, str):
        return '"' + "".join(c if c.isprintable() and c not in '"\\' else _escape(c) for c in tree) + '"'
    if tree is None or isinstance(tree, bool):
        return "null" if tree is None else str(tree).lower()
    return repr(tree)


def _escape(character: str) -> str:
    return f"\\U{ord(character):08x}" if ord(character) > 0xFFFF else f"\\u{ord(character):04x}"
