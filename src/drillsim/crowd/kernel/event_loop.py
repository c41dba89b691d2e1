"""The event loop of the compiled crowd: the rules A of docs/model/crowd.md, event by event, on bare arrays.

How the loop works. Only two things have events: a person or unit (the end of a piece of its walk, of its premovement, of
unlocking) and a border (the end of its rest after a pass). `advance` takes the first event from the list, sets the clock
to it, and then does everything that follows at the same instant before it takes the next one: who arrives joins a queue,
the border is checked, the head of a queue passes, enters the next cell and begins its next walk; the place it leaves is
handed over (see `borders.next_waiting`), which may let another border's head pass, and so on until nothing changes. Stair
ends have no rest and are checked once more (`rechecks`). The loop is written as one function with two inner loops, not as
functions that call each other, because a chain of passes may be as long as a queue. It returns to Python early when a
notice is waiting (a unit has something to report) or when a leg must be laid around corners, which Python does.

`t` is the address of the words of `memory.py`, `p` a person or unit, `b` a border, `d` a direction, `c` a cell.
"""

from __future__ import annotations

import numpy as np

from drillsim.crowd.kernel.borders import (
    enqueue,
    is_resting,
    may_return,
    next_direction,
    next_waiting,
    rest,
    settle_seconds,
    step_in,
    step_out,
    take_head,
    wake_after_rest,
)
from drillsim.crowd.kernel.event_list import cancel, first_event, notify, prefetch_next, remove_first, schedule
from drillsim.crowd.kernel.memory import (
    At,
    borders_at,
    cells_at,
    circle_at,
    details_at,
    directions_at,
    events_at,
    fetch_event,
    limits_at,
    n_at,
    people_at,
    rechecks_at,
    s_at,
    spaces_at,
    watched_at,
)
from drillsim.crowd.kernel.records import (
    BORDERS,
    CHECKING,
    CIRCLE,
    CIRCLED,
    ELSEWHERE,
    LEGS_TO_LAY,
    MANY,
    NOTICES,
    NOW,
    PERSONS,
    RECHECKED,
    RECHECKS,
    SEEN,
    STARTING,
    UNDER_WAY,
    WATCHED,
)
from drillsim.crowd.kernel.route_choice import decide_afresh
from drillsim.crowd.kernel.transitions import enter, unit_stops
from drillsim.crowd.states import ABSENT, LOST, QUEUED, SETTLED, UNLOCKING, WAITING, WALKING
from drillsim.jit import bare, inner


# --------------------------------------------------------------------- events
@inner
def enter_building(t: At, p: int) -> None:
    """Place a person who arrives from outside in its cell; without a place it is lost."""
    people, cells, n = people_at(t), cells_at(t), n_at(t)
    s = s_at(t)
    me = people[p]
    cell = cells[me.cell]
    if cell.filled >= cell.places:
        me.state, details_at(t)[p].end = LOST, s[NOW]
        return
    settle_seconds(t, int(me.cell))
    cell.filled += 1
    n[ELSEWHERE] -= 1
    me.space, me.state = cell.space, WAITING
    ready, me.length = me.length, 0.0
    if ready >= 0.0:
        n[STARTING] += 1
        schedule(t, n[BORDERS] + p, s[NOW] + ready)


@inner
def begin(t: At, p: int) -> None:
    """End the premovement of a person: it sets out, or stays settled where the room has been locked meanwhile."""
    people, spaces, n = people_at(t), spaces_at(t), n_at(t)
    me = people[p]
    n[STARTING] -= 1
    if spaces[me.space].locked:
        me.state = SETTLED
        return
    n[UNDER_WAY] += 1
    decide_afresh(t, p, False)


@bare
def advance(t: At, until: float, inclusive: bool, steps: int, check: int) -> bool:
    """Play all events before a time (up to it, where inclusive); return True where it stopped early, for a notice or a leg.

    Where the end is exclusive the clock is set to it, and nothing of that instant has happened.

    steps
        The most events to play; -1 for any number.
    look_at
        A border to check before the first event; -1 for none.
    """
    people, directions, borders = people_at(t), directions_at(t), borders_at(t)
    cells, events, circle = cells_at(t), events_at(t), circle_at(t)
    rechecks, n, s = rechecks_at(t), n_at(t), s_at(t)
    p = d = -1
    while True:
        while d >= 0 or check >= 0:
            if d < 0:
                d = next_direction(t, check)
                check = -1
                if d >= 0:
                    p = take_head(t, d)
            while d >= 0 or n[CIRCLE] > 0:  # pass, hand over the place left, and so on
                changed = d < 0
                if changed:  # in an exchange no place becomes free
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
                    d = next_waiting(t, near, b)
                    if d >= 0:
                        p = take_head(t, d)
            if n[RECHECKS] > 0:
                check = int(rechecks[n[RECHECKED]])
                borders[check].passes = 0
                n[RECHECKED] += 1
                if n[RECHECKED] == n[RECHECKS]:
                    n[RECHECKED] = n[RECHECKS] = 0
        if n[WATCHED] > 0:
            watch(t)
        if n[NOTICES] > 0 or n[LEGS_TO_LAY] > 0:
            return True
        if steps == 0:
            return False
        o = first_event(t)
        if o < 0 or events[o].time > until or (events[o].time == until and not inclusive):
            if s[NOW] < until < np.inf and not inclusive:
                s[NOW], n[CHECKING] = until, -1
            return False
        steps -= 1
        s[NOW], n[CHECKING] = events[o].time, -1
        remove_first(t, o)
        if n[MANY]:
            prefetch_next(t)
        if o < n[BORDERS]:
            n[CHECKING] = check = o
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
            enter_building(t, p)
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
        if not idle and may_return(t, p, d):
            borders[b].free = -1.0
            cancel(t, b)
            continue
        enqueue(t, p, d)
        if not idle:
            wake_after_rest(t, b)
        elif not directions[d].registered:
            check = b
        d = -1


@inner
def watch(t: At) -> None:
    """Write a notice for each watch whose cells hold no more persons, units apart, than its limit."""
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
            notify(t, SEEN, k, 0)
