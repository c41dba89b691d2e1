"""The stationary crowd moves its units as the reference does in an empty building, and keeps everybody else in place."""

# mypy: disable-error-code="union-attr"
# (a None where a value is expected fails the test by itself)

from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from simpy import Environment

import drillsim as ds
from crowd_worlds import box, door, people_at, plan_of
from depth import cases
from drillsim.crowd.clock import advance_to
from drillsim.crowd.geometry.cells import Cells, build_cells
from drillsim.crowd.interface import UnitPath
from drillsim.crowd.laws import Laws
from drillsim.crowd.reference.crowd import ReferenceCrowd
from drillsim.crowd.stationary import StationaryCrowd
from drillsim.engine.state.exposure import Exposure
from drillsim.engine.world.world import World
from drillsim.errors import SimulationError
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import build
from drillsim.plan.routes import Routes
from drillsim.scenario.people import LawsChoice

FLOORPLANS = Path(__file__).resolve().parents[1] / "floorplans"
SPEEDS = {"level_mps": 2.0, "stair_up_mps": 0.9, "stair_down_mps": 1.2}
ODD = {"level_mps": 1.37, "stair_up_mps": 0.61, "stair_down_mps": float("nan")}
SMALL = settings(max_examples=cases(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
PLANS = ["three_rooms", "doe_primary", "l_shaped", "stairs_apart"]
WAYS = ["d-101", "d-201", "s-0", "s-1", "e-main", "e-east", "stair-a"]

Goal = tuple[int, tuple[float, float]]
"""A space and a point in it."""
Start = tuple[int, tuple[float, float], tuple[int, int]]
"""A space (-1: outdoors), a point, and the opening and side that a unit comes in by."""
Errand = tuple[str, Start, list[tuple[float, Any]], dict[int, float], int, Goal | None]
"""A plan, a start, orders with their times, seconds at locks, and where to turn at which room entered."""


class Ruler(ReferenceCrowd):
    """The reference crowd, whose units stand still before they hear a new order.

    Taken by itself, the reference lets a unit on its last stretch turn only after it has heard where to.
    """

    def send(self, unit: int, path: UnitPath, **more: Any) -> None:
        if self._space[unit] >= 0 and self._target[unit] < 0:
            self._stand(unit)
        super().send(unit, path, **more)

    def halt(self, unit: int) -> None:
        if self._space[unit] != -2:
            self._stand(unit)
        super().halt(unit)


def an_l_shaped_hall() -> FloorPlan:
    """A room at each end of a bent corridor: walks have corners, cross chords, and pass a door off the floor."""
    corner = [[10, 4], [40, 4], [40, 40], [37, 40], [37, 7], [10, 7]]
    return plan_of(
        [("a", "classroom", box(0, 0, 10, 10)), ("hall", "corridor", corner), ("b", "gym", box(30, 40, 50, 55))],
        [door("da", "a", "hall", 10, 5.5), door("db", "hall", "b", 38.5, 39.7, line=[[38, 39.7], [39, 39.7]]),
         door("ea", "a", "outside", 0, 5), door("eb", "b", "outside", 50, 48)],
    )  # fmt: skip


def stairs_apart() -> FloorPlan:
    """A foot with a niche at (0, 2) and a head at (20, 12), joined by a flight of 9 m."""
    stair = {"id": "t", "lower": "foot", "upper": "head+", "rise": 4, "width": 2, "length": 9,
             "lower_opening": "d0", "upper_opening": "d1"}  # fmt: skip
    niche = [[0, 0], [4, 0], [4, 3], [3, 3], [3, 4], [0, 4]]
    return plan_of(
        [("foot", "stair", niche), ("head+", "stair", box(20, 10, 34, 14))],
        [door("d0", "foot", "outside", 0, 2), door("d1", "head+", "outside", 20, 12)],
        stairs=[stair],
    )


@cache
def cells_of(name: str, *, rests: bool) -> Cells:
    drawn = {"l_shaped": an_l_shaped_hall, "stairs_apart": stairs_apart}
    plan = drawn[name]() if name in drawn else ds.read_plan(FLOORPLANS / f"{name}.yaml")
    cells = build_cells(build(plan), Laws())
    if not rests:
        cells.rest_s = [0.0] * cells.borders
    return cells


def reference(cells: Cells, env: Environment) -> Ruler:
    return Ruler(env, cells, people_at([]))


def still(cells: Cells, env: Environment, counts: Sequence[float] | NDArray[Any] | None = None, **options: Any) -> Any:
    spaces = len(cells.network.plan.spaces)
    return StationaryCrowd(env, cells, np.zeros(spaces) if counts is None else np.asarray(counts), **options)


def void(act: Callable[[], object]) -> None:
    act()


def at(env: Environment, time_s: float, act: Callable[[], object]) -> None:
    env.timeout(time_s).callbacks.append(lambda _event: void(act))


class Walk:
    """One unit on its errands: the first crowd finds paths of its own, later ones repeat them at the same times."""

    def __init__(self, make: Callable[..., Any], cells: Cells, start: Start, told: list[Any] | None = None) -> None:
        self.env = simpy.Environment()
        self.crowd, self.cells = make(cells, self.env), cells
        self.routes = Routes(cells.network, level_mps=1.37, stair_up_mps=0.61, stair_down_mps=0.8)
        self.told, self.entered = told, 0
        self.orders: list[Any] = []
        self.log: list[tuple[Any, ...]] = []
        self.lock: dict[int, float] = {}
        self.turn_at = -1
        self.turn_to: Goal | None = None
        self.entry = start[2]
        self.unit = self.crowd.add_unit("sro", start[0], start[1], **ODD)

    def send(self, goal: Goal) -> None:
        space, xy = self.crowd.unit_place(self.unit)
        self.log.append((self.env.now, "at", space, *xy))
        if self.told is not None:
            ways = self.told[len(self.orders)]
        elif space < 0:
            ways = self.routes.path_through(*self.entry, *goal).ways
        else:
            ways = self.routes.path(space, xy, *goal).ways
        self.orders.append(ways)
        self.crowd.send(
            self.unit, UnitPath(ways, *goal, lock_delay=self._delay, on_enter=self._enters,
            on_arrive=lambda _: self.log.append((self.env.now, "arrives", -3))))  # fmt: skip

    def halt(self) -> None:
        self.crowd.halt(self.unit)
        space, xy = self.crowd.unit_place(self.unit)
        self.log.append((self.env.now, "halts", space, *xy))

    def _delay(self, way: int, side: int) -> float:
        self.log.append((self.env.now, "unlocks", 2 * way + side))
        return self.lock.get(way, 0.0)

    def _enters(self, _unit: int, space: int) -> None:
        self.log.append((self.env.now, "enters", space))
        self.entered += 1
        if self.entered == self.turn_at:
            assert self.turn_to is not None
            self.send(self.turn_to)


@st.composite
def errands(draw: st.DrawFn) -> Errand:
    """A plan, a start inside or at an exit, and orders to go on or to halt at odd moments."""
    name = draw(st.sampled_from(PLANS))
    network = cells_of(name, rests=True).network
    spaces = [s for s, ways in enumerate(network.space_ways) if ways]
    entries = [w for w in network.exits if network.passable[w, 0 if network.way_spaces[w, 0] >= 0 else 1]]

    def point() -> Goal:
        space = draw(st.sampled_from(spaces))
        corners = np.array(network.plan.spaces[space].polygon)
        # from the middle towards a corner, unless a wall may be in between
        share, corner = draw(st.integers(0, 9)) / 10, corners[draw(st.integers(0, len(corners) - 1))]
        middle = np.array(network.representative_point(space))
        x, y = (middle + share * (corner - middle) if network.is_convex(space) else middle).tolist()
        return space, (x, y)

    entry = draw(st.sampled_from(entries))
    side = 0 if network.way_spaces[entry, 0] >= 0 else 1
    outside = (-1, tuple(network.way_xy[entry, side].tolist()))
    start = (*(outside if draw(st.booleans()) else point()), (entry, side))
    # odd moments: never the very instant of a door
    moments = st.integers(0, 20_000).map(lambda k: k / 100 + 0.001_234_567)
    orders = sorted(draw(st.lists(st.tuples(moments, st.booleans()), max_size=6)))
    script = [(time, "halt" if halts else point()) for time, halts in orders]
    locks = draw(st.dictionaries(st.integers(0, network.ways - 1), st.sampled_from([0.0, 2.3, 11.7]), max_size=6))
    return name, start, [(0.0, point()), *script], locks, draw(st.integers(-1, 4)), point()


def play(make: Callable[..., Any], cells: Cells, errand: Errand, told: list[Any] | None = None) -> Walk:
    _, start, script, locks, turn_at, turn_to = errand
    walk = Walk(make, cells, start, told)
    walk.lock, walk.turn_at, walk.turn_to = locks, turn_at, turn_to
    for time_s, order in script:
        at(walk.env, time_s, walk.halt if order == "halt" else partial(walk.send, order))
    advance_to(walk.env, 5_000.0)
    return walk


@SMALL
@given(errands())
def test_a_unit_walks_as_in_the_empty_reference_without_rests(errand: Errand) -> None:
    cells = cells_of(errand[0], rests=False)
    first = play(reference, cells, errand)
    second = play(still, cells, errand, first.orders)
    assert [line[1:3] for line in second.log] == [line[1:3] for line in first.log]
    for mine, wanted in zip(second.log, first.log, strict=True):
        assert mine[0] == pytest.approx(wanted[0], rel=0, abs=1e-9)
        assert mine[3:] == pytest.approx(wanted[3:], rel=0, abs=1e-8)


@SMALL
@given(errands())
def test_a_unit_sent_once_arrives_as_in_the_empty_reference_with_rests(errand: Errand) -> None:
    name, start, script, locks, _, _ = errand
    once = (name, start, script[:1], locks, -1, None)
    cells = cells_of(name, rests=True)
    first = play(reference, cells, once)
    second = play(still, cells, once, first.orders)
    assert [line[1] for line in second.log][-1] == "arrives"
    assert [line[0] for line in second.log] == pytest.approx([line[0] for line in first.log], rel=0, abs=1e-9)


def three_rooms(**options: Any) -> Any:
    cells = cells_of("three_rooms", rests=True)
    counts = [25, 0, 0, 25, 0, 0]
    env = simpy.Environment()
    crowd = still(cells, env, counts, **options)
    index = {**cells.network.plan.space_index, **{name: cells.network.way_index(name) for name in WAYS}}
    return env, crowd, index


def up_a_stair() -> Any:
    """A unit that goes up a stair of 9 m at 0.9 m/s, and its arrivals."""
    env, arrived = simpy.Environment(), []
    crowd = still(cells_of("stairs_apart", rests=True), env)
    unit = crowd.add_unit("sro", 0, (0.0, 2.0), **SPEEDS)
    crowd.send(unit, UnitPath([(2, 1)], 1, (30.0, 12.0), on_arrive=lambda _: arrived.append(env.now)))
    return env, crowd, unit, arrived


def test_a_unit_on_a_stair_is_said_to_be_where_it_walks_to() -> None:
    env, crowd, unit, _ = up_a_stair()
    advance_to(env, 5.0)
    assert crowd.unit_place(unit) == (1, (20.0, 12.0))


def test_a_unit_halfway_up_a_stair_is_drawn_halfway_between_its_ends() -> None:
    env, crowd, unit, _ = up_a_stair()
    advance_to(env, 5.0)
    assert (crowd.space_of(unit), crowd.place_of(unit)) == (-2, pytest.approx((10.0, 7.0)))


def test_a_unit_turned_on_a_stair_goes_on_to_its_end_first() -> None:
    env, crowd, unit, arrived = up_a_stair()
    at(
        env,
        3.0,
        lambda: crowd.send(unit, UnitPath([(2, 0)], 0, (0.0, 2.0), on_arrive=lambda _: arrived.append(env.now))),
    )
    advance_to(env, 100.0)
    assert arrived == [pytest.approx(9 / 0.9 + 9 / 1.2, abs=1e-9)]


def test_a_unit_halted_on_a_stair_stands_at_its_end() -> None:
    env, crowd, unit, arrived = up_a_stair()
    at(env, 5.0, lambda: crowd.halt(unit))
    advance_to(env, 100.0)
    assert (arrived, crowd.state(unit)[0], crowd.unit_place(unit)) == ([], "standing", (1, (20.0, 12.0)))


def test_a_unit_walks_out_of_the_building() -> None:
    env, crowd, index = three_rooms()
    unit, arrived = crowd.add_unit("sro", index["hall-0"], (10.0, 10.515), **SPEEDS), []
    crowd.send(unit, UnitPath([(index["e-main"], 1)], -1, (0.0, 10.515), on_arrive=lambda _: arrived.append(env.now)))
    advance_to(env, 100.0)
    assert (arrived, crowd.space_of(unit)) == ([pytest.approx(5.0)], -1)


def at_a_lock(**options: Any) -> Any:
    """A unit that stands 10 m from a door whose lock takes 4 s, and its arrivals."""
    env, crowd, index = three_rooms(**options)
    unit, arrived = crowd.add_unit("sro", index["hall-0"], (17.4575, 9.0), **SPEEDS), []
    crowd.send(
        unit, UnitPath([(index["d-101"], 0)], index["room-101"], (7.4575, 5.0), lock_delay=lambda way, side: 4.0,
        on_arrive=lambda _: arrived.append(env.now)))  # fmt: skip
    return env, crowd, index, unit, arrived


def test_a_lock_costs_a_unit_its_delay_at_the_door() -> None:
    env, _, _, _, arrived = at_a_lock()
    advance_to(env, 100.0)
    assert arrived == [pytest.approx(5.0 + 4.0 + 2.0)]


def test_a_unit_at_a_lock_stands_at_the_door() -> None:
    env, crowd, index, unit, _ = at_a_lock()
    advance_to(env, 6.0)
    assert (crowd.state(unit)[0], crowd.unit_place(unit)) == ("unlocking", (index["hall-0"], (7.4575, 9.0)))


def test_a_unit_sent_again_through_the_door_it_unlocks_goes_on_unlocking() -> None:
    env, crowd, index, unit, arrived = at_a_lock()
    room = (index["room-101"], (7.4575, 7.0))

    def again() -> None:
        crowd.send(unit, UnitPath([(index["d-101"], 0)], *room, on_arrive=lambda _: arrived.append(env.now)))

    at(env, 6.0, again)
    advance_to(env, 100.0)
    assert arrived == [pytest.approx(5.0 + 4.0 + 1.0)]


def test_a_unit_called_away_from_a_lock_goes_back_from_the_door() -> None:
    env, crowd, index, unit, arrived = at_a_lock()

    def back() -> None:
        crowd.send(unit, UnitPath([], index["hall-0"], (17.4575, 9.0), on_arrive=lambda _: arrived.append(env.now)))

    at(env, 6.0, back)
    advance_to(env, 100.0)
    assert arrived == [pytest.approx(6.0 + 5.0)]


def test_a_unit_waits_at_a_closed_door_until_it_opens() -> None:
    env, crowd, index, unit, arrived = at_a_lock()
    crowd.close(index["d-101"])
    at(env, 50.0, lambda: crowd.reopen(index["d-101"]))
    advance_to(env, 49.0)
    assert crowd.state(unit) == ("queued", "in turn")
    advance_to(env, 100.0)
    assert arrived == [pytest.approx(50.0 + 2.0)]


def test_another_door_that_opens_does_not_let_a_waiting_unit_through() -> None:
    env, crowd, index, unit, _ = at_a_lock()
    crowd.close(index["d-101"])
    at(env, 20.0, lambda: crowd.reopen(index["d-201"]))
    advance_to(env, 100.0)
    assert crowd.state(unit)[0] == "queued"


def test_a_door_that_opens_before_a_unit_is_there_costs_it_nothing() -> None:
    env, crowd, index, _, arrived = at_a_lock()
    crowd.close(index["d-101"])
    at(env, 2.0, lambda: crowd.reopen(index["d-101"]))
    advance_to(env, 100.0)
    assert arrived == [pytest.approx(5.0 + 4.0 + 2.0)]


def test_a_unit_halted_at_a_closed_door_stays_when_it_opens() -> None:
    env, crowd, index, unit, arrived = at_a_lock()
    crowd.close(index["d-101"])
    at(env, 20.0, lambda: crowd.halt(unit))
    at(env, 50.0, lambda: crowd.reopen(index["d-101"]))
    advance_to(env, 100.0)
    assert (arrived, crowd.unit_place(unit)) == ([], (index["hall-0"], (7.4575, 9.0)))


def test_a_unit_on_its_last_stretch_turns_where_it_is() -> None:
    env, crowd, index = three_rooms()
    unit = crowd.add_unit("sro", index["hall-0"], (4.0, 10.0), **SPEEDS)
    crowd.send(unit, UnitPath([], index["hall-0"], (8.0, 10.0)))
    at(env, 1.0, lambda: crowd.send(unit, UnitPath([], index["hall-0"], (4.0, 11.0))))
    advance_to(env, 1.0)
    assert crowd.unit_place(unit) == (index["hall-0"], pytest.approx((6.0, 10.0)))


def test_two_units_at_one_door_do_not_hold_each_other_up() -> None:
    env, crowd, index = three_rooms()
    entered = []
    for key in ("sro", "guard"):
        unit = crowd.add_unit(key, index["hall-0"], (17.4575, 9.0), **SPEEDS)
        path = [(index["d-101"], 0)]
        crowd.send(unit, UnitPath(path, index["room-101"], (1.0, 1.0), on_enter=lambda *_: entered.append(env.now)))
    advance_to(env, 100.0)
    assert entered == [5.0, 5.0]


def test_a_unit_that_turns_back_in_a_door_does_not_wait_for_its_own_rest() -> None:
    env, crowd, index = three_rooms()
    unit, entered = crowd.add_unit("sro", index["hall-0"], (17.4575, 9.0), **SPEEDS), []

    def turn(number: int, space: int) -> None:
        entered.append((env.now, space))
        if space == index["room-101"]:
            crowd.send(number, UnitPath([(index["d-101"], 1)], index["hall-0"], (9.0, 10.0), on_enter=turn))

    crowd.send(unit, UnitPath([(index["d-101"], 0)], index["room-101"], (1.0, 1.0), on_enter=turn))
    advance_to(env, 100.0)
    assert entered == [(5.0, index["room-101"]), (5.0, index["hall-0"])]


def test_a_path_that_begins_elsewhere_is_refused() -> None:
    _, crowd, index = three_rooms()
    unit = crowd.add_unit("sro", index["hall-0"], (4.0, 10.0), **SPEEDS)
    with pytest.raises(SimulationError, match="unit 'sro' was sent through opening 'd-201', far from where it stands"):
        crowd.send(unit, UnitPath([(index["d-201"], 0)], index["room-201"], (1.0, 1.0)))


def test_a_path_that_ends_elsewhere_is_refused() -> None:
    _, crowd, index = three_rooms()
    unit = crowd.add_unit("sro", index["hall-0"], (4.0, 10.0), **SPEEDS)
    with pytest.raises(SimulationError, match="does not lead to its goal"):
        crowd.send(unit, UnitPath([], index["room-101"], (1.0, 1.0)))


def test_everybody_spends_all_the_time_where_they_are() -> None:
    env, crowd, index = three_rooms()
    advance_to(env, 40.0)
    spent = crowd.person_seconds()
    rooms = [crowd.cells.first_cell[index[id_]] for id_ in ("room-101", "room-201")]
    assert (spent[rooms].tolist(), spent.sum()) == ([1000.0, 1000.0], 2000.0)


def test_units_spend_no_person_seconds() -> None:
    env, crowd, _, _, _ = at_a_lock()
    advance_to(env, 40.0)
    assert (crowd.person_seconds().sum(), crowd.unit_counts().sum(), crowd.count_in(range(6))) == (2000.0, 1, 50)


def test_exposure_is_counted_on_a_still_crowd_until_a_room_is_locked() -> None:
    world = World(ds.read_plan(FLOORPLANS / "three_rooms.yaml"), LawsChoice())
    env, room = simpy.Environment(), world.plan.space_index["room-101"]
    exposure = Exposure(world, still(world.cells, env, [25, 0, 0, 25, 0, 0]), room, (4.0, 4.0))
    at(env, 30.0, lambda: exposure.room_locked(room))
    advance_to(env, 40.0)
    assert exposure.stop() == [(10.0, 750.0), (20.0, 750.0), (40.0, 750.0)]


def test_a_long_hall_spreads_its_people_over_its_cells_by_area() -> None:
    cells = cells_of("three_rooms", rests=True)
    hall = cells.network.plan.space_index["hall-0"]
    counts = np.zeros(6, dtype=np.int64)
    counts[hall] = 7
    crowd = still(cells, simpy.Environment(), counts)
    assert crowd.counts()[list(cells.cells_of(hall))].tolist() == [3, 2, 2]


def test_the_bell_changes_who_is_where_from_then_on() -> None:
    env, crowd, index = three_rooms()
    at(env, 10.0, lambda: crowd.occupy([5, 0, 0, 0, 0, 0]))
    advance_to(env, 30.0)
    rooms = [crowd.cells.first_cell[index[id_]] for id_ in ("room-101", "room-201")]
    assert (crowd.inside(), crowd.person_seconds()[rooms].tolist()) == (5, [250.0 + 100.0, 250.0])


def test_a_space_is_clear_since_the_bell_that_emptied_it() -> None:
    env, crowd, index = three_rooms()
    room = [index["room-201"]]
    at(env, 10.0, lambda: crowd.occupy([5, 0, 0, 0, 0, 0]))
    before = crowd.clear_since_s(room)
    advance_to(env, 30.0)
    assert (before, crowd.clear_since_s(room), crowd.clear_since_s([index["hall-0"]])) == (None, 10.0, 0.0)


def test_a_unit_keeps_its_number_when_more_people_come() -> None:
    env, crowd, _, unit, arrived = at_a_lock()
    crowd.occupy([10**6] * 6)
    advance_to(env, 100.0)
    assert (len(arrived), crowd.state(unit)[0]) == (1, "standing")


@pytest.mark.parametrize("counts", [[1, 2], [0, 0, 0, 0, 0, -1]])
def test_counts_that_do_not_fit_the_plan_are_refused(counts: list[int]) -> None:
    _, crowd, _ = three_rooms()
    with pytest.raises(SimulationError, match="6 counts from 0 up"):
        crowd.occupy(counts)


def test_nobody_follows_an_order() -> None:
    env, crowd, index = three_rooms()
    crowd.evacuate()
    crowd.to_lockable(np.arange(25), open_rooms=[index["room-201"]])
    advance_to(env, 100.0)
    assert (crowd.tally(), np.isnan(crowd.out_s).all()) == ({("waiting", ""): 50}, True)


def test_people_in_a_locked_room_have_settled() -> None:
    env, crowd, index = three_rooms()
    at(env, 7.0, lambda: crowd.lock_room(index["room-101"]))
    advance_to(env, 10.0)
    assert crowd.tally() == {("settled", "in a locked room"): 25, ("waiting", ""): 25}
    assert np.nansum(crowd.settled_s) == 25 * 7.0
    crowd.unlock_room(index["room-101"])
    assert crowd.tally() == {("waiting", ""): 50}


def test_walks_of_units_are_kept_for_a_replay() -> None:
    env, crowd, _, _, _ = at_a_lock(record_legs=True)
    advance_to(env, 100.0)
    (leg,) = crowd.legs()
    assert (leg.who, leg.times_s, leg.x_m) == ("sro", (0.0, 5.0, 9.0, 11.0), (17.4575, 7.4575, 7.4575, 7.4575))
