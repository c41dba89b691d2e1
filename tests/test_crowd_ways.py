"""Which way people went: counted by direction, with the longest queue, and equal to a recount from what was recorded."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings

from crowd_plays import Play, plays
from crowd_worlds import World, box, door, people_at, plan_of
from depth import cases
from drillsim.record.trace import WayUse

ENGINES = ("reference", "compiled")
HALL = [("room", "classroom", box(0, 0, 10, 10)), ("hall", "corridor", box(10, 0, 20, 3))]
DOORS = [door("d", "room", "hall", 10, 1.5), door("e", "hall", "outside", 20, 1.5, width=2.0)]


def played(engine: str, places: list[tuple[int, float, float]], until_s: float = 1e4, **more: Any) -> World:
    world = World(plan_of(HALL, DOORS), people_at(places, **more), engine=engine)
    world.crowd.evacuate()
    world.run(until_s)
    return world


def recounted(world: World) -> dict[int, tuple[int, float, float, int, float]]:
    """By direction of a way: persons, first and last pass, longest queue and its time, from passages and waits alone."""
    persons, ways = len(world.people), world.cells.ways
    passes: dict[int, list[float]] = defaultdict(list)
    for time_s, p, border, side in world.crowd.log:
        if p < persons and border < ways:
            passes[2 * border + side].append(time_s)
    steps: dict[int, dict[float, int]] = defaultdict(lambda: defaultdict(int))
    for time_s, p, direction, what in world.crowd.waits:
        if p < persons and direction < 2 * ways:
            steps[direction][time_s] += 1 if what == "joins" else -1
    found = {}
    for direction in sorted({*passes, *steps}):
        waiting, longest, longest_s = 0, 0, math.nan
        for time_s in sorted(steps[direction]):
            waiting += steps[direction][time_s]
            if waiting > longest:
                longest, longest_s = waiting, time_s
        times = passes[direction] or [math.nan]
        if passes[direction] or longest:
            found[direction] = (len(passes[direction]), times[0], times[-1], longest, longest_s)
    return found


def figures(use: WayUse) -> tuple[Any, ...]:
    return use.people, use.first_s, use.last_s, use.longest_queue, use.longest_queue_s


@settings(max_examples=cases(60), deadline=None)
@given(plays())
def test_ways_equal_a_recount_of_passages_and_waits(play: Play) -> None:
    world, _ = play.make("reference")
    for time_s in (*play.looks, 300.0, 3_000.0):
        world.run(time_s)
        wanted = [tuple(None if x != x else x for x in row) for row in recounted(world).values()]
        assert [figures(use) for use in world.crowd.ways()] == wanted


@settings(max_examples=cases(40), deadline=None)
@given(plays())
def test_people_over_exits_add_up_to_those_who_got_out(play: Play) -> None:
    world, _ = play.make("compiled")
    world.run(3_000.0)
    uses = world.crowd.ways()
    out = sum(use.people for use in uses if use.kind == "exit")
    came_in = sum(use.people for use in uses if use.kind == "way-in")
    began_out = sum(world.plan.spaces[int(s)].use == "outdoors" for s in world.people.space)
    gone = len(world.crowd.departures()[0])
    now = [int(s) for s in world.crowd.spaces()]
    outside = sum(s == -1 or (s >= 0 and world.plan.spaces[s].use == "outdoors") for s in now)
    assert out - came_in <= outside  # who went out to a goal in the yard stays there, and is not gone
    assert gone <= out - came_in + began_out
    for use in uses:
        assert use.people or use.longest_queue
        assert (use.first_s is None) == (use.people == 0)
        assert use.first_s is None or use.first_s <= (use.last_s or 0.0)
        assert (use.longest_queue_s is None) == (use.longest_queue == 0)


@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_uses_no_way(engine: str) -> None:
    assert played(engine, []).crowd.ways() == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_one_person_passes_a_door_and_an_exit_without_a_queue(engine: str) -> None:
    first, second = played(engine, [(0, 5.0, 1.5)]).crowd.ways()
    assert first == WayUse("d", "door", "hall", 1, 5.0, 5.0, 0, None)
    assert second == WayUse("e", "exit", "outside", 1, 15.0, 15.0, 0, None)


@pytest.mark.parametrize("engine", ENGINES)
def test_three_at_once_make_a_queue_of_two(engine: str) -> None:
    use = played(engine, [(0, 5.0, 1.5)] * 3, until_s=5.5).crowd.ways()[0]
    assert (use.people, use.first_s, use.last_s, use.longest_queue, use.longest_queue_s) == (1, 5.0, 5.0, 2, 5.0)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_queue_that_stands_at_the_end_counts(engine: str) -> None:
    world = World(plan_of(HALL, DOORS), people_at([(0, 9.0, 1.5)] * 4), engine=engine)
    world.crowd.let_in(world.way("d"), after_s=1e6)  # shut for everybody until then
    world.crowd.evacuate()
    world.run(100.0)
    (use,) = world.crowd.ways()
    assert figures(use) == (0, None, None, 4, 1.0)


@pytest.mark.parametrize("engine", ENGINES)
def test_looking_at_ways_changes_none(engine: str) -> None:
    places = [(0, 1.0 + 0.4 * i, 5.0) for i in range(20)]
    looked, plain = played(engine, places, until_s=0.0), played(engine, places)
    for tenth in range(400):
        looked.run(0.1 * tenth)
        looked.crowd.ways()
    looked.run(1e4)
    assert looked.crowd.ways() == plain.crowd.ways()


@pytest.mark.parametrize("engine", ENGINES)
def test_units_are_no_people_of_a_way(engine: str) -> None:
    world = World(plan_of(HALL, DOORS), people_at([(1, 15.0, 1.5)]), engine=engine)
    unit = world.crowd.add_unit("u", 0, (5.0, 1.5), level_mps=1.0, stair_up_mps=math.nan, stair_down_mps=math.nan)
    from drillsim.crowd.interface import UnitPath

    world.crowd.send(unit, UnitPath([(world.way("d"), 1)], 1, (12.0, 1.5)))
    world.run(100.0)
    assert world.crowd.ways() == ()
