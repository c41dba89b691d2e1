"""An evacuation with a place of refuge, from the wish in the file to the row."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from typing import Any

import drillsim as ds
from plays import mix, scenario


def fire(**people: Any) -> ds.Scenario:
    groups = {"secondary": {"share": "80 %"}, "needs-help": {"share": "20 %"}}
    protocol = {"action": "evacuate", "announced_by": "alarm"}
    return scenario("fire", "room-101", people={"groups": groups, **people}, protocol=protocol)


def test_people_who_cannot_leave_without_a_stair_wait_in_the_refuge(three_rooms: ds.FloorPlan) -> None:
    refuge = {"groups": ["needs-help"], "spaces": ["stair-a-1"]}
    trace = ds.simulate(fire(refuge=refuge), three_rooms, mix(), seed=3)
    waits = [e for e in trace.events if e.what == "in-refuge"]
    assert {(e.where, e.why) for e in waits} == {("stair-a-1", "needs-help")}
    assert len(waits) == trace.row["still_inside"] > 0
    assert trace.row["evacuated_all_s"] == max(e.time_s for e in trace.events if e.what == "out")
    assert trace.row["accounted_all_status"] == "reached"
    told = "\n".join(str(line) for line in ds.tell(trace, three_rooms))
    assert f"To the places of refuge, for want of a way without a stair: {len(waits)} p" in told


def test_a_refuge_that_is_full_sends_the_rest_down_the_stair(three_rooms: ds.FloorPlan) -> None:
    spaces = tuple(s.model_copy(update={"landing": 0.8}) if s.id == "stair-a-1" else s for s in three_rooms.spaces)
    small = three_rooms.model_copy(update={"spaces": spaces})
    trace = ds.simulate(fire(refuge={"groups": ["needs-help"], "spaces": ["stair-a-1"]}), small, mix(), seed=3)
    asked = next(e.value for e in trace.events if e.what == "to-refuge")
    waits = [e for e in trace.events if e.what == "in-refuge"]
    assert 0 < len(waits) < asked
    assert trace.row["still_inside"] == len(waits)


def test_without_a_refuge_everybody_leaves(three_rooms: ds.FloorPlan) -> None:
    trace = ds.simulate(fire(), three_rooms, mix(), seed=3)
    assert trace.row["still_inside"] == 0
