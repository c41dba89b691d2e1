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
from drillsim.study.sensitivity.play import Sensitivity, sensitivity
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
    assert len(cases) == 2 * len(FACTORS) - 1 + len(FORMS)  # nobody trusts more than all
    assert {c.variant.scenario.draws for c in cases} == {drill().draws}
    assert len({c.variant.scenario.name for c in cases}) == len(cases)


def test_a_crowd_that_stands_still_has_no_laws_to_try() -> None:
    assert not any(c.is_form for c in one_at_a_time(drill(crowd="stays")))


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
