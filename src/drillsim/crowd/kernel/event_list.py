"""The calendar of the compiled crowd: what happens next, with one event at most of each border and person.

What happens within the next seconds lies in slots, each a short time long and seldom holding more than one event; what
comes later lies in a heap. Order: by time, then people by number, then borders by number (rule A 14). `o` is the owner of
an event: a border, or after all borders a person or unit.
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
"""What the slots reach ahead: more than most steps and rests take."""


def slots_for(events: int) -> int:
    """Return how many slots serve a calendar of so many events: a power of two, at least a word of bits."""
    slots = 1 << LONG_BITS
    while slots <= 2 * events:
        slots *= 2
    return slots


def slots_per_s(slots: int) -> float:
    """Return how many slots a second has."""
    return slots / SLOTS_S


def seconds_ahead(slots: int) -> float:
    """Return how far ahead events find a slot: all but the present one and the next have come round by then."""
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


@inner
def first_event(t: At) -> int:
    """Return whose event comes first; -1 for nobody's."""
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
    """Let something happen at a time, instead of what its owner had in the calendar."""
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


@inner
def cancel(t: At, o: int) -> None:
    """Take somebody's or some border's event out of the calendar, if there is one."""
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
    """Put an event into the heap, at a place that is free or further up."""
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
    """Fill a free place of the heap from below, on and on; return the place that is free at last."""
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
    """Write down news for the response."""
    notices, n = notices_at(t), n_at(t)
    k = n[NOTICES]
    notices[k, 0], notices[k, 1], notices[k, 2] = what, who, where
    n[NOTICES] = k + 1


FEW = 5_000
"""So many people stay in a processor's cache."""


@inner
def prefetch_next(t: At) -> None:
    """Ask for what the next events will need: where many people are, memory is slower than the crowd."""
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
