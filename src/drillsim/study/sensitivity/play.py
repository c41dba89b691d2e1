"""Sensitivity of a choice: every assumption and law moved alone on the same drills, and what then changes.

A Monte Carlo interval tells how far chance alone could move a figure. This tells how far the assumptions could: the two are never
added up. All cases meet the same drills as the base, so that what differs is what was changed; the result holds for these drills.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import pandas as pd

from drillsim.analysis.choice import choice
from drillsim.analysis.contrasts import (
    MET,
    MISSED,
    PartitionedResults,
    ResultRows,
    describe,
    goal_results,
    pair_of,
    sample,
)
from drillsim.analysis.estimators import Interval
from drillsim.analysis.wording import difference_words, short_name, unit_of
from drillsim.quantities import clock
from drillsim.record.outline import GoalLine, Outline
from drillsim.scenario.model import Scenario
from drillsim.study.chunks import Simulate
from drillsim.study.design import Study
from drillsim.study.runner import run
from drillsim.study.sensitivity.factors import FACTORS, FORMS, Factor, TriedCase, one_at_a_time
from drillsim.study.sensitivity.screening import Screening, cases_at, points_of, screened
from drillsim.study.variants import Variant

SENSITIVITY = "sensitivity.csv"
"""File of the results folder that holds every case."""
DRILLS = 30
"""Drills of each case and mix."""
GoalOfMix = tuple[GoalLine, str]


@dataclass(frozen=True)
class Swing:
    """What one case changes.

    change
        Mean of the present mix in this case less that of the base, on the same drills.
    means
        Mean of each mix.
    best
        Name of the mix of least mean; `stays` tells whether the base's is still possibly best.
    verdicts
        Verdict on each goal of each mix.
    """

    by: str
    value: str
    is_form: bool
    change: Interval
    means: dict[str, float]
    best: str
    stays: bool
    verdicts: dict[GoalOfMix, str | None]


@dataclass(frozen=True)
class Sensitivity:
    """All cases of a scenario beside its base.

    best
        Name of the mix of least mean in the base.
    swings
        The largest change first.
    """

    scenario: str
    measure: str
    best: str
    drills: int
    base: dict[GoalOfMix, str | None]
    swings: tuple[Swing, ...]
    screening: Screening | None = None
    """All assumptions moved at once, where that was asked for."""

    @property
    def flips(self) -> tuple[Swing, ...]:
        """Cases in which the base's best mix is not possibly best any more."""
        return tuple(one for one in self.swings if not one.stays)

    def depends_on(self, goal: GoalLine, mix: str, verdict: str | None = None) -> list[str]:
        """Return the assumptions and laws that turn met into missed or missed into met, alone.

        verdict
            That of a larger study; by default that of the base.
        """
        held = verdict if verdict is not None else self.base.get((goal, mix))
        turned = {MET: MISSED, MISSED: MET}.get(held or "")
        if turned is None:
            return []
        found = [
            one.value.replace(" ", "=") if one.is_form else one.by
            for one in self.swings
            if one.verdicts.get((goal, mix)) == turned
        ]
        return list(dict.fromkeys(found))

    @property
    def frame(self) -> pd.DataFrame:
        """One row per case: assumption or law, value, change of the present mix with its interval, best mix, whether it stays.

        `method` is one-at-a-time; below stand the rows of the screening (`Screening.frame`), morris, where it was played.
        """
        rows = [
            {
                "by": one.by, "value": one.value, "model_form": one.is_form, "method": "one-at-a-time",
                "change": one.change.value, "change_low": one.change.low, "change_high": one.change.high,
                "best": one.best, "stays_possibly_best": one.stays,
                **{f"mean {mix}": mean for mix, mean in one.means.items()},
            }
            for one in self.swings
        ]  # fmt: skip
        frame = pd.DataFrame(rows)
        return frame if self.screening is None else pd.concat([frame, self.screening.frame], ignore_index=True)

    def lines(self, outline: Outline) -> list[str]:
        """Return the tornado as text: assumptions and model form apart, the largest change first, and how often the choice flips."""
        unit, label = unit_of(self.measure), outline.label
        told = [f"What {short_name(self.measure)} of {label(outline.present)} hangs on ({self.drills} drills each):"]
        for is_form, head in ((False, "assumption"), (True, "model form")):
            moved = [one for one in self.swings if one.is_form is is_form and one.change.value]
            told += [
                f"  {head:<11} {difference_words(one.change, unit):>32}  {one.value} ({one.by})"
                for one in moved[:MOST_TOLD]
            ]
        kept = len(self.swings) - len(self.flips)
        told.append(
            f"{label(self.best)} stays possibly best in {kept} of {len(self.swings)} cases"
            + (":" if self.flips else ".")
        )
        told += [f"  not with {one.value}: {label(one.best)}" for one in self.flips]
        return told + ([] if self.screening is None else self.screening.lines(outline))


def depends_on(found: Sequence[Sensitivity], played: ResultRows) -> dict[tuple[str, str, float, str], list[str]]:
    """Return what turns each verdict of a study, by scenario, measure, time and mix: an empty list where nothing does."""
    return {
        (one.scenario, told.goal.measure, told.goal.at_most_s, told.mix): one.depends_on(
            told.goal, told.mix, told.verdict
        )
        for one in found
        for told in goal_results(played, one.scenario)
    }


def sensitivity_csv(found: Sequence[Sensitivity]) -> bytes:
    """Return the cases of all scenarios as CSV: `Sensitivity.frame` with the scenario in front."""
    frames = [one.frame.assign(scenario=one.scenario, measure=one.measure) for one in found]
    table = pd.concat(frames, ignore_index=True)
    first = ["scenario", "measure"]
    table = table[[*first, *(c for c in table.columns if c not in first)]]
    return table.to_csv(index=False, float_format="%.3f", lineterminator="\n").encode()


def goal_lines(found: Sequence[Sensitivity], played: ResultRows) -> list[str]:
    """Return one line for each goal of a mix whose verdict an assumption or a law turns."""
    outline, lines = played.outline, []
    for one in found:
        for told in goal_results(played, one.scenario):
            if turned := one.depends_on(told.goal, told.mix, told.verdict):
                goal = f"{short_name(told.goal.measure)} by {clock(told.goal.at_most_s)}"
                lines.append(f"{outline.label(told.mix)}, {goal}: {told.verdict}, but depends on {', '.join(turned)}")
    return lines


MOST_TOLD = 8
"""Cases of each kind that are printed; the others are in the frame."""


def sensitivity(
    study: Study,
    *,
    drills: int = DRILLS,
    factors: tuple[Factor, ...] = FACTORS,
    forms: tuple[tuple[str, str], ...] = FORMS,
    trajectories: int = 0,
    workers: int | None = 1,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    simulate: Simulate | None = None,
) -> list[Sensitivity]:
    """Play each scenario of a study with every assumption and law moved alone, and return what changes in its primary measure.

    drills
        Number of drills of each case and mix; `study.runs` is not used.
    factors, forms
        What is moved; by default the assumptions and laws of `factors`.
    trajectories
        Also move all factors at once, by so many trajectories of Morris' design (`screening`); 0 for none.
    workers, executor, progress, simulate
        As in `run`.
    """
    found = []
    for index, scenario in enumerate(study.scenarios):
        cases = one_at_a_time(scenario, factors, forms)
        plan, mixes = study.plan_of(index), study.mixes_of(index)
        points = points_of(factors, trajectories, study.seed) if trajectories else None
        more = cases_at(scenario, factors, points.reshape(-1, len(factors))) if points is not None else []
        tried: list[Scenario | Variant] = [scenario, *(case.variant for case in cases), *more]
        whole = Study(tried, plan, mixes, runs=drills, seed=study.seed)
        played = PartitionedResults(
            run(whole, workers=workers, executor=executor, progress=progress, simulate=simulate)
        )
        one = _compared(played, scenario.name, cases, drills)
        if points is not None:
            one = replace(one, screening=screened(played, scenario.name, factors, points, more))
        found.append(one)
    return found


def _compared(played: PartitionedResults, base: str, cases: Sequence[TriedCase], drills: int) -> Sensitivity:
    outline = played.outline
    measure, present = outline.scenarios[base].primary, outline.present
    means = _means(played, base, measure)
    best = min(means, key=lambda name: means[name]) if means else present
    against = sample(played, base, present, measure)
    swings = []
    for case in cases:
        name = case.variant.scenario.name
        of_case = _means(played, name, measure)
        change = pair_of(sample(played, name, present, measure), against).difference
        stays = best in choice(played, name, measure).best
        first = min(of_case, key=lambda mix: of_case[mix]) if of_case else present
        swings.append(Swing(case.by, case.value, case.is_form, change, of_case, first, stays, _verdicts(played, name)))
    swings.sort(key=lambda one: -abs(one.change.value or 0.0))
    return Sensitivity(base, measure, best, drills, _verdicts(played, base), tuple(swings))


def _means(played: PartitionedResults, scenario: str, measure: str) -> dict[str, float]:
    found = {mix: describe(played, scenario, mix, measure).mean.value for mix in played.outline.mixes}
    return {mix: value for mix, value in found.items() if value is not None}


def _verdicts(played: PartitionedResults, scenario: str) -> dict[GoalOfMix, str | None]:
    return {(one.goal, one.mix): one.verdict for one in goal_results(played, scenario)}
