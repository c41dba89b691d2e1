"""What somebody leaves, somebody else takes up: supporting tasks, care, propped doors, a search, and need (B9 to B11, B18, B24)."""

# mypy: disable-error-code="arg-type, operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from math import inf
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from plays import mix, scenario, stamps
from protocol_plays import door, plan_of, room, with_openings
from test_response_monotone import school

LATE = {"monday": [{"from": "10:02", "to": "15:00"}]}
"""On campus from two minutes after 10:00 on."""
AED = ({"id": "aed", "kind": "aed", "space": "hall", "at": [40, 1.5]},)


def corridor(**more: Any) -> ds.FloorPlan:
    """A hall of 60 m with six classrooms; police and ambulance come in at its west end."""
    hall = {"id": "hall", "level": "L0", "use": "corridor", "polygon": [[0, 0], [60, 0], [60, 3], [0, 3]], "people": 0}
    exits = [
        {
            "id": name,
            "kind": "exit",
            "spaces": ["hall", "outside"],
            "line": [[x, 1], [x, 2]],
            "lock": lock,
            "alarm": x > 0,
        }
        for name, x, lock in (("west", 0, "access-control"), ("east", 60, "key"))
    ]
    rooms = [room(f"r{i}", 10 * i, 10 * i + 10, 20) for i in range(6)]
    doors = [door(f"d{i}", f"r{i}", 10 * i + 5) for i in range(6)]
    posts = [{"id": f"at-{x}", "space": "hall", "at": [x, 1.5]} for x in (2, 30, 58)]
    entries = {"police": ["west"], "ems": ["west"]}
    return plan_of([hall, *rooms], [*doors, *exits], posts=posts, entries=entries, **more)


def unit(id_: str, role: str, post: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "role": role, "post": post, **more}


def guard(id_: str, post: str = "at-30", **more: Any) -> dict[str, Any]:
    return unit(id_, "unarmed-guard", post, **more)


def played(
    *units: dict[str, Any], incidents: list[dict[str, Any]], plan: ds.FloorPlan | None = None, **more: Any
) -> ds.Trace:
    more = {"crowd": "stays", "weekday": "monday", "time_of_day": "10:00", **more}
    drill = scenario("behaviour", "hall", incidents=incidents, **more)
    return ds.simulate(drill, plan or corridor(), mix(*units), seed=1)


def hostile(*units: dict[str, Any], **more: Any) -> ds.Trace:
    event = {"id": "event", "kind": "hostile", "where": "r5"}
    return played(*units, incidents=[event], police={"locate": "120 s"}, protocol={"action": "lockdown"}, **more)


# ------------------------------------------------------------------ supporting tasks


def test_somebody_else_meets_the_police_when_the_first_leaves() -> None:
    trace = hostile(guard("first"), guard("second"), injects=[{"at": "60 s", "absent": "first"}])
    assert stamps(trace, "police-met", "second")
    assert not stamps(trace, "searches")


def test_who_is_at_the_entry_first_meets_the_police() -> None:
    trace = hostile(guard("far", "r5"), guard("near", "at-2"))
    assert stamps(trace, "police-met", "near")


def test_who_is_locked_in_does_not_meet_the_police() -> None:
    shut = with_openings(corridor(), d0={"locked": "both"})
    event = {"id": "event", "kind": "hostile", "where": "r5"}
    drill = scenario("hostile", "r5", crowd="stays", incidents=[event], police={"locate": "120 s"})
    staff = mix(guard("shut-in", "r0"), guard("other", "at-58"), unarmed_guard={"keys": False})
    for units in (staff.units, staff.units[::-1]):
        trace = ds.simulate(drill, shut, staff.model_copy(update={"units": units}), seed=1)
        assert stamps(trace, "police-met", "other")
        assert not stamps(trace, "cannot-reach", "shut-in")


def test_who_comes_on_campus_meets_the_police_too() -> None:
    trace = hostile(guard("late", calendar=LATE))
    assert stamps(trace, "police-met", "late")


def test_police_look_for_the_place_when_the_only_one_who_waits_leaves() -> None:
    trace = hostile(guard("only"), injects=[{"at": "200 s", "absent": "only"}])
    assert stamps(trace, "searches", "police")


def test_after_a_false_report_those_who_stayed_away_are_free() -> None:
    report = {"id": "report", "kind": "false-report", "where": "r5"}
    collapse = {"id": "collapse", "kind": "medical", "where": "r2", "at": "40 min"}
    trace = played(
        unit("nurse", "nurse", "r0"), guard("guard"), incidents=[report, collapse], protocol={"action": "lockdown"}
    )
    assert stamps(trace, "resolved")[0] < 40 * 60
    assert 40 * 60 < stamps(trace, "first-aid", "nurse")[0] < 41 * 60


# ------------------------------------------------------------------ care


def test_of_two_first_aiders_one_stays_with_the_patient() -> None:
    collapse = {"id": "collapse", "kind": "medical", "where": "r0"}
    disorder = {"id": "disorder", "kind": "disorder", "where": "r5", "at": "90 s"}
    trace = played(guard("a"), guard("b"), incidents=[collapse, disorder], ems={"law": "10 min"})
    assert [e.who for e in trace.events if e.what == "called-off"] == ["a"]
    assert trace.rows[0]["unattended_s"] == 0.0


def test_who_comes_later_brings_the_aed_to_a_patient_who_has_a_nurse() -> None:
    collapse = {"id": "collapse", "kind": "medical", "where": "r0"}
    trace = played(
        unit("nurse", "nurse", "r0"), guard("late", calendar=LATE), incidents=[collapse], ems={"law": "10 min"},
        plan=corridor(equipment=AED),
    )  # fmt: skip
    assert 120 < stamps(trace, "aed-there", "late")[0] < 180


def test_nobody_fetches_an_aed_once_one_is_there() -> None:
    collapse = {"id": "collapse", "kind": "medical", "where": "r0"}
    trace = played(
        unit("nurse", "nurse", "r0"), guard("early"), guard("late", calendar=LATE), incidents=[collapse],
        ems={"law": "10 min"}, plan=corridor(equipment=AED),
    )  # fmt: skip
    assert [e.who for e in trace.events if e.what == "takes-aed"] == ["early"]


# ------------------------------------------------------------------ propped doors


def propped(*units: dict[str, Any], **more: Any) -> list[str]:
    person = {"id": "person", "kind": "unwanted-person", "where": "r5", "at": "10 min", "through": "east"}
    incidents = [person, *more.pop("incidents", [])]
    injects = [{"at": "0 s", "prop": "east"}, *more.pop("injects", [])]
    trace = played(*units, incidents=incidents, injects=injects, **more)
    return [e.who for e in trace.events if e.what == "shuts-door" and e.time_s < 10 * 60]


def test_a_propped_door_is_shut_by_the_next_who_comes_by() -> None:
    rounds = {"patrol": ["at-2", "at-58"], "stays": "0 s"}
    a, b = ({"id": id_, "role": "unarmed-guard", **rounds} for id_ in "ab")
    assert propped(a, b, injects=[{"at": "1 s", "absent": "a"}]) == ["b"]
    assert propped(a, b, injects=[{"at": "1 s", "absent": "b"}]) == ["a"]


def test_who_was_busy_shuts_a_propped_door_when_back_on_duty() -> None:
    fight = {
        "id": "fight",
        "kind": "behaviour",
        "where": "r0",
        "noticed_after": "0 s",
        "act": "20 s",
        "lasts": "20 min",
    }
    handling = {"handling": {"behaviour": "30 s"}, "arrests": {"behaviour": "0 %"}}
    assert propped(guard("a", "at-58"), incidents=[fight], dispatch=handling) == ["a"]


# ------------------------------------------------------------------ need


def test_a_unit_that_the_table_leaves_out_puts_off_no_call_for_the_police() -> None:
    fight = {"id": "fight", "kind": "behaviour", "where": "r5", "lasts": "25 min"}
    table = {"behaviour": "preference", "preference": [{"units": ["chosen"]}]}
    calls = [
        stamps(played(*units, incidents=[fight], dispatch=table), "backup-called")
        for units in ([], [unit("other", "sro", "at-30")], [unit("chosen", "sro", "at-30")])
    ]
    assert calls[0] == calls[1] != []
    assert calls[2] == []


def test_who_moved_behind_the_searchers_is_found_in_the_next_search() -> None:
    missing = {"id": "pupil", "kind": "missing-person", "where": "r5", "moves": [{"to": "r0", "after": "60 s"}]}
    trace = played(guard("a", "at-2"), guard("b"), incidents=[missing], police={"law": "20 min"})
    assert stamps(trace, "found")[0] < 300


def test_somebody_unarmed_does_not_make_up_a_pair() -> None:
    event = {"id": "event", "kind": "hostile", "where": "r3"}
    drill = scenario("hostile", "r3", crowd="stays", incidents=[event], dispatch={"entry": "pair"})
    staff = mix(
        unit("sro", "sro", "at-30"), unit("monitor", "monitor", "at-30"), monitor={"words": {"hostile": "assists"}}
    )
    trace = ds.simulate(drill, corridor(), staff, seed=1)
    assert len(stamps(trace, "waits-at-door", "sro")) == 1
    assert not stamps(trace, "on-scene", "sro")


# ------------------------------------------------------------------ who leaves again does no harm

ANSWER_S = 4 + 6 + 40 + 10 + 60
"""Slowest answer of somebody who is asked when another leaves: word, acknowledge, hand-over, one lock, and the way."""
POLICE_S = 20 + 400
"""From the call for the police, where they are called only when somebody has left, until they are there."""
ROLES = ("sro", "armed-staff", "unarmed-guard", "administrator", "nurse", "monitor")


@st.composite
def departures(draw: st.DrawFn) -> tuple[ds.FloorPlan, dict[str, Any], list[dict[str, Any]], int]:
    plan = school(draw(st.integers(1, 3)), draw(st.integers(1, 2)))
    places = st.sampled_from([space.id for space in plan.spaces])
    kinds = st.sampled_from(["behaviour", "disorder", "unwanted-person", "hostile", "medical", "fire"])
    incident = {"id": "main", "kind": draw(kinds), "where": draw(places), "act": "10 min", "lasts": "25 min"}
    if incident["kind"] in ("hostile", "fire"):
        del incident["act"], incident["lasts"]
    units = [unit(f"u{i}", draw(st.sampled_from(ROLES)), draw(places)) for i in range(draw(st.integers(1, 4)))]
    leaves_s = draw(st.integers(0, 240))
    data = {
        "incidents": [incident], "crowd": "stays", "weekday": "monday", "police": {"law": "400 s", "locate": "10 min"},
        "injects": [{"at": f"{leaves_s} s", "absent": "u0"}],
    }  # fmt: skip
    return plan, data, units, leaves_s


@given(departures())
@plays_of(120)
def test_one_more_who_leaves_again_does_no_harm(play: Any) -> None:
    plan, data, units, leaves_s = play
    drill = scenario("behaviour", "hall-0", **data)
    alone, helped = (ds.simulate(drill, plan, mix(*some), seed=1).row for some in (units[1:], units))
    called_late = helped["police_called_s"] is not None and helped["police_called_s"] >= leaves_s
    since_s = leaves_s + (POLICE_S if called_late else 0)
    for column in ("able_on_scene_s", "first_on_scene_s", "police_on_scene_s"):
        without_s, with_s = (inf if row[column] is None else float(row[column]) for row in (alone, helped))
        if column == "police_on_scene_s" and helped["police_called_s"] is None:
            continue  # not called for, since those on campus were enough
        assert with_s <= max(without_s, since_s) + ANSWER_S, (column, without_s, with_s)
