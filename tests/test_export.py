"""What others read of a results folder: its rows as a table, and the checklist of a report."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import drillsim as ds
from drillsim.cli import main
from drillsim.record.study_store import MIGRATIONS, STORE, StudyStore
from drillsim.study.results import write_results
from drillsim.study.runner import run
from test_study import drill, fake, mixes, study

HOSTILE = "=1+1 <b>*x*</b> | `rm`"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("kept") / "out"
    return write_results(run(study(), simulate=fake, store=home), home)


def test_parquet_holds_the_table_of_the_results(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    file = tmp_path / "runs.parquet"
    assert main(["export", "results", str(folder), str(file)]) == 0
    pd.testing.assert_frame_equal(pd.read_parquet(file), ds.read_results(folder).runs, check_dtype=False)


def test_csv_is_that_of_the_folder(folder: Path, tmp_path: Path) -> None:
    assert (
        ds.write_table(ds.read_results(folder), tmp_path / "a.csv").read_bytes() == (folder / "runs.csv").read_bytes()
    )


def test_another_ending_is_told(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "results", str(folder), str(tmp_path / "a.sav")]) == 2
    assert "a table ends in .parquet, .xlsx or .csv" in capsys.readouterr().err
    with pytest.raises(ds.ResultError, match="a table ends in"):
        ds.write_table(ds.read_results(folder), tmp_path / "a")


def test_a_place_that_cannot_be_written_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ds.ResultError, match="cannot be written"):
        ds.write_table(ds.read_results(folder), tmp_path / "none" / "a.csv")


def test_the_checklist_tells_what_the_folder_knows(folder: Path) -> None:
    assert main(["export", "checklist", str(folder)]) == 0
    told = folder.with_name("out-stress.md").read_text(encoding="utf-8")
    assert [line for line in told.splitlines() if line.startswith("## ")] == [
        "## 1 Objectives", "## 2 Logic", "## 3 Data", "## 4 Experimentation", "## 5 Implementation", "## 6 Code access"
    ]  # fmt: skip
    assert "keyed by seed 7" in told
    assert "6 drills of each scenario and staffing" in told
    assert "`able_on_scene_s`" in told
    assert told.count("For the author") > 4


def test_a_hostile_title_is_no_markup_in_the_checklist(tmp_path: Path) -> None:
    made = ds.Study(drill(title=HOSTILE), study().plan, mixes(), runs=1)
    told = ds.stress_des(write_results(run(made, simulate=fake, store=tmp_path), tmp_path))
    assert HOSTILE not in told
    assert r"\<b\>\*x\*\</b\> \| \`rm\`" in told


def test_what_is_compared_is_declared_before_the_first_drill(tmp_path: Path) -> None:
    def stops(*_: object, **__: object) -> ds.Trace:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(study(), simulate=stops, store=tmp_path)
    told = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert told["finished"] is False
    assert told["declared"]["fight"]["primary"] == "able_on_scene_s"
    assert told["declared"]["fight"]["family"].startswith("2 contrasts")
    with StudyStore(tmp_path / STORE) as store:
        assert store.declared() == [told["declared"]]


def test_a_store_of_the_first_form_is_taken_to_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("drillsim.record.study_store.MIGRATIONS", MIGRATIONS[:1])
        StudyStore(tmp_path / STORE).close()
    with StudyStore(tmp_path / STORE) as store:
        store.declare({"a": 1})
        store.declare({"a": 1})
        assert store.declared() == [{"a": 1}]
