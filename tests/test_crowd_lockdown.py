from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pytest
import simpy

from crowd_worlds import World, box, door, people_at, plan_of


def wing(hall_people: list[float], *, small: float = 10.0, sitting: Sequence[tuple[int, float, float]] = ()) -> World:
    """A hall with a room at 5 m, one at 25 m and one at 35 m; rooms 1, 2, 3 of the plan, hall 0."""

    def room(x: float, depth: float) -> list[list[float]]:
        return box(x - 2.5, 2, x + 2.5, 2 + depth)

    def across(id_: str, room_id: str, x: float) -> dict[str, Any]:
        return door(id_, room_id, "hall", x, 2, line=[[x - 0.5, 2], [x + 0.5, 2]])

    plan = plan_of(
        [("hall", "corridor", box(0, 0, 40, 2)), ("near", "classroom", room(5, small)),
         ("far", "classroom", room(25, 10)), ("end", "classroom", room(35, 10))],
        [across("d1", "near", 5), across("d2", "far", 25), across("d3", "end", 35), door("e", "hall", "outside", 0, 1)],
    )  # fmt: skip
    return World(plan, people_at([(0, x, 2.0) for x in hall_people] + list(sitting)))


def go(world: World, people: Sequence[int], rooms: Collection[int]) -> None:
    world.crowd.to_lockable(np.array(people), open_rooms=rooms)


def test_who_is_caught_in_a_hall_settles_in_the_nearest_open_room() -> None:
    world = wing([8.0, 24.0])
    go(world, [0, 1], {1, 2, 3})
    world.run(60)
    assert [world.crowd.space_of(p) for p in (0, 1)] == [1, 2]
    assert world.crowd.settled_s == pytest.approx([3.0, 1.0])


def test_who_finds_the_room_locked_on_the_way_goes_on_to_the_next() -> None:
    world = wing([8.0])
    go(world, [0], {1, 2, 3})
    world.at(2.0, lambda: world.crowd.lock_room(1))
    world.run(60)
    assert world.crowd.space_of(0) == 2
    assert world.crowd.settled_s == pytest.approx([2.0 + 19.0])


def test_who_finds_the_room_full_goes_on_to_the_next() -> None:
    world = wing([8.0, 8.0, 8.0, 8.0], small=0.2)  # one square metre: two places
    go(world, [0, 1, 2, 3], {1, 2, 3})
    world.run(120)
    assert [world.crowd.space_of(p) for p in range(4)] == [1, 1, 2, 2]


def test_without_an_open_room_people_stay_and_say_why() -> None:
    world = wing([8.0])
    go(world, [0], {1})
    world.at(1.0, lambda: world.crowd.lock_room(1))
    world.run(60)
    assert world.crowd.state(0) == ("stranded", "no way")


def test_a_room_that_locks_keeps_who_is_inside() -> None:
    world = wing([], sitting=[(1, 5.0, 6.0)])
    world.crowd.lock_room(1)
    world.crowd.evacuate()
    world.run(60)
    assert world.crowd.state(0) == ("settled", "in a locked room")


def test_a_room_that_locks_stops_who_is_about_to_leave_it() -> None:
    world = wing([], sitting=[(1, 5.0, 6.0)])
    world.crowd.evacuate()
    world.at(2.0, lambda: world.crowd.lock_room(1))
    world.run(60)
    assert world.crowd.tally() == {("settled", "in a locked room"): 1}
    assert world.crowd.settled_s == pytest.approx([2.0])


def test_people_sitting_in_a_room_count_as_settled_from_the_moment_it_locks() -> None:
    world = wing([], sitting=[(1, 5.0, 6.0)])
    world.at(7.0, lambda: world.crowd.lock_room(1))
    world.run(60)
    assert world.crowd.settled_s == pytest.approx([7.0])


def test_people_in_an_unlocked_room_can_be_ordered_out() -> None:
    world = wing([], sitting=[(1, 5.0, 6.0)])
    world.crowd.lock_room(1)
    world.crowd.unlock_room(1)
    world.crowd.evacuate()
    assert world.run().out_s == pytest.approx([4.0 + np.hypot(5, 1)])


def test_somebody_in_a_goal_room_settles_there() -> None:
    world = wing([], sitting=[(1, 5.0, 6.0)])
    go(world, [0], {1, 2})
    world.run(60)
    assert world.crowd.settled_s == pytest.approx([0.0])


def test_an_order_to_lock_down_turns_people_who_are_leaving() -> None:
    world = wing([24.0])
    world.crowd.evacuate()
    world.at(2.0, lambda: go(world, [0], {1, 2, 3}))
    world.run(60)
    assert world.crowd.space_of(0) == 2


def test_halls_are_clear_when_the_last_person_has_left_them() -> None:
    world = wing([8.0, 24.0])
    go(world, [0, 1], {1, 2, 3})
    world.run(60)
    assert world.crowd.clear_since_s([0]) == pytest.approx(3.0)


def test_halls_are_not_clear_while_somebody_is_there() -> None:
    world = wing([8.0])
    world.run(60)
    assert world.crowd.clear_since_s([0]) is None


def test_halls_where_nobody_was_are_clear_from_the_start() -> None:
    assert wing([]).crowd.clear_since_s([0]) == 0.0


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_door_locked_in_the_plan_stays_locked_when_its_room_is_unlocked(engine: str) -> None:
    plan = plan_of(
        [("room", "classroom", box(0, 0, 6, 6)), ("hall", "corridor", box(6, 0, 9, 6))],
        [
            door("ex", "room", "outside", 0, 3, locked="both"),
            door("d", "room", "hall", 6, 3),
            door("e", "hall", "outside", 9, 3),
        ],
    )
    world = World(plan, people_at([(0, 1.0, 3.0)]), engine=engine)

    def drill(*, locks: bool) -> list[float]:
        env = simpy.Environment()
        crowd = type(world.crowd)(env, world.cells, world.people)
        if locks:
            crowd.lock_room(0)
            crowd.unlock_room(0)
        crowd.evacuate()
        crowd.advance_to(100.0)
        times: list[float] = crowd.out_s.tolist()
        return times

    assert [drill(locks=locks) for locks in (True, False, True)] == [pytest.approx([8.0])] * 3
