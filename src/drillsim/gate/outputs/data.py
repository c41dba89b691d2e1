"""A verdict as JSON-ready data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drillsim.gate.outputs.words import headline
from drillsim.gate.verdict import GateTest, GateVerdict


def as_data(verdict: GateVerdict, *, strict: bool = False, labels: bool = False) -> dict[str, Any]:
    """Return the verdict as one object: state, exit code, tests worst first, goals, work, what changed, warnings."""
    told = {
        "baseline": verdict.baseline,
        "state": verdict.state,
        "exit_code": verdict.exit_code(strict=strict),
        "summary": headline(verdict),
        "seed": verdict.seed,
        "runs": verdict.runs,
        "played": verdict.played,
        "drills": verdict.drills,
        "changed_drills": verdict.changed_drills,
        "identical": verdict.is_identical,
        "changed": list(verdict.changed),
        "failures": list(verdict.failures),
        "tests": [_test(one) for one in verdict.worst_first],
        "goals": [asdict(one) for one in verdict.goals],
        "work": [{**asdict(one), "growth": round(one.growth, 4)} for one in verdict.work],
        "warnings": list(verdict.warnings),
        "notes": list(verdict.notes),
    }
    return {**told, "labels": dict(verdict.labels)} if labels else told


def _test(one: GateTest) -> dict[str, Any]:
    decided, drift = one.decided, one.drift
    return {
        "scenario": one.scenario, "mix": one.mix, "measure": one.measure, "state": decided.state.value,
        "difference": decided.difference, "ci95": [decided.low, decided.high], "p_holm": decided.p, "needs": decided.needs,
        "before": one.before, "now": one.now, "margin": one.margin, "changed": one.changed, "pairs": one.pairs, "lost": one.lost,
        "fails": one.fails, "drift": None if drift is None else {"state": drift.state.value, "difference": drift.difference},
        "explanation": None if one.explanation is None else asdict(one.explanation),
    }  # fmt: skip
