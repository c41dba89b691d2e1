"""Floors of any shape: true widths, necks, walks that cross chords, and plans turned, mirrored, moved, drawn otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crowd_worlds import World, box, door, people_at, plan_of
from depth import numbers_up_to
from drillsim.crowd.interface import UnitPath
from drillsim.crowd.laws import Laws, crossing_m, stair_factor, stair_k_mps
from random_floors import XY, plan_with, turned

ENGINES_OF = ("reference", "compiled")
ENGINES = pytest.mark.parametrize("engine", ENGINES_OF)
STEADY = Laws(speed="constant")


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


@numbers_up_to(5, 300)
def test_random_bays_and_niches_change_no_flow(count: int) -> None:
    for number in range(count):
        rng = np.random.default_rng(number)
        width, x = float(rng.uniform(1.4, 4.0)), 0.3
        bays: list[tuple[float, float, float]] = []
        while (x := x + float(rng.uniform(0.6, 9.0))) < 38:
            bays.append((x, x + float(rng.uniform(0.2, 3.0)), width + float(rng.uniform(0.2, 5.0))))
            x = bays[-1][1]
        top = [[[b, width], [b, high], [a, high], [a, width]] for a, b, high in reversed(bays)]
        polygon: list[list[float]] = [
            [0, 0],
            [42, 0],
            [42, width],
            *(corner for bay in top for corner in bay),
            [0, width],
        ]
        world = behind_a_hall(polygon, [[0, 0], [0, width]], [[42, 0], [42, width]])
        assert flow_ps(world) == pytest.approx(1.30 * (width - 0.40), rel=1e-3), number


@numbers_up_to(6, 300)
def test_a_column_matters_only_by_the_width_it_leaves(count: int) -> None:
    """Free in the corridor where a cut runs through it; at the wall as a neck, or else as the narrowest place for a cut."""
    for number in range(count):
        rng = np.random.default_rng(number)
        width, (wide, deep) = float(rng.uniform(2.6, 4.0)), rng.uniform(0.2, 0.99, 2).tolist()
        cut = 42 / 5 * int(rng.integers(1, 5))
        x, at_wall = cut + float(rng.uniform(-1.2, 0.2)), bool(rng.random() < 0.5)
        y = 0.0 if at_wall else float(rng.uniform(0.56, width - deep - 0.56))
        column = [[x, y], [x + wide, y], [x + wide, y + deep], [x, y + deep]]
        left_m = width - deep if at_wall or x < cut < x + wide else width
        is_neck = at_wall and left_m < 0.8 * width
        polygon = box(0, 0, 42, width)
        world = behind_a_hall(polygon, [[0, 0], [0, width]], [[42, 0], [42, width]], holes=[column])
        law_ps = min(1.30 * (width - 0.40), 1.30 * (left_m - (0.30 if is_neck else 0.40)))
        assert flow_ps(world) == pytest.approx(law_ps, rel=1e-3), number


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


@numbers_up_to(8, 300)
def test_a_random_neck_passes_what_an_opening_of_its_width_passes(count: int) -> None:
    """Two halls of one polygon and the same halls as two, with the opening at either end of the neck; last out within one rest."""
    for number in range(count):
        rng = np.random.default_rng(number)
        neck_m, wall_m, long, wide = (float(v) for v in rng.uniform((0.6, 0.05, 5, 4), (1.2, 1.0, 14, 12)))
        low, high = float(rng.uniform(-7, -4)), float(rng.uniform(4, 7))
        h, d, move = neck_m / 2, wall_m, turned(float(rng.uniform(0, 7)))
        west: list[XY] = [(0, high), (-long, high), (-long, low), (0, low)]
        east: list[XY] = [(d, low), (d + wide, low), (d + wide, high), (d, high)]
        seats = rng.uniform((-long + 0.2, low + 0.2), (-0.2, high - 0.2), (60, 2)).tolist()
        people = people_at([(0, *move((x, y))) for x, y in seats])
        people.level_mps[:] = rng.uniform(0.6, 1.9, 60)
        jambs: list[list[XY]] = [[(x, -h), (x, h)] for x in (0, d)]
        drawn: list[list[list[XY]]] = [
            [[*west, (0, -h), (d, -h), *east, (d, h), (0, h)]],
            [west, [(0, -h), (d, -h), *east, (d, h), (0, h)]],
            [[*west, (0, -h), (d, -h), (d, h), (0, h)], east],
        ]
        last = []
        for rings, jamb in zip(drawn, [None, *jambs], strict=True):
            spaces = [{"id": f"s{k}", "use": "gym", "polygon": [move(p) for p in ring]} for k, ring in enumerate(rings)]
            end = [move((d + wide, -3.9)), move((d + wide, 3.9))]
            gates = [door("x", f"s{len(rings) - 1}", "outside", 0, 0, line=end, width=7.8)]
            if jamb:
                line = [move(p) for p in jamb]
                gates.append(door("n", "s0", "s1", 0, 0, line=line, kind="opening", width=neck_m))
            last.append(emptied(World(plan_with(spaces, gates), people, engine=ENGINES_OF[number % 2])))
        rest_s = 1 / (1.30 * (neck_m - 0.30))
        assert min(abs(last[0] - last[1]), abs(last[0] - last[2])) <= rest_s + 1e-9, (number, last, rest_s)


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
