"""The first event at which two drills part, by the lines of their stories."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from drillsim.quantities import clock
from drillsim.report.replay.side import Side
from drillsim.report.timeline import StoryLine

SAME_S = 0.05
"""Times within this are the same; a replay shows tenths."""


@dataclass(frozen=True)
class Parting:
    """Where two drills part: the time, and per side the index of the first line that the other has not; None without one."""

    time_s: float
    lines: tuple[int | None, int | None]
    sentence: str


def parting_of(one: Side, other: Side) -> Parting | None:
    """Return the first event at which two drills part; None where they are told alike.

    Lines of the beginning, such as who is there, are no events.
    """
    ours, theirs = _events(one), _events(other)
    counts = Counter(map(_key, ours.values())), Counter(map(_key, theirs.values()))
    own = [
        next((i for i, line in lines.items() if counts[1 - side][_key(line)] < counts[side][_key(line)]), None)
        for side, lines in enumerate((ours, theirs))
    ]
    found = [
        (lines[i].time_s, side, i)
        for side, (lines, i) in enumerate(zip((ours, theirs), own, strict=True))
        if i is not None
    ]
    if not found:
        return None
    time_s, side, index = min(found)
    first, second = (one, other) if side == 0 else (other, one)
    line, rest = (ours, theirs)[side][index], (ours, theirs)[1 - side]
    after = own[1 - side]
    told = f"They part at {clock(time_s)}. With {first.label}: {line.text}"
    if after is None:
        told += f" With {second.label}: the same events without this."
    else:
        told += f" With {second.label}, at {clock(rest[after].time_s)}: {rest[after].text}"
    return Parting(time_s, (index, after) if side == 0 else (after, index), told)


def _events(side: Side) -> dict[int, StoryLine]:
    """Return the lines after the beginning and before the end of a drill, by index in its story."""
    return {i: line for i, line in enumerate(side.story) if 0.0 < line.time_s < side.end_s}


def _key(line: StoryLine) -> tuple[int, str]:
    return round(line.time_s / SAME_S), line.text
