"""Checks of plan, scenario and staffing against each other, before a drill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import drillsim as ds
from drillsim.crowd.laws import DOOR_LAWS, SPEED_LAWS
from drillsim.engine.world.world import laws_of
from drillsim.scenario.kinds import KINDS
from drillsim.scenario.staffing import Mixes
from plays import mix, scenario


def told(plan: ds.FloorPlan, drill: ds.Scenario, *units: dict[str, Any]) -> list[tuple[str, str]]:
    mixes = Mixes(present="play", mixes={"play": mix(*units)})
    return [(f.code, f.severity) for f in ds.check(drill, plan, mixes)]


SRO = {"id": "sro", "role": "sro", "post": "front-desk"}


@pytest.mark.parametrize(
    ("kind", "where", "changes", "expected"),
    [
        ("medical", "room-999", {}, ("DS203", "error")),
        ("medical", {"use": "gym"}, {}, ("DS207", "error")),
        ("medical", {"draw": {"classroom": "0 %"}}, {}, ("DS105", "error")),
        ("medical", {"draw": {"classroom": "40 %"}}, {}, ("DS405", "warning")),
        ("medical", {"draw": {"gym": "100 %"}}, {}, ("DS203", "error")),
        ("medical", "room-101", {"injects": [{"at": "1 s", "close": "d-999"}]}, ("DS204", "error")),
        ("medical", "room-101", {"injects": [{"at": "1 s", "order": "lockdown"}]}, ("DS504", "error")),
        ("medical", "room-101", {"injects": [{"at": "1 s", "absent": "sro-9"}]}, ("DS206", "error")),
        ("medical", "room-101", {"police": {"entry": "d-101"}}, ("DS204", "error")),
        ("medical", "room-101", {"primary": "able_s"}, ("DS206", "error")),
        ("medical", "room-101", {"goals": [{"measure": "able_on_scene_s", "at_most": "2 h", "in": "9 %"}]}, ("DS504", "warning")),
        ("medical", "room-101", {"goals": [{"measure": "secured_all_s", "at_most": "9 s", "in": "9 %"}]}, ("DS504", "warning")),
        ("fire", "room-101", {}, ("DS504", "warning")),
        ("medical", "room-101", {"time_of_day": "03:00"}, ("DS504", "warning")),
        ("medical", "room-101", {"laws": {"density_max": "0.2 /m2"}}, ("DS503", "warning")),
        ("medical", "room-101", {"laws": {"door": {"flow": "1 /s/m", "boundary": "45 cm"}}}, ("DS502", "error")),
        ("medical", "room-101", {"laws": {"density_max": "3.75 /m2"}}, ("DS105", "error")),
        ("medical", "room-101", {"laws": {"speed": "weidmann", "density_max": "5.4 /m2"}}, ("DS105", "error")),
        ("medical", "room-101", {"people": {"sources": [{"space": "hal-0", "rate": "1 /s"}]}}, ("DS203", "error")),
        ("medical", "room-101", {"people": {"sources": [{"space": "hall-0", "rate": "1 /s", "group": "adult"}]}}, ("DS206", "error")),
        ("medical", "room-101", {"people": {"sources": [{"space": "hall-0", "rate": "1e6 /s"}]}}, ("DS105", "error")),
        ("medical", "room-101", {"crowd": "stays", "people": {"sources": [{"space": "hall-0", "rate": "1 /s"}]}}, ("DS504", "warning")),
        ("medical", "room-101", {"people": {"routes": {"assigned": {"room-999": "e-main"}}}}, ("DS202", "error")),
    ],
)  # fmt: skip
def test_a_wish_the_plan_cannot_carry_out_is_told(
    three_rooms: ds.FloorPlan,
    kind: str,
    where: dict[str, Any] | str,
    changes: dict[str, Any],
    expected: tuple[str, str],
) -> None:
    assert expected in told(three_rooms, scenario(kind, where, **changes), SRO)


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        ({"id": "sro", "role": "sro", "post": "nowhere"}, "DS203"),
        ({"id": "sro", "role": "sro", "patrol": ["hall-0", "nowhere"]}, "DS203"),
        ({"id": "sro", "role": "sro"}, "DS505"),
        ({"id": "room-101", "role": "sro", "post": "front-desk"}, "DS201"),
    ],
)
def test_a_unit_the_plan_cannot_place_is_told(three_rooms: ds.FloorPlan, unit: dict[str, Any], code: str) -> None:
    assert (code, "error") in told(three_rooms, scenario("medical", "room-101"), unit)


def test_a_post_behind_a_locked_door_without_a_key_is_told(three_rooms: ds.FloorPlan) -> None:
    openings = tuple(o.model_copy(update={"locked": "both"}) if o.id == "d-101" else o for o in three_rooms.openings)
    plan = three_rooms.model_copy(update={"openings": openings})
    monitor = {"id": "m", "role": "monitor", "post": "room-101"}
    assert ("DS501", "warning") in told(plan, scenario("medical", "room-201"), monitor)


@pytest.mark.parametrize("door", [*DOOR_LAWS, {"flow": "1.5 /s/m", "boundary": "10 cm"}], ids=str)
@pytest.mark.parametrize("speed", SPEED_LAWS)
def test_every_named_law_can_be_chosen(three_rooms: ds.FloorPlan, door: Any, speed: Any) -> None:
    wish = scenario("medical", "room-101", laws={"door": door, "speed": speed})
    assert told(three_rooms, wish, SRO) == []
    laws = laws_of(wish.laws)
    assert laws.speed == speed
    assert laws.door_flow_psm == (DOOR_LAWS[door][0] if isinstance(door, str) else 1.5)


def test_a_good_wish_is_not_told_anything(three_rooms: ds.FloorPlan) -> None:
    assert told(three_rooms, scenario("medical", "room-101"), SRO) == []


def test_a_source_may_bring_a_group_that_does_not_attend(three_rooms: ds.FloorPlan) -> None:
    source = {"space": "hall-0", "rate": "30 /min", "group": "adults"}
    assert told(three_rooms, scenario("medical", "room-101", people={"sources": [source]}), SRO) == []


def test_the_fault_of_a_source_has_its_line(tmp_path: Path, three_rooms: ds.FloorPlan) -> None:
    path = tmp_path / "drill.yaml"
    path.write_text(
        "drillsim: 1\nname: drill\nincidents: [{kind: medical, where: room-101}]\npeople:\n  sources:\n"
        "    - {space: hall-0, rate: 1 /s}\n    - {space: hal-0, rate: 1 /s}\n",
        encoding="utf-8",
    )
    (fault,) = ds.check(ds.read_scenario(path), three_rooms)
    assert (fault.line, fault.column, fault.code) == (7, 15, "DS203")
    assert "Closest: 'hall-0'" in fault.message


def test_a_patrol_through_a_locked_door_without_a_key_is_told(three_rooms: ds.FloorPlan) -> None:
    openings = tuple(o.model_copy(update={"locked": "both"}) if o.id == "d-201" else o for o in three_rooms.openings)
    plan = three_rooms.model_copy(update={"openings": openings})
    walker = {"id": "m", "role": "monitor", "patrol": ["hall-0", "room-201"]}
    assert ("DS501", "error") in told(plan, scenario("medical", "room-101"), walker)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ({"calendar": {"monday": [{"from": "08:00", "to": "12:00"}, {"from": "11:00", "to": "15:00", "at": "court"}]}}, "DS507"),
        ({"timetable": [{"period": "class", "duty": "desk"}, {"from": "09:00", "to": "10:00", "duty": "patrol"}]}, "DS507"),
        ({"timetable": [{"period": "recess", "duty": "desk"}]}, "DS209"),
        ({"timetable": [{"period": "class", "duty": "desk", "at": "nowhere"}]}, "DS203"),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_is_told(three_rooms: ds.FloorPlan, day: dict[str, Any], code: str) -> None:
    assert (code, "error") in told(three_rooms, scenario("medical", "room-101"), {**SRO, **day})


def test_a_role_that_can_do_nothing_is_told(three_rooms: ds.FloorPlan) -> None:
    useless = Mixes(present="play", mixes={"play": mix(SRO, sro={"words": dict.fromkeys(KINDS, "stays-away")})})
    codes = [f.code for f in ds.check(scenario("medical", "room-101"), three_rooms, useless)]
    assert codes == ["DS505"]


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("disorder", {"police": {"officers": 1}}),
        ("hostile", {"dispatch": {"entry": "team"}, "police": {"officers": 3}}),
    ],
)
def test_a_kind_that_nobody_can_resolve_is_told(three_rooms: ds.FloorPlan, kind: str, changes: dict[str, Any]) -> None:
    assert ("DS505", "error") in told(three_rooms, scenario(kind, "room-101", **changes), SRO)


def test_an_entry_from_which_nobody_gets_in_is_told(three_rooms: ds.FloorPlan) -> None:
    openings = tuple(o.model_copy(update={"one_way": "out"}) if o.id == "e-main" else o for o in three_rooms.openings)
    plan = three_rooms.model_copy(update={"openings": openings})
    assert ("DS501", "error") in told(plan, scenario("medical", "room-101", police={"entry": "e-main"}), SRO)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"medical": "preference"}, "DS504"),
        ({"medical": "preference", "preference": [{"units": ["sro-9"]}]}, "DS206"),
        ({"medical": "preference", "preference": [{"spaces": ["gym"], "units": ["sro"]}]}, "DS203"),
        ({"agreement": ["officer"]}, "DS205"),
    ],
)
def test_a_dispatch_that_names_nothing_is_told(three_rooms: ds.FloorPlan, rules: dict[str, Any], code: str) -> None:
    assert (code, "error") in told(three_rooms, scenario("medical", "room-101", dispatch=rules), SRO)


def test_faults_of_a_units_day_have_their_line(tmp_path: Path, three_rooms: ds.FloorPlan) -> None:
    path = tmp_path / "mixes.yaml"
    path.write_text(
        "drillsim_mixes: 1\npresent: one\nmixes:\n  one:\n    units:\n      - id: sro-1\n        role: sro\n"
        '        post: front-desk\n        timetable:\n          - {from: "09:00", to: "10:00", duty: desk}\n'
        '          - {from: "09:30", to: "11:00", duty: patrol}\n',
        encoding="utf-8",
    )
    (fault,) = ds.check(scenario("medical", "room-101"), three_rooms, ds.read_mixes(path))
    assert (fault.line, fault.code) == (11, "DS507")
