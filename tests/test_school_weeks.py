"""A school week in numbers: by incident, the day as one observation, the same from a comparison and from days in a row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import drillsim as ds
from drillsim.analysis.contrasts import describe, goal_results
from drillsim.cli import main

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "scenarios" / "real-days"
MEASURE = "first_on_scene_s"
DAY = ds.read_scenario(FILES / "school-day.yaml")
PLAN = ds.read_plan(ROOT / "floorplans" / "doe_secondary.yaml")
MIXES = ds.read_mixes(FILES / "mixes.yaml")


def staffed(*names: str) -> ds.Mixes:
    return MIXES.model_copy(update={"mixes": {name: MIXES.mixes[name] for name in names}, "present": names[0]})


@pytest.fixture(scope="module")
def studied() -> ds.Results:
    return ds.run(ds.Study(DAY, PLAN, staffed("full-time"), runs=40, seed=2))


@pytest.fixture(scope="module")
def week() -> ds.Term:
    return ds.play_term(DAY, PLAN, MIXES["full-time"], days=15, seed=2)


def incidents(results: ds.Results) -> pd.DataFrame:
    rows = results.runs.copy()
    rows["t"] = rows[MEASURE].fillna(DAY.horizon).clip(upper=DAY.horizon)
    per = rows.groupby("presence")["t"].transform("size")
    rows["w"] = rows["stratum_probability"] / per
    return rows.assign(w=rows["w"] / rows["w"].sum())


def test_days_are_summed_up_by_incident(studied: ds.Results) -> None:
    """A mean of the means of days counted a quiet day as much as one with six incidents."""
    rows, found = incidents(studied), describe(studied, "school-day", "full-time", MEASURE)
    assert found.n == len(rows) > 80
    assert found.mean.value == pytest.approx((rows["w"] * rows["t"]).sum())
    days = rows.groupby(["forced", "replication"])["t"].mean()
    assert abs(days.mean() - (found.mean.value or 0.0)) > 1.0
    ordered = rows.sort_values("t")
    nine = ordered["t"][ordered["w"].cumsum() >= 0.9 - 1e-9].iloc[0]
    assert found.p90.value == pytest.approx(nine)


def test_a_goal_is_a_share_of_incidents_and_its_chance_that_of_days(studied: ds.Results) -> None:
    rows = incidents(studied)
    (goal,) = goal_results(studied, "school-day")
    assert goal.met.value == pytest.approx((rows["w"] * (rows["t"] <= goal.goal.at_most_s)).sum())
    assert goal.n == len(rows)
    low, high = goal.met.low or 0.0, goal.met.high or 1.0
    exact = stats.binomtest(round((goal.met.value or 0.0) * goal.n), goal.n).proportion_ci(method="exact")
    assert high - low >= 0.99 * (exact.high - exact.low)


def test_the_mean_of_days_has_the_interval_of_clusters(studied: ds.Results) -> None:
    rows, found = incidents(studied), describe(studied, "school-day", "full-time", MEASURE).mean
    parts, shifts = list[tuple[float, int]](), list[pd.Series]()
    for p, mine in rows.groupby("presence"):
        days = mine.groupby(["forced", "replication"])["t"].agg(["sum", "size"])
        out = (days["sum"].sum() - days["sum"]) / (days["size"].sum() - days["size"]) - mine["t"].mean()
        shifts.append(float(mine["w"].sum()) * out)
        parts.append(((len(days) - 1) / len(days) * float((shifts[-1] ** 2).sum()), len(days)))
        assert "away" not in str(p)
    variance, e = sum(one for one, _ in parts), pd.concat(shifts)
    freedom = variance**2 / sum(one**2 / (n - 1) for one, n in parts)
    freedom = min(freedom, 2 / ((e**4).sum() / (e**2).sum() ** 2 - 1 / len(e)))
    half = stats.t.ppf(0.975, freedom) * np.sqrt(variance)
    assert (found.high or 0.0) - (found.low or 0.0) == pytest.approx(2 * half)


def test_tables_of_days_name_what_they_count(studied: ds.Results) -> None:
    text = str(ds.compare(studied))
    assert "40 school days per mix" in text
    assert "Counted by incident; intervals take each day as one observation" in text
    assert "drills per mix" not in text


def test_a_week_has_the_figures_of_a_comparison_of_as_many_days(week: ds.Term) -> None:
    results = ds.run(ds.Study(DAY, PLAN, staffed("full-time"), runs=15, seed=2))
    assert week.summary()["scenarios"] == results.summary()["scenarios"]
    assert week.runs[MEASURE].to_numpy(dtype=float) == pytest.approx(
        results.runs[MEASURE].to_numpy(dtype=float), nan_ok=True
    )
    (goal,), (other,) = week.goals, goal_results(results, "school-day")
    assert (goal.met, goal.verdict) == (other.met, other.verdict)


def test_days_can_be_compared_like_results(week: ds.Term) -> None:
    assert "15 school days per mix" in str(ds.compare(week))


def test_the_command_line_tells_goals_of_a_week_by_incident(week: ds.Term, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(FILES / "school-day.yaml"), "--seed", "2", "--days", "15", "--json"]) == 0
    told = capsys.readouterr()
    data: dict[str, Any] = json.loads(told.out.splitlines()[-1])
    (goal,) = data["goals"]
    assert goal["share_met"] == pytest.approx(week.goals[0].met.value, abs=1e-6)
    assert data["measures"][MEASURE]["runs"] == data["incidents"] == len(week.rows)
    assert f"of incidents: {100 * goal['share_met']:.0f} % (" in told.err
    assert f"{MEASURE} of {len(week.rows)} incidents: " in told.err


def test_days_without_an_incident_have_no_figures(three_rooms: ds.FloorPlan) -> None:
    never = {
        "from": "08:00",
        "lasts": "1 h",
        "calls": [{"kind": "behaviour", "where": "hall-1", "rate": "0.0001 /day"}],
    }
    day = ds.Scenario.model_validate(
        {"name": "day", "demand": never, "goals": [{"measure": MEASURE, "at_most": "60 s", "in": "90 %"}]}
    )
    quiet = ds.play_term(
        day, three_rooms, ds.read_mixes(ROOT / "scenarios" / "teaching" / "mixes.yaml")["police-only"], days=2, seed=1
    )
    assert quiet.rows == ()
    assert [goal.verdict for goal in quiet.goals] == [None]
    assert quiet.summary()["scenarios"]["day"]["goals"][0]["share_met"] is None


def test_the_page_for_planners_shows_the_table_of_the_front_page() -> None:
    table = (ROOT / "docs" / "reading_results.md").read_text("utf-8").split("```text\n")[1].split("```")[0]
    assert table in (ROOT / "docs" / "index.md").read_text("utf-8")
