"""A stored study played again from the inputs in its folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import drillsim as ds
from drillsim.cli import main
from drillsim.record.store import read_folder, runs_csv
from drillsim.study.rerun import read_study
from drillsim.study.results import write_results
from drillsim.study.storage.folder import as_json
from shipped import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("kept") / "out"
    plan = ds.read_plan(ROOT / "floorplans" / "three_rooms.yaml")
    incident = {"kind": "behaviour", "where": "room-201"}
    fight = ds.Scenario.model_validate({"name": "fight", "crowd": "stays", "incidents": [incident]})
    later = ds.Scenario.model_validate(
        {"name": "later", "crowd": "stays", "incidents": [incident], "time_of_day": "12:00"}
    )
    units = [{"id": "guard", "role": "unarmed-guard", "post": "room-201", "presence": "80 %"}]
    mixes = ds.Mixes.model_validate({"present": "none", "mixes": {"none": {}, "guard": {"units": units}}})
    study = ds.Study([fight, later], plan, mixes, runs=3, seed=5)
    return write_results(ds.run(study, store=home), home)


def test_every_row_comes_out_as_it_is_stored(folder: Path) -> None:
    again = ds.rerun(folder)
    assert (again.is_same, again.stored, again.changed) == (True, 12, {})
    assert runs_csv(again.results.rows) == (folder / "runs.csv").read_bytes()
    assert str(again) == "All 12 rows are the same."


def test_shipped_inputs_are_read_back_as_they_were_played(secondary: ds.FloorPlan, mixes: ds.Mixes) -> None:
    files = [p for p in sorted((ROOT / "scenarios").rglob("*.yaml")) if "\ndrillsim:" in "\n" + p.read_text("utf-8")]
    drills = [ds.read_scenario(path) for path in files]
    models = [*drills, *(d.with_override(name) for d in drills for name in d.overrides), secondary, mixes]
    assert len(models) > 40
    for model in models:
        read = type(model).model_validate(json.loads(as_json(model)), context={"si": True})
        assert read.model_dump() == model.model_dump()


def test_hashes_of_the_manifest_are_those_of_sha256sum(folder: Path) -> None:
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {"inputs/plan.json", "inputs/mixes.json", "inputs/scenario-1.json", "runs.csv"} <= set(told["files"])
    for name, file in told["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == file["sha256"]
    assert {"numba", "pandas", "python"} <= set(told["versions"])
    assert told["seconds"] > 0
    assert "seconds" not in json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def test_a_row_that_differs_is_told_with_its_column(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored, outline, ways = read_folder(folder)
    rows = [dict(row) for row in stored]
    rows[4]["noticed_s"] = 1234.5
    monkeypatch.setattr("drillsim.study.rerun.read_folder", lambda _: (rows[:-1], outline, ways))
    again = ds.rerun(folder)
    assert not again.is_same
    assert [(row["mix"], row["replication"], row["column"]) for row in again.differing] == [
        ("guard", 1, "noticed_s"),
        ("guard", 2, "row"),
    ]
    assert "fight, guard, 1, main: noticed_s was 1234.5" in str(again)


def test_the_verb_says_so_and_exits_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rerun", str(folder), "--quiet", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["same"] is True


@pytest.mark.parametrize("name", ["inputs/plan.json", "inputs/scenario-1.json"])
def test_a_changed_input_is_refused(folder: Path, name: str) -> None:
    before = (folder / name).read_bytes()
    (folder / name).write_bytes(before.replace(b"1", b"2", 1))
    try:
        with pytest.raises(ds.ResultError, match=f"{name} was changed since"):
            read_study(folder)
    finally:
        (folder / name).write_bytes(before)


def test_a_folder_without_a_finished_study_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rerun", str(tmp_path)]) == 2
    assert "DS602: there is no study here" in capsys.readouterr().err
