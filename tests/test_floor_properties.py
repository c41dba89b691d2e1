"""Random floors: exact walks, the same times however a plan is drawn, and no chord that passes more than its width does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise, permutations
from math import inf, isfinite, pi
from typing import Any

import networkx as nx
import numpy as np
import pytest

from crowd_worlds import World, box, people_at
from depth import numbers_up_to
from drillsim.crowd.geometry.legs import Legs
from drillsim.crowd.laws import stair_factor, stair_k_mps
from random_floors import (
    XY,
    Drawn,
    Move,
    Random,
    drawn_floor,
    exit_at,
    floor_world,
    people_of,
    placed,
    plan_with,
    spots,
    turned,
    walks,
)

SAME_S = 1e-6
APART_S = 1000.0
"""People set off so long after one another, so that each is alone in the building."""
WAYS = 8
"""No walk in two storeys passes more ways."""
START, OUT = (-1, 0), (-2, 0)
ENGINES = ("reference", "compiled")
FOOT_M = 0.3048


def floors(count: int, begin: int = 0, gates: int = 3) -> Iterator[tuple[int, Random, Drawn]]:
    """Numbered random floors, each with the generator it was drawn by."""
    for number in range(begin, begin + count):
        rng = np.random.default_rng(number)
        drawn = drawn_floor(rng, gates)
        if drawn is not None:
            yield number, rng, drawn


# ----------------------------------------------------------------------- walks
@numbers_up_to(60, 2600)
def test_walks_from_door_to_door_are_those_of_a_visibility_graph(count: int) -> None:
    for number, rng, drawn in floors(count):
        use = str(rng.choice(["corridor", "classroom"]))
        world = floor_world(drawn, people_at([]), use, "reference")
        cells, legs = world.cells, world.cells.derived(Legs)
        metres = walks(drawn.polygon, [drawn.middle(k) for k in range(3)])
        for one, other in combinations(range(3), 2):
            assert isfinite(metres[one][other])
            assert world.network.space_dist[0][one, other] == pytest.approx(metres[one][other], abs=1e-6), number
            leg = legs.leg(2 * one, other)
            assert sum(m for _, m, _ in leg) == pytest.approx(metres[one][other], abs=1e-6), number
            assert (leg[0][0], leg[-1][0]) == (cells.way_cell[one][0], cells.way_cell[other][0]), number
            for (cell, _, d), (beyond, _, _) in pairwise(leg):
                assert (cells.near[d], cells.far[d]) == (cell, beyond), number


# ------------------------------------------------------------- drawn otherwise
def out_of(drawn: Drawn, people: Any, use: str, engine: str, unit: str = "m") -> Any:
    world = floor_world(drawn, people, use, engine, unit=unit)
    world.crowd.evacuate()
    return world.run().out_s


def as_it_is(p: XY) -> XY:
    return p


def changes(rng: Random) -> dict[str, Move]:
    turn = turned(float(rng.uniform(0, 2 * pi)))

    def all_at_once(p: XY) -> XY:
        x, y = turn(p)
        return x + 431_234.5, 5_412_345.25 - y

    return {
        "turned": turn,
        "mirrored": lambda p: (-p[0], p[1]),
        "moved": lambda p: (p[0] + 431_234.5, p[1] + 5_412_345.25),
        "all": all_at_once,
    }


@pytest.mark.parametrize("change", ["turned", "mirrored", "moved", "listed anew", "in feet", "all"])
@numbers_up_to(10, 250)
def test_a_plan_drawn_otherwise_empties_in_the_same_times(change: str, count: int) -> None:
    for number, rng, drawn in floors(count, begin=10_000):
        use = str(rng.choice(["corridor", "lobby", "gym"]))
        points = spots(rng, drawn.polygon, 25)
        people, first, second = people_of(rng, points), ENGINES[number % 2], ENGINES[1 - number % 2]
        move = changes(rng).get(change, as_it_is)
        other = drawn.moved(move)
        if change in ("listed anew", "all"):
            other = other.listed_anew(rng)
        unit = "ft" if change == "in feet" else "m"
        if unit == "ft":
            other = other.moved(lambda p: (p[0] / FOOT_M, p[1] / FOOT_M))
        times = out_of(other, placed(people, [move(p) for p in points]), use, second, unit)
        assert times == pytest.approx(out_of(drawn, people, use, first), abs=SAME_S, nan_ok=True), number


def test_equal_doors_are_equal_wherever_a_plan_lies() -> None:
    """In national coordinates one of three equal queues was longer by 1e-8 s, and people went where it was not."""
    square = Drawn([(0, 0), (9, 0), (9, 9), (0, 9)], [], [((1 + 2 * k, 0), (2 + 2 * k, 0)) for k in range(4)])
    for angle in np.linspace(0.1, 6.2, 25):
        turn = turned(float(angle))
        far = square.moved(turn).moved(lambda p: (p[0] + 431_234.5, p[1] + 5_412_345.25))
        assert len(set(floor_world(far, people_at([]), "gym", "reference").cells.capacity_ps)) == 1


# ------------------------------------------------------------------ flow
@numbers_up_to(15, 400)
def test_no_chord_passes_more_than_the_law_of_its_width(count: int) -> None:
    seams = 0
    for number, rng, drawn in floors(count, begin=20_000):
        use = str(rng.choice(["corridor", "gym"]))
        world = floor_world(drawn, people_of(rng, spots(rng, drawn.polygon, 60)), use, "reference")
        world.crowd.evacuate()
        world.run()
        for border, seam in enumerate(world.cells.seams, len(world.plan.openings)):
            seams += 1
            layer_m = 0.30 if seam.is_neck else 0.40
            law_ps = 1.30 * (seam.width_m - layer_m)
            assert world.cells.capacity_ps[border] == pytest.approx(law_ps), number
            passes = [(t, p) for t, p, b, _ in world.crowd.log if b == border]
            # who comes back at once has waited for nobody: own returns count apart
            times = np.array([t for k, (t, p) in enumerate(passes) if k == 0 or passes[k - 1][1] != p])
            twice = np.append(False, times[1:] == times[:-1])
            for i in range(len(times)):
                passed = np.arange(1, len(times) - i + 1)
                assert (passed <= 1 + twice[i:] + law_ps * (times[i:] - times[i]) + 1e-6).all(), number
    assert seams > count / 10


# --------------------------------------------------------------- alone in it
def two_storeys(rng: Random) -> tuple[list[Drawn], list[dict[str, Any]]] | None:
    """Two random floors and stairs or ramps between them: gates 0 and 1 of each floor lead to these, the others are exits."""
    lower, upper = drawn_floor(rng, 4), drawn_floor(rng, 3)
    if lower is None or upper is None:
        return None
    stairs = [
        {
            "id": f"t{k}",
            "lower": f"foot{k}",
            "upper": f"head{k}",
            "rise": 4,
            "width": 1.2,
            "length": float(rng.uniform(5, 14)),
            "riser": float(rng.uniform(0.14, 0.2)),
            "tread": float(rng.uniform(0.22, 0.35)),
        }
        for k in range(2)
    ]
    for k in range(2):
        if rng.random() < 0.3:
            long_m = float(rng.uniform(20, 60))
            stairs[k] = {key: stairs[k][key] for key in ("id", "lower", "upper", "width")} | {
                "length": long_m,
                "slope": "1:12",
            }
    return [lower, upper], stairs


def world_of(
    storeys: list[Drawn], stairs: list[dict[str, Any]], upper_exit: bool, people: Any, use: str, engine: str
) -> World:
    """All spaces are ways for everybody, so that the least time is the only reason to choose."""
    spaces: list[dict[str, Any]] = [
        {"id": f"f{n}", "level": f"L{n}", "use": use, "polygon": d.outline, "holes": d.holes, "through": True}
        for n, d in enumerate(storeys)
    ]
    openings = [exit_at(f"e{k}", "f0", storeys[0].gates[k]) for k in (2, 3)]
    if upper_exit:
        openings.append(exit_at("e-up", "f1", storeys[1].gates[2]))
    for n, end in enumerate(("foot", "head")):
        for k in range(2):
            x, y = storeys[n].middle(k)
            room = {"id": f"{end}{k}", "level": f"L{n}", "use": "stair", "polygon": box(x - 2, y - 2, x + 2, y + 2)}
            spaces.append(room)
            gate = exit_at(f"{end}-door{k}", f"f{n}", storeys[n].gates[k])
            openings.append(gate | {"kind": "stair_door", "spaces": [f"{end}{k}", f"f{n}"]})
    steps, ramps = [s for s in stairs if "slope" not in s], [s for s in stairs if "slope" in s]
    return World(plan_with(spaces, openings, stairs=steps, ramps=ramps), people, engine=engine)


def least_times(
    storeys: list[Drawn],
    stairs: list[dict[str, Any]],
    upper_exit: bool,
    start: tuple[int, XY],
    speeds: tuple[float, ...],
) -> tuple[float, float]:
    """The least time out by way of any spaces, and by ways that lead out without coming back (rule A10)."""
    level, up, down = speeds
    graph: nx.DiGraph[Any] = nx.DiGraph()
    for n, drawn in enumerate(storeys):
        points, names = [drawn.middle(k) for k in range(len(drawn.gates))], [(n, k) for k in range(len(drawn.gates))]
        if n == start[0]:
            points, names = [start[1], *points], [START, *names]
        metres = walks(drawn.polygon, points)
        for i, j in permutations(range(len(names)), 2):
            if names[j] != START and isfinite(metres[i][j]):
                graph.add_edge(names[i], names[j], weight=metres[i][j] / level)
    for k, flight in enumerate(stairs):
        up_mps = down_mps = level
        if "slope" not in flight:
            factors = [stair_factor(stair_k_mps(flight["riser"], flight["tread"]), up=way) for way in (True, False)]
            up_mps, down_mps = (v if isfinite(v) else level * f for v, f in zip((up, down), factors, strict=True))
        graph.add_edge((0, k), (1, k), weight=flight["length"] / up_mps)
        graph.add_edge((1, k), (0, k), weight=flight["length"] / down_mps)
    for gate in [(0, 2), (0, 3)] + [(1, 2)] * upper_exit:
        graph.add_edge(gate, OUT, weight=0.0)
    straight = inf
    for gate in list(graph[START]):
        beyond = OUT if gate[1] >= 2 else (1 - start[0], gate[1])
        if graph.has_edge(gate, beyond) and all(n != start[0] for n, _ in nx.dijkstra_path(graph, beyond, OUT)):
            walk = graph[START][gate]["weight"] + graph[gate][beyond]["weight"]
            straight = min(straight, walk + float(nx.dijkstra_path_length(graph, beyond, OUT)))
    return float(nx.dijkstra_path_length(graph, START, OUT)), straight


@numbers_up_to(12, 1000)
def test_who_is_alone_is_out_by_the_least_time_of_its_own_speeds(count: int) -> None:
    """Exact up to the millimetre that every way counts in a potential (rule A10), which can only decide between equals."""
    exact = tried = 0
    for number in range(30_000, 30_000 + count):
        rng = np.random.default_rng(number)
        building = two_storeys(rng)
        if building is None:
            continue
        storeys, stairs = building
        upper_exit, starts = bool(rng.random() < 0.3), []
        for n, drawn in enumerate(storeys):
            starts += [(n, xy) for xy in spots(rng, drawn.polygon, 4)]
        people = people_at([(n, *xy) for n, xy in starts])
        people.level_mps[:] = rng.uniform(0.6, 1.9, len(starts))
        for speeds in (people.stair_up_mps, people.stair_down_mps):
            speeds[:] = np.where(rng.random(len(starts)) < 0.5, rng.uniform(0.3, 0.9, len(starts)), np.nan)
        people.premovement_s[:] = APART_S * np.arange(len(starts))
        people = replace(
            people, group=np.arange(len(starts)), groups=tuple(f"g{i}" for i in range(len(starts)))
        )  # the potential goes by the stair speeds of the group
        use, engine = str(rng.choice(["corridor", "gym"])), ENGINES[number % 2]
        world = world_of(storeys, stairs, upper_exit, people, use, engine)
        world.crowd.evacuate()
        took_s = world.run(APART_S * len(starts)).out_s - people.premovement_s
        for i, start in enumerate(starts):
            speeds_of = (people.level_mps[i], people.stair_up_mps[i], people.stair_down_mps[i])
            anyhow, straight = least_times(storeys, stairs, upper_exit, start, tuple(map(float, speeds_of)))
            slack = WAYS * 0.001 / speeds_of[0]
            assert anyhow - 1e-9 <= took_s[i] <= straight + slack, (number, i)
            exact += abs(took_s[i] - straight) < 1e-9
            tried += 1
    assert exact >= 0.99 * tried
