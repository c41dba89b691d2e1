"""Response intervals: the time from onset to an able response, split along the chain of one responder.

    onset -> noticed -> reported -> word -> under way -> on scene -> able

The chain is that of the responder who made the response able, else of the first on scene. Travel is split further
into walking as in an empty building, waiting (locks, closed ways, searching looks, others of a team), and time lost to
people in the way. The intervals are disjoint and add up to
able_on_scene_s, or to the arrival of the first where nobody was able. Columns keep the names leg_*_s of the row.
"""

from __future__ import annotations

from math import inf
from typing import Protocol

from drillsim.record import events as ev
from drillsim.record.columns import LEGS
from drillsim.record.trace import Event, Value


class EventsByWord(Protocol):
    """Events of one incident, grouped by event word, each list in order of time."""

    def __getitem__(self, what: str) -> list[Event]:
        """Return the events with this word; an empty list where there is none."""


def response_intervals(table: EventsByWord, onset: Event, row: dict[str, Value]) -> dict[str, Value]:
    """Return the response intervals in seconds, by column name.

    table
        Events of the incident.
    onset
        Its onset; all stamps count from there.
    row
        Columns of the incident that are measured already: noticed_s, reported_s, first_on_scene_s, able_on_scene_s.

    All are None where nobody came within the horizon. A stamp that the chain does not have (a unit that saw the incident
    itself is there before any report) costs no time.
    """
    intervals: dict[str, Value] = {c.name: None for c in LEGS}
    able = next(iter(table[ev.ABLE]), None) if row["able_on_scene_s"] is not None else None
    first = next((e for e in table[ev.ON_SCENE] if e.why != "stays-away"), None)
    chosen = able or (first if row["first_on_scene_s"] is not None else None)
    if chosen is None:
        return intervals

    def stamp(what: str) -> float | None:
        """Return seconds from onset to the last such event of the responder up to its arrival, None without one."""
        found = [e for e in table[what] if e.who == chosen.who and e.time_s <= chosen.time_s]
        return found[-1].time_s - onset.time_s if found else None

    noticed, reported = (inf if row[name] is None else float(row[name] or 0.0) for name in ("noticed_s", "reported_s"))
    word, set_off, there = stamp(ev.WORD), stamp(ev.UNDER_WAY), stamp(ev.ON_SCENE)
    if word is None or set_off is None or there is None:
        return intervals
    spent = {
        w: e.value or 0.0
        for w in (ev.WALKED, ev.DOORS)
        for e in table[w]
        if e.who == chosen.who and e.time_s <= chosen.time_s
    }
    notice = min(noticed, word)
    intervals["leg_notice_s"] = notice
    intervals["leg_report_s"] = min(reported, word) - notice
    intervals["leg_word_s"] = word - min(reported, word)
    intervals["leg_under_way_s"] = set_off - word
    travel = there - set_off
    doors = min(spent.get(ev.DOORS, 0.0), travel)
    walk = min(spent.get(ev.WALKED, travel), travel - doors)
    intervals["leg_walk_s"], intervals["leg_doors_s"], intervals["leg_people_s"] = walk, doors, travel - doors - walk
    intervals["leg_able_s"] = (able.time_s - onset.time_s if able else there) - there
    return intervals
