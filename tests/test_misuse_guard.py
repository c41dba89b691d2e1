"""For hostile incidents place, script and time are not study axes: in files, in the API, and across scenarios of any name."""

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


ELSEWHERE: dict[str, dict[str, Any]] = {
    "place": {"incidents": [{"kind": "hostile", "where": "hall-0"}]},
    "script": {"incidents": [{"kind": "hostile", "where": "hall-1", "moves": [{"to": "hall-0", "after": "60 s"}]}]},
    "onset": {"incidents": [{"kind": "hostile", "where": "hall-1", "at": "60 s"}]},
    "time": {"time_of_day": "11:00"},
    "weekday": {"weekday": "friday"},
    "its id": {"incidents": [{"kind": "hostile", "where": "hall-0", "id": "x"}], "protocol": {"incident": "x"}},
}
WATCHED: dict[str, dict[str, Any]] = {
    "as it is": {},
    "family": {"family": "another"},
    "title": {"title": "Something else"},
    "horizon": {"horizon": "29 min"},
    "goal": {"goals": [{"measure": "able_on_scene_s", "at_most": "3 min", "in": "90 %"}]},
    "inject": {"injects": [{"at": "20 min", "close": "d-101"}]},
    "crowd": {"crowd": "stays"},
}


@pytest.mark.parametrize("watched", WATCHED)
@pytest.mark.parametrize("axis", ELSEWHERE)
def test_no_name_hides_that_only_place_script_or_time_differ(
    axis: str, watched: str, three_rooms: ds.FloorPlan
) -> None:
    lockdown = {"protocol": {"action": "lockdown"}}
    one = scenario("hostile", "hall-1", **lockdown)
    moved = {**ELSEWHERE[axis], **WATCHED[watched], "name": "other"}
    other = scenario(
        "hostile", "hall-1", **{**moved, "protocol": {**lockdown["protocol"], **moved.get("protocol", {})}}
    )
    mixes = Mixes(present="play", mixes={"play": mix()})
    for pair in ([one, other], [other, one], [scenario("medical", "hall-1", name="first"), other, one]):
        with pytest.raises(ds.ScenarioError, match="never searches"):
            ds.Study(pair, three_rooms, mixes, runs=1)


def test_other_drills_with_a_hostile_event_may_stand_side_by_side(three_rooms: ds.FloorPlan) -> None:
    mixes = Mixes(present="play", mixes={"play": mix()})
    one = scenario("hostile", "hall-1", family="", protocol={"action": "lockdown"})
    for other in (
        scenario("hostile", "hall-1", family="", protocol={"action": "lockdown"}, police={"law": "600 s"}, name="b"),
        scenario("hostile", "hall-0", family="", protocol={"action": "hold"}, name="b"),
        scenario("false-report", "hall-0", family="", protocol={"action": "lockdown"}, name="b"),
        scenario("medical", "hall-0", family="", protocol={"action": "lockdown"}, name="b"),
    ):
        assert len(ds.Study([one, other], three_rooms, mixes, runs=1).scenarios) == 2


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
