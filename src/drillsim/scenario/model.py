"""One scenario as frozen data, every default with its source.

Own kinds of incident are known only inside the scenario that defines them. Pydantic validates fields in their order, so
that `kinds` stands before the fields that name kinds, and their validators read it from `info.data`: an unknown name is
told at its place, together with all other mistakes of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError

from drillsim.documents.document import Document, Model
from drillsim.errors import ScenarioError
from drillsim.quantities import SPREAD_KEYS, Share, Time, written
from drillsim.scenario.incident import Call, Demand, Incident, TimeOfDayDraw
from drillsim.scenario.kinds import KINDS, Kind, OwnKinds, unknown_kind
from drillsim.scenario.people import LawsChoice, People
from drillsim.scenario.protocol import Action, Protocol
from drillsim.scenario.response import Ambulance, Dispatch, Locks, Medical, Noticing, Police, Reporting, Service
from drillsim.scenario.vocabulary import Weekday, default

H = TypeVar("H", Incident, Call)


FAMILY = "drillsim"
"""Family of the scenarios that name none; a name changes no draw."""
LONGEST_S = 7 * 86400.0
"""Longest horizon of a drill: a week."""


class Inject(Model):
    """A scripted change of the drill at a time: exactly one of its keys beside `at`."""

    at: Time = Field(ge=0)
    """When it happens, on the file's clock."""
    close: str | None = None
    """Opening or stair that closes."""
    reopen: str | None = None
    """Opening or stair that opens again."""
    prop: str | None = None
    """Opening that is propped open: it locks nobody out and rings no alarm until a patrol shuts it."""
    order: Action | None = None
    """The protective order is given now, whatever the report."""
    alarm: Literal["fire"] | None = None
    """The fire alarm rings."""
    absent: str | None = None
    """Unit that leaves campus."""
    radio_out: tuple[str, ...] | None = None
    """Spaces or uses without radio from now on; 'everywhere' for all."""
    radio_back: tuple[str, ...] | None = None
    """Spaces or uses that have radio again; 'everywhere' for all."""

    @model_validator(mode="after")
    def _one_thing(self) -> Inject:
        things = [name for name in type(self).model_fields if name != "at"]
        if sum(getattr(self, name) is not None for name in things) != 1:
            raise ValueError(f"an inject does one thing: {', '.join(things)}")
        return self


class Goal(Model):
    """A target for one measure."""

    measure: str
    """Column it is about; `drillsim explain measures` lists them."""
    at_most: Time
    """The time by which it should be reached."""
    in_share: Share = Field(alias="in")
    """Share of the drills that should meet it."""


ALL_TIMES = "times"
"""Key of `matters` that stands for every measure in seconds."""


class _WrittenMatters:
    """Tells editors that what matters is one time, or a mapping of measures to times."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [written("time"), handler(schema)]}


Matters = Annotated[
    dict[str, Annotated[Time, Field(gt=0)]],
    BeforeValidator(lambda v: v if isinstance(v, dict) else {ALL_TIMES: v}),
    _WrittenMatters(),
]


class Scenario(Model):
    """A drill to play: incidents, people, protocol, police and goals."""

    drillsim: Literal[1] = 1
    """Version of the file format; marks the file as a scenario."""
    name: str = Field(min_length=1)
    """Name of the scenario in tables and file names."""
    title: str = ""
    """One line for people."""
    family: str = ""
    """Names the random draws: scenarios of one family meet the same drills. Default: one family for all, so that no name
    changes a draw. A what-if keeps the family of what it varies."""
    plan: str | None = None
    """Path of the plan file, relative to this file; a plan given as argument wins."""
    time_of_day: TimeOfDayDraw = "10:00"
    """Time of the first onset. Decides which bell period it is, and so who is where; {draw: {passing: 40 %, lunch: 60 %}}
    draws it by drill."""
    weekday: Weekday | None = None
    """Decides which calendars hold; default: drawn for every drill, and whole days run from Monday to Friday."""
    horizon: Time = default("30 min", gt=0, le=LONGEST_S)
    """Every run is watched this long, every incident of a day as long after its onset. Assumption A:study.horizon."""
    primary: str = "able_on_scene_s"
    """The measure that decides, named before the run."""
    matters: Matters = Field(default={})
    """Least difference between mixes that matters to you, of all times or by measure: 10 s, or {able_on_scene_s: 10 s, times: 20 s}.
    Default by unit: Assumption A:study.matters."""
    kinds: OwnKinds = Field(default={})
    """Kinds of incident of your own by name: {missing-pupil: {like: behaviour, begins: a pupil is missing}}."""
    incidents: tuple[Incident, ...] = Field(default=(), max_length=1000)
    """What happens. The first of a drill decides its comparison; the others have rows of their own."""
    demand: Demand | None = None
    """Instead of incidents: a whole school day, with what comes up in it."""
    crowd: Literal["walks", "stays"] = "walks"
    """stays: nobody but responders walks (always so in a whole day): quick, and without people in the way."""
    crowd_engine: Literal["compiled", "reference"] = "compiled"
    """Which crowd plays; both mean the same. reference: the readable one that defines it, some forty times slower."""
    noticing: Noticing = Noticing()
    """How an incident comes to somebody's notice."""
    reporting: Reporting = Reporting()
    """How the notice reaches front office or dispatcher."""
    dispatch: Dispatch = Dispatch()
    """Who is sent, and how long they stay busy."""
    protocol: Protocol = Protocol()
    """The protective action, and how rooms carry it out."""
    police: Police = Police()
    """When police are called, when they come, and how they get in."""
    ems: Ambulance = Ambulance()
    """Called for every medical incident, together with the report."""
    fire_service: Service = Field(default=Service(), alias="fire-service")
    """Called for every fire or hazard, together with the report."""
    medical: Medical = Medical()
    """The chain of care until the ambulance's crew is there."""
    locks: Locks = Locks()
    """Time of responders with keys at locked doors."""
    people: People = People()
    """Who is in the building, and how they walk."""
    laws: LawsChoice = LawsChoice()
    """Named laws of the crowd."""
    injects: tuple[Inject, ...] = Field(default=(), max_length=5000)
    """Things that the script does at its times: closes ways, gives orders, takes units away."""
    goals: tuple[Goal, ...] = Field(default=(), max_length=1000)
    """Targets, each for one measure."""
    overrides: dict[str, dict[str, Any]] = Field(default={})
    """Named what-ifs: keys of this file with other values."""
    _document: Document | None = PrivateAttr(default=None)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{i.kind} at {i.where}" for i in self.incidents) or "a school day"
        return f"Scenario('{self.name}': {kinds}; {self.protocol.action})"

    @property
    def draws(self) -> str:
        """The family that names the random draws."""
        return self.family or FAMILY

    @field_validator("incidents")
    @classmethod
    def _incident_kinds(cls, incidents: tuple[Incident, ...], info: ValidationInfo) -> tuple[Incident, ...]:
        """Give each incident the properties of its kind."""
        return _of_known_kinds(incidents, info)

    @field_validator("demand")
    @classmethod
    def _call_kinds(cls, demand: Demand | None, info: ValidationInfo) -> Demand | None:
        """Give each call of a day the properties of its kind."""
        return demand and demand.unchecked_copy({"calls": _of_known_kinds(demand.calls, info, "calls")})

    @field_validator("dispatch")
    @classmethod
    def _ranked_kinds(cls, dispatch: Dispatch, info: ValidationInfo) -> Dispatch:
        """Check the names in `dispatch.ranks`."""
        _refuse_unknown(dispatch.ranks, info, "ranks")
        return dispatch

    @field_validator("police")
    @classmethod
    def _police_kinds(cls, police: Police, info: ValidationInfo) -> Police:
        """Check the names in `police.called_for`."""
        _refuse_unknown(police.called_for, info, "called_for")
        return police

    @property
    def own_kinds(self) -> dict[str, Kind]:
        """Properties of the kinds of `kinds`, by name."""
        return {name: kind.row(name) for name, kind in self.kinds.items()}

    @property
    def kind_rows(self) -> dict[str, Kind]:
        """Properties of every kind that this scenario knows, by name."""
        return {**KINDS, **self.own_kinds}

    @model_validator(mode="after")
    def _drill_or_day(self) -> Scenario:
        if bool(self.incidents) == (self.demand is not None):
            raise ValueError("a scenario has 'incidents' (a drill) or 'demand' (a whole day), one of the two")
        ids = [i.id for i in self.incidents]
        for id_ in ids:
            if ids.count(id_) > 1:
                raise ValueError(f"two incidents are called '{id_}'. Ids name the random draws: give each its own")
        if self.protocol.incident is not None and self.protocol.incident not in ids:
            raise ValueError(f"the protocol answers '{self.protocol.incident}', but no incident is called so")
        if self.demand is not None and (self.protocol.action != "none" or self.injects):
            raise ValueError("a whole day has neither 'protocol' nor 'injects'; play them as a drill of their own")
        return self

    @property
    def leading(self) -> int:
        """Index of the incident that begins first, of equals the earlier in the file; `time_of_day` is the time of its onset."""
        return min(range(len(self.incidents)), key=lambda i: (self.incidents[i].at, i))

    @property
    def protected(self) -> int:
        """Index of the incident that the protocol answers: the named one, else the one of highest rank."""
        if self.protocol.incident is not None:
            return [i.id for i in self.incidents].index(self.protocol.incident)
        order = range(len(self.incidents))
        return max(order, key=lambda i: (self.dispatch.rank(self.incidents[i].row), -self.incidents[i].at, -i))

    def guarded(self, patch: Mapping[str, Any]) -> list[str]:
        """Return the keys of a what-if that a hostile scenario does not vary: its incident and its time."""
        guarded = any(incident.row.is_guarded for incident in self.incidents)
        return [key for key in ("incidents", "kinds", "time_of_day", "weekday") if guarded and key in patch]

    def with_override(self, name: str) -> Scenario:
        """Return the scenario with one of its named overrides; the family of draws stays.

        Raises KeyError when no override has this name, ScenarioError when it varies place or time of a hostile incident.
        """
        patch = self.overrides[name]
        if self.guarded(patch):
            raise ScenarioError(f"override '{name}': {GUARD}")
        data = merge(self.model_dump(by_alias=True), patch)
        data.update(name=f"{self.name}+{name}", overrides=self.overrides)
        changed = Scenario.model_validate(data, context={"si": True})
        changed._document = self._document
        return changed


def _known(info: ValidationInfo) -> dict[str, Kind] | None:
    """Return the kinds that a scenario under validation knows; None where `kinds` itself is at fault."""
    if "kinds" not in info.data:
        return None
    return {**KINDS, **{name: kind.row(name) for name, kind in info.data["kinds"].items()}}


def _of_known_kinds(happenings: tuple[H, ...], info: ValidationInfo, *path: str) -> tuple[H, ...]:
    """Return happenings with the properties of their kinds, or raise a located error for each unknown or misfitting one."""
    known = _known(info)
    if known is None:
        return happenings
    faults: list[InitErrorDetails] = []
    for i, one in enumerate(happenings):
        if one.kind not in known:
            faults.append(unknown_kind(one.kind, known, (*path, i, "kind")))
        elif message := one.misfit(known[one.kind]):
            error = PydanticCustomError("DS104", "{t}", {"t": message})
            faults.append({"type": error, "loc": (*path, i), "input": one.kind})
    if faults:
        raise ValidationError.from_exception_data("kinds", faults)
    return tuple(one.as_one_of(known) for one in happenings)


def _refuse_unknown(names: tuple[str, ...], info: ValidationInfo, key: str) -> None:
    known = _known(info)
    if known is not None:
        faults = [unknown_kind(name, known, (key, i)) for i, name in enumerate(names) if name not in known]
        if faults:
            raise ValidationError.from_exception_data("kinds", faults)


GUARD = (
    "for a hostile incident place, script and time are not varied: drillsim never searches over what an aggressor could do. "
    "Vary staffing, protocol, locks or police instead"
)


def merge(base: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return base with patch laid over it: mappings merge, everything else is replaced.

    Spreads are replaced whole, since half of one form and half of another is neither.
    """
    out = dict(base)
    for key, value in patch.items():
        old = out.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and not SPREAD_KEYS.intersection(value):
            value = merge(old, value)
        out[key] = value
    return out


__all__ = ["Goal", "Incident", "Inject", "Scenario", "merge"]
