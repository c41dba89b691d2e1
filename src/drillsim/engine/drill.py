"""One drill in time: the processes of a school on a day when something happens, on one SimPy clock."""

from __future__ import annotations

from collections.abc import Generator
from math import inf
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import URGENT

from drillsim.crowd.population import Population
from drillsim.crowd.reference import ReferenceCrowd
from drillsim.engine import noticing, rooms
from drillsim.engine.incident import Case, cases_of
from drillsim.engine.services import Services
from drillsim.engine.tasks import Response
from drillsim.engine.travel import Travel
from drillsim.engine.units import Responder, responders_of
from drillsim.engine.world import RADII, World
from drillsim.record.trace import Event
from drillsim.scenario.model import Scenario
from drillsim.scenario.roles import ANNOUNCE_DELAY
from drillsim.scenario.staffing import Mix
from drillsim.streams import Streams

Process = Generator[simpy.Event, Any, None]


class Log:
    """The event table while it is written, in order of time."""

    def __init__(self, env: simpy.Environment) -> None:
        self.env = env
        self.events: list[Event] = []

    def __call__(
        self, who: str, what: str, where: str = "", why: str = "", *, incident: str = "", value: float | None = None
    ) -> None:
        """Write one line at the present time."""
        self.events.append(Event(float(self.env.now), who, what, where, why, incident, value))


class Drill:
    """Everything that lives in one drill; `play` runs it to the horizon."""

    def __init__(
        self, scenario: Scenario, world: World, mix: Mix, streams: Streams, population: Population, *, record_legs: bool
    ) -> None:
        self.scenario, self.world, self.streams, self.population = scenario, world, streams, population
        self.env = env = simpy.Environment()
        self.log = Log(env)
        self.crowd = ReferenceCrowd(
            env, world.network, world.cells, world.laws, population,
            routes=scenario.people.routes if isinstance(scenario.people.routes, str) else "shortest",
            assigned=self._assigned(), record_legs=record_legs, horizon_s=scenario.horizon,
        )  # fmt: skip
        self.travel = Travel(env, world, self.crowd, scenario.locks)
        self.units = responders_of(mix, world, streams, locks_key=scenario.locks.key)
        self.cases = cases_of(scenario.incidents, world, streams, env)
        self.response = Response(self)
        self.services = Services(self)
        self.ordered = env.event()
        self.occupied = np.bincount(population.space[population.space >= 0], minlength=len(world.plan.spaces)) > 0
        self.counted_from: dict[int, NDArray[np.float64]] = {}
        self.frozen: dict[int, NDArray[np.float64]] = {}

    def _assigned(self) -> dict[int, int] | None:
        routes = self.scenario.people.routes
        if isinstance(routes, str):
            return None
        index = self.world.plan.space_index
        return {index[s]: self.world.ways_by_id[exit_] for s, exit_ in routes["assigned"].items()}

    def play(self) -> list[Event]:
        """Play the drill to its horizon and return the event table."""
        self._roll_call()
        zero = min(i.at for i in self.scenario.incidents)
        for i, inject in enumerate(self.scenario.injects):
            self._at(max(inject.at - zero, 0.0), lambda _e, n=i: self._inject(n))
        for case in self.cases:
            self.env.process(self.unfold(case))
        if self.scenario.protocol.action != "none":
            self.env.process(self.protect(self.scenario.protocol.action))
        self.env.run(until=_after(self.scenario.horizon))
        self._closing_lines()
        return self.log.events

    def _at(self, delay_s: float, act: Any) -> None:
        """Call `act` after a delay, before anything else that happens at that time."""
        event = self.env.event()
        event._ok, event._value = True, None
        event.callbacks = [act]
        self.env.schedule(event, priority=URGENT, delay=delay_s)

    def _roll_call(self) -> None:
        people = self.population
        self.log("roll", "inside", value=float(np.count_nonzero(people.space >= 0)))
        needing = int(np.count_nonzero((people.space >= 0) & self._needs_help()))
        self.log("roll", "inside", why="needs-help", value=float(needing))
        for unit in self.units:
            space, _ = unit.place_at(0.0)
            where = self.world.plan.spaces[space].id
            self.log(unit.id, "role", why=unit.label)
            self.log(unit.id, "present" if unit.present else "absent", where if unit.present else "", unit.duty)
        if self.scenario.protocol.action != "none":
            self.log("school", "protocol", why=self.scenario.protocol.action)

    def _needs_help(self) -> NDArray[np.bool_]:
        helped = np.zeros(len(self.population), dtype=bool)
        helped[self.population.in_group("needs-help")] = True
        return helped

    # ------------------------------------------------------------------ an incident

    def unfold(self, case: Case) -> Process:
        """Onset, notice, report, dispatch; beside it the incident's own end and its exposure."""
        yield self.env.timeout(case.onset_s)
        where = self.world.plan.spaces[case.space].id
        self.log(case.id, "onset", where, case.kind, incident=case.id)
        self._count_exposure(case)
        if case.lasts_s is not None and case.act_s is not None:
            self.env.process(self._end_by_itself(case))
        self.services.watch(case)
        notice = noticing.race(
            case.wish, case.space, self.units, self.scenario.noticing, self.world, self.streams,
            occupied=bool(self.occupied[case.space]), onset_s=case.onset_s,
        )  # fmt: skip
        yield self.env.timeout(notice.delay_s)
        self.log(notice.who, "noticed", where, notice.why, incident=case.id)
        if notice.unit is not None:
            self.response.noticed_by(case, notice.unit)
        if self.scenario.protocol.action != "none":
            self.env.process(self._order_on_notice(notice.unit))
        delay, tries = noticing.report_delay(case.wish, self.scenario.reporting, self.streams)
        yield self.env.timeout(delay)
        why = f"by {self.scenario.reporting.by}" + (f", after {tries} tries" if tries > 1 else "")
        self.log("office", "reported", where, why, incident=case.id)
        case.reported.succeed()
        self.response.dispatch(case)

    def _end_by_itself(self, case: Case) -> Process:
        assert case.lasts_s is not None
        yield self.env.timeout(case.lasts_s) | case.resolved
        self.resolve(case, "self")

    def resolve(self, case: Case, who: str) -> None:
        """End an incident, once."""
        if case.ended:
            return
        case.ended = True
        self.log(who, "resolved", self.world.plan.spaces[case.space].id, incident=case.id)
        if not case.resolved.triggered:
            case.resolved.succeed()
        self.stop_exposure(case)

    # ------------------------------------------------------------------ the protective action

    def _order_on_notice(self, unit: Responder | None) -> Process:
        """Whoever notices gives the order where the protocol lets them: a teacher, the alarm, or a unit that may."""
        protocol = self.scenario.protocol
        if protocol.announced_by == "office":
            if unit is not None:
                yield from self.order_by(unit)
            return
        law = protocol.announce_delay or ANNOUNCE_DELAY[protocol.action, protocol.announced_by]
        yield self.env.timeout(law.quantile(self.streams.uniform("order.delay", "school")))
        self.give_order("somebody there" if unit is None else unit.id)

    def order_by(self, unit: Responder) -> Process:
        """Let a unit that knows of the incident give the order itself, if its role may."""
        if unit.role.may_order:
            law = ANNOUNCE_DELAY[self.scenario.protocol.action, "teacher"]
            yield self.env.timeout(law.quantile(self.streams.uniform("order.delay", unit.id)))
            self.give_order(unit.id)

    def give_order(self, who: str) -> None:
        """Give the protective order, once."""
        if not self.ordered.triggered:
            self.log(who, "order", "", self.scenario.protocol.action)
            self.ordered.succeed()

    def protect(self, action: str) -> Process:
        """Wait for the order (the office gives it after the report), then evacuate or lock down."""
        protocol = self.scenario.protocol
        if protocol.announced_by == "office":
            law = protocol.announce_delay or ANNOUNCE_DELAY[protocol.action, "office"]
            delay = law.quantile(self.streams.uniform("order.delay", "office"))
            self.cases[0].reported.callbacks.append(lambda _e: self._at(delay, lambda _e: self.give_order("office")))
        yield self.ordered
        (self._evacuate if action == "evacuate" else self._lock_down)()

    def _evacuate(self) -> None:
        protocol, people = self.scenario.protocol, self.population
        announcement = 0.0 if protocol.announced_by == "alarm" else protocol.announcement
        unheard = self.streams.uniforms("room.unheard", self.world.space_words)
        heard = [
            announcement if s.pa else protocol.rooms.unheard.quantile(float(u))
            for s, u in zip(self.world.plan.spaces, unheard, strict=True)
        ]
        inside = np.flatnonzero(people.space >= 0)
        self.crowd.evacuate(inside, delay_s=np.array(heard)[people.space[inside]])

    def _lock_down(self) -> None:
        occupied = [r for r in self.world.rooms if self.occupied[r.space]]
        open_rooms = {r.space for r in self.world.rooms if r.lockable}
        for room in occupied:
            what = "lockable" if room.lockable else "unlockable"
            self.log(self.world.plan.spaces[room.space].id, what, self.world.plan.spaces[room.space].id)
        secured = rooms.secure(
            [r for r in self.world.rooms if r.lockable], self.scenario.protocol, self.world, self.streams
        )
        for one in secured:
            self._secure(one)
        safe = np.array(sorted(open_rooms), dtype=np.int64)
        caught = np.flatnonzero((self.population.space >= 0) & ~np.isin(self.population.space, safe))
        if len(caught):
            self.crowd.to_lockable(caught, open_rooms=open_rooms)
            last = max((one.locked_s for one in secured if one.locked_s < inf), default=0.0)
            self._at(last, lambda _e: self._leave_by_themselves(caught))

    def _leave_by_themselves(self, caught: NDArray[np.int64]) -> None:
        """Let those who found no room to lock before the last one was locked leave the building."""
        lost = [p for p in caught.tolist() if self.crowd.state(p)[0] == "stranded"]
        if lost:
            self.log("people", "leave-by-themselves", value=float(len(lost)), why="no room left to lock")
            self.crowd.evacuate(np.array(lost))

    def _secure(self, one: rooms.Securing) -> None:
        space = one.room.space
        id_ = self.world.plan.spaces[space].id

        def locked(_event: object) -> None:
            self.frozen[space] = self.crowd.person_seconds()
            self.crowd.lock_room(space)
            self.travel.lock(one.room.doors)
            self.log(id_, "locked", id_)

        if one.locked_s < inf:
            self._at(one.locked_s, locked)
            if self.occupied[space]:
                self._at(one.secured_s, lambda _e: self.log(id_, "secured", id_))
        elif self.occupied[space]:
            self._at(one.failed_s, lambda _e: self.log(id_, "lock-failed", id_))

    # ------------------------------------------------------------------ injects

    def _inject(self, number: int) -> None:
        inject = self.scenario.injects[number]
        if inject.close or inject.reopen:
            id_ = inject.close or inject.reopen or ""
            way = self.world.ways_by_id[id_]
            if inject.close:
                self.crowd.close(way)
                self.travel.close(way)
            else:
                self.crowd.reopen(way)
                self.travel.reopen(way)
            self.log("script", "closed" if inject.close else "reopened", id_)
        elif inject.order:
            self.give_order("script")
        elif inject.absent:
            for unit in self.units:
                if unit.id == inject.absent and unit.present:
                    unit.gone = True
                    self.log(unit.id, "left", "", "the script sends it off campus")

    # ------------------------------------------------------------------ exposure and the end

    def _count_exposure(self, case: Case) -> None:
        if case is self.cases[0]:
            self.counted_from[0] = self.crowd.person_seconds()

    def stop_exposure(self, case: Case) -> None:
        """Write down the person-seconds near the first incident up to now; called at its end and at the horizon."""
        if case is not self.cases[0] or 0 not in self.counted_from:
            return
        now, since = self.crowd.person_seconds(), self.counted_from.pop(0)
        spent = now - since
        for space, then in self.frozen.items():
            mine = np.array(self.world.cells.space) == space
            spent[mine] = np.maximum(then[mine] - since[mine], 0.0)
        for radius, near in zip(RADII, self.world.cells_within(case.space, case.point), strict=True):
            self.log("people", "exposure", f"{radius:g}", incident=case.id, value=float(spent[near].sum()))

    def _closing_lines(self) -> None:
        """Add what only the whole drill can tell: who is out when, halls clear, exposure, the last states."""
        self.stop_exposure(self.cases[0])
        helped = self._needs_help()
        out_s = self.crowd.out_s
        for i in np.flatnonzero(~np.isnan(out_s)).tolist():
            why = "needs-help" if helped[i] else ""
            self.log.events.append(Event(float(out_s[i]), f"person-{i}", "out", "", why))
        clear = self.crowd.clear_since_s(i for i, s in enumerate(self.world.plan.spaces) if s.is_circulation)
        if clear is not None and self.scenario.protocol.action == "lockdown":
            self.log.events.append(Event(clear, "school", "halls-clear"))
        for (word, reason), count in sorted(self.crowd.tally().items()):
            why = f"{word} ({reason})" if reason else word
            self.log("people", "at-horizon", "", why, value=float(count))
        self.log.events.sort(key=lambda e: e.time_s)


def _after(horizon_s: float) -> float:
    """Return the least time after the horizon, so that what happens at the horizon itself still happens."""
    return float(np.nextafter(horizon_s, inf))
