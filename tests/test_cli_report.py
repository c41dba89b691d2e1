"""`drillsim report`: the report of a stored study, made anew from its folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import drillsim as ds
from drillsim.cli import main
from drillsim.study.storage.folder import StudyFolder
from report_pages import disagreement, read
from shipped import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("kept") / "results"
    teaching = ROOT / "scenarios" / "teaching"
    scenario, mixes = ds.read_scenario(teaching / "lockdown.yaml"), ds.read_mixes(teaching / "mixes.yaml")
    two = ds.Mixes(mixes={name: mixes[name] for name in ("one-sro", "sro-and-guard")}, present="one-sro")
    study = ds.Study(scenario, ds.read_plan(ROOT / "floorplans" / "three_rooms.yaml"), two, runs=3, seed=1)
    with StudyFolder.claim(home, study) as kept:
        ds.write_results(ds.run(study, store=kept), kept)
    return home


def test_it_is_made_from_the_stored_drills_and_listed_in_the_manifest(folder: Path) -> None:
    assert main(["report", str(folder)]) == 0
    page = (folder / "report.html").read_bytes()
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]["report.html"]
    assert listed == {"bytes": len(page), "sha256": hashlib.sha256(page).hexdigest()}
    assert b"rooms secured over time" in page
    assert b'class="replay"' in page
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    numbers = read(page).numbers
    assert numbers
    assert [wrong for told, words in numbers if (wrong := disagreement(summary, told, words))] == []
    assert main(["report", str(folder)]) == 0
    assert (folder / "report.html").read_bytes() == page
    assert main(["rerun", str(folder), "--quiet"]) == 0


def test_a_public_one_stands_beside_it_without_places(folder: Path) -> None:
    assert main(["report", str(folder), "--audience", "public", "--units", "metric"]) == 0
    page = (folder / "report-public.html").read_text(encoding="utf-8")
    plan = ds.read_plan(ROOT / "floorplans" / "three_rooms.yaml")
    names = {thing.name for thing in (*plan.spaces, *plan.posts, *plan.openings) if len(thing.name) > 3}
    assert [name for name in names if name in page] == []
    pictures = sorted((folder / "figures-public").glob("*.svg"))
    assert {one.name for one in pictures} >= {"teaching-lockdown-response.svg", "teaching-lockdown-legs.svg"}
    assert not any("exits" in one.name or "queues" in one.name or "plan" in one.name for one in pictures)
    assert "size: A4" in page


def test_it_can_be_written_elsewhere(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(folder), "--out", str(tmp_path / "mine.html"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (tmp_path / "mine.html").stat().st_size == told["bytes"]


def test_a_folder_without_a_study_is_refused(tmp_path: Path) -> None:
    assert main(["report", str(tmp_path)]) == 2
