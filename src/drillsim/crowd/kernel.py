"""The compiled crowd: rules A of docs/rules.md once more, event by event on bare arrays.

It means what the reference crowd means, function by function, under the same names; queues and passes are here, walking is
in steps.py. `t` are the Tables, `p` a person or unit, `b` a border, `d` a direction, `c` a cell.
"""

from __future__ import annotations

import numpy as np

from drillsim.compiled import compiled, inlined, inner
from drillsim.crowd.calendar import call_off, schedule, tell
from drillsim.crowd.queues import enqueue, is_resting, register, settle_seconds, take_head, unregister, wake_after_rest
from drillsim.crowd.steps import decide_afresh, enter, unit_stops
from drillsim.crowd.tables import (
    AGAIN,
    BORDER_RANK,
    CIRCLE,
    CIRCLED,
    ELSEWHERE,
    HEAP,
    LOOKED,
    NEWS,
    NOW,
    PERSONS,
    RANK,
    SEEN,
    STALE,
    UNDER_WAY,
    UNDRAWN,
    WATCHED,
    Tables,
)
from drillsim.crowd.walking import ABSENT, LOST, QUEUED, SETTLED, UNLOCKING, WAITING, WALKING


# ---------------------------------------------------------------------- looks
@inlined
def ready(t: Tables, d: int) -> bool:
    """Return whether the head of a direction has a place; register the direction where it has none."""
    if t.directions[d].first < 0:
        return False
    far = t.directions[d].far
    if t.cells[far].filled >= t.cells[far].places:
        if not t.directions[d].registered:
            register(t, d)
        return False
    if t.directions[d].registered:
        unregister(t, d)
    return True


@inner
def turn_of(t: Tables, b: int) -> int:
    """Return the direction whose head passes now, -1 where none is to: then those in a circle change places, if any."""
    if t.borders[b].shut:
        return -1
    low = 2 * b
    can_low, can_high = ready(t, low), ready(t, low + 1)
    if can_low and can_high:
        if t.borders[b].last >= 0:
            return low + 1 - t.borders[b].last
        p, q = t.directions[low].first, t.directions[low + 1].first
        first = t.people[p].arrived < t.people[q].arrived or (t.people[p].arrived == t.people[q].arrived and p < q)
        return low if first else low + 1
    if can_low:
        return low
    if can_high:
        return low + 1
    for d in (low, low + 1):
        if t.n[CIRCLE] == 0 and t.directions[d].registered and t.cells[t.directions[d].near].waiting >= 0:
            find_circle(t, d)
    if t.n[CIRCLE] > 0:
        change_places(t)
    return -1


@inlined
def heir(t: Tables, c: int, just_passed: int) -> int:
    """Return the direction that takes the place free in a cell, or -1."""
    if t.cells[c].filled >= t.cells[c].places:
        return -1
    found = -1
    d = int(t.cells[c].waiting)
    while d >= 0:
        b = d >> 1
        if not is_resting(t, b) or (b == just_passed and t.borders[b].passes == 1):
            one, other = t.directions[d], t.directions[found]
            if found < 0 or one.tag < other.tag or (one.tag == other.tag and one.order < other.order):
                found = d
        d = int(t.directions[d].after)
    if found >= 0:
        unregister(t, found)
        t.cells[c].clock = t.directions[found].tag
        t.directions[found].tag += 1.0 / t.borders[found >> 1].capacity
    return found


# --------------------------------------------------------------------- passes
@inlined
def step_out(t: Tables, p: int, d: int) -> None:
    """Leave the near cell."""
    c = t.directions[d].near
    settle_seconds(t, c)
    t.cells[c].filled -= 1
    if p < t.n[PERSONS]:
        t.cells[c].left = t.s[NOW]
    else:
        t.cells[c].units -= 1


@inlined
def step_in(t: Tables, p: int, d: int) -> None:
    """Enter the far cell; the border rests from now on."""
    b, c = d >> 1, t.directions[d].far
    settle_seconds(t, c)
    t.cells[c].filled += 1
    if p >= t.n[PERSONS]:
        t.cells[c].units += 1
    border = t.borders[b]
    border.last = d & 1
    if border.rest > 0.0:
        if not is_resting(t, b):
            border.passes = 0
        border.passes += 1
        border.free = t.s[NOW] + (border.rest if border.passes == 1 else 2.0 * border.rest)


@inlined
def rest(t: Tables, b: int) -> None:
    """Let a border with somebody in a queue look when it has rested; a stair end looks again at once."""
    if t.directions[2 * b].first < 0 and t.directions[2 * b + 1].first < 0:
        return
    if t.borders[b].rest > 0.0:
        schedule(t, t.borders[b].place, t.borders[b].free, BORDER_RANK + b)
    elif t.directions[2 * b].first >= 0 and not t.directions[2 * b].registered and not t.borders[b].passes:
        t.borders[b].passes = 1
        t.again[t.n[AGAIN]] = b
        t.n[AGAIN] += 1


@inner
def find_circle(t: Tables, d: int) -> None:
    """Find the shortest circle of idle registered directions through d, and write it down, d first (rule 9).

    Each leads into the cell in which the head of the next one waits. Breadth first, backwards from the cell left.
    """
    start, end = t.directions[d].far, t.directions[d].near
    by = np.full(len(t.cells), -1, np.int32)
    cells = np.empty(len(t.cells), np.int32)
    cells[0] = end
    seen, count, found = 0, 1, False
    while seen < count and not found:
        c = cells[seen]
        seen += 1
        lowest = -1
        while not found:  # the directions registered for c, in order
            other, k = -1, t.cells[c].waiting
            while k >= 0:
                if k > lowest and (other < 0 or k < other):
                    other = k
                k = t.directions[k].after
            if other < 0:
                break
            lowest = other
            near = t.directions[other].near
            if is_resting(t, other >> 1) or near == end or by[near] >= 0:
                continue
            by[near] = other
            found = near == start
            cells[count] = near
            count += 1
    if found:
        t.circle[0, 0] = d
        size, near = 1, start
        while near != end:
            t.circle[size, 0] = by[near]
            near = t.directions[by[near]].far
            size += 1
        t.n[CIRCLE] = size


@inner
def change_places(t: Tables) -> None:
    """Let the heads of a circle leave, all of them, and enter; what they do then is left to the caller."""
    for i in range(t.n[CIRCLE]):
        d = int(t.circle[i, 0])
        p = take_head(t, d)
        t.circle[i, 1] = p
        unregister(t, d)
        step_out(t, p, d)
    for i in range(t.n[CIRCLE]):
        step_in(t, int(t.circle[i, 1]), int(t.circle[i, 0]))


# --------------------------------------------------------------------- events
@inner
def come(t: Tables, p: int) -> None:
    """Come into the building, or find no place."""
    me = t.people[p]
    cell = t.cells[me.cell]
    if cell.filled >= cell.places:
        me.state, me.end = LOST, t.s[NOW]
        return
    settle_seconds(t, int(me.cell))
    cell.filled += 1
    t.n[ELSEWHERE] -= 1
    me.space, me.state = cell.space, WAITING
    if me.ready >= 0.0:
        schedule(t, me.place, t.s[NOW] + me.ready, p)


@inner
def begin(t: Tables, p: int) -> None:
    """Stand up when premovement ends: unless the room was locked meanwhile, go."""
    me = t.people[p]
    if t.spaces[me.space].locked:
        me.state = SETTLED
        return
    t.n[UNDER_WAY] += 1
    decide_afresh(t, p, False)


@compiled
def advance(t: Tables, until: float, inclusive: bool, steps: int, look_at: int) -> None:
    """Let everything happen before a time (up to it, where inclusive), but stop after an event that brings news.

    steps
        The most events to play; -1 for any number.
    look_at
        A border that looks first; -1 for none.
    """
    n, s = t.n, t.s
    p = d = -1
    while True:
        while d >= 0 or look_at >= 0:
            if d < 0:
                d = turn_of(t, look_at)
                look_at = -1
                if d >= 0:
                    p = take_head(t, d)
            while d >= 0 or n[CIRCLE] > 0:  # pass, and hand the place left to whoever waits for it, and so on
                changed = d < 0
                if changed:  # in a circle no place is left
                    d, p = int(t.circle[n[CIRCLED], 0]), int(t.circle[n[CIRCLED], 1])
                    n[CIRCLED] += 1
                    if n[CIRCLED] == n[CIRCLE]:
                        n[CIRCLE] = n[CIRCLED] = 0
                else:
                    step_out(t, p, d)
                    step_in(t, p, d)
                b, near = d >> 1, int(t.directions[d].near)
                enter(t, p, d)
                rest(t, b)
                d = -1
                if not changed and t.cells[near].waiting >= 0:
                    d = heir(t, near, b)
                    if d >= 0:
                        p = take_head(t, d)
            if n[AGAIN] > 0:
                look_at = int(t.again[n[LOOKED]])
                t.borders[look_at].passes = 0
                n[LOOKED] += 1
                if n[LOOKED] == n[AGAIN]:
                    n[LOOKED] = n[AGAIN] = 0
        if n[STALE] >= 0:
            call_off(t, n[STALE])
            n[STALE] = -1
        if n[WATCHED] > 0:
            watch(t)
        if n[NEWS] > 0 or n[UNDRAWN] > 0 or steps == 0 or n[HEAP] == 0:
            return
        time, rank = t.heap[0].time, t.heap[0].rank
        if time > until or (time == until and not inclusive):
            return
        steps -= 1
        s[NOW] = time
        n[RANK] = n[STALE] = rank
        if rank >= BORDER_RANK:
            look_at = int(rank - BORDER_RANK)
            continue
        p = int(rank)
        state = t.people[p].state
        if state == WALKING:
            d = int(t.people[p].direction)
            if p >= n[PERSONS] and unit_stops(t, p, d):
                d = -1
        elif state == UNLOCKING:
            d = int(t.people[p].target)
        elif state == ABSENT:
            come(t, p)
        else:
            begin(t, p)
        if d < 0:
            continue
        t.people[p].state = QUEUED
        b, far = d >> 1, t.directions[d].far
        idle = not is_resting(t, b)
        empty = t.directions[2 * b].first < 0 and t.directions[2 * b + 1].first < 0
        if idle and empty and not t.borders[b].shut and t.cells[far].filled < t.cells[far].places:
            continue
        enqueue(t, p, d)
        if not idle:
            wake_after_rest(t, b)
        elif not t.directions[d].registered:
            look_at = b
        d = -1


@inner
def watch(t: Tables) -> None:
    """Tell which watches are over: no more persons, units apart, in their cells than they wait for."""
    persons = np.zeros(len(t.limits), np.int64)
    for i in range(len(t.watched)):
        cell = t.cells[t.watched[i, 1]]
        persons[t.watched[i, 0]] += cell.filled - cell.units
    for k in range(len(t.limits)):
        if persons[k] <= t.limits[k]:
            t.limits[k] = -1
            t.n[WATCHED] -= 1
            tell(t, SEEN, k, 0)
