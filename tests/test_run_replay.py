"""`drillsim run --replay`: one file, and plain words where there is nothing to show."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import drillsim as ds
from drillsim.cli import main
from shipped import ROOT

TEACHING = ROOT / "scenarios" / "teaching" / "lockdown.yaml"
DAY = ROOT / "scenarios" / "real-days" / "school-day.yaml"


def run(*words: object) -> int:
    return main(["run", *map(str, words)])


def test_a_replay_of_two_staffings_is_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "drill.html"
    names = ds.read_mixes(TEACHING.parent / "mixes.yaml")
    assert run(TEACHING, "--mix", names.present, "--versus", names.present, "--replay", file) == 0
    assert "INTERNAL" in capsys.readouterr().out
    assert [p.name for p in tmp_path.iterdir()] == ["drill.html"]
    assert file.read_text(encoding="utf-8").count('class="replay-side"') == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([TEACHING, "--versus", "x"], "add --replay FILE.html"),
        ([TEACHING, "--versus", "x", "--replay", "drill.html"], "no mix called 'x'"),
        ([DAY, "--replay", "drill.html"], "whole school day"),
        ([TEACHING, "--replay", "."], "is a directory"),
        ([TEACHING, "--replay", "no/such/folder.html"], "cannot write the replay"),
    ],
    ids=["no file", "no such mix", "a day", "a folder", "no folder"],
)
def test_where_there_is_nothing_to_show_it_says_what_to_write(
    words: list[object], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*words) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.fixture
def nobody_reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let stdout be a pipe whose reader has gone, as after `| head` has had its lines."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        yield


@pytest.mark.usefixtures("nobody_reads")
def test_a_file_is_whole_although_nobody_reads_what_is_printed(tmp_path: Path) -> None:
    assert run(TEACHING, "--replay", tmp_path / "drill.html", "--json") == 0
    assert (tmp_path / "drill.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    plan = ROOT / "floorplans" / "three_rooms.yaml"
    assert main(["check", str(plan), "--draw", str(tmp_path / "plan.svg")]) == 0
    assert (tmp_path / "plan.svg").read_bytes().rstrip().endswith(b"</svg>")
    assert main(["assess", str(plan), "--out", str(tmp_path / "map")]) == 0
    assert (tmp_path / "map" / "assessment.json").exists()


@pytest.mark.usefixtures("nobody_reads")
def test_the_exit_code_is_the_same_although_nobody_reads_what_is_printed(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("drillsim_plan: 1\nlevels: [\n", encoding="utf-8")
    assert main(["check", str(tmp_path / "plan.yaml")]) == 2
