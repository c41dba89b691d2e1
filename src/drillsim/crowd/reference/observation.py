"""Observation of the reference crowd: counts, times, places, states. Observing changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.geometry.distance_field import SITE_GOAL
from drillsim.crowd.geometry.way_uses import way_uses
from drillsim.crowd.reference.units import Units
from drillsim.crowd.states import AWAY, GONE_HOME, LOST, QUEUED, ROOMS, SETTLED, STRANDED, WAITING, WALKING, WORDS
from drillsim.record.trace import Leg, WayUse


class Observation(Units):
    """The observation part of the Crowd protocol, at the present instant."""

    _out_s: NDArray[np.float64] | None = None
    """The last answer of `out_s`, while nobody else has left since."""

    @property
    def out_s(self) -> NDArray[np.float64]:
        """Time at which each person was out; NaN for those who are not."""
        kept = self._out_s
        if kept is None or np.count_nonzero(~np.isnan(kept)) != len(self._departed):
            kept = np.full(self._people, np.nan)
            for time_s, p in self._departed:
                kept[p] = time_s
            kept.flags.writeable = False
            self._out_s = kept
        return kept

    def departures(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return when persons left and who they are, in order of time and number."""
        departed = sorted(self._departed)
        return np.array([time for time, _ in departed]), np.array([p for _, p in departed], dtype=np.int64)

    @property
    def gone_home(self) -> NDArray[np.bool_]:
        """Whether each person is out because it was to leave the site."""
        here = zip(self._state[: self._people], self._aim, strict=False)
        return np.array([state == AWAY and aim == SITE_GOAL for state, aim in here], dtype=bool)

    @property
    def settled_s(self) -> NDArray[np.float64]:
        """Time at which each person had reached a room to stay in, or its own room was locked; NaN for others."""
        times = np.full(self._people, np.nan)
        for p in range(self._people):
            if self.state(p)[0] == "settled":
                locked = self._locked_rooms.get(self._space[p], np.nan)
                times[p] = self._end_s[p] if self._end_s[p] == self._end_s[p] else locked
        return times

    def spaces(self) -> NDArray[np.int64]:
        """Return the space each person is in; -1 outside, -2 on a stair."""
        return np.array(self._space[: self._people], dtype=np.int64)

    def points(self) -> NDArray[np.float64]:
        """Return where each person began its present leg, or stands since it is out; in metres, shape (persons, 2)."""
        started = zip(self._node, self._x, self._y, range(self._people), strict=False)
        return np.array([self._way_xy[n >> 1][n & 1] if n >= 0 else (x, y) for n, x, y, _ in started]).reshape(-1, 2)

    def space_of(self, p: int) -> int:
        """Return the space a person or unit is in; -1 outside, -2 on a stair."""
        return self._space[p]

    def place_of(self, p: int) -> tuple[float, float]:
        """Return where a person or unit is now, in metres."""
        return self._place(p)

    def counts(self) -> NDArray[np.int64]:
        """Return the persons in each cell, units apart; the last entry is the outside."""
        return np.array(self._filled, dtype=np.int64) - np.array(self._units_in, dtype=np.int64)

    def unit_counts(self) -> NDArray[np.int64]:
        """Return the units in each cell; the last entry is the outside."""
        return np.array(self._units_in)

    def count_in(self, spaces: Iterable[int]) -> int:
        """Return how many persons are in some spaces, units apart."""
        return sum(self._filled[c] - self._units_in[c] for s in spaces for c in self.cells.cells_of(s))

    def bound_for(self, space: int) -> int:
        """Return how many persons walk or queue to a way that leads into a space, units apart."""
        network = self.cells.network
        leads_in = {2 * way + network.side(way, space) for way in network.space_ways[space]}
        return sum(target in leads_in for target in self._target[: self._people])

    def inside(self) -> int:
        """Return how many persons have come in and are not out."""
        return self._people - len(self._departed) - self._elsewhere

    def clear_since_s(self, spaces: Iterable[int]) -> float | None:
        """Return since when no person has been in some spaces or on a stair.

        0 where nobody ever was, None while somebody is there.
        """
        flights = [self.cells.flight_cell(stair) for stair in range(self.cells.stairs)]
        cells = [c for s in spaces for c in self.cells.cells_of(int(s))] + flights
        if any(self._filled[c] > self._units_in[c] for c in cells):
            return None
        return max((self._left_s[c] for c in cells), default=0.0)

    def person_seconds(self) -> NDArray[np.float64]:
        """Return the person-seconds spent in each cell until now, units apart; the last is the outside."""
        persons = np.array(self._filled) - np.array(self._units_in)
        return np.asarray(np.array(self._person_s) + persons * (self.env.now - np.array(self._since)))

    def state(self, p: int) -> tuple[str, str]:
        """Return the state of a person or unit now and, where it stays, the reason."""
        state = self._state[p]
        if state == WAITING and self._space[p] in self._locked_rooms:
            return "settled", "in a locked room"
        if state == STRANDED:
            return "stranded", "no way"
        if state == QUEUED:
            return "queued", "behind a full space" if self._registered[self.queue_of(p)] else "in turn"
        if state == SETTLED:
            return "settled", "in a locked room" if self._space[p] in self._locked_rooms else ROOMS.get(
                self._aim[p].kind, "in a room"
            )
        if state == AWAY and p < self._people and self._aim[p] == SITE_GOAL:
            return WORDS[AWAY], GONE_HOME
        if state == LOST:
            return "lost", "no place on arrival"
        return WORDS[state], ""

    def queue_of(self, p: int) -> int:
        """Return the direction in whose queue a person or unit stands; -1 if it does not queue."""
        return self._leg[p][self._piece[p]][2] if self._state[p] == QUEUED else -1

    def tally(self) -> dict[tuple[str, str], int]:
        """Return how many persons are in each state with each reason.

        Meant for the horizon: who queues behind a full space then counts as stranded.
        """
        found: dict[tuple[str, str], int] = {}
        for p in range(self._people):
            word, reason = self.state(p)
            key = ("stranded" if reason == "behind a full space" else word, reason)
            found[key] = found.get(key, 0) + 1
        return dict(sorted(found.items()))

    def queues(self) -> NDArray[np.int64]:
        """Return the persons who wait at each way now, units apart, by direction."""
        queues = [self._queues[direction] for direction in range(2 * self.cells.ways)]
        return np.array([sum(p < self._people for p in queue) for queue in queues], dtype=np.int64)

    def ways(self) -> tuple[WayUse, ...]:
        """Return how persons have used each way so far, direction by direction, in the order of the plan."""
        longest, longest_s = self._longest.copy(), self._longest_s.copy()
        for direction in range(2 * self.cells.ways):
            waiting = [p for p in self._queues[direction] if p < self._people]
            if len(waiting) > longest[direction]:
                longest[direction], longest_s[direction] = len(waiting), self._arrived[waiting[-1]]
        uses = np.array(self._passed), np.array(longest), np.column_stack([self._first_s, self._last_s, longest_s])
        return way_uses(self.cells, *(rows[: 2 * self.cells.ways] for rows in uses))

    def legs(self) -> tuple[Leg, ...]:
        """The walks so far, in the order in which they began; empty unless they are recorded."""
        if self._tracks is None:
            return ()
        for p, state in enumerate(self._state):
            if state == WALKING:
                self._record(p, self._walked_m(p) - sum(piece[1] for piece in self._leg[p][: self._piece[p]]))
        levels = self.cells.network.plan.levels
        who = {t.number: self._keys.get(t.number, f"person-{t.number}") for t in self._tracks.tracks}
        return tuple(
            Leg(who[t.number], levels[t.level].id, tuple(t.times_s), tuple(t.xs), tuple(t.ys))
            for t in self._tracks.tracks
        )
