"""Engine cases of travel: arrival in an empty building, and what a patrol's whereabouts cost on average."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from drillsim.engine.simulate import simulate
from drillsim.plan.model import FloorPlan
from drillsim.scenario.model import Scenario
from drillsim.verify.harness.case import Bench, Case, near
from drillsim.verify.harness.shortest_paths import Spot
from drillsim.verify.harness.staging import (
    STEADY,
    empty_plan,
    judge_of,
    mix_from,
    network_of,
    scenario_from,
    spot,
    stamp,
    walk_s,
)
from drillsim.verify.theory.expected_values import patrol_travel

SCHOOLS = ("doe_primary", "doe_secondary")
UNDER_WAY_S = 10 + 5 + 4 + 6
"""Onset to setting off, with STEADY and STEADY_ROLE."""
ROUND = ("front-desk", "room-101", "front-desk", "stair-a-0")
"""Stops of a patrol on the ground floor of the three rooms; the desk comes twice, so that the shares differ."""
CALLS = {"room-101": 0.5, "hall-0": 0.2, "room-201": 0.3}
"""Where its incidents are, also upstairs, with their shares of all calls."""
STAY_S = 30.0


def arrival_cases(bench: Bench) -> Iterator[Case]:
    """A unit in an empty school arrives at onset + legs + shortest way, in every indoor space but its own."""
    for school in SCHOOLS:
        plan = empty_plan(bench.shelf, school)
        mix = mix_from([{"id": "officer", "role": "steady", "post": "front-desk"}])
        desk = spot(plan, "front-desk")
        places = [s.id for i, s in enumerate(plan.spaces) if s.use != "outdoors" and i != desk[0]]
        least_s = judge_of(plan).seconds(desk, [spot(plan, place) for place in places])
        arrived_s = [stamp(simulate(_fight(p), plan, mix, seed=bench.seed), "on-scene", "officer") for p in places]
        apart = np.abs(np.array(arrived_s) - UNDER_WAY_S - np.array(least_s))
        source = f"networkx on the plan's own distances: largest difference in seconds over {len(places)} spaces"
        yield near(
            f"arrival.{school}", "engine", source=source, expected=0.0, measured=float(apart.max()), tolerance=1e-9
        )


def patrol_cases(bench: Bench) -> Iterator[Case]:
    """The mean way of a patrol to its incidents, T = sum_j (lam_j / lam) sum_k l_k tau_kj."""
    plan = empty_plan(bench.shelf, "three_rooms")
    yield _patrol_that_only_stands(bench, plan)
    yield _patrol_that_walks(bench, plan)


def _patrol_that_only_stands(bench: Bench, plan: FloorPlan) -> Case:
    """Its walking takes no time to speak of, so it is at each stop for its share of the round: enumerated, exact."""
    stops, calls = list(dict.fromkeys(ROUND)), list(CALLS.values())
    presence = [ROUND.count(stop) / len(ROUND) for stop in stops]
    goals = [spot(plan, place) for place in CALLS]
    between = [judge_of(plan).seconds(spot(plan, stop), goals) for stop in stops]
    looks = 20 * len(ROUND)
    mix = _patrol("1000000 m/s")
    taken = [
        walk_s(simulate(_fight(place, noticed_s=look * STAY_S / 20), plan, mix, seed=bench.seed), "officer")
        for place in CALLS
        for look in range(looks)
    ]
    source = (
        f"Larson and Odoni 5.4: T over enumerated ways, in seconds; {len(taken)} drills at even phases of the round"
    )
    return near(
        "patrol.standing",
        "engine",
        source=source,
        expected=patrol_travel(presence=presence, between=between, calls=calls),
        measured=float(np.reshape(taken, (len(CALLS), looks)).mean(axis=1) @ calls),
        tolerance=1e-9,
    )


def _patrol_that_walks(bench: Bench, plan: FloorPlan) -> Case:
    """At walking pace, in a random phase of its round, to a place drawn by its share of the calls."""
    drills, pace_mps = bench.drills(2_000, 20_000), 1.3
    fight = _fight({"draw": {place: f"{100 * share} %" for place, share in CALLS.items()}})
    mix = _patrol(f"{pace_mps} m/s")
    taken = [walk_s(simulate(fight, plan, mix, seed=bench.seed, replication=r), "officer") for r in range(drills)]
    source = f"integral of the least seconds over the round, by networkx; {drills} drills, 4 standard errors"
    return near(
        "patrol.walking",
        "engine",
        source=source,
        expected=_mean_over_the_round(plan, pace_mps),
        measured=float(np.mean(taken)),
        tolerance=4 * float(np.std(taken, ddof=1)) / drills**0.5,
    )


def _mean_over_the_round(plan: FloorPlan, pace_mps: float, step_s: float = 0.25) -> float:
    """Return the mean least time from the round to the calls: stays, and legs by the midpoint rule.

    step_s
        Longest piece of a leg, in seconds of walking; the error falls with its square.
    """
    decides, goals, shares = judge_of(plan), [spot(plan, place) for place in CALLS], list(CALLS.values())

    def cost_s(at: Spot) -> float:
        return float(np.dot(decides.seconds(at, goals), shares))

    weighted = lasts_s = 0.0
    for stop, after in pairwise((*ROUND, ROUND[0])):
        weighted += STAY_S * cost_s(spot(plan, stop))
        lasts_s += STAY_S
        for space, start, end in _legs(plan, spot(plan, stop), spot(plan, after)):
            a, b = np.array(start), np.array(end)
            took_s = float(np.hypot(*(b - a))) / pace_mps
            pieces = int(np.ceil(took_s / step_s))
            points = [a + (b - a) * (i + 0.5) / pieces for i in range(pieces)]
            weighted += took_s * float(np.mean([cost_s((space, (float(x), float(y)))) for x, y in points]))
            lasts_s += took_s
    return weighted / lasts_s


def _legs(plan: FloorPlan, start: Spot, end: Spot) -> list[tuple[int, tuple[float, float], tuple[float, float]]]:
    """Return the two straight legs (space, from, to) between spots of neighbouring rectangular rooms, by their door."""
    (here, at), (there, to) = start, end
    network = network_of(plan)
    way = next(w for w in network.space_ways[here] if there in network.way_spaces[w])
    x, y = network.way_xy[way, 0]
    door = (float(x), float(y))
    return [(here, at, door), (there, door, to)]


def _patrol(pace: str) -> Any:
    unit = {"id": "officer", "role": "steady", "patrol": ROUND, "stays": f"{STAY_S} s"}
    return mix_from([unit], {"steady": {"patrol_speed": pace}})


def _fight(where: Any, *, noticed_s: float = 10.0) -> Scenario:
    """Return a fight at a place that lasts longer than any way, noticed by no camera before its time."""
    incident = {"kind": "behaviour", "where": where, "lasts": "20 min", "noticed_after": f"{noticed_s} s"}
    return scenario_from({"name": "case", **STEADY, "incidents": [incident]})
