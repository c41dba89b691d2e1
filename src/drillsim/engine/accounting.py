"""Counting heads: when each room or assembly place has counted its people, and when nobody is missing any more."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from drillsim.engine.order import Order
from drillsim.plan.model import OUTSIDE
from drillsim.record.trace import Event

SITTING = ("waiting", "settled")


def account(order: Order, counted_from_s: Mapping[int, float]) -> None:
    """Write down who is accounted for when, as far as can be told now; lines of a later time are written ahead.

    counted_from_s
        Since when people can be counted who sit in a space, by space; who comes later is waited for. Whoever is out
        is counted at the assembly place of the exit used, or in file order at the first place that names no exits.
    """
    stage = order.stage
    out_s = stage.crowd.out_s
    settled_s = stage.crowd.settled_s if np.isnan(out_s).any() else out_s
    assembly = _assembly_places(order)
    ready_s: dict[str, float] = {}
    persons: dict[str, int] = {}
    missing = 0
    for p in range(len(stage.population)):
        word, space = stage.crowd.state(p)[0], stage.crowd.space_of(p)
        if word == "out":
            place, since = assembly.get(stage.crowd.place_of(p), OUTSIDE), float(out_s[p])
        elif word in SITTING and space in counted_from_s:
            place = order.id_of(space)
            since = float(np.fmax(counted_from_s[space], settled_s[p]))
        else:
            missing += 1
            continue
        ready_s[place] = max(ready_s.get(place, 0.0), since)
        persons[place] = persons.get(place, 0) + 1
    law, case = stage.scenario.protocol.roll_call, order.case.id
    done = {id_: at + law.quantile(stage.streams.uniform("roll_call", id_)) for id_, at in ready_s.items()}
    horizon = stage.scenario.horizon
    for id_, at in done.items():
        if at <= horizon:
            stage.log.events.append(Event(at, id_, "accounted", id_, "", case, float(persons[id_])))
    everybody = max(done.values(), default=order.given_s)
    if not missing and everybody <= horizon:
        stage.log.events.append(Event(everybody, "school", "accounted", "", "", case, float(sum(persons.values()))))


def in_place(order: Order, people: NDArray[np.int64]) -> None:
    """Write down when each of those who were asked to go somewhere had got there."""
    crowd = order.stage.crowd
    settled_s = crowd.settled_s
    for p in people.tolist():
        if not np.isnan(settled_s[p]):
            where = order.id_of(crowd.space_of(p))
            line = Event(float(settled_s[p]), f"person-{p}", "in-place", where, "", order.case.id)
            order.stage.log.events.append(line)


def _assembly_places(order: Order) -> dict[tuple[float, float], str]:
    """Return the assembly place by the point of the exit that people leave by."""
    world = order.stage.world
    places = world.plan.assembly
    found: dict[tuple[float, float], str] = {}
    for way in world.network.exits:
        x, y = world.network.way_xy[way, 0]
        id_ = world.plan.openings[way].id
        place = next((a.id for a in places if id_ in a.exits or not a.exits), OUTSIDE)
        found.setdefault((float(x), float(y)), place)
    return found
