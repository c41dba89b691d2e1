"""Recognition of the columns of a dispatch log, by the names that dispatch systems give to call and arrival."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drillsim.errors import DrillsimError, Fault, closest
from drillsim.exchange.dispatch_log.times import UnusableError, clean, read_length_s, read_stamp

WITHIN = 30
"""Number of lines searched for the header; exports put titles and blank lines above it."""
_FILLERS = {
    "time",
    "times",
    "date",
    "datetime",
    "timestamp",
    "dttm",
    "dt",
    "the",
    "of",
    "at",
    "local",
    "t",
    "and",
    "clock",
}
_WHO = r"(?:unit |officer |engine |ambulance |apparatus |responder |medic |company )?"
_CALL = (
    r"(?:first )?(?:psap |911 |e911 |e 911 )?(?:call |alarm )(?:was )?(?:received|recd|rcvd|answered|pickup|picked up)",
    r"(?:received|recd|rcvd|psap|psap received|911|911 received)",
    r"(?:call |alarm |incident |event )?(?:created|create|creation|entered|entry|start|started|open|opened)",
    r"(?:call|alarm|calls|cfs)",
    r"(?:incident|event|reported|report)",
)
"""Patterns of the name of the call column, fillers removed, best first."""
_DISPATCH = (
    rf"first {_WHO}(?:dispatch|dispatched|assigned|alerted|notified)",
    rf"{_WHO}(?:dispatch|dispatched|assigned|alerted|notified)",
)
_THERE = (
    r"(?:arrival|arrivals|arrived|arrive|arr|arrvd|on ?scene|onscn|scene|on site|arrived on ?scene|arrival on ?scene)"
)
_ARRIVAL = (rf"(?:first|1st) {_WHO}{_THERE}", rf"{_WHO}{_THERE}(?: first {_WHO.rstrip('?')})?", rf"{_THERE} first")
_LENGTH = (
    r"(?:total )?response (?:s|sec|secs|seconds|min|mins|minutes)",
    r"call to (?:arrival|arrive|arrived|on ?scene)(?: (?:s|sec|secs|seconds|min|mins|minutes))?",
    r"(?:total )?response",
    r"(?:seconds|delay|delay (?:s|sec|seconds|min|minutes))",
)
_INCIDENT = tuple(
    rf"{what} (?:number|no|nr|num|id)" for what in ("incident", "event", "cad", "cfs", "inc", "run", "call")
)
_MINUTES = re.compile(r"(?:^| )(?:min|mins|minutes)(?: |$)")


@dataclass(frozen=True)
class Choice:
    """Columns named by the user; None where they are to be recognised.

    kinds
        Pairs of column and value: of each column named, a row must hold one of the values given for it.
    """

    call: str | None = None
    arrival: str | None = None
    seconds: str | None = None
    incident: str | None = None
    kinds: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Columns:
    """Names of the columns that are read.

    line
        Line of the header, from 1.
    start, end
        Call and arrival; a log of durations has no end.
    incident
        Incident number, by which several units of one call are merged; '' where there is none.
    """

    line: int
    start: str
    end: str = ""
    incident: str = ""
    from_dispatch: bool = False
    in_minutes: bool = False

    @property
    def begin_word(self) -> str:
        """Word for the event that a duration begins with."""
        return "dispatch" if self.from_dispatch else "call"


@dataclass(frozen=True)
class Header:
    """Positions, from 0, of the columns that are read, and the filter of rows."""

    columns: Columns
    width: int
    times: tuple[int, ...]
    incident: int | None
    kinds: Mapping[int, frozenset[str]]

    def is_of_kind(self, cells: Sequence[str]) -> bool:
        """Return whether a row holds a wanted value in every column that --kind names; case does not matter."""
        return all(at < len(cells) and _folded(cells[at]) in values for at, values in self.kinds.items())


def _folded(text: str) -> str:
    return clean(text).casefold()


def plain(name: str) -> str:
    """Return the significant words of a column name in lower case: 'Call_ReceivedDate/Time' gives 'call received'."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("#", " no "))
    tokens = re.findall(r"[a-z0-9]+", words.lower())
    return " ".join(t for t in tokens if t not in _FILLERS)


def find_header(records: Sequence[tuple[int, list[str]]], wanted: Choice, name: str) -> Header:
    """Find the header of a log: the columns that the user named, else those whose names are known.

    Raises DrillsimError: DS003 where every cell is empty; DS701 where call or arrival is not found, with the columns and options.
    """
    filled = (r for r in records if any(cell.strip() for cell in r[1]))
    first = next(filled, None)
    if first is None:
        message = "every cell of the log is empty. Export it again from your dispatch system as CSV"
        raise DrillsimError(faults=[Fault("DS003", name, 1, 1, message)])
    rows = [first, *(r for r in records[:WITHIN] if r[0] > first[0] and any(cell.strip() for cell in r[1]))]
    refused: DrillsimError | None = None
    likely = next((r for r in rows if sum(bool(c.strip()) for c in r[1]) >= 2), rows[0])
    for row in [*rows, likely]:
        try:
            return _header(row, wanted, name)
        except DrillsimError as e:
            refused = e
    raise refused or DrillsimError(name)


def _header(row: tuple[int, list[str]], wanted: Choice, name: str) -> Header:
    line, cells = row
    names = [clean(cell) for cell in cells]
    header = _HeaderLine(line, names, name)
    if any(_is_data(cell) for cell in names):
        raise header.refuse(
            "this line holds times or numbers, not names of columns. Put a first line above it, such as: call received, arrival"
        )
    start, end, dispatch, minutes = _times(header, wanted)
    incident = header.named(wanted.incident, "--incident") if wanted.incident else None
    if incident is None and end is not None and not dispatch:
        incident = header.first(_INCIDENT)
    kinds: dict[int, set[str]] = {}
    for column, value in wanted.kinds:
        kinds.setdefault(header.named(column, "--kind"), set()).add(_folded(value))
    columns = Columns(
        line=line,
        start=names[start],
        end="" if end is None else names[end],
        incident="" if incident is None else names[incident],
        from_dispatch=dispatch,
        in_minutes=minutes,
    )
    return Header(
        columns=columns,
        width=len(names),
        times=(start,) if end is None else (start, end),
        incident=incident,
        kinds={i: frozenset(values) for i, values in kinds.items()},
    )


def _times(header: _HeaderLine, wanted: Choice) -> tuple[int, int | None, bool, bool]:
    """Return call and arrival column (None for a log of durations), whether time begins with the dispatch, and whether
    durations are in minutes."""
    if wanted.seconds:
        length = header.named(wanted.seconds, "--seconds")
        return length, None, False, bool(_MINUTES.search(plain(header.names[length])))
    call = header.named(wanted.call, "--call") if wanted.call else header.best(_CALL, "--call")
    arrival = header.named(wanted.arrival, "--arrival") if wanted.arrival else header.best(_ARRIVAL, "--arrival")
    dispatch = header.best(_DISPATCH, "--call") if call is None else None
    begin = dispatch if call is None else call
    if begin is not None and arrival is not None:
        if begin == arrival:
            raise header.refuse(
                "call and arrival are one and the same column. Name two: --call COLUMN --arrival COLUMN"
            )
        known = any(re.fullmatch(form, plain(header.names[begin])) for form in _DISPATCH)
        return begin, arrival, known, False
    if not (wanted.call or wanted.arrival):
        length_or_none = header.best(_LENGTH, "--seconds")
        if length_or_none is not None:
            return length_or_none, None, False, bool(_MINUTES.search(plain(header.names[length_or_none])))
    missing = "the call" if begin is None else "the arrival"
    option = "--call" if begin is None else "--arrival"
    if begin is None and arrival is None:
        missing, option = "call and arrival", "--call COLUMN --arrival"
    raise header.refuse(
        f"no column is recognised as the time of {missing}. {header.known()} Write: {option} COLUMN"
        + (" (or --seconds COLUMN, where one column holds the time from call to arrival)" if begin is None else "")
    )


def _is_data(cell: str) -> bool:
    """Return whether a cell holds data: a time, a number, or at least five digits."""
    if sum(c.isdigit() for c in cell) >= 5:
        return True
    for read in (read_stamp, read_length_s):
        try:
            read(cell)
        except UnusableError:
            continue
        return True
    return False


@dataclass(frozen=True)
class _HeaderLine:
    """Queries on one candidate header line."""

    line: int
    names: Sequence[str]
    file: str

    def refuse(self, message: str) -> DrillsimError:
        return DrillsimError(faults=[Fault("DS701", self.file, self.line, 1, message)])

    def known(self) -> str:
        shown = [f"'{n}'" for n in self.names if n]
        return f"Columns found: {', '.join(shown[:30])}{', …' if len(shown) > 30 else ''}."

    def named(self, wanted: str, option: str) -> int:
        """Return the position of a column by name, case ignored. Raises DrillsimError where none or several match."""
        found = [i for i, n in enumerate(self.names) if n and n.casefold() == clean(wanted).casefold()]
        if len(found) == 1:
            return found[0]
        if found:
            places = " and ".join(str(i + 1) for i in found)
            raise self.refuse(f"columns {places} are all called '{self.names[found[0]]}'. Give each its own name here")
        near = closest(wanted, [n for n in self.names if n])
        near = near if "Closest" in near else f" {self.known()}"
        raise self.refuse(f"{option}: no column is called '{wanted}'.{near}")

    def first(self, forms: Sequence[str]) -> int | None:
        """Return the first column that matches the best pattern with a match; None where no pattern matches."""
        tops = self.tops(forms)
        return tops[0] if tops else None

    def tops(self, forms: Sequence[str]) -> list[int]:
        """Return the columns that match the best pattern with a match; columns named as times go first."""
        for form in forms:
            found = [i for i, n in enumerate(self.names) if n and re.fullmatch(form, plain(n))]
            if found:
                timed = [i for i in found if re.search(r"time|dttm|stamp", self.names[i], re.IGNORECASE)]
                return timed or found
        return []

    def best(self, forms: Sequence[str], option: str) -> int | None:
        """Return the single best match; None where none matches. Raises DrillsimError where several do."""
        found = self.tops(forms)
        if len(found) > 1:
            names = ", ".join(f"'{self.names[i]}'" for i in found)
            raise self.refuse(f"several columns could be meant: {names}. Choose one with {option} COLUMN")
        return found[0] if found else None
