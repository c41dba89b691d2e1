"""Kinds of incident as data: one frozen row per kind, and a user's own kinds.

Nothing outside this file compares the name of a kind. Engine, checks, measures and sentences ask the row for the
property they depend on, such as `needs_arms`, so that a kind from a scenario file behaves like a shipped one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from drillsim.documents.document import Model
from drillsim.quantities import Share, Spread, TimeSpread, spread

KindWord = Literal[
    "behaviour", "disorder", "unwanted-person", "hostile", "medical", "fire", "hazard", "missing-person", "bomb-threat",
    "false-report",
]  # fmt: skip
"""The shipped kinds."""
Policy = Literal["nearest", "all", "preference"]
Called = Literal["always", "if-needed", "never"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The properties of one kind of incident.

    needs_arms
        Only armed responders count as able, and as many of one service as the entry policy sends in together.
    needs_quorum
        As many responders as follow from the participants must be there (`Happening.needs`).
    helped_by
        Role words that make a unit on campus suitable, so that police need not be called.
    """

    name: str
    like: str = ""
    """Shipped kind from which an own kind takes what it does not say; empty for a shipped kind."""
    is_own: bool = False
    """Whether a scenario file defines it."""
    rank: int = 0
    """Urgency among the shipped kinds, from 1; a more urgent incident calls units off. Assumption A:dispatch.ranks."""

    label: str
    """Noun in sentences, such as 'fight'."""
    begins: str
    """Clause that tells the onset, such as 'a fight breaks out'."""

    needs_arms: bool = False
    needs_quorum: bool = False
    noticed_by: Literal["witness", "school", "police"] = "witness"
    """witness: who is there or comes by, cameras, doors and units. school: somebody of the school, wherever the place is,
    who misses a person or receives a message. police: they are told of it, and call the school."""
    notice: str = ""
    """How it is noticed, in words, where no witness notices it."""
    is_sought: bool = False
    """No report tells the place: those who are sent search until one of them has found it."""
    exposes: bool = True
    """Whether people near the place count as exposed; not where nothing is there."""
    may_approach: bool = True
    """Whether units whose role stays away keep their duty. Otherwise they get support tasks, units order the protective
    action over the radio, arriving officers who are not met search for the place and find doors locked."""
    has_participants: bool = False
    """People take part in it, who tell of it though nobody else is there."""
    has_patient: bool = False
    """First aid and the AED matter."""
    may_be_discipline: bool = False
    """Whether an incident may be a rule break, from which agreements keep officers out."""
    walks_briskly: bool = False
    """Units go at their brisk pace; otherwise they run."""
    keeps_units: bool = False
    """Units stay on scene to the end of the drill."""
    empties_building: bool = False
    """People are expected to leave; a check warns where no protective action tells them."""
    released_leave: bool = False
    """People of a released room leave the building."""
    is_guarded: bool = False
    """Place, script and time are not varied, and there is no daily rate (misuse guard)."""

    police: Called | None = "if-needed"
    """always: called after the report; if-needed: only with nobody suitable on campus; never. For a shipped kind this
    is the default of `police.called_for`; for an own kind None takes the setting of the kind it is like."""
    helped_by: tuple[str, ...] = ("resolves",)
    wait_at_most_s: float = 300.0
    """How long an incident waits for somebody on campus who is busy before the police are called in their stead, where
    they are called if needed. Assumption A:dispatch.wait_at_most."""
    calls_911: bool = False
    """People in the building call the police themselves, from the onset on."""
    all_officers: bool = False
    """All officers come; otherwise one."""
    police_law: str = "routine-priority-1"
    """Preset of the delay from call to entry (`POLICE_LAWS`), where the scenario names none."""
    service: Literal["", "ems", "fire-service"] = ""
    """Service besides the police that is called with the report."""

    never_resolved: bool = False
    """Nobody ends it within the model: it stands at able (hostile), or at the service's arrival (fire, hazard)."""
    exposure_until: Literal["able", "resolved"] = "resolved"
    """Stamp at which exposure ends."""
    act: Spread | None = None
    """Able to resolved; None where never resolved."""
    lasts: Spread | None = None
    """Own duration if nobody comes; None for kinds that do not end by themselves."""
    columns: tuple[str, ...] = ()
    """Time columns that apply to this kind beside those of every kind."""

    policy: Policy | None = None
    """Who is sent; the setting of `dispatch` for this kind, or for the kind it is like, where None."""
    handling: Spread | None = None
    """How long units stay busy after it; as for `policy` where None."""
    arrests: float | None = None
    """Share of the incidents with an arrest; as for `policy` where None."""

    @property
    def setting(self) -> str:
        """Name under which `dispatch`, `handling` and `arrests` hold the settings of this kind, as an attribute."""
        return (self.like or self.name).replace("-", "_")

    def __str__(self) -> str:
        return self.name


def _time(value: Any) -> Spread:
    return spread(value, "time")


_SHIPPED = (
    Kind(
        name="behaviour", rank=1, label="fight", begins="a fight breaks out",
        act=_time({"median": "25 s", "sigma": 0.6}),  # A:intervention.fight_breakup_1
        # docs/sources.md#fight-length (weak): street fights 5 to 30 s, school fights with crowds longer;
        # A:intervention.fight_self_duration
        lasts=_time({"median": "45 s", "sigma": 0.8, "low": "5 s", "high": "300 s"}),
        may_be_discipline=True, has_participants=True,
    ),
    Kind(
        name="disorder", rank=7, label="disorder", begins="a disorder begins",
        act=_time({"median": "240 s", "sigma": 0.7}),  # A:intervention.disorder_settles
        needs_quorum=True, has_participants=True, all_officers=True, wait_at_most_s=60.0,  # A:dispatch.wait_at_most
    ),
    Kind(
        name="unwanted-person", rank=5, label="unwanted person", begins="an unwanted person is there",
        act=_time({"median": "240 s", "sigma": 0.7}),  # A:intervention.unwanted_person_deescalate
        walks_briskly=True, police="always",
    ),
    Kind(
        name="hostile", rank=10, label="hostile event", begins="a hostile event begins",
        needs_arms=True, may_approach=False, keeps_units=True, released_leave=True, is_guarded=True,
        police="always", calls_911=True, all_officers=True, police_law="active-events",
        never_resolved=True, exposure_until="able", columns=("police_met_s",),
    ),
    Kind(
        name="medical", rank=3, label="collapse", begins="somebody collapses",
        act=_time({"median": "300 s", "sigma": 0.5}),  # A:intervention.first_care
        has_patient=True, helped_by=("resolves", "assists"), service="ems",
        columns=("first_aid_s", "aed_on_scene_s", "ems_at_entry_s", "ems_on_scene_s"),
    ),
    Kind(
        name="fire", rank=8, label="fire", begins="a fire breaks out",
        empties_building=True, police="always", service="fire-service",
        never_resolved=True, columns=("fire_service_on_scene_s",),
    ),
    Kind(
        name="hazard", rank=4, label="hazard", begins="a hazard shows",
        service="fire-service", never_resolved=True, columns=("fire_service_on_scene_s",),
    ),
    Kind(
        name="missing-person", rank=2, label="missing person", begins="a person goes missing",
        act=_time({"median": "60 s", "sigma": 0.5}),  # A:intervention.missing_person_found
        noticed_by="school", notice="somebody misses a person", is_sought=True, exposes=False, walks_briskly=True,
        all_officers=True,
        columns=("person_found_s",),
    ),
    Kind(
        name="bomb-threat", rank=6, label="bomb threat", begins="a threat speaks of a bomb",
        act=_time({"median": "900 s", "sigma": 0.5}),  # A:intervention.bomb_threat_checked
        noticed_by="school", notice="the school receives a threat", exposes=False, walks_briskly=True,
        police="always", all_officers=True,
    ),
    Kind(
        name="false-report", rank=9, label="false report", begins="a false report tells the police of a hostile event",
        act=_time({"median": "900 s", "sigma": 0.5}),  # A:intervention.false_report_checked
        noticed_by="police", notice="the police are told of it", exposes=False,
        needs_arms=True, may_approach=False, is_guarded=True,  # told, and answered, like the event that it speaks of
        police="always", calls_911=True, all_officers=True, police_law="active-events", columns=("police_met_s",),
    ),
)  # fmt: skip

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _SHIPPED})
"""The shipped kinds by name. Roles hold the matrix of who resolves, assists or stays away (rule B3 of docs/model/response.md)."""
RANKS: tuple[str, ...] = tuple(kind.name for kind in sorted(_SHIPPED, key=lambda kind: kind.rank))
"""Shipped kinds from the least to the most urgent."""
ALWAYS_POLICE: tuple[str, ...] = tuple(kind.name for kind in _SHIPPED if kind.police == "always")
"""Shipped kinds for which police are always called."""

KindName = Annotated[
    str,
    Field(min_length=1),
    WithJsonSchema({"anyOf": [{"enum": list(KINDS)}, {"type": "string", "minLength": 1}], "examples": list(KINDS)}),
]
"""Name of a shipped kind, or of an own one from `kinds:`; editors complete the shipped ones."""


def unknown_kind(name: str, known: Mapping[str, Kind], loc: tuple[int | str, ...]) -> InitErrorDetails:
    """Return the error of a name that is no known kind, for the place `loc`; its message names the closest kind."""
    expected = ", ".join(f"'{kind}'" for kind in known)
    return {"type": "literal_error", "loc": loc, "input": name, "ctx": {"expected": expected}}


def misspelt_kind(name: str) -> str:
    """Return the shipped kind that is meant by a name a letter or two off, or by its noun ('fight'); '' for others."""
    if name in KINDS:
        return ""
    by_noun = {kind.label: kind.name for kind in KINDS.values()}
    return by_noun.get(name) or next(iter(get_close_matches(name, KINDS, n=1, cutoff=0.8)), "")


class OwnKind(Model):
    """A kind of incident of the user's own, such as a pupil who has left class."""

    like: KindWord | None = None
    """Shipped kind whose properties hold wherever this one says nothing, what each role does for it included. Where
    absent: every role stays away unless its `words` name this kind, police do not come, and `act` must be given."""
    label: str = ""
    """Noun for tables and sentences, such as 'missing pupil'; default: the name in words."""
    begins: str = ""
    """Clause of the onset, such as 'a pupil is missing'; default: made of the label."""
    act: TimeSpread | None = None
    """Time from able to resolved; default: as for `like`."""
    lasts: TimeSpread | None = None
    """Own duration if nobody comes; default: as for `like`."""
    policy: Policy | None = None
    """Who is sent: nearest, all or preference; default: as `dispatch` has it for `like`."""
    handling: TimeSpread | None = None
    """How long units stay busy after it; default: as `dispatch.handling` has it for `like`."""
    arrests: Share | None = None
    """Share of the incidents with an arrest; default: as `dispatch.arrests` has it for `like`."""
    police: Called | None = None
    """always: called after the report; if-needed: only with nobody suitable on campus; never. Default: as
    `police.called_for` has it for `like`."""
    all_officers: bool | None = None
    """Whether all police officers come, instead of one; default: as for `like`."""
    calls_911: bool | None = None
    """Whether people in the building call the police themselves; default: as for `like`."""
    service: Literal["none", "ems", "fire-service"] | None = None
    """Service besides the police that is called with the report; default: as for `like`."""
    walks_briskly: bool | None = None
    """Whether units go at their brisk pace instead of running; default: as for `like`."""
    needs_quorum: bool | None = None
    """Whether it needs as many responders as follow from its participants; default: as for `like`."""

    def row(self, name: str) -> Kind:
        """Return the properties under a name: those given here over those of the kind it is like."""
        label = self.label or name.replace("-", " ")
        plain = Kind(name=name, label=label, begins="", police="never")
        base = replace(KINDS[self.like], police=None) if self.like else plain
        given = {k: v for k, v in self if k not in ("like", "label", "begins", "service") and v is not None}
        if self.service is not None:
            given["service"] = "" if self.service == "none" else self.service
        begins = self.begins or f"{label} begins"
        return replace(base, name=name, like=self.like or "", is_own=True, label=label, begins=begins, **given)

    def fault(self, name: str) -> tuple[str, str] | None:
        """Return code and message of what is wrong with this kind under a name; None where nothing is."""
        if name in KINDS:
            return "DS201", f"'{name}' is a shipped kind. Give yours another name"
        if near := misspelt_kind(name):
            return "DS201", f"'{name}' would be mistaken for the shipped kind '{near}'. Give yours another name"
        if not _NAME.fullmatch(name):
            return "DS104", f"'{name}' is no name of a kind. Write small letters and hyphens, such as 'missing-pupil'"
        if self.like is None and self.act is None:
            return "DS102", "'act' is missing: a kind that is not `like` a shipped one says how long it takes"
        if self.like and KINDS[self.like].never_resolved and (self.act is not None or self.lasts is not None):
            return "DS104", f"a kind like {self.like} has no 'lasts' and no 'act', since {self.like} is never resolved"
        return None


_NAME = re.compile(r"[a-z]+(-[a-z]+)*")


def _own(kinds: dict[str, OwnKind]) -> dict[str, OwnKind]:
    """Refuse names and properties that no own kind can have."""
    faults: list[InitErrorDetails] = []
    for name, kind in kinds.items():
        if fault := kind.fault(name):
            faults.append(
                {"type": PydanticCustomError(fault[0], "{t}", {"t": fault[1]}), "loc": (name,), "input": name}
            )
    if faults:
        raise ValidationError.from_exception_data("kinds", faults)
    return kinds


OwnKinds = Annotated[dict[str, OwnKind], AfterValidator(_own)]
"""Own kinds by name."""
