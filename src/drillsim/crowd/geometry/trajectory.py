"""Where everybody was when: corners of movement in time, for the replay of a drill."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import hypot

from drillsim.crowd.geometry.polyline import Corners


@dataclass
class Track:
    """One walk on one level: times in seconds, x and y in metres, one entry per corner or halt."""

    number: int
    """Person, or unit after the persons."""
    level: int
    times_s: list[float] = field(default_factory=list)
    xs: list[float] = field(default_factory=list)
    ys: list[float] = field(default_factory=list)


class Tracks:
    """The walks of a drill, in the order in which they began."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self._open: dict[int, Track] = {}
        self._last: dict[int, tuple[Corners, float]] = {}

    def note(self, p: int, level: int, now_s: float, corners: Corners, at_m: float) -> None:
        """Note that somebody is now `at_m` metres along a polyline; corners passed meanwhile get their times."""
        track = self._open.get(p)
        if track is None or track.level != level:
            track = self._open[p] = Track(p, level)
            self.tracks.append(track)
        before = self._last.get(p)
        if before is not None and before[0] == corners and at_m > before[1] and track.times_s:
            from_m, since, reached = before[1], track.times_s[-1], 0.0
            for a, b in pairwise(corners[:-1]):
                reached += hypot(b[0] - a[0], b[1] - a[1])
                if from_m < reached < at_m:
                    _add(track, since + (now_s - since) * (reached - from_m) / (at_m - from_m), b)
        _add(track, now_s, _point(corners, at_m))
        self._last[p] = (corners, at_m)


def _add(track: Track, time_s: float, point: tuple[float, float]) -> None:
    if track.times_s and (track.times_s[-1], track.xs[-1], track.ys[-1]) == (time_s, *point):
        return
    track.times_s.append(time_s)
    track.xs.append(point[0])
    track.ys.append(point[1])


def _point(corners: Corners, at_m: float) -> tuple[float, float]:
    left = at_m
    for a, b in pairwise(corners):
        length = hypot(b[0] - a[0], b[1] - a[1])
        if left < length:
            share = max(left, 0.0) / length
            return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
        left -= length
    return corners[-1]
