"""Shared by the benchmarks: CPU seconds, machine, versions, and the file of results."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from drillsim.cli.bug_report import versions
from drillsim.engine.simulate import simulate
from drillsim.plan.model import FloorPlan
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.study.garbage import collected_between_drills

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
Row = dict[str, object]


def cpu_s(work: Callable[[int], object], times: int, *, first: int = 0) -> list[float]:
    """Return the CPU seconds of each call; the call gets its number, from `first` on."""
    found = []
    for i in range(first, first + times):
        began = time.process_time()
        work(i)
        found.append(time.process_time() - began)
    return found


def drills_of(scenario: Scenario, plan: FloorPlan, mix: Mix) -> Callable[[int], object]:
    """Return what plays one drill of a study by its number, collecting its garbage as a study does."""

    def play(i: int) -> object:
        with collected_between_drills():
            return simulate(scenario, plan, mix, seed=1, replication=i)

    return play


def machine() -> dict[str, object]:
    """Return processor, number of cores and operating system, without the name of the machine."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": platform.system(),
    }


def store(name: str, rows: Sequence[Row], folder: Path, **more: object) -> Path:
    """Write rows with date, machine and versions to <name>-<date>.json and return the file."""
    now = datetime.now().astimezone()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{now:%Y-%m-%d}.json"
    numbers = {package: number for package, number in versions().items() if package != "platform"}
    told = {
        "date": now.isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": {**numbers, **more},
        "rows": rows,
    }
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return path
