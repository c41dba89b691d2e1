"""Floors of any shape: true widths, necks, walks that cross chords, and plans turned, mirrored, moved, drawn otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations, pairwise
from typing import Any

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, seed
from hypothesis import strategies as st
from shapely import Polygon

from crowd_worlds import World, box, door, people_at, plan_of
from depth import plays_of
from drillsim.crowd.geometry.legs import Legs
from drillsim.crowd.interface import UnitPath
from drillsim.crowd.laws import Laws, crossing_m, stair_factor, stair_k_mps
from drillsim.crowd.population import Population
from drillsim.plan.model import FloorPlan

ENGINES = pytest.mark.parametrize("engine", ["reference", "compiled"])
XY = tuple[float, float]
STEADY = Laws(speed="constant")


def plan_with(spaces: Sequence[dict[str, Any]], openings: Sequence[dict[str, Any]]) -> FloorPlan:
    """A plan of spaces on one level, which may have holes."""
    made = [{"level": "L0"} | space for space in spaces]
    plan = {"drillsim_plan": 1, "name": "play", "units": "m", "levels": [{"id": "L0", "elevation": 0}], "spaces": made}
    return FloorPlan.model_validate(plan | {"openings": list(openings)}, context={"bare_lengths": True})


def flow_ps(world: World) -> float:
    """Persons per second out of the building, between the first and the last fifth."""
    world.crowd.evacuate()
    out = np.sort(world.run().out_s)
    early, late = len(out) // 5, len(out) - len(out) // 5
    return float((late - early) / (out[late - 1] - out[early - 1]))


def behind_a_hall(
    corridor: list[list[float]], exit_line: list[list[float]], gap: list[list[float]], end_m: float = 8.0, **more: Any
) -> World:
    """200 people in a hall, a wide gap, a corridor and a wide exit."""
    (x, low), (_, high) = gap
    hall = box(x, low - 10, x + 15, high)
    spaces = [
        {"id": "hall", "use": "gym", "polygon": hall},
        {"id": "cor", "polygon": corridor, "use": "corridor"} | more,
    ]
    gates = [
        door("gap", "hall", "cor", 0, 0, width=8.0, line=gap, kind="opening", wide_on_purpose=True),
        door("end", "cor", "outside", 0, 0, width=end_m, line=exit_line, wide_on_purpose=True),
    ]
    rng = np.random.default_rng(3)
    seats = [(0, float(a), float(b)) for a, b in rng.uniform((x + 1, low - 9), (x + 14, high - 1), (200, 2))]
    return World(plan_with(spaces, gates), people_at(seats), STEADY, engine="compiled")


# ----------------------------------------------------------------- true widths
STRAIGHT = box(0, 0, 42, 2.4)
COURT = [[2.4, 2.4], [39.6, 2.4], [39.6, 25.6], [2.4, 25.6]]
LAW_PS = 1.30 * (2.4 - 0.40)


def with_bays(depth: float) -> list[list[float]]:
    bays = [(5.0, 7.0), (15.5, 17.0), (25.0, 28.0), (36.0, 38.0)]
    top = [[[b, 2.4], [b, 2.4 + depth], [a, 2.4 + depth], [a, 2.4]] for a, b in reversed(bays)]
    return [[0, 0], [42, 0], [42, 2.4], *(corner for bay in top for corner in bay), [0, 2.4]]


@pytest.mark.parametrize("polygon", [STRAIGHT, with_bays(1.0), with_bays(5.0)])
def test_bays_let_through_what_the_corridor_lets_through(polygon: list[list[float]]) -> None:
    world = behind_a_hall(polygon, [[0, 0], [0, 2.4]], [[42, 0], [42, 2.4]])
    assert flow_ps(world) == pytest.approx(LAW_PS, rel=1e-3)


def test_one_arm_of_a_ring_lets_through_what_one_corridor_does() -> None:
    world = behind_a_hall(box(0, 0, 42, 28), [[0, 0], [0, 2.4]], [[42, 0], [42, 2.4]], holes=[COURT])
    assert flow_ps(world) == pytest.approx(LAW_PS, rel=1e-3)


def test_a_lobby_that_narrows_is_as_wide_as_where_one_crosses_it() -> None:
    wedge = [[30.0, 0.0], [0.0, 0.0], [0.0, 0.9], [30.0, 9.0]]
    world = behind_a_hall(wedge, [[6.5, 0.0], [9.5, 0.0]], [[30, 0], [30, 9]], use="lobby", end_m=3.0)
    assert flow_ps(world) == pytest.approx(1.30 * (3.0 - 0.30), rel=1e-2)  # its door limits, not the lobby


def necked(neck_m: float, depth_m: float = 2.0) -> list[list[float]]:
    """Two rooms of one polygon, joined by a passage between two blocks."""
    h, d = neck_m / 2, depth_m
    return [[-9, -6], [0, -6], [0, -h], [d, -h], [d, -6], [7, -6], [7, 6], [d, 6], [d, h], [0, h], [0, 6], [-9, 6]]


def emptied(world: World) -> float:
    world.crowd.evacuate()
    return float(world.run().out_s.max())


@ENGINES
@pytest.mark.parametrize("neck_m", [0.7, 0.9, 1.6])
def test_a_neck_passes_what_a_door_of_its_width_passes(engine: str, neck_m: float) -> None:
    rng = np.random.default_rng(8)
    seats = [(0, float(x), float(y)) for x, y in rng.uniform((-8.5, -5.5), (-0.5, 5.5), (60, 2))]
    end = door("x", "b", "outside", 7, 0, width=8.0, wide_on_purpose=True)
    one = World(plan_of([("b", "gym", necked(neck_m, 0.2))], [end]), people_at(seats), engine=engine)
    left = [[-9, -6], [0, -6], [0, 6], [-9, 6]]
    right = [
        [0, -neck_m / 2],
        [0.2, -neck_m / 2],
        [0.2, -6],
        [7, -6],
        [7, 6],
        [0.2, 6],
        [0.2, neck_m / 2],
        [0, neck_m / 2],
    ]
    way = door("way", "a", "b", 0, 0, width=neck_m, kind="opening")
    two = World(plan_of([("a", "gym", left), ("b", "gym", right)], [end, way]), people_at(seats), engine=engine)
    rest_s = 1 / (1.30 * (neck_m - 0.30))
    assert emptied(one) == pytest.approx(emptied(two), abs=rest_s)
    assert emptied(one) > 59 * rest_s


def test_a_corner_written_twice_stays_a_corner_to_walk_round() -> None:
    ell = [[0, 0], [12, 0], [12, 20], [10, 20], [10, 2], [10, 2], [0, 2]]
    gates = [door("w", "ell", "outside", 0, 1), door("n", "ell", "outside", 0, 0, line=[[10.5, 20], [11.5, 20]])]
    world = World(plan_of([("ell", "classroom", ell)], gates), people_at([]))
    assert world.network.space_dist[0][0, 1] == pytest.approx(np.hypot(10, 1) + np.hypot(1, 18), abs=1e-9)


# ------------------------------------------------------- own passes, and steps
@ENGINES
def test_a_unit_alone_never_waits_for_its_own_pass(engine: str) -> None:
    """The walk round a wall that ends just behind a chord crosses the chord twice within a moment."""
    hall = [[0, 0], [24, 0], [24, 3], [0, 3], [0, 1.55], [12.05, 1.55], [12.05, 1.45], [0, 1.45]]
    gates = [
        door("s", "hall", "outside", 0, 0, line=[[1, 0], [2, 0]]),
        door("n", "hall", "outside", 0, 0, line=[[1, 3], [2, 3]]),
    ]
    world = World(plan_of([("hall", "corridor", hall)], gates), people_at([]), engine=engine)
    arrived: list[float] = []
    unit = world.crowd.add_unit("one", 0, (1.5, 0.5), level_mps=2.5, stair_up_mps=1.0, stair_down_mps=1.0)
    metres = world.network.distance(0, (1.5, 0.5), (1.5, 2.5))
    world.crowd.send(unit, UnitPath([], 0, (1.5, 2.5), on_arrive=lambda _: arrived.append(world.env.now)))
    world.run()
    assert arrived == [pytest.approx(metres / 2.5, abs=1e-9)]
    assert world.cells.cells > 1


@ENGINES
def test_who_comes_back_passes_at_once_and_the_next_waits_from_then(engine: str) -> None:
    rooms = [("a", "gym", box(0, 0, 10, 10)), ("b", "gym", box(10, 0, 20, 10))]
    plan = plan_of(rooms, [door("m", "a", "b", 10, 5), door("x", "b", "outside", 20, 5)])
    world, seen = World(plan, people_at([(0, 8.9, 5.0)]), engine=engine), []
    unit = world.crowd.add_unit("one", 0, (9.0, 5.0), level_mps=1.0, stair_up_mps=1.0, stair_down_mps=1.0)

    def back(number: int, space: int) -> None:
        seen.append((world.env.now, space))
        if space == 1:
            world.crowd.send(number, UnitPath([(0, 0)], 0, (9.0, 5.0), on_enter=back))

    world.crowd.send(unit, UnitPath([(0, 1)], 1, (12.0, 5.0), on_enter=back))
    world.crowd.evacuate()
    world.run()
    rest_s = 1 / (1.30 * 0.70)
    assert [s for _, s in seen] == [1, 0]
    assert [t for t, _ in seen] == pytest.approx([1.0, 1.0])
    assert world.crowd.out_s[0] == pytest.approx(1.0 + rest_s + 10.0)


@pytest.mark.parametrize(("riser", "tread"), [(0.10, 0.45), (0.12, 0.45), (0.05, 1.0), (0.17, 0.28), (0.2, 0.2)])
def test_no_steps_are_faster_than_level_floor(riser: float, tread: float) -> None:
    k = stair_k_mps(riser, tread)
    assert 0 < k <= 1.40
    assert 0 < stair_factor(k, up=True) < stair_factor(k, up=False) <= 1.0


# ------------------------------------------------------------------- crossings
@pytest.mark.parametrize(
    ("p", "q", "done", "at"),
    [
        ((-1, 0), (3, 0), 0.0, 1.0),
        ((-1, 0), (3, 0), 1.0, 1.0),
        ((-1, 0), (3, 0), 2.0, -1.0),
        ((3, 0), (-1, 0), 0.0, -1.0),
        ((-1, 0), (0, 0), 0.0, -1.0),
        ((0, 0), (3, 0), 0.0, 0.0),
        ((-1, 1.5), (1, 1.5), 0.0, -1.0),
        ((-1, 1.0), (1, 1.0), 0.0, 1.0),
        ((0, -1), (0, 1), 0.0, -1.0),
        ((1, 1), (1, 1), 0.0, -1.0),
    ],
)
def test_a_stretch_leaves_through_a_chord_only_outward_and_between_its_ends(
    p: XY, q: XY, done: float, at: float
) -> None:
    length = float(np.hypot(q[0] - p[0], q[1] - p[1]))
    assert crossing_m(*p, *q, length, done, 0.0, 0.0, 1.0, 0.0, 1.0) == pytest.approx(at, abs=1e-12)


# -------------------------------------------------------------- random floors
Rings = tuple[list[XY], list[list[XY]]]
Gate = tuple[XY, XY]


def drawn_floor(rng: np.random.Generator) -> tuple[Rings, list[Gate]] | None:
    """A union of boxes, some of them long, with its courts, and two or three exits on its walls; None where it falls apart."""
    shape = Polygon(box(0, 0, *rng.uniform((8, 2), (40, 9))))
    for _ in range(int(rng.integers(1, 5))):
        x, y = rng.uniform(shape.bounds[:2], shape.bounds[2:])
        wide, high = rng.uniform(1.2, 4.0), rng.uniform(6.0, 30.0)
        if rng.random() < 0.5:
            wide, high = high, wide
        shape = shapely.union(shape, Polygon(box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)))  # type: ignore[assignment]
    if shape.geom_type != "Polygon" or any(Polygon(h).area < 1.0 for h in shape.interiors):
        return None
    ring = [(float(x), float(y)) for x, y in shape.exterior.coords[:-1]]
    holes = [[(float(x), float(y)) for x, y in h.coords[:-1]] for h in shape.interiors]
    walls = [(a, b) for a, b in pairwise([*ring, ring[0]]) if np.hypot(b[0] - a[0], b[1] - a[1]) > 1.5]
    if len(walls) < 3:
        return None
    gates = []
    for k in rng.choice(len(walls), 3, replace=False):
        a, b = np.array(walls[k][0]), np.array(walls[k][1])
        size = float(np.hypot(*(b - a)))
        middle, along = a + (b - a) * rng.uniform(0.6 / size, 1 - 0.6 / size), (b - a) / size * 0.5
        gates.append((tuple((middle - along).tolist()), tuple((middle + along).tolist())))
    return (ring, holes), gates


def floor_world(rings: Rings, gates: Sequence[Gate], people: Population, use: str, engine: str) -> World:
    space = {"id": "f", "use": use, "polygon": rings[0], "holes": rings[1]}
    openings = [door(f"e{k}", "f", "outside", 0, 0, line=[list(a), list(b)]) for k, (a, b) in enumerate(gates)]
    return World(plan_with([space], openings), people, engine=engine)


def spread(rng: np.random.Generator, rings: Rings, count: int) -> Population:
    """People at random points of a floor, each with a speed and a premovement of its own."""
    floor = Polygon(*rings)
    low, high = np.array(floor.bounds[:2]), np.array(floor.bounds[2:])
    inner = floor.buffer(-0.05)
    points = [p for p in rng.uniform(low, high, (4000, 2)).tolist() if inner.contains(shapely.Point(p))][:count]
    people = people_at([(0, x, y) for x, y in points])
    people.level_mps[:] = rng.uniform(0.6, 1.9, len(points))
    people.premovement_s[:] = rng.uniform(0.0, 5.0, len(points))
    return people


def seen_metres(floor: Any, a: XY, b: XY) -> float:
    """The shortest walk by a visibility graph over all corners: an independent computation."""
    corners = [tuple(c) for part in shapely.get_parts(floor) for c in shapely.get_coordinates(part).tolist()]
    points = [a, b, *dict.fromkeys(corners)]
    grown = floor.buffer(1e-7, join_style="mitre")
    graph: nx.Graph[int] = nx.Graph()
    pairs = list(combinations(range(len(points)), 2))
    lines = shapely.linestrings([[points[i], points[j]] for i, j in pairs])
    shapely.prepare(grown)
    for (i, j), seen, metres in zip(pairs, shapely.covers(grown, lines), shapely.length(lines), strict=True):
        if seen:
            graph.add_edge(i, j, weight=float(metres))
    try:
        return float(nx.dijkstra_path_length(graph, 0, 1))
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return float("inf")


@seed(51)
@plays_of(25)
@given(st.integers(0, 10**6), st.sampled_from(["corridor", "classroom"]))
def test_legs_are_the_walks_of_a_visibility_graph_and_go_from_cell_to_cell(number: int, use: str) -> None:
    found = drawn_floor(np.random.default_rng(number))
    if found is None:
        return
    world = floor_world(*found, people_at([]), use, "reference")
    cells, legs, floor = world.cells, world.cells.derived(Legs), world.network.floors[0].polygon
    for one, other in combinations(range(3), 2):
        a, b = (tuple(world.network.way_xy[w, 0].tolist()) for w in (one, other))
        metres = seen_metres(floor, a, b)
        if np.isinf(metres):
            continue
        leg = legs.leg(2 * one, other)
        assert sum(m for _, m, _ in leg) == pytest.approx(metres, abs=1e-6)
        assert (leg[0][0], leg[-1][0]) == (cells.way_cell[one][0], cells.way_cell[other][0])
        for (cell, _, d), (beyond, _, _) in pairwise(leg):
            assert (cells.near[d], cells.far[d]) == (cell, beyond)


def turned(angle: float) -> Callable[[XY], XY]:
    c, s = float(np.cos(angle)), float(np.sin(angle))
    return lambda p: (c * p[0] - s * p[1], s * p[0] + c * p[1])


CHANGES: dict[str, Callable[[XY], XY]] = {
    "turned": turned(0.7345), "turned by a right angle": turned(np.pi / 2), "mirrored": lambda p: (-p[0], p[1]),
    "moved": lambda p: (p[0] + 431_234.5, p[1] + 5_412_345.25), "as it is": lambda p: p,
}  # fmt: skip


def redrawn(ring: list[XY], rng: np.random.Generator) -> list[XY]:
    """The same ring with corners doubled and collinear, begun elsewhere, the other way round."""
    more: list[XY] = []
    for a, b in pairwise([*ring, ring[0]]):
        t = float(rng.uniform(0.2, 0.8))
        more += [a, a, (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))]
    return [*more[7:], *more[:7]][::-1]


@seed(52)
@plays_of(30)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["corridor", "lobby", "gym"]),
    st.sampled_from(sorted(CHANGES)),
    st.booleans(),
)
def test_a_plan_drawn_otherwise_empties_in_the_same_times(number: int, use: str, change: str, redraw: bool) -> None:
    rng = np.random.default_rng(number)
    found = drawn_floor(rng)
    if found is None:
        return
    (ring, holes), gates = found
    people, move = spread(rng, (ring, holes), 25), CHANGES[change]
    times = []
    for engine, f, again in (("reference", CHANGES["as it is"], False), ("compiled", move, redraw)):
        here = people_at([(0, *f((x, y))) for x, y in zip(people.x.tolist(), people.y.tolist(), strict=True)])
        here.level_mps[:], here.premovement_s[:] = people.level_mps, people.premovement_s
        rings = [redrawn(r, rng) if again else r for r in (ring, *holes)]
        moved = [[f(p) for p in r] for r in rings]
        world = floor_world((moved[0], moved[1:]), [(f(a), f(b)) for a, b in gates], here, use, engine)
        world.crowd.evacuate()
        times.append(world.run().out_s)
    assert times[1] == pytest.approx(times[0], abs=1e-6, nan_ok=True)


@seed(53)
@plays_of(15)
@given(st.integers(0, 10**6), st.sampled_from(["corridor", "gym"]))
def test_no_chord_passes_more_than_the_law_of_its_width(number: int, use: str) -> None:
    rng = np.random.default_rng(number)
    found = drawn_floor(rng)
    if found is None:
        return
    world = floor_world(*found, spread(rng, found[0], 60), use, "reference")
    world.crowd.evacuate()
    world.run()
    cells, log = world.cells, np.array([(t, b, p) for t, p, b, _ in world.crowd.log]).reshape(-1, 3)
    for number_, seam in enumerate(cells.seams, len(world.plan.openings)):
        layer = 0.30 if seam.is_neck else 0.40
        assert cells.capacity_ps[number_] == pytest.approx(1.30 * (seam.width_m - layer))
        times = log[log[:, 1] == number_, 0]
        for i in range(len(times)):
            passed = np.arange(1, len(times) - i + 1)
            assert (passed <= 2 + cells.capacity_ps[number_] * (times[i:] - times[i]) + 1e-6).all()
