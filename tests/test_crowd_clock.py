"""Events at the same instant (reports of units, orders, rests of doors) come in the same order in both engines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import simpy

from crowd_plays import across
from crowd_worlds import World, box, door, people_at, plan_of
from drillsim.crowd.interface import UnitPath

ENGINES = pytest.mark.parametrize("engine", ["reference", "compiled"])
SPEEDS = {"level_mps": 2.0, "stair_up_mps": 0.9, "stair_down_mps": 0.9}


def room_and_hall(people: list[tuple[int, float, float]], engine: str, **options: Any) -> World:
    """A room whose door at its right leads into a hall with an exit at its right end."""
    plan = plan_of(
        [("room", "classroom", box(0, 0, 6, 6)), ("hall", "gym", box(6, 0, 16, 6))],
        [door("d", "room", "hall", 6, 3), door("e", "hall", "outside", 16, 3)],
    )
    return World(plan, people_at(people), engine=engine, options=options)


@ENGINES
def test_a_watch_tells_its_moment_also_when_nobody_was_about_to_move(engine: str) -> None:
    world, told = room_and_hall([(0, 2.0, 3.0), (0, 3.0, 3.0)], engine), []
    world.at(1.0, lambda: world.crowd.when([0], at_most=1).callbacks.append(lambda _: told.append(world.env.now)))
    world.at(16.0, world.crowd.evacuate)
    world.run(300.0)
    assert told == [pytest.approx(19.0)]


@ENGINES
def test_a_unit_may_set_off_at_the_very_instant_that_is_looked_at(engine: str) -> None:
    world, entered = room_and_hall([], engine), []
    unit = world.crowd.add_unit("sro", -1, (20.0, 3.0), **SPEEDS)
    world.at(
        0.0,
        lambda: world.crowd.send(
            unit, UnitPath([(1, 0)], 1, (8.0, 3.0), on_enter=lambda *_: entered.append(world.env.now))
        ),
    )
    world.run(0.0)
    world.run(60.0)
    assert entered == [0.0]


@ENGINES
def test_what_follows_from_a_units_news_is_ordered_in_time(engine: str) -> None:
    world = room_and_hall([(1, 7.0, 3.0)], engine)
    unit = world.crowd.add_unit("sro", 0, (2.0, 3.0), **SPEEDS)
    world.crowd.evacuate()
    close = lambda _: world.at(1.5, lambda: world.crowd.close(world.way("e")))  # noqa: E731
    world.crowd.send(unit, UnitPath([], 0, (4.0, 3.0), on_arrive=close))
    world.run(100.0)
    assert world.crowd.state(0) == ("stranded", "no way")
    assert world.crowd.place_of(0) == pytest.approx((9.5, 3.0))


@ENGINES
def test_a_door_that_lets_two_pass_at_once_rests_twice_with_empty_queues(engine: str) -> None:
    plan = plan_of(
        [("a", "storage", box(0, 0, 1, 0.6)), ("b", "gym", box(1, 0, 9, 6))],
        [door("ab", "a", "b", 1, 0.3, 0.6), door("e", "a", "outside", 0, 0.3, 0.6)],
    )
    world = World(plan, people_at([(0, 0.5, 0.3), (1, 1.2, 0.3), (1, 2.7, 0.3)]), engine=engine)
    assert world.cells.places[0] == 1
    world.crowd.to_own_room(np.array([1, 2]), [0, 0])
    world.at(1.0, lambda: world.crowd.to_own_room(np.array([0]), [1]))
    world.at(1.6, lambda: world.crowd.evacuate(np.array([1])))
    world.run(100.0)
    rest_s = world.cells.rest_s[world.way("ab")]
    assert world.crowd.settled_s[[0, 2]] == pytest.approx([1.5, 1.5 + 2 * rest_s])


@ENGINES
def test_who_cannot_reach_the_assigned_exit_does_not_take_a_closed_one(engine: str) -> None:
    world = room_and_hall([(0, 2.0, 3.0)], engine, routes="assigned", assigned={0: 1})
    world.crowd.close(world.way("d"))
    world.run(2.0)
    world.crowd.evacuate()
    world.run(60.0)
    assert world.crowd.state(0) == ("stranded", "no way")


@ENGINES
def test_a_unit_between_doors_in_thick_walls_reaches_lock_and_goal_in_time(engine: str) -> None:
    plan = plan_of(
        [("hall", "corridor", box(0, 0, 30, 2.5)), ("a", "classroom", box(0, -6.5, 6, -0.5)),
         ("b", "classroom", box(24, -6.5, 30, -0.5))],
        [across("da", "a", "hall", 3, -0.25, 1.0), across("db", "b", "hall", 27, -0.25, 1.0), door("e", "hall", "outside", 0, 1.2)],
    )  # fmt: skip
    world = World(plan, people_at([(0, 1.0, 1.0)]), engine=engine)
    told: list[float] = []

    def delay(_way: int, _side: int) -> float:
        told.append(world.env.now)
        return 1.5

    unit = world.crowd.add_unit("sro", 1, (3.0, -5.0), **SPEEDS)
    world.crowd.send(
        unit, UnitPath([(0, 0 if world.network.side(0, 0) == 0 else 1), (1, world.network.side(1, 2))], 2, (27.0, -5.0), locks={1},
        lock_delay=delay, on_arrive=lambda _: told.append(world.env.now)))  # fmt: skip
    world.run(100.0)
    assert told == pytest.approx([(4.75 + 24.0) / 2.0, (4.75 + 24.0 + 4.75) / 2.0 + 1.5])


@pytest.mark.parametrize("walk", [
    (5.292533369260116, 2.2389248876939742, 65.16327233238523, 1.664003876825423, 3.087610603223961),
    (6.033342344983422, 1.5059197623900324, 62.8974178526191, 0.5658912395842775, 1.6718708712588548),
    (5.391754231354823, 2.235842596938311, 76.52733087431555, 1.357788864228096, 1.0835451569994907),
])  # fmt: skip
def test_a_unit_in_a_crowd_arrives_at_the_same_instant_in_both_engines(
    walk: tuple[float, ...],
) -> None:
    """Walks whose length differs by one rounding error when it is added up piece by piece."""
    plan = plan_of([("hall", "corridor", box(0, 0, 80, 2.5))], [door("e", "hall", "outside", 0, 1.2)])
    people = people_at([(0, x + 0.5, y) for x in range(80) for y in (1.0, 2.0)])
    x, y, goal_x, goal_y, speed = walk
    arrived: list[float] = []
    for engine in ("reference", "compiled"):
        world = World(plan, people, engine=engine)
        unit = world.crowd.add_unit("sro", 0, (x, y), level_mps=speed, stair_up_mps=1.0, stair_down_mps=1.0)

        def arrives(_unit: int, env: simpy.Environment = world.env) -> None:
            arrived.append(env.now)

        world.crowd.send(unit, UnitPath([], 0, (goal_x, goal_y), on_arrive=arrives))
        for tick in range(1, 200):
            world.env.timeout(0.37 * tick)
        world.run(100.0)
    assert arrived[0] == arrived[1]
