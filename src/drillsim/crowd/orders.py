"""What orders and changes do to the compiled crowd: people leave queue or walk, and decide again (rules A 11 to 13).

`t` are the Tables, `p` a person or unit; names as in reference.py and walking.py.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.compiled import compiled
from drillsim.crowd.calendar import call_off, schedule
from drillsim.crowd.queues import is_resting, quit_queue, unregister
from drillsim.crowd.steps import decide_afresh, metres_between
from drillsim.crowd.tables import HEAP, NOW, PERSONS, TO_EXITS, TO_REFUGE, UNDER_WAY, UNSEEN, WATCHED, Record, Tables
from drillsim.crowd.walking import (
    ABSENT,
    AWAY,
    LOST,
    NOWHERE,
    QUEUED,
    SETTLED,
    STANDING,
    STRANDED,
    UNLOCKING,
    WAITING,
    WALKING,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled
def command(t: Tables, people: Ints, goals: NDArray[np.int32], told: Floats, ready: Floats, turns: NDArray[np.bool_]) -> None:
    """Give people a goal: who sits starts later; mark in `turns` who is on the way and has to turn to it."""
    for i in range(len(people)):
        p = people[i]
        me = t.people[p]
        if me.state in (WAITING, SETTLED):
            me.goal, me.state = goals[i], WAITING
            schedule(t, me.place, t.s[NOW] + (told[i] + ready[i]), p)
        elif me.state == ABSENT:
            me.goal, me.ready = goals[i], ready[i]
        else:
            turns[i] = me.state not in (AWAY, LOST) and me.goal != goals[i]


@compiled
def come_later(t: Tables, people: Ints, times: Floats) -> None:
    """Let people come into the building at their times."""
    for i in range(len(people)):
        schedule(t, UNSEEN, times[i], people[i])


@compiled
def turn(t: Tables, people: Ints, goals: NDArray[np.int32]) -> Ints:
    """Turn people who are on the way to another goal; return who decides again now: not who is on a stair."""
    again = np.empty(len(people), np.int64)
    count = 0
    for i in range(len(people)):
        me = t.people[people[i]]
        if me.state in (WALKING, QUEUED, STRANDED):
            me.goal = me.aim = goals[i]
            if me.state == STRANDED or me.target >= 0:
                again[count] = people[i]
                count += 1
    return again[:count]


@compiled
def moved(t: Tables, old: Record, known: NDArray[np.bool_]) -> Ints:
    """Return who decides again after all ways were laid anew: whose target closed or moved, and who is stranded.

    old
        The fields before; `known` tells which goals had one.
    """
    found = np.empty(t.n[PERSONS], np.int64)
    count = 0
    for p in range(t.n[PERSONS]):
        me = t.people[p]
        again = me.state == STRANDED
        if me.state in (WALKING, QUEUED) and me.target >= 0:
            for g in (me.aim, me.goal):
                there, before = t.field[g, me.target], old[g, me.target]
                again = again or not known[g] or not there.open or there.phi != before.phi
        if again:
            found[count] = p
            count += 1
    return found[:count]


@compiled
def walked_m(t: Tables, p: int) -> float:
    """Return the metres of the leg that lie behind somebody who walks or queues."""
    me = t.people[p]
    if me.state != WALKING:
        return me.walked + me.length
    return me.walked + min(me.length, me.speed * (t.s[NOW] - me.began))


@compiled
def leave(t: Tables, p: int) -> None:
    """Leave queue or walk, and stand at the point of the leg that was reached (rule 12); straight legs only."""
    me = t.people[p]
    if me.state not in (WALKING, QUEUED):
        return
    if me.state == QUEUED and me.direction == me.target:
        me.node = me.target ^ 1
    elif me.space >= 0:
        px, py = (t.nodes[me.node].x, t.nodes[me.node].y) if me.node >= 0 else (me.x, me.y)
        if me.target >= 0:
            qx, qy = t.nodes[me.target ^ 1].x, t.nodes[me.target ^ 1].y
        else:
            qx, qy = t.units[p - t.n[PERSONS]].x, t.units[p - t.n[PERSONS]].y
        drawn, at = metres_between(px, py, qx, qy), walked_m(t, p)
        if t.spaces[me.space].slabs == 1:
            at *= drawn / me.length if me.length > 0.0 else 0.0
        if at < drawn:
            share = max(at, 0.0) / drawn
            qx, qy = px + (qx - px) * share, py + (qy - py) * share
        me.x, me.y, me.node = qx, qy, NOWHERE
    else:  # a unit that has not come in yet
        me.node = NOWHERE
    me.row = me.corner = -1
    stand(t, p)


@compiled
def stand(t: Tables, p: int) -> None:
    """Be neither in the queue nor in the calendar any more, nor on the way to a target."""
    me = t.people[p]
    if me.state == QUEUED:
        quit_queue(t, p, int(me.direction))
    else:
        call_off(t, p)
    me.state, me.place = STANDING, UNSEEN
    if me.target >= 0:
        t.directions[me.target].claims -= 1
        me.target = NOWHERE


@compiled
def leave_straight(t: Tables, people: Ints) -> Ints:
    """Let people leave their legs, but for those on their way in spaces with corners, whose numbers are returned."""
    rest = np.empty(len(people), np.int64)
    count = 0
    for i in range(len(people)):
        p = int(people[i])
        me = t.people[p]
        bent = me.state == WALKING or (me.state == QUEUED and me.direction != me.target)
        if bent and me.space >= 0 and not t.spaces[me.space].convex:
            rest[count] = p
            count += 1
        else:
            leave(t, p)
    return rest[:count]


@compiled
def decide_all(t: Tables, people: Ints) -> None:
    """Let people decide again, by number, at the speed they have."""
    for i in range(len(people)):
        decide_afresh(t, people[i], True)


@compiled
def those_in(t: Tables, space: int) -> Ints:
    """Return the persons in a space who are on the way."""
    found = np.empty(t.n[PERSONS], np.int64)
    count = 0
    for p in range(t.n[PERSONS]):
        me = t.people[p]
        if me.space == space and me.state in (WALKING, QUEUED, STRANDED):
            found[count] = p
            count += 1
    return found[:count]


@compiled
def settle(t: Tables, people: Ints) -> None:
    """Let people stay where they stand."""
    for i in range(len(people)):
        me = t.people[people[i]]
        me.state, me.end = SETTLED, t.s[NOW]
        t.n[UNDER_WAY] -= 1


@compiled
def set_shut(t: Tables, b: int, shut: bool) -> bool:
    """Stop or start the passing of a border; its rest goes on. Return whether it has to look now."""
    t.borders[b].shut = shut
    for d in (2 * b, 2 * b + 1):
        if shut and t.directions[d].registered:
            unregister(t, d)
    return not shut and not is_resting(t, b)


@compiled
def unlocked(t: Tables, p: int, delay: float) -> None:
    """Let a unit queue at its way when the lock is open."""
    schedule(t, t.people[p].place, t.s[NOW] + delay, p)


@compiled
def next_news_s(t: Tables) -> float:
    """Return the earliest time at which a unit may have something to tell, inf where none is on the move."""
    soonest = np.inf
    for k in range(len(t.units)):
        me = t.people[t.n[PERSONS] + k]
        if me.state == QUEUED and is_resting(t, int(me.direction) >> 1):
            soonest = min(soonest, t.borders[me.direction >> 1].free)
        elif me.state == QUEUED and t.n[HEAP] > 0:
            soonest = min(soonest, t.heap[0].time)
        elif me.state in (WALKING, UNLOCKING) and me.place >= 0:
            soonest = min(soonest, t.heap[me.place].time)
    if t.n[WATCHED] > 0 and t.n[HEAP] > 0:
        soonest = min(soonest, t.heap[0].time)
    return max(soonest, t.s[NOW])


@compiled
def goals_in_use(t: Tables) -> NDArray[np.bool_]:
    """Return the goals that somebody is on the way to, or will be."""
    used = np.zeros(len(t.kinds), np.bool_)
    for p in range(t.n[PERSONS]):
        me = t.people[p]
        if me.state in (WALKING, QUEUED, STRANDED, ABSENT) or (me.state == WAITING and me.place >= 0):
            used[me.goal] = used[me.aim] = True
    for g in range(len(used)):
        if used[g] and t.kinds[g] in (TO_EXITS, TO_REFUGE):
            used[0] = True
    return used
