"""Floor plan of a building as frozen data, in metres."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator

from drillsim.derived import Derives
from drillsim.documents.document import Model
from drillsim.documents.notebook import Sketched
from drillsim.errors import PlanError
from drillsim.quantities import Area, EndOfPeriod, Length, Share, Slope, TimeOfDay, minutes

OUTSIDE = "outside"
CIRCULATION = ("corridor", "passage", "lobby")
Use = Literal[
    "classroom", "corridor", "passage", "lobby", "stair", "office", "cafeteria", "kitchen", "gym", "auditorium",
    "library", "restroom", "mechanical", "storage", "nurse", "outdoors", "other",
]  # fmt: skip
THROUGH: dict[str, bool] = {
    "corridor": True, "passage": True, "lobby": True, "stair": True, "outdoors": True,
    "classroom": False, "office": False, "cafeteria": False, "kitchen": False, "gym": False, "auditorium": False,
    "library": False, "restroom": False, "mechanical": False, "storage": False, "nurse": False, "other": False,
}  # fmt: skip
"""Whether a space of each use is a way for people who do not belong there. Source: A:plan.through."""
Group = Literal["pre-k", "primary", "secondary", "adults", "needs-help"]
"""The groups that ship, by name (`drillsim explain groups`)."""
Lock = Literal["none", "key", "push-button", "auto", "access-control"]
Point = tuple[Length, Length]


class Level(Model):
    """One storey."""

    id: str = Field(min_length=1)
    """Name used in this file."""
    elevation: Length
    """Height of the floor above the plan's zero, metres."""
    label: str = ""
    """Name for people; default: the id."""


class Named(Model):
    """What has an id and a label."""

    id: str = Field(min_length=1)
    """Name used in this file and in the others."""
    label: str = ""
    """Name for people, such as 'Room 114' or 'Stair A'; default: the id."""

    @property
    def name(self) -> str:
        """The label, or the id where there is none."""
        return self.label or self.id


class Space(Named):
    """A room, a corridor, a stair room, or an outdoor place."""

    level: str
    """Level it lies on, by id."""
    use: Use
    """What it is for; the timetable, and {use: …} in the other files, go by it."""
    polygon: tuple[Point, ...] = Field(min_length=3)
    """Corners of the floor, metres, in order; the last joins the first."""
    holes: tuple[tuple[Point, ...], ...] = ()
    """Outlines inside the floor where nobody can walk (columns, voids)."""
    people: int = Field(default=0, ge=0, le=1_000_000)
    """Persons assigned to this space; the timetable decides who is there when."""
    landing: Area | None = None
    """Standing area of a stair room, m2; default: the area of the polygon."""
    pa: bool = True
    """Whether an announcement is heard here."""
    radio: bool = True
    """Whether a radio message goes out from and reaches here."""
    through: bool | None = None
    """Whether this is a way for people who do not belong here; default: circulation, stair rooms and outdoor places are,
    and rooms are not. Source: A:plan.through."""
    supervised: bool | None = None
    """Whether an adult is normally there; default: in classrooms, offices, library, gym and cafeteria."""

    @property
    def is_through(self) -> bool:
        """Whether this is a way for people who do not belong here."""
        return THROUGH[self.use] if self.through is None else self.through

    @property
    def is_circulation(self) -> bool:
        """Whether people only pass through here."""
        return self.use in (*CIRCULATION, "stair")


class LeadsTo(Model):
    """A direction by name: the only space that a one-way opening leads to."""

    to: str
    """One of the two spaces of the opening, or 'outside'."""


class KeepsOutOf(Model):
    """A lock by name: the space that it keeps people out of."""

    keeps_out_of: str
    """One of the two spaces of the opening, or 'outside'; people in it can leave."""


class Opening(Named):
    """A door, a leafless opening, a stair door or an exit; a way between two spaces."""

    kind: Literal["door", "opening", "exit", "stair_door"]
    """door: has a leaf. opening: has none. exit: leads outside; from an outdoor place it is a gate of the site. stair_door: joins a stair room."""
    spaces: tuple[str, str]
    """The two spaces it joins; an exit joins a space and 'outside'."""
    line: tuple[Point, Point]
    """The threshold, metres."""
    width: Length | None = Field(default=None, gt=0)
    """Clear width, metres; default: the length of the line."""
    lock: Lock = "none"
    """Kind of lock."""
    locked: Literal["no", "outside", "both"] | KeepsOutOf | None = None
    """Its state at the start: `no`, `both`, or `{keeps_out_of: SPACE}`; `outside` keeps people out of the building, or out of a
    room beside circulation. Default: exits with a lock are locked from outside and all others are not locked."""
    one_way: Literal["in", "out"] | LeadsTo | None = None
    """`{to: SPACE}` leads into that space only; `out` leads out of the building, or out of a room beside circulation, and
    `in` the other way."""
    alarm: bool = False
    """Whether opening it rings at the front office."""
    wide_on_purpose: bool = False
    """Keep an unusual width without a warning."""

    @property
    def clear_width_m(self) -> float:
        """Clear width in metres: `width`, else the length of `line`; to the micrometre, so that equal doors are equal: far from
        zero a coordinate keeps nine decimals, and people who weigh two equal queues would go by the last one."""
        (x0, y0), (x1, y1) = self.line
        return round(self.width if self.width is not None else float(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5), 6)

    @property
    def middle(self) -> tuple[float, float]:
        """Midpoint of the threshold, metres."""
        (x0, y0), (x1, y1) = self.line
        return ((x0 + x1) / 2, (y0 + y1) / 2)

    @property
    def state(self) -> Literal["no", "outside", "both"]:
        """Its lock's state at the start."""
        if isinstance(self.locked, KeepsOutOf):
            return "outside"
        if self.locked is not None:
            return self.locked
        return "outside" if (OUTSIDE in self.spaces or self.kind == "exit") and self.lock != "none" else "no"


class Flight(Named):
    """What stairs and ramps have in common: a way between two spaces, with a length of its own."""

    lower: str
    """Space at the foot."""
    upper: str
    """Space at the head."""
    lower_opening: str | None = None
    """Opening at the foot from which the length counts; default: the only stair door of the foot, else its only opening."""
    upper_opening: str | None = None
    """Opening at the head; as for the foot."""
    width: Length = Field(gt=0)
    """Clear width, metres."""
    length: Length = Field(gt=0)
    """Walking length along the slope, landings included, metres."""


class Stair(Flight):
    """A stair flight between two stair rooms."""

    rise: Length = Field(gt=0)
    """Height between the two floors, metres."""
    riser: Length = Field(default="0.178 m", validate_default=True, gt=0)
    """Height of a step. Source: docs/sources.md#sfpe (7/11 in stair)."""
    tread: Length = Field(default="0.279 m", validate_default=True, gt=0)
    """Depth of a step. Source: docs/sources.md#sfpe (7/11 in stair)."""


class Ramp(Flight):
    """A ramp between two spaces, of one level or of two; walked at the speed of level floor."""

    slope: Slope
    """How steep it is where it slopes, height over length on plan: '1:12' or '8 %'."""

    @property
    def rise(self) -> float:
        """Greatest height that it can overcome, in metres: its length at its slope, without landings."""
        return self.length * self.slope / float((1.0 + self.slope**2) ** 0.5)


class Post(Named):
    """A named point where somebody may stand."""

    space: str
    """Space in which it stands, by id."""
    at: Point
    """Its point, metres."""


class Camera(Model):
    """A camera and the spaces it watches."""

    id: str = Field(min_length=1)
    """Name used in this file and in the others."""
    watches: tuple[str, ...]
    """Spaces it watches, by id."""


class Equipment(Named):
    """What responders look for on the wall, and on their map."""

    kind: Literal[
        "aed", "first-aid-kit", "trauma-kit", "key-box", "gas-shut-off", "water-shut-off", "power-shut-off", "hazard"
    ]
    """What hangs or stands there; a drill uses AEDs and first-aid kits, a map shows all."""
    space: str
    """Space in which it hangs, by id."""
    at: Point
    """Its point, metres."""


class Entries(Model):
    """Exits by which services come in; default: the first exit of the plan."""

    police: tuple[str, ...] = ()
    """Exits by which police come in, by id, in order of preference."""
    ems: tuple[str, ...] = ()
    """Exits by which ambulance and fire service come in, by id, in order of preference."""


class Assembly(Named):
    """A place outside where people gather."""

    at: Point
    """Its point, metres."""
    exits: tuple[str, ...] = ()
    """Exits that lead here; default: all."""


class PeriodMove(Model):
    """Move of a share of the home rooms to other spaces during a period."""

    share: Share
    """Share of the home rooms that move, the first ones in file order."""
    home: Use = "classroom"
    """Use of the home rooms."""
    to: Use
    """Use of the space where they sit; people spread over all spaces of that use by area."""


STAFF_USES = ("office", "nurse", "kitchen", "mechanical", "storage")
"""Uses of rooms whose people stay on duty when school is out. Source: A:dismissal.staff."""


class Period(Model):
    """A bell period: its hours, and who is where."""

    period: str
    """Its name, such as 'class', 'passing' or 'lunch'."""
    from_: TimeOfDay = Field(alias="from")
    """Its first minute."""
    to: EndOfPeriod
    """The minute at which it is over."""
    share: dict[Use, Share] = Field(default_factory=dict)
    """Share of a use's people who are present; uses that are not named are empty."""
    moves: tuple[PeriodMove, ...] = ()
    """Home rooms whose people sit somewhere else in this period."""
    leave: bool | None = None
    """Whether people go home in this period; default: yes in a period called 'dismissal'.
    Source: A:dismissal.period."""

    @property
    def is_dismissal(self) -> bool:
        """Whether people go home in this period."""
        return self.period == "dismissal" if self.leave is None else self.leave


class Provenance(Model):
    """Where the plan comes from, under which terms, and which objects are derived by which written rule."""

    source: str = ""
    """Drawing, survey or publication it was made from."""
    credit: str = ""
    """Line to print beside every figure of the plan."""
    licence: str = ""
    """Terms under which the plan may be passed on."""
    rules: dict[str, str] = Field(default_factory=dict)
    """Rule number to its text."""
    derived: dict[str, str] = Field(default_factory=dict)
    """Object id to the number of the rule that made it."""

    @property
    def caution(self) -> str:
        """What a sketch says of its distances, as a sentence; '' for a plan that is none."""
        return f"S{self.source[1:]}." if self.source.startswith("sketch:") else ""


class FloorPlan(Derives, Sketched, Model):
    """A building and its equipment, as read from one file."""

    refusal = PlanError
    drillsim_plan: Literal[1] = 1
    """Version of the file format; marks the file as a plan."""
    name: str = Field(min_length=1)
    """Name of the building, for reports."""
    units: Literal["m", "cm", "mm", "ft", "in"] | None = None
    """Unit of lengths and areas without one; default: none, every length carries its own."""
    levels: tuple[Level, ...] = Field(min_length=1)
    """Storeys, each with its height."""
    spaces: tuple[Space, ...] = Field(min_length=1)
    """Rooms, corridors, stair rooms and outdoor places."""
    openings: tuple[Opening, ...] = ()
    """Doors, leafless openings, stair doors and exits."""
    stairs: tuple[Stair, ...] = ()
    """Flights between two stair rooms."""
    ramps: tuple[Ramp, ...] = ()
    """Ramps between two spaces."""
    posts: tuple[Post, ...] = ()
    """Named points where somebody may stand."""
    cameras: tuple[Camera, ...] = ()
    """Cameras and the spaces they watch."""
    equipment: tuple[Equipment, ...] = ()
    """AEDs and first-aid kits on the wall."""
    entries: Entries = Entries()
    """Exits by which services come in."""
    assembly: tuple[Assembly, ...] = ()
    """Places outside where people gather."""
    timetable: tuple[Period, ...] = ()
    """Bell periods: who is where, at which time of day."""
    groups: dict[Group, Share] = Field(default_factory=dict)
    """Who attends, as shares of all people: {primary: 92 %, adults: 5 %, needs-help: 3 %}. It holds where a scenario
    says nothing; `drillsim explain groups` tells how each walks."""
    grid_north_deg: float = 0.0
    """Degrees clockwise from the plan's +y axis to true north."""
    provenance: Provenance = Provenance()
    """Where the plan comes from, and under which terms."""

    @model_validator(mode="before")
    @classmethod
    def _drop_none(cls, value: Any) -> Any:
        return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value

    @cached_property
    def space_index(self) -> dict[str, int]:
        """Position of each space by id."""
        return {s.id: i for i, s in enumerate(self.spaces)}

    @cached_property
    def opening_index(self) -> dict[str, int]:
        """Position of each opening by id."""
        return {o.id: i for i, o in enumerate(self.openings)}

    def __repr__(self) -> str:
        return f"FloorPlan('{self.name}': {len(self.spaces)} spaces, {len(self.openings)} openings, {len(self.flights)} flights)"

    @property
    def flights(self) -> tuple[Stair | Ramp, ...]:
        """Stairs, then ramps: the ways with a length of their own, as the network numbers them after the openings."""
        return (*self.stairs, *self.ramps)

    def flights_by_section(self) -> Iterator[tuple[str, int, Stair | Ramp]]:
        """Yield every stair and ramp with its section and position in the file."""
        yield from (("stairs", i, stair) for i, stair in enumerate(self.stairs))
        yield from (("ramps", i, ramp) for i, ramp in enumerate(self.ramps))

    def period_at(self, time_of_day: str) -> Period | None:
        """Return the bell period that holds this 'hh:mm', or None between periods."""
        minute = minutes(time_of_day)
        return next((p for p in self.timetable if minutes(p.from_) <= minute < minutes(p.to)), None)

    def label_of(self, id_: str) -> str:
        """Return what people call the thing with this id; the id itself where nothing has it."""
        things: list[Any] = [*self.spaces, *self.openings, *self.flights, *self.posts, *self.assembly]
        return next((t.label or t.id for t in things if t.id == id_), id_)


def stair_opening(plan: FloorPlan, stair: Stair | Ramp, *, upper: bool) -> Opening | None:
    """Return the opening from which the length of a stair or ramp counts at one end, or None where it cannot be told.

    It is the one the file names; else the only stair door of the stair room; else its only opening.
    """
    named = stair.upper_opening if upper else stair.lower_opening
    room = stair.upper if upper else stair.lower
    if named is not None:
        i = plan.opening_index.get(named)
        return plan.openings[i] if i is not None and room in plan.openings[i].spaces else None
    beside = [o for o in plan.openings if room in o.spaces]
    doors = [o for o in beside if o.kind == "stair_door"]
    for candidates in (doors, beside):
        if len(candidates) == 1:
            return candidates[0]
    return None
