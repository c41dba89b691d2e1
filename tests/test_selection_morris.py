"""Elementary effects against functions whose effects are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from drillsim.analysis.selection.morris import morris_effects, morris_points

RNG = np.random.default_rng


def test_every_trajectory_moves_every_factor_once_inside_the_range() -> None:
    points = morris_points(5, 30, RNG(1))
    assert points.shape == (30, 6, 5)
    assert points.min() >= 0
    assert points.max() <= 1
    moves = np.diff(points, axis=1)
    assert ((moves != 0).sum(axis=1) == 1).all()
    assert np.allclose(np.abs(moves).max(axis=2), 2 / 3)


def test_levels_of_the_grid_are_all_visited_alike() -> None:
    values, counts = np.unique(np.round(morris_points(4, 400, RNG(2))[:, 0], 6), return_counts=True)
    assert values.tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1], abs=1e-6)
    assert counts.min() > 300


def test_effects_of_a_linear_function_are_its_slopes() -> None:
    slopes = np.array([3.0, -2.0, 0.0])
    points = morris_points(3, 10, RNG(3))
    found = morris_effects(points, points @ slopes)
    assert found.mean.tolist() == pytest.approx(slopes.tolist(), abs=1e-9)
    assert found.size.tolist() == pytest.approx([3, 2, 0], abs=1e-9)
    assert found.spread.max() < 1e-9


def test_an_interaction_spreads_the_effects_of_both_its_factors() -> None:
    points = morris_points(3, 200, RNG(4))
    found = morris_effects(points, 4 * points[..., 0] * points[..., 1] + points[..., 2])
    assert found.spread[2] < 1e-9 < min(found.spread[:2])
    assert found.size[0] == pytest.approx(2.0, abs=0.25)


def test_one_factor_and_one_trajectory_are_enough_for_a_slope() -> None:
    points = morris_points(1, 1, RNG(5))
    found = morris_effects(points, 7 * points[..., 0])
    assert found.mean[0] == pytest.approx(7.0)
    assert np.isnan(found.spread[0])


@pytest.mark.parametrize(("factors", "paths", "levels"), [(0, 1, 4), (1, 0, 4), (1, 1, 3), (1, 1, 0)])
def test_an_impossible_design_of_effects_is_refused(factors: int, paths: int, levels: int) -> None:
    with pytest.raises(ValueError, match="not"):
        morris_points(factors, paths, RNG(1), levels=levels)


@pytest.mark.parametrize("outputs", [np.zeros((2, 3)), np.zeros((2, 4))])
def test_points_and_outputs_that_do_not_fit_are_refused(outputs: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match=r"fit|differ"):
        morris_effects(np.zeros((2, 4, 3)), outputs)
