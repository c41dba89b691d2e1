"""Two mixes beyond their means: nine of ten on the same drills, and who is ahead at every instant."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats.mstats import hdquantiles

import drillsim as ds
from a_study import made, six_mixes, times
from drillsim.analysis.beyond_means import BeyondMean, beyond_mean
from drillsim.analysis.contrasts import differences
from drillsim.analysis.summary import summarise

RNG = np.random.Generator(np.random.Philox(3))
BASE = RNG.lognormal(4.5, 0.5, 60)


def judged(first: list[float | None], second: list[float | None]) -> BeyondMean:
    found = made([*times("present", *second), *times("other", *first)])
    (one,) = differences(found, "drill", "able_on_scene_s")
    return beyond_mean(found, "drill", one)


def test_nine_of_ten_is_the_difference_of_two_weighed_quantiles() -> None:
    other = BASE * 0.8 + RNG.uniform(0, 5, 60)
    found = judged(list(other), list(BASE))
    by_scipy = [float(hdquantiles(v, prob=[0.9])[0]) for v in (other, BASE)]
    assert found.p90.value == pytest.approx(by_scipy[0] - by_scipy[1], abs=1e-6)
    assert found.p90.value is not None
    assert found.p90.low is not None
    assert found.p90.high is not None
    assert found.p90.low < found.p90.value < found.p90.high < 0


def test_a_mix_that_is_ahead_in_every_drill_dominates() -> None:
    assert judged(list(BASE - 20), list(BASE)).dominates == 1
    assert judged(list(BASE + 20), list(BASE)).dominates == -1
    assert judged(list(BASE), list(BASE)).dominates == 0


def test_curves_that_cross_dominate_neither_way() -> None:
    middle = float(np.median(BASE))
    assert judged(list(middle + 0.2 * (BASE - middle)), list(BASE)).dominates == 0


def test_nine_of_ten_beyond_the_horizon_has_no_difference() -> None:
    late: list[float | None] = [*BASE[:50], *[None] * 10]
    assert judged(late, list(BASE)).p90.value is None
    assert judged(late, list(BASE)).dominates == -1


def test_few_pairs_are_not_judged() -> None:
    found = judged([1.0, 2.0, 3.0], [2.0, 3.0, 4.0])
    assert (found.p90.value, found.dominates) == (None, None)


def test_table_and_summary_tell_both() -> None:
    study = six_mixes(60)
    (lines,) = (one["comparisons"] for one in summarise(study)["scenarios"].values())
    patrol = next(one for one in lines if one["mix"] == "sro-and-patrol" and one["measure"] == "able_on_scene_s")
    assert patrol["dominates"] == 1
    assert patrol["share_tied"] == 0.0
    assert patrol["p90_difference_ci95"][1] < 0
    told = ds.compare(study)
    assert "1 SRO + armed patrol" in str(told)
    assert "ahead at every time" in str(told)
    row = told.frame.set_index("mix").loc["sro-and-patrol"]
    assert row["p90_difference_s"] == pytest.approx(patrol["p90_difference"], abs=1e-5)
