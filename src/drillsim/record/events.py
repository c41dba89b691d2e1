"""The event vocabulary: one row per event word, with its meaning and its sentence.

Log, measures, timeline and documents take words from here. A word is an `EventWord`, a type of its own that only this
module makes, so that mypy refuses a literal or misspelt word in a log entry; at run time it is a plain string.

Sentences are format strings; placeholders with a capital letter begin a sentence (`report/timeline.py` fills them in).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

EventWord = NewType("EventWord", str)


@dataclass(frozen=True)
class EventRow:
    """The meaning of one event word."""

    name: str
    who: str
    """Whose id stands in `who`."""
    meaning: str
    where: str = ""
    """What `where` names."""
    why: str = ""
    """What `why` says."""
    value: str = ""
    """Meaning and unit of `value`."""
    sentence: str = ""
    """Sentence of the timeline; empty where another line tells it, or where events are told as milestones."""


EVENTS: dict[str, EventRow] = {}
"""Every event word with its row, in the order of the manual (docs/outcomes.md)."""


def _event(
    name: str, who: str, meaning: str, sentence: str = "", *, where: str = "", why: str = "", value: str = ""
) -> EventWord:
    """Add a row to the table and return its word."""
    EVENTS[name] = EventRow(name, who, meaning, where, why, value, sentence)
    return EventWord(name)


# Who is there
INSIDE = _event("inside", "roll", "persons inside at the onset; a second line counts those who need help",
                why="empty, or needs-help", value="persons")  # fmt: skip
ROLE = _event("role", "unit", "its role in words", why="label of the role")
PRESENT = _event("present", "unit", "it is on campus as the drill begins", where="place of its duty", why="duty")
ABSENT = _event("absent", "unit", "it is not on campus as the drill begins", why="where it is instead",
                value="minute of the day at which it comes, if it does that day")  # fmt: skip
DUTY = _event("duty", "unit", "from now on it is on this duty, or away", "{Who} is now {duty}.", where="place of the duty",
              why="duty, or where it is instead")  # fmt: skip

# Incident, notice and report
ONSET = _event("onset", "incident", "it begins", "{onset} in {where}.", where="its place", why="its kind",
               value="1 for a rule break")  # fmt: skip
TOO_FEW = "too few on campus"
"""Reason of `police-wanted` where the kind does not ask for them in any case."""
POLICE_WANTED = _event("police-wanted", "school", "police are to be called", why="empty, or too few on campus")
NOTICED = _event("noticed", "people, camera, alarm or unit", "the first to notice", "It is noticed: {notice}.",
                 where="place of the incident", why="how")  # fmt: skip
REPORTED = _event("reported", "office", "front office or dispatcher has the report", "The front office has the report, {why}.",
                  where="place of the incident", why="means of the report")  # fmt: skip
REPORT_LOST = _event("report-lost", "office", "the report never arrived: every try failed",
                     "The report does not get through.", where="place of the incident", why="who reported")  # fmt: skip
PLACE_UNKNOWN = _event("place-unknown", "office", "the report does not say where it is",
                       "The report does not say where it is.", why="in words")  # fmt: skip
PLACE_KNOWN = _event("place-known", "office or unit", "whoever is sent knows where it is",
                     "Whoever is sent knows the place: {where}.", where="place of the incident")  # fmt: skip

# Calls and dispatch
POLICE_CALLED = _event("police-called", "office, unit or anybody", "police are called", "Police are called by {who} ({why}).",
                       why="911, or police radio")  # fmt: skip
BACKUP_CALLED = _event("backup-called", "office or unit", "a service is called because those on campus do not meet the need",
                       "{Who} calls for further help: those on campus are too few.", why="the service")  # fmt: skip
CALLED = _event("called", "office", "ambulance or fire service are called", "{Service} is called.", why="the service")
WAITS = _event("waits", "office", "all are busy; the incident stands in the queue", "{Why}: it has to wait.",
               where="place of the incident", why="in words")  # fmt: skip
DISPATCHED = _event("dispatched", "unit", "it takes the incident from the queue", "{Who} takes it {why}.",
                    where="place of the incident", why="in words")  # fmt: skip
NOBODY_FREE = _event("nobody-free", "office", "all are busy and incidents do not wait", "{Why}: nobody on campus comes.",
                     where="place of the incident", why="in words")  # fmt: skip
NOBODY_SUITED = _event("nobody-suited", "office", "nobody on campus does this kind", "{nobody}.",
                       where="place of the incident", why="in words")  # fmt: skip
WORD = _event("word", "unit or service", "it has word of the incident", "{Who} {word}.", where="where it is then",
              why="by what means")  # fmt: skip
CALLED_OFF = _event("called-off", "unit", "it is taken off this incident for a more urgent one",
                    "{Who} is called off, {why}.", where="where it is then", why="for which incident")  # fmt: skip
UNDER_WAY = _event("under-way", "unit or service", "it sets off (a service: from the entry)",
                   "{Who} sets off from {where}{comma_why}.", where="where it sets off", why="in words, or empty")  # fmt: skip
AT_ENTRY = _event("at-entry", "service or unit", "it is at the entry", "{Who} is at {where}.", where="the entry")
TURNED_BACK = _event("turned-back", "service", "the incident was over before the service came", "{Who} turns back: {why}.",
                     why="in words")  # fmt: skip

# On the way and on scene
SEARCHES = _event("searches", "responder", "it searches for the place", "{Who} looks for the place: {why}.",
                  where="where the search begins", why="in words")  # fmt: skip
FOUND = _event("found", "responder", "it has found the place", "{Who} finds the place: {where}.", where="the place")
WAITS_AT_DOOR = _event("waits-at-door", "armed responder", "it waits at the last door until enough of its service are there "
                       "to go in together", "{Who} waits at the last door, in {where}, {why}.", where="where it waits",
                       why="in words")  # fmt: skip
TAKES_AED = _event("takes-aed", "unit", "it has fetched the AED", "{Who} takes the AED from {where}.", where="space of the AED",
                   why="id of the AED")  # fmt: skip
ON_SCENE = _event("on-scene", "responder", "it is at the place of the incident", "{Who} is on scene in {where}{to_assist}.",
                  where="place of the incident", why="what its role does: resolves, assists or stays-away")  # fmt: skip
WALKED = _event(
    "walked", "responder", "free walking time of the way there", where="place of the incident", value="seconds"
)
DOORS = _event("doors", "responder", "time at locks and closed ways, of looks and of waiting for others on the way there", where="place of the incident",
               value="seconds")  # fmt: skip
FIRST_AID = _event("first-aid", "responder", "somebody who gives first aid is at the patient", "{Who} gives first aid.",
                   where="place of the incident")  # fmt: skip
AED_THERE = _event("aed-there", "responder", "an AED is at the patient", "An AED is at the patient, with {who}.",
                   where="place of the incident")  # fmt: skip
ABLE = _event("able", "responder", "with it, those present can do what the incident needs", "{able}: {who}.",
              where="place of the incident")  # fmt: skip
POLICE_MET = _event("police-met", "unit", "it gives the police keys and place",
                    "{Who} meets the police at {where} with keys and place.", where="the entry")  # fmt: skip
AMBULANCE_MET = _event("ambulance-met", "unit", "it meets the crew of the ambulance and leads the way",
                       "{Who} meets the ambulance at {where}, and leads the way.", where="the entry")  # fmt: skip
HOLDS_DOOR = _event("holds-door", "unit", "it holds the door of the police open", "{Who} holds {where} open {why}.",
                    where="the door", why="in words")  # fmt: skip
LOCKS_AND_GUIDES = _event("locks-and-guides", "unit", "it stays away from the event, locks and guides people where it is",
                          "{Who} locks, and guides people away, {why}: {where}.", where="where it is", why="in words")  # fmt: skip
RESOLVED = _event("resolved", "self or unit", "the incident is over, by itself or by those on scene", "{over}.",
                  where="place of the incident")  # fmt: skip
FREE = _event("free", "unit", "it is free again", "{Who} is free again.", where="where it is", why="in words, or empty")
SHIFT_BEGINS, SHIFT_ENDS = "its shift begins", "its shift ends"
"""Reasons of `back` and `left` by a calendar."""
LEFT = _event("left", "unit", "it has left campus", "{Who} leaves campus: {why}.",
              why="its shift ends, its task is done, an arrest, or by the script")  # fmt: skip
BACK = _event("back", "unit", "it is on campus from now on", "{Who} is on campus from now on: {why}.", where="where it is",
              why="its shift begins, after an arrest, or called in")  # fmt: skip
STAYS_ON = _event("stays-on", "unit", "its shift is over, and it finishes its task", "The shift of {who} is over; it finishes its task.",
                  where="where it is")  # fmt: skip
CALLED_IN = _event("called-in", "unit", "it is called from off campus, since those there are too few", "{Who} is called in: those on campus are too few.",
                   why="where it is")  # fmt: skip
KEPT_AWAY = _event(
    "kept-away", "unit", "it is not on campus, and does not come", "{Who} does not come: {why}.", why="by the script"
)
CANNOT_REACH = _event("cannot-reach", "responder", "it finds no way as the ways are now", "{Who} cannot reach {where}: {why}.",
                      where="where it wants to go", why="in words")  # fmt: skip
UNIT_ENDS = _event("unit-ends", "unit", "its state at the end of the drill", where="where it is", why="state in words")

# The incident's own course
STAGE_ENDS = _event("stage-ends", "incident", "a stage of its own script is over", "Of the incident's script, {why} is over.",
                    why="name of the stage", value="number of the stage")  # fmt: skip
SCRIPT_DONE = _event(
    "script-done", "incident", "the last stage of its script is over", "The incident's own script is over."
)
MOVES_TO = _event("moves-to", "incident", "it is at another place", "The incident moves to {where}.", where="the place")
CANNOT_GO = _event("cannot-go", "incident", "a locked door kept it out", "The incident cannot go to {where}: {why}.",
                   where="the place", why="in words")  # fmt: skip
EXPOSURE = _event("exposure", "people", "exposure within a distance of the incident", where="the distance, in metres",
                  value="person-seconds")  # fmt: skip

# The protective action
PROTOCOL = _event("protocol", "school", "the protective action of the scenario", why="the action",
                  value="1 where rooms are released in person")  # fmt: skip
LOCKABLE = _event("lockable", "room or exit", "an occupied room, or in a secure an outside door, with a lock",
                  where="the same")  # fmt: skip
UNLOCKABLE = _event("unlockable", "room or exit", "an occupied room, or in a secure an outside door, without a lock",
                    where="the same")  # fmt: skip
ORDER = _event("order", "office, unit, people or script", "the protective order is given", "The order is given by {who}: {why}.",
               why="the action")  # fmt: skip
ZONE_TOLD = _event("zone-told", "school", "the order is given to a zone that is told later", "{why} is told now.",
                   why="name of the zone")  # fmt: skip
ALARM = _event("alarm", "script", "the fire alarm rings", "The fire alarm rings{colon_why}.",
               why="in a lockdown: what people do")  # fmt: skip
LOCKED = _event("locked", "room, exit or unit", "its doors are locked", "{Who} locks {where}.", where="the room or exit",
                why="in words, or empty")  # fmt: skip
SECURED = _event("secured", "room or unit", "it is locked, with lights off and people out of sight", where="the room")
LOCK_FAILED = _event("lock-failed", "room or exit", "three tries failed, or there is no key", "{Who} cannot be locked: {why_not}.",
                     where="the same", why="in words, or empty")  # fmt: skip
WITH_EVENT = _event("with-event", "room, unit or school", "the event is in this room: locked or not, it is not secured",
                    "The event is in {where}, which is not counted as secured.", where="the room")  # fmt: skip
FLEE = _event("flee", "people", "people in the space of a hostile event leave it, away from it",
              "{Count} leave {where}, away from the event.", where="the space", value="persons")  # fmt: skip
ABANDONED = _event("abandoned", "room", "its people left before it was locked", "{Who} is not locked: {why}.", where="the same",
                   why="before the order, or at the fire alarm")  # fmt: skip
OCCUPIED = _event("occupied", "room", "people came into a room that was empty; it is locked like the others, but not counted "
                  "with them", where="the same")  # fmt: skip
REFUGE_LOCKED = _event("refuge-locked", "room or unit", "a room into which people fled is locked",
                       "{Who} locks {where}, into which people fled.", where="the room")  # fmt: skip
REFUGE_SECURED = _event("refuge-secured", "room or unit", "a room into which people fled is secured", where="the room")
REFUGE_LOCK_FAILED = _event("refuge-lock-failed", "room", "a room into which people fled could not be locked",
                            "{Who}, into which people fled, cannot be locked: {why_not}.", where="the same",
                            why="in words, or empty")  # fmt: skip
RELEASES = _event("releases", "responder", "it sets off from room to room to let people out",
                  "{Who} goes {why} to let people out.", where="where it is", why="in words")  # fmt: skip
RELEASED = _event("released", "responder or people", "the people of a room are let out", where="the room")
ASKED = _event("asked", "people", "how many are asked to go somewhere", "{asked}.", value="persons")
IN_PLACE = _event("in-place", "person", "one of them is there", where="the place")
STAY_OUTDOORS = _event("stay-outdoors", "people", "people outdoors stay there", "{Count} stay outdoors in {where}{comma_why}.",
                       where="the place", why="in words, or empty", value="persons")  # fmt: skip
TO_REFUGE = _event("to-refuge", "people", "how many are asked to wait in a place of refuge",
                   "To the places of refuge, for want of a way without a stair: {Count}.", value="persons")  # fmt: skip
IN_REFUGE = _event(
    "in-refuge", "person", "one of them waits there", where="the place of refuge", why="empty, or needs-help"
)
HELD_OPEN = _event("held-open", "opening", "an adult with a key holds it open for those who come in",
                   "{Who} is held open: {why}.", where="the same", why="in words")  # fmt: skip
ACCOUNTED = _event("accounted", "room, assembly place or school", "its roll call is reported; of the school: of everybody",
                   where="the same", value="persons")  # fmt: skip
LEAVE_BY_THEMSELVES = _event("leave-by-themselves", "people", "people found no room to lock and leave the building",
                             "{Count} in the halls leave the building by themselves: {why}.", why="in words",
                             value="persons")  # fmt: skip
HALLS_CLEAR = _event(
    "halls-clear", "school", "since when no pupil has been in circulation", "The halls are clear of pupils."
)
OUT = _event("out", "person", "the person is out of the building", where="exit, or empty", why="empty, or needs-help")
OUT_AGAIN = _event("out-again", "person", "a person who came in later is out; counted in no `evacuated_` column",
                   where="exit, or empty", why="empty, or needs-help")  # fmt: skip
DISMISSED = _event("dismissed", "people", "how many the bell lets go home", "{Count} go home: {why}.",
                   why="name of the bell period", value="persons")  # fmt: skip
GONE_HOME = _event("gone-home", "person", "the person has left the site for home; counted in no `evacuated_` column",
                   where="where it was at the start, if outdoors", why="empty, or needs-help")  # fmt: skip
AT_HORIZON = _event(
    "at-horizon", "people", "how many are in which state at the end", why="state, and its reason", value="persons"
)

# The script
CLOSED = _event("closed", "script", "an opening or stair is closed", "{Where} is closed.", where="the opening or stair")
REOPENED = _event("reopened", "script", "an opening or stair is open again", "{Where} is open again.",
                  where="the opening or stair")  # fmt: skip
PROPPED = _event("propped", "script", "a door is propped open", "{Where} is propped open.", where="the door")
SHUTS_DOOR = _event("shuts-door", "unit", "it found a propped door on its round and shut it",
                    "{Who} finds {where} propped open and shuts it.", where="the door", why="in words")  # fmt: skip
RADIO_OUT = _event(
    "radio-out", "script", "a place is without radio from now on", "No radio any more: {where}.", where="the place"
)
RADIO_BACK = _event("radio-back", "script", "a place has radio again", "Radio works again: {where}.", where="the place")
