"""Calendars and duty timetables: when a person is on campus, and on which duty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from drillsim.documents.document import Model
from drillsim.quantities import TimeOfDay, minutes
from drillsim.scenario.vocabulary import Duty, Place, Weekday

At = Literal["here", "court", "training", "other-school", "off-site", "off"]
ALL_DAY = ("00:00", "23:59")


class Hours(Model):
    """A time interval of a day, and where the person is during it."""

    from_: TimeOfDay = Field(alias="from")
    """Begin of the stretch."""
    to: TimeOfDay
    """End of the stretch."""
    at: At = "here"
    """Where it is then."""

    @model_validator(mode="after")
    def _rises(self) -> Hours:
        if minutes(self.to) <= minutes(self.from_):
            raise ValueError(f"from {self.from_} to {self.to} is no stretch of a day: 'to' must be later")
        return self


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

    def where(self, weekday: Weekday, minute: float) -> At:
        """Return where the person is at a minute of a weekday; 'off' outside every interval."""
        day: tuple[Hours, ...] = getattr(self, weekday)
        return next((h.at for h in day if minutes(h.from_) <= minute < minutes(h.to)), "off")

    def changes(self, weekday: Weekday) -> list[int]:
        """Return the minutes of a weekday at which an interval begins or ends, in order."""
        day: tuple[Hours, ...] = getattr(self, weekday)
        return sorted({minutes(t) for h in day for t in (h.from_, h.to)})


class Turn(Model):
    """A duty at a bell period, or between two times."""

    period: str | None = None
    """Bell period of the plan's timetable."""
    from_: TimeOfDay | None = Field(default=None, alias="from")
    """Begin, unless a period is given."""
    to: TimeOfDay | None = None
    """End, unless a period is given."""
    duty: Duty
    """What it does then."""
    at: Place | None = None
    """Where; the unit's post (or, mentoring and teaching, a room drawn for it) where absent."""

    @model_validator(mode="after")
    def _says_when(self) -> Turn:
        clocked = self.from_ is not None and self.to is not None
        if (self.period is None) == (not clocked) or (self.from_ is None) != (self.to is None):
            raise ValueError("a turn of duty has either 'period', or both 'from' and 'to'")
        if clocked and minutes(self.to or "") <= minutes(self.from_ or ""):
            raise ValueError(f"from {self.from_} to {self.to} is no stretch of a day: 'to' must be later")
        return self


def overlaps(stretches: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield each pair of positions whose stretches (from, to) overlap."""
    for i, (a, b) in enumerate(stretches):
        for j in range(i):
            if a < stretches[j][1] and stretches[j][0] < b:
                yield j, i


__all__ = ["ALL_DAY", "At", "Calendar", "Hours", "Turn", "overlaps"]
