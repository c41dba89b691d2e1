"""Trace of one drill: events, legs of movement, outcome rows and curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from drillsim.escape import for_xml

if TYPE_CHECKING:
    import pandas as pd

GRID = 61
"""Number of points of a curve, evenly spaced from 0 to the horizon, both included."""

Value = float | int | str | None


class Event(NamedTuple):
    """One event of a drill. Events of one drill are in order of time; those at one time are in order of cause.

    time_s
        Seconds from the onset of the first incident.
    who, what, where
        Id of a unit, room, person or service; an event word (`record/events.py`); id of a space or opening.
    why
        The reason, in words; '' where the event needs none.
    incident
        Id of the incident it belongs to, '' when it belongs to none.
    value
        A number that belongs to the event, in the unit that record/events.py gives for `what`; None where there is none.
    """

    time_s: float
    who: str
    what: str
    where: str = ""
    why: str = ""
    incident: str = ""
    value: float | None = None


class WayUse(NamedTuple):
    """One direction of an exit, door or stair, and the persons who passed it or waited at it; units are not counted.

    way, kind
        Id of an opening, stair or ramp; 'exit' out of the building, 'way-in' by an exit, 'gate' of the site, 'stair', 'ramp'
        or 'door' (every other opening).
    direction
        Id of the space that it leads into; 'outside' where it leads out.
    people, first_s, last_s
        Persons who passed, and when the first and the last of them did; None where nobody did.
    longest_queue, longest_queue_s
        Most persons who waited at once, and since when so many did; None where nobody waited. Who passes at the instant of
        arriving has not waited.
    """

    way: str
    kind: str
    direction: str
    people: int
    first_s: float | None
    last_s: float | None
    longest_queue: int
    longest_queue_s: float | None


@dataclass(frozen=True)
class Leg:
    """A stretch of movement on one level: a polyline walked at constant speed between corners.

    who
        'person-<number>', or the id of a unit.
    level
        Id of the level in the plan.
    times_s, x_m, y_m
        (corners,) time in seconds from the onset of the first incident, and position in metres in the plan's
        coordinates. Times do not decrease; a stay has two corners at one place.
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
    events: Sequence[Event]
    """In order of time; lines of persons who are out are made when they are read."""
    rows: tuple[Mapping[str, Value], ...]
    """One outcome row per incident, in order of their onset; none where a day had no incident."""
    legs: tuple[Leg, ...] = ()
    curves: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Counts over time at GRID points: 'out' persons, 'secured' rooms; empty where neither applies."""
    kinds: Mapping[str, StoryKind] = field(default_factory=dict)
    """The scenario's own kinds of incident by name."""
    ways: tuple[WayUse, ...] = ()
    """Which way people went and where they waited: exits, doors and stairs by direction, in the order of the plan, without
    those that nobody used."""

    queues: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    """Persons who wait, by way and direction, at the looks that `simulate(queue_step_s=...)` asks for, from 0 on; without
    ways at which nobody waited."""
    forced: str = ""
    """Presence that the drill was forced to, as text; '' where it was drawn."""
    whereabouts: tuple[Leg, ...] = ()
    """Where those are whom no walk of the crowd tells, recorded with the legs: people in their seats until they set off, units
    on their duty (a round corner by corner), and incidents, by their ids, at their places."""
    plan: object | None = field(default=None, repr=False, compare=False)
    """The floor plan of the drill, recorded with the legs for `drillsim.replay`; None otherwise. This module knows no plans."""

    def __repr__(self) -> str:
        told = f"drill {self.replication} of seed {self.seed}, {len(self.events):,} events, {len(self.rows)} rows"
        return f"Trace('{self.scenario}' with '{self.mix}', {told})"

    @property
    def frame(self) -> pd.DataFrame:
        """The events as a table, one row each, with the columns of `Event`."""
        import pandas as pd

        return pd.DataFrame(list(self.events), columns=pd.Index(Event._fields))

    def _repr_html_(self) -> str:
        """Return the outcome as a table for a notebook: what was reached, and when."""
        rows = [
            (k, f"{v:,.1f}" if isinstance(v, float) else str(v)) for k, v in self.row.items() if v not in (None, "")
        ]
        lines = "".join(f"<tr><td>{for_xml(k)}</td><td>{for_xml(v)}</td></tr>" for k, v in rows)
        return f"<table><caption>{for_xml(repr(self))}</caption><tbody>{lines}</tbody></table>"

    @property
    def row(self) -> Mapping[str, Value]:
        """The outcome of the first incident; empty where a day had none."""
        return self.rows[0] if self.rows else {}
