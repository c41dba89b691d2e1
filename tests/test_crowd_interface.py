"""Reference, compiled and stationary crowd implement the whole Crowd protocol, with equal signatures and equal basics."""

import inspect
from typing import Any

import numpy as np
import pytest
import simpy

from crowd_worlds import box, door, people_at, plan_of
from drillsim.crowd.compiled.crowd import CompiledCrowd
from drillsim.crowd.geometry.cells import build_cells
from drillsim.crowd.interface import Crowd, CrowdSettings, UnitPath
from drillsim.crowd.laws import Laws
from drillsim.crowd.reference.crowd import ReferenceCrowd
from drillsim.crowd.stationary import StationaryCrowd
from drillsim.errors import ScenarioError, SimulationError
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import build

KINDS = [ReferenceCrowd, CompiledCrowd, StationaryCrowd]
MEMBERS = sorted(name for name in vars(Crowd) if not name.startswith("_"))
SPEEDS = {"level_mps": 2.0, "stair_up_mps": 0.9, "stair_down_mps": 1.2}
ROOM, HALL = 0, 1


def two_spaces() -> FloorPlan:
    """A room of 10 m by 10 m, a corridor of 30 m, and an exit at the corridor's far end."""
    return plan_of(
        [("room", "classroom", box(0, 0, 10, 10)), ("hall", "corridor", box(10, 0, 40, 3))],
        [door("d", "room", "hall", 10, 1.5), door("e", "hall", "outside", 40, 1.5)],
    )


def made(kind: Any) -> Crowd:
    """Three persons in the room and one in the hall."""
    env, cells = simpy.Environment(), build_cells(build(two_spaces()), Laws())
    if kind is StationaryCrowd:
        return StationaryCrowd(env, cells, [3, 1])
    crowd: Crowd = kind(
        env, cells, people_at([(ROOM, 5.0, 5.0), (ROOM, 4.0, 5.0), (ROOM, 3.0, 5.0), (HALL, 20.0, 1.5)])
    )
    return crowd


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def crowd(request: pytest.FixtureRequest) -> Crowd:
    return made(request.param)


def signature(function: Any) -> list[tuple[str, Any, Any]]:
    """Names, kinds and defaults of the parameters."""
    found = inspect.signature(function)
    return [(p.name, p.kind, p.default) for p in found.parameters.values()]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MEMBERS)
def test_a_crowd_has_each_member_of_the_protocol(kind: Any, name: str) -> None:
    wanted, got = inspect.getattr_static(Crowd, name), inspect.getattr_static(kind, name)
    if inspect.isfunction(wanted):
        assert signature(got) == signature(wanted)
    elif name != "people_walk":
        assert isinstance(got, property)


@pytest.mark.parametrize("kind", KINDS)
def test_a_crowd_has_clock_and_cells(kind: Any) -> None:
    crowd = made(kind)
    assert isinstance(crowd.env, simpy.Environment)
    assert crowd.cells.cells == 4


def test_only_a_stationary_crowd_tells_that_its_people_do_not_walk() -> None:
    assert [made(kind).people_walk for kind in KINDS] == [True, True, False]


def test_persons_are_counted_by_cell_space_and_state(crowd: Crowd) -> None:
    assert crowd.inside() == 4
    assert crowd.count_in([ROOM, HALL]) == 4
    assert crowd.counts()[0] == 3
    assert crowd.counts().sum() == 4
    assert crowd.tally() == {("waiting", ""): 4}
    assert [crowd.space_of(p) for p in range(4)] == crowd.spaces().tolist() == [ROOM, ROOM, ROOM, HALL]
    assert crowd.points().shape == (4, 2)
    assert np.isnan(crowd.out_s).all()
    assert np.isnan(crowd.settled_s).all()
    assert crowd.clear_since_s([HALL]) is None


def test_person_seconds_grow_with_the_clock(crowd: Crowd) -> None:
    crowd.advance_to(10.0)
    assert crowd.env.now == 10.0
    assert crowd.person_seconds()[0] == 30.0
    assert crowd.person_seconds().sum() == 40.0


def test_persons_in_a_locked_room_have_settled(crowd: Crowd) -> None:
    crowd.advance_to(2.0)
    crowd.lock_room(ROOM)
    assert crowd.settled_s[:3].tolist() == [2.0, 2.0, 2.0]
    assert crowd.state(0) == ("settled", "in a locked room")
    crowd.unlock_room(ROOM)
    assert crowd.state(0) == ("waiting", "")


def test_a_unit_walks_its_path_and_arrives(crowd: Crowd) -> None:
    unit = crowd.add_unit("u", HALL, (30.0, 1.5), **SPEEDS)
    told: list[tuple[int, float]] = []
    crowd.send(
        unit,
        UnitPath(
            [(0, 0)],
            ROOM,
            (6.0, 1.5),
            on_enter=lambda u, space: told.append((u, space)),
            on_arrive=lambda u: told.append((u, crowd.env.now)),
        ),
    )
    crowd.advance_to(60.0)
    assert told == [(unit, ROOM), (unit, pytest.approx(12.0))]
    assert crowd.unit_place(unit) == (ROOM, (6.0, 1.5))
    assert crowd.unit_counts().tolist() == [1, 0, 0, 0, 0]
    assert crowd.inside() == 4


def test_a_unit_stops_where_it_is_halted(crowd: Crowd) -> None:
    unit = crowd.add_unit("u", HALL, (30.0, 1.5), **SPEEDS)
    crowd.send(unit, UnitPath([(0, 0)], ROOM, (6.0, 1.5)), level_mps=1.0)
    crowd.env.timeout(5.0).callbacks.append(lambda _: crowd.halt(unit))
    crowd.advance_to(60.0)
    assert crowd.place_of(unit) == pytest.approx((25.0, 1.5))
    assert crowd.state(unit) == ("standing", "")


def test_a_unit_opens_only_the_locks_that_are_expected(crowd: Crowd) -> None:
    unit = crowd.add_unit("u", HALL, (30.0, 1.5), **SPEEDS)
    asked: list[tuple[int, int]] = []

    def lock_delay(way: int, side: int) -> float:
        asked.append((way, side))
        return 4.0

    crowd.send(unit, UnitPath([(0, 0)], ROOM, (6.0, 1.5), lock_delay=lock_delay, locks=[1]))
    crowd.advance_to(60.0)
    crowd.send(unit, UnitPath([(0, 1)], HALL, (12.0, 1.5), lock_delay=lock_delay))
    crowd.advance_to(120.0)
    assert asked == [(0, 1)]


def test_a_closed_way_holds_a_unit_until_it_reopens(crowd: Crowd) -> None:
    unit = crowd.add_unit("u", HALL, (30.0, 1.5), **SPEEDS)
    crowd.close(0)
    crowd.send(unit, UnitPath([(0, 0)], ROOM, (6.0, 1.5)))
    crowd.advance_to(60.0)
    assert crowd.space_of(unit) == HALL
    crowd.reopen(0)
    crowd.advance_to(120.0)
    assert crowd.space_of(unit) == ROOM


def test_a_path_that_does_not_lead_to_its_goal_is_refused(crowd: Crowd) -> None:
    unit = crowd.add_unit("u", HALL, (30.0, 1.5), **SPEEDS)
    with pytest.raises(SimulationError, match="the path of unit 'u' does not lead to its goal"):
        crowd.send(unit, UnitPath([], ROOM, (6.0, 1.5)))


def test_an_event_for_no_more_than_so_many_persons(crowd: Crowd) -> None:
    assert crowd.when([ROOM, HALL], at_most=4).triggered
    event = crowd.when([ROOM], at_most=0)
    assert not event.triggered
    crowd.evacuate()
    crowd.occupy([0, 4])
    crowd.advance_to(100.0)
    assert event.triggered


def test_orders_move_only_people_who_walk(crowd: Crowd) -> None:
    everybody = np.arange(4)
    crowd.to_own_room(everybody, [HALL] * 4)
    crowd.to_refuge(everybody, [HALL])
    crowd.to_lockable(everybody, open_rooms=[HALL])
    crowd.let_in(1, after_s=1.0)
    crowd.evacuate(everybody, away_from=ROOM)
    crowd.advance_to(200.0)
    assert crowd.inside() == (0 if crowd.people_walk else 4)
    assert np.isnan(crowd.out_s).any() != crowd.people_walk


def test_departures_are_told_in_order_of_time(crowd: Crowd) -> None:
    crowd.evacuate()
    crowd.advance_to(200.0)
    times_s, people = crowd.departures()
    assert people.tolist() == ([3, 0, 1, 2] if crowd.people_walk else [])
    assert crowd.out_s[people].tolist() == times_s.tolist() == sorted(times_s)


def test_unknown_routes_are_refused() -> None:
    with pytest.raises(ScenarioError, match="no routes called 'quickest'"):
        CrowdSettings("quickest")
