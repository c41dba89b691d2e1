"""Variants against their base: the same mix in both, drill by drill, with what each costs.

Scenarios of one family meet the same drills, so that a what-if (an override, another law, a locked door, a moved post) is compared
with its base in pairs, as mixes are compared with each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from drillsim.analysis.contrasts import Difference, Summary, describe, matters_of
from drillsim.analysis.estimators import Paired, equivalence_p, holm, paired_difference
from drillsim.analysis.weights.samples import PartitionedResults, ResultRows, Sample, pair_of, sample
from drillsim.analysis.wording import difference_words, money_words, p_words, short_name, shown, size_words, unit_of
from drillsim.errors import ResultError, closest
from drillsim.quantities import clock
from drillsim.record.outline import MixLine, Outline

Printed = tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...]]
"""Title, heads, lines and notes of a table."""


@dataclass(frozen=True)
class Change:
    """One mix before (in the base) and after (in a variant), over the drills that both have."""

    variant: str
    base: str
    mix: str
    before: Summary
    after: Summary
    difference: Difference
    """After minus before; adjusted over all contrasts of the base."""
    cost_before: MixLine
    cost_after: MixLine


def base_of(outline: Outline, scenario: str) -> str | None:
    """Return the scenario of the study that this one is a variant of, None where it is none.

    It is one if it says what it changes, or is called after the base ('lockdown+any-teacher'); both are of one family.
    """
    line = outline.scenarios[scenario]
    mine = [
        n for n, other in outline.scenarios.items() if n != scenario and not other.of and other.family == line.family
    ]
    if line.of or not line.family:
        return None
    called = [name for name in mine if scenario.startswith(f"{name}+")]
    if called:
        return max(called, key=len)
    return next((name for name in mine if not outline.scenarios[name].changes), None) if line.changes else None


def variants_of(outline: Outline, base: str) -> list[str]:
    """Return the variants of a base, the variants of its variants included, in the order of the study."""
    found = [base]
    for name in outline.scenarios:
        if (of := base_of(outline, name)) in found and of is not None:
            found.append(name)
    return found[1:]


def bases(outline: Outline) -> list[str]:
    """Return the scenarios that have variants and are none themselves."""
    return [n for n in outline.scenarios if base_of(outline, n) is None and variants_of(outline, n)]


def changes(played: ResultRows, base: str, measure: str, variants: Sequence[str] | None = None) -> list[Change]:
    """Return every variant of a base with every mix.

    variants
        The scenarios to compare with the base; by default those that are its variants.

    Raises ResultError for an unknown base, and for scenarios that cannot be compared drill by drill: of another family, or
    watched for another time.
    """
    outline = played.outline
    if base not in outline.scenarios:
        raise ResultError(f"the results have no scenario called '{base}'.{closest(base, outline.scenarios)}")
    chosen = list(variants_of(outline, base) if variants is None else variants)
    for name in chosen:
        _refuse_unlike(outline, base, name)
    played = PartitionedResults(played)
    before = {mix: sample(played, base, mix, measure) for mix in outline.mixes}
    rows = [(name, mix) for name in chosen for mix in outline.mixes]
    pairs = [_pair(sample(played, name, mix, measure), before[mix]) for name, mix in rows]
    matters = matters_of(outline.scenarios[base], measure)
    adjusted, within = holm([pair.p for pair in pairs]), holm([equivalence_p(pair, matters) for pair in pairs])
    return [
        Change(
            name, base, mix, describe(played, base, mix, measure), describe(played, name, mix, measure),
            Difference(name, base, measure, pair, p, matters, q, len(pairs)),
            outline.mix_line(base, mix), outline.mix_line(name, mix),
        )
        for (name, mix), pair, p, q in zip(rows, pairs, adjusted, within, strict=True)
    ]  # fmt: skip


def _pair(after: Sample, before: Sample) -> Paired:
    """Return the difference of one mix after and before, over the drills that both have.

    Where a variant changes the chance that a unit is on campus, no weight of a state holds for both: the drills of the seed then
    count alike, as chance drew them.
    """
    laws = [one.drills.law.units for one in (after, before)]
    if all(laws[0][unit] == laws[1][unit] for unit in laws[0].keys() & laws[1].keys()):
        return pair_of(after, before)
    one, other = after.of_seed, before.of_seed
    _, i, j = np.intersect1d(one.keys, other.keys, assume_unique=True, return_indices=True)
    return paired_difference(one.numbers[i], other.numbers[j])


def _refuse_unlike(outline: Outline, base: str, name: str) -> None:
    if name not in outline.scenarios:
        raise ResultError(f"the results have no scenario called '{name}'.{closest(name, outline.scenarios)}")
    one, other = outline.scenarios[base], outline.scenarios[name]
    if one.family != other.family:
        told = f"'{base}' ({one.family}) and '{name}' ({other.family}) are of two families"
        raise ResultError(f"{told}, so they met other drills. Give both one 'family:' and run them in one study")
    if one.horizon_s != other.horizon_s:
        times = f"{clock(one.horizon_s)} and {clock(other.horizon_s)}"
        raise ResultError(f"'{base}' and '{name}' are watched for {times}. Give both one 'horizon:'")


def before_after(
    played: ResultRows, base: str, *, measure: str | None = None, variants: Sequence[str] | None = None
) -> tuple[Printed, list[dict[str, object]]]:
    """Return the table of a base and its variants as printed, and its rows as data; see `changes`."""
    outline = played.outline
    if base not in outline.scenarios:
        raise ResultError(f"the results have no scenario called '{base}'.{closest(base, outline.scenarios)}")
    name = measure or outline.scenarios[base].primary
    found = changes(played, base, name, variants)
    if not found:
        raise ResultError(f"the study has no variant of '{base}'. Make one with drillsim.vary, an override or --set")
    unit = unit_of(name)
    costs = any(line.cost_high for one in found for line in (one.cost_before, one.cost_after))
    won = "faster in" if unit == "s" else "lower in"
    heads = ("variant", "mix", "before", "after", "change (95 %)", "p", won, *(("cost a year",) if costs else ()), "")
    lines = [_line(one, outline, unit, costs=costs, first=i % len(outline.mixes) == 0) for i, one in enumerate(found)]
    title = f"{outline.title(base)}, before and after: {short_name(name)} ({name}), {size_words(outline, base)} per mix, seed {outline.seed}"
    notes = [f"Means of the same random drills before and after. p: paired t, Holm over {len(found)} contrasts."]
    if costs:
        said = "what a change of building or procedure costs is in them where it says so (cost)"
        notes.append(f"Costs are those of the staffing; {said}.")
    return (title, heads, tuple(lines), tuple(notes)), [_row(one, outline) for one in found]


def _line(one: Change, outline: Outline, unit: str, *, costs: bool, first: bool) -> tuple[str, ...]:
    pair = one.difference.paired
    told = outline.scenarios[one.variant].changes
    what = ", ".join(f"{key}={value}" for key, value in told.items()) or one.variant.removeprefix(f"{one.base}+")
    named = one.variant.startswith(f"{one.base}+")
    cost = [money_words(line.cost_low, line.cost_mid, line.cost_high) for line in (one.cost_before, one.cost_after)]
    wins = pair.share_faster
    return (
        (what if named else one.variant) if first else "", outline.label(one.mix),
        shown(one.before.mean.value, unit), shown(one.after.mean.value, unit),
        difference_words(pair.difference, unit), p_words(one.difference.p_holm), "" if wins is None else f"{100 * wins:.0f} %",
        *((cost[0] if cost[0] == cost[1] else f"{cost[0]} → {cost[1]}",) if costs else ()), one.difference.verdict,
    )  # fmt: skip


def _row(one: Change, outline: Outline) -> dict[str, object]:
    pair, tail = one.difference.paired, "_s" if unit_of(one.difference.measure) == "s" else ""
    return {
        "variant": one.variant, "base": one.base, "mix": one.mix, "measure": one.difference.measure,
        **dict(outline.scenarios[one.variant].changes),
        f"before{tail}": one.before.mean.value, f"after{tail}": one.after.mean.value,
        f"difference{tail}": pair.difference.value, f"difference_low{tail}": pair.difference.low,
        f"difference_high{tail}": pair.difference.high, "pairs": pair.n, "p_holm": one.difference.p_holm,
        "share_faster": pair.share_faster, "share_tied": pair.share_tied, "verdict": one.difference.verdict,
        "cost_before_usd_year": one.cost_before.cost_mid, "cost_after_usd_year": one.cost_after.cost_mid,
    }  # fmt: skip
