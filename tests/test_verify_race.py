"""Played races against the clock agree with EASI, and a biased response is detected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from drillsim.engine.simulate import simulate
from drillsim.quantities import spread
from drillsim.verify.harness.case import Case, Harness
from drillsim.verify.harness.staging import empty_plan
from drillsim.verify.response import interruption
from drillsim.verify.response.interruption import BESIDE, STILL, Race, detected_once, race_cases, sorts
from drillsim.verify.response.published import BASELINE, RESPONSE

ROOT = Path(__file__).resolve().parents[1]
QUICK = Harness(ROOT, share=0.05)


def outside(cases: Iterable[Case]) -> list[str]:
    return [case.id for case in cases if case.verdict != "pass"]


def test_races_agree_with_the_closed_form_and_its_twin() -> None:
    assert outside(race_cases(QUICK)) == []


def test_a_response_that_is_slower_than_the_oracle_thinks_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Race.mix
    monkeypatch.setattr(
        Race,
        "mix",
        lambda self: honest(self._replace(response=replace(self.response, mean_s=self.response.mean_s + 40))),
    )
    found = outside(race_cases(QUICK))
    assert {"race.begin", "race.middle", "race.critical-detection-point"} <= set(found)


def test_reports_that_always_get_through_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Race.scenario
    monkeypatch.setattr(
        Race, "scenario", lambda self: honest(self._replace(response=replace(self.response, communication=1.0)))
    )
    monkeypatch.setattr(
        interruption,
        "sorts",
        lambda: {"begin": sorts()["begin"]._replace(response=replace(RESPONSE, communication=0.8))},
    )
    assert "race.begin" in outside(race_cases(QUICK))


def test_each_race_is_detected_at_one_task_only() -> None:
    assert [[t.detection for t in one.tasks] for one in detected_once()] == np.eye(len(BASELINE)).tolist()


def test_races_beside_each_other_are_drawn_apart() -> None:
    one = sorts()["begin"]
    events = simulate(one.scenario(), empty_plan(ROOT, "three_rooms"), one.mix(), seed=1).events
    done = [e.time_s for e in events if e.what == "script-done"]
    set_off = [e.time_s for e in events if e.what == "under-way"]
    assert len(done) == len(set(done)) == BESIDE
    assert len(set(set_off)) == len(set_off)


def test_a_race_without_spread_ends_with_the_sum_of_its_delays() -> None:
    events = simulate(STILL.scenario(), empty_plan(ROOT, "three_rooms"), STILL.mix(), seed=1).events
    assert {e.time_s for e in events if e.what == "script-done"} == {sum(t.mean_s for t in BASELINE)}


@pytest.mark.parametrize("dist", ["normal", "lognormal"])
def test_a_written_law_has_the_mean_and_spread_of_its_task(dist: Literal["normal", "lognormal"]) -> None:
    law = spread(interruption._spread(100.0, 30.0, dist), "time")
    values = [law.quantile((i + 0.5) / 20_000) for i in range(20_000)]
    assert (np.mean(values), np.std(values)) == pytest.approx((100, 30), rel=1e-2)


@pytest.mark.deep
def test_all_races_agree() -> None:
    assert outside(race_cases(Harness(ROOT))) == []
