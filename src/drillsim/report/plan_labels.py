"""Placement of texts in the spaces of a plan figure: the largest text that fits, at the first point where it fits."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from shapely import Point, Polygon, box, maximum_inscribed_circle
from shapely.geometry.base import BaseGeometry

from drillsim.plan.model import Opening, Space

SIZES_PT = (9.0, 8.0, 7.0, 6.0, 5.2)
"""Sizes of the texts in spaces, largest first."""


@dataclass(frozen=True)
class Scale:
    """Drawing scale: inches on paper per metre of building."""

    inches_per_m: float

    def text_m(self, lines: Sequence[str], size_pt: float) -> tuple[float, float]:
        """Return width and height, in metres of the plan, of lines of text in DejaVu Sans, rounded up."""
        em_m = size_pt / 72 / self.inches_per_m
        return max(map(len, lines)) * 0.66 * em_m, len(lines) * 1.25 * em_m


def write_first_that_fits(
    axes: Axes,
    tries: Sequence[tuple[float, list[str], bool]],
    spots: Sequence[tuple[float, float]],
    room: BaseGeometry,
    colour: str,
    scale: Scale,
) -> None:
    """Write the first text that fits at one of the points into the free part of a space; nothing where none fits."""
    for size, lines, turned in tries:
        w, h = scale.text_m(lines, size)[:: -1 if turned else 1]
        for x, y in spots:
            if room.covers(box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)):
                axes.text(
                    x, y, "\n".join(lines), ha="center", va="center", fontsize=size, rotation=90 if turned else 0,
                    color=colour, linespacing=1.1, zorder=3,
                )  # fmt: skip
                return


def texts_to_try(space: Space, value: str) -> list[tuple[float, list[str], bool]]:
    """Return the texts to try for a space, in order of preference: size in points, lines, and whether turned upright."""
    name = re.sub(r", (first|second|third) floor$", "", space.name)
    coded = re.match(r"(Room|Stair) (\S+)", name)
    short = coded[2] if coded else name
    below = [value] if value else []
    forms = [[*textwrap.wrap(short, 14), *below], [short, *below], [f"{short}  {value}".strip()]]
    tries = [(size, lines, turned) for size in SIZES_PT for lines in forms for turned in (False, True)]
    return tries + [(size, [word], False) for word in (value, short) if word for size in SIZES_PT]


def ink_on(fill: tuple[float, ...]) -> str:
    """Return black or white, whichever reads better on a fill, by its luma (ITU-R BT.601)."""
    return "white" if 0.299 * fill[0] + 0.587 * fill[1] + 0.114 * fill[2] < 0.55 else "black"


def points_to_try(floor: Polygon) -> list[tuple[float, float]]:
    """Return candidate points for the middle of a text: centroid, centre of the largest circle, and points along the
    longer side."""
    middle = floor.centroid
    roomy = maximum_inscribed_circle(floor).coords[0]
    x0, y0, x1, y1 = floor.bounds
    along = [0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2]
    spots = [(middle.x, middle.y), (roomy[0], roomy[1])]
    level = [(x0 + (x1 - x0) * a, y) for a in along for y in (middle.y, roomy[1])]
    upright = [(x, y0 + (y1 - y0) * a) for a in along for x in (middle.x, roomy[0])]
    grid = [(x0 + (x1 - x0) * a, y0 + (y1 - y0) * b) for b in (0.8, 0.2, 0.65, 0.35) for a in along]
    spots += [*level, *upright, *grid] if x1 - x0 > y1 - y0 else [*upright, *level, *grid]
    return [(float(x), float(y)) for x, y in spots]


def beyond(opening: Opening, floor: Polygon, by_m: float) -> tuple[float, float]:
    """Return the point `by_m` metres outside an exit, on the normal of its threshold."""
    (x0, y0), (x1, y1) = opening.line
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    mx, my = opening.middle
    nx, ny = (y1 - y0) / length, (x0 - x1) / length
    sign = -1.0 if floor.covers(Point(mx + 0.5 * nx, my + 0.5 * ny)) else 1.0
    return mx + sign * by_m * nx, my + sign * by_m * ny
