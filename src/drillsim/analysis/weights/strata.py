"""Strata of presence: drills weighed by the known probability of who is on campus.

What a mix does in a drill depends on who of it is on campus and on draws that are independent of that. So drills of one state
follow one law, whether presence was drawn in them or forced, and whatever was forced for units of other mixes. The states of
a mix (of both mixes, for a paired difference) with a probability of RARE and more are strata with exactly that weight, if at
least FEWEST drills show them. All other states are one stratum more. In it drills weigh by the balance heuristic (Veach and
Guibas 1995; Owen and Zhou 2000): one over the expected number of drills of their state in this study,

    n + sum over forced presences F that the state agrees with of m_F / P(F),

so that states which were played on purpose count no more than their probability. These weights add up to an estimate of the
probability of the stratum. Where that is less than half of it, most of what the stratum stands for has not been seen at all, and
the estimate takes its place: what is unseen is then taken as like all drills, not as like those few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from drillsim.record.presence import RARE, RARELY, WEEKDAY, Chances, State, joint_states, presence_from, state_from

FEWEST = 3
"""Fewest drills of a stratum of its own; the states of smaller ones are weighed together."""
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Strata:
    """Strata of some drills.

    stratum
        (n,) number of the stratum of each drill, from 0.
    weight
        (n,) weight of each drill inside its stratum, up to a factor.
    probability
        (strata,) probability of each; they add up to 1.
    """

    stratum: Ints
    weight: Floats
    probability: Floats

    def of(self, kept: NDArray[np.bool_]) -> Strata:
        """Return the strata of some of the drills as they are; a stratum may become empty."""
        return Strata(self.stratum[kept], self.weight[kept], self.probability)

    @property
    def is_plain(self) -> bool:
        """Whether all drills weigh the same, in one stratum."""
        return self.probability.size == 1 and bool(np.all(self.weight == self.weight[:1]))


def plain(n: int) -> Strata:
    """Return one stratum of n drills that weigh the same."""
    return Strata(np.zeros(n, np.int64), np.ones(n), np.ones(1))


def strata_of(laws: Sequence[Chances], states: Sequence[Sequence[str]], forced: Sequence[str]) -> Strata:
    """Return the strata of the drills of one mix, or of several mixes that played the same drills.

    laws
        Presence of each mix as far as chance decides it.
    states
        Of each mix, the state of each drill in words, as in column `presence`.
    forced
        Forced presence of each drill as text, '' where it was drawn.
    """
    keys = [tuple(word.removeprefix(RARELY) for word in words) for words in zip(*states, strict=True)]
    common = {tuple(map(str, joint)): p for joint, p in joint_states(laws, least=RARE)}
    seen = Counter(keys)
    own = {key: p for key, p in common.items() if seen[key] >= FEWEST}
    together = len(keys) - sum(seen[key] for key in own)
    left = max(0.0, 1.0 - sum(own.values()))
    while own and together < FEWEST and left > 1e-12:
        smallest = min(own, key=lambda key: (own[key], key))
        together, left = together + seen[smallest], left + own.pop(smallest)
    if left <= 1e-12 and own:
        left = 0.0
    number = {key: i for i, key in enumerate(own)}
    stratum = np.array([number.get(key, len(own)) for key in keys], dtype=np.int64)
    weight = np.ones(len(keys))
    rest = np.flatnonzero(stratum == len(own))
    if rest.size:
        expected = _Expected(laws, forced)
        by_key = {key: 1.0 / expected.of(key) for key in {keys[i] for i in rest.tolist()}}
        weight[rest] = [by_key[keys[i]] for i in rest.tolist()]
        estimated = float(weight[rest].sum())
        left = left if estimated >= left / 2 else estimated
        weight[rest] /= weight[rest].max()
    probability = np.array([*own.values(), *([left] if left > 0.0 else [])])
    return Strata(stratum, weight, probability / probability.sum())


class _Expected:
    """Expected number of drills of a state in a study, over the probability of the state."""

    def __init__(self, laws: Sequence[Chances], forced: Sequence[str]) -> None:
        self.laws, counts = laws, Counter(forced)
        self.drawn = counts.pop("", 0)
        self.forced = [(presence_from(text), number) for text, number in counts.items()]

    def of(self, words: tuple[str, ...]) -> float:
        """Return it for a state of each mix in words."""
        states = [state_from(word) for word in words]
        found = [n / self._probability(f) for f, n in self.forced if self._agrees(f, states)]
        return self.drawn + sum(found)

    def _agrees(self, forced: dict[str, bool | str], states: Sequence[State]) -> bool:
        for law, state in zip(self.laws, states, strict=True):
            if law.weekdays and forced.get(WEEKDAY, state.weekday) != state.weekday:
                return False
            if any(forced.get(unit, unit not in state.away) != (unit not in state.away) for unit in law.units):
                return False
        return True

    def _probability(self, forced: dict[str, bool | str]) -> float:
        """Return the probability of a forced presence, as far as the units of these mixes are concerned."""
        days = next((law.weekdays for law in self.laws if law.weekdays), ())
        found = [1.0 / len(days)] if days and WEEKDAY in forced else []
        for unit, here in forced.items():
            chances = [law.units[unit] for law in self.laws if unit in law.units]
            if chances:
                found.append(min(chances) if here else 1.0 - max(chances))
        return prod(found)
