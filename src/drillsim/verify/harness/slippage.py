"""Many choices at once between normal mixes of which all but one lag by the same: correct choices and rounds played."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from drillsim.analysis.selection.sequential import KimNelson


@dataclass(frozen=True)
class ChoiceRecord:
    """Share of correct choices, and mean number of drills over all mixes."""

    correct: float
    drills: float


def made_rounds(
    *, mixes: int, rounds: int, correlation: float, lag: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return (rounds, mixes) equicorrelated normal values of standard deviation 1 with means `lag`."""
    shared = rng.standard_normal((rounds, 1))
    own = rng.standard_normal((rounds, mixes))
    return np.asarray(lag + correlation**0.5 * shared + (1 - correlation) ** 0.5 * own)


def play_choices(
    procedure: KimNelson, *, lag: NDArray[np.float64], correlation: float, times: int, seed: int
) -> ChoiceRecord:
    """Choose `times` times on random numbers of `seed`, drawing rounds as the procedure asks for them; the mix of least mean is the best."""
    rng, best = np.random.Generator(np.random.Philox(seed)), int(np.argmin(lag))
    correct = drills = 0
    for _ in range(times):
        values = made_rounds(mixes=lag.size, rounds=600, correlation=correlation, lag=lag, rng=rng)
        found = procedure.look(list(values.T))
        while not found.decided:
            more = made_rounds(mixes=lag.size, rounds=600, correlation=correlation, lag=lag, rng=rng)
            values = np.vstack([values, more])
            found = procedure.look(list(values.T))
        correct += found.chosen == best
        drills += sum(found.dropped.get(i, found.rounds) for i in range(lag.size))
    return ChoiceRecord(correct / times, drills / times)
