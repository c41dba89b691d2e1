"""Queues at the borders of the compiled crowd, rests, and who waits for which cell (rules A 5 to 8).

`t` are the Tables, `p` a person or unit, `b` a border, `d` a direction, `c` a cell; names as in borders.py.
"""

from __future__ import annotations

from drillsim.compiled import inlined, inner
from drillsim.crowd.calendar import schedule
from drillsim.crowd.tables import BORDER_RANK, NOW, RANK, REGISTERED, Tables


@inlined
def settle_seconds(t: Tables, c: int) -> None:
    """Close the open interval of a cell before its persons change."""
    now, cell = t.s[NOW], t.cells[c]
    cell.person_s += (cell.filled - cell.units) * (now - cell.since)
    cell.since = now


@inlined
def is_resting(t: Tables, b: int) -> bool:
    """Return whether a border rests at this point of this instant."""
    free = t.borders[b].free
    return free > t.s[NOW] or (free == t.s[NOW] and BORDER_RANK + b > t.n[RANK])


@inlined
def wake_after_rest(t: Tables, b: int) -> None:
    """Let a resting border with somebody in a queue look when its rest ends."""
    if t.borders[b].place < 0:
        schedule(t, t.borders[b].place, t.borders[b].free, BORDER_RANK + b)


@inner
def take_head(t: Tables, d: int) -> int:
    """Take the first out of a queue."""
    p = int(t.directions[d].first)
    behind = t.people[p].behind
    t.directions[d].first = behind
    if behind >= 0:
        t.people[behind].ahead = -1
    else:
        t.directions[d].last = -1
    return p


@inner
def enqueue(t: Tables, p: int, d: int) -> None:
    """Take a place in a queue, by time of arrival and number."""
    now = t.s[NOW]
    t.people[p].arrived = now
    ahead = t.directions[d].last
    while ahead > p and t.people[ahead].arrived == now:
        ahead = t.people[ahead].ahead
    behind = t.people[ahead].behind if ahead >= 0 else t.directions[d].first
    t.people[p].ahead, t.people[p].behind = ahead, behind
    if ahead >= 0:
        t.people[ahead].behind = p
    else:
        t.directions[d].first = p
    if behind >= 0:
        t.people[behind].ahead = p
    else:
        t.directions[d].last = p


@inner
def quit_queue(t: Tables, p: int, d: int) -> None:
    """Leave a queue; an empty queue waits for no place."""
    ahead, behind = t.people[p].ahead, t.people[p].behind
    if ahead >= 0:
        t.people[ahead].behind = behind
    else:
        t.directions[d].first = behind
    if behind >= 0:
        t.people[behind].ahead = ahead
    else:
        t.directions[d].last = ahead
    if t.directions[d].first < 0 and t.directions[d].registered:
        unregister(t, d)


@inner
def register(t: Tables, d: int) -> None:
    """Let a direction wait for a place in its far cell."""
    me = t.directions[d]
    me.registered = 1
    me.tag = max(me.tag, t.cells[me.far].clock)
    t.n[REGISTERED] += 1
    me.order = t.n[REGISTERED]
    head = t.cells[me.far].waiting
    me.before, me.after = -1, head
    if head >= 0:
        t.directions[head].before = d
    t.cells[me.far].waiting = d


@inner
def unregister(t: Tables, d: int) -> None:
    """Let a direction wait no longer."""
    me = t.directions[d]
    me.registered = 0
    if me.before >= 0:
        t.directions[me.before].after = me.after
    else:
        t.cells[me.far].waiting = me.after
    if me.after >= 0:
        t.directions[me.after].before = me.before
