"""Incidents a year: the expected line of each mix, its interval, and the numbers at which another mix leads."""

from __future__ import annotations

import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import drillsim as ds
from a_study import Made, made, times
from drillsim.analysis.contrasts import describe, differences
from drillsim.analysis.portfolio.expected import Expected, expected
from drillsim.analysis.portfolio.weights import WeightedSum, zero_weight
from drillsim.analysis.summary import summarise
from drillsim.cli import main
from drillsim.record.outline import Outline, ScenarioLine
from shipped import ROOT

EXAMPLE = ROOT / "portfolios" / "a_school_year.yaml"


def together(**by_scenario: dict[str, list[float]]) -> Made:
    """Return results of several scenarios of one family: by scenario and mix, the seconds of each drill."""
    frames, lines, last = [], {}, None
    for name, mixes in by_scenario.items():
        one = made([row for mix, values in mixes.items() for row in times(mix, *values)])
        frames.append(one.runs.assign(scenario=name))
        lines[name] = ScenarioLine(name.title(), "able_on_scene_s", 1800.0, family="one")
        last = one
    assert last is not None
    outline = Outline(last.outline.seed, last.outline.runs, last.outline.present, lines, last.outline.mixes)
    return Made(pd.concat(frames, ignore_index=True), outline)


def line_of(found: Made, **incidents: object) -> Expected:
    (one,) = expected(found, ds.Portfolio(incidents=incidents))
    return one


FIGHT: dict[str, list[float]] = {
    "a": [100.0, 120.0, 90.0, 130.0, 110.0, 140.0],
    "b": [60.0, 90.0, 50.0, 80.0, 75.0, 100.0],
}
THEFT: dict[str, list[float]] = {
    "a": [30.0, 45.0, 20.0, 50.0, 35.0, 60.0],
    "b": [80.0, 90.0, 95.0, 85.0, 70.0, 120.0],
}
BOTH = together(fight=FIGHT, theft=THEFT)


def test_the_line_is_the_mean_of_the_drills_weighed_by_incidents() -> None:
    line = line_of(BOTH, fight=9, theft=3).lines["a"]
    each = 0.75 * np.array(FIGHT["a"]) + 0.25 * np.array(THEFT["a"])
    limits = stats.t.interval(0.95, 5, each.mean(), stats.sem(each))
    assert (line.value, line.low, line.high) == pytest.approx((each.mean(), *limits))


def test_drills_that_scenarios_share_are_no_independent_samples() -> None:
    line = line_of(BOTH, fight=1, theft=1).lines["a"]
    alone = [float(stats.sem(v)) / 2 for v in (FIGHT["a"], THEFT["a"])]
    assert line.high is not None
    assert line.value is not None
    assert (line.high - line.value) / stats.t.ppf(0.975, 5) > 1.3 * float(np.hypot(alone[0], alone[1]))


def test_scenarios_of_two_families_are_independent_samples() -> None:
    lines = {n: replace(line, family=n) for n, line in BOTH.outline.scenarios.items()}
    apart = Made(BOTH.runs, replace(BOTH.outline, scenarios=lines))
    v = [float(stats.sem(values)) ** 2 / 4 for values in (FIGHT["a"], THEFT["a"])]
    freedom = sum(v) ** 2 / sum(one**2 / 5 for one in v)
    line = line_of(apart, fight=1, theft=1).lines["a"]
    assert line.high is not None
    assert line.value is not None
    assert line.high - line.value == pytest.approx(stats.t.ppf(0.975, freedom) * sum(v) ** 0.5)


def test_one_scenario_alone_has_its_own_interval_and_differences() -> None:
    one = line_of(BOTH, fight=4)
    mean = describe(BOTH, "fight", "b", "able_on_scene_s").mean
    assert one.lines["b"].value == pytest.approx(mean.value)
    assert (one.lines["b"].low, one.lines["b"].high) == pytest.approx((mean.low, mean.high))
    (mine,), (its,) = one.differences, differences(BOTH, "fight", "able_on_scene_s")
    assert mine.paired.p == pytest.approx(its.paired.p)
    assert mine.verdict == its.verdict
    assert one.turns == ()


def test_the_best_mix_changes_where_both_lines_are_equal() -> None:
    one = line_of(BOTH, fight=9, theft=3)
    gap = {s: float(np.mean(np.subtract(v["b"], v["a"]))) for s, v in (("fight", FIGHT), ("theft", THEFT))}
    assert one.best == "b"
    at = {turn.scenario: turn for turn in one.turns}
    assert at["fight"].at.weight == pytest.approx(3 * gap["theft"] / -gap["fight"])
    assert at["theft"].at.weight == pytest.approx(9 * -gap["fight"] / gap["theft"])
    assert [(turn.mix, turn.is_below) for turn in one.turns] == [("a", True), ("a", False)]
    below = line_of(BOTH, fight=at["fight"].at.weight - 0.01, theft=3)
    assert below.best == "a"


def test_the_limits_of_a_change_are_where_the_difference_ceases_to_be_clear() -> None:
    one = line_of(BOTH, fight=9, theft=3)
    turn = next(turn for turn in one.turns if turn.scenario == "fight")
    assert turn.at.low < turn.at.weight < (turn.at.high or np.inf)
    for weight in (turn.at.low, turn.at.high):
        assert weight is not None
        (gap,) = line_of(BOTH, fight=weight, theft=3).differences
        limits = gap.paired.difference
        assert limits.low is not None
        assert limits.high is not None
        assert min(abs(limits.low), abs(limits.high)) < 1e-6


def test_a_mix_that_leads_somewhere_in_the_stated_ranges_is_named() -> None:
    assert line_of(BOTH, fight=9, theft={"low": 1, "usual": 3, "high": 30}).ahead_in_range == ("a",)
    assert line_of(BOTH, fight=9, theft={"usual": 3, "high": 4}).ahead_in_range == ()


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_limits_hold_the_weight_and_both_are_where_the_sum_is_0_within_its_error(data: st.DataObject) -> None:
    n, k = data.draw(st.integers(4, 12)), data.draw(st.integers(2, 4))
    rng = np.random.Generator(np.random.Philox(data.draw(st.integers(0, 10**6))))
    each = rng.normal(rng.normal(0, 2, k), 1, (n, k))
    total = WeightedSum(each.mean(axis=0), (each - each.mean(axis=0)) / np.sqrt(n * (n - 1)), np.zeros(n, np.int64))
    weights = rng.uniform(0.1, 5, k)
    found = zero_weight(total, weights, 0)
    if found is None:
        others = each.mean(axis=0)[1:] @ weights[1:]
        assert -others / each.mean(axis=0)[0] < 0
        return
    assert total.at([found.weight, *weights[1:]]).value == pytest.approx(0, abs=1e-9)
    assert found.low <= found.weight <= (np.inf if found.high is None else found.high)
    freedom = total.at(weights).freedom
    assert freedom is not None
    for limit in (found.low, found.high):
        if limit:
            one = total.at([limit, *weights[1:]])
            assert one.value is not None
            assert one.error is not None
            assert abs(one.value) == pytest.approx(stats.t.ppf(0.975, freedom) * one.error, rel=1e-6)


def test_measures_that_differ_make_a_line_each() -> None:
    lines = dict(BOTH.outline.scenarios)
    lines["theft"] = replace(lines["theft"], primary="first_on_scene_s")
    two = Made(BOTH.runs, replace(BOTH.outline, scenarios=lines))
    found = expected(two, ds.Portfolio(incidents={"fight": 2, "theft": 1}))
    assert [(one.measure, list(one.frequencies)) for one in found] == [
        ("able_on_scene_s", ["fight"]),
        ("first_on_scene_s", ["theft"]),
    ]
    one = expected(two, ds.Portfolio(measure="able_on_scene_s", incidents={"fight": 2, "theft": 1}))
    assert [list(x.frequencies) for x in one] == [["fight", "theft"]]


def test_comparison_and_summary_tell_the_line() -> None:
    portfolio = ds.Portfolio(incidents={"fight": 9, "theft": 3})
    told = str(ds.compare(BOTH, portfolio=portfolio))
    assert "Expected over a year, how soon able to act: Fight 9, Theft 3 a year" in told
    assert "With 'Fight' fewer than" in told
    weighed = Made(BOTH.runs, BOTH.outline)
    object.__setattr__(weighed, "portfolio", portfolio)
    (line,) = json.loads(json.dumps(summarise(weighed), allow_nan=False))["expected"]
    assert line["lowest"] == "b"
    assert line["mixes"]["a"]["year"] == pytest.approx(12 * line["mixes"]["a"]["mean"], abs=1e-4)
    assert {one["side"] for one in line["changes_at"]} == {"below", "above"}
    assert "expected" not in summarise(BOTH)


@pytest.mark.parametrize(
    ("text", "per_year"),
    [("12", 12), ("12 a year", 12), ("1 in 20 years", 0.05), ("3 per year", 3), ("2 in 1 year", 2), ("0.5/year", 0.5)],
)
def test_a_frequency_is_read_as_people_write_it(text: str, per_year: float) -> None:
    assert ds.Portfolio(incidents={"x": text}).incidents["x"].usual == pytest.approx(per_year)


@pytest.mark.parametrize(
    "incidents",
    [
        {}, {"x": 0}, {"x": -1}, {"x": "often"}, {"x": True}, {"x": "1 in 0 years"}, {"x": None}, {"x": []},
        {"x": {"low": 3, "usual": 2}}, {"x": {"usual": 2, "high": 1}}, {"x": {"low": 1}}, {"x": float("inf")}, {"x": {"usul": 1}},
    ],
    ids=str,
)  # fmt: skip
def test_a_frequency_that_is_none_is_refused(incidents: dict[str, object]) -> None:
    with pytest.raises(ds.ScenarioError):
        ds.Portfolio(incidents=incidents)


def test_an_incident_that_is_not_played_is_a_located_fault(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("drillsim_portfolio: 1\nincidents:\n  fihgt: 3\n  theft: 1\nmeasure: able_s\n", encoding="utf-8")
    with pytest.raises(ds.ScenarioError) as refused:
        expected(BOTH, ds.read_portfolio(path))
    (one, other) = refused.value.faults
    assert (one.line, one.code) == (3, "DS206")
    assert "Closest: 'fight'" in one.message
    assert (other.line, other.code) == (5, "DS206")


def test_a_whole_day_holds_its_own_frequencies() -> None:
    lines = {n: replace(line, day=True) for n, line in BOTH.outline.scenarios.items()}
    with pytest.raises(ds.ResultError, match="whole days"):
        expected(Made(BOTH.runs, replace(BOTH.outline, scenarios=lines)), ds.Portfolio(incidents={"fight": 1}))


def test_the_shipped_portfolio_weighs_shipped_scenarios() -> None:
    portfolio = ds.read_portfolio(EXAMPLE)
    portfolio.refuse_unknown(ds.example("secondary").drills)
    assert portfolio.source == "A:study.portfolio"


def test_the_command_line_plays_a_portfolio(tmp_path: Path) -> None:
    shelf = ROOT / "scenarios" / "teaching"
    path = tmp_path / "p.yaml"
    path.write_text("drillsim_portfolio: 1\nincidents: {teaching-lockdown: 1 in 10 years}\n", encoding="utf-8")
    folder = tmp_path / "out"
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(
            ["compare", str(shelf / "lockdown.yaml"), "--mixes", str(shelf / "mixes.yaml"), "--portfolio", str(path),
             "--runs", "2", "--workers", "1", "--out", str(folder), "--no-open"]
        )  # fmt: skip
    assert code == 0, err.getvalue()
    assert "Expected over a year" in out.getvalue()
    assert json.loads((folder / "summary.json").read_text("utf-8"))["expected"][0]["per_year"]
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()) as told:
        path.write_text("drillsim_portfolio: 1\nincidents: {locked: 1}\n", encoding="utf-8")
        assert (
            main(["compare", str(shelf / "lockdown.yaml"), "--portfolio", str(path), "--out", str(tmp_path / "no")])
            == 2
        )
    assert "p.yaml:2:13: error DS206" in told.getvalue()
    assert not (tmp_path / "no").exists()
