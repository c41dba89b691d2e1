"""Staffing compared, scenario by scenario: curves, table, paired differences, what is possibly best, and where the time goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from drillsim.analysis.choice import choice
from drillsim.analysis.contrasts import PartitionedResults, matters_of, matters_source, rows_of
from drillsim.analysis.selection.money import money_notes
from drillsim.analysis.wording import matters_words, question, size_words, unit_of
from drillsim.quantities import clock
from drillsim.report.interval_figure import ABLE, interval_means, interval_title
from drillsim.report.page.answer import asked, asked_measures, comparison
from drillsim.report.page.parts.bars import Range, Stack, ranges, stacked
from drillsim.report.page.parts.curves import Look, response_curves
from drillsim.report.page.parts.svg import Picture
from drillsim.report.page.parts.tables import HtmlTable
from drillsim.report.page.parts.told import Numbers, Told, say, short
from drillsim.report.study_figures import coincide


@dataclass(frozen=True)
class Compared:
    """A measure of a scenario with its charts and table; without them where one that stands above says the same."""

    measure: str
    title: str
    curves: Picture | None
    table: HtmlTable | None
    differences: Picture | None
    notes: tuple[Any, ...]


def compared(played: PartitionedResults, numbers: Numbers, scenario: str, *, look: Look, mark: str) -> list[Compared]:
    """Return every measure that a scenario asks for, the primary one first."""
    outline, found = played.outline, list[Compared]()
    for measure in asked_measures(outline, scenario):
        if unit_of(measure) != "s" or not any(numbers.has(scenario, mix, measure) for mix in outline.mixes):
            continue
        same = next((one for one in measures_of(found) if coincide(played, scenario, one, measure)), None)
        if same is not None:
            note = f"The same as '{asked(same)}' above, drill by drill: what is said there holds here. Only the goal may differ."
            found.append(Compared(measure, asked(measure), None, None, None, (note,)))
            continue
        title = f"{short(outline.title(scenario), 60)}: {question(measure)}"
        curves = response_curves(played, numbers, scenario, measure, look=look, title=title, mark=mark)
        found.append(
            Compared(
                measure, asked(measure), curves, mix_table(played, numbers, scenario, measure),
                _differences(played, numbers, scenario, measure, look, mark), _notes(played, scenario, measure),
            )
        )  # fmt: skip
    return found


def measures_of(found: Sequence[Compared]) -> list[str]:
    """Return the measures that have charts of their own."""
    return [one.measure for one in found if one.curves is not None]


def mix_table(played: PartitionedResults, numbers: Numbers, scenario: str, measure: str) -> HtmlTable:
    """Return one row per mix: cost, mean, half by, 9 of 10 by, reached, over before anyone came, and against today."""
    outline = played.outline
    costs = any(line.cost_high for line in outline.mixes.values())
    over = _over(played, scenario)
    heads = ["staffing", *(["cost a year"] if costs else []), "mean", "half by", "9 of 10 by", "happened in",
             "against today (95 %)", "p", "faster in", "verdict"]  # fmt: skip
    rows = []
    for mix in outline.mixes:
        told = [numbers.measure(scenario, mix, measure, what) for what in ("mean", "p50", "p90")]
        reached = say("{} of {}", *(numbers.measure(scenario, mix, measure, what) for what in ("reached", "runs")))
        index = comparison(numbers, scenario, mix, measure)
        tail: list[Any] = ["today", "", "", ""] if mix == outline.present else ["", "", "", ""]
        if index is not None:
            verdict = numbers.scenario(scenario)["comparisons"][index]["verdict"] or ""
            tail = [
                numbers.difference(scenario, index),
                numbers.p(scenario, index),
                numbers.wins(scenario, index),
                verdict,
            ]
        rows.append([
            short(outline.label(mix)), *([numbers.cost(scenario, mix)] if costs else []), *told, reached,
            *tail,
        ])  # fmt: skip
    line = outline.scenarios[scenario]
    matters = matters_words(matters_of(line, measure), unit_of(measure)) + matters_source(line, measure)
    notes = [
        say(
            "{} of the seed per staffing, the same for each; those added for rare presences are weighed by their chance. {} in which "
            "it did not happen by {}, to which it is watched, counts as that in means and differences. What matters: {}. "
            "p: paired t test, Holm over all staffings of this table.",
            size_words(outline, scenario), "An incident" if line.day else "A drill", numbers.horizon(scenario), matters,
        )
    ]  # fmt: skip
    if over:
        counts = ", ".join(f"{short(outline.label(mix), 60)} {words}" for mix, words in over.items())
        notes.append(
            say(
                "Over by itself before anyone came: {} drills of the seed; times count on until somebody is there.",
                counts,
            )
        )
    return HtmlTable(f"{short(outline.title(scenario), 60)}: {question(measure)}", heads, rows, notes)


def _over(played: PartitionedResults, scenario: str) -> dict[str, str]:
    """Return in how many drills of the seed the incident was over before anyone came, by mix; nothing where it never was."""
    rows = rows_of(played, scenario)
    rows = rows[rows["status"] == "done"]
    if "over_before_anyone_came" not in rows or not rows["over_before_anyone_came"].fillna(0).astype(bool).any():
        return {}
    flags = rows["over_before_anyone_came"].fillna(0).astype(bool)
    return {
        str(mix): f"{int(flags[rows['mix'] == mix].sum())} of {int((rows['mix'] == mix).sum())}"
        for mix in played.outline.mixes
    }


def _differences(
    played: PartitionedResults, numbers: Numbers, scenario: str, measure: str, look: Look, mark: str
) -> Picture | None:
    """Return the paired differences to the present mix with what matters; None where there are none."""
    outline, lines = played.outline, []
    for mix in outline.mixes:
        index = comparison(numbers, scenario, mix, measure)
        if index is None:
            continue
        one = numbers.scenario(scenario)["comparisons"][index]
        if one["mean_difference"] is None:
            continue
        clear = one["verdict"] in ("faster", "slower", "lower", "higher")
        gap = numbers.difference(scenario, index)
        lines.append(
            Range(
                look.named(mix),
                one["mean_difference"],
                one["ci95"][0],
                one["ci95"][1],
                clear,
                (gap,),
                one["verdict"] or "",
            )
        )
    if not lines:
        return None
    line = outline.scenarios[scenario]
    title = f"{short(outline.title(scenario), 60)}: {question(measure)}, against {short(outline.label(outline.present), 40)} (today)"
    note = (
        "Bars: 95 % intervals of the mean difference on the same drills. Filled: faster or slower by p below 0.05, and not "
        "surely less than what matters (the shaded band)."
    )
    return ranges(lines, unit=unit_of(measure), title=title, mark=mark, matters=matters_of(line, measure), note=note)


def _notes(played: PartitionedResults, scenario: str, measure: str) -> tuple[Any, ...]:
    """Return which mixes are possibly best, and for the primary measure what money buys."""
    outline = played.outline
    if len(outline.mixes) < 2:
        return ()
    chosen = choice(played, scenario, measure)
    money = money_notes(played, scenario, chosen) if measure == outline.scenarios[scenario].primary else []
    return (chosen.words(outline), *money)


def intervals(played: PartitionedResults, scenario: str, *, look: Look, mark: str) -> list[Any]:
    """Return the bars and the table of where the time goes, for every measure that a scenario asks for."""
    once: list[str] = []
    for measure in asked_measures(played.outline, scenario):
        if not any(coincide(played, scenario, one, measure) for one in once):
            once.append(measure)
    found = [_intervals(played, scenario, measure, look, mark) for measure in once]
    told = [
        (say("<h4>{}</h4>", _headed(measure)), *pair) for measure, pair in zip(once, found, strict=True) if any(pair)
    ]
    return [part for parts in told for part in parts if part is not None]


def _headed(measure: str) -> str:
    """Return what a chart of intervals leads to, as a heading."""
    words = interval_title(measure)
    return words[0].upper() + words[1:]


def _intervals(
    played: PartitionedResults, scenario: str, measure: str, look: Look, mark: str
) -> tuple[Picture | None, HtmlTable | None]:
    """Return where the time goes until a measure, as bars and as a table; None where it has no intervals."""
    means = interval_means(played, scenario, measure)
    words = list(dict.fromkeys(word for found, _, _ in means.values() for word in found))
    if not words:
        return None, None
    nobody = "nobody came" if measure == ABLE else "not reached"
    stacks, rows = [], []
    for mix, (found, k, n) in means.items():
        total = clock(sum(found.values())) if k else nobody
        stacks.append(Stack(look.named(mix), found, f"{total} ({k} of {n})" if k else f"{nobody} (0 of {n})"))
        lengths = (Told(clock(found[w]) if w in found else "–") for w in words)
        rows.append([look.named(mix), *lengths, Told(total), Told(f"{k} of {n}")])
    title = f"{short(played.outline.title(scenario), 60)}: {interval_title(measure)}"
    note = "Means over the drills in which it happened (in brackets), weighed by presence; drills in which it did not are left out."
    table = HtmlTable(title, ["staffing", *words, "in all", "drills"], rows, is_long=True)
    return stacked(stacks, title=title, mark=mark, note=note), table


__all__ = ["Compared", "compared", "intervals", "mix_table"]
