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


@inner
def settle_event(t: At, i: int, time: float, rank: int) -> None:
    """Move an event from place i up or down to where it belongs, and write it there."""
    heap, n = heap_at(t), n_at(t)
    count = n[HEAP]
    while i > 0:
        up = (i - 1) >> 1
        if heap[up].time < time or (heap[up].time == time and heap[up].rank < rank):
            break
        put_at(t, i, heap[up].time, heap[up].rank)
        i = up
    while True:
        low = 2 * i + 1
        if low >= count:
            break
        if low + 1 < count and (
            heap[low + 1].time < heap[low].time
            or (heap[low + 1].time == heap[low].time and heap[low + 1].rank < heap[low].rank)
        ):
            low += 1
        if time < heap[low].time or (time == heap[low].time and rank < heap[low].rank):
            break
        put_at(t, i, heap[low].time, heap[low].rank)
        i = low
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
