"""The calendar of the compiled crowd: a heap of what happens next, with one event at most of each person and border.

Order: by time, then people by number, then borders by number (rule A 14).
"""

from __future__ import annotations

from drillsim.compiled import inlined, inner
from drillsim.crowd.tables import BORDER_RANK, HEAP, NEWS, STALE, UNSEEN, Tables


@inlined
def put_at(t: Tables, i: int, time: float, rank: int) -> None:
    """Write an event into a place of the calendar."""
    t.heap[i].time = time
    t.heap[i].rank = rank
    if rank < BORDER_RANK:
        t.people[rank].place = i
    else:
        t.borders[rank - BORDER_RANK].place = i


@inner
def settle_event(t: Tables, i: int, time: float, rank: int) -> None:
    """Move an event from place i up or down to where it belongs, and write it there."""
    heap, count = t.heap, t.n[HEAP]
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
def schedule(t: Tables, place: int, time: float, rank: int) -> None:
    """Let something happen at a time; it takes the place of what its owner had in the calendar."""
    if place < 0:
        place = t.n[HEAP]
        t.n[HEAP] += 1
    if t.n[STALE] == rank:
        t.n[STALE] = -1
    settle_event(t, int(place), time, int(rank))


@inner
def call_off(t: Tables, rank: int) -> None:
    """Take somebody's or some border's event out of the calendar, if there is one."""
    place = t.people[rank].place if rank < BORDER_RANK else t.borders[rank - BORDER_RANK].place
    if t.n[STALE] == rank:
        t.n[STALE] = -1
    if place < 0:
        return
    if rank < BORDER_RANK:
        t.people[rank].place = UNSEEN
    else:
        t.borders[rank - BORDER_RANK].place = UNSEEN
    t.n[HEAP] -= 1
    last = t.n[HEAP]
    if place != last:
        settle_event(t, int(place), t.heap[last].time, t.heap[last].rank)


@inlined
def tell(t: Tables, what: int, who: int, where: int) -> None:
    """Write down news for the response."""
    k = t.n[NEWS]
    t.news[k, 0], t.news[k, 1], t.news[k, 2] = what, who, where
    t.n[NEWS] = k + 1
