"""Expected lines told: as a table with notes, and as data for summary.json."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drillsim.analysis.contrasts import Difference
from drillsim.analysis.estimators import Interval
from drillsim.analysis.portfolio.expected import Expected, LeadChange, incident_words, number_words
from drillsim.analysis.wording import difference_words, matters_words, p_words, question, shown, unit_of
from drillsim.record.outline import Outline
from drillsim.record.store import DECIMALS

Printed = tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...]]
"""Title, heads, lines and notes of a table."""


def expected_table(outline: Outline, found: Expected) -> Printed:
    """Return one line per mix: mean of an incident, sum over a year, and the difference to the mix it is compared with."""
    unit = unit_of(found.measure)
    apart = {one.mix: one for one in found.differences}
    versus = found.differences[0].versus if found.differences else outline.present
    heads = (
        "mix", "mean of an incident (95 %)", "all of a year", f"against {outline.label(versus)} (95 %)", "p",
        "faster in" if unit == "s" else "lower in", "",
    )  # fmt: skip
    lines = tuple(_line(outline, found, mix, apart.get(mix)) for mix in outline.mixes)
    title = f"Expected over a year, {question(found.measure)}: {incident_words(outline, found)}"
    return title, heads, lines, tuple(_notes(outline, found))


def _line(outline: Outline, found: Expected, mix: str, apart: Difference | None) -> tuple[str, ...]:
    unit, line = unit_of(found.measure), found.lines[mix]
    wins = apart.paired.share_faster if apart else None
    against = [difference_words(apart.paired.difference, unit), p_words(apart.p_holm)] if apart else ["", ""]
    return (
        outline.label(mix), _interval_words(line, unit), _year_words(line.value, found.per_year, unit), *against,
        "" if wins is None else f"{100 * wins:.0f} %", apart.verdict if apart else "",
    )  # fmt: skip


def _interval_words(line: Interval, unit: str) -> str:
    text = shown(line.value, unit)
    return (
        text
        if line.low is None or line.high is None
        else f"{text} ({shown(line.low, unit)} to {shown(line.high, unit)})"
    )


def _year_words(value: float | None, per_year: float, unit: str) -> str:
    if value is None:
        return shown(None)
    total = value * per_year
    return f"{total / 60:,.0f} min" if unit == "s" else f"{total:,.4g} {'' if unit == 'share' else unit}".strip()


def _notes(outline: Outline, found: Expected) -> list[str]:
    label = outline.label
    stated = f"as stated ({found.source})" if found.source else "as stated"
    notes = [
        f"Means weighed by incidents a year. The intervals tell chance alone; the numbers a year are taken {stated}."
    ]
    if found.best is None:
        return notes
    if len(outline.mixes) > 1:
        notes.append(found.chosen.words(outline))
        told = [f"{_turn_words(outline, one)}." for one in found.turns]
        lasts = told or ["No number a year of one incident alone changes that."]
        notes.append(" ".join([f"Lowest line: {label(found.best)}.", *lasts]))
    if any(one.range != (one.usual, one.usual) for one in found.frequencies.values()) and len(outline.mixes) > 1:
        ahead = ", ".join(label(mix) for mix in found.ahead_in_range)
        notes.append(
            f"Somewhere in the stated ranges lower: {ahead}."
            if ahead
            else f"It stays {label(found.best)} everywhere in the stated ranges."
        )
    if found.differences:
        notes.append(f"What matters: {matters_words(found.differences[0].matters, unit_of(found.measure))}.")
    return notes


def _turn_words(outline: Outline, turn: LeadChange) -> str:
    """Return "With 'A fight' fewer than 3.2 a year (95 %: 1.1 to 6.4) it would be Two guards"."""
    word = "fewer" if turn.is_below else "more"
    high = "no limit" if turn.at.high is None else number_words(turn.at.high)
    span = f"95 %: {number_words(turn.at.low)} to {high}"
    what = f"'{outline.title(turn.scenario)}' {word} than {number_words(turn.at.weight)} a year ({span})"
    return f"With {what} it would be {outline.label(turn.mix)}"


def expected_data(found: Expected, difference: Callable[[Difference], Mapping[str, Any]]) -> dict[str, Any]:
    """Return an expected line as data for JSON.

    difference
        Makes data of a difference, as `comparisons` of summary.json hold it.
    """
    return {
        "measure": found.measure,
        "per_year": {
            name: {"low": one.range[0], "usual": one.usual, "high": one.range[1], "source": one.source}
            for name, one in found.frequencies.items()
        },
        "mixes": {mix: _line_data(line, found.per_year) for mix, line in found.lines.items()},
        "source": found.source,
        "comparisons": [dict(difference(one)) for one in found.differences],
        "possibly_best": list(found.chosen.best),
        "lowest": found.best,
        "changes_at": [_turn_data(one) for one in found.turns],
        "lower_in_range": list(found.ahead_in_range),
    }


def _line_data(line: Interval, per_year: float) -> dict[str, Any]:
    limits = [line.low, line.high]
    return {
        "mean": _number(line.value), "ci95": [_number(v) for v in limits],
        "year": _number(line.value, per_year), "year_ci95": [_number(v, per_year) for v in limits],
    }  # fmt: skip


def _turn_data(turn: LeadChange) -> dict[str, Any]:
    limits = [_number(turn.at.low), _number(turn.at.high)]
    side = "below" if turn.is_below else "above"
    return {
        "scenario": turn.scenario,
        "per_year": _number(turn.at.weight),
        "ci95": limits,
        "side": side,
        "lowest": turn.mix,
    }


def _number(value: float | None, times: float = 1.0) -> float | None:
    return None if value is None else round(value * times, DECIMALS) + 0.0
