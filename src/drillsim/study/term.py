"""Consecutive school days of one staffing mix: a day, a week or a term."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drillsim.analysis.day import KindLine, UnitDay, add_days, by_kind, unit_days
from drillsim.engine.simulate import simulate
from drillsim.errors import ScenarioError
from drillsim.plan.model import FloorPlan
from drillsim.record.store import settled
from drillsim.record.trace import Value
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.study.garbage import collected_between_drills


@dataclass(frozen=True)
class Term:
    """Incidents of some school days, and the workload of the units.

    rows
        One outcome row per incident, in order of day and onset; `replication` is the number of the day.
    units
        Workload summed over the days, unit by unit in mix order.
    """

    scenario: str
    mix: str
    days: int
    rows: tuple[Mapping[str, Value], ...]
    units: tuple[UnitDay, ...]

    @property
    def kinds(self) -> list[KindLine]:
        """One line per kind of incident, and one for all."""
        return by_kind(self.rows)


def play_term(
    scenario: Scenario,
    plan: FloorPlan,
    mix: Mix,
    *,
    days: int,
    seed: int,
    progress: Callable[[int], None] = lambda _done: None,
) -> Term:
    """Simulate school days, the first a Monday, and return their incidents and the workload of the units.

    progress
        Called after each day with the number of days done.

    Every mix meets the same incidents on the same day. Raises ScenarioError when the scenario has no `demand`.
    """
    if scenario.demand is None:
        raise ScenarioError(f"'{scenario.name}' has no 'demand': it is a drill, not a school day. Use run or compare")
    rows: list[Mapping[str, Value]] = []
    units: list[UnitDay] = []
    with collected_between_drills() as collect:
        for day in range(days):
            trace = simulate(scenario, plan, mix, seed=seed, replication=day)
            rows += [settled(row) for row in trace.rows]
            units = add_days([units, unit_days(trace.events, lasts_s=scenario.demand.lasts)])
            collect()
            progress(day + 1)
    return Term(scenario.name, mix.name, days, tuple(rows), tuple(units))
