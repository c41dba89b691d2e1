"""Drills of the shipped scenarios, simulated once for all tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import drillsim as ds

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = sorted(p for p in (ROOT / "scenarios").rglob("*.yaml") if p.name != "mixes.yaml")
SCHOOLS = ("doe_secondary", "doe_primary")
REPLICATIONS = (0, 1)


def schools_of(path: Path) -> list[str]:
    """The plans a scenario is made for: both DOE schools, or the one it names."""
    plan = Path(ds.read_scenario(path).plan or "").stem
    return list(SCHOOLS) if plan in SCHOOLS else [plan]


CASES = [(path, plan) for path in SCENARIOS for plan in schools_of(path)]
IDS = [f"{path.stem}-{plan}" for path, plan in CASES]


@cache
def plan_named(name: str) -> ds.FloorPlan:
    return ds.read_plan(ROOT / "floorplans" / f"{name}.yaml")


@cache
def played(path: Path, plan: str) -> list[ds.Trace]:
    """A scenario on a plan: some drills with the first and with the last mix of the file beside it."""
    drill, mixes = ds.read_scenario(path), ds.read_mixes(path.parent / "mixes.yaml")
    names = list(mixes)
    return [
        ds.simulate(drill, plan_named(plan), mixes[name], seed=5, replication=r)
        for name in (names[0], names[-1])
        for r in REPLICATIONS
    ]
