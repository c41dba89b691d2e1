"""Which mixes are possibly best, and how many drills that takes, against published and independent values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import t

from drillsim.analysis.selection.best import BestSet, behind_best, blocked_width, possibly_best, possibly_best_blocked
from drillsim.analysis.selection.moments import PairMoment, moments, moments_of_rounds, pair_moment
from drillsim.analysis.selection.sizing import drills_to_decide, drills_to_select

# Banks, Carson, Nelson & Nicol: four designs, ten replications on common random numbers
BANKS = np.array(
    [
        [63.72, 32.24, 40.28, 36.94, 36.29, 56.94, 34.10, 63.36, 49.29, 87.20],
        [63.06, 31.78, 40.32, 37.71, 36.79, 57.93, 33.39, 62.92, 47.67, 80.79],
        [57.74, 29.65, 36.52, 35.71, 33.81, 51.54, 31.39, 57.24, 42.63, 67.27],
        [62.63, 31.56, 39.87, 37.35, 36.65, 57.15, 33.30, 62.21, 47.46, 79.60],
    ]
).T
TABLES = st.integers(2, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 9), min_size=k, max_size=k), min_size=2, max_size=8)
)


def bounds(found: BestSet) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in zip(found.worse_low, found.worse_high, strict=True)]


def test_the_third_design_of_banks_is_possibly_best_alone() -> None:
    found = possibly_best(moments_of_rounds(BANKS))
    assert found.indices == [2]
    flat = [v for pair in bounds(found) for v in pair]
    assert flat == pytest.approx([0, 9.923, 0, 7.619, -6.919, 0, 0, 6.919], abs=6e-4)


def test_the_blocked_form_of_banks_has_its_known_width() -> None:
    assert blocked_width(BANKS) == pytest.approx(2.1627, abs=5e-5)
    assert possibly_best_blocked(BANKS).indices == [2]


def test_banks_needs_45_replications_for_two_units() -> None:
    assert drills_to_select(moments_of_rounds(BANKS), 2.0) == 45


def test_the_distance_behind_the_best_of_banks_comes_from_all_pairs() -> None:
    low, high = behind_best(moments_of_rounds(BANKS))
    d = BANKS[:, 0] - BANKS[:, 2]
    half = float(t.ppf(1 - 0.05 / 12, 9)) * float(d.std(ddof=1)) / 10**0.5
    assert (low[0], high[0]) == pytest.approx((float(d.mean()) - half, float(d.mean()) + half))


def test_one_mix_alone_is_best_and_needs_no_drill() -> None:
    one = moments_of_rounds([[3.0], [4.0]])
    assert (possibly_best(one).indices, drills_to_select(one, 10.0)) == ([0], 0)


def test_identical_mixes_are_all_possibly_best_and_need_no_further_drill() -> None:
    same = moments_of_rounds([[5.0, 5.0, 5.0], [7.0, 7.0, 7.0]])
    assert possibly_best(same).indices == [0, 1, 2]
    assert bounds(possibly_best(same)) == [(0.0, 0.0)] * 3
    assert drills_to_select(same, 1.0) == 2


def test_a_mix_that_is_slower_by_a_constant_is_not_possibly_best() -> None:
    found = possibly_best(moments_of_rounds([[5.0, 6.0], [7.0, 8.0]]))
    assert (found.indices, bounds(found)) == ([0], [(-1.0, 0.0), (0.0, 1.0)])


def test_a_single_round_leaves_every_mix_possibly_best() -> None:
    found = possibly_best(moments_of_rounds([[5.0, 60.0]]))
    assert found.indices == [0, 1]
    assert np.isnan(found.worse_high[1])


@pytest.mark.parametrize("delta", [0.0, -1.0, float("nan"), float("inf")])
def test_a_difference_that_matters_must_be_positive(delta: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        drills_to_select(moments_of_rounds(BANKS), delta)
    with pytest.raises(ValueError, match="more than 0"):
        drills_to_decide(difference=1, error=1, freedom=9, rounds=10, matters=delta)


def test_sizing_from_one_round_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        drills_to_select(moments_of_rounds([[1.0, 2.0]]), 1.0)


@pytest.mark.parametrize("values", [[1.0, 2.0], [[1.0, float("nan")]]])
def test_rounds_with_a_gap_are_refused(values: list[float] | list[list[float]]) -> None:
    with pytest.raises(ValueError, match="balanced rounds"):
        moments_of_rounds(values)


def test_a_contrast_needs_the_drills_that_halve_its_interval() -> None:
    def needed(difference: float) -> int:
        found = drills_to_decide(difference=difference, error=10.0, freedom=99, rounds=100, matters=10)
        assert found is not None
        return found

    for difference, half in ((0, 10), (-10, 10), (5, 5), (-40, 40)):
        n = needed(difference)
        assert float(t.ppf(0.975, n - 1)) * 100 / n**0.5 <= half < float(t.ppf(0.975, n - 2)) * 100 / (n - 1) ** 0.5
    assert drills_to_decide(difference=0, error=0, freedom=1, rounds=1, matters=10) is None


def test_more_matters_never_needs_more_drills() -> None:
    needed = [drills_to_select(moments_of_rounds(BANKS), d) for d in (0.5, 1, 2, 4, 8)]
    assert needed == sorted(needed, reverse=True)


@given(TABLES)
def test_possibly_best_holds_the_least_mean_in_any_order_of_mixes(values: list[list[int]]) -> None:
    x = np.array(values, dtype=np.float64)
    found = possibly_best(moments_of_rounds(x))
    assert int(np.argmin(x.mean(axis=0))) in found.indices
    turned = possibly_best(moments_of_rounds(x[:, ::-1]))
    assert found.possibly_best.tolist() == turned.possibly_best[::-1].tolist()
    assert np.all(found.worse_low <= found.worse_high)


@given(TABLES, st.integers(1, 5))
def test_a_mix_that_gets_faster_in_every_round_stays_possibly_best(values: list[list[int]], gain: int) -> None:
    x = np.array(values, dtype=np.float64)
    before = possibly_best(moments_of_rounds(x)).indices
    x[:, before[0]] -= gain
    assert before[0] in possibly_best(moments_of_rounds(x)).indices


def test_any_estimator_of_pairs_can_stand_behind() -> None:
    def twice(i: int, j: int) -> PairMoment:
        return pair_moment(np.tile(BANKS[:, i] - BANKS[:, j], 2))

    assert moments(4, twice).rounds[0, 1] == 20
    assert possibly_best(moments(4, twice)).indices == [2]
    assert possibly_best(moments_of_rounds(BANKS).of([0, 1, 3])).indices == possibly_best(moments_of_rounds(BANKS[:, [0, 1, 3]])).indices  # fmt: skip


def covered(values: NDArray[np.float64], truth: NDArray[np.float64]) -> bool:
    found = possibly_best(moments_of_rounds(values))
    behind = [truth[i] - np.delete(truth, i).min() for i in range(truth.size)]
    low, high = behind_best(moments_of_rounds(values))
    wide = bool(np.all(low <= behind) and np.all(behind <= high))
    return wide and bool(np.all(found.worse_low <= behind) and np.all(behind <= found.worse_high))


def test_bounds_hold_at_once_for_correlated_mixes_of_unequal_spread() -> None:
    rng, truth, spread = np.random.default_rng(3), np.array([0.0, 0.1, 0.4, 1.0]), np.array([1.0, 1.5, 0.6, 2.0])
    times, rounds = 600, 30
    shared = rng.standard_normal((times, rounds, 1))
    own = rng.standard_normal((times, rounds, 4))
    made = truth + spread * (0.6**0.5 * shared + 0.4**0.5 * own)
    share = np.mean([covered(x, truth) for x in made])
    assert share >= 0.95 - 3 * (0.95 * 0.05 / times) ** 0.5
