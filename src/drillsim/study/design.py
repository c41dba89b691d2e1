"""Design of a study: scenarios x staffing mixes x replications on one plan, as frozen data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from drillsim.errors import ScenarioError, closest, whole_number
from drillsim.plan.model import FloorPlan
from drillsim.record.outline import GoalLine, MixLine, Outline, ScenarioLine
from drillsim.record.store import content_sha256
from drillsim.scenario.model import GUARD, Scenario
from drillsim.scenario.staffing import Mixes
from drillsim.study.strata import StudyStrata, strata_of
from drillsim.study.variants import Variant, rows_of_frame, variant

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, init=False)
class Study:
    """Full factorial design: every scenario with every mix, `runs` times, on common random numbers.

    Replication r of a scenario is the same drill for every mix: same place, same people, same day. Scenarios of one
    family meet the same draws as well, so a what-if is one more scenario: `Study([drill, ds.vary(drill, {...})], plan, mixes, runs=200, seed=7)`.
    A `Variant` brings a plan or a staffing of its own; `from_frame` makes one of each row of a table.
    """

    scenarios: tuple[Scenario, ...]
    plan: FloorPlan
    """Plan of the scenarios that bring none of their own."""
    mixes: Mixes
    """Staffing of the scenarios that bring none of their own."""
    runs: int
    """Drills per scenario and mix."""
    seed: int
    """Root of all random numbers."""
    variants: tuple[Variant, ...]
    """The scenarios with what each brings of its own."""

    def __init__(
        self,
        scenarios: Scenario | Variant | Iterable[Scenario | Variant],
        plan: FloorPlan,
        mixes: Mixes,
        *,
        runs: int = 200,
        seed: int = 1,
    ) -> None:
        """Check the design. Raises ScenarioError where it cannot be played.

        Faults: no scenario, two of one name, no run, a seed that is not whole or negative, an unknown present mix, variants with
        mixes of other names, and scenarios of one hostile kind that would rank places, scripts or times (`ranks_targets`).
        """
        given = (scenarios,) if isinstance(scenarios, Scenario | Variant) else tuple(scenarios)
        variants = tuple(one if isinstance(one, Variant) else Variant(one) for one in given)
        chosen = tuple(one.scenario for one in variants)
        names = [scenario.name for scenario in chosen]
        if not chosen:
            raise ScenarioError("a study needs at least one scenario")
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ScenarioError(f"two scenarios of the study are called '{twice[0]}'; rename one with 'name:'")
        for (i, one), (j, other) in combinations(enumerate(chosen), 2):
            plans = [variants[k].plan or plan for k in (i, j)]
            if ranks_targets(one, other) or moves_place(one, *plans) or moves_place(other, *plans):
                raise ScenarioError(f"'{one.name}' and '{other.name}': {GUARD}")
        runs, seed = whole_number(runs, "runs", least=1), whole_number(seed, "seed")
        if mixes.present not in mixes.mixes:
            raise ScenarioError(f"no mix is called '{mixes.present}' (present).{closest(mixes.present, mixes)}")
        for own in variants:
            if own.mixes is not None and (list(own.mixes), own.mixes.present) != (list(mixes), mixes.present):
                raise ScenarioError(
                    f"'{own.scenario.name}' brings mixes of its own ({', '.join(own.mixes)}; present: {own.mixes.present}). Call "
                    f"them as those of the study ({', '.join(mixes)}; present: {mixes.present}), so that they can be compared"
                )
        for name, value in (
            ("variants", variants),
            ("scenarios", chosen),
            ("plan", plan),
            ("mixes", mixes),
            ("runs", runs),
            ("seed", seed),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, scenario: Scenario, plan: FloorPlan, mixes: Mixes, *, runs: int = 200, seed: int = 1
    ) -> Study:
        """Return the study of a drill as it is, and of one variant for each row of a frame.

        Six arguments: the frame, the three files it varies, and the size of the study.

        frame
            A column for each key that is varied (`police.law.median`, `openings.exit-4.lock`,
            `mixes.one-sro.units.sro-1.post`, `override`), and `name` for the variants' names; empty cells change nothing.

        Raises ScenarioError or PlanError where a row holds what a file may not.
        """
        made = [variant(scenario, plan, mixes, row) for row in rows_of_frame(frame)]
        return cls([scenario, *(one for one in made if one.changes)], plan, mixes, runs=runs, seed=seed)

    def plan_of(self, scenario: int) -> FloorPlan:
        """Return the plan on which the scenario of this index is played."""
        return self.variants[scenario].plan or self.plan

    def mixes_of(self, scenario: int) -> Mixes:
        """Return the staffing with which the scenario of this index is played; the names of its mixes are those of the study."""
        return self.variants[scenario].mixes or self.mixes

    def __repr__(self) -> str:
        names = ", ".join(f"'{s.name}'" for s in self.scenarios[:6]) + (", …" if len(self.scenarios) > 6 else "")
        return f"Study({names} x {len(self.mixes)} mixes x {self.runs} drills on '{self.plan.name}', seed {self.seed})"

    def __len__(self) -> int:
        """Return the number of drills: scenarios x mixes x runs, and those added for rare states of presence."""
        return sum(len(one.drills) for one in self.strata) * len(self.mixes)

    @cached_property
    def strata(self) -> tuple[StudyStrata, ...]:
        """States of presence of each scenario, and the drills that it adds to those of the seed (`study.strata`)."""
        return tuple(
            strata_of(s, self.mixes_of(i).mixes, runs=self.runs, seed=self.seed) for i, s in enumerate(self.scenarios)
        )

    def with_added(self, runs: int, added: Sequence[Mapping[str, int]]) -> Study:
        """Return this study with so many drills of the seed, and with forced ones as given instead of those it adds itself.

        added
            Of each scenario, forced presences as text with the number of drills of each.
        """
        other = Study(self.variants, self.plan, self.mixes, runs=runs, seed=self.seed)
        strata = tuple(
            StudyStrata(s, tuple(mixes), tuple(mixes.mixes.values()), runs, self.seed, dict(more))
            for s, mixes, more in zip(
                self.scenarios, map(self.mixes_of, range(len(self.scenarios))), added, strict=True
            )
        )
        object.__setattr__(other, "strata", strata)
        return other

    @property
    def outline(self) -> Outline:
        """The design as plain data, for tables, figures and the results folder."""
        scenarios = {
            n: line
            for one, strata in zip(self.variants, self.strata, strict=True)
            for n, line in _lines(one, strata, self.mixes)
        }
        return Outline(self.seed, self.runs, self.mixes.present, scenarios, _mix_lines(self.mixes))

    def hashes(self) -> dict[str, object]:
        """Return the SHA-256 of the content of plan, mixes and each scenario; paths, titles, what matters and comments do not count."""
        apart = {"plan", "title", "overrides", "matters"}
        found: dict[str, object] = {
            "plan": content_sha256(json.loads(self.plan.model_dump_json())),
            "mixes": content_sha256(json.loads(self.mixes.model_dump_json())),
            "scenarios": {s.name: content_sha256(json.loads(s.model_dump_json(exclude=apart))) for s in self.scenarios},
        }
        for one in self.variants:
            for what, own in (("plan", one.plan), ("mixes", one.mixes)):
                if own is not None:
                    found[f"{what} of {one.scenario.name}"] = content_sha256(json.loads(own.model_dump_json()))
        return found


AXES = frozenset(("incidents", "time_of_day", "weekday"))
"""What is never varied of a hostile incident: place, script and time."""
_APART = AXES.union(
    ("kinds", "injects", "protocol", "drillsim", "name", "title", "family", "plan", "horizon", "primary", "goals"),
    ("matters", "overrides", "crowd", "crowd_engine"),
)
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


def moves_place(scenario: Scenario, one: FloorPlan, other: FloorPlan) -> bool:
    """Return whether the named place of a hostile incident lies at another point on one of two plans (misuse guard)."""
    named = {i.where for i in scenario.incidents if i.row.is_guarded and isinstance(i.where, str)}
    at = [{p.id: (p.space, p.at) for p in plan.posts if p.id in named} for plan in (one, other)]
    return one is not other and at[0] != at[1]


def _mix_lines(mixes: Mixes, more: float = 0.0) -> dict[str, MixLine]:
    """Return the mixes as tables show them, each so much dearer a year."""
    lines = {}
    for name in mixes:
        cost = mixes[name].cost
        lines[name] = MixLine(
            mixes[name].label, cost.low + more, cost.mid + more, cost.high + more, cost.year, cost.payer
        )
    return lines


def _lines(one: Variant, strata: StudyStrata, mixes: Mixes) -> Iterator[tuple[str, ScenarioLine]]:
    """Yield one outline line per incident of a scenario; the first to begin carries the name of the scenario."""
    scenario, more = one.scenario, one.cost_usd_year
    own = _mix_lines(one.mixes or mixes, more) if one.mixes or more else {}
    goals = tuple(GoalLine(g.measure, g.at_most, g.in_share) for g in scenario.goals)
    first = scenario.incidents[scenario.leading].id if len(scenario.incidents) > 1 else ""
    chances = dict(zip(strata.names, (law for law, _, _ in strata.laws), strict=True))
    yield (
        scenario.name,
        ScenarioLine(
            title=scenario.title, family=scenario.draws, changes=dict(one.changes),
            mixes=own, primary=scenario.primary, horizon_s=scenario.horizon, goals=goals,
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
