"""Whereabouts that no walk of the crowd tells, for replay: people in their seats, units on their duty, incidents.

The crowd records who walks in it. A person has a point before it sets off, or for the whole drill; a unit that nothing has called
is where its duty has it (`Responder.place_at`); an incident is at its place until it is at another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from math import floor, inf

import numpy as np

from drillsim.engine.state.drill_state import DrillState
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.presence import HERE
from drillsim.engine.state.responder import Responder
from drillsim.engine.world.occupants import seated_people
from drillsim.engine.world.world import XY
from drillsim.record.trace import Leg

Corner = tuple[float, int, XY]
"""Time in seconds, space, and point."""


def whereabouts(drill: DrillState, legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """Return where people are before their first leg, units while on duty, and incidents from onset to the end of the drill.

    People of a whole school day are left out: each bell places them anew.
    """
    begins: dict[str, float] = {}
    for leg in legs:
        begins.setdefault(leg.who, leg.times_s[0])
    people = () if drill.scenario.demand is not None else _seats(drill, begins)
    units = (leg for unit in drill.units for leg in _on_duty(drill, unit))
    places = (leg for incident in drill.incidents for leg in _legs(drill, incident.id, _places(drill, incident)))
    return (*people, *units, *places)


def _seats(drill: DrillState, begins: dict[str, float]) -> Iterator[Leg]:
    """Yield the stay of each person who is there from the start."""
    walks = drill.crowd.people_walk
    seated = drill.population if walks else seated_people(drill.scenario, drill.world, drill.streams, drill.clock)
    here = np.flatnonzero(~drill.comes_later()) if walks else np.arange(len(seated))
    for p in here.tolist():
        who, point = f"person-{p}", (float(seated.x[p]), float(seated.y[p]))
        ends_s = begins.get(who, drill.end_s)
        yield from _legs(drill, who, [(0.0, int(seated.space[p]), point), (ends_s, int(seated.space[p]), point)])


def _on_duty(drill: DrillState, unit: Responder) -> Iterator[Leg]:
    """Yield the legs of a unit on its duty, which ends where it sets off or leaves campus."""
    changes = [(time_s, is_on) for time_s, who, is_on in drill.travel.duty if who is unit]
    began_s, is_on = 0.0, unit.presence.shifts.at(0.0) == HERE
    resumed_s: float | None = None
    for time_s, next_on in [*changes, (drill.end_s, False)]:
        if is_on and time_s > began_s:
            yield from _legs(drill, unit.id, _duty_corners(unit, began_s, time_s, resumed_s))
        began_s, is_on, resumed_s = time_s, next_on, time_s


def _duty_corners(unit: Responder, from_s: float, to_s: float, resumed_s: float | None) -> Iterator[Corner]:
    """Yield where a unit is on its duties from one time to another.

    resumed_s
        When it resumed a round at its first stop, if it did.
    """
    for spell in unit.spells:
        start, end = max(spell.begins_s, from_s), min(spell.ends_s, to_s)
        if end <= start:
            continue
        if spell.loop is None or spell.loop.period_s <= 0.0:
            yield from ((start, *spell.post), (end, *spell.post))
            continue
        is_resumed = resumed_s is not None and resumed_s >= spell.begins_s
        shift = -float(resumed_s or 0.0) if is_resumed else spell.phase_s
        loop = spell.loop
        yield (start, *loop.at(shift + start))
        for turn in range(floor((shift + start) / loop.period_s), floor((shift + end) / loop.period_s) + 1):
            for step in loop.steps:
                for at_s, point in ((step.begins_s, step.start), (step.ends_s, step.end)):
                    time_s = at_s + turn * loop.period_s - shift
                    if start < time_s < end:
                        yield (time_s, step.space, point)
        yield (end, *loop.at(shift + end))


def _places(drill: DrillState, incident: IncidentState) -> Iterator[Corner]:
    """Yield where an incident is, from its onset on; it is at a place until it is at the next."""
    now = incident.onset_s
    for until_s, space, point in [*incident.left, (inf, incident.space, incident.point)]:
        ends_s = min(until_s, drill.end_s)
        yield from ((now, space, point), (ends_s, space, point))
        now = ends_s


def _legs(drill: DrillState, who: str, corners: Iterable[Corner]) -> Iterator[Leg]:
    """Yield corners as legs, one for each stretch on one level; of a place outside nothing."""
    spaces = drill.world.plan.spaces
    for level, group in groupby((c for c in corners if c[1] >= 0), key=lambda c: spaces[c[1]].level):
        part = list(group)
        yield Leg(who, level, tuple(c[0] for c in part), tuple(c[2][0] for c in part), tuple(c[2][1] for c in part))


__all__ = ["whereabouts"]
