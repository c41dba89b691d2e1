"""Outcome rows, computed from the event table alone.

Nothing is counted during a drill, so that every number can be recomputed from a saved event table. A time column holds
the first occurrence of its event, in seconds from the onset of its own incident; what was not reached by the horizon has
no number and the status 'not-reached' (docs/outcomes.md), and what the kind of incident or the protective action does not
ask for is 'not-applicable'. The event vocabulary is in `record/events.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np
from numpy.typing import NDArray

from drillsim.analysis.intervals import response_intervals
from drillsim.record import events as ev
from drillsim.record.columns import COUNTS, LEGS, MEASURES, status_name
from drillsim.record.event_table import Departures, split
from drillsim.record.trace import GRID, Event, Value
from drillsim.scenario.kinds import KINDS, Kind

FIRST = {
    ev.NOTICED: "noticed_s",
    ev.REPORTED: "reported_s",
    ev.PLACE_KNOWN: "place_known_s",
    ev.ORDER: "protective_order_s",
    ev.POLICE_CALLED: "police_called_s",
    ev.BACKUP_CALLED: "backup_called_s",
    ev.ABLE: "able_on_scene_s",
    ev.RESOLVED: "resolved_s",
    ev.SCRIPT_DONE: "script_done_s",
    ev.POLICE_MET: "police_met_s",
    ev.FIRST_AID: "first_aid_s",
    ev.AED_THERE: "aed_on_scene_s",
    ev.HALLS_CLEAR: "halls_clear_s",
}
"""Event to the column that its first occurrence fills."""
SERVICES = {"police": "police", "ems": "ems", "fire-service": "fire_service"}

APPLIES = {
    "hold": ("protective_order_s", "in_place_all_s", "halls_clear_s", "accounted_all_s"),
    "secure": ("protective_order_s", "perimeter_locked_s", "in_place_all_s", "accounted_all_s"),
    "shelter": ("protective_order_s", "in_place_all_s", "halls_clear_s", "accounted_all_s"),
    "lockdown": ("protective_order_s", "secured_p50_s", "secured_all_s", "halls_clear_s", "accounted_all_s"),
    "evacuate": (
        "protective_order_s",
        "evacuated_p50_s",
        "evacuated_p95_s",
        "evacuated_all_s",
        "evacuated_needs_help_all_s",
        "accounted_all_s",
    ),
}
STATUS = {c.name: status_name(c.name) for c in MEASURES}
"""The status column that belongs to each time column."""
ORDER = ("incident", "kind", *(name for pair in STATUS.items() for name in pair), "resolved_by", "first_by", "ends_as",
         "over_before_anyone_came", *(c.name for c in COUNTS), *(c.name for c in LEGS))  # fmt: skip
"""The columns of an outcome row."""


class Table:
    """Events of one incident, together with those of the whole drill, by event word and in order of time.

    departures
        Who left, of the incident and of the whole drill: persons out of the building, and gone home.
    """

    def __init__(
        self, shared: dict[str, list[Event]], own: dict[str, list[Event]], departures: Sequence[Departures]
    ) -> None:
        self._shared, self._own, self._departures = shared, own, departures

    def left_s(self, what: ev.EventWord, *, helped: bool = False, indoors: bool = False) -> NDArray[np.float64]:
        """Return when persons left, sorted: of one event word, who need help only, who were indoors at first only."""
        found = [np.zeros(0)]
        for block in self._departures:
            of_these = block.are(what)
            if helped:
                of_these &= block.needs_help
            if indoors and block.where:
                of_these &= np.array([not where for where in block.where])
            found.append(block.times_s[of_these])
        return np.sort(np.concatenate(found))

    def __getitem__(self, what: str) -> list[Event]:
        shared, own = self._shared.get(what), self._own.get(what)
        return [*shared, *own] if shared and own else shared or own or []


def measure(events: Sequence[Event], *, horizon_s: float, kinds: Mapping[str, Kind] = KINDS) -> list[dict[str, Value]]:
    """Return the outcome rows of a drill, one per incident in order of onset: values by column, None where a time was
    not reached or does not apply.

    events
        The event table in order of time. Times are counted from the onset of each incident.
    horizon_s
        Seconds each incident is watched; what has not happened by then is 'not-reached'.
    kinds
        Kinds of incident by name: those of the scenario (`Scenario.kind_rows`); the shipped ones unless given.

    Raises KeyError for an onset of a kind that is not among them.
    """
    by_incident: dict[str, dict[str, list[Event]]] = defaultdict(lambda: defaultdict(list))
    others, departures = split(events)
    for event in others:
        by_incident[event.incident][event.what].append(event)
    shared = by_incident.pop("", {})
    onsets = sorted((own[ev.ONSET][0] for own in by_incident.values() if own[ev.ONSET]), key=lambda e: e.time_s)

    def table_of(id_: str) -> Table:
        return Table(shared, by_incident[id_], [d for d in departures if d.incident in ("", id_)])

    return [_row(table_of(onset.incident), onset, horizon_s, kinds[onset.why]) for onset in onsets]


def _row(table: Table, onset: Event, horizon_s: float, kind: Kind) -> dict[str, Value]:
    times: dict[str, float | None] = dict.fromkeys(STATUS)
    for what, name in FIRST.items():
        found = table[what]
        if found:
            times[name] = _since(onset, found[0].time_s)
    arrivals = table[ev.ON_SCENE]
    first = next((e for e in arrivals if e.why != "stays-away"), None)
    searched = [e.time_s for what in (ev.FOUND, ev.ON_SCENE) for e in table[what][:1]]
    times["person_found_s"] = min(searched) - onset.time_s if searched else None
    times["first_on_scene_s"] = first.time_s - onset.time_s if first else None
    for service, name in SERVICES.items():
        for what, end in ((ev.ON_SCENE, "on_scene_s"), (ev.AT_ENTRY, "at_entry_s")):
            came = next((e for e in table[what] if _service(e.who) == service), None)
            if f"{name}_{end}" in times:
                times[f"{name}_{end}"] = came.time_s - onset.time_s if came else None
    row: dict[str, Value] = {"incident": onset.incident, "kind": kind.name}
    row.update(_rooms(table, onset, times))
    row.update(_people(table, onset, times))
    row["gone_home"] = _gone_home(table, onset, times)
    _places(table, onset, times)
    applicable = _applicable(kind, table)
    for name, status in STATUS.items():
        value = times[name]
        applies = name in applicable
        reached = applies and value is not None and value <= horizon_s
        row[name] = value if reached else None
        row[status] = "reached" if reached else "not-reached" if applies else "not-applicable"
    row["resolved_by"] = _resolved_by(table, applicable)
    row["first_by"] = (_service(first.who) or "unit") if first and row["first_on_scene_s"] is not None else "nobody"
    row["ends_as"] = _ends_as(table, row)
    row["over_before_anyone_came"] = int(_was_over_first(row))
    row.update(response_intervals(table, onset, row))
    row["waited_s"] = _waited(table, onset, horizon_s)
    row["unattended_s"] = _unattended(table, kind, row, onset.time_s + horizon_s)
    door, patient = row["ems_at_entry_s"], row["ems_on_scene_s"]
    row["ems_door_to_patient_s"] = patient - door if isinstance(door, float) and isinstance(patient, float) else None
    row["units_present"] = len(table[ev.PRESENT])
    row["busy_s"] = _busy(table, onset.time_s + horizon_s)
    for r in ("10", "20", "40"):
        row[f"exposure_{r}_person_s"] = sum(e.value or 0.0 for e in table[ev.EXPOSURE] if e.where == r)
    return {name: row[name] for name in ORDER}


def _since(onset: Event, time_s: float) -> float:
    """Return seconds from the onset; what happened before it stands at the onset, and counts as 0."""
    return max(time_s - onset.time_s, 0.0)


def _service(who: str) -> str:
    """Return the service of an id such as 'police-2@main'; '' for units of the mix."""
    base = who.partition("@")[0]
    return next((s for s in SERVICES if base == s or (base.startswith(f"{s}-") and base[len(s) + 1 :].isdigit())), "")


def _applicable(kind: Kind, table: Table) -> set[str]:
    names = {"noticed_s", "reported_s", "place_known_s", "first_on_scene_s", "able_on_scene_s"}
    if kind.calls_911 or table[ev.POLICE_WANTED] or table[ev.POLICE_CALLED]:
        names |= {"police_called_s", "police_at_entry_s", "police_on_scene_s"}
    if any(e.why == ev.TOO_FEW for e in table[ev.POLICE_WANTED]):
        names.add("backup_called_s")
    if not kind.never_resolved:
        names.add("resolved_s")
    if table[ev.STAGE_ENDS] or table[ev.SCRIPT_DONE]:
        names.add("script_done_s")
    names |= set(kind.columns)
    for event in table[ev.PROTOCOL]:
        names |= set(APPLIES.get(event.why, ()))
        if event.value:
            names.add("released_all_s")
    to_leave, helped = _to_leave(table)
    if not helped:
        names.discard("evacuated_needs_help_all_s")
    if not to_leave and (len(table.left_s(ev.GONE_HOME)) or not len(table.left_s(ev.OUT))):
        names -= {"evacuated_p50_s", "evacuated_p95_s", "evacuated_all_s"}
    if any(e.value for e in table[ev.DISMISSED]):
        names |= {"gone_home_p95_s", "gone_home_all_s"}
    if table[ev.PROTOCOL] and table[ev.PROTOCOL][0].why == "lockdown" and not _to_secure(table):
        names -= {"secured_p50_s", "secured_all_s"}
    return names


def _rooms(table: Table, onset: Event, times: dict[str, float | None]) -> dict[str, Value]:
    """Return the counts of rooms of a lockdown, each occupied room in one of them, and fill in the times they are secured.

    The room of the event is not secured, whether it is locked or not, and counts in no time.
    """
    lockdown = any(e.why == "lockdown" for e in table[ev.PROTOCOL])
    with_event = {e.where for e in table[ev.WITH_EVENT]}
    unlockable = {e.where for e in table[ev.UNLOCKABLE]} - with_event
    rooms = _to_secure(table) if lockdown else set[str]()
    done = {e.where: _since(onset, e.time_s) for e in reversed(table[ev.SECURED]) if e.where in rooms}
    left = {e.where for e in table[ev.ABANDONED]} & rooms - done.keys()
    failed = {e.where for e in table[ev.LOCK_FAILED]} & rooms - done.keys() - left
    secured, lockable = sorted(done.values()), len(rooms)
    if lockable and len(secured) >= ceil(lockable / 2):
        times["secured_p50_s"] = secured[ceil(lockable / 2) - 1]
    if lockable and len(secured) == lockable:
        times["secured_all_s"] = secured[-1]
    return {
        "secured_share_120_s": sum(t <= 120 for t in secured) / lockable if lockable else None,
        "rooms_secured": len(secured),
        "rooms_failed": len(failed),
        "rooms_unlockable": len(unlockable) if lockdown else 0,
        "rooms_left": len(left),
        "rooms_open": lockable - len(done) - len(left) - len(failed),
        "rooms_with_event": len(with_event) if lockdown else 0,
    }


def _to_secure(table: Table) -> set[str]:
    """Return the rooms that a lockdown is to secure: occupied, lockable, and not with the event."""
    return {e.where for e in table[ev.LOCKABLE]} - {e.where for e in table[ev.WITH_EVENT]}


def _places(table: Table, onset: Event, times: dict[str, float | None]) -> None:
    """Fill in the times at which everybody is where the order asks, exits are locked, and all are counted and released."""
    action = table[ev.PROTOCOL][0].why if table[ev.PROTOCOL] else ""
    asked = int(sum(e.value or 0 for e in table[ev.ASKED]))
    there = {e.who: e.time_s for e in table[ev.IN_PLACE]}
    if table[ev.ASKED] and len(there) >= asked:
        times["in_place_all_s"] = _since(onset, max([*there.values(), table[ev.ORDER][0].time_s]))
    lockable, locked = {e.who for e in table[ev.LOCKABLE]}, {e.where: e.time_s for e in table[ev.LOCKED]}
    if action == "secure" and lockable and lockable <= locked.keys():
        times["perimeter_locked_s"] = _since(onset, max(locked[id_] for id_ in lockable))
    everybody = [e for e in table[ev.ACCOUNTED] if e.who == "school"]
    if everybody:
        times["accounted_all_s"] = _since(onset, everybody[0].time_s)
    released = {e.where: e.time_s for what in (ev.RELEASED, ev.ABANDONED) for e in table[what]}
    if lockable and lockable <= released.keys():
        times["released_all_s"] = _since(onset, max(released[id_] for id_ in lockable))


def _people(table: Table, onset: Event, times: dict[str, float | None]) -> dict[str, Value]:
    inside = int(sum(e.value or 0 for e in table[ev.INSIDE] if not e.why))
    to_leave, helped = _to_leave(table)
    waits = [e.why for e in table[ev.IN_REFUGE]]
    out = np.maximum(table.left_s(ev.OUT) - onset.time_s, 0.0)
    out_helped = np.maximum(table.left_s(ev.OUT, helped=True) - onset.time_s, 0.0)
    for share, column in ((0.5, "evacuated_p50_s"), (0.95, "evacuated_p95_s")):
        rank = ceil(share * to_leave - 1e-9)
        if to_leave and len(out) >= rank:
            times[column] = float(out[rank - 1])
    if len(out) and len(out) + len(waits) >= to_leave:
        times["evacuated_all_s"] = float(out[-1])
    if len(out_helped) and len(out_helped) + waits.count("needs-help") >= helped:
        times["evacuated_needs_help_all_s"] = float(out_helped[-1])
    leaving = any(e.why == "evacuate" for e in table[ev.PROTOCOL])
    return {"people": inside, "still_inside": to_leave - len(out) if leaving else None}


def _to_leave(table: Table) -> tuple[int, int]:
    """Return how many of the persons inside at the onset an evacuation concerns, and how many of them need help.

    Who has gone home from inside is not evacuated, and nobody waits for them.
    """
    home = len(table.left_s(ev.GONE_HOME, indoors=True))
    home_helped = len(table.left_s(ev.GONE_HOME, indoors=True, helped=True))
    inside = int(sum(e.value or 0 for e in table[ev.INSIDE] if not e.why))
    helped = int(sum(e.value or 0 for e in table[ev.INSIDE] if e.why == "needs-help"))
    return inside - home, helped - home_helped


def _gone_home(table: Table, onset: Event, times: dict[str, float | None]) -> Value:
    """Fill in when those whom the bell lets go home have left the site; return how many have, None where it lets nobody go."""
    asked = int(sum(e.value or 0 for e in table[ev.DISMISSED]))
    if not asked:
        return None
    home = np.maximum(table.left_s(ev.GONE_HOME) - onset.time_s, 0.0)
    for share, column in ((0.95, "gone_home_p95_s"), (1.0, "gone_home_all_s")):
        rank = ceil(share * asked - 1e-9)
        if len(home) >= rank:
            times[column] = float(home[rank - 1])
    return len(home)


def _resolved_by(table: Table, applicable: set[str]) -> str:
    if "resolved_s" not in applicable:
        return "not-applicable"
    found = table[ev.RESOLVED]
    return found[0].who if found else "nobody"


def _ends_as(table: Table, row: dict[str, Value]) -> str:
    """Return the name of the state in which an incident ends, or the reason why nobody reached it."""
    if table[ev.RESOLVED]:
        return "over-by-itself" if table[ev.RESOLVED][0].who == "self" else "resolved"
    if row["able_on_scene_s"] is not None:
        return "able-on-scene"
    if row["first_on_scene_s"] is not None:
        return "on-scene-not-able"
    last = next((w for w in (ev.CANNOT_REACH, ev.NOBODY_SUITED, ev.NOBODY_FREE) if table[w]), None)
    if any(e.what == ev.UNDER_WAY for e in table[ev.UNDER_WAY]) and last != "cannot-reach":
        return "on-the-way"
    if last is not None:
        return last
    if table[ev.WAITS]:
        return "waiting"
    if table[ev.REPORT_LOST] and not table[ev.REPORTED]:
        return "report-lost"
    return "not-noticed" if not table[ev.NOTICED] else "not-reported" if not table[ev.REPORTED] else "sent"


def _was_over_first(row: dict[str, Value]) -> bool:
    resolved, first = row["resolved_s"], row["first_on_scene_s"]
    return isinstance(resolved, float) and (first is None or (isinstance(first, float) and resolved < first))


def _waited(table: Table, onset: Event, horizon_s: float) -> float:
    """Return the seconds an incident waited in the queue: until the first word, until it was over, or until the horizon."""
    if not table[ev.WAITS]:
        return 0.0
    since = table[ev.WAITS][0].time_s
    ends = [e.time_s for what in (ev.DISPATCHED, ev.RESOLVED) for e in table[what] if e.time_s >= since]
    return min([*ends, onset.time_s + horizon_s]) - since


def _unattended(table: Table, kind: Kind, row: dict[str, Value], end_s: float) -> float | None:
    """Return the seconds without anybody at the patient, from the first aid until it is over or the horizon."""
    if not kind.has_patient or row["first_aid_s"] is None:
        return None
    begins_s = table[ev.FIRST_AID][0].time_s
    end_s = min([end_s, *(e.time_s for e in table[ev.RESOLVED])])
    changes = [e for word in (ev.ON_SCENE, ev.FREE, ev.CALLED_OFF) for e in table[word] if e.time_s < end_s]
    there: set[str] = set()
    alone_s, since_s = 0.0, begins_s
    for event in sorted(changes, key=lambda e: e.time_s):
        if not there:
            alone_s += max(event.time_s - since_s, 0.0)
        if event.what == ev.ON_SCENE:
            there.add(event.who)
        else:
            there.discard(event.who)
        since_s = max(event.time_s, begins_s)
    return alone_s + (0.0 if there else max(end_s - since_s, 0.0))


def _busy(table: Table, end_s: float) -> float:
    """Return the unit-seconds that units of the mix were busy, from the word until free or called off."""
    units = {e.who for e in table[ev.ROLE]}
    spent = 0.0
    for start in table[ev.WORD]:
        if start.who in units:
            ends = [
                e.time_s
                for w in (ev.FREE, ev.CALLED_OFF)
                for e in table[w]
                if e.who == start.who and e.time_s >= start.time_s
            ]
            spent += max(0.0, min([*ends, end_s]) - start.time_s)
    return spent


def count_curve(times_s: NDArray[np.float64], *, horizon_s: float) -> tuple[float, ...]:
    """Return how many of the times have passed at each of GRID points, evenly from 0 to the horizon; earlier ones at 0."""
    grid_s = horizon_s * np.arange(GRID) / (GRID - 1)
    return tuple(np.searchsorted(np.sort(times_s), grid_s, side="right").astype(float).tolist())
