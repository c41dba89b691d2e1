"""Consecutive school days of one staffing mix: a day, a week or a term."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from drillsim.analysis.contrasts import GoalResult, goal_results
from drillsim.analysis.day import KindLine, UnitDay, add_days, by_kind, unit_days
from drillsim.analysis.summary import summarise
from drillsim.engine.simulate import simulate
from drillsim.errors import ScenarioError
from drillsim.plan.model import FloorPlan
from drillsim.record.outline import GoalLine, MixLine, Outline, ScenarioLine
from drillsim.record.store import column_order, settled
from drillsim.record.trace import Value
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.study.garbage import collected_between_drills
from drillsim.study.strata import Numbered, StudyStrata, chances_of


@dataclass(frozen=True)
class Term:
    """Incidents of some school days, and the workload of the units.

    Its figures are those that a comparison gives for as many days: means, quantiles and shares by incident, with the day as one
    observation, since the incidents of a day share who is there; days are weighed by the known probability of presence.

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
    outline: Outline
    """The days as a study of one staffing, for `compare` and the tables."""

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row per incident, with status and presence, as `Results.runs` has them."""
        return pd.DataFrame(
            [{**row, "status": "done", "stage": "", "reason": ""} for row in self.rows],
            columns=pd.Index(column_order(self.rows)),
        )

    @property
    def goals(self) -> list[GoalResult]:
        """The goals of the scenario: share of the incidents that met each, its interval and the verdict."""
        return goal_results(self, self.scenario)

    def summary(self) -> dict[str, Any]:
        """Return measures and goals of the days as numbers, in the form of `Results.summary`."""
        return summarise(self)

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
    chances = chances_of(scenario, mix)
    strata = StudyStrata(scenario, (mix.name,), (mix,), days, seed, {})
    rows: list[Mapping[str, Value]] = []
    units: list[UnitDay] = []
    with collected_between_drills() as collect:
        for day in range(days):
            trace = simulate(scenario, plan, mix, seed=seed, replication=day)
            told = strata.of_drill(0, Numbered(day))
            rows += [{**settled(row), **told} for row in trace.rows]
            units = add_days([units, unit_days(trace.events, lasts_s=scenario.demand.lasts)])
            collect()
            progress(day + 1)
    goals = tuple(GoalLine(g.measure, g.at_most, g.in_share) for g in scenario.goals)
    line = ScenarioLine(
        scenario.title, scenario.primary, scenario.horizon, goals, day=True, matters=dict(scenario.matters),
        chances={mix.name: chances}, family=scenario.draws,
    )  # fmt: skip
    cost = MixLine(mix.label, mix.cost.low, mix.cost.mid, mix.cost.high, mix.cost.year, mix.cost.payer)
    outline = Outline(seed, days, mix.name, {scenario.name: line}, {mix.name: cost})
    return Term(scenario.name, mix.name, days, tuple(rows), tuple(units), outline)
