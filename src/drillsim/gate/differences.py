"""Tests of a gate: every measure of every mix, paired drill by drill with the baseline, and with the oldest one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from drillsim.analysis.estimators import Paired, paired_difference
from drillsim.analysis.weights.samples import Sample, pair_of, paired_values, sample
from drillsim.gate.baseline import Baseline
from drillsim.gate.decision import Decided, GateState, Observed, decide
from drillsim.gate.opened import PlayedScenario
from drillsim.gate.record import BEFORE, FAILED, NOT_APPLICABLE, NOW, BothRows, MixRecord, ScenarioRecord, both
from drillsim.gate.verdict import GateTest

MORE_IS_BETTER = frozenset({"secured_share_120_s", "rooms_secured", "gone_home"})
"""Measures of which less is worse."""


def is_settled(one: PlayedScenario, tests: Sequence[GateTest]) -> bool:
    """Return whether every test of a scenario is decided, for better or worse."""
    mine = [t for t in tests if t.scenario == one.before.name]
    return bool(mine) and all(t.decided.state in (GateState.PASSED, GateState.FAILED) for t in mine)


def decided_tests(
    scenarios: Sequence[PlayedScenario], earlier: Sequence[GateTest], baseline: Baseline, *, looks: int
) -> list[GateTest]:
    """Return all tests after a look; what an earlier look has decided stays."""
    kept = {
        (t.scenario, t.mix, t.measure): t for t in earlier if t.decided.state in (GateState.PASSED, GateState.FAILED)
    }
    found, observed, drifts = [], [], []
    for one in scenarios:
        assert one.now is not None
        old = baseline.oldest.get(one.before.name)
        rows = both(one.before, one.now, seed=baseline.seed, runs=one.played)
        past = (
            None
            if old is None or not _like(old, one.before)
            else both(old, one.now, seed=baseline.seed, runs=one.played)
        )
        for mix in one.shared:
            for place, measure in enumerate(one.before.measures):
                samples = [sample(rows, which, mix, measure) for which in (NOW, BEFORE)]
                changed, lost = _changes(one.before.mixes[mix], one.now.mixes[mix], place, one.played)
                margin, is_lower = one.before.margins[measure], measure in MORE_IS_BETTER
                pair, was, is_ = _compared(*samples)
                seen = Observed(pair, changed, margin, is_lower)
                observed.append(seen)
                found.append(
                    GateTest(
                        one.before.name, mix, measure, Decided(GateState.OPEN, None, None, None), was, is_,
                        margin, changed, pair.n, lost,
                    )
                )  # fmt: skip
                drifts.append(None if past is None or old is None else _drift(past, old, mix, measure, seen, baseline))
    decisions = decide(observed, looks=looks)
    guarded = [i for i, one in enumerate(drifts) if one is not None]
    against = dict(zip(guarded, decide([one for one in drifts if one is not None], looks=looks), strict=True))
    tests = []
    for i, (test, decided) in enumerate(zip(found, decisions, strict=True)):
        known = kept.get((test.scenario, test.mix, test.measure))
        tests.append(known or replace(test, decided=decided, drift=against.get(i)))
    return tests


def _like(old: ScenarioRecord, before: ScenarioRecord) -> bool:
    """Return whether the oldest baseline was made under the same terms."""
    return (old.family, old.horizon_s, old.is_day, old.measures) == (
        before.family,
        before.horizon_s,
        before.is_day,
        before.measures,
    )


def _drift(
    rows: BothRows, old: ScenarioRecord, mix: str, measure: str, seen: Observed, baseline: Baseline
) -> Observed | None:
    """Return what a look shows of the difference to the oldest baseline."""
    if mix not in old.mixes:
        return None
    pair, *_ = _compared(*(sample(rows, which, mix, measure) for which in (NOW, BEFORE)))
    allowed = baseline.accepted(old.name, mix, measure)
    moved = pair.n if pair.share_tied is None else round(pair.n * (1.0 - pair.share_tied))
    return Observed(pair, moved, seen.margin + max(0.0, allowed), seen.is_worse_lower)


def _compared(now: Sample, before: Sample) -> tuple[Paired, float | None, float | None]:
    """Return now minus before over the drills that both have, with the means before and now over the same drills.

    Where the chance changed that a unit is on campus, the drills of the seed count alike, as chance drew them.
    """
    laws = [one.drills.law.units for one in (now, before)]
    if all(laws[0][unit] == laws[1][unit] for unit in laws[0].keys() & laws[1].keys()):
        both = paired_values(now, before)
        means = [both.weighed.mean(values).value for values in (both.second, both.first)]
        return pair_of(now, before), means[0], means[1]
    one, other = now.of_seed, before.of_seed
    _, i, j = np.intersect1d(one.keys, other.keys, assume_unique=True, return_indices=True)
    first, second = one.numbers[i], other.numbers[j]
    was, is_ = (float(values.mean()) if values.size else None for values in (second, first))
    return paired_difference(first, second), was, is_


def _changes(before: MixRecord, now: MixRecord, place: int, runs: int) -> tuple[int, int]:
    """Return in how many drills a measure changed, and in how many it lost its meaning or the drill failed."""
    was, is_ = _values(before, place, runs), _values(now, place, runs)
    shared = was.keys() & is_.keys()
    changed = sum(was[key] != is_[key] for key in shared)
    had = [key for key in shared if any(v != NOT_APPLICABLE and v != FAILED for v in was[key])]
    return changed, sum(any(v in (NOT_APPLICABLE, FAILED) for v in is_[key]) for key in had)


def _values(record: MixRecord, place: int, runs: int) -> dict[tuple[str, int], tuple[float | str | None, ...]]:
    found: dict[tuple[str, int], tuple[float | str | None, ...]] = {}
    for d in record.drills:
        if d.forced or d.replication < runs:
            key = (d.forced, d.replication)
            found[key] = (*found.get(key, ()), d.values[place] if d.values else FAILED)
    return found
