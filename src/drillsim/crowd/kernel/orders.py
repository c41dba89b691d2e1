"""Effects of orders and of changes to the building: people leave queue or walk and decide again (rules A 11 to 13).

`t` is the address of the words of `memory.py`, `p` a person or unit; `whom` are numbers of persons, shape (n,).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.kernel.borders import is_resting, quit_queue, unregister
from drillsim.crowd.kernel.distance_field import is_less
from drillsim.crowd.kernel.event_list import cancel, first_event, schedule
from drillsim.crowd.kernel.memory import (
    At,
    borders_at,
    details_at,
    directions_at,
    dist_at,
    events_at,
    fields_at,
    gates_at,
    kinds_at,
    n_at,
    nodes_at,
    people_at,
    rows_at,
    s_at,
    spaces_at,
)
from drillsim.crowd.kernel.records import (
    BORDERS,
    NOW,
    PERSONS,
    STARTING,
    TO_EXITS,
    TO_REFUGE,
    UNDER_WAY,
    UNSCHEDULED,
    Record,
)
from drillsim.crowd.kernel.route_choice import decide_afresh, take, way_afresh
from drillsim.crowd.kernel.walking import has_moved, point_of, walked_m
from drillsim.crowd.states import ABSENT, AWAY, LOST, NOWHERE, QUEUED, SETTLED, STANDING, STRANDED, WAITING, WALKING
from drillsim.jit import compiled, inner

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled
def command(t: At, whom: Ints, goals: NDArray[np.int32], told: Floats, ready: Floats, turns: NDArray[np.bool_]) -> None:
    """Give people a goal: who sits starts after the delay; `turns` marks who is on the way and has to turn to it.

    told, ready
        (n,) seconds until the order is heard, and the premovement after that.
    """
    people, events, n, s = people_at(t), events_at(t), n_at(t), s_at(t)
    for i in range(len(whom)):
        p = whom[i]
        me = people[p]
        if me.state in (WAITING, SETTLED):
            me.goal, me.state = goals[i], WAITING
            n[STARTING] += events[n[BORDERS] + p].due <= 0
            schedule(t, n[BORDERS] + p, s[NOW] + (told[i] + ready[i]))
        elif me.state == ABSENT:
            me.goal, me.length = goals[i], ready[i]
        else:
            turns[i] = me.state not in (AWAY, LOST) and me.goal != goals[i]


@compiled
def turn(t: At, whom: Ints, goals: NDArray[np.int32]) -> Ints:
    """Give another goal to people on the way; return who decides again now, which leaves out who is on a stair."""
    people = people_at(t)
    again = np.empty(len(whom), np.int64)
    count = 0
    for i in range(len(whom)):
        me = people[whom[i]]
        if me.state in (WALKING, QUEUED, STRANDED):
            me.goal = me.aim = goals[i]
            if me.state == STRANDED or me.target >= 0:
                again[count] = whom[i]
                count += 1
    return again[:count]


@compiled
def to_redecide(t: At, old: Record, known: NDArray[np.bool_]) -> Ints:
    """Return who decides again after a change: whose way closed or moved, to whom a better one opened, who is stranded.

    old
        The fields before; `known` tells which goals had one.
    """
    people, fields, n = people_at(t), fields_at(t), n_at(t)
    found = np.empty(n[PERSONS], np.int64)
    count = 0
    for p in range(n[PERSONS]):
        me = people[p]
        again = me.state == STRANDED
        if me.state in (WALKING, QUEUED) and me.target >= 0:
            for g in (me.aim, me.goal):
                there, before = fields[g, me.target], old[g, me.target]
                again = (
                    again or not known[g] or not there.open or there.phi != before.phi or there.closed != before.closed
                )
                again = again or is_better_off(t, old, g, me.space)
        if again:
            found[count] = p
            count += 1
    return found[:count]


@inner
def is_better_off(t: At, old: Record, g: int, s: int) -> bool:
    """Return whether a way out of a space has opened for a goal, or less is left behind one, since the old fields."""
    spaces, gates, fields = spaces_at(t), gates_at(t), fields_at(t)
    for i in range(spaces[s].gate, spaces[s].gate + spaces[s].gates):
        d = gates[i].direction
        there, before = fields[g, d], old[g, d]
        if there.open and there.phi < np.inf:
            if not before.open or before.phi == np.inf:
                return True
            if is_less(there.closed, there.phi, before.closed, before.phi):
                return True
    return False


@compiled
def are_unmeasured(t: At, whom: Ints) -> NDArray[np.bool_]:
    """Return, per person, whether it rests at a point of a non-convex space whose distances are not yet known."""
    people, spaces = people_at(t), spaces_at(t)
    found = np.zeros(len(whom), np.bool_)
    for i in range(len(whom)):
        me = people[whom[i]]
        still = me.state in (WAITING, SETTLED, STANDING) and me.node < 0 and me.row < 0
        found[i] = still and me.space >= 0 and not spaces[me.space].convex
    return found


@compiled
def walked_of(t: At, whom: Ints) -> Floats:
    """Return the metres walked of each person's leg, shape (n,)."""
    walked = np.empty(len(whom))
    for i in range(len(whom)):
        walked[i] = walked_m(t, whom[i])
    return walked


@compiled
def measure_turns(t: At, whom: Ints, walked: Floats, rest: Floats, begin: int) -> Ints:
    """Store the metres to each way of the space from points of legs, `walked` metres from the start and `rest` from the end.

    They lead back or on along the leg (rule A 12), and go into `rows` from `begin` on; return where those of each person
    begin, -1 for a unit.
    """
    people, spaces, nodes = people_at(t), spaces_at(t), nodes_at(t)
    dist, rows, n = dist_at(t), rows_at(t), n_at(t)
    found = np.full(len(whom), -1, np.int64)
    for i in range(len(whom)):
        p = int(whom[i])
        me = people[p]
        if p < n[PERSONS]:
            space, found[i] = spaces[me.space], begin
            for g in range(space.gates):
                on = rest[i] + dist[space.dist + nodes[me.target ^ 1].row * space.gates + g]
                if me.node >= 0:
                    back = walked[i] + dist[space.dist + nodes[me.node].row * space.gates + g]
                else:
                    back = walked[i] + rows[me.row + g]
                rows[begin + g] = min(back, on)
            begin += space.gates
    return found


@compiled
def turn_off(t: At, whom: Ints, rows: Ints, points: Floats) -> None:
    """Stop people at points of their legs, from where `rows` tell the metres to each way of the space."""
    people = people_at(t)
    for i in range(len(whom)):
        p = int(whom[i])
        me = people[p]
        me.x, me.y, me.node, me.row, me.corner = points[i, 0], points[i, 1], NOWHERE, rows[i], -1
        stand(t, p)


@compiled
def leave(t: At, p: int) -> None:
    """Take a person off its queue or walk, to the point of its straight leg that it has reached (rule A 12)."""
    me = people_at(t)[p]
    if me.state not in (WALKING, QUEUED):
        return
    if me.state == QUEUED and me.direction == me.target:
        me.node = me.target ^ 1
    elif has_moved(t, p) and me.space >= 0:
        me.x, me.y = point_of(t, p)
        me.node = NOWHERE
    elif me.space < 0:  # a unit that has not come in yet
        me.node = NOWHERE
    me.row = me.corner = -1
    stand(t, p)


@compiled
def stand(t: At, p: int) -> None:
    """Make a person stand: out of its queue, without an event, without a claim on a way."""
    people, directions, events, n = people_at(t), directions_at(t), events_at(t), n_at(t)
    me = people[p]
    if me.state == QUEUED:
        quit_queue(t, p, int(me.direction))
    else:
        cancel(t, n[BORDERS] + p)
    me.state, events[n[BORDERS] + p].due = STANDING, UNSCHEDULED
    if me.target >= 0:
        directions[me.target].claims -= 1
        me.target = NOWHERE


@compiled
def on_bent_legs(t: At, whom: Ints) -> NDArray[np.bool_]:
    """Return which people are between the ends of legs in spaces with corners, which Python has to split."""
    people, spaces = people_at(t), spaces_at(t)
    found = np.zeros(len(whom), np.bool_)
    for i in range(len(whom)):
        p = int(whom[i])
        me = people[p]
        on_leg = me.state == WALKING or (me.state == QUEUED and me.direction != me.target)
        found[i] = on_leg and has_moved(t, p) and me.space >= 0 and not spaces[me.space].convex
    return found


@compiled
def leave_all(t: At, whom: Ints) -> None:
    """Take people off queues and straight legs."""
    for i in range(len(whom)):
        leave(t, int(whom[i]))


@compiled
def are_shut_out(t: At, whom: Ints) -> NDArray[np.bool_]:
    """Return who is bound for a way that nobody may enter now."""
    people, fields = people_at(t), fields_at(t)
    found = np.zeros(len(whom), np.bool_)
    for i in range(len(whom)):
        me = people[whom[i]]
        if me.target >= 0:
            found[i] = not fields[me.aim, me.target].open
    return found


@compiled
def decide_all(t: At, whom: Ints, rows: Ints, points: Floats) -> NDArray[np.bool_]:
    """Let people decide again, in order of number, keeping their speed; return who has left its queue or walk.

    rows, points
        (n,), (n, 2) of those on bent legs: where their metres to each way begin, and where they are; -1 for all others.
    """
    left = np.ones(len(whom), np.bool_)
    for i in range(len(whom)):
        p = int(whom[i])
        if people_at(t)[p].target >= 0:
            left[i] = decide_again(t, p, int(rows[i]), points[i, 0], points[i, 1])
        else:
            decide_afresh(t, p, True)
    return left


@inner
def decide_again(t: At, p: int, row: int, x: float, y: float) -> bool:
    """Choose from the point reached; take another way and return True, or keep place and walk (rule A 11)."""
    people, directions = people_at(t), directions_at(t)
    me = people[p]
    held, claims = int(me.target), directions[me.target].claims
    began_x, began_y, began_node, began_row = me.x, me.y, me.node, me.row
    directions[held].claims = ahead(t, p)
    if row >= 0:
        me.x, me.y, me.node, me.row = x, y, NOWHERE, row
    elif me.state == QUEUED and me.direction == held:
        me.node, me.row = held ^ 1, -1
    elif has_moved(t, p):
        me.x, me.y = point_of(t, p)
        me.node, me.row = NOWHERE, -1
    chosen = way_afresh(t, p)
    directions[held].claims = claims
    if chosen == held:
        me.x, me.y, me.node, me.row = began_x, began_y, began_node, began_row
        return False
    me.corner = -1
    stand(t, p)
    take(t, p, chosen, True)
    return True


@inner
def ahead(t: At, p: int) -> int:
    """Return how many are before somebody at its way: in the queue those ahead, on the walk all others bound for it."""
    people, directions = people_at(t), directions_at(t)
    me = people[p]
    if me.state != QUEUED or me.direction != me.target:
        return int(directions[me.target].claims) - 1
    count, q = 0, me.before
    while q >= 0:
        count += 1
        q = people[q].before
    return count


@compiled
def walkers_in(t: At, space: int) -> Ints:
    """Return the persons in a space who walk, queue or are stranded."""
    people, n = people_at(t), n_at(t)
    found = np.empty(n[PERSONS], np.int64)
    count = 0
    for p in range(n[PERSONS]):
        me = people[p]
        if me.space == space and me.state in (WALKING, QUEUED, STRANDED):
            found[count] = p
            count += 1
    return found[:count]


@compiled
def settle(t: At, whom: Ints) -> None:
    """Mark people as settled where they stand, from now on."""
    people, n, s = people_at(t), n_at(t), s_at(t)
    for i in range(len(whom)):
        me = people[whom[i]]
        me.state, details_at(t)[whom[i]].end = SETTLED, s[NOW]
        n[UNDER_WAY] -= 1


@compiled
def set_shut(t: At, b: int, shut: bool) -> bool:
    """Shut or reopen a border; its rest continues. Return whether it has to be checked now."""
    directions, borders = directions_at(t), borders_at(t)
    borders[b].shut = shut
    for d in (2 * b, 2 * b + 1):
        if shut and directions[d].registered:
            unregister(t, d)
    return not shut and not is_resting(t, b)


@compiled
def unlocked(t: At, p: int, delay: float) -> None:
    """Schedule the end of unlocking after a delay; the unit queues then."""
    n, s = n_at(t), s_at(t)
    schedule(t, n[BORDERS] + p, s[NOW] + delay)


@compiled
def is_next(t: At, p: int) -> bool:
    """Return whether the first event of all is this person's, at this instant."""
    events, n, s = events_at(t), n_at(t), s_at(t)
    o = n[BORDERS] + p
    return events[o].due > 0 and events[o].time == s[NOW] and first_event(t) == o


@compiled
def goals_in_use(t: At) -> Ints:
    """Return the numbers of the goals of all who walk, queue, are stranded, or will set out."""
    people, kinds, events, n = people_at(t), kinds_at(t), events_at(t), n_at(t)
    used = np.zeros(len(kinds), np.bool_)
    for p in range(n[PERSONS]):
        me = people[p]
        if me.state in (WALKING, QUEUED, STRANDED, ABSENT) or (me.state == WAITING and events[n[BORDERS] + p].due > 0):
            used[me.goal] = used[me.aim] = True
            if kinds[me.goal] in (TO_EXITS, TO_REFUGE) or kinds[me.aim] in (TO_EXITS, TO_REFUGE):
                used[me.pace] = True
    return np.nonzero(used)[0]
