"""Helpers for the tests of a district or of a project: a gate as an assertion."""

from __future__ import annotations

from pathlib import Path


def assert_not_slower(baseline: Path | str, *, strict: bool = False, workers: int = 1) -> None:
    """Play the drills of a baseline again, and raise AssertionError, with what `drillsim gate` prints, where it fails.

    baseline
        File that `drillsim baseline write` wrote.
    strict
        Whether what is no plain pass (inconclusive, goals too close to call, failed drills) fails too.
    workers
        Processes; no result depends on them.

    Raises ResultError for a baseline that is missing, damaged or not comparable, and DrillsimError for faults of the files it names.
    """
    from drillsim.gate.baseline import read_baseline
    from drillsim.gate.judge import judge
    from drillsim.gate.outputs.terminal import lines
    from drillsim.gate.play import Player

    found = judge(read_baseline(baseline), Path(baseline), Player(workers))
    if found.exit_code(strict=strict):
        raise AssertionError("\n".join(lines(found)))
