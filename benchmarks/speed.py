"""Speed of each station, by pytest-benchmark: plan, network, crowd, drill, study, report.

`python -m pytest benchmarks/speed.py --benchmark-json speed.json` (extra [bench]) prints a table and writes machine, versions and every
round. Time is told and never fails a job: what fails one is counted work (docs/gate.md).
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

import drillsim as ds
from crowd import Building, engines
from drillsim.analysis.summary import summarise
from drillsim.cli.bug_report import versions
from drillsim.cli.reporting.gather import report_page
from drillsim.plan.network import build
from drillsim.plan.read import read_plan
from drillsim.record.marker import manifest_of
from drillsim.record.store import SUMMARY
from drillsim.shipped import plan_path
from drillsim.study.rerun import stored_results
from layouts import corridor_school
from measure import drills_of, machine
from seated import people_of

EXAMPLE = ds.example("secondary")
MIX = EXAMPLE.mixes[EXAMPLE.mixes.present]


@pytest.fixture(autouse=True)
def _versions(benchmark: Any) -> None:
    benchmark.extra_info.update(
        {**machine(), **{name: number for name, number in versions().items() if name != "platform"}}
    )


@pytest.mark.parametrize("name", ["secondary", "primary"])
def test_read_and_check_a_plan(benchmark: Any, name: str) -> None:
    benchmark(read_plan, plan_path(name))


@pytest.mark.parametrize("name", ["secondary", "primary"])
def test_build_a_network(benchmark: Any, name: str) -> None:
    plan = read_plan(plan_path(name))
    benchmark(build, plan)


@pytest.mark.parametrize("people", [200, 1000])
def test_empty_a_corridor_school(benchmark: Any, people: int) -> None:
    layout, building = corridor_school(), Building.of(corridor_school())
    seeds = itertools.count(1)
    benchmark(lambda: building.play(people_of(layout, people, seed=next(seeds)), engines()[0]))


@pytest.mark.parametrize("name", ["fight", "medical", "lockdown", "evacuation"])
def test_play_a_drill(benchmark: Any, name: str) -> None:
    play, numbers = drills_of(EXAMPLE.drills[name], EXAMPLE.plan, MIX), itertools.count()
    play(next(numbers))
    benchmark(lambda: play(next(numbers)))


def test_run_a_study_of_fights(benchmark: Any) -> None:
    study = ds.Study(EXAMPLE.drills["fight"], EXAMPLE.plan, EXAMPLE.mixes, runs=10, seed=1)
    benchmark.pedantic(ds.run, args=(study,), rounds=3, warmup_rounds=1)


def test_compare_and_summarise_a_study(benchmark: Any) -> None:
    study = ds.Study(EXAMPLE.drills["fight"], EXAMPLE.plan, EXAMPLE.mixes, runs=20, seed=1)
    results = ds.run(study)
    benchmark.pedantic(lambda: (str(ds.compare(results)), summarise(results)), rounds=3)


def test_write_a_report(benchmark: Any, tmp_path: Path) -> None:
    study = ds.Study(EXAMPLE.drills["fight"], EXAMPLE.plan, EXAMPLE.mixes, runs=20, seed=1)
    folder = tmp_path / "results"
    ds.write_results(ds.run(study), folder)
    results, told = stored_results(folder), manifest_of(folder) or {}
    files = {SUMMARY: (folder / SUMMARY).read_bytes()}
    benchmark.pedantic(lambda: report_page(results, files, told, audience="public"), rounds=3)
