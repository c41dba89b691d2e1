"""Travel of responders: paths of least time with their own keys, planned anew when a way changes.

A trip is planned once. After that, only an event of the building can change the best path: a way that closes or is locked
makes paths through it dearer, so that just the trips whose path uses it are planned again; a way that opens or is unlocked
may make a path better that did not use it, so that every trip is. Between such events no trip is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import simpy
from numpy.typing import NDArray

from drillsim.crowd.interface import Crowd, UnitPath
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.world import XY, World
from drillsim.plan.routes import Path, Routes
from drillsim.scenario.response import Locks


@dataclass
class UnitTrip:
    """One trip of one responder to one point."""

    responder: Responder
    space: int
    point: XY
    speed_mps: float
    done: simpy.Event
    """Succeeds on arrival; a responder without a path stands, and is planned again when a way opens."""
    no_way: Callable[[], None]
    """Called each time planning finds no path."""
    path: Path | None = None
    """Present path."""
    free_s: float = 0.0
    """Seconds of the present path without its locks, as in an empty building."""
    stands_since_s: float | None = None
    """Since when it has stood without a path."""
    counts: bool = True
    """Whether its times belong to the approach that the responder is on."""
    ways: frozenset[int] = frozenset()
    """Ways of the present path."""
    entry: Callable[[], int] | None = None
    """Returns the way by which it enters the building, while it stands outside."""


class Travel:
    """State of the ways (closed, locked, propped, held open), and the trips under way."""

    def __init__(self, env: simpy.Environment, world: World, crowd: Crowd, locks: Locks) -> None:
        self.env, self.world, self.crowd, self.locks = env, world, crowd, locks
        self.locked: NDArray[np.bool_] = world.locked_at_start.copy()
        self.closed: set[int] = set()
        self.trips: dict[int, UnitTrip] = {}
        self.propped: set[int] = set()
        self.held: set[int] = set()
        """Ways that a unit with keys holds open for services."""
        self.duty: list[tuple[float, Responder, bool]] = []
        """Times at which responders left their duty (false), or were back on it; who is on it first is not listed."""
        self._version = 0
        self._changed = env.event()
        self._present: dict[tuple[str, float], tuple[int, Routes]] = {}

    def lock(self, room: int, ways: tuple[int, ...]) -> None:
        """Lock openings of a room from outside; from inside they open."""
        for way in ways:
            self.locked[way, self.world.network.side(way, room)] = True
        self._replan(ways)

    def unlock(self, room: int, ways: tuple[int, ...]) -> None:
        """Restore the locks that openings of a room had at the start, from outside."""
        for way in ways:
            side = self.world.network.side(way, room)
            self.locked[way, side] = self.world.locked_at_start[way, side]
        self._replan(None)

    def prop(self, way: int) -> None:
        """Prop an opening open: it locks nobody out."""
        self.propped.add(way)
        self._replan(None)

    def shut(self, way: int) -> None:
        """Shut a propped opening: its lock is what it was."""
        self.propped.discard(way)
        self._replan((way,))

    def hold(self, way: int) -> None:
        """Hold a way open for services: its lock costs them nothing."""
        self.held.add(way)
        self._replan(None)

    def renew(self) -> None:
        """Plan every trip again, since what a responder may open has changed."""
        self._replan(None)

    def close(self, way: int) -> None:
        """Close a way to everybody."""
        self.closed.add(way)
        self._replan((way,))

    def reopen(self, way: int) -> None:
        """Open a closed way again."""
        self.closed.discard(way)
        self._replan(None)

    def _replan(self, ways: tuple[int, ...] | None) -> None:
        """Plan the trips again whose path uses one of these ways; every trip for None."""
        self._version += 1
        if not self._changed.triggered:
            self._changed.succeed()
        if not self.trips:
            return
        for trip in list(self.trips.values()):
            if ways is None or not trip.ways.isdisjoint(ways):
                self._plan(trip)

    def delay_s(self, responder: Responder, way: int, side: int) -> float | None:
        """Return the seconds this responder needs at a lock, 0 where it is not locked, None where it cannot pass."""
        if way >= self.world.network.openings or not self.locked[way, side] or way in self.propped:
            return 0.0
        if way in self.held and responder.service:
            return 0.0
        opens = self._opens_s(responder)
        return None if opens is None else opens[0] if self.world.is_card[way, 0] else opens[1]

    def _opens_s(self, responder: Responder) -> tuple[float, float] | None:
        """Return the seconds this responder needs at a card lock and at any other; None where it opens none."""
        return (self.locks.card, responder.key_s) if responder.role.keys else responder.access(responder)

    def routes(self, responder: Responder, speed_mps: float) -> Routes:
        """Return the table of least times for this responder as the ways are now."""
        kept = self._present.get((responder.id, speed_mps))
        if kept is not None and kept[0] == self._version:
            return kept[1]
        locked = self.locked
        opened = self.propped | self.held if responder.service else self.propped
        if opened:
            locked = locked.copy()
            locked[sorted(opened)] = False
        card_s, other_s = self._opens_s(responder) or (np.inf, np.inf)
        routes = Routes(
            self.world.network,
            level_mps=speed_mps,
            stair_up_mps=responder.up_mps,
            stair_down_mps=responder.down_mps,
            delay_s=np.where(locked, np.where(self.world.is_card, card_s, other_s), 0.0),
            closed=self.closed,
            compiled=True,
        )
        self._present[responder.id, speed_mps] = self._version, routes
        return routes

    def without_keys(self, speed_mps: float) -> Routes:
        """Return the table of least times for somebody without keys, as the ways are now."""
        locked = self.locked.copy()
        locked[sorted(self.propped)] = False
        return Routes(
            self.world.network, level_mps=speed_mps, stair_up_mps=speed_mps, stair_down_mps=speed_mps,
            forbidden=locked, closed=self.closed, compiled=True,
        )  # fmt: skip

    def next_change(self) -> simpy.Event:
        """Return an event that succeeds when a way next closes, opens, locks or unlocks."""
        if self._changed.triggered:
            self._changed = self.env.event()
        return self._changed

    def go(
        self,
        responder: Responder,
        space: int,
        point: XY,
        *,
        speed_mps: float,
        no_way: Callable[[], None],
        entry: Callable[[], int] | None = None,
    ) -> simpy.Event:
        """Send a responder to a point; the event succeeds when it is there.

        no_way
            Called when there is no path; the responder stands where it is until a way opens.
        entry
            Returns the way by which a responder from outside enters; asked again when a way on the path changes.
        """
        if responder.number is None:
            self.duty.append((self.env.now, responder, False))
            here, at = self._outside(entry()) if entry is not None else responder.place_at(self.env.now)
            responder.number = self.crowd.add_unit(
                responder.id,
                here,
                at,
                level_mps=speed_mps,
                stair_up_mps=responder.up_mps,
                stair_down_mps=responder.down_mps,
            )
        self._leave_path(self.trips.get(responder.number))
        trip = UnitTrip(responder, space, point, speed_mps, self.env.event(), no_way, entry=entry)
        self.trips[responder.number] = trip
        self._plan(trip)
        return trip.done

    def begin_approach(self, responder: Responder) -> None:
        """Count walking and waiting of a responder from now on; a walk that it is on belongs to what was before."""
        responder.walked_s = responder.doors_s = 0.0
        if responder.number in self.trips:
            self.trips[responder.number].counts = False

    def place(self, responder: Responder) -> tuple[int, XY]:
        """Return space and point of a responder now: from the crowd after its first departure, else from its duty."""
        if responder.number is not None:
            return self.crowd.unit_place(responder.number)
        return responder.place_at(self.env.now)

    def place_in(self, responder: Responder, delay_s: float) -> tuple[int, XY]:
        """Return where a responder will be in some seconds if it stays on its duty; one that has set off, where it is now."""
        return self.place(responder) if responder.number is not None else responder.place_at(self.env.now + delay_s)

    def stand(self, responder: Responder) -> None:
        """Halt a responder that has set off; one that has not goes on with its duty."""
        if responder.number is not None:
            self.stop(responder)
            responder.stands = self.place(responder)

    def resume(self, responder: Responder) -> None:
        """Return a responder at its post to its duty; a patrol resumes its loop at the first stop.

        In a drill with a walking crowd a unit stays at its post: as a walker of the crowd it can be met there.
        """
        if self.crowd.people_walk:
            responder.stands = self.place(responder)
            return
        responder.number = responder.stands = None
        responder.resumed_s = self.env.now
        self.duty.append((self.env.now, responder, True))

    def leave_campus(self, responder: Responder) -> None:
        """Take a responder out of the building; when it is back it is where its duty has it."""
        self.stop(responder)
        responder.number = responder.stands = responder.resumed_s = None
        self.duty.append((self.env.now, responder, False))

    def enter_campus(self, responder: Responder) -> None:
        """Note that a responder is on its duty from now on."""
        self.duty.append((self.env.now, responder, True))

    def last_door(self, responder: Responder, space: int, point: XY, *, speed_mps: float) -> tuple[int, XY] | None:
        """Return space and point before the last way to a point; None where it is in that space or finds no way."""
        here, at = self.place(responder)
        path = self.routes(responder, speed_mps).path(here, at, space, point) if here >= 0 else None
        if path is None or not path.ways:
            return None
        way, side = path.ways[-1]
        x, y = self.world.network.way_xy[way, 1 - side]
        return int(self.world.network.way_spaces[way, 1 - side]), (float(x), float(y))

    def stop(self, responder: Responder) -> None:
        """End the trip of a responder where it is."""
        responder.has_no_way = False
        if responder.number is not None and responder.number in self.trips:
            self._leave_path(self.trips.pop(responder.number))
            self.crowd.halt(responder.number)

    def _outside(self, way: int) -> tuple[int, XY]:
        """Return the place before an entry: the drawn outdoor space it leads from, or the implied outside, -1."""
        side = 1 - self.world.inner_side(way)
        x, y = self.world.network.way_xy[way, side]
        return int(self.world.network.way_spaces[way, side]), (float(x), float(y))

    def _plan(self, trip: UnitTrip) -> None:
        assert trip.responder.number is not None
        routes = self.routes(trip.responder, trip.speed_mps)
        if trip.entry is not None and self.crowd.space_of(trip.responder.number) == -1:
            way = trip.entry()
            path = routes.path_through(way, self.world.inner_side(way), trip.space, trip.point)
        else:
            space, at = self.crowd.unit_place(trip.responder.number)
            path = routes.path(space, at, trip.space, trip.point)
        self._leave_path(trip)
        self._send(trip, path)

    def _send(self, trip: UnitTrip, path: Path | None) -> None:
        responder = trip.responder
        assert responder.number is not None
        trip.path, responder.has_no_way = path, path is None
        if path is None:
            self.crowd.halt(responder.number)
            trip.ways, trip.stands_since_s = frozenset(), self.env.now
            trip.no_way()
            return
        trip.ways = frozenset(way for way, _side in path.ways)
        delays = [self.delay_s(responder, *step) or 0.0 for step in path.ways]
        trip.free_s = path.seconds - sum(delays)
        assigned = UnitPath(
            path.ways,
            trip.space,
            trip.point,
            lock_delay=lambda way, side: self._at_lock(responder, way, side),
            locks={way for (way, _side), delay_s in zip(path.ways, delays, strict=True) if delay_s > 0.0},
            on_arrive=self._arrived,
        )
        self.crowd.send(responder.number, assigned, level_mps=trip.speed_mps)

    def _at_lock(self, responder: Responder, way: int, side: int) -> float:
        spent = self.delay_s(responder, way, side) or 0.0
        responder.doors_s += spent
        return spent

    def _arrived(self, number: int) -> None:
        trip = self.trips.pop(number, None)
        if trip is not None:
            if trip.counts:
                trip.responder.walked_s += trip.free_s
            trip.done.succeed()

    # ------------------------------------------------------------------ where the time went

    def _leave_path(self, trip: UnitTrip | None) -> None:
        """Credit what a trip has done of its path until now to its responder: free walking time, or time without a path."""
        if trip is None:
            return
        if trip.counts and trip.path is not None:
            trip.responder.walked_s += max(trip.free_s - self._left_s(trip, trip.path), 0.0)
        if trip.counts and trip.stands_since_s is not None:
            trip.responder.doors_s += self.env.now - trip.stands_since_s
        trip.path = trip.stands_since_s = None

    def _left_s(self, trip: UnitTrip, path: Path) -> float:
        """Return the free walking seconds that are left of a path from where the responder is; all of them outside."""
        network, responder = self.world.network, trip.responder
        assert responder.number is not None
        if self.crowd.space_of(responder.number) == -1:
            return trip.free_s
        space, at = self.crowd.unit_place(responder.number)
        begins = [int(network.way_spaces[way, 1 - side]) for way, side in path.ways]
        metres = climbing_s = 0.0
        for way, side in path.ways[begins.index(space) if space in begins else len(begins) :]:
            metres += network.distance(space, at, network.way_xy[way, 1 - side])
            on_stairs_mps = responder.up_mps if side else responder.down_mps
            climbing_s += network.way_crossing_m[way] / (trip.speed_mps if way in network.ramps else on_stairs_mps)
            space, (x, y) = int(network.way_spaces[way, side]), network.way_xy[way, side]
            at = (float(x), float(y))
        return float((metres + network.distance(space, at, trip.point)) / trip.speed_mps + climbing_s)
