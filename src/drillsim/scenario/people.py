"""Population of the building, route choice, and the named laws of movement."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, ValidationError, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from drillsim.documents.document import Model
from drillsim.quantities import Density, Length, Rate, Share, SpecificFlow, SpeedSpread, Time, TimeSpread, written
from drillsim.scenario.groups import Groups
from drillsim.scenario.vocabulary import Place, default, written_as

Routes = Annotated[
    Annotated[Literal["least-time", "shortest"], Tag("id")]
    | Annotated[dict[Literal["assigned"], dict[str, str]], Tag("assigned")],
    written_as("least-time, shortest or {assigned: {room-101: door-2}}"),
]


class Source(Model):
    """People who come into a space one by one, at random instants (a Poisson process), and leave at once."""

    space: str
    """Space they come into, each at a point drawn evenly over its floor."""
    rate: Rate = Field(gt=0)
    """How many are expected: '0.5 /s' or '30 /min'."""
    from_: Time = default("0 s", ge=0, alias="from")
    """Since when, on the drill's clock."""
    to: Time | None = None
    """Until when; default: to the end of the drill. A later end keeps those who came before."""
    group: str | None = None
    """Group they belong to, one of the drill or a shipped one; default: drawn by the drill's shares."""

    @model_validator(mode="after")
    def _ends_later(self) -> Source:
        if self.to is not None and self.to <= self.from_:
            text = f"nobody comes, since the end is not after 'from' ({self.from_:g} s). Write a later one"
            late = PydanticCustomError("DS105", "{t}", {"t": text})
            raise ValidationError.from_exception_data("source", [{"type": late, "loc": ("to",), "input": self.to}])
        return self


class Refuge(Model):
    """Places of refuge: in an evacuation, whoever of these groups cannot leave their level without a stair goes to the
    nearest of these spaces and stays there."""

    groups: tuple[str, ...] = Field(default=("needs-help",), min_length=1)
    """Groups who make for a refuge; everybody else leaves."""
    spaces: tuple[Place, ...] = Field(min_length=1)
    """Ids, or {use: …} for every space of that use. Who can reach none of them without a stair leaves like everybody."""


class People(Model):
    """The pupils and staff who are in the building."""

    groups: Groups | None = None
    """Groups by name: a shipped one (`drillsim explain groups`) with its share, and any figure of it replaced; or one of
    your own with its share and speed. Default: who attends by the plan's own `groups`; else 97 % secondary and
    3 % needs-help, assumption A:people.needs_help."""
    stair_up: SpeedSpread | None = None
    """Speed of everybody up stairs, along the slope; default: that of each group."""
    stair_down: SpeedSpread | None = None
    """Speed of everybody down stairs, along the slope; default: that of each group."""
    premovement: TimeSpread | None = None
    """Order heard to first step, of everybody; default: that of each group. Assumption A:people.premovement."""
    class_share: Share = default("60 %")
    """Share of the premovement that a class has in common: its teacher says when; the rest is each pupil's own. A class is
    everybody of a home room. Assumption A:people.class_share."""
    routes: Routes = "least-time"
    """How people choose their way; {assigned: {space: exit}} sends a space to an exit."""
    sources: tuple[Source, ...] = Field(default=(), max_length=1000)
    """People who come in while the drill runs, beside those who are there from the start."""
    refuge: Refuge | None = None
    """Where those wait who need help on stairs; default: everybody uses the stairs."""


class DoorLaw(Model):
    """An own law for the flow through a door."""

    flow: SpecificFlow = Field(gt=0)
    """Persons per second and metre of effective width."""
    boundary: Annotated[Length, WithJsonSchema(written("length"))] = Field(ge=0)
    """Strip along each side that nobody uses."""


Door = Annotated[
    Annotated[Literal["sfpe", "sfpe-guide", "imo", "lab"], Tag("name")] | Annotated[DoorLaw, Tag("own")],
    Discriminator(lambda v: "name" if isinstance(v, str) else "own"),
]


class LawsChoice(Model):
    """The named laws of the crowd; swept as model form."""

    door: Door = "sfpe"
    """Flow through a door, by the clear width w. sfpe: 1.30 (w - 0.30 m) persons/s, docs/sources.md#sfpe; sfpe-guide: 1.33
    (w - 0.30 m), docs/sources.md#evacuationz; imo: 1.33 w, docs/sources.md#imo; lab: 1.92 (w - 0.036 m),
    docs/sources.md#seyfried09; or a law of your own, {flow: 1.5 /s/m, boundary: 10 cm}."""
    speed: Literal["sfpe", "weidmann", "constant"] = "sfpe"
    """Speed against density. sfpe: free up to 0.54 persons/m2, then falling in a straight line, docs/sources.md#sfpe;
    weidmann: falling from the first other person on, docs/sources.md#weidmann93; constant: nobody slows anybody down,
    the border case to compare with."""
    density_max: Density = default("2.7 /m2", gt=0)
    """Storage density of a full space. Source: docs/sources.md#jam-density."""
    patience: Time = default("5 s", ge=0)
    """The way of least walking time is left only for one that is this much quicker. Assumption A:crowd.patience."""
