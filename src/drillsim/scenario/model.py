"""The validated wish: one scenario as frozen data, every default with its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, PrivateAttr, Tag, WithJsonSchema, model_validator

from drillsim.documents import Document, Model
from drillsim.errors import ScenarioError
from drillsim.quantities import (
    SPREAD_KEYS,
    Density,
    Length,
    Share,
    SpecificFlow,
    Speed,
    SpeedSpread,
    Spread,
    Time,
    TimeOfDay,
    TimeSpread,
    written,
)  # fmt: skip
from drillsim.scenario.staffing import Kind, written_as

Where = Annotated[
    Annotated[str, Field(min_length=1), Tag("id")]
    | Annotated[dict[Literal["use"], str], Tag("use")]
    | Annotated[dict[Literal["draw"], Annotated[dict[str, Share], Field(min_length=1)]], Tag("draw")],
    written_as("an id, {use: cafeteria} or {draw: {classroom: 53 %, corridor: 47 %}}"),
]
Law = Annotated[
    Annotated[Literal["active-events", "slow", "routine-priority-1"], Tag("preset")]
    | Annotated[TimeSpread, Tag("spread")],
    Discriminator(lambda v: "preset" if isinstance(v, str) and not v[:1].isdigit() else "spread"),
]


def _default(value: Any, **limits: Any) -> Any:
    return Field(default=value, validate_default=True, **limits)


class Incident(Model):
    """Something that happens and needs somebody."""

    id: str = "main"
    kind: Kind
    at: Time = _default("0 s", ge=0)
    """Onset on the drill's clock; the first incident's onset is zero by definition."""
    where: Where
    """A space or post id, {use: cafeteria}, or {draw: {classroom: 53 %, corridor: 18 %}} by use or space id."""
    noticed_after: TimeSpread | None = None
    """Fixes the notice instead of the race of sources."""
    lasts: TimeSpread | None = None
    """Own duration if nobody comes; the shipped figure of the kind where absent (fights end by themselves)."""
    act: TimeSpread | None = None
    """Time from able to resolved; the shipped figure of the kind where absent."""

    @model_validator(mode="after")
    def _no_end_of_its_own(self) -> Incident:
        if self.kind in ("hostile", "fire") and (self.lasts is not None or self.act is not None):
            raise ValueError(
                f"a {self.kind} incident has no 'lasts' and no 'act': it ends here when somebody able is there"
            )
        return self


class Noticing(Model):
    """How an incident comes to somebody's notice: a race of independent sources."""

    witness: TimeSpread = _default({"median": "10 s", "sigma": 0.7})
    """Where people or staff are. Assumption A:detection.staff_witness_delay."""
    unsupervised: TimeSpread = _default({"mean": "60 s"})
    """Where nobody is in charge. Assumption A:detection.unsupervised_report_delay;
    'unowned' spaces: docs/sources.md#astor99."""
    camera_watched: Share = _default("30 %")
    """Share of the time that somebody looks at the screens. Assumption A:detection.cctv_share_of_time_watched."""
    monitors: int = Field(default=4, ge=1, le=64)
    """Screens one person watches; detection falls with it. Source: docs/sources.md#psdb."""
    camera_decision: TimeSpread = _default({"low": "2 s", "high": "12 s"})
    """Operators wait about 2 s before judging. Source: docs/sources.md#operators;
    upper end A:detection.cctv_decision_delay."""


class Reporting(Model):
    """How the notice reaches front office or dispatcher."""

    by: Literal["radio", "phone", "badge", "in-person"] = "radio"
    delay: TimeSpread | None = None
    """The shipped figure of the means where absent (`REPORT_DELAY`)."""
    success: Share = _default("95 %", gt=0)
    """Share of reports that get through; a failed one is repeated.
    Assumption A:alerting.radio_comm_success (docs/sources.md#easi)."""
    radio: TimeSpread = _default({"low": "3 s", "high": "8 s"})
    """Front office to the units. Assumption A:alerting.radio_message_delay."""
    repeat: Time = _default("30 s", gt=0)
    """A radio message is repeated after this time to who did not hear. Assumption A:alerting.radio_repeat."""


class Dispatch(Model):
    """Who is sent to which kind of incident."""

    behaviour: Literal["nearest", "all"] = "nearest"
    medical: Literal["nearest", "all"] = "nearest"
    unwanted_person: Literal["nearest", "all"] = Field(default="nearest", alias="unwanted-person")
    hostile: Literal["nearest", "all"] = "all"
    fire: Literal["nearest", "all"] = "nearest"
    back_up: bool = True
    """With 'nearest', the next nearest that assists or resolves goes too."""
    entry: Literal["solo"] = "solo"
    """How many armed people must be there in a hostile event. Source: docs/sources.md#entry-policy."""

    def policy(self, kind: str) -> str:
        """Return 'nearest' or 'all' for a kind."""
        return str(getattr(self, kind.replace("-", "_")))


class Rooms(Model):
    """How a room is secured: recover from the hall, lock, lights and out of sight."""

    recover: TimeSpread = _default({"low": "5 s", "high": "20 s"})
    """Bring pupils in from the hall. Assumption A:lockdown.recover_hall_students."""
    key: TimeSpread = _default({"median": "15 s", "sigma": 0.6})
    """Lock with a key from outside. Assumption A:lockdown.room_lock_key_outside;
    direction docs/sources.md#martaindale23."""
    key_fails: Share = _default("15 %")
    """A try with a key fails. Assumption A:lockdown.room_lock_key_outside."""
    push_button: TimeSpread = _default({"median": "5 s", "sigma": 0.5})
    """Lock by push-button. Assumption A:lockdown.room_lock_pushbutton; direction docs/sources.md#martaindale23."""
    push_button_fails: Share = _default("3 %")
    """A try with a push-button fails. Assumption A:lockdown.room_lock_pushbutton."""
    auto: Time = _default("2 s", ge=0)
    """Pull shut; no manual lock takes less. Assumption A:lockdown.room_auto_lock."""
    auto_fails: Share = _default("1 %")
    """An automatic lock does not catch. Assumption A:lockdown.room_auto_lock."""
    hide: TimeSpread = _default({"median": "15 s", "sigma": 0.4})
    """Lights off and out of sight, after the lock. Assumption A:lockdown.lights_out_of_sight."""
    unheard: TimeSpread = _default({"low": "30 s", "high": "2 min"})
    """Word of the order where the announcement is not heard. Assumption A:alerting.unheard_announcement."""


class Protocol(Model):
    """The protective action, in the Standard Response Protocol's words."""

    action: Literal["none", "lockdown", "evacuate"] = "none"
    announced_by: Literal["office", "teacher", "alarm"] = "office"
    """office: after the report; teacher: by whoever notices; alarm: at once when noticed."""
    announce_delay: TimeSpread | None = None
    """Decision to announcement; the shipped figure of action and announcer where absent (`ANNOUNCE_DELAY`)."""
    announcement: Time = _default("8 s", ge=0)
    """Length of the announcement, wording spoken twice; none for an alarm.
    Assumption A:alerting.pa_announcement_len."""
    rooms: Rooms = Rooms()


class Police(Model):
    """When police come, and how they get in."""

    law: Law | None = None
    """Call to first officer at the entry: a preset (`POLICE_LAWS`) or your own spread.
    It contains answering and processing.
    Where absent: active-events for hostile, routine-priority-1 otherwise."""
    entry: str | None = None
    """Opening by which they come in; the plan's police entry where absent."""
    called_for: tuple[Kind, ...] = ("unwanted-person", "hostile", "fire")
    """Kinds for which police are always called; for the others only if nobody on campus can resolve."""
    phone: TimeSpread = _default({"low": "10 s", "usual": "20 s", "high": "40 s"})
    """Front office picks up the phone and is understood. Assumption A:police.phone_delay."""
    first_call: TimeSpread = _default({"median": "60 s", "sigma": 0.6})
    """First 911 call by anybody after the onset of a hostile event. Source: docs/sources.md#msd18;
    spread A:alerting.first_911_after_onset."""
    locate: TimeSpread = _default({"median": "120 s", "sigma": 0.6})
    """Officers nobody met look for the place of a hostile event. Source: docs/sources.md#alerrt;
    size A:police.enter_and_locate."""
    locked_door: TimeSpread = _default({"low": "30 s", "high": "60 s"})
    """Officers without keys at a locked door. Assumption A:police.locked_door."""
    run: SpeedSpread = _default({"low": "2.4 m/s", "high": "3.2 m/s"})
    """Indoor emergency pace, also of ambulance and fire service. Assumption A:responder.speed_jog."""
    stair_up: Speed = _default("0.9 m/s", gt=0)
    """Assumption A:responder.stair_up."""
    stair_down: Speed = _default("1.2 m/s", gt=0)
    """Assumption A:responder.stair_down."""


class Service(Model):
    """An ambulance or a fire engine: when it comes, and how it gets in."""

    law: TimeSpread | None = None
    """Call to arrival at the entry; the published targets (`TARGET_RESPONSE`) where absent."""
    entry: str | None = None
    """Opening by which it comes in; the plan's EMS entry where absent."""


class Locks(Model):
    """How long a responder with keys needs at a locked door."""

    card: Time = _default("4 s", ge=0)
    """Access control. Assumption A:responder.door_card."""
    key: TimeSpread = _default({"median": "10 s", "sigma": 0.5})
    """Mechanical lock. Assumption A:responder.door_key."""


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

    groups: dict[str, Group] = _default(
        {"secondary": {"share": "97 %", "speed": SECONDARY}, "needs-help": {"share": "3 %", "speed": "2.0 ft/s"}}
    )
    """Groups and shares. Speed: docs/sources.md#weidmann93 (1.34 m/s, sd 0.26), cut by A:people.speed_cut.
    Those who need help (3 %, 2.0 ft/s): assumption A:people.needs_help."""
    stair_up: SpeedSpread | None = None
    """Assigned speed up stairs, along the slope; it follows from level speed and steps where absent."""
    stair_down: SpeedSpread | None = None
    """Assigned speed down stairs, along the slope; it follows from level speed and steps where absent."""
    premovement: TimeSpread = _default({"low": "0 s", "usual": "10 s", "high": "30 s"})
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
    density_max: Density = _default("2.7 /m2", gt=0)
    """Storage density of a full space. Source: docs/sources.md#jam-density."""
    patience: Time = _default("5 s", ge=0)
    """The way of least walking time is left only for one that is this much quicker. Assumption A:crowd.patience."""


class Inject(Model):
    """Something the script does at a time."""

    at: Time = Field(ge=0)
    close: str | None = None
    """Opening or stair that closes."""
    reopen: str | None = None
    """Opening or stair that opens again."""
    order: Literal["evacuate", "lockdown"] | None = None
    """The protective order is given now, whatever the report."""
    absent: str | None = None
    """Unit that leaves campus."""

    @model_validator(mode="after")
    def _one_thing(self) -> Inject:
        if sum(v is not None for v in (self.close, self.reopen, self.order, self.absent)) != 1:
            raise ValueError("an inject does one thing: close, reopen, order or absent")
        return self


class Goal(Model):
    """A target for one measure."""

    measure: str
    at_most: Time
    in_share: Share = Field(alias="in")
    """Share of the drills that should meet it."""


class Scenario(Model):
    """A drill to play: incidents, people, protocol, police and goals."""

    drillsim: Literal[1] = 1
    name: str = Field(min_length=1)
    title: str = ""
    """One line for people."""
    family: str = ""
    """Names the random draws; the name where empty. A what-if keeps the family of what it varies."""
    plan: str | None = None
    """Path of the plan file, relative to this file; a plan given as argument wins."""
    time_of_day: TimeOfDay = "10:00"
    """Decides which bell period it is, and so who is where."""
    horizon: Time = _default("30 min", gt=0)
    """Every run is watched this long. Assumption A:study.horizon."""
    primary: str = "able_on_scene_s"
    """The measure that decides, named before the run."""
    incidents: tuple[Incident, ...] = Field(min_length=1, max_length=1)
    """What happens: one incident per drill."""
    noticing: Noticing = Noticing()
    reporting: Reporting = Reporting()
    dispatch: Dispatch = Dispatch()
    protocol: Protocol = Protocol()
    police: Police = Police()
    ems: Service = Service()
    """Called for every medical incident, together with the report."""
    fire_service: Service = Field(default=Service(), alias="fire-service")
    """Called for every fire, together with the report."""
    locks: Locks = Locks()
    people: People = People()
    laws: LawsChoice = LawsChoice()
    injects: tuple[Inject, ...] = ()
    goals: tuple[Goal, ...] = ()
    overrides: dict[str, dict[str, Any]] = Field(default={})
    """Named what-ifs: keys of this file with other values."""
    _document: Document | None = PrivateAttr(default=None)

    @property
    def draws(self) -> str:
        """The family that names the random draws."""
        return self.family or self.name

    def guarded(self, patch: Mapping[str, Any]) -> list[str]:
        """Return the keys of a what-if that a hostile scenario does not vary: its incident and its time."""
        hostile = any(i.kind == "hostile" for i in self.incidents)
        return [key for key in ("incidents", "time_of_day") if hostile and key in patch]

    def with_override(self, name: str) -> Scenario:
        """Return the scenario with one of its named overrides; the family of draws stays.

        Raises KeyError when no override has this name, ScenarioError when it varies place or time of a hostile incident.
        """
        patch = self.overrides[name]
        if self.guarded(patch):
            raise ScenarioError(f"override '{name}': {GUARD}")
        data = merge(self.model_dump(by_alias=True), patch)
        data.update(name=f"{self.name}+{name}", family=self.draws, overrides=self.overrides)
        changed = Scenario.model_validate(data, context={"si": True})
        changed._document = self._document
        return changed


GUARD = (
    "for a hostile incident place and time are not varied: drillsim never searches over what an aggressor could do. "
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


__all__ = ["Goal", "Incident", "Inject", "Scenario", "Spread", "Where", "merge"]
