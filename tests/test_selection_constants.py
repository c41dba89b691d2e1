"""Critical constants of selection procedures, against published and independently computed values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.stats import chi, norm, t

from drillsim.analysis.selection.constants import (
    budget_shares,
    dudewicz_dalal_h,
    dunnett_d,
    kim_nelson_eta,
    kim_nelson_h2,
    rinott_h,
)


@pytest.mark.parametrize(
    ("mixes", "first", "alpha", "eta", "h2"),
    [(2, 10, 0.05, 0.334050, 6.01290), (3, 10, 0.05, 0.472944, 8.51299), (4, 10, 0.05, 0.564680, 10.16424),
     (5, 10, 0.05, 0.634967, 11.42941), (10, 10, 0.05, 0.859083, 15.46350), (10, 20, 0.05, 0.302934, 11.51148),
     (10, 20, 0.10, 0.246436, 9.36455), (20, 24, 0.05, 0.289083, 13.29780)],
)  # fmt: skip
def test_kim_nelson_constants_have_their_known_values(
    mixes: int, first: int, alpha: float, eta: float, h2: float
) -> None:
    assert kim_nelson_eta(mixes, first, alpha) == pytest.approx(eta, abs=1e-6)
    assert kim_nelson_h2(mixes, first, alpha) == pytest.approx(h2, abs=1.1e-5)


def test_kim_nelson_general_equation_meets_its_closed_form() -> None:
    beta, eta = 0.05 / 4, kim_nelson_eta(5, 10)
    assert 0.5 * (1 + 2 * eta) ** (-9 / 2) == pytest.approx(beta, rel=1e-12)
    more = kim_nelson_eta(5, 10, c=2)
    found = (1 + 2 * more * 3 / 2) ** (-9 / 2) - 0.5 * (1 + 2 * more * 2) ** (-9 / 2)
    assert found == pytest.approx(beta, rel=1e-9)


def test_independent_samples_need_a_smaller_eta() -> None:
    assert 0 < kim_nelson_eta(5, 10, independent=True) < kim_nelson_eta(5, 10)


@pytest.mark.parametrize(
    ("mixes", "first", "alpha"), [(1, 10, 0.05), (0, 10, 0.05), (5, 1, 0.05), (5, 10, 0.0), (5, 10, 1.0)]
)
def test_an_impossible_design_of_kim_nelson_is_refused(mixes: int, first: int, alpha: float) -> None:
    with pytest.raises(ValueError, match="not"):
        kim_nelson_eta(mixes, first, alpha)


@pytest.mark.parametrize(
    ("mixes", "level", "h"),
    [(10, 0.975, 4.045), (1000, 0.975, 6.057), (10_000, 0.975, 6.893), (1000, 0.9, 5.488), (20_000, 0.95, 6.878)],
)
def test_rinott_constants_at_50_degrees_have_their_published_values(mixes: int, level: float, h: float) -> None:
    assert rinott_h(mixes, 50, level) == pytest.approx(h, abs=0.0045)


@pytest.mark.parametrize(("mixes", "h"), [(800_000, 8.35329), (1_000_000, 8.42386)])
def test_rinott_constants_hold_for_a_million_mixes(mixes: int, h: float) -> None:
    assert rinott_h(mixes, 50, 0.975) == pytest.approx(h, abs=2e-5)


def test_rinott_constants_of_20_first_drills() -> None:
    known = [2.4525, 2.9372, 3.2032, 3.3854, 3.5235, 3.6344, 3.7268, 3.8061, 3.8753]
    assert [rinott_h(k, 19) for k in range(2, 11)] == pytest.approx(known, abs=6e-5)


@pytest.mark.parametrize(
    ("level", "known"), [(0.95, [2.453, 2.872, 3.101, 3.258, 3.679]), (0.90, [1.896, 2.342, 2.583, 2.747, 3.182])]
)
def test_dudewicz_dalal_constants_are_those_of_law_and_kelton(level: float, known: list[float]) -> None:
    assert [dudewicz_dalal_h(k, 19, level) for k in (2, 3, 4, 5, 10)] == pytest.approx(known, abs=1e-3)


def test_rinott_and_dudewicz_dalal_agree_on_two_mixes() -> None:
    assert rinott_h(2, 19) == pytest.approx(dudewicz_dalal_h(2, 19), abs=1e-6)


def test_dunnett_values_of_20_degrees_are_the_published_ones() -> None:
    assert [dunnett_d(p, 20) for p in (1, 2, 3, 4, 9)] == pytest.approx([1.72, 2.03, 2.19, 2.30, 2.60], abs=0.005)


def test_dunnett_values_of_two_degrees_are_the_published_ones() -> None:
    assert [dunnett_d(p, 2) for p in (1, 2)] == pytest.approx([2.91999, 3.8045], abs=6e-5)
    assert dunnett_d(3, 2) == pytest.approx(4.3326, abs=0.003)


def test_dunnett_value_of_three_contrasts_meets_its_own_integral() -> None:
    def inside(z: float, s: float) -> float:
        density = norm.pdf(z) * chi.pdf(s * np.sqrt(2), 2) * np.sqrt(2)
        return float(norm.cdf(np.sqrt(2) * dunnett_d(3, 2) * s - z) ** 3 * density)

    assert dblquad(inside, 0, 8, -9, 9, epsabs=1e-6)[0] == pytest.approx(0.95, abs=1e-6)


def test_dunnett_with_one_contrast_is_the_one_sided_t() -> None:
    assert dunnett_d(1, 12, 0.9) == pytest.approx(float(t.ppf(0.9, 12)), abs=1e-8)


def test_budget_shares_of_five_means_are_the_known_ones() -> None:
    shares = budget_shares([1, 2, 3, 4, 5], [2] * 5)
    assert shares.tolist() == pytest.approx([0.42182, 0.40613, 0.10153, 0.04513, 0.02538], abs=5e-6)
    assert float(np.sum(shares)) == pytest.approx(1.0)
