"""The truth that studies are drawn from: thousands of drills of one scenario, by mix and state of presence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coverage_table.presence import Ints, Law
from drillsim.analysis.weights.samples import PartitionedResults, Sample, sample
from drillsim.record.presence import Chances, state_from
from drillsim.study.design import Study
from drillsim.study.results import Results, read_results, write_results
from drillsim.study.runner import run

Floats = NDArray[np.float64]


def played(study: Study, folder: Path, *, workers: int) -> Results:
    """Return the results of a study that is played into a folder once, and read from it from then on."""
    if (folder / "runs.csv").exists():
        return read_results(folder)
    results = run(study, workers=workers, store=folder, resume=(folder / "study.sqlite").exists())
    write_results(results, folder)
    return results


@dataclass(frozen=True)
class Truth:
    """Drills of one scenario, split by mix."""

    results: PartitionedResults
    scenario: str

    @cached_property
    def mixes(self) -> tuple[str, ...]:
        """Names of the mixes, in the order of their file."""
        return tuple(self.results.outline.mixes)

    @cached_property
    def law(self) -> Law:
        """What chance decides about the presence of the mixes."""
        chances = self.results.outline.scenarios[self.scenario].chances
        return Law({mix: chances.get(mix, Chances()) for mix in self.mixes})

    @property
    def empty(self) -> float:
        """Share of drills without a row: school days on which nothing happened, whoever was there."""
        rows = self.results.runs[self.results.runs["mix"] == self.mixes[0]]
        drawn = rows.loc[rows["forced"].fillna("") == "", "replication"]
        return 1.0 - drawn.nunique() / self.results.outline.runs

    def pool(self, names: Sequence[str], measure: str) -> Pool:
        """Return the drills of one mix, or those that several mixes have all played, with the values of a measure."""
        samples = [sample(self.results, self.scenario, name, measure) for name in names]
        kept = sorted(set.intersection(*(set(one.drills.numbers.tolist()) for one in samples)))
        places = [np.searchsorted(one.drills.numbers, kept) for one in samples]
        states = [
            tuple(state_from(one.drills.states[at[k]]) for one, at in zip(samples, places, strict=True))
            for k in range(len(kept))
        ]
        return Pool(self.law, tuple(names), self.law.numbers(names, states), tuple(samples), tuple(places))


@dataclass(frozen=True)
class Pool:
    """Drills to draw from: their joint states, and the values of one measure in them.

    numbers
        (n,) joint state of each drill, as `Law.numbers`.
    """

    law: Law
    names: tuple[str, ...]
    numbers: Ints
    samples: tuple[Sample, ...]
    places: tuple[Ints, ...]

    @cached_property
    def states(self) -> tuple[Floats, Ints]:
        """Probability of each joint state, and (n,) which of them each drill is in."""
        _, chances, numbers = self.law.joint(self.names)
        order = np.argsort(numbers)
        return chances, order[np.searchsorted(numbers[order], self.numbers)]

    def draw(self, place: Ints, rng: np.random.Generator) -> Ints:
        """Return for each wanted joint state the place of one of the drills in it. Raises ValueError where there is none."""
        chances, mine = self.states
        order, counts = np.argsort(mine, kind="stable"), np.bincount(mine, minlength=chances.size)
        if (counts[np.unique(place)] == 0).any():
            raise ValueError(f"{', '.join(self.names)}: a state of presence was never played; play more drills")
        first = np.cumsum(counts) - counts
        return np.asarray(order[first[place] + (rng.random(place.size) * counts[place]).astype(np.int64)])

    def values(self, of: int = 0) -> tuple[Floats, Floats]:
        """Return the sum of the values of each drill in one of the mixes, and their number."""
        return self.sums(self.samples[of].numbers, of), self.sums(np.ones(self.samples[of].numbers.size), of)

    def differences(self) -> tuple[Floats, Floats]:
        """Return the sum of first minus second over the values of each drill, and their number."""
        first, second = self.samples
        _, i, j = np.intersect1d(first.keys, second.keys, assume_unique=True, return_indices=True)
        gap, size = np.round(first.numbers[i] - second.numbers[j], 6), first.drills.numbers.size
        total = np.bincount(first.drill[i], weights=gap, minlength=size).astype(np.float64)
        count = np.bincount(first.drill[i], minlength=size).astype(np.float64)
        return total[self.places[0]], count[self.places[0]]

    def sums(self, values: Floats | NDArray[np.bool_], of: int = 0) -> Floats:
        """Return (n,) the sum over the values of each drill."""
        one = self.samples[of]
        found = np.bincount(one.drill, weights=values.astype(np.float64), minlength=one.drills.numbers.size)
        return np.asarray(found[self.places[of]])

    def mean(self, total: Floats, count: Floats) -> float:
        """Return the true mean of values with these sums and numbers by drill."""
        chances, mine = self.states
        with np.errstate(divide="ignore", invalid="ignore"):
            of_state = np.bincount(mine, weights=total, minlength=chances.size) / np.bincount(
                mine, weights=count, minlength=chances.size
            )
        played = ~np.isnan(of_state)
        return float((chances[played] * of_state[played]).sum() / chances[played].sum())

    def quantile(self, share: float) -> float:
        """Return the true time by which a share of the values is reached; infinite beyond the horizon."""
        one = self.samples[0]
        times = np.unique(np.where(one.reached, one.numbers, np.inf))
        count = self.values()[1]
        bottom, top = 0, times.size - 1
        while bottom < top:
            middle = (bottom + top) // 2
            reached = self.mean(self.sums(one.reached & (one.numbers <= times[middle])), count) >= share - 1e-9
            bottom, top = (bottom, middle) if reached else (middle + 1, top)
        return float(times[bottom])
