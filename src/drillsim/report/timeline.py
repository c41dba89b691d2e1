"""Timeline of one drill, or of one school day, in words: places by label, times as m:ss.

Each event of the trace becomes one line by the sentence of its row in `record/events.py`. Events that come in great
number (rooms secured, people out) become milestones: the first, quarter, half, three quarters, 95 % and the last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from drillsim.plan.model import FloorPlan
from drillsim.quantities import clock
from drillsim.record import events as ev
from drillsim.record.trace import Event, StoryKind, Trace, Value
from drillsim.report.timeline_sentences import (
    ASKED,
    AWAY,
    DUTIES,
    ENDS,
    NOBODY_ASKED,
    PEOPLE,
    RULE_BREAK,
    RUNS,
    SENTENCES,
    WHO,
)
from drillsim.scenario.kinds import KINDS

WIDTH = 100
"""Characters of a line that lists the duties of a unit."""
DAY_ID = re.compile(r"(?P<kind>[a-z-]+)-\d+\.\d+")
"""Ids of the incidents of a whole day, such as 'medical-3.1'."""
UNTOLD = ("leaves with somebody", "it leaves")
"""Reasons of `free` events that another line already reports."""


@dataclass(frozen=True)
class StoryLine:
    """One line of the timeline.

    stamp
        What stands in the column of times; the time as m:ss where None.
    """

    time_s: float
    text: str
    stamp: str | None = None

    def __str__(self) -> str:
        return f"{clock(self.time_s) if self.stamp is None else self.stamp:>7}  {self.text}".rstrip()


def tell(trace: Trace, plan: FloorPlan, *, opens: str = "") -> list[StoryLine]:
    """Return the timeline of a drill, in order of time; of a whole school day incident by incident.

    opens
        Of a whole day: its first minute as 'hh:mm', so that it is told by the time of day; else by the time since.
    """
    teller = Teller(trace, plan)
    return _day(teller, opens) if teller.is_day else _drill(teller)


class Teller:
    """Writer of timeline lines: labels of units, places and incidents, and sentences of events."""

    def __init__(self, trace: Trace, plan: FloorPlan) -> None:
        self.trace, self.events = trace, trace.events
        self.rows = {str(row["incident"]): row for row in trace.rows}
        self.onsets = {e.incident: e for e in trace.events if e.what == ev.ONSET}
        self.action = next((e.why for e in trace.events if e.what == ev.PROTOCOL), "")
        self.kinds: dict[str, StoryKind] = {**KINDS, **trace.kinds}
        self.units = {e.who: e.why for e in trace.events if e.what == ev.ROLE}
        self._labels = {t.id: t.name for group in (plan.posts, plan.spaces, plan.openings, plan.flights) for t in group}
        self._labels |= {place.id: place.label or place.id for place in plan.assembly}
        self._cameras = {c.id: c.watches for c in plan.cameras}
        self._unknown = {e.incident for e in trace.events if e.what == ev.PLACE_UNKNOWN}
        self._noticed = {(e.incident, e.who) for e in trace.events if e.what == ev.NOTICED}

    @property
    def is_day(self) -> bool:
        """Whether this is a whole school day: no horizon of its own, and incidents with numbers for names."""
        no_horizon = not any(e.what == ev.AT_HORIZON for e in self.events)
        return no_horizon and all(DAY_ID.fullmatch(id_) for id_ in self.rows)

    # ------------------------------------------------------------------ names

    def name(self, id_: str) -> str:
        """Return the label of a unit, service, place or camera."""
        if id_ in self.units:
            label = self.units[id_]
            return id_ if not label else f"{label[:-1]}, {id_})" if label.endswith(")") else f"{label} ({id_})"
        if id_ in self._cameras:
            watched = ", ".join(self._labels.get(space, space) for space in self._cameras[id_])
            return f"the camera in {watched}"
        service = id_.partition("@")[0]
        if service.startswith("police-"):
            return f"police officer {service.removeprefix('police-')}"
        return WHO.get(service) or self._labels.get(id_, id_)

    def incident(self, id_: str) -> str:
        """Return the name of an incident: its id, or on a whole day its kind and place."""
        onset = self.onsets.get(id_)
        if onset is None or not self.is_day:
            return f"'{id_}'"
        noun = "rule break" if onset.value else self.kinds[onset.why].label
        return f"the {noun} in {self.name(onset.where)}"

    def duty(self, event: Event) -> str:
        """Return duty and place of a unit, or its whereabouts off campus."""
        if event.why in AWAY:
            return AWAY[event.why]
        return f"{DUTIES.get(event.why, event.why)} in {self.name(event.where)}"

    # ------------------------------------------------------------------ sentences

    def lines(self, events: Iterable[Event]) -> list[StoryLine]:
        """Return a line for each event that has one."""
        return [
            StoryLine(e.time_s, self.sentence(e))
            for e in events
            if e.what in SENTENCES and not self._is_told_elsewhere(e)
        ]

    def sentence(self, event: Event) -> str:
        """Return the sentence of one event."""
        who, where, why = self.name(event.who), self.name(event.where), event.why
        words = {
            "onset": _cap(self._onset(event)),
            "who": who, "Who": _cap(who), "where": where, "Where": _cap(where), "why": why, "Why": _cap(why),
            "Service": _cap(WHO.get(why, why)), "Count": people(event.value),
            "comma_why": f", {why}" if why else "", "colon_why": f": {why}" if why else "",
            "notice": self._notice(event), "word": self._word(event), "duty": self.duty(event), "asked": self._asked(event),
            "to_assist": ", to assist" if why == "assists" else "", "why_not": why or "three tries failed",
            "able": self._able(event), "over": self._over(event), "nobody": self._nobody(event),
        }  # fmt: skip
        if event.what == ev.CALLED_OFF:
            words["why"] = f"for {self.incident(why.removeprefix('for '))}"
        return SENTENCES[event.what].format(**words)

    def _onset(self, event: Event) -> str:
        if event.what != ev.ONSET:
            return ""
        kind = self.kinds.get(event.why)
        return RULE_BREAK if event.value else kind.begins if kind else event.why

    def _notice(self, event: Event) -> str:
        if event.who in ("people", "alarm"):
            return "so the scenario has it" if event.why.startswith("as the scenario") else event.why
        return (
            f"{self.name(event.who)} shows it" if event.who in self._cameras else f"{self.name(event.who)}, {event.why}"
        )

    def _word(self, event: Event) -> str:
        return "comes upon it" if event.why == "noticed it" else f"has the word, {event.why}"

    def _asked(self, event: Event) -> str:
        if not event.value:
            return NOBODY_ASKED.get(self.action, "Nobody is asked to go anywhere")
        are = "is" if event.value == 1 else "are"
        return f"{people(event.value)} {ASKED.get(self.action, '{are} asked to go').format(are=are)}"

    def _able(self, event: Event) -> str:
        onset = self.onsets.get(event.incident)
        several = onset is not None and onset.why in self.kinds and self.kinds[onset.why].needs_quorum
        return "Enough of those it needs are there, the last of them" if several else "Somebody able to act is there"

    def _nobody(self, event: Event) -> str:
        onset = self.onsets.get(event.incident)
        forbidden = onset is not None and onset.why in self.kinds and not self.kinds[onset.why].may_approach
        return "Nobody on campus may approach it" if forbidden else "Nobody on campus is there for this"

    def _over(self, event: Event) -> str:
        if event.what != ev.RESOLVED or event.who != "self":
            return "It is over: those on scene have ended it"
        first = self.rows.get(event.incident, {}).get("over_before_anyone_came")
        return "It is over by itself" + (", before anyone has come" if first else "")

    def _is_told_elsewhere(self, event: Event) -> bool:
        """Return whether another line already reports this event."""
        service = event.who.partition("@")[0].rstrip("0123456789").rstrip("-") in ("police", "ems", "fire-service")
        return (
            (event.what == ev.HALLS_CLEAR and event.time_s == 0)
            or (event.what == ev.PLACE_KNOWN and event.who == "office" and event.incident not in self._unknown)
            or (event.what in (ev.UNDER_WAY, ev.WORD) and service)
            or (event.what == ev.WORD and event.why == "noticed it" and (event.incident, event.who) in self._noticed)
            or (event.what == ev.FREE and event.why in UNTOLD)
            or (event.what in (ev.LOCKED, ev.REFUGE_LOCKED) and event.who not in self.units)
        )

    # ------------------------------------------------------------------ many at once

    def runs(self) -> list[tuple[str, str, list[float], int]]:
        """Return events that occur in great number: their noun, their state, their times, and how many there may be."""
        found = []
        for what, (noun, state) in RUNS.items():
            if what == ev.LOCKED and self.action != "secure":
                continue
            times = sorted(e.time_s for e in self.events if e.what == what and e.who != "school")
            found.append((noun, state, times, max(self._total(what), len(times))))
        return found

    def milestones(self) -> list[StoryLine]:
        """Return lines for events that occur in great number: the first, some shares, and the last."""
        found = []
        for noun, state, times, total in self.runs():
            marks = {1, *(max(1, round(total * share)) for share in (0.25, 0.5, 0.75, 0.95)), total}
            at_once = {clock(times[mark - 1]): mark for mark in sorted(marks) if 1 <= mark <= len(times)}
            found += [
                StoryLine(times[mark - 1], f"{mark:,} of {total:,} {noun} {'is' if mark == 1 else 'are'} {state}.")
                for mark in at_once.values()
            ]
        return found

    def _total(self, what: str) -> int:
        if what == ev.OUT:
            return int(sum(e.value or 0 for e in self.events if e.what == ev.INSIDE and not e.why))
        if what == ev.GONE_HOME:
            return int(sum(e.value or 0 for e in self.events if e.what == ev.DISMISSED))
        if what == ev.IN_PLACE:
            return int(sum(e.value or 0 for e in self.events if e.what == ev.ASKED))
        of: dict[str, str] = {
            ev.SECURED: ev.LOCKABLE, ev.LOCKED: ev.LOCKABLE, ev.RELEASED: ev.LOCKABLE, ev.REFUGE_SECURED: ev.OCCUPIED,
        }  # fmt: skip
        return sum(e.what == of.get(what, what) for e in self.events)


def people(count: float | None) -> str:
    """Return a number of people in words."""
    number = int(count or 0)
    return "1 person" if number == 1 else f"{number:,} people"


# ---------------------------------------------------------------------- a drill


def _drill(teller: Teller) -> list[StoryLine]:
    several = len(teller.rows) > 1
    lines = [
        StoryLine(line.time_s, (f"[{e.incident}] " if several and e.incident else "") + line.text)
        for e in teller.events
        for line in teller.lines([e])
    ]
    lines += teller.milestones() + _without_locks(teller) + _accounted(teller)
    lines += [
        StoryLine(line.time_s, (f"[{id_}] " if several else "") + line.text)
        for id_ in teller.rows
        for line in _state_at_horizon(teller, id_)
    ]
    return _opening_lines(teller) + sorted(lines, key=lambda line: line.time_s) + _closing_lines(teller)


def _opening_lines(teller: Teller) -> list[StoryLine]:
    """Return the opening lines: persons in the building, and duty and place of each unit."""
    inside = {e.why: e.value for e in teller.events if e.what == ev.INSIDE}
    need = f", {int(inside.get('needs-help') or 0):,} of them need help" if inside.get("needs-help") else ""
    lines = [StoryLine(0.0, f"{people(inside.get(''))} are in the building{need}.")] if inside.get("") else []
    for event in teller.events:
        who = _cap(teller.name(event.who))
        if event.what == ev.PRESENT:
            lines.append(StoryLine(0.0, f"{who} is {teller.duty(event)}."))
        if event.what == ev.ABSENT:
            lines.append(StoryLine(0.0, f"{who} {_absence(teller, event)}."))
    return lines


def _absence(teller: Teller, event: Event) -> str:
    """Return where a unit is instead of on campus, and when it comes."""
    comes = "" if event.value is None else f"comes at {int(event.value // 60)}:{int(event.value % 60):02d}"
    if event.why == "off":
        return comes or "is not on campus today"
    return f"is {teller.duty(event)}" + (f", and {comes}" if comes else "")


def _without_locks(teller: Teller) -> list[StoryLine]:
    """Return the line that lists, at the order, rooms and doors without a lock."""
    order = next((e for e in teller.events if e.what == ev.ORDER), None)
    names = [teller.name(e.who) for e in teller.events if e.what == ev.UNLOCKABLE]
    if order is None or not names:
        return []
    what = "have no lock on every way in" if teller.action == "lockdown" else "have no lock"
    return [StoryLine(order.time_s, f"{'; '.join(names)} {what if len(names) > 1 else what.replace('have', 'has')}.")]


def _accounted(teller: Teller) -> list[StoryLine]:
    """Return the lines of the roll calls: half of them reported, and the number of people accounted for."""
    counts = [e for e in teller.events if e.what == ev.ACCOUNTED]
    everybody = next((e for e in counts if e.who == "school"), None)
    places = sorted(e.time_s for e in counts if e.who != "school")
    if not places:
        return []
    told = "The roll call is reported." if len(places) == 1 else f"Half of {len(places)} roll calls are reported."
    half = StoryLine(places[(len(places) - 1) // 2], told)
    if everybody is not None:
        return [half, StoryLine(everybody.time_s, f"Everybody is accounted for: {people(everybody.value)}.")]
    found = people(sum(e.value or 0 for e in counts))
    return [half, StoryLine(places[-1], f"By roll call {found} are accounted for, not everybody.")]


def _state_at_horizon(teller: Teller, id_: str) -> list[StoryLine]:
    """Return the state of an incident at its horizon, unless it is over or somebody able is there."""
    row: dict[str, Value] = dict(teller.rows[id_])
    state = ENDS.get(str(row["ends_as"]))
    return [StoryLine(teller.onsets[id_].time_s + teller.trace.horizon_s, f"{state}.")] if state else []


def _closing_lines(teller: Teller) -> list[StoryLine]:
    """Return the closing lines: state of units and people at the horizon."""
    ends = [e for e in teller.events if e.what in (ev.UNIT_ENDS, ev.AT_HORIZON)]
    end_s = max((e.time_s for e in ends), default=teller.trace.horizon_s)
    lines = [
        StoryLine(end_s, f"At the end {teller.name(e.who)} is {_unit_state(teller, e)}.")
        for e in ends
        if e.what == ev.UNIT_ENDS and not e.why.endswith(": off")
    ]
    states = [_people_state(e) for e in ends if e.what == ev.AT_HORIZON and e.value]
    if states and (teller.action or any(e.what == ev.DISMISSED for e in teller.events)):
        lines.append(StoryLine(end_s, f"At the end {', '.join(states)}."))
    return lines


def _unit_state(teller: Teller, event: Event) -> str:
    state, _, which = event.why.partition(": ")
    if state == "on duty":
        return DUTIES.get(which, which)
    if state == "not on campus":
        return AWAY.get(which, which)
    if state == "on scene" and any(e.what == ev.RESOLVED and e.incident == which for e in teller.events):
        return "still busy with what comes after it"
    return {"away": "off campus", "free": "free", "busy": "still at its task"}.get(state, state)


def _people_state(event: Event) -> str:
    word, space, reason = event.why.partition(" ")
    return f"{people(event.value)} {PEOPLE.get(word, word)}{space}{reason}"


# ---------------------------------------------------------------------- a whole day


def _day(teller: Teller, opens: str) -> list[StoryLine]:
    """Return the lines of a whole day: duties of each unit, then each incident from onset to end."""

    def at(time_s: float) -> str:
        if not opens:
            return f"{int(time_s // 3600)}:{int(time_s // 60) % 60:02d}:{int(time_s) % 60:02d}"
        hours, minutes = opens.split(":")
        now = int(hours) * 60 + int(minutes) + int(time_s // 60)
        return f"{now // 60}:{now % 60:02d}"

    lines = [line for unit in teller.units for line in _duties(teller, unit, at)]
    groups: list[tuple[float, list[StoryLine]]] = []
    for id_, onset in teller.onsets.items():
        events = [e for e in teller.events if e.incident == id_]
        off = {e.who for e in events if e.what == ev.UNDER_WAY}
        mine = teller.lines(e for e in events if e.what != ev.WORD or e.who not in off) + _state_at_horizon(teller, id_)
        head, *rest = sorted(mine, key=lambda line: line.time_s)
        told = [StoryLine(line.time_s, f"  {line.text}", f"+{clock(line.time_s - onset.time_s)}") for line in rest]
        groups.append((onset.time_s, [StoryLine(head.time_s, head.text, at(head.time_s)), *told]))
    by_calendar = (ev.SHIFT_BEGINS, ev.SHIFT_ENDS)
    moves = (ev.LEFT, ev.BACK, ev.STAYS_ON)
    loose = [e for e in teller.events if not e.incident and e.what in moves and e.why not in by_calendar]
    groups += [(line.time_s, [StoryLine(line.time_s, line.text, at(line.time_s))]) for line in teller.lines(loose)]
    if not teller.onsets:
        lines.append(StoryLine(0.0, "Nothing comes up that needs anybody.", at(0.0)))
    return lines + [line for _, group in sorted(groups, key=lambda g: g[0]) for line in group]


def _duties(teller: Teller, unit: str, at: Callable[[float], str]) -> list[StoryLine]:
    """Return one sentence with the duties of a unit over the day, wrapped at WIDTH."""
    changes: Sequence[Event] = [
        e for e in teller.events if e.who == unit and e.what in (ev.PRESENT, ev.ABSENT, ev.DUTY)
    ]
    parts = [f"{at(e.time_s)} {teller.duty(e)}" for e in changes]
    text = wrap(f"{_cap(teller.name(unit))}: {'; '.join(parts)}.", WIDTH, subsequent_indent="  ")
    return [StoryLine(0.0, part, "") for part in text]


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
