"""Function cases: how often 95 % intervals cover, in studies of drills whose law is known.

A drill of the made law takes as long as the state of presence and chance have it: some tens of seconds where somebody suitable
is on campus, many minutes until police where nobody is. Studies draw the presence by its chances, and play states that they
hardly show on purpose, as a study does; every interval is that of the comparison itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drillsim.analysis.estimators import Interval
from drillsim.analysis.weights.strata import plain, strata_of
from drillsim.analysis.weights.weighted import Weighed, weighed_difference
from drillsim.record.presence import Chances, joint_states, presence_text
from drillsim.verify.harness.case import Case, Harness

Floats = NDArray[np.float64]

SOURCE = "law made for the test: one, two or nobody on campus, police after a median of 13 minutes"
SIZES = {30: 0.92, 100: 0.93, 200: 0.93}
"""Drills of a study, and the least coverage of its 95 % intervals."""
SHOWN = 10
GOAL_S = 60.0
MIXES: Mapping[str, Chances] = {
    "nobody": Chances(),
    "officer": Chances({"sro": 0.85}),
    "both": Chances({"sro": 0.85, "guard": 0.9}),
}
BEST_S = {"sro": 70.0, "guard": 50.0}
TRUTH = 200_000
"""Values per state from which the true figures are computed."""


@dataclass(frozen=True)
class _MadeStudy:
    """Drills of one study: times by mix, and what the weights need."""

    times_s: Mapping[str, Floats]
    states: Mapping[str, list[str]]
    forced: list[str]

    def weighed(self, *names: str) -> Weighed:
        """Return the drills weighed by the states of some mixes."""
        laws = [MIXES[name] for name in names]
        if not any(law.units for law in laws):
            return Weighed(np.arange(len(self.forced)), plain(len(self.forced)))
        return Weighed(np.arange(len(self.forced)), strata_of(laws, [self.states[name] for name in names], self.forced))


def _times(name: str, here: Mapping[str, NDArray[np.bool_]], rng: np.random.Generator, n: int) -> Floats:
    """Return the times of n drills of a mix: the quickest of its units on campus, else police; with a shared part."""
    shared = rng.lognormal(0.0, 0.5, n)
    police = np.minimum(1800.0, 780.0 * rng.lognormal(0.0, 0.6, n))
    best = np.full(n, np.inf)
    for unit in MIXES[name].units:
        best = np.where(here[unit], np.minimum(best, BEST_S[unit] * shared), best)
    return np.where(np.isinf(best), police, best)


def random_numbers(seed: int) -> np.random.Generator:
    """Return the random numbers of one experiment, by its seed."""
    return np.random.Generator(np.random.Philox(seed))


def _study(n: int, rng: np.random.Generator, seed: int) -> _MadeStudy:
    law = MIXES["both"]
    luck = {unit: rng.random(n) for unit in law.units}
    forced = [""] * n
    here = {unit: luck[unit] < chance for unit, chance in law.units.items()}
    for (state,), _ in joint_states([law], least=0.01):
        seen = np.ones(n, dtype=bool)
        for unit in law.units:
            seen &= here[unit][:n] == (unit not in state.away)
        lack = max(0, SHOWN - int(seen.sum()))
        forced += [presence_text(state.forced(law.units))] * lack
        here = {unit: np.concatenate([here[unit], np.full(lack, unit not in state.away)]) for unit in here}
    times: dict[str, Floats] = {}
    states: dict[str, list[str]] = {}
    for name, chances in MIXES.items():
        times[name] = _times(name, here, random_numbers(seed), len(forced))
        away = [[unit for unit in sorted(chances.units) if not here[unit][k]] for k in range(len(forced))]
        states[name] = [f"away: {', '.join(units)}" if units else "all here" for units in away]
    return _MadeStudy(times, states, forced)


def _truth() -> dict[str, float]:
    """Return the true mean and share of each mix, and the true difference of both to the officer."""
    found: dict[str, float] = {}
    for name, chances in MIXES.items():
        mean = share = 0.0
        for (state,), p in joint_states([chances], least=0.0):
            here = {unit: np.full(TRUTH, unit not in state.away) for unit in chances.units}
            x = _times(name, here, random_numbers(11), TRUTH)
            mean, share = mean + p * float(x.mean()), share + p * float((x <= GOAL_S).mean())
        found |= {f"mean.{name}": mean, f"share.{name}": share}
    return found | {"difference.both": found["mean.both"] - found["mean.officer"]}


def coverage_cases(harness: Harness) -> Iterator[Case]:
    """Yield the coverage of means, goal shares and a paired difference at each size of a study, and of whole days."""
    truth, studies = _truth(), harness.drills(150, 4_000)
    for n, least in SIZES.items():
        hits = dict.fromkeys(truth, 0)
        for k in range(studies):
            seed = harness.seed * 1_000_003 + k
            drills = _study(n, random_numbers(seed + 500_000_000), seed)
            for name, found in _intervals(drills):
                hits[name] += _covers(found, truth[name])
        for name, count in hits.items():
            yield _case(f"coverage.{name}.{n}", SOURCE, count / studies, least, studies)
    covered = sum(
        _covers(_days(random_numbers(harness.seed * 1_000_003 + k)), 0.3 * 430 + 0.7 * 90) for k in range(studies)
    )
    yield _case(
        "coverage.days.50", "50 days of 2.2 incidents, three in ten of them slow", covered / studies, 0.92, studies
    )


def _intervals(drills: _MadeStudy) -> Iterator[tuple[str, Interval]]:
    for name in MIXES:
        weighed, x = drills.weighed(name), drills.times_s[name]
        yield f"mean.{name}", weighed.mean(x).interval()
        yield f"share.{name}", weighed.share(x <= GOAL_S)
    gap = weighed_difference(drills.times_s["both"], drills.times_s["officer"], drills.weighed("both", "officer"))
    yield "difference.both", gap.difference


def _days(rng: np.random.Generator) -> Interval:
    days = np.repeat(np.arange(50), rng.poisson(2.2, 50))
    x = np.where(rng.random(50) < 0.3, 400.0, 60.0)[days] + rng.exponential(30.0, days.size)
    return Weighed(days, plain(50), is_day=True).mean(x).interval()


def _covers(found: Interval, truth: float) -> bool:
    return found.low is not None and found.high is not None and found.low <= truth <= found.high


def _case(name: str, source: str, share: float, least: float, studies: int) -> Case:
    """Return a case that passes where the share of intervals that cover is not below `least` by three standard errors."""
    slack = 3.0 * (least * (1.0 - least) / studies) ** 0.5
    holds = share >= least - slack
    return Case(
        name, "function", source, f"at least {least:g}", share, f"{slack:.3f} below", "pass" if holds else "outside"
    )  # fmt: skip
