"""Studies: equal rows for any executor and order, and rows for drills that fail."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from depth import plays_of
from drillsim.errors import ResultError, ScenarioError, SimulationError
from drillsim.plan.model import FloorPlan
from drillsim.record.store import read_folder, runs_csv
from drillsim.record.trace import GRID, Trace
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix, Mixes
from drillsim.streams.streams import Streams
from drillsim.study.chunks import Chunk
from drillsim.study.design import Study
from drillsim.study.results import Results, read_results, write_results
from drillsim.study.runner import run, split

PLAN = FloorPlan.model_validate(
    {
        "drillsim_plan": 1,
        "name": "One room",
        "units": "m",
        "levels": [{"id": "L0", "elevation": 0}],
        "spaces": [{"id": "room", "level": "L0", "use": "classroom", "polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]}],
        "openings": [
            {"id": "exit", "kind": "exit", "spaces": ["room", "outside"], "line": [[0, 1], [0, 2]]},
        ],
    },
    context={"bare_lengths": True},
)


def drill(name: str = "fight", **more: object) -> Scenario:
    incident = {"kind": "behaviour", "where": "room"}
    return Scenario.model_validate({"name": name, "family": name, "incidents": [incident], "horizon": "10 min", **more})


def mixes(*names: str) -> Mixes:
    given = {name: Mix(name=name, label=name.title()) for name in names or ("one", "none", "two")}
    return Mixes(present="one", mixes=given)


def study(runs: int = 6, **more: object) -> Study:
    goal = {"measure": "able_on_scene_s", "at_most": "2 min", "in": "50 %"}
    return Study([drill(goals=[goal]), drill("second")], PLAN, mixes(), runs=runs, seed=7, **more)


def fake(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
    draw = Streams(seed, scenario.draws, replication).uniform("fake", "unit")
    time_s = {"one": 200.0, "none": 900.0, "two": 100.0}[mix.name] * draw
    reached = time_s <= scenario.horizon
    row: dict[str, Any] = {
        "scenario": scenario.name,
        "mix": mix.name,
        "replication": replication,
        "able_on_scene_s": time_s if reached else None,
        "able_on_scene_status": "reached" if reached else "not-reached",
        "people": 25,
    }
    return Trace(scenario.name, mix.name, seed, replication, 600.0, (), (row,), (), {"out": (1.0,) * GRID})


def stumbling(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
    if (mix.name, replication) == ("two", 1):
        raise SimulationError("nobody\nmoves")
    return fake(scenario, plan, mix, seed=seed, replication=replication)


def deadly(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
    if (scenario.name, mix.name, replication) == ("second", "two", 1):
        os._exit(3)
    return fake(scenario, plan, mix, seed=seed, replication=replication)


def interrupted(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
    raise KeyboardInterrupt


def shuffled(chunks: Sequence[Chunk]) -> Sequence[Chunk]:
    return random.Random(3).sample(chunks, len(chunks))


@pytest.fixture(scope="module")
def plain() -> Results:
    return run(study(), simulate=fake)


def test_rows_stand_by_scenario_mix_in_file_order_and_replication(plain: Results) -> None:
    keys = plain.runs[["scenario", "mix", "replication"]].to_records(index=False).tolist()
    wanted = [(s, m, r) for s in ("fight", "second") for m in ("one", "none", "two") for r in range(6)]
    assert keys == wanted


def test_every_mix_meets_the_same_drill(plain: Results) -> None:
    able = plain.runs[plain.runs["scenario"] == "fight"].pivot(
        index="replication", columns="mix", values="able_on_scene_s"
    )
    assert np.allclose(able["one"], 2 * able["two"], atol=1e-5)


def test_scenarios_of_other_families_draw_other_numbers(plain: Results) -> None:
    one = plain.runs[plain.runs["mix"] == "one"].pivot(
        index="replication", columns="scenario", values="able_on_scene_s"
    )
    assert not np.isclose(one["fight"], one["second"]).any()


def test_shuffled_chunks_give_the_same_bytes(plain: Results) -> None:
    again = run(study(), simulate=fake, chunk_order=shuffled)
    assert runs_csv(again.rows) == runs_csv(plain.rows)


@given(st.randoms(use_true_random=False), st.sampled_from([0, 1, 3]))
@plays_of(20)
def test_any_chunks_in_any_order_by_any_number_of_threads_give_the_same_bytes(
    plain: Results, luck: random.Random, threads: int
) -> None:
    def anyhow(chunks: Sequence[Chunk]) -> Sequence[Chunk]:
        cut = [part for chunk in chunks for part in (list(chunk.singles(3)) if luck.random() < 0.3 else [chunk])]
        joined = [Chunk(s, 0, last) for s in (0, 1) for last in [luck.randrange(7)] if last]
        return luck.sample([*cut, *joined], len(cut) + len(joined))

    with ThreadPoolExecutor(threads) if threads else nullcontext() as executor:
        again = run(study(), simulate=fake, executor=executor, chunk_order=anyhow)
    assert runs_csv(again.rows) == runs_csv(plain.rows)


def test_any_executor_gives_the_same_bytes(plain: Results) -> None:
    with ThreadPoolExecutor(3) as executor:
        again = run(study(), simulate=fake, executor=executor, chunk_order=shuffled)
    assert runs_csv(again.rows) == runs_csv(plain.rows)


def test_two_processes_give_the_same_bytes(plain: Results) -> None:
    again = run(study(), simulate=fake, workers=2, chunk_order=shuffled)
    assert runs_csv(again.rows) == runs_csv(plain.rows)


def test_chunks_cover_every_drill_once() -> None:
    for runs in (1, 7, 200):
        for workers in (1, 2, 16):
            chunks = split(study(runs), workers=workers)
            drills = [key for chunk in chunks for key in chunk.drills(3)]
            assert sorted(drills) == [(s, m, r) for s in range(2) for m in range(3) for r in range(runs)]


def test_progress_ends_at_the_number_of_drills() -> None:
    told: list[tuple[int, int]] = []
    run(study(2), simulate=fake, progress=lambda done, total: told.append((done, total)))
    assert told == [(i, 12) for i in range(1, 13)]


def test_a_failed_drill_is_a_row_with_its_stage_and_reason() -> None:
    failed = run(study(3), simulate=stumbling).failed
    assert failed["replication"].tolist() == [1, 1]
    assert failed["stage"].tolist() == ["simulate", "simulate"]
    assert failed["reason"].tolist() == ["SimulationError: nobody moves"] * 2


def test_a_number_that_is_not_finite_fails_its_drill() -> None:
    def broken(*args: object, **how: object) -> Trace:
        trace = fake(*args, **how)  # type: ignore[arg-type]
        return Trace(**{**vars(trace), "rows": ({**trace.row, "able_on_scene_s": float("nan")},)})

    failed = run(study(1), simulate=broken).failed
    assert set(failed["stage"]) == {"measure"}


def test_a_process_that_dies_costs_only_its_own_drill(plain: Results) -> None:
    survived = run(study(), simulate=deadly, workers=2)
    lost = survived.failed
    assert lost[["scenario", "mix", "replication", "stage"]].to_numpy().tolist() == [["second", "two", 1, "process"]]
    kept = survived.runs["status"] == "done"
    assert survived.runs.loc[kept, "able_on_scene_s"].equals(plain.runs.loc[kept, "able_on_scene_s"])


def test_an_interrupt_is_not_a_failed_drill() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(study(2), simulate=interrupted)


def test_a_study_needs_scenarios_with_different_names() -> None:
    with pytest.raises(ScenarioError, match="two scenarios of the study are called 'fight'"):
        Study([drill(), drill()], PLAN, mixes())


def test_a_study_needs_a_run() -> None:
    with pytest.raises(ScenarioError, match="runs: a whole number from 1 up"):
        Study(drill(), PLAN, mixes(), runs=0)


def test_the_present_mix_must_exist() -> None:
    with pytest.raises(ScenarioError, match="no mix is called 'one'"):
        Study(drill(), PLAN, mixes("onee"))


def test_one_scenario_needs_no_list() -> None:
    assert Study(drill(), PLAN, mixes()).scenarios == (drill(),)


def test_hashes_know_content_but_no_titles() -> None:
    one, other = Study(drill(title="A"), PLAN, mixes()), Study(drill(title="B"), PLAN, mixes())
    changed = Study(drill(horizon="11 min"), PLAN, mixes())
    assert one.hashes() == other.hashes() != changed.hashes()


def test_curves_stand_by_replication(plain: Results) -> None:
    assert plain.curves["fight", "one"]["out"].shape == (6, GRID)


def test_results_are_read_back_as_they_were_written(plain: Results, tmp_path: Path) -> None:
    folder = write_results(plain, tmp_path / "out-INTERNAL", command=["drillsim", "compare"])
    again = read_results(folder)
    assert again.outline == plain.outline
    assert runs_csv(again.rows) == runs_csv(plain.rows)
    assert again.runs["able_on_scene_s"].equals(plain.runs["able_on_scene_s"])


def test_a_changed_table_is_not_read(plain: Results, tmp_path: Path) -> None:
    folder = write_results(plain, tmp_path)
    (folder / "runs.csv").write_bytes((folder / "runs.csv").read_bytes().replace(b"fight", b"fihgt"))
    with pytest.raises(ResultError, match="DS601"):
        read_folder(folder)
