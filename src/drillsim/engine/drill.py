"""The processes of one drill or school day on one SimPy clock.

An incident has the intervals onset → noticed → reported → dispatched → on scene → able → resolved. `Drill` runs its part up
to the report and starts the rest: detection, report, the response by units and services, the protective action, and the
injects. At the end it adds the events that only the whole drill can tell.
"""

from __future__ import annotations

from math import floor, inf

import numpy as np

from drillsim.engine.incident import detection
from drillsim.engine.incident.call_arrivals import arrivals_of
from drillsim.engine.incident.course import IncidentCourse
from drillsim.engine.injects import InjectSchedule
from drillsim.engine.protection.protective_action import Protection
from drillsim.engine.response.approach import tell_place
from drillsim.engine.response.assignments import Status
from drillsim.engine.response.room_release import RoomRelease
from drillsim.engine.response.unit_process import Response
from drillsim.engine.state import dismissal
from drillsim.engine.state.drill_state import DrillState, Process
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.record import events as ev
from drillsim.record.event_table import WORDS, Departures, EventTable
from drillsim.scenario.calendar import DAY
from drillsim.streams.streams import sample


class Drill:
    """One drill or school day, ready to be played once by `play`."""

    def __init__(self, drill: DrillState) -> None:
        self.drill = drill
        self.protection = Protection(drill)
        self.response = Response(drill, self.protection, resumes=self._see_on_duty)
        self.injects = InjectSchedule(drill, self.response, self.protection)
        self._unfolded: list[IncidentState] = []
        """Incidents from their onsets on."""

    def play(self) -> EventTable:
        """Play to the end, and return the events in order of time."""
        drill, scenario = self.drill, self.drill.scenario
        self._roll_call()
        dismissal.begin(drill)
        self.response.campus.begin()
        if scenario.demand is not None:
            drill.env.process(self._day())
            drill.env.process(self._bells(scenario.demand.lasts))
        else:
            self.injects.begin()
            for incident in drill.incidents:
                drill.env.process(self.unfold(incident))
            if scenario.protocol.action != "none":
                drill.env.process(self.protection.run(scenario.protocol.action))
            if scenario.protocol.action == "lockdown" and scenario.protocol.release is not None:
                drill.env.process(RoomRelease(self.response, self.protection).run())
        drill.env.run(until=_after(drill.end_s))
        return self._closing_lines()

    def _roll_call(self) -> None:
        drill = self.drill
        drill.log("roll", ev.INSIDE, value=float(drill.people_in()[drill.world.network.space_indoors].sum()))
        helped = drill.needs_help() & drill.is_indoors()
        drill.log("roll", ev.INSIDE, why="needs-help", value=float(np.count_nonzero(helped)))
        for unit in drill.units:
            drill.log(unit.id, ev.ROLE, why=unit.label)
            if unit.is_here:
                drill.log(unit.id, ev.PRESENT, drill.id_of(unit.place_at(0.0)[0]), unit.spell_at(0.0).duty)
            else:
                drill.log(unit.id, ev.ABSENT, "", unit.presence.where, value=self._comes_at(unit))
        self.protection.roll_call()

    def _comes_at(self, unit: Responder) -> float | None:
        """Return the minute of the day at which a unit comes on campus, if it comes that day or while the drill runs."""
        clock = self.drill.clock
        comes_s = unit.presence.next_here_s(0.0)
        is_seen = comes_s < max(self.drill.end_s, clock.seconds((floor(clock.start_min / DAY) + 1) * DAY))
        return clock.minute(comes_s) % DAY if is_seen else None

    # ------------------------------------------------------------------ a day

    def _day(self) -> Process:
        """Start the incidents of a school day at their onsets."""
        drill, demand = self.drill, self.drill.scenario.demand
        assert demand is not None
        for number, one in enumerate(arrivals_of(demand, drill.world.plan, drill.streams, drill.clock)):
            yield drill.env.timeout(one.onset_s - drill.env.now)
            incident = drill.incident_factory.make(one.call, one.id, number, one.onset_s)
            drill.env.process(self.unfold(incident))

    def _bells(self, end_s: float) -> Process:
        """Place people anew at each bell, and log each change of a unit's duty."""
        drill = self.drill
        times = {drill.clock.seconds(m) for m in drill.clock.bells()}
        for responder in drill.units:
            times |= {s.begins_s for s in responder.spells if s.begins_s > 0.0}
        for time_s in sorted(t for t in times if 0.0 < t < end_s):
            yield drill.env.timeout(time_s - drill.env.now)
            drill.occupy(time_s)
            for unit in drill.units:
                self.response.campus.log_duty(unit)

    # ------------------------------------------------------------------ an incident

    def unfold(self, incident: IncidentState) -> Process:
        """Onset and detection of an incident, its own course and end, its exposure, and the call of services."""
        drill = self.drill
        if incident.onset_s > drill.env.now:
            yield drill.env.timeout(incident.onset_s - drill.env.now)
        rule_break = 1.0 if incident.definition.discipline else None
        drill.log(
            incident.id, ev.ONSET, drill.where(incident), incident.kind.name, incident=incident.id, value=rule_break
        )
        drill.start_exposure(incident)
        if incident.lasts_s is not None and incident.act_s is not None:
            drill.env.process(self._end_by_itself(incident))
        self.response.watch(incident)
        IncidentCourse(drill, incident).begin()
        if drill.scenario.protocol.action != "none" and incident is drill.incidents[drill.scenario.protected]:
            drill.env.process(self._order_on_notice(incident))
        self._unfolded.append(incident)
        for notice in detection.sources(drill, incident):
            drill.env.process(self._tell(incident, notice))

    def _tell(self, incident: IncidentState, notice: detection.Notice) -> Process:
        """Let one source notice: a unit responds at once; the source reports unless the office knows incident and place."""
        drill = self.drill
        if notice.delay_s > 0.0:
            yield drill.env.timeout(notice.delay_s)
        if notice.unit is not None and not self._is_there(notice.unit, incident):
            return  # it has left, or was called away, since
        drill.notice(incident, notice.who, notice.why, notice.unit)
        if notice.unit is not None:
            self.response.answer_notice(incident, notice.unit)
        if incident.reported.triggered and incident.place_known.triggered:
            return
        report = detection.report_of(drill, incident, notice)
        if report.delay_s > 0.0:
            yield drill.env.timeout(report.delay_s)
        if not report.arrives:
            drill.log("office", ev.REPORT_LOST, drill.where(incident), notice.who, incident=incident.id)
            return
        is_first = not incident.reported.triggered
        if is_first:
            why = detection.BY[report.means] + (f", after {report.tries} tries" if report.tries > 1 else "")
            drill.log("office", ev.REPORTED, drill.where(incident), why, incident=incident.id)
            incident.reported.succeed()
        if report.names_place:
            tell_place(drill, incident, "office")
        elif is_first:
            drill.log("office", ev.PLACE_UNKNOWN, "", "the report does not say where", incident=incident.id)
            if not incident.kind.is_sought:
                asked = sample(drill.scenario.reporting.ask_back, drill.streams, "report.ask_back", incident.id)
                drill.at(asked, lambda _e: tell_place(drill, incident, "office"))
        if is_first:
            self.response.dispatch(incident)

    def _is_there(self, unit: Responder, incident: IncidentState) -> bool:
        """Return whether a unit is where its duty had it: on campus, and in the space of the incident if it has set off since."""
        return unit.is_here and (unit.number is None or self.drill.travel.place(unit)[0] == incident.space)

    def _see_on_duty(self, unit: Responder) -> None:
        """Let a unit that is back on its duty notice what nobody has reported yet, and doors that are propped open."""
        self.injects.resumes(unit)
        for incident in self._unfolded:
            if not incident.ended and not (incident.reported.triggered and incident.place_known.triggered):
                notice = detection.on_duty(self.drill, incident, unit)
                if notice.delay_s < inf and incident.kind.noticed_by == "witness":
                    self.drill.env.process(self._tell(incident, notice))

    def _order_on_notice(self, incident: IncidentState) -> Process:
        unit = yield incident.noticed
        if self.protection.action == "lockdown":
            self.protection.flee()
        if incident.kind.noticed_by == "police":  # nobody in the building knows of it before they call
            yield incident.reported
        yield from self.protection.order_on_notice(unit)

    def _end_by_itself(self, incident: IncidentState) -> Process:
        assert incident.lasts_s is not None
        yield self.drill.env.timeout(incident.lasts_s) | incident.resolved
        self.drill.resolve(incident, "self")
        if incident.kind.is_sought:  # who comes back by itself is searched for no longer
            tell_place(self.drill, incident, "office")

    # ------------------------------------------------------------------ the end

    def _closing_lines(self) -> EventTable:
        """Return all events, with those that only the whole drill can tell: exits, exposure, accountability, final states."""
        drill = self.drill
        for incident in list(drill.exposures):
            drill.stop_exposure(incident)
        self._last_states()
        if drill.scenario.demand is not None:
            return EventTable(drill.log.events)
        protected = drill.incidents[drill.scenario.protected].id
        left = self._departures(protected)
        before = len(drill.log.events)
        self.protection.take_stock()
        for (word, reason), count in sorted(drill.crowd.tally().items()):
            why = f"{word} ({reason})" if reason else word
            drill.log("people", ev.AT_HORIZON, "", why, value=float(count))
        lines = drill.log.events
        return EventTable(lines[:before], [left] if len(left) else [], lines[before:])

    def _departures(self, incident: str) -> Departures:
        """Return who is out of the building, once more, or gone home."""
        drill = self.drill
        times_s, out = drill.crowd.departures()
        words = np.where(drill.comes_later()[out], WORDS.index(ev.OUT_AGAIN), WORDS.index(ev.OUT)).astype(np.int8)
        where: tuple[str, ...] = ()
        if len(drill.going_home):
            home, started = drill.crowd.gone_home[out], drill.population.space[out]
            words[home] = WORDS.index(ev.GONE_HOME)
            outdoors = (home & ~drill.world.network.space_indoors[started]).tolist()
            where = tuple(drill.id_of(s) if o else "" for s, o in zip(started.tolist(), outdoors, strict=True))
        return Departures(times_s, out, words, drill.needs_help()[out], where, incident)

    def _last_states(self) -> None:
        """Log the final state of every unit."""
        drill = self.drill
        for unit in drill.units:
            drill.log(unit.id, ev.UNIT_ENDS, drill.whereabouts(unit) if unit.is_here else "", self._state(unit))

    def _state(self, unit: Responder) -> str:
        """Return the state of a unit: away, on duty, or busy and with what."""
        now, assignment = self.drill.env.now, self.response.assignments.of(unit)
        if not unit.is_here:
            sent_away = unit.presence.away_until_s is not None
            return "away" if sent_away else f"not on campus: {unit.presence.where}"
        if assignment is None:
            return "free" if unit.stands is not None else f"on duty: {unit.spell_at(now).duty}"
        there = "on scene" if assignment.status is Status.ON_SCENE else "busy"
        return f"{there}: {assignment.incident.id}"


def _after(horizon_s: float) -> float:
    """Return the next floating-point number after the horizon, so that events at the horizon itself are played."""
    return float(np.nextafter(horizon_s, inf))
