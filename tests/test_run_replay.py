"""`drillsim run --replay`: one file, and plain words where there is nothing to show."""

from __future__ import annotations

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
