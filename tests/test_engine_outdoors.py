"""Outdoor spaces: classes and units on a field, a bus loop and a path, and the doors by which they re-enter."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import crowd_worlds
import drillsim as ds
from crowd_worlds import box, door, people_at
from drillsim.crowd.interface import UnitPath
from drillsim.engine.world.world import world_of
from drillsim.plan.checks import check_plan
from plays import mix, scenario, stamps
from protocol_plays import ORDER_S, drill, with_openings

FIELD = 24
"""Pupils on the field of the courtyard school; nobody hears an announcement there."""
PORTABLE = 20


@pytest.fixture(scope="module")
def court() -> ds.FloorPlan:
    return ds.read_plan(Path(__file__).resolve().parents[1] / "floorplans" / "courtyard_school.yaml")


def play(wish: ds.Scenario, plan: ds.FloorPlan, *units: dict[str, Any], **more: Any) -> ds.Trace:
    assert [f for f in ds.check(wish, plan) if f.severity == "error"] == []
    return ds.simulate(wish, plan, mix(*units), seed=1, **more)


def at_end(trace: ds.Trace) -> dict[str, float]:
    return {e.why: e.value or 0.0 for e in trace.events if e.what == "at-horizon"}


def sro(post: str, **more: Any) -> dict[str, Any]:
    return {"id": "sro", "role": "sro", "post": post, **more}


# ---------------------------------------------------------------------- the plan


def test_an_exit_with_a_lock_is_locked_from_outside_wherever_it_leads(court: ds.FloorPlan) -> None:
    state = {o.id: o.state for o in court.openings if o.kind == "exit"}
    assert {state[id_] for id_ in ("exit-2", "exit-4", "exit-5", "main-entrance")} == {"outside"}
    assert state["field-gate"] == "no"


def test_doors_to_the_path_and_the_field_are_exits_and_gates_are_not(court: ds.FloorPlan) -> None:
    network = ds.build(court)
    exits = {network.name_of_way(w) for w in network.exits}
    assert exits == {"main-entrance", "exit-2", "exit-3", "exit-4", "exit-5", "door-portable"}


def test_a_portable_classroom_belongs_to_the_school_by_the_path_that_is_drawn(court: ds.FloorPlan) -> None:
    assert check_plan(court) == []
    without_path = with_openings(court, door_portable={"kind": "exit", "spaces": ("portable", "outside")})
    assert [f.code for f in check_plan(without_path)] == ["DS311"]


def test_a_lock_keeps_people_out_of_the_inside_whichever_space_is_named_first(court: ds.FloorPlan) -> None:
    turned = with_openings(court, exit_4={"spaces": ("field", "stair-a-0")})
    for plan in (court, turned):
        network = ds.build(plan)
        way = network.way_index("exit-4")
        inside = plan.spaces[int(network.way_spaces[way, network.inner_sides[way]])].id
        assert inside == "stair-a-0"
        world = world_of(plan, drill("none"))
        assert [bool(world.locked_at_start[way, k]) for k in (0, 1)] == [k == network.inner_sides[way] for k in (0, 1)]


def test_a_portable_classroom_is_a_part_of_its_own_and_no_place_to_come_in_to(court: ds.FloorPlan) -> None:
    world = world_of(court, drill("none"))
    index, part = court.space_index, world.parts
    assert part[index["field"]] == part[index["path"]] == -1
    assert part[index["portable"]] != part[index["library"]] == part[index["room-203"]]
    assert index["portable"] not in world.rooms_inside
    assert index["library"] in world.rooms_inside


# ---------------------------------------------------------------------- units


def test_a_unit_on_the_bus_loop_comes_in_by_its_key(court: ds.FloorPlan) -> None:
    trace = play(scenario("behaviour", "room-103"), court, sro("bus-post"))
    (there,) = [e for e in trace.events if e.what == "doors" and e.who == "sro"]
    assert there.value == 10.0
    to_door = np.hypot(4, 20.015 - 14)
    (walked,) = [e.value for e in trace.events if e.what == "walked"]
    assert walked * 2.5 > to_door + 9


def test_a_unit_without_a_key_goes_round_to_a_door_that_is_open(court: ds.FloorPlan) -> None:
    monitor = {"id": "monitor", "role": "monitor", "post": "path"}
    wish = scenario("behaviour", "library")
    locked = play(wish, court, monitor)
    assert stamps(locked, "cannot-reach", "monitor")
    unlocked = play(wish, with_openings(court, exit_4={"locked": "no"}), monitor)
    assert stamps(unlocked, "on-scene", "monitor")


def test_a_patrol_on_the_field_sees_what_happens_there_and_enters_from_it(court: ds.FloorPlan) -> None:
    patrol = {"id": "sro", "role": "sro", "patrol": ["field", "path"], "stays": "30 s"}
    seen = play(scenario("behaviour", "field", noticing={"witness": "3 s"}), court, patrol)
    assert 3 <= stamps(seen, "under-way", "sro")[0] <= 90
    inside = play(scenario("medical", "library"), court, patrol)
    assert stamps(inside, "on-scene", "sro")[0] < 120


def test_somebody_on_the_field_sees_what_happens_there(court: ds.FloorPlan) -> None:
    trace = play(scenario("behaviour", "field"), court)
    assert [e.why for e in trace.events if e.what == "noticed"] == ["somebody there saw it"]


# ---------------------------------------------------------------------- who is outdoors


def test_in_an_evacuation_who_is_outdoors_counts_as_outside(court: ds.FloorPlan) -> None:
    trace = play(drill("evacuate", "fire", "library"), court)
    inside = sum(s.people for s in court.spaces) - FIELD
    assert len(stamps(trace, "out")) == inside
    assert [(e.where, e.value) for e in trace.events if e.what == "stay-outdoors"] == [("field", FIELD)]
    assert at_end(trace) == {"out": inside, "waiting": FIELD}


def test_an_evacuation_counts_people_where_their_exit_leads_and_a_class_outdoors(
    court: ds.FloorPlan,
) -> None:
    trace = play(drill("evacuate", "fire", "library"), court)
    heads = {e.who: e.value or 0.0 for e in trace.events if e.what == "accounted"}
    assert heads.pop("school") == sum(heads.values())
    assert heads["field"] == FIELD
    assert {"field-south", "field-west", "field-north", "outside"} <= set(heads)


@pytest.mark.parametrize("action", ["hold", "lockdown"])
def test_in_a_hold_and_in_a_lockdown_who_is_outdoors_stays_there(court: ds.FloorPlan, action: str) -> None:
    trace = play(drill(action, where="lobby"), court, record_legs=True)
    assert stamps(trace, "stay-outdoors") == [ORDER_S + 40]
    assert stamps(trace, "accounted", "field") == [ORDER_S + 40 + 60]
    assert not [leg for leg in trace.legs if leg.who.startswith("person")]


def test_a_portable_classroom_locks_like_any_room(court: ds.FloorPlan) -> None:
    trace = play(drill("lockdown", where="lobby"), court)
    assert stamps(trace, "secured", "portable") == stamps(trace, "secured", "room-101")


def test_in_a_hold_nobody_leaves_the_building_for_the_portable(court: ds.FloorPlan) -> None:
    spaces = tuple(s.model_copy(update={"people": 12 if s.id == "stair-a-0" else s.people}) for s in court.spaces)
    busy = tuple(p.model_copy(update={"share": {**p.share, "stair": 1.0}}) for p in court.timetable)
    trace = play(drill("hold", where="lobby"), court.model_copy(update={"spaces": spaces, "timetable": busy}))
    went = {e.where for e in trace.events if e.what == "in-place"}
    assert len(stamps(trace, "in-place")) == 12
    assert "portable" not in went


def test_in_a_secure_everybody_on_the_field_comes_in(court: ds.FloorPlan) -> None:
    trace = play(drill("secure", where="lobby"), court)
    assert [e.value for e in trace.events if e.what == "asked"] == [FIELD]
    assert len(stamps(trace, "in-place")) == FIELD
    assert not {e.where for e in trace.events if e.what == "in-place"} & {"portable", "field", "path"}


def test_in_a_secure_the_doors_by_which_people_come_in_are_locked_after_them(court: ds.FloorPlan) -> None:
    trace = play(drill("secure", where="lobby"), court, record_legs=True)
    opened = {e.who: e.time_s for e in trace.events if e.what == "held-open"}
    locked = {e.who: e.time_s for e in trace.events if e.what == "locked"}
    points = [(t, x, y) for leg in trace.legs for t, x, y in zip(leg.times_s, leg.x_m, leg.y_m, strict=True)]
    seen_outdoors = [t for t, x, y in points if y >= 38 or (y >= 31 and x > 41)]
    at_the_door = [e.time_s for e in trace.events if e.what == "in-place" and e.where == "library"]
    last_in = max(seen_outdoors + at_the_door)
    assert set(opened) == {"exit-4", "exit-5"}
    assert all(locked[id_] > last_in > opened[id_] for id_ in opened)
    assert locked["exit-5"] <= last_in + 2 + 2  # a look, and the door shuts by itself: somebody stands there
    others = {id_: t for id_, t in locked.items() if id_ not in opened and id_ != "door-portable"}
    assert set(others.values()) == {ORDER_S + 8}


def test_a_door_that_is_held_open_is_locked_by_its_own_lock(court: ds.FloorPlan) -> None:
    trace = play(drill("secure", where="lobby", protocol={"rooms": {"auto": "2 s"}}), court)
    locked = {e.who: e.time_s for e in trace.events if e.what == "locked"}
    assert locked["exit-4"] - locked["exit-5"] == 15 - 2  # by key, and by card: it shuts by itself
    assert sorted(locked) == sorted(e.who for e in trace.events if e.what == "locked")  # each of them once


def test_people_who_find_no_door_stay_outdoors_and_doors_are_locked(court: ds.FloorPlan) -> None:
    shut = with_openings(court, exit_4={"one_way": "out"}, exit_5={"one_way": "out"}, door_portable={"locked": "both"})
    trace = play(drill("secure", where="lobby"), shut)
    assert [e.why for e in trace.events if e.what == "stay-outdoors"] == ["no door that they can open"]
    assert not stamps(trace, "in-place")
    assert {e.who for e in trace.events if e.what == "locked"} == {e.who for e in trace.events if e.what == "lockable"}


def test_a_shelter_brings_in_the_field_and_the_portable(court: ds.FloorPlan) -> None:
    wish = drill("shelter", "hazard", "lobby", protocol={"shelter_in": ["cafeteria", {"use": "restroom"}]})
    trace = play(wish, court)
    assert at_end(trace) == {"settled (in a room)": sum(s.people for s in court.spaces)}
    opened = {e.who: e.time_s for e in trace.events if e.what == "held-open"}
    assert set(opened) == {"exit-4", "exit-5"}
    assert opened["exit-5"] < ORDER_S + 40 < opened["exit-4"]  # the portable hears it, the field does not


# ---------------------------------------------------------------------- the crowd at such a door


def yard(inside: str = "hall", outside: str = "yard") -> crowd_worlds.World:
    plan = crowd_worlds.plan_of(
        [("hall", "corridor", box(0, 0, 10, 4)), ("yard", "outdoors", box(10, 0, 30, 4)),
         ("room", "classroom", box(0, 4, 10, 10))],
        [door("d", inside, outside, 10, 2, kind="exit", lock="key"), door("e", "hall", "outside", 0, 2),
         door("r", "room", "hall", 5, 4, line=[[4.5, 4], [5.5, 4]])],
    )  # fmt: skip
    return crowd_worlds.World(plan, people_at([(1, 15, 2), (1, 16, 2)]))


@pytest.mark.parametrize("sides", [("hall", "yard"), ("yard", "hall")])
def test_people_outdoors_do_not_pass_a_door_that_is_locked_from_outside(sides: tuple[str, str]) -> None:
    world = yard(*sides)
    world.crowd.to_lockable(np.array([0, 1]), open_rooms={2})
    world.run(60)
    assert world.crowd.tally() == {("stranded", "no way"): 2}


def test_people_outdoors_wait_at_a_locked_door_and_then_pass_one_by_one() -> None:
    world = yard()
    world.crowd.to_lockable(np.array([0, 1]), open_rooms={2})
    world.crowd.let_in(world.way("d"), after_s=8.0)
    world.run(60)
    passed = [t for t, _, border, _ in world.crowd.log if border == world.way("d")]
    rest = 1 / (1.3 * (1 - 0.3))
    assert passed == [8.0, pytest.approx(8.0 + rest)]
    assert world.crowd.tally() == {("settled", "in a room"): 2}


def test_a_closed_door_stays_closed_when_its_lock_is_open() -> None:
    world = yard()
    world.crowd.to_lockable(np.array([0, 1]), open_rooms={2})
    unit = world.crowd.add_unit("u", 1, (12, 2), level_mps=1.0, stair_up_mps=1.0, stair_down_mps=1.0)
    world.crowd.send(unit, UnitPath([(world.way("d"), 0)], 0, (5, 2)))
    world.crowd.close(world.way("d"))
    world.crowd.let_in(world.way("d"), after_s=8.0)
    world.run(60)
    assert world.crowd.tally() == {("stranded", "no way"): 2}
    assert world.crowd.space_of(unit) == 1
