"""Formatting of numbers as text: times as m:ss, differences with their interval, shares in per cent."""

from __future__ import annotations

from collections.abc import Callable

from drillsim.analysis.estimators import Interval, Quantile
from drillsim.quantities import clock
from drillsim.record.columns import BY_NAME
from drillsim.record.outline import Outline, ScenarioLine

NONE = "-"
"""Text of a missing number."""


def drills(count: int, what: str = "drill") -> str:
    """Return '1 drill', '100 drills', or as many of something else."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def size_words(outline: Outline, *scenarios: str) -> str:
    """Return how many drills, or school days, a study plays of each mix, in some of its scenarios or in all."""
    days = {outline.scenarios[name].day for name in scenarios or outline.scenarios}
    return drills(
        outline.runs, {(True,): "school day", (False, True): "drill or day"}.get(tuple(sorted(days)), "drill")
    )


def unit_words(line: ScenarioLine) -> str:
    """Return what the figures of a scenario count: the drill, or of a school day the incident."""
    return "incident" if line.day else "drill"


def needs_words(more: int | None, what: str = "drill") -> str:
    """Return 'needs about 240 drills more', the number rounded up to two digits; 'no clear difference' for none."""
    if more is None:
        return "no clear difference"
    step = 10 ** max(0, len(str(more)) - 2)
    return f"needs about {drills(-(-more // step) * step, what)} more"


def unit_of(measure: str) -> str:
    """Return the unit of a measure; seconds for an unlisted name that ends in _s, else ''."""
    column = BY_NAME.get(measure)
    return column.unit if column else ("s" if measure.endswith("_s") else "")


def short_name(measure: str) -> str:
    """Return the short name of a measure, for titles and column heads; the measure itself where unlisted."""
    column = BY_NAME.get(measure)
    return (column.short or column.meaning) if column else measure


def question(measure: str) -> str:
    """Return the question that a measure answers: 'how soon able to act' for a time, the short name for a count."""
    return f"how soon {short_name(measure)}" if unit_of(measure) == "s" else short_name(measure)


def shown(value: float | None, unit: str = "s") -> str:
    """Return a value in its unit: seconds as m:ss, shares in per cent, others with 4 digits; '-' for none."""
    if value is None:
        return NONE
    if unit == "s":
        return clock(value)
    return share_words(value) if unit == "share" else f"{value:.4g}"


def share_words(value: float) -> str:
    """Return a share in whole per cent; '> 99 %' for what is not the whole, '< 1 %' for what is not nothing."""
    if 0.995 <= value < 1.0:
        return "> 99 %"
    return "< 1 %" if 0.0 < value < 0.005 else f"{100 * value:.0f} %"


def count_words(value: float, whole: float | None = None) -> str:
    """Return a mean count, whole where it is; '24.9' for what is not quite the `whole` of 25, '< 1' for what is not nothing."""
    near = f"{value:,.0f}"
    if value and near == "0":
        return f"{value:.1f}" if value >= 0.05 else "< 0.1"
    if whole is not None and value < whole and near == f"{whole:,.0f}":
        return f"{value:,.1f}" if whole - value >= 0.05 else f"< {whole:,.0f}"
    return near


def quantile_words(q: Quantile, horizon_s: float, unit: str = "s") -> str:
    """Return a quantile, or '> 30:00' where it lies beyond the horizon."""
    return f"> {shown(horizon_s, unit)}" if q.over else shown(q.value, unit)


def difference_words(difference: Interval, unit: str = "s") -> str:
    """Return a difference with its interval, such as '-23.1 s (-27.0 to -19.2)'; m:ss from 100 s on."""
    value = difference.value
    if value is None:
        return NONE
    largest = max(abs(v) for v in (value, difference.low, difference.high) if v is not None)
    if unit == "s" and largest >= 99.95:
        number, tail = _signed_clock, ""
    elif unit == "share":
        number, tail = _signed_points, " points"
    elif unit == "s":
        number, tail = _signed_tenth, " s"
    else:
        number, tail = _signed_short, ""
    text = f"{number(value)}{tail}"
    if difference.low is None or difference.high is None:
        return text
    return f"{text} ({number(difference.low)} to {number(difference.high)})"


def interval_words(found: Interval, words: Callable[[float | None], str]) -> str:
    """Return an estimate with its interval, such as '3:20 (2:58 to 3:41)'; alone where there is no interval."""
    text = words(found.value)
    return text if found.low is None or found.high is None else f"{text} ({words(found.low)} to {words(found.high)})"


def span_words(low: float, high: float, unit: str = "s") -> str:
    """Return a span of differences without signs of more, such as '9.0 to 40.1 s', '1:30 to 2:10' or '3.0 to 5.0 points'."""
    if unit == "s":
        return f"{low:.1f} to {high:.1f} s" if max(abs(low), abs(high)) < 99.95 else f"{clock(low)} to {clock(high)}"
    if unit == "share":
        return f"{100 * low:.1f} to {100 * high:.1f} points"
    return f"{low:.3g} to {high:.3g}"


def _signed_clock(value: float) -> str:
    text = clock(abs(value))
    return text if text == "0:00" else ("-" if value < 0 else "+") + text


def _signed_points(value: float) -> str:
    return _unzero(f"{100 * value:+.1f}")


def _signed_tenth(value: float) -> str:
    return _unzero(f"{value:+.1f}")


def _signed_short(value: float) -> str:
    return f"{value + 0.0:+.3g}" if value else "0"


def _unzero(text: str) -> str:
    return text[1:] if float(text) == 0 else text


def matters_words(matters: float, unit: str = "s") -> str:
    """Return a difference that matters: '10 s', '2:00', '5 points', '1 room'."""
    if unit == "s":
        return f"{matters:.3g} s" if matters < 100 else clock(matters)
    if unit == "share":
        return f"{100 * matters:.3g} points"
    return f"{matters:,.4g} {unit.removesuffix('s') if matters == 1 and unit in ('rooms', 'persons') else unit}".strip()


def p_words(p: float | None) -> str:
    """Return a p-value with three decimals, '< 0.001' below that, '-' for none."""
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def money_words(low: float, mid: float, high: float) -> str:
    """Return a yearly cost in thousand USD with its range, if any, such as '$95k (75k to 180k)'."""
    if high == 0:
        return "$0"
    text = f"${mid / 1000:,.0f}k"
    return text if low == high else f"{text} ({low / 1000:,.0f}k to {high / 1000:,.0f}k)"
