"""Occupancy of the shipped schools by bell period: whole persons, nobody lost, a seat for everybody."""

# mypy: disable-error-code="comparison-overlap"
# (pytest.approx equals the numbers it is near to)

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drillsim as ds
from drillsim.engine.world.world import World
from drillsim.scenario.people import LawsChoice

FLOORPLANS = Path(__file__).parents[1] / "floorplans"
SCHOOLS = {name: ds.read_plan(FLOORPLANS / f"{name}.yaml") for name in ("doe_primary", "doe_secondary")}
WORLDS = {name: World(plan, LawsChoice()) for name, plan in SCHOOLS.items()}
PERIODS = [(name, i) for name, plan in SCHOOLS.items() for i in range(len(plan.timetable))]
IDS = [f"{name}-{SCHOOLS[name].timetable[i].period}-{SCHOOLS[name].timetable[i].from_}" for name, i in PERIODS]
PLACES = {  # people in classrooms, corridors, cafeteria, lobby, gym, auditorium; worked out from rule R17 by adding up rooms
    ("doe_primary", "class"): (654, 0, 0, 0, 0, 0),
    ("doe_primary", "arrival"): (165, 126, 36, 0, 0, 0),
    ("doe_primary", "passing"): (276, 378, 0, 0, 0, 0),
    ("doe_primary", "lunch"): (330, 0, 324, 0, 0, 0),
    ("doe_primary", "assembly"): (0, 0, 0, 0, 654, 0),
    ("doe_primary", "dismissal"): (130, 378, 0, 146, 0, 0),
    ("doe_secondary", "class"): (1210, 0, 0, 0, 0, 0),
    ("doe_secondary", "arrival"): (288, 261, 56, 0, 0, 0),
    ("doe_secondary", "passing"): (479, 731, 0, 0, 0, 0),
    ("doe_secondary", "lunch"): (598, 0, 612, 0, 0, 0),
    ("doe_secondary", "assembly"): (228, 0, 0, 0, 0, 982),
    ("doe_secondary", "dismissal"): (244, 731, 0, 235, 0, 0),
}
USES = ("classroom", "corridor", "cafeteria", "lobby", "gym", "auditorium")


def seats(name: str, i: int) -> Any:
    return WORLDS[name].seats(SCHOOLS[name].timetable[i])


def persons(name: str, i: int) -> Any:
    return np.bincount(seats(name, i).space, minlength=len(SCHOOLS[name].spaces))


@pytest.mark.parametrize("name", SCHOOLS)
def test_a_day_has_every_kind_of_bell_period_without_a_gap(name: str) -> None:
    bells = SCHOOLS[name].timetable
    assert {p.period for p in bells} == {"arrival", "class", "passing", "lunch", "assembly", "dismissal"}
    assert [a.to for a, _ in pairwise(bells)] == [b.from_ for _, b in pairwise(bells)]


@pytest.mark.parametrize(("name", "i"), PERIODS, ids=IDS)
def test_everybody_who_is_in_sits_somewhere(name: str, i: int) -> None:
    period = SCHOOLS[name].timetable[i]
    home = sum(s.people * period.share.get(s.use, 0.0) for s in SCHOOLS[name].spaces)
    assert len(seats(name, i)) == persons(name, i).sum() == int(home + 0.5)


@pytest.mark.parametrize(("name", "i"), PERIODS, ids=IDS)
def test_nobody_sits_twice(name: str, i: int) -> None:
    assert len(set(seats(name, i).slots)) == len(seats(name, i))


@pytest.mark.parametrize(("name", "i"), PERIODS, ids=IDS)
def test_no_space_starts_with_more_people_than_it_has_places(name: str, i: int) -> None:
    cells = WORLDS[name].cells
    places = [sum(cells.places[c] for c in cells.cells_of(s)) for s in range(len(SCHOOLS[name].spaces))]
    assert (persons(name, i) <= places).all()


@pytest.mark.parametrize(("name", "i"), PERIODS, ids=IDS)
def test_people_are_where_the_rule_of_the_plan_puts_them(name: str, i: int) -> None:
    plan = SCHOOLS[name]
    uses = np.array([s.use for s in plan.spaces])
    found = tuple(int(persons(name, i)[uses == use].sum()) for use in USES)
    assert found == PLACES[name, plan.timetable[i].period]
    assert sum(found) == len(seats(name, i))


@pytest.mark.parametrize(("name", "i"), PERIODS, ids=IDS)
def test_a_class_that_goes_elsewhere_goes_as_a_whole(name: str, i: int) -> None:
    plan, here = SCHOOLS[name], seats(name, i)
    for room in np.unique(here.home):
        uses = {plan.spaces[s].use for s in here.space[here.home == room].tolist()}
        assert len(uses) == 1


def test_the_assembly_takes_no_more_than_the_auditorium_seats() -> None:
    (i,) = [i for i, p in enumerate(SCHOOLS["doe_secondary"].timetable) if p.period == "assembly"]
    assert persons("doe_secondary", i)[SCHOOLS["doe_secondary"].space_index["auditorium"]] <= 988


def test_the_fullest_start_is_the_assembly_in_the_gym_of_the_primary_school() -> None:
    fullest = max(
        (float((persons(name, i) / WORLDS[name].network.space_area_m2).max()), name, SCHOOLS[name].timetable[i].period)
        for name, i in PERIODS
    )
    assert fullest == (pytest.approx(654 / 357), "doe_primary", "assembly")
