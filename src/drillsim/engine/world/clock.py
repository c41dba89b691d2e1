"""Clock of a drill: weekday, minute of the day, and bell periods."""

from __future__ import annotations

from dataclasses import dataclass

from drillsim.plan.model import FloorPlan, Period
from drillsim.quantities import minutes
from drillsim.record.presence import WEEKDAY, ForcedPresence
from drillsim.scenario.model import Scenario
from drillsim.scenario.vocabulary import SCHOOL_DAYS, WEEKDAYS, Weekday
from drillsim.streams.streams import Streams


@dataclass(frozen=True)
class Clock:
    """The day of a drill: its weekday, the minute of the day at which its clock shows zero, and the leading onset."""

    weekday: Weekday
    start_min: float
    plan: FloorPlan
    onset_s: float = 0.0
    """Time at which the first incident begins, on the clock of the file."""

    def minute(self, time_s: float) -> float:
        """Return the minute of the day at a time of the drill."""
        return self.start_min + time_s / 60.0

    def seconds(self, minute: float) -> float:
        """Return the time of the drill at a minute of the day."""
        return (minute - self.start_min) * 60.0

    def bells(self) -> list[int]:
        """Return the minutes of the day at which a bell period begins or ends, in order."""
        return sorted({minutes(t) for p in self.plan.timetable for t in (p.from_, p.to)})

    def period(self, time_s: float) -> Period | None:
        """Return the bell period at a time of the drill, None between periods."""
        now = self.minute(time_s)
        return next((p for p in self.plan.timetable if minutes(p.from_) <= now < minutes(p.to)), None)


def weekday_of(scenario: Scenario, streams: Streams) -> Weekday:
    """Return the weekday of one drill, as the scenario says, or drawn by drill.

    Whole days follow each other from Monday to Friday, the replication being the number of the day.
    """
    if scenario.weekday is not None:
        return scenario.weekday
    if scenario.demand is not None:
        return SCHOOL_DAYS[streams.replication % len(SCHOOL_DAYS)]
    return SCHOOL_DAYS[int(streams.uniform("day.weekday", "school") * len(SCHOOL_DAYS))]


def forced_weekday(presence: ForcedPresence) -> Weekday | None:
    """Return the weekday that a drill is forced to, None for none."""
    return next((day for day in WEEKDAYS if day == presence.get(WEEKDAY)), None)


def clock_of(scenario: Scenario, plan: FloorPlan, streams: Streams, *, weekday: Weekday | None = None) -> Clock:
    """Return the day of one drill: weekday and time of day as the scenario says, or drawn by drill.

    The time of day, drawn or not, is that of the leading onset; zero lies its `at` earlier.

    weekday
        The day that the drill is forced to; by default `weekday_of`.
    """
    day = weekday or weekday_of(scenario, streams)
    if scenario.demand is not None:
        return Clock(day, minutes(scenario.demand.from_), plan)
    chosen, onset_s = scenario.time_of_day, scenario.incidents[scenario.leading].at
    if isinstance(chosen, str):
        return Clock(day, minutes(chosen) - onset_s / 60.0, plan, onset_s)
    name = streams.choose("day.period", {str(k): float(v) for k, v in chosen["draw"].items()})
    minute = minute_in(stretches(plan, name), streams.uniform("day.minute", "school"))
    return Clock(day, minute - onset_s / 60.0, plan, onset_s)


def stretches(plan: FloorPlan, name: str) -> list[tuple[float, float]]:
    """Return the minutes of every bell period of this name, in file order; empty if the plan has none."""
    return [(minutes(p.from_), minutes(p.to)) for p in plan.timetable if p.period == name]


def minute_in(parts: list[tuple[float, float]], u: float) -> float:
    """Return the minute at the share `u` of all these stretches together; KeyError when there are none."""
    if not parts:
        raise KeyError("no such bell period")
    left = u * sum(b - a for a, b in parts)
    for a, b in parts:
        if left < b - a:
            return a + left
        left -= b - a
    return parts[-1][1]


def possible_times(scenario: Scenario, plan: FloorPlan) -> list[str]:
    """Return the times of day, as 'hh:mm', that stand for every bell period the scenario may be played in."""
    if scenario.demand is not None:
        return [scenario.demand.from_]
    chosen = scenario.time_of_day
    if isinstance(chosen, str):
        return [chosen]
    return [p.from_ for p in plan.timetable if p.period in chosen["draw"]]


def when(scenario: Scenario) -> str:
    """Return when the scenario is played, in words."""
    if scenario.demand is not None:
        return f"a school day from {scenario.demand.from_}"
    chosen = scenario.time_of_day
    return chosen if isinstance(chosen, str) else " or ".join(str(k) for k in chosen["draw"])


__all__ = ["Clock", "clock_of", "forced_weekday", "minute_in", "possible_times", "stretches", "weekday_of", "when"]
