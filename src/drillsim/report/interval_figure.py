"""The chart of where the time goes: the intervals that add up to a measure, one bar per mix (rule B27).

A responder's arrival that makes the response able has intervals of its own in the row (`LEGS`). Any other measure is split at
the stamps that lead to it (`CHAINS`), in this order; with T the measure and s_i the stamps,

    t_0 = 0,  t_i = min(max(t_(i-1), s_i), T),  the last is T;  interval i = t_i - t_(i-1)

so that no interval is negative and they add up to T. A stamp that a drill does not have costs no time.
"""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from drillsim.analysis.contrasts import ResultRows, rows_of, sample
from drillsim.analysis.wording import money_words, question, short_name, size_words
from drillsim.quantities import clock
from drillsim.record.columns import CHAINS, LEGS, status_name
from drillsim.report.chart_style import FILLS, NOTE, clock_axis, frame, house_style, round_up, titled

ABLE = "able_on_scene_s"
"""The measure that the intervals of the row add up to."""


def study_note(played: ResultRows, more: str = "", *, weighed: str = "") -> str:
    """Return the note below a chart: number of drills, common random numbers, seed, `more`, and the standing caveat.

    weighed
        The scenario of a chart that also counts the drills which were added for rare presences.
    """
    outline = played.outline
    added = sum(outline.scenarios[weighed].added.values()) if weighed else 0
    also = f" and {added:,} more of rare presences, weighed by their chance" if added else ""
    head = f"{size_words(outline)} per mix{also}, the same random drills for every mix, seed {outline.seed}."
    return " ".join(part for part in (head, more, NOTE) if part)


def mix_label(played: ResultRows, mix: str, *, alike: bool = False) -> str:
    """Return the label of a mix, wrapped at 24 characters in two lines; one for all mixes where their lines coincide."""
    if alike:
        return "All mixes alike"
    text = played.outline.label(mix) + (" (present)" if mix == played.outline.present else "")
    return textwrap.fill(text, 24, max_lines=2, placeholder=" ...")


def cost_label(played: ResultRows, mix: str) -> str:
    """Return the label of a mix with its middle yearly cost, wrapped in two lines; without one where no mix costs anything."""
    outline = played.outline
    if not any(line.cost_high for line in outline.mixes.values()):
        return mix_label(played, mix)
    line = outline.mixes[mix]
    cost = money_words(line.cost_mid, line.cost_mid, line.cost_mid if line.cost_high else 0.0)
    name = textwrap.shorten(outline.label(mix), 26, placeholder=" ...")
    return f"{name}\n{cost} a year" + (" (present)" if mix == outline.present else "")


def intervals_of(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the intervals of a measure in the drills that reached it, one column each by its words; none without a chain."""
    rows = rows[rows["status"] == "done"]
    if status_name(measure) in rows:
        rows = rows[rows[status_name(measure)] == "reached"]
    if measure == ABLE:
        legs = rows.reindex(columns=pd.Index([c.name for c in LEGS])).dropna(how="all").fillna(0.0)
        return legs.set_axis([c.short for c in LEGS], axis="columns")
    if measure not in CHAINS or measure not in rows:
        return pd.DataFrame()
    total = rows[measure].to_numpy(dtype=np.float64)
    before, found = np.zeros(len(rows)), {}
    for stamp in CHAINS[measure]:
        own = rows[stamp].to_numpy(dtype=np.float64) if stamp in rows else np.full(len(rows), np.nan)
        now: NDArray[np.float64] = np.minimum(np.fmax(before, own), total)
        found[f"to {short_name(stamp)}"], before = now - before, now
    found[f"to {short_name(measure)}"] = total - before
    return pd.DataFrame(found, index=rows.index)


def interval_means(
    played: ResultRows, scenario: str, measure: str | None = None
) -> dict[str, tuple[dict[str, float], int, int]]:
    """Return, per mix, the mean intervals over the drills that have them, the number of these, and of all drills.

    Drills are weighed by presence, as everywhere, so that the intervals add up to the mean of the drills that got there.

    measure
        The measure that they add up to; the primary one where None.
    """
    outline, out = played.outline, {}
    name = measure or outline.scenarios[scenario].primary
    for mix in outline.mixes:
        found = intervals_of(rows_of(played, scenario, mix, added=True), name)
        one = sample(played, scenario, mix, name)
        weights = pd.Series(one.weighed.weights() if one.numbers.size else [], index=one.row, dtype="float64")
        share = weights.reindex(found.index).fillna(0.0)
        means = {str(c): float((found[c] * share).sum() / share.sum()) for c in found} if share.sum() > 0 else {}
        out[mix] = (means, len(found) if means else 0, int(one.numbers.size))
    return out


def interval_title(measure: str) -> str:
    """Return the title of the chart after that of the scenario."""
    wanted = "somebody is able to act" if measure == ABLE else short_name(measure)
    return f"where the time goes until {wanted}" if measure == ABLE else f"where the time goes ({question(measure)})"


def plot_intervals(played: ResultRows, scenario: str, *, measure: str | None = None) -> Figure:
    """Plot the mean intervals from the onset to a measure, stacked, one bar per mix; the primary measure where None."""
    outline = played.outline
    name = measure or outline.scenarios[scenario].primary
    means, mixes = interval_means(played, scenario, name), list(outline.mixes)[::-1]
    words = list(dict.fromkeys(word for found, _, _ in means.values() for word in found))
    with house_style():
        figure, (axes,) = frame(2.35 + 0.48 * len(mixes), left_in=2.15, right_in=1.35, top_in=0.95)
        left = np.zeros(len(mixes))
        longest = max((sum(means[m][0].values()) for m in mixes), default=0.0) or 1.0
        for word, fill in zip(words, FILLS, strict=False):
            width = np.array([means[m][0].get(word, 0.0) for m in mixes])
            axes.barh(mixes_at(mixes), width, left=left, color=fill, edgecolor="white", lw=0.4, label=word, height=0.66)
            for y, (start, size) in enumerate(zip(left, width, strict=True)):
                if size >= 0.075 * longest:
                    ink = "white" if fill in ("#0072B2", "#000000", "#D55E00", "#009E73") else "black"
                    axes.text(start + size / 2, y, clock(size), ha="center", va="center", fontsize=8, color=ink)
            left += width
        for y, mix in enumerate(mixes):
            _, k, n = means[mix]
            nobody = "nobody came" if name == ABLE else "not reached"
            text = f"{clock(left[y])}  ({k} of {n})" if k else f"{nobody}  (0 of {n})"
            axes.text(left[y] + 0.012 * longest, y, text, va="center", fontsize=8.5)
        axes.set_yticks(range(len(mixes)), [cost_label(played, m) for m in mixes])
        axes.tick_params(axis="y", length=0)
        clock_axis(axes, round_up(longest), most=6)
        axes.set_xlabel("mean time since the onset (m:ss)")
        if words:
            axes.legend(loc="lower left", bbox_to_anchor=(-0.44, 1.01), ncols=4, frameon=False, fontsize=8,
                        handlelength=1.2, columnspacing=1.4, borderaxespad=0.0)  # fmt: skip
        note = "Mean over the drills in which it was reached (in brackets)."
        if name == ABLE:
            note += " From outside: 'to set off' is call to entry."
        titled(figure, f"{outline.title(scenario)}: {interval_title(name)}", study_note(played, note, weighed=scenario))
    return figure


def mixes_at(mixes: list[str]) -> NDArray[np.float64]:
    """Return the heights of the bars, shape (mixes,)."""
    return np.arange(len(mixes), dtype=np.float64)


def intervals_told(played: ResultRows, scenario: str, measure: str) -> str:
    """Return the caption of the chart: the mean intervals of each mix, in words."""
    nobody = "nobody came" if measure == ABLE else "not reached"
    parts = []
    for mix, (means, k, n) in interval_means(played, scenario, measure).items():
        told = ", ".join(f"{word} {clock(size)}" for word, size in means.items()) if k else nobody
        parts.append(f"{played.outline.label(mix)} ({k} of {n} drills): {told}")
    return "; ".join(parts) + "."
