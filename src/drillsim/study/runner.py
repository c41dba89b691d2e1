"""Playing a study in the loop, in a pool of processes, or on any executor, always with the same rows."""

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
    play,
    play_chunks,
)
from drillsim.study.design import Study

if TYPE_CHECKING:
    from drillsim.study.results import Results

Progress = Callable[[int, int], None]
ChunkOrder = Callable[[Sequence[Chunk]], Sequence[Chunk]]
LONGEST_CHUNK = 10
"""Replications in one chunk at most, so that progress moves and nobody waits long for the last worker."""


def run(
    study: Study,
    *,
    workers: int | None = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
    chunk_order: ChunkOrder | None = None,
    simulate: Simulate | None = None,
) -> Results:
    """Play all drills of a study and return their results, the same whoever plays them in whatever order.

    workers
        1 plays in this process; more start as many processes of their own (a script then needs the usual
        `if __name__ == "__main__":`); None starts one per processor.
    executor
        Any concurrent.futures.Executor, owned and closed by the caller; `workers` is then not used.
    progress
        Called with drills done and drills in all.
    chunk_order
        Reorders the chunks before they are handed out; the results do not depend on it.
    simulate
        Plays one drill; the engine's where absent.

    A drill that fails is a row with status 'failed', its stage and its reason. Ctrl-C (KeyboardInterrupt)
    gives up what is pending and ends the own processes. Raises ScenarioError with all faults when scenarios,
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
    tell = _Teller(progress, len(study))
    if executor is not None:
        played = _on_foreign(executor, study, simulate, chunks, tell)
    elif workers <= 1:
        played = [tell.one(play(study, simulate, key)) for chunk in chunks for key in chunk.drills(len(study.mixes))]
    else:
        played = _on_own(workers, study, simulate, chunks, tell)
    return collect(study, played, seconds=time.perf_counter() - begin)


def split(study: Study, *, workers: int) -> list[Chunk]:
    """Return the chunks of a study: some sixteen per worker and scenario, none longer than LONGEST_CHUNK."""
    size = max(1, min(LONGEST_CHUNK, study.runs // (16 * workers)))
    return [
        Chunk(scenario, first, min(first + size, study.runs))
        for first in range(0, study.runs, size)  # scenarios take turns, so that the time left is told from all of them
        for scenario in range(len(study.scenarios))
    ]


def _engine(study: Study) -> Simulate:
    from drillsim.engine.check import check
    from drillsim.engine.simulate import simulate

    faults = [f for s in study.scenarios for f in check(s, study.plan, study.mixes)]
    if only_errors(faults):
        raise ScenarioError(faults=faults)
    return simulate


class _Teller:
    """Counts finished drills and tells the caller."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def one(self, played: DrillResult) -> DrillResult:
        self.many([played])
        return played

    def many(self, played: list[DrillResult]) -> list[DrillResult]:
        self._done += len(played)
        if self._progress is not None and played:
            self._progress(self._done, self._total)
        return played


def _gather(
    pool: Executor, packed: bytes, jobs: Iterable[Sequence[Chunk]], tell: _Teller
) -> tuple[list[DrillResult], list[Chunk]]:
    """Return the finished drills, and the chunks that were lost because a process of the pool died."""
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
                played += tell.many(future.result())
            except BrokenExecutor:
                lost += waiting[future]
    except BaseException:
        if not isinstance(
            pool, ProcessPoolExecutor
        ):  # its own thread dies on a future that was cancelled behind its back
            for future in waiting:
                future.cancel()
        raise
    return played, lost


def _on_foreign(
    pool: Executor, study: Study, simulate: Simulate, chunks: Sequence[Chunk], tell: _Teller
) -> list[DrillResult]:
    played, lost = _gather(pool, pack(study, simulate), ([chunk] for chunk in chunks), tell)
    if lost:
        raise SimulationError(f"the executor broke down with {len(lost)} of {len(chunks)} chunks unfinished")
    return played


def _on_own(
    workers: int, study: Study, simulate: Simulate, chunks: Sequence[Chunk], tell: _Teller
) -> list[DrillResult]:
    """Play in own processes. After two breakdowns one process plays what is left, drill by drill."""
    from drillsim.engine.simulate import simulate as shipped

    walks = any(s.crowd == "walks" and s.crowd_engine == "compiled" for s in study.scenarios)
    packed, played, lost = pack(study, simulate), [], list(chunks)
    for attempt in range(2):
        compiles = attempt == 0 and walks and simulate is shipped and is_to_be_compiled()
        more, lost = _in_pool(min(workers, len(lost)), packed, lost, tell, compiles=compiles)
        played += more
        if not lost:
            return played
    alone = sorted(single for chunk in lost for single in chunk.singles(len(study.mixes)))
    while alone:
        more, gone = _in_pool(1, packed, alone, tell)
        played += more
        if gone:  # one process plays in order, so the first that is missing is the one that ended it
            culprit, *gone = sorted(gone)
            key = next(culprit.drills(len(study.mixes)))
            played.append(tell.one(failed(study, key, "process", "the process died in this drill")))
        alone = gone
    return played


def _in_pool(
    workers: int, packed: bytes, chunks: Sequence[Chunk], tell: _Teller, *, compiles: bool = False
) -> tuple[list[DrillResult], list[Chunk]]:
    """Play chunks in a pool; where code has still to be compiled two processes do so first, each another part."""
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=begin_worker)
    try:
        first = _firsts(chunks) if compiles else []
        if compiles and workers > 1:
            pool.submit(compile_orders, packed)
        played, lost = _gather(pool, packed, [first] if first else [], tell)
        more, gone = _gather(pool, packed, ([chunk] for chunk in chunks if chunk not in first), tell)
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
    """Return the first chunk of each scenario: one process plays them, and compiles for all."""
    return list({chunk.scenario: chunk for chunk in reversed(chunks)}.values())
