"""The choice of the next way by a person (rule A 10), and what follows where none is left.

A person compares, for each way out of its space that leads on, walking time to the way, the waiting time of those who
are already bound for it beyond that, the same at the way behind it, and the walking time that remains. It takes the nearest
way unless another one saves more than its patience.
"""

from __future__ import annotations

import numpy as np

from drillsim.crowd.kernel.distance_field import is_less
from drillsim.crowd.kernel.event_list import notify
from drillsim.crowd.kernel.memory import (
    At,
    borders_at,
    cells_at,
    details_at,
    directions_at,
    fields_at,
    gates_at,
    kinds_at,
    leads_at,
    n_at,
    people_at,
    reach_at,
    s_at,
    spaces_at,
)
from drillsim.crowd.kernel.records import (
    BY_METRES,
    FULL,
    GONE,
    NOW,
    PATIENCE,
    TO_EXITS,
    TO_OWN,
    TO_REFUGE,
    TO_ROOMS,
    UNDER_WAY,
)
from drillsim.crowd.kernel.walking import metres_to, set_out
from drillsim.crowd.laws import TIE
from drillsim.crowd.states import AWAY, NOWHERE, REACHED, SETTLED, STRANDED
from drillsim.jit import compiled, inner


# ------------------------------------------------------------------ decisions
@inner
def choose(t: At, p: int, node: int) -> int:
    """Return the direction to take; -1 where no way leads on.

    node
        The node just entered: only ways with fewer metres left are taken; -1: all ways whose shortest continuation
        does not return to this space.
    """
    people, directions, borders = people_at(t), directions_at(t), borders_at(t)
    spaces, gates, fields = spaces_at(t), gates_at(t), fields_at(t)
    kinds, n, s = kinds_at(t), n_at(t), s_at(t)
    me = people[p]
    space, field = spaces[me.space], fields[me.aim]
    by_metres = n[BY_METRES] or kinds[me.aim] == TO_EXITS or kinds[me.goal] == TO_EXITS
    speed = 1.0 if by_metres else me.level
    near = quick = least_closed = -1
    least_alone = least_cost = cost_of_near = np.inf
    all_ways = node >= 0 and field[node].phi == np.inf  # entered by a way that nobody should take now
    i = 0 if all_ways else int(leads_at(t)[me.aim, me.space])
    while 0 <= i < space.gates:
        gate = gates[space.gate + i]
        d = int(gate.direction)
        there = field[d]
        i = i + 1 if all_ways else int(there.then)
        if not there.open or there.phi == np.inf:
            continue
        if node >= 0:
            if d >> 1 == node >> 1 or not is_less(there.closed, there.left, field[node].closed, field[node].phi):
                continue
            if least_closed >= 0 and there.closed > least_closed:
                continue
            if there.closed != least_closed:
                least_closed, near, quick = there.closed, -1, -1
                least_alone = least_cost = cost_of_near = np.inf
        elif there.back:
            continue
        walk_s = metres_to(t, p, gate) / speed
        alone = walk_s + there.left / speed
        wait_s = 0.0
        if not by_metres:
            claims = directions[d].claims
            wait_s = max(0.0, claims / borders[d >> 1].capacity - walk_s)
            if there.onward >= 0:  # and the queue of the way behind it
                claims += directions[there.onward].claims
                then_s = walk_s + wait_s + (there.left - field[there.onward].left) / speed
                wait_s += max(0.0, claims / borders[there.onward >> 1].capacity - then_s)
        cost = alone + wait_s
        if alone < least_alone - TIE:
            near, least_alone, cost_of_near = d, alone, cost
        if cost < least_cost - TIE:
            quick, least_cost = d, cost
    return near if by_metres or cost_of_near - least_cost <= s[PATIENCE] else quick


@inner
def decide_afresh(t: At, p: int, same_speed: bool) -> None:
    """Choose a way at the start or after a change, and take it."""
    take(t, p, way_afresh(t, p), same_speed)


@inner
def way_afresh(t: At, p: int) -> int:
    """Return the direction to take at the start or after a change; NOWHERE where no way leads on, or REACHED."""
    people, reach, kinds = people_at(t), reach_at(t), kinds_at(t)
    me = people[p]
    me.aim = me.goal
    if reach[me.goal, me.space]:
        return REACHED
    chosen = choose(t, p, -1)
    kind = kinds[me.goal]
    if chosen < 0 and (kind in (TO_EXITS, TO_REFUGE)):
        me.aim = me.pace
        chosen = choose(t, p, -1)
    return chosen


@inner
def take(t: At, p: int, d: int, same_speed: bool) -> None:
    """Set out to a way; finish where the goal is reached; be stranded where there is no way."""
    if d == REACHED:
        finish(t, p)
    elif d == NOWHERE:
        people_at(t)[p].state = STRANDED
    else:
        set_out(t, p, d, same_speed)


@inner
def finish(t: At, p: int) -> None:
    """Mark the person as out, or as settled in its goal room."""
    people, reach, kinds = people_at(t), reach_at(t), kinds_at(t)
    n, s = n_at(t), s_at(t)
    me = people[p]
    details_at(t)[p].end = s[NOW]
    n[UNDER_WAY] -= 1
    kind = kinds[me.aim]
    if kind in (TO_ROOMS, TO_REFUGE, TO_OWN):
        me.state = SETTLED
        if kind != TO_OWN and reach[me.aim, me.space] == 1 and is_full(t, me.space):
            reach[me.aim, me.space] = 2
            notify(t, FULL, int(me.aim), int(me.space))
    else:
        me.state = AWAY
        n[GONE] += 1


@compiled
def is_full(t: At, space: int) -> bool:
    """Return whether no cell of a space has a place."""
    cells, spaces = cells_at(t), spaces_at(t)
    first, free = spaces[space].first, 0
    for c in range(first, first + spaces[space].cell_count):
        free += cells[c].filled < cells[c].places
    return free == 0
