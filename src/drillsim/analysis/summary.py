"""Content of summary.json: every mix, comparison and goal of a study as JSON numbers, None in place of NaN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from drillsim.analysis.beyond_means import BeyondMean, beyond_mean
from drillsim.analysis.choice import choice
from drillsim.analysis.contrasts import (
    CLOSE,
    Difference,
    GoalResult,
    PartitionedResults,
    ResultRows,
    Summary,
    describe,
    differences,
    family_words,
    goal_results,
    measures_of,
    orders,
)
from drillsim.analysis.portfolio.expected import expected
from drillsim.analysis.portfolio.told import expected_data
from drillsim.analysis.selection.money import worth
from drillsim.analysis.selection.targets import TargetPair
from drillsim.analysis.variants.before_after import base_of, changes
from drillsim.analysis.wording import short_name
from drillsim.quantities import clock
from drillsim.record.columns import BY_NAME, TIMES
from drillsim.record.outline import MixLine
from drillsim.record.store import DECIMALS

MANY = 100
"""Mixes beyond which only the primary measure chooses among all pairs."""


def summarise(played: ResultRows, *, seconds: float | None = None, budget: float | None = None) -> dict[str, Any]:
    """Return the summary of a study as data for JSON; None where a number does not exist.

    seconds
        Wall time of the study; told where it is given, never in summary.json.
    budget
        USD a year, for `bought` of each mix: true, false, or None where that hangs on the price (or without a budget).

    Of each scenario the primary measure comes first. `p50` and `p90` are None beyond the horizon.
    `possibly_best` names, by measure, the mixes that no other beats beyond doubt; measures that are outcomes of the staffing
    choose none. `depends_on` of a goal names the assumptions and laws that turn its verdict; None where they were not tried.
    `expected` holds the expected lines where the results have a portfolio.
    """
    played = PartitionedResults(played)
    outline, moved = played.outline, _moved(played)
    return {
        "runs": outline.runs,
        "seed": outline.seed,
        **({} if seconds is None else {"seconds": round(seconds, 3)}),
        "scenarios": {name: _scenario(played, name, budget) | moved.get(name, {}) for name in outline.scenarios},
    } | _expected(played)


def open_points(played: ResultRows, *, contrasts: bool = True) -> list[str]:
    """Return what a study leaves open, one sentence each: what `compare --strict` ends with 4 for.

    contrasts
        Whether differences count too, of mixes to the present one and of variants to their base, in the primary measure of each
        scenario; they do not where a mix was picked.

    Open are drills that failed, goals that are too close to call for the present staffing or that no drill has, and differences
    that are neither beyond doubt nor beyond doubt without importance. Measures that are outcomes of the staffing are not judged.
    """
    played = PartitionedResults(played)
    outline, failed = played.outline, int((played.runs["status"] == "failed").sum())
    found = [f"{failed:,} of {len(played.runs):,} drills failed; no figure counts them"] if failed else []
    for name in outline.scenarios:
        title = outline.title(name)
        found += [
            f"{title}: the goal {short_name(one.goal.measure)} by {clock(one.goal.at_most_s)} in {100 * one.goal.in_share:g} % is "
            + ("in no drill" if one.verdict is None else one.verdict)
            for one in goal_results(played, name)
            if one.mix == outline.present and one.verdict in (CLOSE, None)
        ]
        if contrasts:
            measure = outline.scenarios[name].primary
            base = base_of(outline, name)
            apart = differences(played, name, measure)
            found += [f"{title}: {outline.label(d.mix)}: {d.remark or d.verdict}" for d in apart if d.is_open]
            if base is not None and outline.scenarios[base].horizon_s == outline.scenarios[name].horizon_s:
                told = [c.difference for c in changes(played, base, outline.scenarios[base].primary, [name])]
                found += [
                    f"{title} against {outline.title(base)}: {outline.label(d.mix)}: {d.remark or d.verdict}"
                    for d in told
                    if d.is_open
                ]
    return found


def _expected(played: PartitionedResults) -> dict[str, Any]:
    if played.portfolio is None:
        return {}
    return {"expected": [expected_data(one, _difference) for one in expected(played, played.portfolio)]}


def _scenario(played: ResultRows, name: str, budget: float | None) -> dict[str, Any]:
    outline = played.outline
    known: Mapping[tuple[str, str, float, str], Sequence[str]] | None = getattr(played, "depends_on", None)
    line, measures = outline.scenarios[name], measures_of(played, name)
    compared = [m for m in measures if m in TIMES or m == line.primary]
    mixes = {
        mix: {
            "cost_usd_year": _cost(outline.mix_line(name, mix)),
            "measures": {m: _measure(describe(played, name, mix, m)) for m in measures},
        }
        for mix in outline.mixes
    }
    return {
        "primary": line.primary,
        "horizon_s": line.horizon_s,
        "mixes": mixes,
        "comparisons": [
            _difference(d) | _beyond(beyond_mean(played, name, d))
            for m in compared
            for d in differences(played, name, m)
        ],
        "possibly_best": {
            m: list(choice(played, name, m).best) for m in _chosen_by(compared, line.primary, len(mixes))
        },
        "worth": {
            one.mix: one.as_dict()
            for one in worth(outline, choice(played, name, line.primary), scenario=name, budget=budget)
        },
        "goals": [
            _goal(g, None if known is None else known.get((name, g.goal.measure, g.goal.at_most_s, g.mix), ()))
            for g in goal_results(played, name)
        ],
        "family": family_words(len(mixes) - 1),
        "order": _order(played, name),
    }


def _order(played: ResultRows, name: str) -> dict[str, list[str]]:
    """Return the mixes by their mean in the primary measure, watched to the horizon, to half of it, and to twice where that was
    played; nothing for counts."""
    found = orders(played, name, played.outline.scenarios[name].primary)
    longer: Mapping[str, Sequence[str]] = getattr(played, "twice_horizon", None) or {}
    more = {"twice_horizon": list(longer[name])} if name in longer else {}
    return {} if found is None else {"horizon": list(found[0]), "half_horizon": list(found[1]), **more}


def _cost(told: MixLine) -> dict[str, float]:
    return {"low": told.cost_low, "mid": told.cost_mid, "high": told.cost_high}


def _moved(played: ResultRows) -> dict[str, dict[str, Any]]:
    """Return what each variant changes, and its difference to its base by mix, in the base's primary measure.

    All variants of a base are one family of contrasts, as in the printed table.
    """
    outline, found = played.outline, dict[str, dict[str, Any]]()
    based = {name: base for name in outline.scenarios if (base := base_of(outline, name)) is not None}
    for base in dict.fromkeys(based.values()):
        line = outline.scenarios[base]
        alike = [n for n, of in based.items() if of == base and outline.scenarios[n].horizon_s == line.horizon_s]
        rows = changes(played, base, line.primary, alike)
        for name in alike:
            lines = [{**_difference(r.difference), "mix": r.mix, "versus": base} for r in rows if r.variant == name]
            told = dict(outline.scenarios[name].changes)
            found[name] = {"variant_of": base, "changes": told, "before_after": lines}
    return found


def _chosen_by(compared: Sequence[str], primary: str, mixes: int) -> list[str]:
    """Return the measures by which mixes are chosen: the primary one alone where there are many mixes."""
    return [m for m in compared if m == primary or (mixes <= MANY and not BY_NAME[m].follows_staffing)]


def _number(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS) + 0.0


def _measure(one: Summary) -> dict[str, Any]:
    return {
        "mean": _number(one.mean.value),
        "ci95": [_number(one.mean.low), _number(one.mean.high)],
        "p50": _number(one.p50.value),
        "p90": _number(one.p90.value),
        "p90_ci95": [_number(one.p90.low), _number(one.p90.high)],
        "p90_over_horizon": one.p90.over,
        "reached": one.reached,
        "runs": one.n,
    }


def _difference(apart: Difference) -> dict[str, Any]:
    pair = apart.paired
    return {
        "mix": apart.mix,
        "versus": apart.versus,
        "measure": apart.measure,
        "mean_difference": _number(pair.difference.value),
        "ci95": [_number(pair.difference.low), _number(pair.difference.high)],
        "p_holm": apart.p_holm,
        "share_faster": _number(pair.share_faster),
        "matters": apart.matters,
        "verdict": apart.verdict,
        "drills_more": apart.drills_more,
        "pairs": pair.n,
        "variance_reduction": _number(pair.variance_reduction),
        "remark": apart.remark,
        "share_tied": _number(pair.share_tied),
    }


def _beyond(found: BeyondMean) -> dict[str, Any]:
    return {
        "p90_difference": _number(found.p90.value),
        "p90_difference_ci95": [_number(found.p90.low), _number(found.p90.high)],
        "dominates": found.dominates,
    }


def _goal(told: GoalResult, depends_on: Sequence[str] | None) -> dict[str, Any]:
    return {
        "measure": told.goal.measure,
        "mix": told.mix,
        "share_met": _number(told.met.value),
        "ci95": [_number(told.met.low), _number(told.met.high)],
        "verdict": told.verdict,
        "depends_on": None if depends_on is None else list(depends_on),
        "versus_present": None if told.against is None else _target(told.against, told.p_holm),
    }


def _target(pair: TargetPair, p_holm: float | None) -> dict[str, Any]:
    gap = pair.difference
    return {"difference": _number(gap.value), "ci95": [_number(gap.low), _number(gap.high)], "p_holm": p_holm}
