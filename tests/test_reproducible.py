"""The same files and seed give the same bytes, for any number of workers, order of drills and process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import drillsim as ds
from drillsim.plan.shortest_paths_compiled import shortest_path, shortest_times
from drillsim.streams.streams import uniform_of, uniforms_of
from drillsim.study.results import write_results

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("fight", "lockdown", "evacuation")
SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, "tests")
import drillsim as ds
from test_reproducible import a_study, rows
rows(a_study(ds.read_plan("floorplans/doe_primary.yaml")), Path(sys.argv[1]), workers=1)
"""


def a_study(plan: ds.FloorPlan, runs: int = 3) -> ds.Study:
    drills = [ds.read_scenario(ROOT / "scenarios" / f"{n}.yaml") for n in NAMES]
    return ds.Study(drills, plan, ds.read_mixes(ROOT / "scenarios" / "mixes.yaml"), runs=runs, seed=5)


def rows(study: ds.Study, folder: Path, **how: Any) -> bytes:
    write_results(ds.run(study, **how), folder)
    return (folder / "runs.csv").read_bytes()


@pytest.fixture(scope="module")
def alone(primary: ds.FloorPlan, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return rows(a_study(primary), tmp_path_factory.mktemp("alone") / "results")


def test_two_workers_write_the_same_bytes_as_one(primary: ds.FloorPlan, alone: bytes, tmp_path: Path) -> None:
    assert rows(a_study(primary), tmp_path / "two", workers=2) == alone


def test_shuffled_chunks_write_the_same_bytes(primary: ds.FloorPlan, alone: bytes, tmp_path: Path) -> None:
    assert rows(a_study(primary), tmp_path / "shuffled", chunk_order=lambda chunks: chunks[::-1]) == alone


def test_draws_and_ways_without_a_compiler_write_the_same_bytes(
    primary: ds.FloorPlan, alone: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drillsim.streams.streams._generator", lambda: (uniform_of, uniforms_of))
    monkeypatch.setattr("drillsim.plan.routes.compiled_search", lambda: (shortest_times, shortest_path))
    fresh = primary.model_copy()  # nothing kept from other drills
    assert rows(a_study(fresh), tmp_path / "plain", workers=1) == alone


def fresh(hash_seed: str, *arguments: str) -> None:
    """Run Python in a process of its own, with sets and dictionaries of strings in another order."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment, cwd=ROOT)


def test_the_command_line_writes_the_same_bytes_as_the_library(alone: bytes, tmp_path: Path) -> None:
    scenarios = [f"scenarios/{name}.yaml" for name in NAMES]
    given = ["--mixes", "scenarios/mixes.yaml", "--plan", "floorplans/doe_primary.yaml", "--runs", "3", "--seed", "5"]
    how = ["--workers", "1", "--quiet", "--no-open", "--out", str(tmp_path / "out")]
    fresh("1", "-m", "drillsim", "compare", *scenarios, *given, *how)
    assert (tmp_path / "out" / "runs.csv").read_bytes() == alone


def test_another_fresh_process_writes_the_same_bytes(alone: bytes, tmp_path: Path) -> None:
    fresh("2", "-c", SCRIPT, str(tmp_path / "out"))
    assert (tmp_path / "out" / "runs.csv").read_bytes() == alone
