"""The picture of a plan with its faults: every fault of a place is marked there."""

from __future__ import annotations

from pathlib import Path

import pytest

from drillsim.cli import main
from drillsim.plan.read import check_plan_file
from drillsim.report.fault_figure import place_of, plot_faults

GOOD = (Path(__file__).parents[1] / "floorplans" / "three_rooms.yaml").read_text(encoding="utf-8")
CHANGES = {
    "an overlap": ("[[24, 9], [30, 9]", "[[23, 9], [30, 9]", ("L0", 23.75, 10.5)),
    "a crossing": ("[[0, 0], [9, 0], [9, 9], [0, 9]]", "[[0, 0], [9, 9], [9, 0], [0, 9]]", ("L0", 4.5, 4.5)),
    "a wide door": ("width: 36 in", "width: 36 ft", ("L1", 7.4575, 9.0)),
    "a post outside": ("at: [2, 10.5]", "at: [-3, 10.5]", ("L0", -3.0, 10.5)),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_fault_is_marked_at_its_place(case: str, tmp_path: Path) -> None:
    old, new, place = CHANGES[case]
    assert old in GOOD
    path = tmp_path / "plan.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    plan, faults = check_plan_file(path)
    assert plan is not None
    assert pytest.approx(place[1:]) in [(f[1:]) for f in (place_of(plan, fault) for fault in faults) if f is not None]
    figure = plot_faults(plan, faults)
    numbers = {t.get_text() for axes in figure.axes for t in axes.texts}
    assert {str(k) for k, fault in enumerate(faults, 1) if place_of(plan, fault)} <= numbers


@pytest.mark.parametrize(("name", "code"), [("plan.png", 0), ("plan.svg", 0), ("plan.pdf", 2), ("nowhere/plan.png", 2)])
def test_check_draws_the_plan_where_it_is_told(name: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "three.yaml").write_text(GOOD, encoding="utf-8")
    assert main(["check", str(tmp_path / "three.yaml"), "--draw", str(tmp_path / name)]) == code
    assert (tmp_path / name).exists() == (code == 0)
