"""Choice of one mix by drills that are played until it is decided: `drillsim compare --pick 10s`.

Drills are played in balanced rounds (`rounds`) for the mixes still in, so that pairs stay pairs and no rare day is missed. Which
drill comes next depends on rows only, never on workers: a choice is the same for any executor, and the same when it is repeated.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context

from drillsim.analysis.contrasts import sample
from drillsim.analysis.selection.sequential import BATCH, KimNelson
from drillsim.analysis.weights.samples import FORCED
from drillsim.analysis.wording import drills, short_name, unit_of
from drillsim.errors import ResultError, ScenarioError
from drillsim.quantities import clock
from drillsim.study.chunks import Chunk, Simulate, begin_worker
from drillsim.study.design import Study
from drillsim.study.results import Results, joined
from drillsim.study.runner import LONGEST_CHUNK, StudyFolder, run
from drillsim.study.selection.rounds import BalancedRounds
from drillsim.study.strata import Numbered

MOST_ROUNDS = 100_000
"""Rounds after which a choice is given up as undecided."""
Told = Callable[[int, int], None]
"""Called with the drills of a mix played and those before the next look."""


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
    per_round: int
    """Drills of each mix in a round."""
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
            "drills_per_round": self.per_round,
            "drills": self.drills,
            "within_s": self.delta_s,
            "confidence": self.level,
        }

    def words(self) -> str:
        """Return the choice as a sentence."""
        outline = self.results.outline
        within = f"{self.delta_s:g} s" if self.delta_s < 100 else clock(self.delta_s)
        what = f"{outline.title(self.scenario)}, {short_name(self.measure)}"
        cost = f"{drills(self.drills)} in all, {drills(self.rounds * self.per_round)} of the longest-lived mix"
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
        Called with the drills of a mix played and those before the next look.
    simulate
        Plays one drill; `drillsim.engine.simulate` by default.
    most
        Rounds after which the choice is left undecided.
    store
        Keeps the drills; those that are in it are not played again.

    One observation is one balanced round (`rounds`). A drill that failed, or to which the measure does not apply, is replaced for
    all mixes by the next of its state. Raises ScenarioError for several scenarios, whole days or a measure that is not a time,
    ValueError for a delta that is not positive, ResultError where the first `most` rounds hold no two complete ones.
    """
    refuse_unfit(study, delta_s, level)
    (scenario,) = study.scenarios
    begin = time.perf_counter()
    own = workers > 1 and executor is None
    context = get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker) if own else nullcontext(executor)
    with pool as processes:
        play = _Play(study, delta_s, level, partial(run, executor=processes, store=store))
        while not play.found.decided and play.rounds < most:
            wanted = min(most, play.rounds + max(1, play.found.next_rounds - play.complete))
            if tell is not None:
                tell(play.rounds * play.per_round, wanted * play.per_round)
            play.until(wanted, simulate)
            simulate = simulate or _unchecked()
    found = play.found
    if play.rounds and not found.decided and found.rounds == 0:
        told = drills(play.rounds * play.per_round)
        raise ResultError(f"of {told} too few have '{scenario.primary}' for every mix; nothing can be picked")
    names = list(study.mixes)
    return Pick(
        scenario.name,
        scenario.primary,
        None if found.chosen is None else names[found.chosen],
        tuple(names[i] for i in found.left),
        {names[i]: r for i, r in found.dropped.items()},
        found.rounds,
        play.per_round,
        delta_s,
        level,
        sum(play.last) * play.per_round,
        replace(play.results, seconds=time.perf_counter() - begin),
    )


def refuse_unfit(study: Study, delta_s: float, level: float = 0.95) -> None:
    """Raise ScenarioError where no mix can be picked by a study, ValueError where `delta_s` is not positive; see `pick`."""
    KimNelson(delta_s, level)
    if len(study.scenarios) != 1:
        raise ScenarioError(f"a mix is picked in one scenario, not in {len(study.scenarios)}")
    (scenario,) = study.scenarios
    if unit_of(scenario.primary) != "s":
        raise ScenarioError(f"'{scenario.primary}' is not a time; a mix is picked by a time. Name one as 'primary'")
    if scenario.demand is not None:
        raise ScenarioError(
            f"'{scenario.name}' plays whole school days, with any number of incidents each: there is no one incident to pick a mix by. "
            "Compare it without --pick, or pick by a scenario of the incident that matters most"
        )


class _Play:
    """The rounds of a choice so far, and what they say."""

    def __init__(self, study: Study, delta_s: float, level: float, run_part: Callable[..., Results]) -> None:
        """Prepare the rounds.

        run_part
            Plays chunks of a study: `run` with its executor and store.
        """
        self._study, self._run = study, run_part
        self._balanced = BalancedRounds(study.scenarios[0], list(study.mixes_of(0).mixes.values()), study.seed)
        self.per_round = self._balanced.per_round()
        """Drills of a round."""
        first, batch = self._balanced.first_rounds(), max(1, BATCH // self.per_round)
        self._procedure = KimNelson(delta_s, level, first=first, batch=batch, refreshed=True)
        self._parts: list[Results] = []
        self.rounds = self.complete = 0
        """Rounds that were asked for, and those of them in which every mix has a number."""
        self.last = [0] * len(study.mixes)
        """Rounds that each mix was asked to play."""
        self.found = self._procedure.look([[] for _ in study.mixes])
        self.results = joined(study, [], seconds=0.0)

    def until(self, wanted: int, simulate: Simulate | None) -> None:
        """Play the mixes still in until there are so many rounds, and look."""
        before = [len(part) for part in self._balanced.drills]
        self._balanced.extend(wanted)
        new = [one for part, n in zip(self._balanced.drills, before, strict=True) for one in part[n:]]
        study = self._study.with_added(self._balanced.runs, [self._balanced.added])
        places = sorted(study.strata[0].place_of(one) for one in new)
        chunks = [Chunk(0, first, last, mix) for first, last in _ranges(places) for mix in self.found.left]
        self._parts.append(self._run(study, simulate=simulate, chunk_order=lambda _all: chunks))
        self.rounds = wanted
        for i in self.found.left:
            self.last[i] = wanted
        self.results = joined(study, self._parts, seconds=0.0)
        columns = self._balanced.observations(self._values(study), self.last)
        self.complete = max(map(len, columns))
        self.found = self._procedure.look(columns)

    def _values(self, study: Study) -> dict[Numbered, list[float]]:
        """Return of each drill the number of each mix in the primary measure; NaN where it has none."""
        (scenario,) = study.scenarios
        asked = [one for part in self._balanced.drills for one in part]
        columns = []
        for name in study.mixes:
            one = sample(self.results, scenario.name, name, scenario.primary)
            columns.append(dict(zip(one.replications.tolist(), one.numbers.tolist(), strict=True)))
        first = {text: FORCED * (1 + k) for k, text in enumerate(self._balanced.added)} | {"": 0}
        return {one: [c.get(first[one.forced] + one.replication, math.nan) for c in columns] for one in asked}


def _ranges(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of neighbours in ascending places, of at most LONGEST_CHUNK, as first and last + 1."""
    first = 0
    for i in range(1, len(places) + 1):
        if i == len(places) or places[i] != places[i - 1] + 1 or i - first >= LONGEST_CHUNK:
            yield places[first], places[i - 1] + 1
            first = i


def _unchecked() -> Simulate:
    """Return the engine's simulate function: scenario, plan and mixes are checked once, before the first round."""
    from drillsim.engine.simulate import simulate

    return simulate
