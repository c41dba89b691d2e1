"""Need asked again: who is asked, and when the services are called (rule B18); work is kept (rule B23)."""

from __future__ import annotations

from typing import Any

import pytest

import drillsim as ds
from drillsim.plan.model import Equipment
from plays import mix, scenario, stamps
from protocol_plays import GUARD, SRO, wing

LONG = {"lasts": "29 min"}
NO_HANDLING = {"handling": {"behaviour": "0 s", "disorder": "0 s"}, "arrests": {"behaviour": "0 %", "disorder": "0 %"}}
OFFICERS = {"law": "300 s", "phone": "20 s", "interval": "30 s"}


def play(staff: ds.Mix, *incidents: dict[str, Any], **changes: Any) -> ds.Trace:
    changes = {"crowd": "stays", "police": OFFICERS, **changes}
    asked = changes.pop("dispatch", {})
    changes["dispatch"] = {**NO_HANDLING, **asked}
    drill = scenario("behaviour", "hall", **changes, incidents=list(incidents))
    return ds.simulate(drill, wing(), staff, seed=1)


RULE_BREAK = {"kind": "behaviour", "where": "b", "discipline": True, **LONG}


@pytest.mark.parametrize("units", [(), (SRO,), (SRO, {**SRO, "id": "sro-2"})])
def test_nobody_calls_the_police_for_a_rule_break(units: tuple[dict[str, Any], ...]) -> None:
    trace = play(mix(*units), RULE_BREAK)
    assert stamps(trace, "police-called") == []
    assert trace.row["police_called_status"] == "not-applicable"
    assert trace.row["first_by"] == "nobody"
    assert trace.row["resolved_by"] == "self"


def test_police_always_called_for_fights_are_not_called_for_a_rule_break() -> None:
    trace = play(mix(), RULE_BREAK, police={**OFFICERS, "called_for": ["behaviour"]})
    assert stamps(trace, "police-called") == []


def test_a_guard_whom_no_agreement_binds_comes_to_a_rule_break() -> None:
    trace = play(mix(SRO, GUARD), RULE_BREAK)
    assert trace.row["first_by"] == "unit"
    assert stamps(trace, "on-scene", "sro") == []


BRAWL = {"kind": "disorder", "where": "b", "quorum": 3}


@pytest.mark.parametrize(
    ("units", "called"),
    [
        ((), [35.0]),
        ((GUARD,), [35.0]),
        ((GUARD, {**GUARD, "id": "g2"}), [35.0]),
        ((GUARD, {**GUARD, "id": "g2"}, {**GUARD, "id": "g3"}), []),
    ],
)
def test_a_disorder_gets_police_where_those_on_campus_are_too_few(units: Any, called: list[float]) -> None:
    trace = play(mix(*units), BRAWL)
    assert stamps(trace, "police-called") == called
    assert trace.row["backup_called_s"] == (called[0] if called else None)
    assert trace.row["able_on_scene_s"] is not None


def test_monitors_alone_cannot_settle_a_disorder_however_many() -> None:
    monitors = [{"id": f"m-{i}", "role": "monitor", "post": "hall"} for i in range(4)]
    trace = play(mix(*monitors), BRAWL)
    assert stamps(trace, "police-called") == [35.0]
    assert stamps(trace, "able")[0] == stamps(trace, "on-scene", "police")[0]


def test_an_officer_with_a_police_channel_calls_for_more_as_soon_as_it_hears() -> None:
    trace = play(mix(SRO), BRAWL)
    assert stamps(trace, "police-called") == stamps(trace, "word", "sro") == [19.0]
    assert [e.who for e in trace.events if e.what == "backup-called"] == ["sro"]


def test_a_guard_more_is_not_slower_than_police_alone() -> None:
    alone, beside = (play(mix(*units), BRAWL).row["able_on_scene_s"] for units in ((), (GUARD,)))
    assert isinstance(alone, float)
    assert isinstance(beside, float)
    assert beside <= alone


def test_police_come_to_a_fight_that_waits_too_long_for_a_busy_guard() -> None:
    first = {"id": "first", "kind": "behaviour", "where": "a", "act": "25 min", **LONG}
    second = {"id": "second", "kind": "behaviour", "where": "c", "at": "60 s", **LONG}
    trace = play(mix(GUARD), first, second, dispatch={"wait_at_most": "2 min"})
    assert stamps(trace, "waits") == [75.0]
    assert stamps(trace, "police-called") == [75.0 + 120 + 20]
    assert trace.rows[1]["backup_called_s"] == 155.0


def test_police_are_not_called_for_a_fight_that_is_over_by_then() -> None:
    first = {"id": "first", "kind": "behaviour", "where": "a", "act": "25 min", **LONG}
    second = {"id": "second", "kind": "behaviour", "where": "c", "at": "60 s", "lasts": "100 s"}
    assert stamps(play(mix(GUARD), first, second, dispatch={"wait_at_most": "2 min"}), "police-called") == []


def test_who_finds_no_way_does_not_count_as_sent() -> None:
    far = {**GUARD, "id": "far", "post": "c"}
    near = {**GUARD, "id": "near", "post": "a"}
    shut = [{"at": "15.5 s", "close": "door-a"}]
    trace = play(
        mix(near, far), {"kind": "behaviour", "where": "hall", **LONG}, injects=shut, dispatch={"back_up": False}
    )
    assert stamps(trace, "cannot-reach", "near")
    assert stamps(trace, "on-scene", "far")
    assert not stamps(trace, "on-scene", "near")


def test_police_are_called_where_everybody_on_campus_is_shut_in() -> None:
    near = {**GUARD, "id": "near", "post": "a"}
    shut = [{"at": "15.5 s", "close": "door-a"}]
    trace = play(mix(near), {"kind": "behaviour", "where": "hall", **LONG}, injects=shut)
    assert stamps(trace, "police-called")
    assert stamps(trace, "on-scene", "police")


def test_somebody_who_can_end_it_is_sent_after_one_who_only_assists() -> None:
    monitor = {"id": "m", "role": "monitor", "post": "b"}
    first = {"id": "first", "kind": "behaviour", "where": "a", "act": "60 s", **LONG}
    second = {"id": "second", "kind": "behaviour", "where": "c", "at": "20 s", **LONG}
    trace = play(mix(GUARD, monitor), first, second, dispatch={"back_up": False})
    freed = stamps(trace, "free", "guard")[0]
    assert stamps(trace, "on-scene", "m")[0] < freed
    assert trace.rows[1]["resolved_by"] == "unit"
    assert [e.time_s for e in trace.events if e.what == "on-scene" and e.who == "guard"][1] > freed


# ------------------------------------------------------------------ work is kept (rule B23)

EXPERT = {"id": "expert", "role": "sro", "post": "hall"}
NOVICE = {"id": "novice", "role": "counsellor", "post": "b"}
PACES = {"sro": {"act_factor": "50 %"}, "counsellor": {"act_factor": "500 %"}}
FIGHT = {"id": "main", "kind": "behaviour", "where": "b", "act": "100 s", **LONG}


def resolved_s(*units: dict[str, Any]) -> float:
    value = play(mix(*units, **PACES), FIGHT, dispatch={"behaviour": "all"}).row["resolved_s"]
    assert isinstance(value, float)
    return value


def test_a_slower_helper_does_not_end_it_later() -> None:
    alone, beside = resolved_s(EXPERT), resolved_s(NOVICE, EXPERT)
    assert beside < alone


def test_who_comes_second_and_is_better_sets_the_pace_for_what_is_left() -> None:
    trace = play(mix(NOVICE, EXPERT, **PACES), FIGHT, dispatch={"behaviour": "all"})
    first, second = stamps(trace, "on-scene", "novice")[0], stamps(trace, "on-scene", "expert")[0]
    assert first < second
    assert trace.row["resolved_s"] == pytest.approx(second + 0.5 * (100 - (second - first) / 5), abs=1e-9)


def test_work_that_is_done_stays_when_somebody_is_called_off() -> None:
    other = {"id": "other", "kind": "unwanted-person", "where": "c", "at": "60 s", "act": "30 s"}
    free_at_once = {"handling": {"unwanted-person": "0 s"}, "arrests": {"unwanted-person": "0 %"}, "back_up": False}
    trace = play(mix(SRO), FIGHT, other, dispatch=free_at_once)
    came = [e.time_s for e in trace.events if e.what == "on-scene" and e.who == "sro" and e.incident == "main"]
    (left,) = stamps(trace, "called-off", "sro")
    assert len(came) == 2
    assert trace.row["resolved_s"] == pytest.approx(came[1] + 100 - (left - came[0]), abs=1e-9)


# ------------------------------------------------------------------ a patient (rule B24)

COLLAPSE = {"id": "main", "kind": "medical", "where": "b", "act": "20 min"}
PLAIN = {"police": OFFICERS, "crowd": "stays", "ems": {"law": "8 min"}}


def care(staff: ds.Mix, *later: dict[str, Any], aed: str | None = None, **dispatch: Any) -> ds.Trace:
    plan = wing()
    if aed is not None:
        place = {"a": ["5 m", "6 m"], "c": ["25 m", "6 m"]}[aed]
        box = Equipment.model_validate({"id": "aed", "kind": "aed", "space": aed, "at": place})
        plan = plan.model_copy(update={"equipment": (box,)})
    drill = scenario("medical", "b", **PLAIN, dispatch={**NO_HANDLING, **dispatch}, incidents=[COLLAPSE, *later])
    return ds.simulate(drill, plan, staff, seed=1)


@pytest.mark.parametrize(
    ("kind", "called_off"),
    [({"kind": "behaviour", "discipline": True, **LONG}, 0), ({"kind": "disorder"}, 0), ({"kind": "hostile"}, 1)],
)
def test_only_a_hostile_event_calls_off_who_gives_first_aid(kind: dict[str, Any], called_off: int) -> None:
    trace = care(mix({**SRO, "role": "armed-guard"}), {"id": "other", "where": "c", "at": "60 s", **kind})
    assert len(stamps(trace, "called-off", "sro")) == called_off


def test_a_first_aider_may_be_called_off_once_a_nurse_is_there() -> None:
    nurse = {"id": "nurse", "role": "nurse", "post": "c"}
    trace = care(mix(GUARD, nurse), {"id": "other", "kind": "unwanted-person", "where": "a", "at": "90 s"})
    assert stamps(trace, "on-scene", "nurse")[0] < 90
    assert stamps(trace, "called-off", "guard")


def test_a_fight_calls_nobody_off_a_patient_on_the_way() -> None:
    trace = care(mix({**GUARD, "post": "c"}), {"id": "other", "kind": "behaviour", "where": "a", "at": "5 s", **LONG})
    assert stamps(trace, "called-off") == []


@pytest.mark.parametrize("more", [0, 1, 2])
def test_somebody_free_is_always_asked_for_the_aed(more: int) -> None:
    nurse = {"id": "nurse", "role": "nurse", "post": "a"}
    principal = {"id": "principal", "role": "administrator", "post": "hall"}
    guards = [{**GUARD, "id": f"guard-{i}", "post": "c"} for i in range(more)]
    trace = care(mix(principal, nurse, *guards), aed="c")
    assert len(stamps(trace, "takes-aed")) == 1
    assert trace.row["aed_on_scene_s"] < trace.row["ems_on_scene_s"]  # type: ignore[operator]


def test_the_aed_comes_by_the_one_of_least_way() -> None:
    nurse = {"id": "nurse", "role": "nurse", "post": "b"}
    far, near = ({**GUARD, "id": name, "post": post} for name, post in (("far", "a"), ("near", "c")))
    assert stamps(care(mix(nurse, far, near), aed="c"), "takes-aed", "near")
    assert stamps(care(mix(nurse, far, near), aed="a"), "takes-aed", "far")


def test_who_comes_on_campus_is_sent_to_a_fight_that_waits() -> None:
    hours = {"monday": [{"from": "10:05", "to": "15:00"}]}
    late = {**GUARD, "id": "late", "post": "c", "calendar": hours}
    first = {"id": "first", "kind": "behaviour", "where": "a", "act": "25 min", **LONG}
    second = {"id": "second", "kind": "behaviour", "where": "b", "at": "60 s", **LONG}
    trace = play(mix(GUARD, late), first, second, weekday="monday", time_of_day="10:00", dispatch={"back_up": False})
    assert stamps(trace, "back", "late") == [300.0]
    assert stamps(trace, "word", "late") == [304.0]
    assert stamps(trace, "under-way", "late") == [310.0]
