"""Whole days one after the other: the same for every staffing, and from Monday to Friday."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import drillsim as ds
from drillsim.analysis.contrasts import describe
from plays import mix

ROOT = Path(__file__).resolve().parents[1]
DAY = {
    "name": "day",
    "demand": {
        "from": "08:00",
        "lasts": "3 h",
        "calls": [{"kind": "behaviour", "where": "hall-1", "rate": "3 /day"}, {"kind": "medical", "where": "room-201", "rate": "1 /day"}],
    },
}  # fmt: skip
SRO = {"id": "sro-1", "role": "sro", "post": "front-desk"}
GUARD = {"id": "guard-1", "role": "unarmed-guard", "patrol": ["hall-0", "hall-1"]}


def term(plan: ds.FloorPlan, *units: dict[str, Any], days: int = 6, **changes: Any) -> ds.Term:
    return ds.play_term(ds.Scenario.model_validate({**DAY, **changes}), plan, mix(*units), days=days, seed=5)


def test_every_staffing_meets_the_same_incidents(three_rooms: ds.FloorPlan) -> None:
    one, other = term(three_rooms, SRO), term(three_rooms, SRO, GUARD)
    keys = [[(r["replication"], r["incident"], r["kind"]) for r in t.rows] for t in (one, other)]
    assert keys[0] == keys[1]
    assert len(keys[0]) > 6


def test_a_day_by_day_calendar_is_kept(three_rooms: ds.FloorPlan) -> None:
    officer = {**SRO, "calendar": {"monday": "here", "tuesday": "court", "friday": {"from": "09:00", "to": "10:00"}}}
    (hours,) = [u for u in term(three_rooms, officer, days=5).units if u.unit == "sro-1"]
    assert hours.present_s == pytest.approx(3 * 3600.0 + 3600.0)


def test_more_staff_leaves_no_fewer_incidents_met_on_site(three_rooms: ds.FloorPlan) -> None:
    met = [
        sum(r["first_by"] == "unit" for r in term(three_rooms, *units, days=10).rows)
        for units in ((), (SRO,), (SRO, GUARD))
    ]
    assert met[0] == 0
    assert met[0] < met[1] <= met[2]


def test_a_drill_is_no_day(three_rooms: ds.FloorPlan) -> None:
    drill = ds.Scenario.model_validate({"name": "x", "incidents": [{"kind": "medical", "where": "hall-0"}]})
    with pytest.raises(ds.ScenarioError, match="demand"):
        ds.play_term(drill, three_rooms, mix(SRO), days=1, seed=1)


def test_days_are_compared_by_incident_with_the_day_as_cluster(three_rooms: ds.FloorPlan) -> None:
    day = ds.Scenario.model_validate({**DAY, "primary": "first_on_scene_s"})
    mixes = ds.read_mixes(ROOT / "scenarios" / "teaching" / "mixes.yaml")
    results = ds.run(ds.Study(day, three_rooms, mixes, runs=6, seed=5), workers=1)
    mine = results.runs[results.runs["mix"] == "police-only"]
    assert len(mine) > 2 * mine["replication"].nunique()
    found = describe(results, "day", "police-only", "first_on_scene_s")
    times = mine["first_on_scene_s"].fillna(results.outline.scenarios["day"].horizon_s)
    assert found.n == len(mine)
    assert found.mean.value == pytest.approx(times.mean())
    off = (times - times.mean()).groupby(mine["replication"]).sum()
    shift = off / (len(mine) - mine.groupby("replication").size())
    error = np.sqrt((len(off) - 1) / len(off) * (shift**2).sum())
    freedom = min(len(off) - 1, max(1.0, 2 / ((shift**4).sum() / (shift**2).sum() ** 2 - 1 / len(off))))
    assert found.mean.high == pytest.approx(times.mean() + stats.t.ppf(0.975, freedom) * error)
