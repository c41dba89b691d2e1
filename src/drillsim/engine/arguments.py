"""Arguments of a single drill, refused before it begins: names that the plan lacks, and seeds that are no whole numbers."""

from __future__ import annotations

from drillsim.documents.fault_list import FaultList
from drillsim.engine.references import PlanNames, mixes_names, scenario_names
from drillsim.errors import ScenarioError
from drillsim.plan.model import FloorPlan
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix, Mixes

NAMES = frozenset(("DS202", "DS203", "DS204", "DS205", "DS207", "DS208", "DS209"))
"""Faults without whose mending a drill cannot be played; `check` finds more, such as needs that nobody meets."""
MOST_KNOWN = 1000
"""Pairs of a scenario and a mix that are remembered as checked, for each plan."""


class CheckedInputs:
    """Scenarios and mixes that were checked against a plan, so that the next drills of a study are not checked again."""

    def __init__(self, plan: FloorPlan) -> None:
        self.known = PlanNames(plan)
        self._checked: dict[tuple[int, int], tuple[Scenario, Mix]] = {}

    def refuse_unknown(self, scenario: Scenario, mix: Mix) -> None:
        """Raise ScenarioError with every name of a scenario and a mix that the plan does not have."""
        key = (id(scenario), id(mix))  # both are kept, so that no other object gets the same identity
        if key in self._checked:
            return
        of_scenario, of_mix = FaultList(scenario.name, scenario._document), FaultList(f"mix '{mix.name}'")
        scenario_names(scenario, self.known, of_scenario)
        mixes_names(Mixes(present=mix.name, mixes={mix.name: mix}), self.known, of_mix)
        found = [f for f in (*of_scenario.faults, *of_mix.faults) if f.severity == "error" and f.code in NAMES]
        if found:
            raise ScenarioError(faults=found)
        if len(self._checked) >= MOST_KNOWN:
            self._checked.clear()
        self._checked[key] = (scenario, mix)
