"""The sequential choice: what it drops and when, and how often it is right."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillsim.analysis.selection.constants import kim_nelson_h2
from drillsim.analysis.selection.sequential import KimNelson
from drillsim.verify.harness.slippage import made_rounds, play_choices

DELTA = 1 / 10**0.5
SLIPPAGE = np.array([0.0, DELTA, DELTA, DELTA, DELTA])


def rounds(n: int, *, seed: int = 1, correlation: float = 0.5) -> list[list[float]]:
    rng = np.random.default_rng(seed)
    made = made_rounds(mixes=5, rounds=n, correlation=correlation, lag=SLIPPAGE, rng=rng)
    return [[float(v) for v in column] for column in made.T]


@pytest.mark.parametrize(
    "keys",
    [{"delta": 0}, {"delta": -1}, {"delta": float("nan")}, {"first": 1}, {"batch": 0}, {"level": 1.0}, {"level": 0}],
)
def test_an_impossible_choice_is_refused(keys: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not"):
        KimNelson(**({"delta": 1.0} | keys))  # type: ignore[arg-type]


def test_one_mix_is_chosen_without_a_drill() -> None:
    found = KimNelson(10.0).look([[]])
    assert (found.chosen, found.decided, found.rounds) == (0, True, 0)


def test_the_first_look_waits_for_the_first_stage() -> None:
    found = KimNelson(1.0, first=10).look(rounds(9))
    assert (found.decided, found.next_rounds, found.left) == (False, 10, (0, 1, 2, 3, 4))


def test_identical_mixes_tie_after_the_first_stage() -> None:
    column = np.arange(20.0)
    found = KimNelson(1.0).look([column, column, column + 5])
    assert (found.decided, found.left, found.chosen, found.dropped) == (True, (0, 1), 0, {2: 20})


def test_a_mix_is_dropped_at_the_first_look_that_its_margin_allows() -> None:
    x = np.array(rounds(400, correlation=0.0))
    found = KimNelson(DELTA, first=10, batch=1, growth=0).look(list(x))
    h2 = kim_nelson_h2(5, 10)
    left = list(range(5))
    for r in range(10, 401):
        out = []
        for i in left:
            for j in left:
                margin = DELTA / (2 * r) * (h2 * (x[i, :10] - x[j, :10]).var(ddof=1) / DELTA**2 - r)
                if i != j and x[i, :r].mean() > x[j, :r].mean() + max(0.0, margin):
                    out.append(i)
        for i in set(out):
            assert found.dropped[i] == r
            left.remove(i)
        if len(left) == 1:
            break
    assert found.left == tuple(left)


@given(st.integers(0, 50), st.integers(1, 30), st.integers(20, 200))
def test_an_interrupted_choice_is_the_same_when_its_rounds_are_read_again(seed: int, batch: int, n: int) -> None:
    procedure, x = KimNelson(0.2, batch=batch), rounds(400, seed=seed)
    whole = procedure.look(x)
    part = procedure.look([column[:n] for column in x])
    assert {i: r for i, r in whole.dropped.items() if r <= part.rounds} == part.dropped
    if not part.decided:  # dropped mixes need no further rounds
        fed = [column if i in part.left else column[: part.rounds] for i, column in enumerate(x)]
        assert procedure.look(fed) == whole


def test_a_mix_that_is_in_with_fewer_rounds_holds_the_others_up() -> None:
    x = rounds(100)
    found = KimNelson(0.001).look([x[0][:50], *x[1:]])
    assert (found.rounds, found.decided, found.next_rounds) == (50, False, 60)


def test_looks_grow_with_the_rounds_in_whole_batches() -> None:
    procedure, x, looks = KimNelson(1e-6), rounds(2000), [20]
    while looks[-1] < 1500:
        looks.append(procedure.look([column[: looks[-1]] for column in x]).next_rounds)
    assert looks[:10] == list(range(20, 120, 10))
    assert all(b - a == max(10, a // 100 * 10) for a, b in pairwise(looks))


def test_the_order_of_mixes_does_not_change_who_is_left() -> None:
    x = rounds(600)
    found, turned = KimNelson(DELTA).look(x), KimNelson(DELTA).look(x[::-1])
    assert found.decided
    assert {4 - i for i in turned.left} == set(found.left)


def test_the_right_mix_is_chosen_as_often_as_stated_and_pairs_save_drills() -> None:
    times = 250
    least = 0.95 - 3 * (0.95 * 0.05 / times) ** 0.5
    found = [
        play_choices(KimNelson(DELTA, first=10, batch=10, growth=0), lag=SLIPPAGE, correlation=c, times=times, seed=2)
        for c in (0.0, 0.5, 0.8)
    ]
    assert min(one.correct for one in found) >= least
    assert [one.drills for one in found] == sorted((one.drills for one in found), reverse=True)
    assert found[2].drills < 0.4 * found[0].drills


@pytest.mark.deep
@pytest.mark.parametrize("lag", [SLIPPAGE, np.arange(5) * DELTA], ids=["slippage", "monotone"])
@pytest.mark.parametrize("batch", [1, 10])
def test_many_choices_are_right_as_often_as_stated(lag: np.ndarray, batch: int) -> None:
    times = 2000
    found = [
        play_choices(KimNelson(DELTA, first=10, batch=batch, growth=0), lag=lag, correlation=c, times=times, seed=5)
        for c in (0.0, 0.5, 0.8)
    ]
    print([(one.correct, one.drills) for one in found])
    assert min(one.correct for one in found) >= 0.95 - 3 * (0.95 * 0.05 / times) ** 0.5
    assert [one.drills for one in found] == sorted((one.drills for one in found), reverse=True)
