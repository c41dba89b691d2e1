"""The clock of a drill is that of its file: what happens before the onset has happened by then (rule B1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from plays import mix, scenario, stamps
from protocol_plays import drill, wing
from shipped import plan_named

ALARMED = {
    "noticing": {
        "alarm_detects": "100 %",
        "alarm_assessment": "10 s",
        "propped_check": "10 s",
        "unsupervised": "20 min",
    },
    "crowd": "stays",
}
"""Nobody but the alarm of the door notices."""
ROUND = {"id": "guard", "role": "unarmed-guard", "patrol": ["hall-0", "stair-a-0"], "stays": "0 s"}
AT_DESK = {"id": "guard", "role": "unarmed-guard", "post": "room-201"}


def intruder(at: str, **more: Any) -> ds.Scenario:
    person = {"id": "person", "kind": "unwanted-person", "at": at, "where": "stair-a-0", "through": "e-east"}
    return scenario(
        "behaviour", "hall-0", incidents=[person], injects=[{"at": "0 s", "prop": "e-east"}], **ALARMED, **more
    )


def test_a_round_that_shuts_a_propped_door_before_the_onset_matters(three_rooms: ds.FloorPlan) -> None:
    walked = ds.simulate(intruder("10 min"), three_rooms, mix(ROUND), seed=1)
    shut = stamps(walked, "shuts-door")
    assert shut
    assert shut[0] < 600.0
    assert walked.row["noticed_s"] == pytest.approx(10.0)
    unwatched = ds.simulate(intruder("10 min"), three_rooms, mix(AT_DESK), seed=1)
    assert stamps(unwatched, "shuts-door") == []
    assert unwatched.row["noticed_s"] != pytest.approx(10.0)


def test_the_onset_has_the_time_of_day_whatever_came_before() -> None:
    plan = ds.FloorPlan.model_validate(
        {**plan_data(), "timetable": [
            {"period": "early", "from": "08:00", "to": "10:00", "share": {"classroom": 0.0}},
            {"period": "late", "from": "10:00", "to": "12:00", "share": {"classroom": 1.0}},
        ]},
        context={"bare_lengths": True},
    )  # fmt: skip
    late = scenario("fire", "hall-0", incidents=[{"kind": "fire", "at": "15 min", "where": "hall-0"}])
    row = ds.simulate(late.model_copy(update={"time_of_day": "10:05"}), plan, mix(), seed=1).row
    assert row["people"] == 50


def plan_data() -> dict[str, Any]:
    return plan_named("three_rooms").model_dump(by_alias=True, mode="json", exclude_defaults=True)


def test_an_order_before_the_onset_stands_at_the_onset() -> None:
    early = drill("lockdown", incidents=[{"id": "main", "kind": "hostile", "at": "10 min", "where": "hall"}],
                  injects=[{"at": "60 s", "order": "lockdown"}])  # fmt: skip
    row = ds.simulate(early, wing(), mix(), seed=1).row
    assert row["protective_order_s"] == 0.0
    assert row["secured_all_s"] == 0.0
    assert row["rooms_secured"] == 2


@given(
    later=st.floats(1, 3000), kind=st.sampled_from(["behaviour", "medical", "hostile", "fire", "unwanted-person"]),
    where=st.sampled_from(["room-101", "room-201", "hall-0", "hall-1"]), closes=st.floats(0, 300),
    action=st.sampled_from(["none", "lockdown", "evacuate"]), replication=st.integers(0, 30),
)  # fmt: skip
@plays_of(40)
def test_waiting_before_the_onset_changes_nothing_in_itself(
    later: float, kind: str, where: str, closes: float, action: str, replication: int
) -> None:
    def row(at: float) -> dict[str, Any]:
        sro = {"id": "sro", "role": "sro", "post": "front-desk"}
        shift = scenario(
            kind, where, incidents=[{"kind": kind, "where": where, "at": f"{at} s"}], protocol={"action": action},
            injects=[{"at": f"{at + closes} s", "close": "s-0"}],
        )  # fmt: skip
        return dict(ds.simulate(shift, plan_named("three_rooms"), mix(sro), seed=2, replication=replication).row)

    now, then = row(0.0), row(later)
    assert now.keys() == then.keys()
    for name, value in now.items():
        assert then[name] == (pytest.approx(value, abs=1e-6) if isinstance(value, float) else value), name
