"""Queues at the borders of the compiled crowd, rests, and who waits for which cell (rules A 5 to 8).

`t` are the Tables, `p` a person or unit, `b` a border, `d` a direction, `c` a cell; names as in borders.py.
"""

from __future__ import annotations

from drillsim.crowd.calendar import schedule
from drillsim.crowd.tables import LOOKING, NOW, REGISTERED
from drillsim.crowd.views import At, borders_at, cells_at, directions_at, events_at, n_at, people_at, s_at
from drillsim.jit import inlined, inner


@inlined
def settle_seconds(t: At, c: int) -> None:
    """Close the open interval of a cell before its persons change."""
    cells, s = cells_at(t), s_at(t)
    now, cell = s[NOW], cells[c]
    cell.person_s += (cell.filled - cell.units) * (now - cell.since)
    cell.since = now


@inlined
def is_resting(t: At, b: int) -> bool:
    """Return whether a border rests at this point of this instant."""
    borders, n, s = borders_at(t), n_at(t), s_at(t)
    free = borders[b].free
    return free > s[NOW] or (free == s[NOW] and b > n[LOOKING])


@inlined
def wake_after_rest(t: At, b: int) -> None:
    """Let a resting border with somebody in a queue look when its rest ends."""
    borders = borders_at(t)
    if events_at(t)[b].due <= 0:
        schedule(t, b, borders[b].free)


@inner
def take_head(t: At, d: int) -> int:
    """Take the first out of a queue."""
    people, directions = people_at(t), directions_at(t)
    p = int(directions[d].first)
    behind = people[p].behind
    directions[d].first = behind
    if behind >= 0:
        people[behind].ahead = -1
    else:
        directions[d].last = -1
    return p


@inner
def enqueue(t: At, p: int, d: int) -> None:
    """Take a place in a queue, by time of arrival and number."""
    people, directions, s = people_at(t), directions_at(t), s_at(t)
    now = s[NOW]
    people[p].arrived = now
    ahead = directions[d].last
    while ahead > p and people[ahead].arrived == now:
        ahead = people[ahead].ahead
    behind = people[ahead].behind if ahead >= 0 else directions[d].first
    people[p].ahead, people[p].behind = ahead, behind
    if ahead >= 0:
        people[ahead].behind = p
    else:
        directions[d].first = p
    if behind >= 0:
        people[behind].ahead = p
    else:
        directions[d].last = p


@inner
def quit_queue(t: At, p: int, d: int) -> None:
    """Leave a queue; an empty queue waits for no place."""
    people, directions = people_at(t), directions_at(t)
    ahead, behind = people[p].ahead, people[p].behind
    if ahead >= 0:
        people[ahead].behind = behind
    else:
        directions[d].first = behind
    if behind >= 0:
        people[behind].ahead = ahead
    else:
        directions[d].last = ahead
    if directions[d].first < 0 and directions[d].registered:
        unregister(t, d)


@inner
def register(t: At, d: int) -> None:
    """Let a direction wait for a place in its far cell."""
    directions, cells, n = directions_at(t), cells_at(t), n_at(t)
    me = directions[d]
    me.registered = 1
    me.tag = max(me.tag, cells[me.far].clock)
    n[REGISTERED] += 1
    me.order = n[REGISTERED]
    head = cells[me.far].waiting
    me.before, me.after = -1, head
    if head >= 0:
        directions[head].before = d
    cells[me.far].waiting = d


@inner
def unregister(t: At, d: int) -> None:
    """Let a direction wait no longer."""
    directions, cells = directions_at(t), cells_at(t)
    me = directions[d]
    me.registered = 0
    if me.before >= 0:
        directions[me.before].after = me.after
    else:
        cells[me.far].waiting = me.after
    if me.after >= 0:
        directions[me.after].before = me.before
