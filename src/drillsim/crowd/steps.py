"""Walking and deciding in the compiled crowd: what the reference crowd does in walking.py and units.py, on arrays.

`t` are the Tables, `p` a person or unit, `d` a direction; names as in the reference.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from drillsim.compiled import compiled, inlined, inner
from drillsim.crowd import laws
from drillsim.crowd.calendar import call_off, schedule, tell
from drillsim.crowd.fields import TIE
from drillsim.crowd.tables import (
    ARRIVED,
    AT_GOAL,
    AT_LOCK,
    BY_METRES,
    ENTERED,
    FLIGHT,
    FULL,
    GONE,
    LOST_LEG,
    NOW,
    OUT,
    PATIENCE,
    PERSONS,
    SEAM,
    TO_EXITS,
    TO_OWN,
    TO_REFUGE,
    TO_ROOMS,
    UNDER_WAY,
    UNDRAWN,
    UNSEEN,
    WAYS,
    Tables,
)
from drillsim.crowd.walking import AWAY, NOWHERE, ON_STAIR, SETTLED, STANDING, STRANDED, UNLOCKING, WALKING

EDGE_M = 1e-9
metres_between = inlined(laws.metres_between)


@inner
def enter(t: Tables, p: int, d: int) -> None:
    """Go on after passing a direction."""
    me = t.people[p]
    lead = t.directions[d].lead
    me.cell = t.directions[d].far
    if lead == SEAM:
        me.walked += me.length
        me.pieces += 1
        walk(t, p, False)
        return
    if d < 2 * t.n[WAYS]:
        t.directions[d].claims -= 1
        me.target = NOWHERE
    if lead == FLIGHT:
        me.space, me.node = ON_STAIR, d
        stair = t.cells[me.cell].stair
        me.direction = 2 * (t.n[WAYS] + 2 * stair + (d & 1))
        me.length, me.walked, me.pieces = t.stairs[stair].length, 0.0, 0
        begin_piece(t, p, False)
        return
    me.row = me.corner = -1
    if lead == OUT:
        me.space, me.node = -1, NOWHERE
        me.x, me.y = t.nodes[d].x, t.nodes[d].y
    else:
        me.space, me.node = t.nodes[lead].space, lead
    if p >= t.n[PERSONS]:
        unit_enters(t, p)
    elif lead == OUT or t.reach[me.aim, me.space]:
        finish(t, p)
    else:
        chosen = choose(t, p, lead)
        if chosen >= 0:
            set_out(t, p, chosen, False)
        else:
            decide_afresh(t, p, False)


# ------------------------------------------------------------------ decisions
@inner
def choose(t: Tables, p: int, node: int) -> int:
    """Return the direction to take; -1 where no way leads on.

    node
        Just entered by it: only ways that leave less than it does; -1: any way whose least way on does not come back.
    """
    me = t.people[p]
    space, field = t.spaces[me.space], t.field[me.aim]
    by_metres = t.n[BY_METRES] or t.kinds[me.aim] == TO_EXITS or t.kinds[me.goal] == TO_EXITS
    speed = 1.0 if by_metres else me.level
    near = quick = -1
    least_alone = least_cost = cost_of_near = np.inf
    for i in range(space.gates):
        gate = t.gates[space.gate + i]
        d = int(gate.direction)
        there = field[d]
        if not there.open or there.phi == np.inf:
            continue
        if node >= 0:
            if d >> 1 == node >> 1 or there.phi >= field[node].phi:
                continue
        elif there.back:
            continue
        walk_s = metres_to(t, p, gate) / speed
        alone = walk_s + there.phi / speed
        queue_s = t.directions[d].claims / t.borders[d >> 1].capacity - walk_s
        cost = alone + queue_s if queue_s > 0.0 else alone
        if alone < least_alone - TIE:
            near, least_alone, cost_of_near = d, alone, cost
        if cost < least_cost - TIE:
            quick, least_cost = d, cost
    return near if by_metres or cost_of_near - least_cost <= t.s[PATIENCE] else quick


@inlined
def metres_to(t: Tables, p: int, gate: Any) -> Any:
    """Return the metres from where somebody stands to a way of the space."""
    me = t.people[p]
    if me.node >= 0:
        space = t.spaces[me.space]
        return t.dist[space.dist + t.nodes[me.node].row * space.gates + gate.row]
    if me.row >= 0:
        return t.rows[me.row + gate.row]
    return metres_between(me.x, me.y, gate.x, gate.y) + gate.beyond


@inner
def decide_afresh(t: Tables, p: int, same_speed: bool) -> None:
    """Decide at the start and when rerouted."""
    me = t.people[p]
    me.aim = me.goal
    if t.reach[me.goal, me.space]:
        finish(t, p)
        return
    chosen = choose(t, p, -1)
    kind = t.kinds[me.goal]
    if chosen < 0 and (kind in (TO_EXITS, TO_REFUGE)):
        me.aim = 0
        chosen = choose(t, p, -1)
    if chosen >= 0:
        set_out(t, p, chosen, same_speed)
    else:
        me.state = STRANDED


@inner
def finish(t: Tables, p: int) -> None:
    """Be out, or settled in the room one wanted."""
    me = t.people[p]
    me.end = t.s[NOW]
    t.n[UNDER_WAY] -= 1
    kind = t.kinds[me.aim]
    if kind in (TO_ROOMS, TO_REFUGE, TO_OWN):
        me.state = SETTLED
        if kind != TO_OWN and t.reach[me.aim, me.space] == 1 and is_full(t, me.space):
            t.reach[me.aim, me.space] = 2
            tell(t, FULL, int(me.aim), int(me.space))
    else:
        me.state = AWAY
        t.n[GONE] += 1


@compiled
def is_full(t: Tables, space: int) -> bool:
    """Return whether no cell of a space has a place."""
    first, free = t.spaces[space].first, 0
    for c in range(first, first + t.spaces[space].slabs):
        free += t.cells[c].filled < t.cells[c].places
    return free == 0


# -------------------------------------------------------------------- walking
@inner
def set_out(t: Tables, p: int, d: int, same_speed: bool) -> None:
    """Begin the leg to a way."""
    me = t.people[p]
    me.target = d
    t.directions[d].claims += 1
    begin_leg(t, p, d, same_speed)


@inner
def begin_leg(t: Tables, p: int, d: int, same_speed: bool) -> None:
    """Begin the leg from where somebody stands to the near side of a way, or of a unit to its goal (ARRIVED)."""
    me = t.people[p]
    space, end = t.spaces[me.space], d ^ 1
    me.walked, me.done, me.bend, me.pieces, me.corner, me.corners = 0.0, 0.0, 0, 0, -1, 0
    if d >= 0 and space.slabs == 1:
        me.direction = d
        if me.node >= 0:
            row = t.nodes[me.node].row
            me.length = t.dist[space.dist + row * space.gates + t.nodes[end].row]
        elif me.row >= 0:
            me.length = t.rows[me.row + t.nodes[end].row]
        else:
            me.length = metres_to(t, p, t.gates[space.gate + t.nodes[end].row])
        begin_piece(t, p, same_speed)
        return
    drawn = True
    if not space.convex:
        if d >= 0 and me.node >= 0:
            entry = space.leg + t.nodes[me.node].row * space.gates + t.nodes[end].row
            if me.node >> 1 != d >> 1:
                me.corner, me.corners = t.legs[entry, 0], t.legs[entry, 1]
                drawn = me.corners > 0
        else:
            drawn = False
    if me.node >= 0:
        me.x, me.y = t.nodes[me.node].x, t.nodes[me.node].y
    if drawn:
        walk(t, p, same_speed)
    else:  # as fast as the cell allows now; the rest when the leg is drawn
        set_speed(t, p, same_speed)
        call_off(t, p)
        me.state, me.began, me.place, me.direction = WALKING, t.s[NOW], LOST_LEG, d
        t.n[UNDRAWN] += 1


@inlined
def set_speed(t: Tables, p: int, same_speed: bool) -> None:
    """Take the speed that the cell allows now."""
    me = t.people[p]
    if not same_speed or me.speed <= 0.0:
        cell, level = t.cells[me.cell], me.level
        if cell.stair >= 0:
            up = (me.direction >> 1) - t.n[WAYS] & 1
            own = me.up if up else me.down
            stair = t.stairs[cell.stair]
            level = own if own == own else level * (stair.up if up else stair.down)
        persons = cell.filled if cell.filled < cell.factors else cell.factors - 1
        me.speed = level * t.factors[cell.factor + persons]


@inlined
def begin_piece(t: Tables, p: int, same_speed: bool) -> None:
    """Walk a piece whose length is known."""
    me = t.people[p]
    set_speed(t, p, same_speed)
    me.state, me.began = WALKING, t.s[NOW]
    schedule(t, me.place, t.s[NOW] + me.length / me.speed, p)


@inner
def walk(t: Tables, p: int, same_speed: bool) -> None:
    """Cut the next piece off the leg, at the edge of the slab, and walk it."""
    me = t.people[p]
    space, target = t.spaces[me.space], me.target
    onward = target if target >= 0 else ARRIVED
    if target >= 0:
        end, end_x, end_y = t.nodes[target ^ 1].cell, t.nodes[target ^ 1].x, t.nodes[target ^ 1].y
    else:
        unit = t.units[p - t.n[PERSONS]]
        end, end_x, end_y = unit.end, unit.x, unit.y
    cell, walked, step = me.cell, 0.0, 0
    stretches = max(me.corners - 1, 1)
    while me.bend < stretches:
        if me.corner == -1:
            px, py, qx, qy = me.x, me.y, end_x, end_y
        elif me.corner >= 0:
            k = me.corner + me.bend
            px, py, qx, qy = t.bends[k, 0], t.bends[k, 1], t.bends[k + 1, 0], t.bends[k + 1, 1]
        else:
            k = -2 - me.corner + me.bend
            px, py, qx, qy = t.corners[k, 0], t.corners[k, 1], t.corners[k + 1, 0], t.corners[k + 1, 1]
        length = metres_between(px, py, qx, qy)
        p_at, q_at = (py, qy) if space.axis else (px, qx)
        under = space.low + (cell - space.first) * space.slab
        if q_at > under + space.slab + EDGE_M:
            step = 1
        elif q_at < under - EDGE_M:
            step = -1
        if step != 0 and space.first <= cell + step < space.first + space.slabs:
            edge = under + space.slab if step > 0 else under
            run = q_at - p_at
            at = min(max((edge - p_at) / run * length, me.done), length) if run != 0.0 else me.done
            walked = walked + at - me.done
            me.done = at
            break
        step = 0
        walked += length - me.done
        me.bend += 1
        me.done = 0.0
    if step == 0 and cell != end:
        step = 1 if end > cell else -1
    if step != 0:
        border = space.seam + (cell - space.first) - (1 if step < 0 else 0)
        me.direction = 2 * border + (1 if step > 0 else 0)
    else:
        me.direction = onward
    me.length = walked
    begin_piece(t, p, same_speed)


@compiled
def walk_drawn(t: Tables, p: int, corner: int, corners: int) -> None:
    """Go on with a leg whose corners have been drawn; the speed was taken when it began."""
    me = t.people[p]
    me.corner, me.corners, me.place = corner, corners, UNSEEN
    t.n[UNDRAWN] -= 1
    walk(t, p, True)


# ---------------------------------------------------------------------- units
@inner
def unit_enters(t: Tables, p: int) -> None:
    """Go on along the path, and tell the response."""
    me, unit = t.people[p], t.units[p - t.n[PERSONS]]
    me.state = AWAY if me.space == -1 else STANDING
    if unit.steps > 0 and (me.node < 0 or t.paths[unit.path] == me.node):
        unit.path += 1
        unit.steps -= 1
    if unit.tells & 2:
        tell(t, ENTERED, p, me.space)
    follow(t, p)


@compiled
def follow(t: Tables, p: int) -> None:
    """Go to the next way of the path, or to its end."""
    me, unit = t.people[p], t.units[p - t.n[PERSONS]]
    d = ARRIVED
    if unit.steps > 0:
        d = int(t.paths[unit.path])
        me.target = d
        t.directions[d].claims += 1
        if me.space < 0:
            me.x, me.y = t.nodes[d].x, t.nodes[d].y
            me.direction, me.length, me.walked, me.pieces = d, 0.0, 0.0, 0
            begin_piece(t, p, False)
            return
    elif unit.goal == NOWHERE - 1:
        me.state = STANDING
        return
    elif me.space < 0:
        arrive(t, p)
        return
    begin_leg(t, p, d, False)


@inner
def arrive(t: Tables, p: int) -> None:
    """Stand at the goal."""
    me, unit = t.people[p], t.units[p - t.n[PERSONS]]
    if me.space >= 0 and unit.goal >= 0:
        me.x, me.y, me.cell = unit.x, unit.y, unit.end
        me.node = NOWHERE
        me.row = me.corner = -1
    me.state = STANDING
    tell(t, AT_GOAL, p, me.space)


@inlined
def unit_stops(t: Tables, p: int, d: int) -> bool:
    """Return whether a unit does something else than queue at the end of a piece."""
    if d == ARRIVED:
        arrive(t, p)
        return True
    if d == t.people[p].target and t.units[p - t.n[PERSONS]].tells & 1:
        t.people[p].state = UNLOCKING
        tell(t, AT_LOCK, p, d)
        return True
    return False
