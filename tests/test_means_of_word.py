"""Word travels by what people have: eyes, the police channel, a 911 call (rules B5, B6)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from plays import mix, scenario, stamps
from shipped import plan_named

SRO = {"id": "sro", "role": "sro", "post": "front-desk"}
GUARD = {"id": "guard", "role": "unarmed-guard", "post": "front-desk"}
SEARCH = {"locate": "120 s", "officers": 1, "first_call": "10 min"}


def test_who_is_busy_and_sees_something_more_urgent_turns_to_it(three_rooms: ds.FloorPlan) -> None:
    fight = {
        "id": "fight",
        "kind": "behaviour",
        "where": "hall-0",
        "act": "20 s",
        "lasts": "29 min",
        "noticed_after": "1 s",
    }
    worse = {"id": "worse", "kind": "hostile", "where": "hall-0", "at": "5 min"}
    slow = {"by": "in-person", "delay": "90 s"}
    drill = scenario("behaviour", "hall-0", incidents=[fight, worse], reporting=slow, crowd="stays")
    trace = ds.simulate(drill, three_rooms, mix(SRO), seed=1)
    assert trace.rows[1]["able_on_scene_s"] == pytest.approx(trace.rows[1]["noticed_s"])


def test_who_is_busy_with_something_more_urgent_stays(three_rooms: ds.FloorPlan) -> None:
    hot = {"id": "hot", "kind": "hostile", "where": "hall-0", "noticed_after": "1 s"}
    fight = {"id": "fight", "kind": "behaviour", "where": "hall-0", "at": "5 min"}
    drill = scenario("behaviour", "hall-0", incidents=[hot, fight], crowd="stays")
    trace = ds.simulate(drill, three_rooms, mix(SRO), seed=1)
    assert stamps(trace, "called-off") == []


def test_police_with_the_place_over_their_channel_do_not_search(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("hostile", "room-201", police=SEARCH, crowd="stays")
    with_officer = ds.simulate(drill, three_rooms, mix(SRO), seed=1)
    nobody = ds.simulate(drill, three_rooms, mix(), seed=1)
    assert stamps(with_officer, "searches", "police") == []
    assert len(stamps(nobody, "searches", "police")) == 1

    def inside(trace: ds.Trace) -> Any:
        return trace.row["police_on_scene_s"] - trace.row["police_at_entry_s"]  # type: ignore[operator]

    assert inside(with_officer) <= inside(nobody) - 120.0


def test_police_who_speak_with_an_officer_inside_are_there_as_soon_as_if_met(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("hostile", "room-201", police=SEARCH, crowd="stays")
    officer, met = (ds.simulate(drill, three_rooms, mix(u), seed=1).row for u in (SRO, GUARD))
    spent = [row["police_on_scene_s"] - row["police_at_entry_s"] for row in (officer, met)]  # type: ignore[operator]
    assert spent[0] == pytest.approx(spent[1], abs=1e-6)


@pytest.mark.parametrize(("saved", "search_s"), [("100 %", 0.0), ("50 %", 60.0), ("0 %", 120.0)])
def test_who_is_met_saves_a_share_of_the_search(three_rooms: ds.FloorPlan, saved: str, search_s: float) -> None:
    met = {**SEARCH, "search_saved": saved}
    trace = ds.simulate(scenario("hostile", "room-201", police=met, crowd="stays"), three_rooms, mix(GUARD), seed=1)
    full = ds.simulate(scenario("hostile", "room-201", police=SEARCH, crowd="stays"), three_rooms, mix(GUARD), seed=1)
    later = trace.row["police_on_scene_s"] - full.row["police_on_scene_s"]  # type: ignore[operator]
    assert later == pytest.approx(search_s, abs=1e-6)


@given(
    kind=st.sampled_from(["hostile", "unwanted-person", "behaviour", "medical", "fire"]),
    where=st.sampled_from(["room-101", "room-201", "hall-0", "hall-1", "stair-a-1"]),
    units=st.lists(st.sampled_from([SRO, GUARD]), unique_by=str, max_size=2),
    announced=st.sampled_from(["office", "teacher", "badge"]), seed=st.integers(0, 500),
)  # fmt: skip
@plays_of(2_000)
def test_nobody_calls_or_reports_what_nobody_has_noticed(
    kind: str, where: str, units: list[dict[str, Any]], announced: str, seed: int
) -> None:
    drill = scenario(
        kind, where, crowd="stays", noticing={"witness": {"mean": "60 s"}, "unsupervised": {"mean": "3 min"}},
        police={"first_call": {"mean": "60 s"}}, protocol={"action": "lockdown", "announced_by": announced},
    )  # fmt: skip
    row = ds.simulate(drill, plan_named("three_rooms"), mix(*units), seed=seed).row
    for later in ("reported_s", "police_called_s", "protective_order_s"):
        if row[later] is not None:
            assert row["noticed_s"] is not None
            assert row["noticed_s"] <= row[later]  # type: ignore[operator]
