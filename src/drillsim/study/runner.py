"""Execution of a study in this process, in a pool of processes, or on any executor, always with the same rows."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING

from drillsim.crowd.factory import is_to_be_compiled
from drillsim.errors import ScenarioError, SimulationError, only_errors
from drillsim.study.chunks import (
    Chunk,
    DrillResult,
    Simulate,
    begin_worker,
    compile_orders,
    failed,
    pack,
    play_chunks,
    play_here,
)
from drillsim.study.design import Study

if TYPE_CHECKING:
    from drillsim.study.results import Results

Progress = Callable[[int, int], None]
ChunkOrder = Callable[[Sequence[Chunk]], Sequence[Chunk]]
LONGEST_CHUNK = 10
"""Largest number of replications in a chunk, for steady progress and a short wait for the last worker."""


def run(
    study: Study,
    *,
    workers: int | None = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    chunk_order: ChunkOrder | None = None,
    simulate: Simulate | None = None,
) -> Results:
    """Run all drills of a study and return their results, independent of workers, executor and chunk order.

    workers
        Number of processes: 1 runs in this process; more are started and ended here (a script then needs the usual
        `if __name__ == "__main__":`); None means one per processor.
    executor
        Any concurrent.futures.Executor, owned and closed by the caller; `workers` is then not used.
    progress
        Called with the number of drills done and in all.
    chunk_order
        Reorders the chunks before submission; for tests, since results do not depend on it.
    simulate
        Plays one drill; `drillsim.engine.simulate` by default.

    A drill that fails for a reason drillsim states is a row with status 'failed', its stage and its reason; a programming
    error ends the study. Ctrl-C (KeyboardInterrupt)
    cancels pending chunks and ends the processes started here. Raises ScenarioError with all faults when scenarios,
    plan and mixes do not fit each other.
    """
    from drillsim.study.results import collect

    begin = time.perf_counter()
    if simulate is None:
        simulate = _engine(study)
    if workers is None:
        workers = os.cpu_count() or 1
    chunks: Sequence[Chunk] = split(study, workers=max(1, workers))
    if chunk_order is not None:
        chunks = chunk_order(chunks)
    counter = _ProgressCounter(progress, len(study))
    if executor is not None:
        played = _run_on_executor(executor, study, simulate, chunks, counter)
    elif workers <= 1:
        played = play_here(study, simulate, chunks, counter.one)
    else:
        played = _run_in_processes(workers, study, simulate, chunks, counter)
    return collect(study, played, seconds=time.perf_counter() - begin)


def split(study: Study, *, workers: int) -> list[Chunk]:
    """Return the chunks of a study: about sixteen per worker and scenario, of at most LONGEST_CHUNK drills."""
    size = max(1, min(LONGEST_CHUNK, study.runs // (16 * workers)))
    drills = [len(one.drills) for one in study.strata]
    return [
        Chunk(scenario, first, min(first + size, last))
        for first in range(
            0, max(drills), size
        )  # scenarios alternate, so that the estimated time left reflects all of them
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


class _ProgressCounter:
    """Counter of finished drills that reports to the progress callback."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def one(self, played: DrillResult) -> DrillResult:
        """Count one drill and return it."""
        self.many([played])
        return played

    def many(self, played: list[DrillResult]) -> list[DrillResult]:
        """Count some drills and return them."""
        self._done += len(played)
        if self._progress is not None and played:
            self._progress(self._done, self._total)
        return played


def _gather(
    pool: Executor, packed: bytes, jobs: Iterable[Sequence[Chunk]], counter: _ProgressCounter
) -> tuple[list[DrillResult], list[Chunk]]:
    """Submit jobs, wait for all, and return the finished drills and the chunks lost with a crashed process."""
    played: list[DrillResult] = []
    lost: list[Chunk] = []
    waiting: dict[Future[list[DrillResult]], Sequence[Chunk]] = {}
    try:
        for chunks in jobs:
            try:
                waiting[pool.submit(play_chunks, packed, chunks)] = chunks
            except BrokenExecutor:
                lost += chunks
        for future in as_completed(waiting):
            try:
                played += counter.many(future.result())
            except BrokenExecutor:
                lost += waiting[future]
    except BaseException:
        if not isinstance(
            pool, ProcessPoolExecutor
        ):  # the thread of the executor fails on a future that was cancelled by others
            for future in waiting:
                future.cancel()
        raise
    return played, lost


def _run_on_executor(
    pool: Executor, study: Study, simulate: Simulate, chunks: Sequence[Chunk], counter: _ProgressCounter
) -> list[DrillResult]:
    played, lost = _gather(pool, pack(study, simulate), ([chunk] for chunk in chunks), counter)
    if lost:
        raise SimulationError(f"the executor broke down with {len(lost)} of {len(chunks)} chunks unfinished")
    return played


def _run_in_processes(
    workers: int, study: Study, simulate: Simulate, chunks: Sequence[Chunk], counter: _ProgressCounter
) -> list[DrillResult]:
    """Run in processes started here.

    A crashed process breaks the whole pool, so the chunks in flight are lost without a sign of the culprit. They are
    run again in a second pool; what is lost again runs drill by drill in a single process, which identifies the drill
    that ends it; that drill becomes a failed row.
    """
    from drillsim.engine.simulate import simulate as shipped

    walks = any(s.crowd == "walks" and s.crowd_engine == "compiled" for s in study.scenarios)
    packed, played, lost = pack(study, simulate), [], list(chunks)
    for attempt in range(2):
        compiles = attempt == 0 and walks and simulate is shipped and is_to_be_compiled()
        more, lost = _in_pool(min(workers, len(lost)), packed, lost, counter, compiles=compiles)
        played += more
        if not lost:
            return played
    singles = sorted(single for chunk in lost for single in chunk.singles(len(study.mixes)))
    while singles:
        more, gone = _in_pool(1, packed, singles, counter)
        played += more
        if gone:  # one process plays in order, so the first that is missing is the one that ended it
            culprit, *gone = sorted(gone)
            key = next(culprit.drills(len(study.mixes)))
            played.append(counter.one(failed(study, key, "process", "the process died in this drill")))
        singles = gone
    return played


def _in_pool(
    workers: int, packed: bytes, chunks: Sequence[Chunk], counter: _ProgressCounter, *, compiles: bool = False
) -> tuple[list[DrillResult], list[Chunk]]:
    """Run chunks in a pool; where code is not compiled yet, two processes first compile one part each."""
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker)
    try:
        first = _firsts(chunks) if compiles else []
        if compiles and workers > 1:
            pool.submit(compile_orders, packed)
        played, lost = _gather(pool, packed, [first] if first else [], counter)
        more, gone = _gather(pool, packed, ([chunk] for chunk in chunks if chunk not in first), counter)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        workers_left = set(multiprocessing.active_children()) - before
        for process in workers_left:
            process.terminate()
        for process in workers_left:
            process.join(timeout=5)
        raise
    pool.shutdown()
    return played + more, lost + gone


def _firsts(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Return the first chunk of each scenario; run in one process, they compile all code that the others load."""
    return list({chunk.scenario: chunk for chunk in reversed(chunks)}.values())
