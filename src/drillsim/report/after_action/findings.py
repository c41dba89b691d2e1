"""Findings of a scenario with a staffing, ranked: strengths, areas for improvement, and the best tested change for a missed goal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from drillsim.analysis.contrasts import MET, MISSED
from drillsim.analysis.weights.samples import ResultRows, sample
from drillsim.analysis.wording import short_name
from drillsim.quantities import clock
from drillsim.record.columns import BY_NAME, LEGS
from drillsim.record.outline import GoalLine, Outline

MOST_QUEUES = 3
WORTH_TELLING_S = 5.0
"""A part of the response that takes less on the average is not told."""


@dataclass(frozen=True)
class Objective:
    """A goal of the scenario with what simulated drills show of it."""

    goal: GoalLine
    share_met: float | None
    low: float | None
    high: float | None
    verdict: str

    @property
    def words(self) -> str:
        """The goal in words."""
        return f"{_cap(short_name(self.goal.measure))} by {clock(self.goal.at_most_s)} in {100 * self.goal.in_share:.3g} % of drills"

    @property
    def evidence(self) -> str:
        """What simulated drills show."""
        if self.share_met is None:
            return "no simulated drill has this measure"
        limits = (
            "" if self.low is None or self.high is None else f" (95 %: {100 * self.low:.0f} to {100 * self.high:.0f} %)"
        )
        return f"{100 * self.share_met:.0f} % of simulated drills{limits}: {self.verdict}"

    @property
    def gap(self) -> float:
        """By how much the share falls short of the goal; below 0 where it is above."""
        return self.goal.in_share - (self.share_met or 0.0)


def objectives_of(outline: Outline, summary: Mapping[str, Any], scenario: str, mix: str) -> list[Objective]:
    """Return the goals of a scenario with their results, in the order of the file.

    summary
        What `summary.json` holds.
    """
    told = [goal for goal in summary["scenarios"][scenario]["goals"] if goal["mix"] == mix]
    wanted = outline.scenarios[scenario].goals
    return [
        Objective(goal, one["share_met"], one["ci95"][0], one["ci95"][1], one["verdict"] or "not judged")
        for goal, one in zip(wanted, told, strict=True)
    ]


def strengths(objectives: Sequence[Objective]) -> list[str]:
    """Return the goals that are met, the widest margin first."""
    met = sorted((one for one in objectives if one.verdict == MET), key=lambda one: one.gap)
    return [f"{one.words}: {one.evidence}." for one in met]


def areas(
    played: ResultRows, ways: pd.DataFrame, objectives: Sequence[Objective], scenario: str, mix: str
) -> list[str]:
    """Return what to improve: missed goals by how far they are missed, then where the time goes, rooms, and queues."""
    missed = sorted(
        (one for one in objectives if one.verdict != MET), key=lambda one: (one.verdict != MISSED, -one.gap)
    )
    found = [f"{one.words}: {one.evidence}." for one in missed]
    return [
        *found,
        *_longest_parts(played, scenario, mix),
        *_rooms(played, scenario, mix),
        *_queues(ways, scenario, mix),
    ]


def _longest_parts(played: ResultRows, scenario: str, mix: str) -> Iterator[str]:
    """Yield the two longest parts of the response, on the average of the drills in which somebody came."""
    means = [(_mean(played, scenario, mix, leg.name) or 0.0, leg) for leg in LEGS]
    whole = sum(mean for mean, _ in means)
    for mean, leg in sorted(means, key=lambda pair: -pair[0])[:2]:
        if mean >= WORTH_TELLING_S:
            yield f"Where the time goes: {mean:.0f} s of {whole:.0f} s on the average are the part '{leg.short}' ({leg.meaning})."


def _rooms(played: ResultRows, scenario: str, mix: str) -> Iterator[str]:
    for name in ("rooms_failed", "rooms_unlockable", "rooms_open", "still_inside"):
        mean = _mean(played, scenario, mix, name)
        if mean is not None and mean >= 0.05:
            yield f"On the average {mean:.1f} {BY_NAME[name].unit} a drill: {BY_NAME[name].meaning}."


def _mean(played: ResultRows, scenario: str, mix: str, measure: str) -> float | None:
    """Return the weighed mean of a column; None where no drill has it."""
    one = sample(played, scenario, mix, measure)
    return one.weighed.mean(one.numbers).value if one.numbers.size else None


def _queues(ways: pd.DataFrame, scenario: str, mix: str) -> Iterator[str]:
    """Yield the ways with the longest queues: the most persons who waited in half of the drills."""
    mine = ways[(ways["scenario"] == scenario) & (ways["mix"] == mix)]
    groups = mine.groupby(["way", "direction"], sort=False)
    half = [(float(rows["longest_queue"].median()), str(key[0]), str(key[1])) for key, rows in groups]
    for most, way, direction in sorted(half, key=lambda line: -line[0])[:MOST_QUEUES]:
        if most >= 2:
            yield f"Queues: in half of the drills {most:.0f} persons or more wait at once at '{way}', towards '{direction}'."


@dataclass(frozen=True)
class BestChange:
    """The best change that the study has tested for a goal, and what it gives."""

    change: str
    share_met: float
    verdict: str
    cost_usd_year: float | None


def best_change(
    outline: Outline, summary: Mapping[str, Any], scenario: str, mix: str, goal: Objective
) -> BestChange | None:
    """Return the tested staffing or variant with the largest share for a goal, the cheaper of equals; None where none is better."""
    here = goal.share_met or 0.0
    found = [
        (one["share_met"], -(cost or 0.0), place, BestChange(words, one["share_met"], one["verdict"] or "", cost))
        for place, (words, cost, one) in enumerate(_tested(outline, summary, scenario, mix, goal.goal))
        if one["share_met"] is not None and one["share_met"] > here
    ]
    return max(found, key=lambda line: (line[0], line[1], -line[2]))[3] if found else None


def _tested(
    outline: Outline, summary: Mapping[str, Any], scenario: str, mix: str, goal: GoalLine
) -> Iterator[tuple[str, float | None, Mapping[str, Any]]]:
    """Yield, for the same goal, every other staffing of the scenario and the same staffing of its variants."""
    for name, told in summary["scenarios"].items():
        if name != scenario and told.get("variant_of") != scenario:
            continue
        goals = outline.scenarios[name].goals
        for k, one in enumerate(told["goals"]):
            same = goals[k // len(outline.mixes)] == goal
            if same and (name == scenario) != (one["mix"] == mix):
                if name == scenario:
                    yield outline.label(one["mix"]), told["mixes"][one["mix"]]["cost_usd_year"]["mid"], one
                else:
                    yield "; ".join(f"{k}: {v}" for k, v in told["changes"].items()) or name, None, one


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]


__all__ = ["BestChange", "Objective", "areas", "best_change", "objectives_of", "strengths"]
