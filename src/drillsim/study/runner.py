"""Execution of a study in this process, in a pool of processes, or on any executor, always with the same rows."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from drillsim.crowd.factory import is_to_be_compiled
from drillsim.errors import ScenarioError, only_errors
from drillsim.study.chunks import Chunk, Simulate, pack, play_here
from drillsim.study.design import Study
from drillsim.study.storage.folder import StudyFolder
from drillsim.study.storage.keeping import Keeping, Progress
from drillsim.study.storage.keys import engine_sha256
from drillsim.study.workers.cluster import dask_executor
from drillsim.study.workers.jobs import UNANSWERED_S, OwnProcesses, play_on_executor

if TYPE_CHECKING:
    from drillsim.study.results import Results

ChunkOrder = Callable[[Sequence[Chunk]], Sequence[Chunk]]
LONGEST_CHUNK = 10
"""Largest number of replications in a chunk, for steady progress and a short wait for the last worker."""


def run(
    study: Study,
    *,
    workers: int | None = 1,
    executor: Executor | None = None,
    store: StudyFolder | Path | str | None = None,
    resume: bool = False,
    overwrite: bool = False,
    progress: Progress | None = None,
    chunk_order: ChunkOrder | None = None,
    simulate: Simulate | None = None,
    unanswered_s: float = UNANSWERED_S,
) -> Results:
    """Run all drills of a study and return their results, independent of workers, executor and chunk order.

    workers
        Number of processes: 1 runs in this process; more are started and ended here (a script then needs the usual
        `if __name__ == "__main__":`); None means one per processor.
    executor
        Any concurrent.futures.Executor, owned and closed by the caller; `workers` is then not used.
    store
        Results folder that keeps every drill as soon as its chunk is finished, in `study.sqlite`; a new or empty folder, or one
        with a store and `resume` or `overwrite`. Results are written into it with `write_results`.
    resume
        Go on with a store: drills that are in it are not played again, whatever study played them.
    overwrite
        Begin anew in a folder with earlier results, which are removed.
    progress
        Called with the number of drills done and in all.
    chunk_order
        Reorders the chunks before submission; for tests, since results do not depend on it.
    simulate
        Plays one drill; `drillsim.engine.simulate` by default.
    unanswered_s
        Seconds without any answer of `executor` after which the open jobs are sent to it again.

    A drill that fails for a stated reason is a row with status 'failed', its stage and its reason; a fault of the program ends
    the study. Ctrl-C (KeyboardInterrupt) cancels pending chunks and ends the processes started here; whatever ends a study, what
    is stored stays stored. Raises ScenarioError with all faults when scenarios, plan and mixes do not fit each other, ResultError
    when the store cannot be used, and SimulationError when the executor breaks down.
    """
    from drillsim.study.results import collect

    begin = time.perf_counter()
    if simulate is None:
        simulate = _engine(study)
    if workers is None:
        workers = os.cpu_count() or 1
    folder = StudyFolder.of(store, study, resume=resume, overwrite=overwrite)
    try:
        keeping = Keeping(study, simulate, folder.store if folder else None, progress)
        chunks: Sequence[Chunk] = split(study, workers=max(1, workers))
        if chunk_order is not None:
            chunks = chunk_order(chunks)
        jobs = keeping.open_jobs(chunks)
        if executor is not None:
            packed = pack(study, simulate)
            play_on_executor(executor, packed, jobs, keeping.take, mixes=len(study.mixes), unanswered_s=unanswered_s)
        elif workers <= 1:
            for job in jobs:
                with keeping.chunk() as tell:
                    play_here(study, simulate, job, tell)
        elif jobs:
            own = OwnProcesses(workers, pack(study, simulate), keeping.take, mixes=len(study.mixes))
            own.play(jobs, compiles=_is_to_be_compiled(study, simulate))
        return collect(study, keeping.results(), seconds=time.perf_counter() - begin)
    finally:
        if folder is not None and folder is not store:
            folder.close()


def _is_to_be_compiled(study: Study, simulate: Simulate) -> bool:
    from drillsim.engine.simulate import simulate as shipped

    walks = any(s.crowd == "walks" and s.crowd_engine == "compiled" for s in study.scenarios)
    return walks and simulate is shipped and is_to_be_compiled()


def split(study: Study, *, workers: int) -> list[Chunk]:
    """Return the chunks of a study: about sixteen per worker and scenario, of at most LONGEST_CHUNK drills.

    The last ones are smaller and smaller, so that no worker waits long for another at the end.
    """
    size = max(1, min(LONGEST_CHUNK, study.runs // (16 * workers)))
    drills = [len(one.drills) for one in study.strata]
    cuts = [0]
    while cuts[-1] < max(drills):
        left = max(drills) - cuts[-1]
        cuts.append(cuts[-1] + max(1, min(size, left // (4 * workers))))
    return [
        Chunk(scenario, first, min(end, last))
        for first, end in pairwise(cuts)  # scenarios alternate, so that the estimated time left reflects all of them
        for scenario, last in enumerate(drills)
        if first < last
    ]


def _engine(study: Study) -> Simulate:
    """Return the engine's simulate function after checking every scenario; raises ScenarioError with all faults."""
    from drillsim.engine.check import check
    from drillsim.engine.simulate import simulate

    faults = [f for i, s in enumerate(study.scenarios) for f in check(s, study.plan_of(i), study.mixes_of(i))]
    if only_errors(faults):
        raise ScenarioError(faults=faults)
    return simulate


__all__ = ["LONGEST_CHUNK", "ChunkOrder", "Progress", "StudyFolder", "dask_executor", "engine_sha256", "run", "split"]
