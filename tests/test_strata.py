"""Drills weighed by strata of presence: recomputed by other formulas, and right where a plain mean is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import drillsim as ds
from depth import plays_of
from drillsim.analysis.contrasts import describe, differences, goal_results, sample
from drillsim.analysis.estimators import mean_interval, quantile
from drillsim.analysis.weights.strata import plain, strata_of
from drillsim.analysis.weights.weighted import Weighed, clopper_pearson
from drillsim.record.presence import Chances, State, presence_from, state_from
from drillsim.streams.streams import Streams
from drillsim.study.results import read_results, write_results
from drillsim.study.strata import FROM_RUNS, SHOWN, added_drills, chances_of, rare_share, state_of
from plays import mix, scenario
from protocol_plays import GUARD, SRO, wing
from shipped import plan_named

FIGHT = scenario(
    "behaviour", "hall", crowd="stays", goals=[{"measure": "able_on_scene_s", "at_most": "60 s", "in": "90 %"}]
)
LIKELY = {"sro": {"presence": "85 %"}, "unarmed_guard": {"presence": "90 %"}}
BOTH = Chances({"guard": 0.9, "sro": 0.85})


@pytest.fixture(scope="module")
def results() -> ds.Results:
    staff = {"sro": mix(SRO, **LIKELY), "both": mix(SRO, GUARD, **LIKELY), "nobody": mix()}
    mixes = ds.Mixes.model_validate({"present": "sro", "mixes": {"sro": {}}}).model_copy(update={"mixes": staff})
    return ds.run(ds.Study(FIGHT, wing(), mixes, runs=40, seed=5))


def rows(results: ds.Results, name: str) -> pd.DataFrame:
    found = results.runs[results.runs["mix"] == name].copy()
    found["t"] = found["able_on_scene_s"].fillna(results.outline.scenarios["play"].horizon_s)
    return found


def strata(frame: pd.DataFrame) -> list[tuple[float, pd.DataFrame]]:
    return [(float(str(p)), part) for p, part in frame.groupby("stratum_probability")]


def by_hand(groups: list[tuple[float, np.ndarray]]) -> tuple[float, float, float]:
    """Return mean and limits of a stratified sample by the textbook."""
    mean = sum(p * x.mean() for p, x in groups)
    parts = [p**2 * x.var(ddof=1) / x.size for p, x in groups]
    freedom = sum(parts) ** 2 / sum(v**2 / (x.size - 1) for v, (_, x) in zip(parts, groups, strict=True))
    half = stats.t.ppf(0.975, freedom) * np.sqrt(sum(parts))
    return mean, mean - half, mean + half


def test_every_state_is_played_ten_times(results: ds.Results) -> None:
    for name in ("sro", "both"):
        assert rows(results, name)["presence"].value_counts().min() >= SHOWN
    assert (rows(results, "nobody")["presence"] == "all here").all()


def test_drills_of_the_seed_stay_first_and_as_they_were(results: ds.Results) -> None:
    mine = rows(results, "both")
    assert mine["replication"].tolist()[:40] == list(range(40))
    assert (mine["forced"][:40] == "").all()
    one = ds.simulate(FIGHT, wing(), mix(SRO, GUARD, **LIKELY), seed=5, replication=7)
    assert one.row["able_on_scene_s"] == pytest.approx(mine["able_on_scene_s"].iloc[7], abs=1e-6)


def test_a_row_of_a_forced_drill_is_replayed(results: ds.Results) -> None:
    row = rows(results, "both").iloc[-1]
    trace = ds.simulate(
        FIGHT,
        wing(),
        mix(SRO, GUARD, **LIKELY),
        seed=5,
        replication=int(row["replication"]),
        presence=presence_from(row["forced"]),
    )
    assert trace.row["able_on_scene_s"] == pytest.approx(row["able_on_scene_s"], abs=1e-6)


def test_a_mean_is_that_of_a_stratified_sample(results: ds.Results) -> None:
    for name in ("sro", "both"):
        mine = rows(results, name)
        groups = [(p, part["t"].to_numpy()) for p, part in strata(mine)]
        assert sum(p for p, _ in groups) == pytest.approx(1.0)
        found = describe(results, "play", name, "able_on_scene_s").mean
        assert (found.value, found.low, found.high) == pytest.approx(by_hand(groups))


def test_a_difference_is_stratified_by_the_states_of_both(results: ds.Results) -> None:
    one, other = rows(results, "both"), rows(results, "sro")
    pairs = one.merge(other, on=["forced", "replication"], suffixes=("", "_sro"))
    groups = [(p, (part["t"] - part["t_sro"]).to_numpy()) for p, part in strata(pairs)]
    (found,) = (d for d in differences(results, "play", "able_on_scene_s") if d.mix == "both")
    gap = found.paired.difference
    assert (gap.value, gap.low, gap.high) == pytest.approx(by_hand(groups))
    assert found.paired.n == len(pairs)
    share = sum(p * np.mean(part["t"] < part["t_sro"] - 1e-3) for p, part in strata(pairs))
    assert found.paired.share_faster == pytest.approx(share)


def test_a_goal_is_weighed_as_the_mean_is(results: ds.Results) -> None:
    mine = rows(results, "both")
    (found,) = (g for g in goal_results(results, "play") if g.mix == "both")
    share = sum(p * (part["t"] <= 60.0).mean() for p, part in strata(mine))
    assert found.met.value == pytest.approx(share)


def test_where_nothing_is_left_to_chance_a_mix_is_as_ever(results: ds.Results) -> None:
    one, found = (
        sample(results, "play", "nobody", "able_on_scene_s"),
        describe(results, "play", "nobody", "able_on_scene_s"),
    )
    assert one.drills.strata.is_plain
    assert vars(found.mean) == pytest.approx(vars(mean_interval(one.numbers)))
    assert found.p90 == quantile(one.numbers, one.reached, 0.9)


def test_stored_results_are_weighed_the_same(results: ds.Results, tmp_path: Path) -> None:
    again = read_results(write_results(results, tmp_path / "out"))
    for name in results.outline.mixes:
        one, other = (describe(r, "play", name, "able_on_scene_s") for r in (results, again))
        assert (other.mean.value, other.mean.low) == pytest.approx((one.mean.value, one.mean.low), abs=1e-6)


# ------------------------------------------------------------------ which drills are added


def test_small_studies_and_sure_mixes_add_none() -> None:
    staff = [mix(SRO, GUARD, **LIKELY)]
    assert added_drills(FIGHT, staff, runs=FROM_RUNS - 1, seed=1) == {}
    assert added_drills(FIGHT, [mix(SRO, GUARD), mix()], runs=100, seed=1) == {}
    assert sum(added_drills(FIGHT, staff, runs=2000, seed=1).values()) == 0


def test_the_drills_of_a_mix_do_not_depend_on_other_mixes() -> None:
    alone = added_drills(FIGHT, [mix(SRO, GUARD, **LIKELY)], runs=50, seed=1)
    more = added_drills(FIGHT, [mix(SRO, **LIKELY), mix(SRO, GUARD, **LIKELY), mix()], runs=50, seed=1)
    assert alone.items() <= more.items()


@pytest.mark.parametrize("other", ["90 %", "100 %", "0 %", "calendar"])
def test_a_mix_keeps_its_law_where_another_may_have_the_same_unit_away(other: str) -> None:
    """An officer who is sure to be there was away in drills added for a mix in which that may be so: 0:49 became 1:26."""
    post = {"id": "officer", "role": "sro", "post": "front-desk", "duties": {"post": "100 %"}}
    sure = {"calendar": {"thursday": "here"}} if other == "calendar" else {"presence": other}
    staff = {"own": {"units": [{**post, **sure}]}, "rare": {"units": [{**post, "presence": "97 %"}]}}
    drill, plan = scenario("behaviour", "hall-1", crowd="stays"), plan_named("three_rooms")
    alone, beside = (
        ds.run(ds.Study(drill, plan, ds.Mixes(present="own", mixes={n: staff[n] for n in names}), runs=60, seed=2))
        for names in (["own"], ["own", "rare"])
    )
    assert len(beside.failed) == 0
    assert len(beside.runs) > 2 * 60, "drills are added for the officer who may be away"
    found = [describe(one, "play", "own", "able_on_scene_s") for one in (alone, beside)]
    assert found[0].mean.value == pytest.approx(found[1].mean.value or 0.0, rel=0.12)
    for one in beside.runs[beside.runs["forced"] != ""].to_dict("records"):
        assert (other == "100 %") <= (one["mix"] == "rare" or float(one["able_on_scene_s"]) < 80)


def test_a_calendar_makes_the_weekday_a_state() -> None:
    week = mix({**GUARD, "calendar": {"monday": "here"}}, SRO, **LIKELY)
    law = chances_of(FIGHT, week)
    assert law.weekdays
    assert set(law.units) == {"sro"}
    added = added_drills(FIGHT, [week], runs=30, seed=1)
    assert all("weekday=" in text for text in added)
    monday = scenario("behaviour", "hall", weekday="monday")
    assert not chances_of(monday, week).weekdays


def test_rare_states_are_drawn_by_their_law() -> None:
    many = mix(*({**GUARD, "id": f"g{k}"} for k in range(3)), unarmed_guard={"presence": "93 %"})
    added = added_drills(FIGHT, [many], runs=20, seed=4)
    rare = {text: n for text, n in added.items() if text.count("away") > 1}
    assert sum(rare.values()) >= SHOWN - 2
    law = chances_of(FIGHT, many)
    common = [State("", frozenset()), *(State("", frozenset({f"g{k}"})) for k in range(3))]
    assert rare_share(law, common) == pytest.approx(3 * 0.93 * 0.07**2 + 0.07**3)


# ------------------------------------------------------------------ weights


@given(st.lists(st.floats(0.0, 100.0), min_size=2, max_size=30), st.floats(0.05, 0.95))
@plays_of(60)
def test_one_stratum_is_the_plain_estimator(values: list[float], share: float) -> None:
    x = np.round(np.array(values), 3)
    reached = x < 90.0
    weighed = Weighed(np.arange(x.size), plain(x.size))
    assert vars(weighed.mean(x).interval()) == pytest.approx(vars(mean_interval(x)), abs=1e-9)
    assert weighed.quantile(x, reached, share) == quantile(x, reached, share)


def words(state: State) -> str:
    return str(state)


def test_drills_played_on_purpose_shift_nothing() -> None:
    """However many drills of a state are added, and for whichever mix, the weights of a state add up to its chance."""
    law, seed = BOTH, 3
    forced = [""] * 60 + ["guard=away, sro=away"] * 25 + ["sro=away"] * 15 + ["patrol=away, sro=away"] * 10
    numbers = [*range(60), *range(25), *range(15), *range(10)]
    states = [
        words(state_of(law, FIGHT, Streams(seed, "f", number, presence=text), presence_from(text)))
        for number, text in zip(numbers, forced, strict=True)
    ]
    weighed = Weighed(np.arange(len(states)), strata_of([law], [states], forced))
    for away, chance in ((frozenset({"sro"}), 0.135), (frozenset({"guard", "sro"}), 0.015), (frozenset(), 0.765)):
        mine = np.array([state_from(word).away == away for word in states])
        assert weighed.weights()[mine].sum() == pytest.approx(chance)


def test_states_that_are_weighed_together_count_by_their_chance() -> None:
    """In a stratum of several states, those played on purpose weigh less: the mean over many studies is right."""
    law = Chances({"a": 0.97, "b": 0.97, "c": 0.95})
    value = {frozenset(): 0.0, frozenset("a"): 1.0, frozenset("b"): 2.0, frozenset("c"): 3.0}
    truth = sum(
        np.prod([(1 - law.units[u]) if u in away else law.units[u] for u in "abc"]) * value.get(frozenset(away), 50.0)
        for away in ((), "a", "b", "c", "ab", "ac", "bc", "abc")
    )
    plan = [("", k) for k in range(40)] + [("a=away, b=away", k) for k in range(8)] + [("c=away", k) for k in range(6)]
    found = []
    for seed in range(300):
        drawn = [state_of(law, FIGHT, Streams(seed, "f", k, presence=text), presence_from(text)) for text, k in plan]
        together = strata_of([law], [[str(state) for state in drawn]], [text for text, _ in plan])
        x = np.array([value.get(state.away, 50.0) for state in drawn])
        found.append(float(Weighed(np.arange(len(plan)), together).mean(x).value or 0.0))
    assert np.mean(found) == pytest.approx(truth, abs=4 * np.std(found) / np.sqrt(len(found)))


def test_exact_limits_of_a_share() -> None:
    low, high = clopper_pearson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2527, 0.3676)
    assert clopper_pearson(0, 20)[0] == 0.0
    assert clopper_pearson(20, 20)[1] == 1.0
    for hits in range(11):
        exact = stats.binomtest(hits, 10).proportion_ci(method="exact")
        assert clopper_pearson(hits, 10) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_incidents_of_a_day_are_one_cluster() -> None:
    """A day on which everything takes long is one observation, however many incidents it has."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(300):
        days = np.repeat(np.arange(50), rng.poisson(2.2, 50))
        slow = np.where(rng.random(50) < 0.3, 400.0, 60.0)
        x = slow[days] + rng.exponential(30.0, days.size)
        found = Weighed(days, plain(50), is_day=True).mean(x).interval()
        hits += (found.low or 0) <= 0.3 * 400 + 0.7 * 60 + 30 <= (found.high or 0)
    assert hits / 300 >= 0.92
