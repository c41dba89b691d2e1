"""More units, higher speeds and shorter delays never make the response later where nobody else moves; random schools and staffs.

Where people walk, one more unit can be in somebody's way at a door: a kept counterexample shows how, and by how much.
"""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from depth import cases
from drillsim.crowd.laws import door_capacity_ps
from drillsim.engine.world.world import laws_of
from drillsim.plan.model import FloorPlan
from drillsim.scenario.response import Dispatch
from drillsim.scenario.staffing import Mix, shipped_role
from plays import mix, scenario

ROOT = Path(__file__).resolve().parents[1]
ALL = Dispatch.model_validate({"hostile": "all"})
KINDS = ("behaviour", "unwanted-person", "hostile", "medical", "fire")
KNOWN = {"radio": "100 %", "phone": "100 %", "badge": "100 %", "camera": "100 %"}


def school(rooms: int, halls: int) -> FloorPlan:
    """Return a made-up school: halls in a row, rooms above them, an exit at the far left."""
    width = 8.0
    spaces: list[dict[str, Any]] = []
    openings: list[dict[str, Any]] = []
    for h in range(halls):
        x0, x1 = h * rooms * width, (h + 1) * rooms * width
        spaces.append(box(f"hall-{h}", "corridor", x0, 0, x1, 3, 0))
        if h:
            openings.append(door(f"gap-{h}", "opening", f"hall-{h - 1}", f"hall-{h}", x0, 0.5, x0, 2.5, "none"))
        for r in range(rooms):
            left = x0 + r * width
            name = f"room-{h}-{r}"
            spaces.append(box(name, "classroom", left, 3, left + width, 10, 12))
            openings.append(door(f"d-{h}-{r}", "door", name, f"hall-{h}", left + 3, 3, left + 4, 3, "key"))
    openings.append(door("e-1", "exit", "hall-0", "outside", 0, 0.5, 0, 2.3, "access-control"))
    return FloorPlan.model_validate(
        {"drillsim_plan": 1, "name": "made up", "units": "m", "levels": [{"id": "L0", "elevation": 0}], "spaces": spaces, "openings": openings},
        context={"bare_lengths": True},
    )  # fmt: skip


def box(id_: str, use: str, x0: float, y0: float, x1: float, y1: float, people: int) -> dict[str, Any]:
    return {"id": id_, "level": "L0", "use": use, "polygon": [[x0, y0], [x1, y0], [x1, y1], [x0, y1]], "people": people}


def door(id_: str, kind: str, a: str, b: str, x0: float, y0: float, x1: float, y1: float, lock: str) -> dict[str, Any]:
    return {"id": id_, "kind": kind, "spaces": [a, b], "line": [[x0, y0], [x1, y1]], "lock": lock}


def staff(units: list[dict[str, Any]], **changes: Any) -> Mix:
    roles = {u["role"]: shipped_role(u["role"], {"presence": "100 %", **changes}) for u in units}
    return Mix.model_validate({"name": "m", "units": units}).model_copy(update={"roles": roles})


def able_s(drill: ds.Scenario, plan: FloorPlan, mix: Mix, seed: int) -> float:
    value = ds.simulate(drill, plan, mix, seed=seed).row["able_on_scene_s"]
    return float(value) if value is not None else float("inf")


@st.composite
def plays(draw: st.DrawFn) -> tuple[FloorPlan, dict[str, Any], list[dict[str, Any]], int]:
    plan = school(draw(st.integers(1, 3)), draw(st.integers(1, 4)))
    places = [s.id for s in plan.spaces]
    kind = draw(st.sampled_from(KINDS))
    data = {
        "name": "play", "crowd": "stays", "incidents": [{"kind": kind, "where": draw(st.sampled_from(places))}],
        "dispatch": {kind: "all"}, "reporting": {"place_known": KNOWN},
    }  # fmt: skip
    units = []
    for i in range(draw(st.integers(1, 3))):
        role = draw(st.sampled_from(["sro", "armed-guard", "unarmed-guard", "nurse"]))
        unit: dict[str, Any] = {"id": f"unit-{i}", "role": role}
        stays_away = kind == "hostile" and role in (
            "unarmed-guard",
            "nurse",
        )  # see docs/model/response.md, "More is never later"
        if draw(st.booleans()) and not stays_away:
            unit["patrol"] = draw(st.lists(st.sampled_from(places), min_size=1, max_size=3))
        else:
            unit["post"] = draw(st.sampled_from(places))
        units.append(unit)
    return plan, data, units, draw(st.integers(0, 10_000))


@settings(max_examples=cases(60), deadline=None)
@given(plays())
def test_one_more_unit_never_makes_the_response_later(play: Any) -> None:
    plan, data, units, seed = play
    drill = ds.Scenario.model_validate(data)
    with_all = able_s(drill, plan, staff(units), seed)
    for left_out in range(len(units)):
        fewer = [u for i, u in enumerate(units) if i != left_out]
        assert with_all <= able_s(drill, plan, staff(fewer), seed) + 1e-9


@settings(max_examples=cases(40), deadline=None)
@given(plays())
def test_a_faster_radio_never_makes_the_response_later(play: Any) -> None:
    plan, data, units, seed = play
    slow = ds.Scenario.model_validate(
        {**data, "reporting": {"place_known": KNOWN, "radio": {"low": "10 s", "high": "30 s"}}}
    )
    fast = ds.Scenario.model_validate(
        {**data, "reporting": {"place_known": KNOWN, "radio": {"low": "1 s", "high": "8 s"}}}
    )
    assert able_s(fast, plan, staff(units), seed) <= able_s(slow, plan, staff(units), seed) + 1e-9


@settings(max_examples=cases(40), deadline=None)
@given(plays())
def test_a_shorter_hand_over_never_makes_the_response_later(play: Any) -> None:
    plan, data, units, seed = play
    drill = ds.Scenario.model_validate(data)
    still = [{**u, "post": u.get("post", "hall-0"), "patrol": ()} for u in units]
    slow = staff(still, duties={"desk": 1.0}, hand_over={"desk": {"low": "20 s", "high": "60 s"}})
    fast = staff(still, duties={"desk": 1.0}, hand_over={"desk": {"low": "2 s", "high": "10 s"}})
    assert able_s(drill, plan, fast, seed) <= able_s(drill, plan, slow, seed) + 1e-9


@settings(max_examples=cases(40), deadline=None)
@given(st.integers(1, 3), st.integers(1, 4), st.integers(0, 10_000), st.sampled_from(["key", "push-button"]))
def test_automatic_locks_never_secure_rooms_later(rooms: int, halls: int, seed: int, lock: str) -> None:
    plan = school(rooms, halls)
    auto, manual = (
        plan.model_copy(
            update={
                "openings": tuple(o.model_copy(update={"lock": kind}) if o.kind == "door" else o for o in plan.openings)
            }
        )
        for kind in ("auto", lock)
    )
    drill = ds.Scenario.model_validate(
        {"name": "play", "crowd": "stays", "incidents": [{"kind": "hostile", "where": "hall-0"}], "protocol": {"action": "lockdown"}}
    )  # fmt: skip
    quick, slow = (ds.simulate(drill, p, staff([]), seed=seed).row for p in (auto, manual))
    for measure in ("secured_p50_s", "secured_all_s"):
        if slow[measure] is not None and quick[measure] is not None:
            assert quick[measure] <= slow[measure] + 1e-9


NURSE = {"id": "nurse", "role": "nurse", "post": "front-desk"}
OFFICER = {"id": "sro", "role": "sro", "post": "hall-0"}
BOTH_SENT = {"dispatch": {"medical": "all"}}


def test_an_officer_ahead_at_a_door_holds_the_nurse_up_for_one_rest(three_rooms: ds.FloorPlan) -> None:
    # The counterexample to 'more is never later'. Both run to Room 101 at 2.5 m/s with the same word, the officer from
    # 4.8 m and the nurse from 5.7 m before its door. He passes 0.35 s before her, the door then rests (1.25 s for its
    # 0.92 m), and she waits for what is left of that rest: the only one able to act comes 0.9 s later than if he had
    # stayed away. It can never be more than the rests of the openings that both pass, here this one.
    drill = scenario("medical", "room-101", **BOTH_SENT)
    (door_,) = [o for o in three_rooms.openings if o.id == "d-101"]
    rest_s = 1 / door_capacity_ps(laws_of(drill.laws), door_.clear_width_m)
    alone, held_up = (able_s(drill, three_rooms, mix(*units), seed=1) for units in ([NURSE], [OFFICER, NURSE]))
    middle = (7.4575, 9.0)
    ahead_s = (math.dist((2.0, 10.5), middle) - math.dist((12.0, 10.5), middle)) / 2.5
    assert held_up - alone == pytest.approx(rest_s - ahead_s, abs=1e-9)
    assert 0.8 < held_up - alone <= rest_s


def test_without_people_an_officer_ahead_at_a_door_holds_nobody_up(three_rooms: ds.FloorPlan) -> None:
    drill = scenario("medical", "room-101", crowd="stays", **BOTH_SENT)
    alone, beside = (able_s(drill, three_rooms, mix(*units), seed=1) for units in ([NURSE], [OFFICER, NURSE]))
    assert beside == alone


@pytest.mark.parametrize("runs", [40, pytest.param(200, marks=pytest.mark.deep)])
def test_with_a_crowd_one_more_officer_is_not_slower_on_average(
    secondary: ds.FloorPlan, mixes: ds.Mixes, runs: int, capsys: pytest.CaptureFixture[str]
) -> None:
    drill = ds.read_scenario(ROOT / "scenarios" / "passing.yaml").model_copy(update={"dispatch": ALL})
    alone, beside = mixes["one-sro"], mixes["sro-and-patrol"]
    pairs = [
        [min(able_s(drill, secondary, mix, seed=900 + r), drill.horizon) for mix in (alone, beside)]
        for r in range(runs)
    ]
    later = [b - a for a, b in pairs if b > a + 1e-9]
    with capsys.disabled():
        print(f"\nlater in {len(later)} of {runs} drills, at most by {max(later, default=0.0):.1f} s")
    assert sum(b for _, b in pairs) <= sum(a for a, _ in pairs)
