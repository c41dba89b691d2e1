"""From the event table to the outcome row: every number is recomputed from what happened, and from nothing else.

The vocabulary of events is in docs/outcomes.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import ceil

from drillsim.record.columns import COUNTS, LEGS, MEASURES, status_name
from drillsim.record.trace import GRID, Event, Value

FIRST = {
    "noticed": "noticed_s",
    "reported": "reported_s",
    "order": "protective_order_s",
    "police-called": "police_called_s",
    "able": "able_on_scene_s",
    "resolved": "resolved_s",
    "police-met": "police_met_s",
    "halls-clear": "halls_clear_s",
}
"""Event to the column that its first occurrence fills."""

APPLIES = {
    "lockdown": ("protective_order_s", "secured_p50_s", "secured_all_s", "halls_clear_s"),
    "evacuate": (
        "protective_order_s",
        "evacuated_p50_s",
        "evacuated_p95_s",
        "evacuated_all_s",
        "evacuated_needs_help_all_s",
    ),
}


def measure(events: Sequence[Event], *, horizon_s: float) -> dict[str, Value]:
    """Return the outcome row of one drill: values by column, None where a time was not reached or does not apply.

    events
        The event table in order of time. Times are counted from the onset of the first incident.
    horizon_s
        Seconds watched; what has not happened by then is 'not-reached'.
    """
    by_what: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_what[event.what].append(event)
    onset = by_what["onset"][0]
    kind = onset.why
    times: dict[str, float | None] = {c.name: None for c in MEASURES}
    for what, name in FIRST.items():
        found = [e for e in by_what[what] if e.incident in ("", onset.incident)]
        if found:
            times[name] = found[0].time_s - onset.time_s
    arrivals = [e for e in by_what["on-scene"] if e.incident == onset.incident]
    for who, name in (("", "first_on_scene_s"), ("police", "police_on_scene_s"), ("ems", "ems_on_scene_s"),
                        ("fire-service", "fire_service_on_scene_s")):  # fmt: skip
        first = next((e for e in arrivals if e.who == who or (not who and e.why != "stays-away")), None)
        times[name] = first.time_s - onset.time_s if first else None
    entered = next((e for e in by_what["at-entry"] if e.who == "police" and e.incident == onset.incident), None)
    times["police_at_entry_s"] = entered.time_s - onset.time_s if entered else None
    applicable = _applicable(kind, by_what)
    row: dict[str, Value] = {"kind": kind}
    row.update(_rooms(by_what, onset, times))
    row.update(_people(by_what, onset, times))
    for column in MEASURES:
        value = times[column.name]
        applies = column.name in applicable
        reached = applies and value is not None and value <= horizon_s
        row[column.name] = value if reached else None
        row[status_name(column.name)] = "reached" if reached else "not-reached" if applies else "not-applicable"
    row["resolved_by"] = _resolved_by(by_what, onset, applicable)
    row["over_before_anyone_came"] = int(_over_first(row))
    row.update(_legs(by_what, onset, row))
    row["units_present"] = len(by_what["present"])
    row["busy_s"] = _busy(by_what, horizon_s)
    for r in ("10", "20", "40"):
        found = [e for e in by_what["exposure"] if e.where == r]
        row[f"exposure_{r}_person_s"] = sum(e.value or 0.0 for e in found)
    order = ["kind", *(n for c in MEASURES for n in (c.name, status_name(c.name))), "resolved_by",
             "over_before_anyone_came", *(c.name for c in COUNTS), *(c.name for c in LEGS)]  # fmt: skip
    return {name: row[name] for name in order}


def _applicable(kind: str, by_what: dict[str, list[Event]]) -> set[str]:
    names = {"noticed_s", "reported_s", "first_on_scene_s", "able_on_scene_s"}
    if kind == "hostile" or by_what["police-wanted"] or by_what["police-called"]:
        names |= {"police_called_s", "police_at_entry_s", "police_on_scene_s"}
    if kind not in ("hostile", "fire"):
        names.add("resolved_s")
    names |= {"hostile": {"police_met_s"}, "medical": {"ems_on_scene_s"}, "fire": {"fire_service_on_scene_s"}}.get(
        kind, set()
    )
    for event in by_what["protocol"]:
        names |= set(APPLIES[event.why])
    if "evacuated_needs_help_all_s" in names and not any(e.why == "needs-help" and e.value for e in by_what["inside"]):
        names.discard("evacuated_needs_help_all_s")
    if by_what["protocol"] and by_what["protocol"][0].why == "lockdown" and not by_what["lockable"]:
        names -= {"secured_p50_s", "secured_all_s"}
    return names


def _rooms(by_what: dict[str, list[Event]], onset: Event, times: dict[str, float | None]) -> dict[str, Value]:
    secured = sorted(e.time_s - onset.time_s for e in by_what["secured"])
    lockable = len(by_what["lockable"])
    if lockable and len(secured) >= ceil(lockable / 2):
        times["secured_p50_s"] = secured[ceil(lockable / 2) - 1]
    if lockable and len(secured) == lockable:
        times["secured_all_s"] = secured[-1]
    return {
        "secured_share_120_s": sum(t <= 120 for t in secured) / lockable if lockable else None,
        "rooms_secured": len(secured),
        "rooms_failed": len(by_what["lock-failed"]),
        "rooms_unlockable": len(by_what["unlockable"]),
    }


def _people(by_what: dict[str, list[Event]], onset: Event, times: dict[str, float | None]) -> dict[str, Value]:
    inside = int(sum(e.value or 0 for e in by_what["inside"] if not e.why))
    helped = int(sum(e.value or 0 for e in by_what["inside"] if e.why == "needs-help"))
    out = [e.time_s - onset.time_s for e in by_what["out"]]
    out_helped = [e.time_s - onset.time_s for e in by_what["out"] if e.why == "needs-help"]
    for share, column in ((0.5, "evacuated_p50_s"), (0.95, "evacuated_p95_s"), (1.0, "evacuated_all_s")):
        rank = ceil(share * inside - 1e-9)
        if inside and len(out) >= rank:
            times[column] = sorted(out)[rank - 1]
    if helped and len(out_helped) == helped:
        times["evacuated_needs_help_all_s"] = max(out_helped)
    leaving = any(e.why == "evacuate" for e in by_what["protocol"])
    return {"people": inside, "still_inside": inside - len(out) if leaving else None}


def _resolved_by(by_what: dict[str, list[Event]], onset: Event, applicable: set[str]) -> str:
    if "resolved_s" not in applicable:
        return "not-applicable"
    found = [e for e in by_what["resolved"] if e.incident == onset.incident]
    return found[0].who if found else "nobody"


def _over_first(row: dict[str, Value]) -> bool:
    resolved, first = row["resolved_s"], row["first_on_scene_s"]
    return isinstance(resolved, float) and (first is None or (isinstance(first, float) and resolved < first))


def _legs(by_what: dict[str, list[Event]], onset: Event, row: dict[str, Value]) -> dict[str, Value]:
    """Return the chain of whoever made the response able, else of the first on scene; None where nobody came."""
    legs: dict[str, Value] = {c.name: None for c in LEGS}
    able = next((e for e in by_what["able"] if e.incident == onset.incident), None)
    first = next((e for e in by_what["on-scene"] if e.incident == onset.incident and e.why != "stays-away"), None)
    chosen = able or first
    if chosen is None or row["reported_s"] is None or row["noticed_s"] is None:
        return legs

    def stamp(what: str) -> float | None:
        found = [e for e in by_what[what] if e.who == chosen.who and e.incident == onset.incident]
        return found[0].time_s - onset.time_s if found else None

    noticed, reported = float(row["noticed_s"] or 0.0), float(row["reported_s"] or 0.0)
    word, set_off, there = stamp("word"), stamp("under-way"), stamp("on-scene")
    if word is None or set_off is None or there is None:
        return legs
    spent = {e.what: e.value or 0.0 for w in ("walked", "doors") for e in by_what[w] if _same(e, chosen)}
    notice = min(noticed, word)
    legs["leg_notice_s"] = notice
    legs["leg_report_s"] = min(reported, word) - notice
    legs["leg_word_s"] = word - min(reported, word)
    legs["leg_under_way_s"] = set_off - word
    travel = there - set_off
    doors = min(spent.get("doors", 0.0), travel)
    walk = min(spent.get("walked", travel), travel - doors)
    legs["leg_walk_s"], legs["leg_doors_s"], legs["leg_people_s"] = walk, doors, travel - doors - walk
    legs["leg_able_s"] = (able.time_s - onset.time_s if able else there) - there
    return legs


def _same(event: Event, chosen: Event) -> bool:
    return event.who == chosen.who and event.incident == chosen.incident


def _busy(by_what: dict[str, list[Event]], horizon_s: float) -> float:
    free = {(e.who, e.incident): e.time_s for e in by_what["free"]}
    mine = {e.who for e in by_what["present"]}
    return sum(
        max(0.0, min(free.get((e.who, e.incident), horizon_s), horizon_s) - e.time_s)
        for e in by_what["word"]
        if e.who in mine
    )


def count_curve(times_s: Iterable[float], *, horizon_s: float) -> tuple[float, ...]:
    """Return how many of the times have passed at each of GRID points, evenly from 0 to the horizon."""
    ordered = sorted(times_s)
    counts, passed = [], 0
    for i in range(GRID):
        now = horizon_s * i / (GRID - 1)
        while passed < len(ordered) and ordered[passed] <= now:
            passed += 1
        counts.append(float(passed))
    return tuple(counts)
