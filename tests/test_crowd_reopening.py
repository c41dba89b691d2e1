"""Who turns round when a way opens again, and who keeps its place (rule A11)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from crowd_worlds import World, box, door, people_at, plan_of
from depth import cases

ENGINES = ["reference", "compiled"]
CAPACITY_PS = 1.30 * 0.70
"""Of a door of 1 m."""
CROWDED = [(0, 1.0 + 0.8 * (i % 10), 1.0 + 0.9 * (i // 10)) for i in range(40)]


def hall_and_far_exit() -> ds.FloorPlan:
    """A gym with an exit of its own at the left, and a door at the right to a hall with an exit 150 m away."""
    return plan_of(
        [("gym", "gym", box(0, 0, 12, 8)), ("hall", "corridor", box(12, 0, 162, 3))],
        [door("own", "gym", "outside", 0, 4), door("d", "gym", "hall", 12, 1.5), door("far", "hall", "outside", 162, 1.5)],
    )  # fmt: skip


def two_exits(apart_m: float = 14.0) -> ds.FloorPlan:
    return plan_of(
        [("gym", "gym", box(0, 0, apart_m, 8))],
        [door("a", "gym", "outside", 0, 4), door("b", "gym", "outside", apart_m, 4)],
    )


def played(
    plan: ds.FloorPlan,
    seats: Any,
    engine: str,
    *changes: tuple[float, str, str],
    closed: tuple[str, ...] = (),
    **more: Any,
) -> World:
    """A world whose people evacuate from 0 s, with (time, close or reopen, way), over."""
    ways = plan.opening_index
    world = World(plan, people_at(seats, **more), options={"closed": [ways[c] for c in closed]}, engine=engine)
    world.crowd.evacuate()
    for time_s, act, way in changes:
        world.at(time_s, lambda act=act, way=way: getattr(world.crowd, act)(ways[way]))
    world.run(2_000.0)
    return world


@pytest.mark.parametrize("engine", ENGINES)
def test_those_before_a_way_that_reopens_go_back_to_it(engine: str) -> None:
    shut = played(hall_and_far_exit(), CROWDED, engine, (5.0, "close", "own"))
    opened = played(hall_and_far_exit(), CROWDED, engine, (5.0, "close", "own"), (25.0, "reopen", "own"))
    assert shut.crowd.out_s.max() > 150
    passed = {w.way: w.people for w in opened.crowd.ways() if w.way != "own" or w.direction == "outside"}
    assert passed["far"] == passed["d"] <= (25.0 - 5.0) * CAPACITY_PS + 1
    back = opened.crowd.out_s[(opened.crowd.out_s > 25.0) & (opened.crowd.out_s < 100.0)]
    assert len(back) > 20
    assert back.max() <= 25.0 + 13.0 + len(back) / CAPACITY_PS


@pytest.mark.parametrize("engine", ENGINES)
def test_who_walks_away_turns_round_where_it_is(engine: str) -> None:
    seats = [(1, 20.0, 1.5)]
    plan = plan_of(
        [("room", "classroom", box(0, 3, 8, 9)), ("hall", "corridor", box(0, 0, 100, 3))],
        [
            door("near", "hall", "outside", 0, 1.5), door("far", "hall", "outside", 100, 1.5),
            door("d", "room", "hall", 4, 3, line=[[3.5, 3], [4.5, 3]]),
        ],
    )  # fmt: skip
    world = played(plan, seats, engine, (10.0, "reopen", "near"), closed=("near",))
    assert world.crowd.out_s == pytest.approx([10.0 + 30.0], abs=1e-9)
    late = played(plan, seats, engine, (30.0, "reopen", "near"), closed=("near",))
    assert late.crowd.out_s == pytest.approx([80.0], abs=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_who_walks_round_a_corner_turns_back_along_its_walk(engine: str) -> None:
    bent = [[0, 0], [10, 0], [10, 2], [2, 2], [2, 10], [0, 10]]
    plan = plan_of(
        [("room", "other", bent)],
        [door("e1", "room", "outside", 10, 1), door("e2", "room", "outside", 1, 10, line=[[0.5, 10], [1.5, 10]])],
    )
    world = played(plan, [(0, 1.0, 7.0)], engine, (2.0, "reopen", "e2"), closed=("e2",))
    assert world.crowd.out_s == pytest.approx([2.0 + 2.0 + 3.0], abs=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_end_of_a_queue_goes_to_a_way_that_reopens_and_its_head_stays(engine: str) -> None:
    seats = [(0, 0.2 + 0.05 * i, 4.0) for i in range(30)]
    shut = played(two_exits(), seats, engine, closed=("b",)).crowd.out_s
    opened = played(two_exits(), seats, engine, (4.0, "reopen", "b"), closed=("b",)).crowd.out_s
    stayed = int(np.sum(opened == shut))
    assert 15 <= stayed <= 24
    assert (opened[:stayed] == shut[:stayed]).all()
    assert opened.max() < shut.max() - 5.0
    assert (opened <= shut + 1e-9).all()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("change", [(4.0, "reopen", "b"), (4.0, "reopen", "a"), (4.0, "close", "b")])
def test_a_change_that_helps_nobody_costs_nobody_its_place(engine: str, change: tuple[float, str, str]) -> None:
    seats, closed = [(0, 0.2 + 0.05 * i, 4.0) for i in range(12)], ("b",) if change[1:] == ("reopen", "b") else ()
    plain = played(two_exits(60.0), seats, engine, closed=closed).crowd.out_s
    assert np.array_equal(played(two_exits(60.0), seats, engine, change, closed=closed).crowd.out_s, plain)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_queue_before_a_door_stays_when_a_way_behind_it_closes_or_opens(engine: str) -> None:
    plan = plan_of(
        [("gym", "gym", box(0, 0, 12, 8)), ("hall", "corridor", box(12, 0, 62, 3))],
        [door("d", "gym", "hall", 12, 1.5), door("east", "hall", "outside", 62, 1.5),
         door("south", "hall", "outside", 40, 0, line=[[39.5, 0], [40.5, 0]])],
    )  # fmt: skip
    for change, closed in (((15.0, "close", "south"), ()), ((15.0, "reopen", "south"), ("south",))):
        one, other = (played(plan, CROWDED, engine, *changes, closed=closed) for changes in ((), (change,)))
        last = [w.crowd.ways()[[v.way for v in w.crowd.ways()].index("d")].last_s for w in (one, other)]
        assert last[0] == pytest.approx(last[1], abs=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_order_to_the_same_way_costs_nobody_its_place(engine: str) -> None:
    plain = played(two_exits(), CROWDED, engine)
    again = World(two_exits(), people_at(CROWDED), engine=engine)
    again.crowd.evacuate()
    again.at(6.0, lambda: again.crowd.evacuate(away_from=0))
    assert again.run(2_000.0).out_s.max() <= plain.crowd.out_s.max() + 1e-9


@settings(max_examples=cases(40), deadline=None)
@given(
    st.integers(1, 45), st.floats(0.0, 60.0), st.floats(0.0, 12.0), st.floats(0.8, 1.8), st.sampled_from(["own", "far"]),
    st.floats(0.6, 1.6),
)  # fmt: skip
def test_a_way_that_opens_again_makes_nobody_last_longer(
    people: int, at_s: float, x: float, width_m: float, way: str, speed: float
) -> None:
    plan = plan_of(
        [("gym", "gym", box(0, 0, 12, 8)), ("hall", "corridor", box(12, 0, 62, 3))],
        [door("own", "gym", "outside", 0, 4, width_m), door("d", "gym", "hall", 12, 1.5), door("far", "hall", "outside", 62, 1.5),
         door("near", "hall", "outside", 30, 0, line=[[29.5, 0], [30.5, 0]])],
    )  # fmt: skip
    seats = [(0, 0.9 * x + 0.02 * i, 0.2 + 0.17 * i) for i in range(people)]
    last = []
    for changes in ((), ((at_s, "reopen", way),)):
        world = played(plan, seats, "compiled", *changes, closed=(way,), speed=speed)
        last.append(float(world.crowd.out_s.max()))
    assert last[1] <= last[0] + 2.0
