"""Stairs, ramps and floors that are too narrow are told where they stand, as the crowd would refuse them (rules A2, A5)."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Any

import pytest

import drillsim as ds
from crowd_worlds import box, door, plan_of
from drillsim.crowd.geometry.cells import build_cells
from drillsim.crowd.laws import LEVEL_K_MPS, Laws, stair_k_mps
from drillsim.errors import Fault
from drillsim.plan.checks import check_plan

STEPS = [(0.178, 0.279), (0.10, 0.45), (0.23, 0.20), (0.12, 0.45), (0.15, 0.30)]
WIDTHS = [0.2, 0.3, 0.33, 0.338, 0.35, 0.356, 0.36, 0.4, 0.43, 0.44, 0.6, 1.2]


def two_storeys(width: float, **flight: Any) -> ds.FloorPlan:
    ends = {"id": "s", "lower": "a", "upper": "b+", "lower_opening": "f", "upper_opening": "h", "width": width}
    section = "ramps" if "slope" in flight else "stairs"
    return plan_of(
        [("hall", "corridor", box(0, 0, 10, 3)), ("a", "lobby", box(10, 0, 13, 3)), ("up+", "corridor", box(0, 0, 10, 3)),
         ("b+", "lobby", box(10, 0, 13, 3))],
        [door("f", "hall", "a", 10, 1.5), door("h", "up+", "b+", 10, 1.5), door("e", "hall", "outside", 0, 1.5)],
        **{section: [ends | {"length": 7.0} | flight]},
    )  # fmt: skip


def told(plan: ds.FloorPlan, *codes: str) -> list[Fault]:
    return [f for f in check_plan(plan) if f.code in codes]


def is_refused(plan: ds.FloorPlan) -> bool:
    try:
        build_cells(ds.build(plan), Laws())
    except ds.ScenarioError:
        return True
    return False


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("riser", "tread"), STEPS)
def test_check_tells_the_stairs_that_a_drill_refuses_and_no_others(width: float, riser: float, tread: float) -> None:
    plan = two_storeys(width, rise=4, riser=riser, tread=tread)
    assert bool(told(plan, "DS502")) == is_refused(plan)


@pytest.mark.parametrize("width", WIDTHS)
def test_check_tells_the_ramps_that_a_drill_refuses_and_no_others(width: float) -> None:
    plan = two_storeys(width, slope=0.08)
    assert bool(told(plan, "DS502")) == is_refused(plan)


@pytest.mark.parametrize(("riser", "tread"), [*STEPS, (0.01, 2.0), (0.1, 3.33)])
def test_no_steps_are_faster_than_level_floor(riser: float, tread: float) -> None:
    assert stair_k_mps(riser, tread) <= LEVEL_K_MPS


def hall(width: float, *, use: str = "corridor", angle: float = 0.0) -> ds.FloorPlan:
    """A hall of this width and 30 m, with a room beside it; turned by an angle."""
    turn = radians(angle)

    def at(x: float, y: float) -> list[float]:
        return [x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)]

    def turned(corners: list[list[float]]) -> list[list[float]]:
        return [at(x, y) for x, y in corners]

    return plan_of(
        [("hall", use, turned(box(0, 0, 30, width))), ("room", "classroom", turned(box(0, -6, 6, 0)))],
        [door("d", "room", "hall", 0, 0, 1.0, line=[at(1, 0), at(2, 0)]),
         door("e", "room", "outside", 0, 0, 1.0, line=[at(0, -3), at(0, -2)])],
    )  # fmt: skip


@pytest.mark.parametrize("angle", [0.0, 17.0, 90.0])
@pytest.mark.parametrize(
    ("width", "use", "code"),
    [
        (0.2, "corridor", "DS410"),
        (0.4, "corridor", "DS410"),
        (0.4, "storage", "DS410"),
        (0.6, "corridor", "DS409"),
        (0.6, "storage", ""),
        (0.805, "lobby", ""),
        (0.82, "corridor", ""),
        (2.4, "corridor", ""),
    ],
)
def test_a_floor_narrower_than_a_person_or_a_hall_than_a_door_is_told(
    width: float, use: str, code: str, angle: float
) -> None:
    found = told(hall(width, use=use, angle=angle), "DS409", "DS410")
    assert [f.code for f in found] == ([code] if code else [])
    if found:
        assert f"nowhere wider than {width:.2f} m" in found[0].message
