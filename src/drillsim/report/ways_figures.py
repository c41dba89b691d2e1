"""Charts of the ways that people used: exits, and longest queues by place and time; for the present mix."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from drillsim.analysis.contrasts import ResultRows
from drillsim.analysis.wording import drills
from drillsim.plan.model import OUTSIDE
from drillsim.report.chart_style import COLOURS, GREY, NOTE, clock_axis, frame, house_style, image, round_up, titled
from drillsim.report.study_figures import Chart, file_stem

MOST_EXITS, WORST = 16, 3
MARKS = ("o", "s", "^")
LOOK_S = 10.0
"""Seconds between two looks at the queues (`Results.queues_over_time`)."""
Floats = NDArray[np.float64]


class WaysUsed(ResultRows, Protocol):
    """Results that hold the use of ways."""

    @property
    def ways(self) -> pd.DataFrame:
        """One row for each direction of an exit, door or stair that was used in a drill."""

    def queues_over_time(self, scenario: str) -> Mapping[tuple[str, str], Floats]:
        """Return the persons who wait, by way and direction: (drills, looks), every LOOK_S seconds; empty where unknown."""

    @property
    def place_names(self) -> Mapping[str, str]:
        """Labels of ways and spaces, by id."""


def plot_exits(played: WaysUsed, scenario: str) -> Figure:
    """Plot the people out by each exit: the mean over the drills as bars, with the range of 8 of 10 drills."""
    counts = _by_drill(played, scenario, "exit", "people")
    order = counts.mean().sort_values(ascending=False).index[:MOST_EXITS][::-1]
    total = max(1.0, float(counts.sum(axis=1).mean()))
    with house_style():
        figure, (axes,) = frame(1.9 + 0.34 * max(3, len(order)), left_in=2.3, right_in=1.3)
        top = 1.0
        for y, way in enumerate(order):
            mean = float(counts[way].mean())
            low, high = (float(q) for q in np.quantile(counts[way], (0.1, 0.9)))
            axes.barh(y, mean, color="#56B4E9", height=0.62)
            axes.plot([low, high], [y, y], color="black", lw=1.4, marker="|", ms=6)
            axes.annotate(f"{mean:,.0f} ({100 * mean / total:.0f} %)", (max(mean, high), y), (6, 0),
                          textcoords="offset points", va="center", fontsize=8.5, annotation_clip=False)  # fmt: skip
            top = max(top, mean, high)
        axes.set_yticks(range(len(order)), [_short(_name(played, way[0])) for way in order])
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(0, 1.05 * top)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.set_xlabel("people out by this exit")
        more = "Bars: means. Lines: 8 of 10 drills lie within. Exits that nobody used are left out."
        titled(figure, f"{_title(played, scenario)}: by which exits people get out", _note(played, len(counts), more))
    return figure


def plot_queues(played: WaysUsed, scenario: str) -> Figure:
    """Plot the queues at the WORST ways over the minutes of a drill: the mean as a curve, 8 of 10 drills as a band.

    Where the queues are known by their longest alone, as of results read from a folder, a mark a drill stands for it.
    """
    lengths = _by_drill(played, scenario, None, "longest_queue")
    worst = lengths.mean().sort_values(ascending=False).index[:WORST]
    seen = played.queues_over_time(scenario)
    with house_style():
        figure, (axes,) = frame(4.2, left_in=0.85, right_in=2.75)
        marks = _queue_curves if seen else _queue_marks
        end_s, top, more = marks(axes, played, scenario, lengths[worst], seen)
        clock_axis(axes, round_up(1.05 * max(1.0, end_s)))
        axes.set_ylim(0, 1.08 * max(1.0, top))
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.grid(axis="y", color="#E5E5E5", lw=0.7)
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, fontsize=8.5, labelspacing=1.3,
                    handletextpad=0.4, borderaxespad=0.0, labelcolor=GREY)  # fmt: skip
        titled(
            figure, f"{_title(played, scenario)}: where people wait longest in line", _note(played, len(lengths), more)
        )
    return figure


def _queue_curves(
    axes: Axes, played: WaysUsed, scenario: str, lengths: pd.DataFrame, seen: Mapping[tuple[str, str], Floats]
) -> tuple[float, float, str]:
    """Draw the queues over time; return the last time at which somebody waits, the longest queue, and a note."""
    end_s = top = 0.0
    drills_seen = 0
    for i, way in enumerate(_ways_of(lengths)):
        if way not in seen:
            continue
        counts = seen[way]
        drills_seen, looks_s = len(counts), LOOK_S * np.arange(counts.shape[1])
        low, high = np.quantile(counts, (0.1, 0.9), axis=0)
        axes.fill_between(looks_s, low, high, color=COLOURS[i], alpha=0.2, lw=0)
        axes.plot(looks_s, counts.mean(axis=0), color=COLOURS[i], lw=1.8, label=_queue_words(played, way, lengths[way]))
        waited = looks_s[high >= 0.5]
        end_s, top = max(end_s, float(waited.max(initial=0.0)) + 2 * LOOK_S), max(top, float(high.max()))
    axes.set_ylabel("people who wait in line")
    axes.set_xlabel("time since the start (m:ss)")
    more = f"Curves: means of the first {drills(drills_seen)}, every {LOOK_S:g} s. Bands: 8 of 10 drills lie within."
    return end_s, top, more


def _queue_marks(
    axes: Axes, played: WaysUsed, scenario: str, lengths: pd.DataFrame, seen: Mapping[tuple[str, str], Floats]
) -> tuple[float, float, str]:
    """Draw one mark a drill and way: its longest queue and when; return as `_queue_curves` does."""
    times = _by_drill(played, scenario, None, "longest_queue_s")
    for i, way in enumerate(_ways_of(lengths)):
        waited = lengths[way] > 0
        axes.plot(times[way][waited], lengths[way][waited], MARKS[i], ls="", color=COLOURS[i], mec="white", mew=0.4,
                  ms=6, alpha=0.75, label=_queue_words(played, way, lengths[way]))  # fmt: skip
    axes.set_ylabel("people who wait in the longest queue")
    axes.set_xlabel("time since when so many wait (m:ss)")
    worst = list(lengths.columns)
    more = "One mark a drill and way: its longest queue, and when."
    return float(times[worst].max().max()), float(lengths.max().max()), more


def _ways_of(lengths: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the way and direction of each column."""
    return [(str(column[0]), str(column[1])) for column in lengths.columns]


def _queue_words(played: WaysUsed, way: tuple[str, str], lengths: pd.Series[float]) -> str:
    mean, most = float(lengths.mean()), float(np.quantile(lengths, 0.9))
    return f"{_towards(played, way)}\nlongest {mean:,.0f} on average,\nin 9 of 10 drills at most {most:,.0f}"


def ways_charts(played: WaysUsed) -> Iterator[Chart]:
    """Yield the charts of each scenario in which people walked."""
    table, taken = played.ways, set[str]()
    for scenario in dict.fromkeys(table["scenario"]):
        stem, mine = file_stem(scenario, taken), table[table["scenario"] == scenario]
        title = _title(played, scenario)
        if (mine["kind"] == "exit").any():
            yield Chart(f"{stem}-exits", f"{title}: by which exits people get out",
                        "Mean number of people out by each exit.", plot_exits(played, scenario))  # fmt: skip
        if mine["longest_queue"].any():
            yield Chart(f"{stem}-queues", f"{title}: where people wait longest in line",
                        "Queues over the minutes of a drill, at the three ways with the longest.", plot_queues(played, scenario))  # fmt: skip


def draw_ways(played: WaysUsed, *, formats: Sequence[str] = ("png", "svg"), mark: str = "") -> dict[str, bytes]:
    """Draw the charts of the ways used and return them as files, as `draw_all` does: name in the results folder to content."""
    return {
        f"figures/{chart.name}.{form}": image(
            chart.figure, form, title=chart.title, description=chart.caption, mark=mark
        )
        for chart in ways_charts(played)
        for form in formats
    }


def _by_drill(played: WaysUsed, scenario: str, kind: str | None, column: str) -> pd.DataFrame:
    """Return a column by drill (rows) and way and direction (columns) of the present mix; 0 where nobody used it."""
    table, runs = played.ways, played.runs
    mine = (table["scenario"] == scenario) & (table["mix"] == played.outline.present)
    mine &= (table["kind"] == kind) if kind is not None else True
    wide = table[mine].pivot_table(index="replication", columns=["way", "direction"], values=column, aggfunc="max")
    done = runs[(runs["scenario"] == scenario) & (runs["mix"] == played.outline.present) & (runs["status"] == "done")]
    return wide.reindex(sorted(set(done["replication"]))).astype("float64").fillna(0.0)


def _title(played: WaysUsed, scenario: str) -> str:
    outline = played.outline
    return outline.title(scenario) if scenario in outline.scenarios else scenario


def _name(played: WaysUsed, id_: str) -> str:
    return played.place_names.get(id_, id_)


def _short(text: str) -> str:
    return textwrap.fill(text, 30, max_lines=2, placeholder=" ...")


def _towards(played: WaysUsed, way: tuple[str, str]) -> str:
    name, place = _name(played, way[0]), _name(played, way[1])
    into = "" if place == OUTSIDE or place in name else f", into {place}"
    return textwrap.fill(f"{name}{into}", 32, max_lines=3, placeholder=" ...")


def _note(played: WaysUsed, count: int, more: str) -> str:
    outline = played.outline
    return f"{drills(count)} of the present mix, {outline.label(outline.present)}, seed {outline.seed}. {more} {NOTE}"
