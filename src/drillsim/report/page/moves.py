"""Before and after, and what matters most: variants, and assumptions and laws moved alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from drillsim.analysis.compare import bases
from drillsim.analysis.contrasts import PartitionedResults, matters_of
from drillsim.analysis.estimators import Interval
from drillsim.analysis.wording import difference_words, question, unit_of
from drillsim.record.outline import Outline
from drillsim.report.page.parts.bars import Range, ranges
from drillsim.report.page.parts.curves import Look
from drillsim.report.page.parts.svg import Picture
from drillsim.report.page.parts.tables import HtmlTable
from drillsim.report.page.parts.told import Numbers, Told, say, short

MOST_MOVED = 14
"""Assumptions and laws that are drawn; all of them stand in the table."""


def changes(
    played: PartitionedResults, numbers: Numbers, *, look: Look, mark: str
) -> list[tuple[str, list[tuple[Picture, HtmlTable]]]]:
    """Return, for each scenario with variants: its title, and the change of each variant as a picture and as a table."""
    outline, found = played.outline, []
    for base in bases(outline):
        drawn = []
        for name in outline.scenarios:
            if numbers.scenario(name).get("variant_of") == base:
                picture = _change(numbers, played, base, name, look, mark)
                drawn += [] if picture is None else [(picture, _table(numbers, outline, base, name, picture.title))]
        found.append((short(outline.title(base), 60), drawn))
    return [one for one in found if one[1]]


def _table(numbers: Numbers, outline: Outline, base: str, name: str, title: str) -> HtmlTable:
    """Return one row per mix: its mean before and after, and their difference."""
    measure, rows = outline.scenarios[base].primary, []
    lines = numbers.scenario(name)["before_after"]
    costs = any(outline.mix_line(of, mix).cost_high for of in (base, name) for mix in outline.mixes)
    for i, one in enumerate(lines):
        mix = one["mix"]
        means = (numbers.measure(of, mix, measure, "mean") for of in (base, name))
        told = numbers.change(name, i), numbers.change_p(name, i), numbers.change_wins(name, i)
        cost = [_costs(*(numbers.cost(of, mix) for of in (base, name)))] if costs else []
        rows.append([short(outline.label(mix)), *cost, *means, *told, one["verdict"] or ""])
    won = "faster in" if unit_of(measure) == "s" else "lower in"
    heads = [
        "staffing",
        *(["cost a year"] if costs else []),
        "mean before",
        "mean after",
        "change (95 %)",
        "p",
        won,
        "verdict",
    ]
    family = sum(
        len(numbers.scenario(n)["before_after"])
        for n in numbers.summary["scenarios"]
        if numbers.scenario(n).get("variant_of") == base
    )
    notes = [
        f"The same random drills before and after. p: paired t test, Holm over {family} contrasts: every staffing in every variant of this scenario."
    ]
    if costs:
        notes.append(
            "Costs are those of the staffing; what a change of building or procedure costs is in them where it says so (cost)."
        )
    return HtmlTable(title, heads, rows, notes)


def _costs(before: Told, after: Told) -> Told | Markup:
    """Return the yearly cost before and after, once where it stays."""
    return before if before.words == after.words else say("{} → {}", before, after)


def _change(
    numbers: Numbers, played: PartitionedResults, base: str, name: str, look: Look, mark: str
) -> Picture | None:
    outline, lines = played.outline, []
    for i, one in enumerate(numbers.scenario(name)["before_after"]):
        if one["mean_difference"] is not None:
            clear = one["verdict"] in ("faster", "slower", "lower", "higher")
            told = numbers.change(name, i)
            lines.append(
                Range(
                    look.named(one["mix"]),
                    one["mean_difference"],
                    one["ci95"][0],
                    one["ci95"][1],
                    clear,
                    (told,),
                    one["verdict"] or "",
                )
            )
    if not lines:
        return None
    measure = outline.scenarios[base].primary
    title = f"{short(outline.title(base), 50)}{_varied(outline, name)}: {question(measure)}, after less before"
    return ranges(
        lines, unit=unit_of(measure), title=title, mark=mark, matters=matters_of(outline.scenarios[base], measure)
    )


def _varied(outline: Outline, scenario: str) -> str:
    """Return what a variant changes, as a part of a title; '' for a scenario that is none."""
    changed = outline.scenarios[scenario].changes
    base = next((b for b in bases(outline) if scenario.startswith(f"{b}+")), "")
    what = ", ".join(f"{k} = {v}" if v else k for k, v in changed.items()) or (
        scenario.removeprefix(f"{base}+") if base else ""
    )
    return f" with {short(what, 80)}" if what else ""


def tornados(frame: pd.DataFrame, played: PartitionedResults, *, mark: str) -> list[tuple[Picture, HtmlTable]]:
    """Return, by scenario, what the present mix's primary measure hangs on, the largest change first, and all cases as a table.

    frame
        Rows of sensitivity.csv.
    """
    outline, found = played.outline, []
    for scenario in dict.fromkeys(frame["scenario"]):
        if scenario not in outline.scenarios:
            continue
        mine = frame[frame["scenario"] == scenario].copy()
        measure = str(mine["measure"].iloc[0])
        mine = (
            mine[mine["change"].notna()]
            .assign(size=lambda f: f["change"].abs())
            .sort_values("size", ascending=False, kind="stable")
        )
        moved = mine[mine["size"] > 0].head(MOST_MOVED)
        if not len(moved):
            continue
        today = f"{short(outline.label(outline.present), 40)} (today)"
        title = f"{short(outline.title(scenario), 60)}{_varied(outline, scenario)}: what moves '{question(measure)}' with {today}"
        lines = [_swing(one, measure) for one in moved.to_dict("records")]
        note = "Each line: this alone is moved, on the same drills. Bars: 95 % intervals of chance; how far an assumption moves the figure is the point."
        picture = ranges(lines, unit=unit_of(measure), title=title, mark=mark, note=note, named="change of the mean")
        found.append((picture, _cases(mine, outline.label, title, measure)))
    return found


def _swing(one: Mapping[Any, Any], measure: str) -> Range:
    low, high = (None if math.isnan(v := float(one[k])) else v for k in ("change_low", "change_high"))
    gap = Interval(float(one["change"]), low, high)
    stays = "" if str(one["stays_possibly_best"]) == "True" else "; another staffing is then best"
    clear = low is not None and high is not None and (low > 0 or high < 0)
    return Range(
        str(one["value"]),
        gap.value or 0.0,
        low,
        high,
        clear,
        (difference_words(gap, unit_of(measure)),),
        f"{one['by']}{stays}",
    )


def _cases(mine: pd.DataFrame, label: Callable[[str], str], title: str, measure: str) -> HtmlTable:
    rows: list[Sequence[object]] = []
    for one in mine.to_dict("records"):
        swing = _swing(one, measure)
        form = "law" if str(one["model_form"]) == "True" else "assumption"
        stays = "yes" if str(one["stays_possibly_best"]) == "True" else "no"
        rows.append([swing.name, form, str(one["by"]), swing.after[0], label(str(one["best"])), stays])
    heads = ["moved", "sort", "name", "change of the mean", "least mean then", "today's best stays possibly best"]
    return HtmlTable(f"{title}: every case", heads, rows, is_long=True)


__all__ = ["changes", "tornados"]
