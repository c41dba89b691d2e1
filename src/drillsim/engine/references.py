"""Checks of the names in a scenario and its mixes: every id, use, bell period and role must exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from drillsim.documents.fault_list import FaultList, Path
from drillsim.errors import closest
from drillsim.plan.model import OUTSIDE, FloorPlan
from drillsim.plan.passage import is_exit
from drillsim.quantities import minutes
from drillsim.record.columns import TIMES
from drillsim.scenario.calendar import DAY, Calendar, overlaps, stretch
from drillsim.scenario.groups import SHIPPED_GROUPS
from drillsim.scenario.incident import ANY, Happening, Incident
from drillsim.scenario.model import ALL_TIMES, Scenario
from drillsim.scenario.staffing import Mixes, Unit
from drillsim.scenario.vocabulary import WEEKDAYS

EVERYWHERE = "everywhere"


class PlanNames:
    """Names that a plan defines, by kind of object."""

    def __init__(self, plan: FloorPlan) -> None:
        self.plan = plan
        self.spaces = [s.id for s in plan.spaces]
        self.points = sorted({*self.spaces, *(p.id for p in plan.posts)})
        self.uses = sorted({s.use for s in plan.spaces})
        self.openings = [o.id for o in plan.openings]
        self.ways = [*self.openings, *(f.id for f in plan.flights)]
        self.exits = [o.id for o in plan.openings if is_exit(plan, o)]
        gates = [o.id for o in plan.openings if OUTSIDE in o.spaces and o.id not in self.exits]
        self.by_sort = {
            "space": self.spaces, "space or post": self.points, "opening": self.openings,
            "opening or stair": self.ways, "exit": [*self.exits, *gates], "level": [level.id for level in plan.levels],
        }  # fmt: skip
        self.periods = list(dict.fromkeys(p.period for p in plan.timetable))


def happenings(scenario: Scenario) -> list[tuple[Happening, Path]]:
    """Return the incidents of a drill, or the calls of a day, each with its place in the file."""
    if scenario.demand is not None:
        return [(call, ("demand", "calls", i)) for i, call in enumerate(scenario.demand.calls)]
    return [(incident, ("incidents", i)) for i, incident in enumerate(scenario.incidents)]


def scenario_names(scenario: Scenario, known: PlanNames, faults: FaultList) -> None:
    """Check every name of the scenario against the plan."""
    plan = known.plan
    for happening, path in happenings(scenario):
        _where(happening.where, known, faults, (*path, "where"))
        if isinstance(happening, Incident):
            _one_of(happening.through, "opening", known, faults, (*path, "through"))
            for j, move in enumerate(happening.moves):
                _where(move.to, known, faults, (*path, "moves", j, "to"))
        else:
            _periods(getattr(happening, "periods", {}), known, faults, (*path, "periods"), or_any=True)
    if isinstance(scenario.time_of_day, dict):
        _periods(scenario.time_of_day["draw"], known, faults, ("time_of_day", "draw"), or_any=False)
        shares(sum(scenario.time_of_day["draw"].values()), faults, ("time_of_day", "draw"))
    _injects(scenario, known, faults)
    for service in ("police", "ems", "fire-service"):
        wish = getattr(scenario, service.replace("-", "_")).entry
        _one_of(wish, "exit", known, faults, (service, "entry"))
    if not known.exits:
        faults.add("DS208", f"{plan.name} has no exit, so police have no entry and nobody gets out", ("plan",))
    for i, line in enumerate(scenario.dispatch.preference):
        _spaces_or_uses(line.spaces, known, faults, ("dispatch", "preference", i, "spaces"))
    for i, place in enumerate(scenario.protocol.shelter_in):
        _where(place, known, faults, ("protocol", "shelter_in", i))
    for i, zone in enumerate(scenario.protocol.zones):
        for j, part in enumerate(zone.spaces):
            _where(part, known, faults, ("protocol", "zones", i, "spaces", j))
    if isinstance(scenario.people.routes, dict):
        for space, exit_ in scenario.people.routes["assigned"].items():
            path = ("people", "routes", "assigned", space)
            _one_of(space, "space", known, faults, path, code="DS202")
            _one_of(exit_, "exit", known, faults, path)
    _sources(scenario, known, faults)
    _refuge(scenario, known, faults)
    for name, path in _measures(scenario):
        if name not in TIMES:
            faults.add("DS206", f"no measure called '{name}'.{closest(name, sorted(TIMES))}", path)
    if scenario.protocol.action == "lockdown" and not any(o.lock != "none" for o in plan.openings):
        faults.add("DS504", f"{plan.name} has no door with a lock, so nobody can lock down", ("protocol", "action"))
    if scenario.people.groups is not None:
        shares(sum(g.share for g in scenario.people.groups.values()), faults, ("people", "groups"))


MOST_ARRIVALS = 250_000
"""Largest expected number of people from all sources together; as many as one plan may hold."""


def _sources(scenario: Scenario, known: PlanNames, faults: FaultList) -> None:
    """Check the sources of people: space, group, and expected number."""
    expected = 0.0
    for i, source in enumerate(scenario.people.sources):
        path: Path = ("people", "sources", i)
        _one_of(source.space, "space", known, faults, (*path, "space"))
        if source.group is not None:
            _group(source.group, scenario, known, faults, (*path, "group"))
        ends_s = scenario.horizon if source.to is None else source.to
        expected += source.rate * max(0.0, ends_s - source.from_)
        if expected > MOST_ARRIVALS:
            message = f"brings about more than {MOST_ARRIVALS:,} people. Write a smaller rate, or an earlier end"
            faults.add("DS105", message, (*path, "rate"))
    if scenario.people.sources and (scenario.crowd == "stays" or scenario.demand is not None):
        message = "nobody but responders walks in this scenario, so nobody comes in. Leave the sources out"
        faults.add("DS504", message, ("people", "sources"), severity="warning")


def _refuge(scenario: Scenario, known: PlanNames, faults: FaultList) -> None:
    """Check the refuges and the groups that use them."""
    refuge, path = scenario.people.refuge, ("people", "refuge")
    if refuge is None:
        return
    for i, name in enumerate(refuge.groups):
        _group(name, scenario, known, faults, (*path, "groups", i))
    for i, place in enumerate(refuge.spaces):
        at: Path = (*path, "spaces", i)
        if isinstance(place, str):
            _one_of(place, "space", known, faults, at)
        else:
            _where(place, known, faults, at)
    if scenario.protocol.action != "evacuate":
        message = f"a refuge counts in an evacuation only, and the protocol's action is '{scenario.protocol.action}'"
        faults.add("DS504", message, path, severity="warning")


def _group(name: str, scenario: Scenario, known: PlanNames, faults: FaultList, path: Path) -> None:
    """Check that this is a group of the drill, or a shipped one."""
    here = scenario.people.groups or known.plan.groups or {}
    fitting = list(dict.fromkeys([*map(str, here), *SHIPPED_GROUPS]))
    if name not in fitting:
        faults.add("DS206", f"no group of people called '{name}'.{closest(name, fitting)}", path)


CODES = {"space": "DS203", "space or post": "DS203", "opening": "DS204", "opening or stair": "DS204", "exit": "DS204",
         "level": "DS207"}  # fmt: skip
"""Code of the fault for an unknown name, by kind of object."""


def _one_of(name: str | None, sort: str, known: PlanNames, faults: FaultList, path: Path, *, code: str = "") -> None:
    """Check that the plan has an object of this name; None is accepted."""
    names = known.by_sort[sort]
    if name is not None and name not in names:
        message = f"no {sort} called '{name}' in {known.plan.name}.{closest(name, names)}"
        faults.add(code or CODES[sort], message, path)


def _where(where: Any, known: PlanNames, faults: FaultList, path: Path) -> None:
    plan = known.plan
    if isinstance(where, str):
        _one_of(where, "space or post", known, faults, path)
    elif "use" in where:
        if where["use"] not in known.uses:
            near = closest(where["use"], known.uses)
            faults.add("DS207", f"{plan.name} has no space of use '{where['use']}'.{near}", (*path, "use"))
    elif "level" in where:
        _one_of(where["level"], "level", known, faults, (*path, "level"))
    elif "by_period" in where:
        _periods(where["by_period"], known, faults, (*path, "by_period"), or_any=True)
        for name, spot in where["by_period"].items():
            _where(spot, known, faults, (*path, "by_period", name))
    else:
        _spaces_or_uses(where["draw"], known, faults, (*path, "draw"))
        shares(sum(where["draw"].values()), faults, (*path, "draw"))


def _spaces_or_uses(
    names: Iterable[str], known: PlanNames, faults: FaultList, path: Path, also: Iterable[str] = ()
) -> None:
    fitting = [*known.uses, *known.points, *also]
    for i, name in enumerate(names):
        if name not in fitting:
            at: Path = (*path, name) if isinstance(names, dict) else (*path, i)
            faults.add("DS203", f"no use or space called '{name}' in {known.plan.name}.{closest(name, fitting)}", at)


def _periods(names: Iterable[str], known: PlanNames, faults: FaultList, path: Path, *, or_any: bool) -> None:
    fitting = [*known.periods, *([ANY] if or_any else [])]
    for name in names:
        if name not in fitting:
            message = f"the timetable of {known.plan.name} has no period called '{name}'.{closest(name, fitting)}"
            faults.add("DS209", message, (*path, name))


def _injects(scenario: Scenario, known: PlanNames, faults: FaultList) -> None:
    for i, inject in enumerate(scenario.injects):
        for key in ("close", "reopen"):
            _one_of(getattr(inject, key), "opening or stair", known, faults, ("injects", i, key))
        _one_of(inject.prop, "opening", known, faults, ("injects", i, "prop"))
        for key in ("radio_out", "radio_back"):
            _spaces_or_uses(getattr(inject, key) or (), known, faults, ("injects", i, key), also=[EVERYWHERE])
        if inject.order is not None and inject.order != scenario.protocol.action:
            message = f"the script orders '{inject.order}', but the protocol's action is '{scenario.protocol.action}'. Make them equal"
            faults.add("DS504", message, ("injects", i, "order"))


def shares(total: float, faults: FaultList, path: Path) -> None:
    """Refuse shares that are all 0, and warn that shares are scaled if they do not sum to 100 %."""
    if total <= 0:
        faults.add("DS105", "the shares sum to 0 %, so there is nothing to draw from. Give at least one a share", path)
    elif abs(total - 1) > 0.005:
        faults.add("DS405", f"the shares sum to {total * 100:g} %; they are scaled to 100 %", path, severity="warning")


def _measures(scenario: Scenario) -> Iterator[tuple[str, Path]]:
    yield scenario.primary, ("primary",)
    for i, goal in enumerate(scenario.goals):
        yield goal.measure, ("goals", i, "measure")
    for name in scenario.matters:
        if name != ALL_TIMES:
            yield name, ("matters", name)


def mixes_names(mixes: Mixes, known: PlanNames, faults: FaultList) -> None:
    """Check every name of the mixes against the plan, and the timetable and calendar of every unit."""
    plan = known.plan
    things: list[Any] = [*plan.spaces, *plan.posts, *plan.openings, *plan.cameras]
    taken = {thing.id for thing in things}
    known_post = next((post.id for post in plan.posts), plan.spaces[0].id)
    for name, mix in mixes.mixes.items():
        for i, unit in enumerate(mix.units):
            path: Path = ("mixes", name, "units", i)
            if unit.id in taken:
                message = f"'{unit.id}' is a space, post, opening or camera of {plan.name}. Give the unit another id"
                faults.add("DS201", message, (*path, "id"))
            if unit.post is not None:
                _where(unit.post, known, faults, (*path, "post"))
            for j, stop in enumerate(unit.patrol):
                _where(stop, known, faults, (*path, "patrol", j))
            if unit.post is None and not unit.patrol:
                message = f"'{unit.id}' has neither post nor patrol. Say where it is, such as 'post: {known_post}'"
                faults.add("DS505", message, path)
            _day(unit, known, faults, path)


def _day(unit: Unit, known: PlanNames, faults: FaultList, path: Path) -> None:
    """Check a unit's timetable and calendar: known periods and places, and no overlaps."""
    stretches: list[tuple[int, int]] = []
    owners: list[int] = []
    for j, turn in enumerate(unit.timetable):
        at: Path = (*path, "timetable", j)
        if turn.at is not None:
            _where(turn.at, known, faults, (*at, "at"))
        if turn.period is not None:
            if turn.period not in known.periods:
                near = closest(turn.period, known.periods)
                message = f"the timetable of {known.plan.name} has no period called '{turn.period}'.{near}"
                faults.add("DS209", message, (*at, "period"))
            parts = [(minutes(p.from_), minutes(p.to)) for p in known.plan.timetable if p.period == turn.period]
        else:
            begins, ends = stretch(turn.from_ or "", turn.to or "")
            parts = [(begins, min(ends, DAY)), *([(0, ends - DAY)] if ends > DAY else [])]
        stretches += parts
        owners += [j] * len(parts)
    for a, b in overlaps(stretches):
        message = (
            f"'{unit.id}' has two duties at once: turns {owners[a] + 1} and {owners[b] + 1} of its timetable overlap"
        )
        faults.add("DS507", f"{message}. Let one end before the other begins", (*path, "timetable", owners[b]))
    if unit.calendar is not None:
        _week(unit, unit.calendar, faults, path)


def _week(unit: Unit, calendar: Calendar, faults: FaultList, path: Path) -> None:
    """Check that a unit is in one place at a time, its nights and the turn of the week included, and sometimes here."""
    found = [(i, day, j, h) for i, day in enumerate(WEEKDAYS) for j, h in enumerate(getattr(calendar, day))]
    week = len(WEEKDAYS) * DAY
    spans = [(i * DAY + begins, i * DAY + ends) for i, _, _, h in found for begins, ends in [stretch(h.from_, h.to)]]
    owners = list(range(len(found)))
    over = [k for k, (_, ends) in enumerate(spans) if ends > week]
    spans = [*((0, spans[k][1] - week) for k in over), *spans]
    owners = [*over, *owners]
    for a, b in overlaps(spans):
        (_, _, _, one), (_, day, j, other) = found[owners[a]], found[owners[b]]
        message = (
            f"'{unit.id}' is in two places on {day}: {one.from_} to {one.to} ({one.at}) and "
            f"{other.from_} to {other.to} ({other.at}) overlap. Let one end before the other begins"
        )
        faults.add("DS507", message, (*path, "calendar", day, j))
    if not any(h.at == "here" for day in WEEKDAYS for h in getattr(calendar, day)):
        message = f"by its calendar '{unit.id}' is never on campus. Write 'here' for a day, or leave the unit out"
        faults.add("DS507", message, (*path, "calendar"), severity="warning")
