"""What happened in one drill: the event table, the legs of movement, and the outcome row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

GRID = 61
"""Points of the curves, evenly from 0 to the horizon."""

Value = float | int | str | None


class Event(NamedTuple):
    """One line of the story.

    time_s
        Seconds from the onset of the first incident.
    who, what, where
        Ids: of a unit, room, person or service; of what happened (see docs/outcomes.md); of a space or opening.
    why
        The reason or the number that belongs to it, in words.
    incident
        Id of the incident it belongs to, '' when it belongs to none.
    """

    time_s: float
    who: str
    what: str
    where: str = ""
    why: str = ""
    incident: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Leg:
    """A stretch of movement: corners with their times, to be interpolated.

    who
        'person-<number>' or a unit id. Level is the level's id; times in seconds, x and y in metres.
    """

    who: str
    level: str
    times_s: tuple[float, ...]
    x_m: tuple[float, ...]
    y_m: tuple[float, ...]


class StoryKind(Protocol):
    """Words and properties of a kind of incident that its story needs."""

    @property
    def label(self) -> str:
        """Noun, such as 'fight'."""

    @property
    def begins(self) -> str:
        """Clause of the onset, such as 'a fight breaks out'."""

    @property
    def needs_quorum(self) -> bool:
        """Whether one able responder is not enough."""

    @property
    def may_approach(self) -> bool:
        """Whether units whose role stays away keep their duty."""


@dataclass(frozen=True)
class Trace:
    """One drill, from the onset of the first incident to the horizon."""

    scenario: str
    mix: str
    seed: int
    replication: int
    horizon_s: float
    events: tuple[Event, ...]
    rows: tuple[Mapping[str, Value], ...]
    """One outcome row per incident, in order of their onset; none where a day had no incident."""
    legs: tuple[Leg, ...] = ()
    curves: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Counts over time at GRID points: 'out' persons, 'secured' rooms; empty where neither applies."""
    kinds: Mapping[str, StoryKind] = field(default_factory=dict)
    """The scenario's own kinds of incident by name."""

    @property
    def row(self) -> Mapping[str, Value]:
        """The outcome of the first incident; empty where a day had none."""
        return self.rows[0] if self.rows else {}
