"""Shipped scenarios and mixes fitted to a plan: `check` finds nothing wrong, a drill runs, and each choice is told."""

from __future__ import annotations

from pathlib import Path

import pytest

import drillsim as ds
from drillsim.cli import main
from drillsim.cli.fitting import texts_for
from drillsim.plan.sketch import read_sketch, sketch_document
from drillsim.plan.writing import plan_text
from shipped import ROOT, SCENARIOS
from test_sketch import EXAMPLE

NAMES = [p.relative_to(ROOT / "scenarios").with_suffix("").as_posix() for p in SCENARIOS]
SHIPPED = sorted(p.stem for p in (ROOT / "floorplans").glob("*.yaml"))
CASES = [
    pytest.param(plan, name, marks=() if plan == "village_school" else pytest.mark.deep, id=f"{name}-{plan}")
    for plan in [*SHIPPED, "sketch"]
    for name in NAMES
]


def plan_file(name: str, folder: Path) -> Path:
    if name != "sketch":
        return ROOT / "floorplans" / f"{name}.yaml"
    (folder / "s.txt").write_text(EXAMPLE, encoding="utf-8")
    (folder / "sketched.yaml").write_text(plan_text(sketch_document(read_sketch(folder / "s.txt"))), encoding="utf-8")
    return folder / "sketched.yaml"


@pytest.mark.parametrize(("plan", "name"), CASES)
def test_a_shipped_scenario_fits_the_plan_and_runs(plan: str, name: str, tmp_path: Path) -> None:
    the_plan = ds.read_plan(plan_file(plan, tmp_path))
    scenario, mixes, _ = texts_for(name, the_plan)
    (tmp_path / "scenario.yaml").write_text(scenario, encoding="utf-8")
    (tmp_path / "mixes.yaml").write_text(mixes, encoding="utf-8")
    drill, staff = ds.read_scenario(tmp_path / "scenario.yaml"), ds.read_mixes(tmp_path / "mixes.yaml")
    if drill.demand is None:
        ds.simulate(drill, the_plan, staff[staff.present], seed=1, replication=0)


ONE_ROOM = """
drillsim_plan: 1
name: One room
units: m
levels: [{id: L0, elevation: 0}]
spaces:
  - {id: "no", level: L0, use: other, polygon: [[0, 0], [9, 0], [9, 7], [0, 7]], people: 12}
openings:
  - {id: door, kind: exit, spaces: ["no", outside], line: [[4, 0], [5, 0]]}
"""


@pytest.mark.parametrize(
    "name", ["bomb-threat", "evacuation", "fight", "medical", "missing-child", "shelter", "unwanted"]
)
def test_a_shipped_scenario_fits_a_plan_of_one_room_of_no_special_use(name: str, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(ONE_ROOM, encoding="utf-8")
    texts_for(name, ds.read_plan(tmp_path / "one.yaml"))


def test_a_scenario_that_fits_is_written_as_it_is() -> None:
    plan = ds.read_plan(ROOT / "floorplans" / "doe_secondary.yaml")
    scenario, mixes, choices = texts_for("fight", plan)
    assert choices == []
    assert mixes == (ROOT / "scenarios" / "mixes.yaml").read_text("utf-8")
    assert scenario.count("plan: plan.yaml") == 1


def test_new_tells_each_choice_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    village = (ROOT / "floorplans" / "village_school.yaml").read_text("utf-8")
    (tmp_path / "plan.yaml").write_text(village, encoding="utf-8")
    assert main(["new", "--scenario", "fight"]) == 0
    assert "cafeteria → 104 (library, since there is no cafeteria)" in capsys.readouterr().out
    assert main(["check", "."]) == 0
    assert main(["new", "--scenario", "fight"]) == 2
    assert main(["new", "--scenario", "evacuation"]) == 0
    assert main(["new", "--scenario", "figt"]) == 2
    assert "Closest: 'fight'" in capsys.readouterr().err
    assert main(["new", "--scenario", "hold", "elsewhere"]) == 2
    assert main(["new", "--scenario", "hold", "elsewhere", "--plan", "plan.yaml"]) == 0
    assert 'plan: "../plan.yaml"' in (tmp_path / "elsewhere" / "hold.yaml").read_text("utf-8")
    assert main(["check", "elsewhere"]) == 0
