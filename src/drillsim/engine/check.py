"""Where plan, scenario and staffing first meet: everything that would make a drill impossible, before any run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from drillsim.analysis.measures import APPLIES
from drillsim.crowd.laws import door_capacity_ps
from drillsim.crowd.population import place_people
from drillsim.documents import Document
from drillsim.engine.world import World, laws_of, world_of
from drillsim.errors import Fault, closest, order_faults
from drillsim.plan.model import OUTSIDE, FloorPlan
from drillsim.plan.routes import Routes
from drillsim.quantities import clock
from drillsim.record.columns import TIMES
from drillsim.scenario.model import Scenario
from drillsim.scenario.roles import SHIPPED, shipped_role
from drillsim.scenario.staffing import Mixes

Path = tuple[str | int, ...]
LEAST_FLOW = 0.05
"""Persons per second; a door with less lets nobody through (docs/rules.md A5)."""


class _Faults:
    """Faults of one file, located where it is known from where it was read."""

    def __init__(self, document: Document | None, name: str) -> None:
        self.document, self.name = document, name
        self.found: list[Fault] = []

    def add(self, code: str, message: str, path: Path = (), *, severity: Any = "error") -> None:
        if self.document is not None:
            self.found.append(self.document.fault(code, message, path, severity=severity))
        else:
            dotted = ".".join(str(p) for p in path)
            self.found.append(Fault(code, self.name, 0, 0, f"{dotted}: {message}" if dotted else message, severity))


def check(scenario: Scenario, plan: FloorPlan, mixes: Mixes | None = None) -> list[Fault]:
    """Return every fault of a scenario, and of its mixes, beside a plan; an empty list means that drills can be played."""
    faults = check_names(scenario, plan, mixes)
    of_scenario = _Faults(scenario._document, scenario.name)
    _doors(scenario, plan, of_scenario)
    faults += of_scenario.found
    if not any(f.severity == "error" for f in faults):
        world = world_of(plan, scenario)
        of_scenario.found = []
        _ways(scenario, world, of_scenario)
        _crowding(scenario, world, of_scenario)
        faults += of_scenario.found
        if mixes is not None:
            of_mixes = _Faults(mixes._document, "mixes")
            _reach(scenario, mixes, world, of_mixes)
            faults += of_mixes.found
    return order_faults(faults)


def check_names(scenario: Scenario, plan: FloorPlan, mixes: Mixes | None = None) -> list[Fault]:
    """Return every name of a scenario and its mixes that means nothing beside a plan; the plan itself may be faulty."""
    of_scenario = _Faults(scenario._document, scenario.name)
    _names(scenario, plan, of_scenario)
    of_mixes = _Faults(mixes._document if mixes else None, "mixes")
    if mixes is not None:
        _staffing(mixes, plan, of_mixes)
        units = {unit.id for mix in mixes.mixes.values() for unit in mix.units}
        for i, inject in enumerate(scenario.injects):
            if inject.absent is not None and inject.absent not in units:
                message = f"no mix has a unit called '{inject.absent}'.{closest(inject.absent, sorted(units))}"
                of_scenario.add("DS206", message, ("injects", i, "absent"))
    return order_faults([*of_scenario.found, *of_mixes.found])


def _place(where: Any, plan: FloorPlan, faults: _Faults, path: Path) -> None:
    ids = {s.id for s in plan.spaces} | {p.id for p in plan.posts}
    uses = {s.use for s in plan.spaces}
    if isinstance(where, str):
        if where not in ids:
            message = f"no space or post called '{where}' in {plan.name}.{closest(where, sorted(ids))}"
            faults.add("DS203", message, path)
    elif "use" in where:
        if where["use"] not in uses:
            known = closest(where["use"], sorted(uses))
            faults.add("DS207", f"{plan.name} has no space of use '{where['use']}'.{known}", (*path, "use"))
    else:
        for name in where["draw"]:
            if name not in uses and name not in ids:
                known = closest(name, [*sorted(uses), *sorted(ids)])
                faults.add("DS203", f"no use or space called '{name}' in {plan.name}.{known}", (*path, "draw", name))
        _shares(sum(where["draw"].values()), faults, (*path, "draw"))


def _names(scenario: Scenario, plan: FloorPlan, faults: _Faults) -> None:
    """Check every id of the scenario against the plan."""
    for i, incident in enumerate(scenario.incidents):
        _place(incident.where, plan, faults, ("incidents", i, "where"))
    ways = [o.id for o in plan.openings] + [s.id for s in plan.stairs]
    exits = [o.id for o in plan.openings if OUTSIDE in o.spaces]
    for i, inject in enumerate(scenario.injects):
        for key in ("close", "reopen"):
            id_ = getattr(inject, key)
            if id_ is not None and id_ not in ways:
                faults.add(
                    "DS204",
                    f"no opening or stair called '{id_}' in {plan.name}.{closest(id_, ways)}",
                    ("injects", i, key),
                )
        if inject.order is not None and inject.order != scenario.protocol.action:
            message = f"the script orders '{inject.order}', but the protocol's action is '{scenario.protocol.action}'. Make them equal"
            faults.add("DS504", message, ("injects", i, "order"))
    for service in ("police", "ems", "fire-service"):
        wish = getattr(scenario, service.replace("-", "_")).entry
        if wish is not None and wish not in exits:
            faults.add("DS204", f"no exit called '{wish}' in {plan.name}.{closest(wish, exits)}", (service, "entry"))
    if not exits:
        faults.add("DS208", f"{plan.name} has no exit, so police have no entry and nobody gets out", ("plan",))
    if isinstance(scenario.people.routes, dict):
        spaces = [s.id for s in plan.spaces]
        for space, exit_ in scenario.people.routes["assigned"].items():
            path: Path = ("people", "routes", "assigned", space)
            if space not in spaces:
                faults.add("DS202", f"no space called '{space}' in {plan.name}.{closest(space, spaces)}", path)
            if exit_ not in exits:
                faults.add("DS204", f"no exit called '{exit_}' in {plan.name}.{closest(exit_, exits)}", path)
    for name, path in _measures(scenario):
        if name not in TIMES:
            faults.add("DS206", f"no measure called '{name}'.{closest(name, sorted(TIMES))}", path)
    for key in scenario.protocol.action, scenario.protocol.announced_by:
        if key == "lockdown" and not any(o.lock != "none" for o in plan.openings):
            faults.add("DS504", f"{plan.name} has no door with a lock, so nobody can lock down", ("protocol", "action"))
    _shares(sum(g.share for g in scenario.people.groups.values()), faults, ("people", "groups"))
    _sense(scenario, plan, faults)


def _sense(scenario: Scenario, plan: FloorPlan, faults: _Faults) -> None:
    """Warn of what can be played but hardly be meant."""

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
    if scenario.incidents[0].kind == "fire" and action == "none":
        warn(
            "nobody is told to leave. Add 'protocol: {action: evacuate, announced_by: alarm}'", ("incidents", 0, "kind")
        )
    if plan.timetable and plan.period_at(scenario.time_of_day) is None:
        periods = ", ".join(f"{p.from_} to {p.to}" for p in plan.timetable)
        warn(
            f"{scenario.time_of_day} lies outside the timetable of {plan.name} ({periods}): nobody is in",
            ("time_of_day",),
        )


def _shares(total: float, faults: _Faults, path: Path) -> None:
    """Refuse shares that are all 0, and tell that others are scaled."""
    if total <= 0:
        faults.add("DS105", "the shares sum to 0 %, so there is nothing to draw from. Give at least one a share", path)
    elif abs(total - 1) > 0.005:
        faults.add("DS405", f"the shares sum to {total * 100:g} %; they are scaled to 100 %", path, severity="warning")


def _measures(scenario: Scenario) -> Iterator[tuple[str, Path]]:
    yield scenario.primary, ("primary",)
    for i, goal in enumerate(scenario.goals):
        yield goal.measure, ("goals", i, "measure")


def _staffing(mixes: Mixes, plan: FloorPlan, faults: _Faults) -> None:
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
                _place(unit.post, plan, faults, (*path, "post"))
            for j, stop in enumerate(unit.patrol):
                _place(stop, plan, faults, (*path, "patrol", j))
            if unit.post is None and not unit.patrol:
                message = f"'{unit.id}' has neither post nor patrol. Say where it is, such as 'post: {known_post}'"
                faults.add("DS505", message, path)
            role = mix.role(unit)
            if all(role.word(kind) == "stays-away" for kind in role.words) and not role.meets_police:
                message = f"the role '{unit.role}' of '{unit.id}' can resolve or assist nothing. Give it words, or leave the unit out"
                faults.add("DS505", message, (*path, "role"))


def _doors(scenario: Scenario, plan: FloorPlan, faults: _Faults) -> None:
    """Check that the scenario's door law lets people through every opening."""
    laws = laws_of(scenario.laws)
    for opening in plan.openings:
        if door_capacity_ps(laws, opening.clear_width_m) < LEAST_FLOW:
            message = f"'{opening.id}' is {opening.clear_width_m:.2f} m wide: this door law lets nobody through. Widen it in the plan"
            faults.add("DS502", message, ("laws",) if scenario._document and "laws" in scenario._document.data else ())


def _ways(scenario: Scenario, world: World, faults: _Faults) -> None:
    """Check that every place of an incident can be reached from the entries, and that somebody can resolve it."""
    plan = world.plan
    for i, incident in enumerate(scenario.incidents):
        for id_ in _possible(incident.where, world):
            space, point = world.points_by_id[id_]
            for service in ("police", "ems"):
                entry = world.opening_of_service(service, getattr(scenario, service).entry)
                if world.metres.path_through(entry, world.inner_side(entry), space, point) is None:
                    message = f"nobody can walk from the {service} entry '{plan.openings[entry].id}' to '{id_}'"
                    faults.add("DS501", message, ("incidents", i, "where"))
        resolvers = [r for r in SHIPPED if shipped_role(r).word(incident.kind) == "resolves"]
        if not resolvers:
            faults.add("DS505", f"no role can resolve '{incident.kind}'", ("incidents", i, "kind"))


def _crowding(scenario: Scenario, world: World, faults: _Faults) -> None:
    """Warn of spaces in which more people are placed than fit at the storage density of the laws."""
    seats = place_people(world.network, world.plan, scenario.time_of_day)
    persons = np.bincount(seats.space, minlength=len(world.plan.spaces))
    for index, space in enumerate(world.plan.spaces):
        fit = sum(world.cells.places[c] for c in world.cells.cells_of(index))
        if persons[index] > fit:
            message = (
                f"at {scenario.time_of_day} {persons[index]:,} people are placed in '{space.id}', where {fit:,} fit"
            )
            faults.add("DS503", f"{message}. Place fewer, or raise density_max", ("time_of_day",), severity="warning")


def _possible(where: Any, world: World) -> Sequence[str]:
    if isinstance(where, str):
        return [where]
    names = where["draw"] if "draw" in where else [where["use"]]
    return [id_ for name in names for id_ in world.spaces_of(name)]


def _reach(scenario: Scenario, mixes: Mixes, world: World, faults: _Faults) -> None:
    """Check that every unit can walk, with its keys, from its post and round its patrol to some place of the incident."""
    goals = [world.points_by_id[id_] for i in scenario.incidents for id_ in _possible(i.where, world)[:1]]
    tables = {True: world.metres, False: Routes(world.network, forbidden=world.locked_at_start)}
    for name, mix in mixes.mixes.items():
        for i, unit in enumerate(mix.units):
            routes = tables[mix.role(unit).keys]
            stops = [(p, ("mixes", name, "units", i, "patrol", j)) for j, p in enumerate(unit.patrol)]
            places = ([(unit.post, ("mixes", name, "units", i, "post"))] if unit.post is not None else []) + stops
            for where, path in places:
                space, point = world.place(where)
                stuck = [g for g in goals if routes.path(space, point, *g) is None]
                if stuck:
                    to = world.plan.spaces[stuck[0][0]].id
                    message = (
                        f"'{unit.id}' cannot walk from here to '{to}' with its keys. Move it, or give its role keys"
                    )
                    faults.add("DS501", message, path)
