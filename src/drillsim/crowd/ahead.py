"""Looking ahead in the compiled crowd: where many people are, memory is slower than the crowd, and is asked in time.

It changes nothing of what happens; a million people take five sixths of the time that they take without.
"""

from __future__ import annotations

from drillsim.crowd.calendar import slot_of
from drillsim.crowd.tables import BORDERS, LONG_BITS, NOW
from drillsim.crowd.views import (
    At,
    busy_at,
    fetch_border,
    fetch_cell,
    fetch_direction,
    fetch_event,
    fetch_person,
    n_at,
    people_at,
    s_at,
    slots_at,
)
from drillsim.jit import inner, lowest_bit

FEW = 5_000
"""So many people stay in a processor's cache."""


@inner
def look_ahead(t: At) -> None:
    """Ask for what the next events will need: where many people are, memory is slower than the crowd."""
    people, slots, busy = people_at(t), slots_at(t), busy_at(t)
    n, s = n_at(t), s_at(t)
    slot = slot_of(t, s[NOW])
    word = slot >> LONG_BITS
    bits = busy[word] >> (slot & 63) << (slot & 63)
    for ahead in range(4):
        if bits == 0:
            return
        o = int(slots[(word << LONG_BITS) + lowest_bit(bits)])
        bits &= bits - 1
        p = o - n[BORDERS]
        if ahead == 3:
            fetch_event(t, o)
        elif ahead == 2:
            if p >= 0:
                fetch_person(t, p)
            else:
                fetch_border(t, o)
                fetch_direction(t, 2 * o)
                fetch_direction(t, 2 * o + 1)
        elif ahead == 0 and p >= 0:
            d = int(people[p].direction)
            if d >= 0:
                fetch_direction(t, d)
                fetch_direction(t, d ^ 1)
                fetch_border(t, d >> 1)
            fetch_cell(t, int(people[p].cell))
