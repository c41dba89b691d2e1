"""Calendars and duty timetables: when a person is on campus, and on which duty.

A stretch belongs to the day on which it begins. One whose end is not later than its beginning runs over midnight into the
next day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from drillsim.documents.document import Model
from drillsim.quantities import EndOfPeriod, TimeOfDay, minutes
from drillsim.scenario.vocabulary import WEEKDAYS, Duty, Place

At = Literal["here", "court", "training", "other-school", "off-site", "off"]
ALL_DAY = ("00:00", "24:00")
DAY = 1440
"""Minutes of a day."""


def stretch(from_: str, to: str) -> tuple[int, int]:
    """Return the minutes since midnight at which a stretch begins and ends; the end is past 1440 where it is next day."""
    begins, ends = minutes(from_), minutes(to)
    return begins, ends if ends > begins else ends + DAY


class Hours(Model):
    """A time interval of a day, and where the person is during it."""

    from_: TimeOfDay = Field(alias="from")
    """Begin of the stretch."""
    to: EndOfPeriod
    """End of the stretch, up to 24:00; an end that is earlier than the beginning is on the next day."""
    at: At = "here"
    """Where it is then."""

    @model_validator(mode="after")
    def _rises(self) -> Hours:
        _refuse_empty(self.from_, self.to)
        return self


def _refuse_empty(from_: str, to: str) -> None:
    if to == from_:
        raise ValueError(f"from {from_} to {to} is no stretch of a day: write 00:00 to 24:00 for a whole day")


def _day(value: Any) -> Any:
    """Read a day: 'here', 'court', one stretch, or a list of stretches."""
    if isinstance(value, str):
        return ({"from": ALL_DAY[0], "to": ALL_DAY[1], "at": value},)
    return (value,) if isinstance(value, dict) else value


_HOURS = {
    "type": "object",
    "properties": {"from": {"type": "string"}, "to": {"type": "string"}, "at": {"enum": list(At.__args__)}},  # type: ignore[attr-defined]
    "required": ["from", "to"],
    "additionalProperties": False,
}
Day = Annotated[
    tuple[Hours, ...],
    BeforeValidator(_day),
    WithJsonSchema({"anyOf": [{"enum": list(At.__args__)}, _HOURS, {"type": "array", "items": _HOURS}]}),
]


class Calendar(Model):
    """The week of one person; days that are not named are off."""

    monday: Day = ()
    """Where it is on a Monday: 'here', another word of `at`, one stretch of time, or a list of stretches."""
    tuesday: Day = ()
    """Where it is on a Tuesday: 'here', another word of `at`, one stretch of time, or a list of stretches."""
    wednesday: Day = ()
    """Where it is on a Wednesday: 'here', another word of `at`, one stretch of time, or a list of stretches."""
    thursday: Day = ()
    """Where it is on a Thursday: 'here', another word of `at`, one stretch of time, or a list of stretches."""
    friday: Day = ()
    """Where it is on a Friday: 'here', another word of `at`, one stretch of time, or a list of stretches."""
    saturday: Day = ()
    """Where it is on a Saturday: 'here', another word of `at`, one stretch of time, or a list of stretches."""
    sunday: Day = ()
    """Where it is on a Sunday: 'here', another word of `at`, one stretch of time, or a list of stretches."""

    def stretches(self, day: int) -> Iterator[tuple[int, int, At]]:
        """Yield begin, end and place of the stretches of a day, in minutes since its midnight.

        day
            Number of the day, 0 for a Monday; days before and after that week repeat it.
        """
        for hours in getattr(self, WEEKDAYS[day % len(WEEKDAYS)]):
            yield *stretch(hours.from_, hours.to), hours.at


class Turn(Model):
    """A duty at a bell period, or between two times."""

    period: str | None = None
    """Bell period of the plan's timetable."""
    from_: TimeOfDay | None = Field(default=None, alias="from")
    """Begin, unless a period is given."""
    to: EndOfPeriod | None = None
    """End, up to 24:00, unless a period is given; an end that is earlier than the beginning is on the next day."""
    duty: Duty
    """What it does then."""
    at: Place | None = None
    """Where; default: the unit's post (or, mentoring and teaching, a room drawn for it)."""

    @model_validator(mode="after")
    def _says_when(self) -> Turn:
        clocked = self.from_ is not None and self.to is not None
        if (self.period is None) == (not clocked) or (self.from_ is None) != (self.to is None):
            raise ValueError("a turn of duty has either 'period', or both 'from' and 'to'")
        if clocked:
            _refuse_empty(self.from_ or "", self.to or "")
        return self


def overlaps(stretches: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield each pair of positions whose stretches (from, to) overlap."""
    for i, (a, b) in enumerate(stretches):
        for j in range(i):
            if a < stretches[j][1] and stretches[j][0] < b:
                yield j, i


__all__ = ["ALL_DAY", "DAY", "At", "Calendar", "Hours", "Turn", "overlaps", "stretch"]
