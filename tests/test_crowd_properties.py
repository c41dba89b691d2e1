"""Random small buildings, crowds and closings: nobody is lost, no border exceeds its law, observation changes nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crowd_worlds import World, box, door, people_at, plan_of
from depth import cases

SMALL = settings(max_examples=cases(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
TINY = st.sampled_from([1.2, 3.0, 8.0])


@st.composite
def worlds(draw: st.DrawFn) -> Callable[..., World]:
    """A row of rooms and corridors joined by doors, some with an exit, each with people and perhaps closings."""
    count = draw(st.integers(1, 4))
    x, spaces, doors = 0.0, [], []
    people = []
    for i in range(count):
        width = draw(st.sampled_from([1.0, 6.0, 24.0]))
        use = draw(st.sampled_from(["corridor", "classroom"]))
        depth = draw(TINY)
        spaces.append((f"s{i}", use, box(x, 0, x + width, depth)))
        if i:
            one_way = draw(st.sampled_from([None, None, None, {"to": f"s{i}"}, {"to": f"s{i - 1}"}]))
            doors.append(door(f"d{i}", f"s{i - 1}", f"s{i}", x, 0.5, width=0.9, one_way=one_way))
        if draw(st.booleans()) or i == count - 1:
            at = x + width * draw(st.sampled_from([0.25, 0.5]))
            doors.append(door(f"e{i}", f"s{i}", "outside", at, 0, width=0.9, line=[[at - 0.45, 0], [at + 0.45, 0]]))
        places = max(1, int(2.7 * width * depth))
        for _ in range(draw(st.integers(0, min(places, 12)))):
            people.append((i, x + width * draw(st.floats(0, 1)), depth * draw(st.floats(0, 1))))
        x += width
    doors = [{k: v for k, v in d.items() if v is not None} for d in doors]
    ways = st.integers(0, len(doors) - 1)
    changes = draw(st.lists(st.tuples(st.floats(0, 40), ways, st.sampled_from(["close", "reopen"])), max_size=5))
    locks = draw(st.lists(st.tuples(st.floats(0, 40), st.integers(0, count - 1)), max_size=2))
    goal = draw(st.sampled_from(["out", "out", "rooms", "assigned"]))
    exits = [i for i, d in enumerate(doors) if d["kind"] == "exit"]
    assigned = {i: draw(st.sampled_from(exits)) for i in range(count)} if goal == "assigned" else {}
    speed = draw(st.sampled_from([0.6, 1.3]))

    def make(**more: Any) -> World:
        world = World(plan_of(spaces, doors), people_at(people, speed=speed), options={"assigned": assigned}, **more)
        if goal == "rooms":
            rooms = [i for i, s in enumerate(world.plan.spaces) if s.use == "classroom"]
            world.crowd.to_lockable(np.arange(len(people)), open_rooms=rooms)
            for at, space in locks:
                world.at(at, lambda space=space: world.crowd.lock_room(space))
        else:
            world.crowd.evacuate()
        for at, way, act in changes:
            world.at(at, lambda way=way, act=act: getattr(world.crowd, act)(way))
        return world

    return make


def ends(world: World) -> list[tuple[Any, ...]]:
    crowd = world.crowd
    return [(crowd.state(p), crowd.space_of(p), crowd.place_of(p)) for p in range(len(world.people))]


@SMALL
@given(worlds())
def test_nobody_is_ever_lost(make: Callable[[], World]) -> None:
    world = make()
    total = len(world.people)
    for time in (0.0, 1.0, 7.0, 23.0, 41.0, 1000.0):
        world.run(time)
        crowd = world.crowd
        assert crowd.counts().sum() == total == sum(crowd.tally().values())
        assert (crowd.counts()[:-1] >= 0).all()
        spaces = [crowd.space_of(p) for p in range(total)]
        assert [crowd.count_in([s]) for s in range(len(world.plan.spaces))] == [
            spaces.count(s) for s in range(len(world.plan.spaces))
        ]


@SMALL
@given(worlds())
def test_nobody_walks_for_ever_and_who_stays_has_a_reason(make: Callable[[], World]) -> None:
    world = make()
    world.run(20_000.0)
    words = {key for key in world.crowd.tally() if key[0] not in ("out", "settled")}
    assert words <= {("stranded", "no way"), ("stranded", "behind a full space")}


@SMALL
@given(worlds())
def test_no_cell_holds_more_than_its_places_unless_it_did_from_the_start(make: Callable[[], World]) -> None:
    world = make()
    first = world.crowd.counts()
    for time in (1.0, 5.0, 20.0, 60.0):
        world.run(time)
        assert (world.crowd.counts() <= np.maximum(first, np.array(world.cells.places))).all()


@SMALL
@given(worlds())
def test_no_border_lets_more_pass_than_one_and_its_capacity(make: Callable[[], World]) -> None:
    world = make()
    world.run(20_000.0)
    for border in range(world.cells.borders):
        passes = [(t, p) for t, p, b, _ in world.crowd.log if b == border]
        after = [p for _, p in passes[1:]] + [-1]
        times = np.array([t for (t, p), q in zip(passes, after, strict=False) if p != q])  # own returns apart (A5)
        allowed = world.cells.capacity_ps[border]
        twice = np.append(False, times[1:] == times[:-1])  # a window that ends with two at once holds one more
        for i in range(len(times)):
            passed = np.arange(1, len(times) - i + 1)
            assert (passed <= 1 + twice[i:] + allowed * (times[i:] - times[i]) + 1e-6).all()


@SMALL
@given(worlds(), st.lists(st.floats(0, 60), max_size=6))
def test_looking_at_the_crowd_changes_nothing(make: Callable[[], World], times: list[float]) -> None:
    plain, looked = make(), make()
    plain.run(300.0)
    for time in sorted(times):
        looked.run(time)
        looked.crowd.person_seconds(), looked.crowd.tally(), looked.crowd.out_s, looked.crowd.legs(), ends(looked)
    looked.run(300.0)
    assert looked.crowd.log == plain.crowd.log
    assert looked.crowd.person_seconds().tolist() == plain.crowd.person_seconds().tolist()


@SMALL
@given(worlds())
def test_a_repeated_run_is_the_same_run(make: Callable[[], World]) -> None:
    first, second = make(), make()
    first.run(300.0)
    second.run(300.0)
    assert (first.crowd.log, ends(first)) == (second.crowd.log, ends(second))


@SMALL
@given(worlds())
def test_person_seconds_are_persons_times_seconds(make: Callable[[], World]) -> None:
    world = make()
    world.run(77.0)
    assert world.crowd.person_seconds().sum() == pytest.approx(77.0 * len(world.people))


@SMALL
@given(worlds())
def test_recording_walks_changes_nothing(make: Callable[..., World]) -> None:
    plain, recorded = make(), make(record_legs=True)
    plain.run(300.0)
    recorded.run(300.0)
    assert recorded.crowd.log == plain.crowd.log
    for leg in recorded.crowd.legs():
        assert list(leg.times_s) == sorted(leg.times_s)


def two_storeys(people: list[tuple[int, float, float]], **options: Any) -> World:
    """A horseshoe hall with three rooms and two exits; above it a room and a landing at the head of a stair."""
    horseshoe = [[0, 0], [22, 0], [22, 10], [0, 10], [0, 8], [20, 8], [20, 2], [0, 2]]

    def across(id_: str, a: str, b: str, x: float, y: float) -> dict[str, Any]:
        return door(id_, a, b, x, y, line=[[x - 0.5, y], [x + 0.5, y]])

    stair = {"id": "t", "lower": "foot", "upper": "head+", "rise": 4, "width": 1.2, "length": 9,
             "lower_opening": "f", "upper_opening": "h"}  # fmt: skip
    plan = plan_of(
        [("hall", "corridor", horseshoe), ("a", "classroom", box(0, 2, 8, 8)), ("b", "classroom", box(8, 2, 20, 8)),
         ("foot", "stair", box(22, 0, 26, 3)), ("head+", "stair", box(22, 0, 26, 3)), ("c+", "gym", box(26, 0, 40, 9))],
        [across("a1", "a", "hall", 4, 2), across("a2", "a", "hall", 4, 8), across("b1", "b", "hall", 15, 8),
         door("f", "foot", "hall", 22, 1.5), door("h", "head+", "c+", 26, 1.5), door("e1", "hall", "outside", 0, 1),
         door("e2", "hall", "outside", 0, 9), door("ab", "a", "b", 8, 5)],
        stairs=[stair],
    )  # fmt: skip
    return World(plan, people_at(people, speed=1.2), **options)


HALL_SPOTS = st.tuples(st.just(0), st.floats(0, 22), st.floats(0, 2))
SPOTS = st.one_of(
    HALL_SPOTS,
    st.tuples(st.just(1), st.floats(0, 8), st.floats(2, 8)),
    st.tuples(st.just(2), st.floats(8, 20), st.floats(2, 8)),
    st.tuples(st.just(5), st.floats(26, 40), st.floats(0, 9)),
)
CHANGES = st.lists(st.tuples(st.floats(0, 60), st.integers(0, 8), st.sampled_from(["close", "reopen"])), max_size=8)


def change(world: World, changes: list[tuple[float, int, str]]) -> None:
    for at, way, act in changes:
        world.at(at, lambda way=way, act=act: getattr(world.crowd, act)(way))


@SMALL
@given(st.lists(SPOTS, min_size=1, max_size=40), CHANGES)
def test_walks_over_two_storeys_and_around_corners_end(
    people: list[tuple[int, float, float]], changes: list[tuple[float, int, str]]
) -> None:
    world = two_storeys(people)
    world.crowd.evacuate()
    change(world, changes)
    world.run(20_000.0)
    assert {key[0] for key in world.crowd.tally()} <= {"out", "stranded"}


@SMALL
@given(st.lists(SPOTS, min_size=1, max_size=25), CHANGES)
def test_nobody_is_seen_to_move_quicker_than_it_walks(
    people: list[tuple[int, float, float]], changes: list[tuple[float, int, str]]
) -> None:
    world = two_storeys(people, record_legs=True)
    world.crowd.evacuate()
    change(world, changes)
    world.run(2_000.0)
    for leg in world.crowd.legs():
        seconds = np.diff(leg.times_s)
        metres = np.hypot(np.diff(leg.x_m), np.diff(leg.y_m))
        assert (metres <= 1.2 * seconds + 1e-6).all()


@SMALL
@given(st.lists(SPOTS, min_size=1, max_size=25), CHANGES)
def test_everybody_stays_on_the_floor_of_its_space(
    people: list[tuple[int, float, float]], changes: list[tuple[float, int, str]]
) -> None:
    world = two_storeys(people)
    world.crowd.evacuate()
    change(world, changes)
    floors = [shapely.Polygon(s.polygon).buffer(1e-6) for s in world.plan.spaces]
    for time in (3.0, 11.0, 37.0, 61.0):
        world.run(time)
        for p in range(len(people)):
            space = world.crowd.space_of(p)
            assert space < 0 or floors[space].covers(shapely.Point(world.crowd.place_of(p)))
