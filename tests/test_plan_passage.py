"""Who may pass an opening in which direction, what is out, and what is an exit: one answer for check, assess and crowd."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import drillsim as ds
from crowd_worlds import World, box, door, people_at, plan_of
from drillsim.errors import Fault
from drillsim.plan import passage
from drillsim.plan.checks import check_plan

ORDERS = [("room", "hall"), ("hall", "room")]


def one_room(sides: tuple[str, str], use: str = "classroom", beside: str = "corridor", **how: Any) -> ds.FloorPlan:
    """A room behind a hall; the door between them lists its spaces in the order given."""
    spaces = [("room", use, box(0, 0, 8, 8)), ("hall", beside, box(0, 8, 20, 11))]
    between = door("d", *sides, 3.5, 8, line=[[3, 8], [4, 8]], lock="key", **how)
    return plan_of(spaces, [between, door("x", "hall", "outside", 20, 9.5)])


def who_is_out(plan: ds.FloorPlan) -> list[bool]:
    """Whether somebody who starts in each space gets out."""
    spots = [tuple(np.mean(s.polygon, axis=0)) for s in plan.spaces]
    world = World(plan, people_at([(i, float(x), float(y)) for i, (x, y) in enumerate(spots)]))
    world.crowd.evacuate()
    world.run(600)
    return [world.crowd.state(p)[0] == "out" for p in range(len(spots))]


def faults_of(plan: ds.FloorPlan) -> list[Fault]:
    """Every fault but that of levels which this small plan does not use."""
    return [f for f in check_plan(plan) if f.code != "DS312"]


def stuck(plan: ds.FloorPlan) -> set[str]:
    """The spaces of which the plan check says that nobody gets out of them."""
    return {s.id for s in plan.spaces for f in faults_of(plan) if f.code == "DS310" and f"from '{s.id}'" in f.message}


@pytest.mark.parametrize("sides", ORDERS)
def test_a_door_locked_from_outside_keeps_people_out_of_the_room_not_in_it(sides: tuple[str, str]) -> None:
    plan = one_room(sides, locked="outside")
    assert who_is_out(plan) == [True, True]
    assert not stuck(plan)


@pytest.mark.parametrize("sides", ORDERS)
@pytest.mark.parametrize(
    "how",
    [
        {"locked": "both"}, {"locked": {"keeps_out_of": "hall"}}, {"locked": {"keeps_out_of": "room"}}, {"one_way": "in"},
        {"one_way": "out"}, {"one_way": {"to": "room"}}, {"one_way": {"to": "hall"}}, {"locked": "no"},
    ],
)  # fmt: skip
def test_check_and_crowd_agree_on_who_gets_out(sides: tuple[str, str], how: dict[str, Any]) -> None:
    plan = one_room(sides, **how)
    assert who_is_out(plan) == [s.id not in stuck(plan) for s in plan.spaces]


@pytest.mark.parametrize("how", [{"locked": "both"}, {"locked": {"keeps_out_of": "hall"}}, {"one_way": "in"}])
def test_the_advice_of_ds310_helps_when_it_is_followed(how: dict[str, Any]) -> None:
    plan = one_room(("room", "hall"), **how)
    message = next(f.message for f in faults_of(plan) if f.code == "DS310")
    advice: Any = {"one_way": {"to": "hall"}} if "one_way" in how else {"locked": {"keeps_out_of": "room"}}
    key, (word, space) = next((k, next(iter(v.items()))) for k, v in advice.items())
    assert f"'{key}: {{{word}: {space}}}'" in message
    assert not stuck(one_room(("room", "hall"), **advice))


@pytest.mark.parametrize("sides", ORDERS)
@pytest.mark.parametrize(("use", "beside"), [("classroom", "gym"), ("corridor", "lobby"), ("stair", "corridor")])
@pytest.mark.parametrize("how", [{"locked": "outside"}, {"one_way": "in"}, {"one_way": "out"}])
def test_short_words_between_spaces_of_equal_depth_are_a_fault(
    sides: tuple[str, str], use: str, beside: str, how: dict[str, Any]
) -> None:
    faults = [f for f in faults_of(one_room(sides, use, beside, **how)) if f.code == "DS314"]
    assert len(faults) == 1
    assert "Write" in faults[0].message


def test_a_direction_names_a_space_of_the_opening() -> None:
    faults = faults_of(one_room(("room", "hall"), one_way={"to": "gym"}))
    assert [f.code for f in faults] == ["DS314"]
    assert "does not touch 'gym'" in faults[0].message


def court(*more: dict[str, Any]) -> ds.FloorPlan:
    """A room, a hall with a street door 57 m off, and a court beside the hall."""
    spaces = [
        ("room", "classroom", box(0, 0, 8, 8)), ("hall", "corridor", box(0, 8, 60, 11)), ("court", "outdoors", box(0, 11, 8, 20)),
    ]  # fmt: skip
    inner = [
        door("d", "room", "hall", 3.5, 8, line=[[3, 8], [4, 8]]),
        door("to-court", "hall", "court", 3.5, 11, line=[[3, 11], [4, 11]], kind="exit"),
    ]
    return plan_of(spaces, [*inner, door("x", "hall", "outside", 60, 9.5), *more])


GATE = door("gate", "court", "outside", 0, 15)


def test_an_enclosed_court_is_inside() -> None:
    plan = court()
    world = World(plan, people_at([(0, 4.0, 4.0), (2, 4.0, 15.0)]))
    world.crowd.evacuate()
    out_s = world.run(600).out_s
    assert (out_s > 60).all()
    assert np.isfinite(out_s).all()
    assert [f.code for f in faults_of(plan)] == ["DS315"]
    assert ds.build(plan).exits == (2,)


def test_a_court_with_a_gate_is_out() -> None:
    plan = court(GATE)
    world = World(plan, people_at([(0, 4.0, 4.0)]))
    world.crowd.evacuate()
    assert world.run(600).out_s[0] < 20
    assert not faults_of(plan)
    assert ds.build(plan).exits == (1, 2)


@pytest.mark.parametrize("gate", [{"locked": "both", "lock": "key"}, {"one_way": "in"}, {"one_way": {"to": "court"}}])
def test_a_gate_that_lets_nobody_out_makes_no_way_out(gate: dict[str, Any]) -> None:
    plan = court(GATE | gate)
    assert passage.out_spaces(plan) == {"outside"}
    assert "DS315" in {f.code for f in faults_of(plan)}


def test_a_gate_locked_from_outside_lets_people_out() -> None:
    assert passage.out_spaces(court(GATE | {"lock": "key"})) == {"outside", "court"}


def test_a_plan_whose_only_door_leads_to_a_court_has_no_exit() -> None:
    plan = court()
    plan = plan.model_copy(update={"openings": plan.openings[:2]})
    assert "DS310" in {f.code for f in faults_of(plan)}
    assert who_is_out(plan) == [False, False, False]
