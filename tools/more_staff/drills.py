"""The shared drills: which shipped scenarios on which plans, and each drill with and without one more unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

import drillsim as ds
from drillsim.record.columns import MEASURES
from drillsim.study.garbage import collected_between_drills
from more_staff.causes import LEAST_S, Pair, cause_of, value_s
from more_staff.staffing import Addition, additions, with_one_more

ROOT = Path(__file__).resolve().parents[2]
SCHOOLS = ("doe_secondary", "doe_primary")
NOT_ASKED = ("script_done_s", "accounted_all_s", "released_all_s")
"""Columns of neither arrival, ability, order nor rooms: the incident's own script, roll calls, the release."""
JUDGED = tuple(c.name for c in MEASURES if not c.follows_staffing and c.name not in NOT_ASKED)
"""Measures that more staff may not make later: all but those that are outcomes of the staffing itself."""


@dataclass(frozen=True, order=True)
class Job:
    """Some drills of one scenario on one plan with one mix, and all its additions or some of them."""

    scenario: str
    """Path below scenarios/, without its ending."""
    plan: str
    mix: str
    first: int
    last: int
    seed: int = 1
    roles: tuple[str, ...] = ()
    """Roles that are added; all where empty."""
    posts: int = 0
    """Number of posts at which each is added; all where 0."""


@dataclass(frozen=True)
class Late:
    """One measure of one drill that is later with one more unit."""

    scenario: str
    plan: str
    mix: str
    addition: Addition
    replication: int
    incident: str
    measure: str
    seconds: float
    cause: str


@dataclass
class Moments:
    """Number, sum and sum of squares of the differences of one contrast."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, other: Moments) -> None:
        """Add those of other drills."""
        self.n, self.total, self.squares = self.n + other.n, self.total + other.total, self.squares + other.squares


Contrast = tuple[str, str, str, Addition, str]
"""Scenario, plan, mix, addition and measure."""


@dataclass
class Played:
    """What some jobs have found."""

    moments: dict[Contrast, Moments] = field(default_factory=dict)
    late: list[Late] = field(default_factory=list)
    drills: int = 0

    def add(self, other: Played) -> None:
        """Add what another job has found."""
        for key, found in other.moments.items():
            self.moments.setdefault(key, Moments()).add(found)
        self.late += other.late
        self.drills += other.drills


def shipped(wanted: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield each shipped scenario and each plan it is made for: both DOE schools, or the one that it names."""
    folder = ROOT / "scenarios"
    for path in sorted(p for p in folder.rglob("*.yaml") if "mixes" not in p.stem):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if wanted and name not in wanted:
            continue
        own = Path(scenario_named(name).plan or "").stem
        for plan in SCHOOLS if own in SCHOOLS else (own,):
            yield name, plan


@cache
def scenario_named(name: str) -> ds.Scenario:
    """Return a shipped scenario."""
    return ds.read_scenario(ROOT / "scenarios" / f"{name}.yaml")


@cache
def plan_named(name: str) -> ds.FloorPlan:
    """Return a shipped plan."""
    return ds.read_plan(ROOT / "floorplans" / f"{name}.yaml")


def mixes_of(scenario: str) -> dict[str, ds.Mix]:
    """Return the mixes of the file beside a scenario."""
    return ds.read_mixes((ROOT / "scenarios" / scenario).parent / "mixes.yaml").mixes


def jobs(drills: int, size: int = 10, wanted: Sequence[str] = (), seed: int = 1) -> list[Job]:
    """Return the jobs of so many drills of every scenario, plan and mix."""
    return [
        Job(name, plan, mix, first, min(first + size, drills), seed)
        for first in range(0, drills, size)
        for name, plan in shipped(wanted)
        for mix in mixes_of(name)
    ]


def play(job: Job) -> Played:
    """Play the drills of a job without and with each addition, and compare them."""
    scenario, plan = scenario_named(job.scenario), plan_named(job.plan)
    mix, played = mixes_of(job.scenario)[job.mix], Played()
    added = [a for a in additions(plan) if not job.roles or a.role in job.roles]
    posts = list(dict.fromkeys(a.post for a in added))[: job.posts or None]
    staffings = {a: with_one_more(mix, a) for a in added if a.post in posts}
    with collected_between_drills() as collect:
        for replication in range(job.first, job.last):
            few = ds.simulate(scenario, plan, mix, seed=job.seed, replication=replication)
            for addition, more in staffings.items():
                pair = Pair(scenario, plan, mix, more, job.seed, replication)
                many = pair.play(more)
                compare(job, addition, pair, (few, many), played)
                collect()
            played.drills += 1 + len(staffings)
    return played


def compare(job: Job, addition: Addition, pair: Pair, traces: tuple[ds.Trace, ds.Trace], played: Played) -> None:
    """Add the differences of one drill, a day's as one mean, and the cause of every one that is later."""
    few, many = traces
    differences: dict[str, list[float]] = {}
    others = {row["incident"]: row for row in many.rows}
    for row in few.rows:
        incident = str(row["incident"])
        for measure in JUDGED:
            values = [value_s(r, measure, few.horizon_s) for r in (row, others[row["incident"]])]
            if values[0] is None or values[1] is None:
                continue
            gap = values[1] - values[0]
            differences.setdefault(measure, []).append(gap)
            if gap > LEAST_S:
                cause = cause_of(pair, incident, measure, few, many)
                played.late.append(
                    Late(job.scenario, job.plan, job.mix, addition, pair.replication, incident, measure, gap, cause)
                )
    for measure, gaps in differences.items():
        mean = float(np.mean(gaps))
        played.moments.setdefault((job.scenario, job.plan, job.mix, addition, measure), Moments()).add(
            Moments(1, mean, mean * mean)
        )
