"""A drill on three rooms with times computed by hand: every stamp is a sum of delays."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from typing import Any

import pytest

import drillsim as ds
from drillsim.record.trace import Event
from plays import mix, scenario, stamps

SRO = {"id": "sro", "role": "sro", "post": "front-desk"}
GUARD = {"id": "guard", "role": "unarmed-guard", "post": "front-desk"}


def play(drill: ds.Scenario, plan: ds.FloorPlan, staffing: ds.Mix, *, seed: int = 1, replication: int = 0) -> ds.Trace:
    assert ds.check(drill, plan) == []
    return ds.simulate(drill, plan, staffing, seed=seed, replication=replication)


def test_the_chain_is_a_sum_of_delays(three_rooms: ds.FloorPlan) -> None:
    trace = play(scenario("behaviour", "room-101"), three_rooms, mix(SRO))
    assert stamps(trace, "noticed") == [10.0]
    assert stamps(trace, "reported") == [15.0]
    assert stamps(trace, "word", "sro") == [19.0]
    assert stamps(trace, "under-way", "sro") == [25.0]
    to_door = ((7.4575 - 2) ** 2 + 1.5**2) ** 0.5
    inside = ((7.4575 - 4.5) ** 2 + 4.5**2) ** 0.5
    assert stamps(trace, "on-scene", "sro") == [pytest.approx(25 + (to_door + inside) / 2.5, abs=1e-9)]


def test_legs_add_up_to_able(three_rooms: ds.FloorPlan) -> None:
    row = play(scenario("behaviour", "room-201"), three_rooms, mix(SRO)).row
    legs = [row[k] for k in row if k.startswith("leg_")]
    assert len(legs) == 8
    assert sum(float(leg or 0.0) for leg in legs) == pytest.approx(row["able_on_scene_s"], abs=1e-9)


def test_guard_sets_off_after_the_hand_over_delay(three_rooms: ds.FloorPlan) -> None:
    staffing = mix({**GUARD, "duties": {"desk": "100 %"}}, unarmed_guard={"hand_over": {"desk": "30 s"}})
    trace = play(scenario("behaviour", "room-101"), three_rooms, staffing)
    assert stamps(trace, "under-way", "guard") == [19.0 + 6.0 + 30.0]


def test_unarmed_guard_is_never_able_in_a_hostile_event(three_rooms: ds.FloorPlan) -> None:
    trace = play(scenario("hostile", "room-201"), three_rooms, mix(GUARD))
    assert not stamps(trace, "on-scene", "guard")
    assert [e.who for e in trace.events if e.what == "able"] == ["police"]


def test_met_police_do_not_look_for_the_place(three_rooms: ds.FloorPlan) -> None:
    def wait(*units: dict[str, Any]) -> tuple[Any, Any]:
        drill = scenario("hostile", "hall-1", police={"locate": "200 s", "locked_door": "45 s"})
        row = play(drill, three_rooms, mix(*units)).row
        return row["police_on_scene_s"] - row["police_at_entry_s"], row["police_met_status"]

    (unmet, status), (met, met_status) = wait(), wait(GUARD)
    assert (status, met_status) == ("not-reached", "reached")
    assert unmet - met == pytest.approx(200 + 45 - 4, abs=1e-9)


def test_police_come_for_a_fight_only_when_nobody_on_campus_can_resolve(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("behaviour", "room-101")
    assert play(drill, three_rooms, mix(SRO)).row["police_called_s"] is None
    assert play(drill, three_rooms, mix()).row["police_called_s"] == pytest.approx(15 + 20)


def test_absent_unit_is_told_and_does_nothing(three_rooms: ds.FloorPlan) -> None:
    staffing = mix({**SRO, "presence": "0 %"})
    trace = play(scenario("behaviour", "room-101"), three_rooms, staffing)
    assert stamps(trace, "absent", "sro") == [0.0]
    assert not stamps(trace, "word", "sro")
    assert trace.row["units_present"] == 0


def test_smaller_presence_is_a_subset_of_the_larger(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("behaviour", "room-101")

    def days(share: str) -> set[int]:
        return {
            r
            for r in range(60)
            if play(drill, three_rooms, mix({**SRO, "presence": share}), replication=r).row["units_present"]
        }

    few, many = days("30 %"), days("85 %")
    assert few < many


def test_fight_over_before_anyone_came_is_counted_and_first_stays_defined(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("behaviour", "room-201", incidents=[{"kind": "behaviour", "where": "room-201", "lasts": "12 s"}])
    row = play(drill, three_rooms, mix(SRO)).row
    assert (row["resolved_by"], row["resolved_s"], row["over_before_anyone_came"]) == ("self", 12.0, 1)
    assert row["first_on_scene_status"] == "reached"


def test_lockdown_secures_every_occupied_room_and_the_row_says_when(three_rooms: ds.FloorPlan) -> None:
    rooms = {"recover": "5 s", "key": "15 s", "push_button": "6 s", "hide": "10 s"}
    sure = {"key_fails": "0 %", "push_button_fails": "0 %"}
    protocol = {"action": "lockdown", "announce_delay": "30 s", "rooms": {**rooms, **sure}}
    drill = scenario("hostile", "hall-1", protocol=protocol)
    row = play(drill, three_rooms, mix(SRO)).row
    assert row["protective_order_s"] == pytest.approx(15 + 30)
    assert row["secured_p50_s"] == pytest.approx(45 + 8 + 5 + 6 + 10)
    assert row["secured_all_s"] == pytest.approx(45 + 8 + 5 + 15 + 10)
    assert row["halls_clear_s"] == 0.0


def test_failed_lock_makes_secured_all_not_reached_and_is_counted(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("hostile", "hall-1", protocol={"action": "lockdown", "rooms": {"key_fails": "100 %"}})
    row = play(drill, three_rooms, mix(SRO)).row
    assert (row["rooms_failed"], row["secured_all_status"]) == (1, "not-reached")


def test_evacuation_empties_the_building_and_tells_everybody(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("fire", "room-101", protocol={"action": "evacuate", "announced_by": "alarm"})
    trace = play(drill, three_rooms, mix())
    assert trace.row["protective_order_s"] == 10.0
    assert trace.row["still_inside"] == 0
    assert len(stamps(trace, "out")) == 50
    assert trace.row["evacuated_all_s"] == max(stamps(trace, "out"))
    assert trace.curves["out"][-1] == 50


def test_closed_stair_door_strands_the_upper_floor_with_a_reason(three_rooms: ds.FloorPlan) -> None:
    drill = scenario(
        "fire",
        "room-101",
        protocol={"action": "evacuate", "announced_by": "alarm"},
        injects=[{"at": "0 s", "close": "s-1"}],
    )
    trace = play(drill, three_rooms, mix())
    assert trace.row["still_inside"] == 25
    assert trace.row["evacuated_all_status"] == "not-reached"
    assert any(e.what == "at-horizon" and "no way" in e.why and e.value == 25 for e in trace.events)


def test_the_mix_changes_nobody_elses_draws(three_rooms: ds.FloorPlan) -> None:
    drill = ds.Scenario.model_validate(
        {
            "name": "x",
            "incidents": [
                {
                    "kind": "hostile",
                    "where": {"draw": {"classroom": "50 %", "corridor": "50 %"}},
                    "noticed_after": "10 s",
                }
            ],
        }
    )
    alone = ds.simulate(drill, three_rooms, mix(SRO), seed=3)
    beside = ds.simulate(drill, three_rooms, mix(SRO, {"id": "nurse", "role": "nurse", "post": "room-101"}), seed=3)

    def story(trace: ds.Trace) -> list[Event]:
        return [e for e in trace.events if e.who == "sro"]

    assert story(alone) == story(beside)


def test_same_seed_same_trace_and_another_seed_another(three_rooms: ds.FloorPlan, mixes: ds.Mixes) -> None:
    drill = ds.Scenario.model_validate({"name": "x", "incidents": [{"kind": "medical", "where": {"use": "corridor"}}]})
    staffing = mix(SRO)
    assert ds.simulate(drill, three_rooms, staffing, seed=5) == ds.simulate(drill, three_rooms, staffing, seed=5)
    assert ds.simulate(drill, three_rooms, staffing, seed=5) != ds.simulate(drill, three_rooms, staffing, seed=6)


def test_the_story_names_places_by_label(three_rooms: ds.FloorPlan) -> None:
    trace = play(scenario("behaviour", "room-101"), three_rooms, mix(SRO))
    text = "\n".join(str(line) for line in ds.tell(trace, three_rooms))
    assert "A fight breaks out in Room 101." in text
    assert "room-101" not in text
    assert "0:25  School Resource Officer (sro) sets off from Main hall." in text


def test_unit_that_found_no_way_goes_on_when_a_way_opens(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("medical", "room-201", injects=[{"at": "0 s", "close": "s-1"}, {"at": "100 s", "reopen": "s-1"}])
    trace = play(drill, three_rooms, mix({"id": "nurse", "role": "nurse", "post": "front-desk"}))
    assert stamps(trace, "cannot-reach", "nurse") == [25.0]
    assert 100 < stamps(trace, "on-scene", "nurse")[0] < 150


def test_unit_at_the_place_notices_for_itself_though_others_noticed_first(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("behaviour", "room-101", noticing={"witness": {"low": "5 s", "high": "9 s"}})
    guards = [{"id": f"g{i}", "role": "unarmed-guard", "post": "room-101"} for i in range(3)]
    trace = play(drill, three_rooms, mix(*guards))
    setting_off = sorted(stamps(trace, "under-way"))
    assert len(setting_off) == 3
    assert all(5 <= t <= 9 for t in setting_off)


def test_order_that_is_never_given_leaves_rooms_not_reached(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("hostile", "hall-1", horizon="20 s", protocol={"action": "lockdown", "announce_delay": "60 s"})
    row = play(drill, three_rooms, mix(SRO)).row
    assert (row["secured_p50_status"], row["secured_all_status"], row["secured_share_120_s"]) == (
        "not-reached", "not-reached", 0.0,
    )  # fmt: skip


def test_who_only_assists_does_not_keep_the_resolver_at_home(three_rooms: ds.FloorPlan) -> None:
    nurse = {"id": "nurse", "role": "nurse", "post": "room-201"}
    guard = {"id": "guard", "role": "unarmed-guard", "post": "front-desk"}
    sro = {"id": "sro", "role": "sro", "post": "hall-0"}
    drill = scenario("medical", "hall-0")
    for cast in ((guard, nurse), (sro, guard, nurse)):
        assert stamps(play(drill, three_rooms, mix(*cast)), "on-scene", "nurse")


def test_people_in_the_hall_move_once_they_hear_the_order(three_rooms: ds.FloorPlan) -> None:
    spaces = tuple(
        s.model_copy(update={"people": 4 if s.id == "hall-0" else s.people, "use": s.use}) for s in three_rooms.spaces
    )
    share = {"classroom": 1.0, "corridor": 1.0}
    periods = tuple(p.model_copy(update={"share": share}) for p in three_rooms.timetable)
    plan = three_rooms.model_copy(update={"spaces": spaces, "timetable": periods})
    drill = scenario(
        "hostile", "hall-1", protocol={"action": "lockdown", "announce_delay": "0 s", "announcement": "30 s"}
    )
    trace = ds.simulate(drill, plan, mix(SRO), seed=1, record_legs=True)
    moved = min(leg.times_s[0] for leg in trace.legs if leg.who.startswith("person"))
    assert moved == stamps(trace, "order")[0] + 30
    assert trace.row["halls_clear_s"] > moved


def test_rooms_without_people_are_left_as_they_are(three_rooms: ds.FloorPlan) -> None:
    empty = tuple(s.model_copy(update={"people": 0}) for s in three_rooms.spaces)
    plan = three_rooms.model_copy(update={"spaces": empty})
    seen = [{"kind": "hostile", "where": "hall-1", "noticed_after": "10 s"}]
    drill = scenario("hostile", "hall-1", incidents=seen, protocol={"action": "lockdown"})
    trace = ds.simulate(drill, plan, mix(SRO), seed=1)
    assert not stamps(trace, "locked")
    assert stamps(trace, "order")


def test_a_locked_room_opens_from_inside(three_rooms: ds.FloorPlan) -> None:
    drill = scenario(
        "hostile", "hall-0", protocol={"action": "lockdown", "announced_by": "alarm", "rooms": {"key_fails": "0 %"}},
        reporting={"radio": "200 s"}, locks={"key": "90 s"},
    )  # fmt: skip
    trace = play(drill, three_rooms, mix({"id": "sro", "role": "sro", "post": "room-101"}))
    assert stamps(trace, "locked", "room-101")[0] < stamps(trace, "under-way", "sro")[0]
    assert trace.row["leg_doors_s"] == 0


def test_police_take_another_exit_when_theirs_closes_while_they_search(three_rooms: ds.FloorPlan) -> None:
    openings = tuple(o.model_copy(update={"one_way": None}) for o in three_rooms.openings)
    plan = three_rooms.model_copy(update={"openings": openings})
    drill = scenario("hostile", "hall-1", police={"locate": "100 s"}, injects=[{"at": "400 s", "close": "e-main"}])
    trace = play(drill, plan, mix())
    assert not stamps(trace, "cannot-reach")
    assert trace.row["police_on_scene_status"] == "reached"


def test_the_911_call_of_a_hostile_event_counts_whoever_the_school_calls_for(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("hostile", "hall-1", police={"called_for": ["fire"]})
    assert play(drill, three_rooms, mix(SRO)).row["police_called_s"] == 60.0


@pytest.mark.parametrize("leaves", [5, 16, 26])
def test_a_unit_that_leaves_campus_is_replaced(three_rooms: ds.FloorPlan, leaves: int) -> None:
    drill = scenario(
        "behaviour", "room-201", dispatch={"back_up": False}, injects=[{"at": f"{leaves} s", "absent": "sro"}]
    )
    trace = play(drill, three_rooms, mix(SRO, {**GUARD, "post": "stair-a-0"}))
    assert [e.who for e in trace.events if e.what == "on-scene"] == ["guard"]
    assert trace.row["busy_s"] < 200


def test_locks_that_fail_at_once_count_as_failed(three_rooms: ds.FloorPlan) -> None:
    rooms = {
        "recover": "0 s",
        "key": "0 s",
        "push_button": "0 s",
        "auto": "0 s",
        "key_fails": "100 %",
        "push_button_fails": "100 %",
    }
    drill = scenario("hostile", "hall-1", protocol={"action": "lockdown", "announced_by": "alarm", "rooms": rooms})
    row = play(drill, three_rooms, mix(SRO)).row
    assert (row["rooms_failed"], row["rooms_secured"]) == (2, 0)


def test_an_empty_school_has_no_witness(three_rooms: ds.FloorPlan) -> None:
    empty = tuple(s.model_copy(update={"people": 0}) for s in three_rooms.spaces)
    plan = three_rooms.model_copy(update={"spaces": empty})
    drill = scenario("medical", "room-101", noticing={"unsupervised": "70 s"})
    assert play(drill, plan, mix(SRO)).row["noticed_s"] is None
    walker = {"id": "guard-1", "role": "unarmed-guard", "patrol": ["room-101", "hall-0"]}
    assert play(drill, plan, mix(walker)).row["noticed_s"] is not None
    fight = scenario("behaviour", "room-101", noticing={"unsupervised": "20 s"})
    assert play(fight, plan, mix(SRO)).row["noticed_s"] == 20.0


@pytest.mark.parametrize(
    ("where", "people", "notices"),
    [
        ("room-101", "room-201", False),
        ("room-101", "room-101", True),
        ("hall-0", "room-201", True),
        ("room-201", "hall-1", True),
    ],
)
def test_an_incident_is_noticed_where_people_are_pass_or_hear_it(
    three_rooms: ds.FloorPlan, where: str, people: str, notices: bool
) -> None:
    use = {"room-101": {"use": "storage"}, "room-201": {"use": "storage"}}
    spaces = [s.model_copy(update={"people": 9 * (s.id == people), **use.get(s.id, {})}) for s in three_rooms.spaces]
    everywhere = [p.model_copy(update={"share": {s.use: 1.0 for s in spaces}}) for p in three_rooms.timetable]
    plan = three_rooms.model_copy(update={"spaces": tuple(spaces), "timetable": tuple(everywhere)})
    drill = scenario("medical", where, noticing={"unsupervised": "20 s", "camera_watched": "0 %"})
    assert (play(drill, plan, mix()).row["noticed_s"] is not None) is notices
