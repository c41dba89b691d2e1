"""Assumptions and laws moved one at a time: what changes, whether the choice stays, what a goal depends on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drillsim.plan.model import FloorPlan
from drillsim.record.outline import GoalLine
from drillsim.record.trace import Trace
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.study.design import Study
from drillsim.study.sensitivity.factors import FACTORS, FORMS, Factor, one_at_a_time
from drillsim.study.sensitivity.play import Sensitivity, sensitivity, sensitivity_csv
from drillsim.study.sensitivity.screening import cases_at
from drillsim.study.vary import vary
from test_study import PLAN, drill, fake, mixes

GOAL = GoalLine("able_on_scene_s", 45.0, 0.5)


def slowed(scenario: Scenario, plan: FloorPlan, mix: Mix, *, seed: int, replication: int = 0) -> Trace:
    """Play a drill in which mix 'two' waits for the radio twenty times, and 'one' once."""
    trace = fake(scenario, plan, Mix(name="one"), seed=seed, replication=replication)
    radio = scenario.reporting.radio.quantile(0.5)
    time_s = (
        10 + 0.1 * float(str(trace.rows[0]["able_on_scene_s"])) + {"one": 1, "two": 20, "none": 1e3}[mix.name] * radio
    )
    form = 100.0 if scenario.laws.door == "lab" else 0.0
    row = {**trace.rows[0], "able_on_scene_s": time_s + form, "able_on_scene_status": "reached", "mix": mix.name}
    return replace(trace, mix=mix.name, rows=(row,))


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    goal = {"measure": GOAL.measure, "at_most": "45 s", "in": "50 %"}
    study = Study(drill(goals=[goal]), PLAN, mixes(), runs=1, seed=7)
    (one,) = sensitivity(study, drills=12, simulate=slowed)
    return one


def test_every_shipped_factor_can_be_moved_to_both_ends() -> None:
    cases = one_at_a_time(drill())
    held = 2  # least-time routes and the usual police law of a fight hold already
    assert len(cases) == 2 * len(FACTORS) - 1 + len(FORMS) - held  # nobody trusts more than all
    assert {c.variant.scenario.draws for c in cases} == {drill().draws}
    assert len({c.variant.scenario.name for c in cases}) == len(cases)


def test_a_crowd_that_stands_still_has_no_laws_to_try() -> None:
    forms = [c.by for c in one_at_a_time(drill(crowd="stays")) if c.is_form]
    assert set(forms) == {"police.law"}


def test_a_police_law_of_the_schools_own_log_is_no_named_choice() -> None:
    own = vary(drill(), {"police.law": {"median": "200 s", "sigma": 0.4}})
    assert not any(c.by == "police.law" for c in one_at_a_time(own))
    slow = [c.value for c in one_at_a_time(vary(drill(), {"police.law": "slow"})) if c.by == "police.law"]
    assert slow == ["police.law active-events", "police.law routine-priority-1"]


def test_a_law_that_holds_already_is_no_case() -> None:
    tried = [c.value for c in one_at_a_time(vary(drill(), {"laws.door": "imo"})) if c.is_form]
    assert "laws.door imo" not in tried


def test_a_factor_moves_evenly_over_its_range() -> None:
    factor = Factor("reporting.radio", "A:alerting.radio_message_delay", -0.5, 1.5)
    assert [factor.change(at)["reporting.radio"] for at in (0, 0.25, 1)] == ["-50.0000 %", "+0.0000 %", "+150.0000 %"]


def test_what_moves_most_stands_first_and_what_moves_nothing_is_told_so(found: Sensitivity) -> None:
    assert found.swings[0].value == "laws.door lab"
    assert found.swings[0].change.value == pytest.approx(100.0)
    radio = [s for s in found.swings if s.by == "A:alerting.radio_message_delay"]
    assert [s.change.value for s in radio] == pytest.approx([8.25, -5.5 / 3], abs=1e-3)
    assert all(s.change.value == 0 for s in found.swings if s.by == "A:responder.door_key")


def test_the_best_mix_of_the_base_stays_or_does_not(found: Sensitivity) -> None:
    assert found.best == "one"
    assert found.flips == ()
    assert len(found.frame) == len(found.swings)


def test_a_goal_depends_on_what_turns_its_verdict(found: Sensitivity) -> None:
    assert found.base[GOAL, "one"] == "met"
    assert found.depends_on(GOAL, "one") == ["laws.door=lab"]
    assert found.depends_on(GOAL, "none") == []
    assert found.depends_on(GOAL, "one", "too close to call") == []


def test_the_tornado_tells_assumptions_and_model_form_apart(found: Sensitivity) -> None:
    text = "\n".join(found.lines(Study(drill(), PLAN, mixes(), runs=1).outline))
    assert "model form" in text
    assert "laws.door lab" in text
    assert "One stays possibly best in" in text


TWO = (
    Factor("reporting.radio", "A:alerting.radio_message_delay", -0.5, 1.5),
    Factor("locks.key", "A:responder.door_key", -0.5, 3.0),
)


@pytest.fixture(scope="module")
def screened() -> Sensitivity:
    study = Study(drill(), PLAN, mixes(), runs=1, seed=7)
    (one,) = sensitivity(study, drills=6, factors=TWO, forms=(), trajectories=3, simulate=slowed)
    return one


def test_a_screening_finds_the_assumption_that_matters(screened: Sensitivity) -> None:
    found = screened.screening
    assert found is not None
    assert found.effects.size == pytest.approx([2 * 5.5, 0.0], abs=1e-3)  # twice the median radio delay, once per drill
    assert found.frame["by"].tolist() == ["A:alerting.radio_message_delay", "A:responder.door_key"]
    assert (found.best, found.kept) == ("one", 1.0)
    assert "is possibly best in 100 % of these cases" in "\n".join(found.lines(Study(drill(), PLAN, mixes()).outline))


def test_salib_agrees_on_the_effects(screened: Sensitivity) -> None:
    found = screened.screening
    assert found is not None
    other = pytest.importorskip("SALib.analyze.morris").analyze(
        found.problem, found.points.reshape(-1, 2), found.outputs.reshape(-1), num_levels=4
    )
    assert list(other["mu"]) == pytest.approx(found.effects.mean.tolist(), abs=1e-9)
    assert list(other["mu_star"]) == pytest.approx(found.effects.size.tolist(), abs=1e-9)
    assert list(other["sigma"]) == pytest.approx(found.effects.spread.tolist(), abs=1e-9)


def test_both_methods_stand_in_one_table(screened: Sensitivity) -> None:
    text = sensitivity_csv([screened]).decode().splitlines()
    assert "method" in text[0].split(",")
    assert sum("one-at-a-time" in line for line in text) == 4
    assert sum(",morris," in line for line in text) == 2


def test_points_of_another_design_are_played_too() -> None:
    cases = cases_at(drill(), TWO, [[0.0, 0.25], [1.0, 0.0]])
    radio = [one.scenario.reporting.radio.quantile(0.5) / drill().reporting.radio.quantile(0.5) for one in cases]
    assert radio == pytest.approx([0.5, 2.5])
    with pytest.raises(ValueError, match="2 assumptions"):
        cases_at(drill(), TWO, [[0.5]])
