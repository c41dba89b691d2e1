import numpy as np
import pytest

from crowd_worlds import World, box, door, people_at, plan_of
from drillsim.crowd.laws import Laws
from drillsim.plan.model import FloorPlan


def test_one_person_takes_forty_seconds_for_forty_metres() -> None:  # IMO-01
    plan = plan_of([("hall", "corridor", box(0, 0, 40, 2))], [door("e", "hall", "outside", 40, 1)])
    world = World(plan, people_at([(0, 0.0, 1.0)]))
    world.crowd.evacuate()
    assert world.run().out_s == pytest.approx([40.0], abs=1e-9)


@pytest.mark.parametrize(("start", "seconds"), [(0, 10 / 0.50), (1, 10 / 0.65)])
def test_ten_metres_of_stair_take_as_long_as_the_assigned_speed_says(start: int, seconds: float) -> None:  # RIMEA-02-03
    stair = {"id": "t", "lower": "foot", "upper": "head+", "rise": 4, "width": 2, "length": 10,
             "lower_opening": "d0", "upper_opening": "d1"}  # fmt: skip
    plan = plan_of(
        [("foot", "stair", box(0, 0, 4, 4)), ("head+", "stair", box(0, 0, 4, 4))],
        [door("d0", "foot", "outside", 0, 2), door("d1", "head+", "outside", 0, 2)],
        stairs=[stair],
    )
    closed = [start]  # so that the only way out is over the stair
    world = World(plan, people_at([(start, 0.0, 2.0)], up=0.50, down=0.65), options={"closed": closed})
    world.crowd.evacuate()
    assert world.run().out_s == pytest.approx([seconds], abs=1e-9)


def test_a_derived_stair_speed_is_the_level_speed_times_k_over_one_point_four() -> None:
    stair = {"id": "t", "lower": "foot", "upper": "head+", "rise": 4, "width": 2, "length": 10,
             "lower_opening": "d0", "upper_opening": "d1", "riser": 0.178, "tread": 0.279}  # fmt: skip
    plan = plan_of(
        [("foot", "stair", box(0, 0, 4, 4)), ("head+", "stair", box(0, 0, 4, 4))],
        [door("d0", "foot", "outside", 0, 2), door("d1", "head+", "outside", 0, 2)],
        stairs=[stair],
    )
    world = World(plan, people_at([(0, 0.0, 2.0), (1, 0.0, 2.0)]), options={"closed": [0]})
    world.crowd.evacuate(np.array([0]))
    k = 51.8 * (0.279 / 0.178) ** 0.5 / 60
    assert world.run().out_s[0] == pytest.approx(10 / (0.8 * k / 1.40), abs=1e-9)


def test_a_door_of_0_931_persons_per_s_lets_a_hundred_out_in_106_to_107_s() -> None:  # IMO-04
    spots = [(0, 0.4 + 0.8 * (i % 10), 0.25 + 0.5 * (i // 10)) for i in range(100)]
    plan = plan_of([("room", "classroom", box(0, 0, 8, 5))], [door("e", "room", "outside", 8, 2.5)])
    world = World(plan, people_at(spots, speed=1.34), Laws(door="sfpe-guide"))
    world.crowd.evacuate()
    assert 106.3 <= world.run().out_s.max() <= 107.4


def test_who_meets_a_closed_exit_walks_from_where_it_is_to_the_other() -> None:  # NIST-4.1
    plan = plan_of(
        [("room", "classroom", box(0, 0, 20, 4))],
        [door("e1", "room", "outside", 0, 2), door("e2", "room", "outside", 20, 2)],
    )
    world = World(plan, people_at([(0, 8.0, 2.0)]))
    world.crowd.evacuate()
    world.at(1.0, lambda: world.crowd.close(0))
    assert world.run().out_s == pytest.approx([1.0 + 13.0], abs=1e-9)
    assert world.crowd.log[-1][2] == world.way("e2")


def test_a_rerouted_walker_in_a_corridor_starts_from_its_cell() -> None:
    plan = plan_of(
        [("hall", "corridor", box(0, 0, 40, 2))],
        [door("e1", "hall", "outside", 0, 1), door("e2", "hall", "outside", 40, 1)],
    )
    world = World(plan, people_at([(0, 18.0, 1.0)]))
    world.crowd.evacuate()
    world.at(9.5, lambda: world.crowd.close(0))
    assert world.run().out_s == pytest.approx([9.5 + 31.5], abs=1e-9)


def test_a_rerouted_walker_in_a_bent_room_takes_the_shorter_way() -> None:  # rule 12
    bent = [[0, 0], [10, 0], [10, 2], [2, 2], [2, 10], [0, 10]]
    plan = plan_of(
        [("room", "other", bent)],
        [door("e1", "room", "outside", 10, 1), door("e2", "room", "outside", 1, 10, line=[[0.5, 10], [1.5, 10]])],
    )
    world = World(plan, people_at([(0, 1.0, 7.0)]))
    full = world.network.distance(0, (1.0, 7.0), (10.0, 1.0))
    world.crowd.evacuate(np.array([0]))
    world.crowd.close(1)
    world.at(2.0, lambda: (world.crowd.reopen(1), world.crowd.close(0)))
    assert full > 8.0
    assert world.run().out_s == pytest.approx([2.0 + 2.0 + 3.0], abs=1e-9)


def test_people_do_not_start_before_their_premovement() -> None:  # IMO-05
    plan = plan_of([("room", "classroom", box(0, 0, 8, 5))], [door("e", "room", "outside", 8, 2.5)])
    world = World(plan, people_at([(0, 4.0, 2.5)], premovement=17.0))
    world.crowd.evacuate(delay_s=3.0)
    assert world.run().out_s == pytest.approx([24.0], abs=1e-9)


def two_rooms() -> FloorPlan:
    return plan_of(
        [("a", "other", box(0, 0, 10, 10)), ("b", "other", box(10, 0, 20, 10))],
        [door("d", "a", "b", 10, 5), door("ea", "a", "outside", 0, 5), door("eb", "b", "outside", 20, 5)],
    )


def test_two_directions_of_a_door_take_turns() -> None:
    spots = [(0, 10.0, 5.0)] * 4 + [(1, 10.0, 5.0)] * 4
    world = World(two_rooms(), people_at(spots), options={"assigned": {0: 2, 1: 1}})
    world.crowd.evacuate()
    world.run()
    assert [side for _, _, border, side in world.crowd.log if border == 0] == [1, 0] * 4


def test_the_door_rests_after_each_pass_whichever_the_direction() -> None:
    spots = [(0, 10.0, 5.0)] * 4 + [(1, 10.0, 5.0)] * 4
    world = World(two_rooms(), people_at(spots), options={"assigned": {0: 2, 1: 1}})
    world.crowd.evacuate()
    world.run()
    times = np.array([t for t, _, border, _ in world.crowd.log if border == 0])
    assert np.diff(times) == pytest.approx(np.full(7, 1 / (1.30 * 0.70)), abs=1e-9)


def closet() -> FloorPlan:
    """A room, and a closet for two behind it, with an exit each."""
    return plan_of(
        [("a", "other", box(0, 0, 10, 10)), ("b", "other", box(10, 4, 10.8, 5))],
        [door("d", "a", "b", 10, 4.5), door("ea", "a", "outside", 0, 4.5), door("eb", "b", "outside", 10.8, 4.5)],
    )


def test_a_full_far_cell_stops_only_its_own_direction() -> None:
    spots = [(0, 10.0, 4.5), (1, 10.0, 4.5), (1, 10.0, 4.5)]
    world = World(closet(), people_at(spots), options={"assigned": {0: 2, 1: 1}})
    world.crowd.evacuate(np.array([0]))
    world.crowd.evacuate(np.array([1]), delay_s=10.0)
    world.run()
    assert [(t, p) for t, p, border, _ in world.crowd.log if border == 0] == [(10.0, 1), (10.0, 0)]


def test_a_person_behind_a_full_space_is_stranded_at_the_horizon() -> None:
    spots = [(0, 10.0, 4.5), (1, 10.0, 4.5), (1, 10.0, 4.5)]
    world = World(closet(), people_at(spots), options={"assigned": {0: 2}})
    world.crowd.evacuate(np.array([0]))
    world.run(600)
    assert world.crowd.tally() == {("stranded", "behind a full space"): 1, ("waiting", ""): 2}


def test_a_door_that_lets_two_pass_at_once_rests_twice() -> None:
    spots = [(0, 10.0, 4.5), (0, 10.0, 4.5), (1, 10.0, 4.5), (1, 10.0, 4.5)]
    world = World(closet(), people_at(spots), options={"assigned": {0: 2, 1: 1}})
    world.crowd.evacuate(np.array([0, 1]))
    world.crowd.evacuate(np.array([2]), delay_s=10.0)
    world.run()
    times = [t for t, _, border, _ in world.crowd.log if border == 0]
    assert times == pytest.approx([10.0, 10.0, 10.0 + 2 / (1.30 * 0.70)])


def test_a_queue_is_left_for_another_exit_if_that_saves_more_than_the_patience() -> None:
    room = [("room", "other", box(0, 0, 20, 20))]
    doors = [door("e1", "room", "outside", 0, 10), door("e2", "room", "outside", 20, 10)]
    used = {}
    for people in (18, 30):
        world = World(plan_of(room, doors), people_at([(0, 5.0, 10.0)] * people, speed=1.0))
        world.crowd.evacuate()
        world.run()
        used[people] = {border for _, _, border, _ in world.crowd.log}
    assert used == {18: {0}, 30: {0, 1}}


def test_shortest_routes_ignore_queues() -> None:
    room = [("room", "other", box(0, 0, 20, 20))]
    doors = [door("e1", "room", "outside", 0, 10), door("e2", "room", "outside", 20, 10)]
    world = World(plan_of(room, doors), people_at([(0, 5.0, 10.0)] * 60), options={"routes": "shortest"})
    world.crowd.evacuate()
    world.run()
    assert {border for _, _, border, _ in world.crowd.log} == {0}


def test_an_assigned_exit_is_taken_though_another_is_nearer() -> None:
    world = World(two_rooms(), people_at([(0, 1.0, 5.0)]), options={"assigned": {0: 2}})
    world.crowd.evacuate()
    assert world.run().out_s == pytest.approx([19.0])


def test_who_cannot_reach_the_assigned_exit_takes_the_nearest() -> None:
    world = World(two_rooms(), people_at([(0, 1.0, 5.0)]), options={"assigned": {0: 2}, "closed": [0]})
    world.crowd.evacuate()
    assert world.run().out_s == pytest.approx([1.0])


def test_who_has_no_way_out_is_stranded_and_goes_when_a_way_opens() -> None:
    world = World(two_rooms(), people_at([(0, 5.0, 5.0)]), options={"closed": [0, 1]})
    world.crowd.evacuate()
    world.run(60)
    assert world.crowd.state(0) == ("stranded", "no way")
    world.crowd.reopen(1)
    assert world.run().out_s == pytest.approx([65.0])


def test_a_door_locked_on_both_sides_lets_no_crowd_through() -> None:
    locked = door("e", "room", "outside", 8, 2.5, lock="key", locked="both")
    plan = plan_of([("room", "other", box(0, 0, 8, 5))], [locked])
    world = World(plan, people_at([(0, 4.0, 2.5)]))
    world.crowd.evacuate()
    world.run(60)
    assert world.crowd.state(0) == ("stranded", "no way")


def test_a_one_way_door_is_passed_one_way_only() -> None:
    spaces = [("a", "other", box(0, 0, 10, 10)), ("b", "other", box(10, 0, 20, 10))]
    doors = [door("d", "a", "b", 10, 5, one_way={"to": "a"}), door("eb", "b", "outside", 20, 5)]
    world = World(plan_of(spaces, doors), people_at([(0, 5.0, 5.0), (1, 15.0, 5.0)]))
    world.crowd.evacuate()
    world.run(600)
    assert [world.crowd.state(p)[0] for p in (0, 1)] == ["stranded", "out"]


def test_people_keep_leaving_a_stair_that_is_closed_but_nobody_enters_it() -> None:
    stair = {"id": "t", "lower": "foot", "upper": "head+", "rise": 4, "width": 1.2, "length": 10,
             "lower_opening": "d0", "upper_opening": "d1"}  # fmt: skip
    plan = plan_of(
        [("foot", "stair", box(0, 0, 4, 4)), ("head+", "stair", box(0, 0, 4, 4))],
        [door("d0", "foot", "outside", 0, 2), door("d1", "head+", "outside", 0, 2)],
        stairs=[stair],
    )
    world = World(plan, people_at([(1, 0.0, 2.0)] * 6), options={"closed": [1]})
    world.crowd.evacuate()
    world.at(2.0, lambda: world.crowd.close(2))
    world.run(600)
    entered = [p for t, p, border, _ in world.crowd.log if border == 2]
    assert world.crowd.tally() == {("out", ""): len(entered), ("stranded", "no way"): 6 - len(entered)}
    assert 0 < len(entered) < 6


def test_four_doors_are_twice_as_quick_as_two() -> None:  # IMO-09 / RiMEA 9
    ends = [(10, 0), (20, 0), (10, 20), (20, 20)]
    doors = [door(f"e{i}", "room", "outside", x, y, line=[[x - 0.5, y], [x + 0.5, y]]) for i, (x, y) in enumerate(ends)]
    rng = np.random.default_rng(9)
    spots = [(0, float(x), float(y)) for x, y in rng.uniform([0, 0], [30, 20], (1000, 2))]
    last = []
    for closed in ([], [0, 1]):
        plan = plan_of([("room", "gym", box(0, 0, 30, 20))], doors)
        world = World(plan, people_at(spots, speed=1.33), options={"closed": closed})
        world.crowd.evacuate()
        last.append(world.run().out_s.max())
    assert last[1] / last[0] == pytest.approx(2.0, abs=0.1)
