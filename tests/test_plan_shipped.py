"""The shipped plans: what both schools share, where everything comes from, and how they are made."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import drillsim as ds
from drillsim.plan.read import check_plan_file

FLOORPLANS = Path(__file__).parents[1] / "floorplans"
PLANS = sorted(FLOORPLANS.glob("*.yaml"))


@pytest.mark.parametrize("path", PLANS, ids=lambda p: p.stem)
def test_a_shipped_plan_has_neither_fault_nor_warning(path: Path) -> None:
    assert check_plan_file(path)[1] == []


@pytest.mark.parametrize("path", PLANS, ids=lambda p: p.stem)
def test_a_shipped_plan_opens_with_what_it_shows(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_the_village_school_is_read_in_feet_and_inches() -> None:
    plan = ds.read_plan(FLOORPLANS / "village_school.yaml")
    library = plan.spaces[plan.space_index["104"]]
    assert library.polygon[3][0] == pytest.approx(84 * 0.3048)
    assert library.polygon[4][1] == pytest.approx((65 * 12 + 4.5) * 0.0254)
    widths = {o.id: o.clear_width_m / 0.0254 for o in plan.openings}
    assert widths == pytest.approx(
        {"d-101": 36, "d-103": 36, "d-105": 34, "d-100": 36, "d-102": 34, "d-104": 68, "main": 68, "east": 36}
    )
    assert [(p.from_, p.to) for p in plan.timetable] == [("08:10", "11:40"), ("12:30", "15:00")]


@pytest.mark.parametrize("school", ["primary", "secondary"])
def test_the_converter_makes_exactly_the_shipped_file(school: str, tmp_path: Path) -> None:
    out = tmp_path / "out.yaml"
    script, facts = FLOORPLANS / "convert_doe.py", FLOORPLANS / "facts" / f"doe_{school}.json"
    subprocess.run([sys.executable, "-B", str(script), str(facts), str(out)], check=True, timeout=60)
    assert out.read_bytes() == (FLOORPLANS / f"doe_{school}.yaml").read_bytes()


def test_the_converter_tells_its_usage() -> None:
    main = runpy.run_path(str(FLOORPLANS / "convert_doe.py"))["main"]
    assert main([]) == 2


def test_the_classrooms_hold_the_published_numbers_of_people(secondary: ds.FloorPlan, primary: ds.FloorPlan) -> None:
    sums = [sum(s.people for s in plan.spaces if s.use == "classroom") for plan in (secondary, primary)]
    assert sums == [1210, 654]


def test_both_schools_share_the_ids_that_scenarios_name(secondary: ds.FloorPlan, primary: ds.FloorPlan) -> None:
    for plan in (secondary, primary):
        assert {"front-desk", "main-entrance", "cafeteria", "gym"} <= {p.id for p in plan.posts}
        assert {"cafeteria", "gym", "kitchen", "library", "lobby-0", "hall-main-0"} <= set(plan.space_index)
        assert plan.entries.police == plan.entries.ems == ("main-entrance",)


def test_every_label_of_a_space_or_opening_is_its_own(secondary: ds.FloorPlan, primary: ds.FloorPlan) -> None:
    for plan in (secondary, primary):
        labels = Counter([s.label for s in plan.spaces] + [o.label for o in plan.openings])
        assert [name for name, n in labels.items() if n > 1 or not name] == []


def test_exits_are_numbered_from_the_main_entrance(secondary: ds.FloorPlan, primary: ds.FloorPlan) -> None:
    for plan, count in ((secondary, 16), (primary, 12)):
        exits = [o.label for o in plan.openings if o.kind == "exit"]
        assert exits == ["Door 1 (main entrance)", *(f"Door {n}" for n in range(2, count + 1))]


def test_every_rule_that_is_named_is_written_out(secondary: ds.FloorPlan, primary: ds.FloorPlan) -> None:
    for plan in (secondary, primary):
        named = {rule for text in plan.provenance.derived.values() for rule in text.split()}
        assert named <= set(plan.provenance.rules)
        assert [f"R{n}" for n in range(1, 21)] == list(plan.provenance.rules)


def test_every_derived_object_carries_the_rule_that_made_it(secondary: ds.FloorPlan, primary: ds.FloorPlan) -> None:
    for plan in (secondary, primary):
        made: list[Any] = [*plan.openings, *plan.stairs, *plan.cameras, *plan.equipment, *plan.assembly]
        assert [thing.id for thing in made if thing.id not in plan.provenance.derived] == []
        known = {t.id for t in [*made, *plan.spaces, *plan.posts]}
        assert [id_ for id_ in plan.provenance.derived if id_ not in known] == []


@pytest.mark.parametrize("school", ["primary", "secondary"])
def test_every_zone_of_the_source_is_named_beside_its_space(school: str) -> None:
    text = (FLOORPLANS / f"doe_{school}.yaml").read_text(encoding="utf-8")
    facts = json.loads((FLOORPLANS / "facts" / f"doe_{school}.json").read_text(encoding="utf-8"))
    zones = {r["zone"] for r in facts["rooms"] if r["zone"]}
    assert zones <= set(re.findall(r"# (\w+)", text))


def test_the_source_is_credited(secondary: ds.FloorPlan) -> None:
    assert "DOE, NREL, PNNL, LBNL" in secondary.provenance.credit
    assert "endorsement" in secondary.provenance.licence


def test_half_of_the_classes_eat_at_lunch(secondary: ds.FloorPlan) -> None:
    lunch = secondary.period_at("11:45")
    assert lunch is not None
    assert [(m.share, m.home, m.to) for m in lunch.moves] == [(0.5, "classroom", "cafeteria")]


def test_each_school_has_its_own_pupils_and_an_adult_for_each_classroom(
    secondary: ds.FloorPlan, primary: ds.FloorPlan
) -> None:
    assert primary.groups == {"primary": 0.92, "adults": 0.05, "needs-help": 0.03}
    assert secondary.groups == {"secondary": 0.91, "adults": 0.06, "needs-help": 0.03}
    for plan in (secondary, primary):
        rooms = [s for s in plan.spaces if s.use == "classroom"]
        assert plan.groups["adults"] == pytest.approx(len(rooms) / sum(s.people for s in rooms), abs=0.005)


def test_outlines_and_areas_are_those_of_the_source(secondary: ds.FloorPlan) -> None:
    area = sum(float(a) for a in ds.build(secondary).space_area_m2)
    assert area == pytest.approx(19592.0 + 2 * 18.9, abs=0.5)  # two rooms of the library's stair stand outside
