"""Shipped scenarios and mixes fitted to a plan: `check` finds nothing wrong, a drill runs, and each choice is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import drillsim as ds
from drillsim.cli import main
from drillsim.cli.fitting import texts_for
from drillsim.plan.sketch import read_sketch, sketch_document
from drillsim.plan.writing import plan_text
from shipped import ROOT, SCENARIOS
from test_import_dxf import external
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


VILLAGE = (ROOT / "floorplans" / "village_school.yaml").read_text("utf-8")
ODD = {
    "one room": ONE_ROOM,
    "a room without people": ONE_ROOM.replace(", people: 12", "").replace("use: other", "use: office"),
    "one locked room": ONE_ROOM.replace("[5, 0]]}", "[5, 0]], lock: key}"),
    "no locks": re.sub(r", lock: [a-z-]+", "", VILLAGE),
    "no periods": re.sub(r"(?m)^(timetable:|  - \{period:).*\n", "", VILLAGE),
    "one odd period": re.sub(r"(?m)^  - \{period:.*12:30.*\n", "", VILLAGE).replace("period: class", 'period: "3: x"'),
}
"""Plans that lack what shipped scenarios name."""
LOCKDOWNS = {"courtyard/lockdown", "false-report", "lockdown", "passing", "teaching/lockdown"}


CHEAP = ("disorder", "evacuation", "hold", "lockdown", "real-days/school-day")
CHEAP_PLANS = ("one locked room", "no locks", "no periods")
CELLS = [
    pytest.param(odd, name, marks=() if odd in CHEAP_PLANS and name in CHEAP else pytest.mark.deep, id=f"{name}-{odd}")
    for odd in ODD
    for name in NAMES
]


@pytest.mark.parametrize(("odd", "name"), CELLS)
def test_a_shipped_scenario_fits_an_odd_plan_or_is_refused_with_a_remedy(odd: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text(ODD[odd], encoding="utf-8")
    plan = ds.read_plan(tmp_path / "odd.yaml")
    if name not in LOCKDOWNS or any(o.lock != "none" for o in plan.openings):
        texts_for(name, plan)
        return
    with pytest.raises(ds.DrillsimError, match=r"has no door with a lock, .* Write 'lock: key'") as caught:
        texts_for(name, plan)
    assert "\n" not in str(caught.value)


def test_a_fitted_file_tells_what_was_replaced_in_it(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text(ODD["no periods"], encoding="utf-8")
    scenario, mixes, choices = texts_for("real-days/school-day", ds.read_plan(tmp_path / "odd.yaml"))
    head = [line for line in scenario.splitlines() if line.startswith("#   ")]
    assert head == [f"#   {c}" for c in choices if c.file == "scenario"]
    assert "#   what is said of period passing → left out (Village school has no bell periods)" in head
    assert "#   duty (period: passing, duty: patrol) → left out (Village school has no bell periods)" in mixes
    assert "# 32 and 26 of" not in scenario


def imported(name: str, folder: Path) -> str:
    """A building model of others as a plan file."""
    assert main(["import", str(external(name)), str(folder / "imported.yaml")]) == 0
    return (folder / "imported.yaml").read_text("utf-8")


@pytest.mark.deep
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("plan", [*ODD, "doe_primary", "doe_secondary", "sketch", "Duplex_A_20110907.ifc"])
def test_new_check_and_run_go_through_on_any_plan(
    plan: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = ODD.get(plan) or (
        imported(plan, tmp_path) if plan.endswith(".ifc") else plan_file(plan, tmp_path).read_text("utf-8")
    )
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    if main(["new", "--scenario", name]) == 2:
        assert name in LOCKDOWNS
        assert "Write 'lock: key'" in capsys.readouterr().err
        return
    scenario = f"{name.rpartition('/')[2]}.yaml"
    assert main(["check", "plan.yaml", scenario, "mixes.yaml"]) == 0
    assert (
        main(["run", scenario, "--mixes", "mixes.yaml", *(["--days", "1"] if name == "real-days/school-day" else [])])
        == 0
    )


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
