"""Sheets of one named drill of each scenario: what every room did, and the timeline in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from drillsim.plan.model import FloorPlan
from drillsim.record import events as ev
from drillsim.record.trace import Event, Trace, Value
from drillsim.report.timeline import tell
from drillsim.report.workbook.table import Row, SheetTable, columns

NO_DRILL = (
    "No drill is told here: whole days have none, nor have results that were read without the study that made them."
)


@dataclass(frozen=True)
class NamedDrill:
    """One drill of a study that stands for its scenario, and why it was taken.

    title
        Scenario as people call it.
    name
        Which drill it is, such as 'drill 17 of seed 1 with 1 SRO'.
    why
        Why this one, such as 'nearest to the median of able to act'.
    """

    title: str
    name: str
    why: str
    trace: Trace
    plan: FloorPlan


def told_drills(drills: Sequence[NamedDrill]) -> str:
    """Return which drills are told, and why these; '' for none."""
    return "; ".join(f"{one.title}: {one.name}, {one.why}" for one in drills)


def timeline_table(drills: Sequence[NamedDrill], *, most: int | None = None) -> SheetTable:
    """Return what happens in each named drill, one row per line of its story."""
    note = f"One drill of each scenario, in words. {told_drills(drills)}." if drills else NO_DRILL
    head = columns(("Scenario", "words"), ("Time (m:ss)", "clock"), ("What happens", "long"), ("Time (s)", "seconds"))
    rows = ((one.title, line.time_s, line.text, line.time_s) for one in drills for line in tell(one.trace, one.plan))
    return SheetTable("Timeline", note, head, rows, most)


def rooms_table(drills: Sequence[NamedDrill], *, most: int | None = None) -> SheetTable:
    """Return what every room did in each named drill in which rooms do anything, in the order of the plan."""
    note = (
        f"From one drill of each scenario, not from all. {told_drills(drills)}. Times from the start of the drill; rooms in "
        "the order of the plan. Scenarios in which no room does anything of its own are left out."
        if drills
        else NO_DRILL
    )
    head = columns(
        ("Scenario", "words"), ("Room", "words"), ("Level", "text"), ("Use", "text"), ("People at full use (persons)", "count"),
        ("Outcome in this drill", "words"), ("Locked (m:ss)", "clock"), ("Secured (m:ss)", "clock"),
        ("Roll call reported (m:ss)", "clock"), ("Released (m:ss)", "clock"), ("Why not", "words"), ("Id", "text"),
    )  # fmt: skip
    return SheetTable("Rooms", note, head, (row for one in drills for row in _room_rows(one)), most)


def _room_rows(one: NamedDrill) -> Iterator[Row]:
    levels = {level.id: level.label or level.id for level in one.plan.levels}
    by_room = _by_room(one.trace.events)
    if not by_room:
        return
    for space in one.plan.spaces:
        if space.is_circulation or space.use == "outdoors":
            continue
        found = by_room.get(space.id, {})
        times = [_first(found, *words) for words in _STAMPS]
        why = next((e.why for w in (ev.LOCK_FAILED, ev.ABANDONED) if (e := found.get(w)) is not None), "")
        yield (
            one.title, space.name, levels.get(space.level, space.level), space.use, space.people, _outcome(found),
            *times, why, space.id,
        )  # fmt: skip


_STAMPS: tuple[tuple[str, ...], ...] = (
    (ev.LOCKED, ev.REFUGE_LOCKED),
    (ev.SECURED, ev.REFUGE_SECURED),
    (ev.ACCOUNTED,),
    (ev.RELEASED,),
)
_OUTCOMES: tuple[tuple[str, str], ...] = (
    (ev.WITH_EVENT, "with the event, not counted as secured"),
    (ev.SECURED, "secured"),
    (ev.REFUGE_SECURED, "secured, people fled into it"),
    (ev.ABANDONED, "left before it was locked"),
    (ev.LOCK_FAILED, "lock failed"),
    (ev.REFUGE_LOCK_FAILED, "lock failed, people fled into it"),
    (ev.UNLOCKABLE, "no lock on every way in"),
    (ev.LOCKABLE, "not locked by the end of the drill"),
)
"""Event words of a room and what they mean for it, the deciding one first."""


def _by_room(events: Sequence[Event]) -> dict[str, dict[str, Event]]:
    """Return the first event of each word by the room it is about; who locks a room may be a unit."""
    found: dict[str, dict[str, Event]] = {}
    for event in events:
        if event.what in _ABOUT_ROOMS:
            found.setdefault(event.where or event.who, {}).setdefault(event.what, event)
    return found


_ABOUT_ROOMS = frozenset([*(word for words in _STAMPS for word in words), *(word for word, _ in _OUTCOMES)])


def _first(found: Mapping[str, Event], *words: str) -> Value:
    return next((found[word].time_s for word in words if word in found), None)


def _outcome(found: Mapping[str, Event]) -> str:
    return next((told for word, told in _OUTCOMES if word in found), "")


__all__ = ["NamedDrill", "rooms_table", "timeline_table", "told_drills"]
