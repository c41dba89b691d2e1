"""What a page sends with a change: each value of the kind that its name asks for, or a message that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from drillsim.errors import PlanError
from drillsim.escape import quoted

FARTHEST_M = 1e5
"""Farthest drawn point from the plan's origin, m; plans reach over 20 km at most."""
LONGEST = 500
"""Longest text of a property."""
MOST_CORNERS = 3000
"""Largest number of corners of one outline, as in a plan file."""


class GivenValues(dict[str, Any]):
    """The values of a change; one that is missing is a PlanError."""

    def __missing__(self, key: str) -> Any:
        raise PlanError(f"this change needs '{key}'")


def read_given(given: Mapping[str, Any]) -> GivenValues:
    """Return the values that a change knows, each checked. Raises PlanError for one that is not of its kind."""
    return GivenValues({k: READERS[k](k, v) for k, v in given.items() if k in READERS and v is not None})


def _refuse(name: str, value: Any, needed: str) -> PlanError:
    return PlanError(f"{name}: {needed} is needed here, not {quoted(repr(value))}")


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise _refuse(name, value, f"a text of at most {LONGEST} characters")
    return value


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or abs(value) > FARTHEST_M:
        raise _refuse(name, value, "a number")
    return float(value)


def _width(name: str, value: Any) -> float:
    if (width := _number(name, value)) <= 0:
        raise _refuse(name, value, "a width above 0")
    return width


def _whole(name: str, value: Any) -> int:
    if (number := _number(name, value)) != int(number):
        raise _refuse(name, value, "a whole number")
    return int(number)


def _yes(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(name, value, "yes or no")
    return value


def _point(name: str, value: Any) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _refuse(name, value, "a point")
    return _number(name, value[0]), _number(name, value[1])


def _points(name: str, value: Any) -> list[tuple[float, float]]:
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= MOST_CORNERS:
        raise _refuse(name, value, "a list of corners")
    return [_point(name, corner) for corner in value]


def _outlines(name: str, value: Any) -> list[list[tuple[float, float]]]:
    if not isinstance(value, list | tuple) or not 1 <= len(value) <= MOST_CORNERS:
        raise _refuse(name, value, "a list of outlines")
    return [_points(name, outline) for outline in value]


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_text(name, v) for v in value[:MOST_CORNERS]]
    return value if isinstance(value, bool) else _text(name, value) if isinstance(value, str) else _number(name, value)


READERS: Mapping[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("level", "label", "use", "first", "prefix", "along", "lock", "kind", "section", "id", "name", "service"), _text),
    **dict.fromkeys(("people", "count", "step"), _whole),
    **dict.fromkeys(("doors", "comes"), _yes),
    **dict.fromkeys(("at", "from", "to"), _point),
    "corners": _points, "outlines": _outlines, "width_m": _width, "reach_m": _number, "elevation_m": _number, "value": _value,
}  # fmt: skip
