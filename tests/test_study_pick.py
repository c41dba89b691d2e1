"""A mix is picked by drills that are played until it is decided."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from drillsim.errors import ResultError, ScenarioError, SimulationError
from drillsim.plan.model import FloorPlan
from drillsim.record.store import runs_csv
from drillsim.record.trace import Trace
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.streams.streams import Streams
from drillsim.study.design import Study
from drillsim.study.runner import run
from drillsim.study.selection.pick import Pick, pick
from test_study import PLAN, drill, fake, mixes


def study(*names: str) -> Study:
    return Study(drill(), PLAN, mixes(*names), runs=1, seed=7)


def noisy(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
    """Play a drill whose time depends on the mix by luck alone."""
    trace = fake(scenario, plan, mix, seed=seed, replication=replication)
    own = Streams(seed, mix.name, replication).uniform("fake", "unit")
    return replace(
        trace, rows=({**trace.rows[0], "able_on_scene_s": 50 + 100 * own, "able_on_scene_status": "reached"},)
    )


def test_the_fastest_of_three_mixes_is_picked_with_few_drills() -> None:
    found = pick(study(), delta_s=10.0, simulate=fake)
    assert (found.chosen, found.tied) == ("two", ("two",))
    assert found.drills < 3 * 200
    assert "Two, with 95 % confidence within 10 s of the best" in found.words()


def test_rows_of_a_pick_are_those_of_a_study() -> None:
    found = pick(study(), delta_s=10.0, simulate=fake)
    whole = run(Study(drill(), PLAN, mixes(), runs=found.results.outline.runs, seed=7), simulate=fake)
    kept = [row for row in whole.rows if int(str(row["replication"])) < found.dropped.get(str(row["mix"]), 10**9)]
    assert runs_csv(found.results.rows) == runs_csv(kept)


def test_a_pick_does_not_depend_on_the_executor() -> None:
    with ThreadPoolExecutor(3) as pool:
        threaded = pick(study(), delta_s=25.0, simulate=noisy, executor=pool)
    alone = pick(study(), delta_s=25.0, simulate=noisy)
    assert (threaded.chosen, threaded.dropped) == (alone.chosen, alone.dropped)
    assert runs_csv(threaded.results.rows) == runs_csv(alone.results.rows)


def test_a_wider_difference_never_takes_more_drills() -> None:
    taken = [pick(study(), delta_s=d, simulate=noisy).drills for d in (15.0, 30.0, 60.0)]
    assert taken == sorted(taken, reverse=True)


def same(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
    return fake(scenario, plan, Mix(name="one"), seed=seed, replication=replication)


def test_identical_mixes_tie() -> None:
    found = pick(study(), delta_s=10.0, simulate=same)
    assert (found.chosen, found.tied, found.rounds) == ("one", ("one", "none", "two"), 100)
    assert "ties with None, Two" in found.words()


def test_one_mix_alone_is_picked_without_a_drill() -> None:
    found = pick(study("one"), delta_s=10.0, simulate=fake)
    assert (found.chosen, found.drills) == ("one", 0)


def failing(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
    if mix.name == "one" and replication % 3 == 0:
        raise SimulationError("lost")
    return fake(scenario, plan, mix, seed=seed, replication=replication)


def test_a_failed_drill_takes_its_round_out_for_all_mixes() -> None:
    found = pick(study(), delta_s=10.0, simulate=failing)
    assert found.chosen == "two"
    assert found.results.outline.runs > found.rounds


def never(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
    raise SimulationError("lost")


def test_nothing_is_picked_where_every_drill_fails() -> None:
    with pytest.raises(ResultError, match="nothing can be picked"):
        pick(study(), delta_s=10.0, simulate=never, most=120)


def test_a_choice_is_left_open_after_the_most_rounds() -> None:
    found: Pick = pick(study(), delta_s=1e-6, simulate=noisy, most=120)
    assert found.chosen is None
    assert "not decided" in found.words()


def test_a_pick_of_two_scenarios_or_of_no_difference_is_refused() -> None:
    two = Study([drill(), drill("second")], PLAN, mixes(), runs=1, seed=7)
    with pytest.raises(ScenarioError, match="one scenario"):
        pick(two, delta_s=10.0, simulate=fake)
    with pytest.raises(ValueError, match="more than 0"):
        pick(study(), delta_s=0.0, simulate=fake)
    with pytest.raises(ScenarioError, match="not a time"):
        pick(Study(drill(primary="rooms_failed"), PLAN, mixes(), runs=1, seed=7), delta_s=10.0, simulate=fake)
