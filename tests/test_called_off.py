"""Who is called off leaves nothing behind: no place at a door, no room that counts as searched."""

from __future__ import annotations

import pytest

import drillsim as ds
from plays import mix, scenario, stamps
from protocol_plays import wing

ARMED = [
    {"id": "first", "role": "sro", "post": "hall"},
    {"id": "second", "role": "armed-guard", "post": "a"},
    {"id": "third", "role": "armed-staff", "post": "c"},
]
SLOW = {"armed_guard": {"run": "0.4 m/s"}, "armed_staff": {"run": "0.2 m/s"}}
LATE = {"law": "25 min"}


@pytest.mark.parametrize("leaves", [True, False])
def test_who_was_called_off_is_not_counted_at_the_last_door(leaves: bool) -> None:
    absent = [{"at": "40 s", "absent": "first"}] if leaves else []
    drill = scenario("hostile", "b", crowd="stays", dispatch={"entry": "pair"}, injects=absent, police=LATE)
    trace = ds.simulate(drill, wing(), mix(*ARMED, **SLOW), seed=1)
    assert stamps(trace, "waits-at-door", "first")[0] < 40.0
    assert bool(stamps(trace, "waits-at-door", "second")) is leaves
    partner = "third" if leaves else "first"
    assert stamps(trace, "able") == [max(stamps(trace, "on-scene", who)[0] for who in ("second", partner))]


@pytest.mark.parametrize("at_s", [32, 36, 40])
def test_a_room_that_a_searcher_left_unseen_is_searched_by_another(at_s: int) -> None:
    known = dict.fromkeys(("radio", "phone", "badge", "camera", "unit"), "0 %")
    near = {"id": "near", "role": "unarmed-guard", "post": "a"}
    far = {"id": "far", "role": "armed-guard", "post": "c"}
    drill = scenario(
        "behaviour", "b", incidents=[{"kind": "behaviour", "where": "b", "lasts": "29 min"}], crowd="stays", police=LATE,
        reporting={"place_known": known, "ask_back": "28 min"}, injects=[{"at": f"{at_s} s", "absent": "near"}],
        dispatch={"search": {"glance": "6 s"}},
    )  # fmt: skip
    trace = ds.simulate(drill, wing(), mix(near, far, armed_guard={"acknowledge": "60 s"}), seed=1)
    assert stamps(trace, "searches", "near")
    assert stamps(trace, "found", "far")
    assert stamps(trace, "on-scene", "far")[0] < 150.0
