"""Rooms that are locked before the event: nobody in them is exposed to what is outside, in drills and in the exercise."""

# mypy: disable-error-code="operator, arg-type"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from typing import Any

import pytest

import drillsim as ds
from drillsim.record import events as ev
from plays import mix, scenario
from shipped import ROOT, plan_named


def with_locked(**state: str) -> ds.FloorPlan:
    """Return the three rooms with some doors in a state."""
    plan = plan_named("three_rooms")
    doors = tuple(o.model_copy(update={"locked": state.get(o.id.replace("-", "_"))}) for o in plan.openings)
    return plan.model_copy(update={"openings": doors})


def exposed(plan: ds.FloorPlan, where: str, *, radius: int = 40, **changes: Any) -> float:
    changes = {"protocol": {"action": "lockdown"}, "crowd": "stays", **changes}
    row = ds.simulate(scenario("hostile", where, **changes), plan, mix(), seed=1).row
    return float(row[f"exposure_{radius}_person_s"])


@pytest.mark.parametrize("state", ["outside", "both"])
def test_nobody_behind_a_door_that_is_locked_from_the_start_is_exposed(state: str) -> None:
    assert exposed(plan_named("three_rooms"), "hall-0") > 0
    assert exposed(with_locked(d_101=state), "hall-0") == 0.0


@pytest.mark.parametrize("action", ["none", "lockdown", "hold"])
def test_whoever_is_locked_in_with_the_event_is_exposed(action: str) -> None:
    spent = exposed(with_locked(d_101="outside"), "room-101", protocol={"action": action})
    assert spent >= 25 * 300  # all of them, until police can be at the entry


def test_a_door_that_is_propped_open_locks_nobody_out() -> None:
    propped = {
        "injects": [{"at": "0 s", "prop": "d-101"}],
        "incidents": [{"kind": "hostile", "where": "hall-0", "at": "5 s"}],
    }
    assert exposed(with_locked(d_101="outside"), "hall-0", **propped) > 0


def test_locking_one_room_beforehand_never_adds_to_the_exposure() -> None:
    for where in ("hall-0", "room-101", "room-201", "hall-1"):
        for doors in ({"d_101": "outside"}, {"d_201": "outside"}, {"d_101": "outside", "d_201": "outside"}):
            at_order = exposed(plan_named("three_rooms"), where, police={"law": "300 s", "locked_door": "0 s"})
            before = exposed(with_locked(**doors), where, police={"law": "300 s", "locked_door": "0 s"})
            assert before <= at_order + 1e-9, (where, doors)


def test_after_the_order_rooms_are_secured_alike_whoever_gave_it() -> None:
    """The reason of the exercise's case: who announces moves every room by what it moves the order, and by nothing else."""
    plan = plan_named("doe_secondary")
    lockdown = ds.read_scenario(ROOT / "scenarios" / "lockdown.yaml")
    alone = ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")["police-only"]

    def after_the_order(drill: ds.Scenario, replication: int) -> list[float]:
        trace = ds.simulate(drill, plan, alone, seed=1, replication=replication)
        ordered = next(e.time_s for e in trace.events if e.what == ev.ORDER)
        return sorted(e.time_s - ordered for e in trace.events if e.what == ev.SECURED)

    for replication in range(3):
        by_office = after_the_order(lockdown, replication)
        by_teacher = after_the_order(lockdown.with_override("any-teacher"), replication)
        assert by_teacher == pytest.approx(by_office, abs=1e-9)
