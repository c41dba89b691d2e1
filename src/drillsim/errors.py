"""Errors and located faults of drillsim; faults are gathered and raised together.

A fault prints as ``file:line:column: error DS203: what is wrong. What to write.``
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from operator import index
from typing import Literal

from drillsim.escape import one_line, quoted

MAX_SHOWN = 20


@dataclass(frozen=True)
class Fault:
    """A fault in a user's file, with its place and its remedy.

    line, column
        Counted from 1; 0 when the fault has no place inside the file.
    message
        What is wrong in the file's own words, followed by what to write.
    """

    code: str
    file: str
    line: int
    column: int
    message: str
    severity: Literal["error", "warning"] = "error"
    path: tuple[int | str, ...] = field(default=(), compare=False)
    """The part of the file it is about, such as ('openings', 3, 'width')."""
    point_m: tuple[float, float] | None = field(default=None, compare=False)
    """Its point on the floor in metres, if it is about one point."""

    def __str__(self) -> str:
        name = f"'{self.file}'" if self.file.isspace() else self.file
        place = f"{name}:{self.line}:{self.column}" if self.line else name
        return one_line(f"{place}: {self.severity} {self.code}: {self.message}")


def order_faults(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults without duplicates, sorted by file, line and column."""
    return sorted(set(faults), key=lambda f: (f.file, f.line, f.column, f.code, f.message))


def only_errors(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults that prevent a run, without the warnings."""
    return [f for f in faults if f.severity == "error"]


class DrillsimError(Exception):
    """The root of everything drillsim raises on purpose; `faults` holds every located fault."""

    def __init__(self, message: str = "", *, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(order_faults(faults))
        super().__init__(message or "\n".join(str(f) for f in self.faults[:MAX_SHOWN]))


class PlanError(DrillsimError):
    """A floor plan cannot be used."""


class ScenarioError(DrillsimError):
    """A scenario or a mixes file cannot be used."""


class SimulationError(DrillsimError):
    """A drill could not be played to its horizon."""


class ResultError(DrillsimError):
    """Stored results cannot be read or compared."""


MOST_NAMES, LONGEST_NAME = 5000, 100
"""Largest number and length of names compared with an unknown word; the time grows with the square of the length."""


def closest(word: str, known: Iterable[str], *, where: str = "", most: int = 6) -> str:
    """Return ' Closest: …' or ' Known: …' for an unknown word, '' if there are no names.

    Names beyond MOST_NAMES and words beyond LONGEST_NAME are not compared. Of known names `most` are listed.
    """
    names = [str(n) for n in islice(known, MOST_NAMES)]
    short = [n for n in names if len(n) <= LONGEST_NAME]
    near = (
        get_close_matches(word.lower(), [n.lower() for n in short], n=1, cutoff=0.5)
        if len(word) <= LONGEST_NAME
        else []
    )
    if near:
        name = next(n for n in short if n.lower() == near[0])
        return f" Closest: '{name}'{where}."
    if names:
        shown = ", ".join(f"'{quoted(n)}'" for n in names[:most])
        return f" Known{where}: {shown}{', …' if len(names) > most else ''}."
    return ""


def whole_number(value: object, what: str, *, least: int = 0) -> int:
    """Return an argument as a whole number of at least `least`; raises ScenarioError for anything else."""
    try:
        number = index(value)  # type: ignore[arg-type]
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or number < least:
        raise ScenarioError(f"{what}: a whole number from {least} up is needed, not {quoted(repr(value))}")
    return number


EXPLANATIONS: dict[str, str] = {
    "DS001": "The file is not valid YAML. Most often a Tab stands where spaces should, a quote or bracket is not closed, "
    "or two lines of one list are indented differently. Use two spaces per step, never a Tab.",
    "DS002": "The file could not be read: it is missing, a folder, a pipe or device, not text, or not encoded as UTF-8. "
    "In Excel or Notepad choose 'Save as … UTF-8'.",
    "DS003": "The file is empty, or holds no 'key: value' lines. `drillsim new` writes a complete example to start from.",
    "DS004": "The file is larger than drillsim accepts (8 MB), nests too deeply, or repeats itself through YAML aliases "
    "until it would fill the memory. Plans of whole campuses stay far below the limit.",
    "DS005": "The same key stands twice in one mapping; only one of them could count. Remove one.",
    "DS006": "The file says it is of another kind or version. A plan begins with 'drillsim_plan: 1', a scenario with "
    "'drillsim: 1', a mixes file with 'drillsim_mixes: 1'.",
    "DS101": "An unknown key. Keys are never ignored, since a misspelt one would silently fall back to a default.",
    "DS102": "A key that must be there is missing from this mapping.",
    "DS103": "The value is none of the allowed words.",
    "DS104": "The value has the wrong form, for instance a text where a list is needed.",
    "DS105": "The value is outside the range that makes sense for this quantity.",
    "DS110": "A quantity needs its unit: '3 ft', '36 in', '0.9 m', '20 s', '2 min', '4 ft/s', '1.3 m/s', '30 %'. "
    "Bare lengths are allowed only in a plan that says 'units:' and one of m, cm, mm, ft, in.",
    "DS111": "The unit belongs to another kind of quantity, for instance a length where a time is needed.",
    "DS120": "A spread is written in one of these forms: a quantity; {low, high}; {low, usual, high}; {median, sigma}; "
    "{mean, sd, low, high}; {mean}.",
    "DS201": "Two things carry the same id. Ids name the random draws, so each must be unique.",
    "DS202": "No space with this id in the plan.",
    "DS203": "No space or post with this id in the plan. `drillsim check PLAN --list` prints every id with its label.",
    "DS204": "No opening with this id in the plan.",
    "DS205": "No role with this name. Shipped roles are listed by `drillsim explain roles`; a mixes file may add its own.",
    "DS206": "No mix, override, group, measure or scenario with this name.",
    "DS207": "The plan has no space of this use, or no level of this id.",
    "DS208": "Named things exist that this plan lacks (a level, a stair, an assembly point or an entry).",
    "DS209": "The plan's timetable has no bell period with this name.",
    "DS301": "Two spaces of one level overlap, deeper than 5 mm. Walls may be shared, floor may not.",
    "DS302": "An opening does not lie on the outline of both its spaces (tolerance 0.6 m, the thickest wall we accept).",
    "DS303": "A polygon crosses itself, has fewer than three corners, or has no area.",
    "DS304": "A stair's two spaces are not on two different levels, or its opening at an end cannot be told: "
    "name it with 'lower_opening:' and 'upper_opening:'.",
    "DS305": "A named point (post, equipment) lies outside its space.",
    "DS310": "Nobody can get from this space to any exit through the inside of the building.",
    "DS311": "The inside of the building falls into parts that are only joined through the outside.",
    "DS312": "A level has no space.",
    "DS313": "An outdoor place that no opening leads to.",
    "DS314": "The file does not say which way an opening leads or is locked: the short words stand only where one side lies "
    "deeper in the building, as at an exit or between a room and a hall.",
    "DS315": "An enclosed court: an outdoor place from which no way leads on to the outside without going back in.",
    "DS316": "A short form of a plan file cannot be written out: a door by 'between' whose spaces share no wall, or several; a row "
    "that does not say where it begins; a copied wing whose ids would not be new.",
    "DS317": "A line of a sketch (`drillsim new --sketch`) that is not understood, or parts of it that do not fit together. "
    "docs/own_plan.md shows every kind of line.",
    "DS402": "An unusual width. Widths below 0.6 m (2 ft) or above 3.66 m (12 ft) are often feet and inches mixed up. "
    "Add 'wide_on_purpose: true' to keep it.",
    "DS403": "A space for more than 49 people has a single way out (the usual limit of building codes).",
    "DS404": "An unusual height, slope or length of a stair.",
    "DS406": "A clear width greater than the drawn threshold.",
    "DS407": "Two openings on one stretch of wall.",
    "DS408": "A size that only a wrong unit explains: an indoor space longer than 500 m (1,640 ft), an outdoor one longer than "
    "5 km, or a space in which nobody fits. Write 'units:' as the coordinates are (m, cm, mm, ft or in).",
    "DS409": "A floor narrows to less than a usual door (0.81 m, 32 in), or a hall is nowhere wider. The neck passes what an opening of its width passes.",
    "DS410": "A floor, or the passage to a part of it, is narrower than a person (0.5 m): nobody can walk there.",
    "DS405": "Shares of a draw are normalised; they should sum to 100 %.",
    "DS501": "A post, patrol stop, entry or place of the incident cannot be reached on foot with the keys at hand.",
    "DS502": "An opening is so narrow that the chosen door law lets nobody through (below 0.05 persons per second).",
    "DS503": "More people are placed in a space than fit at the jam density of the laws.",
    "DS504": "The scenario asks for something the plan cannot carry out, for instance a lockdown without lockable rooms.",
    "DS505": "A unit can resolve nothing in this scenario, or nobody is there who could end this incident.",
    "DS506": "For hostile incidents place, script and time are not study axes: drillsim never searches over what an aggressor could do.",
    "DS507": "A unit is in two places or on two duties at once, or never on campus.",
    "DS601": "A result file is missing or damaged.",
    "DS602": "A folder holds no study that can be played again: it is not finished, or an input that is kept in it is missing or "
    "was changed since (`sha256sum` of each file in 'inputs/' is told in manifest.json).",
    "DS603": "A sealed prediction is refused: a byte of it is not as it was sealed, or it is not the one whose hash was printed on the "
    "kit before the drill.",
    "DS701": "The columns of a dispatch log are not told. Usual names (call received, dispatched, arrival, on scene, "
    "response time) are recognised; others are named with --call and --arrival, or with --seconds where one column "
    "holds the time from call to arrival. One line of the log must hold the names of the columns.",
    "DS702": "Too few calls of a dispatch log can be used to fit a law. The rows that could not are told with DS703.",
    "DS703": "Rows of a dispatch log that cannot be used, with line and reason (the column is counted in cells). Times "
    "are read as 2024-03-05 14:03:22, 3/5/2024 2:03 PM, 05.03.2024 14:03, 5-Mar-2024 14:03 or 14:03:22; lengths of "
    "time as seconds, m:ss or h:mm:ss. What a cell holds is never shown, only its shape: '9' for digits, 'a' for letters.",
    "DS704": "A law fitted to a dispatch log is doubtful: few calls, whole minutes, equal times, or a size that is "
    "unusual for a response, as when minutes were taken for seconds.",
    "DS801": "An observed.csv cannot be read: a column is missing, unknown or there twice, or a line is no CSV. Its first line is that of "
    "the template in the kit: from,to,place,what,observed,observer,note.",
    "DS802": "A line of an observed.csv cannot be used: a time is written as 2:05, 0:02:05, '125 s' or '2 min 5 s', 'not reached' where "
    "it did not happen; 'from', 'to' and 'place' are those of the kit.",
    "DS901": "A file to import is not of the format that its name tells, or ends in the middle. Open it in the program that wrote "
    "it and save it again; `--format` says which format it is.",
    "DS902": "A format, or a version of it, that cannot be read here: its library is not installed (the message has the line for "
    "pip), a DWG file instead of DXF, or an IFC schema older than 2x3.",
    "DS903": "A file to import is read, but shows no rooms: a drawing without a layer known to hold rooms or walls (`--layers` names "
    "them), a model without IfcSpace, a GeoJSON file without units.",
    "DS904": "The program that reads building models crashed, took too long, or used up its memory. It runs in a process of its "
    "own, so nothing else is harmed. Export only spaces, doors, stairs and walls, or one building at a time.",
    "DS905": "A room list cannot be used: a column is not found, or a cell is no number. The first lines must hold the names of the "
    "columns: room, level, people, use, area.",
    "DS705": "A dispatch log leaves something out or holds it twice: it begins with dispatch instead of the call, or "
    "has a row for each unit, of which only the first to arrive should count.",
}
"""What each code means, printed by `drillsim explain CODE`."""
