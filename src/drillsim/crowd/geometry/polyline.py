"""Polylines: their length, and the point at so many metres along one."""

from __future__ import annotations

from itertools import pairwise

from drillsim.crowd.laws import metres_between

XY = tuple[float, float]
"""x and y in metres."""
Corners = tuple[XY, ...]


def length_m(corners: Corners) -> float:
    """Return the length of a polyline in metres, as drawn in plan."""
    return sum(metres_between(*a, *b) for a, b in pairwise(corners))


def split(corners: Corners, at_m: float) -> tuple[Corners, XY, Corners]:
    """Return the corners before the point `at_m` metres along a polyline, the point, and the corners after it.

    Beyond the end the point is the last corner; before the start it is the first one.
    """
    left = at_m
    for k, (a, b) in enumerate(pairwise(corners)):
        length = metres_between(a[0], a[1], b[0], b[1])
        if left < length:
            share = max(left, 0.0) / length
            point = (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            return corners[: k + 1], point, corners[k + 1 :]
        left -= length
    return corners[:-1], corners[-1], corners[-1:]
