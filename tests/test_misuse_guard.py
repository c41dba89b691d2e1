"""For hostile incidents place and time are not study axes, in files, in the API, and across scenarios of one family."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import drillsim as ds
from drillsim.scenario.staffing import Mixes
from plays import mix, scenario

PATCHES = {"elsewhere": {"incidents": [{"kind": "hostile", "where": "hall-0"}]}, "later": {"time_of_day": "12:00"}}


@pytest.mark.parametrize("name", PATCHES)
def test_an_override_of_a_hostile_scenario_cannot_move_it(name: str) -> None:
    drill = scenario("hostile", "hall-1", overrides=PATCHES)
    with pytest.raises(ds.ScenarioError, match="never searches"):
        drill.with_override(name)


def test_other_kinds_may_be_moved() -> None:
    drill = scenario("medical", "hall-1", overrides={"later": {"time_of_day": "12:00"}})
    assert drill.with_override("later").time_of_day == "12:00"


def test_a_file_with_such_an_override_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "drill.yaml"
    path.write_text(
        "drillsim: 1\nname: x\nincidents: [{kind: hostile, where: hall-1}]\noverrides:\n  later: {time_of_day: '12:00'}\n",
        encoding="utf-8",
    )
    with pytest.raises(ds.ScenarioError) as caught:
        ds.read_scenario(path)
    (fault,) = caught.value.faults
    assert (fault.code, fault.line) == ("DS506", 5)


def test_a_study_does_not_rank_places_of_a_hostile_incident(three_rooms: ds.FloorPlan) -> None:
    drills = [
        scenario("hostile", place, family="one").model_copy(update={"name": place}) for place in ("hall-0", "hall-1")
    ]
    mixes = Mixes(present="play", mixes={"play": mix()})
    with pytest.raises(ds.ScenarioError, match="never searches"):
        ds.Study(drills, three_rooms, mixes, runs=1)


@pytest.mark.parametrize(
    "script", [{"stages": [{"delay": "60 s"}]}, {"moves": [{"to": "hall-0", "after": "60 s"}]}, {"through": "e-east"}]
)
def test_the_script_of_a_hostile_event_is_no_axis(script: dict[str, Any]) -> None:
    moved = {"incidents": [{"kind": "hostile", "where": "hall-1", **script}]}
    with pytest.raises(ds.ScenarioError, match="script"):
        scenario("hostile", "hall-1", overrides={"other": moved}).with_override("other")


def test_the_weekday_of_a_hostile_event_is_no_axis() -> None:
    with pytest.raises(ds.ScenarioError, match="time"):
        scenario("hostile", "hall-1", overrides={"later": {"weekday": "friday"}}).with_override("later")


def test_no_row_tells_where_anybody_was_exposed(three_rooms: ds.FloorPlan) -> None:
    trace = ds.simulate(scenario("hostile", {"draw": {"corridor": "100 %"}}), three_rooms, mix(), seed=1)
    places = {s.id for s in three_rooms.spaces} | {o.id for o in three_rooms.openings}
    assert not any(value in places for row in trace.rows for value in row.values())
    assert {e.where for e in trace.events if e.what == "exposure"} == {"10", "20", "40"}
