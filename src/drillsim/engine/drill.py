"""One drill in time: the processes of a school on a day when something happens, on one SimPy clock."""

from __future__ import annotations

from functools import partial
from math import inf

import numpy as np

from drillsim.engine import noticing
from drillsim.engine.incident import Case
from drillsim.engine.protection import Protection
from drillsim.engine.services import Services
from drillsim.engine.stage import Process, Stage
from drillsim.engine.tasks import Response
from drillsim.record.trace import Event
from drillsim.scenario.model import Inject


class Drill:
    """Everything that lives in one drill; `play` runs it to the horizon."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.protection = Protection(stage)
        self.response = Response(stage, self.protection)
        self.services = Services(stage, self.response)
        self.response.meet_police = self.services.meet

    def play(self) -> list[Event]:
        """Play the drill to its horizon and return the event table."""
        stage = self.stage
        self._roll_call()
        zero = min(i.at for i in stage.scenario.incidents)
        for inject in sorted(stage.scenario.injects, key=lambda inject: inject.at):
            stage.at(max(inject.at - zero, 0.0), partial(self._inject, inject))
        for case in stage.cases:
            stage.env.process(self.unfold(case))
        if stage.scenario.protocol.action != "none":
            stage.env.process(self.protection.run(stage.scenario.protocol.action))
        stage.env.run(until=_after(stage.scenario.horizon))
        self._closing_lines()
        return stage.log.events

    def _roll_call(self) -> None:
        stage = self.stage
        people = stage.population
        stage.log("roll", "inside", value=float(np.count_nonzero(people.space >= 0)))
        needing = int(np.count_nonzero((people.space >= 0) & stage.needs_help()))
        stage.log("roll", "inside", why="needs-help", value=float(needing))
        for unit in stage.units:
            space, _ = unit.place_at(0.0)
            where = stage.world.plan.spaces[space].id
            stage.log(unit.id, "role", why=unit.label)
            stage.log(unit.id, "present" if unit.present else "absent", where if unit.present else "", unit.duty)
        self.protection.roll_call()

    # ------------------------------------------------------------------ an incident

    def unfold(self, case: Case) -> Process:
        """Onset, notice, report, dispatch; beside it the incident's own end and its exposure."""
        stage = self.stage
        yield stage.env.timeout(case.onset_s)
        where = stage.where(case)
        stage.log(case.id, "onset", where, case.kind, incident=case.id)
        if case is stage.cases[0]:
            stage.exposure.start()
        if case.lasts_s is not None and case.act_s is not None:
            stage.env.process(self._end_by_itself(case))
        if self.services.wants_police(case):
            stage.log("school", "police-wanted", incident=case.id)
        self.services.watch(case)
        setting = stage.scenario.noticing
        units = noticing.sightings(case.wish, case.space, stage.units, setting, stage.streams, onset_s=case.onset_s)
        watched = stage.crowd.count_in([case.space]) > 0 or (
            noticing.supervised(stage.world.plan.spaces[case.space]) and len(stage.population) > 0
        )
        notice = noticing.race(case.wish, case.space, units, setting, stage.world, stage.streams, watched=watched)
        if case.wish.noticed_after is None:
            for sighting in units:
                stage.env.process(self._see(case, sighting))
        yield stage.env.timeout(notice.delay_s)
        stage.log(notice.who, "noticed", where, notice.why, incident=case.id)
        if stage.scenario.protocol.action != "none":
            stage.env.process(self.protection.order_on_notice(notice.unit))
        delay, tries = noticing.report_delay(case.wish, stage.scenario.reporting, stage.streams)
        yield stage.env.timeout(delay)
        why = f"by {stage.scenario.reporting.by}" + (f", after {tries} tries" if tries > 1 else "")
        stage.log("office", "reported", where, why, incident=case.id)
        case.reported.succeed()
        self.response.dispatch(case)

    def _see(self, case: Case, sighting: noticing.Sighting) -> Process:
        """Let a unit notice for itself, as everybody there does, and act."""
        yield self.stage.env.timeout(sighting.delay_s)
        self.response.noticed_by(case, sighting.unit)

    def _end_by_itself(self, case: Case) -> Process:
        assert case.lasts_s is not None
        yield self.stage.env.timeout(case.lasts_s) | case.resolved
        self.stage.resolve(case, "self")

    # ------------------------------------------------------------------ injects

    def _inject(self, inject: Inject, _event: object) -> None:
        stage = self.stage
        if inject.close or inject.reopen:
            id_ = inject.close or inject.reopen or ""
            way = stage.world.ways_by_id[id_]
            if inject.close:
                stage.crowd.close(way)
                stage.travel.close(way)
            else:
                stage.crowd.reopen(way)
                stage.travel.reopen(way)
            stage.log("script", "closed" if inject.close else "reopened", id_)
        elif inject.order:
            self.protection.give_order("script")
        elif inject.absent:
            for unit in stage.units:
                if unit.id == inject.absent and unit.present:
                    self.response.leave(unit)

    # ------------------------------------------------------------------ exposure and the end

    def _closing_lines(self) -> None:
        """Add what only the whole drill can tell: who is out when, halls clear, exposure, the last states."""
        stage = self.stage
        stage.stop_exposure(stage.cases[0])
        helped = stage.needs_help()
        out_s = stage.crowd.out_s
        for i in np.flatnonzero(~np.isnan(out_s)).tolist():
            why = "needs-help" if helped[i] else ""
            stage.log.events.append(Event(float(out_s[i]), f"person-{i}", "out", "", why))
        clear = stage.crowd.clear_since_s(i for i, s in enumerate(stage.world.plan.spaces) if s.is_circulation)
        if clear is not None and stage.scenario.protocol.action == "lockdown" and self.protection.ordered.triggered:
            stage.log.events.append(Event(clear, "school", "halls-clear"))
        for (word, reason), count in sorted(stage.crowd.tally().items()):
            why = f"{word} ({reason})" if reason else word
            stage.log("people", "at-horizon", "", why, value=float(count))
        stage.log.events.sort(key=lambda e: e.time_s)


def _after(horizon_s: float) -> float:
    """Return the least time after the horizon, so that what happens at the horizon itself still happens."""
    return float(np.nextafter(horizon_s, inf))
