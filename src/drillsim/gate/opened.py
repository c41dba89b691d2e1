"""The scenarios of a baseline as their files are now, refused where the terms are others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from drillsim.escape import one_line, quoted
from drillsim.gate.baseline import NotComparableError
from drillsim.gate.inputs import InputFiles, differing, located
from drillsim.gate.record import DrillValues, ScenarioRecord
from drillsim.plan.model import FloorPlan
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mixes
from drillsim.study.results import Results


@dataclass
class PlayedScenario:
    """One scenario of a gate: as it was, its inputs, and what was played of it so far."""

    before: ScenarioRecord
    source: InputFiles
    scenario: Scenario
    plan: FloorPlan
    mixes: Mixes
    now: ScenarioRecord | None = None
    results: Results | None = None
    played: int = 0

    @property
    def shared(self) -> list[str]:
        """Mixes that are there before and now."""
        return [name for name in self.before.mixes if name in self.mixes]

    @property
    def changed_inputs(self) -> list[str]:
        """What changed in scenario, plan and mixes, in words."""
        assert self.now is not None
        name, now = self.before.name, self.now
        parts = [f"{name}: {part}" for part in differing(self.before.inputs, now.inputs)]
        mixes = [m for m in self.shared if self.before.mixes[m].inputs != now.mixes[m].inputs]
        return [*parts, *(f"{name}: mix {mix}" for mix in mixes)]

    def changed_drills(self, mix: str) -> list[DrillValues]:
        """Return the drills of a mix whose rows are others than before."""
        assert self.now is not None
        was = {(d.forced, d.replication): d for d in self.before.mixes[mix].drills if d.digest}
        return [
            d
            for d in self.now.mixes[mix].drills
            if d.digest
            and (old := was.get((d.forced, d.replication), d)) is not d
            and (old.digest, old.values) != (d.digest, d.values)
        ]


def opened(record: ScenarioRecord, folder: Path) -> PlayedScenario:
    """Return the scenario of a record as its files are now. Raises NotComparableError where the terms are others."""
    source = InputFiles(*(located(kept, folder) for kept in (record.file, record.plan, record.mixes_file)))
    for file in (source.file, source.plan, source.mixes):
        if not file.is_file():
            raise NotComparableError(
                f"the baseline names '{one_line(str(file))}', which is not there. Put it back (paths are relative to the baseline); where "
                "the scenario is gone for good, write the baseline anew without it: drillsim baseline write --overwrite"
            )
    scenario, plan, mixes = source.read()
    told = [
        ("name", record.name, scenario.name),
        ("family of random draws", record.family, scenario.draws),
        ("horizon", f"{record.horizon_s:g} s", f"{scenario.horizon:g} s"),
        ("day", str(record.is_day), str(scenario.demand is not None)),
    ]
    other = [f"{what} '{quoted(was)}' → '{quoted(now)}'" for what, was, now in told if was != now]
    if other:
        raise NotComparableError(
            f"scenario '{quoted(record.name)}' is not what the baseline was made of ({'; '.join(other)}). Undo that, or write "
            "the baseline anew with 'drillsim baseline write'"
        )
    if not set(record.mixes) & set(mixes):
        raise NotComparableError(
            f"no mix of '{quoted(record.name)}' is left ({', '.join(map(quoted, record.mixes))}). Name mixes as before, or write "
            "the baseline anew"
        )
    return PlayedScenario(record, source, scenario, plan, mixes)


def in_order(record: ScenarioRecord, measures: Sequence[str]) -> ScenarioRecord:
    """Return a record whose measures are those of the baseline, in its order."""
    places = [record.measures.index(m) for m in measures]
    mixes = {
        name: replace(one, drills=tuple(d._replace(values=tuple(d.values[p] for p in places) if d.values else ()) for d in one.drills))
        for name, one in record.mixes.items()
    }  # fmt: skip
    return replace(record, measures=tuple(measures), mixes=mixes)
