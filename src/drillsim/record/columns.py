"""The outcome columns: name, unit, meaning. No other module defines one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of the outcome row."""

    name: str
    unit: str
    meaning: str
    short: str = ""
    """A few words for tables and axes."""
    follows_staffing: bool = False
    """Whether it is an outcome of the staffing itself, such as a service that is asked only where those on campus are too
    few: it is reported, and no mix is judged by it."""


MEASURES: tuple[Column, ...] = (
    Column("noticed_s", "s", "onset of the incident to the first person, camera or patrol that notices it", "noticed"),
    Column("reported_s", "s", "onset until front office or dispatcher has the report", "reported"),
    Column("place_known_s", "s", "onset until everybody who is sent knows where it is", "place known"),
    Column("protective_order_s", "s", "onset until the protective order (hold, secure, lockdown, evacuate, shelter) is given", "order given"),
    Column("police_called_s", "s", "onset until police are called", "police called", follows_staffing=True),
    Column("backup_called_s", "s", "onset until a service is called because those on campus do not meet the need", "back-up called", follows_staffing=True),
    Column("first_on_scene_s", "s", "onset until the first responder who may approach this kind is at the place, police included", "first on scene"),
    Column("able_on_scene_s", "s", "onset until those at the place can fulfil what the incident needs", "able to act"),
    Column("police_at_entry_s", "s", "onset until the first police officer is at the entry", "police at the entry", follows_staffing=True),
    Column("police_met_s", "s", "onset until staff with keys and place meet the police at the entry", "police met", follows_staffing=True),
    Column("police_on_scene_s", "s", "onset until the first police officer is at the place", "police on scene", follows_staffing=True),
    Column("first_aid_s", "s", "onset until somebody who gives first aid is at the patient", "first aid"),
    Column("aed_on_scene_s", "s", "onset until an AED is at the patient, fetched or brought by the ambulance", "AED there"),
    Column("ems_at_entry_s", "s", "onset until emergency medical services are at the door", "EMS at the door"),
    Column("ems_on_scene_s", "s", "onset until emergency medical services are at the patient", "EMS on scene"),
    Column("fire_service_on_scene_s", "s", "onset until the fire service is at the place", "fire service on scene"),
    Column("resolved_s", "s", "onset until the incident is ended, by somebody or by itself; never for hostile, fire or hazard", "resolved"),
    Column("person_found_s", "s", "onset until somebody who searches has found the missing person", "person found"),
    Column("script_done_s", "s", "onset until the last stage of the incident's own script is over, whoever has come by then", "script over"),
    Column("secured_p50_s", "s", "onset until half of the occupied lockable rooms are secured (locked, lights off, out of sight)", "half the rooms secured"),
    Column("secured_all_s", "s", "onset until the last occupied lockable room is secured; not reached if one failed", "all rooms secured"),
    Column("halls_clear_s", "s", "onset until no pupil is in circulation, and stays so", "halls clear"),
    Column("in_place_all_s", "s", "onset until the last person is where hold, secure or shelter asks for", "everybody in place"),
    Column("perimeter_locked_s", "s", "onset until the last exit that has a lock is locked from outside (secure)", "outside doors locked"),
    Column("accounted_all_s", "s", "onset until the roll call of the last room or assembly place is reported", "all accounted for"),
    Column("released_all_s", "s", "onset until the last secured room is released in person", "all rooms released"),
    Column("evacuated_p50_s", "s", "onset until half of all people inside at onset are out", "half are out"),
    Column("evacuated_p95_s", "s", "onset until 95 % of all people inside at onset are out", "95 % are out"),
    Column("evacuated_all_s", "s", "onset until the last person who may leave is out", "everybody is out"),
    Column("evacuated_needs_help_all_s", "s", "onset until the last person who needs help is out", "all who need help are out"),
    Column("gone_home_p95_s", "s", "onset until 95 % of those whom the bell lets go home have left the site", "95 % have gone home"),
    Column("gone_home_all_s", "s", "onset until the last of those whom the bell lets go home has left the site", "everybody has gone home"),
)  # fmt: skip
"""Times, in seconds from the onset of their incident; each comes with a status column."""

COUNTS: tuple[Column, ...] = (
    Column("secured_share_120_s", "share", "share of the occupied lockable rooms secured within 120 s of the onset"),
    Column("rooms_secured", "rooms", "occupied lockable rooms secured by the horizon"),
    Column(
        "rooms_failed",
        "rooms",
        "occupied lockable rooms whose lock failed three times, and that nobody has locked since",
    ),
    Column("rooms_unlockable", "rooms", "occupied rooms without a lock on every way in"),
    Column("rooms_left", "rooms", "occupied lockable rooms whose people left before they were locked"),
    Column("rooms_open", "rooms", "occupied lockable rooms that nobody had locked by the horizon, none of them left"),
    Column(
        "rooms_with_event",
        "rooms",
        "occupied rooms with the event inside, locked or not; the six numbers of rooms add up to the occupied rooms",
    ),
    Column("people", "persons", "persons inside at the onset"),
    Column("still_inside", "persons", "persons inside at the horizon of an evacuation, with a reason each"),
    Column("gone_home", "persons", "persons who have left the site for home by the horizon, at dismissal"),
    Column("exposure_10_person_s", "person-seconds", "person-seconds within 10 m of walking, or in the same space"),
    Column("exposure_20_person_s", "person-seconds", "person-seconds within 20 m of walking, or in the same space"),
    Column("exposure_40_person_s", "person-seconds", "person-seconds within 40 m of walking, or in the same space"),
    Column("waited_s", "s", "seconds from the report until somebody was sent, while all were busy"),
    Column(
        "unattended_s",
        "s",
        "time the patient is alone after first aid began, until it is over or the horizon; empty without first aid",
    ),
    Column(
        "ems_door_to_patient_s",
        "s",
        "time of the ambulance's crew from the door to the patient, unloading included; empty where not reached",
    ),
    Column("units_present", "units", "units of the mix on campus in this drill"),
    Column("busy_s", "unit-seconds", "time units of the mix spend on the incident, until the horizon"),
)

LEGS: tuple[Column, ...] = (
    Column("leg_notice_s", "s", "onset to noticed", "to notice"),
    Column("leg_report_s", "s", "noticed to reported", "to report"),
    Column(
        "leg_word_s", "s", "reported until the one who became able has the word (police: until called)", "to get word"
    ),
    Column("leg_under_way_s", "s", "word until under way (police: called until at the entry)", "to set off"),
    Column("leg_walk_s", "s", "walking time of the ways taken, searching included, as if nobody were there", "to walk"),
    Column(
        "leg_doors_s",
        "s",
        "waiting at locks and closed ways, for others of the team, and looking while searching",
        "doors and search",
    ),
    Column("leg_people_s", "s", "further time lost to people in the way", "people in the way"),
    Column("leg_able_s", "s", "on scene until able to act", "until able"),
)
"""Legs of the chain of the responder who made the response able (the first on scene where nobody need be able); they add up to that time."""

_HEARD = ("noticed_s", "reported_s")
_ORDERED = (*_HEARD, "protective_order_s")
CHAINS: dict[str, tuple[str, ...]] = {
    "reported_s": ("noticed_s",),
    "place_known_s": _HEARD,
    "protective_order_s": _HEARD,
    "police_called_s": _HEARD,
    "first_on_scene_s": _HEARD,
    "police_at_entry_s": ("noticed_s", "police_called_s"),
    "police_on_scene_s": ("noticed_s", "police_called_s", "police_at_entry_s"),
    "first_aid_s": _HEARD,
    "aed_on_scene_s": (*_HEARD, "first_aid_s"),
    "ems_at_entry_s": _HEARD,
    "ems_on_scene_s": (*_HEARD, "ems_at_entry_s"),
    "fire_service_on_scene_s": _HEARD,
    "resolved_s": (*_HEARD, "first_on_scene_s", "able_on_scene_s"),
    "secured_p50_s": _ORDERED,
    "secured_all_s": (*_ORDERED, "secured_p50_s"),
    "halls_clear_s": _ORDERED,
    "in_place_all_s": _ORDERED,
    "perimeter_locked_s": _ORDERED,
    "evacuated_p50_s": _ORDERED,
    "evacuated_p95_s": (*_ORDERED, "evacuated_p50_s"),
    "evacuated_all_s": (*_ORDERED, "evacuated_p50_s", "evacuated_p95_s"),
    "evacuated_needs_help_all_s": _ORDERED,
}
"""Stamps that lead to a measure, in order, by measure: they split its time in a figure. able_on_scene_s has LEGS instead."""

WAYS: tuple[Column, ...] = (
    Column("way", "id", "exit, door, stair or ramp of the plan"),
    Column(
        "kind",
        "word",
        "exit (out of the building), way-in (by an exit), gate (of the site), stair, ramp, or door (every other opening)",
    ),
    Column("direction", "id", "space that it leads into; outside where it leads out"),
    Column("people", "persons", "persons who passed in this direction; units are not counted"),
    Column("first_s", "s", "time from the start of the drill until the first of them passed; empty where nobody did"),
    Column("last_s", "s", "time until the last of them passed"),
    Column("longest_queue", "persons", "most persons who waited there at once; who passes on arrival has not waited"),
    Column("longest_queue_s", "s", "time since when so many waited, the first time; empty where nobody waited"),
)
"""Columns of `ways.csv`, after scenario, mix and replication: one row for each direction that somebody passed or waited at."""

MATTERS: Mapping[str, float] = {
    "s": 10.0,
    "share": 0.05,
    "rooms": 1.0,
    "persons": 1.0,
    "person-seconds": 600.0,
    "unit-seconds": 60.0,
}
"""Least difference between mixes that matters, by unit, unless a scenario says otherwise. Assumption A:study.matters."""

STATUSES = ("reached", "not-reached", "not-applicable")
TIMES = frozenset(c.name for c in MEASURES)
BY_NAME = {c.name: c for c in (*MEASURES, *COUNTS, *LEGS)}


def status_name(measure: str) -> str:
    """Return the name of the status column that belongs to a time column."""
    return measure.removesuffix("_s") + "_status"
