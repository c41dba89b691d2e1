"""One drill in time: the processes of a school on a day when something happens, on one SimPy clock."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import repeat
from math import inf
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from drillsim.engine.incident import detection
from drillsim.engine.incident.call_arrivals import arrivals_of
from drillsim.engine.incident.course import Progress
from drillsim.engine.injects import Script
from drillsim.engine.protection.protective_action import Protection
from drillsim.engine.response.approach import tell_place
from drillsim.engine.response.services import Services
from drillsim.engine.response.support_tasks import HostileTasks
from drillsim.engine.response.unit_process import Response
from drillsim.engine.state.drill_state import Process, Stage
from drillsim.engine.state.incident import Case, case_of
from drillsim.engine.state.responder import Responder
from drillsim.record.trace import Event
from drillsim.streams.streams import sample


class Drill:
    """Everything that lives in one drill, or in one school day; `play` runs it to its end."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.protection = Protection(stage)
        self.response = Response(stage, self.protection)
        self.protection.let_go = self.response.release
        self.services = Services(stage, self.response)
        self.hostile = HostileTasks(stage, self.response, self.services)
        self.script = Script(stage, self.response, self.protection)

    def play(self) -> list[Event]:
        """Play to the end and return the event table."""
        stage, scenario = self.stage, self.stage.scenario
        self._roll_call()
        end_s = scenario.horizon + max((c.onset_s for c in stage.cases), default=0.0)
        if scenario.demand is not None:
            end_s = scenario.demand.lasts + scenario.horizon
            stage.env.process(self._day())
            stage.env.process(self._bells(scenario.demand.lasts))
        else:
            self.script.begin(scenario.incidents[scenario.leading].at)
            for case in stage.cases:
                stage.env.process(self.unfold(case))
            if scenario.protocol.action != "none":
                stage.env.process(self.protection.run(scenario.protocol.action))
        stage.env.run(until=_after(end_s))
        self._closing_lines()
        return stage.log.events

    def _roll_call(self) -> None:
        stage = self.stage
        stage.log("roll", "inside", value=float(stage.people_in()[stage.world.network.space_indoors].sum()))
        stage.log("roll", "inside", why="needs-help", value=float(np.count_nonzero(stage.needs_help())))
        for unit in stage.units:
            stage.log(unit.id, "role", why=unit.label)
            if unit.is_here(0.0):
                stage.log(unit.id, "present", stage.id_of(unit.place_at(0.0)[0]), unit.spell_at(0.0).duty)
            else:
                stage.log(unit.id, "absent", "", unit.whereabouts(0.0))
        self.protection.roll_call()

    # ------------------------------------------------------------------ a day

    def _day(self) -> Process:
        """Let the day's incidents begin, one after the other."""
        stage, demand = self.stage, self.stage.scenario.demand
        assert demand is not None
        for number, one in enumerate(arrivals_of(demand, stage.world.plan, stage.streams, stage.clock)):
            yield stage.env.timeout(one.onset_s - stage.env.now)
            case = case_of(
                one.call,
                one.id,
                number,
                one.onset_s,
                stage.scenario,
                stage.world,
                stage.streams,
                stage.clock,
                stage.env,
            )
            stage.env.process(self.unfold(case))

    def _bells(self, end_s: float) -> Process:
        """At each bell, and at each change of a unit's duty or calendar, write down who is where."""
        stage = self.stage
        times = {stage.clock.seconds(m) for m in stage.clock.bells()}
        for unit in stage.units:
            times |= {s.begins_s for s in unit.spells if s.begins_s > 0.0}
            if unit.calendar is not None:
                times |= {stage.clock.seconds(m) for m in unit.calendar.changes(stage.clock.weekday)}
        told = {unit.id: (unit.whereabouts(0.0), unit.spell_at(0.0).duty) for unit in stage.units}
        for time_s in sorted(t for t in times if 0.0 < t < end_s):
            yield stage.env.timeout(time_s - stage.env.now)
            stage.occupy(time_s)
            for unit in stage.units:
                state = (unit.whereabouts(time_s), unit.spell_at(time_s).duty)
                if state != told[unit.id]:
                    told[unit.id] = state
                    stage.log(unit.id, "duty", stage.id_of(unit.place_at(time_s)[0]), _duty_word(*state))

    # ------------------------------------------------------------------ an incident

    def unfold(self, case: Case) -> Process:
        """Onset, notice, report, dispatch; beside it the incident's own end and its exposure."""
        stage = self.stage
        if case.onset_s > stage.env.now:
            yield stage.env.timeout(case.onset_s - stage.env.now)
        rule_break = 1.0 if case.wish.discipline else None
        stage.log(case.id, "onset", stage.where(case), case.kind, incident=case.id, value=rule_break)
        stage.start_exposure(case)
        if case.lasts_s is not None and case.act_s is not None:
            stage.env.process(self._end_by_itself(case))
        if self.services.wants_police(case):
            stage.log("school", "police-wanted", incident=case.id)
        self.services.watch(case)
        Progress(stage, case).begin()
        setting, reporting = stage.scenario.noticing, stage.scenario.reporting
        space = stage.world.plan.spaces[case.space]
        watched = stage.crowd.count_in([case.space]) > 0 or (
            detection.supervised(space) and bool(stage.people_in(stage.env.now).sum() > 0)
        )
        sources = detection.sources(
            case, stage.units, setting, reporting, stage.world, stage.streams,
            watched=watched, propped=frozenset(stage.travel.propped), now_s=stage.env.now,
        )  # fmt: skip
        for i, notice in enumerate(sources):
            stage.env.process(self._tell(case, notice, first=i == 0))

    def _tell(self, case: Case, notice: detection.Notice, *, first: bool) -> Process:
        """Notice, act where it is a unit, and report unless the front office has it already."""
        stage = self.stage
        if notice.delay_s > 0.0:
            yield stage.env.timeout(notice.delay_s)
        if notice.unit is not None:
            if first:
                self._first_notice(case, notice)
            self.response.noticed_by(case, notice.unit)
        elif first:
            self._first_notice(case, notice)
        if case.reported.triggered and case.place_known.triggered:
            return
        covered = stage.has_radio(case.space)
        report = detection.report_of(case, notice, stage.scenario.reporting, stage.streams, covered=covered)
        if report.delay_s > 0.0:
            yield stage.env.timeout(report.delay_s)
        if not report.arrives:
            stage.log("office", "report-lost", stage.where(case), notice.who, incident=case.id)
            return
        news = not case.reported.triggered
        if news:
            means = "badge" if notice.means == "badge" else stage.scenario.reporting.by
            why = f"by {means}" + (f", after {report.tries} tries" if report.tries > 1 else "")
            stage.log("office", "reported", stage.where(case), why, incident=case.id)
            case.reported.succeed()
        if report.names_place:
            tell_place(stage, case, "office")
        elif news:
            stage.log("office", "place-unknown", "", "the report does not say where", incident=case.id)
            asked = sample(stage.scenario.reporting.ask_back, stage.streams, "report.ask_back", case.id)
            stage.at(asked, lambda _e: tell_place(stage, case, "office"))
        if news:
            self.response.dispatch(case)

    def _first_notice(self, case: Case, notice: detection.Notice) -> None:
        stage = self.stage
        stage.log(notice.who, "noticed", stage.where(case), notice.why, incident=case.id)
        protocol = stage.scenario.protocol
        if protocol.action != "none" and case is stage.cases[stage.scenario.protected]:
            stage.env.process(self.protection.order_on_notice(notice.unit))

    def _end_by_itself(self, case: Case) -> Process:
        assert case.lasts_s is not None
        yield self.stage.env.timeout(case.lasts_s) | case.resolved
        self.stage.resolve(case, "self")

    # ------------------------------------------------------------------ the end

    def _closing_lines(self) -> None:
        """Add what only the whole drill can tell: who is out when, halls clear, exposure, the last states."""
        stage = self.stage
        for case in list(stage.exposures):
            stage.stop_exposure(case)
        self._last_states()
        if stage.scenario.demand is not None:
            return
        protected = stage.cases[stage.scenario.protected].id
        helped, later = stage.needs_help(), stage.comes_later()
        out_s = stage.crowd.out_s
        out = np.argsort(out_s, kind="stable")[: np.count_nonzero(~np.isnan(out_s))]
        lines = zip(
            out_s[out].tolist(), map(_person, out.tolist()), _words(later[out], "out-again", "out"), repeat(""),
            _words(helped[out], "needs-help", ""), repeat(protected), repeat(None), strict=False,
        )  # fmt: skip
        stage.log.events += map(tuple.__new__, repeat(Event), lines)
        self.protection.take_stock()
        for (word, reason), count in sorted(stage.crowd.tally().items()):
            why = f"{word} ({reason})" if reason else word
            stage.log("people", "at-horizon", "", why, value=float(count))
        stage.log.events.sort(key=attrgetter("time_s"))

    def _last_states(self) -> None:
        """Name the state in which every unit ends."""
        stage = self.stage
        for unit in stage.units:
            stage.log(unit.id, "unit-ends", stage.whereabouts(unit) if unit.present else "", _state(unit, stage))


def _words(flags: NDArray[np.bool_], yes: str, no: str) -> Iterable[str]:
    return [yes if flag else no for flag in flags.tolist()] if flags.any() else repeat(no)


@cache
def _person(number: int) -> str:
    return f"person-{number}"


def _duty_word(where: str, duty: str) -> str:
    return duty if where == "here" else where


def _state(unit: Responder, stage: Stage) -> str:
    """Return the state of a unit: away, on duty, or busy and with what."""
    if not unit.is_here(stage.env.now):
        return "away" if unit.gone else f"not on campus: {unit.whereabouts(stage.env.now)}"
    if unit.case is None:
        return "free" if unit.stands is not None else f"on duty: {unit.spell_at(stage.env.now).duty}"
    there = "on scene" if unit in unit.case.on_scene else "busy"
    return f"{there}: {unit.case.id}"


def _after(horizon_s: float) -> float:
    """Return the least time after the horizon, so that what happens at the horizon itself still happens."""
    return float(np.nextafter(horizon_s, inf))
