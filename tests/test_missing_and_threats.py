"""Missing person, bomb threat and false report: what nobody sees at its place, and nobody is exposed to."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from random import Random
from typing import Any

import pytest

import drillsim as ds
from depth import numbers_up_to
from drillsim.scenario.staffing import Mix
from plays import mix, scenario, stamps
from shipped import plan_named

GUARD = {"id": "guard", "role": "unarmed-guard", "post": "front-desk"}
AIDE = {"id": "aide", "role": "administrator", "post": "front-desk"}
SRO = {"id": "sro", "role": "sro", "post": "front-desk"}
UNSEEN = ("missing-person", "bomb-threat", "false-report")
STAFF = ("sro", "armed-guard", "unarmed-guard", "administrator", "nurse", "teacher", "monitor")
SEARCH = {"search": {"glance": "5 s", "locked": "5 s"}}


def play(kind: str, where: str, *units: dict[str, Any], **changes: Any) -> ds.Trace:
    changes = {"crowd": "stays", "dispatch": SEARCH, **changes}
    return ds.simulate(scenario(kind, where, **changes), plan_named("three_rooms"), mix(*units), seed=1)


def test_nobody_knows_where_a_missing_person_is_before_somebody_finds_it() -> None:
    trace = play("missing-person", "room-201", GUARD)
    assert trace.row["reported_s"] == 10.0 + 5.0
    assert [e.why for e in trace.events if e.what == "noticed"] == ["somebody misses a person"]
    (found,) = stamps(trace, "found", "guard")
    assert trace.row["person_found_s"] == found < trace.row["able_on_scene_s"]
    assert trace.row["place_known_s"] == found + 4.0
    assert trace.row["resolved_by"] == "unit"


def test_two_who_search_share_the_rooms_and_find_it_no_later() -> None:
    alone = play("missing-person", "room-201", GUARD).row["person_found_s"]
    both = play("missing-person", "room-201", GUARD, AIDE).row["person_found_s"]
    assert both <= alone


@pytest.mark.parametrize("where", ["room-101", "room-201", "hall-0", "hall-1"])
def test_a_missing_person_is_found_wherever_it_is(where: str) -> None:
    assert play("missing-person", where, GUARD).row["person_found_status"] == "reached"


def test_a_missing_person_on_the_field_is_found() -> None:
    court = plan_named("courtyard_school")
    wish = scenario("missing-person", "field", crowd="stays", dispatch=SEARCH, horizon="60 min")
    assert ds.simulate(wish, court, mix(AIDE), seed=1).row["person_found_status"] == "reached"


def test_police_are_called_when_a_search_is_in_vain() -> None:
    trace = play("missing-person", "room-201", GUARD, dispatch={"search": {"glance": "20 min", "locked": "20 min"}})
    assert trace.row["backup_called_s"] == pytest.approx(15 + 300 + 20)


def test_police_search_for_whom_nobody_on_campus_searches() -> None:
    trace = play("missing-person", "room-201", horizon="60 min")
    assert trace.row["backup_called_s"] == pytest.approx(15 + 300 + 20)
    assert (trace.row["person_found_status"], trace.row["first_by"]) == ("reached", "police")


@pytest.mark.parametrize("units", [(GUARD,), (AIDE,), (GUARD, AIDE), (SRO, GUARD, AIDE)])
def test_one_more_who_searches_never_puts_the_police_off(units: tuple[dict[str, Any], ...]) -> None:
    alone = play("missing-person", "room-201").row["police_called_s"]
    called = play("missing-person", "room-201", *units).row["police_called_s"]
    assert called is None or called <= alone


def test_who_comes_back_is_searched_for_no_longer() -> None:
    late = {"search": {"glance": "20 min", "locked": "20 min"}}
    back = [{"id": "main", "kind": "missing-person", "where": "room-201", "lasts": "2 min"}]
    trace = play("missing-person", "room-201", GUARD, dispatch=late, incidents=back)
    assert (trace.row["resolved_by"], trace.row["resolved_s"]) == ("self", 120.0)
    assert stamps(trace, "found") == []


@pytest.mark.parametrize("kind", UNSEEN)
def test_nobody_is_exposed_to_nothing(kind: str) -> None:
    row = play(kind, "room-101", SRO).row
    assert [row[f"exposure_{r}_person_s"] for r in (10, 20, 40)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("units", [(), (SRO,), (GUARD,), (SRO, GUARD)])
def test_a_false_report_calls_the_police_before_the_school_knows(units: tuple[dict[str, Any], ...]) -> None:
    trace = play("false-report", "room-201", *units, reporting={"from_police": "40 s"})
    row = trace.row
    assert (row["noticed_s"], row["police_called_s"], row["reported_s"]) == (0.0, 0.0, 40.0)
    assert row["police_at_entry_s"] == 300.0
    assert row["resolved_by"] == "unit"


def test_an_unarmed_guard_stays_away_from_what_a_false_report_tells_of() -> None:
    trace = play("false-report", "room-201", GUARD, reporting={"from_police": "40 s"})
    assert stamps(trace, "on-scene", "guard") == []
    assert trace.row["first_by"] == "police"


@pytest.mark.parametrize("by", ["office", "teacher", "badge"])
def test_nobody_orders_for_a_false_report_before_the_police_call(by: str) -> None:
    lockdown = {"action": "lockdown", "announced_by": by, "announce_delay": "7 s"}
    trace = play("false-report", "room-201", protocol=lockdown, reporting={"from_police": "40 s"})
    assert trace.row["protective_order_s"] == 47.0


def test_a_false_report_is_guarded_as_the_event_it_speaks_of() -> None:
    assert scenario("false-report", "room-201").guarded({"incidents": [], "time_of_day": "11:00"}) == [
        "incidents",
        "time_of_day",
    ]


def test_after_a_bomb_threat_the_building_is_empty_and_nothing_is_found() -> None:
    trace = play(
        "bomb-threat", "room-201", AIDE, crowd="walks", protocol={"action": "evacuate", "announced_by": "office"}
    )
    assert trace.row["evacuated_all_status"] == "reached"
    assert (trace.row["police_called_status"], trace.row["resolved_by"]) == ("reached", "unit")


def test_more_trust_in_a_mix_never_makes_the_notice_later() -> None:
    wish = scenario("behaviour", "hall-0", crowd="stays", noticing={"trust": "40 %", "camera_watched": "0 %"})
    plan, staff = plan_named("three_rooms"), mix()

    def noticed(trust: float, replication: int) -> float:
        with_trust: Mix = staff.model_copy(update={"trust": trust})
        seconds = ds.simulate(wish, plan, with_trust, seed=1, replication=replication).row["noticed_s"]
        return float("inf") if seconds is None else float(seconds)

    for replication in range(12):
        times = [noticed(trust, replication) for trust in (0.5, 1.0, 1.5, 2.5)]
        assert times == sorted(times, reverse=True)
        assert times[-1] < float("inf")


def any_play(rng: Random) -> tuple[ds.Scenario, Mix]:
    """Return a drill of one of these kinds with chance in everything, and a staffing."""
    spaces = [s.id for s in plan_named("three_rooms").spaces if s.use != "stair"]
    main: dict[str, Any] = {"kind": rng.choice(UNSEEN), "where": rng.choice(spaces), "at": f"{rng.choice([0, 60])} s"}
    if rng.random() < 0.3:
        main["lasts"] = f"{rng.randint(1, 20)} min"
    if rng.random() < 0.3:
        main["moves"] = [{"to": rng.choice(spaces), "after": f"{rng.randint(0, 300)} s"}]
    other = {
        "id": "other",
        "kind": rng.choice(["behaviour", "medical", "hostile"]),
        "where": rng.choice(spaces),
        "at": "90 s",
    }
    units = [{"id": f"u{i}", "role": rng.choice(STAFF), "post": "front-desk"} for i in range(rng.randint(0, 3))]
    wish = {
        "incidents": [main, other][: rng.randint(1, 2)], "crowd": "stays",
        "protocol": {"action": rng.choice(["none", "hold", "lockdown", "evacuate"])},
        "dispatch": {main["kind"]: rng.choice(["nearest", "all"]), "entry": rng.choice(["solo", "team"])},
        "injects": [{"at": "2 min", "absent": "u0"}] if units and rng.random() < 0.3 else [],
    }  # fmt: skip
    return scenario(main["kind"], main["where"], **wish), mix(*units)


@numbers_up_to(60, 2000)
def test_an_event_that_nobody_sees_is_noticed_found_and_answered_in_order(count: int) -> None:
    for number in range(count):
        drill, staff = any_play(Random(number))
        rows = ds.simulate(drill, plan_named("three_rooms"), staff, seed=number).rows
        row = next(r for r in rows if r["incident"] == "main")
        stamps_s = [row[f"{what}_s"] for what in ("noticed", "reported", "person_found", "able_on_scene", "resolved")]
        reached = [s for s in stamps_s[:4] if s is not None]
        assert reached == sorted(reached), number
        assert row["police_called_s"] is None or row["noticed_s"] <= row["police_called_s"], number
        nobody_found_it = row["kind"] == "missing-person" and row["person_found_s"] is None
        assert not nobody_found_it or row["first_on_scene_s"] is None, number
        legs = [row[name] for name in row if name.startswith("leg_") and row[name] is not None]
        assert all(s >= -1e-9 for s in legs), number
        assert row["able_on_scene_s"] is None or sum(legs) == pytest.approx(row["able_on_scene_s"], abs=1e-9), number  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["doe_primary", "doe_secondary", "courtyard_school"])
def test_a_search_does_not_depend_on_the_order_of_doors_in_the_file(name: str) -> None:
    plan = plan_named(name)
    openings = list(plan.openings)
    Random(name).shuffle(openings)
    others = [plan.model_copy(update={"openings": tuple(o)}) for o in (openings, reversed(plan.openings))]
    room = next(s.id for s in reversed(plan.spaces) if s.use == "classroom")
    wish = scenario("missing-person", room, crowd="stays", dispatch=SEARCH, horizon="60 min")
    desk = next(p.id for p in plan.posts)
    units = mix({**GUARD, "post": desk}, {**AIDE, "post": desk})
    wanted = ds.simulate(wish, plan, units, seed=1).row
    assert wanted["person_found_s"] > 0.0
    for other in others:
        assert ds.simulate(wish, other, units, seed=1).row == pytest.approx(wanted, abs=1e-6)
