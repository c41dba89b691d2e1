"""Incidents with their stages and moves, and the demand (calls for service) of a whole day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    Tag,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from drillsim.documents.document import Model
from drillsim.quantities import Share, Speed, Time, TimeOfDay, TimeSpread
from drillsim.scenario.kinds import KINDS, Kind, KindName
from drillsim.scenario.vocabulary import Place, default, written_as

ANY = "any"
"""Stands for every bell period that is not named."""

Draw = Annotated[dict[str, Share], Field(min_length=1)]
Spot = Annotated[
    Annotated[str, Field(min_length=1), Tag("id")]
    | Annotated[dict[Literal["use"], str], Tag("use")]
    | Annotated[dict[Literal["draw"], Draw], Tag("draw")],
    written_as("an id, {use: cafeteria} or {draw: {classroom: 53 %, corridor: 47 %}}"),
]
Where = Annotated[
    Annotated[str, Field(min_length=1), Tag("id")]
    | Annotated[dict[Literal["use"], str], Tag("use")]
    | Annotated[dict[Literal["draw"], Draw], Tag("draw")]
    | Annotated[dict[Literal["by_period"], Annotated[dict[str, Spot], Field(min_length=1)]], Tag("by_period")],
    written_as(
        "an id, {use: cafeteria}, {draw: {classroom: 53 %, corridor: 47 %}} or "
        "{by_period: {lunch: {use: cafeteria}, any: {use: corridor}}}"
    ),
]
TimeOfDayDraw = Annotated[
    Annotated[TimeOfDay, Tag("id")] | Annotated[dict[Literal["draw"], Draw], Tag("draw")],
    written_as('"10:00", or {draw: {passing: 40 %, lunch: 60 %}} by bell period'),
]

PER_DAY = {"/day": 1.0, "/week": 1 / 5, "/year": 1 / 180}
"""School days are counted: 5 a week, 180 a year (docs/sources.md#school-days)."""


def _rate(value: Any) -> Any:
    if isinstance(value, float):
        return value
    number, _, unit = str(value).strip().partition(" ")
    try:
        return float(number) * PER_DAY[unit.strip()]
    except (KeyError, ValueError):
        raise PydanticCustomError(
            "DS104", "'{v}' is no rate. Write '0.2 /day' or '30 /year'", {"v": str(value)}
        ) from None


Rate = Annotated[
    float,
    Field(ge=0, le=1e7),
    BeforeValidator(_rate),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\s*[\d.]+([eE]\d+)? /(day|week|year)\s*$", "examples": ["0.2 /day"]}
    ),
]
"""Expected number per school day."""


class Stage(Model):
    """A stage of the incident's own progress, with a probability of detection."""

    name: str = ""
    """What the stage is called in the timeline."""
    delay: TimeSpread
    """How long it takes."""
    detects: Share = 0.0
    """Chance that this stage is detected (an alarm, a sensor); nothing unless said."""
    seen: Literal["begin", "middle", "end"] = "begin"
    """When in the stage it is detected."""


class Move(Model):
    """A scripted move of the incident to another place."""

    to: Place
    """Space or post; {use: …} takes the first space of that use."""
    after: TimeSpread
    """How long it stays before it goes there."""
    at_locked: Literal["waits", "stays-away"] = "stays-away"
    """At a locked door: wait there until it opens, or leave this move out and go on with the next."""


def _once(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kinds))


KindNames = Annotated[tuple[KindName, ...], AfterValidator(_once)]


class Happening(Model):
    """What an incident of a drill and a call of a day have in common: kind, place, durations, need."""

    kind: KindName
    """A shipped kind (`drillsim explain kinds`), or an own one from `kinds`."""
    where: Where
    """A space or post id, {use: cafeteria}, {draw: {classroom: 53 %, corridor: 18 %}} by use or space id, or
    {by_period: {lunch: …, any: …}}."""
    lasts: TimeSpread | None = None
    """Own duration if nobody comes; default: the shipped figure of the kind (fights end by themselves)."""
    act: TimeSpread | None = None
    """Time from able to resolved; default: the shipped figure of the kind."""
    participants: int | None = Field(default=None, ge=1, le=10_000)
    """Persons who take part in a disorder; default: 24. It needs one responder for 8 of them, at least 3.
    Assumption A:intervention.disorder_participants."""
    quorum: int | None = Field(default=None, ge=1, le=1000)
    """Responders a disorder needs; default: it follows from the participants.
    Assumption A:intervention.disorder_responders_needed."""
    discipline: bool = False
    """A rule break: no request for an officer, from which agreements keep officers out."""
    _row: Kind | None = PrivateAttr(default=None)
    """Properties of an own kind, filled in by the scenario that defines it."""

    @property
    def row(self) -> Kind:
        """Properties of the kind.

        Raises KeyError for an own kind outside a scenario that defines it.
        """
        return self._row or KINDS[self.kind]

    def as_one_of(self, kinds: Mapping[str, Kind]) -> Self:
        """Return the same happening with the properties of its kind, which is one of these."""
        if self.kind in KINDS:
            return self
        copy = self.model_copy()
        copy._row = kinds[self.kind]
        return copy

    def misfit(self, kind: Kind) -> str:
        """Return what this kind of incident cannot have and this one has; '' where all is well."""
        if kind.never_resolved and (self.lasts is not None or self.act is not None):
            return f"a {kind} incident has no 'lasts' and no 'act': it ends here when somebody able is there"
        if not kind.needs_quorum and (self.participants is not None or self.quorum is not None):
            return f"'participants' and 'quorum' belong to a disorder, not to {kind}"
        if self.discipline and not kind.may_be_discipline:
            return "'discipline' says that a behaviour incident is a rule break; other kinds have none"
        return ""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        """Check a shipped kind; the scenario checks its own kinds, which are known there."""
        message = self.misfit(KINDS[self.kind]) if self.kind in KINDS else ""
        if message:
            raise ValueError(message)
        return self

    @property
    def needs(self) -> int:
        """Responders that must be there: the quorum of a disorder, else one."""
        if not self.row.needs_quorum:
            return 1
        return self.quorum or max(3, -(-(self.participants or 24) // 8))


class Incident(Happening):
    """An incident of a drill, at one time."""

    id: str = "main"
    """Name of the incident in rows and in `protocol.incident`; it names its random draws."""
    at: Time = default("0 s", ge=0)
    """Onset on the clock of the file; injects and rounds happen at their own time before it."""
    noticed_after: TimeSpread | None = None
    """Fixes the notice instead of the race of sources."""
    through: str | None = None
    """Opening by which it comes in: its alarm may tell."""
    stages: tuple[Stage, ...] = Field(default=(), max_length=1000)
    """Its own progress, stage by stage; `script_done_s` is the end of the last."""
    moves: tuple[Move, ...] = Field(default=(), max_length=1000)
    """Where it goes after the place it begins at."""
    pace: Speed = default("1.3 m/s", gt=0)
    """Its walk from place to place. Assumption A:incident.pace."""


class Call(Happening):
    """Incidents of one sort that come again and again over a day."""

    rate: Rate
    """Expected number: '0.2 /day' or '30 /year' of school days."""
    periods: dict[str, Share] = Field(default={})
    """Share by bell period, or 'any' for the rest of the day; default: evenly over the day."""

    def misfit(self, kind: Kind) -> str:
        """Return what a call of this kind cannot have; a guarded kind has no daily rate (misuse guard)."""
        if kind.is_guarded:
            return "hostile events have no daily rate here; play them as a drill of their own"
        return super().misfit(kind)


MOST_PER_DAY = 50_000
"""Expected incidents of one day, all sorts together."""


class Demand(Model):
    """A school day, from opening to closing, and what comes up in it."""

    from_: TimeOfDay = Field(default="08:00", alias="from", validate_default=True)
    """Opening of the school."""
    lasts: Time = default("7 h", gt=0, le=86400.0)
    """Length of the day, at most 24 h. Assumption A:demand.school_day."""
    calls: tuple[Call, ...] = Field(min_length=1, max_length=1000)
    """Sorts of incidents with their rates."""

    @field_validator("calls")
    @classmethod
    def _no_flood(cls, calls: tuple[Call, ...]) -> tuple[Call, ...]:
        """Refuse more incidents in one day than any study means; a rate per year is easily written as one per day."""
        expected = sum(call.rate for call in calls)
        if expected > MOST_PER_DAY:
            text = f"{expected:,.0f} incidents are expected in a day; at most {MOST_PER_DAY:,}. Check '/day' against '/year'"
            raise PydanticCustomError("DS105", "{t}", {"t": text})
        return calls
