"""Play of the components of a plan one after another.

Between two buildings of a campus nobody can walk but outside, and what happens in one changes nothing in the other, as long
as there are no units, watches or notices. All buildings together do not fit into a processor's cache, one of them does. So
each component is played alone up to the same time, with its own events in the event list: the list is emptied into chains,
one a component; each chain in turn is scheduled, played and chained again; at last all are scheduled together.

`t` is the address of the words of `memory.py`, `o` the owner of an event, `k` a component.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from drillsim.crowd.geometry.cells import Cells
from drillsim.crowd.kernel import event_list, event_loop
from drillsim.crowd.kernel.event_list import FEW, cancel, first_event, schedule
from drillsim.crowd.kernel.memory import At, busy_at, directions_at, events_at, n_at, people_at, s_at
from drillsim.crowd.kernel.records import (
    BORDERS,
    HEAP,
    IN_SLOTS,
    LONG_BITS,
    MANY,
    NOW,
    PERSONS,
    SLOTS,
    SLOTS_PER_S,
    SOON_S,
    UNSCHEDULED,
)
from drillsim.jit import compiled, inlined

LEAST_SPLIT_S = 30.0
"""Shortest stretch of time for which playing components apart pays, in seconds."""
Ints = NDArray[np.int32]
slots_for = inlined(event_list.slots_for)
slots_per_s, seconds_ahead = inlined(event_list.slots_per_s), inlined(event_list.seconds_ahead)


class Components(NamedTuple):
    """Connected components of the cells, without the outside."""

    of_cell: Ints
    """(cells + 1,) the component of each cell; the last cell is the outside, -1."""
    borders: Ints
    """(components,) how many borders each has."""


def components_of(cells: Cells) -> Components:
    """Return the components of a plan, by their lowest cell."""
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(cells.cells))
    graph.add_edges_from((a, b) for a, b in zip(cells.near[::2], cells.far[::2], strict=True) if a >= 0 and b >= 0)
    of_cell = np.full(cells.cells + 1, -1, np.int32)
    found = list(nx.connected_components(graph))
    for k, members in enumerate(found):
        of_cell[list(members)] = k
    either = np.maximum(of_cell[cells.near[::2]], of_cell[cells.far[::2]])
    return Components(of_cell, np.bincount(either, minlength=len(found)).astype(np.int32))


def play_components(t: At, components: Components, until_s: float, draw: Callable[[], None]) -> None:
    """Play everything before a time, component by component.

    Only for a crowd without units, watches and notices.

    draw
        Lays the legs of those who have set out from points of spaces with corners.
    """
    chains = np.full((len(components.borders), 2), (-1, 0), np.int32)
    slots, since_s = split_components(t, components.of_cell, chains)
    for k, borders in enumerate(components.borders.tolist()):
        begin(t, chains, k, borders, since_s)
        while event_loop.advance(t, until_s, False, -1, -1):
            draw()
        store_component(t, chains, k)
    merge_components(t, chains, slots)


@inlined
def add_to_chain(t: At, chains: Ints, k: int, o: int) -> None:
    """Add an unscheduled event to the chain of its component, and count it if a person owns it."""
    events_at(t)[o].after = chains[k, 0]
    chains[k, 0] = o
    chains[k, 1] += o >= n_at(t)[BORDERS]


@inlined
def schedule_chain(t: At, chains: Ints, k: int) -> None:
    """Schedule the events of a component's chain."""
    events = events_at(t)
    o = int(chains[k, 0])
    chains[k, 0], chains[k, 1] = -1, 0
    while o >= 0:
        after = int(events[o].after)
        schedule(t, o, events[o].time)
        o = after


@inlined
def set_slots(t: At, slots: int) -> None:
    """Give an empty event list so many slots."""
    n, s = n_at(t), s_at(t)
    n[SLOTS], s[SLOTS_PER_S], s[SOON_S] = slots, slots_per_s(slots), seconds_ahead(slots)


@compiled
def split_components(t: At, of_cell: Ints, chains: Ints) -> tuple[int, float]:
    """Empty the event list into chains, one a component; return its number of slots, and the time."""
    people, directions, events = people_at(t), directions_at(t), events_at(t)
    busy, n, s = busy_at(t), n_at(t), s_at(t)
    for o in range(n[BORDERS] + n[PERSONS]):
        if events[o].due > 0:
            events[o].due = UNSCHEDULED
            if o < n[BORDERS]:
                k = max(of_cell[directions[2 * o].near], of_cell[directions[2 * o].far])
            else:
                k = of_cell[people[o - n[BORDERS]].cell]
            add_to_chain(t, chains, k, o)
    for word in range(n[SLOTS] >> LONG_BITS):
        busy[word] = 0
    n[IN_SLOTS] = n[HEAP] = 0
    return n[SLOTS], s[NOW]


@compiled
def begin(t: At, chains: Ints, k: int, borders: int, since_s: float) -> None:
    """Schedule the events of one component alone, at the time of the split."""
    n_at(t)[MANY], s_at(t)[NOW] = chains[k, 1] > FEW, since_s
    set_slots(t, slots_for(chains[k, 1] + borders))
    schedule_chain(t, chains, k)


@compiled
def store_component(t: At, chains: Ints, k: int) -> None:
    """Empty the event list into the chain of the component."""
    o = first_event(t)
    while o >= 0:
        cancel(t, o)
        add_to_chain(t, chains, k, o)
        o = first_event(t)


@compiled
def merge_components(t: At, chains: Ints, slots: int) -> None:
    """Schedule the events of all components in one event list."""
    n_at(t)[MANY] = 1
    set_slots(t, slots)
    for k in range(len(chains)):
        schedule_chain(t, chains, k)
