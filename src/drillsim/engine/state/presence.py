"""Presence: whether a unit is on campus now, and when that next changes; the one answer of a drill.

What is planned is known in advance (`Shifts`): the calendar of the unit, else the draw of its day. What comes between changes
the state when it happens: it is sent away by the script or with an arrested person, it finishes a task after its shift, or it
is called in. `engine.response.campus` makes every change, as an event of the drill that is logged (rule B19 of
docs/model/response.md).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from math import floor, inf

from drillsim.engine.world.clock import Clock
from drillsim.scenario.calendar import DAY, At, Calendar
from drillsim.scenario.vocabulary import WEEKDAYS

HERE: At = "here"
OFF: At = "off"
"""Where a person is outside every stretch of a calendar."""


@dataclass(frozen=True)
class Shifts:
    """Where a unit is by its plan: a place from each time on, the first from the beginning of time."""

    times_s: tuple[float, ...] = (-inf,)
    places: tuple[At, ...] = (HERE,)

    def at(self, time_s: float) -> At:
        """Return where it is at a time; at the time of a change the place after it."""
        return self.places[bisect_right(self.times_s, time_s) - 1]

    def next_change_s(self, time_s: float) -> float:
        """Return the time after `time_s` at which the place next changes; inf where it does not."""
        i = bisect_right(self.times_s, time_s)
        return self.times_s[i] if i < len(self.times_s) else inf

    def next_here_s(self, time_s: float) -> float:
        """Return the first time from `time_s` on at which it is on campus; inf where it is not any more."""
        while time_s < inf and self.at(time_s) != HERE:
            time_s = self.next_change_s(time_s)
        return time_s


ALWAYS = Shifts()


def shifts_of(calendar: Calendar | None, clock: Clock, end_s: float, *, drawn: bool) -> Shifts:
    """Return the shifts of a unit from before the drill to its end.

    drawn
        Whether its draw has it on campus today; a calendar takes the place of the draw.
    """
    if calendar is None:
        return ALWAYS if drawn else Shifts(places=(OFF,))
    today = WEEKDAYS.index(clock.weekday)
    first, last = (floor(minute / DAY) for minute in (clock.start_min, clock.minute(end_s)))
    spans = sorted(
        (clock.seconds(day * DAY + begins), clock.seconds(day * DAY + ends), at)
        for day in range(first - 1, last + 2)
        for begins, ends, at in calendar.stretches(today + day)
    )
    times_s: list[float] = [-inf]
    places: list[At] = [OFF]
    for begins_s, ends_s, at in spans:
        if times_s[-1] == begins_s:
            del times_s[-1], places[-1]
        times_s += [begins_s, ends_s]
        places += [at, OFF]
    kept = [i for i in range(len(times_s)) if i == 0 or places[i] != places[i - 1]]
    return Shifts(tuple(times_s[i] for i in kept), tuple(places[i] for i in kept))


@dataclass
class Presence:
    """Where one unit is now, as far as campus is concerned."""

    shifts: Shifts = ALWAYS
    where: At = field(init=False)
    """'here', or where it is instead."""
    stays: bool = False
    """It is on campus out of its shift: for a task that it finishes, or because it was called in."""
    away_until_s: float | None = None
    """Until when the script or an arrest keeps it off campus, inf for good; None where nothing does."""

    def __post_init__(self) -> None:
        self.where = self.shifts.at(0.0)

    @property
    def is_here(self) -> bool:
        """Whether it is on campus."""
        return self.where == HERE

    def next_here_s(self, now_s: float) -> float:
        """Return the first time from now on at which it is on campus, as far as is planned; inf for never."""
        if self.is_here:
            return now_s
        return self.shifts.next_here_s(max(now_s, self.away_until_s or now_s))

    def next_change_s(self, now_s: float) -> float:
        """Return when its presence next changes, as far as is planned; inf where nothing is.

        Who stays out of its shift leaves when its task is done, which nobody knows in advance.
        """
        if not self.is_here:
            return self.next_here_s(now_s)
        return inf if self.stays else self.shifts.next_change_s(now_s)
