"""Play, resample and tabulate: `PYTHONPATH=src:tools python -m coverage_table --out FOLDER`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from coverage_table.intervals import Limits, unweighted, weighed
from coverage_table.presence import ManyStudies, make_studies
from coverage_table.truth import Pool, Truth, played
from drillsim.analysis.estimators import holm
from drillsim.analysis.weights.samples import PartitionedResults
from drillsim.plan.read import read_plan
from drillsim.scenario.read import read_mixes, read_scenario
from drillsim.study.design import Study

ROOT = Path(__file__).resolve().parents[2]
DRILLS = ("fight", "medical", "unwanted", "lockdown")
DAYS = "real-days/school-day"
LEVEL = 0.01
"""Level at which a cell is judged too low, adjusted by Holm over all cells of a table."""
LEAST = {30: 0.92, 50: 0.92, 100: 0.93, 200: 0.93}
"""Least coverage by size of a study."""


@dataclass(frozen=True)
class Cell:
    """Coverage of one interval in many studies of one size.

    width
        Mean width over that of the same interval without weights and added drills; NaN where it is not compared.
    plain
        Coverage of the interval without weights; NaN likewise.
    """

    scenario: str
    mix: str
    what: str
    runs: int
    covered: int
    studies: int
    width: float = float("nan")
    plain: float = float("nan")

    @property
    def share(self) -> float:
        """Share of the studies whose interval holds the truth."""
        return self.covered / self.studies

    @property
    def p(self) -> float:
        """Chance of so few or fewer if the coverage were the least one."""
        return float(binom.cdf(self.covered, self.studies, LEAST[self.runs]))


def cells(truth: Truth, many: ManyStudies, *, is_day: bool, rng: np.random.Generator) -> Iterator[Cell]:
    """Yield the coverage of each interval of every mix of a scenario in studies of one size."""
    line = truth.results.outline.scenarios[truth.scenario]
    for mix in truth.mixes:
        drawn = _Drawn(truth, many, (mix,), line.primary, is_day, rng)
        total, count = drawn.pool.values()
        yield drawn.cell(
            "mean", drawn.mean(total, count), truth=drawn.pool.mean(total, count), plain=drawn.plain_mean(total, count)
        )
        q, one = drawn.pool.quantile(0.9), drawn.pool.samples[0]
        upto, below = (drawn.pool.sums(one.reached & hits) for hits in (one.numbers <= q, one.numbers < q))
        covers = drawn.strata.covers_quantile(upto[drawn.at], below[drawn.at], count[drawn.at], 0.9)
        yield drawn.counted("9 of 10", covers)
        for goal in line.goals:
            drawn = _Drawn(truth, many, (mix,), goal.measure, is_day, rng)
            one, count = drawn.pool.samples[0], drawn.pool.values()[1]
            hits = drawn.pool.sums(one.reached & (one.numbers <= goal.at_most_s))
            found = drawn.strata.share(hits[drawn.at], count[drawn.at])
            name = f"share of {goal.measure} by {goal.at_most_s:g} s"
            yield drawn.cell(name, found, truth=drawn.pool.mean(hits, count))
        if mix != truth.results.outline.present:
            drawn = _Drawn(truth, many, (mix, truth.results.outline.present), line.primary, is_day, rng)
            total, count = drawn.pool.differences()
            true = drawn.pool.mean(total, count)
            yield drawn.cell("difference", drawn.mean(total, count), truth=true, plain=drawn.plain_mean(total, count))


class _Drawn:
    """Studies whose drills are drawn from the pool of some mixes."""

    def __init__(
        self,
        truth: Truth,
        many: ManyStudies,
        names: tuple[str, ...],
        measure: str,
        is_day: bool,
        rng: np.random.Generator,
    ) -> None:
        self.truth, self.names, self.runs, self.studies = truth, names, many.runs, many.studies
        self.pool: Pool = truth.pool(names, measure)
        self.at = self.pool.draw(many.places(names)[2], rng)
        self.many, self.is_day = many, is_day
        self.strata = weighed(self.many, names, is_day=is_day)

    def mean(self, total: NDArray[np.float64], count: NDArray[np.float64]) -> Limits:
        """Return the interval of the mean of each study."""
        return self.strata.mean(total[self.at], count[self.at])

    def plain_mean(self, total: NDArray[np.float64], count: NDArray[np.float64]) -> Limits:
        """Return the interval of the mean without weights and without the drills that were added."""
        at = self.at[self.many.forced < 0]
        return unweighted(self.many, is_day=self.is_day).mean(total[at], count[at])

    def cell(self, what: str, found: Limits, *, truth: float, plain: Limits | None = None) -> Cell:
        """Return the cell of an interval."""
        if plain is None:
            return self.counted(what, found.covers(truth))
        wide, before = float((found.high - found.low).mean()), float((plain.high - plain.low).mean())
        return self.counted(
            what, found.covers(truth), width=wide / before if before else 1.0, plain=float(plain.covers(truth).mean())
        )

    def counted(
        self, what: str, covered: NDArray[np.bool_], *, width: float = float("nan"), plain: float = float("nan")
    ) -> Cell:
        """Return the cell of studies that cover or not."""
        return Cell(self.truth.scenario, self.names[0], what, self.runs, int(covered.sum()), self.studies, width, plain)


def study_of(name: str, *, runs: int, seed: int) -> Study:
    """Return the study of a shipped scenario with the mixes beside it."""
    scenario = ROOT / "scenarios" / f"{name}.yaml"
    return Study(
        [read_scenario(scenario)], read_plan(ROOT / "floorplans" / "doe_secondary.yaml"),
        read_mixes(scenario.parent / "mixes.yaml"), runs=runs, seed=seed,
    )  # fmt: skip


def table(found: Sequence[Cell]) -> Iterator[str]:
    """Yield the lines of a Markdown table: one for each scenario, interval and size, and one for each cell that is too low."""
    adjusted = holm([cell.p for cell in found])
    low = [(cell, p) for cell, p in zip(found, adjusted, strict=True) if p is not None and p < LEVEL]
    yield "| scenario | interval | drills | least | mean | most | width | unweighted, least |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for key in dict.fromkeys((cell.scenario, cell.what, cell.runs) for cell in found):
        mine = [cell for cell in found if (cell.scenario, cell.what, cell.runs) == key]
        shares = [cell.share for cell in mine]
        width = (
            f"{min(c.width for c in mine):.2f} to {max(c.width for c in mine):.2f}"
            if mine[0].width == mine[0].width
            else ""
        )
        plain = f"{min(c.plain for c in mine):.3f}" if mine[0].plain == mine[0].plain else ""
        told = [
            *key[:2],
            str(key[2]),
            *(f"{x:.3f}" for x in (min(shares), float(np.mean(shares)), max(shares))),
            width,
            plain,
        ]
        yield "| " + " | ".join(told) + " |"
    yield ""
    yield f"{len(found)} cells of {found[0].studies:,} studies; significantly too low (Holm, 1 %): {len(low)}."
    for cell, p in low:
        yield f"* {cell.scenario}, {cell.mix}, {cell.what}, {cell.runs}: {cell.share:.4f}, p {p:.2g}, unweighted {cell.plain:.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the experiment, print its tables and return 1 where a cell is too low."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder that keeps the drills; they are played once")
    parser.add_argument("--truth", type=int, default=6000, help="drills of each scenario and mix")
    parser.add_argument("--days", type=int, default=1500, help="school days of each mix; 0 for none")
    parser.add_argument("--studies", type=int, default=4000)
    parser.add_argument("--scenario", action="append", help=f"one of {', '.join(DRILLS)}; all by default")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--workers", type=int, default=1)
    told = parser.parse_args(arguments)
    found: list[Cell] = []
    jobs = [(name, told.truth, (30, 100, 200)) for name in told.scenario or DRILLS]
    for name, runs, sizes in [*jobs, *([(DAYS, told.days, (50,))] if told.days else [])]:
        folder = told.out / f"{name.rsplit('/', 1)[-1]}-{runs}"
        results = played(study_of(name, runs=runs, seed=told.seed), folder, workers=told.workers)
        truth = Truth(PartitionedResults(results), next(iter(results.outline.scenarios)))
        for size in sizes:
            rng = np.random.Generator(np.random.Philox(key=[told.seed, size]))
            many = make_studies(truth.law, studies=told.studies, runs=size, rng=rng, in_turn=name == DAYS)
            many = many.of(rng.random(many.study.size) >= truth.empty)
            found += cells(truth, many, is_day=name == DAYS, rng=rng)
    print("\n".join(table(found)))
    return int("too low (Holm, 1 %): 0." not in "".join(table(found)))


if __name__ == "__main__":
    sys.exit(main())
