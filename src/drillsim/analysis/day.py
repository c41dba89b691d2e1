"""Workload of units over school days: time on campus, time busy with incidents, duty time kept; incidents by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from drillsim.record import events as ev
from drillsim.record.trace import Event, Value

Span = tuple[float, float]
AWAY = ("court", "training", "other-school", "off-site", "off")
"""Words of `duty` and `absent` events that say that a unit is not on campus."""


@dataclass(frozen=True)
class UnitDay:
    """Workload of one unit over one day, or the sum over several; all times in seconds.

    present_s, busy_s
        Time on campus, and the part of it from word until free or called off.
    planned_s, kept_s
        By duty: time planned on campus, and the part of it that no incident took.
    """

    unit: str
    label: str
    present_s: float
    busy_s: float
    planned_s: Mapping[str, float] = field(default_factory=dict)
    kept_s: Mapping[str, float] = field(default_factory=dict)

    @property
    def utilisation(self) -> float | None:
        """Busy time over time on campus; None for a unit that was never on campus."""
        return self.busy_s / self.present_s if self.present_s > 0 else None


def unit_days(events: Sequence[Event], *, lasts_s: float) -> list[UnitDay]:
    """Return the workload of each unit, in mix order, from the events of one day.

    lasts_s
        Length of the day in seconds; later events are cut off.

    A unit is busy from its word until it is free or called off; away with an arrested person counts as busy too.
    """
    by_unit: dict[str, list[Event]] = defaultdict(list)
    labels: dict[str, str] = {}
    for event in events:
        if event.what == ev.ROLE:
            labels[event.who] = event.why
        elif event.what in (ev.PRESENT, ev.ABSENT, ev.DUTY, ev.WORD, ev.FREE, ev.CALLED_OFF, ev.LEFT, ev.BACK):
            by_unit[event.who].append(event)
    return [_unit_day(id_, label, by_unit[id_], lasts_s) for id_, label in labels.items()]


def _unit_day(id_: str, label: str, events: Sequence[Event], lasts_s: float) -> UnitDay:
    duties = _duties(events, lasts_s)
    busy = _clipped([*_spans(events, ev.WORD, (ev.FREE, ev.CALLED_OFF)), *_spans(events, ev.LEFT, (ev.BACK,))], lasts_s)
    planned: dict[str, float] = defaultdict(float)
    kept: dict[str, float] = defaultdict(float)
    for duty, (a, b) in duties:
        planned[duty] += b - a
        kept[duty] += (b - a) - sum(_overlap((a, b), one) for one in busy)
    present = sum(b - a for _, (a, b) in duties)
    taken = sum(_overlap(span, one) for _, span in duties for one in busy)
    return UnitDay(id_, label, present, taken, dict(planned), dict(kept))


def _duties(events: Sequence[Event], lasts_s: float) -> list[tuple[str, Span]]:
    """Return each span on campus with its duty, in order of time."""
    changes = [e for e in events if e.what in (ev.PRESENT, ev.ABSENT, ev.DUTY)]
    ends = [*(e.time_s for e in changes[1:]), lasts_s]
    return [
        (e.why, (e.time_s, min(end, lasts_s)))
        for e, end in zip(changes, ends, strict=True)
        if e.what != ev.ABSENT and e.why not in AWAY and end > e.time_s
    ]


def _spans(events: Iterable[Event], begins: str, ends: tuple[str, ...]) -> list[Span]:
    """Return spans from each begin event to the next end event of the same incident; to infinity without one."""
    found: list[Span] = []
    open_: dict[str, float] = {}
    for event in events:
        if event.what == begins:
            open_.setdefault(event.incident if begins == ev.WORD else "", event.time_s)
        elif event.what in ends:
            began = open_.pop(event.incident if begins == ev.WORD else "", None)
            if began is not None:
                found.append((began, event.time_s))
    return found + [(began, float("inf")) for began in open_.values()]


def _clipped(spans: Iterable[Span], lasts_s: float) -> list[Span]:
    """Return the union of spans within the day as disjoint spans, in order of time."""
    joined: list[Span] = []
    for a, b in sorted((a, min(b, lasts_s)) for a, b in spans if a < lasts_s):
        if joined and a <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], b))
        else:
            joined.append((a, b))
    return joined


def _overlap(a: Span, b: Span) -> float:
    """Return the length of the intersection of two spans, 0 where they are disjoint."""
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0]))


def add_days(days: Iterable[Sequence[UnitDay]]) -> list[UnitDay]:
    """Return the sum of several days, unit by unit, in the order of first appearance."""
    sums: dict[str, UnitDay] = {}
    for day in days:
        for one in day:
            old = sums.get(one.unit, UnitDay(one.unit, one.label, 0.0, 0.0))
            sums[one.unit] = UnitDay(
                one.unit, one.label, old.present_s + one.present_s, old.busy_s + one.busy_s,
                _plus(old.planned_s, one.planned_s), _plus(old.kept_s, one.kept_s),
            )  # fmt: skip
    return list(sums.values())


def _plus(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, float]:
    return {key: a.get(key, 0.0) + b.get(key, 0.0) for key in (*a, *(k for k in b if k not in a))}


@dataclass(frozen=True)
class KindLine:
    """Who came first to the incidents of one kind, and how long they waited."""

    kind: str
    incidents: int
    met_by_unit: int
    """A unit of the school came first."""
    met_by_service: int
    """A service from outside came first."""
    met_by_nobody: int
    over_first: int
    """Over before anyone came; some of them met by nobody."""
    waited: int
    """Had to wait because all were busy."""
    mean_wait_s: float
    """Over those that waited; 0 where none did."""
    half_first_s: float | None
    """Half of those that somebody reached were reached by then; None where nobody reached any."""


def by_kind(rows: Iterable[Mapping[str, Value]]) -> list[KindLine]:
    """Return one line per kind, in order of first appearance, and a line 'all' where there are several kinds."""
    groups: dict[str, list[Mapping[str, Value]]] = defaultdict(list)
    for row in rows:
        groups[str(row["kind"])].append(row)
    lines = [_kind_line(kind, found) for kind, found in groups.items()]
    everything = [row for found in groups.values() for row in found]
    return [*lines, _kind_line("all", everything)] if len(lines) > 1 else lines


def _kind_line(kind: str, rows: Sequence[Mapping[str, Value]]) -> KindLine:
    first = [str(row["first_by"]) for row in rows]
    waits = [float(row["waited_s"] or 0.0) for row in rows if row["waited_s"]]
    reached = sorted(float(row["first_on_scene_s"] or 0.0) for row in rows if row["first_on_scene_s"] is not None)
    return KindLine(
        kind,
        incidents=len(rows),
        met_by_unit=first.count("unit"),
        met_by_service=len(rows) - first.count("unit") - first.count("nobody"),
        met_by_nobody=first.count("nobody"),
        over_first=sum(int(row["over_before_anyone_came"] or 0) for row in rows),
        waited=len(waits),
        mean_wait_s=sum(waits) / len(waits) if waits else 0.0,
        half_first_s=reached[(len(reached) - 1) // 2] if reached else None,
    )
