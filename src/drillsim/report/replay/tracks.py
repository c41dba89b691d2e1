"""Tracks: for each person, unit and incident of a drill, where it is at every time, joined from legs and whereabouts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from drillsim.record import events as ev
from drillsim.record.trace import Event, Leg, Trace

LEAVES = frozenset({ev.OUT, ev.OUT_AGAIN, ev.GONE_HOME, ev.LEFT})
"""Events after which a person or unit is not on the plan, unless a later leg brings it back."""
LOST_M = 0.01
"""A corner goes where those beside it tell it to within this."""
NEAR_M, NEAR_S = 0.005, 0.05
"""Legs that begin so near to the end of the one before are one stretch."""


@dataclass(frozen=True)
class Stretch:
    """A time on one level, corner by corner: at constant speed from each to the next.

    goes
        Whether nobody is there after the last corner; else it stays there until the next stretch.
    """

    level: str
    times_s: tuple[float, ...]
    x_m: tuple[float, ...]
    y_m: tuple[float, ...]
    goes: bool = False


@dataclass(frozen=True)
class ReplayTrack:
    """All stretches of one person, unit or incident, in order of time."""

    who: str
    stretches: tuple[Stretch, ...]

    def at(self, time_s: float) -> tuple[str, float, float] | None:
        """Return level and point at a time; None before the first corner, and where it is not on the plan."""
        now = next((s for s in reversed(self.stretches) if s.times_s[0] <= time_s), None)
        if now is None or (now.goes and time_s > now.times_s[-1]):
            return None
        i = sum(t <= time_s for t in now.times_s) - 1
        if i == len(now.times_s) - 1:
            return now.level, now.x_m[i], now.y_m[i]
        span = now.times_s[i + 1] - now.times_s[i]
        share = (time_s - now.times_s[i]) / span if span > 0.0 else 1.0
        return (
            now.level,
            now.x_m[i] + (now.x_m[i + 1] - now.x_m[i]) * share,
            now.y_m[i] + (now.y_m[i + 1] - now.y_m[i]) * share,
        )


def tracks_of(trace: Trace) -> tuple[list[ReplayTrack], list[ReplayTrack], list[ReplayTrack]]:
    """Return the tracks of people, of units and of incidents; units and incidents in order of their first corner."""
    legs: dict[str, list[Leg]] = {}
    for leg in sorted((*trace.whereabouts, *trace.legs), key=lambda leg: leg.times_s[0]):
        legs.setdefault(leg.who, []).append(leg)
    left = _departures(trace.events)
    incidents = {str(row["incident"]) for row in trace.rows} | {e.incident for e in trace.events if e.what == ev.ONSET}
    tracks = [ReplayTrack(who, _stretches(mine, left.get(who, ()))) for who, mine in legs.items()]
    people = [t for t in tracks if t.who.startswith("person-") and t.who not in incidents]
    places = [t for t in tracks if t.who in incidents]
    apart = {t.who for t in (*people, *places)}
    return people, [t for t in tracks if t.who not in apart], places


def simplified(track: ReplayTrack) -> ReplayTrack:
    """Return a track without the corners that its neighbours tell, to LOST_M at the time of each."""
    return ReplayTrack(track.who, tuple(map(_with_fewest_corners, track.stretches)))


def _with_fewest_corners(stretch: Stretch) -> Stretch:
    """Return a stretch with the corners kept greedily, each as far from the one before as LOST_M allows."""
    corners = list(zip(stretch.times_s, stretch.x_m, stretch.y_m, strict=True))
    kept, last = [0], len(corners) - 1
    while kept[-1] < last:
        end = kept[-1] + 1
        while end < last and _tells(corners[kept[-1] : end + 2]):
            end += 1
        kept.append(end)
    times, xs, ys = zip(*(corners[k] for k in kept), strict=True)
    return Stretch(stretch.level, times, xs, ys, goes=stretch.goes)


def _tells(corners: Sequence[tuple[float, float, float]]) -> bool:
    """Return whether the first and the last of some corners tell where all between are."""
    (t0, x0, y0), (t1, x1, y1) = corners[0], corners[-1]
    if t1 <= t0:
        return False
    return all(
        hypot(x0 + (x1 - x0) * (t - t0) / (t1 - t0) - x, y0 + (y1 - y0) * (t - t0) / (t1 - t0) - y) <= LOST_M
        for t, x, y in corners[1:-1]
    )


def _departures(events: Iterable[Event]) -> Mapping[str, Sequence[float]]:
    found: dict[str, list[float]] = {}
    for event in events:
        if event.what in LEAVES:
            found.setdefault(event.who, []).append(event.time_s)
    return found


def _stretches(legs: Sequence[Leg], left_s: Sequence[float]) -> tuple[Stretch, ...]:
    """Return the stretches of legs in order of time; one that ends in a departure lasts until it."""
    found: list[Stretch] = []
    for leg in legs:
        before = found[-1] if found else None
        if before is not None and _goes_on(before, leg):
            found[-1] = Stretch(leg.level, before.times_s + leg.times_s, before.x_m + leg.x_m, before.y_m + leg.y_m)
        else:
            found.append(Stretch(leg.level, leg.times_s, leg.x_m, leg.y_m))
    for i, stretch in enumerate(found):
        last_s, next_s = stretch.times_s[-1], found[i + 1].times_s[0] if i + 1 < len(found) else float("inf")
        gone_s = next((t for t in left_s if last_s - NEAR_S <= t <= next_s), None)
        if gone_s is not None:
            found[i] = Stretch(
                stretch.level, (*stretch.times_s, max(gone_s, last_s)), (*stretch.x_m, stretch.x_m[-1]),
                (*stretch.y_m, stretch.y_m[-1]), goes=True,
            )  # fmt: skip
    return tuple(found)


def _goes_on(before: Stretch, leg: Leg) -> bool:
    """Return whether a leg goes on where a stretch ends, at once or after a stay there."""
    near = abs(before.x_m[-1] - leg.x_m[0]) <= NEAR_M and abs(before.y_m[-1] - leg.y_m[0]) <= NEAR_M
    return before.level == leg.level and near
