"""Cost against response: what is dominated, over which prices, what a budget buys, what a second costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from a_study import Made, six_mixes
from drillsim.analysis.choice import choice
from drillsim.analysis.selection.moments import moments_of_rounds
from drillsim.analysis.selection.money import money_notes, worth
from drillsim.analysis.selection.pareto import (
    CostVerdict,
    Price,
    affordable,
    cost_verdicts,
    frontier,
    slower_beyond_doubt,
)

ABLE = "able_on_scene_s"
RNG = np.random.default_rng(4)
ROUNDS = np.array([10.0, 20.0, 15.0]) + RNG.normal(0, 1, (30, 3))


def flat(*costs: float) -> list[Price]:
    return [Price(c, c, c) for c in costs]


def test_a_slower_mix_that_costs_as_much_or_more_is_dominated() -> None:
    found = cost_verdicts(moments_of_rounds(ROUNDS), flat(100, 100, 50))
    assert [v.dominated_by for v in found] == [(None,) * 3, (0, 0, 0), (None,) * 3]
    assert [v.is_efficient for v in found] == [True, False, True]


def test_a_slower_mix_that_is_cheaper_is_not_dominated() -> None:
    assert all(v.is_efficient for v in cost_verdicts(moments_of_rounds(ROUNDS), flat(300, 100, 200)))


def test_a_verdict_holds_over_the_prices_or_says_where() -> None:
    prices = [Price(10, 90, 90), Price(20, 50, 100), Price(20, 60, 95)]
    found = cost_verdicts(moments_of_rounds(ROUNDS), prices)
    assert found[1].dominated_by == (0, None, 0)
    assert not found[1].is_dominated


def test_the_fastest_and_the_cheapest_are_never_dominated() -> None:
    found = cost_verdicts(moments_of_rounds(ROUNDS), flat(5, 1, 3))
    assert found[0].is_efficient
    assert found[1].is_efficient


def test_identical_mixes_at_one_price_do_not_dominate_each_other() -> None:
    same = np.repeat(ROUNDS[:, :1], 3, axis=1)
    assert all(v.is_efficient for v in cost_verdicts(moments_of_rounds(same), flat(5, 5, 5)))
    one_drill = moments_of_rounds([[1.0, 900.0]])
    assert all(v.is_efficient for v in cost_verdicts(one_drill, flat(5, 5)))
    assert cost_verdicts(moments_of_rounds([[1.0], [2.0]]), flat(5)) == [CostVerdict((None, None, None))]


def test_prices_of_other_mixes_are_refused() -> None:
    with pytest.raises(ValueError, match="3 mixes have 2 prices"):
        cost_verdicts(moments_of_rounds(ROUNDS), flat(1, 2))


def test_the_chance_of_a_false_verdict_is_bounded() -> None:
    rng, times = np.random.default_rng(5), 400
    wrong = 0
    for _ in range(times):
        same = rng.normal(0, 1, (25, 1)) + rng.normal(0, 1, (25, 4))
        wrong += any(not v.is_efficient for v in cost_verdicts(moments_of_rounds(same), flat(1, 1, 2, 3)))
    assert wrong / times <= 0.05 + 3 * (0.05 * 0.95 / times) ** 0.5


@pytest.mark.parametrize(
    ("budget", "bought"), [(100.0, True), (99.0, None), (50.0, None), (49.0, False), (0.0, False), (1e9, True)]
)
def test_a_budget_buys_a_mix_at_all_some_or_none_of_its_prices(budget: float, bought: bool | None) -> None:
    assert affordable(Price(50, 70, 100), budget) is bought


def test_a_free_mix_is_bought_by_nothing() -> None:
    assert affordable(Price(0, 0, 0), 0.0) is True


def test_what_a_second_costs_is_told_along_the_frontier() -> None:
    steps = frontier([100, 60, 80, 50], [0, 400, 500, 900])
    assert [(s.over, s.mix, s.price_of_one) for s in steps] == [(0, 1, 10.0), (1, 3, 50.0)]
    assert frontier([100], [0]) == []
    assert frontier([5, 5], [1, 1]) == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=7))
def test_the_frontier_rises_in_cost_and_falls_in_time(points: list[tuple[int, int]]) -> None:
    steps = frontier([p[0] for p in points], [p[1] for p in points])
    assert all(s.gain > 0 and s.cost > 0 for s in steps)


@given(st.integers(0, 10_000), st.integers(2, 6), st.floats(0, 1))
@settings(max_examples=40)
def test_no_price_is_put_on_mixes_that_are_not_told_apart(seed: int, k: int, effect: float) -> None:
    """Judged by scipy's paired t test over the same rounds."""
    draw = np.random.Generator(np.random.Philox(seed))
    x = draw.normal(0, 1, (25, 1)) + draw.normal(0, 1, (25, k)) - effect * np.arange(k)
    means, costs = x.mean(axis=0), draw.permutation(k) * 1000.0
    for step in frontier(list(means), list(costs), slower_beyond_doubt(moments_of_rounds(x))):
        p = ttest_rel(x[:, step.over], x[:, step.mix], alternative="greater").pvalue
        assert p < 0.05 / (k * (k - 1) / 2)
        assert step.cost > 0


def test_a_second_has_no_price_where_the_study_does_not_tell_mixes_apart(six: Made) -> None:
    """Of three drills nothing is told apart; of sixty the price of a step that is beyond doubt stands there."""
    few = six_mixes(3)
    for made, priced in ((few, False), (six, True)):
        notes = money_notes(made, "drill", choice(made, "drill", ABLE))
        assert any("second of the mean" in note for note in notes) == priced


def test_a_second_has_no_price_where_less_than_what_matters_is_gained(six: Made) -> None:
    line = replace(six.outline.scenarios["drill"], matters={"times": 1e5})
    strict = replace(six, outline=replace(six.outline, scenarios={"drill": line}))
    assert not any("second of the mean" in note for note in money_notes(strict, "drill", choice(strict, "drill", ABLE)))


@pytest.fixture(scope="module")
def six() -> Made:
    return six_mixes(60)


def test_the_made_study_tells_what_money_buys(six: Made) -> None:
    chosen = choice(six, "drill", ABLE)
    bought = {one.mix: one.bought for one in worth(six.outline, chosen, budget=100_000)}
    assert bought == {
        "police-only": True, "part-time-sro": True, "one-sro": None,
        "sro-and-guard": False, "two-guards": True, "sro-and-patrol": False,
    }  # fmt: skip
    inside = choice(six, "drill", ABLE, [name for name, state in bought.items() if state])
    notes = money_notes(six, "drill", chosen, budget=100_000, best=inside)
    assert notes[-1].startswith("$100,000 a year buys Police only, Part-time SRO, 2 unarmed guards; may buy")
    assert notes[-1].endswith("Possibly best of those it buys: 2 unarmed guards.")
    assert any("costs a year" in note for note in notes)
