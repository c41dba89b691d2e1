"""Entries of a YAML text taken out or put together, where no other name mends them: text in, text out, comments kept."""

from __future__ import annotations

import re

from drillsim.errors import Fault

NO_PERIODS_TIME = "10:00"
"""Time of day instead of bell periods, where the plan has none: in class of the shipped schools (A:sketch.timetable)."""
Cut = tuple[str, str, str]
"""The text without an entry, what the entry was, and what became of it; both '' where nothing is lost."""


def without_entry(text: str, kind: str, fault: Fault, *, no_periods: bool) -> Cut | None:
    """Return the text without the entry that no other name can mend, or None.

    A duty in a bell period that the plan lacks, or at the time of another one, is left out; a share that a mapping names twice
    is added to the first; where the plan has no bell periods, what is said of one is left out.

    kind
        scenario or mixes.
    """
    lines = text.splitlines(keepends=True)
    k = fault.line - 1
    at = _key_column(lines[k], fault.column - 1)
    before, line, after = "".join(lines[:k]), lines[k], "".join(lines[k + 1 :])
    if fault.code == "DS005":
        mended = _added_up(line, at) or _taken_out(line, at)
        return (before + mended + after, "", "") if mended else None
    period = fault.code == "DS209" or "bell period" in fault.message
    if kind == "scenario":
        return _without_period(before, line, after, at) if fault.code == "DS209" and no_periods else None
    if not period and fault.code != "DS507":
        return None
    return _without_duty(before, line, after, at)


def _without_period(before: str, line: str, after: str, at: int) -> Cut | None:
    """Return the text without what is said of a bell period; a time of day instead of the periods of the onset."""
    key = re.match(r"[\"']?([^\"':,{}]+)", line[at:])
    cut = _taken_out(line, at)
    if cut is None or key is None:
        return None
    empty = re.fullmatch(r"(\s*)time_of_day:\s*\{draw:\s*\{\}\s*\}(.*\n?)", cut, re.S)
    if empty:
        return (
            before + f'{empty[1]}time_of_day: "{NO_PERIODS_TIME}"{empty[2]}' + after,
            f"period {key[1]}",
            NO_PERIODS_TIME,
        )
    if re.fullmatch(r"\s*[\w-]+:\s*\{\}\s*(#.*)?\s*", cut):
        cut = ""
    return before + cut + after, f"what is said of period {key[1]}", "left out"


def _without_duty(before: str, line: str, after: str, at: int) -> Cut | None:
    told = re.search(r"(?:period: [\w-]+|from: \S+ to: \S+), duty: [\w-]+", line[max(0, line.rfind("{", 0, at + 1)) :])
    what = f"duty ({told[0]})" if told else "a duty"
    if re.match(r"\s*- \{", line):
        rest = re.sub(r"(?m)^( *)timetable:\s*\n(?!\1 +\S)", "", before + after)
        return rest, what, "left out"
    opened = line.rfind("{", 0, at + 1)
    closed = line.find("}", opened)
    if opened < 0 or closed < 0 or "duty" not in line[opened:closed]:
        return None
    cut = line[:opened].rstrip(" ,") + line[closed + 1 :]
    return before + re.sub(r"\[\s*,\s*", "[", cut) + after, what, "left out"


def _added_up(line: str, at: int) -> str | None:
    """Return a line with the share at a column added to the same key earlier in its mapping; None where it is no share."""
    key = re.match(r"\"?([\w-]+)\"?:\s*([0-9.]+) %", line[at:])
    opened = _opened(line, at)
    first = key and re.search(rf"(?<![\w-])(\"?{re.escape(key[1])}\"?:\s*)([0-9.]+)( %)", line[opened:at])
    rest = _taken_out(line, at)
    if not key or not first or rest is None:
        return None
    total = f"{float(first[2]) + float(key[2]):g}"
    return rest[: opened + first.start(2)] + total + rest[opened + first.end(2) :]


def _taken_out(line: str, at: int) -> str | None:
    """Return a line without the entry of a mapping in braces whose key is at a column; None where it is no such entry."""
    if _opened(line, at) < 0:
        return None
    depth, end = 0, len(line)
    for i, letter in enumerate(line[at:], at):
        depth += (letter in "{[") - (letter in "}]")
        if depth < 0 or (depth == 0 and letter == ","):
            end = i
            break
    else:
        return None
    if line[end] == ",":
        return line[:at] + line[end + 1 :].lstrip(" ")
    return line[:at].rstrip(" ,") + line[end:]


def _key_column(line: str, at: int) -> int:
    """Return the column of the key whose value stands at a column; the column itself where a key stands there."""
    key = re.search(r"[\w\"'-]+:\s*$", line[:at])
    return key.start() if key else at


def _opened(line: str, at: int) -> int:
    """Return the column of the brace that is open at a column; -1 where none is."""
    opened: list[int] = []
    for i, letter in enumerate(line[:at]):
        if letter == "{":
            opened.append(i)
        elif letter == "}" and opened:
            opened.pop()
    return opened[-1] if opened else -1
