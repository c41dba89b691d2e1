"""Spaces of one level as shapes: which holds a point, and which two a threshold stands between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import hypot

import shapely
from shapely import LineString, MultiPolygon, Point, Polygon

XY = tuple[float, float]
DEPTHS_M = (0.10, 0.25, 0.45)
"""Distances beyond the face of a wall at which a room is looked for, m. Source: A:import.probe."""
ALONG = (0.5, 0.25, 0.75)
"""Shares of a threshold at which it is looked, the middle first."""


class SpaceShapes:
    """Spaces of one level by id, with their shapes."""

    def __init__(self, shapes: Mapping[str, Polygon | MultiPolygon]) -> None:
        """Index the shapes of some spaces."""
        self.ids = list(shapes)
        self.shapes = list(shapes.values())
        self._tree = shapely.STRtree(self.shapes)

    def shape(self, id_: str) -> Polygon | MultiPolygon:
        """Return the shape of a space."""
        return self.shapes[self.ids.index(id_)]

    def replace(self, id_: str, shape: Polygon) -> None:
        """Take a part of a space for it, such as its floor less an exit area."""
        self.shapes[self.ids.index(id_)] = shape

    def holding(self, xy: XY) -> str | None:
        """Return the space that holds a point; the smallest where several do, None where none does."""
        point = Point(xy)
        found = [int(i) for i in self._tree.query(point) if self.shapes[int(i)].intersects(point)]
        return min((self.ids[i] for i in found), key=lambda s: float(self.shape(s).area), default=None)

    def near(self, xy: XY, most_m: float) -> str | None:
        """Return the space nearest to a point, None where all are farther than `most_m`."""
        if not self.ids:
            return None
        point = Point(xy)
        i = int(self._tree.nearest(point))
        return self.ids[i] if self.shapes[i].distance(point) <= most_m else None

    def beside(self, line: Sequence[XY], depth_m: float = 0.0) -> tuple[str | None, str | None]:
        """Return the spaces on the two sides of a threshold in a wall of some depth, None where none is found."""
        left, right = (self._on_side(line, depth_m / 2, sign) for sign in (1.0, -1.0))
        return left, right

    def _on_side(self, line: Sequence[XY], half_m: float, sign: float) -> str | None:
        for depth in DEPTHS_M:
            for point in beyond(line, sign * (half_m + depth)):
                found = self.holding(point)
                if found is not None:
                    return found
        return None


def beyond(line: Sequence[XY], metres: float) -> Iterator[XY]:
    """Yield points beside a line, to its left where `metres` is positive."""
    (x0, y0), (x1, y1) = line[0], line[-1]
    length = hypot(x1 - x0, y1 - y0) or 1.0
    nx, ny = -(y1 - y0) / length, (x1 - x0) / length
    for t in ALONG:
        yield x0 + t * (x1 - x0) + metres * nx, y0 + t * (y1 - y0) + metres * ny


def long_axis(shape: Polygon) -> tuple[tuple[XY, XY], float]:
    """Return the middle line of a shape's least rectangle along its longer sides, and the length of the shorter ones."""
    return axes(shape)[0]


def axes(shape: Polygon) -> list[tuple[tuple[XY, XY], float]]:
    """Return both middle lines of a shape's least rectangle, the longer first, each with the rectangle's size across it."""
    box = shapely.minimum_rotated_rectangle(shape)
    if not isinstance(box, Polygon):
        a, b = box.coords[0], box.coords[-1]
        return [(((float(a[0]), float(a[1])), (float(b[0]), float(b[1]))), 0.0)]
    c = [(float(x), float(y)) for x, y in box.exterior.coords][:4]
    mid = [((c[i][0] + c[(i + 1) % 4][0]) / 2, (c[i][1] + c[(i + 1) % 4][1]) / 2) for i in range(4)]
    both = [
        ((mid[0], mid[2]), LineString([mid[1], mid[3]]).length),
        ((mid[1], mid[3]), LineString([mid[0], mid[2]]).length),
    ]
    return sorted(both, key=lambda axis: axis[1])
