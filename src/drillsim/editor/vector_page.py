"""Lines of a page of a PDF, and the closed outlines that they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import hypot
from typing import Any

import shapely

from drillsim.plan.outlines import clean_ring

MOST_LINES = 4000
"""Largest number of lines that are offered to snap to, the longest first."""
MOST_LOOPS = 400
"""Largest number of outlines that are offered as rooms, the largest first."""
SHORTEST_PX = 6.0
"""Shorter lines are letters and hatching, pixels of the drawn page."""
SMALLEST_LOOP_PX2 = 900.0
"""Smaller outlines are symbols, pixels of the drawn page."""
FRAME = 0.8
"""An outline around more than this share of the page is its frame."""
STRAIGHT_PX = 0.05
"""Corners that lie closer than this to a straight wall are left out, pixels."""
JOINED_PX = 1.0
"""Ends closer than this are one point, pixels."""


def segments_of(drawn: Iterable[Mapping[str, Any]], scale: float) -> list[list[float]]:
    """Return the straight lines of lines, rectangles and curves of a page, [x0, y0, x1, y1] in pixels, y down, each once."""
    found: set[tuple[float, ...]] = set()
    for one in drawn:
        points = [(x * scale, y * scale) for x, y in _points(one)]
        for (x0, y0), (x1, y1) in pairwise(points):
            if hypot(x1 - x0, y1 - y0) >= SHORTEST_PX:
                a, b = sorted([(round(x0, 1), round(y0, 1)), (round(x1, 1), round(y1, 1))])
                found.add((*a, *b))
    longest = sorted(found, key=lambda s: (-hypot(s[2] - s[0], s[3] - s[1]), s))[:MOST_LINES]
    return [list(s) for s in longest]


def _points(one: Mapping[str, Any]) -> Sequence[tuple[float, float]]:
    if one.get("object_type") == "rect":
        x0, x1, top, bottom = (float(one[k]) for k in ("x0", "x1", "top", "bottom"))
        return [(x0, top), (x1, top), (x1, bottom), (x0, bottom), (x0, top)]
    points = [(float(x), float(y)) for x, y in one.get("pts") or ()]
    return [*points, points[0]] if one.get("fill") and len(points) > 2 and points[0] != points[-1] else points


def loops_of(segments: Sequence[Sequence[float]], page_px2: float) -> list[list[list[float]]]:
    """Return the closed outlines that lines make together, in pixels, but for the frame of the whole page."""
    if not segments:
        return []
    lines = [shapely.linestrings([s[:2], s[2:]]) for s in segments]
    joined = shapely.set_precision(shapely.union_all(lines), JOINED_PX)
    faces = [
        f
        for f in shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(joined))))
        if f.area >= SMALLEST_LOOP_PX2 and shapely.Polygon(f.exterior).area < FRAME * page_px2
    ]
    largest = sorted(faces, key=lambda f: (-f.area, f.bounds))[:MOST_LOOPS]
    return [
        [[round(x, 1), round(y, 1)] for x, y in clean_ring(list(f.exterior.coords)[:-1], STRAIGHT_PX)] for f in largest
    ]
