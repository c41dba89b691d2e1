"""Order relations between staffings that must hold on both schools, by mean over shared drills."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drillsim as ds

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
SHARED = 400


def means(plan: ds.FloorPlan, name: str, mixes: ds.Mixes, names: tuple[str, ...], measure: str) -> dict[str, float]:
    drill = ds.read_scenario(SCENARIOS / f"{name}.yaml")
    found = {}
    for mix in names:
        rows = [ds.simulate(drill, plan, mixes[mix], seed=11, replication=r).row for r in range(SHARED)]
        values: list[Any] = [drill.horizon if row[measure] is None else row[measure] for row in rows]
        found[mix] = float(np.mean(values))
    return found


@pytest.mark.parametrize("school", ["primary", "secondary"])
@pytest.mark.parametrize("name", ["fight", "unwanted", "lockdown"])
def test_more_of_an_sro_is_able_sooner(school: str, name: str, mixes: ds.Mixes, request: pytest.FixtureRequest) -> None:
    plan = request.getfixturevalue(school)
    able = means(plan, name, mixes, ("one-sro", "part-time-sro", "police-only"), "able_on_scene_s")
    assert able["one-sro"] < able["part-time-sro"] < able["police-only"]


@pytest.mark.parametrize("school", ["primary", "secondary"])
@pytest.mark.parametrize("name", ["fight", "medical"])
def test_unarmed_guard_is_there_before_police(
    school: str, name: str, mixes: ds.Mixes, request: pytest.FixtureRequest
) -> None:
    plan = request.getfixturevalue(school)
    first = means(plan, name, mixes, ("two-guards", "police-only"), "first_on_scene_s")
    assert first["two-guards"] < first["police-only"]


@pytest.mark.parametrize("school", ["primary", "secondary"])
def test_unarmed_guard_costs_the_able_no_more_than_the_rests_at_openings(
    school: str, mixes: ds.Mixes, request: pytest.FixtureRequest
) -> None:
    """Where the guard neither noticed first, nor ordered earlier, nor met the police."""
    plan = request.getfixturevalue(school)
    drill = ds.read_scenario(SCENARIOS / "lockdown.yaml")
    network = ds.build(plan)
    longest_rest = 1 / (1.3 * (min(network.way_width_m) - 0.30))
    compared = 0
    for r in range(150):
        alone, beside = (
            ds.simulate(drill, plan, mixes[m], seed=11, replication=r) for m in ("one-sro", "sro-and-guard")
        )
        able = min(x.row["able_on_scene_s"] or drill.horizon for x in (alone, beside))
        assert all(e.who != "guard-1" for e in beside.events if e.what in ("able", "on-scene"))
        helped = [
            min(x.row[k] or drill.horizon for x in (alone, beside))
            for k in ("noticed_s", "protective_order_s", "police_met_s")
            if alone.row[k] != beside.row[k]
        ]
        if any(t < able for t in helped):
            continue
        compared += 1
        later = abs((beside.row["able_on_scene_s"] or drill.horizon) - (alone.row["able_on_scene_s"] or drill.horizon))
        passed = sum(e.what == "under-way" and e.who == "guard-1" for e in beside.events) * len(network.way_width_m)
        assert later <= longest_rest * passed
    assert compared >= 15
