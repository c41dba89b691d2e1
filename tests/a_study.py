"""A study made up for tests: six mixes, numbers drawn by named streams, no engine."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from drillsim.record.columns import LEGS, status_name
from drillsim.record.outline import GoalLine, MixLine, Outline, ScenarioLine
from drillsim.record.store import column_order
from drillsim.record.trace import GRID, Value

MIXES = {
    "police-only": MixLine("Police only"),
    "part-time-sro": MixLine("Part-time SRO", 25000, 32000, 60000),
    "one-sro": MixLine("1 SRO", 75000, 95000, 180000),
    "sro-and-guard": MixLine("1 SRO + 1 roving unarmed guard", 115000, 141000, 240000),
    "two-guards": MixLine("2 unarmed guards", 92000, 92000, 92000),
    "sro-and-patrol": MixLine("1 SRO + armed patrol", 150000, 190000, 300000),
}
HORIZON_S = 1800.0


@dataclass(frozen=True)
class Made:
    """Rows, horizon and goals, as `compare` and the charts need them."""

    runs: pd.DataFrame
    outline: Outline
    curves: dict[tuple[str, str], dict[str, NDArray[np.float64]]] = field(default_factory=dict)


def made(
    rows: list[dict[str, Value]],
    *,
    horizon_s: float = HORIZON_S,
    goals: tuple[GoalLine, ...] = (),
    matters: dict[str, float] | None = None,
) -> Made:
    """Return results with these rows of one scenario called 'drill'; the first mix is the present one."""
    mixes = list(dict.fromkeys(str(row["mix"]) for row in rows))
    full = [{"scenario": "drill", "status": "done", **row} for row in rows]
    runs = max(sum(row["mix"] == mix for row in rows) for mix in mixes)
    outline = Outline(
        seed=7,
        runs=runs,
        present=mixes[0],
        scenarios={"drill": ScenarioLine("A drill", "able_on_scene_s", horizon_s, goals, matters=matters or {})},
        mixes={mix: MIXES.get(mix, MixLine("")) for mix in mixes},
    )
    columns = column_order(full)
    frame = pd.DataFrame([[row.get(c) for c in columns] for row in full], columns=pd.Index(columns))
    return Made(frame, outline)


def times(mix: str, *values: float | None, measure: str = "able_on_scene_s") -> list[dict[str, Value]]:
    """Return one row per value: seconds, or None for a drill in which it did not happen."""
    return [
        {
            "mix": mix,
            "replication": i,
            measure: value,
            status_name(measure): "not-reached" if value is None else "reached",
        }
        for i, value in enumerate(values)
    ]


def six_mixes(runs: int = 100, *, seed: int = 5) -> Made:
    """Return a plausible study: shared incidents, faster with more staff, police alone slow and sometimes never."""
    rng = np.random.default_rng(seed)
    notice, place = rng.lognormal(2.5, 0.7, runs), rng.uniform(0, 1, runs)
    police = rng.lognormal(6.4, 0.7, runs)
    rows: list[dict[str, Value]] = []
    factor = {"part-time-sro": 1.0, "one-sro": 1.0, "sro-and-guard": 0.7, "two-guards": 0.75, "sro-and-patrol": 0.72}
    present = rng.uniform(0, 1, runs)
    for mix in MIXES:
        for r in range(runs):
            walk = 40 + 90 * place[r]
            here = mix != "police-only" and (mix != "part-time-sro" or present[r] < 0.3)
            legs = [notice[r], 9.0, 11.0, 8.0, walk * factor.get(mix, 1.0), 4.0, 6.0, 3.0]
            if not here:
                legs = [notice[r], 9.0, 35.0, police[r], walk, 6.0, 6.0, 3.0]
            able: float | None = float(sum(legs))
            if able is not None and able > HORIZON_S:
                able = None
            row: dict[str, Value] = {**times(mix, able)[0], "replication": r, "people": 1210}
            row |= {c.name: (float(v) if able is not None else None) for c, v in zip(LEGS, legs, strict=True)}
            rows.append(row)
    study = made(rows, goals=(GoalLine("able_on_scene_s", 180.0, 0.9), GoalLine("able_on_scene_s", 120.0, 0.5)))
    grid = np.linspace(0, HORIZON_S, GRID)
    for place_, mix in enumerate(MIXES):
        out = 1210 / (1 + np.exp(-(grid - 240 - 4 * place_) / 45)) - 1210 / (1 + np.exp(240 / 45))
        secured = 78 * (1 - np.exp(-np.maximum(0, grid - 60 - 12 * place_) / 70))
        noise = rng.uniform(0.96, 1.0, (runs, 1))
        study.curves["drill", mix] = {"out": np.round(out * noise), "secured": np.round(secured * noise)}
    return study
