"""Figure of a dispatch log: the calls, the fitted law, and the shipped laws for comparison."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from drillsim.analysis.delay_fit import DelayLaw
from drillsim.analysis.estimators import LEVEL
from drillsim.quantities import Spread, clock
from drillsim.report.chart_style import COLOURS, DASHES, GREY, PRESENT, clock_axis, frame, house_style, round_up, titled

Look = tuple[str, tuple[float, ...], float]
"""Colour, dashes and width of a line."""
_LOG: Look = (PRESENT, DASHES[0], 1.8)
_LAW: Look = (COLOURS[0], DASHES[1], 2.2)
_FINE = 400


@dataclass(frozen=True)
class _Line:
    """A labelled line: name, look, and quantile function in s."""

    name: str
    look: Look
    at: Callable[[float], float]


def plot_delays(
    delays_s: Sequence[float], law: DelayLaw, shipped: Mapping[str, Spread], *, title: str, source: str
) -> Figure:
    """Plot the share of calls with an arrival over time: the log as steps, its law, and the shipped laws.

    Where the log is much faster than the slowest shipped law, a first panel shows its part of the time larger.

    shipped
        By the name that scenarios give them.
    source
        What the log is, for the note.
    """
    x = np.sort(np.asarray(delays_s, dtype=np.float64))
    end = _end(law, shipped)
    near = round_up(1.05 * max(law.most_s, law.quantile_s(0.95)))
    early = near if near <= end / 2 else 0.0
    looks: dict[str, Look] = {}
    for i, name in enumerate(shipped, start=1):
        looks[name] = (COLOURS[1 + (i - 1) % (len(COLOURS) - 1)], DASHES[1 + i % (len(DASHES) - 1)], 1.4)
    with house_style():
        shares = (0.5, 0.5) if early else (1.0,)
        figure, panels = frame(4.9, left_in=0.85, right_in=2.55, shares=shares, top_in=0.78 if early else 0.62)
        for axes, until in zip(panels, [*([early] if early else []), end], strict=True):
            grid = np.linspace(until / _FINE, until, _FINE)
            _steps(axes, x, until, band=axes is panels[0])
            _curve(axes, grid, law.cdf(grid), _LAW)
            for name, spread in shipped.items():
                _curve(axes, *_quantiles(spread, until), looks[name])
            clock_axis(axes, until, most=5 if early else 8)
            axes.set_ylim(0, 1.03)
            axes.set_yticks([0, 0.25, 0.5, 0.75, 0.9, 1.0], ["none", "25 %", "half", "75 %", "9 of 10", "all"])
            axes.grid(axis="y", color="#D9D9D9", lw=0.7)
            axes.set_xlabel(f"call to arrival ({'minutes:seconds' if until < 3600 else 'hours:minutes:seconds'})")
        panels[0].set_ylabel("share of calls")
        if early:
            panels[0].set_title(f"the first {clock(early)}", fontsize=9, color=GREY)
            panels[1].set_title(f"to {clock(end)}", fontsize=9, color=GREY)
        _label(panels[-1], _lines(x, law, shipped, looks))
        titled(figure, title, _note(x, law, source, end))
    return figure


def _end(law: DelayLaw, shipped: Mapping[str, Spread]) -> float:
    """Return the end of the time axis in s: past the log, its law and 95 % of the slowest shipped law."""
    slowest = [spread.quantile(0.95) for spread in shipped.values()]
    return round_up(max(1.1 * law.most_s, law.quantile_s(0.97), *slowest))


def _steps(axes: Axes, x: NDArray[np.float64], until: float, *, band: bool) -> None:
    """Draw the log as steps, and in grey its 95 % confidence band (Dvoretzky, Kiefer and Wolfowitz; Massart 1990)."""
    inside = x[x <= until]
    times = np.concatenate([[0.0], inside, [until]])
    shares = np.concatenate([[0.0], np.arange(1, inside.size + 1), [inside.size]]) / x.size
    room = math.sqrt(math.log(2 / (1 - LEVEL)) / (2 * x.size))
    low, high = np.maximum(shares - room, 0.0), np.minimum(shares + room, 1.0)
    if band:
        axes.fill_between(times, low, high, step="post", color="#ECECEC", lw=0)
    axes.step(times, shares, where="post", color=_LOG[0], lw=_LOG[2])


def _curve(axes: Axes, times: NDArray[np.float64], shares: NDArray[np.float64], look: Look) -> None:
    """Draw one curve in its look."""
    (line,) = axes.plot(times, shares, color=look[0], lw=look[2])
    line.set_dashes(look[1])


def _quantiles(spread: Spread, until: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return times and shares of a law of any form, up to the end of the axis."""
    shares = np.linspace(0.0005, 0.9995, 2 * _FINE)
    times = np.array([spread.quantile(float(u)) for u in shares])
    inside = times <= until
    last = float(shares[inside][-1]) if inside.any() else 0.0
    return np.append(times[inside], until), np.append(shares[inside], last)


def _lines(
    x: NDArray[np.float64], law: DelayLaw, shipped: Mapping[str, Spread], looks: Mapping[str, Look]
) -> list[_Line]:
    """Return all lines with their labels and quantiles, the fastest first."""

    def seen(share: float) -> float:
        return float(x[max(0, math.ceil(share * x.size) - 1)])

    lines = [_Line(f"Your log, {law.n:,} calls", _LOG, seen), _Line("The law fitted to it", _LAW, law.quantile_s)]
    lines += [_Line(f"Shipped: {name}", looks[name], spread.quantile) for name, spread in shipped.items()]
    return sorted(lines, key=lambda line: line.at(0.5))


def _label(axes: Axes, lines: Sequence[_Line]) -> None:
    """Write each line's label right of the axes, at a height of its own, joined there to a dot on the line."""
    across, reach = axes.get_yaxis_transform(), 0.6 / axes.get_position().width
    heights = np.linspace(0.92, max(0.1, 0.92 - 0.17 * (len(lines) - 1)), len(lines))
    right = axes.get_xlim()[1]
    for line, height in zip(lines, heights, strict=True):
        colour, dashes, _ = line.look
        time = min(line.at(float(height)), right)
        axes.plot([time, right], [height, height], color=colour, lw=0.7, dashes=(1, 2), zorder=1.5)
        axes.plot(time, height, "o", ms=4.5, color=colour, mec="white", mew=0.6, zorder=4)
        ink: dict[str, Any] = {"transform": across, "color": colour, "lw": 2.0, "clip_on": False}
        (sample,) = axes.plot([1 + 0.02 * reach, 1 + 0.13 * reach], [height, height], **ink)
        sample.set_dashes(dashes)
        told = f"{line.name}\nhalf by {clock(line.at(0.5))},\n9 of 10 by {clock(line.at(0.9))}"
        axes.text(1 + 0.16 * reach, height, told, transform=across, va="center", fontsize=8.5, linespacing=1.15)


def _note(x: NDArray[np.float64], law: DelayLaw, source: str, end: float) -> str:
    """Return the note below the figure: source, law, distance to the log, band, and calls beyond the axis."""
    beyond = int(np.sum(x > end))
    parts = [
        f"{source} Law: lognormal, median {clock(law.median_s)}, sigma {law.log_sd:.2f};",
        f"nowhere more than {math.ceil(100 * law.gap)} of 100 calls from the log.",
    ]
    parts.append(f"Grey: what chance alone leaves open with {law.n:,} calls (95 %).")
    if beyond:
        parts.append(f"{beyond:,} of {law.n:,} calls took longer than {clock(end)}, the end of the axis.")
    return " ".join(parts)
