"""Intervals of the response: each second has one cause, and they add up to the time that they explain (rule B1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from plays import mix, scenario
from shipped import plan_named

OFFICER = {"id": "sro", "role": "sro", "post": "front-desk"}
NURSE = {"id": "nurse", "role": "nurse", "post": "front-desk"}
GUARD = {"id": "guard", "role": "unarmed-guard", "patrol": ["hall-0", "hall-1"], "stays": "20 s"}


def row_of(drill: ds.Scenario, plan: ds.FloorPlan, *units: dict[str, Any], replication: int = 0) -> dict[str, Any]:
    return dict(ds.simulate(drill, plan, mix(*units), seed=3, replication=replication).row)


def explained(row: dict[str, Any]) -> Any:
    """Return the measure that the intervals explain: able, else the first on scene."""
    able, first = row["able_on_scene_s"], row["first_on_scene_s"]
    return first if able is None else able


def legs_of(row: dict[str, Any]) -> list[Any]:
    return [value for name, value in row.items() if name.startswith("leg_")]


def test_waiting_at_a_closed_stair_is_doors_and_the_walk_stays(three_rooms: ds.FloorPlan) -> None:
    free = row_of(scenario("behaviour", "hall-1"), three_rooms, OFFICER)
    shut = [{"at": "20 s", "close": "s-0"}, {"at": "5 min", "reopen": "s-0"}]
    row = row_of(scenario("behaviour", "hall-1", injects=shut), three_rooms, OFFICER)
    assert row["leg_walk_s"] == pytest.approx(free["leg_walk_s"], abs=1e-9)
    assert row["leg_doors_s"] == pytest.approx(300 - 25, abs=1e-9)
    assert row["leg_people_s"] == pytest.approx(0.0, abs=1e-9)


def test_a_way_that_closes_before_the_walker_splits_its_walk(three_rooms: ds.FloorPlan) -> None:
    free = row_of(scenario("behaviour", "hall-1"), three_rooms, OFFICER)
    shut = [{"at": "27 s", "close": "s-0"}, {"at": "2 min", "reopen": "s-0"}]
    row = row_of(scenario("behaviour", "hall-1", injects=shut), three_rooms, OFFICER)
    assert row["leg_doors_s"] == pytest.approx(120 - 27, abs=1e-9)
    assert row["leg_walk_s"] == pytest.approx(free["leg_walk_s"], abs=1e-6)


def test_walking_while_searching_is_walking(three_rooms: ds.FloorPlan) -> None:
    nowhere = {"place_known": {"radio": "0 %"}, "ask_back": "30 min"}
    row = row_of(scenario("behaviour", "room-201", reporting=nowhere, crowd="stays"), three_rooms, OFFICER)
    straight = row_of(scenario("behaviour", "room-201", crowd="stays"), three_rooms, OFFICER)
    assert row["leg_walk_s"] > straight["leg_walk_s"] > 0
    assert row["leg_doors_s"] > 0
    assert row["leg_people_s"] == pytest.approx(0.0, abs=1e-9)


def test_who_is_able_before_any_report_has_a_chain_too(three_rooms: ds.FloorPlan) -> None:
    late = {"by": "in-person", "delay": "10 min"}
    row = row_of(scenario("behaviour", "hall-0", reporting=late), three_rooms, OFFICER)
    assert row["able_on_scene_s"] is not None
    assert sum(v or 0.0 for v in legs_of(row)) == pytest.approx(row["able_on_scene_s"], abs=1e-9)


closings = st.lists(
    st.tuples(st.floats(0, 200), st.floats(1, 200), st.sampled_from(["s-0", "s-1", "d-101", "d-201", "e-main"])),
    max_size=3,
)


@given(
    kind=st.sampled_from(["behaviour", "medical", "hostile", "unwanted-person", "fire", "disorder"]),
    where=st.sampled_from(["room-101", "room-201", "hall-0", "hall-1"]),
    shut=closings,
    known=st.sampled_from(["0 %", "100 %"]),
    still=st.booleans(),
    units=st.lists(st.sampled_from([OFFICER, NURSE, GUARD]), unique_by=str, max_size=3),
    action=st.sampled_from(["none", "lockdown", "evacuate"]),
    replication=st.integers(0, 50),
)
@plays_of(2_000)
def test_intervals_add_up_and_nobody_is_in_the_way_where_nobody_moves(
    kind: str, where: str, shut: list[tuple[float, float, str]], known: str, still: bool, units: list[dict[str, Any]],
    action: str, replication: int,
) -> None:  # fmt: skip
    injects = [{"at": f"{t} s", "close": way} for t, _, way in shut]
    injects += [{"at": f"{t + d} s", "reopen": way} for t, d, way in shut]
    drill = scenario(
        kind, where, injects=injects, protocol={"action": action}, reporting={"place_known": {"radio": known}},
        crowd="stays" if still else "walks",
    )  # fmt: skip
    trace = ds.simulate(drill, plan_named("three_rooms"), mix(*units), seed=3, replication=replication)
    row = dict(trace.row)
    for unit in units:  # who has answered comes again only when it was called off
        told = [e.what for e in trace.events if e.who == unit["id"] and e.what in ("on-scene", "called-off")]
        assert told.count("on-scene") <= 1 + told.count("called-off")
    legs, whole = legs_of(row), explained(row)
    assert (whole is None) == (legs[0] is None)
    if whole is not None:
        assert min(leg or 0.0 for leg in legs) >= -1e-9
        assert sum(leg or 0.0 for leg in legs) == pytest.approx(whole, abs=1e-9)
        if still:
            assert row["leg_people_s"] == pytest.approx(0.0, abs=1e-6)


def test_a_patrol_that_comes_by_again_does_not_answer_the_same_incident_twice() -> None:
    drill = scenario("behaviour", "hall-1", protocol={"action": "none"}, crowd="stays")
    trace = ds.simulate(drill, plan_named("three_rooms"), mix(GUARD, OFFICER, NURSE), seed=3, replication=28)
    assert sum(e.what == "on-scene" and e.who == "guard" for e in trace.events) == 1
    assert trace.row["leg_people_s"] == pytest.approx(0.0, abs=1e-6)
