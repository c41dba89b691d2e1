"""Elementary effects (Morris 1991): which of many factors matter, from few points, one factor moved at a time from random bases.

A trajectory starts at a random point of a grid of `levels` values per factor and moves every factor once by half the grid and a
bit (levels / (2 (levels - 1))), in random order: d + 1 points for d factors. The effect of a factor is the change of the output
over its step. mu* (Campolongo 2007) is the mean size of its effects, sigma their spread: large where a factor interacts with
others or bends. Outputs must come from the same drills at every point; else noise is read as interaction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVELS = 4
"""Levels of the grid, as usual for this design."""


@dataclass(frozen=True)
class Effects:
    """Elementary effects of d factors, over the whole range of each, in the unit of the output.

    mean
        (d,) with their sign.
    size
        (d,) mean of their absolute values, mu*.
    spread
        (d,) standard deviation; NaN for one trajectory.
    """

    mean: NDArray[np.float64]
    size: NDArray[np.float64]
    spread: NDArray[np.float64]


def morris_points(
    factors: int, trajectories: int, rng: np.random.Generator, *, levels: int = LEVELS
) -> NDArray[np.float64]:
    """Return the points of random trajectories: shape (trajectories, factors + 1, factors), values from 0 to 1.

    Raises ValueError for no factor, no trajectory, or an odd number of levels.
    """
    if factors < 1 or trajectories < 1:
        raise ValueError(f"needs at least 1 factor and 1 trajectory, not {factors} and {trajectories}")
    if levels < 2 or levels % 2:
        raise ValueError(f"the number of levels is even, not {levels}")
    step, half = levels / (2 * (levels - 1)), levels // 2
    points = np.empty((trajectories, factors + 1, factors))
    for path in points:
        start, up = rng.integers(0, half, factors) / (levels - 1), rng.integers(0, 2, factors) == 1
        path[0] = np.where(up, start, start + step)
        for row, factor in enumerate(rng.permutation(factors), start=1):
            path[row] = path[row - 1]
            path[row, factor] = start[factor] + step if up[factor] else start[factor]
    return points


def morris_effects(points: ArrayLike, outputs: ArrayLike) -> Effects:
    """Return the elementary effects of trajectories.

    points
        (trajectories, d + 1, d) as `morris_points` returns them.
    outputs
        (trajectories, d + 1) the output at each point.

    Raises ValueError where the shapes do not fit, or two neighbours differ in other than one factor.
    """
    x, y = np.asarray(points, dtype=np.float64), np.asarray(outputs, dtype=np.float64)
    if x.ndim != 3 or x.shape[1] != x.shape[2] + 1 or y.shape != x.shape[:2]:
        raise ValueError(f"points of shape {x.shape} do not fit outputs of shape {y.shape}")
    moves, gains = np.diff(x, axis=1), np.diff(y, axis=1)
    if not np.all((moves != 0).sum(axis=2) == 1):
        raise ValueError("neighbours of a trajectory differ in one factor")
    moved = np.abs(moves).argmax(axis=2)
    effects = np.empty((x.shape[0], x.shape[2]))
    for path in range(x.shape[0]):
        for k, factor in enumerate(moved[path]):
            effects[path, factor] = gains[path, k] / moves[path, k, factor]
    spread = effects.std(axis=0, ddof=1) if len(effects) > 1 else np.full(x.shape[2], np.nan)
    return Effects(effects.mean(axis=0), np.abs(effects).mean(axis=0), spread)
