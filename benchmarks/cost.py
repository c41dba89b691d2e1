"""Benchmarks of a drill: the network of a school, one drill of every shipped scenario, and the response alone.

Run `python benchmarks/cost.py`; it prints a table and writes benchmarks/results/cost-<date>.json with the machine and
the versions. Figures are CPU seconds of one process; drills rotate their seeds, since one identical drill
repeated runs from warm caches. Ratios within one run mean more than seconds across machines.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from drillsim.plan.model import FloorPlan
from drillsim.plan.network import build
from drillsim.plan.read import read_plan
from drillsim.scenario.read import read_mixes, read_scenario
from drillsim.study.term import play_term
from measure import RESULTS, ROOT, Row, cpu_s, drills_of, store

PLANS = ("doe_secondary", "doe_primary")
T = TypeVar("T")
SCENARIOS = ("fight", "medical", "unwanted", "lockdown", "evacuation")


def at_every_call(work: Callable[[T], object], thing: T) -> Callable[[int], object]:
    """Return the work on one thing, as a function of the number of the call."""
    return lambda _number: work(thing)


def measured(runs: int) -> list[Row]:
    """Return one row per measurement; the first call stands apart, since it builds what later ones reuse."""
    rows: list[Row] = []

    def add(what: str, plan: str, seconds: list[float]) -> None:
        later = seconds[1:] or seconds
        rows.append(
            {
                "what": what,
                "plan": plan,
                "first_s": seconds[0],
                "median_s": statistics.median(later),
                "highest_s": max(later),
                "n": len(later),
            }
        )

    mixes = read_mixes(ROOT / "scenarios" / "mixes.yaml")
    for name in PLANS:
        path = ROOT / "floorplans" / f"{name}.yaml"
        plan = read_plan(path)
        add("read and check the plan", name, cpu_s(at_every_call(read_plan, path), 3))
        add("build the network", name, cpu_s(at_every_call(build, plan), 5))
        for scenario_name in SCENARIOS:
            scenario = read_scenario(ROOT / "scenarios" / f"{scenario_name}.yaml")
            mix = mixes[mixes.present]
            add(
                f"one drill: {scenario_name}",
                name,
                cpu_s(drills_of(scenario, plan, mix), runs + 1),
            )
    rows += response_alone(plan_of("doe_secondary"), runs)
    return rows


def plan_of(name: str) -> FloorPlan:
    """Return a shipped plan."""
    return read_plan(ROOT / "floorplans" / f"{name}.yaml")


def response_alone(plan: FloorPlan, runs: int) -> list[Row]:
    """Return rows of drills in which only responders walk: a lockdown with three units, and a school year."""
    mixes = read_mixes(ROOT / "scenarios" / "mixes.yaml")
    both, patrol = mixes["sro-and-guard"], mixes["sro-and-patrol"]
    three = both.model_copy(update={"units": (*both.units, patrol.units[1]), "roles": {**both.roles, **patrol.roles}})
    lockdown = read_scenario(ROOT / "scenarios" / "lockdown.yaml").model_copy(update={"crowd": "stays"})
    warm = 40  # places of the incident whose surroundings are then known
    seconds = cpu_s(drills_of(lockdown, plan, three), warm + 5 * runs)
    day = read_scenario(ROOT / "scenarios" / "real-days" / "school-day.yaml")
    year = cpu_s(lambda i: play_term(day, plan, three, days=180, seed=i + 1), 2)
    found: list[Row] = []
    for what, first, later in (
        ("lockdown without the crowd", seconds[0], seconds[warm:]),
        ("school year of 180 days", year[0], year[1:]),
    ):
        found.append(
            {
                "what": what, "plan": "doe_secondary", "first_s": first, "median_s": statistics.median(later),
                "highest_s": max(later), "n": len(later),
            }
        )  # fmt: skip
    return found


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=12, help="drills per scenario after the first")
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    rows = measured(max(1, arguments.runs))
    print(f"{'what':<28}{'plan':<15}{'first':>10}{'median':>10}{'highest':>10}   n   (CPU milliseconds)")
    for r in rows:
        ms = [f"{1000 * float(str(r[k])):>10.1f}" for k in ("first_s", "median_s", "highest_s")]
        print(f"{r['what']:<28}{r['plan']:<15}{''.join(ms)}{r['n']:>4}")
    print(f"written: {store('cost', rows, arguments.out).name}")


if __name__ == "__main__":
    main()
