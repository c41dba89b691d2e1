"""Closed outlines of loose lines: ends that nearly meet are joined, every gap told with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import LineString, Point, Polygon

XY = tuple[float, float]
TOLD_M = 0.001
"""Gap in m below which ends meet, so that nothing is told. Source: assumption A:plan.tolerances."""


@dataclass(frozen=True)
class Gap:
    """Two ends that do not meet."""

    point: XY
    size_m: float


@dataclass(frozen=True)
class Outlines:
    """What loose lines enclose."""

    faces: tuple[Polygon, ...]
    """Every face of the arrangement of the lines."""
    closed: tuple[Gap, ...]
    """Gaps that were closed."""
    open_ends: tuple[Gap, ...]
    """Ends that lead nowhere, each with the distance to the nearest other line or end."""


def outlines_of(lines: Sequence[Sequence[XY]], snap_m: float) -> Outlines:
    """Return the faces that lines enclose once ends that lie within `snap_m` of each other or of another line are joined."""
    drawn = [list(map(_xy, line)) for line in lines if len(line) > 1]
    drawn = [line for line in drawn if any(p != line[0] for p in line[1:])]
    if not drawn:
        return Outlines((), (), ())
    gaps = _join_ends(drawn, snap_m) + _reach_lines(drawn, snap_m)
    whole = shapely.union_all([LineString(p) for line in drawn for p in pairwise(line) if p[0] != p[1]])
    faces, _, dangles, _ = shapely.polygonize_full([whole])
    polygons = tuple(p for p in shapely.get_parts(faces) if isinstance(p, Polygon) and p.area > 0)
    return Outlines(polygons, tuple(gaps), tuple(_open_ends(list(shapely.get_parts(dangles)), whole)))


def _xy(point: Sequence[float]) -> XY:
    return float(point[0]), float(point[1])


def _join_ends(lines: list[list[XY]], snap_m: float) -> list[Gap]:
    """Move ends to the first end within the snap, in place; return the gaps that this closes."""
    ends = [(i, k) for i in range(len(lines)) for k in (0, -1)]
    points = np.array([lines[i][k] for i, k in ends])
    tree = cKDTree(points)
    seed = np.full(len(ends), -1)
    gaps = []
    for n in range(len(ends)):
        if seed[n] >= 0:
            continue
        for m in sorted(tree.query_ball_point(points[n], max(snap_m, TOLD_M))):
            if seed[m] >= 0 or (m != n and ends[m][0] == ends[n][0] and len(lines[ends[n][0]]) == 2):
                continue  # the two ends of one short line stay apart
            seed[m] = n
            size = float(np.hypot(*(points[m] - points[n])))
            if m != n:
                i, k = ends[m]
                lines[i][k] = _xy(points[n])
                if size > TOLD_M:
                    gaps.append(Gap(_xy(points[n]), size))
    return gaps


def _reach_lines(lines: list[list[XY]], snap_m: float) -> list[Gap]:
    """Lengthen single ends to a line that passes within the snap, in place; return the gaps that this closes."""
    pieces = [LineString(p) for line in lines for p in pairwise(line) if p[0] != p[1]]
    if not pieces:
        return []
    tree = shapely.STRtree(pieces)
    count: dict[XY, int] = {}
    for line in lines:
        for end in (line[0], line[-1]):
            count[end] = count.get(end, 0) + 1
    gaps = []
    for line in lines:
        for k in (0, -1):
            end = line[k]
            if count[end] > 1:
                continue
            near = [pieces[int(j)] for j in tree.query(Point(end), predicate="dwithin", distance=snap_m)]
            others = [p for p in near if end not in p.coords]
            if others and not any(p.distance(Point(end)) <= 1e-9 for p in others):
                best = min(others, key=lambda p: float(p.distance(Point(end))))
                to = best.interpolate(best.project(Point(end)))
                at = (float(to.x), float(to.y))
                size = hypot(at[0] - end[0], at[1] - end[1])
                beyond = (at[0] + (at[0] - end[0]) * 1e-6, at[1] + (at[1] - end[1]) * 1e-6)
                line.insert(len(line) if k else 0, beyond)
                if size > TOLD_M:
                    gaps.append(Gap(end, size))
    return gaps


def _open_ends(dangles: Sequence[LineString], whole: shapely.Geometry) -> list[Gap]:
    """Return the ends of lines that enclose nothing, with the distance to the nearest other such end."""
    meet = Counter(_xy(line.coords[k]) for line in shapely.get_parts(whole) for k in (0, -1))
    ends = [e for line in dangles for e in (_xy(line.coords[0]), _xy(line.coords[-1])) if meet[e] == 1]
    if len(ends) < 2:
        return []
    away = np.asarray(cKDTree(np.array(ends)).query(np.array(ends), k=2)[0])
    return [Gap(end, float(size)) for end, size in zip(ends, away[:, 1], strict=True)]
