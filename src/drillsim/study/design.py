"""Design of a study: scenarios x staffing mixes x replications on one plan, as frozen data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from drillsim.errors import ScenarioError, closest
from drillsim.plan.model import FloorPlan
from drillsim.record.outline import GoalLine, MixLine, Outline, ScenarioLine
from drillsim.record.store import content_sha256
from drillsim.scenario.model import GUARD, Scenario
from drillsim.scenario.staffing import Mixes
from drillsim.study.strata import Strata, strata_of


@dataclass(frozen=True, init=False)
class Study:
    """Full factorial design: every scenario with every mix, `runs` times, on common random numbers.

    Replication r of a scenario is the same drill for every mix: same place, same people, same day. Scenarios of one
    family meet the same draws as well, so a what-if is one more scenario: `Study([drill, drill.with_override("locked-wing")], plan, mixes, runs=200, seed=7)`.
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
        """Check the design. Raises ScenarioError where it cannot be played.

        Faults: no scenario, two of one name, no run, an unknown present mix, and scenarios of one hostile kind that would
        rank places, scripts or times (`ranks_targets`).
        """
        chosen = (scenarios,) if isinstance(scenarios, Scenario) else tuple(scenarios)
        names = [scenario.name for scenario in chosen]
        if not chosen:
            raise ScenarioError("a study needs at least one scenario")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ScenarioError(f"two scenarios of the study are called '{twice[0]}'; rename one with 'name:'")
        for one, other in combinations(chosen, 2):
            if ranks_targets(one, other):
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
        """Return the number of drills: scenarios x mixes x runs, and those added for rare states of presence."""
        return sum(len(one.drills) for one in self.strata) * len(self.mixes)

    @cached_property
    def strata(self) -> tuple[Strata, ...]:
        """States of presence of each scenario, and the drills that it adds to those of the seed (`study.strata`)."""
        return tuple(strata_of(s, self.mixes.mixes, runs=self.runs, seed=self.seed) for s in self.scenarios)

    @property
    def outline(self) -> Outline:
        """The design as plain data, for tables, figures and the results folder."""
        scenarios = {
            n: line for s, strata in zip(self.scenarios, self.strata, strict=True) for n, line in _lines(s, strata)
        }
        mixes = {}
        for name in self.mixes:
            mix = self.mixes[name]
            cost = mix.cost
            mixes[name] = MixLine(mix.label, cost.low, cost.mid, cost.high, cost.year, cost.payer)
        return Outline(self.seed, self.runs, self.mixes.present, scenarios, mixes)

    def hashes(self) -> dict[str, object]:
        """Return the SHA-256 of the content of plan, mixes and each scenario; paths, titles, what matters and comments do not count."""
        apart = {"plan", "title", "overrides", "matters"}
        return {
            "plan": content_sha256(json.loads(self.plan.model_dump_json())),
            "mixes": content_sha256(json.loads(self.mixes.model_dump_json())),
            "scenarios": {s.name: content_sha256(json.loads(s.model_dump_json(exclude=apart))) for s in self.scenarios},
        }


AXES = frozenset(("incidents", "time_of_day", "weekday"))
"""What is never varied of a hostile incident: place, script and time."""
_APART = AXES | {
    "kinds",
    "injects",
    "protocol",
    "drillsim",
    "name",
    "title",
    "family",
    "plan",
    "horizon",
    "primary",
    "goals",
}
_APART |= {"overrides", "crowd", "crowd_engine"}
"""Keys in which two scenarios may differ and still be one hostile event at two places: axes, script, words, how it is watched
and computed. The protocol counts without the id of its incident."""


def ranks_targets(one: Scenario, other: Scenario) -> bool:
    """Return whether to play both would compare places, scripts or times of a hostile incident (misuse guard).

    So it is for two scenarios of one hostile kind that differ in one of `AXES`, and otherwise in nothing that shapes the
    answer of the school, or that say by a family that one is a what-if of the other. What they are called does not count.
    """
    kinds = [{i.row.like or i.row.name for i in s.incidents if i.row.is_guarded} for s in (one, other)]
    if not kinds[0] or kinds[0] != kinds[1] or all(getattr(one, k) == getattr(other, k) for k in AXES):
        return False
    if one.family and one.family == other.family:
        return True
    protocols = [s.protocol.model_dump(exclude={"incident"}) for s in (one, other)]
    rest = set(Scenario.model_fields) - _APART
    return protocols[0] == protocols[1] and all(getattr(one, k) == getattr(other, k) for k in rest)


def _lines(scenario: Scenario, strata: Strata) -> Iterator[tuple[str, ScenarioLine]]:
    """Yield one outline line per incident of a scenario; the first to begin carries the name of the scenario."""
    goals = tuple(GoalLine(g.measure, g.at_most, g.in_share) for g in scenario.goals)
    first = scenario.incidents[scenario.leading].id if len(scenario.incidents) > 1 else ""
    chances = dict(zip(strata.names, (law for law, _, _ in strata.laws), strict=True))
    yield (
        scenario.name,
        ScenarioLine(
            title=scenario.title, primary=scenario.primary, horizon_s=scenario.horizon, goals=goals,
            incident=first, day=scenario.demand is not None, matters=dict(scenario.matters),
            chances=chances, added=strata.added,
        ),
    )  # fmt: skip
    for incident in scenario.incidents:
        if first and incident.id != first:
            title = f"{scenario.title or scenario.name}: {incident.id} ({incident.kind})"
            yield (
                f"{scenario.name}: {incident.id}",
                ScenarioLine(
                    title,
                    scenario.primary,
                    scenario.horizon,
                    of=scenario.name,
                    incident=incident.id,
                    matters=dict(scenario.matters),
                    chances=chances,
                    added=strata.added,
                ),
            )
