"""Tables for a terminal: cost and measure of each mix, its difference to the present one, and goals met."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from drillsim.analysis.choice import choice
from drillsim.analysis.compare import DAYS, bases, before_after
from drillsim.analysis.contrasts import (
    MET,
    MISSED,
    Difference,
    GoalResult,
    ResultRows,
    Summary,
    describe,
    differences,
    goal_results,
    matters_of,
    matters_source,
    rows_of,
)
from drillsim.analysis.portfolio.expected import expected
from drillsim.analysis.portfolio.told import Printed, expected_table
from drillsim.analysis.selection.money import money_notes, price_of
from drillsim.analysis.selection.pareto import affordable
from drillsim.analysis.wording import (
    NONE,
    difference_words,
    drills,
    matters_words,
    money_words,
    quantile_words,
    question,
    short_name,
    shown,
    size_words,
    unit_of,
    unit_words,
)
from drillsim.escape import one_line
from drillsim.quantities import clock
from drillsim.record.outline import Outline

WIDE = 110
"""Columns of a terminal from which on cost ranges and intervals fit beside the rest."""
_VERDICT = {MET: ("met", "green"), MISSED: ("MISSED", "bold red")}


def mix_table(
    played: ResultRows, scenario: str, *, measure: str | None = None, width: int = 80, budget: float | None = None
) -> Table:
    """Return one line per mix in one measure: cost, mean, half by, 9 of 10 by, reached, against the present mix.

    width
        Columns of the terminal: from WIDE on, with the range of the cost and the interval of the difference.
    budget
        USD a year; a column then tells what it buys.
    """
    outline = played.outline
    name = measure or outline.scenarios[scenario].primary
    apart = {d.mix: d for d in differences(played, scenario, name)}
    costs = any(mix.cost_high for mix in outline.mixes.values())
    found = {mix: describe(played, scenario, mix, name) for mix in outline.mixes}
    table = Table(
        title=_plain(f"{outline.title(scenario)}: {question(name)}"), title_justify="left", box=SIMPLE_HEAD,
                  title_style="bold", pad_edge=False, padding=(0, 1, 0, 0),
    )  # fmt: skip
    table.add_column("mix", ratio=None, min_width=12, overflow="fold")
    if costs:
        table.add_column("cost a year" if width >= WIDE else "a year", justify="right", no_wrap=True)
    if budget is not None:
        table.add_column("bought", justify="right", no_wrap=True)
    for head in ("mean", "half by", "9 of 10 by" if width >= WIDE else "9/10 by", "reached"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("against the present mix" if width >= WIDE else "vs present", justify="right", no_wrap=True)
    table.add_column("", no_wrap=width >= WIDE)
    for mix, one in found.items():
        told = outline.mix_line(scenario, mix)
        low, high = (told.cost_low, told.cost_high) if width >= WIDE else (told.cost_mid, told.cost_mid)
        cost = [money_words(low, told.cost_mid, high)] if costs else []
        if budget is not None:
            cost.append({True: "yes", None: "maybe", False: "no"}[affordable(price_of(told), budget)])
        cells = _cells(one, name, outline.scenarios[scenario].horizon_s)
        table.add_row(_plain(outline.label(mix)), *cost, *cells, *_against(apart.get(mix), name, width=width))
    return table


def _plain(text: str) -> Text:
    """Return words of the user for a table: no markup, on one line."""
    return Text(one_line(text))


def _cells(one: Summary, measure: str, horizon_s: float) -> list[str]:
    """Return the cells of a mix: mean, median, 90th percentile, and reached over all drills."""
    unit = unit_of(measure)
    times = [quantile_words(q, horizon_s, unit) for q in (one.p50, one.p90)]
    return [shown(one.mean.value, unit), *times, f"{one.reached}/{one.n}" if one.n else NONE]


def _against(apart: Difference | None, measure: str, *, width: int) -> list[str]:
    """Return the cells of the comparison with the present mix: difference, with interval from WIDE on, and verdict."""
    if apart is None:
        return ["present", ""]
    words = difference_words(apart.paired.difference, unit_of(measure))
    return [words if width >= WIDE else words.split(" (")[0], apart.verdict]


def goal_table(played: ResultRows, scenario: str) -> Table | None:
    """Return one line per mix and one column per goal: share of drills, or incidents of days, that met it; None without goals."""
    outline, shares = played.outline, goal_results(played, scenario)
    goals = outline.scenarios[scenario].goals
    if not goals:
        return None
    table = Table(
        box=SIMPLE_HEAD, title="Goals, by incident" if outline.scenarios[scenario].day else "Goals", title_justify="left",
        title_style="bold", pad_edge=False, padding=(0, 2, 0, 0),
    )  # fmt: skip
    table.add_column("mix", min_width=12, overflow="fold")
    for goal in goals:
        when = f"{clock(goal.at_most_s)} in {100 * goal.in_share:.0f} %"
        table.add_column(f"{short_name(goal.measure)}\nby {when}", justify="right")
    by = {(one.mix, one.goal): one for one in shares}
    for mix in outline.mixes:
        table.add_row(_plain(outline.label(mix)), *(_verdict(by[mix, goal]) for goal in goals))
    return table


def _verdict(one: GoalResult) -> Text:
    """Return the share of drills that met a goal and the verdict, coloured."""
    if one.met.value is None or one.verdict is None:
        return Text(NONE)
    word, style = _VERDICT.get(one.verdict, (one.verdict, "yellow"))
    return Text(f"{100 * one.met.value:.0f} % {word}", style=style)


def over_first(played: ResultRows, scenario: str) -> str:
    """Return in how many drills the incident had ended by itself before anyone came, '' where it never had."""
    runs = rows_of(played, scenario)
    runs = runs[runs["status"] == "done"]
    if "over_before_anyone_came" not in runs or not runs["over_before_anyone_came"].any():
        return ""
    parts = []
    for mix in played.outline.mixes:
        over = runs.loc[runs["mix"] == mix, "over_before_anyone_came"]
        parts.append(f"{played.outline.label(mix)} {int(over.sum())} of {len(over)}")
    return f"Over by itself before anyone came: {', '.join(parts)}. Times count on until somebody is there.\n"


def before_after_table(played: ResultRows, base: str, *, width: int = 80) -> Table:
    """Return one line per variant of a base and mix: before, after, and the difference on the same drills, with costs."""
    return _as_table(before_after(played, base)[0], names=2, width=width)


def expected_tables(played: ResultRows, *, width: int = 80) -> list[Table]:
    """Return the expected lines of the portfolio of some results, one table for each measure; nothing without one."""
    portfolio = getattr(played, "portfolio", None)
    found = expected(played, portfolio) if portfolio is not None else []
    printed = [expected_table(played.outline, one) for one in found]
    if width < WIDE:
        printed = [
            (title, _short(heads), tuple(_short(line, keep=1) for line in lines), notes)
            for title, heads, lines, notes in printed
        ]
    return [_as_table(one, names=1, width=width) for one in printed]


def _short(cells: Sequence[str], *, keep: int = 0) -> tuple[str, ...]:
    """Return the cells of a line without their intervals, for a narrow terminal; the first ones as they are."""
    return (*cells[:keep], *(cell.split(" (")[0] for cell in cells[keep:]))


def _as_table(printed: Printed, *, names: int, width: int) -> Table:
    """Return a table as it is printed; the first columns hold names."""
    title, heads, lines, notes = printed
    table = Table(
        title=_plain(title), title_justify="left", box=SIMPLE_HEAD, caption=_plain(" ".join(notes)), caption_justify="left",
        title_style="bold", pad_edge=False, padding=(0, 1, 0, 0),
    )  # fmt: skip
    for i, head in enumerate(heads):
        table.add_column(
            head,
            justify="left" if i < names or not head else "right",
            no_wrap=width >= WIDE and i >= names,
            overflow="fold",
        )
    for line in lines:
        table.add_row(*map(_plain, line))
    return table


def _choice_notes(played: ResultRows, scenario: str, budget: float | None) -> list[str]:
    """Return which mixes are possibly best and what money buys, one sentence each, and an empty line; nothing for one mix."""
    outline = played.outline
    if len(outline.mixes) < 2:
        return []
    measure = outline.scenarios[scenario].primary
    chosen, bought = choice(played, scenario, measure), None
    if budget is not None:
        names = [name for name in outline.mixes if affordable(price_of(outline.mix_line(scenario, name)), budget)]
        bought = choice(played, scenario, measure, names) if names else None
    return [chosen.words(outline), *money_notes(played, scenario, chosen, budget=budget, best=bought), ""]


def print_tables(console: Console, played: ResultRows, *, budget: float | None = None) -> None:
    """Print the tables of every scenario, and below them how to read them.

    budget
        USD a year; tables then tell what it buys.
    """
    outline = played.outline
    for scenario in outline.scenarios:
        console.print(mix_table(played, scenario, width=console.width, budget=budget))
        for note in _choice_notes(played, scenario, budget):
            console.print(one_line(note), highlight=False, markup=False)
        over = over_first(played, scenario)
        if over:
            console.print(over, style="dim", highlight=False, markup=False)
        goals = goal_table(played, scenario)
        if goals is not None:
            console.print(goals)
    for base in bases(outline):
        console.print(before_after_table(played, base, width=console.width))
    for table in expected_tables(played, width=console.width):
        console.print(table)
    told = sorted({_matters(outline, scenario) for scenario in outline.scenarios})
    days = f" {DAYS}" if any(line.day for line in outline.scenarios.values()) else ""
    what = " or ".join(sorted({unit_words(line) for line in outline.scenarios.values()}))
    cut = sorted({clock(line.horizon_s) for line in outline.scenarios.values()})
    unit = "drill" if "drill" in what else "school day"
    added = sorted({sum(line.added.values()) for line in outline.scenarios.values()} - {0})
    span = f"{added[0]:,} to {drills(added[-1], unit)}" if len(added) > 1 else drills(added[0], unit) if added else ""
    more = f"{span} more of presences that these hardly show, weighed by their chance. "
    console.print(
        f"{size_words(outline)} per mix, the same random drills for every mix, seed {outline.seed}. {more if added else ''}"
        f"Present: {outline.label(outline.present)}. Below 0: faster. What matters: {' or '.join(told)}.{days} "
        f"{'An' if what == 'incident' else 'A'} {what} that did not get there counts as "
        f"{' or '.join(cut)}, {'the horizon' if what == 'incident' else 'the end of the drill'}. Simulated drills, not a prediction.",
        style="dim",
        highlight=False,
        markup=False,
    )


def _matters(outline: Outline, scenario: str) -> str:
    """Return the least difference that matters in the primary measure of a scenario, and where it is from."""
    line = outline.scenarios[scenario]
    words = matters_words(matters_of(line, line.primary), unit_of(line.primary))
    return words + matters_source(line, line.primary)


__all__ = ["goal_table", "mix_table", "print_tables"]
