"""Comings and goings of the units of a mix: shifts, arrests, the script, and calls from off campus (rule B19).

Every change of presence is made here, at its time and before anything else of that time, is logged, and lets the open
incidents be looked at again. At the end of a shift a unit finishes its task (`at_shift_end`), and leaves when it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from drillsim.engine.response.assignments import Assignments
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.presence import HERE
from drillsim.engine.state.responder import Responder
from drillsim.record import events as ev


class Campus:
    """Presence of the units of one drill.

    give_up
        Takes a unit off what it does, for good.
    find_work
        Looks at the open incidents for a unit that is free.
    """

    def __init__(
        self,
        drill: DrillState,
        assignments: Assignments,
        *,
        give_up: Callable[[Responder], None],
        find_work: Callable[[Responder], None],
    ) -> None:
        self.drill, self.assignments = drill, assignments
        self._give_up, self._find_work = give_up, find_work
        self._told = {unit: self._duty(unit) for unit in drill.units}
        """Last duty or whereabouts that was logged."""
        self._called_in: set[Responder] = set()

    def begin(self) -> None:
        """Schedule the first change of every unit's shift."""
        for unit in self.drill.units:
            self._schedule(unit, 0.0)

    def _schedule(self, unit: Responder, after_s: float) -> None:
        time_s = unit.presence.shifts.next_change_s(after_s)
        if time_s < inf:
            self.drill.at(time_s - self.drill.env.now, lambda _event: self._shift(unit, time_s))

    def _shift(self, unit: Responder, time_s: float) -> None:
        """Let a shift begin or end."""
        self._schedule(unit, time_s)
        presence = unit.presence
        if presence.away_until_s is not None:
            return
        where = presence.shifts.at(time_s)
        if where == HERE:
            presence.stays = False
            if not unit.is_here:
                self._comes(unit, ev.SHIFT_BEGINS)
        elif not unit.is_here:
            presence.where = where
            self._log_whereabouts(unit)
        elif self.assignments.is_busy(unit) and unit.role.at_shift_end == "finish":
            if not presence.stays:
                presence.stays = True
                self.drill.log(unit.id, ev.STAYS_ON, self.drill.whereabouts(unit))
        else:
            self._goes(unit, ev.SHIFT_ENDS)

    # ------------------------------------------------------------------ coming and going

    def _comes(self, unit: Responder, why: str) -> None:
        drill = self.drill
        unit.presence.where = HERE
        drill.travel.enter_campus(unit)
        drill.log(unit.id, ev.BACK, drill.whereabouts(unit), why)
        self._log_whereabouts(unit)
        if not self.assignments.is_busy(unit):
            self._find_work(unit)

    def _goes(self, unit: Responder, why: str) -> None:
        """Let a unit leave campus: it gives up what it does, and somebody else is sent in its place."""
        drill, presence = self.drill, unit.presence
        where, presence.stays = presence.shifts.at(drill.env.now), False
        presence.where = "off-site" if where == HERE else where
        drill.log(unit.id, ev.LEFT, "", why)
        if presence.away_until_s is None:
            self._log_whereabouts(unit)
        self._give_up(unit)
        drill.travel.leave_campus(unit)

    def send_away(self, unit: Responder, why: str, until_s: float = inf) -> None:
        """Send a unit off campus until a time, whatever its shifts; one that is not there yet does not come."""
        unit.presence.away_until_s = until_s
        if unit.is_here:
            self._goes(unit, why)
        else:
            self.drill.log(unit.id, ev.KEPT_AWAY, "", why)

    def back(self, unit: Responder, why: str) -> None:
        """End what keeps a unit away; it is on campus again if its shift says so."""
        presence = unit.presence
        if presence.away_until_s is not None and presence.away_until_s > self.drill.env.now:
            return  # the script keeps it away
        presence.away_until_s = None
        presence.where = where = presence.shifts.at(self.drill.env.now)
        if where == HERE:
            self._comes(unit, why)

    def task_done(self, unit: Responder) -> bool:
        """Let a unit that is there out of its shift leave; return whether it does."""
        if unit.presence.stays:
            self._goes(unit, "its task is done")
            return True
        return False

    # ------------------------------------------------------------------ calls from off campus

    def call_in(self, incident: IncidentState, units: list[Responder]) -> None:
        """Call units from off campus, each once; they come after their own delay, and leave when they are not needed."""
        for unit in units:
            if unit not in self._called_in:
                self._called_in.add(unit)
                self.drill.log(unit.id, ev.CALLED_IN, "", unit.presence.where, incident=incident.id)
                self.drill.env.process(self._come_in(incident, unit))

    def _come_in(self, incident: IncidentState, unit: Responder) -> Process:
        law = unit.unit.returns
        assert law is not None
        yield self.drill.env.timeout(unit.sample(law, "unit.called_in", incident.number))
        self._called_in.discard(unit)
        if unit.is_here or unit.presence.away_until_s is not None:
            return
        unit.presence.stays = True
        self._comes(unit, "called in")
        if not self.assignments.is_busy(unit):
            self._goes(unit, "nobody needs it any more")

    # ------------------------------------------------------------------ duties of a school day

    def log_duty(self, unit: Responder) -> None:
        """Log duty or whereabouts of a unit where they have changed."""
        state = self._duty(unit)
        if state != self._told[unit]:
            self._told[unit] = state
            where = self.drill.id_of(unit.place_at(self.drill.env.now)[0])
            self.drill.log(unit.id, ev.DUTY, where, state)

    def _log_whereabouts(self, unit: Responder) -> None:
        if self.drill.scenario.demand is not None:
            self.log_duty(unit)

    def _duty(self, unit: Responder) -> str:
        """Return its duty, by its shifts, or where it is instead."""
        now, presence = self.drill.env.now, unit.presence
        sent = presence.away_until_s is not None
        where = presence.shifts.at(now) if sent else presence.where
        return unit.spell_at(now).duty if where == HERE else where


__all__ = ["Campus"]
