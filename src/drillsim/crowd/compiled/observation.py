"""What can be read from the compiled crowd: the same words and numbers as of the reference. Reading changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.compiled.driver import CrowdDriver
from drillsim.crowd.geometry.distance_field import SITE_GOAL
from drillsim.crowd.geometry.polyline import XY, Corners, length_m, split
from drillsim.crowd.geometry.turned_walk import Start, corners_from
from drillsim.crowd.geometry.way_uses import way_uses
from drillsim.crowd.kernel import counts
from drillsim.crowd.kernel.records import ELSEWHERE, GONE
from drillsim.crowd.kernel.walking import walked_m
from drillsim.crowd.states import (
    AWAY,
    GONE_HOME,
    LOST,
    ON_LEG,
    ON_STAIR,
    QUEUED,
    ROOMS,
    SETTLED,
    STRANDED,
    WAITING,
    WORDS,
)
from drillsim.record.trace import Leg, WayUse


class CompiledObservation(CrowdDriver):
    """State, places and counts of the crowd at the present instant of SimPy's clock."""

    @property
    def out_s(self) -> NDArray[np.float64]:
        """Time at which each person was out; NaN for those who are not."""
        self._play_until_now()
        here = self._t.people[: self._people]
        return np.where(here["state"] == AWAY, self._t.details["end"][: self._people], np.nan)

    def departures(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return when persons left and who they are, in order of time and number.

        The kernel notes the time in the record of the person at the moment it leaves; a log of its own would cost
        a write to memory that is not in the cache.
        """
        out_s = self.out_s
        people = np.flatnonzero(~np.isnan(out_s))
        in_order = people[np.argsort(out_s[people], kind="stable")]
        return out_s[in_order], in_order

    @property
    def gone_home(self) -> NDArray[np.bool_]:
        """Whether each person is out because it was to leave the site."""
        self._play_until_now()
        here = self._t.people[: self._people]
        return np.asarray((here["state"] == AWAY) & self._is_site[here["aim"]])

    @property
    def _is_site(self) -> NDArray[np.bool_]:
        return np.array([goal == SITE_GOAL for goal, _ in self._goals])

    @property
    def settled_s(self) -> NDArray[np.float64]:
        """Time at which each person had reached a room to stay in, or its own room was locked; NaN for others."""
        self._play_until_now()
        here = self._t.people[: self._people]
        locked = np.full(len(self._t.spaces) + 2, np.nan)
        locked[list(self._locked_rooms)] = list(self._locked_rooms.values())
        since = locked[here["space"]]
        settled = (here["state"] == SETTLED) | ((here["state"] == WAITING) & ~np.isnan(since))
        end = self._t.details["end"][: self._people]
        return np.where(settled, np.where(np.isnan(end), since, end), np.nan)

    def spaces(self) -> NDArray[np.int64]:
        """Return the space each person is in; -1 outside, -2 on a stair."""
        self._play_until_now()
        return np.array(self._t.people["space"][: self._people], dtype=np.int64)

    def points(self) -> NDArray[np.float64]:
        """Return where each person began its present leg, or stands since it is out; in metres, shape (persons, 2)."""
        self._play_until_now()
        here, nodes = self._t.people[: self._people], self._t.nodes
        return np.column_stack([np.where(here["node"] >= 0, nodes[xy][here["node"]], here[xy]) for xy in ("x", "y")])

    def space_of(self, p: int) -> int:
        """Return the space a person or unit is in; -1 outside, -2 on a stair."""
        self._play_until_now()
        return int(self._t.people["space"][p])

    def place_of(self, p: int) -> tuple[float, float]:
        """Return where a person or unit is now, in metres."""
        self._play_until_now()
        return self._place(p)

    def counts(self) -> NDArray[np.int64]:
        """Return the persons in each cell, units apart; the last entry is the outside."""
        self._play_until_now()
        return counts.persons(self._at, self.cells.cells + 1)

    def unit_counts(self) -> NDArray[np.int64]:
        """Return the units in each cell; the last entry is the outside."""
        self._play_until_now()
        return np.array(self._t.cells["units"], dtype=np.int64)

    def count_in(self, spaces: Iterable[int]) -> int:
        """Return how many persons are in some spaces, units apart."""
        self._play_until_now()
        cells = [c for s in spaces for c in self.cells.cells_of(int(s))]
        return int(counts.persons(self._at, self.cells.cells + 1)[cells].sum())

    def bound_for(self, space: int) -> int:
        """Return how many persons walk or queue to a way that leads into a space, units apart."""
        if not self._anybody_moves():
            return 0
        self._play_until_now()
        leads_in = [2 * way + self.network.side(way, space) for way in self.network.space_ways[space]]
        claims = self._t.directions["claims"]  # with those of units
        if not any(claims[direction] for direction in leads_in):
            return 0
        target = self._t.people["target"][: self._people]
        return sum(int(np.count_nonzero(target == direction)) for direction in leads_in)

    def inside(self) -> int:
        """Return how many persons have come in and are not out."""
        self._play_until_now()
        return self._people - int(self._n[GONE]) - int(self._n[ELSEWHERE])

    def clear_since_s(self, spaces: Iterable[int]) -> float | None:
        """Return since when no person has been in some spaces or on a stair.

        0 where nobody ever was, None while somebody is there.
        """
        self._play_until_now()
        flights = [self.cells.flight_cell(stair) for stair in range(self.cells.stairs)]
        cells = [c for s in spaces for c in self.cells.cells_of(int(s))] + flights
        there = self._t.cells[cells]
        if (there["filled"] > there["units"]).any():
            return None
        return float(there["left"].max(initial=0.0))

    def person_seconds(self) -> NDArray[np.float64]:
        """Return the person-seconds spent in each cell until now, units apart; the last is the outside."""
        self._play_until_now()
        return counts.person_seconds(self._at, self.cells.cells + 1, float(self.env.now))

    def state(self, p: int) -> tuple[str, str]:
        """Return the state of a person or unit now and, where it stays, the reason."""
        self._play_until_now()
        me = self._t.people[p]
        return self._word(int(me["state"]), int(me["space"]), int(me["direction"]), int(me["aim"]))

    def _word(self, state: int, space: int, direction: int, aim: int) -> tuple[str, str]:
        if state == WAITING and space in self._locked_rooms:
            return "settled", "in a locked room"
        if state == STRANDED:
            return "stranded", "no way"
        if state == QUEUED:
            return "queued", "behind a full space" if self._t.directions["registered"][direction] else "in turn"
        if state == SETTLED:
            reason = ROOMS.get(self._goals[aim][0].kind, "in a room")
            return "settled", "in a locked room" if space in self._locked_rooms else reason
        if state == AWAY and self._goals[aim][0] == SITE_GOAL:
            return WORDS[AWAY], GONE_HOME
        return ("lost", "no place on arrival") if state == LOST else (WORDS[state], "")

    def queue_of(self, p: int) -> int:
        """Return the direction in whose queue a person or unit stands; -1 if it does not queue."""
        self._play_until_now()
        me = self._t.people[p]
        return int(me["direction"]) if me["state"] == QUEUED else -1

    def tally(self) -> dict[tuple[str, str], int]:
        """Return how many persons are in each state with each reason.

        Meant for the horizon: who queues behind a full space then counts as stranded.
        """
        self._play_until_now()
        found: dict[tuple[str, str], int] = {}
        for p, count in zip(*counts.tally(self._at, len(self._goals)), strict=True):
            word, reason = self.state(int(p))
            key = ("stranded" if reason == "behind a full space" else word, reason)
            found[key] = found.get(key, 0) + int(count)
        return dict(sorted(found.items()))

    def legs(self) -> tuple[Leg, ...]:
        """No walks: they are recorded by the reference crowd."""
        return ()

    def queues(self) -> NDArray[np.int64]:
        """Return the persons who wait at each way now, units apart, by direction."""
        self._play_until_now()
        return np.array(self._t.directions["queued"][: 2 * self.cells.ways], dtype=np.int64)

    def ways(self) -> tuple[WayUse, ...]:
        """Return how persons have used each way so far, direction by direction, in the order of the plan."""
        self._play_until_now()
        return way_uses(self.cells, *counts.ways(self._at, 2 * self.cells.ways))

    # ------------------------------------------------------------------ places
    def _place(self, p: int) -> XY:
        me = self._t.people[p]
        node = int(me["node"])
        if me["state"] in ON_LEG and me["space"] != -1:
            corners, walked = self._course(p), walked_m(self._at, p)
            if me["pieces"] == 0 and self._is_last_piece(p):
                drawn = length_m(corners)
                walked *= drawn / float(me["length"]) if me["length"] > 0.0 else 0.0
            return split(corners, walked)[1]
        if node >= 0:
            return self.cells.way_xy[node >> 1][node & 1]
        return (float(me["x"]), float(me["y"]))

    def _is_last_piece(self, p: int) -> bool:
        """Return whether the present piece is the last of its leg."""
        me = self._t.people[p]
        return bool(me["space"] == ON_STAIR or me["direction"] < 0 or me["direction"] == me["target"])

    def _course(self, p: int) -> Corners:
        """Return the corners of the leg that a person or unit is on."""
        me = self._t.people[p]
        node, target, space = int(me["node"]), int(me["target"]), int(me["space"])
        xy = self.cells.way_xy
        if space == ON_STAIR:
            return (xy[node >> 1][1 - (node & 1)], xy[node >> 1][node & 1])
        if space == -1:
            return ((float(me["x"]), float(me["y"])),)
        if target < 0:
            unit = self._t.units[p - self._people]
            start = xy[node >> 1][node & 1] if node >= 0 else (float(me["x"]), float(me["y"]))
            return self._plan.legs.corners_between(space, start, (float(unit["x"]), float(unit["y"])))
        return self._corners_to(p, target >> 1)

    def _start(self, p: int) -> Start:
        """Return where a person stands or began its leg: a node, a point, or a point on an earlier leg."""
        me = self._t.people[p]
        node = int(me["node"])
        if node >= 0:
            return node
        if me["row"] >= 0 and p in self._turned:
            return self._turned[p]
        return (float(me["x"]), float(me["y"]))

    def _corners_to(self, p: int, way: int) -> Corners:
        return corners_from(self._plan.legs, int(self._t.people["space"][p]), self._start(p), way)
