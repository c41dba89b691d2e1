"""Walking in the compiled crowd: legs, the pieces into which the chords between cells cut them, and speeds (rules A 2 to 4).

A leg leads from where somebody stands to a way of the same space. In a space of one cell it is one piece whose length is
looked up. In a space of several it is cut at the chords between them while it is walked (`walk`). Bent legs from way to way are laid in
advance for all drills (`bends`); bent legs from any other point are laid by Python when they begin (`corners`).

`t` is the address of the words of `memory.py`, `p` a person or unit, `d` a direction.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from drillsim.crowd import laws
from drillsim.crowd.kernel.event_list import cancel, schedule
from drillsim.crowd.kernel.memory import (
    At,
    bends_at,
    cells_at,
    chords_at,
    corners_at,
    details_at,
    directions_at,
    dist_at,
    events_at,
    factors_at,
    gates_at,
    legs_at,
    n_at,
    nodes_at,
    people_at,
    rows_at,
    s_at,
    shapes_at,
    spaces_at,
    stairs_at,
    steps_at,
    units_at,
)
from drillsim.crowd.kernel.records import (
    BORDERS,
    DENSITY_MAX,
    LAW,
    LEG_TO_LAY,
    LEGS_TO_LAY,
    NOW,
    PERSONS,
    UNSCHEDULED,
    WAYS,
)
from drillsim.crowd.states import ARRIVED, WALKING
from drillsim.jit import compiled, inlined, inner

CROSSINGS_AT_A_POINT = laws.CROSSINGS_AT_A_POINT
metres_between = inlined(laws.metres_between)
crossing_m, speed_factor = inlined(laws.crossing_m), inlined(laws.speed_factor)


@inlined
def metres_to(t: At, p: int, gate: Any) -> Any:
    """Return the metres from where a person stands to a way of its space."""
    people, spaces, nodes = people_at(t), spaces_at(t), nodes_at(t)
    dist, rows = dist_at(t), rows_at(t)
    me = people[p]
    if me.node >= 0:
        space = spaces[me.space]
        return dist[space.dist + nodes[me.node].row * space.gates + gate.row]
    if me.row >= 0:
        return rows[me.row + gate.row]
    return metres_between(me.x, me.y, gate.x, gate.y) + gate.beyond


# -------------------------------------------------------------------- walking
@inner
def set_out(t: At, p: int, d: int, same_speed: bool) -> None:
    """Claim a way and begin the leg to it."""
    people, directions = people_at(t), directions_at(t)
    me = people[p]
    me.target = d
    directions[d].claims += 1
    begin_leg(t, p, d, same_speed)


@inner
def begin_leg(t: At, p: int, d: int, same_speed: bool) -> None:
    """Begin the leg to the near side of a way, or of a unit to its goal (d = ARRIVED)."""
    people, spaces, gates = people_at(t), spaces_at(t), gates_at(t)
    nodes, dist, legs = nodes_at(t), dist_at(t), legs_at(t)
    rows, n, s = rows_at(t), n_at(t), s_at(t)
    me = people[p]
    space, end = spaces[me.space], d ^ 1
    me.walked, me.done, me.bend, me.here, me.pieces, me.corner, me.corners = 0.0, 0.0, 0, 0, 0, -1, 0
    if d >= 0 and space.cell_count == 1:
        me.direction = d
        if me.node >= 0:
            row = nodes[me.node].row
            me.length = dist[space.dist + row * space.gates + nodes[end].row]
        elif me.row >= 0:
            me.length = rows[me.row + nodes[end].row]
        else:
            me.length = metres_to(t, p, gates[space.gate + nodes[end].row])
        begin_piece(t, p, same_speed)
        return
    laid = space.convex or (d >= 0 and me.node >= 0)
    if laid and not space.convex and me.node >> 1 != d >> 1:
        entry = space.leg + nodes[me.node].row * space.gates + nodes[end].row
        me.corner, me.corners = legs[entry, 0], legs[entry, 1]
    if me.node >= 0:
        me.x, me.y = nodes[me.node].x, nodes[me.node].y
    if laid:
        walk(t, p, same_speed)
    else:  # at the speed of this instant; the leg is laid by Python
        set_speed(t, p, same_speed)
        cancel(t, n[BORDERS] + p)
        events_at(t)[n[BORDERS] + p].due = LEG_TO_LAY
        me.state, me.began, me.direction = WALKING, s[NOW], d
        n[LEGS_TO_LAY] += 1


@inlined
def set_speed(t: At, p: int, same_speed: bool) -> None:
    """Set the speed from the density of the cell (rule A 3), or keep the present one where `same_speed`."""
    people, cells, stairs = people_at(t), cells_at(t), stairs_at(t)
    factors, n = factors_at(t), n_at(t)
    me = people[p]
    if not same_speed or me.speed <= 0.0:
        cell, level = cells[me.cell], me.level
        if cell.stair >= 0:
            up = (me.direction >> 1) - n[WAYS] & 1
            own = details_at(t)[p].up if up else details_at(t)[p].down
            stair = stairs[cell.stair]
            level = own if own == own and not stair.ramp else level * (stair.up if up else stair.down)
        if cell.filled < cell.factors:
            me.speed = level * factors[cell.factor + cell.filled]
        else:
            density = min(cell.filled / shapes_at(t)[me.cell].area, s_at(t)[DENSITY_MAX])
            me.speed = level * speed_factor(n[LAW], density)


@inlined
def begin_piece(t: At, p: int, same_speed: bool) -> None:
    """Begin to walk a piece of known length, and schedule its end."""
    people, s, n = people_at(t), s_at(t), n_at(t)
    me = people[p]
    set_speed(t, p, same_speed)
    me.state, me.began = WALKING, s[NOW]
    schedule(t, n[BORDERS] + p, s[NOW] + me.length / me.speed)


@inner
def walk(t: At, p: int, same_speed: bool) -> None:
    """Cut the next piece off the leg at the first chord by which it leaves the cell, and begin to walk it."""
    people, units, shapes, chords = people_at(t), units_at(t), shapes_at(t), chords_at(t)
    nodes, bends, corners = nodes_at(t), bends_at(t), corners_at(t)
    n = n_at(t)
    me = people[p]
    target = me.target
    if target >= 0:
        end, end_x, end_y = nodes[target ^ 1].cell, nodes[target ^ 1].x, nodes[target ^ 1].y
    else:
        unit = units[p - n[PERSONS]]
        end, end_x, end_y = unit.end, unit.x, unit.y
    first = shapes[me.cell].chord
    beyond = first + shapes[me.cell].chords
    walked, crossed = 0.0, -1
    stretches = max(me.corners - 1, 1)
    while me.bend < stretches:
        if me.corner == -1:
            px, py, qx, qy = me.x, me.y, end_x, end_y
        elif me.corner >= 0:
            k = me.corner + me.bend
            px, py, qx, qy = bends[k, 0], bends[k, 1], bends[k + 1, 0], bends[k + 1, 1]
        else:
            k = -2 - me.corner + me.bend
            px, py, qx, qy = corners[k, 0], corners[k, 1], corners[k + 1, 0], corners[k + 1, 1]
        length = metres_between(px, py, qx, qy)
        least = np.inf
        for c in range(first, beyond):
            chord = chords[c]
            at = crossing_m(px, py, qx, qy, length, me.done, chord.x, chord.y, chord.nx, chord.ny, chord.half)
            if 0.0 <= at < least:
                crossed, least = c, at
        if crossed >= 0:
            me.here = me.here + 1 if walked + least - me.done == 0.0 else 1
            if me.here <= CROSSINGS_AT_A_POINT:
                walked = walked + least - me.done
                me.done = least
                break
            crossed = -1
        walked += length - me.done
        me.bend += 1
        me.done = 0.0
    if crossed < 0 and me.cell != end:
        space = spaces_at(t)[me.space]
        crossed = steps_at(t)[space.step + (me.cell - space.first) * space.cell_count + end - space.first]
    if crossed >= 0:
        me.direction = chords[crossed].direction
    else:
        me.direction = target if target >= 0 else ARRIVED
    me.length = walked
    begin_piece(t, p, same_speed)


@compiled
def walk_laid_legs(t: At, whom: NDArray[np.int64], legs: NDArray[np.int64]) -> None:
    """Continue legs whose corners have been laid; their speed was set when they began.

    legs
        (people, 2) where the corners begin, and how many they are.
    """
    people, events, n = people_at(t), events_at(t), n_at(t)
    for i in range(len(whom)):
        p = int(whom[i])
        me = people[p]
        me.corner, me.corners = legs[i, 0], legs[i, 1]
        events[n[BORDERS] + p].due = UNSCHEDULED
        n[LEGS_TO_LAY] -= 1
        walk(t, p, True)


# ------------------------------------------------------------------- places
@compiled
def walked_m(t: At, p: int) -> float:
    """Return the metres of its leg that a walking or queueing person has walked."""
    people, s = people_at(t), s_at(t)
    me = people[p]
    if me.state != WALKING:
        return me.walked + me.length
    return me.walked + min(me.length, me.speed * (s[NOW] - me.began))


@inner
def has_moved(t: At, p: int) -> bool:
    """Return whether a person on a leg has left the node where it began."""
    return people_at(t)[p].node < 0 or walked_m(t, p) > 0.0


@inner
def point_of(t: At, p: int) -> tuple[float, float]:
    """Return the point of its straight leg that a walking or queueing person has reached."""
    people, units, spaces = people_at(t), units_at(t), spaces_at(t)
    nodes, n = nodes_at(t), n_at(t)
    me = people[p]
    px, py = (nodes[me.node].x, nodes[me.node].y) if me.node >= 0 else (me.x, me.y)
    if me.target >= 0:
        qx, qy = nodes[me.target ^ 1].x, nodes[me.target ^ 1].y
    else:
        qx, qy = units[p - n[PERSONS]].x, units[p - n[PERSONS]].y
    drawn, at = metres_between(px, py, qx, qy), walked_m(t, p)
    if spaces[me.space].cell_count == 1:
        at *= drawn / me.length if me.length > 0.0 else 0.0
    if at < drawn:
        share = max(at, 0.0) / drawn
        qx, qy = px + (qx - px) * share, py + (qy - py) * share
    return qx, qy
