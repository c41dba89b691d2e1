"""Screening of assumptions by Morris' elementary effects: all of them moved over their ranges, one step at a time, on the same drills.

Where `play.sensitivity` moves each assumption alone from what holds now, a screening starts from random corners of all ranges at
once, so that it also sees assumptions that matter only together with others. Cost: trajectories x (assumptions + 1) cases. Points
are drawn by the seed of the study. The named laws stay as they are: they have no range, and are told apart as model form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from drillsim.analysis.choice import choice
from drillsim.analysis.contrasts import PartitionedResults, ResultRows, describe
from drillsim.analysis.estimators import Interval
from drillsim.analysis.selection.morris import Effects, morris_effects, morris_points
from drillsim.analysis.wording import difference_words, short_name, unit_of
from drillsim.record.outline import Outline
from drillsim.scenario.model import Scenario
from drillsim.study.sensitivity.factors import Factor
from drillsim.study.variants import Variant
from drillsim.study.vary import vary

MOST_TOLD = 8
"""Assumptions that are printed; the others are in the frame."""


@dataclass(frozen=True)
class Screening:
    """Elementary effects of the assumptions on the mean of the present mix, and how often the choice of mix stays.

    points
        (trajectories, factors + 1, factors) places in the ranges, from 0 to 1.
    outputs
        (trajectories, factors + 1) mean of the present mix at each point.
    effects
        Over the whole range of each assumption, in the unit of the measure.
    best
        Name of the mix of least mean as the files are.
    kept
        Share of the points at which `best` is possibly best.
    """

    scenario: str
    measure: str
    factors: tuple[Factor, ...]
    drills: int
    points: NDArray[np.float64] = field(repr=False)
    outputs: NDArray[np.float64] = field(repr=False)
    effects: Effects = field(repr=False)
    best: str = ""
    kept: float = 1.0

    @property
    def problem(self) -> dict[str, Any]:
        """The assumptions as a problem of SALib, whose analyses take `points` and `outputs` with their first two axes joined."""
        names = [one.key for one in self.factors]
        return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}

    @property
    def order(self) -> list[int]:
        """Places of the assumptions, the largest mu* first."""
        return [int(k) for k in np.argsort(-np.round(self.effects.size, 9), kind="stable")]

    @property
    def frame(self) -> pd.DataFrame:
        """One row per assumption, the largest mu* first: mu* and mu over its range, and sigma."""
        rows = [
            {
                "by": self.factors[k].assumption, "value": self.factors[k].range_words, "model_form": False, "method": "morris",
                "mu_star": self.effects.size[k], "mu": self.effects.mean[k], "sigma": self.effects.spread[k],
                "best": self.best, "share_possibly_best": self.kept,
            }
            for k in self.order
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def lines(self, outline: Outline) -> list[str]:
        """Return the assumptions that matter most as text, and in how many cases the choice stays."""
        unit, label = unit_of(self.measure), outline.label
        count = self.outputs.size
        what = f"All assumptions moved at once ({count} cases, {self.drills} drills each)"
        how = "mu* over the whole range, and sigma, large where it hangs on others"
        told = [f"{what}, {short_name(self.measure)} of {label(outline.present)}; {how}:"]
        for k in self.order[:MOST_TOLD]:
            size, spread = (_plain(float(v), unit) for v in (self.effects.size[k], self.effects.spread[k]))
            if self.effects.size[k] > 0:
                told.append(f"  {size:>10} {spread:>10}  {self.factors[k].range_words} ({self.factors[k].assumption})")
        told.append(f"{label(self.best)} is possibly best in {100 * self.kept:.0f} % of these cases.")
        return told


def _plain(value: float, unit: str) -> str:
    """Return a size in its unit, without a sign."""
    return "-" if np.isnan(value) else difference_words(Interval(value, None, None), unit).lstrip("+")


def points_of(factors: Sequence[Factor], trajectories: int, seed: int) -> NDArray[np.float64]:
    """Return the points of a screening, drawn by a seed."""
    return morris_points(len(factors), trajectories, np.random.Generator(np.random.Philox(seed)))


def cases_at(scenario: Scenario, factors: Sequence[Factor], points: ArrayLike) -> list[Variant]:
    """Return a scenario at each of some points: (n, factors) places in the ranges, 0 the low end and 1 the high one.

    With the points of another design (such as Saltelli's, of SALib) the cases serve variance-based indices on the same drills.
    """
    table = np.asarray(points, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] != len(factors):
        raise ValueError(
            f"points are one line per case and one column for each of {len(factors)} assumptions, not {table.shape}"
        )
    made = []
    for number, places in enumerate(table.tolist()):
        changes = {k: v for factor, at in zip(factors, places, strict=True) for k, v in factor.change(at).items()}
        made.append(Variant(vary(scenario, changes, name=f"{scenario.name}+point {number}")))
    return made


def screened(
    played: ResultRows, base: str, factors: Sequence[Factor], points: NDArray[np.float64], cases: Sequence[Variant]
) -> Screening:
    """Return the screening of a base from the rows of its cases; five arguments: rows, base, and the design."""
    played = PartitionedResults(played)
    outline = played.outline
    measure = outline.scenarios[base].primary
    names = [case.scenario.name for case in cases]
    means = [describe(played, name, outline.present, measure).mean.value for name in names]
    outputs = np.array([np.nan if v is None else v for v in means]).reshape(points.shape[:2])
    first = {mix: describe(played, base, mix, measure).mean.value for mix in outline.mixes}
    known = {mix: value for mix, value in first.items() if value is not None}
    best = min(known, key=lambda mix: known[mix]) if known else outline.present
    stays = [best in choice(played, name, measure).best for name in names]
    return Screening(
        base, measure, tuple(factors), outline.runs, points, outputs, morris_effects(points, outputs), best,
        float(np.mean(stays)),
    )  # fmt: skip
