"""Days of calls in the engine: a published city as scenario and mix, and counts per window of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from drillsim.engine.simulate import simulate
from drillsim.plan.model import FloorPlan
from drillsim.record import events as ev
from drillsim.record.trace import Event
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.verify.harness.staging import mix_from, scenario_from
from drillsim.verify.theory.cities import City
from drillsim.verify.theory.hypercube import LineCapacity

Floats = NDArray[np.float64]
Law = Literal["exponential", "constant"]

SETTINGS: dict[str, Any] = {
    "noticing": {"witness": "0 s", "unsupervised": "0 s", "camera_watched": "0 %"},
    "reporting": {"delay": "0 s", "success": "100 %", "radio": "0 s", "place_known": {"radio": "100 %"}},
    "locks": {"card": "0 s", "key": "0 s"},
}
"""Settings without detection and reporting delay: a call is known, with its place, at its onset."""
ANSWERED: dict[str, Any] = {
    "behaviour": "preference", "back_up": False, "pre_empt": False, "agreement": [], "wait_at_most": "1000000 h",
    "handling": {"behaviour": "0 s"}, "arrests": {"behaviour": "0 %"},
}  # fmt: skip
"""One unit per call, free again as soon as the call is resolved."""
PATIENCE_S = 3.6e9
"""Duration of a call without response, and horizon: longer than any day."""
WARM_UP = 0.04
"""Share of a day left out as warm-up, since it begins with all units free."""
WINDOWS = 8
"""Number of windows of the rest of a day."""
DAY = 5_000
"""Calls of a day: long against the correlation time of a queue, short enough for one job of many."""


@dataclass(frozen=True)
class Team:
    """A published city and its queue, placed in a building.

    atoms, posts
        Spaces of the plan: where the calls of each atom come up, and where each unit stands. No post is in an atom,
        since a unit that sees an incident does not wait to be sent.
    unit_s
        Seconds to one unit of time of the city.
    law
        Of the service time.
    walks
        Whether units walk to the call and back; otherwise they are there as soon as they are sent.
    """

    name: str
    city: City
    line: LineCapacity
    atoms: tuple[str, ...]
    posts: tuple[str, ...]
    unit_s: float = 60.0
    law: Law = "exponential"
    walks: bool = False

    @property
    def units(self) -> list[str]:
        """Ids of its units."""
        return [f"unit-{n + 1}" for n in range(len(self.city.service))]

    def scenario(self, calls: int) -> Scenario:
        """Return a day with this mean number of calls, split over the atoms by their rates."""
        service, total = f"{self.unit_s} s", sum(self.city.calls)
        calls_of = [
            {
                "kind": "behaviour", "where": atom, "rate": f"{calls * rate / total} /day", "lasts": f"{PATIENCE_S:g} s",
                "act": {"mean": service} if self.law == "exponential" else service,
            }
            for atom, rate in zip(self.atoms, self.city.calls, strict=True)
        ]  # fmt: skip
        lines = [
            {"spaces": [atom], "units": [self.units[n] for n in order]}
            for atom, order in zip(self.atoms, self.city.preference, strict=True)
        ]
        dispatch = {
            **ANSWERED, "preference": lines, "queue": self.line == "inf",
            "service": "walked" if self.walks else "from_dispatch",
        }  # fmt: skip
        day = scenario_from(
            {
                "name": self.name, **SETTINGS, "dispatch": dispatch, "primary": "resolved_s",
                "demand": {"from": "08:00", "calls": calls_of},
            }
        )  # fmt: skip
        assert day.demand is not None
        long = day.demand.unchecked_copy({"lasts": self.lasts_s(calls)})
        return day.unchecked_copy({"horizon": PATIENCE_S, "demand": long})  # longer than files may ask for

    def lasts_s(self, calls: int) -> float:
        """Return the length of a day with this many calls."""
        return calls / sum(self.city.calls) * self.unit_s

    def mix(self) -> Mix:
        """Return the units, with the service rates of the city."""
        own = {
            unit: {"like": "unarmed-guard", "acknowledge": "0 s", "act_factor": f"{100 / rate} %"}
            for unit, rate in zip(self.units, self.city.service, strict=True)
        }
        return mix_from([{"id": u, "role": u, "post": post} for u, post in zip(own, self.posts, strict=True)], own)


@dataclass(frozen=True)
class Tally:
    """Counts per window of one or several days; the first axis of every array is the window."""

    lasts: Floats
    """(windows,) seconds."""
    states: Floats
    """(windows, 2^units) seconds in each state with an empty line; bit n of a state is unit n."""
    line: Floats
    """(windows,) call-seconds in the line."""
    calls: Floats
    """(windows,) calls that came up."""
    waited: Floats
    """(windows,) of these, how many waited."""
    lost: Floats
    """(windows,) of these, how many found nobody free and went elsewhere."""
    sent: Floats
    """(windows, units, atoms) of these, whom they got."""
    way_s: Floats
    """(windows, 2) seconds that units were on their way to these: sent at once, and after a wait."""

    @property
    def busy(self) -> Floats:
        """(windows, units) seconds that each unit was busy."""
        units = self.sent.shape[1]
        busy = (np.arange(1 << units)[:, None] >> np.arange(units)) & 1
        with_line = self.lasts - self.states.sum(axis=1)  # everybody is busy while somebody waits
        return np.asarray(self.states @ busy + with_line[:, None])


def joined(tallies: Sequence[Tally]) -> Tally:
    """Return the windows of several days as those of one."""
    return Tally(**{f.name: np.concatenate([getattr(t, f.name) for t in tallies]) for f in fields(Tally)})


def play_day(team: Team, plan: FloorPlan, *, calls: int, seed: int, day: int) -> Tally:
    """Simulate one day and return its counts per window."""
    events = simulate(team.scenario(calls), plan, team.mix(), seed=seed, replication=day).events
    lasts_s = team.lasts_s(calls)
    borders = np.linspace(WARM_UP * lasts_s, lasts_s, WINDOWS + 1)
    states, line = _occupied(team, events, borders)
    return Tally(lasts=np.diff(borders), states=states, line=line, **_calls(team, events, borders))


def _occupied(team: Team, events: Sequence[Event], borders: Floats) -> tuple[Floats, Floats]:
    """Return, per window, the seconds in each state with an empty line, and the call-seconds in the line."""
    bit = {unit: 1 << n for n, unit in enumerate(team.units)}
    changes = [
        (e.time_s, bit[e.who] if e.what == ev.WORD else -bit[e.who], 0)
        for e in events
        if e.what in (ev.WORD, ev.FREE) and e.who in bit
    ]
    changes += [(e.time_s, 0, 1 if e.what == ev.WAITS else -1) for e in events if e.what in (ev.WAITS, ev.DISPATCHED)]
    changes += [(float(at), 0, 0) for at in borders]
    times, busy, waiting = np.array(sorted(changes, key=lambda c: c[0])).T
    lasts, states, line = np.diff(times), np.cumsum(busy)[:-1].astype(np.int64), np.cumsum(waiting)[:-1]
    window = np.searchsorted(borders, times[:-1], side="right") - 1
    inside = (window >= 0) & (window < len(borders) - 1)
    kinds = 1 << len(bit)
    settled = inside & (line == 0)
    spent = np.bincount(
        window[settled] * kinds + states[settled], weights=lasts[settled], minlength=(len(borders) - 1) * kinds
    )
    call_s = np.bincount(window[inside], weights=(lasts * line)[inside], minlength=len(borders) - 1)
    return np.asarray(spent.reshape(-1, kinds), dtype=np.float64), np.asarray(call_s, dtype=np.float64)


def _calls(team: Team, events: Sequence[Event], borders: Floats) -> dict[str, Floats]:
    """Return the fields of a Tally that count calls, by the window in which they came up."""
    windows, unit, atom = len(borders) - 1, team.units, team.atoms
    found = {name: np.zeros(windows) for name in ("calls", "waited", "lost")}
    sent, way_s = np.zeros((windows, len(unit), len(atom))), np.zeros((windows, 2))
    window_of: dict[str, int] = {}
    left_s: dict[str, float] = {}
    in_line: set[str] = set()
    for e in events:
        if e.what == ev.ONSET:
            at = int(np.searchsorted(borders, e.time_s, side="right")) - 1
            if 0 <= at < windows:
                window_of[e.incident] = at
                found["calls"][at] += 1
        elif e.incident in window_of:
            at = window_of[e.incident]
            if e.what == ev.WAITS:
                found["waited"][at] += 1
                in_line.add(e.incident)
            elif e.what == ev.NOBODY_FREE:
                found["lost"][at] += 1
            elif e.what == ev.UNDER_WAY:
                left_s[e.incident] = e.time_s
            elif e.what == ev.ON_SCENE:
                sent[at, unit.index(e.who), atom.index(e.where)] += 1
                way_s[at, int(e.incident in in_line)] += e.time_s - left_s[e.incident]
    return {**found, "sent": sent, "way_s": way_s}
