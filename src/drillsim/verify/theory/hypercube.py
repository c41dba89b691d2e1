"""Larson's hypercube queueing model of units that back each other up: exact solution and approximation.

Atoms (small areas) send calls at random; each has its units in an order of preference, and the first free one goes.
A state says which units are busy: bit n of its number is unit n.

Sources: Larson, *A hypercube queuing model for facility location and redistricting in urban emergency services*, 1974;
Larson and Odoni, *Urban Operations Research*, sections 5.3 to 5.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drillsim.verify.theory.queueing import mmc

Floats = NDArray[np.float64]
LineCapacity = Literal["zero", "inf"]
"""Places in the waiting line: none (calls that find all units busy are lost) or any number."""


@dataclass(frozen=True)
class Hypercube:
    """Steady state of the units."""

    states: Floats
    """(2^units,) probability of each state with an empty line."""
    workloads: Floats
    """(units,) share of the time that each unit is busy."""
    dispatches: Floats
    """(units, atoms) f_nj, share of all dispatches that send unit n to atom j; they add up to 1."""
    queued: Floats
    """(units, atoms) the part of f_nj that waited in the line first."""
    loss: float
    """Share of calls that find nobody free and go elsewhere; 0 with a line."""
    waits: float
    """Share of calls that wait; 0 without a line."""

    def travel(self, times: ArrayLike, *, after_wait: float | None = None) -> float:
        """Return the mean travel time of a dispatch, T = sum_nj f_nj t_nj.

        times
            (units, atoms) t_nj, mean time of unit n to atom j; for a mobile unit see `expected_values.mobile_travel`.
        after_wait
            Mean time of calls that waited, such as `expected_values.last_call_travel`; default: from home, as all others.
        """
        t = np.asarray(times, dtype=np.float64)
        if after_wait is None:
            return float((self.dispatches * t).sum())
        return float(((self.dispatches - self.queued) * t).sum() + self.queued.sum() * after_wait)


def hypercube(
    *, calls: ArrayLike, preference: Sequence[Sequence[int]], service: ArrayLike, line: LineCapacity
) -> Hypercube:
    """Return the exact solution of the balance equations of the 2^N states.

        P(s) [lam(s) + sum_{n busy} mu_n] = sum_{n busy} lam_n(s - n) P(s - n) + sum_{n free} mu_n P(s + n)

    with lam_n(s) the calls of the atoms whose first free unit in s is n, and lam(s) = 0 where nobody is free.

    calls
        (atoms,) calls per time of each atom.
    preference
        Per atom, all units in the order in which they are asked.
    service
        (units,) mu_n, calls that each unit can finish per time; they may differ.
    line
        zero: calls that find nobody free are lost. inf: they wait, first come first served, and
        P(all busy, k waiting) = P(all busy) r^k with r = lam / sum mu. The equations of the 2^N states are the same.

    Raises ValueError where an atom does not list every unit once, or where an infinite queue has no steady state.
    """
    lam, mu = np.asarray(calls, dtype=np.float64), np.asarray(service, dtype=np.float64)
    units, load = len(mu), lam.sum() / mu.sum()
    for order in preference:
        if sorted(order) != list(range(units)):
            raise ValueError(f"preference {list(order)} does not list each of the {units} units once")
    if line == "inf" and load >= 1:
        raise ValueError(f"{lam.sum():g} calls on {mu.sum():g} that can be served do not settle")
    first = _first_free(preference, units)
    states = _settle(lam, mu, first, 1 / (1 - load) if line == "inf" else 1.0)
    full = float(states[-1])
    waits = full / (1 - load) if line == "inf" else 0.0
    busy = (np.arange(len(states))[:, None] >> np.arange(units)) & 1
    direct, queued = np.zeros((units, len(lam))), np.zeros((units, len(lam)))
    served = 1.0 if line == "inf" else 1 - full
    for j in range(len(lam)):
        share = lam[j] / lam.sum() / served
        np.add.at(direct[:, j], first[:-1, j], share * states[:-1])
        queued[:, j] = share * waits * mu / mu.sum()
    return Hypercube(
        states=states,
        workloads=states @ busy + (waits - full if line == "inf" else 0.0),
        dispatches=direct + queued,
        queued=queued,
        loss=0.0 if line == "inf" else full,
        waits=waits,
    )


def _first_free(preference: Sequence[Sequence[int]], units: int) -> NDArray[np.int64]:
    """Return (states, atoms) the unit that goes; -1 in the state where nobody is free."""
    return np.array(
        [[next((n for n in order if not s >> n & 1), -1) for order in preference] for s in range(1 << units)],
        dtype=np.int64,
    )


def _settle(lam: Floats, mu: Floats, first: NDArray[np.int64], weight_of_full: float) -> Floats:
    """Return the stationary probabilities; the line, if any, is `weight_of_full` times the state of all busy."""
    states = len(first)
    rates = np.zeros((states, states))
    for s in range(states):
        for j, unit in enumerate(first[s]):
            if unit >= 0:
                rates[s, s | 1 << unit] += lam[j]
        for n, rate in enumerate(mu):
            if s >> n & 1:
                rates[s, s & ~(1 << n)] += rate
    balance = rates.T - np.diag(rates.sum(axis=1))
    balance[-1], total = 1.0, np.zeros(states)
    balance[-1, -1], total[-1] = weight_of_full, 1.0
    return np.asarray(np.linalg.solve(balance, total))


def correction(*, units: int, load: float, others: int) -> float:
    """Return Q(N, rho, j): how far 'j units busy and the next one free' is from rho^j (1 - rho).

        Q(N, rho, j) = P0 / (1 - rho) sum_{k=j}^{N-1} (N-j-1)! (N-k) / (k-j)!  N^k / N!  rho^(k-j)

    units, load, others
        N units of equal speed with an endless line, rho calls per unit and service time below 1, j other units busy.
        Q(N, rho, 0) is 1. Source: Larson and Odoni, equation 5.48; Larson 1975.
    """
    empty = mmc(servers=units, load=units * load).empty
    terms = (
        factorial(units - others - 1) * (units - k) / factorial(k - others) * units**k * load ** (k - others)
        for k in range(others, units)
    )
    return float(empty / (1 - load) * sum(terms) / factorial(units))


def larson_workloads(*, calls: ArrayLike, preference: Sequence[Sequence[int]], units: int, rounds: int = 50) -> Floats:
    """Return the approximate workloads of N units of mean service time 1 with an endless line.

        rho_n = (V_n + lam P_wait / N) / (1 + V_n),
        V_n = sum over atoms j that ask n after the units a_1 .. a_k:  lam_j Q(N, rho, k) rho_a1 .. rho_ak

    from rho_n = rho, all units of a round at once; after each round the workloads are scaled to their true sum lam.

    rounds
        Passes; a handful converges. Source: Larson 1975; Larson and Odoni, section 5.5.
    """
    lam = np.asarray(calls, dtype=np.float64)
    load = float(lam.sum()) / units
    factors = [correction(units=units, load=load, others=k) for k in range(units)]
    from_line = float(lam.sum()) * mmc(servers=units, load=units * load).waits / units
    workloads = np.full(units, load)
    for _ in range(rounds):
        asked = np.zeros(units)
        for rate, order in zip(lam, preference, strict=True):
            all_busy = 1.0
            for factor, unit in zip(factors, order, strict=True):
                asked[unit] += rate * factor * all_busy
                all_busy *= workloads[unit]
        workloads = (asked + from_line) / (1 + asked)
        workloads *= lam.sum() / workloads.sum()
    return workloads
