"""Curves over time: the share of drills that got there, and people out or rooms secured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from drillsim.analysis.contrasts import PartitionedResults, Sample, sample
from drillsim.analysis.wording import count_words, share_words, unit_words
from drillsim.quantities import clock
from drillsim.record.outline import GoalLine
from drillsim.report.chart_style import round_up, styles
from drillsim.report.page.parts.svg import (
    Axis,
    Label,
    Picture,
    dash_of,
    labels,
    line,
    number_ticks,
    share_ticks,
    side_axis,
    stepped,
    straight,
    tag,
    text,
    time_axis,
)
from drillsim.report.page.parts.told import Numbers, short

WIDE, LEFT, ASIDE, TOP, BELOW = 860, 66, 250, 16, 42
"""Size of a chart in pixels: width, and the room for axis, labels, and what stands above and below."""
AXIS_SHARE, AXIS_MARGIN = 0.99, 1.05
"""The axis ends a little after the time by which this share of the drills of the slowest mix got there ..."""
LETTER_BOLD = 7.2
"""Mean width of a letter of a goal in pixels."""
Path = Sequence[tuple[float, float]]
"""Corners of a curve in pixels, from left to right."""
BESIDE_GOAL, BESIDE_MIDDLE = 2.5, 1.25
"""... but not beyond so many times the latest goal, or the middle of the mixes' 9-of-10 times."""


@dataclass(frozen=True)
class Look:
    """Colour and dash pattern of each mix of a study, and the mixes in file order."""

    labels: Mapping[str, str]
    present: str

    def of(self, mix: str) -> tuple[str, str]:
        """Return colour and dash pattern of a mix."""
        colour, dashes = styles(list(self.labels), self.present)[mix]
        return colour, dash_of(dashes)

    def named(self, mix: str) -> str:
        """Return the label of a mix, with a word for the present one."""
        text = short(self.labels[mix], 26)
        return f"{text} (today)" if mix == self.present else text


def response_curves(
    played: PartitionedResults, numbers: Numbers, scenario: str, measure: str, *, look: Look, title: str, mark: str
) -> Picture:
    """Return the share of drills that got there by a time, one line per mix, with the goals of the measure.

    More than six parameters: the page has one look and one mark for all its charts.
    """
    outline = played.outline
    goals = [goal for goal in outline.scenarios[scenario].goals if goal.measure == measure]
    samples = {m: one for m in outline.mixes if (one := sample(played, scenario, m, measure)).numbers.size}
    end = _axis_end(list(samples.values()), goals, outline.scenarios[scenario].horizon_s)
    high = TOP + max(230, 34 * len(samples)) + BELOW
    x, y = Axis(0.0, end, LEFT, WIDE - ASIDE), Axis(0.0, 1.0, high - BELOW, TOP)
    parts = [side_axis(y, LEFT, WIDE - ASIDE, share_ticks()), time_axis(x, TOP, high - BELOW)]
    ends, told, curves = [], [], list[Path]()
    for mix, one in samples.items():
        times, risen = _distribution(one)
        kept = times <= end
        at = [(x(0.0), y(0.0)), *((x(t), y(s)) for t, s in zip(times[kept], risen[kept], strict=True))]
        last = float(risen[kept][-1]) if kept.any() else 0.0
        colour, dash = look.of(mix)
        curves.append([*_corners(at), (x(end), y(last))])
        parts.append(tag("path", d=stepped(curves[-1]), stroke=colour, stroke_dasharray=dash, class_=_class(mix, look)))
        half, most = (numbers.measure(scenario, mix, measure, what) for what in ("p50", "p90"))
        ends.append((one, Label(look.named(mix), ("half by ", half, ", 9 of 10 by ", most), y(last), colour, dash)))
        told.append(f"{look.named(mix)}: half by {half}, 9 of 10 by {most}.")
    parts += [_goal(goal, x, y, curves) for goal in goals]
    ends.sort(key=lambda pair: (pair[1].at, float(pair[0].weighed.mean(pair[0].numbers).value or 0.0)))
    parts.append(labels([one for _, one in ends], x=WIDE - ASIDE, top=TOP, bottom=high - BELOW))
    note = (
        f"Each line: the share of {unit_words(outline.scenarios[scenario])}s in which it has happened by then. The axis ends at "
        f"{clock(end)}; what came later, or never, is missing at the end of a line."
    )
    if goals:
        note += " A line that passes above the black point meets that goal."
    parts.append(text(LEFT, 10, f"share of {unit_words(outline.scenarios[scenario])}s", class_="t"))
    return Picture(title, " ".join(told), Markup("").join(parts), WIDE, high, mark, note)


def _corners(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners of a line that stays level up to each point and then rises to it."""
    found = [points[0]]
    for px, py in points[1:]:
        found += [(px, found[-1][1]), (px, py)]
    return found


def _class(mix: str, look: Look) -> str:
    return "line present" if mix == look.present else "line"


def _distribution(one: Sample) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the times at which it happened, ascending, and the weighed share of drills that had got there by then."""
    order = np.argsort(one.numbers[one.reached], kind="stable")
    return one.numbers[one.reached][order], np.cumsum(one.weighed.weights()[one.reached][order])


def _axis_end(samples: Sequence[Sample], goals: Sequence[GoalLine], horizon_s: float) -> float:
    """Return the end of the time axis: where goals and most mixes can be read apart, even if the slowest take much longer."""
    late, most = [10.0], []
    for one in samples:
        got = one.numbers[one.reached]
        late.append(float(np.quantile(got, AXIS_SHARE)) if got.size else 0.0)
        most.append(one.weighed.quantile(one.numbers, one.reached, 0.9).value or horizon_s)
    wanted = max([BESIDE_GOAL * goal.at_most_s for goal in goals] + [BESIDE_MIDDLE * float(np.median(most))])
    return min(horizon_s, round_up(AXIS_MARGIN * max(late)), round_up(wanted))


def _goal(goal: GoalLine, x: Axis, y: Axis, curves: Sequence[Path]) -> Markup:
    """Return a goal as a point with its lines to both axes, and its words where no curve passes, if there is such a place."""
    at = x(goal.at_most_s), y(goal.in_share)
    words = f"goal: {clock(goal.at_most_s)} in {share_words(goal.in_share)}"
    left, height = _free(at, LETTER_BOLD * len(words), x, y, curves)
    return Markup("").join([
        line(at[0], at[1], at[0], y(0.0), class_="goal"),
        line(x.start, at[1], at[0], at[1], class_="goal"),
        tag("circle", cx=round(at[0], 1), cy=round(at[1], 1), r=5, class_="aim"),
        text(left, height, words, class_="n halo"),
    ])  # fmt: skip


def _free(at: tuple[float, float], wide: float, x: Axis, y: Axis, curves: Sequence[Path]) -> tuple[float, float]:
    """Return where the words of a goal begin: beside its upright line, as low as can be, where the fewest curves pass."""
    sides = [left for left in (at[0] + 8, at[0] - 8 - wide) if left > x.start and left + wide < x.end] or [at[0] + 8]
    heights = np.arange(y(0.0) - 8, at[1] + 14, -10.0).tolist() or [y(0.0) - 8]
    places = [(left, high) for high in heights for left in sides]
    return min(places, key=lambda place: sum(_passes(curve, place[0], place[0] + wide, place[1]) for curve in curves))


def _passes(curve: Path, left: float, right: float, foot: float) -> bool:
    """Return whether a curve, level up to each of its corners, passes through a line of text with its foot there."""
    before = [py for px, py in curve if px <= left]
    within = [py for px, py in curve if left < px <= right]
    heights = [*before[-1:], *within]
    return bool(heights) and min(heights) < foot + 5 and max(heights) > foot - 14


def progress_curves(
    means: Mapping[str, NDArray[np.float64]], horizon_s: float, *, whole: str, look: Look, title: str, mark: str
) -> Picture:
    """Return a mean count over time, one line per mix.

    means
        By mix, (points,) mean counts at even steps from 0 to the horizon.
    whole
        What is counted: 'people out of the building' or 'rooms secured'.
    """
    top = max((float(v.max()) for v in means.values()), default=0.0) or 1.0
    grid = np.linspace(0.0, horizon_s, max(v.size for v in means.values()))
    settled = max(int(np.argmax(np.abs(v - v[-1]) <= 0.0005 * top)) for v in means.values())
    end = min(horizon_s, round_up(float(grid[min(grid.size - 1, settled + 1)])))
    high = TOP + max(210, 34 * len(means)) + BELOW
    x, y = Axis(0.0, end, LEFT, WIDE - ASIDE), Axis(0.0, 1.03 * top, high - BELOW, TOP)
    ticks = [(v, f"{v:,.0f}" if top > 5 else f"{v:.3g}") for v in number_ticks(0.0, top)]
    parts = [side_axis(y, LEFT, WIDE - ASIDE, ticks), time_axis(x, TOP, high - BELOW)]
    ends, told = [], []
    for mix, mean in means.items():
        colour, dash = look.of(mix)
        kept = grid <= end
        path = straight([(x(t), y(v)) for t, v in zip(grid[kept], mean[kept], strict=True)])
        parts.append(tag("path", d=path, stroke=colour, stroke_dasharray=dash, class_=_class(mix, look)))
        last = float(np.interp(end, grid, mean))
        words = f"{count_words(last, _next_whole(last))} by {clock(end)}, on average"
        ends.append(Label(look.named(mix), (words,), y(last), colour, dash))
        told.append(f"{look.named(mix)}: {words}.")
    ends.sort(key=lambda one: one.at)
    parts.append(labels(ends, x=WIDE - ASIDE, top=TOP, bottom=high - BELOW))
    parts.append(text(LEFT, 10, f"{whole}, mean of all drills", class_="t"))
    return Picture(title, " ".join(told), Markup("").join(parts), WIDE, high, mark)


def _next_whole(value: float) -> float:
    """Return the next whole number, so that a mean just below it is not shown as it."""
    return float(np.ceil(value - 1e-9))


def mean_curves(played: PartitionedResults, scenario: str, curve: str) -> dict[str, NDArray[np.float64]]:
    """Return, by mix, the mean count of a curve over the drills of the seed; nothing where all are 0."""
    found = {}
    for mix in played.outline.mixes:
        values = played.curves.get((scenario, mix), {}).get(curve)
        if values is not None and len(values) and np.asarray(values).any():
            found[mix] = np.asarray(values, dtype=np.float64).mean(axis=0)
    return found


__all__ = ["Look", "mean_curves", "progress_curves", "response_curves"]
