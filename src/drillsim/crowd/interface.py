"""The Crowd protocol: what the response may order of a crowd, ask of it and place in it.

Three classes implement all of it: ReferenceCrowd (the definition, on SimPy events), CompiledCrowd (equal to it bit by
bit, on arrays) and StationaryCrowd (persons who stay where they are). The engine knows this protocol only.

Persons are numbered from 0 in the order of their Population, units by what `add_unit` returns. Spaces and ways are
numbered as in the network; -1 is the outside and -2 a stair flight. Orders act at the present instant of SimPy's clock;
questions change nothing. Rules A 1 to A 16 of docs/model/crowd.md define what happens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import simpy
from numpy.typing import ArrayLike, NDArray

from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.polyline import XY
from drillsim.errors import ScenarioError
from drillsim.record.trace import Leg, WayUse

LockDelay = Callable[[int, int], float]
"""Seconds that a unit needs to open a way (first argument) towards a side (second)."""
OnEnter = Callable[[int, int], None]
"""Receives the unit and the space that it has entered."""
OnArrive = Callable[[int], None]
"""Receives the unit that stands at its goal."""
People = NDArray[np.int64]
"""(n,) numbers of persons."""
Delay = NDArray[np.float64] | float
"""Seconds until an order is heard: one number for all, or one a person."""
Directions = Collection[int]
"""Directions 2 x way + side entered."""
ROUTES = ("least-time", "shortest", "assigned")


@dataclass(frozen=True)
class CrowdSettings:
    """How the persons of one drill choose their ways.

    Raises ScenarioError if there are no routes of that name.
    """

    routes: str = "least-time"
    """'least-time', 'shortest' or 'assigned' (rule A 10)."""
    assigned: Mapping[int, int] = field(default_factory=dict)
    """Exit (way number) by start space. Persons of these spaces take the shortest way to that exit, and the nearest
    exit where no way leads to it; everybody else follows `routes`."""
    closed: Collection[int] = ()
    """Ways that are closed from the start. Doors locked on both sides let no crowd through either."""

    def __post_init__(self) -> None:
        """Refuse unknown routes."""
        if self.routes not in ROUTES:
            raise ScenarioError(f"no routes called '{self.routes}'. Write least-time, shortest or {{assigned: ...}}")


@dataclass(frozen=True, eq=False)
class UnitPath:
    """An assigned path of a unit: ways to pass, the point at the end, the locks on it, and whom to notify (rule A 16)."""

    ways: Sequence[tuple[int, int]]
    """Pairs (way, side entered). From outside the first one is an entry, at which the unit queues."""
    goal_space: int
    """Space of the goal; -1 where the path ends outside."""
    goal_xy: XY
    """Point of the goal, in metres."""
    lock_delay: LockDelay | None = None
    """Seconds to open a way towards a side; asked when the unit stands there, and spent before it queues."""
    locks: Collection[int] | None = None
    """Ways at which `lock_delay` is asked; all of the path where None. Fewer ways make a drill quicker."""
    on_enter: OnEnter | None = None
    """Called once the event in which the unit has entered a space is over; may call `send` again."""
    on_arrive: OnArrive | None = None
    """Called when the unit stands at the goal."""

    def __post_init__(self) -> None:
        """Keep the goal as plain floats."""
        object.__setattr__(self, "goal_xy", (float(self.goal_xy[0]), float(self.goal_xy[1])))

    def directions(self) -> list[int]:
        """Return the directions 2 x way + side entered of the path, in order."""
        return [2 * int(way) + int(side) for way, side in self.ways]

    def is_lock(self, direction: int) -> bool:
        """Return whether the response is asked for the delay at a direction."""
        return self.lock_delay is not None and (self.locks is None or direction >> 1 in self.locks)

    def delay_s(self, direction: int) -> float:
        """Return the seconds to open a direction; 0 where no lock is expected."""
        if self.lock_delay is None or not self.is_lock(direction):
            return 0.0
        return self.lock_delay(direction >> 1, direction & 1)


class Crowd(Protocol):
    """The persons of one drill and the units among them."""

    env: simpy.Environment
    cells: Cells

    @property
    def people_walk(self) -> bool:
        """Whether persons follow orders; in a stationary crowd only units walk."""

    # ---------------------------------------------------------------- persons
    def evacuate(
        self,
        people: People | None = None,
        *,
        delay_s: Delay = 0.0,
        away_from: int | None = None,
        avoided: Directions = (),
    ) -> None:
        """Order persons (all where None) to leave; those who sit start after the delay and their premovement.

        away_from
            Space to avoid: metres inside it count ten times.
        avoided
            Directions that they never take, open or not.
        """

    def leave_site(self, people: People, *, delay_s: Delay = 0.0) -> None:
        """Order persons to go home: off the site, through outdoor places to its gates; those who sit start after the delay."""

    def to_lockable(
        self, people: People, *, open_rooms: Iterable[int], delay_s: Delay = 0.0, avoided: Directions = ()
    ) -> None:
        """Order persons to the nearest lockable room that is open when they arrive.

        open_rooms
            Rooms to choose from, instead of those of an earlier order; locked and full ones stop counting.
        avoided
            Directions that they never take, open or not.
        """

    def to_refuge(self, people: People, spaces: Iterable[int], *, delay_s: Delay = 0.0) -> None:
        """Order persons to the nearest of some spaces with a free place, to stay there; outside where no way leads.

        They start after the delay and their premovement. The spaces take the place of those of an earlier order.
        """

    def to_own_room(self, people: People, rooms: Iterable[int], *, delay_s: Delay = 0.0) -> None:
        """Order each person to a room of its own, one a person, to stay there; a full one is waited for at its door."""

    def occupy(self, counts: ArrayLike) -> None:
        """Set the persons of each space, shape (spaces,), where the timetable moves them and not the crowd itself."""

    # ------------------------------------------------------------------- ways
    def lock_room(self, space: int) -> None:
        """Lock a room: it stops being a goal, its doors let no crowd through, and persons inside have settled."""

    def unlock_room(self, space: int) -> None:
        """Unlock a room's doors again; persons inside stay until the next order."""

    def let_in(self, way: int, *, after_s: float) -> None:
        """Let persons in by a way locked from outside: they come now, and it is unlocked for them after a time."""

    def close(self, way: int) -> None:
        """Close a way: nobody enters it any more, and everybody knows."""

    def reopen(self, way: int) -> None:
        """Open a closed way again; a lock stays as it is."""

    # ------------------------------------------------------------------ units
    def add_unit(
        self, key: str, space: int, xy: XY, *, level_mps: float, stair_up_mps: float, stair_down_mps: float
    ) -> int:
        """Place a unit at a point of a space (-1: outside) and return its number; it stands until it is sent.

        A stair speed of NaN means that the stair's own factor on the level speed holds.
        """

    def send(self, unit: int, path: UnitPath, *, level_mps: float | None = None) -> None:
        """Let a unit walk an assigned path from where it stands.

        On a stair it goes on to the end first, and the path begins in the space there. A unit that already walks to or
        queues for the first way of the path keeps its place.

        level_mps
            Its level speed from now on; as before where None.

        Raises SimulationError if the path does not begin where the unit stands or does not lead to its goal.
        """

    def halt(self, unit: int) -> None:
        """Stop a unit at the point that it has reached; on a stair it goes on to the end first."""

    def unit_place(self, unit: int) -> tuple[int, XY]:
        """Return the space and point of a unit now; on a stair those of the end it walks to; space -1 outside."""

    # ------------------------------------------------------------------ clock
    def advance_to(self, time_s: float) -> None:
        """Play every event up to and including a time, and set the clock to it."""

    def when(self, spaces: Iterable[int], *, at_most: int) -> simpy.Event:
        """Return an event that succeeds once at most so many persons, units apart, are in some spaces."""

    # ------------------------------------------------------------ observation
    def inside(self) -> int:
        """Return the number of persons who have come in and are not out."""

    def counts(self) -> NDArray[np.int64]:
        """Return the persons in each cell, units apart, shape (cells + 1,); the last entry is the outside."""

    def unit_counts(self) -> NDArray[np.int64]:
        """Return the units in each cell, shape (cells + 1,); the last entry is the outside."""

    def count_in(self, spaces: Iterable[int]) -> int:
        """Return the number of persons in some spaces, units apart."""

    def bound_for(self, space: int) -> int:
        """Return the number of persons whose next way leads into a space, units apart: walking to it, or in its queue."""

    def person_seconds(self) -> NDArray[np.float64]:
        """Return the person-seconds spent in each cell until now, units apart, shape (cells + 1,)."""

    def clear_since_s(self, spaces: Iterable[int]) -> float | None:
        """Return since when no person has been in some spaces or on a stair; 0 if never, None while one is."""

    def spaces(self) -> NDArray[np.int64]:
        """Return the space of each person, shape (persons,); -1 outside, -2 on a stair."""

    def points(self) -> NDArray[np.float64]:
        """Return where each person began its present leg or stands since it is out, metres, shape (persons, 2)."""

    def space_of(self, p: int) -> int:
        """Return the space of a person or unit; -1 outside, -2 on a stair."""

    def place_of(self, p: int) -> XY:
        """Return the point of a person or unit now, in metres."""

    def state(self, p: int) -> tuple[str, str]:
        """Return the state of a person or unit in one word and, where it stays, the reason."""

    def queue_of(self, p: int) -> int:
        """Return the direction (2 x border + side entered) in whose queue a person or unit stands; -1 if it does not queue."""

    def tally(self) -> dict[tuple[str, str], int]:
        """Return the number of persons by state and reason, at the horizon: behind a full space counts as stranded."""

    @property
    def out_s(self) -> NDArray[np.float64]:
        """Time at which each person was out, shape (persons,); NaN for those who are not."""

    def departures(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the times at which persons were out, rising, and their numbers; both of shape (persons out,).

        Persons who leave at the same time are ordered by number.
        """

    @property
    def gone_home(self) -> NDArray[np.bool_]:
        """Whether each person is out because it was to leave the site, shape (persons,)."""

    @property
    def settled_s(self) -> NDArray[np.float64]:
        """Time at which each person had reached a room to stay in, or its own was locked, shape (persons,); else NaN."""

    def legs(self) -> tuple[Leg, ...]:
        """Return the walks so far, in the order in which they began; empty where they are not recorded."""

    def queues(self) -> NDArray[np.int64]:
        """Return the persons who wait at each way now, units apart, shape (2 x ways,) by direction."""

    def ways(self) -> tuple[WayUse, ...]:
        """Return how persons have used each way so far, direction by direction, in the order of the plan.

        Directions that nobody passed or waited at are left out.
        """
