"""The calendar of the compiled crowd: a heap of what happens next, with one event at most of each person and border.

Order: by time, then people by number, then borders by number (rule A 14).
"""

from __future__ import annotations

from drillsim.compiled import inlined, inner
from drillsim.crowd.tables import BORDER_RANK, HEAP, NEWS, STALE, UNSEEN
from drillsim.crowd.views import At, borders_at, due_at, heap_at, n_at, news_at


@inlined
def put_at(t: At, i: int, time: float, rank: int) -> None:
    """Write an event into a place of the calendar."""
    borders, heap, due = borders_at(t), heap_at(t), due_at(t)
    heap[i].time = time
    heap[i].rank = rank
    if rank < BORDER_RANK:
        due[rank] = i
    else:
        borders[rank - BORDER_RANK].place = i


@inlined
def earlier(t: At, i: int, j: int) -> int:
    """Return which of two places of the calendar holds the earlier event; without a branch, for none could be guessed."""
    heap = heap_at(t)
    one, other = heap[i], heap[j]
    later = (other.time < one.time) | ((other.time == one.time) & (other.rank < one.rank))
    return i + (j - i) * later


@inner
def settle_event(t: At, i: int, time: float, rank: int) -> None:
    """Move an event from place i up or down to where it belongs, and write it there: a heap of four branches.

    On its way down the way of the earlier events is followed to its end first: a new event is mostly a late one.
    """
    heap, n = heap_at(t), n_at(t)
    count = n[HEAP]
    while 4 * i + 1 < count:
        low = 4 * i + 1
        if low + 3 < count:
            low = earlier(t, earlier(t, low, low + 1), earlier(t, low + 2, low + 3))
        else:
            for k in range(low + 1, count):
                low = earlier(t, low, k)
        put_at(t, i, heap[low].time, heap[low].rank)
        i = low
    while i > 0:
        up = (i - 1) >> 2
        if heap[up].time < time or (heap[up].time == time and heap[up].rank < rank):
            break
        put_at(t, i, heap[up].time, heap[up].rank)
        i = up
    put_at(t, i, time, rank)


@inlined
def schedule(t: At, place: int, time: float, rank: int) -> None:
    """Let something happen at a time; it takes the place of what its owner had in the calendar."""
    n = n_at(t)
    if place < 0:
        place = n[HEAP]
        n[HEAP] += 1
    if n[STALE] == rank:
        n[STALE] = -1
    settle_event(t, int(place), time, int(rank))


@inner
def call_off(t: At, rank: int) -> None:
    """Take somebody's or some border's event out of the calendar, if there is one."""
    borders, heap, n = borders_at(t), heap_at(t), n_at(t)
    due = due_at(t)
    place = due[rank] if rank < BORDER_RANK else borders[rank - BORDER_RANK].place
    if n[STALE] == rank:
        n[STALE] = -1
    if place < 0:
        return
    if rank < BORDER_RANK:
        due[rank] = UNSEEN
    else:
        borders[rank - BORDER_RANK].place = UNSEEN
    n[HEAP] -= 1
    last = n[HEAP]
    if place != last:
        settle_event(t, int(place), heap[last].time, heap[last].rank)


@inlined
def tell(t: At, what: int, who: int, where: int) -> None:
    """Write down news for the response."""
    news, n = news_at(t), n_at(t)
    k = n[NEWS]
    news[k, 0], news[k, 1], news[k, 2] = what, who, where
    n[NEWS] = k + 1
