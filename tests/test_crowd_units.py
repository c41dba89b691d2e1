# mypy: disable-error-code="comparison-overlap"
# (pytest.approx equals the numbers it is near to)

from collections.abc import Sequence

import numpy as np
import pytest

from crowd_worlds import World, box, door, people_at, plan_of
from drillsim.crowd.interface import UnitPath

SPEEDS = {"level_mps": 2.0, "stair_up_mps": 0.9, "stair_down_mps": 1.2}


def three_spaces(people: Sequence[tuple[int, float, float]] = ()) -> World:
    """A room, a corridor of four cells, and a room at its end."""
    plan = plan_of(
        [("a", "other", box(0, 0, 10, 10)), ("hall", "corridor", box(10, 4, 50, 6)),
         ("b", "other", box(50, 0, 60, 10))],
        [door("da", "a", "hall", 10, 5), door("db", "hall", "b", 50, 5), door("ea", "a", "outside", 0, 5)],
    )  # fmt: skip
    return World(plan, people_at(people))


def test_a_unit_alone_arrives_after_lengths_over_speed_and_lock_delays() -> None:
    world, arrived = three_spaces(), []
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    delays = {0: 0.0, 1: 2.5}
    world.at(3.0, lambda: world.crowd.send(
        unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0), lock_delay=lambda way, side: delays[way],
        on_arrive=lambda number: arrived.append((number, world.env.now)))))  # fmt: skip
    world.run()
    assert arrived == [(unit, pytest.approx(3.0 + (6 + 40 + 8) / 2.0 + 2.5, abs=1e-9))]


def test_a_unit_stands_at_its_goal_afterwards() -> None:
    world = three_spaces()
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    world.crowd.send(unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0)))
    world.run()
    assert world.crowd.unit_place(unit) == (2, (58.0, 5.0))


def test_a_unit_can_be_seen_between_its_doors() -> None:
    world = three_spaces()
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    world.crowd.send(unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0)))
    world.run(3.0 + 7.0)
    space, (x, y) = world.crowd.unit_place(unit)
    assert (space, x, y) == (1, pytest.approx(24.0), pytest.approx(5.0))


def test_the_response_hears_of_every_space_a_unit_enters() -> None:
    world, entered = three_spaces(), []
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    world.crowd.send(unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0), on_enter=lambda u, s: entered.append((u, s))))
    world.run()
    assert entered == [(unit, 1), (unit, 2)]


def test_a_unit_sent_elsewhere_on_the_way_turns_where_it_is() -> None:
    world, arrived = three_spaces(), []
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    world.crowd.send(unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0)))

    def back() -> None:
        world.crowd.send(unit, UnitPath([(0, 0)], 0, (4.0, 5.0), on_arrive=lambda _: arrived.append(world.env.now)))

    world.at(10.0, back)
    world.run()
    assert arrived == [pytest.approx(20.0, abs=1e-9)]


def test_a_unit_sent_elsewhere_on_entering_a_space_follows_the_new_path() -> None:
    world, arrived = three_spaces(), []
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)

    def turn(number: int, space: int) -> None:
        if space == 1:
            world.crowd.send(
                number, UnitPath([(0, 0)], 0, (4.0, 5.0), on_arrive=lambda _: arrived.append(world.env.now))
            )

    world.crowd.send(unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0), on_enter=turn))
    world.run()
    assert arrived == [pytest.approx(3.0 + 3.0, abs=1e-9)]  # back through the same door, which rests for nobody else


def test_sending_a_unit_again_through_the_same_door_keeps_its_place() -> None:
    world, arrived = three_spaces(), []
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    path = [(0, 1), (1, 1)]

    def send() -> None:
        world.crowd.send(unit, UnitPath(path, 2, (58.0, 5.0), on_arrive=lambda _: arrived.append(world.env.now)))

    send()
    world.at(1.3, send)
    world.run()
    assert arrived == [pytest.approx(27.0, abs=1e-9)]


def test_a_unit_from_outside_comes_in_by_its_entry() -> None:
    world, arrived = three_spaces(), []
    unit = world.crowd.add_unit("police", -1, (0.0, 5.0), **SPEEDS)
    world.crowd.send(
        unit, UnitPath([(2, 0), (0, 1)], 1, (20.0, 5.0), on_arrive=lambda _: arrived.append(world.env.now))
    )
    world.run()
    assert arrived == [pytest.approx((10 + 10) / 2.0, abs=1e-9)]


def test_units_are_counted_apart_from_people() -> None:
    world = three_spaces([(0, 5.0, 5.0)])
    world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    assert (world.crowd.count_in([0]), world.crowd.counts().sum(), world.crowd.unit_counts().sum()) == (1, 1, 1)


def test_units_spend_no_person_seconds() -> None:
    world = three_spaces()
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    world.crowd.send(unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0)))
    world.run(100)
    assert world.crowd.person_seconds().sum() == 0.0


def test_a_unit_against_a_thousand_people_waits_about_one_rest_at_their_door() -> None:
    plan = plan_of(
        [("a", "gym", box(0, 0, 30, 20)), ("b", "gym", box(30, 0, 60, 20))],
        [door("d", "a", "b", 30, 10), door("eb", "b", "outside", 60, 10, width=3.0)],
    )
    rng = np.random.default_rng(4)
    spots = [(0, float(x), float(y)) for x, y in rng.uniform([0, 0], [30, 20], (1000, 2))]
    world = World(plan, people_at(spots))
    world.crowd.evacuate()
    unit, entered = world.crowd.add_unit("sro", 1, (31.0, 10.0), **SPEEDS), []
    world.at(100.0, lambda: world.crowd.send(
        unit, UnitPath([(0, 0)], 0, (20.0, 10.0), on_enter=lambda *_: entered.append(world.env.now))))  # fmt: skip
    world.run(200)
    assert entered[0] - 100.5 <= 2 / (1.30 * 0.70)


def test_two_units_at_one_door_cost_the_second_a_rest() -> None:
    world, entered = three_spaces(), []
    for _ in range(2):
        unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
        world.crowd.send(unit, UnitPath([(0, 1)], 1, (20.0, 5.0), on_enter=lambda *_: entered.append(world.env.now)))
    world.run()
    assert np.diff(entered) == pytest.approx([1 / (1.30 * 0.70)], abs=1e-9)


def test_a_unit_waits_at_a_closed_door_until_it_opens() -> None:
    world, arrived = three_spaces(), []
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    world.crowd.close(0)
    world.crowd.send(unit, UnitPath([(0, 1)], 1, (20.0, 5.0), on_arrive=lambda _: arrived.append(world.env.now)))
    world.at(50.0, lambda: world.crowd.reopen(0))
    world.run()
    assert arrived == [pytest.approx(55.0)]


def test_a_unit_passes_a_door_that_is_locked_to_the_crowd() -> None:
    world, arrived = three_spaces(), []
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    world.crowd.lock_room(2)
    world.crowd.send(
        unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0), lock_delay=lambda way, side: 4.0 if way == 1 else 0.0,
        on_arrive=lambda _: arrived.append(world.env.now)))  # fmt: skip
    world.run()
    assert arrived == [pytest.approx(31.0)]


def test_a_halted_unit_stays_where_it_is() -> None:
    world = three_spaces()
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    world.crowd.send(unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0)))
    world.at(10.0, lambda: world.crowd.halt(unit))
    world.run(100)
    assert world.crowd.unit_place(unit) == (1, pytest.approx((24.0, 5.0)))


def test_a_unit_on_a_stair_takes_its_new_path_at_the_end_of_the_flight() -> None:
    stair = {"id": "t", "lower": "foot", "upper": "head+", "rise": 4, "width": 2, "length": 9,
             "lower_opening": "d0", "upper_opening": "d1"}  # fmt: skip
    plan = plan_of(
        [("foot", "stair", box(0, 0, 4, 4)), ("head+", "stair", box(0, 0, 4, 4))],
        [door("d0", "foot", "outside", 0, 2), door("d1", "head+", "outside", 0, 2)],
        stairs=[stair],
    )
    world, arrived = World(plan, people_at([])), []
    unit = world.crowd.add_unit("sro", 0, (0.0, 2.0), **SPEEDS)
    world.crowd.send(unit, UnitPath([(2, 1)], 1, (4.0, 2.0)))
    world.at(3.0, lambda: world.crowd.send(
        unit, UnitPath([(2, 0)], 0, (0.0, 2.0), on_arrive=lambda _: arrived.append(world.env.now))))  # fmt: skip
    world.run()
    assert arrived == [pytest.approx(9 / 0.9 + 9 / 1.2, abs=1e-9)]


def test_a_unit_at_a_lock_stands_at_the_door() -> None:
    world = three_spaces()
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    world.crowd.send(unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0), lock_delay=lambda way, side: 4.0 * way))
    world.run(24.0)
    assert (world.crowd.state(unit)[0], world.crowd.unit_place(unit)) == ("unlocking", (1, (50.0, 5.0)))


def test_a_unit_called_away_from_a_lock_goes_back_from_the_door() -> None:
    world, arrived = three_spaces(), []
    unit = world.crowd.add_unit("sro", 0, (4.0, 5.0), **SPEEDS)
    world.crowd.send(unit, UnitPath([(0, 1), (1, 1)], 2, (58.0, 5.0), lock_delay=lambda way, side: 4.0 * way))
    world.at(24.0, lambda: world.crowd.send(
        unit, UnitPath([(0, 0)], 0, (4.0, 5.0), on_arrive=lambda _: arrived.append(world.env.now))))  # fmt: skip
    world.run()
    assert arrived == [pytest.approx(24.0 + 46 / 2.0)]
