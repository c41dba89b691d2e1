"""For hostile incidents place and time are not study axes, in files, in the API, and across scenarios of one family."""

from __future__ import annotations

import pytest

import drillsim as ds
from drillsim.scenario.staffing import Mixes
from plays import mix, scenario

PATCHES = {"elsewhere": {"incidents": [{"kind": "hostile", "where": "hall-0"}]}, "later": {"time_of_day": "12:00"}}


@pytest.mark.parametrize("name", PATCHES)
def test_an_override_of_a_hostile_scenario_cannot_move_it(name):
    drill = scenario("hostile", "hall-1", overrides=PATCHES)
    with pytest.raises(ds.ScenarioError, match="never searches"):
        drill.with_override(name)


def test_other_kinds_may_be_moved():
    drill = scenario("medical", "hall-1", overrides={"later": {"time_of_day": "12:00"}})
    assert drill.with_override("later").time_of_day == "12:00"


def test_a_file_with_such_an_override_is_refused_with_its_place(tmp_path):
    path = tmp_path / "drill.yaml"
    path.write_text(
        "drillsim: 1\nname: x\nincidents: [{kind: hostile, where: hall-1}]\noverrides:\n  later: {time_of_day: '12:00'}\n",
        encoding="utf-8",
    )
    with pytest.raises(ds.ScenarioError) as caught:
        ds.read_scenario(path)
    (fault,) = caught.value.faults
    assert (fault.code, fault.line) == ("DS506", 5)


def test_a_study_does_not_rank_places_of_a_hostile_incident(three_rooms):
    drills = [
        scenario("hostile", place, family="one").model_copy(update={"name": place}) for place in ("hall-0", "hall-1")
    ]
    mixes = Mixes(present="play", mixes={"play": mix()})
    with pytest.raises(ds.ScenarioError, match="never searches"):
        ds.Study(drills, three_rooms, mixes, runs=1)
