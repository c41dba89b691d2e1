"""Queueing formulas of equal servers: Erlang B, Erlang C and M/M/c.

Sources: Larson and Odoni, *Urban Operations Research*, chapter 4 and section 5.5; Erlang 1917.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial


def erlang_b(*, servers: int, load: float) -> float:
    """Return the loss probability of M/G/c/c (Erlang B): the share of calls that find all servers busy.

        B(0) = 1,   B(c) = a B(c - 1) / (c + a B(c - 1))

    load
        a, calls per mean service time. It may be any number from 0; the formula holds for any law of the service time.
    """
    lost = 1.0
    for c in range(1, servers + 1):
        lost = load * lost / (c + load * lost)
    return lost


def erlang_c(*, servers: int, load: float) -> float:
    """Return the probability of waiting in M/M/c (Erlang C).

        C = B / (1 - (a / c) (1 - B))

    load
        a, calls per mean service time; service times are exponential. 1.0 where a >= c, since the queue grows without bound.
    """
    if load >= servers:
        return 1.0
    lost = erlang_b(servers=servers, load=load)
    return lost / (1 - load / servers * (1 - lost))


@dataclass(frozen=True)
class Line:
    """Steady state of M/M/c, in calls and in mean service times."""

    empty: float
    """P0, chance that nobody is in service."""
    waits: float
    """Chance that a call waits (Erlang C)."""
    waiting: float
    """Lq, mean number of calls in the line."""
    wait: float
    """Wq, mean wait of all calls, in mean service times."""


def mmc(*, servers: int, load: float) -> Line:
    """Return the steady state of c exponential servers with one first-come first-served queue.

        P0 = 1 / (sum_{k<c} a^k / k! + a^c / (c! (1 - a/c))),   Lq = C a / (c - a),   Wq = Lq / a

    load
        a, calls per mean service time, above 0. Raises ValueError unless a < c, since nothing settles then.
    """
    if not 0 < load < servers:
        raise ValueError(f"a load of {load:g} on {servers} servers does not settle. Give one between 0 and {servers}")
    below = sum(load**k / factorial(k) for k in range(servers))
    empty = 1 / (below + load**servers / (factorial(servers) * (1 - load / servers)))
    waits = erlang_c(servers=servers, load=load)
    waiting = waits * load / (servers - load)
    return Line(empty, waits, waiting, waiting / load)
