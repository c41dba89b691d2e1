"""The assessment of a plan: times, gaps and the doors that decide, without any simulation."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import drillsim as ds
from drillsim.coverage.assess import assess
from drillsim.coverage.coverage import Coverage
from test_plan_network import door, exit_, plan_of, room


@pytest.fixture(scope="module")
def coverage(secondary: ds.FloorPlan) -> Coverage:
    return assess(secondary)


def test_times_are_length_over_speed(three_rooms: ds.FloorPlan) -> None:
    coverage = assess(three_rooms, level_mps=2.0, stair_up_mps=0.5)
    up = np.hypot(22, 0.015) + np.hypot(12, 0.015)
    assert coverage.nearest_s()["hall-1"] == pytest.approx(up / 2.0 + 10.49 / 0.5, abs=1e-3)


def test_a_post_reaches_its_own_point_of_the_space_at_once(coverage: Coverage) -> None:
    assert coverage.nearest_s()["cafeteria"] == 0.0


def test_the_front_desk_reaches_the_whole_secondary_school_in_70_seconds(secondary: ds.FloorPlan) -> None:
    coverage = assess(secondary, posts=["front-desk"])
    assert max(coverage.nearest_s().values()) == pytest.approx(69.8, abs=0.1)
    assert coverage.beyond(120.0) == ()


def test_more_posts_are_never_slower(secondary: ds.FloorPlan) -> None:
    one, two = (assess(secondary, posts=p).nearest_s() for p in (["front-desk"], ["front-desk", "library"]))
    assert all(two[s] <= one[s] for s in one)


def test_a_space_may_serve_as_a_post(three_rooms: ds.FloorPlan) -> None:
    coverage = assess(three_rooms, posts=["hall-1"])
    assert coverage.nearest_s()["hall-1"] == 0.0


def test_an_unknown_post_is_refused_with_the_closest(three_rooms: ds.FloorPlan) -> None:
    with pytest.raises(ds.PlanError, match="Closest: 'front-desk'"):
        assess(three_rooms, posts=["frontdesk"])


def test_entries_stand_beside_posts(coverage: Coverage) -> None:
    assert [(o.id, o.kind) for o in coverage.origins][-1] == ("main-entrance", "entry")


def test_the_only_way_to_a_floor_decides(three_rooms: ds.FloorPlan) -> None:
    coverage = assess(three_rooms)
    first = coverage.doors[0]
    assert (first.id, first.cut_off) == ("s-0", ("stair-a-0", "room-201", "hall-1", "stair-a-1"))


def test_the_only_door_of_a_single_room_decides_for_nobody_else(coverage: Coverage) -> None:
    assert not [d.id for d in coverage.doors if d.id.startswith("door-2")]


def test_a_door_with_a_detour_tells_how_much_longer_it_takes() -> None:
    plan = plan_of(
        [room("a", 0, 0, 10, 4), room("b", 10, 0, 20, 4), room("c", 0, 4, 20, 8)],
        [
            door("ab", "a", "b", 10, 2),
            {"id": "ac", "kind": "door", "spaces": ("a", "c"), "line": ((1, 4), (2, 4))},
            {"id": "cb", "kind": "door", "spaces": ("c", "b"), "line": ((18, 4), (19, 4))},
            exit_("out", "a", 0, 2),
        ],
        posts=[{"id": "p", "space": "a", "at": (9, 2)}],
    )  # fmt: skip
    deciding = {d.id: d for d in assess(plan, level_mps=1.0).doors}
    assert deciding["ab"].slower == 1
    assert deciding["ab"].longer_s == pytest.approx(12.3, abs=0.05)


def test_gaps_are_listed() -> None:
    plan = plan_of(
        [room("hall", 0, 0, 10, 4, use="corridor", pa=False), room("a", 10, 0, 20, 4, radio=False, people=60)],
        [door("d", "hall", "a", 10, 2), exit_("out", "hall", 0, 2)],
    )
    coverage = assess(plan)
    assert coverage.no_pa == ("hall",)
    assert coverage.no_radio == ("a",)
    assert coverage.no_camera == ("hall",)
    assert coverage.single_way == ("a",)


def test_a_plan_without_posts_is_assessed_from_its_first_exit() -> None:
    plan = plan_of([room("a", 0, 0, 4, 4)], [exit_("out", "a", 0, 2)])
    coverage = assess(plan, level_mps=1.0)
    assert coverage.nearest_s("entry") == {"a": 2.0}
    assert "Slowest to reach from the nearest entry: a 0:02." in str(coverage)


def test_what_cannot_be_reached_says_so() -> None:
    plan = plan_of(
        [room("a", 0, 0, 4, 4), room("b", 8, 0, 12, 4)],
        [exit_("ea", "a", 4, 2), exit_("eb", "b", 8, 2)],
        posts=[{"id": "p", "space": "a", "at": (1, 1)}],
    )
    coverage = assess(plan)
    assert coverage.nearest_s()["b"] == np.inf
    assert "b no way" in str(coverage)
    assert coverage.as_data()["origins"][0]["seconds"]["b"] is None


def test_the_data_is_json_without_nan_or_infinity(coverage: Coverage) -> None:
    assert json.loads(json.dumps(coverage.as_data(), allow_nan=False))["plan"] == "DOE secondary school"


def test_the_page_fits_a_terminal_and_tells_the_longest_way_out(coverage: Coverage) -> None:
    page = str(coverage)
    assert max(map(len, page.splitlines())) <= 79
    assert "67.2 m (220 ft)" in page.replace("\n  ", " ")
    assert "nothing was simulated" in page.replace("\n", " ")


def test_the_assessment_is_frozen(coverage: Coverage) -> None:
    with pytest.raises(AttributeError):
        coverage.limits_s = ()  # type: ignore[misc]


def test_a_public_name_is_the_function_also_after_an_import_of_its_package(three_rooms: ds.FloorPlan) -> None:
    assert ds.assess(three_rooms, posts=["front-desk"]).nearest_s() == assess(three_rooms).nearest_s()


COURTYARD = Path(__file__).parents[1] / "floorplans/courtyard_school.yaml"


def test_outdoor_places_without_announcement_are_told() -> None:
    plan = ds.read_plan(COURTYARD)
    assert assess(plan).no_pa == ("field",)
    silent = [s.model_copy(update={"pa": False, "radio": False}) for s in plan.spaces]
    deaf = assess(plan.model_copy(update={"spaces": tuple(silent)}))
    assert deaf.no_pa == deaf.no_radio == tuple(s.id for s in plan.spaces)


def test_ways_to_an_exit_are_told_of_doors_of_the_building_alone() -> None:
    plan = ds.read_plan(COURTYARD)
    outdoors = {"outside", *(s.id for s in plan.spaces if s.use == "outdoors")}
    gates = {o.id for o in plan.openings if set(o.spaces) <= outdoors}
    found = assess(plan).exit_m
    assert gates
    assert set(found) == {o.id for o in plan.openings} - gates
    assert all(math.isfinite(metres) for metres in found.values())


def test_outdoor_places_are_reached_like_rooms_and_told_where_no_camera_watches() -> None:
    plan = ds.read_plan(COURTYARD)
    coverage = assess(plan, posts=["main-entrance", "bus-post"])
    assert {"field", "bus-loop", "path"} < set(coverage.spaces)
    assert all(0.0 < seconds < 180.0 for id_, seconds in coverage.nearest_s().items() if id_ in ("field", "path"))
    unseen = {"field", "bus-loop", "path"} - {s for c in plan.cameras for s in c.watches}
    assert unseen <= set(coverage.no_camera)
    assert f"of {len(coverage.spaces)} places are reached later" in str(coverage)


def yard_school(*, gate_first: bool = False, turned: bool = False, **door_a: Any) -> ds.FloorPlan:
    """A class of 60 with a door to a hall and one to a yard; the hall's exit leads onto the yard, a gate out of it."""
    rooms = [room("hall", 0, 0, 20, 4), room("a", 0, 4, 10, 12, people=60), room("yard", 20, 0, 40, 12, use="outdoors")]
    sides = ["yard", "hall"] if turned else ["hall", "yard"]
    exit_to_yard = {**exit_("e", "hall", 20, 1.5), "spaces": sides}
    gate = exit_("gate", "yard", 40, 2)
    doors = [
        door("d1", "a", "hall", 2, 4, line=((1.5, 4), (2.5, 4))),
        door("d2", "a", "hall", 7, 4, line=((6.5, 4), (7.5, 4)), **door_a),
    ]
    return plan_of(rooms, [gate, exit_to_yard, *doors] if gate_first else [exit_to_yard, *doors, gate])


@pytest.mark.parametrize("gate_first", [True, False])
@pytest.mark.parametrize("turned", [True, False])
def test_services_come_in_by_the_exit_whatever_the_order_of_the_file(gate_first: bool, turned: bool) -> None:
    coverage = assess(yard_school(gate_first=gate_first, turned=turned), posts=["hall"])
    assert [o.id for o in coverage.origins] == ["hall", "e"]
    assert coverage.nearest_s("entry")["hall"] == pytest.approx(10.01 / 2.8, abs=0.01)


@pytest.mark.parametrize(
    ("lock", "single"), [({}, ()), ({"locked": "both"}, ("a",)), ({"one_way": {"to": "a"}}, ("a",))]
)
def test_a_door_that_lets_nobody_out_is_no_second_way_out(lock: dict[str, Any], single: tuple[str, ...]) -> None:
    assert assess(yard_school(**lock), posts=["hall"]).single_way == single
