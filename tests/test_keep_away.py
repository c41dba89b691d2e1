"""Who knows where an event is keeps away from it, its room is not secured, and doors are held (rules B21, B25)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from drillsim.engine.protection.keep_away import surroundings_of
from drillsim.engine.world.world import world_of
from plays import mix, stamps
from protocol_plays import drill, plan_of

AWAY = {"names_place": True, "keep_away": "10 m", "in_view": "20 m", "in_the_space": "leave"}
EVENT_KINDS = ("secured", "failed", "unlockable", "left", "open", "with_event")


def box(id_: str, use: str, corners: tuple[float, float, float, float], people: int = 0) -> dict[str, Any]:
    x0, y0, x1, y1 = corners
    return {
        "id": id_,
        "level": "L0",
        "use": use,
        "polygon": [[x0, y0], [x1, y0], [x1, y1], [x0, y1]],
        "people": people,
    }


def across(id_: str, a: str, b: str, x: float, y: float, kind: str = "door", lock: str = "auto") -> dict[str, Any]:
    return {"id": id_, "kind": kind, "spaces": [a, b], "line": [[x - 0.6, y], [x + 0.6, y]], "lock": lock}


def long_hall(*, wc: int = 12, gym: int = 0, hall: int = 0, rooms: int = 8) -> ds.FloorPlan:
    """Rooms r0 … on one side of a hall of 10 m each, a gym and a restroom without a door on the other, exits at both ends."""
    end = 10.0 * rooms
    spaces = [box("hall", "corridor", (0, 0, end, 4), hall)]
    openings = [
        {"id": "west", "kind": "exit", "spaces": ["hall", "outside"], "line": [[0, 1], [0, 3]], "lock": "key"},
        {"id": "east", "kind": "exit", "spaces": ["hall", "outside"], "line": [[end, 1], [end, 3]], "lock": "key"},
    ]
    for i in range(rooms):
        spaces.append(box(f"r{i}", "classroom", (10 * i, 4, 10 * i + 10, 12), 20))
        openings.append(across(f"d{i}", f"r{i}", "hall", 10 * i + 5, 4))
    spaces += [box("gym", "gym", (31, -30, 61, 0), gym), box("wc", "restroom", (20, -8, 30, 0), wc)]
    openings += [
        across("d-gym", "gym", "hall", 35, 0, lock="key"),
        across("d-wc", "wc", "hall", 25, 0, "opening", "none"),
    ]
    return plan_of(spaces, openings)


def play(where: str, plan: ds.FloorPlan, seed: int = 1, **protocol: Any) -> ds.Trace:
    lockdown = drill("lockdown", where=where, protocol={**AWAY, **protocol}, police={"law": "600 s"})
    return ds.simulate(lockdown, plan, mix(), seed=seed, record_legs=True)


def visited(trace: ds.Trace, plan: ds.FloorPlan, space: str, after_s: float) -> set[str]:
    """Return who began or ended a stretch inside a space, clear of its walls, after a time."""
    (x0, y0), _, (x1, y1), _ = next(s.polygon for s in plan.spaces if s.id == space)
    return {
        leg.who
        for leg in trace.legs
        for t, x, y in zip(leg.times_s, leg.x_m, leg.y_m, strict=True)
        if t > after_s and x0 + 0.01 < x < x1 - 0.01 and y0 + 0.01 < y < y1 - 0.01 and leg.who.startswith("person")
    }


def rooms_add_up(row: Any, occupied: int) -> bool:
    return bool(sum(row[f"rooms_{word}"] for word in EVENT_KINDS) == occupied)


def test_nobody_flees_into_the_room_of_the_event() -> None:
    trace = play("gym", long_hall())
    fled = {e.where for e in trace.events if e.what in ("occupied", "refuge-locked")}
    assert "gym" not in fled
    assert visited(trace, long_hall(), "gym", 0.0) == set()


def test_who_is_told_of_a_place_in_the_hall_has_no_other_way_and_stays() -> None:
    trace = play("hall", long_hall())
    assert stamps(trace, "occupied") == []
    assert [e.value for e in trace.events if e.what == "at-horizon" and "stranded" in e.why] == [12.0]


def test_who_is_not_told_sets_out_and_turns_back_on_seeing_it() -> None:
    told, untold = (play("hall", long_hall(), names_place=names) for names in (True, False))
    walked = [{leg.who for leg in trace.legs if leg.who.startswith("person")} for trace in (told, untold)]
    assert walked[0] == set()
    assert walked[1]
    assert visited(untold, long_hall(), "hall", 0.0) == set()


def test_rooms_with_a_door_near_the_event_are_no_refuge() -> None:
    plan = long_hall()
    world = world_of(plan, drill("lockdown"))
    index = plan.space_index
    near = surroundings_of(world, index["r3"], (35.0, 8.0), 10.0)
    assert {plan.spaces[s].id for s in near.rooms} == {"hall", "r3", "gym"}
    assert surroundings_of(world, index["r3"], (35.0, 8.0), 0.0).rooms == {index["r3"]}


def test_in_a_room_with_the_event_those_near_it_stay_and_those_far_off_leave() -> None:
    """The gym is 30 m deep, its middle 15.2 m from its only door: a few pupils near the door never come within 10 m."""
    plan = long_hall(wc=0, gym=60)
    leaving = [e.value for e in play("gym", plan).events if e.what == "flee"]
    assert leaving
    assert 0 < (leaving[0] or 0) < 30
    assert stamps(play("gym", plan, in_the_space="stay"), "flee") == []
    assert stamps(play("gym", plan, keep_away="30 m"), "flee") == []


def test_who_leaves_the_room_of_the_event_goes_to_another() -> None:
    trace = play("gym", long_hall(wc=0, gym=60))
    (gone,) = [e for e in trace.events if e.what == "flee"]
    assert gone.where == "gym"
    assert gone.time_s == stamps(trace, "noticed")[0]
    assert trace.row["rooms_with_event"] == 1


def test_a_room_locked_with_the_event_inside_is_not_secured() -> None:
    row = play("r3", long_hall(wc=0)).row
    assert (row["rooms_secured"], row["rooms_with_event"]) == (7, 1)
    assert row["secured_all_status"] == "reached"
    able_s = row["able_on_scene_s"]
    assert isinstance(able_s, float)
    assert row["exposure_10_person_s"] == pytest.approx(20 * able_s)


def test_a_place_known_later_is_told_then_to_all_who_are_on_the_way() -> None:
    """The report does not say where; the office asks back for 70 s. A pupil is on the way past the event then."""
    plan = long_hall(wc=0, hall=40)
    unknown = {"place_known": {"radio": "0 %", "phone": "0 %", "badge": "0 %"}, "ask_back": "60 s"}
    late = drill("lockdown", where="gym", protocol=AWAY, reporting=unknown)
    trace = ds.simulate(late, plan, mix(), seed=1)
    known_s = stamps(trace, "place-known")[0]
    assert known_s > stamps(trace, "order")[0]
    assert "gym" not in {e.where for e in trace.events if e.what == "occupied"}


def test_the_adult_holds_the_door_for_those_on_the_way_to_it() -> None:
    plan = long_hall(wc=0, hall=60)
    held, shut = play("gym", plan), play("gym", plan, hold_door_at_most="0 s")
    cleared = [trace.row["halls_clear_s"] for trace in (held, shut)]
    assert cleared[0] is not None
    assert cleared[1] is None or cleared[0] <= cleared[1]  # type: ignore[operator]
    assert sum(e.what == "leave-by-themselves" for e in held.events) <= sum(
        e.what == "leave-by-themselves" for e in shut.events
    )


def test_a_door_is_held_no_longer_than_is_set() -> None:
    plan = long_hall(wc=0, hall=60)
    times = {hold: max(stamps(play("gym", plan, hold_door_at_most=f"{hold} s"), "secured")) for hold in (0, 5, 30)}
    assert times[0] <= times[5] <= times[0] + 6.0
    assert times[5] <= times[30] <= times[0] + 31.0


def test_nobody_on_the_way_to_a_door_changes_nothing() -> None:
    held, shut = (play("gym", long_hall(wc=0), hold_door_at_most=hold).row for hold in ("30 s", "0 s"))
    assert held == shut


@plays_of(2_000)
@given(
    where=st.sampled_from(["gym", "hall", "r0", "r3", "wc"]), wc=st.integers(0, 30), hall=st.integers(0, 40),
    told=st.booleans(), away=st.sampled_from(["0 m", "5 m", "10 m", "25 m"]), hold=st.sampled_from(["0 s", "30 s"]),
    alarm_s=st.sampled_from([None, 20.0, 60.0, 75.0, 200.0]), guard=st.booleans(), seed=st.integers(0, 10_000),
)  # fmt: skip
def test_occupied_rooms_add_up_and_nobody_told_enters_the_place(
    where: str, wc: int, hall: int, told: bool, away: str, hold: str, alarm_s: float | None, guard: bool, seed: int
) -> None:
    plan = long_hall(wc=wc, hall=hall, gym=30, rooms=5)
    wish = {**AWAY, "names_place": told, "keep_away": away, "hold_door_at_most": hold, "alarm_in_lockdown": "leave"}
    locks = {"key_fails": "60 %", "auto_fails": "40 %", "without_key": "20 %"}
    drill_ = drill(
        "lockdown", where=where, protocol={**wish, "rooms": locks},
        injects=[] if alarm_s is None else [{"at": f"{alarm_s} s", "alarm": "fire"}],
    )  # fmt: skip
    units = [{"id": "guard", "role": "unarmed-guard", "post": "hall"}] if guard else []
    trace = ds.simulate(drill_, plan, mix(*units), seed=seed)
    occupied = 5 + 1 + (wc > 0)
    assert rooms_add_up(trace.row, occupied), trace.row
    if told and alarm_s is None:
        assert [way for way in trace.ways if way.direction == where and way.people] == []
