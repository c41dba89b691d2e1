"""Chunks: the unit of work that a study sends to a worker, and its results.

A chunk is a range of replications of one scenario with all its mixes. Chunks have no influence on results: a drill
draws its random numbers under (seed, family, replication, purpose, slot), shares only constant objects with others
(plan, network, cells, caches of pure functions), and comes back under its key (scenario, mix, replication), by which
results are sorted. So the size and order of chunks, the number of workers, a retry after a crashed process, and the
kind of executor give the same rows, byte for byte; only the wall time differs. Chunks are small, for progress and an
even load, yet hold several drills, so that pickling and the caches of a worker pay.
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import parent_process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Protocol

from drillsim.errors import DrillsimError
from drillsim.record.store import settled
from drillsim.record.trace import Trace, Value, WayUse
from drillsim.study.garbage import collected_between_drills

if TYPE_CHECKING:
    from drillsim.plan.model import FloorPlan
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mix
    from drillsim.study.design import Study


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

    def drills(self, mixes: int) -> Iterator[tuple[int, int, int]]:
        """Yield the key (scenario, mix, drill) of each drill; `mixes` is the number of mixes of the study."""
        for replication in range(self.first, self.last):
            for mix in range(mixes) if self.mix is None else (self.mix,):
                yield self.scenario, mix, replication

    def singles(self, mixes: int) -> Iterator[Chunk]:
        """Yield one chunk per drill, to find the drill that ends its process."""
        for scenario, mix, replication in self.drills(mixes):
            yield Chunk(scenario, replication, replication + 1, mix)


@dataclass(frozen=True)
class DrillResult:
    """Rows and curves of one finished drill, under its key."""

    key: tuple[int, int, int]
    """Index of the scenario, index of the mix, index of the drill in the `strata` of the study."""
    rows: tuple[Mapping[str, Value], ...]
    """One per incident; none for a school day without incidents; one that says why for a failed drill."""
    curves: Mapping[str, tuple[float, ...]]
    """Values at 61 instants from 0 to the horizon, by name; none for a failed drill."""
    ways: tuple[WayUse, ...] = ()
    """Use of each way; none for a failed drill."""


def play(study: Study, simulate: Simulate, key: tuple[int, int, int]) -> DrillResult:
    """Play one drill of a study. An error that drillsim raises on purpose becomes a row with status failed, its stage and reason.

    Any other exception is a programming error, of drillsim or of a `simulate` of the user's own: it ends the study, since a
    comparison of the drills that happen to survive would be wrong.
    """
    scenario, mix = study.scenarios[key[0]], study.mixes_of(key[0])[list(study.mixes)[key[1]]]
    drill, forced, heads = numbered(study, key)
    stage = "simulate"
    try:
        trace = simulate(scenario, study.plan_of(key[0]), mix, seed=study.seed, replication=drill, **forced)
        stage = "measure"
        done: dict[str, Value] = {"status": "done", "stage": "", "reason": ""}
        rows = tuple(settled({**row, **heads, **done}) for row in trace.rows)
    except DrillsimError as problem:
        return failed(study, key, getattr(problem, "stage", stage), f"{type(problem).__name__}: {problem}")
    except Exception as problem:
        if stage == "measure" and isinstance(problem, ValueError):  # a number that is not finite
            return failed(study, key, stage, f"{type(problem).__name__}: {problem}")
        problem.add_note(f"drill {heads['replication']} of '{scenario.name}', mix '{heads['mix']}', seed {study.seed}")
        raise
    return DrillResult(key, rows, {k: tuple(map(float, v)) for k, v in trace.curves.items()}, trace.ways)


def numbered(study: Study, key: tuple[int, int, int]) -> tuple[int, dict[str, Any], dict[str, Value]]:
    """Return the number of a drill, its forced presence as argument of `simulate`, and the first columns of its row."""
    drill, strata = study.strata[key[0]].drills[key[2]], study.strata[key[0]]
    heads: dict[str, Value] = {
        "scenario": study.scenarios[key[0]].name,
        "mix": strata.names[key[1]],
        "replication": drill.replication,
        **strata.of_drill(key[1], drill),
    }
    return drill.replication, {"presence": drill.presence} if drill.forced else {}, heads


def failed(study: Study, key: tuple[int, int, int], stage: str, reason: str) -> DrillResult:
    """Return the result of a drill that could not be played; the reason on one line of 300 characters, without addresses."""
    told = re.sub(r"0x[0-9a-fA-F]+", "0x", " ".join(reason.split()))[:300]
    row: dict[str, Value] = {
        **numbered(study, key)[2],
        "incident": "",
        "status": "failed",
        "stage": stage,
        "reason": told,
    }
    return DrillResult(key, (row,), {})


def pack(study: Study, simulate: Simulate) -> bytes:
    """Pickle study and simulate function once, for every job of any executor."""
    return pickle.dumps((study, simulate), protocol=pickle.HIGHEST_PROTOCOL)


class _Unpacked(threading.local):
    """The last two studies unpacked by one thread; threads do not share caches that drills on a plan fill on demand."""

    def __init__(self) -> None:
        self.of = lru_cache(maxsize=2)(pickle.loads)  # our own bytes, from `pack` in the calling process


_unpacked = _Unpacked()


def play_chunks(packed: bytes, chunks: Sequence[Chunk]) -> list[DrillResult]:
    """Play the drills of some chunks; the study is unpacked once per process or thread, so that what it caches lives on."""
    study, simulate = _unpacked.of(packed)
    return play_here(study, simulate, chunks)


def play_here(
    study: Study, simulate: Simulate, chunks: Sequence[Chunk], tell: Callable[[DrillResult], object] = lambda _: None
) -> list[DrillResult]:
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
