"""Jobs of a study on an executor: chunks that are sent, answered, lost and sent again; and processes of our own.

An executor is trusted with nothing but the work. A job is known by its drills; its answer counts when they have been taken into
the store, and it does not matter which of its copies gave it, or how often. So a job whose worker died, whose answer was lost or
that nobody answers is sent again, and equal drills are the same drills whoever played them.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue

from drillsim.errors import SimulationError
from drillsim.study.chunks import Answer, Chunk, compile_orders, failed, play_chunks, process_pool
from drillsim.study.storage.drills import PlayedDrill
from drillsim.study.storage.keys import engine_sha256

Take = Callable[[Sequence[PlayedDrill]], object]
"""Stores drills, and counts them."""
Chunks = Sequence[Chunk]
UNANSWERED_S = 600.0
"""Seconds without any answer after which all open jobs are sent again."""
ATTEMPTS = 3
"""How often a job is sent; then its drills are sent one by one, and a drill that is lost as often is given up."""
WINDOW = 1024
"""Most jobs that are open at a time on an executor of the caller, so that memory does not grow with the study."""
PATIENCE = 100
"""How often a job is sent while no other has been answered yet."""
_WAKE_S, _PAUSE_S = 0.5, 0.02


@dataclass(eq=False)
class _Job:
    chunks: Chunks
    sent: int = 0
    answered: bool = False


class Jobs:
    """Jobs on one executor, which the caller owns."""

    def __init__(
        self,
        executor: Executor,
        packed: bytes,
        take: Take,
        *,
        mixes: int,
        window: int = WINDOW,
        unanswered_s: float | None = None,
    ) -> None:
        """Prepare to play a packed study (`chunks.pack`).

        mixes
            Number of mixes of the study.
        window
            Most jobs that are open at a time.
        unanswered_s
            Seconds without any answer after which open jobs are sent again; None never.
        """
        self._executor, self._packed, self._take = executor, packed, take
        self._mixes, self._window, self._unanswered_s = mixes, window, unanswered_s
        self._answers: SimpleQueue[tuple[_Job, Future[Answer]]] = SimpleQueue()
        self._todo: deque[_Job] = deque()
        self._open: set[_Job] = set()
        self._futures: set[Future[Answer]] = set()
        self._broken = False
        self.answered = 0
        """Number of answers so far."""

    def play(self, jobs: Iterable[Chunks]) -> tuple[list[Chunks], list[Chunks]]:
        """Play jobs until each is answered, or the executor breaks down; return those lost with it, and those never sent.

        A job that is lost without that, or not answered in time, is sent again. A drill that is lost again and again becomes a
        row with the stage 'process'. Raises what ended a drill as a fault of the program, and SimulationError when no worker
        plays anything.
        """
        self._todo.extend(_Job(chunks) for chunks in jobs)
        lost: list[Chunks] = []
        silent = 0
        try:
            while self._open or (self._todo and not self._broken):
                self._fill()
                answer = self._next()
                if answer is not None:
                    silent = 0
                    lost += self._hear(*answer)
                elif self._open:
                    silent += 1
                    if silent >= ATTEMPTS:
                        raise SimulationError(
                            f"no worker has answered for {silent} x {self._unanswered_s:g} s. Look whether workers are running"
                        )
                    self._todo.extendleft(self._open)
                    self._open.clear()
        finally:
            self._leave()
        return lost, [job.chunks for job in self._todo if not job.answered]

    def _fill(self) -> None:
        """Send jobs until the window is full."""
        while self._todo and len(self._open) < self._window and not self._broken:
            job = self._todo.popleft()
            if job.answered:
                continue
            try:
                future = self._executor.submit(play_chunks, self._packed, engine_sha256(), job.chunks)
            except (BrokenExecutor, RuntimeError, OSError):  # broken down, shut down by its owner, or out of reach
                self._broken = True
                self._todo.appendleft(job)
                return
            job.sent += 1
            self._open.add(job)
            self._futures.add(future)
            future.add_done_callback(partial(self._answer, job))

    def _answer(self, job: _Job, future: Future[Answer]) -> None:
        self._answers.put((job, future))

    def _hear(self, job: _Job, future: Future[Answer]) -> list[Chunks]:
        """Take one answer; return the chunks of the job if it was lost because the executor broke down."""
        self._futures.discard(future)
        try:
            given = future.result()
        except (Exception, asyncio.CancelledError) as problem:
            if job not in self._open:  # an earlier copy
                return []
            self._open.discard(job)
            if isinstance(problem, BrokenExecutor):
                self._broken = True
                return [job.chunks]
            self._todo.extend(self._again(job, problem))
            return []
        self.answered += 1
        self._take(given.drills)
        if given.fault is not None:
            raise given.fault
        job.answered = True
        self._open.discard(job)
        return []

    def _next(self) -> tuple[_Job, Future[Answer]] | None:
        """Return the next answer; None where none came in time, or none is awaited."""
        begin = time.monotonic()
        while self._open:
            try:
                return self._answers.get(timeout=_WAKE_S)  # wakes now and then, so that Ctrl-C is seen on every system
            except Empty:
                if self._unanswered_s is not None and time.monotonic() - begin >= self._unanswered_s:
                    return None
        return None

    def _again(self, job: _Job, problem: BaseException) -> list[_Job]:
        """Return what to send for a job that was lost: itself, its drills one by one, or nothing more."""
        if job.sent < ATTEMPTS:
            return [job]
        if not self.answered:
            if job.sent < PATIENCE and any(other.sent <= ATTEMPTS for other in (*self._open, *self._todo)):
                time.sleep(_PAUSE_S)
                return [job]  # others may still be answered
            raise SimulationError(f"no worker can play a drill: {type(problem).__name__}: {problem}") from problem
        singles = [single for chunk in job.chunks for single in chunk.singles(self._mixes)]
        if len(singles) > 1:
            return [_Job([single]) for single in singles]
        drill = next(singles[0].drills(self._mixes))
        self._take([failed(drill, "process", f"lost {job.sent} times with its worker", final=False)])
        return []

    def _leave(self) -> None:
        """Cancel what is still open."""
        if isinstance(self._executor, ProcessPoolExecutor):
            return  # its thread fails on a future that was cancelled by others; its owner shuts it down
        for future in list(self._futures):
            future.cancel()


def play_on_executor(
    executor: Executor, packed: bytes, jobs: Sequence[Chunks], take: Take, *, mixes: int, unanswered_s: float
) -> None:
    """Play jobs on an executor of the caller; raises SimulationError when it breaks down."""
    lost, unsent = Jobs(executor, packed, take, mixes=mixes, unanswered_s=unanswered_s).play(jobs)
    if lost or unsent:
        raise SimulationError(
            f"the executor broke down with {len(lost) + len(unsent)} of {len(jobs)} chunks unfinished"
        )


class OwnProcesses:
    """Processes that are started and ended here.

    A crashed process breaks its whole pool, so the few jobs in flight are lost without a sign of the culprit. The rest goes on in
    a new pool. What is lost twice runs drill by drill in a single process, which identifies the drill that ends it; that drill
    becomes a row with the stage 'process', to be played again when the study is resumed.
    """

    def __init__(self, workers: int, packed: bytes, take: Take, *, mixes: int) -> None:
        """Prepare to play a packed study in so many processes."""
        self._workers, self._packed, self._take, self._mixes = workers, packed, take, mixes
        self._answered = 0

    def play(self, jobs: Sequence[Chunks], *, compiles: bool) -> None:
        """Play jobs.

        compiles
            Let two processes compile one part of the code each first, where that of the crowd is not compiled yet.

        Raises SimulationError when every process ends before it has played a drill.
        """
        strikes: Counter[tuple[Chunk, ...]] = Counter()
        suspects: list[Chunks] = []
        while jobs:
            lost, unsent = self._in_pool(self._workers, jobs, compiles=compiles)
            strikes.update(map(tuple, lost))
            suspects += [job for job in lost if strikes[tuple(job)] > 1]
            jobs = [job for job in lost if strikes[tuple(job)] == 1] + unsent
            compiles = False
            if not self._answered and len(suspects) > self._workers:
                raise _ends_at_once()
        singles: list[Chunks] = [
            [one] for one in sorted(s for job in suspects for c in job for s in c.singles(self._mixes))
        ]
        while singles:
            lost, singles = self._in_pool(1, singles)
            if lost:  # one process plays in order, so the first that is missing is the one that ended it
                culprit, *others = sorted(lost, key=lambda job: job[0])
                drill = next(culprit[0].drills(self._mixes))
                self._take([failed(drill, "process", "the process died in this drill", final=False)])
                singles = others + singles

    def _in_pool(
        self, workers: int, jobs: Sequence[Chunks], *, compiles: bool = False
    ) -> tuple[list[Chunks], list[Chunks]]:
        """Run jobs in a pool; return those lost with it, and those never sent."""
        workers = min(workers, len(jobs))
        lost: list[Chunks] = []
        unsent: list[Chunks] = []
        first = _firsts(jobs) if compiles else []
        with process_pool(workers) as pool:
            if compiles and workers > 1:
                pool.submit(compile_orders, self._packed)
            for some in ([[c for job in first for c in job]], [job for job in jobs if job not in first]):
                work = Jobs(pool, self._packed, self._take, mixes=self._mixes, window=3 * workers)
                gone, left = work.play(job for job in some if job)
                lost, unsent = lost + gone, unsent + left
                self._answered += work.answered
        return lost, unsent


def _ends_at_once() -> SimulationError:
    return SimulationError(
        "every worker process ends before it has played a drill. A script needs 'if __name__ == \"__main__\":' around the call; "
        "else try workers=1"
    )


def _firsts(jobs: Sequence[Chunks]) -> list[Chunks]:
    """Return the first job of each scenario; run in one process, they compile all code that the others load."""
    return list({job[0].scenario: job for job in reversed(jobs)}.values())


__all__ = ["ATTEMPTS", "UNANSWERED_S", "Jobs", "OwnProcesses", "Take", "play_on_executor"]
