"""The event list of the compiled crowd: a calendar queue for the next seconds and a binary heap for later events.

Each border and each person has one event at most, so an event needs no record of its own: it is named by its owner `o`, a
border, or after all borders a person or unit. Events within the next 32 s lie in slots, each a fraction of a second long
and rarely holding more than one event; a bit set marks the slots in use, so that the first event is found by counting
trailing zeros. Later events lie in a heap. Order: by time, then people by number, then borders by number (rule A 14).
"""

from __future__ import annotations

from drillsim.crowd.kernel.memory import (
    At,
    busy_at,
    events_at,
    fetch_border,
    fetch_cell,
    fetch_direction,
    fetch_event,
    fetch_person,
    heap_at,
    n_at,
    notices_at,
    people_at,
    s_at,
    slots_at,
)
from drillsim.crowd.kernel.records import (
    BORDERS,
    HEAP,
    IN_SLOTS,
    LONG_BITS,
    NOTICES,
    NOW,
    SLOTS,
    SLOTS_PER_S,
    SOON,
    SOON_S,
    UNSCHEDULED,
)
from drillsim.jit import inlined, inner, lowest_bit

SLOTS_S = 32.0
"""Seconds that the slots cover from now: more than most pieces and rests last."""


def slots_for(events: int) -> int:
    """Return the number of slots for so many events: a power of two, at least the bits of one word."""
    slots = 1 << LONG_BITS
    while slots <= 2 * events:
        slots *= 2
    return slots


def slots_per_s(slots: int) -> float:
    """Return the slots per second."""
    return slots / SLOTS_S


def seconds_ahead(slots: int) -> float:
    """Return the seconds from now within which an event gets a slot; the present slot and the next are left out."""
    return SLOTS_S * (1.0 - 2.0 / slots)


@inlined
def earlier(t: At, o: int, other: int) -> bool:
    """Return whether the event of one owner comes before that of another."""
    events, n = events_at(t), n_at(t)
    one, two = events[o], events[other]
    if one.time != two.time:
        return bool(one.time < two.time)
    return (o < other) == ((o < n[BORDERS]) == (other < n[BORDERS]))


@inlined
def slot_of(t: At, time: float) -> int:
    """Return the slot of a time that is soon."""
    n, s = n_at(t), s_at(t)
    return int(time * s[SLOTS_PER_S]) & (n[SLOTS] - 1)


@inlined
def first_event(t: At) -> int:
    """Return the owner of the first event; -1 where there is none."""
    slots, busy, events, heap = slots_at(t), busy_at(t), events_at(t), heap_at(t)
    n, s = n_at(t), s_at(t)
    found = -1
    if n[IN_SLOTS] > 0:
        slot = slot_of(t, s[NOW])
        word = slot >> LONG_BITS
        bits = busy[word] >> (slot & 63) << (slot & 63)
        while bits == 0:  # the slots before the present one come last, a whole round from now
            word = (word + 1) & ((n[SLOTS] >> LONG_BITS) - 1)
            bits = busy[word]
        found = int(events[slots[(word << LONG_BITS) + lowest_bit(bits)]].after)
    if n[HEAP] > 0 and (found < 0 or earlier(t, int(heap[0]), found)):
        found = int(heap[0])
    return found


@inner
def schedule(t: At, o: int, time: float) -> None:
    """Schedule the owner's event at a time, replacing the one it has."""
    slots, busy, events = slots_at(t), busy_at(t), events_at(t)
    n, s = n_at(t), s_at(t)
    me = events[o]
    if me.due > 0:
        cancel(t, o)
    me.time = time
    if not time < s[NOW] + s[SOON_S]:
        n[HEAP] += 1
        rise(t, n[HEAP] - 1, o)
        return
    slot = slot_of(t, time)
    word, bit = slot >> LONG_BITS, 1 << (slot & 63)
    me.due = SOON
    n[IN_SLOTS] += 1
    if not busy[word] & bit:
        busy[word] |= bit
        slots[slot] = me.after = o
        return
    last = int(slots[slot])  # the events of a slot stand in a ring, by time; its last one is known
    before = last
    if earlier(t, o, last):
        while earlier(t, int(events[before].after), o):
            before = int(events[before].after)
    else:
        slots[slot] = o
    me.after = events[before].after
    events[before].after = o


@inlined
def remove_first(t: At, o: int) -> None:
    """Remove the event that `first_event` has just given: in its slot it is the first of the ring."""
    slots, busy, events, n = slots_at(t), busy_at(t), events_at(t), n_at(t)
    me = events[o]
    if me.due != SOON:
        cancel(t, o)
        return
    me.due = UNSCHEDULED
    n[IN_SLOTS] -= 1
    slot = slot_of(t, me.time)
    if me.after == o:
        busy[slot >> LONG_BITS] ^= 1 << (slot & 63)
    else:
        events[slots[slot]].after = me.after


@inner
def cancel(t: At, o: int) -> None:
    """Remove the owner's event, if it has one."""
    slots, busy, events, heap = slots_at(t), busy_at(t), events_at(t), heap_at(t)
    n = n_at(t)
    me = events[o]
    place = me.due
    if place <= 0:
        return
    me.due = UNSCHEDULED
    if place == SOON:
        n[IN_SLOTS] -= 1
        slot = slot_of(t, me.time)
        if me.after == o:
            busy[slot >> LONG_BITS] ^= 1 << (slot & 63)
            return
        last = before = int(slots[slot])
        while events[before].after != o:
            before = int(events[before].after)
        events[before].after = me.after
        if last == o:
            slots[slot] = before
        return
    n[HEAP] -= 1
    last = int(heap[n[HEAP]])
    if last != o:
        rise(t, sink(t, int(place) - 1), last)


@inlined
def rise(t: At, i: int, o: int) -> None:
    """Put an event into the heap at a free place, or further up where it is earlier than its parents."""
    heap, events = heap_at(t), events_at(t)
    while i > 0:
        up = (i - 1) >> 1
        if earlier(t, int(heap[up]), o):
            break
        heap[i] = heap[up]
        events[heap[i]].due = i + 1
        i = up
    heap[i] = o
    events[o].due = i + 1


@inlined
def sink(t: At, i: int) -> int:
    """Fill a free place of the heap with its earlier child, and so on down; return the leaf that becomes free."""
    heap, events, n = heap_at(t), events_at(t), n_at(t)
    while 2 * i + 1 < n[HEAP]:
        low = 2 * i + 1
        if low + 1 < n[HEAP] and earlier(t, int(heap[low + 1]), int(heap[low])):
            low += 1
        heap[i] = heap[low]
        events[heap[i]].due = i + 1
        i = low
    return i


@inlined
def notify(t: At, what: int, who: int, where: int) -> None:
    """Append a notice for Python: what has happened, to whom, and where."""
    notices, n = notices_at(t), n_at(t)
    k = n[NOTICES]
    notices[k, 0], notices[k, 1], notices[k, 2] = what, who, where
    n[NOTICES] = k + 1


FEW = 5_000
"""People whose records fit into a processor's cache; above, records are prefetched."""


@inner
def prefetch_next(t: At) -> None:
    """Prefetch the records that the next four events will need; with many people, memory is the bottleneck."""
    people, slots, busy = people_at(t), slots_at(t), busy_at(t)
    n, s = n_at(t), s_at(t)
    slot = slot_of(t, s[NOW])
    word = slot >> LONG_BITS
    bits = busy[word] >> (slot & 63) << (slot & 63)
    for place in range(4):
        if bits == 0:
            return
        o = int(slots[(word << LONG_BITS) + lowest_bit(bits)])
        bits &= bits - 1
        p = o - n[BORDERS]
        if place == 3:
            fetch_event(t, o)
        elif place == 2:
            if p >= 0:
                fetch_person(t, p)
            else:
                fetch_border(t, o)
                fetch_direction(t, 2 * o)
                fetch_direction(t, 2 * o + 1)
        elif place == 0 and p >= 0:
            d = int(people[p].direction)
            if d >= 0:
                fetch_direction(t, d)
                fetch_direction(t, d ^ 1)
                fetch_border(t, d >> 1)
            fetch_cell(t, int(people[p].cell))
