"""Arrivals of incidents in a school day, by sort of call and bell period; the same for every mix."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import poisson

from drillsim.engine.world.clock import Clock, minute_in, stretches
from drillsim.plan.model import FloorPlan
from drillsim.quantities import minutes
from drillsim.scenario.incident import ANY, Call, Demand
from drillsim.streams.streams import Streams

Minutes = list[tuple[float, float]]


@dataclass(frozen=True)
class Arrival:
    """One incident of the day: its sort of call, its id, and its onset in seconds from the start of the day."""

    call: Call
    id: str
    onset_s: float


def arrivals_of(demand: Demand, plan: FloorPlan, streams: Streams, clock: Clock) -> list[Arrival]:
    """Return the incidents of one day in order of their onset.

    A Poisson process for each sort of call: the number of the day by its rate, each one's bell period by the
    shares, and its time evenly within the period. Shares of periods that the day does not have fall to the rest.
    """
    found = []
    for k, call in enumerate(demand.calls):
        slot = f"call-{k + 1}"
        count = int(poisson.ppf(streams.uniform("demand.count", slot), call.rate)) if call.rate > 0 else 0
        parts = periods_of(call, demand, plan)
        for j in range(count):
            name = streams.choose_by_cdf("demand.period", slot, {n: share for n, (share, _) in parts.items()}, j)
            minute = minute_in(parts[name][1], streams.uniform("demand.minute", slot, j))
            found.append(Arrival(call, f"{call.kind}-{k + 1}.{j + 1}", clock.seconds(minute)))
    return sorted(found, key=lambda a: a.onset_s)


def periods_of(call: Call, demand: Demand, plan: FloorPlan) -> dict[str, tuple[float, Minutes]]:
    """Return the share of each bell period and its minutes in the day; what is left of the day is 'any'."""
    begins = minutes(demand.from_)
    day: Minutes = [(begins, begins + demand.lasts / 60.0)]
    rest, found = day, {}
    for name, share in call.periods.items():
        inside = [] if name == ANY else _common(stretches(plan, name), day)
        if inside:
            found[name] = (share, inside)
            rest = _without(rest, inside)
    left = 1.0 - sum(share for share, _ in found.values()) if call.periods else 1.0
    if rest and left > 1e-9:
        found[ANY] = (left, rest)
    return found


def _common(a: Minutes, b: Minutes) -> Minutes:
    return [(max(p, r), min(q, s)) for p, q in a for r, s in b if max(p, r) < min(q, s)]


def _without(day: Minutes, taken: Minutes) -> Minutes:
    for p, q in taken:
        day = [part for a, b in day for part in ((a, min(b, p)), (max(a, q), b)) if part[0] < part[1]]
    return day
