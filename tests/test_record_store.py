"""The results folder: bytes that do not vary, files that are whole, a mark that they are internal."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drillsim.errors import ResultError
from drillsim.record.outline import GoalLine, MixLine, Outline, ScenarioLine, outline_from
from drillsim.record.store import (
    column_order,
    content_sha256,
    json_bytes,
    manifest,
    runs_csv,
    settled,
    write_folder,
)

OUTLINE = Outline(
    seed=7,
    runs=1,
    present="one",
    scenarios={"fight": ScenarioLine("Fight", "able_on_scene_s", 1800.0, (GoalLine("able_on_scene_s", 120.0, 0.9),))},
    mixes={"one": MixLine("1 SRO", 1.0, 2.0, 3.0, 2025, "city")},
)
ROW: dict[str, Any] = {
    "scenario": "fight",
    "mix": 'one, "two"',
    "replication": 0,
    "status": "done",
    "able_on_scene_s": 1 / 3,
    "people": 7,
}


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_table_opens_in_excel_and_has_plain_line_ends() -> None:
    content = runs_csv([ROW])
    assert content.startswith(
        b"\xef\xbb\xbfscenario,mix,replication,incident,status,stage,reason,noticed_s,noticed_status,"
    )
    assert b"\r" not in content


def test_numbers_have_six_decimals_and_counts_none() -> None:
    (line,) = lines(runs_csv([ROW]))
    assert (line["able_on_scene_s"], line["people"], line["mix"]) == ("0.333333", "7", 'one, "two"')


def test_a_value_never_reached_is_an_empty_cell() -> None:
    (line,) = lines(runs_csv([ROW]))
    assert line["resolved_s"] == ""


def test_every_known_column_is_there_and_others_follow_by_name() -> None:
    columns = column_order([{"zebra": 1, "apple": 2}])
    assert columns[-2:] == ["apple", "zebra"]
    assert {"able_on_scene_s", "able_on_scene_status", "people", "leg_walk_s"} <= set(columns)


def test_a_tiny_negative_number_is_written_as_zero() -> None:
    assert lines(runs_csv([{"busy_s": -1e-9}]))[0]["busy_s"] == "0.000000"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_row_refuses_numbers_that_are_not_finite(number: float) -> None:
    with pytest.raises(ValueError, match="a value never reached is None"):
        settled({"able_on_scene_s": number})


def test_json_refuses_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_bytes({"mean": float("nan")})


def test_content_is_hashed_whatever_the_order_of_its_keys() -> None:
    assert content_sha256({"a": 1, "b": [2]}) == content_sha256({"b": [2], "a": 1}) != content_sha256({"a": 1})


def test_an_outline_is_read_back_as_it_was_written() -> None:
    assert outline_from(json.loads(json_bytes(OUTLINE.as_dict()))) == OUTLINE


def test_the_manifest_tells_what_is_needed_to_compute_again() -> None:
    told = manifest(OUTLINE, {"plan": "abc"}, {"runs.csv": b"x"}, command=["drillsim", "compare"])
    assert {"drillsim", "numpy", "python", "platform"} <= set(told["versions"])
    assert (told["seed"], told["runs"], told["scheme"], told["sha256"]) == (7, 1, 1, {"plan": "abc"})
    assert (told["command"], list(told["files"])) == (["drillsim", "compare"], ["runs.csv"])


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    return write_folder(folder, files, {"drillsim_results": 1, "files": sorted(files)})


def test_a_folder_is_marked_internal_and_kept_out_of_git(tmp_path: Path) -> None:
    home = written(tmp_path / "new" / "out", {"runs.csv": b"x", "figures/a.png": b"y"})
    assert (home / "INTERNAL.txt").read_text(encoding="utf-8").startswith("INTERNAL")
    assert {"/runs.csv", "/figures/", "/INTERNAL.txt"} <= set((home / ".gitignore").read_text().splitlines())
    assert (home / "figures" / "a.png").read_bytes() == b"y"


def test_somebody_elses_gitignore_stays(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("build/\n")
    written(tmp_path, {"runs.csv": b"x"})
    assert (tmp_path / ".gitignore").read_text() == "build/\n"


def test_earlier_results_are_replaced_and_nothing_temporary_stays(tmp_path: Path) -> None:
    for content in (b"old", b"new"):
        written(tmp_path, {"runs.csv": content})
    assert (tmp_path / "runs.csv").read_bytes() == b"new"
    assert not list(tmp_path.glob("*.part")) + list(tmp_path.glob(".*.part"))


def test_a_folder_that_cannot_be_written_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(ResultError, match="this is no folder for results: "):
        written(tmp_path / "out", {"runs.csv": b"x"})


FOREIGN = {
    "a package of the web": {"manifest.json": '{"name": "site", "files": ["runs.csv"]}', "runs.csv": "theirs"},
    "a manifest without a version": {"manifest.json": '{"drillsim_results": true, "files": {}}'},
    "a manifest that is no JSON": {"manifest.json": "drillsim_results: 1"},
    "one file": {"runs.csv": "theirs"},
    "a file that our manifest does not list": {
        "manifest.json": '{"drillsim_results": 1, "files": {"summary.json": {}}}',
        "runs.csv": "theirs",
    },
    "a manifest that lists what lies elsewhere": {
        "manifest.json": '{"drillsim_results": 1, "files": ["../runs.csv"]}',
        "runs.csv": "theirs",
    },
}


@pytest.mark.parametrize("case", FOREIGN)
def test_files_of_somebody_else_are_never_replaced(case: str, tmp_path: Path) -> None:
    for name, text in FOREIGN[case].items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ResultError, match=r"other files|was not written by drillsim"):
        written(tmp_path, {"runs.csv": b"x"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == FOREIGN[case]


def test_what_earlier_results_left_behind_stays_ours(tmp_path: Path) -> None:
    for files in (
        {"runs.csv": b"1", "figures/a.png": b"1"},
        {"runs.csv": b"2"},
        {"runs.csv": b"2", "figures/a.png": b"2"},
    ):
        written(tmp_path, files)
    assert (tmp_path / "figures" / "a.png").read_bytes() == b"2"


@pytest.mark.skipif(os.name != "posix", reason="modes as on Unix")
def test_results_can_be_read_by_their_owner_only(tmp_path: Path) -> None:
    home = written(tmp_path / "out", {"runs.csv": b"x", "figures/a.png": b"y"})
    assert {p.stat().st_mode & 0o777 for p in (home, home / "figures")} == {0o700}
    assert {p.stat().st_mode & 0o777 for p in home.rglob("*") if p.is_file()} == {0o600}


def test_a_full_disk_leaves_the_earlier_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, {"runs.csv": b"old"})

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResultError, match="No space left on device"):
        written(tmp_path, {"runs.csv": b"new"})
    assert (tmp_path / "runs.csv").read_bytes() == b"old"
    assert not list(tmp_path.glob(".*.part"))
