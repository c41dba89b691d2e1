"""Hold, secure, lockdown, evacuate and shelter on a small wing: orders, who hears them, final states of rooms and doors."""

# mypy: disable-error-code="comparison-overlap, operator"
# (pytest.approx equals the numbers it is near to; values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from depth import cases
from drillsim.plan.model import Assembly
from plays import mix, stamps
from protocol_plays import GUARD, HEARD_S, ORDER_S, SRO, drill, script, scripted, wing, with_openings

__all__ = ["script"]


def play(scenario: ds.Scenario, plan: ds.FloorPlan, *units: dict[str, Any], seed: int = 1, **more: Any) -> ds.Trace:
    return ds.simulate(scenario, plan, mix(*units), seed=seed, **more)


def at_end(trace: ds.Trace) -> dict[str, float]:
    return {e.why: e.value or 0.0 for e in trace.events if e.what == "at-horizon"}


def whys(trace: ds.Trace, what: str) -> dict[str, str]:
    return {e.who: e.why for e in trace.events if e.what == what}


# ---------------------------------------------------------------------- who orders, and who hears


def test_a_badge_gives_the_order_by_whoever_notices() -> None:
    call = {"announced_by": "badge", "announce_delay": "4 s"}
    trace = play(drill("lockdown", protocol=call, noticing={"unsupervised": "50 s"}), wing(), GUARD)
    assert [(e.time_s, e.who) for e in trace.events if e.what == "order"] == [(14.0, "guard")]


def test_a_badge_takes_seconds_where_the_office_takes_most_of_a_minute() -> None:
    delays = {
        by: stamps(play(drill("hold", protocol={"announced_by": by, "announce_delay": None}), wing()), "order")[0]
        for by in ("badge", "teacher", "office")
    }
    assert 12 <= delays["badge"] <= 16
    assert delays["badge"] < delays["teacher"] < delays["office"]


def test_a_room_without_loudspeaker_hears_the_order_later() -> None:
    plan = wing(a=20, c=20)
    deaf = plan.model_copy(update={"spaces": tuple(s.model_copy(update={"pa": s.id != "c"}) for s in plan.spaces)})
    trace = play(drill("lockdown"), deaf)
    assert stamps(trace, "locked", "a") == [HEARD_S + 5 + 15]
    assert stamps(trace, "locked", "c") == [ORDER_S + 40 + 5 + 15]


def test_every_line_of_the_protocol_carries_the_incident_it_answers() -> None:
    plan = wing(hall=6, b=0)
    trace = play(drill("lockdown", where="a", protocol={"release": {"after": "60 s", "per_room": "10 s"}}), plan, SRO)
    ours = {
        "protocol", "lockable", "unlockable", "order", "locked", "secured", "released", "accounted", "halls-clear",
        "occupied", "refuge-locked", "refuge-secured",
    }  # fmt: skip
    assert {e.what for e in trace.events if e.what in ours} >= ours - {"unlockable", "halls-clear"}
    assert {e.incident for e in trace.events if e.what in ours and e.what != "halls-clear"} == {"main"}


def test_the_office_orders_after_the_report_of_the_incident_of_the_protocol() -> None:
    incidents = [{"id": "fight", "kind": "behaviour", "where": "a"}, {"id": "worse", "kind": "hostile", "where": "c"}]
    incidents[1]["at"] = "100 s"
    for named, onset in (("fight", 0), ("worse", 100), (None, 100)):
        trace = play(drill("lockdown", incidents=incidents, protocol={"incident": named}), wing())
        assert [(e.time_s, e.incident) for e in trace.events if e.what == "order"] == [
            (onset + ORDER_S, named or "worse")
        ]


# ---------------------------------------------------------------------- hold


def test_a_hold_clears_the_halls_and_moves_nobody_else() -> None:
    trace = play(drill("hold"), wing(hall=9), record_legs=True)
    assert stamps(trace, "asked") == [ORDER_S]
    assert len(stamps(trace, "in-place")) == 9
    assert len({leg.who for leg in trace.legs if leg.who.startswith("person")}) == 9
    assert at_end(trace) == {"settled (in a room)": 9, "waiting": 40}


def test_in_a_hold_everybody_goes_to_the_nearest_room() -> None:
    def goal(leg: Any) -> str:
        x = leg.x_m[0]
        return min(("a", "b", "c"), key=lambda id_: abs(x - {"a": 5, "b": 15, "c": 25}[id_]))

    trace = play(drill("hold"), wing(hall=9), record_legs=True)
    first = {leg.who: leg for leg in reversed(trace.legs)}
    went = {e.who: e.where for e in trace.events if e.what == "in-place"}
    assert went == {who: goal(first[who]) for who in went}


def test_a_hold_locks_nothing() -> None:
    trace = play(drill("hold"), wing(hall=9))
    assert not [e for e in trace.events if e.what in ("locked", "lock-failed", "refuge-locked")]


def test_halls_are_clear_when_the_last_one_is_in_a_room() -> None:
    trace = play(drill("hold"), wing(hall=9))
    assert stamps(trace, "halls-clear") == [max(stamps(trace, "in-place"))]


def test_a_class_counts_itself_when_it_has_heard_and_waits_for_who_comes_in() -> None:
    trace = play(drill("hold"), wing(hall=9, b=0))
    last = {id_: max(e.time_s for e in trace.events if e.what == "in-place" and e.where == id_) for id_ in "abc"}
    assert all(stamps(trace, "accounted", id_) == [pytest.approx(last[id_] + 60)] for id_ in "abc")
    assert stamps(trace, "accounted", "school") == [pytest.approx(max(last.values()) + 60)]
    assert stamps(play(drill("hold"), wing()), "accounted", "a") == [HEARD_S + 60]


# ---------------------------------------------------------------------- secure


def test_a_secure_order_locks_open_outside_doors_and_counts_the_others() -> None:
    plan = with_openings(wing(), west={"locked": "no"})
    trace = play(drill("secure"), plan)
    assert stamps(trace, "locked", "west") == [HEARD_S + 20 + 15]
    assert stamps(trace, "locked", "east") == [HEARD_S]
    assert whys(trace, "locked") == {"west": "", "east": "it was locked"}


def test_an_outside_door_without_a_lock_is_unlockable_unless_it_is_exit_only() -> None:
    plan = with_openings(wing(), west={"lock": "none"}, east={"lock": "none", "one_way": "out"})
    trace = play(drill("secure"), plan)
    assert list(whys(trace, "unlockable")) == ["west"]
    assert list(whys(trace, "locked")) == list(whys(trace, "lockable")) == ["east"]


def test_a_lock_that_fails_three_times_leaves_the_door_named() -> None:
    plan = with_openings(wing(), west={"locked": "no"})
    trace = play(drill("secure", protocol={"rooms": {"key_fails": "100 %"}}), plan)
    assert stamps(trace, "lock-failed", "west") == [HEARD_S + 20 + 3 * 15]


def test_a_locked_outside_door_keeps_out_who_has_no_key() -> None:
    plan = with_openings(wing(), west={"locked": "no"}, east={"one_way": "out"})
    late = {"law": "30 s", "locked_door": "45 s"}
    came = {}
    for action in ("hold", "secure"):
        trace = play(drill(action, protocol={"announced_by": "alarm", "announce_delay": "0 s"}, police=late), plan)
        came[action] = trace.row["leg_doors_s"]
    assert came == {"hold": 0.0, "secure": 45.0}


def test_in_a_secure_all_goes_on_inside() -> None:
    trace = play(drill("secure"), wing(hall=9), record_legs=True)
    assert not [leg for leg in trace.legs if leg.who.startswith("person")]
    assert stamps(trace, "accounted", "hall") == [HEARD_S + 60]


# ---------------------------------------------------------------------- shelter


def test_a_shelter_brings_everybody_to_its_places() -> None:
    trace = play(drill("shelter", "hazard", "a", protocol={"shelter_in": ["b"]}), wing(hall=9))
    assert {e.where for e in trace.events if e.what == "in-place"} == {"b"}
    assert len(stamps(trace, "in-place")) == 49
    assert stamps(trace, "accounted", "school") == [max(stamps(trace, "in-place")) + 60]


def test_who_is_in_a_place_to_shelter_stays_and_is_in_place_when_it_is_heard() -> None:
    trace = play(drill("shelter", "hazard", "a", protocol={"shelter_in": [{"use": "classroom"}]}), wing())
    assert stamps(trace, "in-place") == [HEARD_S] * 40


def test_who_finds_no_place_to_shelter_is_missing() -> None:
    plan = wing(a=20, c=0)
    small = ((14.0, 3.0), (16.0, 3.0), (16.0, 5.0), (14.0, 5.0))  # four square metres: ten places
    spaces = tuple(s.model_copy(update={"polygon": small if s.id == "b" else s.polygon}) for s in plan.spaces)
    plan = plan.model_copy(update={"spaces": spaces})
    trace = play(drill("shelter", "hazard", "a", protocol={"shelter_in": ["b"]}), plan)
    assert at_end(trace) == {"settled (in a room)": 10, "stranded (no way)": 10}
    assert stamps(trace, "accounted", "b")
    assert not stamps(trace, "accounted", "school")


# ---------------------------------------------------------------------- rooms


def test_a_substitute_without_a_key_locks_no_door_that_needs_one() -> None:
    trace = play(drill("lockdown", protocol={"rooms": {"without_key": "100 %"}}), wing(b=5))
    assert whys(trace, "lock-failed") == {"a": "no key", "c": "no key"}
    assert stamps(trace, "lock-failed", "a") == [HEARD_S + 5]
    assert stamps(trace, "locked", "b") == [HEARD_S + 5 + 6]


def test_a_substitute_needs_no_key_for_a_door_that_is_locked_already() -> None:
    plan = with_openings(wing(), door_c={"locked": "outside"})
    trace = play(drill("lockdown", protocol={"rooms": {"without_key": "100 %"}}), plan)
    assert list(whys(trace, "lock-failed")) == ["a"]
    assert stamps(trace, "locked", "c") == [HEARD_S + 5]


def test_fewer_substitutes_are_a_part_of_more(secondary: ds.FloorPlan) -> None:
    def keyless(share: str) -> set[str]:
        trace = play(drill("lockdown", where="lobby-0", protocol={"rooms": {"without_key": share}}), secondary)
        return set(whys(trace, "lock-failed"))

    assert set() == keyless("0 %") < keyless("10 %") < keyless("40 %")


def test_an_empty_room_is_locked_once_somebody_has_fled_into_it() -> None:
    trace = play(drill("lockdown"), wing(hall=12), record_legs=True)
    arrivals = sorted(leg.times_s[-1] for leg in trace.legs if leg.who.startswith("person") and leg.y_m[-1] == 3)
    (came,) = stamps(trace, "occupied", "b")
    assert any(0 <= came - t < 1 for t in arrivals)
    assert stamps(trace, "refuge-locked", "b") == [came + 5 + 6]
    assert stamps(trace, "refuge-secured", "b") == [came + 5 + 6 + 10]


def test_rooms_that_people_flee_into_do_not_count_among_the_occupied() -> None:
    quiet, busy = (play(drill("lockdown"), wing(hall=n)).row for n in (0, 12))
    for name in ("secured_p50_s", "secured_all_s", "rooms_secured", "rooms_failed"):
        assert quiet[name] == busy[name]


def test_who_comes_too_late_for_every_room_leaves() -> None:
    plan = wing(hall=12, locks="auto auto auto", b=5)
    at_once = {"recover": "0 s", "auto": "0 s"}
    trace = play(drill("lockdown", protocol={"rooms": at_once}), plan)
    (left,) = [e for e in trace.events if e.what == "leave-by-themselves"]
    assert left.value == 12
    assert at_end(trace)["out"] == 12


RANKS = ("auto", "push-button", "key")


@settings(max_examples=cases(30), deadline=None)
@given(seed=st.integers(0, 2**31), better=st.sampled_from(RANKS), worse=st.sampled_from(RANKS))
def test_automatic_locks_never_secure_later_than_manual_ones(seed: int, better: Any, worse: Any) -> None:
    spread = {
        "recover": {"low": "5 s", "high": "20 s"}, "key": {"median": "3 s", "sigma": 0.9}, "key_fails": "15 %",
        "push_button": {"median": "2 s", "sigma": 0.9}, "push_button_fails": "3 %", "auto_fails": "1 %",
    }  # fmt: skip
    wish = drill("lockdown", protocol={"rooms": spread})
    kinds = ("auto", worse if worse != "auto" else better)
    auto, manual = (play(wish, wing(hall=8, b=4, locks=f"{k} {k} {k}"), seed=seed).row for k in kinds)
    for name in ("secured_p50_s", "secured_all_s"):
        assert (auto[name] or 1e9) <= (manual[name] or 1e9)
    assert auto["secured_share_120_s"] >= manual["secured_share_120_s"]


@settings(max_examples=cases(20), deadline=None)
@given(seed=st.integers(0, 2**31), alarm=st.sampled_from([None, 20.0, 60.0, 70.0]))
def test_every_room_of_a_lockdown_ends_in_one_named_state(seed: int, alarm: float | None) -> None:
    rough = {"key": {"median": "15 s", "sigma": 0.6}, "key_fails": "60 %", "without_key": "30 %"}
    wish = drill("lockdown", protocol={"rooms": rough, "alarm_in_lockdown": "leave"})
    with pytest.MonkeyPatch.context() as patch:
        if alarm is not None:
            scripted(patch)(alarm, lambda protection: protection.alarm("script"))
        trace = play(wish, wing(hall=6), seed=seed)
    for id_ in "ac":
        ends = [e.what for e in trace.events if e.who == id_ and e.what in ("secured", "lock-failed", "abandoned")]
        assert ends in (["secured"], ["lock-failed"], ["lock-failed", "abandoned"], ["abandoned"]), (id_, ends)


# ---------------------------------------------------------------------- release


RELEASE = {"after": "300 s", "per_room": "40 s"}


def test_rooms_are_released_one_by_one_in_person_by_those_able() -> None:
    wish = drill("lockdown", where="a", protocol={"release": RELEASE})
    trace = play(wish, wing(), SRO)
    (able,) = stamps(trace, "able", "sro")
    first, second = [(e.time_s, e.where) for e in trace.events if e.what == "released" and e.who == "sro"]
    inside = ((5 - 5) ** 2 + (6.5 - 3) ** 2) ** 0.5  # from the middle of room a to its door
    assert first == (pytest.approx(able + 300 + inside / 1.3 + 40), "a")
    assert second == (pytest.approx(first[0] + 20 / 1.3 + 40), "c")


def test_nobody_is_released_before_somebody_able_is_there() -> None:
    wish = drill("lockdown", protocol={"release": {"after": "0 s", "per_room": "5 s"}}, police={"law": "2500 s"})
    assert not stamps(play(wish, wing()), "released")


def test_people_released_after_a_hostile_event_leave_and_others_stay() -> None:
    left = {}
    for kind in ("hostile", "unwanted-person"):
        changes: dict[str, Any] = (
            {} if kind == "hostile" else {"incidents": [{"kind": kind, "where": "hall", "act": "60 s"}]}
        )
        trace = play(drill("lockdown", kind, protocol={"release": RELEASE}, **changes), wing(), SRO)
        assert len(stamps(trace, "released")) == 2
        left[kind] = len(stamps(trace, "out"))
    assert left == {"hostile": 40, "unwanted-person": 0}


def test_another_incident_than_a_hostile_one_is_released_after_it_is_over() -> None:
    incidents = [{"kind": "unwanted-person", "where": "hall", "act": "60 s"}]
    trace = play(drill("lockdown", incidents=incidents, protocol={"release": RELEASE}), wing(), SRO)
    (over,) = stamps(trace, "resolved")
    assert over + 300 + 40 <= min(stamps(trace, "released")) < over + 300 + 40 + 20


def test_a_releaser_goes_on_although_its_handling_would_be_over() -> None:
    incidents = [{"kind": "unwanted-person", "where": "hall", "act": "60 s"}]
    setting: dict[str, Any] = {"dispatch": {"handling": {"unwanted-person": "320 s"}}, "police": {"law": "2500 s"}}
    trace = play(drill("lockdown", incidents=incidents, protocol={"release": RELEASE}, **setting), wing(b=5), SRO)
    assert sorted(e.where for e in trace.events if e.what == "released") == ["a", "b", "c"]
    assert stamps(trace, "free", "sro") == [max(stamps(trace, "released"))]


def test_a_releaser_who_leaves_campus_releases_no_more() -> None:
    wish = drill("lockdown", where="a", protocol={"release": RELEASE}, injects=[{"at": "400 s", "absent": "sro"}])
    trace = play(wish, wing(), SRO)
    assert [e.where for e in trace.events if e.what == "released"] == ["a"]
    assert at_end(trace)["settled (in a locked room)"] == 20


def test_several_who_are_able_share_the_rooms() -> None:
    pair = [{**SRO, "post": "a"}, {**SRO, "id": "sro-2", "post": "c"}]
    trace = play(drill("lockdown", protocol={"release": RELEASE}), wing(b=5), *pair)
    found = [(e.where, e.who) for e in trace.events if e.what == "released"]
    assert sorted(where for where, _ in found) == ["a", "b", "c"]
    assert {who for _, who in found} == {"sro", "sro-2"}


def test_a_room_whose_lock_failed_is_told_too() -> None:
    plan = wing(locks="key push-button push-button")
    trace = play(drill("lockdown", protocol={"release": RELEASE, "rooms": {"key_fails": "100 %"}}), plan, SRO)
    assert stamps(trace, "lock-failed", "a")
    assert {e.where for e in trace.events if e.what == "released"} == {"a", "c"}


def test_a_released_room_needs_no_key_any_more(script: Any) -> None:
    ways = []

    def look(protection: Any) -> None:
        travel = protection.drill.travel
        ways.append([bool(travel.locked[w].any()) for w in (0, 1, 2)])

    for time_s in (200, 1700):
        script(time_s, look)
    play(drill("lockdown", where="a", protocol={"release": RELEASE}), wing(b=5), SRO)
    assert ways == [[True] * 3, [False] * 3]


def test_halls_stay_clear_until_the_release() -> None:
    trace = play(drill("lockdown", where="a", protocol={"release": RELEASE}), wing(hall=9), SRO)
    clear, released = stamps(trace, "halls-clear")[0], stamps(trace, "released")[0]
    assert HEARD_S < clear < released
    assert trace.row["halls_clear_s"] == clear


# ---------------------------------------------------------------------- heads


def test_a_room_counts_its_people_once_secured_or_after_its_last_failed_try() -> None:
    plan = wing(locks="key push-button push-button")
    trace = play(drill("lockdown", protocol={"rooms": {"key_fails": "100 %"}}), plan)
    assert stamps(trace, "accounted", "a") == [HEARD_S + 5 + 3 * 15 + 60]
    assert stamps(trace, "accounted", "c") == [HEARD_S + 5 + 6 + 10 + 60]
    assert [(e.time_s, e.value) for e in trace.events if e.who == "school" and e.what == "accounted"] == [
        (HEARD_S + 5 + 3 * 15 + 60, 40.0)
    ]


def test_the_incident_of_the_protocol_is_watched_to_its_own_horizon() -> None:
    incidents = [
        {"id": "fight", "kind": "behaviour", "where": "a"},
        {"id": "worse", "kind": "hostile", "where": "hall"},
    ]
    incidents[1]["at"] = "500 s"
    trace = play(drill("lockdown", incidents=incidents, horizon="10 min"), wing())
    assert trace.rows[1]["accounted_all_s"] == HEARD_S + 5 + 15 + 10 + 60


def test_each_assembly_place_counts_after_its_last_arrival() -> None:
    west = {"id": "lawn", "at": [-40, 1], "exits": ["west"]}
    plan = wing().model_copy(update={"assembly": (_assembly(west),)})
    trace = play(drill("evacuate", "fire", "b"), plan, record_legs=True)
    side = {leg.who: leg.x_m[-1] for leg in trace.legs}
    last = {x: max(e.time_s for e in trace.events if e.what == "out" and side[e.who] == x) for x in (0.0, 30.0)}
    assert stamps(trace, "accounted", "lawn") == [last[0.0] + 60]
    assert stamps(trace, "accounted", "outside") == [last[30.0] + 60]
    assert stamps(trace, "accounted", "school") == [max(last.values()) + 60]


def _assembly(data: dict[str, Any]) -> Assembly:
    return Assembly.model_validate(data, context={"bare_lengths": True})


def test_who_has_not_heard_yet_is_missing() -> None:
    trace = play(drill("hold", horizon="75 s", protocol={"roll_call": "10 s"}), wing(hall=6, pa=False))
    assert stamps(trace, "accounted", "a") == [HEARD_S + 10]
    assert not stamps(trace, "accounted", "school")


def test_nobody_says_all_are_there_while_some_are_stuck(three_rooms: ds.FloorPlan) -> None:
    wish = ds.Scenario.model_validate(
        drill("evacuate", "fire", "room-101").model_dump(by_alias=True) | {"injects": [{"at": 0.0, "close": "s-1"}]},
        context={"si": True},
    )
    trace = play(wish, three_rooms)
    assert stamps(trace, "accounted", "field")
    assert not stamps(trace, "accounted", "school")


@pytest.mark.parametrize("action", ["hold", "secure", "shelter", "lockdown", "evacuate"])
def test_the_protocol_times_rooms_and_doors_also_where_nobody_walks(action: str) -> None:
    wish = drill(action, "unwanted-person", "hall", crowd="stays", protocol={"shelter_in": ["b"]})
    trace = play(wish, wing(hall=9), SRO)
    assert stamps(trace, "order") == [ORDER_S]
    assert not stamps(trace, "accounted", "school") or action == "secure"
    if action == "lockdown":
        assert stamps(trace, "secured", "a") == [HEARD_S + 5 + 15 + 10]
    if action == "secure":
        assert stamps(trace, "locked") == [HEARD_S] * 2
    if action in ("hold", "shelter"):
        assert [e.value for e in trace.events if e.what == "asked"] == [9 if action == "hold" else 49]


# ---------------------------------------------------------------------- the fire alarm


def alarm(protection: Any) -> None:
    protection.alarm("script")


def test_the_fire_alarm_is_the_order_to_evacuate_and_is_heard_at_once(script: Any) -> None:
    script(20, alarm)
    trace = play(drill("evacuate", "fire", "b"), wing(), record_legs=True)
    assert [(e.time_s, e.who) for e in trace.events if e.what == "order"] == [(20, "script")]
    assert min(leg.times_s[0] for leg in trace.legs if leg.who.startswith("person")) == 20 + 5


def test_in_a_lockdown_everybody_stays_at_the_fire_alarm(script: Any) -> None:
    script(60, alarm)
    trace = play(drill("lockdown"), wing())
    assert whys(trace, "alarm") == {"script": "everybody stays"}
    assert at_end(trace) == {"settled (in a locked room)": 40}


def test_in_a_lockdown_people_without_a_locked_door_may_leave_at_the_alarm(script: Any) -> None:
    script(70, alarm)  # a is locked by push-button at 64 s, c by key at 73 s
    plan = wing(locks="push-button key key")
    trace = play(drill("lockdown", protocol={"alarm_in_lockdown": "leave"}), plan)
    assert list(whys(trace, "abandoned")) == ["c"]
    assert at_end(trace) == {"settled (in a locked room)": 20, "out": 20}
    assert stamps(trace, "secured", "a")
    assert trace.row["secured_all_status"] == "not-reached"


def test_a_lockdown_calls_back_who_is_leaving_at_a_fire_alarm(script: Any) -> None:
    script(20, alarm)
    wish = {"alarm_in_lockdown": "leave", "announced_by": "teacher", "announcement": "0 s"}
    trace = play(drill("lockdown", protocol=wish), wing())
    found = at_end(trace)
    assert stamps(trace, "order") == [40]
    assert 0 < found["out"] < 40
    assert max(stamps(trace, "out")) <= 40
    assert found["settled (in a locked room)"] == 40 - found["out"]


def test_a_room_that_was_left_before_the_order_is_named(script: Any) -> None:
    script(12, alarm)
    wish = {"alarm_in_lockdown": "leave", "announce_delay": "200 s"}
    trace = play(drill("lockdown", protocol=wish), wing())
    assert whys(trace, "abandoned") == {"a": "its people had left", "c": "its people had left"}
    assert trace.row["secured_all_status"] == "not-reached"


# ---------------------------------------------------------------------- what a unit on the spot adds


def retry(space: int, unit_id: str) -> Callable[[Any], None]:
    def act(protection: Any) -> None:
        unit = next(u for u in protection.drill.units if u.id == unit_id)
        protection.drill.env.process(protection.retry_lock(space, unit))

    return act


def failing() -> ds.Scenario:
    return drill("lockdown", protocol={"rooms": {"key_fails": "100 %"}})


def test_a_unit_with_keys_locks_a_room_whose_lock_failed(script: Any) -> None:
    script(200, retry(1, "sro"))
    trace = play(failing(), wing(locks="key push-button push-button"), SRO)
    assert [(e.time_s, e.where) for e in trace.events if e.what == "locked" and e.who == "sro"] == [(210, "a")]
    assert [(e.time_s, e.where) for e in trace.events if e.what == "secured" and e.who == "sro"] == [(220, "a")]


def test_a_unit_that_leaves_while_it_locks_leaves_the_room_as_it_was(script: Any) -> None:
    seen = []
    script(200, retry(1, "sro"))
    script(215, lambda protection: seen.append(protection.failed))
    wish = drill("lockdown", protocol={"rooms": {"key_fails": "100 %"}}, injects=[{"at": "205 s", "absent": "sro"}])
    trace = play(wish, wing(locks="key push-button push-button"), SRO)
    assert not stamps(trace, "locked", "sro")
    assert seen == [[1]]


def test_a_unit_without_keys_locks_nothing(script: Any) -> None:
    script(200, retry(1, "monitor"))
    trace = play(failing(), wing(), {"id": "monitor", "role": "monitor", "post": "hall"})
    assert not stamps(trace, "locked")


def test_a_room_that_is_locked_is_not_locked_again(script: Any) -> None:
    script(200, retry(3, "sro"))
    trace = play(failing(), wing(locks="key push-button push-button"), SRO)
    assert [e.who for e in trace.events if e.what == "locked"] == ["c"]


def test_the_failed_rooms_are_known(script: Any) -> None:
    seen = []
    script(200, lambda protection: seen.append(protection.failed))
    play(failing(), wing(locks="key push-button push-button"))
    assert seen == [[1]]


def test_whoever_waits_hears_when_a_lock_fails(script: Any) -> None:
    told = []

    def wait(protection: Any) -> None:
        protection.next_failure().callbacks.append(lambda _e: told.append(protection.drill.env.now))

    script(ORDER_S + 1, wait)
    play(failing(), wing(locks="key push-button push-button"))
    assert told == [HEARD_S + 5 + 3 * 15]


def test_people_hear_the_order_from_who_stands_beside_them(script: Any) -> None:
    plan = wing(hall=6, pa=False)
    moved = {}
    for told in (False, True):
        if told:
            script(ORDER_S + 10, lambda protection: protection.guide(0))
        trace = play(drill("lockdown"), plan, record_legs=True)
        moved[told] = min(leg.times_s[0] for leg in trace.legs if leg.who.startswith("person"))
    assert moved == {False: ORDER_S + 40, True: ORDER_S + 10}


def test_nobody_is_told_of_an_order_before_it_is_given(script: Any) -> None:
    script(20, lambda protection: protection.guide(0))
    trace = play(drill("lockdown"), wing(hall=6), record_legs=True)
    assert min(leg.times_s[0] for leg in trace.legs if leg.who.startswith("person")) == HEARD_S


def test_a_room_that_is_told_in_person_locks_sooner(script: Any) -> None:
    plan = wing()
    deaf = plan.model_copy(update={"spaces": tuple(s.model_copy(update={"pa": False}) for s in plan.spaces)})
    script(ORDER_S + 10, lambda protection: protection.guide(1))
    trace = play(drill("lockdown"), deaf)
    assert stamps(trace, "locked", "a") == [ORDER_S + 10 + 5 + 15]
    assert stamps(trace, "locked", "c") == [ORDER_S + 40 + 5 + 15]
