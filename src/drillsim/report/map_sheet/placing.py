"""Placing of texts on a map sheet, none over another; what finds no room gets a number that the foot of the sheet explains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import atan2, degrees
from typing import Any

import shapely
from matplotlib.axes import Axes
from shapely import Polygon, STRtree, affinity, box
from shapely.geometry.base import BaseGeometry

from drillsim.report.plan_labels import Scale

XY = tuple[float, float]
_WIDER = frozenset({"fontweight", "bbox"})
_GROWN = {frozenset({"fontweight"}): 1.15, _WIDER: 1.5}
"""How much more room bold texts take, and bold ones in a frame."""


class Placed:
    """Texts and symbols of one map so far, as boxes in metres of the turned plan."""

    def __init__(self, axes: Axes, metres_per_inch: float, frame: BaseGeometry) -> None:
        self._axes, self.scale, self._frame = axes, Scale(1.0 / metres_per_inch), frame
        self._boxes: list[BaseGeometry] = []

    def is_free(self, area: BaseGeometry) -> bool:
        """Return whether an area is inside the map and nothing stands there."""
        if not self._frame.covers(area):
            return False
        return not self._boxes or not len(STRtree(self._boxes).query(area, predicate="intersects"))

    def take(self, area: BaseGeometry) -> None:
        """Keep an area free of what comes later."""
        self._boxes.append(area)

    def write(
        self,
        lines: Sequence[str],
        size_pt: float,
        spots: Iterable[tuple[XY, float]],
        *,
        within: BaseGeometry | None,
        **ink: Any,
    ) -> bool:
        """Write lines at the first of some spots, each a point and degrees, where they are free; return whether they stand.

        within
            Shape that the text must not leave; None for none.
        """
        for (x, y), angle in spots:
            area = self._area(lines, size_pt * _GROWN.get(frozenset(ink) & _WIDER, 1.0), (x, y), angle)
            if (within is None or within.covers(area)) and self.is_free(area):
                self.take(area)
                self._axes.text(
                    x, y, "\n".join(lines), fontsize=size_pt, rotation=angle, rotation_mode="anchor", ha="center",
                    va="center", linespacing=1.1, zorder=8, **ink,
                )  # fmt: skip
                return True
        return False

    def _area(self, lines: Sequence[str], size_pt: float, at: XY, angle: float) -> BaseGeometry:
        w, h = self.scale.text_m(lines, size_pt)
        return affinity.rotate(box(at[0] - w / 2, at[1] - h / 2, at[0] + w / 2, at[1] + h / 2), angle, origin=at)


def angles_of(floor: Polygon) -> list[float]:
    """Return degrees at which a text may run in a room: level, along its longer side, across it, upright."""
    corners = shapely.get_coordinates(floor.minimum_rotated_rectangle).tolist()
    sides = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(corners[:3])]
    dx, dy = max(sides, key=lambda v: v[0] ** 2 + v[1] ** 2)
    along = (degrees(atan2(dy, dx)) + 90.0) % 180.0 - 90.0
    across = (along + 180.0) % 180.0 - 90.0
    found = [0.0]
    for angle in (along, across, 90.0):
        upright = 90.0 if abs(angle + 90.0) < 0.5 else angle
        if all(abs(upright - k) > 0.5 for k in found):
            found.append(upright)
    return found


__all__ = ["Placed", "angles_of"]
