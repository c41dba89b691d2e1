"""Processes that play the jobs of a suite beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context

from drillsim.crowd.crowd import compile_once
from drillsim.study.chunks import begin_worker


@contextmanager
def pool(workers: int) -> Iterator[Executor | None]:
    """Give an executor of this many processes, none for a single one; when given up it ends them at once."""
    if workers <= 1:
        yield None
        return
    compile_once()
    before = set(active_children())
    executor = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=begin_worker)
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for process in set(active_children()) - before:
            process.terminate()
        raise
    executor.shutdown()
