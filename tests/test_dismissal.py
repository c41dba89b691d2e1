"""Dismissal: people walk out and leave the site, unless an order keeps them in (rules A13, B15)."""

from __future__ import annotations

from typing import Any

import pytest

import drillsim as ds
import shipped
from plays import mix, scenario, stamps
from protocol_plays import SRO, door, plan_of, protocol, room

BELLS: list[dict[str, Any]] = [
    {"period": "class", "from": "8:00", "to": "15:00", "share": {"classroom": "100 %", "office": "100 %"}},
    {"period": "dismissal", "from": "15:00", "to": "15:10", "share": {"classroom": "100 %", "office": "100 %"},
     "moves": [{"share": "50 %", "home": "classroom", "to": "corridor"}]},
]  # fmt: skip
HALL = [[0, 0], [30, 0], [30, 3], [0, 3]]


def school(*, yard: bool = False, bells: Any = BELLS, **more: Any) -> ds.FloorPlan:
    """A hall with two classrooms of 20 and an office of 3, an exit at each end; with a yard, the east one leads onto it."""
    outdoors = {"id": "yard", "level": "L0", "use": "outdoors", "polygon": [[30, 0], [60, 0], [60, 3], [30, 3]]}
    gate = {"id": "gate", "kind": "opening", "spaces": ["yard", "outside"], "line": [[60, 0], [60, 3]]}
    west = {"id": "west", "kind": "exit", "spaces": ["hall", "outside"], "line": [[0, 1], [0, 2]], "one_way": "in"}
    east = {"id": "east", "kind": "exit", "spaces": ["hall", "yard" if yard else "outside"], "line": [[30, 1], [30, 2]]}
    return plan_of(
        [{"id": "hall", "level": "L0", "use": "corridor", "polygon": HALL},
         room("a", 0, 10, 20), room("b", 10, 20, 20), room("office", 20, 30, 3, use="office"), *([outdoors] if yard else [])],
        [door("door-a", "a", 5), door("door-b", "b", 15), door("door-office", "office", 25), west, east,
         *([gate] if yard else [])],
        timetable=bells, **more,
    )  # fmt: skip


def drill(action: str = "none", **changes: Any) -> ds.Scenario:
    order = protocol(action) if action != "none" else {}
    wish: dict[str, Any] = {"time_of_day": "15:00", "protocol": order, **changes}
    return scenario("unwanted-person", "hall", **wish)


def played(plan: ds.FloorPlan, action: str = "none", **changes: Any) -> ds.Trace:
    return ds.simulate(drill(action, **changes), plan, mix(SRO), seed=1)


def test_at_dismissal_pupils_go_home_and_staff_stay() -> None:
    trace = played(school())
    assert trace.row["gone_home"] == 40
    assert trace.row["gone_home_all_status"] == "reached"
    assert {e.why: e.value for e in trace.events if e.what == "at-horizon"} == {"out (gone home)": 40.0, "waiting": 3.0}


def test_who_is_in_the_halls_goes_at_once_and_rooms_within_the_period() -> None:
    times = stamps(played(school()), "gone-home")
    assert sorted(times)[19] < 60.0
    assert times[-1] < 600.0 + 60.0


@pytest.mark.parametrize("replication", range(20))
def test_nobody_is_in_the_halls_a_minute_after_the_period(replication: int) -> None:
    trace = ds.simulate(drill(), school(), mix(SRO), seed=2, replication=replication)
    assert stamps(trace, "gone-home")[-1] < 660.0


def test_in_class_nobody_goes_home() -> None:
    row = played(school(), time_of_day="10:00").row
    assert (row["gone_home"], row["gone_home_all_status"]) == (None, "not-applicable")


def test_a_period_says_itself_whether_people_go_home() -> None:
    stays = [BELLS[0], {**BELLS[1], "leave": False}]
    goes = [{**BELLS[0], "leave": True}]
    assert played(school(bells=stays)).row["gone_home"] is None
    assert played(school(bells=goes), time_of_day="14:55").row["gone_home"] == 40


def test_before_the_bell_nobody_sets_out() -> None:
    later = drill(time_of_day="15:01", incidents=[{"kind": "unwanted-person", "where": "hall", "at": "2 min"}])
    times = stamps(ds.simulate(later, school(), mix(SRO), seed=1), "gone-home")
    assert 60.0 < times[0] < 120.0


def test_with_a_yard_they_are_gone_at_its_gate() -> None:
    near, far = stamps(played(school()), "gone-home"), stamps(played(school(yard=True)), "gone-home")
    assert len(near) == len(far) == 40
    assert far[0] > near[0] + 30.0 / 1.5


def test_whoever_stays_is_no_reason_for_an_evacuation_to_wait() -> None:
    alarm = [{"at": "3 min", "alarm": "fire"}]
    trace = played(school(), "evacuate", injects=alarm)
    row, home = trace.row, len(stamps(trace, "gone-home"))
    assert 20 <= home < 40
    assert len(stamps(trace, "out")) == 43 - home
    assert (row["still_inside"], row["evacuated_all_status"], row["gone_home"]) == (0, "reached", home)
    assert row["gone_home_all_status"] == "not-reached"
    assert row["accounted_all_status"] == "reached"


@pytest.mark.parametrize("action", ["hold", "secure", "lockdown", "shelter"])
def test_an_order_keeps_in_who_has_not_left(action: str) -> None:
    wish = {"shelter_in": [{"use": "classroom"}]} if action == "shelter" else {}
    order = protocol(action, **wish)
    trace = played(school(), action, protocol=order, incidents=[{"kind": "hostile", "where": "office"}])
    heard = stamps(trace, "order")[0] + 8.0
    gone = stamps(trace, "gone-home")
    assert gone
    assert gone[-1] < heard + 40.0
    assert trace.row["gone_home"] == len(gone) < 40
    ends = {e.why: e.value for e in trace.events if e.what == "at-horizon"}
    assert not any(word.startswith(("walking", "queued", "stranded")) for word in ends)


@pytest.mark.parametrize("action", ["none", "hold", "secure", "lockdown", "evacuate"])
def test_both_crowds_send_the_same_people_home_at_the_same_times(action: str) -> None:
    fast = played(school(yard=True), action)
    slow = played(school(yard=True), action, crowd_engine="reference")
    assert [(e.who, e.what) for e in fast.events] == [(e.who, e.what) for e in slow.events]
    assert stamps(fast, "gone-home") == pytest.approx(stamps(slow, "gone-home"), abs=1e-9)


def test_where_nobody_walks_nobody_goes_home() -> None:
    trace = played(school(), crowd="stays")
    assert trace.row["gone_home"] is None
    assert not stamps(trace, "dismissed")


def test_a_wider_exit_lets_nobody_go_home_later_on_the_whole() -> None:
    def last(width: float) -> float:
        plan = school()
        wide = tuple(o.model_copy(update={"width": width}) if o.id == "east" else o for o in plan.openings)
        return stamps(played(plan.model_copy(update={"openings": wide})), "gone-home")[19]

    assert last(2.0) <= last(1.0) <= last(0.6)


@pytest.mark.parametrize("staff", [True, False])
def test_who_is_gone_home_notices_nothing_and_staff_who_stay_do(staff: bool) -> None:
    share = {"classroom": "100 %", "office": "100 %" if staff else "0 %"}
    later = [
        {"id": "first", "kind": "unwanted-person", "where": "hall"},
        {"id": "second", "kind": "unwanted-person", "where": "a", "at": "20 min"},
    ]
    bells = [BELLS[0], {**BELLS[1], "share": share}]
    wish = drill(incidents=later, dispatch={"unwanted-person": "nearest"})
    trace = ds.simulate(wish, school(bells=bells), mix(), seed=1)
    noticed = [e for e in trace.events if e.what == "noticed" and e.incident == "second"]
    assert trace.row["gone_home"] == 40
    assert bool(noticed) == staff


@pytest.mark.parametrize("school_name", shipped.SCHOOLS)
@pytest.mark.parametrize("override", ["", "secure", "hold"])
def test_the_shipped_dismissal_shows_what_its_comment_says(school_name: str, override: str) -> None:
    drill_ = ds.read_scenario(shipped.ROOT / "scenarios" / "dismissal.yaml")
    mixes = ds.read_mixes(shipped.ROOT / "scenarios" / "mixes.yaml")
    wish = drill_.with_override(override) if override else drill_
    trace = ds.simulate(wish, shipped.plan_named(school_name), mixes[mixes.present], seed=1)
    times, people = stamps(trace, "gone-home"), int(trace.row["people"] or 0)
    if override:
        assert 0 < len(times) < 0.95 * people
        assert trace.row["gone_home_p95_status"] == "not-reached"
        return
    assert len(times) == people
    assert times[int(0.8 * people)] < 4.5 * 60.0
    assert 10 * 60.0 < times[-1] < 17 * 60.0


def test_an_evacuation_of_an_empty_school_has_no_time_to_reach() -> None:
    rooms = [{"id": "hall", "level": "L0", "use": "corridor", "polygon": HALL}, room("a", 0, 10, 0)]
    plan = plan_of(
        rooms,
        [
            door("door-a", "a", 5),
            {"id": "west", "kind": "exit", "spaces": ["hall", "outside"], "line": [[0, 1], [0, 2]]},
        ],
    )
    row = ds.simulate(scenario("fire", "hall", protocol=protocol("evacuate")), plan, mix(SRO), seed=1).row
    assert (row["people"], row["evacuated_all_status"], row["evacuated_p95_status"]) == (
        0,
        "not-applicable",
        "not-applicable",
    )
