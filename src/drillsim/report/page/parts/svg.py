"""Charts as inline SVG: elements, axes, labels beside their lines. No script draws anything."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from drillsim.analysis.wording import share_words
from drillsim.quantities import clock
from drillsim.report.chart_style import STEPS_S
from drillsim.report.page.parts.told import Told, clean, short

GRID, INK, GREY = "#d9d9d9", "#1a1a1a", "#555555"
LETTER = 6.3
"""Mean width of a letter in pixels, at the size of chart labels."""


EMPTY = frozenset({"path", "rect", "line", "circle"})
"""Elements of SVG that hold nothing."""


def tag(name: str, *inside: Any, **attributes: Any) -> Markup:
    """Return an element; an underscore in the name of an attribute is a hyphen, and `class_` is class."""
    told = Markup("").join(
        Markup(' {}="{}"').format(Markup(key.rstrip("_").replace("_", "-")), _plain(value))
        for key, value in attributes.items()
        if value is not None and value != ""
    )
    if not inside and name in EMPTY:
        return Markup("<{0}{1}/>").format(Markup(name), told)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), told, Markup("").join(map(_inside, inside)))


def _plain(value: Any) -> Any:
    return (
        f"{value:.4g}"
        if isinstance(value, float) and abs(value) < 1000
        else (clean(value) if isinstance(value, str) else value)
    )


def _inside(value: Any) -> Any:
    return value.element("tspan") if isinstance(value, Told) else clean(value)


def _n(value: float) -> str:
    """Return a number of pixels with one decimal where it has one."""
    return f"{value:.1f}".removesuffix(".0")


def text(x: float, y: float, *words: Any, **attributes: Any) -> Markup:
    """Return a text at a point."""
    return tag("text", *words, x=round(x), y=round(y), **attributes)


def line(x0: float, y0: float, x1: float, y1: float, **attributes: Any) -> Markup:
    """Return a straight line."""
    return tag("line", x1=_n(x0), y1=_n(y0), x2=_n(x1), y2=_n(y1), **attributes)


@dataclass(frozen=True)
class Picture:
    """A drawing that names and describes itself.

    description
        Its numbers in words, for those who do not see it.
    note
        A line below it, for all.
    """

    title: str
    description: str
    body: Markup
    width: int
    height: int
    mark: str
    note: Markup | str = ""

    def __html__(self) -> str:
        number = _number(self)
        mark = text(self.width - 4, self.height - 4, self.mark, class_="mark e")
        drawn = tag(
            "svg",
            tag("title", self.title, id=f"t{number}"),
            tag("desc", self.description, id=f"d{number}"),
            self.body,
            mark,
            viewBox=f"0 0 {self.width} {self.height}",
            role="img",
            aria_labelledby=f"t{number}",
            aria_describedby=f"d{number}",
        )
        under = tag("figcaption", self.note) if self.note else ""
        return tag("figure", drawn, under, class_="chart")


def _number(picture: Picture) -> str:
    """Return a name for the ids of a picture that depends on nothing but its content."""
    from hashlib import sha256

    return sha256(f"{picture.title}\0{picture.body}".encode("utf-8", "backslashreplace")).hexdigest()[:10]


@dataclass(frozen=True)
class Axis:
    """A scale from numbers to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the place of a value in pixels; one outside of the scale lies at its end."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def time_ticks(end_s: float, most: int = 8, low_s: float = 0.0) -> list[float]:
    """Return round times from low to end."""
    step = next((s for s in STEPS_S if (end_s - low_s) / s <= most), STEPS_S[-1])
    return [step * k for k in range(math.ceil(low_s / step), math.floor(end_s / step + 1e-9) + 1)]


def number_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers from low to high."""
    if not high > low:
        return [low]
    raw = (high - low) / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= raw * 0.999)
    return [step * k for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def time_axis(x: Axis, top: float, bottom: float, words: str = "time since the onset (m:ss)") -> Markup:
    """Return the horizontal axis of times, with its grid."""
    return upright_axis(x, top, bottom, [(t, _signed(t)) for t in time_ticks(x.high, low_s=x.low)], words)


def upright_axis(x: Axis, top: float, bottom: float, ticks: Sequence[tuple[float, str]], words: str) -> Markup:
    """Return a horizontal axis with upright grid lines at the given values, their words, and what it shows."""
    grid = "".join(f"M{_n(x(v))} {top:g}V{bottom:g}" for v, _ in ticks)
    parts = [tag("path", d=grid, class_="grid"), line(x.start, bottom, x.end, bottom, class_="axis")]
    parts += [text(x(v), bottom + 15, told, class_="t m") for v, told in ticks]
    parts.append(text((x.start + x.end) / 2, bottom + 32, words, class_="t m"))
    return Markup("").join(parts)


def _signed(seconds: float) -> str:
    return clock(seconds) if seconds >= 0 else f"-{clock(-seconds)}"


def side_axis(y: Axis, left: float, right: float, ticks: Iterable[tuple[float, str]]) -> Markup:
    """Return the vertical axis with its grid, for the given values and words."""
    told = list(ticks)
    grid = "".join(f"M{left:g} {_n(y(value))}H{right:g}" for value, _ in told)
    parts = [text(left - 7, y(value) + 4, words, class_="t e") for value, words in told]
    return tag("path", d=grid, class_="grid") + Markup("").join(parts)


def share_ticks() -> list[tuple[float, str]]:
    """Return the ticks of an axis of shares."""
    return [
        (0.0, "none"),
        (0.25, share_words(0.25)),
        (0.5, "half"),
        (0.75, share_words(0.75)),
        (0.9, "9 of 10"),
        (1.0, "all"),
    ]


def stepped(points: Sequence[tuple[float, float]]) -> str:
    """Return the path of a step function through points in pixels: to the right, then up or down."""
    at, parts = (round(points[0][0]), round(points[0][1])), [f"M{round(points[0][0])} {round(points[0][1])}"]
    for px, py in points[1:]:
        x, y = round(px), round(py)
        if (x, y) == at:
            continue
        parts.append((f"h{x - at[0]}" if x != at[0] else "") + (f"v{y - at[1]}" if y != at[1] else ""))
        at = x, y
    return "".join(parts)


def straight(points: Sequence[tuple[float, float]]) -> str:
    """Return the path through points in pixels."""
    return "M" + " ".join(f"{round(x, 1):g} {round(y, 1):g}" for x, y in points)


@dataclass(frozen=True)
class Label:
    """Text beside the end of a line, at a height in pixels."""

    name: str
    more: tuple[Any, ...]
    at: float
    colour: str
    dash: str


def spread_out(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return heights at least `gap` apart, in the given order, each as near as can be to the wanted one.

    They stay between low and high where there is room; low is the smallest.
    """
    placed: list[float] = []
    for at in wanted:
        placed.append(max(at, placed[-1] + gap) if placed else max(at, low))
    over = (placed[-1] - high) if placed else 0.0
    if over > 0:
        limit = high
        for i in range(len(placed) - 1, -1, -1):
            placed[i] = min(placed[i], limit)
            limit = placed[i] - gap
        if placed[0] < low:
            placed = [low + i * gap for i in range(len(placed))]
    return placed


def labels(ends: Sequence[Label], *, x: float, top: float, bottom: float, gap: float = 32.0) -> Markup:
    """Return the labels beside the lines, from the top in the given order, each with a sample of its line."""
    heights = spread_out([one.at for one in ends], gap, top + 8, bottom - 10)
    parts = []
    for one, y in zip(ends, heights, strict=True):
        ink = {"stroke": one.colour, "stroke_dasharray": one.dash}
        parts.append(line(x, one.at, x + 14, y, stroke=one.colour, class_="leader"))
        parts.append(line(x + 14, y, x + 40, y, class_="sample", **ink))
        parts.append(text(x + 46, y + 1, short(one.name, 30), class_="n"))
        parts.append(text(x + 46, y + 14, *one.more, class_="t"))
    return Markup("").join(parts)


def dash_of(pattern: Sequence[float], width: float = 2.0) -> str:
    """Return a dash pattern of the figures as SVG writes it."""
    return " ".join(f"{width * part:g}" for part in pattern)
