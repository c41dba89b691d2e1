"""Which way people choose: rooms that are no way, flights that count, and least times with a judge of its own (rule A10)."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from crowd_worlds import World, box, door, people_at, plan_of
from depth import cases
from drillsim.crowd.laws import GATE_M, Laws, stair_factor, stair_k_mps

GATES = 12
"""Most ways that anybody passes in these towers."""
ENGINES = ["reference", "compiled"]


def across(id_: str, a: str, b: str, x: float, y: float, width: float = 1.0, **more: Any) -> dict[str, Any]:
    """A door whose midpoint is (x, y); the line runs along x."""
    return door(id_, a, b, x, y, width, **{"line": [[x - width / 2, y], [x + width / 2, y]], **more})


def with_an_office(**through: bool) -> ds.FloorPlan:
    """A class of 40 at the end of a hall; an office, with a door to the hall and one to the lobby, cuts the corner."""
    return plan_of(
        [
            ("class", "classroom", box(0, 3, 8, 11)), ("hall", "corridor", box(0, 0, 40, 3)),
            ("office", "office", box(10, -8, 16, 0)), ("lobby", "lobby", [[10, -12], [44, -12], [44, 3], [40, 3], [40, -8], [10, -8]]),
        ],
        [
            across("d-class", "class", "hall", 7, 3, 0.9), across("d-office", "office", "hall", 12, 0, 0.8),
            across("d-lobby", "office", "lobby", 12, -8, 0.8), door("hall-lobby", "hall", "lobby", 40, 1.5, 2.0),
            across("exit", "lobby", "outside", 14, -12, 1.8),
        ],
    )  # fmt: skip


def through(plan: ds.FloorPlan, **spaces: bool) -> ds.FloorPlan:
    """The plan with `through:` of some spaces."""
    changed = tuple(s.model_copy(update={"through": spaces[s.id]}) if s.id in spaces else s for s in plan.spaces)
    return plan.model_copy(update={"spaces": changed})


SEATS = [(0, 0.5 + 0.9 * (i % 8), 3.6 + 1.3 * (i // 8)) for i in range(40)]


def last_out(plan: ds.FloorPlan, engine: str, *closed: str, seats: Any = SEATS) -> float:
    world = World(plan, people_at(seats), engine=engine)
    for name in closed:
        world.crowd.close(world.cells.network.way_index(name))
    world.crowd.evacuate()
    return float(np.max(world.run(3600.0).out_s))


@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_is_led_through_a_room_that_is_no_way(engine: str) -> None:
    plan = with_an_office()
    usual, closed = (last_out(plan, engine, *names) for names in ((), ("d-office",)))
    assert usual == closed
    assert last_out(through(plan, office=True), engine) < usual


@pytest.mark.parametrize("engine", ENGINES)
def test_a_room_that_is_no_way_is_one_where_there_is_no_other(engine: str) -> None:
    plan = with_an_office()
    assert last_out(plan, engine, "hall-lobby") == last_out(through(plan, office=True), engine, "hall-lobby")


@pytest.mark.parametrize("engine", ENGINES)
def test_people_of_a_room_that_is_no_way_leave_it_by_their_nearest_door(engine: str) -> None:
    assert last_out(with_an_office(), engine, seats=[(2, 12.0, -7.0)]) == pytest.approx(1 + np.hypot(2, 4), abs=1e-9)


def on_a_slope(length_m: float = 12.0) -> ds.FloorPlan:
    """A landing with an exit on its own storey, 9 m off, and a stair down to an exit at its foot."""
    return plan_of(
        [
            ("room+", "classroom", box(-8, 0, 0, 4)), ("landing+", "stair", box(0, 0, 3, 4)), ("hall+", "corridor", box(3, 0, 9, 4)),
            ("foot", "stair", box(0, 0, 3, 4)),
        ],
        [
            door("d-room", "landing+", "room+", 0, 2, kind="stair_door"), door("d-hall", "landing+", "hall+", 3, 2),
            door("exit-up", "hall+", "outside", 9, 2), door("exit-down", "foot", "outside", 3, 2),
        ],
        stairs=[{"id": "stair", "lower": "foot", "upper": "landing+", "rise": 4, "width": 1.5, "length": length_m}],
    )  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("down", [np.nan, 0.6, 2.0])
@pytest.mark.parametrize("length_m", [5.0, 8.0, 12.0])
def test_the_flight_counts_with_the_speed_of_who_walks_it(engine: str, down: float, length_m: float) -> None:
    plan = on_a_slope(length_m)
    world = World(plan, people_at([(0, -4.0, 2.0)], down=down), engine=engine)
    world.crowd.evacuate()
    out_s = float(world.run(600.0).out_s[0])
    flight = plan.stairs[0]
    by_steps = stair_factor(stair_k_mps(flight.riser, flight.tread), up=False)
    own = by_steps if np.isnan(down) else down
    assert out_s == pytest.approx(4 + min(9, length_m / own), abs=1e-9)


@st.composite
def towers(draw: st.DrawFn) -> tuple[ds.FloorPlan, float, float, float]:
    """Three storeys of halls and stair rooms, with exits on any of them, and speeds."""
    spaces, openings, stairs = [], [], []
    for storey in range(3):
        up = "+" * storey
        y = 10.0
        spaces.append((f"hall{up}", "corridor", box(0, 0, 40, 3)))
        for k, x in enumerate((2.0, 20.0)):
            spaces.append((f"well{k}{up}", "stair", box(x, 3, x + 3, 6)))
            openings.append(across(f"s{k}{up}", f"well{k}{up}", f"hall{up}", x + 1.5, 3, kind="stair_door"))
            if storey:
                below = "+" * (storey - 1)
                stairs.append(
                    {"id": f"t{k}{up}", "lower": f"well{k}{below}", "upper": f"well{k}{up}", "rise": 4, "width": 1.2,
                     "length": draw(st.floats(5, 40)), "riser": draw(st.sampled_from([0.15, 0.178])),
                     "lower_opening": f"s{k}{below}", "upper_opening": f"s{k}{up}"}
                )  # fmt: skip
        if draw(st.booleans()):
            openings.append(door(f"e{up}", f"hall{up}", "outside", 40, 1.5))
        spaces.append((f"room{up}", draw(st.sampled_from(["classroom", "corridor"])), box(26, 3, 34, y)))
        openings += [
            across(f"a{up}", f"room{up}", f"hall{up}", 27, 3),
            across(f"b{up}", f"room{up}", f"hall{up}", 33, 3),
        ]
    openings.append(door("e", "hall", "outside", 0, 1.5) | {"id": "west"})
    level = draw(st.floats(0.5, 2.0))
    own = st.one_of(st.just(np.nan), st.floats(0.2, 2.0))
    return plan_of(spaces, openings, stairs=stairs), level, draw(own), draw(own)


def least_s(plan: ds.FloorPlan, space: str, xy: tuple[float, float], speeds: tuple[float, float, float]) -> float:
    """The least time out of an empty building, by networkx over (opening, space); floors are convex."""
    level, up, down = speeds
    graph: nx.DiGraph[Any] = nx.DiGraph()
    middles = {o.id: o.middle for o in plan.openings}
    for s in plan.spaces:
        here = [o for o in plan.openings if s.id in o.spaces]
        for a in here:
            if s.id == space:
                graph.add_edge("start", (a.id, s.id), weight=float(np.hypot(*np.subtract(xy, a.middle))) / level)
            for b in here:
                graph.add_edge(
                    (a.id, s.id), (b.id, s.id), weight=float(np.hypot(*np.subtract(a.middle, b.middle))) / level
                )
    for o in plan.openings:
        for near, far in (o.spaces, o.spaces[::-1]):
            graph.add_edge((o.id, near), "out" if far == "outside" else (o.id, far), weight=0.0)
    for t in plan.stairs:
        lower, upper = (t.lower_opening, t.lower), (t.upper_opening, t.upper)
        assert {lower[0], upper[0]} <= middles.keys()
        k = stair_k_mps(t.riser, t.tread)
        factors = [stair_factor(k, up=False) * level, stair_factor(k, up=True) * level]
        own_down, own_up = (f if np.isnan(o) else o for o, f in zip((down, up), factors, strict=True))
        graph.add_edge(upper, lower, weight=t.length / own_down)
        graph.add_edge(lower, upper, weight=t.length / own_up)
    return float(nx.dijkstra_path_length(graph, "start", "out"))


@settings(max_examples=cases(40), deadline=None)
@given(towers(), st.integers(0, 2), st.floats(26.5, 33.5), st.floats(3.5, 9.5))
def test_alone_in_the_building_everybody_is_out_by_the_least_time(
    tower: tuple[ds.FloorPlan, float, float, float], storey: int, x: float, y: float
) -> None:
    plan, level, up, down = tower
    id_ = "room" + "+" * storey
    best = least_s(plan, id_, (x, y), (level, up, down))
    for engine in ENGINES:
        seats = people_at([(plan.space_index[id_], x, y)], speed=level, up=up, down=down)
        world = World(plan, seats, Laws(speed="constant"), engine=engine)
        world.crowd.evacuate()
        out_s = float(world.run(3600.0).out_s[0])
        assert (
            best - 1e-9 <= out_s <= best + GATES * GATE_M / level + 1e-9
        )  # a gate counts 1 mm, so ties may go either way
