"""Verdicts on the absolute goals of a baseline, in one scenario."""

from __future__ import annotations

import math
from collections.abc import Sequence

from drillsim.analysis.estimators import Quantile
from drillsim.analysis.weights.samples import sample
from drillsim.gate.goals import STATISTICS, AbsoluteGoal
from drillsim.gate.verdict import ABSENT, CLOSE, MET, MISSED, TOO_FEW, GoalVerdict
from drillsim.study.results import Results

MORE_DRILLS = "at the commit before the change, drillsim baseline accept --reason TEXT --runs"
"""How a baseline is given more drills: of things as they were, with its goals and history."""


def judge_goals(goals: Sequence[AbsoluteGoal], results: Results, scenario: str) -> list[GoalVerdict]:
    """Return the verdict on every goal that holds for a scenario and whose measure has a meaning in it."""
    found = []
    for goal in goals:
        mix = goal.mix or results.outline.present
        if goal.scenario not in ("", scenario):
            continue
        verdict = _judged(goal, results, scenario, mix)
        if goal.scenario or verdict.verdict != ABSENT:
            found.append(verdict)
    return found


def _judged(goal: AbsoluteGoal, results: Results, scenario: str, mix: str) -> GoalVerdict:
    if mix not in results.outline.mixes:
        return GoalVerdict(goal.text, scenario, mix, goal.measure, ABSENT, None, None, None, goal.most, 0)
    one = sample(results, scenario, mix, goal.measure)
    share, n = STATISTICS[goal.statistic], one.numbers.size
    if share is None:
        mean = one.weighed.mean(one.numbers).interval()
        told = Quantile(mean.value, mean.low, mean.high)
    else:
        told = one.weighed.quantile(one.numbers, one.reached, share)
    verdict = _verdict(told, goal, n)
    needs = _needs(told, goal, n) if verdict in (CLOSE, TOO_FEW) else None
    return GoalVerdict(
        goal.text, scenario, mix, goal.measure, verdict, told.value, told.low, told.high, goal.most, n, needs
    )


def _verdict(told: Quantile, goal: AbsoluteGoal, n: int) -> str:
    """Return met where the whole interval is at or below the goal, missed where it is above, else too close to call."""
    if n == 0:
        return ABSENT
    if n < goal.least:
        return TOO_FEW
    if told.high is not None and told.high <= goal.most:
        return MET
    if (told.low is not None and told.low > goal.most) or (told.low is None and told.over):
        return MISSED
    return CLOSE


def _needs(told: Quantile, goal: AbsoluteGoal, n: int) -> int | None:
    if n < goal.least:
        return goal.least
    if told.value is None or told.low is None or told.high is None:
        return 2 * n
    half, gap = (told.high - told.low) / 2, abs(told.value - goal.most)
    return max(n + 1, math.ceil(n * (half / gap) ** 2)) if gap > 1e-9 else None


def warning(goal: GoalVerdict) -> str:
    """Return why a goal is no plain pass, with what it would take; '' for one that is met or missed."""
    where = f"goal '{goal.text}' ({goal.scenario}, {goal.mix})"
    more = f"about {goal.needs:,} drills would tell" if goal.needs else "more drills would tell"
    words = {
        CLOSE: f"{where}: too close to call; {more}",
        TOO_FEW: f"{where}: {goal.drills} drills are too few to judge. Keep more: {MORE_DRILLS} {goal.needs}",
        ABSENT: f"{where}: no drill has this measure or mix. Remove the goal, or mend the name",
    }
    return words.get(goal.verdict, "")
