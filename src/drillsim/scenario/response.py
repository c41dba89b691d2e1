"""Settings of the response: detection, reporting, dispatch, and services from outside."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema

from drillsim.documents.document import Model
from drillsim.quantities import Share, Speed, SpeedSpread, Time, TimeSpread
from drillsim.scenario.incident import KindNames
from drillsim.scenario.kinds import ALWAYS_POLICE, RANKS, Called, Kind, Policy
from drillsim.scenario.vocabulary import default

Law = Annotated[
    Annotated[Literal["active-events", "slow", "routine-priority-1"], Tag("preset")]
    | Annotated[TimeSpread, Tag("spread")],
    Discriminator(lambda v: "preset" if isinstance(v, str) and not v[:1].isdigit() else "spread"),
]


AGREEMENTS: dict[str, tuple[str, ...]] = {
    "officers-keep-out": ("sro",),
    "armed-keep-out": ("sro", "armed-guard", "armed-staff"),
    "officers-take-part": (),
}
"""Named agreements about discipline, with the roles that each keeps out. Source: docs/sources.md#sro-agreements."""
Agreement = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda v: AGREEMENTS.get(v, (v,)) if isinstance(v, str) else v),
    WithJsonSchema({"anyOf": [{"enum": list(AGREEMENTS)}, {"type": "array", "items": {"type": "string"}}]}),
]

Means = Literal["radio", "phone", "badge", "in-person"]


class Noticing(Model):
    """Detection: the minimum over independent sources (witness, camera, badge, alarm, patrol)."""

    witness: TimeSpread = default({"median": "10 s", "sigma": 0.7})
    """Where people or staff are. Assumption A:detection.staff_witness_delay."""
    unsupervised: TimeSpread = default({"mean": "60 s"})
    """Where nobody is in charge. Assumption A:detection.unsupervised_report_delay;
    'unowned' spaces: docs/sources.md#astor99."""
    camera_watched: Share = default("30 %")
    """Share of the time that somebody looks at the screens. Assumption A:detection.cctv_share_of_time_watched."""
    monitors: int = Field(default=4, ge=1, le=64)
    """Screens one person watches; detection falls with it. Source: docs/sources.md#psdb."""
    camera_decision: TimeSpread = default({"low": "2 s", "high": "12 s"})
    """Operators wait about 2 s before judging. Source: docs/sources.md#operators;
    upper end A:detection.cctv_decision_delay."""
    trust: Share = 1.0
    """Chance that pupils who see it tell an adult; where none is in charge and they keep it to themselves, nobody
    tells. All do unless said. Assumption A:detection.trust."""
    badges: Share = 0.0
    """Share of the adults in charge of a room who wear a panic badge; none unless said."""
    alarm_detects: Share = default("90 %")
    """An alarmed door that opens is told. Assumption A:detection.exterior_door_alarm_pd (docs/sources.md#easi)."""
    alarm_assessment: TimeSpread = default({"low": "5 s", "high": "30 s"})
    """Somebody looks what the alarm is about. Assumption A:detection.alarm_assessment_delay."""
    propped_check: TimeSpread = default({"low": "5 s", "high": "20 s"})
    """A patrol that walks in sees a propped door and shuts it. Assumption A:detection.propped_check."""


class PlaceKnown(Model):
    """Chance that a report says where it is, by means. Assumption A:alerting.location_known."""

    radio: Share = default("90 %")
    """Assumption A:alerting.location_known."""
    phone: Share = default("70 %")
    """Assumption A:alerting.location_known."""
    badge: Share = default("98 %")
    """A badge that tells its place. Assumption A:alerting.location_known."""
    in_person: Share = Field(default=1.0, alias="in-person")
    """Who comes in person can point. Assumption A:alerting.location_known."""
    camera: Share = default("95 %")
    """Assumption A:alerting.location_known."""
    unit: Share = 1.0
    """A unit that saw it knows where it is. Assumption A:alerting.location_known."""


class Reporting(Model):
    """Delay and success of the report from whoever notices to front office or dispatcher."""

    by: Literal["radio", "phone", "badge", "in-person"] = "radio"
    """Means of the report."""
    delay: TimeSpread | None = None
    """Noticed to reported; default: the shipped figure of the means (`REPORT_DELAY`)."""
    success: Share = default("95 %", gt=0)
    """Share of reports that get through; a failed one is repeated.
    Assumption A:alerting.radio_comm_success (docs/sources.md#easi)."""
    radio: TimeSpread = default({"low": "3 s", "high": "8 s"})
    """Front office to the units. Assumption A:alerting.radio_message_delay."""
    repeat: Time = default("30 s", gt=0)
    """A radio message is repeated after this time to who did not hear. Assumption A:alerting.radio_repeat."""
    tries: int = Field(default=20, ge=1, le=100)
    """A report is tried at most this often, then nobody has heard it. Assumption A:alerting.report_tries."""
    place_known: PlaceKnown = PlaceKnown()
    """Chance that a report says where the incident is."""
    from_police: TimeSpread = default({"low": "30 s", "usual": "60 s", "high": "3 min"})
    """The police, who were told first, call the school. Assumption A:alerting.from_police."""
    ask_back: TimeSpread = default({"low": "20 s", "usual": "45 s", "high": "2 min"})
    """After a report that does not say where, until the office knows it from whoever reported.
    Assumption A:alerting.ask_back."""


class Preference(Model):
    """Who is sent to some spaces, in order of preference: a zone with its own people, or a table."""

    spaces: tuple[str, ...] = ()
    """Space ids or uses; default: every space that no other line names."""
    units: tuple[str, ...] = Field(min_length=1)
    """Unit ids, the first free one goes; ids that a mix does not have are passed over."""


class Arrests(Model):
    """Share of the incidents with an arrest, and the time that it takes the officer off campus."""

    behaviour: Share = default("3 %")
    """Source: docs/sources.md#davenport (3 charges in 97 calls handled by officers)."""
    disorder: Share = default("3 %")
    """As for behaviour. Assumption A:intervention.arrests."""
    unwanted_person: Share = default("3 %", alias="unwanted-person")
    """As for behaviour. Assumption A:intervention.arrests."""
    away: TimeSpread = default({"low": "1 h", "usual": "2 h", "high": "4 h"})
    """Transport, booking and report, off campus. Assumption A:intervention.arrest_away."""

    def share(self, kind: Kind) -> float:
        """Return the share for a kind; 0 for kinds without arrests."""
        return float(getattr(self, kind.setting, 0.0)) if kind.arrests is None else kind.arrests


class Handling(Model):
    """Handling time of a unit after an incident: separation, statements, reports."""

    behaviour: TimeSpread = default({"median": "1500 s", "sigma": 0.6})
    """Assumption A:intervention.handling_busy."""
    disorder: TimeSpread = default({"median": "1500 s", "sigma": 0.6})
    """Assumption A:intervention.handling_busy."""
    unwanted_person: TimeSpread = default({"median": "1200 s", "sigma": 0.6}, alias="unwanted-person")
    """Assumption A:intervention.handling_busy."""
    medical: TimeSpread = default({"median": "1200 s", "sigma": 0.5})
    """Assumption A:intervention.handling_busy."""
    missing_person: TimeSpread = default({"median": "1200 s", "sigma": 0.6}, alias="missing-person")
    """Assumption A:intervention.handling_busy."""
    bomb_threat: TimeSpread = default({"median": "1200 s", "sigma": 0.6}, alias="bomb-threat")
    """Assumption A:intervention.handling_busy."""
    false_report: TimeSpread = default({"median": "1200 s", "sigma": 0.6}, alias="false-report")
    """Assumption A:intervention.handling_busy."""

    def law(self, kind: Kind) -> TimeSpread | None:
        """Return the spread of a kind; None for kinds that never end here."""
        return kind.handling or getattr(self, kind.setting, None)


class Search(Model):
    """Search for an incident whose place is not known: nearest unvisited space first, a time for each."""

    glance: TimeSpread = default({"median": "6 s", "sigma": 0.5})
    """Glance into an open room. Assumption A:responder.search_room."""
    locked: TimeSpread = default({"low": "15 s", "high": "60 s"})
    """A room that is locked and dark. Assumption A:responder.search_room."""


class Dispatch(Model):
    """Dispatch rules by kind of incident: policy, back-up, pre-emption, queue, handling."""

    behaviour: Policy = "nearest"
    """Who is sent to a fight: nearest, all, or by the table of `preference`."""
    disorder: Policy = "all"
    """Who is sent to a disorder: nearest, all, or by the table of `preference`."""
    medical: Policy = "nearest"
    """Who is sent to a medical incident: nearest, all, or by the table of `preference`."""
    unwanted_person: Policy = Field(default="nearest", alias="unwanted-person")
    """Who is sent to an unwanted person: nearest, all, or by the table of `preference`."""
    hostile: Policy = "all"
    """Who is sent to a hostile event: nearest, all, or by the table of `preference`."""
    fire: Policy = "nearest"
    """Who is sent to a fire: nearest, all, or by the table of `preference`."""
    hazard: Policy = "nearest"
    """Who is sent to a hazard: nearest, all, or by the table of `preference`."""
    missing_person: Policy = Field(default="all", alias="missing-person")
    """Who searches for a missing person: nearest, all, or by the table of `preference`."""
    bomb_threat: Policy = Field(default="nearest", alias="bomb-threat")
    """Who looks into a bomb threat: nearest, all, or by the table of `preference`."""
    false_report: Policy = Field(default="all", alias="false-report")
    """Who is sent to what a false report tells of: nearest, all, or by the table of `preference`."""
    preference: tuple[Preference, ...] = ()
    """For kinds with the policy 'preference': who is sent where, in order."""
    back_up: bool = True
    """With 'nearest', the next nearest that assists or resolves goes too."""
    entry: Literal["solo", "pair", "team"] = "solo"
    """How many armed people of one service go in together in a hostile event: 1, 2 or 4; the others wait at the last
    door. Source: docs/sources.md#entry-policy."""
    ranks: KindNames = RANKS
    """Kinds from the least to the most urgent; a more urgent one calls units off. Assumption A:dispatch.ranks."""
    pre_empt: bool = True
    """Whether a more urgent incident calls units off a less urgent one."""
    queue: bool = True
    """Whether an incident waits for a unit when all are busy; otherwise nobody on campus comes."""
    wait_at_most: Time | None = Field(default=None, ge=0)
    """How long an incident waits for somebody on campus who is busy before the services of its kind are called instead;
    default: by kind (a disorder 1 min, others 5 min). Assumption A:dispatch.wait_at_most."""
    service: Literal["walked", "from_dispatch"] = "walked"
    """from_dispatch: a unit is there as soon as it sets off (a district of schools, or theory without travel)."""
    agreement: Agreement = default("officers-keep-out")
    """Roles that agreements keep out of discipline, as a list or by name: officers-keep-out (sro), armed-keep-out (sro,
    armed-guard, armed-staff) or officers-take-part (nobody). Source: docs/sources.md#sro-agreements."""
    handling: Handling = Handling()
    """How long units stay busy after an incident."""
    arrests: Arrests = Arrests()
    """How often an officer leaves campus with somebody."""
    search: Search = Search()
    """How a unit searches for a place that it was not told."""

    def policy(self, kind: Kind) -> Policy:
        """Return 'nearest', 'all' or 'preference' for a kind."""
        setting: Policy = getattr(self, kind.setting, "nearest")
        return kind.policy or setting

    def waits_at_most(self, kind: Kind) -> float:
        """Return the seconds that an incident of a kind waits for somebody on campus before services are called."""
        return kind.wait_at_most_s if self.wait_at_most is None else self.wait_at_most

    def rank(self, kind: Kind) -> int:
        """Return the urgency of a kind, or of the one it is like; kinds that `ranks` leaves out stand below all others."""
        name = kind.name if kind.name in self.ranks else kind.like
        return self.ranks.index(name) + 1 if name in self.ranks else 0

    @property
    def team(self) -> int:
        """Armed people of one service that go in together."""
        return {"solo": 1, "pair": 2, "team": 4}[self.entry]


class Police(Model):
    """Call, delay, entry, search and speed of the police."""

    law: Law | None = None
    """Call to first officer at the entry: a preset (`POLICE_LAWS`) or your own spread.
    It contains answering and processing.
    Default: active-events for hostile, routine-priority-1 otherwise."""
    entry: str | None = None
    """Opening by which they come in; default: the plan's police entry."""
    called_for: KindNames = ALWAYS_POLICE
    """Kinds for which police are always called; for the others only if nobody on campus can resolve."""
    phone: TimeSpread = default({"low": "10 s", "usual": "20 s", "high": "40 s"})
    """Front office picks up the phone and is understood. Assumption A:police.phone_delay."""
    first_call: TimeSpread = default({"median": "60 s", "sigma": 0.6})
    """First 911 call by anybody after the onset of a hostile event. Source: docs/sources.md#msd18;
    spread A:alerting.first_911_after_onset."""
    locate: TimeSpread = default({"median": "120 s", "sigma": 0.6})
    """Officers nobody met look for the place of a hostile event. Source: docs/sources.md#alerrt;
    size A:police.enter_and_locate."""
    search_saved: Share = 1.0
    """Share of their search that officers save whom somebody meets with keys and place. Assumption A:police.search_saved."""
    locked_door: TimeSpread = default({"low": "30 s", "high": "60 s"})
    """Officers without keys at a locked door. Assumption A:police.locked_door."""
    run: SpeedSpread = default({"low": "2.4 m/s", "high": "3.2 m/s"})
    """Indoor emergency pace, also of ambulance and fire service. Assumption A:responder.speed_jog."""
    stair_up: Speed = default("0.9 m/s", gt=0)
    """Assumption A:responder.stair_up."""
    stair_down: Speed = default("1.2 m/s", gt=0)
    """Assumption A:responder.stair_down."""
    officers: int = Field(default=4, ge=1, le=20)
    """Officers who come, one after the other. Assumption A:police.officers."""
    interval: TimeSpread = default({"low": "15 s", "usual": "45 s", "high": "2 min"})
    """Between one officer's arrival and the next one's. Assumption A:police.officer_interval."""

    def called(self, kind: Kind) -> Called:
        """Return whether the school calls the police for a kind: always, if nobody suitable is on campus, or never."""
        if kind.name in self.called_for:
            return "always"
        if kind.is_own and kind.police is not None:
            return kind.police
        return "always" if kind.like in self.called_for else "if-needed"


class Service(Model):
    """Delay and entry of an ambulance or a fire engine."""

    law: TimeSpread | None = None
    """Call to arrival at the entry; default: the published targets (`TARGET_RESPONSE`)."""
    entry: str | None = None
    """Opening by which it comes in; default: the plan's EMS entry."""


class Ambulance(Service):
    """Delay, entry, and way from door to patient of an ambulance's crew.

    On record the way from arrival to patient takes 126 s in the median, and an escort shortens it from 2.3 to 1.9 min. Source:
    docs/sources.md#silverman07.
    """

    unload: TimeSpread = default({"low": "20 s", "usual": "30 s", "high": "40 s"})
    """At the entry: stretcher, bags and monitor out of the vehicle. Assumption A:services.ems_unload."""
    pace: Speed = default("1.5 m/s", gt=0)
    """Of the crew with stretcher and bags. Assumption A:services.ems_pace."""
    find: TimeSpread = default({"median": "24 s", "sigma": 0.6})
    """Finding the way in a house they do not know. Source: docs/sources.md#silverman07 (2.3 min without an escort, 1.9 min
    with); spread A:services.ems_find."""
    search_saved: Share = 1.0
    """Share of `find` that somebody saves who meets them at their entry and leads the way. Source:
    docs/sources.md#silverman07 (17 % of the way)."""


class Medical(Model):
    """Times of the chain of care: first aid, AED, ambulance crew."""

    aed_take: TimeSpread = default({"low": "5 s", "high": "15 s"})
    """Open the cabinet and take the AED. Assumption A:medical.aed_take."""
    aed_detour: Time = default("30 s", ge=0)
    """A responder who is alone passes by the AED when that costs at most this. Assumption A:medical.aed_detour."""


class Locks(Model):
    """Time of a responder with keys at a locked door, by lock."""

    card: Time = default("4 s", ge=0)
    """Access control. Assumption A:responder.door_card."""
    key: TimeSpread = default({"median": "10 s", "sigma": 0.5})
    """Mechanical lock. Assumption A:responder.door_key."""
