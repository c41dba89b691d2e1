"""Lookahead of the units: a time before which no unit of the compiled crowd can have anything to report.

The crowd runs on a clock of its own and must not run past the moment at which a unit reports to the response (it enters a
room, reaches a lock, arrives), because the response may then change the drill. Stopping at every event would cost more
than the crowd itself. So a lower bound is computed for each unit: the metres it must still walk before it next reports,
over its greatest speed, with queues, stairs and bends counted as nothing. Up to the least bound of all units the kernel
plays without asking anybody (conservative lookahead, as in parallel discrete-event simulation); then it is computed anew.
The bound may be too early, which costs time, and is never too late.

`t` is the address of the words of `memory.py`, `p` a unit.
"""

from __future__ import annotations

import numpy as np

from drillsim.crowd.kernel.borders import is_resting
from drillsim.crowd.kernel.event_list import first_event
from drillsim.crowd.kernel.memory import (
    At,
    borders_at,
    dist_at,
    events_at,
    n_at,
    nodes_at,
    paths_at,
    people_at,
    s_at,
    spaces_at,
    units_at,
)
from drillsim.crowd.kernel.records import BORDERS, NOW, PERSONS, UNITS, WATCHED
from drillsim.crowd.kernel.walking import metres_between
from drillsim.crowd.states import ON_STAIR, QUEUED, UNLOCKING, WALKING
from drillsim.jit import compiled, inlined

SLACK_M = 1e-6
"""Margin of the bound against rounding, where the same metres are added in another order."""


@compiled
def next_notice_s(t: At) -> float:
    """Return a time before which no unit has anything to report, in seconds; inf where none moves; at least now."""
    people, borders = people_at(t), borders_at(t)
    events, n, s = events_at(t), n_at(t), s_at(t)
    o = first_event(t)
    next_s = events[o].time if o >= 0 else np.inf
    soonest = next_s if n[WATCHED] > 0 else np.inf
    for k in range(n[UNITS]):
        p = n[PERSONS] + k
        me = people[p]
        if me.state == QUEUED:
            border = int(me.direction) >> 1
            onward_s = borders[border].free if is_resting(t, border) else next_s
        elif me.state in (WALKING, UNLOCKING) and events[n[BORDERS] + p].due > 0:
            onward_s = events[n[BORDERS] + p].time
        else:
            continue
        soonest = min(soonest, onward_s + max(0.0, silent_metres(t, p) - SLACK_M) / max(me.level, me.speed))
    return float(max(soonest, s[NOW]))


@inlined
def silent_metres(t: At, p: int) -> float:
    """Return a lower bound of the metres a unit walks after its present piece before it reports.

    Stairs count as 0 m; in spaces of several cells the straight line counts, without bends and wall thickness.
    """
    people, units, nodes, spaces = people_at(t), units_at(t), nodes_at(t), spaces_at(t)
    dist, paths, n = dist_at(t), paths_at(t), n_at(t)
    me, unit = people[p], units[p - n[PERSONS]]
    step, end, node, metres = int(unit.path), int(unit.path + unit.steps), int(me.node), 0.0
    if me.space != ON_STAIR:
        node = int(me.target)
        if me.state == WALKING or me.direction != me.target:  # what is left of this leg
            if me.space >= 0 and spaces[me.space].cell_count > 1:
                x, y = (nodes[node ^ 1].x, nodes[node ^ 1].y) if node >= 0 else (unit.x, unit.y)
                metres = max(0.0, metres_between(me.x, me.y, x, y) - me.walked - me.length)
            if node < 0 or (unit.steps > 0 and paths[step] & 1):
                return metres
    if unit.tells:
        return metres
    if step < end and paths[step] >> 1 == node:
        step += 1
    while step < end:
        here, onward = nodes[node], int(paths[step] >> 1)
        if here.space < 0:
            return metres
        space = spaces[here.space]
        door = nodes[onward ^ 1]
        if space.cell_count == 1:
            metres += float(dist[space.dist + here.row * space.gates + door.row])
        else:
            metres += metres_between(here.x, here.y, door.x, door.y)
        if paths[step] & 1:
            return metres
        node = onward
        step += 1
    if unit.goal >= 0:
        metres += metres_between(nodes[node].x, nodes[node].y, unit.x, unit.y)
    return metres
