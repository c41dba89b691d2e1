"""Drills that a study adds so that no state of presence is left to luck: which states it hardly shows, and their numbers.

A study of 100 drills may never see a day on which nobody suitable is on campus (1.5 %), although that day decides the mean. The
probability of each state of presence is known, so every state of RARE and more of every mix is played at least SHOWN times: what
drills 0 … n - 1 of the seed lack is played besides, forced to the state and numbered from 0. The states below RARE of a mix
together are topped up in the same way, each added drill with a state drawn by their law. All mixes play all drills. The
analysis weighs them (`analysis.weights.strata`), so that more drills of a state make its figure sharper and shift nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

from drillsim.engine.world.clock import forced_weekday, weekday_of
from drillsim.record.presence import (
    RARE,
    RARELY,
    Chances,
    ForcedPresence,
    State,
    joint_states,
    presence_from,
    presence_text,
)
from drillsim.record.store import STRATUM
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.scenario.vocabulary import SCHOOL_DAYS
from drillsim.streams.streams import Streams

FROM_RUNS = 20
"""Fewest drills of a study that adds some: below, a study is a look and no estimate."""
SHOWN = 10
"""Drills in which every state of RARE and more is seen at least. Assumption A:study.shown."""
NEGLIGIBLE = 1e-4
"""Probability below which the states below RARE together get no drills of their own. Assumption A:study.shown."""
COUNTED = 5000
"""Drills of the seed that are searched for states; in so many, none of RARE is seen fewer than SHOWN times."""


def chances_of(scenario: Scenario, mix: Mix) -> Chances:
    """Return the presence of a mix as far as chance decides it, in one scenario."""
    units = {u.id: mix.chance(u) for u in mix.units if u.calendar is None and 0.0 < mix.chance(u) < 1.0}
    follows = scenario.weekday is None and any(u.calendar is not None for u in mix.units)
    return Chances(units, SCHOOL_DAYS if follows else ())


def state_of(chances: Chances, scenario: Scenario, streams: Streams, forced: ForcedPresence) -> State:
    """Return the state of presence of a mix in one drill; it is the same whether the drill has been played or not."""
    away = [
        unit
        for unit, chance in chances.units.items()
        if not forced.get(unit, streams.uniform("unit.presence", unit) < chance)
    ]
    day = forced_weekday(forced) or weekday_of(scenario, streams)
    return State(day if chances.weekdays else "", frozenset(away))


def added_drills(scenario: Scenario, mixes: Iterable[Mix], *, runs: int, seed: int) -> dict[str, int]:
    """Return the presences that a study of a scenario adds drills of, as text, with the number of drills of each.

    At most 2 x runs drills are added; where every state would need more, each is shown less often.
    """
    laws = list({_key(one): one for mix in mixes if (one := chances_of(scenario, mix)).units or one.weekdays}.values())
    if runs < FROM_RUNS or not laws:
        return {}
    drawn = [Streams(seed, scenario.draws, number) for number in range(min(runs, COUNTED))]
    counts = [Counter(state_of(law, scenario, streams, {}) for streams in drawn) for law in laws]
    for shown in range(SHOWN, 1, -1):
        wanted: dict[str, int] = {}
        for law, seen in zip(laws, counts, strict=True):
            for text, number in _of_mix(law, seen, shown, scenario, seed).items():
                wanted[text] = max(wanted.get(text, 0), number)
        if sum(wanted.values()) <= 2 * runs:
            return dict(sorted(wanted.items()))
    return {}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A drill of a study: its number, among those of the same forced presence where one is forced."""

    replication: int
    forced: str = ""

    @property
    def presence(self) -> dict[str, bool | str]:
        """The presence that it is forced to, for `simulate`; empty where it is drawn."""
        return presence_from(self.forced)


@dataclass(frozen=True)
class NumberedDrills(Sequence[Numbered]):
    """The drills of a study: those of the seed, which are made when they are asked for, then those added."""

    of_seed: int
    added: tuple[Numbered, ...] = ()

    def __len__(self) -> int:
        return self.of_seed + len(self.added)

    @overload
    def __getitem__(self, place: int) -> Numbered: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Numbered]: ...
    def __getitem__(self, place: int | slice) -> Numbered | Sequence[Numbered]:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        at = place + len(self) if place < 0 else place
        if not 0 <= at < len(self):
            raise IndexError(place)
        return Numbered(at) if at < self.of_seed else self.added[at - self.of_seed]


@dataclass(frozen=True)
class StudyStrata:
    """States of presence of the mixes of one scenario in a study, and the drills added for them.

    added
        Forced presences as text, with the number of drills of each.
    """

    scenario: Scenario
    names: tuple[str, ...]
    mixes: tuple[Mix, ...]
    runs: int
    seed: int
    added: Mapping[str, int]

    @cached_property
    def drills(self) -> NumberedDrills:
        """The drills of each mix: 0 … runs - 1 of the seed, then those added."""
        return NumberedDrills(
            self.runs, tuple(Numbered(j, text) for text, number in self.added.items() for j in range(number))
        )

    def place_of(self, one: Numbered) -> int:
        """Return the place of a drill in `drills`."""
        if not one.forced:
            return one.replication
        before = list(self.added).index(one.forced)
        return self.runs + sum(list(self.added.values())[:before]) + one.replication

    @cached_property
    def laws(self) -> tuple[tuple[Chances, Mapping[State, float], float], ...]:
        """Of each mix: what chance decides, its common states with their probability, and that of all others together."""
        found = []
        for mix in self.mixes:
            law = chances_of(self.scenario, mix)
            common = {states[0]: p for states, p in joint_states([law], least=RARE)}
            found.append((law, common, rare_share(law, list(common))))
        return tuple(found)

    def of_drill(self, mix: int, drill: Numbered) -> dict[str, str | float]:
        """Return the columns of a row that tell the presence: forced, state in words, probability of its stratum."""
        law, common, rare = self.laws[mix]
        streams = Streams(self.seed, self.scenario.draws, drill.replication, presence=drill.forced)
        state = state_of(law, self.scenario, streams, drill.presence)
        is_common = state in common
        words = str(state) if is_common else f"{RARELY}{state}"
        return {"forced": drill.forced, "presence": words, STRATUM: common[state] if is_common else rare}


def strata_of(scenario: Scenario, mixes: Mapping[str, Mix], *, runs: int, seed: int) -> StudyStrata:
    """Return the strata of one scenario of a study, with the drills that it adds."""
    added = added_drills(scenario, mixes.values(), runs=runs, seed=seed)
    return StudyStrata(scenario, tuple(mixes), tuple(mixes.values()), runs, seed, added)


def _key(law: Chances) -> tuple[object, ...]:
    return (tuple(sorted(law.units.items())), law.weekdays)


def _of_mix(law: Chances, seen: Mapping[State, int], shown: int, scenario: Scenario, seed: int) -> dict[str, int]:
    """Return the drills that one mix needs so that each of its states is seen `shown` times."""
    common = {states[0]: p for states, p in joint_states([law], least=RARE)}
    wanted = {presence_text(s.forced(law.units)): shown - seen.get(s, 0) for s in common if seen.get(s, 0) < shown}
    rare = shown - sum(number for state, number in seen.items() if state not in common)
    if rare_share(law, list(common)) >= NEGLIGIBLE:
        drawn = (rare_state(law, list(common), Streams(seed, scenario.draws, j, presence="rare")) for j in range(rare))
        wanted |= Counter(presence_text(state.forced(law.units)) for state in drawn)
    return wanted


def rare_share(law: Chances, common: Sequence[State]) -> float:
    """Return the probability that a mix is in none of some states, without subtracting from 1."""
    days, ids = law.weekdays or ("",), sorted(law.units)
    return sum(_outside(law, ids, [s for s in common if s.weekday == day]) for day in days) / len(days)


def _outside(law: Chances, ids: Sequence[str], common: Sequence[State]) -> float:
    """Return the probability that the units `ids` are as in none of some states, which agree on all others."""
    if not common or not ids:
        return 0.0 if common else 1.0
    first, rest = ids[0], ids[1:]
    here, away = [s for s in common if first not in s.away], [s for s in common if first in s.away]
    chance = law.units[first]
    return chance * _outside(law, rest, here) + (1.0 - chance) * _outside(law, rest, away)


def rare_state(law: Chances, common: Sequence[State], streams: Streams) -> State:
    """Return a state drawn by its law from those that are not common: weekday first, then unit by unit."""
    ids = sorted(law.units)
    days = law.weekdays or ("",)
    left = {day: [s for s in common if s.weekday == day] for day in days}
    weights = {day: _outside(law, ids, left[day]) for day in days}
    day = streams.choose_by_cdf("rare.weekday", "school", weights)
    kept, away = left[day], set[str]()
    for at, unit in enumerate(ids):
        here, gone = [s for s in kept if unit not in s.away], [s for s in kept if unit in s.away]
        chance, rest = law.units[unit], ids[at + 1 :]
        stays, leaves = chance * _outside(law, rest, here), (1.0 - chance) * _outside(law, rest, gone)
        is_here = streams.uniform("rare.presence", unit) * (stays + leaves) < stays
        kept = here if is_here else gone
        if not is_here:
            away.add(unit)
    return State(day, frozenset(away))
