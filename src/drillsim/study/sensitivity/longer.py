"""Order of the mixes when drills are watched for twice the horizon: whether it hangs on when watching ended.

A drill that did not get there by the horizon counts as the horizon, so that an order by mean says little of how late the late ones
are. Only these drills are played again, watched for longer; all others have their time already.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

import pandas as pd

from drillsim.analysis.contrasts import orders
from drillsim.analysis.wording import unit_of
from drillsim.errors import ResultError
from drillsim.record.columns import status_name
from drillsim.record.outline import Outline
from drillsim.scenario.model import LONGEST_S, Scenario
from drillsim.study.chunks import Chunk, Simulate
from drillsim.study.design import Study
from drillsim.study.results import Results
from drillsim.study.runner import ChunkOrder, run
from drillsim.study.storage.keeping import Progress
from drillsim.study.variants import Variant

TWICE = 2.0
KEYS = ["mix", "forced", "replication", "incident"]


def watch_longer(
    results: Results,
    *,
    workers: int | None = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    simulate: Simulate | None = None,
) -> Results:
    """Return the results with the order of the mixes as watched for twice the horizon, by scenario (`twice_horizon`).

    The order is by the weighed mean of the primary measure, where that is a time. Rows and all other figures stay as they are.
    The other arguments are those of `run`. Raises ResultError for results that were read from a folder: they have no study.
    """
    study = results.study
    if study is None:
        raise ResultError(
            "results that were read from a folder have no study to watch longer; play it with ds.rerun first"
        )
    found: dict[str, tuple[str, ...]] = {}
    for i, scenario in enumerate(study.scenarios):
        if unit_of(scenario.primary) != "s":
            continue
        longer, late = _twice(study, i), _late(results.runs, scenario)
        chunks = _chunks(longer, late)
        again = run(
            longer,
            workers=workers,
            executor=executor,
            progress=progress,
            simulate=simulate,
            chunk_order=_only(chunks),
        )
        told = replace(
            results, runs=_joined(results.runs, again.runs, scenario), outline=_longer(results.outline, longer)
        )
        found |= {
            name: order[0]
            for name, line in results.outline.scenarios.items()
            if (line.of or name) == scenario.name and (order := orders(told, name, line.primary)) is not None
        }
    return replace(results, twice_horizon=found)


def _twice(study: Study, i: int) -> Study:
    """Return the study of one scenario, on the same drills, watched for twice as long and a week at most."""
    own = study.variants[i]
    scenario = own.scenario.model_copy(update={"horizon": min(TWICE * own.scenario.horizon, LONGEST_S)})
    one = Study(Variant(scenario, own.plan, own.mixes), study.plan, study.mixes, runs=study.runs, seed=study.seed)
    return one.with_added(study.runs, [study.strata[i].added])


def _late(runs: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Return the keys of the rows of a scenario that did not get there by the horizon."""
    status = status_name(scenario.primary)
    mine = runs[(runs["scenario"] == scenario.name) & (runs["status"] == "done")]
    return _keyed(mine[mine[status] == "not-reached"] if status in mine else mine.iloc[:0])


def _keyed(runs: pd.DataFrame) -> pd.DataFrame:
    return runs.assign(forced=runs["forced"].fillna(""), incident=runs["incident"].fillna(""))


def _chunks(study: Study, late: pd.DataFrame) -> list[Chunk]:
    """Return one chunk for each drill of some rows."""
    places = {(one.replication, one.forced): place for place, one in enumerate(study.strata[0].drills)}
    mixes = {name: m for m, name in enumerate(study.mixes)}
    keys = {
        (mixes[m], places[int(r), f]) for m, r, f in zip(late["mix"], late["replication"], late["forced"], strict=True)
    }
    return [Chunk(0, place, place + 1, mix) for mix, place in sorted(keys)]


def _only(chunks: Sequence[Chunk]) -> ChunkOrder:
    return lambda _all: chunks


def _joined(runs: pd.DataFrame, again: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Return the rows with time and status of those that were watched for longer."""
    if again.empty:
        return runs
    columns = [scenario.primary, status_name(scenario.primary)]
    later = _keyed(again[again["status"] == "done"]).set_index(KEYS)[columns]
    runs, late = runs.copy(), _late(runs, scenario)
    where = pd.MultiIndex.from_frame(late[KEYS])
    known = where.isin(later.index)
    runs.loc[late.index[known], columns] = later.loc[where[known]].to_numpy()
    return runs


def _longer(outline: Outline, study: Study) -> Outline:
    (scenario,) = study.scenarios
    lines = {
        name: replace(line, horizon_s=scenario.horizon) if (line.of or name) == scenario.name else line
        for name, line in outline.scenarios.items()
    }
    return replace(outline, scenarios=lines)


__all__ = ["watch_longer"]
