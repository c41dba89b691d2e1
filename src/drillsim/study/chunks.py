"""The work of a study in pieces: what a worker is sent, plays and sends back.

A chunk is a range of replications of one scenario with all its mixes. Which chunk a drill travels in, and
which worker plays it, has no bearing on the drill: its random numbers are addressed by seed, family and
replication.
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import parent_process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Protocol

from drillsim.record.store import settled
from drillsim.record.trace import Trace, Value

if TYPE_CHECKING:
    from drillsim.plan.model import FloorPlan
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mix
    from drillsim.study.design import Study


class Simulate(Protocol):
    """Plays one drill: `drillsim.engine`'s simulate, or another of the same form."""

    def __call__(self, scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
        """Return the trace of one drill."""


@dataclass(frozen=True, order=True)
class Chunk:
    """Replications first .. last - 1 of one scenario, by index; of all mixes, or of one."""

    scenario: int
    first: int
    last: int
    mix: int | None = None

    def drills(self, mixes: int) -> Iterator[tuple[int, int, int]]:
        """Yield scenario, mix and replication of each drill, by index."""
        for replication in range(self.first, self.last):
            for mix in range(mixes) if self.mix is None else (self.mix,):
                yield self.scenario, mix, replication

    def singles(self, mixes: int) -> Iterator[Chunk]:
        """Yield a chunk for each drill on its own."""
        for scenario, mix, replication in self.drills(mixes):
            yield Chunk(scenario, replication, replication + 1, mix)


@dataclass(frozen=True)
class DrillResult:
    """One finished drill: its rows and its curves, addressed by index of scenario, of mix, and replication."""

    key: tuple[int, int, int]
    rows: tuple[Mapping[str, Value], ...]
    """One per incident; none of a day without one."""
    curves: Mapping[str, tuple[float, ...]]


def play(study: Study, simulate: Simulate, key: tuple[int, int, int]) -> DrillResult:
    """Play one drill of a study; a drill that fails becomes a row that says at which stage and why."""
    scenario, mix = study.scenarios[key[0]], study.mixes[list(study.mixes)[key[1]]]
    name = list(study.mixes)[key[1]]
    heads: dict[str, Value] = {"scenario": scenario.name, "mix": name, "replication": key[2]}
    stage = "simulate"
    try:
        trace = simulate(scenario, study.plan, mix, seed=study.seed, replication=key[2])
        stage = "measure"
        done: dict[str, Value] = {"status": "done", "stage": "", "reason": ""}
        rows = tuple(settled({**row, **heads, **done}) for row in trace.rows)
    except Exception as problem:
        return failed(study, key, getattr(problem, "stage", stage), f"{type(problem).__name__}: {problem}")
    return DrillResult(key, rows, {k: tuple(map(float, v)) for k, v in trace.curves.items()})


def failed(study: Study, key: tuple[int, int, int], stage: str, reason: str) -> DrillResult:
    """Return the row of a drill that could not be played; the reason on one line, without addresses."""
    told = re.sub(r"0x[0-9a-fA-F]+", "0x", " ".join(reason.split()))[:300]
    row: dict[str, Value] = {
        "scenario": study.scenarios[key[0]].name,
        "mix": list(study.mixes)[key[1]],
        "replication": key[2],
        "incident": "",
        "status": "failed",
        "stage": stage,
        "reason": told,
    }
    return DrillResult(key, (row,), {})


def pack(study: Study, simulate: Simulate) -> bytes:
    """Return study and engine as bytes that a worker of any executor can unpack."""
    return pickle.dumps((study, simulate), protocol=pickle.HIGHEST_PROTOCOL)


class _Unpacked(threading.local):
    """Studies unpacked by one thread, the last two; threads share none of what drills on a plan build on demand."""

    def __init__(self) -> None:
        self.of = lru_cache(maxsize=2)(pickle.loads)  # our own bytes, from `pack` in the calling process


_unpacked = _Unpacked()


def play_chunks(packed: bytes, chunks: Sequence[Chunk]) -> list[DrillResult]:
    """Play the drills of some chunks; the study is unpacked once per process or thread, so that what it caches lives on."""
    study, simulate = _unpacked.of(packed)
    return [play(study, simulate, key) for chunk in chunks for key in chunk.drills(len(study.mixes))]


def compile_orders(packed: bytes) -> None:
    """Compile a part of the crowd of a study's first scenario while another process compiles the rest."""
    import simpy

    from drillsim.crowd.compiled.crowd import CompiledCrowd
    from drillsim.crowd.population import nobody
    from drillsim.engine.world.world import world_of

    study, _ = _unpacked.of(packed)
    world = world_of(study.plan, study.scenarios[0])
    CompiledCrowd(simpy.Environment(), world.network, world.cells, world.laws, nobody(["nobody"])).compile_orders()


def begin_worker() -> None:
    """Prepare a worker process: Ctrl-C is the caller's business, and no worker outlives its caller."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    caller = parent_process()
    if caller is not None:
        threading.Thread(target=_end_with, args=(caller.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
