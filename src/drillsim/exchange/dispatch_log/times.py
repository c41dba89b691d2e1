"""Parsing of times in dispatch logs: date and time, time of day only, or a duration."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

DAY_S = 86400.0
LONGEST_S = DAY_S
"""Longest delay in s; a longer one is taken for a mistyped date. Source: assumption A:log.longest_delay."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_SHORT = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_NAMED = re.compile(r"(\d{1,2})[- ]([a-z]{3})[a-z]*[- ](\d{4}|\d{2})")
_DATE = re.compile(rf"(?P<date>{_ISO.pattern}|{_SHORT.pattern}|{_NAMED.pattern})".replace(r"\2", r"[-/.]"))
_TIME = re.compile(
    r"(?P<h>\d{1,2}):(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|utc|[+-]\d\d:?\d\d)?"
)
_CLOCK = re.compile(r"(?P<sign>-?)(?:(?P<h>\d{1,9}):(?P<m>[0-5]\d)|(?P<minutes>\d{1,9})):(?P<s>[0-5]\d(?:[.,]\d+)?)")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_LENGTH = re.compile(r"(?P<number>-?\d+(?:[.,]\d+)?)\s*(?P<unit>s|secs?|seconds?|min|mins|minutes?)?")


class UnusableError(ValueError):
    """A cell or a pair of cells without a readable delay; the message gives the reason, never the content.

    shape
        Shape of a cell that is no time: '9' for digits, 'a' for letters.
    """

    def __init__(self, reason: str, shape: str = "") -> None:
        super().__init__(reason)
        self.shape = shape


@dataclass(frozen=True)
class Stamp:
    """A point in time.

    day
        Number of the day; None where only a time of day is written.
    second
        Seconds since midnight.
    zoned
        Whether the text names its time zone; then day and second are those of UTC.
    """

    day: int | None
    second: float
    zoned: bool = False


def clean(cell: str) -> str:
    """Return a cell with single spaces, without invisible characters and without a spreadsheet's text marks."""
    text = "".join(c for c in " ".join(cell.split()) if c.isprintable())
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1].strip()
    return text.removeprefix("'")


def masked(cell: str) -> str:
    """Return the shape of a cell, '9' for digits and 'a' for letters, since a log may hold names in place of times."""
    shape = re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", clean(cell)))
    return shape if len(shape) <= 24 else f"{shape[:21]}..."


def writes_day_first(cells: Iterable[str]) -> bool:
    """Return whether dates put the day first: more of them have a number above 12 in first than in second place."""
    first = second = 0
    for cell in cells:
        if found := _SHORT.match(clean(cell)):
            first += int(found[1]) > 12
            second += int(found[3]) > 12
    return first > second


def read_stamp(cell: str, *, day_first: bool = False) -> Stamp:
    """Parse a point in time: '2024-03-05T14:03:22', '3/5/2024 2:03 PM', '14:03:22' and similar forms.

    Raises UnusableError for anything else.
    """
    text = clean(cell).lower()
    begin = _DATE.match(text)
    rest = re.sub(r"^(?:t|,|\s)\s*", "", text[begin.end() :]) if begin else text
    if begin and not rest:
        raise UnusableError("a date without a time of day")
    found = _TIME.fullmatch(rest)
    if not found:
        raise UnusableError("in no form of time that is known here", masked(cell))
    day = _day(begin["date"], day_first=day_first) if begin else None
    second = _second(found)
    zone = found["zone"]
    if zone is None:
        return Stamp(day, second)
    if zone[0] in "+-":
        away = 3600 * int(zone[1:3]) + 60 * int(zone[-2:])
        second -= away if zone[0] == "+" else -away
    if day is not None:
        day += int(second // DAY_S)
    return Stamp(day, second % DAY_S, zoned=True)


def _day(text: str, *, day_first: bool) -> int:
    if iso := _ISO.fullmatch(text):
        year, month, day = int(iso[1]), int(iso[3]), int(iso[4])
    elif short := _SHORT.fullmatch(text):
        month, day, year = int(short[1]), int(short[3]), int(short[4])
        if day_first or short[2] == ".":
            month, day = day, month
    else:
        named = _NAMED.fullmatch(text)
        if not named or named[2] not in _MONTHS:
            raise UnusableError("in no form of date that is known here", masked(text))
        day, month, year = int(named[1]), _MONTHS.index(named[2]) + 1, int(named[3])
    try:
        return date(year + 2000 if year < 100 else year, month, day).toordinal()
    except ValueError:
        raise UnusableError("no such date") from None


def _second(found: re.Match[str]) -> float:
    hour, half = int(found["h"]), found["half"]
    if half:
        if not 1 <= hour <= 12:
            raise UnusableError("no such time of day")
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23:
        raise UnusableError("no such time of day")
    part = float(f"0.{found['part']}") if found["part"] else 0.0
    return 3600.0 * hour + 60.0 * int(found["m"]) + int(found["s"] or 0) + part


def delay_s(call: Stamp, arrival: Stamp) -> float:
    """Return the delay from call to arrival in s; where a date is missing, the arrival is the next such time of day.

    A pair without dates wraps at midnight: 23:58 to 0:04 is 6 minutes. What would then last more than half a day is
    an arrival before the call.

    Raises UnusableError for a delay that is not above 0, for one of more than a day, and for one time in a zone, one not.
    """
    if call.zoned != arrival.zoned:
        raise UnusableError("one time names its time zone, the other does not")
    seconds = arrival.second - call.second
    if call.day is not None and arrival.day is not None:
        seconds += DAY_S * (arrival.day - call.day)
    elif seconds < -DAY_S / 2:
        seconds += DAY_S
    elif seconds > DAY_S / 2:
        raise UnusableError("arrival before the call")
    return usable_s(seconds)


def usable_s(seconds: float) -> float:
    """Return a delay rounded to 1 us. Raises UnusableError for one that is not above 0 or longer than LONGEST_S."""
    seconds = round(seconds, 6)
    if seconds < 0:
        raise UnusableError("arrival before the call")
    if seconds == 0:
        raise UnusableError("no time passed, as when the officer was there already")
    if seconds > LONGEST_S:
        raise UnusableError("more than a day from call to arrival")
    return seconds


def read_length_s(cell: str, *, in_minutes: bool = False) -> float:
    """Parse a duration and return seconds: '212', '212.5', '1,212', '212 s', '3.5 min', '3:32' (m:ss) or '1:03:32'.

    in_minutes
        Whether a number without a unit is in minutes.

    Raises UnusableError for anything else, and for an unusable delay (`usable_s`).
    """
    text = clean(cell).lower()
    if found := _CLOCK.fullmatch(text):
        minutes = int(found["minutes"] or 0) + 60 * int(found["h"] or 0) + int(found["m"] or 0)
        seconds = 60.0 * minutes + float(found["s"].replace(",", "."))
        return usable_s(-seconds if found["sign"] else seconds)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    plain = _LENGTH.fullmatch(text)
    if not plain:
        raise UnusableError("in no form of a length of time that is known here", masked(cell))
    minutes_meant = plain["unit"].startswith("m") if plain["unit"] else in_minutes
    return usable_s(float(plain["number"].replace(",", ".")) * (60.0 if minutes_meant else 1.0))
