"""Engine cases of dispatch: published hypercube cities and textbook queues, simulated as days of calls.

Sources: Larson 1974; Larson and Odoni, sections 5.3 and 5.4; Erlang 1917.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from drillsim.verify.harness.case import Case, Harness, near
from drillsim.verify.harness.staging import empty_plan, location_of, oracle_of
from drillsim.verify.response.days import DAY, Law, Tally, Team, joined, play_day
from drillsim.verify.theory.batch_means import Estimate, ratio
from drillsim.verify.theory.cities import QUIZ, QUIZ_SOURCE, THREE, THREE_SOURCE, City
from drillsim.verify.theory.expected_values import last_call_travel
from drillsim.verify.theory.hypercube import Hypercube, LineCapacity, hypercube
from drillsim.verify.theory.queueing import erlang_b, mmc

Floats = NDArray[np.float64]

PLAN = "three_rooms"
ATOMS, ASIDE = ("room-101", "hall-0", "room-201", "hall-1"), "stair-a-0"
"""Spaces of the calls, and the space of units that respond without walking."""
UNEQUAL = City(THREE.calls, THREE.preference, (1.25, 1.0, 2 / 3))
POOLED = City(calls=(1.5,), preference=((0, 1, 2),), service=(1.0, 1.0, 1.0))
UPSTAIRS = City(calls=(0.8, 0.7), preference=((0, 1, 2), (2, 1, 0)), service=(1.0, 1.0, 1.0))
"""Two atoms on the upper floor, with three units that walk up from below: from the last call it is a few steps."""
LONG_S = 100 * 3600.0
"""Service beside which the ways of UPSTAIRS, of seconds, take no time; calls are as much further apart."""
DEEP_TOLERANCE, ERRORS = 0.005, 4
"""Of shares with many calls; standard errors otherwise."""
LARSON = "Larson 1974, hypercube with its exact solution"
FROM_LAST = "a call that waited is reached from the last one, Larson and Odoni 5.4, T_Q"


def _team(name: str, city: City, line: LineCapacity, law: Law = "exponential") -> Team:
    return Team(name, city, line, ATOMS[: len(city.calls)], (ASIDE,) * len(city.service), law=law)


CITIES = (
    _team("quiz-zero", QUIZ, "zero"),
    _team("three-inf", THREE, "inf"),
    _team("three-zero", THREE, "zero"),
    _team("unequal-inf", UNEQUAL, "inf"),
    _team("unequal-zero", UNEQUAL, "zero"),
)
WALKING = Team(
    "walking-inf", UPSTAIRS, "inf", ("room-201", "hall-1"), ("stair-a-0", "hall-0", "room-101"),
    unit_s=LONG_S, walks=True,
)  # fmt: skip
POOLS = (
    _team("pool-lost", POOLED, "zero"),
    _team("pool-lost-constant", POOLED, "zero", "constant"),
    _team("pool-waits", POOLED, "inf"),
)


class _Day(NamedTuple):
    team: Team
    calls: int
    day: int


def _play(inputs: Path, seed: int, job: _Day) -> Tally:
    return play_day(job.team, empty_plan(inputs, PLAN), calls=job.calls, seed=seed, day=job.day)


def _days(harness: Harness, teams: Sequence[Team], label: str) -> dict[str, Tally]:
    """Return the counts of each team, from at least four days of about DAY calls."""
    calls = harness.drills(50_000, 400_000)
    days = max(4, calls // DAY)
    jobs = [_Day(team, calls // days, day) for team in teams for day in range(days)]
    played = harness.play(partial(_play, harness.inputs, harness.seed), jobs, label)
    return {team.name: joined(played[i * days : (i + 1) * days]) for i, team in enumerate(teams)}


class _Against:
    """Factory of the cases of one team: theory beside its simulated days."""

    def __init__(self, harness: Harness, team: Team, found: Tally, source: str) -> None:
        self.deep, self.found, self.name = harness.deep, found, team.name
        self.source = f"{source}; {found.calls.sum():.0f} calls"

    def share(self, name: str, expected: float, part: Floats, whole: Floats) -> Case:
        """Return the case of a share of calls or of time."""
        return self._case(name, expected, ratio(part, whole), DEEP_TOLERANCE if self.deep else None)

    def mean(self, name: str, expected: float, part: Floats, whole: Floats) -> Case:
        """Return the case of a mean that is no share, such as of calls in a line or of seconds on the way."""
        return self._case(name, expected, ratio(part, whole), None)

    def shares(self, name: str, expected: ArrayLike, parts: Floats, whole: Floats) -> Case:
        """Return many shares as one case: the largest deviation of any, in its own standard errors."""
        wanted = np.ravel(expected)
        estimates = [ratio(part, whole) for part in parts.reshape(len(whole), -1).T]
        apart = [abs(e.value - w) / e.error for e, w in zip(estimates, wanted, strict=True) if e.error > 0]
        source = f"{self.source}; largest of {len(wanted)} deviations, in standard errors"
        id_ = f"dispatch.{self.name}.{name}"
        return near(id_, source=source, expected=0.0, measured=max(apart), tolerance=ERRORS)

    def _case(self, name: str, expected: float, found: Estimate, tolerance: float | None) -> Case:
        told = self.source if tolerance is not None else f"{self.source}, {ERRORS} standard errors"
        within = ERRORS * found.error if tolerance is None else tolerance
        id_ = f"dispatch.{self.name}.{name}"
        return near(id_, source=told, expected=expected, measured=found.value, tolerance=within)


def hypercube_cases(harness: Harness) -> Iterator[Case]:
    """Yield the hypercube cases: workloads, states, dispatches, waiting and loss of units that back each other up."""
    sources = {"quiz": QUIZ_SOURCE, "three": f"{THREE_SOURCE}, inferred rates", "unequal": f"{LARSON}, unequal rates"}
    days = _days(harness, (*CITIES, WALKING), "days of calls to backed-up units")
    for team in CITIES:
        theory, found = _theory(team), days[team.name]
        against = _Against(harness, team, found, sources[team.name.partition("-")[0]])
        sent = found.sent.sum(axis=(1, 2))
        for n, workload in enumerate(theory.workloads):
            yield against.share(f"workload-{n + 1}", float(workload), found.busy[:, n], found.lasts)
        if team.city is THREE:
            for state, chance in enumerate(theory.states):
                name = f"state-{state:0{len(team.units)}b}"
                yield against.share(name, float(chance), found.states[:, state], found.lasts)
        else:
            yield against.shares("states", theory.states, found.states, found.lasts)
        if team.line == "inf":
            yield against.share("waits", theory.waits, found.waited, found.calls)
        else:
            yield against.share("lost", theory.loss, found.lost, found.calls)
        yield against.shares("dispatches", theory.dispatches, found.sent, sent)
        if team.city is QUIZ:
            yield against.share("unit-1-to-sector-2", 1 / 8, found.sent[:, 0, 1], sent)
            miles = (found.sent * np.array(QUIZ.travel)).sum(axis=(1, 2))
            yield against.mean("miles", theory.travel(QUIZ.travel), miles, sent)
    yield from _walked(harness, days[WALKING.name])


def _theory(team: Team) -> Hypercube:
    city = team.city
    return hypercube(calls=city.calls, preference=city.preference, service=city.service, line=team.line)


def _walked(harness: Harness, found: Tally) -> Iterator[Case]:
    """Yield the mean travel times of WALKING by the path oracle: from posts at once, from the last call after waiting."""
    theory, plan = _theory(WALKING), empty_plan(harness.inputs, PLAN)
    goals = [location_of(plan, atom) for atom in WALKING.atoms]
    between = [oracle_of(plan).seconds(goal, goals) for goal in goals]
    from_posts = np.array([oracle_of(plan).seconds(location_of(plan, post), goals) for post in WALKING.posts])
    at_once = theory.dispatches - theory.queued
    against = _Against(harness, WALKING, found, f"{LARSON}, sum of f_nj t_nj from the posts")
    expected_s = float((at_once * from_posts).sum() / at_once.sum())
    yield against.mean("way-at-once-s", expected_s, found.way_s[:, 0], found.calls - found.waited)
    against = _Against(harness, WALKING, found, FROM_LAST)
    expected_s = last_call_travel(calls=UPSTAIRS.calls, between=between)
    yield against.mean("way-after-wait-s", expected_s, found.way_s[:, 1], found.waited)
    from_last = _Against(harness, WALKING, found, f"{LARSON}, and {FROM_LAST}")
    expected_s = theory.travel(from_posts, after_wait=expected_s)
    yield from_last.mean("way-s", expected_s, found.way_s.sum(axis=1), found.calls)


def pool_cases(harness: Harness) -> Iterator[Case]:
    """Yield the pool cases: three equal units under Erlang B and M/M/3."""
    days = _days(harness, POOLS, "days of calls to a pool")
    load = sum(POOLED.calls)
    lost, line = erlang_b(servers=3, load=load), mmc(servers=3, load=load)
    for team in POOLS[:2]:
        found = days[team.name]
        source = f"Erlang B, 3 units and load {load:g}, {team.law} service"
        yield _Against(harness, team, found, source).share("lost", lost, found.lost, found.calls)
    found = days[POOLS[2].name]
    against = _Against(harness, POOLS[2], found, f"M/M/3, load {load:g}")
    yield against.share("waits", line.waits, found.waited, found.calls)
    yield against.share("empty", line.empty, found.states[:, 0], found.lasts)
    yield against.mean("waiting", line.waiting, found.line, found.lasts)
