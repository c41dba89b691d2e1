"""One side of a replay: a drill of one staffing, as its page needs it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from drillsim.errors import ResultError
from drillsim.plan.model import FloorPlan
from drillsim.record import events as ev
from drillsim.record.trace import Trace
from drillsim.report.replay.doors import StateChange, door_changes, room_changes
from drillsim.report.replay.tracks import ReplayTrack, tracks_of
from drillsim.report.timeline import StoryLine, Teller, tell

AFTER_S, STEP_S = 10.0, 5.0
"""A replay goes on so long after the last event, up to a round number of seconds."""
SERVICES = {"police": "police", "ems": "ems", "fire-service": "fire"}


@dataclass(frozen=True)
class Count:
    """How many of how many are in a state so far, such as 'people' 'out'."""

    noun: str
    state: str
    times_s: tuple[float, ...]
    total: int


@dataclass(frozen=True)
class Mark:
    """A unit or an incident with its track: its full name, the short one on the plan, and how it is drawn."""

    track: ReplayTrack
    name: str
    short: str
    drawn: str


@dataclass(frozen=True)
class Side:
    """A drill with its plan, and the name of its staffing for people."""

    trace: Trace
    plan: FloorPlan
    label: str

    @cached_property
    def teller(self) -> Teller:
        """Names and sentences of the drill."""
        return Teller(self.trace, self.plan)

    @cached_property
    def story(self) -> list[StoryLine]:
        """The drill in words, as `drillsim.tell` has it."""
        return tell(self.trace, self.plan)

    @cached_property
    def end_s(self) -> float:
        """End of the drill, up to which it was watched."""
        return max((e.time_s for e in self.trace.events if e.what == ev.UNIT_ENDS), default=self.trace.horizon_s)

    @cached_property
    def until_s(self) -> float:
        """Time up to which the replay plays: a little after the last event and the last walk."""
        told = [line.time_s for line in self.story if line.time_s < self.end_s]
        walks = [leg.times_s[-1] for leg in self.trace.legs if len({*zip(leg.x_m, leg.y_m, strict=True)}) > 1]
        last_s = max([0.0, *told, *(t for t in walks if t < self.end_s)])
        return min(math.ceil((last_s + AFTER_S) / STEP_S) * STEP_S, self.end_s)

    @cached_property
    def telling_s(self) -> float:
        """A time that says much, for paper: somebody able to act is there, else on scene, else half of the replay."""
        for word in (ev.ABLE, ev.ON_SCENE):
            found = [e.time_s for e in self.trace.events if e.what == word]
            if found:
                return min(found)
        return self.until_s / 2

    @cached_property
    def people(self) -> list[ReplayTrack]:
        """The tracks of the people."""
        return self._tracks[0]

    @cached_property
    def units(self) -> list[Mark]:
        """Units and people of services that are on the plan at some time."""
        return [Mark(t, self.teller.name(t.who), self._short(t.who), self._drawn(t.who)) for t in self._tracks[1]]

    @cached_property
    def incidents(self) -> list[Mark]:
        """The places of the incidents, all drawn alike."""
        kinds = {id_: self.teller.kinds[onset.why].label for id_, onset in self.teller.onsets.items()}
        return [Mark(t, f"{kinds.get(t.who, 'incident')} '{t.who}'", t.who, "place") for t in self._tracks[2]]

    @cached_property
    def over_s(self) -> list[float | None]:
        """When each incident is over; None where it is not."""
        over = {e.incident: e.time_s for e in self.trace.events if e.what == ev.RESOLVED}
        return [over.get(mark.track.who) for mark in self.incidents]

    @cached_property
    def rooms(self) -> list[StateChange]:
        """Changes of rooms."""
        return room_changes(self.trace.events, self.plan)

    @cached_property
    def doors(self) -> list[StateChange]:
        """Changes of doors."""
        return door_changes(self.trace.events, self.plan)

    @cached_property
    def counts(self) -> list[Count]:
        """What is counted while the drill plays, where it occurs at all."""
        return [Count(noun, state, tuple(times), total) for noun, state, times, total in self.teller.runs() if times]

    @cached_property
    def _tracks(self) -> tuple[list[ReplayTrack], list[ReplayTrack], list[ReplayTrack]]:
        return tracks_of(self.trace)

    def _service(self, who: str) -> str:
        head = who.partition("@")[0].rstrip("0123456789").rstrip("-")
        return SERVICES.get(head, "") if who not in self.teller.units else ""

    def _drawn(self, who: str) -> str:
        return "service" if self._service(who) else "unit"

    def _short(self, who: str) -> str:
        service, first = self._service(who), who.partition("@")[0]
        if service == "police":
            return f"Police {first.removeprefix('police-')}" if "-" in first else "Police 1"
        return {"ems": "EMS", "fire": "Fire"}.get(service, who)


def side_of(trace: Trace, label: str) -> Side:
    """Return a drill as a side of a replay.

    Raises ResultError for a drill whose legs were not recorded, and for a whole school day.
    """
    if not isinstance(trace.plan, FloorPlan):
        raise ResultError(
            "this drill was played without its legs: simulate(..., record_legs=True) keeps them for a replay"
        )
    side = Side(trace, trace.plan, label)
    if side.teller.is_day:
        raise ResultError("a replay shows one drill; a whole school day has none. Play one of its incidents as a drill")
    return side
