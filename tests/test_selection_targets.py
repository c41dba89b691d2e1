"""Pairs of mixes beyond means, against published and independently computed values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from scipy.stats.mstats import hdquantiles

from drillsim.analysis.selection.targets import (
    clopper_pearson,
    dominance,
    harrell_davis,
    quantile_pair,
    target_pair,
    win_share,
)

SAMPLES = st.lists(st.floats(0, 1800).map(lambda x: round(x, 3)), min_size=2, max_size=12)


def of_table(both: int, first: int, second: int, neither: int) -> tuple[list[bool], list[bool]]:
    a = [True] * (both + first) + [False] * (second + neither)
    b = [True] * both + [False] * first + [True] * second + [False] * neither
    return a, b


def test_agrestis_approval_table_has_its_known_p_value() -> None:
    found = target_pair(*of_table(794, 150, 86, 570))
    assert (found.n, found.gained, found.lost) == (1600, 150, 86)
    assert found.p == pytest.approx(3.7e-5, abs=5e-7)
    assert found.p == pytest.approx(float(binomtest(86, 236).pvalue))
    assert found.difference.value == pytest.approx(0.04)


def test_the_interval_of_a_paired_share_is_bonett_and_prices() -> None:
    found = target_pair(*of_table(10, 5, 1, 4)).difference
    p12, p21 = 6 / 22, 2 / 22
    half = 1.959963984540054 * ((p12 + p21 - (p12 - p21) ** 2) / 22) ** 0.5
    assert (found.low, found.high) == pytest.approx((p12 - p21 - half, p12 - p21 + half))


def test_equal_mixes_have_no_difference_of_shares() -> None:
    found = target_pair([True, False], [True, False])
    assert (found.difference.value, found.p) == (0.0, 1.0)
    assert target_pair([], []).p is None
    with pytest.raises(ValueError, match="equal numbers"):
        target_pair([True], [])


def test_the_interval_of_a_paired_share_covers_what_it_says() -> None:
    n, p12, p21 = 40, 0.25, 0.1
    rng, inside = np.random.default_rng(1), 0
    for gained, lost, _ in rng.multinomial(n, [p12, p21, 1 - p12 - p21], size=2000):
        found = target_pair(*of_table(0, gained, lost, n - gained - lost)).difference
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= p12 - p21 <= found.high
    assert inside / 2000 >= 0.95 - 3 * (0.95 * 0.05 / 2000) ** 0.5


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_exact_intervals_of_newcombe_1998(hits: int, n: int, low: float, high: float) -> None:
    share = clopper_pearson(hits, n)
    assert (share.value, share.low, share.high) == pytest.approx((hits / n, low, high), abs=5e-5)


def test_drills_won_tied_and_lost_add_up() -> None:
    found = win_share([1.0, 5.0, 5.0005, 9.0], [2.0, 5.0, 5.0, 3.0])
    assert found is not None
    assert (found.won, found.tied, found.lost) == (0.25, 0.5, 0.25)
    assert win_share([], []) is None


@given(SAMPLES, st.sampled_from([0.1, 0.5, 0.9]))
def test_a_harrell_davis_quantile_is_that_of_scipy(sample: list[float], share: float) -> None:
    known = float(hdquantiles(np.array(sample), [share])[0])
    assert harrell_davis(sample, share) == pytest.approx(known, abs=1e-6)


@given(SAMPLES)
def test_leaving_out_each_pair_at_once_equals_one_by_one(sample: list[float]) -> None:
    a, b = np.array(sample), np.array(sample[::-1])
    n, pair = a.size, quantile_pair(a, b)
    one_by_one = [harrell_davis(np.delete(a, i), 0.9) - harrell_davis(np.delete(b, i), 0.9) for i in range(n)]
    error = float(np.std(one_by_one)) * (n - 1) ** 0.5
    assert pair.low is not None
    assert pair.high is not None
    from scipy.stats import t

    assert (pair.high - pair.low) / 2 == pytest.approx(float(t.ppf(0.975, n - 1)) * error, abs=1e-3)


def test_a_constant_shift_moves_a_quantile_by_the_same() -> None:
    sample = np.arange(50.0)
    pair = quantile_pair(sample + 7, sample)
    assert (pair.value, pair.low, pair.high) == pytest.approx((7.0, 7.0, 7.0))


def test_quantile_pairs_cover_the_true_difference() -> None:
    rng, times, inside = np.random.default_rng(2), 500, 0
    for _ in range(times):
        shared = 0.8**0.5 * rng.standard_normal(100)
        a, b = (np.exp(0.5 * (shared + 0.2**0.5 * rng.standard_normal(100))) for _ in range(2))
        pair = quantile_pair(a, b)
        inside += (pair.low or 0.0) <= 0.0 <= (pair.high or 0.0)
    assert inside / times >= 0.95 - 3 * (0.95 * 0.05 / times) ** 0.5


def test_a_mix_that_is_always_faster_dominates() -> None:
    times = np.arange(40.0)
    found = dominance(times, times + 15, 100.0)
    assert found.holds
    assert not dominance(times + 15, times, 100.0).holds
    assert not dominance(times, times, 100.0).holds


def test_curves_that_cross_do_not_dominate() -> None:
    narrow, wide = np.linspace(40, 60, 60), np.linspace(0, 100, 60)
    assert not dominance(narrow, wide, 200.0).holds
    assert not dominance(wide, narrow, 200.0).holds


def test_drills_at_the_horizon_have_not_reached_anything() -> None:
    found = dominance([5.0, 100.0], [100.0, 100.0], 100.0)
    assert found.instants.tolist() == [5.0]
    assert found.difference.tolist() == [0.5]
    assert dominance([100.0], [100.0], 100.0).instants.size == 0


def test_equal_mixes_are_called_dominant_by_error_rarely() -> None:
    rng, times, wrong = np.random.default_rng(3), 60, 0
    for _ in range(times):
        shared = rng.exponential(50, 60)
        a, b = shared + rng.exponential(20, 60), shared + rng.exponential(20, 60)
        wrong += dominance(a, b, 1800.0).holds
    assert wrong / times <= 0.05 + 3 * (0.05 * 0.95 / times) ** 0.5
