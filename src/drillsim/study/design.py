"""What to play: scenarios x staffing mixes x replications on one plan, as frozen data."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from drillsim.errors import ScenarioError, closest
from drillsim.plan.model import FloorPlan
from drillsim.record.outline import GoalLine, MixLine, Outline, ScenarioLine
from drillsim.record.store import content_sha256
from drillsim.scenario.model import GUARD, Scenario
from drillsim.scenario.staffing import Mixes


@dataclass(frozen=True, init=False)
class Study:
    """Many drills: every scenario with every mix, `runs` times, on common random numbers.

    Replication r of a scenario is the same drill for every mix: same place, same people, same day. A what-if
    is one more scenario: `Study([drill, drill.with_override("locked-wing")], plan, mixes, runs=200, seed=7)`.
    """

    scenarios: tuple[Scenario, ...]
    plan: FloorPlan
    mixes: Mixes
    runs: int
    """Drills per scenario and mix."""
    seed: int
    """Root of all random numbers."""

    def __init__(
        self,
        scenarios: Scenario | Iterable[Scenario],
        plan: FloorPlan,
        mixes: Mixes,
        *,
        runs: int = 200,
        seed: int = 1,
    ) -> None:
        """Check the terms of the study; raises ScenarioError when they cannot be played."""
        chosen = (scenarios,) if isinstance(scenarios, Scenario) else tuple(scenarios)
        names = [scenario.name for scenario in chosen]
        if not chosen:
            raise ScenarioError("a study needs at least one scenario")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ScenarioError(f"two scenarios of the study are called '{twice[0]}'; rename one with 'name:'")
        for one in chosen:
            for other in chosen:
                axes = (one.incidents, one.time_of_day) != (other.incidents, other.time_of_day)
                if axes and one.draws == other.draws and one.incidents[0].kind == "hostile":
                    raise ScenarioError(f"'{one.name}' and '{other.name}': {GUARD}")
        if runs < 1:
            raise ScenarioError(f"a study needs at least 1 run per mix, not {runs}")
        if mixes.present not in mixes.mixes:
            raise ScenarioError(f"no mix is called '{mixes.present}' (present).{closest(mixes.present, mixes)}")
        for name, value in (
            ("scenarios", chosen),
            ("plan", plan),
            ("mixes", mixes),
            ("runs", runs),
            ("seed", seed),
        ):
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        """Return the number of drills to play."""
        return len(self.scenarios) * len(self.mixes) * self.runs

    @property
    def outline(self) -> Outline:
        """The terms of the study as plain data, for tables, figures and the results folder."""
        scenarios = {
            s.name: ScenarioLine(
                title=s.title,
                primary=s.primary,
                horizon_s=s.horizon,
                goals=tuple(GoalLine(g.measure, g.at_most, g.in_share) for g in s.goals),
            )
            for s in self.scenarios
        }
        mixes = {}
        for name in self.mixes:
            mix = self.mixes[name]
            cost = mix.cost
            mixes[name] = MixLine(mix.label, cost.low, cost.mid, cost.high, cost.year, cost.payer)
        return Outline(self.seed, self.runs, self.mixes.present, scenarios, mixes)

    def hashes(self) -> dict[str, object]:
        """Return the SHA-256 of what plan, mixes and each scenario say; paths, titles and comments apart."""
        apart = {"plan", "title", "overrides"}
        return {
            "plan": content_sha256(json.loads(self.plan.model_dump_json())),
            "mixes": content_sha256(json.loads(self.mixes.model_dump_json())),
            "scenarios": {s.name: content_sha256(json.loads(s.model_dump_json(exclude=apart))) for s in self.scenarios},
        }
