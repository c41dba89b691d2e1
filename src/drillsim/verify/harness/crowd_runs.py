"""Crowd runs: people in a building under given laws, advanced and observed through the crowd's public interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import hypot
from typing import Any

import numpy as np
import simpy
from numpy.typing import ArrayLike, NDArray

from drillsim.crowd.factory import build_crowd
from drillsim.crowd.geometry.cells import Cells, build_cells
from drillsim.crowd.interface import CrowdSettings
from drillsim.crowd.laws import Laws
from drillsim.crowd.population import GroupLaw, Population, draw_population
from drillsim.crowd.seating import Seats, place_people
from drillsim.engine.world.occupants import law_of
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import build
from drillsim.quantities import Spread, spread
from drillsim.record.trace import Leg
from drillsim.scenario.groups import Group
from drillsim.scenario.people import People
from drillsim.streams.streams import Streams, Words, slot_words

Floats = NDArray[np.float64]
Locations = Sequence[tuple[int, float, float]]
"""Space, x and y of each person, in m."""

LONG_S = 10_000_000.0
"""Time in s by which every run has ended: everybody is out, or is stuck."""
STEADY = Laws(speed="constant")
"""Default laws with constant speed: persons do not slow each other."""
AT_ONCE = spread("0 s", "time")


def cells_of(plan: FloorPlan, laws: Laws | None = None) -> Cells:
    """Return the cells of a plan under some laws (by default the default ones), to be shared by many runs."""
    return build_cells(build(plan), laws or Laws())


@dataclass
class Play:
    """A crowd run, set up and not yet started; `options` are passed to `crowd_of`."""

    cells: Cells
    people: Population
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.env = simpy.Environment()
        settings = CrowdSettings(**{name: value for name, value in self.options.items() if name != "record_legs"})
        records = bool(self.options.get("record_legs", False))
        self.crowd = build_crowd(self.env, self.cells, self.people, settings, record_legs=records)

    @property
    def plan(self) -> FloorPlan:
        """The building."""
        return self.cells.network.plan

    def at(self, time_s: float, act: Callable[[], None]) -> None:
        """Schedule a callback `time_s` from now, ahead of all other events of that instant."""
        self.env.timeout(time_s).callbacks.append(lambda _: act())

    def until(self, time_s: float) -> None:
        """Advance the run up to and including a time."""
        self.crowd.advance_to(time_s)

    def out_s(self) -> Floats:
        """Order the evacuation, run to the end, and return the exit time of each person in s, (people,); NaN if never out."""
        self.crowd.evacuate()
        self.until(LONG_S)
        return self.crowd.out_s

    def gates_taken(self) -> list[str]:
        """Return the exit by which each person left; '' for who is still in."""
        exits = {tuple(np.round(self.cells.network.way_xy[w, 0], 6)): w for w in self.cells.network.exits}
        taken = []
        for p in range(len(self.people)):
            at = tuple(np.round(self.crowd.place_of(p), 6))
            outside = self.crowd.space_of(p) == -1
            taken.append(self.cells.network.name_of_way(exits[at]) if outside else "")
        return taken

    def legs(self) -> dict[int, list[Leg]]:
        """Return the recorded walks of each person, by number."""
        found: dict[int, list[Leg]] = {}
        for leg in self.crowd.legs():
            found.setdefault(int(leg.who.removeprefix("person-")), []).append(leg)
        return found


def play(plan: FloorPlan, people: Population, laws: Laws | None = None, **options: Any) -> Play:
    """Return a play in a plan under laws, the default ones where none are given."""
    return Play(cells_of(plan, laws), people, options)


def persons(
    spots: Locations,
    *,
    level_mps: ArrayLike = 1.0,
    up_mps: float = np.nan,
    down_mps: float = np.nan,
    premovement_s: ArrayLike = 0.0,
) -> Population:
    """Return people at given points; speeds and premovements for all, or one per person."""
    n = len(spots)
    points = np.array(spots, dtype=np.float64).reshape(n, 3)
    return Population(
        slots=tuple(f"person/{i}" for i in range(n)),
        space=points[:, 0].astype(np.int64),
        x=points[:, 1].copy(),
        y=points[:, 2].copy(),
        seat=np.arange(n),
        level_mps=np.broadcast_to(np.asarray(level_mps, dtype=np.float64), n).copy(),
        stair_up_mps=np.full(n, up_mps),
        stair_down_mps=np.full(n, down_mps),
        premovement_s=np.broadcast_to(np.asarray(premovement_s, dtype=np.float64), n).copy(),
        group=np.zeros(n, dtype=np.int64),
        groups=("all",),
    )


def seats_of(cells: Cells) -> Seats:
    """Return the seats of everybody whom the plan names."""
    return place_people(cells.network, cells.network.plan, None)


def shipped(name: str) -> GroupLaw:
    """Return the laws of a shipped group, as a drill has it that says no more than its name."""
    return law_of(name, Group(share=1.0), People())


def drawn_people(
    seats: Seats,
    streams: Streams,
    *,
    speed: Spread,
    premovement: Spread = AT_ONCE,
    stair_up: Spread | None = None,
    stair_down: Spread | None = None,
) -> Population:
    """Draw the people of a plan: places uniform on the floors, speeds and premovement from these laws."""
    group = GroupLaw("all", 1.0, speed, premovement, stair_up, stair_down)
    return draw_population(seats, streams, [group])


def grid(space: int, low: tuple[float, float], high: tuple[float, float], columns: int, rows: int) -> Locations:
    """Return a regular grid of places in a rectangle: the centres of columns x rows equal cells."""
    (x0, y0), (x1, y1) = low, high
    xs = [x0 + (x1 - x0) * (i + 0.5) / columns for i in range(columns)]
    ys = [y0 + (y1 - y0) * (j + 0.5) / rows for j in range(rows)]
    return [(space, x, y) for x in xs for y in ys]


@lru_cache(maxsize=8)
def _words(people: int) -> Words:
    return slot_words([f"person/{i}" for i in range(people)])


def person_words(people: int) -> Words:
    """Return the slot words of so many persons, (people,); cached up to the next power of two."""
    return _words(1 << max(people - 1, 0).bit_length())[:people]


def scattered(
    space: int, low: tuple[float, float], high: tuple[float, float], people: int, streams: Streams
) -> Locations:
    """Draw places uniformly in a rectangle."""
    words = person_words(people)
    xs, ys = (streams.uniforms("people.place", words, k) * (high[k] - low[k]) + low[k] for k in (0, 1))
    return [(space, x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]


def times_at(legs: Sequence[Leg], point: tuple[float, float]) -> list[float]:
    """Return the times in s at which a trajectory has a vertex, a halt or an end at a point, within 1 um."""
    return [
        t
        for leg in legs
        for t, x, y in zip(leg.times_s, leg.x_m, leg.y_m, strict=True)
        if hypot(x - point[0], y - point[1]) < 1e-6
    ]


def last_at(legs: Sequence[Leg], point: tuple[float, float]) -> float:
    """Return the last time in s at which a trajectory is at a point, which is when it passes a border there."""
    return times_at(legs, point)[-1]


def flow_ps(passed_s: ArrayLike) -> float:
    """Return the mean flow in persons/s between the first and the last passage."""
    times = np.sort(np.asarray(passed_s, dtype=np.float64))
    return float((len(times) - 1) / (times[-1] - times[0]))


def percent(share: float, digits: int = 0) -> str:
    """Return a share in words, such as '61 %'."""
    return f"{100 * share:.{digits}f} %"


def small(value: float) -> str:
    """Return a difference as text; 0 below 1e-9, where rounding differs between machines."""
    return f"{value:.2g}" if value >= 1e-9 else "0"


def apart(found: ArrayLike, wanted: ArrayLike) -> float:
    """Return the largest absolute difference between two arrays."""
    return float(np.abs(np.asarray(found, dtype=np.float64) - np.asarray(wanted, dtype=np.float64)).max())
