"""Order of the mixes as watched for twice the horizon: held against a study that is watched for twice the horizon from the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from drillsim.analysis.contrasts import orders
from drillsim.record.trace import Trace, Value
from drillsim.streams.streams import Streams
from plays import scenario
from shipped import plan_named
from test_study import drill

PLAN = plan_named("three_rooms")
NAMES = ("one", "two", "three")
STAFF = ds.Mixes(present="one", mixes={name: {} for name in NAMES})


def late(scenario: ds.Scenario, plan: ds.FloorPlan, mix: ds.Mix, *, seed: int, replication: int = 0) -> Trace:
    """Play a drill whose time is a mixture of an early and a late one, by mix; what is not there by the horizon is not reached."""
    law = Streams(seed, mix.name)
    luck = Streams(seed, scenario.draws, replication).uniform("fake", "luck")
    time_s = (
        4
        * scenario.matters["times"]
        * (luck if luck < law.uniform("fake", "share") else luck + law.uniform("fake", "late"))
    )
    told = time_s if time_s <= scenario.horizon else None
    row: dict[str, Value] = {
        "scenario": scenario.name, "mix": mix.name, "replication": replication, "incident": "",
        "able_on_scene_s": told, "able_on_scene_status": "reached" if told is not None else "not-reached",
    }  # fmt: skip
    return Trace(scenario.name, mix.name, seed, replication, scenario.horizon, (), (row,))


def drilled(horizon: str) -> ds.Scenario:
    return scenario("behaviour", "hall-1", crowd="stays", horizon=horizon, matters="200 s", name="one")


@given(st.integers(0, 500))
@settings(max_examples=15, deadline=None)
def test_the_order_is_that_of_a_study_watched_so_long_from_the_start(seed: int) -> None:
    short, twice = (ds.Study(drilled(h), PLAN, STAFF, runs=12, seed=seed) for h in ("10 min", "20 min"))
    found = ds.watch_longer(ds.run(short, simulate=late), simulate=late)
    wanted = orders(ds.run(twice, simulate=late), "one", "able_on_scene_s")
    assert wanted is not None
    assert found.twice_horizon == {"one": wanted[0]}
    assert found.summary()["scenarios"]["one"]["order"] == {
        "horizon": list(wanted[1]),
        "half_horizon": found.summary()["scenarios"]["one"]["order"]["half_horizon"],
        "twice_horizon": list(wanted[0]),
    }


def test_drills_of_the_engine_keep_their_time_and_the_late_ones_get_one() -> None:
    """Nobody on site resolves it, so that the police decide; within 3 minutes few of them are there."""
    sro = {"id": "sro", "role": "sro", "post": "front-desk", "presence": "60 %"}
    staff = ds.Mixes(present="none", mixes={"none": {}, "sro": {"units": [sro]}})
    one = scenario("unwanted-person", "hall-1", crowd="stays", horizon="3 min")
    results = ds.run(ds.Study(one, PLAN, staff, runs=25, seed=2))
    assert "not-reached" in set(results.runs["able_on_scene_status"])
    found = ds.watch_longer(results)
    again = ds.run(ds.Study(ds.vary(one, {"horizon": "6 min"}), PLAN, staff, runs=25, seed=2))
    reached = (results.runs["able_on_scene_status"] == "reached").to_numpy()
    before, after = (one.runs["able_on_scene_s"].to_numpy()[reached] for one in (results, again))
    assert 0 < len(before) < len(results.runs)
    assert before.tolist() == after.tolist()
    (name,) = again.outline.scenarios
    wanted = orders(again, name, "able_on_scene_s")
    assert wanted is not None
    assert found.twice_horizon == {"play": wanted[0]}
    assert "Watched to twice the horizon (6:00): " in str(ds.compare(found))
    assert found.runs.equals(results.runs)


def test_results_of_a_folder_and_counts_have_no_order_at_twice_the_horizon(tmp_path: Path) -> None:
    counted = ds.Study(drill(primary="rooms_failed"), PLAN, STAFF, runs=2)
    assert ds.watch_longer(ds.run(counted, simulate=late_count)).twice_horizon == {}
    home = ds.write_results(ds.run(counted, simulate=late_count), tmp_path / "out")
    with pytest.raises(ds.ResultError, match="read from a folder"):
        ds.watch_longer(ds.read_results(home))


def late_count(scenario: ds.Scenario, plan: ds.FloorPlan, mix: ds.Mix, *, seed: int, replication: int = 0) -> Trace:
    row: dict[str, Value] = {
        "scenario": scenario.name,
        "mix": mix.name,
        "replication": replication,
        "incident": "",
        "rooms_failed": 1,
    }
    return Trace(scenario.name, mix.name, seed, replication, scenario.horizon, (), (row,))
