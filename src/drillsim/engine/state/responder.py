"""State of the responders of one drill: units of the mix, and people of the services."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from drillsim.engine.state.duty import DutySpell, duty_spells
from drillsim.engine.state.presence import HERE, Presence, shifts_of
from drillsim.engine.world.clock import Clock
from drillsim.engine.world.world import XY, World
from drillsim.quantities import Spread
from drillsim.record.presence import ForcedPresence
from drillsim.scenario.kinds import Kind
from drillsim.scenario.staffing import Mix, Role, Unit
from drillsim.streams.streams import Streams, sample


def no_access(_responder: Responder) -> tuple[float, float] | None:
    """Return None: somebody without keys opens no locked door."""
    return None


Access = Callable[["Responder"], tuple[float, float] | None]
"""Seconds that somebody without a key needs at a card lock and at any other; None where it opens none."""


@dataclass(eq=False)
class Responder:
    """State of one responder: definition and draws of the day are fixed, the rest changes during the drill.

    What is drawn anew for each incident is named by the unit and the number of the incident, never by who else is
    there: common random numbers, so that two mixes differ only by what their units do. Which incident keeps a responder
    busy is in `engine.response.assignments`.
    """

    unit: Unit
    """Its definition: in the mixes file, or a fixed one of a service."""
    role: Role
    order: int
    """Position in the mix file; services come after all units."""
    streams: Streams
    call: str = ""
    """Id of the incident that somebody of a service comes to, unless it is the first."""
    presence: Presence = field(default_factory=Presence)
    spells: tuple[DutySpell, ...] = ()
    run_mps: float = 1.0
    brisk_mps: float = 1.0
    up_mps: float = 1.0
    down_mps: float = 1.0
    key_s: float = 0.0
    service: str = ""
    """'police', 'ems' or 'fire-service'; empty for units of the mix."""
    access: Access = no_access
    """Seconds it needs at locked doors without keys of its own."""
    stands: tuple[int, XY] | None = None
    """Location at which an incident left it, until it is back on duty."""
    resumed_s: float | None = None
    """Time at which it resumed its patrol loop at the first stop."""
    number: int | None = None
    """Its number in the crowd, from its first departure on."""
    walked_s: float = 0.0
    doors_s: float = 0.0
    carries_aed: bool = False
    has_no_way: bool = False
    """Whether it stands because its trip finds no way as the ways are now."""

    def __post_init__(self) -> None:
        self.id = f"{self.unit.id}@{self.call}" if self.call else self.unit.id
        """Id in rows and events: that of the definition, and of the call where it names another person each time."""

    @property
    def label(self) -> str:
        """Label for people: that of its definition, else of its role."""
        return self.unit.label or self.role.label

    @property
    def is_here(self) -> bool:
        """Whether it is on campus now."""
        return self.presence.is_here

    def pace(self, kind: Kind) -> float:
        """Return its level speed to a kind of incident, m/s."""
        return self.brisk_mps if kind.walks_briskly else self.run_mps

    def sample(self, law: Spread, purpose: str, number: int = 0) -> float:
        """Return the value of a spread for one of its own draws."""
        return sample(law, self.streams, purpose, self.id, number)

    def spell_at(self, time_s: float) -> DutySpell:
        """Return its duty at a time."""
        return self.spells[self._index(time_s)]

    def place_at(self, time_s: float) -> tuple[int, XY]:
        """Return space and point while no incident has called it: where it stands, else by its duty."""
        if self.stands is not None:
            return self.stands
        spell = self.spell_at(time_s)
        if spell.loop is not None and self.resumed_s is not None and self.resumed_s >= spell.begins_s:
            return spell.loop.at(time_s - self.resumed_s)
        return spell.place_at(time_s)

    def set_off_s(self, now_s: float, number: int) -> float:
        """Return the seconds from notification to departure: acknowledge, then hand over the duty or wait for its end."""
        spell = self.spell_at(now_s)
        acknowledge = self.sample(self.role.acknowledge, "unit.acknowledge", number)
        hand_over: Spread = getattr(self.role.hand_over, spell.duty)
        full = self.sample(hand_over, "unit.hand_over", number)
        return acknowledge + min(full, spell.ends_s - now_s)

    def visits(self, space: int, begins_s: float) -> float:
        """Return the time of its next visit to a space on its duties while it is on campus, from a time on; inf for none."""
        shifts = self.presence.shifts
        from_s = self.presence.next_here_s(begins_s)
        while from_s < inf:
            visit_s = self._passes(space, from_s)
            if visit_s in (inf, begins_s) or shifts.at(visit_s) == HERE:
                return visit_s
            from_s = shifts.next_here_s(visit_s)
        return inf

    def _passes(self, space: int, begins_s: float) -> float:
        """Return the time of the next visit to a space on its duties, on campus or not."""
        if self.stands is not None:
            return begins_s if self.stands[0] == space else inf
        for spell in self.spells[self._index(begins_s) :]:
            start = max(spell.begins_s, begins_s)
            if spell.loop is None:
                if spell.post[0] == space:
                    return start
                continue
            since = self.phase_at_zero(spell)
            wait = spell.loop.next_in(space, since + start)
            if wait is not None and start + wait < spell.ends_s:
                return start + wait
        return inf

    def phase_at_zero(self, spell: DutySpell) -> float:
        """Return the time of a patrol loop at the drill's zero, as drawn or as resumed."""
        if self.resumed_s is not None and self.resumed_s >= spell.begins_s:
            return -self.resumed_s
        return spell.phase_s

    def _index(self, time_s: float) -> int:
        return max(bisect_right([s.begins_s for s in self.spells], time_s) - 1, 0) if len(self.spells) > 1 else 0


def responders_of(
    mix: Mix, world: World, streams: Streams, clock: Clock, *, key_law: Spread, end_s: float, forced: ForcedPresence
) -> list[Responder]:
    """Return the mix's units with every draw of the day made, used or not, in file order.

    end_s
        End of the drill, up to which shifts and duties are known.
    forced
        Units that are forced to be on campus or away, where this mix leaves that to chance.
    """
    found = []
    for order, unit in enumerate(mix.units):
        role = mix.role(unit)
        chance = mix.chance(unit)
        drawn = streams.uniform("unit.presence", unit.id) < chance
        if 0.0 < chance < 1.0:
            drawn = bool(forced.get(unit.id, drawn))
        found.append(
            Responder(
                unit=unit,
                role=role,
                order=order,
                streams=streams,
                presence=Presence(shifts_of(unit.calendar, clock, end_s, drawn=drawn)),
                spells=duty_spells(unit, role, world, streams, clock, end_s=end_s),
                run_mps=role.run.quantile(streams.uniform("unit.speed", unit.id)),
                brisk_mps=role.brisk,
                up_mps=role.stair_up,
                down_mps=role.stair_down,
                key_s=key_law.quantile(streams.uniform("unit.key", unit.id)),
            )
        )
    return found
