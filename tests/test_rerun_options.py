"""`drillsim rerun` of folders that were made with each option: the same rows from the folder alone."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import drillsim as ds
from drillsim.cli import main
from shipped import ROOT, plan_named

SCENARIO = """
drillsim: 1
name: fight
plan: {plan}
crowd: stays
incidents: [{{kind: behaviour, where: room-201}}]
overrides: {{slow: {{police: {{law: slow}}}}}}
"""
MIXES = """
drillsim_mixes: 1
present: none
mixes:
  none: {}
  guard: {units: [{id: guard, role: unarmed-guard, post: room-201, presence: 70 %}]}
"""
OPTIONS = {
    "set": ("--set", "reporting.radio=+30%"),
    "set of the staffing": ("--set", "mixes.guard.units.guard.presence=40 %"),
    "set of the plan": ("--set", "spaces.room-201.people=3"),
    "sweep": ("--sweep", "police.officers=1,2", "--sweep", "reporting.radio=5 s,20 s"),
    "override": ("--override", "slow"),
    "override as an axis": ("--sweep", "override=slow"),
    "pick": ("--pick", "60s"),
    "another seed": ("--seed", "12"),
}


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drillsim.report.study_figures.draw_all", lambda *_, **__: {})
    monkeypatch.setattr("drillsim.cli.maps.mix_map", lambda *_, **__: {})
    for rest in ("_workbook", "_report"):
        monkeypatch.setattr(f"drillsim.cli.comparison.{rest}", lambda *_, **__: {})


@pytest.fixture
def given(tmp_path: Path) -> Path:
    plan = ROOT / "floorplans" / "three_rooms.yaml"
    (tmp_path / "fight.yaml").write_text(SCENARIO.format(plan=json.dumps(str(plan))), encoding="utf-8")
    (tmp_path / "mixes.yaml").write_text(MIXES, encoding="utf-8")
    return tmp_path / "fight.yaml"


@pytest.mark.parametrize("option", OPTIONS)
def test_a_folder_made_with_an_option_is_played_again(
    given: Path, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    common = ["compare", str(given), "--runs", "3", "--workers", "1", "--out", out, "--no-open", "--quiet"]
    assert main([*common, *OPTIONS[option]]) == 0
    given.unlink()
    (tmp_path / "mixes.yaml").unlink()
    assert main(["rerun", out, "--quiet", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["same"] is True
    assert told["rows"] == len(ds.read_results(out).rows)


def test_variants_from_a_table_and_any_executor_are_played_again(tmp_path: Path) -> None:
    plan = plan_named("three_rooms")
    told = {"name": "fight", "crowd": "stays", "incidents": [{"kind": "behaviour", "where": "room-201"}]}
    drill = ds.Scenario.model_validate(told)
    units = [{"id": "guard", "role": "unarmed-guard", "post": "room-201"}]
    mixes = ds.Mixes.model_validate({"present": "none", "mixes": {"none": {}, "guard": {"units": units}}})
    rows = ds.factorial({"reporting.radio": ["5 s", "30 s"], "mixes.guard.units.guard.presence": ["50 %"]})
    study = ds.Study([drill, *(ds.variant(drill, plan, mixes, row) for row in rows)], plan, mixes, runs=4)
    with ThreadPoolExecutor(2) as executor:
        results = ds.run(study, executor=executor, store=tmp_path / "out")
    again = ds.rerun(ds.write_results(results, tmp_path / "out"))
    assert (again.is_same, again.stored) == (True, len(results.rows))
    assert again.results.outline == results.outline
