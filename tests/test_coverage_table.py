"""The coverage experiment: intervals of many studies at once are those of the package, one by one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

import drillsim as ds
from coverage_table.__main__ import Cell, cells, table
from coverage_table.intervals import Limits, ManyWeighed, unweighted, weighed
from coverage_table.presence import Law, ManyStudies, make_studies
from coverage_table.truth import Truth
from drillsim.analysis.estimators import Interval, mean_interval
from drillsim.analysis.weights.samples import PartitionedResults
from drillsim.analysis.weights.strata import strata_of
from drillsim.analysis.weights.weighted import Weighed, weighed_difference
from drillsim.record.presence import Chances, State, presence_text
from drillsim.scenario.vocabulary import SCHOOL_DAYS
from drillsim.streams.streams import Streams
from drillsim.study.strata import added_drills, chances_of, state_of
from plays import mix, scenario
from protocol_plays import GUARD, SRO, wing

STUDIES = 40
LAWS = {
    "shipped": {
        "none": Chances(), "shared": Chances({"sro": 0.3}), "one": Chances({"sro": 0.85}),
        "both": Chances({"sro": 0.85, "guard": 0.9}), "guards": Chances({"guard": 0.9, "desk": 0.9}),
    },
    "rare": {"one": Chances({"a": 0.93}), "three": Chances({"a": 0.93, "b": 0.95, "c": 0.97})},
    "week": {"one": Chances({}, SCHOOL_DAYS), "both": Chances({"guard": 0.9, "desk": 0.8}, SCHOOL_DAYS)},
}  # fmt: skip


def some(law: str, runs: int, seed: int = 3) -> tuple[ManyStudies, np.random.Generator]:
    rng = np.random.Generator(np.random.Philox(seed))
    return make_studies(Law(LAWS[law]), studies=STUDIES, runs=runs, rng=rng), rng


def one_study(many: ManyStudies, names: tuple[str, ...], which: int, *, is_day: bool) -> Weighed:
    """Return what the package makes of the drills of one of the studies."""
    mine = many.study == which
    states, _, place = many.places(names)
    words = [[str(states[k][i]) for k in place[mine].tolist()] for i in range(len(names))]
    texts = [presence_text(many.texts[k]) if k >= 0 else "" for k in many.forced[mine].tolist()]
    strata = strata_of([many.law.mixes[name] for name in names], words, texts)
    return Weighed(np.arange(int(mine.sum())), strata, is_day)


def close(ours: Limits, which: int, theirs: Interval) -> None:
    found = (ours.value[which], ours.low[which], ours.high[which])
    assert found == pytest.approx((theirs.value, theirs.low, theirs.high), abs=1e-7)


def values_of(many: ManyStudies, rng: np.random.Generator) -> NDArray[np.float64]:
    found = np.round(
        rng.exponential(60.0, many.study.size) * (1 + many.codes(["both" if "both" in many.seen else "three"])), 3
    )
    found[many.study == 0] = 30.0
    return np.asarray(found)


@pytest.mark.parametrize(("law", "names", "runs"), [
    ("shipped", ("both",), 30), ("shipped", ("guards", "one"), 30), ("shipped", ("shared", "one"), 100), ("shipped", ("none",), 30),
    ("rare", ("three",), 30), ("rare", ("three", "one"), 100), ("week", ("both",), 50), ("week", ("both", "one"), 50),
])  # fmt: skip
def test_many_studies_have_the_intervals_of_each(law: str, names: tuple[str, ...], runs: int) -> None:
    many, rng = some(law, runs)
    x, ones, ours = values_of(many, rng), np.ones(many.study.size), weighed(many, names)
    hits, q = (x <= 60.0).astype(float), 150.0
    mean, share = ours.mean(x, ones), ours.share(hits, ones)
    holds = ours.covers_quantile((x <= q).astype(float), (x < q).astype(float), ones, 0.9)
    for which in range(STUDIES):
        mine = many.study == which
        one = one_study(many, names, which, is_day=False)
        close(mean, which, one.mean(x[mine]).interval())
        close(mean, which, weighed_difference(x[mine], 0.0 * x[mine], one).difference)
        close(share, which, one.share(hits[mine] > 0))
        p90 = one.quantile(x[mine], x[mine] < 1e9, 0.9)
        low, high = -np.inf if p90.low is None else p90.low, np.inf if p90.high is None else p90.high
        assert bool(holds[which]) == (low <= q <= high)


def test_many_weeks_have_the_intervals_of_each() -> None:
    many, rng = some("week", 50)
    many = many.of(rng.random(many.study.size) > 0.15)
    count = 1 + rng.poisson(1.2, many.study.size)
    slow = rng.random(many.study.size) < 0.3
    values = [
        np.round(rng.exponential(30.0, n) + (400.0 if late else 60.0), 3) for n, late in zip(count, slow, strict=True)
    ]
    total, hits = np.array([v.sum() for v in values]), np.array([float((v <= 90.0).sum()) for v in values])
    ours = weighed(many, ("both",), is_day=True)
    mean, share = ours.mean(total, count.astype(float)), ours.share(hits, count.astype(float))
    for which in range(STUDIES):
        mine = np.flatnonzero(many.study == which)
        days = one_study(many, ("both",), which, is_day=True)
        x = np.concatenate([values[k] for k in mine])
        one = Weighed(np.repeat(np.arange(mine.size), count[mine]), days.strata, is_day=True)
        close(mean, which, one.mean(x).interval())
        close(share, which, one.share(x <= 90.0))


def test_without_weights_the_interval_is_that_of_the_drills_of_the_seed() -> None:
    many, rng = some("shipped", 30)
    x, of_seed = values_of(many, rng), many.forced < 0
    found = unweighted(many).mean(x[of_seed], np.ones(int(of_seed.sum())))
    for which in range(STUDIES):
        close(found, which, mean_interval(x[of_seed & (many.study == which)]))


@pytest.mark.parametrize("runs", [20, 30, 100])
def test_drills_are_added_as_a_study_adds_them(runs: int) -> None:
    """The states of the drills of a seed decide; they are put in the place of the first study's."""
    staff = {"sro": {"presence": "85 %"}, "unarmed_guard": {"presence": "90 %"}}
    fight = scenario("behaviour", "hall", crowd="stays")
    mixes = {"sro": mix(SRO, **staff), "both": mix(SRO, GUARD, **staff)}
    law = Law({name: chances_of(fight, one) for name, one in mixes.items()})
    many = make_studies(law, studies=300, runs=runs, rng=np.random.Generator(np.random.Philox(2)))
    counts = {
        tuple(sorted(Counter(many.seen["both"][(many.study == k) & (many.forced < 0)].tolist()).items())): k
        for k in range(300)
    }
    met = 0
    for seed in range(60):
        streams = [Streams(seed, fight.draws, number) for number in range(runs)]
        drawn = Counter(law.code("both", state_of(law.mixes["both"], fight, one, {})) for one in streams)
        which = counts.get(tuple(sorted(drawn.items())))
        if which is None:
            continue
        met += 1
        added = added_drills(fight, mixes.values(), runs=runs, seed=seed)
        ours = {presence_text(text): int(many.numbers_forced[which, k]) for k, text in enumerate(many.texts)}
        assert {text: n for text, n in ours.items() if n} == {text: n for text, n in added.items() if n}
    assert met > 5


def test_rare_states_are_added_by_their_law() -> None:
    many, _ = some("rare", 30)
    told = Counter(presence_text(many.texts[k]) for k in many.forced[many.forced >= 0].tolist())
    assert sum(n for text, n in told.items() if text.count("away") > 1) > 5 * STUDIES
    assert told["a=here, b=away, c=away"] < told["a=away, b=away, c=here"]


def test_a_joint_state_is_named_by_the_states_of_its_mixes() -> None:
    law = Law(LAWS["week"])
    states, chances, numbers = law.joint(("both", "one"))
    assert len(states) == len(set(numbers.tolist())) == 20
    assert chances.sum() == pytest.approx(1.0)
    assert law.code("both", State("tuesday", frozenset({"guard"}))) == 4 + 2


# ------------------------------------------------------------------ the experiment, small


@pytest.fixture(scope="module")
def truth() -> Truth:
    staff = {"sro": {"presence": "85 %"}, "unarmed_guard": {"presence": "90 %"}}
    fight = scenario(
        "behaviour", "hall", crowd="stays", goals=[{"measure": "able_on_scene_s", "at_most": "60 s", "in": "90 %"}]
    )
    mixes = {"sro": mix(SRO, **staff), "both": mix(SRO, GUARD, **staff)}
    given = ds.Mixes.model_validate({"present": "sro", "mixes": {"sro": {}}}).model_copy(update={"mixes": mixes})
    return Truth(PartitionedResults(ds.run(ds.Study(fight, wing(), given, runs=200, seed=5))), "play")


def test_the_truth_is_weighed_by_the_law_of_presence(truth: Truth) -> None:
    pool = truth.pool(("both",), "able_on_scene_s")
    total, count = pool.values()
    away = np.array([pool.samples[0].drills.states[k] for k in pool.places[0]])
    wanted = sum(p * total[away == word].mean() for word, p in {
        "all here": 0.765, "away: guard": 0.085, "away: sro": 0.135, "away: guard, sro": 0.015}.items())  # fmt: skip
    assert pool.mean(total, count) == pytest.approx(wanted)
    one, q = pool.samples[0], pool.quantile(0.9)
    assert pool.mean(pool.sums(one.reached & (one.numbers <= q)), count) >= 0.9
    assert pool.mean(pool.sums(one.reached & (one.numbers < q)), count) < 0.9


def test_intervals_cover_and_the_table_tells_it(truth: Truth) -> None:
    rng = np.random.Generator(np.random.Philox(1))
    many = make_studies(truth.law, studies=300, runs=100, rng=rng)
    found = list(cells(truth, many, is_day=False, rng=rng))
    assert [(c.mix, c.what) for c in found] == [
        ("sro", "mean"), ("sro", "9 of 10"), ("sro", "share of able_on_scene_s by 60 s"),
        ("both", "mean"), ("both", "9 of 10"), ("both", "share of able_on_scene_s by 60 s"), ("both", "difference"),
    ]  # fmt: skip
    assert min(cell.share for cell in found) > 0.9
    assert "7 cells of 300 studies; significantly too low (Holm, 1 %): 0." in list(table(found))


def test_a_cell_that_is_too_low_is_named() -> None:
    lines = list(table([Cell("fight", "both", "mean", 30, 3000, 4000), Cell("fight", "sro", "mean", 30, 3800, 4000)]))
    assert lines[-2].endswith("significantly too low (Holm, 1 %): 1.")
    assert lines[-1].startswith("* fight, both, mean, 30: 0.7500")


def test_a_mean_of_equal_values_has_no_width() -> None:
    none = np.zeros(6, dtype=np.int64)
    same = ManyWeighed(none, none, np.ones(6), np.ones((1, 1))).mean(np.full(6, 7.1), np.ones(6))
    assert (same.low[0], same.high[0]) == (pytest.approx(7.1), pytest.approx(7.1))
