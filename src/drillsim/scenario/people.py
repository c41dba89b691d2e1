"""Who is in the building, how they walk, and by which named laws."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Tag, WithJsonSchema

from drillsim.documents import Model
from drillsim.quantities import Density, Length, Share, SpecificFlow, SpeedSpread, Time, TimeSpread, written
from drillsim.scenario.words import default, written_as


class Group(Model):
    """A group of pupils or staff with its walking speed."""

    share: Share
    """Share of all people."""
    speed: SpeedSpread
    """Free walking speed on the level."""


SECONDARY = {"mean": "1.34 m/s", "sd": "0.26 m/s", "low": "0.8 m/s", "high": "1.9 m/s"}


Routes = Annotated[
    Annotated[Literal["least-time", "shortest"], Tag("id")]
    | Annotated[dict[Literal["assigned"], dict[str, str]], Tag("assigned")],
    written_as("least-time, shortest or {assigned: {room-101: door-2}}"),
]


class People(Model):
    """The pupils and staff who are in the building."""

    groups: dict[str, Group] = default(
        {"secondary": {"share": "97 %", "speed": SECONDARY}, "needs-help": {"share": "3 %", "speed": "2.0 ft/s"}}
    )
    """Groups and shares. Speed: docs/sources.md#weidmann93 (1.34 m/s, sd 0.26), cut by A:people.speed_cut.
    Those who need help (3 %, 2.0 ft/s): assumption A:people.needs_help."""
    stair_up: SpeedSpread | None = None
    """Assigned speed up stairs, along the slope; it follows from level speed and steps where absent."""
    stair_down: SpeedSpread | None = None
    """Assigned speed down stairs, along the slope; it follows from level speed and steps where absent."""
    premovement: TimeSpread = default({"low": "0 s", "usual": "10 s", "high": "30 s"})
    """Order heard to first step. Assumption A:people.premovement."""
    routes: Routes = "least-time"
    """How people choose their way; {assigned: {space: exit}} sends a space to an exit."""


class DoorLaw(Model):
    """An own law for the flow through a door."""

    flow: SpecificFlow
    """Persons per second and metre of effective width."""
    boundary: Annotated[Length, WithJsonSchema(written("length"))]
    """Strip along each side that nobody uses."""


Door = Annotated[
    Annotated[Literal["sfpe", "sfpe-guide", "imo", "lab"], Tag("name")] | Annotated[DoorLaw, Tag("own")],
    Discriminator(lambda v: "name" if isinstance(v, str) else "own"),
]


class LawsChoice(Model):
    """The named laws of the crowd; swept as model form."""

    door: Door = "sfpe"
    """Flow through a door. Source: docs/sources.md#sfpe."""
    speed: Literal["sfpe", "weidmann", "constant"] = "sfpe"
    """Speed against density. Source: docs/sources.md#sfpe."""
    density_max: Density = default("2.7 /m2", gt=0)
    """Storage density of a full space. Source: docs/sources.md#jam-density."""
    patience: Time = default("5 s", ge=0)
    """The way of least walking time is left only for one that is this much quicker. Assumption A:crowd.patience."""
