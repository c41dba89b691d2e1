"""The compiled crowd: rules A of docs/rules.md once more, event by event on bare arrays.

It means what the reference crowd means, function by function, under the same names; queues and passes are here, walking is
in steps.py. `t` are the Tables, `p` a person or unit, `b` a border, `d` a direction, `c` a cell.
"""

from __future__ import annotations

import numpy as np

from drillsim.crowd.ahead import look_ahead
from drillsim.crowd.calendar import call_off, first_event, schedule, tell
from drillsim.crowd.entering import enter, unit_stops
from drillsim.crowd.queues import enqueue, is_resting, register, settle_seconds, take_head, unregister, wake_after_rest
from drillsim.crowd.steps import decide_afresh
from drillsim.crowd.tables import (
    AGAIN,
    BORDERS,
    CIRCLE,
    CIRCLED,
    ELSEWHERE,
    LOOKED,
    LOOKING,
    MANY,
    NEWS,
    NOW,
    PERSONS,
    SEEN,
    STARTING,
    UNDER_WAY,
    UNDRAWN,
    WATCHED,
)
from drillsim.crowd.views import (
    At,
    again_at,
    borders_at,
    cells_at,
    circle_at,
    directions_at,
    events_at,
    fetch_event,
    limits_at,
    n_at,
    people_at,
    s_at,
    search_at,
    seldom_at,
    spaces_at,
    watched_at,
)
from drillsim.crowd.walking import ABSENT, LOST, QUEUED, SETTLED, UNLOCKING, WAITING, WALKING
from drillsim.jit import bare, inlined, inner


# ---------------------------------------------------------------------- looks
@inlined
def ready(t: At, d: int) -> bool:
    """Return whether the head of a direction has a place; register the direction where it has none."""
    directions, cells = directions_at(t), cells_at(t)
    if directions[d].first < 0:
        return False
    far = directions[d].far
    if cells[far].filled >= cells[far].places:
        if not directions[d].registered:
            register(t, d)
        return False
    if directions[d].registered:
        unregister(t, d)
    return True


@inner
def turn_of(t: At, b: int) -> int:
    """Return the direction whose head passes now, -1 where none is to: then those in a circle change places, if any."""
    people, directions, borders = people_at(t), directions_at(t), borders_at(t)
    cells, n = cells_at(t), n_at(t)
    if borders[b].shut:
        return -1
    low = 2 * b
    can_low, can_high = ready(t, low), ready(t, low + 1)
    if can_low and can_high:
        if borders[b].last >= 0:
            return low + 1 - borders[b].last
        p, q = directions[low].first, directions[low + 1].first
        first = people[p].arrived < people[q].arrived or (people[p].arrived == people[q].arrived and p < q)
        return low if first else low + 1
    if can_low:
        return low
    if can_high:
        return low + 1
    for d in (low, low + 1):
        if n[CIRCLE] == 0 and directions[d].registered and cells[directions[d].near].waiting >= 0:
            find_circle(t, d)
    if n[CIRCLE] > 0:
        change_places(t)
    return -1


@inlined
def heir(t: At, c: int, just_passed: int) -> int:
    """Return the direction that takes the place free in a cell, or -1."""
    directions, borders, cells = directions_at(t), borders_at(t), cells_at(t)
    if cells[c].filled >= cells[c].places:
        return -1
    found = -1
    d = int(cells[c].waiting)
    while d >= 0:
        b = d >> 1
        if not is_resting(t, b) or (b == just_passed and borders[b].passes == 1):
            one, other = directions[d], directions[found]
            if found < 0 or one.tag < other.tag or (one.tag == other.tag and one.order < other.order):
                found = d
        d = int(directions[d].after)
    if found >= 0:
        unregister(t, found)
        cells[c].clock = directions[found].tag
        directions[found].tag += 1.0 / borders[found >> 1].capacity
    return found


# --------------------------------------------------------------------- passes
@inlined
def step_out(t: At, p: int, d: int) -> None:
    """Leave the near cell."""
    directions, cells, n = directions_at(t), cells_at(t), n_at(t)
    s = s_at(t)
    c = directions[d].near
    settle_seconds(t, c)
    cells[c].filled -= 1
    if p < n[PERSONS]:
        cells[c].left = s[NOW]
    else:
        cells[c].units -= 1


@inlined
def step_in(t: At, p: int, d: int) -> None:
    """Enter the far cell; the border rests from now on."""
    directions, borders, cells = directions_at(t), borders_at(t), cells_at(t)
    n, s = n_at(t), s_at(t)
    b, c = d >> 1, directions[d].far
    settle_seconds(t, c)
    cells[c].filled += 1
    if p >= n[PERSONS]:
        cells[c].units += 1
    border = borders[b]
    border.last = d & 1
    if border.rest > 0.0:
        if not is_resting(t, b):
            border.passes = 0
        border.passes += 1
        border.free = s[NOW] + (border.rest if border.passes == 1 else 2.0 * border.rest)


@inlined
def rest(t: At, b: int) -> None:
    """Let a border with somebody in a queue look when it has rested; a stair end looks again at once."""
    directions, borders, again = directions_at(t), borders_at(t), again_at(t)
    n = n_at(t)
    if directions[2 * b].first < 0 and directions[2 * b + 1].first < 0:
        call_off(t, b)  # set for the one rest of a first pass, but a second has emptied the queues
        return
    if borders[b].rest > 0.0:
        schedule(t, b, borders[b].free)
    elif directions[2 * b].first >= 0 and not directions[2 * b].registered and not borders[b].passes:
        borders[b].passes = 1
        again[n[AGAIN]] = b
        n[AGAIN] += 1


@inner
def find_circle(t: At, d: int) -> None:
    """Find the shortest circle of idle registered directions through d, and write it down, d first (rule 9).

    Each leads into the cell in which the head of the next one waits. Breadth first, backwards from the cell left.
    """
    directions, cells, circle = directions_at(t), cells_at(t), circle_at(t)
    n = n_at(t)
    search = search_at(t)
    start, end = directions[d].far, directions[d].near
    by, met = search[0], search[1]  # the direction by which a cell was met, and the cells in the order they were met
    by[:] = -1
    met[0] = end
    seen, count, found = 0, 1, False
    while seen < count and not found:
        c = met[seen]
        seen += 1
        lowest = -1
        while not found:  # the directions registered for c, in order
            other, k = -1, cells[c].waiting
            while k >= 0:
                if k > lowest and (other < 0 or k < other):
                    other = k
                k = directions[k].after
            if other < 0:
                break
            lowest = other
            near = directions[other].near
            if is_resting(t, other >> 1) or near == end or by[near] >= 0:
                continue
            by[near] = other
            found = near == start
            met[count] = near
            count += 1
    if found:
        circle[0, 0] = d
        size, near = 1, start
        while near != end:
            circle[size, 0] = by[near]
            near = directions[by[near]].far
            size += 1
        n[CIRCLE] = size


@inner
def change_places(t: At) -> None:
    """Let the heads of a circle leave, all of them, and enter; what they do then is left to the caller."""
    circle, n = circle_at(t), n_at(t)
    for i in range(n[CIRCLE]):
        d = int(circle[i, 0])
        p = take_head(t, d)
        circle[i, 1] = p
        unregister(t, d)
        step_out(t, p, d)
    for i in range(n[CIRCLE]):
        step_in(t, int(circle[i, 1]), int(circle[i, 0]))


# --------------------------------------------------------------------- events
@inner
def come(t: At, p: int) -> None:
    """Come into the building, or find no place."""
    people, cells, n = people_at(t), cells_at(t), n_at(t)
    s = s_at(t)
    me = people[p]
    cell = cells[me.cell]
    if cell.filled >= cell.places:
        me.state, seldom_at(t)[p].end = LOST, s[NOW]
        return
    settle_seconds(t, int(me.cell))
    cell.filled += 1
    n[ELSEWHERE] -= 1
    me.space, me.state = cell.space, WAITING
    ready = seldom_at(t)[p].ready
    if ready >= 0.0:
        n[STARTING] += 1
        schedule(t, n[BORDERS] + p, s[NOW] + ready)


@inner
def begin(t: At, p: int) -> None:
    """Stand up when premovement ends: unless the room was locked meanwhile, go."""
    people, spaces, n = people_at(t), spaces_at(t), n_at(t)
    me = people[p]
    n[STARTING] -= 1
    if spaces[me.space].locked:
        me.state = SETTLED
        return
    n[UNDER_WAY] += 1
    decide_afresh(t, p, False)


@bare
def advance(t: At, until: float, inclusive: bool, steps: int, look_at: int) -> bool:
    """Let everything happen before a time (up to it, where inclusive); stop after an event that brings news, and say so.

    Before a time, the clock is set to it: nothing of that instant has happened then.

    steps
        The most events to play; -1 for any number.
    look_at
        A border that looks first; -1 for none.
    """
    people, directions, borders = people_at(t), directions_at(t), borders_at(t)
    cells, events, circle = cells_at(t), events_at(t), circle_at(t)
    again, n, s = again_at(t), n_at(t), s_at(t)
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
                    d, p = int(circle[n[CIRCLED], 0]), int(circle[n[CIRCLED], 1])
                    n[CIRCLED] += 1
                    if n[CIRCLED] == n[CIRCLE]:
                        n[CIRCLE] = n[CIRCLED] = 0
                else:
                    fetch_event(t, d >> 1)  # where the end of its rest will be written
                    step_out(t, p, d)
                    step_in(t, p, d)
                b, near = d >> 1, int(directions[d].near)
                enter(t, p, d)
                rest(t, b)
                d = -1
                if not changed and cells[near].waiting >= 0:
                    d = heir(t, near, b)
                    if d >= 0:
                        p = take_head(t, d)
            if n[AGAIN] > 0:
                look_at = int(again[n[LOOKED]])
                borders[look_at].passes = 0
                n[LOOKED] += 1
                if n[LOOKED] == n[AGAIN]:
                    n[LOOKED] = n[AGAIN] = 0
        if n[WATCHED] > 0:
            watch(t)
        if n[NEWS] > 0 or n[UNDRAWN] > 0:
            return True
        if steps == 0:
            return False
        o = first_event(t)
        if o < 0 or events[o].time > until or (events[o].time == until and not inclusive):
            if s[NOW] < until < np.inf and not inclusive:
                s[NOW], n[LOOKING] = until, -1
            return False
        steps -= 1
        s[NOW], n[LOOKING] = events[o].time, -1
        call_off(t, o)
        if n[MANY]:
            look_ahead(t)
        if o < n[BORDERS]:
            n[LOOKING] = look_at = o
            continue
        p = int(o - n[BORDERS])
        state = people[p].state
        if state == WALKING:
            d = int(people[p].direction)
            if p >= n[PERSONS] and unit_stops(t, p, d):
                d = -1
        elif state == UNLOCKING:
            d = int(people[p].target)
        elif state == ABSENT:
            come(t, p)
        else:
            begin(t, p)
        if d < 0:
            continue
        people[p].state = QUEUED
        b, far = d >> 1, directions[d].far
        idle = not is_resting(t, b)
        empty = directions[2 * b].first < 0 and directions[2 * b + 1].first < 0
        if idle and empty and not borders[b].shut and cells[far].filled < cells[far].places:
            continue
        enqueue(t, p, d)
        if not idle:
            wake_after_rest(t, b)
        elif not directions[d].registered:
            look_at = b
        d = -1


@inner
def watch(t: At) -> None:
    """Tell which watches are over: no more persons, units apart, in their cells than they wait for."""
    cells, watched, limits = cells_at(t), watched_at(t), limits_at(t)
    n = n_at(t)
    for k in range(len(limits)):
        persons = 0
        for i in range(len(watched)):
            if watched[i, 0] == k:
                cell = cells[watched[i, 1]]
                persons += cell.filled - cell.units
        if persons <= limits[k]:
            limits[k] = -1
            n[WATCHED] -= 1
            tell(t, SEEN, k, 0)
