"""The event table of a drill: lines in order of time, of which those of departures are made when somebody reads them.

Most lines of an evacuation say that one person is out. A study needs their times and not the lines, so they are kept as arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import repeat
from operator import attrgetter
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from drillsim.record import events as ev
from drillsim.record.trace import Event

WORDS = (ev.OUT, ev.OUT_AGAIN, ev.GONE_HOME)
"""The event words of a departure: out of the building, out again, gone home."""
HELPED = "needs-help"
"""The reason on the line of a person who needs help."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Departures:
    """Persons who left, in order of time: out of the building, out once more, or off the site for home.

    times_s, persons
        (n,) seconds and numbers of the persons.
    words
        (n,) index into WORDS.
    needs_help
        (n,) whether the person needs help.
    where
        (n,) id of the space that the person was in at first, where it was outdoors; '' elsewhere. Empty where all are ''.
    incident
        Id of the incident that the lines belong to.
    """

    times_s: Floats
    persons: NDArray[np.int64]
    words: NDArray[np.int8]
    needs_help: NDArray[np.bool_]
    where: tuple[str, ...] = ()
    incident: str = ""

    def __len__(self) -> int:
        return len(self.times_s)

    def lines(self) -> Iterator[Event]:
        """Yield the line of each."""
        fields = zip(
            self.times_s.tolist(), map(_person, self.persons.tolist()), map(WORDS.__getitem__, self.words.tolist()),
            self.where or repeat(""), [HELPED if h else "" for h in self.needs_help.tolist()], repeat(self.incident),
            repeat(None), strict=False,
        )  # fmt: skip
        return map(tuple.__new__, repeat(Event), fields)

    def are(self, what: ev.EventWord) -> NDArray[np.bool_]:
        """Return which of them have an event word of WORDS; shape (n,)."""
        return np.equal(self.words, WORDS.index(what))


@cache
def _person(number: int) -> str:
    return f"person-{number}"


class EventTable(Sequence[Event]):
    """Events in order of time, those of one time in order of cause. Equal to every sequence with the same events.

    before, departures, after
        What was logged while the drill ran, who left, and what only the whole drill tells; of lines at one time those of
        `before` come first, then the departures.
    """

    def __init__(
        self, before: Iterable[Event], departures: Sequence[Departures] = (), after: Iterable[Event] = ()
    ) -> None:
        self._before, self._after = tuple(before), tuple(after)
        self.departures = tuple(departures)

    @cached_property
    def others(self) -> list[Event]:
        """The events that are no departures, in order of time."""
        return sorted((*self._before, *self._after), key=attrgetter("time_s"))

    @cached_property
    def _all(self) -> tuple[Event, ...]:
        lines = (line for block in self.departures for line in block.lines())
        return tuple(sorted((*self._before, *lines, *self._after), key=attrgetter("time_s")))

    def __len__(self) -> int:
        return len(self._before) + len(self._after) + sum(len(block) for block in self.departures)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._all)

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, index: int | slice) -> Event | tuple[Event, ...]:
        return self._all[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all)

    def __repr__(self) -> str:
        return f"<EventTable: {len(self):,} events>"

    def __reduce__(self) -> tuple[Any, ...]:
        return EventTable, (self._before, self.departures, self._after)


def split(events: Sequence[Event]) -> tuple[Sequence[Event], Sequence[Departures]]:
    """Return the events that are no departures, in order of time, and the departures by incident.

    The numbers of persons are kept in no departures that come from lines.
    """
    if isinstance(events, EventTable):
        return events.others, events.departures
    left: dict[str, list[Event]] = {}
    others: list[Event] = []
    for event in events:
        (left.setdefault(event.incident, []) if event.what in WORDS else others).append(event)
    return others, [_departures(lines, incident) for incident, lines in left.items()]


def _departures(lines: list[Event], incident: str) -> Departures:
    where = tuple(e.where for e in lines)
    return Departures(
        times_s=np.array([e.time_s for e in lines]),
        persons=np.full(len(lines), -1),
        words=np.array([WORDS.index(e.what) for e in lines], dtype=np.int8),
        needs_help=np.array([e.why == HELPED for e in lines]),
        where=where if any(where) else (),
        incident=incident,
    )


__all__ = ["Departures", "EventTable", "split"]
