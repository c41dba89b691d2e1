"""Dask as executor of a study: a cluster by the address of its scheduler, or one of processes on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from drillsim.errors import SimulationError

CONNECT_S = 30.0
"""Seconds to wait for the scheduler."""


@contextmanager
def dask_executor(scheduler: str = "", *, workers: int | None = None) -> Iterator[Executor]:
    """Yield an executor on a Dask cluster, for the `executor` of `run`.

    scheduler
        Address of a running scheduler, such as tcp://node1:8786; by default a cluster of processes is started on this machine,
        and ended with the block.
    workers
        Number of processes of the local cluster; one per processor by default.

    The workers need the same drillsim and the same libraries, which is checked with every job. Raises SimulationError when Dask is
    not installed, or when the scheduler does not answer.
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as problem:
        raise SimulationError("Dask is not installed. Install it with: pip install 'drillsim[cluster]'") from problem
    if not scheduler:
        number = workers or os.cpu_count() or 1
        with (
            dask.config.set(
                {"distributed.worker.profile.enabled": False}
            ),  # looks at the stack a hundred times a second
            LocalCluster(n_workers=number, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield client.get_executor()
        return
    try:
        client = Client(scheduler, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise SimulationError(
            f"no Dask scheduler answers at {scheduler} ({type(problem).__name__}: {problem}). Start one with 'dask scheduler', and "
            "workers with 'dask worker ADDRESS --nthreads 1'"
        ) from problem
    with client:
        yield client.get_executor()


__all__ = ["dask_executor"]
