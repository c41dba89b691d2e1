"""Balanced rounds: the drills of which one observation of a choice is made.

A choice by few drills needs observations that are alike: with drills of the seed alone, the first stage may never see the rare
day on which nobody suitable is on campus, and a mix is dropped without it. So a round holds drills of every state of presence,
and its observation of a mix is

    Y = sum over states g of  P_g x (mean of the drills of g in the round),

with the exact probabilities P_g. Its mean is that of the mix, whatever is rare; what varies between rounds is only what varies
within a state. About ROUND drills of a round are shared out by probability, at least one to each state: the least spread per
drill where all states are alike. Units are told apart where chance decides on them alike in every mix that has them, and the
weekday where a calendar follows it; all else is drawn by its law within a state. States below RARE are one, with drills drawn by
their law. Where nothing is left to chance, a round is one drill.

Drills of the seed serve first, in the order of their numbers, each in its state; what they lack is forced, numbered (state, j).
So which drills make a round follows from the law of presence and the seed alone.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drillsim.analysis.selection.sequential import FIRST
from drillsim.record.presence import RARE, Chances, State, joint_states, presence_text
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.streams.streams import Streams
from drillsim.study.strata import NEGLIGIBLE, Numbered, chances_of, rare_share, rare_state, state_of

FIRST_DRILLS = 100
"""Least number of drills of each mix before one may be dropped. Assumption A:study.first."""
SEEN = 3.0
"""Expected drills of a state after which it has been seen with 95 % confidence: -log(0.05)."""
ROUND = 5
"""Drills of a round that are shared out by probability; of the seed, so many are looked at for each round. Assumption
A:study.round."""


@dataclass(frozen=True)
class RoundPart:
    """One state of presence in a round.

    state
        None for the states below RARE together.
    drills
        Number of its drills in each round.
    """

    state: State | None
    probability: float
    drills: int


class BalancedRounds:
    """The drills of the balanced rounds of one scenario, state by state, in the order in which rounds take them."""

    def __init__(self, scenario: Scenario, mixes: Sequence[Mix], seed: int) -> None:
        """Find the states of presence that are told apart, and share out the drills of a round."""
        self._scenario, self._mixes, self._seed = scenario, tuple(mixes), seed
        self._law = common_law(scenario, mixes)
        self.parts = round_parts(self._law)
        self._place = {part.state: g for g, part in enumerate(self.parts)}
        self._waiting: list[deque[Numbered]] = [deque() for _ in self.parts]
        self._forced: Counter[str] = Counter()
        self._looked = self._rare = 0
        self.drills: list[list[Numbered]] = [[] for _ in self.parts]
        """Drills of each state of `parts`; round r has those from r x drills of the part on."""
        self.rounds = 0
        """Rounds for which there are drills."""

    def extend(self, rounds: int) -> None:
        """Name the drills of so many rounds in all."""
        for _ in range(self.rounds, rounds):
            for number in range(self._looked, self._looked + self._seeds):
                streams = Streams(self._seed, self._scenario.draws, number)
                state = state_of(self._law, self._scenario, streams, {})
                place = self._place.get(state, self._place.get(None))
                if place is not None:
                    self._waiting[place].append(Numbered(number))
            self._looked += self._seeds
            for g, part in enumerate(self.parts):
                for _ in range(part.drills):
                    self.drills[g].append(self._waiting[g].popleft() if self._waiting[g] else self._added(part))
        self.rounds = max(self.rounds, rounds)

    @property
    def _seeds(self) -> int:
        return ROUND if len(self.parts) > 1 else 1

    def _added(self, part: RoundPart) -> Numbered:
        """Return the next drill that is forced to a state."""
        state = part.state
        if state is None:
            common = [one.state for one in self.parts if one.state is not None]
            name = Streams(self._seed, self._scenario.draws, self._rare, presence="rare")
            state, self._rare = rare_state(self._law, common, name), self._rare + 1
        text = presence_text(state.forced(self._law.units))
        self._forced[text] += 1
        return Numbered(self._forced[text] - 1, text)

    @property
    def runs(self) -> int:
        """Drills of the seed up to the last that is used."""
        seeds = [one.replication for part in self.drills for one in part if not one.forced]
        return max(seeds, default=0) + 1

    @property
    def added(self) -> dict[str, int]:
        """Forced presences as text, with the number of drills of each."""
        return dict(sorted(self._forced.items()))

    def per_round(self) -> int:
        """Return the number of drills of a round."""
        return sum(part.drills for part in self.parts)

    def first_rounds(self) -> int:
        """Return the rounds of the first stage: FIRST, FIRST_DRILLS drills, and as many as show each state of every mix.

        The variance that decides is that of the first rounds, and what they do not show would be decided without. A state of a
        mix of RARE and more is one of `parts` where mixes are few and alike; otherwise it may be spread over states of all mixes
        below RARE, and takes its expected number SEEN from more rounds.
        """
        least = [self._seen_per_round(chances_of(self._scenario, mix)) for mix in self._mixes]
        wanted = SEEN / min((seen for one in least for seen in one), default=SEEN)
        return max(FIRST, math.ceil(FIRST_DRILLS / self.per_round()), math.ceil(wanted - 1e-9))

    def _seen_per_round(self, law: Chances) -> list[float]:
        """Return the expected number of drills of a round in each state of a mix of RARE and more."""
        found = []
        for (state,), chance in joint_states([law], least=RARE):
            within = [_chance_in(state, law, part, self._law) for part in self.parts if part.state is not None]
            common = [part for part in self.parts if part.state is not None]
            left = chance - sum(part.probability * p for part, p in zip(common, within, strict=True))
            rare = sum(part.drills * max(0.0, left) / part.probability for part in self.parts if part.state is None)
            found.append(rare + sum(part.drills * p for part, p in zip(common, within, strict=True)))
        return [seen for seen in found if seen > 0]

    def observations(
        self, values: Mapping[Numbered, Sequence[float]], last: Sequence[int]
    ) -> list[NDArray[np.float64]]:
        """Return one column for each mix: its observation in every complete round that it played.

        values
            Of each drill the number of each mix; NaN where it has none.
        last
            Of each mix, the rounds that it was asked to play.

        A drill in which a mix that was asked has no number is left out for all, and the next drill of its state takes its place.
        """
        asked, kept = np.asarray(last), list[tuple[NDArray[np.float64], NDArray[np.int64]]]()
        for g, part in enumerate(self.parts):
            table = np.array([values[one] for one in self.drills[g]], dtype=np.float64).reshape(-1, len(asked))
            number = np.arange(len(table)) // part.drills
            whole = ~((number[:, None] < asked) & np.isnan(table)).any(axis=1)
            kept.append((table[whole], number[whole]))
        complete = min(len(table) // part.drills for (table, _), part in zip(kept, self.parts, strict=True))
        found, latest = np.zeros((complete, len(asked))), np.zeros(complete, dtype=np.int64)
        for (table, number), part in zip(kept, self.parts, strict=True):
            shape = (complete, part.drills)
            found += part.probability * table[: complete * part.drills].reshape(*shape, len(asked)).mean(axis=1)
            latest = np.maximum(latest, number[: complete * part.drills].reshape(shape).max(axis=1))
        return [found[latest < asked[i], i] for i in range(len(asked))]


def common_law(scenario: Scenario, mixes: Sequence[Mix]) -> Chances:
    """Return what chance decides alike in all mixes: units that have one chance wherever they are, and the weekday."""
    laws = [chances_of(scenario, mix) for mix in mixes]
    found: dict[str, float] = {}
    for unit in sorted({unit for law in laws for unit in law.units}):
        chances = {
            law.units.get(unit) for law, mix in zip(laws, mixes, strict=True) if unit in {u.id for u in mix.units}
        }
        if len(chances) == 1 and None not in chances:
            found[unit] = next(iter(laws[i].units[unit] for i in range(len(laws)) if unit in laws[i].units))
    return Chances(found, next((law.weekdays for law in laws if law.weekdays), ()))


def _chance_in(state: State, law: Chances, part: RoundPart, common: Chances) -> float:
    """Return the probability of a state of one mix in the drills of a state that is common to all."""
    whole = part.state
    if whole is None or (law.weekdays and common.weekdays and state.weekday != whole.weekday):
        return 0.0
    p = 1.0
    for unit, chance in law.units.items():
        if unit not in common.units:
            p *= 1.0 - chance if unit in state.away else chance
        elif (unit in state.away) != (unit in whole.away):
            return 0.0
    return p


def round_parts(law: Chances) -> tuple[RoundPart, ...]:
    """Return the states of a round with their share of its drills; probabilities add up to 1.

    States below RARE together are left out where they come to less than NEGLIGIBLE.
    """
    common = [(states[0], p) for states, p in joint_states([law], least=RARE)]
    rare = rare_share(law, [state for state, _ in common])
    found: list[tuple[State | None, float]] = [*common, *([(None, rare)] if rare >= NEGLIGIBLE else [])]
    whole = sum(p for _, p in found)
    if len(found) == 1:
        return (RoundPart(found[0][0], 1.0, 1),)
    return tuple(RoundPart(state, p / whole, max(1, round(ROUND * p / whole))) for state, p in found)


__all__ = ["ROUND", "BalancedRounds", "RoundPart", "common_law", "round_parts"]
