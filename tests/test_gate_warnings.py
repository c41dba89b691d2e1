"""What keeps a gate from a plain pass is told, with what it would take, and ends with 4 where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import drillsim
from drillsim.errors import SimulationError
from drillsim.gate.decision import GateState
from drillsim.gate.judge import judge
from drillsim.gate.outputs.terminal import lines
from drillsim.gate.play import Player
from drillsim.record.trace import Trace
from gate_plays import gated

EASY = ("p50 able <= 10 min",)


@dataclass(frozen=True)
class FailsIn:
    """Plays drills, of which some fail for a stated reason."""

    numbers: tuple[int, ...]

    def __call__(self, scenario: Any, plan: Any, mix: Any, *, seed: int, replication: int = 0, **more: Any) -> Trace:
        if replication in self.numbers:
            raise SimulationError("nobody answers")
        return drillsim.simulate(scenario, plan, mix, seed=seed, replication=replication, **more)


def test_failed_drills_are_told_with_the_command_that_shows_why(tmp_path: Path) -> None:
    baseline, path = gated(tmp_path, goals=EASY)
    found = judge(baseline, path, Player(simulate=FailsIn((3,))))
    assert (found.exit_code(), found.exit_code(strict=True)) == (0, 4)
    told = [w for w in found.warnings if "failed and count nowhere" in w]
    assert len(told) == 2
    assert all("--replication 3" in w for w in told)


def test_when_every_drill_fails_nothing_is_called_a_pass(tmp_path: Path) -> None:
    baseline, path = gated(tmp_path, goals=EASY)
    found = judge(baseline, path, Player(simulate=FailsIn(tuple(range(60)))))
    assert {t.decided.state for t in found.tests} == {GateState.OPEN}
    assert (found.state, found.exit_code(strict=True)) == ("inconclusive", 4)
    assert "no drill to compare" in "\n".join(lines(found))


def test_a_measure_that_lost_its_meaning_is_no_silent_pass(tmp_path: Path) -> None:
    kind = ("kind: behaviour, where: corner", "kind: fire, where: corner")
    baseline, path = gated(tmp_path, goals=EASY, scenario=kind)
    found = judge(baseline, path)
    assert found.exit_code(strict=True) != 0
    assert all(t.decided.state is not GateState.SAME for t in found.tests)


def test_goals_are_met_missed_or_too_close_to_call(tmp_path: Path) -> None:
    goals = ("p50 able <= 10 min", "p50 able <= 1 s", "mean able <= 32.4 s with one", "p90 able <= 1 min, 500 drills")
    baseline, path = gated(tmp_path, goals=goals)
    found = judge(baseline, path)
    assert [g.verdict for g in found.goals] == ["met", "missed", "too close to call", "too few drills"]
    assert found.exit_code() == 10
    assert any("--runs 500" in w for w in found.warnings)


def test_a_goal_of_a_measure_that_no_drill_has_is_told(tmp_path: Path) -> None:
    baseline, path = gated(tmp_path, goals=("mean evacuated_all_s <= 3 min",))
    assert any("no drill has this measure" in w for w in judge(baseline, path).warnings)


def test_ten_drills_are_told_as_few_even_when_they_are_identical(tmp_path: Path) -> None:
    baseline, path = gated(tmp_path, goals=("p50 able <= 10 min, 5 drills",), runs=10)
    found = judge(baseline, path)
    assert found.is_identical
    assert [w for w in found.warnings if w.startswith("only 10 drills")]
