"""Errors of the gate: how often it cries wolf, and regressions planted in a copy of the engine that it must find."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drillsim
from depth import numbers_up_to
from drillsim.analysis.estimators import paired_difference
from drillsim.gate.baseline import baseline_text, read_baseline
from drillsim.gate.decision import FEWEST_CHANGED, GateState, Observed, decide, looks
from drillsim.gate.inputs import InputFiles
from drillsim.gate.judge import judge
from drillsim.gate.play import Terms, make_baseline
from drillsim.record.trace import Trace
from gate_plays import gated, school

SOURCE = Path(drillsim.__file__).parent


@dataclass(frozen=True)
class Rekeyed:
    """Plays drills whose draws are keyed anew behind the same seeds."""

    key: int

    def __call__(self, scenario: Any, plan: Any, mix: Any, *, seed: int, replication: int = 0) -> Trace:
        return drillsim.simulate(scenario, plan, mix, seed=seed + 1_000_003 * self.key, replication=replication)


@numbers_up_to(5, 200)
def test_at_most_six_of_200_null_comparisons_fail(tmp_path: Path, count: int) -> None:
    for_sure = ("post: corner, presence: 90 %", "post: corner, presence: 100 %")
    files: InputFiles = school(tmp_path, mixes=for_sure)
    path = tmp_path / "baseline.json"
    path.write_text(baseline_text(make_baseline([files], tmp_path, Terms(runs=50))), encoding="utf-8")
    baseline = read_baseline(path)
    found = [judge(baseline, path, simulate=Rekeyed(k)) for k in range(1, count + 1)]
    alarms = sum(any(t.fails for t in one.tests) for one in found)
    assert all(one.changed_drills > 40 for one in found)
    assert alarms <= max(1, 0.03 * count)


def differences(rng: np.random.Generator, n: int, mean: float, tests: int) -> list[Observed]:
    spread = rng.standard_normal((tests, n)) * 20.0 + mean
    return [Observed(paired_difference(row, np.zeros(n)), n, 10.0) for row in spread]


@numbers_up_to(200, 2_000)
def test_a_whole_gate_at_its_margin_fails_in_at_most_one_percent(count: int) -> None:
    rng = np.random.Generator(np.random.Philox(3))
    alarms = 0
    for _ in range(count):
        samples = rng.standard_normal((4, 200)) * 20.0 + 10.0
        states = set[GateState]()
        for n in looks(200):
            seen = [Observed(paired_difference(row[:n], np.zeros(n)), n, 10.0) for row in samples]
            states |= {one.state for one in decide(seen, looks=len(looks(200)))}
        alarms += GateState.FAILED in states
    assert alarms <= 0.01 * count + 3.0 * (0.01 * count) ** 0.5


def test_a_clear_slowing_fails_and_a_clear_gain_passes() -> None:
    rng = np.random.Generator(np.random.Philox(4))
    slower, faster = (decide(differences(rng, 100, mean, 3), looks=2) for mean in (25.0, -25.0))
    assert {one.state for one in slower} == {GateState.FAILED}
    assert {one.state for one in faster} == {GateState.PASSED}


def test_a_few_changed_drills_never_fail_and_pass_when_they_are_small() -> None:
    values = np.zeros(200)
    values[: FEWEST_CHANGED - 1] = 2.0
    assert decide([Observed(paired_difference(values, np.zeros(200)), 5, 10.0)], looks=3)[0].state is GateState.PASSED
    values[: FEWEST_CHANGED - 1] = 1800.0
    assert decide([Observed(paired_difference(values, np.zeros(200)), 5, 10.0)], looks=3)[0].state is GateState.OPEN


def test_the_looks_double_up_to_all_drills_that_are_kept() -> None:
    assert [looks(n) for n in (10, 50, 60, 200, 400)] == [(10,), (50,), (50, 60), (50, 100, 200), (50, 100, 200, 400)]


def test_more_drills_are_played_until_it_is_decided(tmp_path: Path) -> None:
    slow = ("radio: {low: 3 s, high: 8 s}", "radio: {low: 3 s, high: 12 s}")
    baseline, path = gated(tmp_path, runs=100, scenario=slow)
    found = judge(baseline, path)
    assert (found.runs, found.played) == (100, 100)
    assert judge(baseline, path, first=20).played == 20


@pytest.mark.deep
@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "engine/state/drill_state.py",
            'return unit.sample(self.scenario.reporting.radio, "unit.radio", number)',
            'return 10.0 + unit.sample(self.scenario.reporting.radio, "unit.radio", number)',
            "word to the unit",
        ),
        (
            "engine/drill.py",
            "        for notice in detection.sources(drill, incident):",
            "        for _ in range(9):\n            list(detection.sources(drill, incident))\n        for notice in detection.sources(drill, incident):",
            "calls",
        ),
    ],
    ids=["a slower radio", "a loop that does the work again"],
)
def test_a_bug_planted_in_a_copy_of_the_engine_fails(tmp_path: Path, file: str, old: str, new: str, told: str) -> None:
    gated(tmp_path)
    copy = tmp_path / "src" / "drillsim"
    shutil.copytree(SOURCE, copy)
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    words = [
        sys.executable,
        "-m",
        "drillsim",
        "gate",
        "--baseline",
        str(tmp_path / "baseline.json"),
        "--json",
        "--quiet",
    ]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(copy.parent)}
    )
    found = json.loads(done.stdout.splitlines()[-1])["baselines"][0]
    assert done.returncode == 10
    intervals = [t["explanation"]["interval"] for t in found["tests"] if t["fails"]]
    assert told in (*intervals, *(w["counter"] for w in found["work"] if w["fails"]))
    assert found["changed"] == ["engine: source of drillsim"]
