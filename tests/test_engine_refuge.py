"""Places of refuge: who goes there in an evacuation, and the warning where nobody can."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drillsim as ds
from crowd_worlds import box, door, people_at, plan_of
from drillsim.crowd.population import Population
from drillsim.engine.world.refuge import refuge_of, refuge_spaces, without_stairs
from drillsim.engine.world.world import World
from drillsim.plan.model import LeadsTo
from drillsim.scenario.people import LawsChoice, Refuge
from plays import scenario
from protocol_plays import with_openings

UPSTAIRS = {"room-201", "hall-1", "stair-a-1"}
REFUGE = {"spaces": ["hall-1"]}


def world_of(plan: ds.FloorPlan) -> World:
    return World(plan, LawsChoice())


def ids(plan: ds.FloorPlan, mask: Iterable[bool]) -> set[str]:
    return {s.id for s, here in zip(plan.spaces, mask, strict=True) if here}


def persons(
    plan: ds.FloorPlan,
    *where: str,
    groups: tuple[str, ...] = ("secondary", "needs-help"),
    group: Sequence[int] | None = None,
) -> Population:
    people = people_at([(plan.space_index[id_], 0.0, 0.0) for id_ in where])
    of = np.ones(len(where), dtype=np.int64) if group is None else np.array(group)
    return replace(people, groups=tuple(groups), group=of)


def makes_for(
    plan: ds.FloorPlan, people: Population, wish: dict[str, Any] = REFUGE, space: Sequence[int] | None = None
) -> list[Any]:
    spaces = people.space if space is None else np.array(space)
    found, _ = refuge_of(world_of(plan), Refuge.model_validate(wish), people, spaces)
    return list(found.tolist())


def test_upstairs_nobody_leaves_without_a_stair(three_rooms: ds.FloorPlan) -> None:
    stuck = ~without_stairs(world_of(three_rooms))
    assert ids(three_rooms, stuck) == UPSTAIRS


def test_in_a_school_of_one_floor_nobody_needs_a_refuge(primary: ds.FloorPlan) -> None:
    assert without_stairs(world_of(primary)).all()


def test_in_the_secondary_school_it_is_the_whole_second_floor(secondary: ds.FloorPlan) -> None:
    stuck = ids(secondary, ~without_stairs(world_of(secondary)))
    assert stuck == {s.id for s in secondary.spaces if s.level == "L1"}


def test_who_needs_help_upstairs_makes_for_the_refuge_and_downstairs_leaves(three_rooms: ds.FloorPlan) -> None:
    people = persons(three_rooms, "room-101", "room-201", "hall-1")
    assert makes_for(three_rooms, people) == [1, 2]


def test_others_leave_by_the_stairs(three_rooms: ds.FloorPlan) -> None:
    people = persons(three_rooms, "room-201", "room-201", group=[0, 1])
    assert makes_for(three_rooms, people) == [1]


def test_where_somebody_is_counts_and_not_where_they_began(three_rooms: ds.FloorPlan) -> None:
    index = three_rooms.space_index
    people = persons(three_rooms, "room-201", "room-201", "room-101", "room-201")
    assert makes_for(three_rooms, people, space=[index["room-101"], -1, index["hall-1"], -2]) == [2]


def test_a_refuge_that_no_level_way_leads_to_is_none(three_rooms: ds.FloorPlan) -> None:
    people = persons(three_rooms, "room-201")
    assert makes_for(three_rooms, people, {"spaces": ["room-101"]}) == []


def test_a_group_that_nobody_is_of_makes_for_nothing(three_rooms: ds.FloorPlan) -> None:
    people = persons(three_rooms, "room-201", groups=("secondary",), group=[0])
    assert makes_for(three_rooms, people) == []


def test_several_groups_may_make_for_it(three_rooms: ds.FloorPlan) -> None:
    people = persons(three_rooms, "room-201", "room-201", group=[0, 1])
    assert makes_for(three_rooms, people, REFUGE | {"groups": ["secondary", "needs-help"]}) == [0, 1]


def test_nobody_at_all_makes_for_nothing(three_rooms: ds.FloorPlan) -> None:
    assert makes_for(three_rooms, persons(three_rooms)) == []


def test_the_spaces_are_those_of_an_id_or_of_a_use_each_once(secondary: ds.FloorPlan) -> None:
    found = refuge_spaces(world_of(secondary), ["hall-main-1", {"use": "lobby"}, "lobby-1"])
    assert sorted(secondary.spaces[i].id for i in found) == ["hall-main-1", "lobby-0", "lobby-1"]
    assert (np.diff(found) > 0).all()


def test_a_door_that_only_leads_in_and_a_locked_one_lead_nobody_out() -> None:
    rooms = [
        ("a", "classroom", box(0, 0, 4, 4)),
        ("b", "classroom", box(4, 0, 8, 4)),
        ("c", "classroom", box(8, 0, 12, 4)),
    ]
    doors = [door("ab", "a", "b", 4, 2), door("bc", "b", "c", 8, 2), door("e", "c", "outside", 12, 2)]
    plan = plan_of(rooms, doors)
    assert without_stairs(world_of(plan)).tolist() == [True, True, True]
    one_way = with_openings(plan, bc={"one_way": LeadsTo(to="b")})
    assert without_stairs(world_of(one_way)).tolist() == [False, False, True]
    locked = with_openings(plan, ab={"lock": "key", "locked": "both"})
    assert without_stairs(world_of(locked)).tolist() == [False, True, True]


def test_a_field_is_as_good_as_the_outside() -> None:
    rooms = [("a", "classroom", box(0, 0, 4, 4)), ("field", "outdoors", box(4, 0, 30, 4))]
    plan = plan_of(rooms, [door("e", "a", "field", 4, 2), door("gate", "field", "outside", 30, 2)])
    assert without_stairs(world_of(plan)).tolist() == [True, True]


@pytest.mark.parametrize(
    ("refuge", "code"),
    [
        ({"spaces": ["hal-1"]}, ("DS203", "error")),
        ({"spaces": ["front-desk"]}, ("DS203", "error")),
        ({"spaces": [{"use": "gym"}]}, ("DS207", "error")),
        ({"spaces": ["hall-1"], "groups": ["needs-halp"]}, ("DS206", "error")),
    ],
)
def test_a_refuge_that_the_plan_does_not_have_is_told(
    three_rooms: ds.FloorPlan, refuge: dict[str, Any], code: tuple[str, str]
) -> None:
    wish = scenario("fire", "room-101", people={"refuge": refuge}, protocol={"action": "evacuate"})
    assert code in [(f.code, f.severity) for f in ds.check(wish, three_rooms)]


def test_a_refuge_without_an_evacuation_is_told(three_rooms: ds.FloorPlan) -> None:
    wish = scenario("medical", "room-101", people={"refuge": REFUGE})
    assert [(f.code, f.severity) for f in ds.check(wish, three_rooms)] == [("DS504", "warning")]


def test_a_good_refuge_is_not_told_anything(three_rooms: ds.FloorPlan) -> None:
    wish = scenario("fire", "room-101", people={"refuge": REFUGE}, protocol={"action": "evacuate"})
    assert ds.check(wish, three_rooms) == []


def test_a_refuge_that_nobody_upstairs_can_reach_is_told(three_rooms: ds.FloorPlan) -> None:
    wish = scenario("fire", "room-101", people={"refuge": {"spaces": ["room-101"]}}, protocol={"action": "evacuate"})
    (fault,) = ds.check(wish, three_rooms)
    assert (fault.code, fault.severity) == ("DS504", "warning")
    assert "'room-201'" in fault.message


def test_the_fault_of_a_refuge_has_its_line(tmp_path: Path, three_rooms: ds.FloorPlan) -> None:
    path = tmp_path / "drill.yaml"
    path.write_text(
        "drillsim: 1\nname: drill\nincidents: [{kind: fire, where: room-101}]\nprotocol: {action: evacuate}\npeople:\n"
        "  refuge:\n    groups: [needs-help]\n    spaces:\n      - hall-1\n      - hal-1\n",
        encoding="utf-8",
    )
    (fault,) = ds.check(ds.read_scenario(path), three_rooms)
    assert (fault.line, fault.column, fault.code) == (10, 9, "DS203")
