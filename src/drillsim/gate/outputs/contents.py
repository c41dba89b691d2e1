"""What a baseline holds, in words and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drillsim.gate.baseline import Baseline
from drillsim.gate.outputs.words import name_of, number
from drillsim.record.columns import BY_NAME


def contents(baseline: Baseline) -> Iterator[str]:
    """Yield the lines that `drillsim baseline show` prints."""
    yield f"{baseline.runs} drills of each mix, seed {baseline.seed}, drillsim {baseline.versions.get('drillsim', '?')}, engine {baseline.engine[:12]}"
    for one in baseline.scenarios.values():
        yield ""
        yield f"{name_of(one.name)}: watched for {number(one.horizon_s, 's')}, from {one.file}"
        margins = [f"{m} (margin {number(one.margins[m], BY_NAME[m].unit)})" for m in one.measures]
        yield f"  judged: {', '.join(margins)}"
        for name, mix in one.mixes.items():
            means = [f"{m} {number(mix.means.get(m), BY_NAME[m].unit) or '-'}" for m in one.measures]
            yield f"  {name_of(name)}: {len(mix.drills)} drills, mean {', '.join(means)}"
        if one.work:
            yield f"  counted work of drill 0 of {name_of(one.present)}: {', '.join(f'{k} {v:,}' for k, v in one.work.items())}"
    yield ""
    yield from (f"Goal: {goal.text}" for goal in baseline.goals)
    if not baseline.goals:
        yield "No goals: only changes are judged. Add one with 'drillsim baseline accept --goal …'."
    for past in baseline.history:
        told = "".join(f"; {name} {by:+.1f}" for name, by in past.slower.items())
        yield f"Accepted {past.on}: {past.reason}{told}"


def contents_data(baseline: Baseline) -> dict[str, Any]:
    """Return the same as JSON-ready data, without the drills."""
    return {
        "seed": baseline.seed,
        "runs": baseline.runs,
        "engine": baseline.engine,
        "versions": dict(baseline.versions),
        "goals": [goal.text for goal in baseline.goals],
        "history": [{"on": h.on, "reason": h.reason, "slower": dict(h.slower)} for h in baseline.history],
        "scenarios": {
            name: {
                "measures": {m: one.margins[m] for m in one.measures},
                "mixes": {
                    mix: {"drills": len(kept.drills), "means": dict(kept.means)} for mix, kept in one.mixes.items()
                },
                "work": dict(one.work),
            }
            for name, one in baseline.scenarios.items()
        },
    }
