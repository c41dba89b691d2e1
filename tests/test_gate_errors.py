"""Errors of the gate: how often it cries wolf, and regressions planted in a copy of the engine that it must find."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drillsim
from depth import numbers_up_to
from drillsim.analysis.estimators import paired_difference
from drillsim.gate.baseline import read_baseline
from drillsim.gate.decision import FEWEST_CHANGED, GateState, Observed, decide, looks
from drillsim.gate.differences import decided_tests
from drillsim.gate.inputs import InputFiles
from drillsim.gate.judge import judge
from drillsim.gate.opened import PlayedScenario
from drillsim.gate.play import Player, Terms, baseline_of, played_by, record_of, study_of
from drillsim.record.trace import Trace
from gate_plays import gated, school

SOURCE = Path(drillsim.__file__).parent


@dataclass(frozen=True)
class Rekeyed:
    """Plays drills whose draws are keyed anew behind the same seeds."""

    key: int

    def __call__(self, scenario: Any, plan: Any, mix: Any, *, seed: int, replication: int = 0) -> Trace:
        return drillsim.simulate(scenario, plan, mix, seed=seed + 1_000_003 * self.key, replication=replication)


@numbers_up_to(4, 200)
def test_at_most_six_of_200_null_comparisons_fail(tmp_path: Path, count: int) -> None:
    for_sure = ("post: corner, presence: 90 %", "post: corner, presence: 100 %")
    source: InputFiles = school(tmp_path, mixes=for_sure)
    scenario, plan, mixes = source.read()
    study = study_of(scenario, plan, mixes, runs=50, seed=1)
    alarms = {0.0: 0, 10.0: 0}
    for k in range(1, count + 1):
        records = [
            record_of(played_by(Player(simulate=Rekeyed(2 * k + i)), study, "null"), source, tmp_path, Terms(runs=50))
            for i in (0, 1)
        ]
        for margin_s in alarms:
            before, now = (replace(one, margins=dict.fromkeys(one.measures, margin_s)) for one in records)
            one = PlayedScenario(before, source, scenario, plan, mixes, now=now, played=50)
            baseline = baseline_of({before.name: before}, seed=1, runs=50)
            found = decided_tests([one], [], baseline, looks=len(looks(50)))
            assert all(t.changed > 40 for t in found if t.mix == "one")
            alarms[margin_s] += any(t.fails for t in found)
    print(f"false alarms in {count} null comparisons, by margin in s: {alarms}")
    assert max(alarms.values()) <= max(1, 0.03 * count)


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


BUGS = {
    "a slower radio": (
        "engine/state/drill_state.py",
        'return unit.sample(self.scenario.reporting.radio, "unit.radio", number)',
        'return 10.0 + unit.sample(self.scenario.reporting.radio, "unit.radio", number)',
        "word to the unit",
    ),
    "a loop that does the work again": (
        "engine/drill.py",
        "        for notice in detection.sources(drill, incident):",
        "        for _ in range(9):\n            list(detection.sources(drill, incident))\n        for notice in detection.sources(drill, incident):",
        "calls",
    ),
}


def engine_with(home: Path, bug: str) -> Path:
    """Return the folder of a copy of the engine with a bug."""
    file, old, new, _ = BUGS[bug]
    copy = home / "src" / "drillsim"
    shutil.copytree(SOURCE, copy)
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    return copy.parent


def drillsim_of(source: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "drillsim", *words, "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.deep
@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_planted_in_a_copy_of_the_engine_fails(tmp_path: Path, bug: str) -> None:
    _, path = gated(tmp_path)
    done = drillsim_of(engine_with(tmp_path, bug), "gate", "--baseline", str(path), "--json")
    found = json.loads(done.stdout.splitlines()[-1])["baselines"][0]
    assert done.returncode == 10
    failing = [t for t in found["tests"] if t["fails"]]
    told = {t["mix"]: t["explanation"]["interval"] for t in failing} or [
        w["counter"] for w in found["work"] if w["fails"]
    ]
    assert BUGS[bug][3] in (told.values() if isinstance(told, dict) else told)
    assert found["changed"] == ["engine: source of drillsim"]


@pytest.mark.deep
@pytest.mark.parametrize("bug", BUGS)
def test_the_same_bug_mended_passes(tmp_path: Path, bug: str) -> None:
    school(tmp_path)
    path, goal = tmp_path / "baseline.json", ("--goal", "p50 able <= 10 min")
    words = ("baseline", "write", str(tmp_path / "scenario.yaml"), "--runs", "50", "--out", str(path), *goal)
    assert drillsim_of(engine_with(tmp_path, bug), *words, "--margin", "able=2s").returncode == 0
    found = judge(read_baseline(path), path)
    assert found.exit_code(strict=True) == 0
    assert found.changed == ("engine: source of drillsim",)
    assert any(t.decided.state is GateState.PASSED for t in found.tests) or any(w.growth < -0.1 for w in found.work)
