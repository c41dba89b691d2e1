"""Small buildings and crowds for the plays in tests/test_crowd_*.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import numpy as np
import simpy

from drillsim.crowd.compiled import allocation
from drillsim.crowd.compiled.crowd import CompiledCrowd
from drillsim.crowd.geometry.cells import Cells, build_cells
from drillsim.crowd.geometry.distance_field import WalkGoal
from drillsim.crowd.interface import CrowdSettings
from drillsim.crowd.laws import Laws
from drillsim.crowd.population import Population
from drillsim.crowd.reference.crowd import ReferenceCrowd
from drillsim.crowd.states import QUEUED, UNLOCKING, WALKING
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import Network, build


def box(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def door(id_: str, a: str, b: str, x: float, y: float, width: float = 1.0, **more: Any) -> dict[str, Any]:
    """A door whose midpoint is (x, y); the line runs along y."""
    kind = "exit" if "outside" in (a, b) else "door"
    line = [[x, y - width / 2], [x, y + width / 2]]
    return {"id": id_, "kind": kind, "spaces": [a, b], "line": line, "width": width} | more


def plan_of(spaces: Sequence[tuple[str, str, Any]], openings: Sequence[dict[str, Any]], **more: Any) -> FloorPlan:
    """Spaces as (id, use, polygon) on level L0; an id that ends with '+' lies on L1, with '++' on L2."""
    return FloorPlan.model_validate(
        {
            "drillsim_plan": 1, "name": "play", "units": "m",
            "levels": [{"id": f"L{storey}", "elevation": 4 * storey} for storey in range(3)],
            "spaces": [
                {"id": id_, "level": f"L{id_.count('+')}", "use": use, "polygon": polygon}
                for id_, use, polygon in spaces
            ],
            "openings": list(openings),
            **more,
        },
        context={"bare_lengths": True},
    )  # fmt: skip


def people_at(
    places: Sequence[tuple[int, float, float]],
    *,
    speed: float = 1.0,
    premovement: float = 0.0,
    up: float = np.nan,
    down: float = np.nan,
) -> Population:
    """People at points (space, x, y), all alike."""
    n = len(places)
    return Population(
        slots=tuple(f"s/{i}" for i in range(n)),
        space=np.array([s for s, _, _ in places], dtype=np.int64),
        x=np.array([x for _, x, _ in places], dtype=np.float64),
        y=np.array([y for _, _, y in places], dtype=np.float64),
        seat=np.arange(n),
        level_mps=np.full(n, speed),
        stair_up_mps=np.full(n, up),
        stair_down_mps=np.full(n, down),
        premovement_s=np.full(n, premovement),
        group=np.zeros(n, dtype=np.int64),
        groups=("all",),
    )


class WatchedCrowd(ReferenceCrowd):
    """Reference crowd that logs every passage as (time, number, border, side entered) and counts rare events."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.log: list[tuple[float, int, int, int]] = []
        self.happened: Counter[str] = Counter()
        self.waits: list[tuple[float, int, int, str]] = []
        """Time, person or unit, direction, and 'joins' a queue or 'leaves' it, by passing or otherwise."""
        super().__init__(*args, **options)

    def _enter(self, p: int, direction: int) -> None:
        self.log.append((self.env.now, p, direction >> 1, direction & 1))
        self.waits.append((self.env.now, p, direction, "leaves"))
        locked = direction < self._way_directions and not self.cells.graph.allowed[direction]
        self.happened["let in"] += locked and p < self._people
        super()._enter(p, direction)

    def _quit(self, p: int, direction: int) -> None:
        self.waits.append((self.env.now, p, direction, "leaves"))
        super()._quit(p, direction)

    def _exchange(self, circle: list[int]) -> None:
        self.happened["exchange"] += 1
        self.happened["exchange of three or more"] += len(circle) > 2
        super()._exchange(circle)

    def _register(self, direction: int) -> None:
        self.happened["full space"] += 1
        super()._register(direction)

    def _room_taken(self, goal: WalkGoal, space: int) -> None:
        told = len(self._news)
        super()._room_taken(goal, space)
        self.happened["full goal"] += len(self._news) > told

    def _stand_on_leg(self, p: int) -> None:
        super()._stand_on_leg(p)
        self.happened["bent turn"] += self._turned[p] is not None

    def _decide_again(self, p: int) -> None:
        state, held = self._state[p], self._target[p]
        super()._decide_again(p)
        if state in (WALKING, QUEUED):
            self.happened[
                f"{'queue' if state == QUEUED else 'walk'} {'kept' if self._target[p] == held else 'left'}"
            ] += 1

    def _unit_at_end(self, p: int, direction: int) -> bool:
        stops = super()._unit_at_end(p, direction)
        self.happened["unit at a lock"] += self._state[p] == UNLOCKING
        return stops

    def _join(self, p: int, direction: int) -> None:
        crowd = len(self._queues[direction]) + len(self._queues[direction ^ 1])
        self.happened["unit in a crowd"] += p >= self._people and crowd > 0
        self.waits.append((self.env.now, p, direction, "joins"))
        super()._join(p, direction)


@contextmanager
def as_if_many() -> Iterator[None]:
    """Make every compiled crowd that is built in this block prefetch records, and play its components apart, at any size."""
    with patch.object(allocation, "FEW", -1):
        yield


@dataclass
class World:
    plan: FloorPlan
    people: Population
    laws: Laws = field(default_factory=Laws)
    options: dict[str, Any] = field(default_factory=dict)
    engine: str = "reference"
    record_legs: bool = False

    def __post_init__(self) -> None:
        self.network: Network = build(self.plan)
        self.cells: Cells = build_cells(self.network, self.laws)
        self.env = simpy.Environment()
        kind: Any = WatchedCrowd if self.engine == "reference" else CompiledCrowd
        settings = CrowdSettings(**self.options)
        more = {"record_legs": True} if self.record_legs else {}
        self.crowd: Any = kind(self.env, self.cells, self.people, settings, **more)
        self.crowd.log, self.crowd.waits = [], []
        self.crowd.happened = Counter()

    def space(self, id_: str) -> int:
        return self.plan.space_index[id_]

    def way(self, id_: str) -> int:
        return self.plan.opening_index[id_]

    def at(self, time_s: float, act: Any) -> None:
        self.env.timeout(time_s).callbacks.append(lambda _: act())

    def run(self, until_s: float = 1e5) -> Any:
        self.crowd.advance_to(until_s)
        return self.crowd
