"""A disk that refuses while `drillsim compare` runs: the folder is as before or complete, and the exit code tells which."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from drillsim.cli import main
from drillsim.record.study_store import STORE, StudyStore
from shipped import ROOT
from test_study_killed import Refusals

SCENARIO = """
drillsim: 1
name: fight
plan: {plan}
crowd: stays
incidents: [{{kind: behaviour, where: room-201}}]
"""
MIXES = """
drillsim_mixes: 1
present: none
mixes:
  none: {}
  guard: {units: [{id: guard, role: unarmed-guard, post: room-201}]}
"""
FIGURE = {"figures/a.png": b"drawn"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr("drillsim.report.study_figures.draw_all", lambda *_, **__: FIGURE)
    monkeypatch.setattr("drillsim.cli.maps.mix_map", lambda *_, **__: {})
    for rest in ("_workbook", "_report"):
        monkeypatch.setattr(f"drillsim.cli.comparison.{rest}", lambda *_, **__: {})


@pytest.fixture
def given(tmp_path: Path) -> Path:
    home = tmp_path / "school"
    home.mkdir()
    plan = ROOT / "floorplans" / "three_rooms.yaml"
    (home / "fight.yaml").write_text(SCENARIO.format(plan=json.dumps(str(plan))), encoding="utf-8")
    (home / "mixes.yaml").write_text(MIXES, encoding="utf-8")
    return home / "fight.yaml"


def compare(given: Path, folder: Path, runs: int, *words: str) -> int:
    command = [
        "compare",
        str(given),
        "--runs",
        str(runs),
        "--workers",
        "1",
        "--out",
        str(folder),
        "--no-open",
        "--quiet",
    ]
    return main([*command, *words])


def files(folder: Path) -> dict[str, bytes]:
    """Return the files that a reader sees, but not the store, which has drills of both studies."""
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()} if folder.exists() else {}
    return {n: p.read_bytes() for n, p in found.items() if not n.startswith(STORE) and not n.endswith(".part")}


def told(found: dict[str, bytes]) -> dict[str, bytes]:
    """Return the tables, and the manifest without what tells the time."""
    return {name: content for name, content in found.items() if name in ("runs.csv", "summary.json", *FIGURE)}


def checked(folder: Path, code: int, before: dict[str, bytes], complete: dict[str, bytes], said: str) -> str:
    """Check what a refusal led to, and return it."""
    after = files(folder)
    tables = {name: after.get(name) for name in ("runs.csv", "summary.json")}
    are_stored = all(tables[name] == complete[name] for name in tables)
    if code == 0:
        assert are_stored
        assert after.get("figures/a.png") == FIGURE["figures/a.png"] or "could not be stored" in said
        return "complete"
    assert code in (2, 130)
    assert told(after) == told(before) or (are_stored and code == 130)
    assert after.keys() <= before.keys() | complete.keys()
    return "as before"


FAULTS: dict[str, Callable[[], BaseException]] = {
    "full": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "read-only": lambda: OSError(errno.EROFS, os.strerror(errno.EROFS)),
    "interrupted": KeyboardInterrupt,
}


@pytest.mark.parametrize("how", FAULTS)
@pytest.mark.parametrize("step", [41, pytest.param(2, marks=pytest.mark.deep)])
def test_a_refused_write_is_exit_2_or_costs_only_the_figures(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str, step: int
) -> None:
    assert compare(given, tmp_path / "whole", 2) == compare(given, tmp_path / "earlier", 1) == 0
    complete, before, found = files(tmp_path / "whole"), files(tmp_path / "earlier"), set[str]()
    for fail_at in range(1 + step // 4, 400, step):
        folder = shutil.copytree(tmp_path / "earlier", tmp_path / f"{fail_at}")
        capsys.readouterr()
        with pytest.MonkeyPatch.context() as patch:
            refusals = Refusals(patch, fail_at, FAULTS[how]())
            code = compare(given, folder, 2, "--resume")
        found.add(checked(folder, code, before, complete, capsys.readouterr().err))
        assert compare(given, folder, 2, "--resume") == 0
        assert told(files(folder)) == told(complete)
        if refusals.calls < fail_at:
            assert "complete" in found
            return
    pytest.fail("every write was refused")


@pytest.mark.skipif(sys.platform == "win32", reason="limits as on Unix")
@pytest.mark.parametrize("times", [6, pytest.param(100, marks=pytest.mark.deep)])
def test_a_disk_that_is_full_at_any_byte_keeps_what_is_stored(
    given: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], times: int
) -> None:
    resource = pytest.importorskip("resource")
    assert compare(given, tmp_path / "whole", 8) == 0
    complete, draw = files(tmp_path / "whole"), random.Random(1)
    with StudyStore(tmp_path / "whole" / STORE) as store:
        content = store.content_sha256()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for number in range(times):
        folder = tmp_path / f"{number}"
        capsys.readouterr()
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(10 ** draw.uniform(2, 5.3)), limits[1]))
        try:
            code = compare(given, folder, 8)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        checked(folder, code, {}, complete, capsys.readouterr().err)
        assert compare(given, folder, 8, "--resume" if folder.exists() else "--quiet") == 0
        assert told(files(folder)) == told(complete)
        with StudyStore(folder / STORE) as store:
            assert store.content_sha256() == content
