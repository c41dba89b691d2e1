"""`matters:` in a scenario file: one time or times by measure, checked like every other key."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

import drillsim as ds
from drillsim.record.outline import outline_from
from drillsim.study.design import Study

DRILL: dict[str, Any] = {"name": "d", "incidents": [{"id": "i", "kind": "medical", "where": "room-101"}]}


def scenario(**keys: Any) -> ds.Scenario:
    return ds.Scenario.model_validate(DRILL | keys)


def test_one_time_matters_for_all_times() -> None:
    assert scenario(matters="15 s").matters == {"times": 15.0}
    assert scenario(matters={"able_on_scene_s": "1 min", "times": "20 s"}).matters == {
        "able_on_scene_s": 60.0,
        "times": 20.0,
    }
    assert scenario().matters == {}


@pytest.mark.parametrize("value", ["0 s", "-5 s", 10, "10", {"able_on_scene_s": "0 s"}, ["10 s"]])
def test_what_matters_is_a_positive_time_with_its_unit(value: object) -> None:
    with pytest.raises(ValidationError):
        scenario(matters=value)


def test_an_unknown_measure_that_matters_is_a_located_fault(three_rooms: ds.FloorPlan, mixes: ds.Mixes) -> None:
    none = mixes.model_copy(update={"mixes": {"none": ds.Mix(units=())}, "present": "none"})
    faults = [f.message for f in ds.check(scenario(matters={"able_on_scene": "5 s"}), three_rooms, none)]
    assert any("able_on_scene_s" in message for message in faults)


def test_what_matters_reaches_the_outline_and_no_hash(three_rooms: ds.FloorPlan, mixes: ds.Mixes) -> None:
    plain, stated = (Study(scenario(**k), three_rooms, mixes, runs=1) for k in ({}, {"matters": "15 s"}))
    assert outline_from(stated.outline.as_dict()).scenarios["d"].matters == {"times": 15.0}
    assert plain.hashes() == stated.hashes()
