"""Charts of a study: response times, response intervals, progress over time, and differences with intervals.

Each `plot_` function takes the results of a study (rows, outline, curves) and returns a matplotlib Figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from drillsim.analysis.contrasts import (
    SAME,
    PartitionedResults,
    ResultRows,
    Sample,
    describe,
    differences,
    matters_of,
    sample,
)
from drillsim.analysis.wording import (
    count_words,
    difference_words,
    p_words,
    quantile_words,
    question,
    share_words,
    short_name,
    unit_of,
)
from drillsim.quantities import clock
from drillsim.report.chart_style import (
    GREY,
    clock_axis,
    frame,
    house_style,
    image,
    label_ends,
    round_up,
    styles,
    titled,
)
from drillsim.report.interval_figure import (
    cost_label,
    interval_means,
    interval_title,
    intervals_told,
    mix_label,
    plot_intervals,
    study_note,
)

CURVES = {"out": "people out of the building", "secured": "rooms secured"}


class Drawn(ResultRows, Protocol):
    """Rows, outline and curves of a study: the input of the charts."""

    @property
    def curves(self) -> Mapping[tuple[str, str], Mapping[str, NDArray[np.float64]]]:
        """Counts by (scenario, mix) and name, shape (drills, points), at even steps from 0 to the horizon."""


@dataclass(frozen=True)
class Marking:
    """How pictures are handed out: to whom, in which folder, and what they leave out.

    mark
        Who may see them, and the school, written on every picture.
    folder
        Folder of the files in the results folder.
    left_out
        Measures without a picture.
    called
        Returns the name of a scenario that its files may bear.
    """

    mark: str = ""
    folder: str = "figures"
    left_out: frozenset[str] = frozenset()
    called: Callable[[str], str] = str


@dataclass(frozen=True)
class Chart:
    """A figure with its file name, its title, and a caption that states its numbers."""

    name: str
    title: str
    caption: str
    figure: Figure


def _once(played: ResultRows, scenario: str, measures: Sequence[str]) -> dict[str, list[str]]:
    """Return the measures to draw, each with those that coincide with it in every drill of every mix: one chart tells both."""
    found: dict[str, list[str]] = {}
    for measure in measures:
        first = next((one for one in found if coincide(played, scenario, one, measure)), None)
        found.setdefault(first or measure, []).extend([measure] if first else [])
    return found


def coincide(played: ResultRows, scenario: str, one: str, other: str) -> bool:
    """Return whether two measures have the same times in every drill of every mix, to the second shown."""
    for mix in played.outline.mixes:
        a, b = sample(played, scenario, mix, one), sample(played, scenario, mix, other)
        if a.numbers.shape != b.numbers.shape or not np.array_equal(a.reached, b.reached):
            return False
        if not np.allclose(a.numbers, b.numbers, rtol=0.0, atol=0.5):
            return False
    return True


def _questions(measure: str, same: Sequence[str]) -> str:
    """Return the question of a chart, and of the measures that coincide with it."""
    return question(measure) + "".join(f" (the same: {short_name(one)})" for one in same)


def plot_response(played: ResultRows, scenario: str, *, measure: str | None = None, same: Sequence[str] = ()) -> Figure:
    """Plot the share of drills that reached a state over time, one line per mix, up to the horizon.

    same
        Measures that coincide with it, named in the title.


    The curve is the empirical distribution function over all drills, so it ends below 100 % where some did not reach
    the state. Where some mixes are much faster than others, a first panel enlarges the early part.
    """
    outline, line = played.outline, played.outline.scenarios[scenario]
    name = measure or line.primary
    samples = {mix: sample(played, scenario, mix, name) for mix in outline.mixes}
    alike = _alike([np.sort(one.numbers) for one in samples.values()], near=0.5)
    samples = {outline.present: samples[outline.present]} if alike else samples
    end = _last_time(list(samples.values()), line.horizon_s)
    early = _early(list(samples.values()), end)
    with house_style():
        shares = (0.5, 0.5) if early else (1.0,)
        figure, panels = frame(4.6, left_in=0.85, right_in=2.5, shares=shares, top_in=0.8 if early else 0.62)
        looks, ends = styles(list(outline.mixes), outline.present), []
        for axes, until in zip(panels, [*([early] if early else []), end], strict=True):
            for mix, one in samples.items():
                times, risen = _distribution(one)
                x = np.concatenate([[0.0], times, [end]])
                y = np.concatenate([[0.0], risen, risen[-1:] if times.size else [0.0]])
                (drawn,) = axes.step(x, y, where="post", color=looks[mix][0], lw=_weight(played, mix))
                drawn.set_dashes(looks[mix][1])
            clock_axis(axes, until, most=4 if early else 8)
            axes.set_ylim(0, 1.03)
            axes.set_yticks([0, 0.25, 0.5, 0.75, 0.9, 1.0], ["none", "25 %", "half", "75 %", "9 of 10", "all"])
            axes.grid(axis="y", color="#D9D9D9", lw=0.7)
            axes.set_xlabel("time since the onset (m:ss)")
        quickest = sorted(samples.items(), key=lambda item: describe(played, scenario, item[0], name).mean.value or 0.0)
        for mix, one in quickest:
            share = float(one.weighed.weights()[one.reached].sum()) if one.numbers.size else 0.0
            share = 1.0 if one.numbers.size and one.reached.all() else share  # not 0.9999 by rounding of the weights
            told = f"{share_words(share)} by {clock(end)}" if one.numbers.size else "no such drill"
            ends.append((f"{mix_label(played, mix, alike=alike)}\n{told}", share, *looks[mix]))
        label_ends(panels[-1], ends, gap=0.16, low=0.03, high=0.99)
        panels[0].set_ylabel("share of drills")
        if early:
            panels[0].set_title(f"the first {clock(early)}", fontsize=9, color=GREY)
            panels[1].set_title(f"to {clock(end)}", fontsize=9, color=GREY)
        titled(figure, f"{outline.title(scenario)}: {_questions(name, same)}",
               study_note(played, _watched(line.horizon_s, end), weighed=scenario))  # fmt: skip
    return figure


def _distribution(one: Sample) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the times at which a state was reached, ascending, and the weighed share of drills that had by then."""
    order = np.argsort(one.numbers[one.reached], kind="stable")
    weights = one.weighed.weights()[one.reached] if one.numbers.size else np.zeros(0)
    return one.numbers[one.reached][order], np.cumsum(weights[order])


def _last_time(samples: Sequence[Sample], horizon_s: float) -> float:
    """Return the end of the time axis: the horizon, or the last time where every drill reached the state."""
    if not all(bool(one.reached.all()) for one in samples):
        return horizon_s
    return min(horizon_s, round_up(max((float(s.numbers.max()) for s in samples if s.numbers.size), default=horizon_s)))


def _early(samples: Sequence[Sample], end: float) -> float:
    """Return the end of the enlarged panel, for mixes with 9 of 10 drills in the first fifth of the axis; 0 for none."""
    most = [one.weighed.quantile(one.numbers, one.reached, 0.9).value for one in samples]
    fast = [value for value in most if value is not None and value < end / 5]
    return round_up(1.2 * max(fast)) if fast else 0.0


def _alike(drawn: Sequence[NDArray[np.float64]], *, near: float) -> bool:
    """Return whether the lines of several mixes differ by no more than `near` anywhere."""
    if len(drawn) < 2 or len({line.shape for line in drawn}) > 1:
        return False
    return all(np.allclose(drawn[0], line, rtol=0.0, atol=near) for line in drawn[1:])


def _weight(played: ResultRows, mix: str) -> float:
    """Return the line width of a mix in points; the present one is heavier."""
    return 2.2 if mix == played.outline.present else 1.6


def _watched(horizon_s: float, end: float) -> str:
    """Return the sentence on censoring at the horizon."""
    if end >= horizon_s:
        return f"A line that ends below 100 %: not reached by {clock(horizon_s)}, the end of the drill."
    return f"All drills got there; each was watched to {clock(horizon_s)}."


def plot_over_time(played: Drawn, scenario: str, curve: str) -> Figure:
    """Plot a mean count over time, one line per mix: 'out' (people) or 'secured' (rooms)."""
    outline, horizon = played.outline, played.outline.scenarios[scenario].horizon_s
    means = {m: _mean_curve(played, scenario, m, curve) for m in outline.mixes}
    drawn = {m: v for m, v in means.items() if v.size}
    alike = _alike(list(drawn.values()), near=0.005 * max((float(v.max()) for v in drawn.values()), default=0.0))
    drawn = {outline.present: drawn[outline.present]} if alike else drawn
    top = max((float(v.max()) for v in drawn.values()), default=0.0) or 1.0
    grid = np.linspace(0.0, horizon, max((v.size for v in drawn.values()), default=2))
    settled = max((int(np.argmax(np.abs(v - v[-1]) <= 0.0005 * top)) for v in drawn.values()), default=grid.size - 1)
    end = min(horizon, round_up(float(grid[min(grid.size - 1, settled + 1)])))
    with house_style():
        figure, (axes,) = frame(4.6, left_in=0.8, right_in=2.5)
        looks, ends = styles(list(outline.mixes), outline.present), []
        for mix, mean in drawn.items():
            colour, dashes = looks[mix]
            (line,) = axes.plot(grid[: mean.size], mean, color=colour, lw=_weight(played, mix))
            line.set_dashes(dashes)
            last = float(np.interp(end, grid[: mean.size], mean))
            words = count_words(last, float(np.ceil(last - 1e-9)))  # 24.9 rooms are not 25
            ends.append((f"{mix_label(played, mix, alike=alike)}\n{words} by {clock(end)}", last, colour, dashes))
        label_ends(axes, ends, gap=0.16 * top, low=0.03 * top, high=0.99 * top)
        clock_axis(axes, end)
        axes.set_ylim(0, 1.04 * top)
        axes.set_yticks([y for y in MaxNLocator(6, integer=True).tick_values(0, top) if y <= 1.04 * top])
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
        axes.set_ylabel(f"{CURVES.get(curve, curve)}, mean count")
        axes.set_xlabel("time since the onset (m:ss)")
        more = f"Means over all drills, each watched to {clock(horizon)}."
        titled(figure, f"{outline.title(scenario)}: {CURVES.get(curve, curve)} over time", study_note(played, more))
    return figure


def _mean_curve(played: Drawn, scenario: str, mix: str, curve: str) -> NDArray[np.float64]:
    """Return the mean curve of a mix over its drills, (points,); empty where it has none."""
    values = played.curves.get((scenario, mix), {}).get(curve)
    return np.zeros(0) if values is None or not len(values) else np.asarray(values.mean(axis=0))


def plot_differences(
    played: ResultRows, scenario: str, *, measure: str | None = None, versus: str | None = None
) -> Figure:
    """Plot the mean difference of each mix to the present one over the same drills, with its 95 % interval."""
    outline = played.outline
    name = measure or outline.scenarios[scenario].primary
    apart = list(reversed(differences(played, scenario, name, versus)))
    other = versus or outline.present
    numbers = [v for d in apart for v in vars(d.paired.difference).values() if v is not None]
    matters = matters_of(outline.scenarios[scenario], name)
    low, high = min([-matters, *numbers]), max([matters, *numbers])
    room = 0.06 * ((high - low) or 10.0)
    with house_style():
        figure, (axes,) = frame(2.0 + 0.46 * len(apart), left_in=2.15, right_in=2.45)
        if matters:
            axes.axvspan(-matters, matters, color="#ECECEC", lw=0, zorder=0)
        axes.axvline(0.0, color="black", lw=1.0)
        for y, one in enumerate(apart):
            gap = one.paired.difference
            clear = one.verdict in ("faster", "slower", "lower", "higher")
            if gap.value is not None:
                if gap.low is not None and gap.high is not None:
                    axes.plot([gap.low, gap.high], [y, y], color="#0072B2", lw=2.4, solid_capstyle="butt")
                axes.plot(gap.value, y, "o", ms=7, mec="#0072B2", mfc="#0072B2" if clear else "white", mew=1.6)
            words = difference_words(gap, unit_of(name))
            tail = f"\n{one.verdict}, p {p_words(one.p_holm)}" if one.verdict else ""
            told = "the same in every drill" if one.verdict == SAME else words + tail
            axes.text(1.03, y, told, transform=axes.get_yaxis_transform(), va="center", fontsize=8.5)
        axes.set_yticks(range(len(apart)), [cost_label(played, d.mix) for d in apart])
        axes.set_ylim(-0.6, len(apart) - 0.4)
        axes.tick_params(axis="y", length=0)
        seconds = unit_of(name) == "s"
        if seconds and max(abs(low), abs(high)) >= 100:
            clock_axis(axes, high + room, bottom_s=low - room, most=5)
        else:
            axes.set_xlim(low - room, high + room)
            ticks = MaxNLocator(5).tick_values(low - room, high + room)
            axes.set_xticks([x for x in ticks if low - room <= x <= high + room])
        unit = "m:ss" if seconds and max(abs(low), abs(high)) >= 100 else ("seconds" if seconds else unit_of(name))
        axes.set_xlabel(f"mean difference ({unit});  below 0: {'faster' if seconds else 'lower'}")
        axes.grid(axis="x", color="#E5E5E5", lw=0.7)
        title = f"{outline.title(scenario)}: {question(name)}, against {outline.label(other)}"
        more = "Bars: 95 % paired-t intervals. Filled: clear (p below 0.05, Holm)."
        more += " Shaded: less than what matters." if matters else ""
        titled(figure, title, study_note(played, more, weighed=scenario))
    return figure


def charts(played: Drawn, marking: Marking = Marking()) -> Iterator[Chart]:
    """Yield all charts of a study, scenario by scenario; a chart without data is left out."""
    played = PartitionedResults(played)
    outline, taken = played.outline, set[str]()
    for scenario, line in outline.scenarios.items():
        stem, title = file_stem(marking.called(scenario), taken), outline.title(scenario)
        wanted = [
            m for m in dict.fromkeys([line.primary, *(g.measure for g in line.goals)]) if m not in marking.left_out
        ]
        once = _once(played, scenario, wanted)
        for measure, same in once.items():
            name = f"{stem}-response" if measure == line.primary else f"{stem}-{measure.removesuffix('_s')}"
            told = _told(played, scenario, measure)
            figure = plot_response(played, scenario, measure=measure, same=same)
            yield Chart(name.replace("_", "-"), f"{title}: {_questions(measure, same)}", told, figure)
        wanted = list(once)
        for measure in wanted:
            if any(k for _, k, _ in interval_means(played, scenario, measure).values()):
                name = f"{stem}-legs" if measure == line.primary else f"{stem}-{measure.removesuffix('_s')}-legs"
                head, told = f"{title}: {interval_title(measure)}", intervals_told(played, scenario, measure)
                figure = plot_intervals(played, scenario, measure=measure)
                yield Chart(name.replace("_", "-"), head, told, figure)
        for curve, words in CURVES.items():
            if any(_mean_curve(played, scenario, mix, curve).any() for mix in outline.mixes):
                yield Chart(f"{stem}-{curve}", f"{title}: {words} over time",
                            f"Mean count of {words}, by mix.", plot_over_time(played, scenario, curve))  # fmt: skip
        if len(outline.mixes) > 1 and line.primary in wanted:
            apart = differences(played, scenario, line.primary)
            told = "; ".join(f"{outline.label(d.mix)} {difference_words(d.paired.difference)}" for d in apart)
            head = f"{title}: {question(line.primary)}, against {outline.label(outline.present)}"
            yield Chart(f"{stem}-differences", head, told, plot_differences(played, scenario))


def draw_all(
    played: Drawn, *, formats: Sequence[str] = ("png", "svg"), marking: Marking = Marking()
) -> dict[str, bytes]:
    """Draw all charts of a study and return them as files: name in the results folder to content."""
    return {
        f"{marking.folder}/{chart.name}.{form}": image(
            chart.figure, form, title=chart.title, description=chart.caption, mark=marking.mark
        )
        for chart in charts(played, marking)
        for form in formats
    }


def file_stem(scenario: str, taken: set[str]) -> str:
    """Return a file name for a scenario that is not taken yet, and note it as taken."""
    stem = base = re.sub(r"[^a-z0-9]+", "-", scenario.lower()).strip("-") or "scenario"
    number = 2
    while stem in taken:
        stem, number = f"{base}-{number}", number + 1
    taken.add(stem)
    return stem


def _told(played: ResultRows, scenario: str, measure: str) -> str:
    """Return the caption of a response chart: median, 90th percentile and reached drills of each mix."""
    outline, unit = played.outline, unit_of(measure)
    tau, parts = outline.scenarios[scenario].horizon_s, []
    for mix in outline.mixes:
        one = describe(played, scenario, mix, measure)
        half, most = quantile_words(one.p50, tau, unit), quantile_words(one.p90, tau, unit)
        parts.append(f"{outline.label(mix)}: half by {half}, 9 of 10 by {most}, reached in {one.reached} of {one.n}")
    return "; ".join(parts) + "."
