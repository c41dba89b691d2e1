"""Places changed in circles, people who come in later, refuges, own rooms, and spaces to keep away from."""

from typing import Any

import numpy as np
import pytest

from crowd_worlds import World, box, door, people_at, plan_of


def two_cupboards(left: int, right: int) -> World:
    """Two rooms of two places each that face each other over one door, with their exits closed."""
    plan = plan_of(
        [("a", "storage", box(0, 0, 1, 0.8)), ("b", "storage", box(1, 0, 2, 0.8))],
        [door("ab", "a", "b", 1, 0.4, 0.8), door("ea", "a", "outside", 0, 0.4, 0.8), door("eb", "b", "outside", 2, 0.4, 0.8)],
    )  # fmt: skip
    people = [(0, 0.5, 0.4)] * left + [(1, 1.5, 0.4)] * right
    return World(plan, people_at(people))


def crossing(left: int, right: int) -> World:
    world = two_cupboards(left, right)
    ways = {0: world.way("eb"), 1: world.way("ea")}
    return World(world.plan, world.people, options={"assigned": ways, "routes": "assigned"})


def test_two_full_rooms_that_face_each_other_change_places() -> None:
    world = crossing(2, 2)
    world.crowd.evacuate()
    world.run(600)
    assert world.crowd.tally() == {("out", ""): 4}


def test_a_change_of_places_through_one_door_costs_two_rests() -> None:
    world = crossing(2, 2)
    world.crowd.evacuate()
    world.run(600)
    times = [t for t, _, border, _ in world.crowd.log if border == world.way("ab")]
    rest = world.cells.rest_s[world.way("ab")]
    assert times[0] == times[1]
    assert times[2] - times[1] == pytest.approx(2 * rest)


def three_in_a_ring() -> World:
    """Three rooms of one place each, every one with a door to the next; each person wants to go on by two."""
    plan = plan_of(
        [("a", "storage", box(0, 0, 2, 0.3)), ("b", "storage", box(0, 0.3, 1, 0.9)), ("c", "storage", box(1, 0.3, 2, 0.9))],
        [door("ab", "a", "b", 0.5, 0.3, line=[[0.1, 0.3], [0.9, 0.3]], width=0.8, one_way={"to": "a"}),
         door("bc", "b", "c", 1, 0.6, 0.6, one_way={"to": "b"}),
         door("ca", "c", "a", 1.5, 0.3, line=[[1.1, 0.3], [1.9, 0.3]], width=0.8, one_way={"to": "c"})],
    )  # fmt: skip
    return World(plan, people_at([(0, 1.0, 0.1), (1, 0.5, 0.6), (2, 1.5, 0.6)]))


def test_three_full_rooms_in_a_ring_move_round_together() -> None:
    world = three_in_a_ring()
    assert world.cells.places[:3] == [1, 1, 1]
    world.crowd.to_own_room(np.arange(3), [1, 2, 0])
    world.run(60)
    assert [world.crowd.space_of(p) for p in range(3)] == [1, 2, 0]
    assert world.crowd.state(0) == ("settled", "in its own room")


def storey(people: list[tuple[int, float, float]], **options: Any) -> World:
    """A hall with a refuge at its right end and an exit at its left one."""
    plan = plan_of(
        [("hall", "corridor", box(0, 0, 30, 3)), ("r", "other", box(30, 0, 30.8, 1.2)), ("x", "corridor", box(10, 3, 14, 9)),
         ("back", "corridor", box(14, 3, 18, 9)), ("side", "corridor", box(0, 9, 30, 11))],
        [door("e", "hall", "outside", 0, 1.5), door("dr", "hall", "r", 30, 0.6),
         door("dx", "hall", "x", 12, 3, line=[[11.5, 3], [12.5, 3]]), door("xs", "x", "side", 12, 9, line=[[11.5, 9], [12.5, 9]]),
         door("db", "hall", "back", 16, 3, line=[[15.5, 3], [16.5, 3]]),
         door("bs", "back", "side", 16, 9, line=[[15.5, 9], [16.5, 9]])],
    )  # fmt: skip
    return World(plan, people_at(people), options=options)


def test_a_refuge_that_is_full_sends_the_next_one_out() -> None:
    world = storey([(0, 25.0, 1.0), (0, 26.0, 1.0), (0, 24.0, 1.0)])
    assert world.cells.places[world.cells.first_cell[1]] == 2
    world.crowd.to_refuge(np.arange(3), [1])
    world.run(200)
    assert world.crowd.tally() == {("out", ""): 1, ("settled", "in a refuge"): 2}
    assert world.crowd.state(2)[0] == "out"


def test_somebody_told_to_keep_away_from_a_space_goes_round_it() -> None:
    near, round_ = storey([(4, 12.0, 10.0)]), storey([(4, 12.0, 10.0)])
    near.crowd.evacuate()
    round_.crowd.evacuate(away_from=2)
    near.run(100), round_.run(100)
    assert near.way("dx") in {b for _, _, b, _ in near.crowd.log}
    assert round_.way("db") in {b for _, _, b, _ in round_.crowd.log}


def cell_of_two(arrives: list[float], **options: Any) -> World:
    plan = plan_of([("a", "storage", box(0, 0, 1, 0.8))], [door("e", "a", "outside", 0, 0.4, 0.8)])
    people = people_at([(0, 0.9, 0.4)] * len(arrives))
    people = type(people)(**{**people.__dict__, "arrives_s": np.array(arrives)})
    return World(plan, people, options=options)


def test_who_comes_later_is_nowhere_before_and_goes_at_once_then() -> None:
    world = cell_of_two([np.nan, 5.0])
    world.crowd.evacuate()
    world.run(4.0)
    assert (world.crowd.inside(), world.crowd.state(1), world.crowd.space_of(1)) == (0, ("absent", ""), -1)
    world.run(60.0)
    assert world.crowd.out_s == pytest.approx([0.9, 5.9])


def test_who_comes_and_finds_no_place_is_lost_and_counted() -> None:
    world = cell_of_two([np.nan, np.nan, 5.0])
    world.run(60.0)
    assert world.crowd.tally() == {("lost", "no place on arrival"): 1, ("waiting", ""): 2}
    assert world.crowd.inside() == 2


def test_when_tells_the_moment_at_which_a_space_holds_no_more_than_so_many() -> None:
    world, told = storey([(2, 11.0, 8.0), (2, 12.0, 5.0), (2, 13.0, 4.0)]), []
    world.crowd.evacuate()
    world.crowd.when([2], at_most=1).callbacks.append(lambda _: told.append(world.env.now))
    world.run(100)
    assert told == [[t for t, _, b, _ in world.crowd.log if b == world.way("dx")][1]]


def test_when_is_true_at_once_where_it_holds_already() -> None:
    world = storey([])
    assert world.crowd.when([2], at_most=0).triggered


def campus(people: list[tuple[int, float, float]], engine: str = "reference", **gate: Any) -> World:
    """A hall whose exit leads onto a yard of 20 m, with a gate at its far side; and a lawn that nothing leads to."""
    plan = plan_of(
        [("hall", "corridor", box(0, 0, 10, 3)), ("yard", "outdoors", box(10, 0, 30, 3)), ("lawn", "outdoors", box(0, 5, 9, 9))],
        [door("e", "hall", "yard", 10, 1.5), door("gate", "yard", "outside", 30, 1.5, **gate),
         door("w", "hall", "outside", 0, 1.5, one_way={"to": "hall"})],
    )  # fmt: skip
    return World(plan, people_at(people), engine=engine)


ENGINES = pytest.mark.parametrize("engine", ["reference", "compiled"])


@ENGINES
def test_who_leaves_the_site_is_gone_at_its_gate_and_not_at_the_exit(engine: str) -> None:
    world = campus([(0, 4.0, 1.5), (1, 20.0, 1.5)], engine)
    world.crowd.leave_site(np.arange(2))
    world.run(20)
    assert world.crowd.state(0)[0] == "walking"
    world.run(100)
    assert world.crowd.out_s == pytest.approx([26.0, 10.0])
    assert world.crowd.tally() == {("out", "gone home"): 2}
    assert world.crowd.gone_home.tolist() == [True, True]


@ENGINES
def test_who_evacuates_is_out_on_the_yard_and_has_not_gone_home(engine: str) -> None:
    world = campus([(0, 4.0, 1.5), (1, 20.0, 1.5)], engine)
    world.crowd.leave_site(np.arange(2))
    world.at(2.0, lambda: world.crowd.evacuate(np.array([0])))
    world.run(100)
    assert world.crowd.out_s == pytest.approx([6.0, 10.0])
    assert world.crowd.gone_home.tolist() == [False, True]
    assert world.crowd.state(0) == ("out", "")


@ENGINES
def test_who_leaves_is_stranded_at_a_closed_gate_until_it_reopens(engine: str) -> None:
    world = campus([(0, 4.0, 1.5)], engine)
    world.at(1.0, lambda: world.crowd.close(world.way("gate")))
    world.at(50.0, lambda: world.crowd.reopen(world.way("gate")))
    world.crowd.leave_site(np.arange(1))
    world.run(49)
    assert world.crowd.state(0) == ("stranded", "no way")
    world.run(100)
    assert world.crowd.out_s == pytest.approx([75.0])


@ENGINES
def test_on_a_lawn_that_no_way_leads_to_one_is_gone_at_once(engine: str) -> None:
    world = campus([(2, 4.0, 7.0)], engine)
    world.crowd.leave_site(np.arange(1), delay_s=3.0)
    world.run(100)
    assert world.crowd.out_s == pytest.approx([3.0])


@ENGINES
def test_where_no_outdoor_place_is_drawn_leaving_the_site_is_leaving_the_building(engine: str) -> None:
    places = [(0, 25.0, 1.0), (2, 11.0, 8.0), (4, 12.0, 10.0)]
    home, evacuated = (World(w.plan, w.people, engine=engine) for w in (storey(places), storey(places)))
    home.crowd.leave_site(np.arange(3))
    evacuated.crowd.evacuate()
    home.run(200), evacuated.run(200)
    assert home.crowd.out_s == pytest.approx(evacuated.crowd.out_s, abs=1e-9)
