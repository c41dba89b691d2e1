"""Who responds: roles as data, units, and staffing mixes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError

from drillsim.documents.document import Document, Model
from drillsim.documents.frozen import FrozenDict
from drillsim.errors import ScenarioError, closest
from drillsim.quantities import Ratio, Share, Speed, SpeedSpread, Time, TimeSpread, parse, written
from drillsim.scenario.calendar import Calendar, Turn
from drillsim.scenario.defaults import SHIPPED
from drillsim.scenario.kinds import KINDS, Kind, KindName, misspelt_kind, unknown_kind
from drillsim.scenario.vocabulary import Duty, Place, Word, default


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


def _spelt(words: dict[str, Word]) -> dict[str, Word]:
    """Refuse a name that is a shipped kind but for a letter or two; other names may be kinds of a scenario."""
    misspelt = [unknown_kind(name, KINDS, (name,)) for name in words if misspelt_kind(name)]
    if misspelt:
        raise ValidationError.from_exception_data("words", misspelt)
    return words


Words = Annotated[dict[KindName, Word], AfterValidator(_spelt)]


FIRST_AID = ("none", "trained", "nurse", "ems")
"""Levels of first aid, from none up."""
FirstAid = Annotated[
    Literal["none", "trained", "nurse", "ems"],
    BeforeValidator(lambda v: ("none", "trained")[v] if isinstance(v, bool) else v),
]


class HandOver(Model):
    """Delay between word and first step, by duty."""

    post: TimeSpread = default("0 s")
    """On post with nobody to serve: none. Source: docs/sources.md#duty-delay (patrol 0 s)."""
    patrol: TimeSpread = default("0 s")
    """On patrol: none. Source: docs/sources.md#duty-delay. Assumption A:availability.duty_extra_delay."""
    desk: TimeSpread = default("10 s")
    """Leaving desk work. Assumption A:availability.duty_extra_delay."""
    visitors: TimeSpread = default({"low": "0 s", "usual": "10 s", "high": "40 s"})
    """Sending a visitor to wait and shutting the entrance. Assumption A:availability.visitor_service."""
    mentoring: TimeSpread = default("10 s")
    """Leaving a conversation with a pupil. Assumption A:availability.duty_extra_delay."""
    counselling: TimeSpread = default("20 s")
    """Leaving a pupil who must not be left alone. Assumption A:availability.counselling_delay."""
    mediation: TimeSpread = default("20 s")
    """Parting two sides first. Assumption A:availability.counselling_delay."""
    teaching: TimeSpread = default("20 s")
    """Handing a class over. Assumption A:availability.duty_extra_delay."""


class Role(Model):
    """Powers, equipment, speeds and cost of a role."""

    name: SkipJsonSchema[str] = ""
    """Filled in from the file."""
    like: str | None = None
    """A role whose values hold wherever this one says nothing."""
    label: str = ""
    """What people call it; default: the name in words."""
    words: Words = Field(default={})
    """What this role does for each kind, own kinds of the scenarios included. Kinds that are not named: stays-away; an own
    kind with `like`: as for the kind it is like."""
    armed: bool = False
    """Counts as able in a hostile event, together with the word 'resolves'."""
    quorum: bool = False
    """Counts towards the number of responders that a disorder needs."""
    keys: bool = True
    """Opens locked doors, after the lock delay."""
    radio: bool = True
    """Hears and sends by radio."""
    may_order: bool = True
    """May order the protective action once it knows of a hostile event, or notices one itself."""
    police_channel: bool = False
    """Speaks to the police directly: once it has word of an incident that police are called for, they are called."""
    first_aid: FirstAid = "none"
    """Level of the first aid that it gives to a patient; it stays until somebody of at least this level takes over."""
    fetches_aed: bool = False
    """Is asked to fetch the AED, by the way of least time; takes it along when alone where it costs little."""
    arrests: bool = False
    """May arrest, and then leaves campus with the arrested person."""
    guides: bool = True
    """In a hostile event it stays away from: tells the people where it is at once, and locks rooms that failed."""
    meets_police: bool = False
    """Goes to the police entry with keys and place in a hostile event that it stays away from."""
    at_shift_end: Literal["finish", "leave"] = "finish"
    """At the end of a shift of its calendar: finish the task that it is on, and leave then, or leave at once."""
    presence: Share = 1.0
    """Share of school hours on campus. Assumption A:availability.always, unless the role says otherwise."""
    duties: dict[Duty, Share] = Field(default={})
    """Share of the time on each duty; default: patrol if a patrol is given, else the post."""
    hand_over: HandOver = HandOver()
    """Delay between word and first step, by duty."""
    act_factor: Ratio = 1.0
    """Its time from able to resolved, as a multiple of the usual; no sourced figure for training or experience was
    found, so it is 1 for every shipped role. Assumption A:intervention.act_factor."""
    cost: Cost = BareMoney()
    """USD per year, fully loaded."""
    acknowledge: TimeSpread = default({"median": "6 s", "sigma": 0.6})
    """Hears, orients and leaves. Assumption A:responder.decide_acknowledge."""
    run: SpeedSpread = default({"low": "2.4 m/s", "high": "3.2 m/s"})
    """Indoor emergency pace with a duty belt. Assumption A:responder.speed_jog."""
    brisk: Speed = default("1.8 m/s", gt=0)
    """Pace to an unwanted person. Assumption A:responder.speed_brisk."""
    patrol_speed: Speed = default("1.3 m/s", gt=0)
    """Pace on patrol, normal walk. Assumption A:responder.speed_patrol."""
    stair_up: Speed = default("0.9 m/s", gt=0)
    """Along the slope, upwards. Assumption A:responder.stair_up."""
    stair_down: Speed = default("1.2 m/s", gt=0)
    """Along the slope, downwards. Assumption A:responder.stair_down."""

    @property
    def care(self) -> int:
        """Level of its first aid as a number, 0 where it gives none."""
        return FIRST_AID.index(self.first_aid)

    def is_a(self, name: str) -> bool:
        """Return whether this role is the shipped one of that name, or made like it."""
        return name in (self.name, self.like)

    def word(self, kind: Kind) -> Word:
        """Return what this role does for a kind of incident, or for the kind it is like; 'stays-away' unless named."""
        return self.words.get(kind.name) or self.words.get(kind.like, "stays-away")


RESERVED = frozenset(
    ("police", "ems", "fire-service", "office", "school", "people", "script", "self", "unit", "anybody", "roll")
)
"""Names in the event table that are not units."""
FROM_FILE = {"file": True}
"""Validation context of a mixes file, whose roles and units `scenario.read` checks and locates in it."""


def _over(base: str, written: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a shipped role with those that are written over them; words and cost merge."""
    values = {"name": base, **SHIPPED[base]}
    for key, value in written.items():
        merges = key in ("words", "cost") and isinstance(value, dict)
        values[key] = {**values.get(key, {}), **value} if merges else value
    return values


def shipped_role(name: str, override: dict[str, Any] | None = None) -> Role:
    """Return a shipped role, with some of its values replaced.

    Raises KeyError for a name that is not shipped.
    """
    return Role.model_validate(_over(name, override)) if override else _shipped_role(name)


@cache
def _shipped_role(name: str) -> Role:
    return Role.model_validate(_over(name, {}))


def role_values(name: str, written: dict[str, Any] | None) -> dict[str, Any]:
    """Return the values of a role of this name as `roles:` writes it: over those of the shipped role that it changes or is like.

    Raises KeyError where that is none.
    """
    values = dict(written or {})
    base = values.pop("like", None) or (name if name in SHIPPED else None)
    values.update(name=name, like=base if base != name else None)
    values.setdefault("label", name.replace("-", " ").capitalize() if base != name else SHIPPED[base]["label"])
    return _over(base, values) if base else values


class Unit(Model):
    """One person of a mix; its id names its random draws, in every mix that lists it."""

    id: str = Field(min_length=1)
    """Name of the unit in rows and events; it names its random draws."""
    role: str
    """A shipped role (`drillsim explain roles`), or one of `roles`."""
    label: str = ""
    """What people call it; default: the role's label."""
    post: Place | None = None
    """Post or space where it stands; {use: …} takes the first space of that use."""
    patrol: tuple[Place, ...] = Field(default=(), max_length=1000)
    """Stops of its round, in order; the round closes by the least way."""
    stays: Time = default("30 s", ge=0)
    """Time at each stop. Assumption A:availability.patrol_stay."""
    presence: Share | None = None
    """Share of school hours on campus; default: the role's. A calendar takes its place."""
    duties: dict[Duty, Share] | None = None
    """Share of the time on each duty; default: the role's."""
    calendar: Calendar | None = None
    """Its week; days that are not named are off."""
    returns: TimeSpread | None = Field(default=None, alias="return")
    """From the call until it is at its post, where it may be called in while it is off campus by its calendar or draw;
    default: nobody calls it in."""
    timetable: tuple[Turn, ...] = Field(default=(), max_length=1000)
    """Its day; at other times it is on a duty drawn by the shares, or on post or patrol."""


class Mix(Model):
    """One staffing to compare."""

    name: SkipJsonSchema[str] = ""
    """Filled in from the file."""
    label: str = ""
    """What people call it in tables; default: the name."""
    units: tuple[Unit, ...] = Field(default=(), max_length=2000)
    """Who is on duty."""
    trust: Ratio = 1.0
    """Multiple of `noticing.trust` with this staffing, at most to 100 %: how far pupils tell adults they know. No figure
    with a source was found, so it is 1 unless said. Assumption A:detection.trust."""
    roles: SkipJsonSchema[dict[str, Role]] = Field(default={})
    """Filled in from the file and the shipped roles: every role its units have."""

    @model_validator(mode="after")
    def _shipped_roles(self) -> Self:
        """Fill in the shipped roles of its units; other roles come from the mixes that it belongs to."""
        known = set(self.roles)
        more = {u.role: _shipped_role(u.role) for u in self.units if u.role not in known and u.role in SHIPPED}
        if more:
            self.__dict__["roles"] = FrozenDict({**self.roles, **more})
        return self

    def role(self, unit: Unit) -> Role:
        """Return the role of one of its units; raises ScenarioError where it is neither shipped nor given."""
        if unit.role not in self.roles:
            raise ScenarioError(
                f"'{unit.id}': no role called '{unit.role}'.{closest(unit.role, sorted({*SHIPPED, *self.roles}))}"
            )
        return self.roles[unit.role]

    def chance(self, unit: Unit) -> float:
        """Return the share of school hours that one of its units without a calendar is on campus."""
        return self.role(unit).presence if unit.presence is None else unit.presence

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
    """Version of the file format; marks the file as staffing mixes."""
    present: str
    """The staffing of today; the others are compared with it."""
    roles: dict[str, Role] = Field(default={})
    """Shipped roles changed, or new ones with `like:`."""
    mixes: dict[str, Mix] = Field(min_length=1, max_length=5000)
    """The staffings to compare, by name."""
    _document: Document | None = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def _from_code(cls, values: Any, read: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Fill in names, labels and roles of mixes made by code, and check them as `scenario.read` checks those of a file."""
        if info.context is not None or not isinstance(values, dict):
            return read(values)
        written, faults = values.get("roles"), list[InitErrorDetails]()
        if isinstance(written, dict):
            roles = dict(written)
            for name, role in written.items():
                base = role.get("like") if isinstance(role, dict) else None
                if base is not None and base not in SHIPPED:
                    faults.append(
                        _fault("DS205", f"no role called '{base}'.{closest(str(base), SHIPPED)}", "roles", name, "like")
                    )
                elif isinstance(role, dict):
                    roles[name] = role_values(str(name), role)
            values = {**values, "roles": roles}
        mixes = read(values)
        mixes.complete(faults)
        return mixes

    def complete(self, faults: list[InitErrorDetails] | None = None) -> None:
        """Fill in names, labels and roles where they are made, once.

        faults
            Found before; raises pydantic's ValidationError with them and those of the units.
        """
        faults = list(faults or ())
        if self.present not in self.mixes:
            told = f"no mix is called '{self.present}' (present).{closest(self.present, self.mixes)}"
            faults.append(_fault("DS206", told, "present"))
        known = {**{name: _shipped_role(name) for name in SHIPPED}, **self.roles}
        filled = {}
        for name, mix in self.mixes.items():
            faults += _unit_faults(name, mix, {*known, *mix.roles})
            used = {u.role: self.roles.get(u.role) or mix.roles.get(u.role) for u in mix.units}
            filled[name] = mix.unchecked_copy({"name": name, "label": mix.label or name, "roles": used})
        if faults:
            raise ValidationError.from_exception_data("mixes", faults)
        self.__dict__.update(mixes=FrozenDict(filled), roles=FrozenDict(known))

    def __repr__(self) -> str:
        return f"Mixes({', '.join(f'{n}: {len(self[n].units)} units' for n in self)}; present: {self.present})"

    def __getitem__(self, name: str) -> Mix:
        return self.mixes[name]

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        return iter(self.mixes)

    def __len__(self) -> int:
        return len(self.mixes)


def _fault(code: str, message: str, *loc: int | str) -> InitErrorDetails:
    return {"type": PydanticCustomError(code, "{t}", {"t": message}), "loc": loc, "input": loc[-1]}


def _unit_faults(name: str, mix: Mix, roles: set[str]) -> Iterator[InitErrorDetails]:
    """Yield the faults of the units of a mix: names that are taken, and roles that do not exist."""
    for i, unit in enumerate(mix.units):
        place = ("mixes", name, "units", i)
        for message in unit_name_faults(mix, i, name):
            yield _fault("DS201", message, *place, "id")
        if unit.role not in roles:
            yield _fault("DS205", f"no role called '{unit.role}'.{closest(unit.role, sorted(roles))}", *place, "role")


def unit_name_faults(mix: Mix, index: int, name: str) -> Iterator[str]:
    """Yield what is wrong with the id of one unit of the mix of this name: it is taken by drillsim, or by another unit."""
    id_ = mix.units[index].id
    if id_ in RESERVED or id_.startswith("person-"):
        yield f"'{id_}' is a name that drillsim uses itself. Give the unit another id, such as '{id_}-1'"
    if any(other.id == id_ for other in mix.units[:index]):
        yield f"two units of '{name}' are called '{id_}'. Ids name the random draws: give each its own"


__all__ = ["BareMoney", "HandOver", "Mix", "Mixes", "Role", "Unit"]
