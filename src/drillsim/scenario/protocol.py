"""Protective actions of the Standard Response Protocol, and the steps by which rooms carry them out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from drillsim.documents.document import Model
from drillsim.quantities import Length, Share, Time, TimeSpread
from drillsim.scenario.vocabulary import Place, ZonePlace, default

Action = Literal["none", "hold", "secure", "lockdown", "evacuate", "shelter"]
ACTIONS: tuple[Action, ...] = ("none", "hold", "secure", "lockdown", "evacuate", "shelter")


class Rooms(Model):
    """How a room is secured: recover from the hall, lock, lights and out of sight."""

    recover: TimeSpread = default({"low": "5 s", "high": "20 s"})
    """Bring pupils in from the hall. Assumption A:lockdown.recover_hall_students."""
    key: TimeSpread = default({"median": "15 s", "sigma": 0.6})
    """Lock with a key from outside. Assumption A:lockdown.room_lock_key_outside;
    direction docs/sources.md#martaindale23."""
    key_fails: Share = default("15 %")
    """A try with a key fails. Assumption A:lockdown.room_lock_key_outside."""
    push_button: TimeSpread = default({"median": "5 s", "sigma": 0.5})
    """Lock by push-button. Assumption A:lockdown.room_lock_pushbutton; direction docs/sources.md#martaindale23."""
    push_button_fails: Share = default("3 %")
    """A try with a push-button fails. Assumption A:lockdown.room_lock_pushbutton."""
    auto: Time = default("2 s", ge=0)
    """Pull shut; no manual lock takes less. Assumption A:lockdown.room_auto_lock."""
    auto_fails: Share = default("1 %")
    """An automatic lock does not catch. Assumption A:lockdown.room_auto_lock."""
    hide: TimeSpread = default({"median": "15 s", "sigma": 0.4})
    """Lights off and out of sight, after the lock. Assumption A:lockdown.lights_out_of_sight."""
    unheard: TimeSpread = default({"low": "30 s", "high": "2 min"})
    """Word of the order where the announcement is not heard. Assumption A:alerting.unheard_announcement."""
    without_lock: Share = 0.0
    """Share of the rooms that have no lock, whatever the plan says; none unless said. Assumption A:lockdown.without_lock."""
    without_key: Share = 0.0
    """Share of the rooms whose adult today is a substitute without a key: such a room cannot be locked by key."""


class Release(Model):
    """The end of a lockdown, in person: those able to act go from room to room and let people out."""

    after: TimeSpread = default({"low": "5 min", "high": "15 min"})
    """From somebody able on scene until the first room is released. Assumption A:protocol.release_after."""
    per_room: TimeSpread = default({"low": "20 s", "high": "60 s"})
    """At each door: show who one is, unlock, tell. Assumption A:protocol.release_room."""


class Zone(Model):
    """Part of the school that is told the order at a time of its own, such as a storey in an evacuation by phases."""

    name: str = Field(min_length=1)
    """Name of the zone, in events; it names the draw of its time."""
    spaces: tuple[ZonePlace, ...] = Field(min_length=1)
    """Its spaces: ids, {use: …} for every space of a use, {level: …} for every space of a level. A space that several zones
    name belongs to the first."""
    after: TimeSpread
    """From the order until it is given to this zone."""


class Protocol(Model):
    """The protective action, in the Standard Response Protocol's words. Source: docs/sources.md#srp."""

    action: Action = "none"
    """hold: clear the halls, stay in rooms. secure: everybody in, outside doors locked. lockdown: locks, lights, out of
    sight. evacuate: to the assembly places. shelter: to the places of `shelter_in`."""
    incident: str | None = None
    """Id of the incident it answers; default: the one of highest rank, the earlier of equals."""
    announced_by: Literal["office", "teacher", "badge", "alarm"] = "office"
    """office: after the report; teacher: by whoever notices; badge: by the badge of whoever notices; alarm: at once
    when noticed."""
    announce_delay: TimeSpread | None = None
    """Decision to announcement; default: the shipped figure of action and announcer (`ANNOUNCE_DELAY`)."""
    announcement: Time = default("8 s", ge=0)
    """Length of the announcement, wording spoken twice; none for an alarm.
    Assumption A:alerting.pa_announcement_len."""
    zones: tuple[Zone, ...] = ()
    """Zones that are told later than the rest; spaces that no zone names are told at the order."""
    rooms: Rooms = Rooms()
    """How a room is secured."""
    to_exit: TimeSpread = default({"low": "10 s", "high": "60 s"})
    """In a secure: from hearing the order until somebody stands at an outside door that is not locked yet.
    Assumption A:protocol.to_exit."""
    shelter_in: tuple[Place, ...] = ()
    """Spaces where people shelter: ids, or {use: …} for every space of that use."""
    names_place: bool = True
    """Whether whoever hears the order is told where the event is, as soon as the office knows it; who is told, or sees it,
    keeps away from it. Assumption A:protocol.names_place."""
    keep_away: Length = default("10 m", ge=0)
    """Who knows where a hostile event is goes into no room, and through no opening, within so many walking metres of it.
    Assumption A:protocol.keep_away."""
    in_view: Length = default("20 m", ge=0)
    """Who is not told sees a hostile event in the same space, or within so many walking metres where no door is in between.
    Assumption A:protocol.in_view."""
    in_the_space: Literal["leave", "stay"] = "leave"
    """Who is in the space of a hostile event and can get out without passing near it leaves, or stays.
    Assumption A:protocol.in_the_space."""
    hold_door_at_most: Time = default("30 s", ge=0)
    """In a lockdown: how long a room that is ready to lock is kept open for people who are on their way to its door.
    Assumption A:protocol.hold_door_at_most."""
    release: Release | None = None
    """How a lockdown ends; default: within the drill nobody is released."""
    roll_call: TimeSpread = default({"low": "30 s", "usual": "60 s", "high": "2 min"})
    """Count and report of one room, or of one assembly place. Assumption A:protocol.roll_call."""
    alarm_before: Literal["leave", "stay"] = "leave"
    """A fire alarm before a lockdown is ordered: people leave, as at any fire alarm, or stay."""
    alarm_in_lockdown: Literal["stay", "leave"] = "stay"
    """A fire alarm during the lockdown: everybody stays, or who is in a room that is not locked yet leaves."""

    @model_validator(mode="after")
    def _says_where(self) -> Protocol:
        if self.action == "shelter" and not self.shelter_in:
            raise ValueError("'action: shelter' needs its places. Write 'shelter_in: [{use: restroom}, hall-0]'")
        names = [zone.name for zone in self.zones]
        if len(set(names)) < len(names):
            raise ValueError("two zones have one name. Give each a name of its own")
        if self.release is not None and self.action != "lockdown":
            raise ValueError("'release' ends a lockdown; with another action leave it out")
        return self
