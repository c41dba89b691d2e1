"""Duties of a unit during a drill, one after the other, each with a place or a patrol loop.

*Presence* says whether a unit is on campus: by its calendar, else drawn once a day by its share. *Duty* says what it does
while it is: a turn of its timetable, else the usual duty, which is drawn once a day by its shares. Both follow from the
clock of the drill alone, so that the position of a unit that nothing has called is a function of time
(`DutySpell.place_at`) and costs no event: a patrol walks its loop without a process, and the time of its next visit to a
space is computed. From the first call on, the unit is a walker of the crowd; where only responders walk, until it is back.

The duty also sets the hand-over delay between notification and departure. The walk from one duty to the next is not
simulated: at the end of a spell the unit is at the place of the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor, inf

from drillsim.engine.state.patrol import PatrolLoop, patrol_loop
from drillsim.engine.world.clock import Clock, stretches
from drillsim.engine.world.world import XY, World
from drillsim.plan.model import CIRCULATION
from drillsim.scenario.calendar import DAY, stretch
from drillsim.scenario.staffing import Role, Unit
from drillsim.scenario.vocabulary import Place
from drillsim.streams.streams import Streams

ROOMS_OF = {
    "mentoring": ("classroom", "library", "office"),
    "counselling": ("office", "library"),
    "mediation": ("office", "classroom"),
    "teaching": ("classroom",),
}
"""Uses of the rooms in which a duty takes place, where the unit's turn does not say. Assumption A:availability.duty_rooms."""


@dataclass(frozen=True)
class DutySpell:
    """A time span of the drill on one duty: at a point, or on a patrol loop."""

    begins_s: float
    ends_s: float
    duty: str
    post: tuple[int, XY]
    """Space and point; of a patrol loop its first stop."""
    loop: PatrolLoop | None = None
    phase_s: float = 0.0
    """Time of the loop, in seconds, at the drill's zero."""

    def place_at(self, time_s: float) -> tuple[int, XY]:
        """Return space and point at a time."""
        return self.post if self.loop is None else self.loop.at(self.phase_s + time_s)


def duty_spells(
    unit: Unit, role: Role, world: World, streams: Streams, clock: Clock, *, end_s: float
) -> tuple[DutySpell, ...]:
    """Return the duties of a unit from before the drill to its end, without gaps.

    The timetable's turns come first, day after day; at other times the unit is on a duty drawn once by its shares, or on
    post or patrol. Walks from one duty to the next are not played.
    """
    first, last = (floor(minute / DAY) for minute in (clock.start_min, clock.minute(end_s)))
    turns = [
        (clock.seconds(day * DAY + a), clock.seconds(day * DAY + b), turn)
        for turn in unit.timetable
        for a, b in (
            stretches(world.plan, turn.period)
            if turn.period is not None
            else [stretch(turn.from_ or "", turn.to or "")]
        )
        for day in range(first - 1, last + 1)
    ]
    turns = [turn for turn in turns if turn[1] > 0.0]
    usual = _usual_duty(unit, role, streams.uniform("unit.duty", unit.id))
    if not turns:
        return (_spell(unit, role, usual, None, world, streams),)
    found: list[DutySpell] = []
    now = -inf
    for begins, ends, turn in sorted(turns, key=lambda t: (t[0], t[1])):
        if begins > now:
            found.append(replace(_spell(unit, role, usual, None, world, streams), begins_s=now, ends_s=begins))
        found.append(
            replace(_spell(unit, role, turn.duty, turn.at, world, streams), begins_s=max(begins, now), ends_s=ends)
        )
        now = ends
    found.append(replace(_spell(unit, role, usual, None, world, streams), begins_s=now))
    return tuple(s for s in found if s.ends_s > s.begins_s)


def _usual_duty(unit: Unit, role: Role, u: float) -> str:
    """Return the duty drawn by inverse cdf in file order; without shares, patrol if a patrol is given, else the post."""
    shares = unit.duties if unit.duties is not None else role.duties
    total = sum(shares.values())
    passed = 0.0
    for duty, share in shares.items():
        passed += share / total if total > 0 else 0.0
        if u < passed:
            return str(duty)
    return "patrol" if unit.patrol and total <= 0 else "post"


def _spell(unit: Unit, role: Role, duty: str, at: Place | None, world: World, streams: Streams) -> DutySpell:
    if duty != "patrol":
        return DutySpell(-inf, inf, duty, _place_of_duty(unit, duty, at, world, streams))
    stops = (world.place(at),) if at is not None else tuple(world.place(p) for p in unit.patrol) or halls(world)
    speeds_mps = (role.patrol_speed, role.stair_up, role.stair_down)
    loop = world.derived(patrol_loop, stops, speeds_mps, unit.stays)
    phase_s = streams.uniform("unit.phase", unit.id) * loop.period_s
    return DutySpell(-inf, inf, duty, stops[0], loop, phase_s)


def _place_of_duty(unit: Unit, duty: str, at: Place | None, world: World, streams: Streams) -> tuple[int, XY]:
    if at is not None:
        return world.place(at)
    rooms = world.ids_of_uses(ROOMS_OF.get(duty, ()))
    if rooms:
        racing = {f"{unit.id}/{room}": room for room in rooms}
        return world.points_by_id[racing[streams.choose("unit.place", dict.fromkeys(racing, 1.0))]]
    if unit.post is not None:
        return world.place(unit.post)
    if unit.patrol:
        return world.place(unit.patrol[0])
    return halls(world)[0]


def halls(world: World) -> tuple[tuple[int, XY], ...]:
    """Return a stop in the middle of every corridor, passage and lobby, in file order."""
    found = tuple(world.points_by_id[s.id] for s in world.plan.spaces if s.use in CIRCULATION)
    return found or (world.points_by_id[world.plan.spaces[0].id],)
