"""Counted work of one drill: how often the engine handles events, draws, decides and calls, exact on every machine.

Time differs from run to run and from runner to runner; counts do not. They are taken in a drill of their own, by the profiler
hook of Python, so that no other drill pays for them: the drill is played twice, the second time with every cache warm, and only
then calls are counted. The inner loop of the compiled crowd is out of reach of the hook; of it the passes of persons through ways
are counted, and how often the drill asks it.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import simpy

from drillsim.crowd.interface import UnitPath
from drillsim.engine.drill import Drill
from drillsim.engine.response.dispatch import Dispatcher
from drillsim.engine.state.drill_state import DrillState
from drillsim.engine.state.travel import Travel
from drillsim.plan.model import FloorPlan
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.streams.streams import Streams

_HOME = str(Path(__file__).resolve().parents[1])
_DECIDES = ("choose", "choose_first_aid", "choose_fetcher", "choose_escort")
_OF_CACHES = frozenset({"__eq__", "__hash__"})
"""Methods by which caches find their entries: how often depends on what else the process has read."""
COUNTERS = {
    "simpy_events": "events that SimPy's clock handled",
    "simpy_scheduled": "events put on SimPy's event list",
    "draws": "random numbers drawn",
    "dispatch_decisions": "choices of who is sent",
    "paths_planned": "paths of units planned",
    "crowd_calls": "calls of the crowd",
    "passes": "passes of persons through doors, exits and stairs",
    "calls": "calls of functions of drillsim, without comprehensions and comparisons of keys",
    "cells": "cells of the floor",
    "bytes": "bytes of the crowd's arrays; told, never judged",
}
"""What is counted, by name."""


def counted_work(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> dict[str, int]:
    """Play a drill twice, and return the counts of the second time by the names of COUNTERS."""
    _play(scenario, plan, mix, Streams(seed, scenario.draws, replication))
    counts, drawn, before = Counter[CodeType](), [0], sys.getprofile()
    streams = Streams(seed, scenario.draws, replication)
    with _no_collection():
        sys.setprofile(_counter(counts, drawn))
        try:
            drill = _play(scenario, plan, mix, streams)
        finally:
            sys.setprofile(before)
    ours = {code: n for code, n in counts.items() if code.co_filename.startswith(_HOME) and _is_counted(code)}
    decides = [getattr(Dispatcher, name).__code__ for name in _DECIDES]
    return {
        "simpy_events": counts[simpy.Environment.step.__code__],
        "simpy_scheduled": counts[simpy.Environment.schedule.__code__],
        "draws": counts[Streams.uniform.__code__] + drawn[0],
        "dispatch_decisions": sum(counts[code] for code in decides),
        "paths_planned": counts[Travel._plan.__code__],
        "crowd_calls": sum(n for code, n in ours.items() if "crowd" in Path(code.co_filename).parts),
        "passes": sum(way.people for way in drill.crowd.ways()),
        "calls": sum(ours.values()),
        "cells": len(drill.world.cells.space),
        "bytes": int(getattr(drill.crowd, "bytes_used", int)()),
    }


def _is_counted(code: CodeType) -> bool:
    return code.co_name[0] != "<" and code.co_name not in _OF_CACHES


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector from calling anything that would be counted."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _counter(counts: Counter[CodeType], drawn: list[int]) -> Callable[[FrameType, str, Any], None]:
    many = Streams.uniforms.__code__

    def count(frame: FrameType, event: str, _arg: Any) -> None:
        if event == "call":
            code = frame.f_code
            counts[code] += 1
            if code is many:
                drawn[0] += len(frame.f_locals["words"])

    return count


def _play(scenario: Scenario, plan: FloorPlan, mix: Mix, streams: Streams) -> DrillState:
    drill = DrillState(scenario, plan, mix, streams, record_legs=False, presence={})
    Drill(drill).play()
    return drill


@dataclass(frozen=True)
class _Recording:
    """Stands before `send` of a crowd, and keeps the ways of every path."""

    send: Callable[..., None]
    ways: set[int]

    def __call__(self, unit: int, path: UnitPath, *, level_mps: float | None = None) -> None:
        self.ways.update(way for way, _side in path.ways)
        self.send(unit, path, level_mps=level_mps)


def ways_of_units(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> frozenset[str]:
    """Return the ids of all openings and stairs on the paths on which units were sent in one drill."""
    drill = DrillState(scenario, plan, mix, Streams(seed, scenario.draws, replication), record_legs=False, presence={})
    recording = _Recording(drill.crowd.send, set())
    setattr(drill.crowd, "send", recording)  # noqa: B010 (a method stands there)
    Drill(drill).play()
    ids = list(drill.world.ways_by_id)
    return frozenset(ids[way] for way in recording.ways)


__all__ = ["COUNTERS", "counted_work", "ways_of_units"]
