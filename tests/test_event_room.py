"""The event's own room: no refuge, and a lock with the event inside protects nobody in it (rules B13, B16)."""

from __future__ import annotations

import pytest

import drillsim as ds
from plays import mix
from protocol_plays import drill, wing


@pytest.mark.parametrize("event", ["a", "b", "c"])
def test_nobody_flees_into_the_room_of_the_event(event: str) -> None:
    trace = ds.simulate(drill("lockdown", where=event), wing(hall=15, a=0, b=0, c=0), mix(), seed=1)
    fled = {e.where for e in trace.events if e.what == "occupied"}
    assert fled
    assert event not in fled


def test_a_lock_with_the_event_inside_leaves_its_people_exposed() -> None:
    row = ds.simulate(drill("lockdown", where="a"), wing(a=20, b=0, c=0), mix(), seed=1).row
    able_s = row["able_on_scene_s"]
    assert isinstance(able_s, float)
    assert row["exposure_10_person_s"] == pytest.approx(20 * able_s)


def test_a_lock_against_the_event_still_ends_the_exposure_of_its_people() -> None:
    row = ds.simulate(drill("lockdown", where="hall"), wing(a=20, b=0, c=0), mix(), seed=1).row
    locked = ds.simulate(drill("none", where="hall"), wing(a=20, b=0, c=0), mix(), seed=1).row
    assert row["exposure_40_person_s"] < locked["exposure_40_person_s"]  # type: ignore[operator]
