"""Routes: least time, the same as another program's; one-way, closings, delays and the outside are honoured."""

# mypy: disable-error-code="union-attr"
# (a None where a value is expected fails the test by itself)

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from depth import cases
from drillsim.plan.network import Network
from drillsim.plan.routes import Routes, nearest_exit_m
from test_plan_network import door, exit_, plan_of, room


@pytest.fixture(scope="module")
def school(secondary: ds.FloorPlan) -> Network:
    return ds.build(secondary)


@pytest.fixture(scope="module")
def at_one_mps(school: Network) -> Routes:
    return Routes(school)


def in_a_row(**middle: Any) -> ds.FloorPlan:
    """Rooms a, b, c in a row with doors at x = 4 and 8, and an exit at each end."""
    return plan_of(
        [room("a", 0, 0, 4, 4), room("b", 4, 0, 8, 4), room("c", 8, 0, 12, 4)],
        [
            door("ab", "a", "b", 4, 2, **middle), door("bc", "b", "c", 8, 2),
            exit_("west", "a", 0, 2), exit_("east", "c", 12, 2),
        ],
    )  # fmt: skip


def test_a_straight_way_takes_length_over_speed() -> None:
    routes = Routes(ds.build(in_a_row()), level_mps=2.0)
    path = routes.path(0, (1, 2), 2, (11, 2))
    assert (path.seconds, path.ways) == (5.0, ((0, 1), (1, 1)))


def test_a_way_inside_one_space_passes_nothing() -> None:
    path = Routes(ds.build(in_a_row())).path(1, (5, 2), 1, (7, 2))
    assert (path.seconds, path.ways) == (2.0, ())


@settings(max_examples=cases(30), deadline=None)
@given(st.data())
def test_lengths_equal_those_of_networkx(school: Network, at_one_mps: Routes, data: st.DataObject) -> None:
    openings = [o.id for o in school.plan.openings]
    a, b = data.draw(st.sampled_from(openings)), data.draw(st.sampled_from(openings))
    expected = nx.dijkstra_path_length(ds.to_networkx(school), a, b, weight="length_m")
    (s, xy), (t, goal) = [(int(school.way_spaces[w, 0]), school.way_xy[w, 0]) for w in map(school.way_index, (a, b))]
    assert at_one_mps.seconds_to(s, xy, t, goal) == pytest.approx(expected, abs=1e-9)


def test_reach_and_path_tell_the_same_seconds(school: Network, at_one_mps: Routes) -> None:
    start = school.plan.space_index["cafeteria"]
    reach = at_one_mps.from_point(start, (129, 88))
    for goal in range(0, len(school.plan.spaces), 7):
        point = school.representative_point(goal)
        assert reach.space_s[goal] == pytest.approx(at_one_mps.seconds_to(start, (129, 88), goal, point), abs=1e-9)
        assert reach.seconds_to(goal, point) == pytest.approx(reach.space_s[goal], abs=1e-9)


def test_a_stair_is_walked_at_its_own_speeds(three_rooms: ds.FloorPlan) -> None:
    network = ds.build(three_rooms)
    routes = Routes(network, level_mps=2.0, stair_up_mps=0.5, stair_down_mps=0.65)
    foot, head = (three_rooms.space_index[s] for s in ("stair-a-0", "stair-a-1"))
    at = network.way_xy[network.way_index("stair-a")]
    assert routes.seconds_to(foot, at[0], head, at[1]) == pytest.approx(10.49 / 0.5)
    assert routes.seconds_to(head, at[1], foot, at[0]) == pytest.approx(10.49 / 0.65)


def test_one_way_is_honoured() -> None:
    out, back = [Routes(ds.build(in_a_row(one_way={"to": "b"}))).path(*trip) for trip in _there_and_back()]
    assert out is not None
    assert back is None


def test_the_other_one_way_is_honoured() -> None:
    out, back = [Routes(ds.build(in_a_row(one_way={"to": "a"}))).path(*trip) for trip in _there_and_back()]
    assert out is None
    assert back is not None


def _there_and_back() -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    return (0, (1, 2), 2, (11, 2)), (2, (11, 2), 0, (1, 2))


def test_a_closed_door_is_not_passed() -> None:
    assert Routes(ds.build(in_a_row()), closed={0}).path(0, (1, 2), 2, (11, 2)) is None


def test_nobody_goes_through_the_outside() -> None:
    plan = plan_of([room("a", 0, 0, 4, 4), room("b", 5, 0, 9, 4)], [exit_("ea", "a", 4, 2), exit_("eb", "b", 5, 2)])
    routes = Routes(ds.build(plan))
    assert routes.path(0, (1, 2), 1, (8, 2)) is None
    assert routes.from_point(0, (1, 2)).space_s[1] == np.inf


def test_outdoor_spaces_are_walked_through() -> None:
    plan = plan_of(
        [room("a", 0, 0, 4, 4), room("yard", 4, 0, 8, 4, use="outdoors"), room("b", 8, 0, 12, 4)],
        [door("ea", "a", "yard", 4, 2, kind="exit"), door("eb", "b", "yard", 8, 2, kind="exit")],
    )
    assert Routes(ds.build(plan)).seconds_to(0, (1, 2), 2, (11, 2)) == 10.0


def test_a_lock_costs_its_delay_on_the_side_it_is_on() -> None:
    network = ds.build(in_a_row())
    delay = np.zeros((network.ways, 2))
    delay[0, 1] = 15.0
    routes = Routes(network, delay_s=delay)
    assert [routes.seconds_to(*trip) for trip in _there_and_back()] == [25.0, 10.0]


def test_a_delay_makes_a_detour_worth_while() -> None:
    spaces = [room("a", 0, 0, 4, 4), room("b", 4, 0, 8, 4)]
    network = ds.build(plan_of(spaces, [door("near", "a", "b", 4, 2), door("far", "a", "b", 4, 3.5)]))
    delay = np.zeros((network.ways, 2))
    delay[0, 1] = 15.0
    assert Routes(network).path(0, (1, 2), 1, (7, 2)).ways == ((0, 1),)
    assert Routes(network, delay_s=delay).path(0, (1, 2), 1, (7, 2)).ways == ((1, 1),)


def test_equal_ways_take_the_lower_number() -> None:
    spaces = [room("a", 0, 0, 4, 4), room("b", 4, 0, 8, 4)]
    network = ds.build(plan_of(spaces, [door("low", "a", "b", 4, 1), door("high", "a", "b", 4, 3)]))
    assert Routes(network).path(0, (1, 2), 1, (7, 2)).ways == ((0, 1),)


def test_doors_on_one_spot_do_not_make_a_walk_endless() -> None:
    spaces = [room("a", 0, 0, 4, 4), room("b", 4, 0, 8, 4)]
    network = ds.build(plan_of(spaces, [door("one", "a", "b", 4, 2), door("two", "a", "b", 4, 2)]))
    assert Routes(network).path(0, (1, 2), 1, (7, 2)).ways == ((0, 1),)


def test_a_forbidden_side_is_not_entered() -> None:
    network = ds.build(in_a_row())
    forbidden = np.zeros((network.ways, 2), dtype=bool)
    forbidden[1, 1] = True
    assert Routes(network, forbidden=forbidden).path(0, (1, 2), 2, (11, 2)) is None


def test_police_begin_at_their_entry() -> None:
    network = ds.build(in_a_row())
    delay = np.zeros((network.ways, 2))
    delay[2, 0] = 4.0
    path = Routes(network, delay_s=delay).path_through(2, 0, 2, (11, 2))
    assert (path.seconds, path.ways) == (4.0 + 11.0, ((2, 0), (0, 1), (1, 1)))


def test_no_path_begins_at_a_closed_entry() -> None:
    assert Routes(ds.build(in_a_row()), closed={2}).path_through(2, 0, 2, (11, 2)) is None


def test_entry_reach_equals_the_paths_from_the_entry() -> None:
    network = ds.build(in_a_row())
    routes = Routes(network)
    reach = routes.from_entry(2, 0)
    assert reach.space_s.tolist() == [
        routes.path_through(2, 0, s, network.representative_point(s)).seconds for s in range(3)
    ]


def test_leaving_a_bent_hall_can_be_the_least_way_within_it() -> None:
    hall = {"id": "hall", "level": "L0", "use": "corridor",
            "polygon": [(0, 0), (30, 0), (30, 30), (28, 30), (28, 2), (2, 2), (2, 30), (0, 30)]}  # fmt: skip
    plan = plan_of(
        [hall, room("through", 2, 20, 28, 30)],
        [door("w", "hall", "through", 2, 25), door("e", "hall", "through", 28, 25)],
    )
    path = Routes(ds.build(plan)).path(0, (1, 25), 0, (29, 25))
    assert (path.seconds, path.ways) == (28.0, ((0, 1), (1, 0)))


def test_the_nearest_exit_of_an_exit_is_itself(school: Network) -> None:
    metres = nearest_exit_m(school)
    assert [metres[w] for w in school.exits] == [0.0] * len(school.exits)


def test_the_worst_opening_lies_67_m_from_its_exit(school: Network) -> None:
    assert nearest_exit_m(school).max() == pytest.approx(67.2, abs=0.05)


def test_closing_every_exit_leaves_no_way_out(school: Network) -> None:
    assert np.isinf(nearest_exit_m(school, closed=school.exits)).all()
