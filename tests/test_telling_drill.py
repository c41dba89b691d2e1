"""The drill that shows a difference best: the nearest to the mean difference, by a rule that is stated."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from a_study import made, times
from drillsim.analysis.telling_drill import telling_drill, widest_difference

VALUE = st.integers(1, 1700).map(float) | st.none()
MEASURE = "able_on_scene_s"


def test_the_drill_nearest_to_the_mean_difference_is_shown() -> None:
    study = made([*times("one-sro", 100, 100, 100), *times("two-guards", 90, 60, 42)])
    told = telling_drill(study, "drill", "two-guards", "one-sro", MEASURE)
    assert told is not None
    assert (told.replication, told.difference, told.mean, told.pairs) == (1, -40.0, -36.0, 3)
    assert "Drill 1 of seed 7" in told.sentence
    assert "2 unarmed guards less 1 SRO" in told.sentence
    assert "-40.0 s" in told.sentence
    assert "-36.0 s" in told.sentence


def test_of_equals_the_first_is_shown() -> None:
    study = made([*times("one-sro", 100, 100), *times("two-guards", 90, 70)])
    told = telling_drill(study, "drill", "two-guards", "one-sro", MEASURE)
    assert told is not None
    assert told.replication == 0


def test_a_drill_that_both_reach_goes_before_one_that_is_nearer() -> None:
    study = made([*times("one-sro", 100, None), *times("two-guards", 90, 800.0)])
    told = telling_drill(study, "drill", "two-guards", "one-sro", MEASURE)
    assert told is not None
    assert told.replication == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VALUE, VALUE), min_size=1, max_size=9))
def test_no_other_drill_that_may_be_shown_is_nearer(pairs: list[tuple[float | None, float | None]]) -> None:
    study = made([*times("one-sro", *(a for a, _ in pairs)), *times("two-guards", *(b for _, b in pairs))])
    told = telling_drill(study, "drill", "two-guards", "one-sro", MEASURE)
    assert told is not None
    capped = np.array([[1800.0 if v is None else v for v in pair] for pair in pairs])
    own = capped[:, 1] - capped[:, 0]
    both = [a is not None and b is not None for a, b in pairs]
    allowed = [i for i in range(len(pairs)) if both[i] or not any(both)]
    apart = np.abs(own - own.mean())
    assert told.replication in allowed
    assert apart[told.replication] <= min(apart[i] for i in allowed) + 1e-6


def test_the_mix_that_differs_most_is_shown_beside_the_present_one() -> None:
    study = made([*times("one-sro", 100, 100), *times("two-guards", 90, 92), *times("sro-and-guard", 150, 149)])
    widest = widest_difference(study, "drill")
    assert widest is not None
    assert (widest.mix, widest.versus) == ("sro-and-guard", "one-sro")
    assert widest_difference(made(times("one-sro", 100, 90)), "drill") is None
    same = made([*times("one-sro", 100, 90), *times("two-guards", 100, 90)])
    assert widest_difference(same, "drill") is None
