"""What persons and units do on entering a cell: rules A 4, A 10 and A 16.

`t` is the address of the words of `memory.py`, `p` a person or unit, `d` a direction.
"""

from __future__ import annotations

from drillsim.crowd.kernel.event_list import notify
from drillsim.crowd.kernel.memory import (
    At,
    cells_at,
    directions_at,
    n_at,
    nodes_at,
    paths_at,
    people_at,
    reach_at,
    stairs_at,
    units_at,
)
from drillsim.crowd.kernel.records import AT_GOAL, AT_LOCK, ENTERED, NO_GOAL, PERSONS, WAYS
from drillsim.crowd.kernel.route_choice import choose, decide_afresh, finish
from drillsim.crowd.kernel.walking import begin_leg, begin_piece, set_out, walk
from drillsim.crowd.states import ARRIVED, AWAY, FLIGHT, NOWHERE, ON_STAIR, OUT, SEAM, STANDING, UNLOCKING
from drillsim.jit import compiled, inlined, inner


@inner
def enter(t: At, p: int, d: int) -> None:
    """Continue after passing a direction: next cell, stair flight, space, or outside."""
    people, directions, cells = people_at(t), directions_at(t), cells_at(t)
    nodes, stairs, reach = nodes_at(t), stairs_at(t), reach_at(t)
    n = n_at(t)
    me = people[p]
    lead = directions[d].lead
    me.cell = directions[d].far
    if lead == SEAM:
        me.walked += me.length
        me.pieces += 1
        walk(t, p, False)
        return
    if d < 2 * n[WAYS]:
        directions[d].claims -= 1
        me.target = NOWHERE
    if lead == FLIGHT:
        me.space, me.node = ON_STAIR, d
        stair = cells[me.cell].stair
        me.direction = 2 * (n[WAYS] + 2 * stair + (d & 1))
        me.length, me.walked, me.pieces = stairs[stair].length, 0.0, 0
        begin_piece(t, p, False)
        return
    me.row = me.corner = -1
    if lead == OUT:
        me.space, me.node = -1, NOWHERE
        me.x, me.y = nodes[d].x, nodes[d].y
    else:
        me.space, me.node = nodes[lead].space, lead
    if p >= n[PERSONS]:
        unit_enters(t, p)
    elif lead == OUT or reach[me.aim, me.space]:
        finish(t, p)
    else:
        chosen = choose(t, p, lead)
        if chosen >= 0:
            set_out(t, p, chosen, False)
        else:
            decide_afresh(t, p, False)


@inner
def unit_enters(t: At, p: int) -> None:
    """Continue along the unit's path, and write a notice that it has entered a space."""
    people, units, paths = people_at(t), units_at(t), paths_at(t)
    n = n_at(t)
    me, unit = people[p], units[p - n[PERSONS]]
    me.state = AWAY if me.space == -1 else STANDING
    if unit.steps > 0 and (me.node < 0 or paths[unit.path] >> 1 == me.node):
        unit.path += 1
        unit.steps -= 1
    if unit.tells:
        notify(t, ENTERED, p, me.space)
    follow(t, p)


@compiled
def follow(t: At, p: int) -> None:
    """Start the walk to the next way of the unit's path, or to the goal after the last one."""
    people, units, directions = people_at(t), units_at(t), directions_at(t)
    nodes, paths, n = nodes_at(t), paths_at(t), n_at(t)
    me, unit = people[p], units[p - n[PERSONS]]
    d = ARRIVED
    if unit.steps > 0:
        d = int(paths[unit.path] >> 1)
        me.target = d
        directions[d].claims += 1
        if me.space < 0:
            me.x, me.y = nodes[d].x, nodes[d].y
            me.direction, me.length, me.walked, me.pieces = d, 0.0, 0.0, 0
            begin_piece(t, p, False)
            return
    elif unit.goal == NO_GOAL:
        me.state = STANDING
        return
    elif me.space < 0:
        arrive(t, p)
        return
    begin_leg(t, p, d, False)


@inner
def arrive(t: At, p: int) -> None:
    """Place the unit at its goal, standing, and write a notice."""
    people, units, n = people_at(t), units_at(t), n_at(t)
    me, unit = people[p], units[p - n[PERSONS]]
    if me.space >= 0 and unit.goal >= 0:
        me.x, me.y, me.cell = unit.x, unit.y, unit.end
        me.node = NOWHERE
        me.row = me.corner = -1
    me.state = STANDING
    notify(t, AT_GOAL, p, me.space)


@inlined
def unit_stops(t: At, p: int, d: int) -> bool:
    """Return whether a unit does not queue at the end of a piece: it is at its goal, or at a lock to open."""
    people, units, paths, n = people_at(t), units_at(t), paths_at(t), n_at(t)
    if d == ARRIVED:
        arrive(t, p)
        return True
    unit = units[p - n[PERSONS]]
    if d == people[p].target and unit.steps > 0 and paths[unit.path] & 1:
        people[p].state = UNLOCKING
        notify(t, AT_LOCK, p, d)
        return True
    return False
