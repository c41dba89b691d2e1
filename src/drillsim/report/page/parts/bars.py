"""Bars and ranges: where the time goes, differences with their intervals, exits, and what matters most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from drillsim.analysis.wording import shown
from drillsim.quantities import clock
from drillsim.report.chart_style import FILLS, round_up
from drillsim.report.page.parts.svg import Axis, Picture, line, number_ticks, tag, text, time_axis, upright_axis
from drillsim.report.page.parts.told import Told, short

WIDE, LEFT, ASIDE = 860, 210, 150
MOST_LEFT, LONGEST_NAME, LETTER_BOLD = 270, 36, 7.0
"""Room for the names in pixels at most, characters of a name, and the mean width of one in pixels."""
DARK = ("#0072B2", "#000000", "#D55E00", "#009E73")
"""Fills on which white is read better than black."""


def _beside(names: Sequence[str]) -> int:
    """Return the room for names on the left, in pixels."""
    longest = max((len(short(name, LONGEST_NAME)) for name in names), default=0)
    return min(MOST_LEFT, max(LEFT, round(LETTER_BOLD * longest) + 12))


@dataclass(frozen=True)
class Stack:
    """A bar of parts: its name, the length of each part by its words, and what stands behind it."""

    name: str
    parts: Mapping[str, float]
    after: str


def stacked(stacks: Sequence[Stack], *, title: str, mark: str, note: str = "") -> Picture:
    """Return bars of parts in seconds, one below the other, with a key above them."""
    words = list(dict.fromkeys(word for one in stacks for word in one.parts))
    keys, rows = _keys(words)
    top = 10 + 20 * rows
    high = top + 34 * len(stacks) + 44
    longest = max((sum(one.parts.values()) for one in stacks), default=0.0) or 1.0
    left = _beside([one.name for one in stacks])
    x = Axis(0.0, round_up(longest), left, WIDE - ASIDE)
    drawn = [keys, time_axis(x, top, high - 44, "mean time since the onset (m:ss)")]
    told = []
    for i, one in enumerate(stacks):
        y, at = top + 34 * i + 6, 0.0
        drawn.append(text(left - 8, y + 16, short(one.name, LONGEST_NAME), class_="n e"))
        for word, size in one.parts.items():
            fill = FILLS[words.index(word) % len(FILLS)]
            start, wide = x(at), x(at + size) - x(at)
            drawn.append(
                tag(
                    "rect",
                    x=round(start),
                    y=y,
                    width=round(start + wide) - round(start),
                    height=22,
                    fill=fill,
                    class_="part",
                )
            )
            if wide >= 34:
                ink = "on-dark" if fill in DARK else "on-light"
                drawn.append(text(start + wide / 2, y + 15, clock(size), class_=f"m {ink}"))
            at += size
        drawn.append(text(x(at) + 6, y + 16, one.after, class_="n"))
        told.append(f"{one.name}: {', '.join(f'{w} {clock(s)}' for w, s in one.parts.items())}; {one.after}.")
    return Picture(title, " ".join(told), Markup("").join(drawn), WIDE, high, mark, note)


def _keys(words: Sequence[str]) -> tuple[Markup, int]:
    """Return the key of a stacked chart, and the number of its rows."""
    parts, at, row = [], 8.0, 0
    for i, word in enumerate(words):
        wide = 26 + 6.6 * len(word)
        if at + wide > WIDE:
            at, row = 8.0, row + 1
        parts.append(tag("rect", x=round(at, 1), y=4 + 20 * row, width=14, height=12, fill=FILLS[i % len(FILLS)]))
        parts.append(text(at + 19, 14 + 20 * row, word, class_="t"))
        at += wide + 8
    return Markup("").join(parts), row + 1


@dataclass(frozen=True)
class Range:
    """A number with its interval: a point between two ends, filled where it is clear; `after` stands behind it."""

    name: str
    value: float
    low: float | None
    high: float | None
    is_clear: bool
    after: tuple[Any, ...]
    more: str = ""


def ranges(
    lines: Sequence[Range],
    *,
    unit: str,
    title: str,
    mark: str,
    matters: float | None = None,
    note: str = "",
    named: str = "",
) -> Picture:
    """Return differences with their intervals around a line at 0.

    matters
        Least difference that matters, drawn as a band around 0.
    named
        What the axis shows; by default the mean difference.
    """
    row, top = 38, 14
    high = top + row * len(lines) + 44
    ends = [v for one in lines for v in (one.value, one.low, one.high) if v is not None]
    ends += [matters or 0.0, -(matters or 0.0)]
    low_v, high_v = min(ends), max(ends)
    room = 0.06 * ((high_v - low_v) or 10.0)
    left = _beside([one.name for one in lines])
    x = Axis(low_v - room, high_v + room, left, WIDE - 270)
    bottom = high - 44
    drawn = []
    if matters:
        drawn.append(
            tag(
                "rect",
                x=round(x(-matters), 1),
                y=top,
                width=round(x(matters) - x(-matters), 1),
                height=bottom - top,
                class_="band",
            )
        )
    drawn.append(_difference_axis(x, top, bottom, unit, named))
    drawn.append(line(x(0.0), top, x(0.0), bottom, class_="zero"))
    told = []
    for i, one in enumerate(lines):
        y = top + row * i + row / 2
        drawn.append(text(left - 8, y + 4, short(one.name, LONGEST_NAME), class_="n e"))
        if one.low is not None and one.high is not None:
            drawn.append(line(x(one.low), y, x(one.high), y, class_="range"))
        drawn.append(
            tag("circle", cx=round(x(one.value), 1), cy=round(y, 1), r=5, class_="dot full" if one.is_clear else "dot")
        )
        drawn.append(text(WIDE - 262, y if one.more else y + 4, *one.after, class_="n"))
        if one.more:
            drawn.append(text(WIDE - 262, y + 14, one.more, class_="t"))
        told.append(f"{one.name}: {''.join(map(str, one.after))}{f', {one.more}' if one.more else ''}.")
    return Picture(title, " ".join(told), Markup("").join(drawn), WIDE, high, mark, note)


def _difference_axis(x: Axis, top: float, bottom: float, unit: str, named: str) -> Markup:
    far = max(abs(x.low), abs(x.high))
    words = named or "mean difference on the same drills"
    if unit == "s" and far >= 100:
        return time_axis(x, top, bottom, f"{words} (m:ss); left of 0: faster")
    factor = 100 if unit == "share" else 1
    ticks = [(v, f"{factor * v:+.4g}" if v else "0") for v in number_ticks(x.low, x.high)]
    scale = {"s": "seconds; left of 0: faster", "share": "percentage points"}.get(unit, f"{unit}; left of 0: less")
    return upright_axis(x, top, bottom, ticks, f"{words} ({scale})")


@dataclass(frozen=True)
class Bar:
    """A plain bar: its name, its length, and what stands behind it."""

    name: str
    value: float
    after: str


def plain_bars(bars: Sequence[Bar], *, title: str, mark: str, unit: str = "", note: str = "") -> Picture:
    """Return bars of one colour, one below the other, each with its number behind it."""
    row, top = 28, 8
    high = top + row * len(bars) + (24 if unit else 12)
    longest = max((one.value for one in bars), default=0.0) or 1.0
    x = Axis(0.0, longest, LEFT + 60, WIDE - 300)
    drawn, told = [], []
    for i, one in enumerate(bars):
        y = top + row * i
        drawn.append(text(LEFT + 52, y + 16, short(one.name, 40), class_="n e"))
        drawn.append(tag("rect", x=x.start, y=y + 2, width=round(x(one.value) - x.start, 1), height=18, class_="bar"))
        drawn.append(text(x(one.value) + 6, y + 16, one.after, class_="n"))
        told.append(f"{one.name}: {one.after}.")
    if unit:
        drawn.append(text(x.start, high - 8, unit, class_="t"))
    return Picture(title, " ".join(told), Markup("").join(drawn), WIDE, high, mark, note)


def amount(value: float | Told | None, unit: str) -> str:
    """Return a value in its unit."""
    return str(value) if isinstance(value, Told) else shown(value, unit)
