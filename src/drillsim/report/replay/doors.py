"""What happens to rooms and doors in a drill, as changes of state in order of time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from drillsim.plan.model import FloorPlan
from drillsim.record import events as ev
from drillsim.record.trace import Event

ROOM_STATES: dict[str, str] = {
    ev.SECURED: "secured", ev.REFUGE_SECURED: "secured", ev.LOCK_FAILED: "failed", ev.REFUGE_LOCK_FAILED: "failed",
    ev.ABANDONED: "failed", ev.RELEASED: "", ev.WITH_EVENT: "",
}  # fmt: skip
"""State of a room after an event; '' as at first."""
DOOR_STATES: dict[str, str] = {
    ev.LOCKED: "locked", ev.REFUGE_LOCKED: "locked", ev.RELEASED: "", ev.CLOSED: "closed", ev.REOPENED: "", ev.PROPPED: "open",
    ev.SHUTS_DOOR: "", ev.HELD_OPEN: "open", ev.HOLDS_DOOR: "open",
}  # fmt: skip
"""State of a door after an event; '' as at first."""
MEANINGS = {
    "secured": "room secured: locked, lights off, people out of sight",
    "failed": "room that is not locked: no key, three tries failed, or left before",
    "locked": "door locked from outside; those inside can leave, staff and police with keys can come in",
    "closed": "door or stair closed: nobody passes, and everybody looks for another way",
    "open": "door held or propped open: its lock keeps nobody out",
}
"""What the states say, for the key."""


class StateChange(NamedTuple):
    """A room (by space id) or a door (by opening id) that is in another state from a time on."""

    time_s: float
    id: str
    state: str


def room_changes(events: Iterable[Event], plan: FloorPlan) -> list[StateChange]:
    """Return the changes of rooms, in order of time."""
    rooms = plan.space_index
    found = (StateChange(e.time_s, _place(e), ROOM_STATES[e.what]) for e in events if e.what in ROOM_STATES)
    return [change for change in found if change.id in rooms]


def door_changes(events: Iterable[Event], plan: FloorPlan) -> list[StateChange]:
    """Return the changes of doors, in order of time; a room that locks changes all its doors, a stair that closes both its ends."""
    return [
        StateChange(e.time_s, door, DOOR_STATES[e.what])
        for e in events
        if e.what in DOOR_STATES
        for door in _doors(_place(e), plan)
    ]


def _place(event: Event) -> str:
    return event.where or event.who


def _doors(id_: str, plan: FloorPlan) -> list[str]:
    """Return the door of this id, the doors of a room with a lock, or the openings at the ends of a stair or ramp."""
    if id_ in plan.opening_index:
        return [id_]
    flight = next((f for f in plan.flights if f.id == id_), None)
    if flight is not None:
        ends = {flight.lower_opening, flight.upper_opening}
        return [o.id for o in plan.openings if o.id in ends] or [
            o.id for o in plan.openings if o.kind == "stair_door" and {flight.lower, flight.upper} & set(o.spaces)
        ]
    return [o.id for o in plan.openings if id_ in o.spaces and o.kind != "opening" and o.lock != "none"]
