"""The stationary crowd: persons who stay where they are, for studies of the response alone.

Units walk as in an empty building, with one SimPy event from one call of the response to the next.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import simpy
from numpy.typing import ArrayLike, NDArray
from simpy.events import Event, EventPriority

from drillsim.crowd.clock import PEOPLE_RANK, Timer, advance_to
from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.geometry.polyline import XY, Corners, length_m, split
from drillsim.crowd.geometry.trajectory import Tracks
from drillsim.crowd.geometry.walk_cache import WalkCache
from drillsim.crowd.interface import Delay, Directions, People, UnitPath
from drillsim.crowd.seating import largest_remainder
from drillsim.crowd.states import NOWHERE, ON_LEG, ON_STAIR, QUEUED, STANDING, UNLOCKING, WALKING, WORDS
from drillsim.crowd.walker import Walker
from drillsim.errors import SimulationError
from drillsim.record.trace import Leg, WayUse

FIRST_UNIT = 1_000_000_000
"""Units are numbered from here on, so that no number of persons ever reaches them."""


class StationaryCrowd:
    """Persons who never walk, counted by space, and units that walk among them as in an empty building.

    Takes the place of ReferenceCrowd where nobody but units moves. A unit passes the same ways at the same times as
    it does there in an empty building, but for the rests of the borders, which are left out: two units at one door do
    not hold each other up, and one that turns back through a door does not wait for its own rest. Nobody slows a unit
    down, and no space is full to it. Orders to people are heard and not followed; a closed way stops units.

    counts
        (spaces,) persons in each space, numbered space by space; those of several cells are spread over them by area.
    record_legs
        Keep the walks of the units for a replay.
    """

    def __init__(self, env: simpy.Environment, cells: Cells, counts: ArrayLike, *, record_legs: bool = False) -> None:
        self.env, self.cells, self.network = env, cells, cells.network
        self._walks: WalkCache = cells.derived(WalkCache)
        self._node_space, self._openings = cells.graph.node_space, cells.network.openings
        self._seat(counts)
        self._left_s = np.zeros(len(self._counts))
        self._person_s, self._since = np.zeros(len(self._by_cell)), env.now
        self._locked_rooms: dict[int, float] = {}
        self._units: dict[int, Walker] = {}
        self._blocked: set[int] = set()
        self._watches: list[tuple[list[int], int, Event]] = []
        """Spaces, number of persons, and the event that succeeds when there are no more of them."""
        self._when_ended = [self._at_end]
        self._tracks = Tracks() if record_legs else None

    people_walk = False

    # ------------------------------------------------------------------ people
    def occupy(self, counts: ArrayLike) -> None:
        """Put other numbers of persons into the spaces from now on; person-seconds until now stay as they were."""
        self._person_s, self._since, before = self.person_seconds(), self.env.now, self._counts
        self._seat(counts)
        self._left_s[self._counts < before] = self.env.now
        for watch in [w for w in self._watches if self.count_in(w[0]) <= w[1]]:
            self._watches.remove(watch)
            watch[2].succeed()

    def _seat(self, counts: ArrayLike) -> None:
        """Count persons by space and by cell, the outside last."""
        found, spaces = np.array(counts, dtype=np.int64), len(self.cells.cell_count)
        if found.shape != (spaces,) or (found < 0).any():
            raise SimulationError(f"the persons must be {spaces} counts from 0 up, one for each space")
        self._counts, self._by_cell = found, np.zeros(self.cells.cells + 1, dtype=np.int64)
        self._by_cell[self._walks.first_cell] = found
        for space in self._walks.long[found[self._walks.long] > 0].tolist():
            mine, persons = self.cells.cells_of(space), int(found[space])
            areas = [self.cells.area_m2[cell] for cell in mine]
            self._by_cell[mine] = largest_remainder([persons * area / sum(areas) for area in areas])

    def evacuate(self, people: People | None = None, *, delay_s: Delay = 0.0, away_from: int | None = None, avoided: Directions = ()) -> None:  # fmt: skip
        """Ignore the order to leave."""

    def leave_site(self, people: People, *, delay_s: Delay = 0.0) -> None:
        """Ignore the order to leave the site."""

    def to_lockable(self, people: People, *, open_rooms: Iterable[int], delay_s: Delay = 0.0, avoided: Directions = ()) -> None:  # fmt: skip
        """Ignore the order to go to a lockable room."""

    def to_refuge(self, people: People, spaces: Iterable[int], *, delay_s: Delay = 0.0) -> None:
        """Ignore the order to go to a refuge."""

    def to_own_room(self, people: People, rooms: Iterable[int], *, delay_s: Delay = 0.0) -> None:
        """Ignore the order to go to one's own room."""

    def lock_room(self, space: int) -> None:
        """Lock a room: who is inside has settled. What its doors cost a unit is for its lock delay to tell."""
        self._locked_rooms.setdefault(space, self.env.now)

    def unlock_room(self, space: int) -> None:
        """Unlock a room's doors again."""
        self._locked_rooms.pop(space, None)

    def let_in(self, way: int, *, after_s: float) -> None:
        """Hear that a locked way is held open for those outdoors, who stay."""

    def close(self, way: int) -> None:
        """Close a way: no unit enters it any more."""
        self._blocked.add(way)

    def reopen(self, way: int) -> None:
        """Open a closed way again; the units that wait there pass at once, by number, the others wait on."""
        self._blocked.discard(way)
        for unit in list(self._units.values()):
            if unit.state == QUEUED:
                self._pass(unit)

    # ------------------------------------------------------------------- units
    def add_unit(self, key: str, space: int, xy: XY, *, level_mps: float, stair_up_mps: float, stair_down_mps: float) -> int:  # fmt: skip
        """Place a unit at a point of a space (-1: outside) and return its number; it stands until it is sent."""
        number, at = FIRST_UNIT + len(self._units), (float(xy[0]), float(xy[1]))
        self._units[number] = Walker(number, key, space, at, at, level_mps, (stair_down_mps, stair_up_mps))
        return number

    def send(self, unit: int, path: UnitPath, *, level_mps: float | None = None) -> None:
        """Let a unit walk an assigned path from where it stands; see Crowd.send."""
        walker, directions = self._units[unit], path.directions()
        walker.level_mps = walker.level_mps if level_mps is None else level_mps
        keeps_place = directions[:1] == [walker.target]
        walker.path, walker.to_pass = path, directions
        if walker.space != ON_STAIR and not keeps_place:
            self._stand(walker)
            self._follow(walker)

    def halt(self, unit: int) -> None:
        """Let a unit stand where it is; one on a stair goes on to its end first."""
        walker = self._units[unit]
        if walker.space != ON_STAIR:
            self._stand(walker)
        walker.path, walker.to_pass = None, []

    def _stand(self, unit: Walker) -> None:
        """Leave walk, queue or lock, and stand at the point reached."""
        if unit.state not in ON_LEG:
            return
        if unit.step is not None:
            unit.step.callbacks = []
        self._record(unit)
        unit.start = self._place(unit) if unit.state == WALKING else unit.end
        unit.state, unit.target = STANDING, NOWHERE

    def _follow(self, unit: Walker) -> None:
        """Go to the next way of the path, or to its end."""
        path, space = unit.path, unit.space
        if path is None:
            unit.state = STANDING
            return
        if unit.to_pass:
            unit.target = unit.to_pass[0]
            unit.end = unit.target ^ 1
            if self._node_space[unit.end] != space:
                name = self.cells.border_name(unit.target >> 1)
                raise SimulationError(f"unit '{unit.key}' was sent through {name}, far from where it stands")
        elif path.goal_space != space:
            raise SimulationError(f"the path of unit '{unit.key}' does not lead to its goal")
        elif space < 0:
            self._arrive(unit)
            return
        else:
            unit.end = path.goal_xy
        self._walk(unit, self._walks.metres(space, unit.start, unit.end) if space >= 0 else 0.0, unit.level_mps)

    def _walk(self, unit: Walker, length_m: float, speed_mps: float) -> None:
        unit.state, unit.began_s, unit.lasts_s = WALKING, self.env.now, length_m / speed_mps
        self._record(unit)
        self._wait(unit, unit.lasts_s)

    def _wait(self, unit: Walker, delay_s: float) -> None:
        step = unit.step = Timer(self.env, unit.number)
        step.callbacks = self._when_ended  # type: ignore[assignment]
        self.env.schedule(step, EventPriority(PEOPLE_RANK + unit.number), delay_s)

    def _at_end(self, event: Event) -> None:
        """Go on at the end of a walk, or when a lock is open."""
        unit = self._units[event.number]  # type: ignore[attr-defined]
        self._record(unit)
        if unit.space == ON_STAIR:
            self._enter(unit, unit.target)
        elif unit.target >= 0:
            delay = unit.path.delay_s(unit.target) if unit.path is not None and unit.state == WALKING else 0.0
            if delay > 0.0:
                unit.state = UNLOCKING
                self._wait(unit, delay)
            else:
                self._pass(unit)
        else:
            self._arrive(unit)

    def _pass(self, unit: Walker) -> None:
        """Pass the next way, or wait while it is closed."""
        node, way = unit.target, unit.target >> 1
        if way in self._blocked:
            unit.state = QUEUED
            return
        if way < self._openings:
            self._enter(unit, node)
            return
        unit.space, unit.start, unit.end = ON_STAIR, node ^ 1, node
        own = unit.stair_mps[node & 1]
        speed = self.cells.flight_mps(way - self._openings, node & 1, unit.level_mps, own)
        self._walk(unit, float(self.network.way_crossing_m[way]), speed)

    def _enter(self, unit: Walker, node: int) -> None:
        """Stand in the next space, tell the response, and go on unless it has sent the unit elsewhere."""
        space, path, to_pass = self._node_space[node], unit.path, unit.to_pass
        unit.space, unit.start, unit.target, unit.state = space, node, NOWHERE, STANDING
        if to_pass and (space < 0 or to_pass[0] == node):
            del to_pass[0]
        if path is not None and path.on_enter is not None:
            path.on_enter(unit.number, space)
        if unit.to_pass is to_pass:
            self._follow(unit)

    def _arrive(self, unit: Walker) -> None:
        unit.state = STANDING
        if unit.space >= 0:
            unit.start = unit.end
        if unit.path is not None and unit.path.on_arrive is not None:
            unit.path.on_arrive(unit.number)

    # ------------------------------------------------------------------- clock
    def advance_to(self, time_s: float) -> None:
        """Play every event up to and including a time, and set the clock to it."""
        advance_to(self.env, time_s)

    def when(self, spaces: Iterable[int], *, at_most: int) -> Event:
        """Return an event that succeeds once at most so many persons, units apart, are in some spaces."""
        event, watched = self.env.event(), [int(s) for s in spaces]
        if self.count_in(watched) <= at_most:
            return event.succeed()
        self._watches.append((watched, at_most, event))
        return event

    # ------------------------------------------------------------------ places
    def unit_place(self, unit: int) -> tuple[int, XY]:
        """Return the space and the point where a unit is now; on a stair the end it walks to; space -1 outside."""
        walker = self._units[unit]
        if walker.space == ON_STAIR:
            return self._node_space[walker.target], self._walks.point(walker.target)
        return walker.space, self._place(walker)

    def spaces(self) -> NDArray[np.int64]:
        """Return the space of each person, shape (persons,)."""
        return np.repeat(np.arange(len(self._counts)), self._counts)

    def points(self) -> NDArray[np.float64]:
        """Return the point that stands for each person's space, in metres, shape (persons, 2)."""
        middles = np.array([self.network.representative_point(s) for s in range(len(self._counts))], dtype=np.float64)
        return np.repeat(middles.reshape(-1, 2), self._counts, axis=0)

    def space_of(self, p: int) -> int:
        """Return the space a person or unit is in; -1 outside, -2 on a stair."""
        return self._units[p].space if p in self._units else int(np.searchsorted(np.cumsum(self._counts), p, "right"))

    def place_of(self, p: int) -> XY:
        """Return where a unit is now, in metres; of a person the point that stands for its space."""
        return self._place(self._units[p]) if p in self._units else self.network.representative_point(self.space_of(p))

    def _place(self, unit: Walker) -> XY:
        if unit.state == WALKING:
            return split(*self._at(unit))[1]
        return self._walks.point(unit.end if unit.state in ON_LEG else unit.start)

    def _at(self, unit: Walker) -> tuple[Corners, float]:
        """Return the corners of the walk a unit is on, and the metres of them behind it."""
        corners = self._walks.corners(unit.space, unit.start, unit.end)
        share = min((self.env.now - unit.began_s) / unit.lasts_s, 1.0) if unit.lasts_s > 0.0 else 1.0
        return corners, length_m(corners) * share

    def _cell_of(self, unit: Walker) -> int:
        if unit.space == ON_STAIR:
            return self.cells.flight_cell((unit.target >> 1) - self._openings)
        return self.cells.cell_at(unit.space, *self._place(unit)) if unit.space >= 0 else -1

    def _record(self, unit: Walker) -> None:
        """Note where a unit is on its walk, if walks are kept."""
        if self._tracks is not None and unit.space != -1 and unit.state in ON_LEG:
            self._tracks.note(unit.number, self.cells.level[self._cell_of(unit)], self.env.now, *self._at(unit))

    def legs(self) -> tuple[Leg, ...]:
        """The walks of the units so far, in the order in which they began; empty unless they are recorded."""
        for unit in self._units.values():
            self._record(unit)
        levels, tracks = self.network.plan.levels, self._tracks.tracks if self._tracks else ()
        return tuple(
            Leg(self._units[t.number].key, levels[t.level].id, tuple(t.times_s), tuple(t.xs), tuple(t.ys))
            for t in tracks
        )

    def queues(self) -> NDArray[np.int64]:
        """Return the persons who wait at each way: nobody."""
        return np.zeros(2 * self.cells.ways, dtype=np.int64)

    def ways(self) -> tuple[WayUse, ...]:
        """Return no rows: persons pass no way."""
        return ()

    # ------------------------------------------------------------- observation
    def inside(self) -> int:
        """Return how many persons there are."""
        return int(self._counts.sum())

    def counts(self) -> NDArray[np.int64]:
        """Return the persons in each cell, units apart; the last entry is the outside."""
        return self._by_cell.copy()

    def unit_counts(self) -> NDArray[np.int64]:
        """Return the units in each cell; the last entry is the outside."""
        cells = [self._cell_of(unit) % len(self._by_cell) for unit in self._units.values()]
        return np.bincount(np.array(cells, dtype=np.int64), minlength=len(self._by_cell))

    def count_in(self, spaces: Iterable[int]) -> int:
        """Return how many persons are in some spaces, units apart."""
        return sum(int(self._counts[s]) for s in spaces)

    def bound_for(self, space: int) -> int:
        """Return 0: nobody walks but units."""
        return 0

    def person_seconds(self) -> NDArray[np.float64]:
        """Return the person-seconds spent in each cell until now, units apart; the last is the outside."""
        return np.asarray(self._person_s + self._by_cell * (self.env.now - self._since))

    def clear_since_s(self, spaces: Iterable[int]) -> float | None:
        """Return since when no person has been in some spaces: 0 where nobody ever was, None while somebody is."""
        wanted = list(spaces)
        return None if self.count_in(wanted) else float(self._left_s[wanted].max(initial=0.0))

    @property
    def out_s(self) -> NDArray[np.float64]:
        """Time at which each person was out: NaN, for nobody leaves."""
        return np.full(self.inside(), np.nan)

    @property
    def gone_home(self) -> NDArray[np.bool_]:
        """Whether each person has left the site: nobody, for nobody leaves."""
        return np.zeros(self.inside(), dtype=bool)

    def departures(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return two empty arrays: nobody leaves."""
        return np.zeros(0), np.zeros(0, np.int64)

    @property
    def settled_s(self) -> NDArray[np.float64]:
        """Time at which each person's room was locked; NaN where it is not."""
        times = np.full(len(self._counts), np.nan)
        times[list(self._locked_rooms)] = list(self._locked_rooms.values())
        return np.repeat(times, self._counts)

    def state(self, p: int) -> tuple[str, str]:
        """Return the state of a person or unit now and, where it stays, the reason."""
        if p in self._units:
            state = self._units[p].state
            return WORDS[state], "in turn" if state == QUEUED else ""
        return ("settled", "in a locked room") if self.space_of(p) in self._locked_rooms else ("waiting", "")

    def queue_of(self, p: int) -> int:
        """Return the direction in whose queue a unit stands; -1 if it does not queue."""
        return self._units[p].target if p in self._units and self._units[p].state == QUEUED else -1

    def tally(self) -> dict[tuple[str, str], int]:
        """Return how many persons are in each state with each reason."""
        settled = self.count_in(self._locked_rooms)
        found = (("settled", "in a locked room"), settled), (("waiting", ""), self.inside() - settled)
        return {key: count for key, count in found if count}
