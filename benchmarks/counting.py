"""Cost of counting work: 30 alternating pairs of drills that follow a counted one, and drills that follow none.

Run `PYTHONPATH=src python benchmarks/counting.py`. Counting takes a drill of its own, under Python's profiler hook. So the first figure, the
median over pairs of what ordinary drills cost after a count, should be 0 within its interval; the second is what one count adds to
a gate of 200 drills with six mixes.
"""

from __future__ import annotations

import statistics
from functools import partial

import numpy as np

import drillsim as ds
from drillsim.engine.work import counted_work
from measure import cpu_s, drills_of

PAIRS, DRILLS = 30, 20
GATE = 200 * 6
"""Drills of a gate as `drillsim baseline write` makes it by default, with the six shipped mixes."""


def _count(scenario: ds.Scenario, plan: ds.FloorPlan, mix: ds.Mix, _number: int) -> object:
    return counted_work(scenario, plan, mix, seed=1)


def main(pairs: int = PAIRS, drills: int = DRILLS) -> None:
    """Measure, and print both figures for two scenarios."""
    example = ds.example("secondary")
    mix = example.mixes[example.mixes.present]
    for name in ("fight", "lockdown"):
        scenario = example.drills[name]
        play = drills_of(scenario, example.plan, mix)
        count = partial(_count, scenario, example.plan, mix)
        play(0)
        ratios, counts = [], []
        plain: list[float] = []
        for k in range(pairs):
            took = {}
            for counted in (k % 2 == 0, k % 2 == 1):
                if counted:
                    counts += cpu_s(count, 1)
                took[counted] = sum(cpu_s(play, drills))
            ratios.append(took[True] / took[False] - 1.0)
            plain.append(took[False] / drills)
        low, high = np.percentile(
            np.median(np.random.Generator(np.random.Philox(1)).choice(ratios, (2000, pairs)), axis=1), [2.5, 97.5]
        )
        one, drill = statistics.median(counts), statistics.median(plain)
        print(
            f"{name}: ordinary drills after a count {statistics.median(ratios):+.2%} (95 % {low:+.2%} to {high:+.2%}, {pairs} pairs)"
        )
        print(
            f"{name}: one count {1000 * one:.1f} ms = {one / drill:.1f} drills, {one / drill / GATE:.2%} of a gate of {GATE:,} drills"
        )


if __name__ == "__main__":
    main()
