"""A single drill is refused before it begins, with located faults, where its arguments do not fit each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import drillsim as ds
from plays import mix, scenario
from shipped import ROOT, plan_named

PLAN = plan_named("three_rooms")
SOMEWHERE = {"draw": {"corridor": "90 %", "gim": "10 %"}}
GUARD = {"id": "g", "role": "unarmed-guard", "post": "front-desk"}


@pytest.mark.parametrize("seed", range(12))
def test_a_place_that_the_plan_lacks_is_told_before_any_drill_not_in_the_eleventh(seed: int) -> None:
    with pytest.raises(ds.ScenarioError) as caught:
        ds.simulate(scenario("behaviour", SOMEWHERE), PLAN, mix(), seed=seed)
    (fault,) = caught.value.faults
    assert fault.path[:2] == ("incidents", 0)
    assert "'gim'" in fault.message


def test_the_fault_of_a_scenario_from_a_file_has_its_line() -> None:
    fight = ds.read_scenario(ROOT / "scenarios" / "fight.yaml")
    with pytest.raises(ds.ScenarioError, match=r"fight\.yaml:20:\d+: error DS203: no space or post called 'cafeteria'"):
        ds.simulate(fight, PLAN, mix(), seed=1)


@pytest.mark.parametrize(
    "changes",
    [{"post": "front-dask"}, {"patrol": ["hall-0", "hall-9"]}, {"timetable": [{"period": "clas", "duty": "desk"}]}],
    ids=str,
)
def test_a_unit_at_a_place_that_the_plan_lacks_is_told(changes: dict[str, Any]) -> None:
    with pytest.raises(ds.ScenarioError, match=r"mix 'play': error DS20\d: .*Closest: '"):
        ds.simulate(scenario("behaviour", "hall-1"), PLAN, mix({**GUARD, **changes}), seed=1)


def test_a_role_that_no_file_gave_is_told() -> None:
    staff = ds.Mix(name="m", units=[{**GUARD, "role": "unarmed-gard"}])
    with pytest.raises(ds.ScenarioError, match="no role called 'unarmed-gard'"):
        ds.simulate(scenario("behaviour", "hall-1"), PLAN, staff, seed=1)


@pytest.mark.parametrize("number", ["a", 1.5, -1, None, True, np.nan, "1"])
@pytest.mark.parametrize("what", ["seed", "replication"])
def test_seed_and_replication_are_whole_and_not_negative(what: str, number: Any) -> None:
    with pytest.raises(ds.ScenarioError, match=f"{what}: a whole number from 0 up is needed"):
        ds.simulate(scenario("behaviour", "hall-1"), PLAN, mix(), **{"seed": 1, what: number})


def test_numbers_of_numpy_and_mixes_without_a_name_are_fine() -> None:
    drill = scenario("behaviour", "hall-1")
    trace = ds.simulate(drill, PLAN, ds.Mix(units=[GUARD]), seed=np.int64(1))  # type: ignore[arg-type]
    assert trace.row == ds.simulate(drill, PLAN, ds.Mix(units=[GUARD]), seed=1).row


def test_one_mix_is_not_refused_for_units_that_only_others_have() -> None:
    drill = scenario("behaviour", "hall-1", injects=[{"at": "5 s", "absent": "sro-9"}])
    assert ds.simulate(drill, PLAN, mix(GUARD), seed=1).rows
