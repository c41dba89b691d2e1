"""How responders get there: least-time paths with their own keys, replanned when a way changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import simpy
from numpy.typing import NDArray

from drillsim.crowd.reference import ReferenceCrowd
from drillsim.engine.units import Responder
from drillsim.engine.world import XY, World
from drillsim.plan.routes import Path, Routes
from drillsim.scenario.model import Locks


@dataclass
class Trip:
    """One walk of one responder to one point."""

    responder: Responder
    space: int
    point: XY
    speed_mps: float
    done: simpy.Event
    """Succeeds on arrival; who finds no way stands, and tries again when a way opens."""
    no_way: Callable[[], None]
    """Called each time it turns out that there is no way."""
    ways: frozenset[int] = frozenset()
    """Ways of the present path."""
    entry: Callable[[], int] | None = None
    """Tells the way by which it comes in, while it still stands outside."""


class Travel:
    """The ways as they are now (closed, locked), and the trips that are under way."""

    def __init__(self, env: simpy.Environment, world: World, crowd: ReferenceCrowd, locks: Locks) -> None:
        self.env, self.world, self.crowd, self.locks = env, world, crowd, locks
        self.locked: NDArray[np.bool_] = world.locked_at_start.copy()
        self.closed: set[int] = set()
        self.trips: dict[int, Trip] = {}
        self.without_key_s: Callable[[Responder, int], float | None] = lambda _r, _w: None
        """Seconds that somebody without a key needs at a locked way, None where it does not get through."""
        self._routes: dict[tuple[object, ...], Routes] = {}

    def lock(self, room: int, ways: tuple[int, ...]) -> None:
        """Lock openings against who wants to enter a room; from inside they open."""
        for way in ways:
            self.locked[way, self.world.network.side(way, room)] = True
        self._replan(set(ways))

    def close(self, way: int) -> None:
        """Close a way to everybody."""
        self.closed.add(way)
        self._replan({way})

    def reopen(self, way: int) -> None:
        """Open a closed way again."""
        self.closed.discard(way)
        self._replan(None)

    def _replan(self, ways: set[int] | None) -> None:
        """Let the trips whose path uses one of these ways (None: every trip) find the least way again.

        A way that became slower can only change a path that uses it.
        """
        for trip in list(self.trips.values()):
            if ways is None or trip.ways & ways:
                self._plan(trip)

    def delay_s(self, responder: Responder, way: int, side: int) -> float | None:
        """Return the seconds this responder needs at a lock, 0 where it is not locked, None where it cannot pass."""
        if way >= self.world.network.openings or not self.locked[way, side]:
            return 0.0
        if not responder.role.keys:
            return self.without_key_s(responder, way)
        return self.locks.card if self.world.plan.openings[way].lock == "access-control" else responder.key_s

    def routes(self, responder: Responder, speed_mps: float) -> Routes:
        """Return the table of least times for this responder as the ways are now."""
        delays = np.zeros(self.locked.shape)
        forbidden = np.zeros(self.locked.shape, dtype=bool)
        for way, side in np.argwhere(self.locked):
            delay = self.delay_s(responder, int(way), int(side))
            if delay is None:
                forbidden[way, side] = True
            else:
                delays[way, side] = delay
        closed = frozenset(self.closed)
        key = (speed_mps, responder.up_mps, responder.down_mps, delays.tobytes(), forbidden.tobytes(), closed)
        if key not in self._routes:
            self._routes[key] = Routes(
                self.world.network,
                level_mps=speed_mps,
                stair_up_mps=responder.up_mps,
                stair_down_mps=responder.down_mps,
                delay_s=delays,
                forbidden=forbidden,
                closed=closed,
            )
        return self._routes[key]

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
            Called when there is no way; the responder stands where it is until one opens.
        entry
            Tells the way by which somebody who is outside comes in; asked again when a way on the path changes.
        """
        if responder.number is None:
            here, at = (-1, self._outside(entry())) if entry is not None else responder.place_at(self.env.now)
            responder.number = self.crowd.add_unit(
                responder.id,
                here,
                at,
                level_mps=speed_mps,
                stair_up_mps=responder.up_mps,
                stair_down_mps=responder.down_mps,
            )
        trip = Trip(responder, space, point, speed_mps, self.env.event(), no_way, entry=entry)
        self.trips[responder.number] = trip
        self._plan(trip, first=True)
        return trip.done

    def stop(self, responder: Responder) -> None:
        """Let a responder stand where it is and give up its trip."""
        if responder.number is not None and self.trips.pop(responder.number, None) is not None:
            self.crowd.halt(responder.number)

    def _outside(self, way: int) -> XY:
        x, y = self.world.network.way_xy[way, self.world.inner_side(way)]
        return float(x), float(y)

    def _plan(self, trip: Trip, *, first: bool = False) -> None:
        assert trip.responder.number is not None
        routes = self.routes(trip.responder, trip.speed_mps)
        if trip.entry is not None:
            way = trip.entry()
            path = routes.path_through(way, self.world.inner_side(way), trip.space, trip.point)
        else:
            space, at = self.crowd.unit_place(trip.responder.number)
            path = routes.path(space, at, trip.space, trip.point)
        self._send(trip, path, first=first)

    def _send(self, trip: Trip, path: Path | None, *, first: bool) -> None:
        responder = trip.responder
        assert responder.number is not None
        if path is None:
            self.crowd.halt(responder.number)
            trip.ways = frozenset()
            trip.no_way()
            return
        trip.ways = frozenset(way for way, _side in path.ways)
        if first:
            responder.walked_s = path.seconds - sum(self.delay_s(responder, w, k) or 0.0 for w, k in path.ways)
        self.crowd.send(
            responder.number,
            path.ways,
            trip.space,
            trip.point,
            lock_delay=lambda way, side: self._at_lock(responder, way, side),
            on_enter=lambda number, _space: self._entered(number),
            on_arrive=self._arrived,
        )

    def _at_lock(self, responder: Responder, way: int, side: int) -> float:
        spent = self.delay_s(responder, way, side) or 0.0
        responder.doors_s += spent
        return spent

    def _entered(self, number: int) -> None:
        if number in self.trips:
            self.trips[number].entry = None

    def _arrived(self, number: int) -> None:
        trip = self.trips.pop(number, None)
        if trip is not None:
            trip.done.succeed()
