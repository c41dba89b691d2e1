"""Who responds: roles as data, units, and staffing mixes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, GetJsonSchemaHandler, PrivateAttr, Tag, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import CoreSchema

from drillsim.documents import Document, Model
from drillsim.quantities import Share, Speed, SpeedSpread, Time, TimeSpread, parse, written

Kind = Literal["behaviour", "unwanted-person", "hostile", "medical", "fire"]
KINDS: tuple[Kind, ...] = ("behaviour", "unwanted-person", "hostile", "medical", "fire")

Word = Literal["resolves", "assists", "stays-away"]
Duty = Literal["post", "patrol", "desk", "mentoring", "teaching"]
DUTIES: tuple[Duty, ...] = ("post", "patrol", "desk", "mentoring", "teaching")


def _cost(value: Any) -> Any:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        amount = parse(value, "money", bare=True)
        return {"low": amount, "mid": amount, "high": amount}
    return value


class _WrittenCost:
    """Tells editors that a cost is one amount or a mapping of three."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [written("money", bare=True), handler(schema)]}


Dollars = Annotated[
    float,
    Field(ge=0),
    BeforeValidator(lambda v: parse(v, "money", bare=True)),
    WithJsonSchema(written("money", bare=True)),
]


class BareMoney(Model):
    """What something costs per year, in USD, as low, middle and high."""

    low: Dollars = 0.0
    """Cautious low figure; 0 where nobody is paid for. Assumption A:cost.none."""
    mid: Dollars = 0.0
    """Middle figure; 0 where nobody is paid for. Assumption A:cost.none."""
    high: Dollars = 0.0
    """High figure; 0 where nobody is paid for. Assumption A:cost.none."""
    year: int | None = None
    """Year of the prices."""
    payer: str = ""
    """Who pays, such as city or district."""


Cost = Annotated[BareMoney, BeforeValidator(_cost), _WrittenCost()]


class HandOver(Model):
    """Delay between word and first step, by duty."""

    post: TimeSpread = Field(default="0 s", validate_default=True)
    """On post with nobody to serve: none. Source: docs/sources.md#duty-delay (patrol 0 s)."""
    patrol: TimeSpread = Field(default="0 s", validate_default=True)
    """On patrol: none. Source: docs/sources.md#duty-delay. Assumption A:availability.duty_extra_delay."""
    desk: TimeSpread = Field(default="10 s", validate_default=True)
    """Leaving desk work. Assumption A:availability.duty_extra_delay."""
    mentoring: TimeSpread = Field(default="10 s", validate_default=True)
    """Leaving a conversation with a pupil. Assumption A:availability.duty_extra_delay."""
    teaching: TimeSpread = Field(default="20 s", validate_default=True)
    """Handing a class over. Assumption A:availability.duty_extra_delay."""


class Role(Model):
    """What somebody of this role may do, how fast and at what price."""

    like: str | None = None
    """A role whose values hold wherever this one says nothing."""
    label: str = ""
    words: dict[Kind, Word] = Field(default={})
    """What this role does for each kind; kinds that are not named: stays-away."""
    armed: bool = False
    """Counts as able in a hostile event, together with the word 'resolves'."""
    keys: bool = True
    """Opens locked doors, after the lock delay."""
    radio: bool = True
    """Hears and sends by radio."""
    may_order: bool = True
    """May order the protective action once it knows of a hostile event, or notices one itself."""
    meets_police: bool = False
    """Goes to the police entry with keys and place in a hostile event that it stays away from."""
    presence: Share = 1.0
    """Share of school hours on campus. Assumption A:availability.always, unless the role says otherwise."""
    duties: dict[Duty, Share] = Field(default={})
    """Share of the time on each duty; where empty, patrol if a patrol is given, else the post."""
    hand_over: HandOver = HandOver()
    cost: Cost = BareMoney()
    """USD per year, fully loaded."""
    acknowledge: TimeSpread = Field(default={"median": "6 s", "sigma": 0.6}, validate_default=True)
    """Hears, orients and leaves. Assumption A:responder.decide_acknowledge."""
    run: SpeedSpread = Field(default={"low": "2.4 m/s", "high": "3.2 m/s"}, validate_default=True)
    """Indoor emergency pace with a duty belt. Assumption A:responder.speed_jog."""
    brisk: Speed = Field(default="1.8 m/s", validate_default=True, gt=0)
    """Pace to an unwanted person. Assumption A:responder.speed_brisk."""
    patrol_speed: Speed = Field(default="1.3 m/s", validate_default=True, gt=0)
    """Pace on patrol, normal walk. Assumption A:responder.speed_patrol."""
    stair_up: Speed = Field(default="0.9 m/s", validate_default=True, gt=0)
    """Along the slope, upwards. Assumption A:responder.stair_up."""
    stair_down: Speed = Field(default="1.2 m/s", validate_default=True, gt=0)
    """Along the slope, downwards. Assumption A:responder.stair_down."""

    def word(self, kind: str) -> Word:
        """Return what this role does for a kind of incident."""
        return self.words.get(kind, "stays-away")  # type: ignore[call-overload, no-any-return]


def written_as(forms: str) -> Discriminator:
    """Tell an id from a mapping with one key, so that a mistake is told once; the key is the tag of its form."""

    def form(value: Any) -> str | None:
        if isinstance(value, dict):
            return next(iter(value)) if len(value) == 1 else None
        return "id" if isinstance(value, str) else None

    return Discriminator(form, "DS104", f"write {forms}")


Place = Annotated[
    Annotated[str, Field(min_length=1), Tag("id")] | Annotated[dict[Literal["use"], str], Tag("use")],
    written_as("an id or {use: cafeteria}"),
]


class Unit(Model):
    """One person of a mix; its id names its random draws, in every mix that lists it."""

    id: str = Field(min_length=1)
    role: str
    label: str = ""
    post: Place | None = None
    """Post or space where it stands; {use: …} takes the first space of that use."""
    patrol: tuple[Place, ...] = ()
    """Stops of its round, in order; the round closes by the least way."""
    stays: Time = Field(default="30 s", validate_default=True, ge=0)
    """Time at each stop. Assumption A:availability.patrol_stay."""
    presence: Share | None = None
    """Share of school hours on campus; the role's where absent."""
    duties: dict[Duty, Share] | None = None
    """The role's where absent."""


class Mix(Model):
    """One staffing to compare."""

    name: SkipJsonSchema[str] = ""
    """Filled in from the file."""
    label: str = ""
    units: tuple[Unit, ...] = ()
    roles: SkipJsonSchema[dict[str, Role]] = Field(default={})
    """Filled in from the file and the shipped roles: every role its units have."""

    def role(self, unit: Unit) -> Role:
        """Return the role of one of its units."""
        return self.roles[unit.role]

    @property
    def cost(self) -> BareMoney:
        """Sum of its units' yearly costs; year and payer where they all agree."""
        costs = [self.role(u).cost for u in self.units]
        years, payers = {c.year for c in costs}, {c.payer for c in costs}
        return BareMoney(
            low=sum(c.low for c in costs),
            mid=sum(c.mid for c in costs),
            high=sum(c.high for c in costs),
            year=years.pop() if len(years) == 1 else None,
            payer=payers.pop() if len(payers) == 1 else ", ".join(sorted(p for p in payers if p)),
        )


class Mixes(Model):
    """The mixes of one file, in file order."""

    drillsim_mixes: Literal[1] = 1
    present: str
    """The staffing of today; the others are compared with it."""
    roles: dict[str, Role] = Field(default={})
    """Shipped roles changed, or new ones with `like:`."""
    mixes: dict[str, Mix] = Field(min_length=1)
    _document: Document | None = PrivateAttr(default=None)

    def __getitem__(self, name: str) -> Mix:
        return self.mixes[name]

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        return iter(self.mixes)

    def __len__(self) -> int:
        return len(self.mixes)


__all__ = [
    "DUTIES", "KINDS", "BareMoney", "Duty", "HandOver", "Kind", "Mix", "Mixes", "Place", "Role", "Unit", "Word",
]  # fmt: skip
