"""Presence has one answer: shifts, arrests, the script and calls from off campus, each change an event (rule B19)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import drillsim as ds
from depth import plays_of
from drillsim.engine.check import check
from drillsim.report.timeline import tell
from drillsim.scenario.calendar import Calendar
from plays import mix, scenario, stamps
from protocol_plays import GUARD, SRO, wing

LONG = {"lasts": "29 min"}
AT_ONCE = {"handling": {"behaviour": "0 s"}, "arrests": {"behaviour": "0 %"}, "back_up": False}
FIGHT = {"id": "main", "kind": "behaviour", "where": "b", "act": "10 min", **LONG}
FROM_10_TO = {"from": "08:00", "to": "10:05"}


def play(staff: ds.Mix, *incidents: dict[str, Any], **changes: Any) -> ds.Trace:
    settings: dict[str, Any] = {"crowd": "stays", "weekday": "monday", "time_of_day": "10:00", "dispatch": AT_ONCE}
    return ds.simulate(
        scenario("behaviour", "hall", **{**settings, **changes}, incidents=list(incidents)), wing(), staff, seed=1
    )


def on(hours: Any, **unit: Any) -> dict[str, Any]:
    return {**GUARD, "calendar": {"monday": hours}, **unit}


def reasons(trace: ds.Trace, who: str = "guard") -> list[tuple[float, str, str]]:
    words = ("absent", "present", "back", "left", "stays-on", "called-in", "kept-away")
    return [(e.time_s, e.what, e.why) for e in trace.events if e.who == who and e.what in words]


# ------------------------------------------------------------------ shifts


@pytest.mark.parametrize(
    ("day", "minute", "where"),
    [
        (0, 0, "here"),
        (0, 359, "here"),
        (0, 360, "off"),
        (5, 600, "here"),
        (4, 1439, "here"),
        (5, 0, "off"),
        (6, 1380, "here"),
    ],
)
def test_calendars_run_over_midnight_on_weekends_and_to_the_end_of_the_day(day: int, minute: int, where: str) -> None:
    week = Calendar.model_validate(
        {
            "sunday": {"from": "23:00", "to": "06:00"}, "saturday": {"from": "9 am", "to": "15:00"},
            "friday": {"from": "20:00", "to": "24:00"},
        }
    )  # fmt: skip
    spans = [
        (begins + shift, ends + shift, at)
        for shift in (-1440, 0)
        for begins, ends, at in week.stretches(day + (shift < 0) * -1)
    ]
    assert next((at for begins, ends, at in spans if begins <= minute < ends), "off") == where


def test_a_stretch_of_no_length_is_refused() -> None:
    with pytest.raises(ValidationError, match="no stretch of a day"):
        Calendar.model_validate({"monday": {"from": "10:00", "to": "10:00"}})


def test_a_night_shift_that_meets_the_next_morning_is_a_fault() -> None:
    night = {"sunday": {"from": "22:00", "to": "06:00"}, "monday": {"from": "05:00", "to": "12:00", "at": "court"}}
    staff = {"a": mix({**GUARD, "calendar": night})}
    mixes = ds.Mixes.model_validate({"present": "a", "mixes": {"a": {}}}).model_copy(update={"mixes": staff})
    assert "DS507" in {fault.code for fault in check(scenario("behaviour", "hall"), wing(), mixes)}


@pytest.mark.parametrize(("clock", "here"), [("23:50", True), ("00:05", True), ("21:30", False), ("06:30", False)])
def test_a_night_guard_is_there_on_both_sides_of_midnight(clock: str, here: bool) -> None:
    nights = {day: {"from": "22:00", "to": "06:00"} for day in ("sunday", "monday")}
    trace = play(mix({**GUARD, "calendar": nights}), FIGHT, time_of_day=clock)
    assert bool(stamps(trace, "present")) is here


def test_a_shift_that_begins_after_midnight_begins_in_the_drill() -> None:
    trace = play(mix({**GUARD, "calendar": {"tuesday": {"from": "00:00", "to": "08:00"}}}), FIGHT, time_of_day="23:55")
    assert stamps(trace, "back") == [300.0]


# ------------------------------------------------------------------ a shift begins


def test_who_comes_is_sent_at_once_to_a_fight_that_waits() -> None:
    first = {**FIGHT, "id": "first", "where": "a", "act": "25 min"}
    second = {**FIGHT, "id": "second", "where": "c", "at": "60 s"}
    late = on({"from": "10:05", "to": "15:00"}, id="late", post="c")
    trace = play(mix(SRO, late), first, second)
    assert stamps(trace, "back", "late") == [300.0]
    assert stamps(trace, "on-scene", "late")[0] == pytest.approx(300.0 + 4 + 6, abs=10)


def test_the_story_says_when_somebody_comes() -> None:
    def opening(*units: dict[str, Any]) -> str:
        trace = play(mix(*units), FIGHT)
        return " ".join(line.text for line in tell(trace, wing()) if line.time_s == 0)

    assert "Unarmed guard (guard) comes at 10:05." in opening(on({"from": "10:05", "to": "15:00"}))
    court = [{"from": "08:00", "to": "12:30", "at": "court"}, {"from": "12:30", "to": "15:00"}]
    assert "is in court, and comes at 12:30." in opening(on(court))
    assert "is not on campus today." in opening(on({"from": "06:00", "to": "09:00"}))
    assert "is not on campus today." in opening({**GUARD, "presence": "0 %"})


def test_who_comes_on_duty_at_the_place_notices_it() -> None:
    late = on({"from": "10:05", "to": "15:00"}, post="c")
    drill = {"kind": "fire", "where": "c"}
    noticing = {"unsupervised": "20 min", "witness": "10 s"}
    assert stamps(play(mix(late), drill, noticing=noticing, crowd="stays", time_of_day="10:00"), "noticed")[0] <= 310.0


def test_who_has_left_notices_nothing_on_the_round() -> None:
    soon = on({"from": "08:00", "to": "10:00"}, post="c")
    trace = play(mix(soon), {"kind": "fire", "where": "c", "at": "10 s"}, noticing={"unsupervised": "20 min"})
    assert "guard" not in {e.who for e in trace.events if e.what == "noticed"}


# ------------------------------------------------------------------ a shift ends


def test_who_is_busy_finishes_the_task_and_then_leaves() -> None:
    trace = play(mix(on(FROM_10_TO)), FIGHT)
    freed = stamps(trace, "free", "guard")
    assert reasons(trace)[1:] == [(300.0, "stays-on", ""), (freed[0], "left", "its task is done")]
    assert trace.row["resolved_by"] == "unit"


def test_who_finishes_a_task_takes_no_other_one_unless_it_is_more_urgent() -> None:
    more = {**FIGHT, "id": "more", "where": "c", "at": "6 min"}
    trace = play(mix(on(FROM_10_TO)), FIGHT, more)
    assert [e.incident for e in trace.events if e.what == "on-scene" and e.who == "guard"] == ["main"]
    urgent = {"id": "urgent", "kind": "unwanted-person", "where": "c", "at": "6 min", "act": "60 s"}
    trace = play(mix(on(FROM_10_TO)), FIGHT, urgent)
    assert [e.incident for e in trace.events if e.what == "on-scene" and e.who == "guard"] == ["main", "urgent"]
    assert stamps(trace, "left", "guard")[0] > stamps(trace, "called-off", "guard")[0]


def test_who_leaves_at_once_gives_the_task_to_somebody_else() -> None:
    trace = play(
        mix(on(FROM_10_TO), {**GUARD, "id": "other", "post": "a"}, unarmed_guard={"at_shift_end": "leave"}), FIGHT
    )
    assert reasons(trace)[1:] == [(300.0, "left", "its shift ends")]
    assert stamps(trace, "word", "other")[0] == pytest.approx(304.0)


def test_who_is_free_leaves_when_the_shift_ends() -> None:
    trace = play(mix(on(FROM_10_TO)), {**FIGHT, "at": "10 min"}, time_of_day="10:10")
    assert reasons(trace)[1:] == [(300.0, "left", "its shift ends")]
    assert stamps(trace, "on-scene", "guard") == []


# ------------------------------------------------------------------ the script, arrests, calls


def test_the_script_keeps_away_who_would_come_later() -> None:
    trace = play(mix(on({"from": "10:05", "to": "15:00"})), FIGHT, injects=[{"at": "60 s", "absent": "guard"}])
    assert [what for _, what, _ in reasons(trace)] == ["absent", "kept-away"]


def test_after_an_arrest_the_shift_decides() -> None:
    arrest = {**AT_ONCE, "handling": {}, "arrests": {"behaviour": "100 %", "away": "10 min"}}
    for until, words in (("15:00", ["present", "left", "back"]), ("10:15", ["present", "left"])):
        officer = {**SRO, "calendar": {"monday": {"from": "08:00", "to": until}}}
        trace = play(mix(officer), {**FIGHT, "act": "8 min"}, dispatch=arrest)
        assert [what for _, what, _ in reasons(trace, "sro")] == words


OFF = {"from": "06:00", "to": "07:00"}


def test_who_is_off_campus_is_called_in_where_nobody_else_can_help() -> None:
    trace = play(mix(on(OFF, **{"return": "5 min"})), FIGHT)
    (called,) = stamps(trace, "called-in")
    assert reasons(trace)[2:3] == [(called + 300.0, "back", "called in")]
    assert stamps(trace, "on-scene", "guard")[0] < stamps(trace, "left", "guard")[0]


def test_nobody_is_called_in_where_somebody_on_campus_can_help() -> None:
    assert stamps(play(mix(on(OFF, **{"return": "5 min"}), SRO), FIGHT), "called-in") == []
    assert stamps(play(mix(on(OFF)), FIGHT), "called-in") == []


def test_who_is_called_in_for_nothing_leaves_again() -> None:
    trace = play(mix(on(OFF, **{"return": "10 min"})), {**FIGHT, "lasts": "5 min"})
    assert [why for _, _, why in reasons(trace)][-2:] == ["called in", "nobody needs it any more"]


# ------------------------------------------------------------------ property

minutes_of_day = st.integers(0, 47).map(lambda half: f"{half // 2:02d}:{30 * (half % 2):02d}")
near_ten = st.integers(0, 9).map(lambda step: f"{9 + (50 + 5 * step) // 60:02d}:{(50 + 5 * step) % 60:02d}")


@st.composite
def calendars(draw: st.DrawFn) -> dict[str, Any]:
    """Return a week whose Monday changes while a drill from 10:00 to 10:30 runs."""
    marks = sorted(draw(st.lists(near_ten, min_size=2, max_size=5, unique=True)))
    places = st.sampled_from(["here", "here", "court", "off"])
    day = [{"from": a, "to": b, "at": draw(places)} for a, b in pairwise(marks)]
    return {"monday": day, "sunday": draw(st.sampled_from(["off", {"from": "23:00", "to": "07:00"}]))}


@st.composite
def staffs(draw: st.DrawFn) -> list[dict[str, Any]]:
    units = []
    for i in range(draw(st.integers(1, 3))):
        unit: dict[str, Any] = {"id": f"u{i}", "role": draw(st.sampled_from(["sro", "unarmed-guard", "monitor"]))}
        unit["post"] = draw(st.sampled_from(["a", "b", "c", "hall"]))
        if draw(st.booleans()):
            unit["calendar"] = draw(calendars())
        if draw(st.booleans()):
            unit["return"] = "4 min"
        units.append(unit)
    return units


def planned(unit: dict[str, Any], time_s: float) -> bool:
    """Return whether a unit is on campus by its calendar at a time of a drill that begins on Monday at 10:00."""
    week = unit.get("calendar")
    if week is None:
        return True
    now = 600 + time_s / 60

    def minute(text: str) -> int:
        return int(text[:2]) * 60 + int(text[3:])

    return any(minute(h["from"]) <= now < minute(h["to"]) and h["at"] == "here" for h in week["monday"])


@given(
    units=staffs(), kinds=st.lists(st.sampled_from(["behaviour", "unwanted-person", "hostile", "medical"]), min_size=1, max_size=3),
    absent=st.booleans(), ends=st.sampled_from(["finish", "leave"]), seed=st.integers(0, 500),
)  # fmt: skip
@plays_of(2_000)
def test_presence_is_one_state_whose_changes_are_planned_or_logged(
    units: list[dict[str, Any]], kinds: list[str], absent: bool, ends: str, seed: int
) -> None:
    incidents = [{"id": f"i{k}", "kind": kind, "where": "abc"[k], "at": f"{4 * k} min"} for k, kind in enumerate(kinds)]
    injects = [{"at": "7 min", "absent": "u0"}] if absent else []
    roles = {role: {"at_shift_end": ends} for role in ("sro", "unarmed_guard", "monitor")}
    dispatch = {"arrests": {"behaviour": "50 %", "away": "6 min"}, "handling": {"behaviour": "3 min"}}
    trace = play(mix(*units, **roles), *incidents, injects=injects, dispatch=dispatch, horizon="30 min")
    for unit in units:
        mine = [e for e in trace.events if e.who == unit["id"]]
        here, exempt = None, None
        for e in mine:
            if e.what in ("present", "absent"):
                assert here is None
                here = e.what == "present"
                assert here == planned(unit, 0.0)
            elif e.what in ("back", "left"):
                assert here is not None
                assert here == (e.what == "left")  # never twice the same
                here = e.what == "back"
                exempt = {"called in": "stays", "an arrest": "away", "the script sends it off campus": "away"}.get(
                    e.why
                )
                if exempt is None and e.why != "nobody needs it any more":
                    assert planned(unit, e.time_s) == here
            elif e.what == "stays-on":
                assert here
                assert not planned(unit, e.time_s)
                exempt = "stays"
            elif e.what == "kept-away":
                assert not here
                exempt = "away"
            elif e.what in ("under-way", "on-scene", "first-aid", "able", "word"):
                assert here, (e, mine)
            if exempt is None:
                assert here == planned(unit, e.time_s) or e.what in ("unit-ends", "role"), e
