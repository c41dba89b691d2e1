"""Chunks: the unit of work that a study sends to a worker, and the drills that come back.

A chunk is a range of replications of one scenario with all its mixes. Chunks have no influence on results: a drill
draws its random numbers under (seed, family, replication, purpose, slot), shares only constant objects with others
(plan, network, cells, caches of pure functions), and comes back under its key (scenario, mix, replication), by which
results are stored and sorted. So the size and order of chunks, the number of workers, a retry after a crashed process, and the
kind of executor give the same rows, byte for byte; only the wall time differs. Chunks are small, for progress and an
even load, yet hold several drills, so that pickling and the caches of a worker pay.
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import threading
import traceback
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Protocol

from drillsim.errors import DrillsimError, SimulationError
from drillsim.record.store import settled
from drillsim.record.trace import Trace, Value
from drillsim.study.garbage import collected_between_drills
from drillsim.study.storage.drills import Drill, DrillResult, PlayedDrill, packed_drill
from drillsim.study.storage.keys import engine_sha256

if TYPE_CHECKING:
    from drillsim.plan.model import FloorPlan
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mix
    from drillsim.study.design import Study


_END_S = 5.0
"""Longest wait for a worker process that was told to end, in seconds."""


class Simulate(Protocol):
    """Function that plays one drill: `drillsim.engine.simulate`, or another with this signature; must be picklable.

    Where presence is left to chance it is also called with `presence`, the presence that a drill is forced to.
    """

    def __call__(self, scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
        """Play one drill and return its trace."""


@dataclass(frozen=True, order=True)
class Chunk:
    """Drills first .. last - 1 of one scenario, for all mixes or one; scenario and mix by index, drills by their place in
    `study.strata`: the replications of the seed, then those added for rare states of presence.

    Chunks sort by scenario, then by drill.
    """

    scenario: int
    first: int
    last: int
    mix: int | None = None

    def drills(self, mixes: int) -> Iterator[Drill]:
        """Yield the key (scenario, mix, drill) of each drill; `mixes` is the number of mixes of the study."""
        for replication in range(self.first, self.last):
            for mix in range(mixes) if self.mix is None else (self.mix,):
                yield self.scenario, mix, replication

    def singles(self, mixes: int) -> Iterator[Chunk]:
        """Yield one chunk per drill, to find the drill that ends its process."""
        for scenario, mix, replication in self.drills(mixes):
            yield Chunk(scenario, replication, replication + 1, mix)


def play(study: Study, simulate: Simulate, key: Drill) -> PlayedDrill:
    """Play one drill of a study. A drill that fails for a stated reason is a row with status failed, its stage and its reason.

    The reason is a DrillsimError, or a number of the row that is not finite. Any other exception is a programming error, of drillsim
    or of a `simulate` of the user's own: it ends the study, since a comparison of the drills that happen to survive would be
    wrong. It goes on to the caller with a note that names the drill.
    """
    scenario, mix = study.scenarios[key[0]], study.mixes_of(key[0])[list(study.mixes)[key[1]]]
    drill, forced, heads = numbered(study, key)
    stage = "simulate"
    try:
        trace = simulate(scenario, study.plan_of(key[0]), mix, seed=study.seed, replication=drill, **forced)
        stage = "measure"
        rows = tuple(_settled(row) for row in trace.rows)
    except DrillsimError as problem:
        return failed(key, getattr(problem, "stage", stage), f"{type(problem).__name__}: {problem}")
    except Exception as problem:
        problem.add_note(f"drill {drill} of '{scenario.name}', mix '{heads['mix']}', seed {study.seed}")
        raise
    curves = {name: tuple(map(float, values)) for name, values in trace.curves.items()}
    return packed_drill(DrillResult(key, rows, curves, trace.ways))


def numbered(study: Study, key: Drill) -> tuple[int, dict[str, Any], dict[str, Value]]:
    """Return the number of a drill, its forced presence as argument of `simulate`, and the first columns of its row."""
    drill, strata = study.strata[key[0]].drills[key[2]], study.strata[key[0]]
    heads: dict[str, Value] = {
        "scenario": study.scenarios[key[0]].name,
        "mix": strata.names[key[1]],
        "replication": drill.replication,
        **strata.of_drill(key[1], drill),
    }
    return drill.replication, {"presence": drill.presence} if drill.forced else {}, heads


def _settled(row: Mapping[str, Value]) -> dict[str, Value]:
    try:
        return {**settled(row), "status": "done", "stage": "", "reason": ""}
    except ValueError as problem:
        raise SimulationError(str(problem)) from problem


def failed(key: Drill, stage: str, reason: str, *, final: bool = True) -> PlayedDrill:
    """Return a drill that could not be played; the reason on one line of 300 characters, without addresses."""
    told = re.sub(r"0x[0-9a-fA-F]+", "0x", " ".join(reason.split()))[:300]
    row: dict[str, Value] = {"incident": "", "status": "failed", "stage": stage, "reason": told}
    return packed_drill(DrillResult(key, (row,), {}), final=final)


def pack(study: Study, simulate: Simulate) -> bytes:
    """Pickle study and simulate function once, for every job of any executor; small, since each job carries them."""
    return zlib.compress(pickle.dumps((study, simulate), protocol=pickle.HIGHEST_PROTOCOL))


def _unpack(packed: bytes) -> tuple[Study, Simulate]:
    found: tuple[Study, Simulate] = pickle.loads(
        zlib.decompress(packed)
    )  # our own bytes, from `pack` in the calling process
    return found


class _Unpacked(threading.local):
    """The last two studies unpacked by one thread; threads do not share caches that drills on a plan fill on demand."""

    def __init__(self) -> None:
        self.of = lru_cache(maxsize=2)(_unpack)


_unpacked = _Unpacked()


@dataclass(frozen=True)
class Answer:
    """What a worker sends back for a job: the drills it has played, and the fault of the program that ended it, if any."""

    drills: Sequence[PlayedDrill]
    fault: Exception | None = None


def play_chunks(packed: bytes, engine: str, chunks: Sequence[Chunk]) -> Answer:
    """Play the drills of some chunks; the study is unpacked once per process or thread, so that what it caches lives on.

    engine
        `engine_sha256` of the calling process, which must be that of this one.
    """
    played: list[PlayedDrill] = []
    try:
        if engine != engine_sha256():
            raise SimulationError(
                "the workers have another drillsim, other libraries or another platform than this process: equal inputs would "
                "not give equal rows. Install the same versions everywhere"
            )
        study, simulate = _unpacked.of(packed)
        play_here(study, simulate, chunks, played.append)
    except Exception as problem:
        return Answer(played, _portable(problem))
    return Answer(played)


def _portable(problem: Exception) -> Exception:
    """Return an exception that can be sent to another process, with its traceback as a note."""
    if not isinstance(problem, DrillsimError):
        problem.add_note("".join(traceback.format_exception(problem)).rstrip())
    try:
        pickle.loads(pickle.dumps(problem))
    except Exception:
        return RuntimeError("\n".join(traceback.format_exception_only(problem)))
    return problem


def play_here(
    study: Study, simulate: Simulate, chunks: Sequence[Chunk], tell: Callable[[PlayedDrill], object] = lambda _: None
) -> list[PlayedDrill]:
    """Play the drills of some chunks in this process, one after the other, collecting garbage after each.

    tell
        Called with each drill when it is finished.
    """
    played = []
    with collected_between_drills() as collect:
        for chunk in chunks:
            for key in chunk.drills(len(study.mixes)):
                played.append(play(study, simulate, key))
                collect()
                tell(played[-1])
    return played


def compile_orders(packed: bytes) -> None:
    """Compile the functions for orders to the crowd, while another process compiles the event loop."""
    from drillsim.crowd import factory
    from drillsim.engine.world.world import world_of

    study, _ = _unpacked.of(packed)
    factory.compile_orders(world_of(study.plan, study.scenarios[0]).cells)


def begin_worker() -> None:
    """Initialise a worker process: ignore Ctrl-C, which the caller handles, and end when the caller ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    caller = parent_process()
    if caller is not None:
        threading.Thread(target=_end_with, args=(caller.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    """Wait for the end of the caller, then end this process at once."""
    wait([sentinel])
    os._exit(1)


@contextmanager
def process_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool of this many spawned processes; an exception in the block ends them at once, and they have ended after it."""
    before = set(active_children())
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=begin_worker)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        left = set(active_children()) - before
        for process in left:
            process.terminate()
        for process in left:
            process.join(timeout=_END_S)
        raise
    pool.shutdown()
