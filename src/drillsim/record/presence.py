"""Presence as a study tells it: who is on campus in words, which presence a drill was forced to, and the law of both.

Each unit is on campus with the chance of its role or its own, drawn by its id; a unit with a calendar follows the weekday. So
the probability of every state of presence is known exactly, and a rare state need not be left to luck: a drill can be forced
to it. Only the presence is forced; the other draws of such a drill are its own, named by the presence and its number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import NamedTuple

from drillsim.errors import ScenarioError

RARELY = "rare: "
"""Mark of a state below RARE in words."""
WEEKDAY = "weekday"
"""Key of a forced presence that names the day of the week instead of a unit."""
HERE, AWAY = "here", "away"
ALL_HERE = "all here"
RARE = 0.01
"""Probability below which states of presence form one stratum. Assumption A:study.shown."""
ForcedPresence = Mapping[str, bool | str]
"""Forced presence: a unit's id to whether it is on campus when the drill begins, and WEEKDAY to a day."""
NOTHING_FORCED: ForcedPresence = {}
_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|[^",]+(?=, |$)')
_PART = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^",=]*)=\s*(\w+)\s*(?:,|$)')


class State(NamedTuple):
    """State of presence of a staffing: the weekday, '' where it makes no difference, and who of it is away by chance."""

    weekday: str
    away: frozenset[str]

    def __str__(self) -> str:
        """Return the state in words, such as 'all here' or 'thursday, away: guard-1, sro-1'."""
        who = f"{AWAY}: {', '.join(map(_quoted, sorted(self.away)))}" if self.away else ALL_HERE
        return f"{self.weekday}, {who}" if self.weekday else who

    def forced(self, units: Iterable[str]) -> dict[str, bool | str]:
        """Return the presence that forces a drill of these units to this state."""
        day: dict[str, bool | str] = {WEEKDAY: self.weekday} if self.weekday else {}
        return {unit: unit not in self.away for unit in units} | day


def state_from(words: str) -> State:
    """Return the state that `str` wrote; the mark of a rare one does not count."""
    text = words.removeprefix(RARELY)
    day, comma, rest = text.partition(", ")
    weekday = day if comma and (rest == ALL_HERE or rest.startswith(f"{AWAY}: ")) else ""
    who = rest if weekday else text
    names = _NAME.findall(who.removeprefix(f"{AWAY}: ")) if who != ALL_HERE else []
    return State(weekday, frozenset(json.loads(name) if name.startswith('"') else name.strip() for name in names))


@dataclass(frozen=True)
class Chances:
    """Presence of one mix as far as chance decides it.

    units
        Chance of each unit that is neither always nor never on campus and has no calendar, by id.
    weekdays
        Days of which each is as likely, where the day is drawn and somebody has a calendar; else empty.
    """

    units: Mapping[str, float] = field(default_factory=dict)
    weekdays: tuple[str, ...] = ()


def joint_states(mixes: Sequence[Chances], *, least: float) -> list[tuple[tuple[State, ...], float]]:
    """Return the states of some mixes on the same days with their probability, those of at least `least`, most likely first.

    A unit that several mixes list is one person with one draw of the day: on campus where its number is below its chance. So
    two chances p < q of one id make three states: in both mixes (p), in one (q - p), in neither (1 - q); units are
    independent of each other and of the weekday. There are at most 1 / least states, whatever the number of units.
    """
    days = next((one.weekdays for one in mixes if one.weekdays), ())
    ids = sorted({unit for one in mixes for unit in one.units})
    cuts = {unit: sorted({0.0, 1.0, *(one.units[unit] for one in mixes if unit in one.units)}) for unit in ids}
    spans = [list(zip(cuts[unit], cuts[unit][1:], strict=False)) for unit in ids]
    widest = [max(high - low for low, high in parts) for parts in spans]
    found: list[tuple[tuple[State, ...], float]] = []

    def extend(chosen: list[float], probability: float, day: str) -> None:
        if probability * prod(widest[len(chosen) :]) < least * (1.0 - 1e-12):
            return
        if len(chosen) == len(ids):
            low = dict(zip(ids, chosen, strict=True))
            found.append((tuple(_state(one, low, day) for one in mixes), probability))
            return
        for bottom, top in spans[len(chosen)]:
            extend([*chosen, bottom], probability * (top - bottom), day)

    for day in days or ("",):
        extend([], 1.0 / max(1, len(days)), day)
    return sorted(found, key=lambda one: (-one[1], tuple(map(str, one[0]))))


def _state(one: Chances, drawn: Mapping[str, float], day: str) -> State:
    """Return the state of a mix for the number of each unit, and the weekday."""
    away = frozenset(unit for unit, chance in one.units.items() if drawn[unit] >= chance)
    return State(day if one.weekdays else "", away)


def presence_text(presence: ForcedPresence) -> str:
    """Return a forced presence as text, such as 'guard-1=here, sro-1=away, weekday=thursday'; '' for none."""
    words = {key: value if isinstance(value, str) else (HERE if value else AWAY) for key, value in presence.items()}
    return ", ".join(f"{_quoted(key)}={words[key]}" for key in sorted(words))


def presence_from(text: str) -> dict[str, bool | str]:
    """Return the presence that `presence_text` wrote. Raises ScenarioError for a text of another form."""
    found: dict[str, bool | str] = {}
    at = 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise ScenarioError(_form(text[at:]))
        name, word = part[1].strip(), part[2]
        key = json.loads(name) if name.startswith('"') else name
        if key != WEEKDAY and word not in (HERE, AWAY):
            raise ScenarioError(_form(part[0]))
        found[key] = word if key == WEEKDAY else word == HERE
        at = part.end()
    return found


def _form(text: str) -> str:
    return f"presence '{text.strip()}': write UNIT=here or UNIT=away, such as sro-1=away; weekday=thursday for the day"


def _quoted(name: str) -> str:
    """Return an id as it is, or in double quotes where a list of ids could be read in two ways."""
    return json.dumps(name, ensure_ascii=False) if re.search(r'[",=]|^\s|\s$|^$', name) else name


def of_units(presence: ForcedPresence, units: Collection[str]) -> dict[str, bool | str]:
    """Return the part of a forced presence that concerns some units, with its weekday."""
    return {key: value for key, value in presence.items() if key in units or key == WEEKDAY}
