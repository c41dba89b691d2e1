"""Layout of a map sheet: paper, scale, the frame of the map and its grid; the same for all levels of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, radians, sin
from typing import Literal

from shapely import Polygon, affinity, unary_union

from drillsim.plan.model import FloorPlan
from drillsim.plan.outlines import floor_of

PAPERS_IN = {"letter": (11.0, 8.5), "a3": (16.54, 11.69)}
"""Longer and shorter side of each paper, inches."""
FOOT_M = 0.3048
INCH_M = 0.0254
EDGE_IN, HEAD_IN, FOOT_IN, LETTERS_IN = 0.35, 0.5, 0.9, 0.2
"""Free edge, heights of head and foot, and width of the letters and numbers beside the map, inches."""
AROUND_IN = 0.4
"""Room for the numbers of outer doors around the building, inches."""
LEAST_SQUARE_IN = 0.8
"""Least side of a square of the grid on paper, inches."""
SCALES_US = (10, 16, 20, 30, 32, 40, 50, 60, 80, 100, 120, 160, 200, 300, 400, 600, 1000, 2000, 5000)
"""Feet per inch to choose from."""
SCALES_METRIC = (
    50,
    75,
    100,
    125,
    150,
    200,
    250,
    300,
    400,
    500,
    600,
    750,
    1000,
    1250,
    1500,
    2000,
    3000,
    5000,
    10000,
    25000,
)
"""Denominators to choose from."""
SQUARES_US = (5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)
SQUARES_METRIC = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000)
Units = Literal["us", "metric"]
XY = tuple[float, float]


@dataclass(frozen=True)
class MapLayout:
    """One layout.

    paper_in
        Width and height of the sheet, inches.
    metres_per_inch
        Scale.
    words
        The scale in words, such as '1 in = 40 ft'.
    square_m, square_words
        Side of a square of the grid.
    wide_m, tall_m
        Width and height of the map; the last squares to the right and below may be cut.
    west, north
        Corner of the map at its top left, metres of the turned plan.
    turn_deg
        Degrees counterclockwise by which the plan is turned so that true north is up.
    """

    paper_in: XY
    metres_per_inch: float
    words: str
    square_m: float
    square_words: str
    wide_m: float
    tall_m: float
    west: float
    north: float
    turn_deg: float
    units: Units

    @property
    def map_in(self) -> XY:
        """Width and height of the map, inches."""
        return self.wide_m / self.metres_per_inch, self.tall_m / self.metres_per_inch

    @property
    def columns(self) -> list[XY]:
        """West and east side of each column of squares, metres."""
        return [(self.west + a, self.west + b) for a, b in _pieces(self.wide_m, self.square_m)]

    @property
    def rows(self) -> list[XY]:
        """North and south side of each row of squares, metres."""
        return [(self.north - a, self.north - b) for a, b in _pieces(self.tall_m, self.square_m)]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the map, metres of the turned plan."""
        return self.west, self.north - self.tall_m, self.west + self.wide_m, self.north

    def turned(self, floor: Polygon) -> Polygon:
        """Return a shape of the plan with true north up."""
        return affinity.rotate(floor, self.turn_deg, origin=(0, 0))

    def point(self, xy: Sequence[float]) -> XY:
        """Return a point of the plan with true north up."""
        c, s = cos(radians(self.turn_deg)), sin(radians(self.turn_deg))
        return float(c * xy[0] - s * xy[1]), float(s * xy[0] + c * xy[1])

    def square(self, xy: XY) -> str:
        """Return the square of the grid that holds a point of the turned plan, such as 'C4'; '' for a point beyond the map."""
        west, south, east, north = self.bounds
        if not (west <= xy[0] <= east and south <= xy[1] <= north):
            return ""
        column, row = int((xy[0] - self.west) // self.square_m), int((self.north - xy[1]) // self.square_m)
        return f"{letters(min(column, len(self.columns) - 1))}{min(row, len(self.rows) - 1) + 1}"


def _pieces(length: float, side: float) -> list[XY]:
    """Return a length cut into sides from its beginning; a rest below a fifth of a side belongs to the last."""
    count = max(1, ceil(length / side - 0.2))
    return [(k * side, (k + 1) * side if k < count - 1 else length) for k in range(count)]


def letters(number: int) -> str:
    """Return the letters of a column: A to Z, then AA, AB and so on."""
    text = ""
    number += 1
    while number > 0:
        number, digit = divmod(number - 1, 26)
        text = chr(65 + digit) + text
    return text


def layout_of(plan: FloorPlan, *, paper: str, units: Units) -> MapLayout:
    """Return the layout for the inside of a building: the largest scale of the list at which it fits, upright or across."""
    indoors = [s for s in plan.spaces if s.use != "outdoors"] or list(plan.spaces)
    shapes = [floor_of(s.polygon, s.holes) for s in indoors]
    turned = affinity.rotate(unary_union(shapes), plan.grid_north_deg, origin=(0, 0))
    long_in, short_in = PAPERS_IN[paper]
    tries = [
        _fitted(turned.bounds, sheet, scale, plan.grid_north_deg, units)
        for scale in (SCALES_US if units == "us" else SCALES_METRIC)
        for sheet in ((long_in, short_in), (short_in, long_in))
    ]
    return next((found for found in tries if found is not None), None) or _last(
        turned.bounds, (long_in, short_in), plan.grid_north_deg, units
    )


def _last(bounds: tuple[float, float, float, float], sheet: XY, turn: float, units: Units) -> MapLayout:
    """Return a layout at whatever scale a site larger than the list needs."""
    scale = (SCALES_US if units == "us" else SCALES_METRIC)[-1]
    while (found := _fitted(bounds, sheet, scale, turn, units)) is None:
        scale *= 2
    return found


def _fitted(
    bounds: tuple[float, float, float, float], sheet: XY, scale: int, turn: float, units: Units
) -> MapLayout | None:
    """Return the layout on a sheet at a scale; None where the building does not fit."""
    per_inch = scale * FOOT_M if units == "us" else scale * INCH_M
    unit_m, word = (FOOT_M, "ft") if units == "us" else (1.0, "m")
    squares = SQUARES_US if units == "us" else SQUARES_METRIC
    side = next((k for k in squares if k * unit_m / per_inch >= LEAST_SQUARE_IN), None)
    side = side or ceil(LEAST_SQUARE_IN * per_inch / unit_m)
    square_m = side * unit_m
    around = AROUND_IN * per_inch
    wide, tall = bounds[2] - bounds[0] + 2 * around, bounds[3] - bounds[1] + 2 * around
    free = (sheet[0] - 2 * (EDGE_IN + LETTERS_IN), sheet[1] - 2 * (EDGE_IN + LETTERS_IN) - HEAD_IN - FOOT_IN)
    if wide / per_inch > free[0] or tall / per_inch > free[1]:
        return None
    middle = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    words = f"1 in = {scale:,} ft" if units == "us" else f"1:{scale:,}"
    return MapLayout(
        sheet, per_inch, words, square_m, f"{side:,} {word}", wide, tall,
        middle[0] - wide / 2, middle[1] + tall / 2, turn, units,
    )  # fmt: skip


__all__ = ["EDGE_IN", "FOOT_IN", "HEAD_IN", "LETTERS_IN", "PAPERS_IN", "MapLayout", "layout_of", "letters"]
