"""Expected values without queueing: patrol travel, duty shares, exposure, and effects of a factorial experiment.

Sources: Larson and Odoni, *Urban Operations Research*, section 5.4 (mobile units); Ross, *Stochastic Processes*
(semi-Markov chains); Little 1961; Box, Hunter and Hunter, *Statistics for Experimenters* (effects).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def mobile_travel(*, presence: ArrayLike, between: ArrayLike) -> Floats:
    """Return t_nj = sum_k l_nk tau_kj, the mean travel time of a unit that is wherever its round has taken it.

    presence
        (units, places) l_nk, share of the free time of unit n at place k; each row adds up to 1. A unit that stands
        has a single 1.
    between
        (places, atoms) tau_kj, travel time from k to j; it need not be the same there and back.
    """
    l_nk = np.atleast_2d(np.asarray(presence, dtype=np.float64))
    _adds_up(l_nk, "presence")
    return np.asarray(l_nk @ np.asarray(between, dtype=np.float64))


def patrol_travel(*, presence: ArrayLike, between: ArrayLike, calls: ArrayLike) -> float:
    """Return T = sum_j (lam_j / lam) sum_k l_k tau_kj, the mean travel time of one free unit.

    calls
        (atoms,) lam_j, calls of each atom in any unit of time.
    """
    lam = np.asarray(calls, dtype=np.float64)
    return float(mobile_travel(presence=presence, between=between)[0] @ lam / lam.sum())


def last_call_travel(*, calls: ArrayLike, between: ArrayLike) -> float:
    """Return T_Q = sum_ij lam_i lam_j / lam^2 tau_ij: a call that waited is reached from the place of another call.

    between
        (atoms, atoms) tau_ij, travel time from i to j.
    """
    share = np.asarray(calls, dtype=np.float64)
    share = share / share.sum()
    return float(share @ np.asarray(between, dtype=np.float64) @ share)


def duty_shares(*, follows: ArrayLike, stay_h: ArrayLike) -> Floats:
    """Return the long-run share of the time in each duty of a semi-Markov chain.

        share_k = pi_k m_k / sum_i pi_i m_i   with   pi = pi P

    follows
        (duties, duties) P, chance that duty j comes after duty i; each row adds up to 1, and every duty can be reached.
    stay_h
        (duties,) m_k, mean stay in hours. Its law does not matter. Where the duties come in turn the shares are the
        stays over their sum: 20 h of a week of 41.5 h are 48 %.
    """
    chances = np.asarray(follows, dtype=np.float64)
    _adds_up(chances, "follows")
    equations = np.vstack([chances.T - np.eye(len(chances)), np.ones(len(chances))])
    visits = np.linalg.lstsq(equations, np.append(np.zeros(len(chances)), 1.0), rcond=None)[0]
    hours = visits * np.asarray(stay_h, dtype=np.float64)
    return np.asarray(hours / hours.sum())


def mean_exposure(*, persons_near: ArrayLike, calls: ArrayLike, unresolved_s: float) -> float:
    """Return the mean person-seconds near an incident by Little's law, L = lam W with constant occupancy.

        E = (sum_j lam_j / lam N_j) W

    persons_near
        (places,) N_j, persons within the radius of an incident at place j; they stay where they are.
    calls
        (places,) lam_j, incidents of each place in any unit of time.
    unresolved_s
        W, mean seconds from onset to resolved, independent of the place. No person near or no time: 0.
    """
    near, lam = np.asarray(persons_near, dtype=np.float64), np.asarray(calls, dtype=np.float64)
    return float(near @ lam / lam.sum()) * unresolved_s


def main_effect(cells: Mapping[tuple[int, ...], ArrayLike], factor: int) -> tuple[float, float]:
    """Return the main effect of one factor of a two-level experiment, and its standard error.

        effect = mean where the factor is 1 - mean where it is 0, over all cells of the others

    cells
        Per combination of levels (0 or 1), the outcomes of the same replications in the same order: differences are
        taken replication by replication before their spread is. At least two replications.
    """
    values = {levels: np.asarray(v, dtype=np.float64) for levels, v in cells.items()}
    half = len(values) / 2
    each = np.sum([v if levels[factor] else -v for levels, v in values.items()], axis=0) / half
    return float(each.mean()), float(each.std(ddof=1)) / sqrt(len(each))


def _adds_up(rows: Floats, name: str) -> None:
    if not np.allclose(rows.sum(axis=1), 1.0):
        raise ValueError(f"each row of {name} adds up to 1, not to {rows.sum(axis=1).tolist()}")
