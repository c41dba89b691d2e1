"""The timeline of one drill in words: places by label, times as m:ss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drillsim.plan.model import FloorPlan
from drillsim.quantities import clock
from drillsim.record.trace import Event, Trace

KINDS = {
    "behaviour": "a fight breaks out",
    "unwanted-person": "an unwanted person is there",
    "hostile": "a hostile event begins",
    "disorder": "a disorder begins",
    "medical": "somebody collapses",
    "fire": "a fire breaks out",
    "hazard": "a hazard shows",
}
SENTENCES: dict[str, str] = {
    "onset": "{kind} in {where}.",
    "noticed": "It is noticed: {notice}.",
    "reported": "The front office has the report, {why}.",
    "report-lost": "The report does not get through.",
    "place-unknown": "The report does not say where it is.",
    "place-known": "Whoever is sent knows the place: {where}.",
    "police-called": "Police are called by {who} ({why}).",
    "called": "{Why} called.",
    "order": "The order is given by {who}: {why}.",
    "word": "{Who} has the word, {why}.",
    "waits": "{Why}: it has to wait.",
    "dispatched": "{Who} takes it {why}.",
    "nobody-free": "{Why}: nobody on campus comes.",
    "nobody-suited": "Nobody on campus is there for this.",
    "called-off": "{Who} is called off, {why}.",
    "turned-back": "{Who} turns back: {why}.",
    "found": "{Who} finds the place: {where}.",
    "waits-at-door": "{Who} waits at the last door, in {where}, {why}.",
    "takes-aed": "{Who} takes the AED from {where}.",
    "first-aid": "{Who} gives first aid.",
    "aed-there": "An AED is at the patient, with {who}.",
    "stage-ends": "Of the incident's script, {why} is over.",
    "moves-to": "The incident moves to {where}.",
    "cannot-go": "The incident cannot go to {where}: {why}.",
    "under-way": "{Who} sets off from {where}{comma_why}.",
    "on-scene": "{Who} is on scene in {where}.",
    "able": "Somebody able to act is there: {who}.",
    "at-entry": "{Who} is at {where}.",
    "police-met": "{Who} meets the police at {where} with keys and place.",
    "holds-door": "{Who} holds {where} open {why}.",
    "locks-and-guides": "{Who} locks, and guides people away, {why}: {where}.",
    "searches": "{Who} looks for the place: {why}.",
    "leave-by-themselves": "People in the halls leave the building: {why}.",
    "resolved": "The incident is ended by {who}.",
    "free": "{Who} is free again.",
    "lock-failed": "{Who} cannot be locked: {why_not}.",
    "releases": "{Who} goes {why} to let people out.",
    "abandoned": "{Who} is not locked: {why}.",
    "refuge-lock-failed": "{Who}, into which people fled, cannot be locked: {why_not}.",
    "held-open": "{Who} is held open: {why}.",
    "stay-outdoors": "People stay outdoors in {where}{comma_why}.",
    "closed": "{Where} is closed.",
    "reopened": "{Where} is open again.",
    "left": "{Who} leaves campus: {why}.",
    "back": "{Who} is back on campus.",
    "duty": "{Who} is now {duty}.",
    "propped": "{Where} is propped open.",
    "shuts-door": "{Who} finds {where} propped open and shuts it.",
    "alarm": "The fire alarm rings.",
    "radio-out": "No radio any more: {where}.",
    "radio-back": "Radio works again: {where}.",
    "cannot-reach": "{Who} cannot reach {where}: {why}.",
    "halls-clear": "The halls are clear of pupils.",
}
WHO = {
    "people": "people there", "office": "the front office", "school": "the school", "script": "the script",
    "self": "itself: it is over", "unit": "those on scene", "anybody": "somebody with a phone", "police": "the first police officer",
    "ems": "the ambulance", "fire-service": "the fire service",
}  # fmt: skip
RUNS = {
    "secured": "rooms are secured",
    "out": "people are out",
    "in-place": "people are in place",
    "released": "rooms are released",
    "occupied": "rooms that were empty have taken people in",
}
"""Events that come in great number: told as milestones."""


@dataclass(frozen=True)
class Line:
    """One line of the timeline."""

    time_s: float
    text: str

    def __str__(self) -> str:
        return f"{clock(self.time_s):>7}  {self.text}"


def tell(trace: Trace, plan: FloorPlan) -> list[Line]:
    """Return the story of a drill, in order of time."""
    name = _namer(trace, plan)
    several = len(trace.rows) > 1
    lines = [
        Line(e.time_s, (f"[{e.incident}] " if several and e.incident else "") + _sentence(e, name))
        for e in trace.events
        if e.what in SENTENCES and not _is_clear(e)
    ]
    absent = [name(e.who) for e in trace.events if e.what == "absent"]
    there = [(name(e.who), e) for e in trace.events if e.what == "present"]
    start = [Line(0.0, f"{_cap(who)} is {_duty(e, name)}.") for who, e in there]
    start += [Line(0.0, f"{_cap(who)} is not on campus today.") for who in absent]
    for what, text in RUNS.items():
        lines += _milestones([e for e in trace.events if e.what == what], text, _total(trace, what))
    lines += [
        Line(trace.horizon_s, f"End of the drill. People: {int(e.value or 0):,} {e.why}.")
        for e in trace.events
        if e.what == "at-horizon" and e.value and trace.curves
    ]
    return start + sorted(lines, key=lambda line: line.time_s)


def _namer(trace: Trace, plan: FloorPlan) -> Callable[[str], str]:
    units = {e.who: e.why for e in trace.events if e.what == "role"}
    labels = {t.id: t.name for group in (plan.spaces, plan.openings, plan.stairs) for t in group}
    cameras = {c.id for c in plan.cameras}

    def name(id_: str) -> str:
        if id_ in units:
            return f"{units[id_]} ({id_})" if units[id_] else id_
        if id_ in cameras:
            return f"camera {id_}"
        service = id_.partition("@")[0]
        if service.startswith("police-"):
            return f"police officer {service.removeprefix('police-')}"
        return WHO.get(service) or labels.get(id_, id_)

    return name


def _sentence(event: Event, name: Callable[[str], str]) -> str:
    who, where = name(event.who), name(event.where)
    words = {
        "kind": _cap("a rule is broken" if event.value else KINDS.get(event.why, event.why)), "who": who, "Who": _cap(who), "where": where, "Where": _cap(where),
        "why": event.why, "Why": _cap({"ems": "The ambulance is", "fire-service": "The fire service is"}.get(event.why, event.why)),
        "notice": event.why if event.who == "people" else f"{who}, {event.why}",
        "comma_why": f", {event.why}" if event.why else "", "duty": _duty(event, name),
        "why_not": event.why or "three tries failed",
    }  # fmt: skip
    return SENTENCES[event.what].format(**words)


def _is_clear(event: Event) -> bool:
    """Return whether an event tells the reader nothing: halls that were never used, a service that is already there."""
    never = event.what == "halls-clear" and event.time_s == 0
    service = event.who.partition("@")[0].rstrip("0123456789").rstrip("-") in ("police", "ems", "fire-service")
    plain = event.what == "place-known" and event.who == "office"
    return never or plain or (event.what in ("under-way", "word") and service)


def _duty(event: Event, name: Callable[[str], str]) -> str:
    duty = {
        "post": "on post",
        "patrol": "on patrol",
        "desk": "at a desk",
        "mentoring": "mentoring",
        "visitors": "serving visitors",
        "teaching": "teaching",
    }
    return f"{duty.get(event.why, event.why)} in {name(event.where)}"


def _total(trace: Trace, what: str) -> int:
    if what == "out":
        return int(sum(e.value or 0 for e in trace.events if e.what == "inside" and not e.why))
    if what == "in-place":
        return int(sum(e.value or 0 for e in trace.events if e.what == "asked"))
    return sum(e.what == ("occupied" if what == "occupied" else "lockable") for e in trace.events)


def _milestones(events: list[Event], text: str, total: int) -> list[Line]:
    if not events or not total:
        return []
    times = sorted(e.time_s for e in events)
    marks = sorted({1, *(max(1, round(total * share)) for share in (0.25, 0.5, 0.75, 0.95)), total})
    few = text.replace("rooms are", "room is" if total == 1 else "rooms is").replace("people are", "people is")
    few = few.replace("rooms that were empty have", "room that was empty has")
    return [Line(times[m - 1], f"{m:,} of {total:,} {few if m == 1 else text}.") for m in marks if m <= len(times)]


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
