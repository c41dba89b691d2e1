"""What the plan check says of ways out is what the crowd does, and its advice helps a planner who follows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import drillsim as ds
from crowd_worlds import box, door, plan_of
from drillsim.plan.read import check_plan_file
from random_floors import plan_with
from test_plan_passage import faults_of, stuck, who_is_out

BARRED: list[dict[str, Any]] = [
    {"locked": "both"}, {"one_way": "in"}, {"one_way": {"to": "hall"}}, {"locked": {"keeps_out_of": "outside"}},
]  # fmt: skip


def row_of_rooms(*, exit_is: dict[str, Any], door_is: dict[str, Any] | None = None) -> ds.FloorPlan:
    """A room behind a room behind a hall with one exit."""
    spaces = [
        ("store", "storage", box(0, 0, 4, 8)),
        ("room", "classroom", box(4, 0, 12, 8)),
        ("hall", "corridor", box(0, 8, 20, 11)),
    ]
    ways = [
        door("s", "store", "room", 4, 4), door("d", "room", "hall", 8, 8, line=[[7.5, 8], [8.5, 8]]) | (door_is or {}),
        door("x", "hall", "outside", 20, 9.5) | exit_is,
    ]  # fmt: skip
    return plan_of(spaces, ways)


@pytest.mark.parametrize("how", BARRED)
@pytest.mark.parametrize("at", ["exit", "door"])
def test_the_way_out_that_nobody_may_pass_is_named_and_the_advice_opens_it(at: str, how: dict[str, Any]) -> None:
    """Before, everybody behind an exit that leads only in was told to 'add the missing opening, stair or exit'."""
    if at == "door":
        how = yaml.safe_load(str(how).replace("'hall'", "'room'").replace("outside", "hall"))
    plan = row_of_rooms(exit_is=how) if at == "exit" else row_of_rooms(exit_is={}, door_is=how)
    told = [f.message for f in faults_of(plan) if f.code == "DS310"]
    name = "x" if at == "exit" else "d"
    assert len(told) == (3 if at == "exit" else 2)
    assert all(f"on the way out '{name}'" in message for message in told)
    assert who_is_out(plan) == [s.id not in stuck(plan) for s in plan.spaces]
    for message in told:
        found = re.findall(r"'((?:one_way|locked): \{.*?\})'", message)
        advice = yaml.safe_load(found[-1])
        mended = row_of_rooms(exit_is=advice) if at == "exit" else row_of_rooms(exit_is={}, door_is=advice)
        assert not stuck(mended)


@pytest.mark.parametrize("gap_m", [0.3, 0.49, 0.5, 0.7, 2.0])
@pytest.mark.parametrize("exits", ["west", "east", "both"])
def test_check_and_crowd_agree_on_who_passes_a_narrow_place(gap_m: float, exits: str) -> None:
    """Before, a hall closed by a column was 'plan OK: every space can reach an exit', and nobody came out."""
    spaces = [
        {"id": "hall", "use": "corridor", "polygon": box(0, 0, 20, 3), "holes": [box(9, -1, 11, 3 - gap_m)]},
        {"id": "west-room", "use": "classroom", "polygon": box(0, 3, 8, 9)},
        {"id": "east-room", "use": "classroom", "polygon": box(12, 3, 20, 9)},
    ]
    ways = [
        door("w", "west-room", "hall", 4, 3, line=[[3.5, 3], [4.5, 3]]),
        door("e", "east-room", "hall", 16, 3, line=[[15.5, 3], [16.5, 3]]),
    ]
    ways += [door("x-west", "hall", "outside", 0, 1.5)] * (exits != "east")
    ways += [door("x-east", "hall", "outside", 20, 1.5)] * (exits != "west")
    plan = plan_with(spaces, ways)
    assert who_is_out(plan)[1:] == [s.id not in stuck(plan) for s in plan.spaces][1:]
    assert any("a part of 'hall'" in f.message for f in faults_of(plan) if f.code == "DS310") == (
        gap_m < 0.5 and exits != "both"
    )


def test_a_building_whose_exits_all_lead_into_a_court_names_the_court() -> None:
    spaces = [("hall", "corridor", box(0, 0, 20, 3)), ("yard", "outdoors", box(20, 0, 40, 20))]
    plan = plan_of(spaces, [door("x", "hall", "yard", 20, 1.5, kind="exit")])
    assert [f.message for f in faults_of(plan) if "every way leads into 'yard'" in f.message]


def test_an_exit_between_two_rooms_is_told() -> None:
    plan = row_of_rooms(exit_is={}, door_is={"kind": "exit"})
    assert [f.message for f in faults_of(plan)] == [
        "'d' is an exit, but 'room' and 'hall' are both inside. Write 'kind: door'"
    ]


def test_services_come_in_by_what_counts_as_an_exit(tmp_path: Path) -> None:
    """Before, an 'exit' into an enclosed court or into a room was taken for a way in of the police."""
    room = "{{id: {0}, level: L0, use: {1}, polygon: [[{2}, 0], [{3}, 0], [{3}, 9], [{2}, 9]]}}"
    rooms = ", ".join(
        room.format(*at) for at in (("r", "gym", 0, 9), ("hall", "lobby", 9, 18), ("yard", "outdoors", 18, 30))
    )
    doors = "".join(
        f"  - {{id: {id_}, kind: exit, spaces: [{sides}], line: [[{x}, 3], [{x}, 4]]}}\n"
        for id_, sides, x in (("d", "r, hall", 9), ("c", "hall, yard", 18), ("x", "r, outside", 0))
    )
    head = HEAD.replace(", {id: L1, elevation: 0}", "")
    for entry, is_told in (("d", True), ("c", True), ("x", False)):
        faults = told(
            f"{head}units: m\nspaces: [{rooms}]\nopenings:\n{doors}entries: {{police: [{entry}]}}\n", tmp_path
        )
        assert any(f"'{entry}' is no exit" in m and "Known: 'x'" in m for m in faults) == is_told, faults


def test_a_misspelt_space_of_a_door_is_told_once() -> None:
    """Before, the room without its door and the hall 'joined only through the outside' were faults of their own."""
    plan = row_of_rooms(exit_is={}, door_is={"spaces": ["Room", "hall"]})
    assert [f.code for f in faults_of(plan)].count("DS202") == 1
    assert not [f for f in faults_of(plan) if f.code == "DS311"]
    spaces = [("room", "classroom", box(4, 0, 12, 8)), ("hall", "corridor", box(0, 8, 20, 11))]
    ways = [door("d", "Room", "hall", 8, 8, line=[[7.5, 8], [8.5, 8]]), door("x", "hall", "outside", 20, 9.5)]
    assert [f.code for f in faults_of(plan_of(spaces, ways))] == ["DS202"]


HEAD = "drillsim_plan: 1\nname: x\nlevels: [{id: L0, elevation: 0}, {id: L1, elevation: 0}]\n"


def told(text: str, folder: Path) -> list[str]:
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    return [f"{f.code} {f.message}" for f in check_plan_file(folder / "plan.yaml")[1]]


def test_a_plan_without_units_is_told_so_once_with_the_key_to_write(tmp_path: Path) -> None:
    """Before, each of hundreds of numbers was a fault, and none of them named 'units:'."""
    room = "spaces: [{id: r, level: L0, use: gym, polygon: [[0, 0], [9, 0], [9, 9], [0, 9]]}]\n"
    way = "openings: [{id: x, kind: exit, spaces: [r, outside], line: [[0, 3], [0, 4]], width: 1 parsec}]\n"
    faults = told(HEAD + room + way, tmp_path)
    assert len(faults) == 2
    assert "Write 'units:' and one of m, cm, mm, ft, in at the top of the file" in faults[0]
    assert "So with 13 more numbers" in faults[0]
    assert "'parsec' is no unit of length" in faults[1]


@pytest.mark.parametrize(
    ("unit", "width", "asked"),
    [("ft", "'36'", "36 in"), ("ft", "36 ft", "36 in"), ("in", "3", "3 ft"), ("m", "90", "90 cm"), ("m", "900", "900 mm"),
     ("mm", "90", "90 cm"), ("cm", "900", "900 mm"), ("m", "3.9", None), ("ft", "15", None)],
)  # fmt: skip
def test_a_width_in_another_unit_is_asked_for_with_its_unit(
    tmp_path: Path, unit: str, width: str, asked: str | None
) -> None:
    size = {"ft": 0.3048, "in": 0.0254, "m": 1, "cm": 0.01, "mm": 0.001}[unit]
    far, near, end = (f"{v / size:.6f}" for v in (9, 3, 4))
    plan = HEAD.replace(", {id: L1, elevation: 0}", "") + (
        f"units: {unit}\nspaces: [{{id: r, level: L0, use: gym, polygon: [[0, 0], [{far}, 0], [{far}, {far}], [0, {far}]]}}]\n"
        f"openings: [{{id: x, kind: exit, spaces: [r, outside], line: [[0, {near}], [0, {end}]], width: {width}}}]\n"
    )
    (message,) = [m for m in told(plan, tmp_path) if m.startswith("DS402")]
    assert (f"Did you mean '{asked}'?" in message) if asked else ("Did you mean" not in message)


@pytest.mark.parametrize("slope", ["1:0", "12", "'12'", "1 in 12", "4.8 deg", "'0.08'", "true", "''"])
def test_a_slope_that_is_none_is_answered_with_slopes(tmp_path: Path, slope: str) -> None:
    """Before, the example was 30 %, a slope that nobody should write."""
    room = "units: m\nspaces: [{id: r, level: L0, use: gym, polygon: [[0, 0], [9, 0], [9, 9], [0, 9]]}]\n"
    ramp = f"ramps: [{{id: p, lower: r, upper: r, width: 1.2, length: 9, slope: {slope}}}]\n"
    (message,) = [m for m in told(HEAD + room + ramp, tmp_path) if "slope" in m and "ramps.p" in m]
    assert "is no slope. Write '1:12' or '8 %'" in message


def test_levels_of_one_height_are_no_stair_upside_down(tmp_path: Path) -> None:
    rooms = ", ".join(
        f"{{id: r{k}, level: L{k}, use: stair, polygon: [[0, 0], [9, 0], [9, 9], [0, 9]]}}" for k in (0, 1)
    )
    stair = "stairs: [{id: s, lower: r0, upper: r1, rise: 4, width: 1.2, length: 9}]\n"
    faults = told(f"{HEAD}units: m\nspaces: [{rooms}]\n{stair}", tmp_path)
    assert any(
        "stair 's': levels 'L0' and 'L1' both lie at 0.00 m. Correct the 'elevation' of one" in m for m in faults
    )
    assert not [m for m in faults if "Swap" in m]
