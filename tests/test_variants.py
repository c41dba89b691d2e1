"""Variants of a study: each is played on its own plan and staffing, beside the base; a programming error ends a study."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest

import drillsim as ds
from drillsim.record.outline import outline_from
from drillsim.record.trace import Trace
from drillsim.study.variants import Variant, factorial, file_of, variant
from plays import scenario
from shipped import plan_named

PLAN = plan_named("three_rooms")
FIGHT = scenario("behaviour", "hall-1", overrides={"slow": {"police": {"law": "slow"}}}, family="")
MIXES = ds.Mixes(
    present="a", mixes={"a": {"units": [{"id": "g", "role": "unarmed-guard", "post": "main-entrance"}]}, "b": {}}
)


def fake(scenario: ds.Scenario, plan: ds.FloorPlan, mix: ds.Mix, *, seed: int, replication: int = 0, **_: Any) -> Trace:
    """Return a row that tells what was played: people of room 101, units with a presence, and the horizon."""
    row: dict[str, Any] = {"people": float(plan.spaces[0].people), "able_on_scene_s": 100.0 * len([u for u in mix.units if u.presence]) + replication,
           "able_on_scene_status": "reached"}  # fmt: skip
    heads: dict[str, Any] = {"scenario": scenario.name, "mix": mix.name, "replication": replication}
    return Trace(scenario.name, mix.name, seed, replication, scenario.horizon, (), ({**heads, **row},))


@pytest.mark.parametrize(
    ("key", "file"),
    [("police.law", "scenario"), ("mixes.a.label", "mixes"), ("roles.sro.cost", "mixes"), ("present", "mixes"), ("openings.x.lock", "plan"),
     ("groups.primary", "plan"), ("plan:name", "plan"), ("scenario:name", "scenario"), ("name", "scenario")],
)  # fmt: skip
def test_a_key_goes_to_the_file_that_has_it(key: str, file: str) -> None:
    assert file_of(key) == file


def test_each_variant_is_played_with_its_own_plan_and_staffing() -> None:
    room = PLAN.spaces[0].id
    frame = pd.DataFrame(
        {
            f"spaces.{room}.people": [7, None, None],
            "mixes.a.units.g.presence": [None, "50 %", None],
            "police.law.median": [None, None, "5 min"],
            "name": ["fuller", None, "far"],
        }
    )
    law = ds.vary(FIGHT, {"police.law": {"median": "4 min", "sigma": 0.5}}, name="base")
    study = ds.Study.from_frame(frame, law, PLAN, MIXES, runs=2)
    names = ["base", "fuller", "base+mixes.a.units.g.presence=50 %", "far"]
    assert [s.name for s in study.scenarios] == names
    runs = ds.run(study, simulate=fake).runs
    people = runs.groupby("scenario", sort=False)["people"].first()
    assert people.to_dict() == {**dict.fromkeys(names, float(PLAN.spaces[0].people)), "fuller": 7.0}
    able = runs[(runs["mix"] == "a") & (runs["replication"] == 1)].set_index("scenario")["able_on_scene_s"]
    assert able[names[2]] == 101.0
    assert able["base"] == 1.0
    assert study.scenarios[3].police.law.a == 300.0  # type: ignore[union-attr]
    assert {s.draws for s in study.scenarios} == {law.draws}


def test_numbers_of_a_frame_are_read_as_they_stand_there() -> None:
    frame = pd.DataFrame({"police.officers": [2.0, np.nan, 6.0], "dispatch.back_up": [None, False, True]})
    study = ds.Study.from_frame(frame, FIGHT, PLAN, MIXES, runs=1)
    assert [s.police.officers for s in study.scenarios] == [4, 2, 4, 6]
    assert [s.dispatch.back_up for s in study.scenarios] == [True, True, False, True]


def test_a_frame_with_a_wrong_key_is_refused_with_the_closest() -> None:
    with pytest.raises(ds.ScenarioError, match=r"unknown key 'officer'. Did you mean 'officers'"):
        ds.Study.from_frame(pd.DataFrame({"police.officer": [2]}), FIGHT, PLAN, MIXES)


def test_overrides_and_factorials_make_variants() -> None:
    rows = factorial({"override": ["slow"], "police.officers": [1, 2, 3]})
    made = [variant(FIGHT, PLAN, MIXES, row) for row in rows]
    assert [one.scenario.name for one in made] == [f"play+override=slow, police.officers={n}" for n in (1, 2, 3)]
    assert all((one.scenario.police.law, one.plan, one.mixes) == ("slow", None, None) for one in made)
    with pytest.raises(ds.ScenarioError, match=r"has no override called 'slw'. Closest: 'slow'"):
        variant(FIGHT, PLAN, MIXES, {"override": "slw"})


def test_the_outline_tells_family_changes_and_own_costs_and_is_read_back() -> None:
    study = ds.Study([FIGHT, variant(FIGHT, PLAN, MIXES, {"roles.unarmed-guard.cost": "+10 %"})], PLAN, MIXES, runs=1)
    line = study.outline.scenarios[study.scenarios[1].name]
    assert line.changes == {"roles.unarmed-guard.cost": "+10 %"}
    assert line.mixes["a"].cost_mid == pytest.approx(1.1 * study.outline.mixes["a"].cost_mid)
    assert line.family == FIGHT.draws
    assert outline_from(study.outline.as_dict()) == study.outline
    assert len(study.hashes()) == 4


def test_variants_keep_the_names_of_the_mixes() -> None:
    others = ds.Mixes(present="a", mixes={"a": {}, "c": {}})
    with pytest.raises(ds.ScenarioError, match="brings mixes of its own"):
        ds.Study([FIGHT, Variant(ds.vary(FIGHT, {}, name="other"), mixes=others)], PLAN, MIXES)


def test_a_plan_does_not_move_the_place_of_a_hostile_incident() -> None:
    post = PLAN.posts[0]
    drill = scenario("hostile", post.id)
    x_m, y_m = post.at
    moved = variant(drill, PLAN, MIXES, {f"posts.{post.id}.at": [f"{x_m + 1} m", f"{y_m} m"]})
    with pytest.raises(ds.ScenarioError, match="never searches"):
        ds.Study([drill, moved], PLAN, MIXES)
    locked = variant(drill, PLAN, MIXES, {"openings.d-101.lock": "push-button"})
    assert len(ds.Study([drill, locked], PLAN, MIXES).scenarios) == 2


@pytest.mark.parametrize("seed", ["a", 1.5, -1, None, True, np.nan])
def test_a_seed_of_a_study_is_whole_and_not_negative(seed: Any) -> None:
    with pytest.raises(ds.ScenarioError, match="seed: a whole number from 0 up"):
        ds.Study(FIGHT, PLAN, MIXES, seed=seed)


@pytest.mark.parametrize("runs", ["a", 1.5, 0, -1])
def test_runs_are_whole_and_at_least_one(runs: Any) -> None:
    with pytest.raises(ds.ScenarioError, match="runs: a whole number from 1 up"):
        ds.Study(FIGHT, PLAN, MIXES, runs=runs)


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    assert ds.Study(FIGHT, PLAN, MIXES, seed=np.int64(3), runs=np.int32(2)).seed == 3  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [TypeError, KeyError, AttributeError, IndexError, ZeroDivisionError, RuntimeError])
def test_a_programming_error_in_a_drill_ends_the_study(error: type[Exception]) -> None:
    def broken(*args: Any, **how: Any) -> Trace:
        if (args[2].name, how["replication"]) == ("b", 3):
            raise error("not the user's")
        return fake(*args, **how)

    with pytest.raises(error) as caught:
        ds.run(ds.Study(FIGHT, PLAN, MIXES, runs=5), simulate=broken)
    assert caught.value.__notes__ == ["drill 3 of 'play', mix 'b', seed 1"]


def broken_for_all(*args: Any, **how: Any) -> Trace:
    raise TypeError("not the user's")


def test_a_programming_error_on_an_executor_ends_the_study() -> None:
    with ThreadPoolExecutor(2) as pool, pytest.raises(TypeError, match="not the user's"):
        ds.run(ds.Study(FIGHT, PLAN, MIXES, runs=5), simulate=broken_for_all, executor=pool)
