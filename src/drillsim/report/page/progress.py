"""Rooms secured and people out over time, those who need help apart, and which ways people went."""

from __future__ import annotations

from typing import Any

import pandas as pd

from drillsim.analysis.contrasts import PartitionedResults
from drillsim.analysis.wording import count_words, drills, short_name, unit_of
from drillsim.plan.model import OUTSIDE, FloorPlan
from drillsim.plan.passage import way_name
from drillsim.quantities import clock
from drillsim.report.page.parts.bars import Bar, plain_bars
from drillsim.report.page.parts.curves import Look, mean_curves, progress_curves
from drillsim.report.page.parts.svg import Picture
from drillsim.report.page.parts.tables import HtmlTable
from drillsim.report.page.parts.told import Numbers, say, short

CURVES = {"secured": "rooms secured", "out": "people out of the building"}
PROGRESS = (
    "secured_p50_s", "secured_all_s", "halls_clear_s", "in_place_all_s", "evacuated_p50_s", "evacuated_p95_s", "evacuated_all_s",
    "evacuated_needs_help_all_s", "accounted_all_s", "released_all_s", "gone_home_p95_s", "gone_home_all_s",
    "secured_share_120_s", "rooms_failed", "rooms_unlockable", "rooms_open", "still_inside",
)  # fmt: skip
"""Measures of rooms and people, in the order of the table."""
MOST_EXITS, MOST_QUEUES = 12, 5


def pictures(played: PartitionedResults, scenario: str, *, look: Look, mark: str) -> list[Picture]:
    """Return the curves of rooms and people of a scenario that are not flat."""
    outline, found = played.outline, []
    for curve, words in CURVES.items():
        means = mean_curves(played, scenario, curve)
        if means:
            title = f"{short(outline.title(scenario), 60)}: {words} over time"
            horizon = outline.scenarios[scenario].horizon_s
            found.append(progress_curves(means, horizon, whole=words, look=look, title=title, mark=mark))
    return found


def table(
    numbers: Numbers, played: PartitionedResults, scenario: str, *, left_out: frozenset[str] = frozenset()
) -> HtmlTable | None:
    """Return when rooms were secured and people were out, by mix: half by, 9 of 10 by, and how often; None without any."""
    outline = played.outline
    measures = [
        m for m in PROGRESS if m not in left_out and any(numbers.has(scenario, mix, m) for mix in outline.mixes)
    ]
    if not any(unit_of(measure) == "s" for measure in measures):
        return None  # nobody was asked to lock or to leave
    heads = [
        "what",
        *(f"{short(outline.label(m), 40)}{' (today)' if m == outline.present else ''}" for m in outline.mixes),
    ]
    rows: list[list[Any]] = []
    for measure in measures:
        rows.append([_named(measure), *(_progress(numbers, scenario, mix, measure) for mix in outline.mixes)])
    notes = [
        "Times: half of the drills by, 9 of 10 by, and the number of drills in which it happened. Other rows: means."
    ]
    return HtmlTable(f"{short(outline.title(scenario), 60)}: rooms and people", heads, rows, notes)


def _named(measure: str) -> str:
    from drillsim.record.columns import BY_NAME

    words = short_name(measure)
    return words if BY_NAME[measure].short else f"{words} (mean)"


def _progress(numbers: Numbers, scenario: str, mix: str, measure: str) -> Any:
    if unit_of(measure) != "s":
        return numbers.measure(scenario, mix, measure, "mean")
    told = [numbers.measure(scenario, mix, measure, what) for what in ("p50", "p90", "reached", "runs")]
    return say("{}, {} ({} of {})", *told) if numbers.has(scenario, mix, measure) else told[0]


def ways(
    frame: pd.DataFrame, played: PartitionedResults, plan: FloorPlan, scenario: str, *, mark: str
) -> tuple[Picture | None, list[HtmlTable]]:
    """Return by which exits people went out with the present mix, and where they waited longest.

    frame
        Use of each way by drill (`Results.ways`).
    """
    outline = played.outline
    mine = frame[(frame["scenario"] == scenario) & (frame["mix"] == outline.present)]
    if not len(mine):
        return None, []
    count = max(1, int(mine["replication"].nunique()))
    title = f"{short(outline.title(scenario), 60)}: by which exits people go out, {short(outline.label(outline.present), 40)} (today)"
    return _exits(mine[mine["kind"] == "exit"], plan, count, title, mark), _queues(
        mine, plan, count, title.split(":", maxsplit=1)[0]
    )


def _exits(mine: pd.DataFrame, plan: FloorPlan, count: int, title: str, mark: str) -> Picture | None:
    mine = mine[mine["people"] > 0]
    if not len(mine):
        return None
    grouped = mine.groupby("way").agg(people=("people", "sum"), first=("first_s", "mean"), last=("last_s", "mean"))
    grouped["people"] /= count
    grouped = grouped.sort_values("people", ascending=False)
    bars = [
        Bar(
            way_words(plan, str(way)),
            float(one.people),
            f"{count_words(float(one.people))} people, {clock(float(one.first))} to {clock(float(one.last))}",
        )
        for way, one in grouped.head(MOST_EXITS).iterrows()
    ]
    rest = grouped.iloc[MOST_EXITS:]
    if len(rest):
        bars.append(
            Bar(
                f"{len(rest)} other exits",
                float(rest["people"].sum()),
                f"{count_words(float(rest['people'].sum()))} people",
            )
        )
    note = f"Means of {drills(count)}: people out by each exit, and when the first and the last of them pass."
    return plain_bars(bars, title=title, mark=mark, note=note)


def _queues(mine: pd.DataFrame, plan: FloorPlan, count: int, head: str) -> list[HtmlTable]:
    """Return the ways with the longest queues as a table; nothing where nobody waited."""
    grouped = mine.groupby(["way", "direction"]).agg(
        total=("longest_queue", "sum"),
        most=("longest_queue", "max"),
        when=("longest_queue_s", "median"),
        passed=("people", "sum"),
    )
    grouped = grouped[grouped["most"] > 0].sort_values("total", ascending=False).head(MOST_QUEUES)
    rows = []
    for at, one in grouped.iterrows():
        way, to = map(str, at if isinstance(at, tuple) else (at, ""))
        mean, passed = count_words(float(one.total) / count), count_words(float(one.passed) / count)
        rows.append([_towards(plan, way, to), mean, f"{int(one.most):,}", clock(float(one.when)), passed])
    if not rows:
        return []
    heads = ["way", "longest queue, mean", "the longest of all", "at (median)", "people who pass, mean"]
    return [HtmlTable(f"{head}: where people wait longest", heads, rows)]


def way_words(plan: FloorPlan, id_: str) -> str:
    """Return what people call a way, by its id."""
    return way_name(plan, plan.openings[plan.opening_index[id_]]) if id_ in plan.opening_index else plan.label_of(id_)


def _towards(plan: FloorPlan, way: str, to: str) -> str:
    name, place = way_words(plan, way), plan.label_of(to)
    return name if to == OUTSIDE or place in name else f"{name}, into {place}"
