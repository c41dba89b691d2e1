"""Drills that share a plan between threads, or take turns on it, give the rows that each gives alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest
import simpy

import drillsim as ds
from crowd_worlds import people_at
from drillsim.crowd.compiled.crowd import CompiledCrowd
from drillsim.crowd.compiled.plan import CompiledPlan
from drillsim.crowd.geometry.cells import Cells, build_cells
from drillsim.crowd.laws import BY_STEPS, Laws
from drillsim.plan.geodesic import Floor
from drillsim.plan.network import build
from shipped import ROOT

SECONDARY = ROOT / "floorplans" / "doe_secondary.yaml"
SWITCH_S = 1e-5


@pytest.fixture
def fast_switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    yield
    sys.setswitchinterval(before)


def evacuated(cells: Cells) -> CompiledCrowd:
    """A crowd on the secondary school with one person in the middle of each space, on the way out."""
    network = cells.network
    places = [(s, *network.representative_point(s)) for s in range(len(network.floors))]
    crowd = CompiledCrowd(simpy.Environment(), cells, people_at(places))
    crowd.evacuate()
    return crowd


def cells_of_the_school() -> Cells:
    return build_cells(build(ds.read_plan(SECONDARY)), Laws())


def end_of(crowd: CompiledCrowd) -> list[float]:
    crowd.advance_to(600.0)
    times: list[float] = crowd.out_s.tolist()
    return times


def test_a_crowd_made_before_another_is_played_plays_as_alone() -> None:
    alone = end_of(evacuated(cells_of_the_school()))
    cells = cells_of_the_school()
    first, second = evacuated(cells), evacuated(cells)
    assert end_of(second) == alone
    assert end_of(first) == alone


def test_arrays_shared_between_drills_cannot_be_written_to() -> None:
    plan = cells_of_the_school().derived(CompiledPlan)
    arrays = [a for a in plan.static if isinstance(a, np.ndarray)]
    arrays += [plan.start, *plan.way_out(BY_STEPS), *plan.components, plan.outdoors]
    assert len(arrays) == 23
    assert not any(array.flags.writeable for array in arrays)


def test_drills_of_one_plan_in_threads_equal_drills_one_by_one(fast_switching: None) -> None:
    scenario = ds.read_scenario(ROOT / "scenarios" / "evacuation.yaml")
    mixes = ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")
    keys = list(product(mixes, range(2)))

    def rows(plan: ds.FloorPlan, mix: str, replication: int) -> str:
        return repr(ds.simulate(scenario, plan, mixes[mix], seed=1, replication=replication).rows)

    shared, own = ds.read_plan(SECONDARY), ds.read_plan(SECONDARY)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda key: rows(shared, *key), keys))
    assert found == [rows(own, *key) for key in keys]


def test_points_on_a_floor_are_seen_alike_from_many_threads(fast_switching: None) -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 200, endpoint=False)
    radius = np.where(np.arange(200) % 2, 10.0, 6.0)
    star = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    one, other = np.random.default_rng(1).uniform(-6.0, 6.0, (2, 40, 2))
    alone = Floor(star).distances(one, other)
    for _ in range(3):
        floor = Floor(star)
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: floor.distances(one, other), range(8)))  # noqa: B023
        assert all(np.array_equal(lengths, alone) for lengths in found)


@pytest.mark.parametrize("point", ["first", "last"])
def test_walks_among_all_ways_are_those_between_two(point: str) -> None:
    network = build(ds.read_plan(SECONDARY))
    space = max(range(len(network.floors)), key=lambda s: (not network.is_convex(s), len(network.space_ways[s])))
    ends = network.way_xy.reshape(-1, 2)[network.nodes_in(space)]
    i = 0 if point == "first" else len(ends) - 1
    lines = network.way_polylines(space)
    assert all(
        np.array_equal(lines[i][j], network.polyline(space, ends[i], ends[j])) for j in range(len(ends)) if j != i
    )


STUDY = """
import sys
from concurrent.futures import ThreadPoolExecutor
import drillsim as ds

root = sys.argv[1]
sys.setswitchinterval(1e-5)
study = [ds.read_scenario(f"{root}/scenarios/evacuation.yaml"), ds.read_plan(f"{root}/floorplans/doe_secondary.yaml")]
mixes = ds.read_mixes(f"{root}/scenarios/mixes.yaml")
with ThreadPoolExecutor(8) as pool:
    threads = ds.run(ds.Study(*study, mixes, runs=12), executor=pool).rows
    scenario, plan = study
    keys = [(name, r) for name in mixes for r in range(12)]
    shared = list(pool.map(lambda k: repr(ds.simulate(scenario, plan, mixes[k[0]], seed=1, replication=k[1]).rows), keys))
one = ds.run(ds.Study(*study, mixes, runs=12)).rows
again = ds.read_plan(f"{root}/floorplans/doe_secondary.yaml")
alone = [repr(ds.simulate(scenario, again, mixes[name], seed=1, replication=r).rows) for name, r in keys]
differ = sum(repr(a) != repr(b) for a, b in zip(threads, one, strict=True))
print(len(one), differ, sum(a != b for a, b in zip(shared, alone, strict=True)))
"""
PROCESSES = 20


@pytest.mark.deep
def test_a_study_in_threads_gives_the_rows_of_one_worker_in_twenty_processes() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    for _ in range(PROCESSES):
        command = [sys.executable, "-X", "faulthandler", "-c", STUDY, str(ROOT)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "72 0 0\n"), done.stderr
