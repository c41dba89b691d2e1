"""Checks of a scenario's settings: goals that nothing reaches, settings that contradict each other, injects without effect."""

from __future__ import annotations

from collections.abc import Iterable

from drillsim.analysis.measures import APPLIES
from drillsim.documents.fault_list import FaultList, Path
from drillsim.engine.references import EVERYWHERE, happenings
from drillsim.plan.model import FloorPlan
from drillsim.quantities import clock
from drillsim.scenario.incident import Incident
from drillsim.scenario.model import Inject, Scenario


def settings(scenario: Scenario, plan: FloorPlan, faults: FaultList) -> None:
    """Warn of settings that can be played but are hardly intended: each alone, two beside each other, and injects."""
    _alone(scenario, plan, faults)
    _contradictions(scenario, plan, faults)
    _Script(scenario, plan, faults).check()


def _alone(scenario: Scenario, plan: FloorPlan, faults: FaultList) -> None:
    """Warn of settings that nothing can come of."""

    def warn(message: str, path: Path) -> None:
        faults.add("DS504", message, path, severity="warning")

    action = scenario.protocol.action
    for i, goal in enumerate(scenario.goals):
        if goal.at_most > scenario.horizon:
            warn(
                f"the goal lies beyond the horizon of {clock(scenario.horizon)}; nothing is watched that long",
                ("goals", i, "at_most"),
            )
        needs = next((a for a, names in APPLIES.items() if goal.measure in names), None)
        if any(goal.measure in names for names in APPLIES.values()) and goal.measure not in APPLIES.get(action, ()):
            warn(
                f"'{goal.measure}' is never reached under 'action: {action}'. Write 'action: {needs}'",
                ("goals", i, "measure"),
            )
    for i, incident in enumerate(scenario.incidents):
        if incident.row.empties_building and action == "none":
            advice = "nobody is told to leave. Add 'protocol: {action: evacuate, announced_by: alarm}'"
            warn(advice, ("incidents", i, "kind"))
    for happening, _ in happenings(scenario):
        if scenario.dispatch.policy(happening.row) == "preference" and not scenario.dispatch.preference:
            message = f"'{happening.kind}: preference' needs a table. Write 'preference: [{{units: [sro-1, guard-1]}}]'"
            faults.add("DS504", message, ("dispatch", happening.kind))
    if isinstance(scenario.time_of_day, str) and plan.timetable and plan.period_at(scenario.time_of_day) is None:
        periods = ", ".join(f"{p.from_} to {p.to}" for p in plan.timetable)
        warn(
            f"{scenario.time_of_day} lies outside the timetable of {plan.name} ({periods}): nobody is in",
            ("time_of_day",),
        )


def _contradictions(scenario: Scenario, plan: FloorPlan, faults: FaultList) -> None:
    """Warn of two settings of which one leaves the other without effect."""
    protocol, dispatch, action = scenario.protocol, scenario.dispatch, scenario.protocol.action

    def warn(message: str, *path: str | int) -> None:
        faults.add("DS504", message, path, severity="warning")

    if protocol.announced_by == "badge" and scenario.noticing.badges == 0 and scenario.reporting.by != "badge":
        advice = "Write 'noticing: {badges: 100 %}', or let somebody else announce"
        warn(f"the order comes by badge, and no adult wears one. {advice}", "protocol", "announced_by")
    if action == "none" and protocol.announced_by != "office":
        warn("nothing is ordered, so nobody announces. Give 'protocol' an action", "protocol", "announced_by")
    if action == "none" and protocol.zones:
        warn("nothing is ordered, so no zone is told. Give 'protocol' an action", "protocol", "zones")
    if action != "shelter" and protocol.shelter_in:
        warn(f"nobody shelters under 'action: {action}'. Leave the places out", "protocol", "shelter_in")
    if dispatch.wait_at_most is not None and not dispatch.queue:
        warn("incidents do not wait with 'queue: false'. Leave 'wait_at_most' out", "dispatch", "wait_at_most")
    if dispatch.preference and all(dispatch.policy(h.row) != "preference" for h, _ in happenings(scenario)):
        kind = happenings(scenario)[0][0].kind
        warn(f"no kind is dispatched by this table. Write '{kind}: preference'", "dispatch", "preference")
    alarmed = {o.id for o in plan.openings if o.alarm}
    for happening, path in happenings(scenario):
        if happening.quorum is not None and happening.participants is not None:
            warn(
                "the quorum is given, so the participants decide nothing. Leave one of them out", *path, "participants"
            )
        if not isinstance(happening, Incident):
            continue
        if happening.through is not None and happening.noticed_after is not None:
            warn("its notice is fixed, so no door tells. Leave 'through' or 'noticed_after' out", *path, "through")
        elif happening.through is not None and happening.through not in alarmed:
            warn(
                f"'{happening.through}' has no alarm, so it tells nothing. Give it 'alarm: true' in the plan",
                *path,
                "through",
            )


class _Script:
    """The injects in order of time, and what they have changed so far."""

    def __init__(self, scenario: Scenario, plan: FloorPlan, faults: FaultList) -> None:
        self.scenario, self.plan, self.faults = scenario, plan, faults
        self.ends_s = scenario.horizon + max((i.at for i in scenario.incidents), default=0.0)
        self.closed: set[str] = set()
        self.propped: set[str] = set()
        self.gone: set[str] = set()
        self.silent = {s.id for s in plan.spaces if not s.radio}
        """Spaces without radio."""
        self.ordered = False

    def check(self) -> None:
        """Warn of every inject that nothing can follow."""
        for i, inject in sorted(enumerate(self.scenario.injects), key=lambda pair: pair[1].at):
            if inject.at > self.ends_s:
                message = f"the drill ends at {clock(self.ends_s)}, so nothing follows this inject. Let it come earlier"
                self._warn(message, i, "at")
            for message, key in self._without_effect(inject):
                self._warn(message, i, key)

    def _warn(self, message: str, number: int, key: str) -> None:
        path: Path = ("injects", number, key)
        self.faults.add("DS504", message, path, severity="warning")

    def _without_effect(self, inject: Inject) -> Iterable[tuple[str, str]]:
        """Yield what keeps an inject from changing anything, with its key."""
        if inject.close is not None:
            if inject.close in self.closed:
                yield f"'{inject.close}' is closed already. Leave this inject out", "close"
            self.closed.add(inject.close)
        if inject.reopen is not None:
            if inject.reopen not in self.closed:
                yield f"'{inject.reopen}' is not closed by then. Close it before, or leave this inject out", "reopen"
            self.closed.discard(inject.reopen)
        if inject.prop is not None:
            yield from self._propped(inject.prop)
        if inject.absent is not None:
            if inject.absent in self.gone:
                yield f"'{inject.absent}' has left already. Leave this inject out", "absent"
            self.gone.add(inject.absent)
        if inject.radio_out is not None:
            if self._spaces(inject.radio_out) <= self.silent:
                yield "there is no radio by then. Leave this inject out", "radio_out"
            self.silent |= self._spaces(inject.radio_out)
        if inject.radio_back is not None:
            if not self._spaces(inject.radio_back) & self.silent:
                yield "radio works there. Let it fail before, or leave this inject out", "radio_back"
            self.silent -= self._spaces(inject.radio_back)
        yield from self._told(inject)

    def _propped(self, id_: str) -> Iterable[tuple[str, str]]:
        door = next((o for o in self.plan.openings if o.id == id_), None)
        if id_ in self.propped:
            yield f"'{id_}' is propped open already. Leave this inject out", "prop"
        elif door is not None and door.lock == "none" and not door.alarm:
            yield f"'{id_}' has neither lock nor alarm, so propping it changes nothing. Name another door", "prop"
        self.propped.add(id_)

    def _told(self, inject: Inject) -> Iterable[tuple[str, str]]:
        """Yield why nobody follows an order or an alarm."""
        action = self.scenario.protocol.action
        if inject.order is not None:
            if inject.order == "none":
                yield "the script orders nothing. Name an action, or leave this inject out", "order"
            elif self.ordered:
                yield "the order is given by then, and it is given once. Leave this inject out", "order"
            self.ordered = True
        if inject.alarm is not None:
            if action not in ("evacuate", "lockdown"):
                yield f"nobody leaves at an alarm under 'action: {action}'. Write 'action: evacuate'", "alarm"
            elif action == "evacuate" and self.ordered:
                yield "the order to leave is given by then. Leave this inject out", "alarm"
            self.ordered |= action == "evacuate"

    def _spaces(self, names: Iterable[str]) -> set[str]:
        """Return the ids of the spaces that an inject names: by id, by use, or everywhere."""
        wanted = set(names)
        return {s.id for s in self.plan.spaces if EVERYWHERE in wanted or s.id in wanted or s.use in wanted}
