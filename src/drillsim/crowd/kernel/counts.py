"""Counts of the compiled crowd: persons and person-seconds by cell, persons by state. Reading changes nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.kernel.memory import At, cells_at, directions_at, flows_at, n_at, people_at, spaces_at
from drillsim.crowd.kernel.records import PERSONS
from drillsim.crowd.states import AWAY, QUEUED, SETTLED, STATES, WAITING
from drillsim.jit import compiled


@compiled
def persons(t: At, count: int) -> NDArray[np.int64]:
    """Return the persons in each of so many cells, units apart."""
    cells = cells_at(t)
    found = np.empty(count, np.int64)
    for c in range(count):
        found[c] = cells[c].filled - cells[c].units
    return found


@compiled
def person_seconds(t: At, count: int, now_s: float) -> NDArray[np.float64]:
    """Return the person-seconds spent in each of so many cells until now, units apart."""
    cells = cells_at(t)
    found = np.empty(count)
    for c in range(count):
        cell = cells[c]
        found[c] = cell.person_s + (cell.filled - cell.units) * (now_s - cell.since)
    return found


@compiled
def tally(t: At, goals: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return one person of each group with the same state and reason, and the sizes of the groups."""
    people, directions, spaces, n = people_at(t), directions_at(t), spaces_at(t), n_at(t)
    one, count = np.zeros(4 * STATES * goals, np.int64), np.zeros(4 * STATES * goals, np.int64)
    for p in range(n[PERSONS]):
        me = people[p]
        full = me.state == QUEUED and directions[me.direction].registered != 0
        stays = me.state == WAITING or me.state == SETTLED
        locked = stays and me.space >= 0 and spaces[me.space].locked != 0
        sort = ((me.state * 2 + full) * 2 + locked) * goals + (me.aim if me.state == SETTLED or me.state == AWAY else 0)
        one[sort] = p
        count[sort] += 1
    sorts = np.flatnonzero(count)
    return one[sorts], count[sorts]


@compiled
def ways(t: At, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return, of so many directions, the persons who passed, the most who waited at once, and three times (`FLOW`)."""
    people, directions, flows, n = people_at(t), directions_at(t), flows_at(t), n_at(t)
    passed, longest, times = np.empty(count, np.int64), np.empty(count, np.int64), np.empty((count, 3))
    for d in range(count):
        me, flow = directions[d], flows[d]
        passed[d], longest[d] = me.passed, me.longest
        times[d, 0], times[d, 1], times[d, 2] = flow.first, flow.last, flow.longest
        if me.queued > me.longest:  # it stands still
            q = me.last
            while q >= n[PERSONS]:
                q = people[q].before
            longest[d], times[d, 2] = me.queued, people[q].arrived
    return passed, longest, times
