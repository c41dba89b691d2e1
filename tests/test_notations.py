"""One plan in every unit and notation that people write is one building."""

from __future__ import annotations

from pathlib import Path

import pytest

from depth import numbers_up_to
from drillsim.plan.model import FloorPlan
from drillsim.plan.read import check_plan_file
from fuzz.mutate import written
from fuzz.plans import decimal, drawn_plan, feet_and_inches

WRITTEN = {
    "cm": ("cm", None), "mm": ("mm", None), "ft": ("ft", None), "in": ("in", None), "3.28 ft": (None, decimal("ft")),
    "39.4 in": ("mm", decimal("in")), "3'-3 1/4\"": (None, feet_and_inches), "1 m under feet": ("ft", decimal("m")),
}  # fmt: skip
NEAR_M = 0.005
"""A quarter of an inch is 6 mm, and half of it is lost by rounding."""


def lengths(plan: FloorPlan) -> list[float]:
    """Every length of a plan, in file order, in metres."""
    found = [v.elevation for v in plan.levels]
    for space in plan.spaces:
        found += [x for ring in (space.polygon, *space.holes) for point in ring for x in point]
    for opening in plan.openings:
        found += [x for point in opening.line for x in point] + [opening.clear_width_m]
    for flight in (*plan.stairs, *plan.ramps):
        found += [flight.width, flight.length]
    places = [*(post.at for post in plan.posts), *(thing.at for thing in plan.equipment)]
    return found + [x for place in places for x in place]


def read(path: Path, number: int, how: str | None) -> tuple[FloorPlan | None, list[str]]:
    unit, notation = WRITTEN[how] if how else ("m", None)
    path.write_text(written(drawn_plan(number, unit, notation)), encoding="utf-8")
    plan, faults = check_plan_file(path)
    return plan, [f.code for f in faults if f.severity == "error"]


@numbers_up_to(3, 100)
def test_a_plan_says_the_same_in_every_unit_and_notation(count: int, tmp_path: Path) -> None:
    for number in range(count):
        metric, faults = read(tmp_path / "plan.yaml", number, None)
        assert metric is not None
        for how in WRITTEN:
            other, others = read(tmp_path / "plan.yaml", number, how)
            assert other is not None
            assert lengths(other) == pytest.approx(lengths(metric), abs=NEAR_M), (number, how)
            assert [s.id for s in other.spaces] == [s.id for s in metric.spaces]
            if how in ("cm", "mm", "ft", "in"):
                assert others == faults, (number, how)
