"""Accountability: when each room and assembly place has called its roll, and when everybody is accounted for.

A place can call its roll once the last of its people has arrived; the roll call takes a drawn time. It is evaluated at the
end of the action, from the times at which the crowd recorded that people were out or settled, so that nobody is polled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drillsim.engine.protection.order import ProtectiveOrder
from drillsim.plan.model import OUTSIDE
from drillsim.record import events as ev
from drillsim.record.trace import Event
from drillsim.streams.streams import cached_slot_words


@dataclass
class HeadCount:
    """Persons by place, and since when all of them can be counted."""

    ready_s: dict[str, float] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)
    missing: int = 0

    def add(self, place: str, since_s: float, persons: int = 1) -> None:
        """Add persons to a place; its roll call waits for the last of them."""
        if place in self.persons:
            since_s, persons = max(self.ready_s[place], since_s), self.persons[place] + persons
        self.ready_s[place], self.persons[place] = max(since_s, 0.0), persons


def account(order: ProtectiveOrder, counted_from_s: Mapping[int, float], until_s: float) -> None:
    """Log when each place, and the whole school, is accounted for; events may lie in the future.

    counted_from_s
        Since when people can be counted who sit in a space, by space; who comes later is waited for. Whoever is out
        is counted at the assembly place of the exit used, or in file order at the first place that names no exits.
    until_s
        Lines of a later time are left out.
    """
    drill, incident = order.drill, order.incident.id
    heads = _still(order, counted_from_s) if drill.stays else _heads(order, counted_from_s)
    law = drill.scenario.protocol.roll_call
    draws = drill.streams.uniforms("roll_call", cached_slot_words(tuple(heads.ready_s))).tolist()
    done_s = [at + took for at, took in zip(heads.ready_s.values(), law.quantiles(draws), strict=True)]
    for (id_, persons), at in zip(heads.persons.items(), done_s, strict=True):
        if at <= until_s:
            drill.log.events.append(Event(at, id_, ev.ACCOUNTED, id_, "", incident, float(persons)))
    everybody = max(done_s, default=order.given_s)
    if not heads.missing and everybody <= until_s:
        total = float(sum(heads.persons.values()))
        drill.log.events.append(Event(everybody, "school", ev.ACCOUNTED, "", "", incident, total))


def in_place(order: ProtectiveOrder, people: NDArray[np.int64]) -> None:
    """Log when each of those who were asked to go somewhere had settled there."""
    crowd = order.drill.crowd
    settled_s = crowd.settled_s
    for p in people.tolist():
        if not np.isnan(settled_s[p]):
            where = order.id_of(crowd.space_of(p))
            line = Event(float(settled_s[p]), f"person-{p}", ev.IN_PLACE, where, "", order.incident.id)
            order.drill.log.events.append(line)


def in_refuge(order: ProtectiveOrder) -> None:
    """Log since when each person waits in a place of refuge."""
    crowd, helped = order.drill.crowd, order.drill.needs_help()
    settled_s, space = crowd.settled_s, order.drill.spaces()
    for p in np.flatnonzero(np.isin(space, sorted(order.refuge)) & ~np.isnan(settled_s)).tolist():
        why = "needs-help" if helped[p] else ""
        line = Event(
            float(settled_s[p]), f"person-{p}", ev.IN_REFUGE, order.id_of(int(space[p])), why, order.incident.id
        )
        order.drill.log.events.append(line)


def _heads(order: ProtectiveOrder, counted_from_s: Mapping[int, float]) -> HeadCount:
    """Return the heads where people walk: those out by assembly place, those who sit by space."""
    crowd, plan = order.drill.crowd, order.drill.world.plan
    out_s = crowd.out_s
    inside = np.flatnonzero(np.isnan(out_s))
    heads = HeadCount(missing=len(inside))
    out = np.flatnonzero(~np.isnan(out_s) & ~crowd.gone_home)
    if len(out):
        assembly = _assembly_places(order)
        points, by_point = np.unique(crowd.points()[out] @ (1.0, 1.0j), return_inverse=True)  # one number a point
        for i, point in enumerate(points.tolist()):
            times_s = out_s[out[by_point == i]]
            heads.add(assembly.get((point.real, point.imag), OUTSIDE), float(times_s.max()), len(times_s))
    if not len(inside):
        return heads
    space, settled_s = order.drill.spaces()[inside], crowd.settled_s[inside]
    begins_s = np.full(len(plan.spaces) + 2, np.nan)  # the last two entries answer for stairs and the outside
    begins_s[list(counted_from_s)] = list(counted_from_s.values())
    sits = ~np.isnan(begins_s[space])
    for i in np.flatnonzero(sits & np.isnan(settled_s)).tolist():
        sits[i] = crowd.state(int(inside[i]))[0] == "waiting"
    ready_s, later = begins_s.copy(), sits & (settled_s > begins_s[space])
    np.maximum.at(ready_s, space[later], settled_s[later])
    persons = np.bincount(space[sits])
    seated = np.flatnonzero(persons)
    for s, since_s, count in zip(seated.tolist(), ready_s[seated].tolist(), persons[seated].tolist(), strict=True):
        heads.add(order.id_of(s), since_s, count)
    heads.missing -= int(np.count_nonzero(sits))
    return heads


def _still(order: ProtectiveOrder, counted_from_s: Mapping[int, float]) -> HeadCount:
    """Return the heads where nobody walks: whoever is in no space that counts is missing."""
    crowd, heads = order.drill.crowd, HeadCount(missing=order.drill.crowd.inside())
    for space, since_s in counted_from_s.items():
        persons = crowd.count_in([space])
        if persons:
            heads.add(order.id_of(space), since_s, persons)
            heads.missing -= persons
    return heads


def _assembly_places(order: ProtectiveOrder) -> dict[tuple[float, float], str]:
    """Return the assembly place by the point of the exit that people leave by."""
    world = order.drill.world
    places = world.plan.assembly
    found: dict[tuple[float, float], str] = {}
    for way in world.network.exits:
        x, y = world.network.way_xy[way, 0]
        id_ = world.plan.openings[way].id
        place = next((a.id for a in places if id_ in a.exits or not a.exits), OUTSIDE)
        found.setdefault((float(x), float(y)), place)
    return found
