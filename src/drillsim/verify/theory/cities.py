"""Published examples of the hypercube model: call rates, preferences, service rates, travel times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class City:
    """Atoms with their calls and preferences, units with their service rates, and t_nj where it is known."""

    calls: tuple[float, ...]
    preference: tuple[tuple[int, ...], ...]
    service: tuple[float, ...]
    travel: tuple[tuple[float, ...], ...] = ()


QUIZ_SOURCE = "MIT 1.203J, quiz 2 of 2001, problem 1, with its solution"
CITY_SOURCE = "Larson and Odoni, Urban Operations Research, section 5.3.3"
THREE_SOURCE = "Larson and Odoni, Urban Operations Research, section 5.4.3"

QUIZ = City(
    calls=(1.0, 1.0),
    preference=((0, 1), (1, 0)),
    service=(2.0, 2.0),
    travel=((2 / 3, 4 / 3), (4 / 3, 2 / 3)),
)
"""Two patrols, each anywhere in its own square mile of a 1 by 2 mile region; miles along the axes.

Within a square the mean distance is 1/3 + 1/3, to the other square 1 + 1/3; travel takes next to no time at 1,000 mph.
"""

THREE = City(
    calls=(0.50, 0.25, 0.35, 0.40),
    preference=((0, 1, 2), (0, 2, 1), (1, 0, 2), (2, 0, 1)),
    service=(1.0, 1.0, 1.0),
)
"""The three-server city, its ten atoms put together by their preferences.

The rates of the atoms stand in a figure that was not to be had. Known from the text: unit 1 has half of the calls, unit 2
backs its atoms 1 and 2, unit 3 its atom 4, and unit 1 backs everybody else. This split is the only one on a grid of
0.01 that gives the three published workloads to four decimals.
"""


def rectangular_city(boundary_mi: float) -> City:
    """Return the city of 2 by 1 miles with unit 1 at x = 0.75 and unit 2 at x = -0.25, x from -1 to 1.

    Half of the 5/4 calls per service time lie evenly east of unit 1, the other half evenly west of it. Travel counts
    east and west only.

    boundary_mi
        w, miles from unit 1 west to the line between the two areas, 0 to 1.
    """
    east, west = 0.25, 1.75
    w, gap = boundary_mi, 1 - boundary_mi
    share = 0.5 + 0.5 * w / west
    own_1 = (0.5 * east / 2 + 0.5 / west * w * w / 2) / share
    far_1 = w + (west - w) / 2
    own_2 = (0.75**2 / 2 + gap**2 / 2) / (west - w)
    far_2 = (0.5 * (1 + east / 2) + 0.5 / west * w * (gap + 1) / 2) / share
    return City(
        calls=(1.25 * share, 1.25 * (1 - share)),
        preference=((0, 1), (1, 0)),
        service=(1.0, 1.0),
        travel=((own_1, far_1), (far_2, own_2)),
    )


def square_mile_grid(cells: int) -> Floats:
    """Return the mean distance in miles along the axes between the cells of two squares side by side.

    Shape (2 cells^2, 2 cells^2), cells of the western square first. Two points in one column of cells lie 1/3 of its
    width apart in the mean, points of other columns as far as their middles; so too for rows. Sums over it are exact.
    """
    width = 1 / cells
    column, row = (a.ravel() for a in np.meshgrid(np.arange(2 * cells), np.arange(cells), indexing="ij"))
    apart = [np.abs(at[:, None] - at[None, :]) for at in (column, row)]
    return np.asarray(sum(np.where(steps == 0, 1 / 3, steps) for steps in apart) * width)
