"""Zones with times of their own, and who counts: who is outdoors at the order is out (rules B13, B15)."""

from __future__ import annotations

from typing import Any

import pytest

import drillsim as ds
from plays import mix, scenario, stamps
from protocol_plays import door, plan_of, room

UPSTAIRS = {"name": "upper floor", "spaces": [{"level": "L1"}], "after": "2 min"}


def evacuation(**protocol: Any) -> ds.Scenario:
    wish = {"action": "evacuate", "announced_by": "alarm", **protocol}
    return scenario("fire", "room-101", protocol=wish, noticing={"witness": "0 s"})


def last_out(trace: ds.Trace, rooms: set[int]) -> float:
    return max(e.time_s for e in trace.events if e.what == "out" and int(e.who.removeprefix("person-")) in rooms)


GROUND, UPPER = set(range(25)), set(range(25, 50))


def test_a_zone_leaves_by_its_own_time(three_rooms: ds.FloorPlan) -> None:
    at_once = ds.simulate(evacuation(), three_rooms, mix(), seed=1)
    by_phases = ds.simulate(evacuation(zones=[UPSTAIRS]), three_rooms, mix(), seed=1)
    assert stamps(by_phases, "zone-told") == [120.0]
    assert min(e.time_s for e in by_phases.events if e.what == "out" and int(e.who[7:]) in UPPER) > 120.0
    assert last_out(by_phases, GROUND) <= last_out(at_once, GROUND) + 1e-9
    assert last_out(by_phases, UPPER) > last_out(at_once, UPPER)


def test_a_space_belongs_to_the_first_zone_that_names_it(three_rooms: ds.FloorPlan) -> None:
    late = {"name": "rooms", "spaces": [{"use": "classroom"}], "after": "5 min"}
    first = ds.simulate(evacuation(zones=[UPSTAIRS, late]), three_rooms, mix(), seed=1)
    assert min(e.time_s for e in first.events if e.what == "out") > 120.0
    assert min(e.time_s for e in first.events if e.what == "out") < 300.0
    assert last_out(first, GROUND) > 300.0


def test_a_room_of_a_late_zone_locks_late(three_rooms: ds.FloorPlan) -> None:
    order = {"action": "lockdown", "zones": [UPSTAIRS]}
    trace = ds.simulate(scenario("hostile", "hall-0", protocol=order), three_rooms, mix(), seed=1)
    locked = {e.who: e.time_s for e in trace.events if e.what == "locked"}
    assert locked["room-201"] > stamps(trace, "order")[0] + 120.0 > locked["room-101"]


def test_a_zone_of_an_unknown_level_is_a_fault(three_rooms: ds.FloorPlan) -> None:
    faults = ds.check(evacuation(zones=[{**UPSTAIRS, "spaces": [{"level": "L7"}]}]), three_rooms)
    assert len(faults) == 1
    assert "no level called 'L7'" in str(faults[0])


@pytest.mark.parametrize("names", [["a", "a"]])
def test_two_zones_of_one_name_are_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match="one name"):
        evacuation(zones=[{**UPSTAIRS, "name": name} for name in names])


def with_field() -> ds.FloorPlan:
    """A hall with a room, and a class of twelve on the field behind it."""
    field = {
        "id": "field",
        "level": "L0",
        "use": "outdoors",
        "people": 12,
        "polygon": [[30, 0], [60, 0], [60, 10], [30, 10]],
    }
    long = {"id": "hall", "level": "L0", "use": "corridor", "people": 0, "polygon": [[0, 0], [30, 0], [30, 3], [0, 3]]}
    return plan_of(
        [long, room("a", 0, 10, 20), field],
        [
            door("door-a", "a", 5),
            {"id": "west", "kind": "exit", "spaces": ["hall", "outside"], "line": [[0, 1], [0, 2]]},
            {"id": "east", "kind": "exit", "spaces": ["hall", "field"], "line": [[30, 1], [30, 2]], "lock": "key"},
            {"id": "gate", "kind": "opening", "spaces": ["field", "outside"], "line": [[60, 1], [60, 4]]},
        ],
    )  # fmt: skip


@pytest.mark.parametrize("replication", range(6))
def test_who_needs_help_outdoors_is_not_waited_for(replication: int) -> None:
    groups = {"needs-help": {"share": "50 %"}, "secondary": {"share": "50 %"}}
    order = {"action": "evacuate", "announced_by": "alarm"}
    drill = scenario("fire", "hall", protocol=order, people={"groups": groups})
    row = ds.simulate(drill, with_field(), mix(), seed=1, replication=replication).row
    assert (row["people"], row["still_inside"]) == (20, 0)
    assert row["evacuated_needs_help_all_status"] == "reached"
    assert row["evacuated_all_status"] == "reached"


def test_where_all_who_need_help_are_outdoors_their_column_does_not_apply() -> None:
    groups = {"needs-help": {"share": "100 %"}}
    order = {"action": "evacuate", "announced_by": "alarm"}
    plan = with_field()
    spaces = tuple(s.model_copy(update={"people": 0}) if s.id == "a" else s for s in plan.spaces)
    drill = scenario("fire", "hall", protocol=order, people={"groups": groups}, noticing={"witness": "0 s"})
    row = ds.simulate(drill, plan.model_copy(update={"spaces": spaces}), mix(), seed=1).row
    assert row["people"] == 0
    assert row["evacuated_needs_help_all_status"] == "not-applicable"
