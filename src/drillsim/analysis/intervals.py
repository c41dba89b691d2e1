"""Where the time goes: the chain of whoever made the response able, leg by leg."""

from __future__ import annotations

from typing import Protocol

from drillsim.record.columns import LEGS
from drillsim.record.trace import Event, Value


class ByWhat(Protocol):
    """The events of one incident by what happened, each list in order of time."""

    def __getitem__(self, what: str) -> list[Event]:
        """Return the events of one sort."""


def response_intervals(table: ByWhat, onset: Event, row: dict[str, Value]) -> dict[str, Value]:
    """Return the chain of whoever made the response able, else of the first on scene; None where nobody came.

    The legs add up to the time at which that one was able, or on scene.
    """
    legs: dict[str, Value] = {c.name: None for c in LEGS}
    able = next(iter(table["able"]), None)
    first = next((e for e in table["on-scene"] if e.why != "stays-away"), None)
    chosen = able or first
    if chosen is None or row["reported_s"] is None or row["noticed_s"] is None:
        return legs

    def stamp(what: str) -> float | None:
        """Return the last such event of the chosen one that led to its arrival."""
        found = [e for e in table[what] if e.who == chosen.who and e.time_s <= chosen.time_s]
        return found[-1].time_s - onset.time_s if found else None

    noticed, reported = float(row["noticed_s"] or 0.0), float(row["reported_s"] or 0.0)
    word, set_off, there = stamp("word"), stamp("under-way"), stamp("on-scene")
    if word is None or set_off is None or there is None:
        return legs
    spent = {w: e.value or 0.0 for w in ("walked", "doors") for e in table[w] if e.who == chosen.who}
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
