"""Keys of the short forms of a plan file; all other keys of a short form are those of the rooms or doors it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from drillsim.documents.document import Model
from drillsim.errors import PlanError
from drillsim.escape import quoted
from drillsim.plan.model import FloorPlan, Opening, Point, Space
from drillsim.quantities import Length, written

Side = Literal["north", "south", "east", "west"]
"""A direction on the plan: north is +y and east is +x, whatever true north is."""
MOST_ROOMS = 200
"""Most rooms of one row; a longer one is a mistyped number."""
_OFFSET = re.compile(r"(?P<length>.*\S)\s+from\s+(?:the\s+)?(?P<end>north|south|east|west)(?:\s+end)?")
_SPAN = re.compile(
    r"(?P<head>.*?)(?P<first>[0-9]+)\s+to\s+(?P<again>.*?)(?P<last>[0-9]+)(?:\s+(?:by\s+(?P<step>[0-9]+)|(?P<half>odd|even)))?"
)
_LENGTH: TypeAdapter[float] = TypeAdapter(Length)
_POINT: TypeAdapter[tuple[float, float]] = TypeAdapter(Point)


@dataclass(frozen=True)
class Offset:
    """A distance along a wall from one of its ends."""

    length_m: float
    end: Side


def _at(value: Any, info: ValidationInfo) -> Any:
    """Read a place on a wall: an offset such as '25 ft from west', or a point."""
    match = _OFFSET.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 100 else None
    if match is not None:
        length = _LENGTH.validate_python(match["length"], context=info.context)
        return Offset(length, cast(Side, match["end"]))
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return _POINT.validate_python(value, context=info.context)
    text = f"'{quoted(value)}' is no place on a wall. Write '25 ft from west', or a point [x, y] on it"
    raise PydanticCustomError("DS104", "{t}", {"t": text})


def _ids(value: Any) -> Any:
    """Read the ids of a row: a list, or '101 to 115 by 2'."""
    if not isinstance(value, str):
        return value
    match = _SPAN.fullmatch(value.strip())
    if match is None or match["again"] not in ("", match["head"]):
        text = f"'{quoted(value)}' names no rooms. Write a list [101, 103, 105], or '101 to 115 by 2'"
        raise PydanticCustomError("DS104", "{t}", {"t": text})
    first, last, step = int(match["first"]), int(match["last"]), int(match["step"] or (2 if match["half"] else 1))
    if match["half"]:
        first += first % 2 != (match["half"] == "odd")
    if step < 1 or last < first or (last - first) // step >= MOST_ROOMS:
        text = f"'{quoted(value)}' is no row of 1 to {MOST_ROOMS} rooms: the numbers rise, by 1 or more"
        raise PydanticCustomError("DS105", "{t}", {"t": text})
    return [f"{match['head']}{n:0{len(match['first'])}d}" for n in range(first, last + 1, step)]


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, (str, int)) and not isinstance(value, bool) else value


_OFFSET_TEXT = {"type": "string", "pattern": "from +(the +)?(north|south|east|west)", "examples": ["25 ft from west"]}
_PAIR = {"type": "array", "items": written("length", bare=True), "minItems": 2, "maxItems": 2}
At = Annotated[Any, BeforeValidator(_at), WithJsonSchema({"anyOf": [_OFFSET_TEXT, _PAIR]})]
"""A place on a wall: '25 ft from west', or the point on it."""
_LIST = {"type": "array", "items": {"type": "string"}, "minItems": 1}
Ids = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    Field(min_length=1, max_length=MOST_ROOMS),
    BeforeValidator(_ids),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": "[0-9] +to +", "examples": ["101 to 115 by 2"]}, _LIST]}),
]
Names = Annotated[
    tuple[str, ...],
    Field(min_length=1),
    BeforeValidator(_one_or_more),
    WithJsonSchema({"anyOf": [{"type": "string"}, _LIST]}),
]


class ShortForm(Model):
    """What a short form adds to the keys of what it stands for."""

    refusal = PlanError


class OnWall(ShortForm):
    """A place on a wall."""

    wall: Side | None = None
    """The wall, by the direction it faces (north is up on the plan), where there are several."""
    at: At = None
    """Where on the wall: '25 ft from west' counts from that end of the wall, to the middle of a door or to the first room of a
    row; or a point on it. Default: the middle of the wall for a door, its western or southern end for a row."""


class Between(OnWall):
    """A door by the two spaces it joins. The other keys are those of an opening, without `spaces` and `line`; `kind` is `door`
    by default, and `exit` to the outside; `id` is made of the two names where it is missing."""

    between: tuple[str, str]
    """The two spaces that share the wall; an exit joins a space and 'outside'. The door is as wide as `width`, by default
    3 ft (0.91 m), and a leafless opening as wide as the wall. Source: A:plan.short_door."""


class RowDoor(ShortForm):
    """The door of every room of a row. The other keys are those of an opening."""

    model_config = ConfigDict(extra="ignore")
    into: str | None = None
    """Space that it leads to; default: the space that the row lies beside."""
    at: At = None
    """Where on the wall of the room: '3 ft from west'; default: its middle."""


class Row(OnWall):
    """A row of equal rooms, wall to wall. The other keys are those of a space, without `id` and `polygon`; in `label`, {id}
    stands for the id of each room and {n} for its number."""

    row: Ids
    """Ids of the rooms in order: [101, 103, 105], or '101 to 115 by 2', 'room-101 to room-115 odd'."""
    size: tuple[Annotated[Length, Field(gt=0)], Annotated[Length, Field(gt=0)]]
    """Size of each room: along the row, and across it."""
    beside: str | None = None
    """Space along whose `wall` the rooms lie, from the western or southern end of that wall, or from `at`."""
    from_: Point | None = Field(default=None, alias="from")
    """Corner at which the first room begins, instead of `beside`."""
    toward: Side | None = None
    """Direction in which the row runs from its corner."""
    side: Side | None = None
    """Side of that line on which the rooms lie."""
    door: RowDoor | None = None
    """A door for every room."""


class Across(ShortForm):
    """The line that mirrors: all points of one x, or of one y."""

    x: Length | None = None
    """A line from south to north at this x."""
    y: Length | None = None
    """A line from west to east at this y."""


class Copy(ShortForm):
    """A copied wing, with its doors, flights, posts, cameras and equipment.

    A door to a space that is not copied goes with the wing where it then stands on the wall of a space of that level, and
    leads there; else it is left out. Exits stay behind when the copy lies on another level.
    """

    rename: dict[str, str] = Field(default_factory=dict)
    """Texts that are replaced in every id and label of the copy: {west: east}."""
    plus: int = 0
    """Number added to every number in ids and labels: 100 makes room-201 of room-101. Every copied id must become new, by
    `rename` or by `plus`."""


class Mirror(Copy):
    """A wing mirrored across a line."""

    mirror: Names
    """Spaces of the wing, by id; * stands for any characters: [hall-west, 'room-1*']."""
    across: Across
    """The line that mirrors: {x: 60 ft} or {y: 20}."""


class Repeat(Copy):
    """A wing repeated somewhere else, or on another level."""

    repeat: Names
    """Spaces of the wing, by id; * stands for any characters."""
    by: tuple[Length, Length] = Field(default=("0 m", "0 m"), validate_default=True)
    """How far the copy lies from the wing: [east, north]."""
    level: str | dict[str, str] | None = None
    """Level of the copy; {L0: L1, L1: L2} for a wing of several levels."""


class WrittenPlan(FloorPlan):
    """A plan file with its short forms; for schemas and the reference."""

    spaces: tuple[Space | Row, ...] = Field(min_length=1)  # type: ignore[assignment]
    """Rooms, corridors, stair rooms and outdoor places."""
    openings: tuple[Opening | Between, ...] = ()  # type: ignore[assignment]
    """Doors, leafless openings, stair doors and exits."""
    copies: tuple[Mirror | Repeat, ...] = ()
    """Wings that are mirrored or repeated, in order; a later one may copy an earlier one."""
