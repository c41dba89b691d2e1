"""The benchmarks run and report what they claim; their figures are not tested."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

import json
from pathlib import Path

import pytest
from simpy import Environment

from crowd import Building, at_least, at_most, campuses, doe, engines, passages_of, row, show
from crowd_worlds import WatchedCrowd
from drillsim.crowd.clock import advance_to
from drillsim.crowd.interface import CrowdSettings
from layouts import Layout, campus, corridor_school, six_layouts
from measure import Row, store
from seated import people_of, seat_counts


@pytest.fixture(scope="module")
def school() -> Building:
    return Building.of(corridor_school())


def test_passages_are_counted_as_they_happen(school: Building) -> None:
    people = people_of(corridor_school(), 80, seed=3)
    crowd = WatchedCrowd(Environment(), school.cells, people, CrowdSettings("shortest"))
    crowd.evacuate()
    advance_to(crowd.env, 1e4)
    assert len(crowd.log) == passages_of(school, people)


def test_a_campus_is_so_many_schools_that_do_not_know_each_other() -> None:
    layout, one = campus(2), corridor_school()
    people = people_of(layout, 80, seed=3)
    crowd = Building.of(layout).play(people, "reference")
    assert layout.places == 2 * one.places
    assert layout.plan().spaces[41].id == f"{one.spaces[0]['id']}/1"
    assert (crowd.out_s > 0).all()


def test_looks_do_not_change_what_is_measured(school: Building) -> None:
    people = people_of(corridor_school(), 200, seed=1)
    plain, watched = (school.play(people, engines()[0], looks=looks) for looks in (0, 20))
    assert plain.out_s.tolist() == watched.out_s.tolist()


def test_a_campus_is_measured_from_its_plan_to_its_bytes() -> None:
    found = {(r["by"], r["unit"]): r["value"] for r in campuses(1_000)}
    assert {"plan", "network", "cells", engines()[0]} <= {by for by, unit in found if unit == "CPU s"}
    if engines()[0] == "compiled":
        every, people = (found[f"compiled: {which}", "bytes per person"] for which in ("all arrays", "of people"))
        assert every == pytest.approx(people + found["compiled: of the building", "kB per school"])


def test_the_shipped_schools_are_measured_with_the_people_of_their_drills() -> None:
    first = next(doe(1))
    assert first["part"] == "DOE secondary school, 1,210 pupils"
    assert first["value"] > 0


@pytest.mark.parametrize("layout", six_layouts(), ids=lambda layout: layout.name)
def test_people_sit_in_their_rooms_and_all_of_them_fit(layout: Layout) -> None:
    counts = seat_counts(layout, layout.places)
    people = people_of(layout, 150, seed=2)
    assert counts == [room.places for room in layout.rooms]
    boxes = {i: room.box for i, s in enumerate(layout.spaces) for room in layout.rooms if room.id == s["id"]}
    for space, x, y in zip(people.space.tolist(), people.x, people.y, strict=True):
        x0, y0, x1, y1 = boxes[space]
        assert x0 <= x <= x1
        assert y0 <= y <= y1


def test_the_table_shows_target_and_verdict_beside_the_median(tmp_path: Path) -> None:
    rows: list[Row] = [
        row("part", "quick", "compiled", "CPU ms", [1.0, 2.0, 9.0], at_most(2.5)),
        row("part", "slow", "reference", "times", [30.0], at_least(40.0)),
        {"part": "part", "what": "absent", "by": "other", "unit": "CPU ms", "value": None, "note": "not installed"},
    ]
    lines = "\n".join(show(rows)).splitlines()
    assert lines[3].split() == ["quick", "compiled", "CPU", "ms", "2", "<=", "2.5", "yes", "1", "9", "3"]
    assert lines[4].split() == ["slow", "reference", "times", "30", ">=", "40", "NO"]
    assert lines[5].endswith("not installed")
    told = json.loads(store("crowd", rows, tmp_path).read_text(encoding="utf-8"))
    assert [r["value"] for r in told["rows"]] == [2.0, 30.0, None]
    assert {"date", "machine", "versions"} < told.keys()
