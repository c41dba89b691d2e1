"""Comparison of all mixes of a study on the same drills: printed tables and a DataFrame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from drillsim.analysis.beyond_means import BeyondMean, beyond_mean, beyond_words
from drillsim.analysis.choice import choice
from drillsim.analysis.contrasts import (
    Difference,
    ResultRows,
    Summary,
    describe,
    differences,
    family_words,
    matters_of,
    matters_source,
    orders,
    sample,
)
from drillsim.analysis.estimators import Interval
from drillsim.analysis.portfolio.expected import Expected, expected
from drillsim.analysis.portfolio.model import Portfolio
from drillsim.analysis.portfolio.told import expected_table
from drillsim.analysis.variants.before_after import bases, before_after
from drillsim.analysis.wording import (
    difference_words,
    matters_words,
    p_words,
    quantile_words,
    short_name,
    shown,
    size_words,
    unit_of,
    unit_words,
)
from drillsim.escape import for_xml
from drillsim.quantities import clock
from drillsim.record.outline import Outline
from drillsim.record.presence import RARE, RARELY, joint_states

DAYS = "Counted by incident; intervals take each day as one observation, since its incidents share who is there."
"""Note below a table of whole days."""


@dataclass(frozen=True)
class Comparison:
    """All mixes of a study in one measure per scenario; `print` it, or use its `frame`.

    frame
        One row per scenario and mix. Times in seconds: mean_s is the restricted mean, ci95_* its t
        interval; p50_s and p90_s are missing where they lie beyond the horizon (p90_over_horizon);
        difference_s is mix minus `versus` over the same drills with its paired-t interval; p_holm is
        adjusted over the contrasts.
    """

    versus: str
    measures: tuple[tuple[str, str], ...]
    """Scenario and measure of each table."""
    frame: pd.DataFrame
    tables: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...]], ...]
    """Title, heads, lines and notes of each table as printed."""
    changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    """One row per variant and mix against the base: before, after, the paired difference, and costs; empty without variants."""

    expected: tuple[Expected, ...] = ()
    """The expected lines of a portfolio, one for each measure of its scenarios."""

    def __str__(self) -> str:
        """Return the tables as aligned text, one per scenario."""
        return "\n\n".join(_aligned(*table) for table in self.tables)

    def _repr_html_(self) -> str:
        parts = []
        for title, heads, lines, notes in self.tables:
            head = "".join(f"<th>{for_xml(h)}</th>" for h in heads)
            body = "".join(f"<tr>{''.join(f'<td>{for_xml(c)}</td>' for c in line)}</tr>" for line in lines)
            under = "".join(f"<p>{for_xml(note)}</p>" for note in notes)
            caption = f"<caption>{for_xml(title)}</caption>"
            parts.append(f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{under}")
        return "".join(parts)


def compare(
    results: ResultRows,
    *,
    measure: str | None = None,
    versus: str | None = None,
    base: str | None = None,
    portfolio: Portfolio | None = None,
) -> Comparison:
    """Compare all mixes of a study with `versus` on the same random drills, and variants of a scenario with their base.

    measure
        A column of `record/columns.py`; by default the primary measure of each scenario.
    versus
        Name of the mix the others are compared with; by default the present one.
    base
        Name of the scenario with which all others of its family are compared, mix by mix; by default every scenario that has
        variants (what-ifs by `vary`, overrides, rows of `Study.from_frame`) is compared with these.
    portfolio
        Incidents of each scenario in a year: adds the expected line of each mix; by default that of the results, if any.

    Raises ResultError for a name that the results do not have, and for a base that met other drills than the rest.
    """
    outline = results.outline
    other = versus or outline.present
    rows, tables, chosen = [], [], []
    for scenario, line in outline.scenarios.items():
        name = measure or line.primary
        chosen.append((scenario, name))
        found = {mix: describe(results, scenario, mix, name) for mix in outline.mixes}
        apart = {d.mix: d for d in differences(results, scenario, name, other)}
        beyond = {mix: beyond_mean(results, scenario, one) for mix, one in apart.items()}
        rows += [
            _frame_row(scenario, mix, name, s, apart.get(mix)) | _beyond_cells(name, beyond.get(mix))
            for mix, s in found.items()
        ]
        chosen_from = choice(results, scenario, name)
        title, heads, lines, notes = _table(outline, scenario, name, other, found, apart, chosen_from.words(outline))
        more_notes = [
            beyond_words(outline, list(beyond.values())),
            *remarks(results, scenario, name, list(apart.values())),
        ]
        tables.append((title, heads, lines, (*notes, *filter(None, more_notes))))
    changed: list[dict[str, object]] = []
    for start in bases(outline) if base is None else [base]:
        others = None if base is None else [n for n, line in outline.scenarios.items() if n != base and not line.of]
        table, more = before_after(results, start, measure=measure, variants=others)
        tables.append(table)
        changed += more
    weighed = portfolio or getattr(results, "portfolio", None)
    weighed_lines = expected(results, weighed, versus=other) if weighed is not None else []
    tables += [expected_table(outline, one) for one in weighed_lines]
    return Comparison(
        other, tuple(chosen), pd.DataFrame(rows), tuple(tables), pd.DataFrame(changed), expected=tuple(weighed_lines)
    )


def _frame_row(scenario: str, mix: str, measure: str, one: Summary, apart: Difference | None) -> dict[str, object]:
    tail = "_s" if unit_of(measure) == "s" else ""
    pair = apart.paired if apart else None
    gap = pair.difference if pair else Interval(None, None, None)
    return {
        "scenario": scenario, "mix": mix, "measure": measure,
        f"mean{tail}": one.mean.value, f"ci95_low{tail}": one.mean.low, f"ci95_high{tail}": one.mean.high,
        f"p50{tail}": one.p50.value, f"p90{tail}": one.p90.value,
        f"p90_low{tail}": one.p90.low, f"p90_high{tail}": one.p90.high, "p90_over_horizon": one.p90.over,
        "reached": one.reached, "runs": one.n, "not_applicable": one.not_applicable, "failed": one.failed,
        f"difference{tail}": gap.value, f"difference_low{tail}": gap.low, f"difference_high{tail}": gap.high,
        "pairs": pair.n if pair else None, "variance_reduction": pair.variance_reduction if pair else None,
        "remark": apart.remark if apart else "", "p_holm": apart.p_holm if apart else None,
        "share_faster": pair.share_faster if pair else None, "share_tied": pair.share_tied if pair else None,
        "verdict": apart.verdict if apart else "", "drills_more": apart.drills_more if apart else None,
    }  # fmt: skip


def _beyond_cells(measure: str, found: BeyondMean | None) -> dict[str, object]:
    tail, gap = "_s" if unit_of(measure) == "s" else "", found.p90 if found else Interval(None, None, None)
    return {
        f"p90_difference{tail}": gap.value, f"p90_difference_low{tail}": gap.low, f"p90_difference_high{tail}": gap.high,
        "dominates": found.dominates if found else None,
    }  # fmt: skip


def _table(
    outline: Outline,
    scenario: str,
    measure: str,
    other: str,
    found: dict[str, Summary],
    apart: dict[str, Difference],
    best: str,
) -> tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...]]:
    unit, tau = unit_of(measure), outline.scenarios[scenario].horizon_s
    won = "faster in" if unit == "s" else "lower in"
    heads = (
        "mix",
        "mean",
        "half by",
        "9 of 10 by",
        "reached",
        f"against {outline.label(other)} (95 %)",
        "p",
        won,
        "",
    )
    lines = []
    for mix, one in found.items():
        pair = apart.get(mix)
        cells = [difference_words(pair.paired.difference, unit), p_words(pair.p_holm)] if pair else ["", ""]
        wins = pair.paired.share_faster if pair else None
        lines.append((
            outline.label(mix), shown(one.mean.value, unit), quantile_words(one.p50, tau, unit),
            quantile_words(one.p90, tau, unit), f"{one.reached} of {one.n}",
            *cells, "" if wins is None else f"{100 * wins:.0f} %", pair.verdict if pair else "",
        ))  # fmt: skip
    what = f"{short_name(measure)} ({measure})"
    title = f"{outline.title(scenario)}: {what}, {size_words(outline, scenario)} per mix, seed {outline.seed}"
    notes = [
        f"The same random {'days' if outline.scenarios[scenario].day else 'drills'} for every mix."
        + (f" p: paired t, Holm over {family_words(len(apart))}." if apart else "")
    ]
    if unit == "s":
        notes[-1] += " Below 0: faster."
    if apart:
        notes.insert(0, best)
        line = outline.scenarios[scenario]
        notes.append(f"What matters: {matters_words(matters_of(line, measure), unit)}{matters_source(line, measure)}.")
    if unit == "s" and any(s.reached < s.n for s in found.values()):
        notes.append(
            f"{unit_words(outline.scenarios[scenario]).capitalize()}s that did not get there count as {clock(tau)} (the horizon) in means and differences."
        )
    for mix, one in found.items():
        if one.not_applicable or one.failed:
            told = [(one.not_applicable, "without this measure"), (one.failed, "failed")]
            left = ", ".join(f"{k} {what}" for k, what in told if k)
            notes.append(f"{outline.label(mix)}: {left}, left out.")
    return title, heads, tuple(lines), tuple(notes)


def remarks(played: ResultRows, scenario: str, measure: str, apart: Sequence[Difference]) -> list[str]:
    """Return the notes below a table of mixes in one measure."""
    notes = []
    outline = played.outline
    if outline.scenarios[scenario].day:
        notes.append(DAYS)
    weighed = [words for mix in outline.mixes if (words := presence_words(played, scenario, mix, measure))]
    if weighed:
        notes.append(f"Presence is weighed: {'; '.join(weighed)}.")
    gains = [(d.mix, d.paired.variance_reduction) for d in apart if d.paired.variance_reduction is not None]
    if gains:
        told = ", ".join(f"{outline.label(mix)} {gain:.1f}" for mix, gain in gains)
        notes.append(f"The same drills divide the variance of the difference by: {told}.")
    untested = Counter(d.remark for d in apart if d.remark)
    for words in untested:
        notes.append(f"{', '.join(outline.label(d.mix) for d in apart if d.remark == words)}: {words}.")
    found = orders(played, scenario, measure)
    if found is not None and len(found[0]) > 1:
        notes.append(order_words(played, scenario, *found))
    return notes


def order_words(played: ResultRows, scenario: str, order: Sequence[str], to_half: Sequence[str]) -> str:
    """Return the order of the mixes, and whether it is another at half the horizon, and at twice where that was played."""
    outline, horizon_s = played.outline, played.outline.scenarios[scenario].horizon_s
    told = [("half", horizon_s / 2, to_half)]
    longer: Mapping[str, Sequence[str]] = getattr(played, "twice_horizon", None) or {}
    if scenario in longer:
        told.append(("twice", horizon_s * 2, longer[scenario]))
    parts = [f"Order by mean: {', '.join(map(outline.label, order))}."]
    for what, until_s, other in told:
        words = "the same" if tuple(other) == tuple(order) else ", ".join(map(outline.label, other))
        parts.append(f"Watched to {what} the horizon ({clock(until_s)}): {words}.")
    return " ".join(parts)


def presence_words(played: ResultRows, scenario: str, mix: str, measure: str) -> str:
    """Return the least likely state of a mix: how likely it is, and how often it was played; '' where nothing is left to chance."""
    line = played.outline.scenarios[scenario]
    law = line.chances.get(mix)
    drills = sample(played, scenario, mix, measure).drills
    if law is None or not (law.units or law.weekdays) or not drills.states:
        return ""
    common = [(str(states[0]), p) for states, p in joint_states([law], least=RARE)]
    label, seen = played.outline.label(mix), Counter(drills.states)
    rare = sum(number for word, number in seen.items() if word.startswith(RARELY))
    if rare:
        p = 1.0 - sum(p for _, p in common)
        return f"{label}: states below 1 %, together {100 * p:.2g} % of days, played {_times(rare)}"
    words, p = common[-1]
    return f"{label}: {words}, {100 * p:.3g} % of days, played {_times(seen[words])}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _aligned(title: str, heads: Sequence[str], lines: Sequence[Sequence[str]], notes: Sequence[str]) -> str:
    widths = [max(len(row[i]) for row in (heads, *lines)) for i in range(len(heads))]
    last = len(heads) - 1

    def text(row: Sequence[str]) -> str:
        cells = [c.ljust(w) if i in (0, last) else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        return "  ".join(cells).rstrip()

    return "\n".join([title, "", text(heads), *(text(line) for line in lines), "", *notes])


__all__ = ["Comparison", "bases", "before_after", "compare"]
