"""Drills for a baseline and for a gate: studies played as ever, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from drillsim.analysis.contrasts import matters_of
from drillsim.engine.work import counted_work, ways_of_units
from drillsim.gate.baseline import Accepted, Baseline, NotComparableError, judged, with_goals
from drillsim.gate.decision import looks
from drillsim.gate.inputs import InputFiles, mix_digest, parts_of, relative, versions
from drillsim.gate.record import MixRecord, ScenarioRecord, drills_of, means_of
from drillsim.plan.model import FloorPlan
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mixes
from drillsim.streams.streams import SCHEME
from drillsim.study.chunks import Simulate
from drillsim.study.design import Study
from drillsim.study.results import Results
from drillsim.study.runner import engine_sha256, run
from drillsim.study.strata import chances_of

ROUTED = 10
"""Drills of each mix whose paths are kept, to tell which route moved."""
Tell = Callable[[str, int, int], None]
"""Called with the name of a scenario, and the drills done and in all."""


def _silent(_scenario: str, _done: int, _of: int) -> None:
    return


@dataclass(frozen=True)
class Terms:
    """Terms of a baseline: how many drills of which seed, and what is judged by which margin.

    measures
        Columns to judge besides those of each scenario (its primary one and those of its goals).
    margins
        Least slowing that counts, by measure; what is not named has what matters to the scenario.
    """

    seed: int = 1
    runs: int = 200
    measures: tuple[str, ...] = ()
    margins: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Player:
    """Who plays the drills of a gate, and hears how far they are.

    workers
        Processes; no result depends on them.
    simulate
        Plays one drill; `drillsim.simulate` where None. Routes and work are of the engine itself.
    """

    workers: int = 1
    simulate: Simulate | None = None
    tell: Tell = _silent


ONE = Player()
"""One process that plays in silence."""


def measures_of(scenario: Scenario, more: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the measures that are judged of a scenario: its primary one, those of its goals, and more."""
    wanted = [scenario.primary, *(goal.measure for goal in scenario.goals), *more]
    found = [name for name in dict.fromkeys(wanted) if name in more or _is_judged(name)]
    if not found:
        raise NotComparableError(
            f"'{scenario.name}' has no measure that can be judged. Name one: --measure able_on_scene_s"
        )
    return tuple(judged(name) for name in found)


def _is_judged(name: str) -> bool:
    try:
        return judged(name) == name
    except NotComparableError:
        return False


def study_of(scenario: Scenario, plan: FloorPlan, mixes: Mixes, *, runs: int, seed: int) -> Study:
    """Return the study whose drills a baseline keeps of one scenario."""
    return Study([scenario], plan, mixes, runs=runs, seed=seed)


def record_of(results: Results, source: InputFiles, folder: Path, terms: Terms) -> ScenarioRecord:
    """Return what is kept of the results of one scenario, without routes and work.

    folder
        Folder of the baseline, to which the paths are relative.
    """
    assert results.study is not None
    scenario, plan, mixes = results.study.scenarios[0], results.study.plan, results.study.mixes
    line = results.outline.scenarios[scenario.name]
    measures = measures_of(scenario, terms.measures)
    margins = terms.margins or {}
    kept = {}
    for name in mixes:
        rows = [row for row in results.rows if row["mix"] == name]
        runs = results.runs[results.runs["mix"] == name]
        kept[name] = MixRecord(
            mix_digest(mixes[name]),
            chances_of(scenario, mixes[name]),
            drills_of(rows, line, measures),
            means_of(runs, line),
            {n: means_of(runs[runs["replication"] < n], line) for n in looks(terms.runs)[:-1]},
        )
    return ScenarioRecord(
        name=scenario.name, family=scenario.draws, horizon_s=scenario.horizon, is_day=scenario.demand is not None,
        present=mixes.present, file=relative(source.file, folder), plan=relative(source.plan, folder),
        mixes_file=relative(source.mixes, folder), measures=measures,
        margins={m: margins.get(m, matters_of(line, m)) for m in measures},
        inputs=parts_of(scenario, plan), mixes=kept,
    )  # fmt: skip


def with_routes(record: ScenarioRecord, scenario: Scenario, plan: FloorPlan, mixes: Mixes, seed: int) -> ScenarioRecord:
    """Return a record with the ways on the paths of units, of the first drills of the seed that did not fail."""
    kept = {}
    for name, one in record.mixes.items():
        numbers = sorted({d.replication for d in one.of_seed(ROUTED) if d.values})
        counts: dict[str, int] = {}
        for number in numbers:
            for way in ways_of_units(scenario, plan, mixes[name], seed=seed, replication=number):
                counts[way] = counts.get(way, 0) + 1
        kept[name] = replace(one, routes=counts, routed=len(numbers))
    return replace(record, mixes=kept)


def work_of(record: ScenarioRecord, scenario: Scenario, plan: FloorPlan, mixes: Mixes, seed: int) -> dict[str, int]:
    """Return the counted work of the first drill of the present mix; nothing where it failed."""
    played = record.mixes[mixes.present].of_seed(1)
    return counted_work(scenario, plan, mixes[mixes.present], seed=seed) if played and played[0].values else {}


def played_by(player: Player, study: Study, name: str, store: Path | None = None) -> Results:
    """Run a study of one scenario; with a store, the drills that it holds are not played again."""
    return run(
        study, workers=player.workers, simulate=player.simulate, store=store, resume=store is not None,
        progress=partial(player.tell, name),
    )  # fmt: skip


def play_scenario(source: InputFiles, folder: Path, terms: Terms, player: Player) -> ScenarioRecord:
    """Play one scenario, and return its whole record."""
    scenario, plan, mixes = source.read()
    study = study_of(scenario, plan, mixes, runs=terms.runs, seed=terms.seed)
    results = played_by(player, study, scenario.name)
    record = record_of(results, source, folder, terms)
    record = with_routes(record, scenario, plan, mixes, terms.seed)
    return replace(record, work=work_of(record, scenario, plan, mixes, terms.seed))


def make_baseline(
    sources: Sequence[InputFiles], folder: Path, terms: Terms, player: Player = ONE, *, goals: Sequence[str] = ()
) -> Baseline:
    """Play every scenario, and return the baseline of a folder.

    Raises DrillsimError for files with faults, for goals that cannot be read, and for two scenarios of one name.
    """
    records: dict[str, ScenarioRecord] = {}
    for source in sources:
        name = source.read()[0].name
        if name in records:
            raise NotComparableError(f"two scenarios are called '{name}'. Rename one with 'name:'")
        records[name] = play_scenario(source, folder, terms, player)
    return baseline_of(records, seed=terms.seed, runs=terms.runs, goals=goals)


def baseline_of(records: Mapping[str, ScenarioRecord], *, seed: int, runs: int, goals: Sequence[str] = ()) -> Baseline:
    """Return the baseline of records that this engine has played. Raises ResultError for goals that cannot be read."""
    return with_goals(Baseline(seed, runs, SCHEME, engine_sha256(), versions(), records), goals)


def accepted(
    old: Baseline, new: Baseline, *, reason: str, slower: Mapping[str, float], from_here: bool = False
) -> Baseline:
    """Return a new baseline that carries on the history of an old one.

    slower
        Slowing that is accepted by it, as in `Accepted.slower`.
    from_here
        Whether drift is measured from the new baseline on.
    """
    entry = Accepted(datetime.now(UTC).date().isoformat(), reason, new.engine[:12], {} if from_here else slower)
    if from_here:
        past = tuple(replace(one, slower={}) for one in old.history)
        return replace(new, history=(*past, entry), oldest={})
    oldest = old.oldest or {name: _values_only(one) for name, one in old.scenarios.items()}
    return replace(new, history=(*old.history, entry), oldest=oldest)


def _values_only(record: ScenarioRecord) -> ScenarioRecord:
    """Return a record without what only an explanation needs."""
    mixes = {name: replace(one, means={}, means_at={}, routes={}, routed=0) for name, one in record.mixes.items()}
    return replace(record, mixes=mixes, inputs={}, work={})


__all__ = [
    "ONE", "ROUTED", "Player", "Terms", "accepted", "baseline_of", "make_baseline", "measures_of", "play_scenario", "played_by",
    "record_of", "study_of", "with_routes", "work_of",
]  # fmt: skip
