"""Choice of one mix by drills that are played until it is decided: `drillsim compare --pick 10s`.

Drills are played in rounds of equal replications for the mixes still in, so that pairs stay pairs. Which drill comes next
depends on rows only, never on workers: a choice is the same for any executor, and the same when it is repeated.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from drillsim.analysis.contrasts import sample
from drillsim.analysis.selection.sequential import FIRST, KimNelson, Selection
from drillsim.analysis.wording import drills, short_name, unit_of
from drillsim.errors import ResultError, ScenarioError
from drillsim.quantities import clock
from drillsim.study.chunks import Chunk, Simulate, begin_worker
from drillsim.study.design import Study
from drillsim.study.results import Results, joined
from drillsim.study.runner import LONGEST_CHUNK, StudyFolder, run

MOST_ROUNDS = 100_000
"""Rounds after which a choice is given up as undecided."""
SEEN = 3.0
"""Expected drills of a state of presence after which it has been seen with 95 % confidence: -log(0.05)."""
Told = Callable[[int, int], None]
"""Called with the rounds played and those before the next look."""


@dataclass(frozen=True)
class Pick:
    """A mix chosen in one scenario, with the drills it took.

    chosen
        Name of the mix; None where it is not decided after MOST_ROUNDS.
    tied
        Names that tie with it in every sense that matters, itself included, in file order.
    dropped
        By name of a mix, the number of rounds at which it was dropped.
    delta_s
        Difference worth detecting.
    drills
        Number of drills over all mixes.
    """

    scenario: str
    measure: str
    chosen: str | None
    tied: tuple[str, ...]
    dropped: dict[str, int]
    rounds: int
    delta_s: float
    level: float
    drills: int
    results: Results

    def as_dict(self) -> dict[str, object]:
        """Return the choice as data for JSON, without its results."""
        return {
            "scenario": self.scenario,
            "measure": self.measure,
            "mix": self.chosen,
            "ties": [name for name in self.tied if name != self.chosen],
            "dropped_after": self.dropped,
            "rounds": self.rounds,
            "drills": self.drills,
            "within_s": self.delta_s,
            "confidence": self.level,
        }

    def words(self) -> str:
        """Return the choice as a sentence."""
        outline = self.results.outline
        within = f"{self.delta_s:g} s" if self.delta_s < 100 else clock(self.delta_s)
        what = f"{outline.title(self.scenario)}, {short_name(self.measure)}"
        cost = f"{drills(self.drills)} in all, {drills(self.rounds)} of the longest-lived mix"
        if self.chosen is None:
            left = ", ".join(outline.label(name) for name in self.tied)
            return f"{what}: not decided after {cost}. Still in: {left}."
        others = [outline.label(name) for name in self.tied if name != self.chosen]
        ties = f" It ties with {', '.join(others)}." if others else ""
        return f"{what}: {outline.label(self.chosen)}, with {100 * self.level:g} % confidence within {within} of the best ({cost}).{ties}"


def pick(
    study: Study,
    *,
    delta_s: float,
    level: float = 0.95,
    workers: int = 1,
    executor: Executor | None = None,
    tell: Told | None = None,
    simulate: Simulate | None = None,
    most: int = MOST_ROUNDS,
    store: StudyFolder | None = None,
) -> Pick:
    """Play drills of a study of one scenario until one mix is chosen in its primary measure; `study.runs` is not used.

    delta_s
        Difference worth detecting: the chosen mix is the best, or within this of it, with confidence `level`.
    workers, executor
        As in `run`; neither changes the choice or a row.
    tell
        Called with the rounds played and those before the next look.
    simulate
        Plays one drill; `drillsim.engine.simulate` by default.
    most
        Rounds after which the choice is left undecided.
    store
        Keeps the drills; those that are in it are not played again.

    A drill that failed, or to which the measure does not apply, takes its round out for all mixes. Raises ScenarioError for
    several scenarios or a measure that is not a time, ValueError for a delta that is not positive, ResultError where the first
    `most` rounds hold no two complete ones.
    """
    KimNelson(delta_s, level)
    if len(study.scenarios) != 1:
        raise ScenarioError(f"a mix is picked in one scenario, not in {len(study.scenarios)}")
    (scenario,) = study.scenarios
    if unit_of(scenario.primary) != "s":
        raise ScenarioError(f"'{scenario.primary}' is not a time; a mix is picked by a time. Name one as 'primary'")
    procedure = KimNelson(delta_s, level, first=first_rounds(study))
    begin = time.perf_counter()
    own = workers > 1 and executor is None
    context = get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker) if own else nullcontext(executor)
    names, parts, played = list(study.mixes), list[Results](), 0
    lasts = dict.fromkeys(names, 0)
    found = procedure.look([[] for _ in names])
    results = joined(study, [], seconds=0.0)
    with pool as processes:
        while not found.decided and played < most:
            wanted = min(most, played + max(1, found.next_rounds - _complete(results, scenario.name, names, lasts)[1]))
            if tell is not None:
                tell(played, wanted)
            chunks = [
                Chunk(0, first, min(first + LONGEST_CHUNK, wanted), mix)
                for first in range(played, wanted, LONGEST_CHUNK)
                for mix in found.left
            ]
            part = _played(study, wanted, chunks, processes, simulate, store)
            simulate = simulate or _unchecked()
            parts.append(part)
            played = wanted
            lasts |= {names[i]: played for i in found.left}
            results = joined(_of_runs(study, played), parts, seconds=time.perf_counter() - begin)
            found = procedure.look(_complete(results, scenario.name, names, lasts)[0])
    if played and not found.decided and found.rounds == 0:
        raise ResultError(f"of {drills(played)} too few have '{scenario.primary}' for every mix; nothing can be picked")
    return _pick(study, found, results, delta_s=delta_s, level=level, played=sum(lasts.values()))


def first_rounds(study: Study) -> int:
    """Return the rounds before the first mix may be dropped: FIRST, or as many as show each state of presence.

    A round is a drill of the seed, drawn by the law of presence, so that its mean needs no weights. But the variance that decides
    is that of the first rounds, and a rare bad day that they do not show would be decided without. In 3 / p rounds a state of
    probability p is seen with 95 % confidence (1 - (1 - p)^(3 / p)); states below RARE are left to chance.
    """
    (strata,) = study.strata
    least = min((p for _, common, _ in strata.laws for p in common.values()), default=1.0)
    return max(FIRST, math.ceil(SEEN / least - 1e-9))


def _pick(study: Study, found: Selection, results: Results, *, delta_s: float, level: float, played: int) -> Pick:
    names, (scenario,) = list(study.mixes), study.scenarios
    return Pick(
        scenario.name,
        scenario.primary,
        None if found.chosen is None else names[found.chosen],
        tuple(names[i] for i in found.left),
        {names[i]: r for i, r in found.dropped.items()},
        found.rounds,
        delta_s,
        level,
        played,
        results,
    )


def _of_runs(study: Study, runs: int) -> Study:
    return Study(study.variants, study.plan, study.mixes, runs=max(1, runs), seed=study.seed)


def _played(
    study: Study,
    runs: int,
    chunks: Sequence[Chunk],
    executor: Executor | None,
    simulate: Simulate | None,
    store: StudyFolder | None,
) -> Results:
    """Play some chunks of a study of so many runs; all arguments of `pick`."""
    return run(
        _of_runs(study, runs), executor=executor, simulate=simulate, chunk_order=lambda _all: chunks, store=store
    )


def _unchecked() -> Simulate:
    """Return the engine's simulate function: scenario, plan and mixes are checked once, before the first round."""
    from drillsim.engine.simulate import simulate

    return simulate


def _complete(
    results: Results, scenario: str, names: Sequence[str], lasts: dict[str, int]
) -> tuple[list[NDArray[np.float64]], int]:
    """Return one column of values per mix, over the replications in which every mix that played has a number, and how many.

    lasts
        By name, the number of replications that a mix has played.
    """
    most = max(lasts.values())
    if most == 0:
        return [np.empty(0) for _ in names], 0
    primary = results.outline.scenarios[scenario].primary
    values = np.full((len(names), most), np.nan)
    for i, name in enumerate(names):
        one = sample(results, scenario, name, primary)
        values[i, one.replications] = one.numbers
    inside = np.arange(most)[None, :] < np.array([lasts[name] for name in names])[:, None]
    complete = ~(inside & np.isnan(values)).any(axis=0)
    columns = [values[i, : lasts[name]][complete[: lasts[name]]] for i, name in enumerate(names)]
    return columns, int(complete.sum())
