"""Shares that meet a target, compared on the same drills and weighed by the states of presence."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy.stats import binomtest

from drillsim.analysis.selection.targets import target_pair
from drillsim.analysis.weights.samples import PairedValues
from drillsim.analysis.weights.strata import Strata, plain
from drillsim.analysis.weights.targets import weighed_target_pair
from drillsim.analysis.weights.weighted import Weighed


def both(first: ArrayLike, second: ArrayLike, strata: Strata | None = None, *, is_day: bool = False) -> PairedValues:
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    n = a.size
    return PairedValues(np.arange(n), a, b, Weighed(np.arange(n), strata or plain(n), is_day))


def test_one_stratum_is_bonett_price_and_mcnemar() -> None:
    a, b = [1, 1, 1, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1, 1, 0]
    assert weighed_target_pair(both(a, b)) == target_pair(np.array(a) > 0, np.array(b) > 0)


def test_a_rare_day_that_was_played_often_counts_by_its_probability() -> None:
    stratum = np.repeat([0, 1], [40, 10])
    a, b = np.ones(50), np.where(stratum == 1, 0.0, 1.0)
    found = weighed_target_pair(both(a, b, Strata(stratum, np.ones(50), np.array([0.985, 0.015]))))
    assert found.difference.value == pytest.approx(0.015)
    assert found.difference.low is not None
    assert found.difference.high is not None
    assert found.difference.low <= 0.015 <= found.difference.high < 0.1
    assert found.p == pytest.approx(binomtest(10, 10, 0.5).pvalue)


def test_two_strata_alike_are_close_to_one() -> None:
    rng = np.random.Generator(np.random.Philox(2))
    a, b = rng.uniform(size=400) < 0.8, rng.uniform(size=400) < 0.7
    halves = Strata(np.arange(400) % 2, np.ones(400), np.array([0.5, 0.5]))
    one, two = (weighed_target_pair(both(a, b, s)) for s in (None, halves))
    assert two.difference.value == pytest.approx(one.difference.value, abs=1e-9)
    assert two.difference.low == pytest.approx(one.difference.low, abs=0.01)
    assert two.p == pytest.approx(one.p, abs=0.02)


def test_drills_that_do_not_tell_the_mixes_apart_have_no_evidence() -> None:
    strata = Strata(np.arange(20) % 2, np.ones(20), np.array([0.9, 0.1]))
    found = weighed_target_pair(both(np.ones(20), np.ones(20), strata))
    assert (found.difference.value, found.p) == (0.0, 1.0)
    assert found.difference.low is not None
    assert found.difference.low < 0


def test_the_interval_covers_where_a_rare_state_decides() -> None:
    """Truth 0.015: in the rare state the second mix never meets the target, in the common one both do nine times in ten."""
    rng = np.random.Generator(np.random.Philox(5))
    covered = 0
    for _ in range(400):
        stratum = np.repeat([0, 1], [rng.binomial(100, 0.985), 10])
        shared = rng.uniform(size=stratum.size) < 0.9
        a, b = shared | (stratum == 1), shared & (stratum == 0)
        found = weighed_target_pair(both(a, b, Strata(stratum, np.ones(stratum.size), np.array([0.985, 0.015]))))
        assert found.difference.low is not None
        assert found.difference.high is not None
        covered += found.difference.low <= 0.015 <= found.difference.high
    assert covered / 400 >= 0.93
