"""Order relations between staffings that must hold on both schools, by mean over shared drills."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import drillsim as ds

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
SHARED = 400


def means(plan, name, mixes, names, measure):
    drill = ds.read_scenario(SCENARIOS / f"{name}.yaml")
    found = {}
    for mix in names:
        rows = [ds.simulate(drill, plan, mixes[mix], seed=11, replication=r).row for r in range(SHARED)]
        found[mix] = np.mean([drill.horizon if row[measure] is None else row[measure] for row in rows])
    return found


@pytest.mark.parametrize("school", ["primary", "secondary"])
@pytest.mark.parametrize("name", ["fight", "unwanted", "lockdown"])
def test_more_of_an_sro_is_able_sooner(school, name, mixes, request):
    plan = request.getfixturevalue(school)
    able = means(plan, name, mixes, ("one-sro", "part-time-sro", "police-only"), "able_on_scene_s")
    assert able["one-sro"] < able["part-time-sro"] < able["police-only"]


@pytest.mark.parametrize("school", ["primary", "secondary"])
@pytest.mark.parametrize("name", ["fight", "medical"])
def test_unarmed_guard_is_there_before_police(school, name, mixes, request):
    plan = request.getfixturevalue(school)
    first = means(plan, name, mixes, ("two-guards", "police-only"), "first_on_scene_s")
    assert first["two-guards"] < first["police-only"]
