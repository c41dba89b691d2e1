"""Whole school days, one after the other: a day, a week or a term of one staffing mix."""

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


@dataclass(frozen=True)
class Term:
    """What came up in some school days, and what it did to the units.

    rows
        One outcome row per incident, in order of day and onset; `replication` is the number of the day.
    units
        The sum over the days, unit by unit in mix order.
    """

    scenario: str
    mix: str
    days: int
    rows: tuple[Mapping[str, Value], ...]
    units: tuple[UnitDay, ...]

    @property
    def kinds(self) -> list[KindLine]:
        """How the incidents of each kind were met, and of all."""
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
    """Return the incidents and the units' hours of some school days, the first a Monday.

    progress
        Called after each day with the number of days done.

    Every mix meets the same incidents on the same day. Raises ScenarioError when the scenario has no `demand`.
    """
    if scenario.demand is None:
        raise ScenarioError(f"'{scenario.name}' has no 'demand': it is a drill, not a school day. Use run or compare")
    rows: list[Mapping[str, Value]] = []
    units: list[UnitDay] = []
    for day in range(days):
        trace = simulate(scenario, plan, mix, seed=seed, replication=day)
        rows += [settled(row) for row in trace.rows]
        units = add_days([units, unit_days(trace.events, lasts_s=scenario.demand.lasts)])
        progress(day + 1)
    return Term(scenario.name, mix.name, days, tuple(rows), tuple(units))
