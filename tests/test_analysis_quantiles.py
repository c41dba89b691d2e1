"""Single samples and pairs, against published and independently computed values."""

# mypy: disable-error-code="comparison-overlap"
# (pytest.approx equals the numbers it is near to)

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from drillsim.analysis.estimators import (
    equivalence_p,
    holm,
    mean_interval,
    paired_difference,
    quantile,
    rank_interval,
    wilson,
)

# Banks, Carson, Nelson & Nicol: four designs, ten replications on common random numbers
BANKS = np.array(
    [
        [63.72, 32.24, 40.28, 36.94, 36.29, 56.94, 34.10, 63.36, 49.29, 87.20],
        [63.06, 31.78, 40.32, 37.71, 36.79, 57.93, 33.39, 62.92, 47.67, 80.79],
        [57.74, 29.65, 36.52, 35.71, 33.81, 51.54, 31.39, 57.24, 42.63, 67.27],
        [62.63, 31.56, 39.87, 37.35, 36.65, 57.15, 33.30, 62.21, 47.46, 79.60],
    ]
)
SECONDS = st.floats(0, 1800).map(lambda x: round(x, 3))


def test_banks_designs_have_their_published_means() -> None:
    assert [mean_interval(design).value for design in BANKS] == pytest.approx([50.036, 49.236, 44.350, 48.778])


def test_banks_designs_one_and_three_differ_by_the_published_interval() -> None:
    gap = paired_difference(BANKS[0], BANKS[2]).difference
    assert (gap.low, gap.high) == pytest.approx((1.86717, 9.50483), abs=5e-6)


def test_banks_largest_variance_of_a_difference() -> None:
    pairs = [(i, j) for i in range(4) for j in range(i)]
    assert max((BANKS[i] - BANKS[j]).var(ddof=1) for i, j in pairs) == pytest.approx(28.49805, abs=5e-6)


def test_a_paired_p_value_belongs_to_its_interval() -> None:
    pair = paired_difference(BANKS[0], BANKS[2], level=0.99)
    assert pair.p is not None
    assert pair.difference.low is not None
    assert (pair.difference.low > 0) == (pair.p < 0.01)


def test_two_one_sided_tests_are_those_of_scipy() -> None:
    pair, d = paired_difference(BANKS[0], BANKS[3]), BANKS[0] - BANKS[3]
    known = max(
        float(ttest_1samp(d, -3.0, alternative="greater").pvalue), float(ttest_1samp(d, 3.0, alternative="less").pvalue)
    )
    assert equivalence_p(pair, 3.0) == pytest.approx(known)
    assert equivalence_p(paired_difference([1.0, 2.0], [1.0, 2.0]), 1.0) == 0.0
    assert equivalence_p(paired_difference([1.0], [2.0]), 1.0) is None


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_intervals_of_newcombe_1998(hits: int, n: int, low: float, high: float) -> None:
    share = wilson(hits, n)
    assert (share.value, share.low, share.high) == pytest.approx((hits / n, low, high), abs=5e-5)


def test_wilson_of_every_drill_ends_at_one() -> None:
    assert wilson(40, 40).high == 1.0


def test_wilson_of_no_drills_is_nothing() -> None:
    assert wilson(0, 0).value is None


@pytest.mark.parametrize(
    ("n", "ranks"),
    [(35, (28, None)), (36, (29, 36)), (100, (84, 96)), (200, (171, 189)), (500, (436, 464)), (1000, (881, 919))],
)
def test_ranks_that_bound_nine_of_ten(n: int, ranks: tuple[int, int | None]) -> None:
    assert rank_interval(n, 0.9) == ranks


def test_nine_of_ten_of_36_drills_lies_between_the_29th_and_the_36th() -> None:
    found = quantile(np.arange(1, 37), np.ones(36, dtype=bool), 0.9)
    assert (found.value, found.low, found.high) == (33, 29, 36)


def test_the_ninth_of_ten_drills_is_nine_of_ten() -> None:
    assert quantile(np.arange(10, 0, -1), np.ones(10, dtype=bool), 0.9).value == 9


def test_a_quantile_beyond_the_reached_share_lies_over_the_horizon() -> None:
    reached = np.arange(100) < 89
    found = quantile(np.arange(100), reached, 0.9)
    assert (found.value, found.over) == (None, True)


def test_a_quantile_within_the_reached_share_may_have_an_open_upper_limit() -> None:
    reached = np.arange(100) < 92
    found = quantile(np.arange(100), reached, 0.9)
    assert (found.value, found.over, found.high, found.high_over) == (89, False, None, True)


def test_nobody_ever_got_there() -> None:
    found = quantile(np.full(50, 1800.0), np.zeros(50, dtype=bool), 0.5)
    assert (found.value, found.over, found.high_over) == (None, True, True)


def test_one_drill_has_a_mean_without_limits() -> None:
    one = mean_interval([12.0])
    assert (one.value, one.low, one.high) == (12.0, None, None)


def test_equal_drills_have_an_interval_without_width() -> None:
    one = mean_interval([0.1] * 7)
    assert one.low == one.high == one.value


def test_one_pair_has_neither_interval_nor_p() -> None:
    pair = paired_difference([10.0], [12.0])
    assert (pair.difference.value, pair.difference.low, pair.p) == (-2.0, None, None)


def test_identical_mixes_do_not_differ() -> None:
    pair = paired_difference([3.0, 5.0, 9.0], [3.0, 5.0, 9.0])
    assert (pair.p, pair.share_faster, pair.share_tied) == (1.0, 0.0, 1.0)


def test_a_constant_difference_is_certain() -> None:
    pair = paired_difference([3.1, 5.1, 9.1], [3.0, 5.0, 9.0])
    assert (pair.p, pair.difference.value) == (0.0, pytest.approx(0.1))


def test_noise_of_rounding_is_a_tie() -> None:
    pair = paired_difference([0.1 + 0.2, 1.0], [0.3, 1.0 + 1e-9])
    assert (pair.p, pair.share_tied) == (1.0, 1.0)


def test_ties_stand_apart_from_wins() -> None:
    pair = paired_difference([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 5.0])
    assert (pair.share_faster, pair.share_tied) == (0.5, 0.25)


def test_pairs_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="pairs need equal numbers of drills, not 2 and 1"):
        paired_difference([1.0, 2.0], [1.0])


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_counts_only_what_was_tested() -> None:
    assert holm([None, 0.04, 0.02]) == [None, pytest.approx(0.04), pytest.approx(0.04)]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values: list[float]) -> None:
    adjusted = [p for p in holm(p_values) if p is not None]
    assert all(a >= p for a, p in zip(adjusted, p_values, strict=True))
    assert np.all(np.diff(np.array(adjusted)[np.argsort(p_values, kind="stable")]) >= 0)


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=2, max_size=30))
def test_swapping_the_pair_turns_the_sign(pairs: list[tuple[float, float]]) -> None:
    a, b = np.array(pairs).T
    one, other = paired_difference(a, b), paired_difference(b, a)
    assert one.difference.value == pytest.approx(-(other.difference.value or 0.0), abs=1e-9)
    assert one.p == pytest.approx(other.p, abs=1e-9)
    assert (one.share_faster or 0) + (one.share_tied or 0) + (other.share_faster or 0) == pytest.approx(1)


@given(st.integers(1, 400), st.sampled_from([0.5, 0.9]))
def test_the_ranks_hold_at_least_ninety_five_per_cent(n: int, share: float) -> None:
    low, high = rank_interval(n, share)

    def below(rank: int) -> float:
        return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(rank))

    covered = (1.0 if high is None else below(high)) - (0.0 if low is None else below(low))
    assert covered >= 0.95 - 1e-9
