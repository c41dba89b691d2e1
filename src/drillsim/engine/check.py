"""Checks of a scenario and its mixes against a plan: everything that would make a drill impossible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np

from drillsim.crowd.laws import door_capacity_ps
from drillsim.documents.fault_list import FaultList, Path
from drillsim.documents.guard import located
from drillsim.engine.check_settings import settings
from drillsim.engine.check_staffing import idle_units, needs, own_kinds, role_words, units_and_roles
from drillsim.engine.references import PlanNames, happenings, mixes_names, scenario_names
from drillsim.engine.world.clock import possible_times
from drillsim.engine.world.refuge import refuge_spaces, without_stairs
from drillsim.engine.world.world import XY, World, laws_of, world_of
from drillsim.errors import DrillsimError, Fault, ScenarioError, order_faults
from drillsim.notation import length_text
from drillsim.plan.model import FloorPlan
from drillsim.plan.routes import Routes
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mixes, Unit
from drillsim.scenario.vocabulary import Place

Location = tuple[int, XY]
LEAST_FLOW = 0.05
"""Persons per second; a door with less lets nobody through (rule A5 of docs/model/crowd.md)."""


def check(scenario: Scenario, plan: FloorPlan, mixes: Mixes | None = None) -> list[Fault]:
    """Return every fault of a scenario, and of its mixes, against a plan; drills can be played if there is no error."""
    try:
        with located(scenario._document.file if scenario._document else scenario.name):
            return _check(scenario, plan, mixes)
    except DrillsimError as e:
        if not e.faults:
            raise
        return list(e.faults)


def _check(scenario: Scenario, plan: FloorPlan, mixes: Mixes | None) -> list[Fault]:
    faults = check_names(scenario, plan, mixes)
    of_scenario = FaultList(scenario.name, scenario._document)
    _laws(scenario, plan, of_scenario)
    faults += of_scenario.faults
    if not any(f.severity == "error" for f in faults):
        world = world_of(plan, scenario)
        of_scenario.faults = []
        _ways(scenario, world, of_scenario)
        _crowding(scenario, world, of_scenario)
        _refuges(scenario, world, of_scenario)
        faults += of_scenario.faults
        if mixes is not None:
            of_mixes = FaultList("mixes", mixes._document)
            _reach(scenario, mixes, world, of_mixes)
            of_scenario.faults = []
            needs(scenario, mixes, of_scenario)
            faults += of_scenario.faults
            faults += of_mixes.faults
    return order_faults(faults)


def check_names(scenario: Scenario, plan: FloorPlan, mixes: Mixes | None = None) -> list[Fault]:
    """Return the faults of all unknown names in a scenario and its mixes; the plan itself may be faulty."""
    known = PlanNames(plan)
    of_scenario = FaultList(scenario.name, scenario._document)
    scenario_names(scenario, known, of_scenario)
    settings(scenario, plan, of_scenario)
    of_mixes = FaultList("mixes", mixes._document if mixes else None)
    if mixes is not None:
        mixes_names(mixes, known, of_mixes)
        units_and_roles(scenario, mixes, of_scenario)
        own_kinds(scenario, mixes, of_scenario)
        role_words(scenario, mixes, of_mixes)
        idle_units(scenario, mixes, of_mixes)
    return order_faults([*of_scenario.faults, *of_mixes.faults])


def _laws(scenario: Scenario, plan: FloorPlan, faults: FaultList) -> None:
    """Check that people can walk under the scenario's laws, and that its door law lets them through every opening."""
    try:
        laws = laws_of(scenario.laws)
    except ScenarioError as e:
        faults.add("DS105", str(e), ("laws", "density_max"))
        return
    for opening in plan.openings:
        if door_capacity_ps(laws, opening.clear_width_m) < LEAST_FLOW:
            width = length_text(opening.clear_width_m, plan.units)
            message = f"'{opening.id}' is {width} wide: this door law lets nobody through. Widen it in the plan"
            faults.add("DS502", message, ("laws",) if scenario._document and "laws" in scenario._document.data else ())


def _ways(scenario: Scenario, world: World, faults: FaultList) -> None:
    """Check that every place of an incident can be reached from the entries."""
    plan = world.plan
    for happening, path in happenings(scenario):
        for service in ("police", "ems"):
            entry = world.opening_of_service(service, getattr(scenario, service).entry)
            reach = world.metres.from_entry(entry, world.inner_side(entry))
            for id_ in _possible(happening.where, world):
                if reach.seconds_to(*world.points_by_id[id_]) == inf:
                    message = f"nobody can walk from the {service} entry '{plan.openings[entry].id}' to '{id_}'"
                    faults.add("DS501", message, (*path, "where"))


def _crowding(scenario: Scenario, world: World, faults: FaultList) -> None:
    """Warn of spaces in which more people are placed than fit at the storage density of the laws."""
    for time in possible_times(scenario, world.plan):
        seats = world.seats(world.plan.period_at(time))
        persons = np.bincount(seats.space, minlength=len(world.plan.spaces))
        for index, space in enumerate(world.plan.spaces):
            fit = sum(world.cells.places[c] for c in world.cells.cells_of(index))
            if persons[index] > fit:
                message = f"at {time} {persons[index]:,} people are placed in '{space.id}', where {fit:,} fit"
                advice = f"{message}. Place fewer, or raise density_max"
                faults.add("DS503", advice, ("time_of_day",), severity="warning")


def _refuges(scenario: Scenario, world: World, faults: FaultList) -> None:
    """Warn of people in the groups of a refuge who can reach none without a stair."""
    refuge = scenario.people.refuge
    if refuge is None:
        return
    goals = refuge_spaces(world, refuge.spaces).tolist()
    beyond = ~without_stairs(world) & ~without_stairs(world, goals)
    seated = [world.seats(world.plan.period_at(time)).space for time in possible_times(scenario, world.plan)]
    found = [world.plan.spaces[i].id for i in np.unique(np.concatenate(seated)) if beyond[i]]
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        message = (
            f"from '{found[0]}'{more} neither an exit nor a refuge is reached without a stair, so people there use it"
        )
        faults.add(
            "DS504", f"{message}. Name a space on their level", ("people", "refuge", "spaces"), severity="warning"
        )


def _possible(where: Any, world: World) -> Sequence[str]:
    if isinstance(where, str):
        return [where]
    if "by_period" in where:
        return [id_ for spot in where["by_period"].values() for id_ in _possible(spot, world)]
    names = where["draw"] if "draw" in where else [where["use"]]
    return [id_ for name in names for id_ in world.spaces_of(name)]


def _reach(scenario: Scenario, mixes: Mixes, world: World, faults: FaultList) -> None:
    """Check that every unit can walk, with its keys, from its places to some place of the incident, and round its patrol."""
    goals = [(h.row, world.points_by_id[id_]) for h, _ in happenings(scenario) for id_ in _possible(h.where, world)[:1]]
    tables = {True: Routes(world.network), False: Routes(world.network, forbidden=world.locked_at_start)}
    known: dict[tuple[bool, Location, tuple[Location, ...]], int | None] = {}
    """What is beyond reach, by keys, start and goals: units of many mixes share their places."""
    for name, mix in mixes.mixes.items():
        for i, unit in enumerate(mix.units):
            role = mix.role(unit)
            keys, sent = role.keys, tuple(at for kind, at in goals if role.word(kind) != "stays-away")
            for where, after, path in _walks_of(unit, ("mixes", name, "units", i)):
                start, ends = world.place(where), sent if after is None else (world.place(after),)
                if (keys, start, ends) not in known:
                    known[keys, start, ends] = _first_beyond_reach(tables[keys], start, ends)
                stuck = known[keys, start, ends]
                if stuck is not None:
                    here, there = world.space_ids[start[0]], world.space_ids[stuck]
                    message = f"'{unit.id}' cannot walk from '{here}' to '{there}' with its keys"
                    advice = "Move it, or give its role keys"
                    faults.add("DS501", f"{message}. {advice}", path, severity="warning" if after is None else "error")


def _walks_of(unit: Unit, path: Path) -> Iterator[tuple[Place, Place | None, Path]]:
    """Yield the walks that a unit's definition implies: from a place to the incident (None) or to the next stop."""
    stops = [(*path, "patrol", j) for j in range(len(unit.patrol))]
    for stop, at in zip(unit.patrol, stops, strict=True):
        yield stop, None, at
    if unit.post is not None:
        yield unit.post, None, (*path, "post")
    for j, turn in enumerate(unit.timetable):
        if turn.at is not None:
            yield turn.at, None, (*path, "timetable", j, "at")
    for (stop, after), at in zip(pairwise(unit.patrol), stops[1:], strict=True):
        yield stop, after, at


def _first_beyond_reach(routes: Routes, start: Location, goals: Sequence[Location]) -> int | None:
    """Return the space of the first goal that cannot be reached from a point, None if all can be reached."""
    (reach,) = routes.from_points([start])
    return next((goal[0] for goal in goals if reach.seconds_to(*goal) == inf), None)
