"""The compiled crowd means what the reference means: the same times for everybody, over random buildings, orders and units."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crowd_worlds import World, box, door, people_at, plan_of
from depth import cases
from drillsim.crowd.laws import Laws

CASES = settings(max_examples=cases(60), deadline=None, suppress_health_check=list(HealthCheck))
SAME_S = 1e-9
HORSESHOE = [[0, 0], [24, 0], [24, 10], [0, 10], [0, 7.5], [21, 7.5], [21, 2.5], [0, 2.5]]
U_ROOM = [[0, 0], [6, 0], [6, 4], [4, 4], [4, 2], [2, 2], [2, 4], [0, 4]]
LAWS = [
    Laws(), Laws(door="lab"), Laws(door="imo", speed="weidmann"), Laws(speed="constant", density_max_pm2=1.0),
    Laws(door="sfpe-guide", patience_s=0.0), Laws(flow_psm=0.8, boundary_m=0.1),
]  # fmt: skip


def across(id_: str, a: str, b: str, x: float, y: float, width: float, **more: Any) -> dict[str, Any]:
    return door(id_, a, b, x, y, width, line=[[x - width / 2, y], [x + width / 2, y]], **more)


@st.composite
def buildings(draw: st.DrawFn) -> Any:
    """One or two storeys: a hall, straight or bent, with rooms around, doors of several kinds, exits and a stair."""
    bent, upper = draw(st.booleans()), draw(st.booleans())
    width = st.sampled_from([0.6, 0.9, 1.2, 2.0])
    deep = draw(st.sampled_from([1.0, 3.0, 6.0]))
    one_way = st.sampled_from([None, None, None, "in", "out"])
    spaces: list[Any] = [("hall", "corridor", HORSESHOE if bent else box(0, 0, 24, 2.5))]
    openings = [across(f"d{i}", f"r{i}", "hall", 3 + 6 * i, 0, draw(width), one_way=draw(one_way)) for i in range(4)]
    spaces += [(f"r{i}", draw(st.sampled_from(["classroom", "corridor"])), box(6 * i, -deep, 6 * i + 6, 0)) for i in range(4)]
    if draw(st.booleans()):
        openings.append(door("r01", "r0", "r1", 6, -deep / 2, 0.8))
    if draw(st.booleans()):
        openings.append(across("x0", "r0", "outside", 3, -deep, draw(width)))
    if bent:
        spaces.append(("mid", "gym", box(0, 2.5, 21, 7.5)))
        openings += [across("m1", "mid", "hall", 5, 2.5, draw(width)), across("m2", "mid", "hall", 15, 7.5, draw(width))]
        openings.append(door("e2", "hall", "outside", 0, 8.7, draw(width)))
    else:
        spaces.append(("u", "library", [[x + 9, y + 2.5] for x, y in U_ROOM]))
        openings += [across("u1", "u", "hall", 10, 2.5, 0.9), across("u2", "u", "outside", 10, 6.5, 0.9)]
    if draw(st.booleans()) or not bent:
        openings.append(door("e1", "hall", "outside", 0, 1.2, draw(width), one_way=draw(one_way)))
    if draw(st.booleans()):
        spaces.append(("yard", "outdoors", box(24, -20, 60, 20)))
        openings.append(door("ey", "hall", "yard", 24, 1.2, draw(width)))
    more: dict[str, Any] = {}
    if upper:
        spaces += [("foot", "stair", box(-6, 0, 0, 0.9)), ("head+", "stair", box(-6, 0, 0, 0.9)), ("up+", "classroom", box(-6, 0.9, 0, 6))]
        openings += [door("f", "foot", "hall", 0, 0.5, 0.9), across("h", "head+", "up+", -3, 0.9, 0.9)]
        more = {"stairs": [{"id": "t", "lower": "foot", "upper": "head+", "rise": 4, "width": 1.2, "length": 9,
                            "lower_opening": "f", "upper_opening": "h"}]}  # fmt: skip
    openings = [{k: v for k, v in o.items() if v is not None} for o in openings]
    return plan_of(spaces, openings, **more)


@st.composite
def plays(draw: st.DrawFn) -> Any:
    """A building, who is in it and how they walk, and a script of orders, changes and units."""
    plan = draw(buildings())
    boxes = {"hall": (0, 0, 24, 2.5), "mid": (0, 2.5, 21, 7.5), "u": (9, 2.5, 11, 6.5), "yard": (25, -9, 50, 9),
             "foot": (-6, 0, 0, 0.9), "head+": (-6, 0, 0, 0.9), "up+": (-6, 0.9, 0, 6)}  # fmt: skip
    index = {s.id: i for i, s in enumerate(plan.spaces)}
    unit_share = st.floats(0.01, 0.99)

    def spot(space: int) -> tuple[float, float]:
        low_x, low_y, high_x, high_y = boxes.get(plan.spaces[space].id) or _bounds(plan.spaces[space].polygon)
        return (low_x + (high_x - low_x) * draw(unit_share), low_y + (high_y - low_y) * draw(unit_share))

    people = []
    for _ in range(draw(st.integers(0, 6))):
        space = draw(st.integers(0, len(plan.spaces) - 1))
        places = max(1, int(_area(plan.spaces[space].polygon)))
        people += [(space, *spot(space)) for _ in range(draw(st.integers(1, min(12, places))))]
    speeds = [draw(st.sampled_from([0.61, 1.19, 1.34, 1.9])) for _ in people]
    before = [draw(st.sampled_from([0.0, 0.0, 3.0, 7.5])) for _ in people]
    late = [draw(st.sampled_from([np.nan, np.nan, np.nan, 2.0, 9.25])) for _ in people]
    ways = len(plan.openings) + len(plan.stairs)
    at = st.sampled_from([0.0, 1.0, 2.5, 4.0, 7.5, 11.0, 16.0, 23.0, 40.0])
    rooms = st.lists(st.integers(0, len(plan.spaces) - 1), min_size=1, max_size=4)
    whom = st.sampled_from([slice(None), slice(0, None, 2), slice(1, None, 3)])
    script: list[Any] = []
    for _ in range(draw(st.integers(1, 9))):
        act = draw(st.sampled_from(["evacuate", "rooms", "refuge", "own", "away", "close", "close", "reopen", "lock", "unlock", "let_in"]))
        what: Any = draw(rooms) if act in ("rooms", "refuge", "own") else draw(st.integers(0, ways - 1))
        script.append((draw(at), act, what, draw(whom), draw(st.sampled_from([0.0, 0.0, 1.5]))))
    units = []
    for k in range(draw(st.integers(0, 2))):
        space = draw(st.integers(-1, len(plan.spaces) - 1))
        sends = [(draw(at), draw(st.integers(0, len(plan.spaces) - 1))) for _ in range(draw(st.integers(1, 3)))]
        units.append((space, (30.0, 1.0) if space < 0 else spot(space), sends, draw(st.sampled_from([0.0, 0.0, 2.0])), k))
    routes = draw(st.sampled_from(["least-time", "least-time", "shortest", "assigned"]))
    exits = [i for i, o in enumerate(plan.openings) if "outside" in o.spaces]
    assigned = {i: draw(st.sampled_from(exits)) for i in index.values()} if routes == "assigned" and exits else None
    law = draw(st.sampled_from(LAWS))
    looks = sorted(draw(st.lists(st.floats(0, 60), max_size=4)))

    def make(engine: str) -> tuple[World, list[Any]]:
        crowd = people_at(people)
        values = {**crowd.__dict__, "level_mps": np.array(speeds), "premovement_s": np.array(before), "arrives_s": np.array(late)}
        options = {"routes": routes if assigned or routes != "assigned" else "least-time", "assigned": assigned}
        world = World(plan, type(crowd)(**values), law, options, engine)
        told: list[Any] = []
        for time_s, *order in script:
            world.at(time_s, lambda order=order: give(world, *order))
        for space, xy, sends, lock_s, k in units:
            number = world.crowd.add_unit(f"u{k}", space, xy, level_mps=2.0, stair_up_mps=0.9, stair_down_mps=np.nan)
            for time_s, goal in sends:
                world.at(time_s, lambda n=number, g=goal, s=lock_s: send(world, n, g, s, told))
        return world, told

    return make, looks


def _bounds(polygon: Any) -> tuple[float, float, float, float]:
    xs, ys = zip(*polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _area(polygon: Any) -> float:
    low_x, low_y, high_x, high_y = _bounds(polygon)
    return (high_x - low_x) * (high_y - low_y)


def give(world: World, act: str, what: Any, whom: slice, delay_s: float) -> None:
    crowd, people = world.crowd, np.arange(len(world.people))[whom]
    if act == "evacuate":
        crowd.evacuate(people, delay_s=delay_s)
    elif act == "away":
        crowd.evacuate(people, away_from=what % len(world.plan.spaces))
    elif act == "rooms":
        crowd.to_lockable(people, open_rooms=what, delay_s=delay_s)
    elif act == "refuge":
        crowd.to_refuge(people, what, delay_s=delay_s)
    elif act == "own":
        crowd.to_own_room(people, [what[p % len(what)] for p in range(len(people))], delay_s=delay_s)
    elif act == "let_in":
        crowd.let_in(what % len(world.plan.openings), after_s=5.0)
    elif act in ("lock", "unlock"):
        getattr(crowd, f"{act}_room")(what % len(world.plan.spaces))
    else:
        getattr(crowd, act)(what)


def send(world: World, number: int, goal: int, lock_s: float, told: list[Any]) -> None:
    """Send a unit on the least way to the middle of a space, if there is one."""
    from drillsim.plan.routes import Routes

    here, at = world.crowd.unit_place(number)
    point = world.network.representative_point(goal)
    routes = Routes(world.network)
    if here < 0:
        path = next((p for w in world.network.exits if (p := routes.path_through(w, int(world.network.inner_sides[w]), goal, point))), None)
    else:
        path = routes.path(here, at, goal, point)
    if path is not None:
        world.crowd.send(
            number, path.ways, goal, point, lock_delay=(lambda way, side: lock_s if way % 2 else 0.0) if lock_s else None,
            on_enter=lambda p, s: told.append((world.env.now, p, "enters", s)),
            on_arrive=lambda p: told.append((world.env.now, p, "arrives", goal)),
        )  # fmt: skip


def seen(world: World) -> Any:
    crowd, count = world.crowd, len(world.people)
    words = [(crowd.state(p), crowd.space_of(p)) for p in range(count)]
    return words, crowd.counts().tolist(), crowd.unit_counts().tolist(), crowd.tally(), crowd.inside()


def numbers(world: World) -> Any:
    crowd, count = world.crowd, len(world.people)
    places = np.array([crowd.place_of(p) for p in range(count)]).reshape(-1)
    return np.concatenate([crowd.out_s, crowd.settled_s, crowd.person_seconds(), places])


@CASES
@given(plays())
def test_both_engines_give_everybody_the_same_times(play):
    make, looks = play
    (first, told), (second, heard) = make("reference"), make("compiled")
    for time_s in (*looks, 300.0, 3_000.0):
        first.run(time_s)
        second.run(time_s)
        assert seen(second) == seen(first), f"at {time_s} s"
        np.testing.assert_allclose(numbers(second), numbers(first), rtol=0, atol=SAME_S, err_msg=f"at {time_s} s")
    assert [line[1:] for line in heard] == [line[1:] for line in told]
    np.testing.assert_allclose([line[0] for line in heard], [line[0] for line in told], rtol=0, atol=SAME_S)


@CASES
@given(plays())
def test_looking_at_the_compiled_crowd_changes_nothing(play):
    make, _ = play
    (plain, told), (looked, heard) = make("compiled"), make("compiled")
    for time_s in np.linspace(0.0, 60.0, 200):
        looked.run(float(time_s))
        seen(looked), numbers(looked)
    plain.run(500.0), looked.run(500.0)
    assert seen(looked) == seen(plain)
    assert heard == told
    assert np.array_equal(looked.crowd.out_s, plain.crowd.out_s, equal_nan=True)
    assert np.array_equal(looked.crowd.settled_s, plain.crowd.settled_s, equal_nan=True)
