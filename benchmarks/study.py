"""Benchmarks of a study: twelve mixes in a lockdown of 1,000 people, what a second process gains, Dask, and memory.

Run `python benchmarks/study.py` for a short form (240 drills, about a minute) and `--whole` for 12,000 drills; it prints a table
and writes benchmarks/results/study-<date>.json. A second process is held against a loop of pure arithmetic in two processes in
the same run, since two processors of a shared machine are rarely two. CPU of the pool and of Dask is compared without what
starting the workers costs: the slope between two studies of different size. `--memory 100000` also plays so many drills of a
three-room plan into a folder, in a process of its own, and tells the memory at the first thousand, at the last, and after writing.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from pathlib import Path

import drillsim as ds
from drillsim.study.chunks import process_pool
from drillsim.study.runner import dask_executor
from measure import RESULTS, ROOT, Row, store

PEOPLE = 1000
TARGET_S = 40.0
SEED = 1


def twelve_mixes(shipped: ds.Mixes) -> ds.Mixes:
    """Return the six shipped mixes, and each with one more guard."""
    guard = ds.Unit.model_validate({"id": "guard-9", "role": "unarmed-guard", "post": "main-entrance"})
    roles = {**shipped["two-guards"].roles}
    more = {
        f"{name}-and-guard-9": mix.model_copy(
            update={"name": f"{name}-and-guard-9", "units": (*mix.units, guard), "roles": {**roles, **mix.roles}}
        )
        for name, mix in shipped.mixes.items()
    }
    return shipped.model_copy(update={"mixes": {**shipped.mixes, **more}})


def lockdown(runs: int) -> ds.Study:
    """Return the study: a lockdown of about PEOPLE people in the secondary school."""
    school = ds.example("secondary")
    drill = school.drills["lockdown"]
    today = ds.simulate(drill, school.plan, school.mixes["one-sro"], seed=SEED).rows[0]
    share = PEOPLE / float(str(today["people"]))
    spaces = tuple(
        s.model_copy(update={"people": round(s.people * share)}) if s.people else s for s in school.plan.spaces
    )
    plan = school.plan.model_copy(update={"spaces": spaces})
    return ds.Study([drill], plan, twelve_mixes(school.mixes), runs=runs, seed=SEED)


def loop(times: int) -> float:
    """Compute: arithmetic and nothing else."""
    x = 0.5
    for _ in range(times):
        x = 3.7 * x * (1.0 - x)
    return x


def walled(work: Callable[[], object]) -> float:
    """Return the wall seconds of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def gain_of_loop(parts: int, times: int) -> float:
    """Return how many times faster two processes are than one, for so many parts of pure arithmetic."""
    wall = []
    for workers in (1, 2):
        with process_pool(workers) as pool:
            list(pool.map(loop, [10_000] * 4 * workers))
            wall.append(walled(lambda: list(pool.map(loop, [times] * parts))))
    return wall[0] / wall[1]


def gain_of_study(study: ds.Study) -> tuple[float, float]:
    """Return how many times faster two processes are than one, and the wall seconds of two; both with warm workers."""
    wall = []
    warm = lockdown(4)
    for workers in (1, 2):
        with process_pool(workers) as pool:
            ds.run(warm, executor=pool)
            wall.append(walled(lambda: ds.run(study, executor=pool)))
    return wall[0] / wall[1], wall[1]


def cpu_of(executor: Callable[[], AbstractContextManager[Executor]], study: ds.Study) -> float:
    """Return the CPU seconds of a study on an executor, in this process and in its workers, from their start to their end."""

    def spent() -> float:
        found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in found)

    before = spent()
    with executor() as workers:
        ds.run(study, executor=workers)
    return spent() - before


def measured(runs: int) -> list[Row]:
    """Return the rows of the benchmark of a study of so many drills a mix."""
    study, third = lockdown(runs), lockdown(max(1, runs // 3))
    drills = len(study)
    alone = walled(lambda: ds.run(lockdown(2)))  # compiles, and fills what drills share
    began = time.process_time()
    ds.run(study)
    one = time.process_time() - began
    arithmetic = gain_of_loop(12, 1_000_000)
    gain, wall = gain_of_study(study)
    pool, dask = (
        cpu_of(by, study) - cpu_of(by, third) for by in (lambda: process_pool(2), lambda: dask_executor(workers=2))
    )
    return [
        {"what": "drills", "value": drills, "target": ""},
        {"what": "first drills, with compiling, s", "value": alone, "target": ""},
        {"what": "CPU of a drill in one process, ms", "value": 1000 * one / drills, "target": "3"},
        {"what": "wall of two warm processes, s", "value": wall, "target": ""},
        {"what": "the same for 12,000 drills, s", "value": wall * 12_000 / drills, "target": f"{TARGET_S:g}"},
        {"what": "gain of a second process, arithmetic", "value": arithmetic, "target": ""},
        {"what": "gain of a second process, study", "value": gain, "target": ""},
        {"what": "study over arithmetic", "value": gain / arithmetic, "target": ">= 0.9"},
        {"what": "CPU of Dask over that of the pool", "value": dask / pool, "target": "<= 1.25"},
    ]


def memory_mb() -> float:
    """Return the memory of this process now (Linux), or at its highest."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def play_small(runs: int, folder: Path) -> list[Row]:
    """Play so many drills of three rooms into a folder, write its tables, and return the memory on the way."""
    plan = ds.read_plan(ROOT / "floorplans" / "three_rooms.yaml")
    told = {"name": "fight", "crowd": "stays", "incidents": [{"kind": "behaviour", "where": "room-201"}]}
    units = [{"id": "guard", "role": "unarmed-guard", "post": "room-201"}]
    mixes = ds.Mixes.model_validate({"present": "guard", "mixes": {"guard": {"units": units}}})
    study = ds.Study([ds.Scenario.model_validate(told)], plan, mixes, runs=runs, seed=SEED)
    found: dict[int, float] = {}

    def look(done: int, of: int) -> None:
        if done in (min(1000, of), of):
            found[done] = memory_mb()

    results = ds.run(study, store=folder, progress=look)
    collected = memory_mb()
    ds.write_results(results, folder)
    first, last = found[min(1000, runs)], found[runs]
    return [
        {"what": "memory at the first thousand drills, MB", "value": first, "target": ""},
        {"what": f"more at the last of {runs:,}, MB", "value": last - first, "target": "<= 50"},
        {"what": "more with the table of results, MB", "value": collected - first, "target": ""},
        {"what": "more when all is written, MB", "value": memory_mb() - first, "target": ""},
    ]


def memory(runs: int) -> list[Row]:
    """Return what `play_small` finds in a process of its own."""
    with tempfile.TemporaryDirectory() as room:
        words = [sys.executable, __file__, "--play-small", str(runs), "--out", str(Path(room) / "out")]
        found: list[Row] = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return found


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20, help="drills of each of the twelve mixes")
    parser.add_argument("--whole", action="store_true", help="1,000 drills of each mix")
    parser.add_argument("--memory", type=int, default=0, metavar="DRILLS", help="also play so many small drills")
    parser.add_argument("--play-small", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    if arguments.play_small:
        print(json.dumps(play_small(arguments.play_small, arguments.out)))
        return
    rows = measured(1000 if arguments.whole else max(3, arguments.runs))
    rows += memory(arguments.memory) if arguments.memory else []
    show(rows)
    print(f"written: {store('study', rows, arguments.out).name}")


def show(rows: list[Row]) -> None:
    """Print what was found beside its targets."""
    print(f"{'what':<44}{'found':>12}   target")
    for row in rows:
        print(f"{row['what']:<44}{float(str(row['value'])):>12,.2f}   {row['target']}")


if __name__ == "__main__":
    main()
