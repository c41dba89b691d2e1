"""Plays of several incidents, queues, searches, teams, real days and injects, with times computed by hand."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from typing import Any

import pytest

import drillsim as ds
from plays import mix, scenario, stamps

SRO = {"id": "sro-1", "role": "sro", "post": "front-desk"}
GUARD = {"id": "guard-1", "role": "unarmed-guard", "post": "front-desk"}
NO_HANDLING = {"handling": dict.fromkeys(("behaviour", "disorder", "unwanted-person", "medical"), "0 s")}
QUIET = dict.fromkeys(("behaviour", "disorder", "unwanted-person"), "0 %")


def play(drill: ds.Scenario, plan: ds.FloorPlan, staff: ds.Mix, **changes: Any) -> ds.Trace:
    return ds.simulate(drill, plan, staff, seed=1, **changes)


def several(*incidents: dict[str, Any], **changes: Any) -> ds.Scenario:
    first, *rest = incidents
    drill = scenario(first["kind"], first["where"], **changes)
    data = {**drill.model_dump(by_alias=True), "incidents": [first, *rest]}
    return ds.Scenario.model_validate(data, context={"si": True})


def case(id_: str, kind: str, where: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "kind": kind, "where": where, **more}


# ------------------------------------------------------------------ several at once


def test_each_incident_is_timed_from_its_own_onset(three_rooms: ds.FloorPlan) -> None:
    drill = several(case("a", "behaviour", "room-101"), case("b", "medical", "room-201", at="100 s"))
    rows = play(drill, three_rooms, mix(SRO)).rows
    assert [r["incident"] for r in rows] == ["a", "b"]
    assert [r["noticed_s"] for r in rows] == [10.0, 10.0]
    assert [r["reported_s"] for r in rows] == [15.0, 15.0]


def test_a_more_urgent_incident_calls_a_unit_off_and_the_other_one_waits(three_rooms: ds.FloorPlan) -> None:
    fight = case("fight", "behaviour", "room-201", lasts="20 min", act="10 min")
    drill = several(fight, case("worse", "hostile", "room-101", at="60 s"), dispatch=NO_HANDLING)
    trace = play(drill, three_rooms, mix(SRO))
    (off,) = [e for e in trace.events if e.what == "called-off"]
    assert (off.who, off.incident, off.why) == ("sro-1", "fight", "for worse")
    assert off.time_s == 60 + 15  # the instant of the second report
    assert stamps(trace, "waits")
    assert trace.rows[1]["able_on_scene_s"] is not None


def test_a_less_urgent_incident_waits_in_the_line_until_somebody_is_free(three_rooms: ds.FloorPlan) -> None:
    first = case("first", "unwanted-person", "hall-0", act="5 min")
    drill = several(first, case("second", "behaviour", "room-101", at="30 s", lasts="20 min"), dispatch=NO_HANDLING)
    trace = play(drill, three_rooms, mix(SRO))
    freed = stamps(trace, "free", "sro-1")[0]
    assert stamps(trace, "dispatched", "sro-1") == [freed]
    assert trace.rows[1]["waited_s"] == pytest.approx(freed - (30 + 15))


def test_without_a_line_nobody_comes_while_all_are_busy(three_rooms: ds.FloorPlan) -> None:
    first = case("first", "unwanted-person", "hall-0", act="5 min")
    second = case("second", "behaviour", "room-101", at="30 s", lasts="20 min")
    drill = several(first, second, dispatch={**NO_HANDLING, "queue": False, "wait_at_most": "1 h"})
    trace = play(drill, three_rooms, mix(SRO))
    assert stamps(trace, "nobody-free") == [45.0]
    assert (trace.rows[1]["first_by"], trace.rows[1]["ends_as"]) == ("nobody", "over-by-itself")


def test_handling_keeps_a_unit_from_the_next_incident(three_rooms: ds.FloorPlan) -> None:
    first = case("first", "behaviour", "hall-0", lasts="20 min", act="20 s")
    second = case("second", "behaviour", "room-101", at="4 min", lasts="20 min")
    trace = play(
        several(first, second, dispatch={"handling": {"behaviour": "10 min"}, "arrests": QUIET}), three_rooms, mix(SRO)
    )
    over = stamps(trace, "resolved")[0]
    assert stamps(trace, "free", "sro-1")[0] == pytest.approx(over + 600.0)


# ------------------------------------------------------------------ who is sent


def test_an_agreement_keeps_the_officer_out_of_discipline_not_out_of_fights(three_rooms: ds.FloorPlan) -> None:
    for discipline, comes in ((True, False), (False, True)):
        drill = several(case("main", "behaviour", "room-101", lasts="20 min", discipline=discipline))
        assert bool(stamps(play(drill, three_rooms, mix(SRO)), "on-scene", "sro-1")) is comes


def test_a_preference_table_sends_the_first_free_of_the_line_for_that_space(three_rooms: ds.FloorPlan) -> None:
    table = [{"spaces": ["classroom"], "units": ["guard-1", "sro-1"]}, {"units": ["sro-1"]}]
    rules = {"behaviour": "preference", "preference": table, "back_up": False}
    for where, who in (("room-101", "guard-1"), ("hall-1", "sro-1")):
        drill = scenario("behaviour", where, dispatch=rules)
        trace = play(drill, three_rooms, mix(SRO, GUARD))
        assert [e.who for e in trace.events if e.what == "on-scene"] == [who]


def test_a_disorder_is_able_with_the_third_who_counts(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("disorder", "hall-0", police={"called_for": ["disorder"], "officers": 4, "interval": "60 s"})
    trace = play(drill, three_rooms, mix(SRO, GUARD))
    assert stamps(trace, "able") == stamps(trace, "on-scene", "police")
    alone = play(drill, three_rooms, mix())
    assert stamps(alone, "able") == stamps(alone, "on-scene", "police-3")


def test_a_pair_waits_at_the_last_door_for_the_second(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("hostile", "room-101", dispatch={"entry": "pair"})
    guard = {"id": "armed-1", "role": "armed-guard", "post": "room-201"}
    trace = play(drill, three_rooms, mix(SRO, guard))
    assert stamps(trace, "waits-at-door", "sro-1")
    there = sorted(stamps(trace, "on-scene", "sro-1") + stamps(trace, "on-scene", "armed-1"))
    assert there[1] - there[0] < 8.0
    assert stamps(trace, "able") == [there[1]]


def test_one_armed_person_alone_is_no_pair(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("hostile", "room-101", dispatch={"entry": "pair"}, police={"officers": 1})
    assert play(drill, three_rooms, mix(SRO)).row["able_on_scene_s"] is None


# ------------------------------------------------------------------ places not known, moving incidents, stages


def test_a_unit_not_told_the_place_searches_and_tells_the_others(three_rooms: ds.FloorPlan) -> None:
    unknown = {"place_known": dict.fromkeys(("radio", "phone", "badge", "camera"), "0 %"), "ask_back": "20 min"}
    trace = play(scenario("behaviour", "room-201", reporting=unknown, dispatch=NO_HANDLING), three_rooms, mix(SRO))
    (found,) = stamps(trace, "found", "sro-1")
    assert stamps(trace, "place-known") == [found + 4.0]
    assert stamps(trace, "on-scene", "sro-1")[0] > found
    known = play(scenario("behaviour", "room-201"), three_rooms, mix(SRO))
    assert stamps(trace, "on-scene", "sro-1")[0] > stamps(known, "on-scene", "sro-1")[0]


def test_the_office_asks_back_for_the_place(three_rooms: ds.FloorPlan) -> None:
    unknown = {"place_known": dict.fromkeys(("radio", "phone", "badge", "camera"), "0 %"), "ask_back": "6 s"}
    trace = play(scenario("behaviour", "room-201", reporting=unknown), three_rooms, mix(SRO))
    assert stamps(trace, "place-known") == [15.0 + 6.0]


def test_an_incident_that_moves_is_followed(three_rooms: ds.FloorPlan) -> None:
    moving = case("main", "unwanted-person", "room-101", pace="6 m/s", moves=[{"to": "room-201", "after": "3 s"}])
    trace = play(several(moving), three_rooms, mix(SRO))
    (moved,) = stamps(trace, "moves-to")
    (there,) = stamps(trace, "on-scene", "sro-1")
    assert there > moved
    assert next(e.where for e in trace.events if e.what == "on-scene") == "room-201"


def test_stages_end_whoever_has_come(three_rooms: ds.FloorPlan) -> None:
    staged = case("main", "hostile", "room-101", stages=[{"delay": "60 s"}, {"delay": "30 s"}])
    trace = play(several(staged), three_rooms, mix(SRO))
    assert stamps(trace, "stage-ends") == [60.0, 90.0]
    assert trace.row["script_done_s"] == 90.0


def test_a_detected_stage_is_a_notice(three_rooms: ds.FloorPlan) -> None:
    stages = [{"delay": "40 s"}, {"delay": "40 s", "detects": "100 %", "seen": "middle"}]
    staged = case("main", "unwanted-person", "hall-1", stages=stages)
    trace = play(several(staged, noticing={"trust": "0 %", "camera_watched": "0 %"}), three_rooms, mix(SRO))
    assert stamps(trace, "noticed", "alarm") == [60.0]


def test_where_pupils_keep_it_to_themselves_nobody_notices(three_rooms: ds.FloorPlan) -> None:
    quiet = {"trust": "0 %", "camera_watched": "0 %"}
    row = play(scenario("behaviour", "hall-1", noticing=quiet), three_rooms, mix(SRO)).row
    assert (row["noticed_s"], row["ends_as"]) == (None, "over-by-itself")


def test_an_alarmed_door_tells_unless_it_is_propped_open(three_rooms: ds.FloorPlan) -> None:
    entering = case("main", "unwanted-person", "stair-a-0", through="e-east")
    settings = {
        "noticing": {"trust": "0 %", "camera_watched": "0 %", "alarm_detects": "100 %", "alarm_assessment": "7 s"}
    }
    assert stamps(play(several(entering, **settings), three_rooms, mix(SRO)), "noticed", "alarm") == [7.0]
    propped = several(entering, **settings, injects=[{"at": 0, "prop": "e-east"}] and [{"at": "0 s", "prop": "e-east"}])
    assert stamps(play(propped, three_rooms, mix(SRO)), "noticed") == []


def test_a_patrol_that_walks_in_shuts_a_propped_door(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("medical", "room-201", injects=[{"at": "0 s", "prop": "d-101"}], noticing={"propped_check": "5 s"})
    walker = {"id": "guard-1", "role": "unarmed-guard", "patrol": ["hall-0"]}
    assert stamps(play(drill, three_rooms, mix(walker)), "shuts-door", "guard-1") == [5.0]


def test_a_badge_reports_faster_and_tells_its_place(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("medical", "room-201", noticing={"badges": "100 %"}, reporting={"by": "phone"})
    trace = play(drill, three_rooms, mix(SRO))
    (report,) = [e for e in trace.events if e.what == "reported"]
    assert report.why == "by badge"
    assert 2.0 <= report.time_s - 10.0 <= 6.0


# ------------------------------------------------------------------ care


def test_the_second_who_is_sent_fetches_the_aed(corridor: ds.FloorPlan) -> None:
    drill = scenario("medical", "room-101", medical={"aed_take": "10 s"})
    near = {"id": "guard-1", "role": "unarmed-guard", "post": "room-101"}
    trace = play(drill, corridor, mix(near, SRO))
    assert stamps(trace, "takes-aed", "sro-1")
    assert trace.row["aed_on_scene_s"] == stamps(trace, "on-scene", "sro-1")[0]
    assert trace.row["first_aid_s"] == stamps(trace, "on-scene", "guard-1")[0]


def test_the_ambulance_brings_an_aed(three_rooms: ds.FloorPlan) -> None:
    row = play(scenario("medical", "room-201", ems={"law": "240 s"}), three_rooms, mix()).row
    assert row["aed_on_scene_s"] == row["ems_on_scene_s"]
    assert row["ems_at_entry_s"] < row["ems_on_scene_s"]


# ------------------------------------------------------------------ real days


def test_a_court_day_is_absence_with_its_reason(three_rooms: ds.FloorPlan) -> None:
    week = {"monday": "here", "tuesday": "court"}
    for weekday, here in (("monday", True), ("tuesday", False)):
        drill = scenario("behaviour", "room-201", weekday=weekday)
        trace = play(drill, three_rooms, mix({**SRO, "calendar": week}))
        assert bool(stamps(trace, "present", "sro-1")) is here
        if not here:
            assert next(e.why for e in trace.events if e.what == "absent") == "court"


def test_a_duty_that_ends_ends_the_hand_over(three_rooms: ds.FloorPlan) -> None:
    """Word at 19 s; teaching would take 60 s to hand over, but ends at 30 s: the officer leaves 6 s later."""
    teaching = {**SRO, "timetable": [{"from": "09:00", "to": "10:00", "duty": "teaching", "at": "room-201"}]}
    drill = scenario("behaviour", "room-101", time_of_day="09:59")
    late = play(drill, three_rooms, mix(teaching, sro={"hand_over": {"teaching": "5 min"}}))
    assert stamps(late, "word", "sro-1") == [19.0]
    assert stamps(late, "under-way", "sro-1") == [60.0 + 6.0]


def test_the_time_of_day_is_drawn_once_for_all_staffings(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("behaviour", "room-101", time_of_day={"draw": {"class": "100 %"}})
    found = {play(drill, three_rooms, m, replication=3).row["noticed_s"] for m in (mix(), mix(SRO), mix(GUARD))}
    assert len(found) == 1


def test_an_arrest_takes_the_officer_off_campus_and_back(three_rooms: ds.FloorPlan) -> None:
    arrests = {"arrests": {"behaviour": "100 %", "away": "5 min"}}
    drill = scenario("behaviour", "room-201", dispatch=arrests)
    drill = several(case("main", "behaviour", "room-201", lasts="20 min", act="20 s"), dispatch=arrests)
    trace = play(drill, three_rooms, mix(SRO))
    (left,), (back,) = stamps(trace, "left", "sro-1"), stamps(trace, "back", "sro-1")
    assert back == pytest.approx(left + 300.0)


def test_the_officers_come_one_after_the_other(three_rooms: ds.FloorPlan) -> None:
    trace = play(scenario("hostile", "room-201", police={"officers": 3, "interval": "40 s"}), three_rooms, mix())
    entries = [stamps(trace, "at-entry", who)[0] for who in ("police", "police-2", "police-3")]
    assert entries == [entries[0], entries[0] + 40.0, entries[0] + 80.0]


def test_a_unit_with_a_police_radio_calls_the_police_itself(three_rooms: ds.FloorPlan) -> None:
    trace = play(scenario("unwanted-person", "room-201"), three_rooms, mix(SRO))
    assert stamps(trace, "police-called", "sro-1") == stamps(trace, "word", "sro-1")


@pytest.fixture(scope="module")
def corridor() -> ds.FloorPlan:
    from pathlib import Path

    return ds.read_plan(Path(__file__).resolve().parents[1] / "floorplans" / "corridor_school.yaml")
