"""Queues at the borders of the compiled crowd, rests, passes, and the waiting for places (rules A 5 to 9).

Handing over places. A direction whose head finds the far cell full is registered with that cell. When somebody leaves the
cell, `next_waiting` gives the free place to one of the directions registered: the one with the smallest tag, and among
equal tags the one registered first. A tag grows by 1 / capacity with each place received, so that directions share the
places of a full cell in proportion to their capacities, whoever queues there longest (start-time fair queueing). The clock
of a cell is the tag served last; a direction that registers anew starts from it and cannot save up turns.

Exchange in circles. Full cells can block each other: the head for cell B waits in A, the head for A waits in B, and nobody
would ever move. When a border finds its heads blocked, `find_exchange_circle` looks for the shortest circle of registered
directions, each leading into the cell where the next head waits, by a breadth-first search backwards from the cell that the
first head would leave. `exchange_places` then moves all heads of the circle at once: everybody leaves before anybody
enters, so no cell holds too many at any time. No place becomes free by it, and nothing is handed over.

`t` is the address of the words of `memory.py`, `p` a person or unit, `b` a border, `d` a direction, `c` a cell.
"""

from __future__ import annotations

from drillsim.crowd.kernel.event_list import cancel, schedule
from drillsim.crowd.kernel.memory import (
    At,
    borders_at,
    cells_at,
    circle_at,
    directions_at,
    events_at,
    flows_at,
    n_at,
    people_at,
    rechecks_at,
    s_at,
    search_at,
)
from drillsim.crowd.kernel.records import CHECKING, CIRCLE, NOW, PERSONS, RECHECKS, REGISTERED, WAYS
from drillsim.jit import inlined, inner


@inlined
def settle_seconds(t: At, c: int) -> None:
    """Add the person-seconds of a cell up to now, before its number of persons changes."""
    cells, s = cells_at(t), s_at(t)
    now, cell = s[NOW], cells[c]
    cell.person_s += (cell.filled - cell.units) * (now - cell.since)
    cell.since = now


@inlined
def is_resting(t: At, b: int) -> bool:
    """Return whether a border rests now; at the instant its rest ends, until its own event has come."""
    borders, n, s = borders_at(t), n_at(t), s_at(t)
    free = borders[b].free
    return free > s[NOW] or (free == s[NOW] and b > n[CHECKING])


@inlined
def wake_after_rest(t: At, b: int) -> None:
    """Schedule the check of a resting border with a queue, at the end of its rest."""
    borders = borders_at(t)
    if events_at(t)[b].due <= 0:
        schedule(t, b, borders[b].free)


@inlined
def note_queue(t: At, p: int, d: int) -> None:
    """Note the persons who wait at a direction, before one of the queue leaves it; those of this instant do not count."""
    people, directions, n, s = people_at(t), directions_at(t), n_at(t), s_at(t)
    me = directions[d]
    waiting = me.queued
    if waiting > me.longest and d < 2 * n[WAYS]:
        q = me.last
        while q >= 0 and (people[q].arrived == s[NOW] or q >= n[PERSONS]):
            waiting -= q < n[PERSONS]
            q = people[q].before
        if waiting > me.longest:
            me.longest, flows_at(t)[d].longest = waiting, people[q].arrived
    me.queued -= p < n[PERSONS]


@inner
def take_head(t: At, d: int) -> int:
    """Remove the head of a queue and return it."""
    people, directions = people_at(t), directions_at(t)
    p = int(directions[d].first)
    note_queue(t, p, d)
    after = people[p].after
    directions[d].first = after
    if after >= 0:
        people[after].before = -1
    else:
        directions[d].last = -1
    return p


@inner
def enqueue(t: At, p: int, d: int) -> None:
    """Insert a person into a queue, by time of arrival and then by number."""
    people, directions, n, s = people_at(t), directions_at(t), n_at(t), s_at(t)
    now = s[NOW]
    people[p].arrived = now
    directions[d].queued += p < n[PERSONS]
    before = directions[d].last
    while before > p and people[before].arrived == now:
        before = people[before].before
    after = people[before].after if before >= 0 else directions[d].first
    people[p].before, people[p].after = before, after
    if before >= 0:
        people[before].after = p
    else:
        directions[d].first = p
    if after >= 0:
        people[after].before = p
    else:
        directions[d].last = p


@inner
def quit_queue(t: At, p: int, d: int) -> None:
    """Remove a person from a queue; a queue that becomes empty is unregistered."""
    people, directions = people_at(t), directions_at(t)
    note_queue(t, p, d)
    before, after = people[p].before, people[p].after
    if before >= 0:
        people[before].after = after
    else:
        directions[d].first = after
    if after >= 0:
        people[after].before = before
    else:
        directions[d].last = before
    if directions[d].first < 0 and directions[d].registered:
        unregister(t, d)


@inner
def register(t: At, d: int) -> None:
    """Register a direction that waits for a place in its far cell."""
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
    """Unregister a direction."""
    directions, cells = directions_at(t), cells_at(t)
    me = directions[d]
    me.registered = 0
    if me.before >= 0:
        directions[me.before].after = me.after
    else:
        cells[me.far].waiting = me.after
    if me.after >= 0:
        directions[me.after].before = me.before


# --------------------------------------------------------------------- checks
@inlined
def ready(t: At, d: int) -> bool:
    """Return whether the head of a direction has a place; register the direction where it has none."""
    directions, cells = directions_at(t), cells_at(t)
    if directions[d].first < 0:
        return False
    far = directions[d].far
    if cells[far].filled >= cells[far].places:
        if not directions[d].registered:
            register(t, d)
        return False
    if directions[d].registered:
        unregister(t, d)
    return True


@inner
def next_direction(t: At, b: int) -> int:
    """Return the direction whose head passes now; -1 where none can, after an exchange of places if there is a circle."""
    people, directions, borders = people_at(t), directions_at(t), borders_at(t)
    cells, n = cells_at(t), n_at(t)
    if borders[b].shut:
        return -1
    low = 2 * b
    can_low, can_high = ready(t, low), ready(t, low + 1)
    if can_low and can_high:
        if borders[b].last >= 0:
            return low + 1 - borders[b].last
        p, q = directions[low].first, directions[low + 1].first
        first = people[p].arrived < people[q].arrived or (people[p].arrived == people[q].arrived and p < q)
        return low if first else low + 1
    if can_low:
        return low
    if can_high:
        return low + 1
    for d in (low, low + 1):
        if n[CIRCLE] == 0 and directions[d].registered and cells[directions[d].near].waiting >= 0:
            find_exchange_circle(t, d)
    if n[CIRCLE] > 0:
        exchange_places(t)
    return -1


@inlined
def next_waiting(t: At, c: int, just_passed: int) -> int:
    """Return the waiting direction that gets the free place of a cell, and unregister it; -1 where there is none."""
    directions, borders, cells = directions_at(t), borders_at(t), cells_at(t)
    if cells[c].filled >= cells[c].places:
        return -1
    found = -1
    d = int(cells[c].waiting)
    while d >= 0:
        b = d >> 1
        if not is_resting(t, b) or (b == just_passed and borders[b].passes == 1):
            if found < 0:
                found = d
            else:
                one, other = directions[d], directions[found]
                if one.tag < other.tag or (one.tag == other.tag and one.order < other.order):
                    found = d
        d = int(directions[d].after)
    if found >= 0:
        unregister(t, found)
        cells[c].clock = directions[found].tag
        directions[found].tag += 1.0 / borders[found >> 1].capacity
    return found


# --------------------------------------------------------------------- passes
@inlined
def step_out(t: At, p: int, d: int) -> None:
    """Take a person out of the near cell of a direction."""
    directions, cells, n = directions_at(t), cells_at(t), n_at(t)
    s = s_at(t)
    c = directions[d].near
    settle_seconds(t, c)
    cells[c].filled -= 1
    if p < n[PERSONS]:
        cells[c].left = s[NOW]
    else:
        cells[c].units -= 1


@inlined
def step_in(t: At, p: int, d: int) -> None:
    """Put a person into the far cell of a direction, and start the rest of the border: doubled after a second pass."""
    directions, borders, cells = directions_at(t), borders_at(t), cells_at(t)
    n, s = n_at(t), s_at(t)
    b, c = d >> 1, directions[d].far
    settle_seconds(t, c)
    cells[c].filled += 1
    if p >= n[PERSONS]:
        cells[c].units += 1
    elif d < 2 * n[WAYS]:
        flow = flows_at(t)[d]
        if directions[d].passed == 0:
            flow.first = s[NOW]
        directions[d].passed += 1
        flow.last = s[NOW]
    border = borders[b]
    border.last = d & 1
    if border.rest > 0.0:
        if not is_resting(t, b):
            border.passes = 0
        border.passes += 1
        border.by = p if border.passes == 1 else -1
        border.free = s[NOW] + (border.rest if border.passes == 1 else 2.0 * border.rest)


@inlined
def may_return(t: At, p: int, d: int) -> bool:
    """Return whether somebody goes on at once though the border rests: it rests for this person alone, whose turn it is."""
    directions, borders, cells = directions_at(t), borders_at(t), cells_at(t)
    border = borders[d >> 1]
    if border.by != p or border.shut or directions[d].first >= 0:
        return False
    if directions[d ^ 1].first >= 0 and border.last == d & 1:
        return False
    far = directions[d].far
    return bool(cells[far].filled < cells[far].places)


@inlined
def rest(t: At, b: int) -> None:
    """Schedule the check of a border with a queue after its rest; a stair end, which has none, is rechecked at once."""
    directions, borders, rechecks = directions_at(t), borders_at(t), rechecks_at(t)
    n = n_at(t)
    if directions[2 * b].first < 0 and directions[2 * b + 1].first < 0:
        cancel(t, b)  # set for the one rest of a first pass, but a second has emptied the queues
        return
    if borders[b].rest > 0.0:
        schedule(t, b, borders[b].free)
    elif directions[2 * b].first >= 0 and not directions[2 * b].registered and not borders[b].passes:
        borders[b].passes = 1
        rechecks[n[RECHECKS]] = b
        n[RECHECKS] += 1


@inner
def find_exchange_circle(t: At, d: int) -> None:
    """Find the shortest circle of idle registered directions through d and write it into `circle`, d first (rule A 9).

    Each leads into the cell in which the head of the next one waits. Breadth first, backwards from the cell left.
    """
    directions, cells, circle = directions_at(t), cells_at(t), circle_at(t)
    n = n_at(t)
    search = search_at(t)
    start, end = directions[d].far, directions[d].near
    by, met = search[0], search[1]  # the direction by which a cell was met, and the cells in the order they were met
    by[:] = -1
    met[0] = end
    seen, count, found = 0, 1, False
    while seen < count and not found:
        c = met[seen]
        seen += 1
        lowest = -1
        while not found:  # the directions registered for c, in order
            other, k = -1, cells[c].waiting
            while k >= 0:
                if k > lowest and (other < 0 or k < other):
                    other = k
                k = directions[k].after
            if other < 0:
                break
            lowest = other
            near = directions[other].near
            if is_resting(t, other >> 1) or near == end or by[near] >= 0:
                continue
            by[near] = other
            found = near == start
            met[count] = near
            count += 1
    if found:
        circle[0, 0] = d
        size, near = 1, start
        while near != end:
            circle[size, 0] = by[near]
            near = directions[by[near]].far
            size += 1
        n[CIRCLE] = size


@inner
def exchange_places(t: At) -> None:
    """Move the heads of a circle: all leave their cells, then all enter; the caller continues with their next walks."""
    circle, n = circle_at(t), n_at(t)
    for i in range(n[CIRCLE]):
        d = int(circle[i, 0])
        p = take_head(t, d)
        circle[i, 1] = p
        unregister(t, d)
        step_out(t, p, d)
    for i in range(n[CIRCLE]):
        step_in(t, int(circle[i, 1]), int(circle[i, 0]))
