"""Benchmarks of the crowd: a corridor school, campuses of up to a million people, observation, compilation, DOE schools.

Run `python benchmarks/crowd.py` on one quiet core (a few minutes; `--quick` takes one); it prints a table with targets
and writes benchmarks/results/crowd-<date>.json. Figures are CPU seconds of one process, medians over rotating seeds:
one identical drill repeated runs from warm caches. Ratios within one run mean more than seconds across machines. The compiled crowd is
measured where `build_crowd` has one, jupedsim-network where it is installed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import simpy

from drillsim.crowd.clock import advance_to
from drillsim.crowd.factory import Engine, build_crowd
from drillsim.crowd.geometry.cells import Cells, build_cells
from drillsim.crowd.geometry.distance_field import OUTSIDE_GOAL
from drillsim.crowd.geometry.legs import Legs
from drillsim.crowd.interface import Crowd, CrowdSettings
from drillsim.crowd.laws import Laws
from drillsim.crowd.population import Population, draw_population, nobody
from drillsim.crowd.reference.crowd import ReferenceCrowd
from drillsim.engine.world.occupants import groups_of
from drillsim.engine.world.world import world_of
from drillsim.plan.network import Network, build
from drillsim.plan.read import read_plan
from drillsim.scenario.read import read_mixes, read_scenario
from drillsim.streams.streams import Streams
from layouts import Layout, campus, corridor_school
from measure import RESULTS, ROOT, Row, cpu_s, drills_of, store
from seated import people_of

LONGEST_S = 1e6
ROUNDS = 4
"""Rounds in which the subjects of a comparison take turns, so that a slow minute of the machine affects all of them."""
Made = TypeVar("Made")
LOOKS, LOOK_S = 200, 1.25
OTHER = "jupedsim-network"
REFERENCE_AT_MOST = 10_000
"""Largest campus, in persons, that the reference crowd is measured on."""


def _timed(took: dict[str, float], step: str, work: Callable[[], Made]) -> Made:
    began = time.process_time()
    made = work()
    took[step] = time.process_time() - began
    return made


@dataclass(frozen=True)
class Building:
    """Network, cells and laws of a plan, ready for any number of crowds."""

    network: Network
    cells: Cells
    laws: Laws

    @staticmethod
    def of(layout: Layout, times: dict[str, float] | None = None) -> Building:
        """Build network and cells of a layout; write the CPU seconds of each step into `times`, if given."""
        took, laws = {} if times is None else times, Laws()
        plan = _timed(took, "plan", layout.plan)
        network = _timed(took, "network", lambda: build(plan))
        return Building(network, _timed(took, "cells", lambda: build_cells(network, laws)), laws)

    def crowd(self, people: Population, engine: Engine, **options: Any) -> Crowd:
        """Return a crowd at its seats, in a SimPy environment of its own."""
        env = simpy.Environment()
        return build_crowd(env, self.cells, people, CrowdSettings(**options), engine=engine)

    def play(self, people: Population, engine: Engine, *, looks: int = 0, tied: bool = False, **options: Any) -> Crowd:
        """Play an evacuation to its end.

        looks
            How often counts and person-seconds are read meanwhile.
        tied
            Whether a unit stands outdoors, which keeps the parts of a campus on one clock.

        Raises RuntimeError if somebody is still inside.
        """
        crowd = self.crowd(people, engine, **options)
        if tied:
            crowd.add_unit("unit", -1, (0.0, 0.0), level_mps=1.0, stair_up_mps=1.0, stair_down_mps=1.0)
        crowd.evacuate()
        for k in range(looks):
            advance_to(crowd.env, (k + 1) * LOOK_S)
            crowd.counts()
            crowd.person_seconds()
        advance_to(crowd.env, LONGEST_S)
        if crowd.inside():
            raise RuntimeError(f"{crowd.inside()} people are still inside")
        return crowd

    def plays(self, people: Sequence[Population], engine: Engine, **more: Any) -> Callable[[int], Crowd]:
        """Return an evacuation of one of several populations as a function of its number."""
        return lambda i: self.play(people[i], engine, **more)


@cache
def engines() -> tuple[Engine, ...]:
    """Return the engines that are installed, the quickest first."""
    layout = corridor_school(4)
    crowd = Building.of(layout).crowd(people_of(layout, 4, seed=1), "compiled")
    return ("reference",) if type(crowd) is ReferenceCrowd else ("compiled", "reference")


Limit = tuple[Literal["<=", ">="], float]
"""What a measured value has to keep."""


def at_most(value: float | None) -> Limit | None:
    return None if value is None else ("<=", value)


def at_least(value: float | None) -> Limit | None:
    return None if value is None else (">=", value)


def row(part: str, what: str, by: str, unit: str, values: Sequence[float], limit: Limit | None = None) -> Row:
    """Return the median of the values of one measurement, with their range, and whether it keeps its limit."""
    value, target, met = statistics.median(values), "", None
    if limit is not None:
        sign, bound = limit
        target, met = f"{sign} {bound:g}", value <= bound if sign == "<=" else value >= bound
    return {
        "part": part, "what": what, "by": by, "unit": unit, "value": value, "lowest": min(values), "highest": max(values),
        "n": len(values), "target": target, "met": met,
    }  # fmt: skip


def in_turn(plays: Mapping[str, tuple[int, Callable[[int], object]]], *, first: int) -> dict[str, list[float]]:
    """Return the CPU seconds of every play of several subjects that take turns.

    plays
        Plays a round and the play itself, by subject; a play is called with its number, counted from `first`.
    """
    times: dict[str, list[float]] = {by: [] for by in plays}
    for round_ in range(ROUNDS):
        for by, (often, play) in plays.items():
            times[by] += cpu_s(play, often, first=first + round_ * often)
    return times


def ms(seconds: Sequence[float]) -> list[float]:
    """Return seconds as milliseconds."""
    return [1000.0 * s for s in seconds]


# ----------------------------------------------------------------------- a) the corridor school
def corridor(runs: int) -> Iterator[Row]:
    """Yield rows of one corridor school with three numbers of people: each engine, the other program, and their ratios."""
    part, layout = "corridor school of 40 rooms, everybody out", corridor_school()
    building = Building.of(layout)
    for persons in (200, 1_000, 4_000):
        what = f"{persons:,} people"
        plays: dict[str, tuple[int, Callable[[int], object]]] = {}
        for engine in engines():
            drills = runs if engine == "compiled" else max(1, runs * 50 // persons)
            people = [people_of(layout, persons, seed) for seed in range(ROUNDS * drills + 2)]
            plays[engine] = drills, building.plays(people, engine, routes="shortest")
            cpu_s(plays[engine][1], 2)
        other = _other(layout, persons)
        if other is not None:
            plays[OTHER] = max(1, runs * 25 // persons), other
        times = in_turn(plays, first=2)
        for by, seconds in times.items():
            wanted = 2.5 if (by, persons) == ("compiled", 1_000) else None
            yield row(part, what, by, "CPU ms", ms(seconds), at_most(wanted))
        if other is None:
            yield {"part": part, "what": what, "by": OTHER, "unit": "CPU ms", "value": None, "note": "not installed"}
        quickest = engines()[0]
        for by, least in (("reference", 40.0), (OTHER, 60.0)):
            if by in times and by != quickest:
                ratio = statistics.median(times[by]) / statistics.median(times[quickest])
                is_aim = (quickest, persons) == ("compiled", 1_000)
                yield row(part, what, f"{by} / {quickest}", "times", [ratio], at_least(least if is_aim else None))


def _other(layout: Layout, persons: int) -> Callable[[int], object] | None:
    try:
        from peers.jupedsim_network import with_like
    except ImportError:
        return None
    simulation = with_like(layout, persons)
    return lambda seed: simulation.run(seed, record=False)


# ----------------------------------------------------------------------- b) looks
def looking(runs: int) -> Iterator[Row]:
    """Yield rows of the same drill with and without reading counts and person-seconds."""
    part, layout = f"{LOOKS} looks in a drill of 1,000 people in the corridor school", corridor_school()
    building = Building.of(layout)
    people = [people_of(layout, 1_000, seed) for seed in range(runs + 1)]
    for engine in engines():
        plain, watched = building.plays(people, engine), building.plays(people, engine, looks=LOOKS)
        cpu_s(plain, 1)
        cpu_s(watched, 1)
        pairs = [cpu_s(plain, 1, first=i) + cpu_s(watched, 1, first=i) for i in range(1, runs + 1)]
        yield row(part, "without looks", engine, "CPU ms", ms([without for without, _ in pairs]))
        more = ms([with_looks - without for without, with_looks in pairs])
        yield row(part, "more with looks", engine, "CPU ms", more, at_most(1.0 if engine == "compiled" else None))


# ----------------------------------------------------------------------- c) compiling
FIRST_DRILL = """
import time
from crowd import Building
from layouts import corridor_school
from seated import people_of
layout = corridor_school()
building, people = Building.of(layout), people_of(layout, 200, 1)
began = time.process_time()
crowd = building.play(people, "compiled")
seconds = time.process_time() - began
assert type(crowd).__name__ != "ReferenceCrowd"
print(seconds)
"""


def compiling() -> Iterator[Row]:
    """Yield rows of the first drill of a process: with an empty cache of compiled code, and with the cache it left."""
    if engines()[0] != "compiled":
        return
    with tempfile.TemporaryDirectory() as folder:
        for what, wanted in (("nothing compiled yet", 20.0), ("compiled before", 1.0)):
            found = subprocess.run(
                [sys.executable, "-c", FIRST_DRILL], capture_output=True, text=True, check=True,
                env={**os.environ, "NUMBA_CACHE_DIR": folder, "PYTHONPATH": os.pathsep.join(sys.path)},
            )  # fmt: skip
            seconds = [float(found.stdout)]
            yield row("first drill of a process", what, "compiled", "CPU s", seconds, at_most(wanted))


# ----------------------------------------------------------------------- d) the DOE schools
def doe(runs: int) -> Iterator[Row]:
    """Yield rows of the two reference schools: evacuations, and whole drills with the present staffing."""
    mixes = read_mixes(ROOT / "scenarios" / "mixes.yaml")
    evacuation, lockdown = (read_scenario(ROOT / "scenarios" / f"{name}.yaml") for name in ("evacuation", "lockdown"))
    for name, aim, aim_evacuation, aim_lockdown in (("secondary", 3.0, 8.0, 5.0), ("primary", 1.5, None, None)):
        plan = read_plan(ROOT / "floorplans" / f"doe_{name}.yaml")
        world = world_of(plan, evacuation)
        seats = world.seats(plan.period_at(str(evacuation.time_of_day)))
        part = f"DOE {name} school, {len(seats):,} pupils"
        groups = groups_of(evacuation, plan)
        building = Building(world.network, world.cells, world.laws)
        people = [draw_population(seats, Streams(1, "benchmark", i), groups) for i in range((1 + ROUNDS) * runs)]
        plays: dict[str, tuple[int, Callable[[int], object]]] = {}
        for engine in engines():
            plays[engine] = runs if engine == "compiled" else max(1, runs // 4), building.plays(people, engine)
            cpu_s(plays[engine][1], 2)
        for scenario in (evacuation, lockdown):
            plays[scenario.name] = runs, drills_of(scenario, plan, mixes[mixes.present])
            cpu_s(plays[scenario.name][1], runs)
        times = in_turn(plays, first=runs)
        for engine in engines():
            wanted = aim if engine == "compiled" else None
            yield row(part, "everybody out", engine, "CPU ms", ms(times[engine]), at_most(wanted))
        for scenario, wanted in ((evacuation, aim_evacuation), (lockdown, aim_lockdown)):
            what = f"whole drill: {scenario.name}"
            yield row(part, what, "simulate", "CPU ms", ms(times[scenario.name]), at_most(wanted))


# ----------------------------------------------------------------------- e) the campus, last, for it leaves memory behind
def campuses(largest: int) -> Iterator[Row]:
    """Yield rows of campuses of schools with 1,000 people each, up to a million people; also with all schools on one clock."""
    part, engine, first_us = "campus of corridor schools with 1,000 people each, everybody out", engines()[0], 0.0
    for schools in (1, 10, 100, 1_000):
        persons = 1_000 * schools
        if persons > largest or (engine == "reference" and persons > REFERENCE_AT_MOST):
            continue
        what, is_aim, layout = f"{persons:,} people", persons == 1_000_000, campus(schools)
        times: dict[str, float] = {}
        building = Building.of(layout, times)
        nobody_in = _timed(times, "arrays that drills share", partial(building.crowd, nobody(["all"]), engine))
        for step, took_s in times.items():
            yield row(part, what, step, "CPU s", [took_s])
        seconds, each_us, used = _campus(building, layout, persons, engine, drills=max(1, 20 // schools))
        first_us = first_us or statistics.median(each_us)
        yield row(part, what, engine, "CPU s", seconds, at_most(15.0 if is_aim else None))
        yield row(part, what, engine, "CPU us per passage", each_us)
        if schools > 1:
            growth = statistics.median(each_us) / first_us
            yield row(part, what, engine, "times that of 1,000", [growth], at_most(5.0 if is_aim else None))
            _, each_us, _ = _campus(building, layout, persons, engine, drills=max(1, 20 // schools), tied=True)
            growth = statistics.median(each_us) / first_us
            yield row(part, what, f"{engine}, schools in step", "times that of 1,000", [growth])
        empty = bytes_of(nobody_in)
        if used is not None and empty is not None:
            yield row(part, what, f"{engine}: all arrays", "bytes per person", [used / persons], at_most(250.0))
            yield row(part, what, f"{engine}: of people", "bytes per person", [(used - empty) / persons])
            yield row(part, what, f"{engine}: of the building", "kB per school", [empty / schools / 1000])


def bytes_of(crowd: object) -> int | None:
    """Return the bytes of a crowd's arrays, or None where it keeps no arrays (the reference)."""
    measured: Callable[[], int] | None = getattr(crowd, "bytes_used", None)
    return None if measured is None else measured()


def _campus(
    building: Building, layout: Layout, persons: int, engine: Engine, *, drills: int, tied: bool = False
) -> tuple[list[float], list[float], int | None]:
    """Return the CPU seconds of each drill, microseconds per passage, and the bytes of the crowd's arrays.

    tied
        Whether a unit stands outdoors that may enter any school, so that all schools are played on one clock.
    """
    seconds, each_us, used = [], [], None
    if drills > 1:
        building.play(people_of(layout, persons, seed=1), engine, tied=tied)
    for seed in range(2, 2 + drills):
        people = people_of(layout, persons, seed)
        began = time.process_time()
        crowd = building.play(people, engine, tied=tied)
        seconds.append(time.process_time() - began)
        each_us.append(1e6 * seconds[-1] / passages_of(building, people))
        used = bytes_of(crowd)
        del crowd
    return seconds, each_us, used


def passages_of(building: Building, people: Population) -> int:
    """Return the number of passages of doors, seams and exits when everybody walks to the nearest exit."""
    cells, spaces = building.cells, building.network.plan.spaces
    field = cells.field(OUTSIDE_GOAL, frozenset())
    passages = np.zeros(len(spaces), dtype=np.int64)
    for space in np.unique(people.space).tolist():
        door = min(field.starts(space), key=lambda option: option.left_m).direction
        out = min(field.options(door), key=lambda option: option.metres + option.left_m).direction
        passages[space] = 1 + len(cells.derived(Legs).leg(door, out >> 1))
    return int(passages[people.space].sum())


# ----------------------------------------------------------------------- the table
def show(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the table."""
    part, met = None, {True: "yes", False: "NO", None: ""}
    for r in rows:
        if r["part"] != part:
            part = r["part"]
            heads = f"{'what':<24}{'by':<30}{'unit':<20}{'median':>10}{'target':>9}{'met':>5}{'lowest':>11}{'highest':>11}   n"
            yield f"\n{part}\n  {heads}"
        start = f"  {r['what']:<24}{r['by']:<30}{r['unit']:<20}"
        if r["value"] is None:
            yield f"{start}{r['note']:>10}"
            continue
        spread = f"{r['lowest']:>11.4g}{r['highest']:>11.4g}{r['n']:>4}" if r["n"] != 1 else ""
        yield f"{start}{r['value']:>10.4g}{r['target']:>9}{met[r['met']]:>5}{spread}".rstrip()  # type: ignore[index]


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few runs, and a campus of at most 10,000 people")
    parser.add_argument("--people", type=int, default=1_000_000, help="people on the largest campus")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    runs = 4 if arguments.quick else 20
    largest = min(arguments.people, 10_000) if arguments.quick else arguments.people
    rows: list[Row] = []
    print("CPU time of one process; median, lowest and highest of n. Targets are for a quiet core.")
    for measured in (corridor(runs), looking(runs), compiling(), doe(runs), campuses(largest)):
        part = list(measured)
        print("\n".join(show(part)), flush=True)
        rows += part
    try:
        other = version(OTHER)
    except PackageNotFoundError:
        other = "not installed"
    print(f"\nwritten: {store('crowd', rows, arguments.out, **{OTHER: other}).name}")


if __name__ == "__main__":
    main()
