"""Engine cases of travel: arrival times in an empty building, and mean travel time of a patrol.

Sources: networkx as path oracle; Larson and Odoni, section 5.4 (mobile units).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from drillsim.engine.simulate import simulate
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import network_of
from drillsim.record import events as ev
from drillsim.scenario.model import Scenario
from drillsim.verify.harness.case import Case, Harness, near
from drillsim.verify.harness.shortest_paths import Location
from drillsim.verify.harness.staging import (
    STEADY,
    empty_plan,
    location_of,
    mix_from,
    oracle_of,
    scenario_from,
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


def arrival_cases(harness: Harness) -> Iterator[Case]:
    """Yield arrival cases: time on scene = delays + shortest travel time, for every indoor space but the own."""
    for school in SCHOOLS:
        plan = empty_plan(harness.inputs, school)
        mix = mix_from([{"id": "officer", "role": "steady", "post": "front-desk"}])
        desk = location_of(plan, "front-desk")
        places = [s.id for i, s in enumerate(plan.spaces) if s.use != "outdoors" and i != desk[0]]
        least_s = oracle_of(plan).seconds(desk, [location_of(plan, place) for place in places])
        arrived_s = [stamp(simulate(_fight(p), plan, mix, seed=harness.seed), ev.ON_SCENE, "officer") for p in places]
        apart = np.abs(np.array(arrived_s) - UNDER_WAY_S - np.array(least_s))
        source = f"networkx on the plan's own distances: largest difference in seconds over {len(places)} spaces"
        yield near(f"arrival.{school}", source=source, expected=0.0, measured=float(apart.max()), tolerance=1e-9)


def patrol_cases(harness: Harness) -> Iterator[Case]:
    """Yield patrol cases: mean travel time to incidents, T = sum_j (lam_j / lam) sum_k l_k tau_kj."""
    plan = empty_plan(harness.inputs, "three_rooms")
    yield _patrol_that_only_stands(harness, plan)
    yield _patrol_that_walks(harness, plan)


def _patrol_that_only_stands(harness: Harness, plan: FloorPlan) -> Case:
    """Return patrol.standing: walking takes no time, so the share at each stop is exact; phases are enumerated."""
    stops, calls = list(dict.fromkeys(ROUND)), list(CALLS.values())
    presence = [ROUND.count(stop) / len(ROUND) for stop in stops]
    goals = [location_of(plan, place) for place in CALLS]
    between = [oracle_of(plan).seconds(location_of(plan, stop), goals) for stop in stops]
    looks = 20 * len(ROUND)
    mix = _patrol("1000 m/s")
    taken = [
        walk_s(simulate(_fight(place, noticed_s=look * STAY_S / 20), plan, mix, seed=harness.seed), "officer")
        for place in CALLS
        for look in range(looks)
    ]
    source = (
        f"Larson and Odoni 5.4: T over enumerated ways, in seconds; {len(taken)} drills at even phases of the round"
    )
    return near(
        "patrol.standing",
        source=source,
        expected=patrol_travel(presence=presence, between=between, calls=calls),
        measured=float(np.reshape(taken, (len(CALLS), looks)).mean(axis=1) @ calls),
        tolerance=1e-9,
    )


def _patrol_that_walks(harness: Harness, plan: FloorPlan) -> Case:
    """Return patrol.walking: at walking pace, in a random phase of the round, to a place drawn by its share of calls."""
    drills, pace_mps = harness.drills(2_000, 20_000), 1.3
    fight = _fight({"draw": {place: f"{100 * share} %" for place, share in CALLS.items()}})
    mix = _patrol(f"{pace_mps} m/s")
    taken = [walk_s(simulate(fight, plan, mix, seed=harness.seed, replication=r), "officer") for r in range(drills)]
    source = f"integral of the least seconds over the round, by networkx; {drills} drills, 4 standard errors"
    return near(
        "patrol.walking",
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
    oracle, goals, shares = oracle_of(plan), [location_of(plan, place) for place in CALLS], list(CALLS.values())

    def cost_s(at: Location) -> float:
        return float(np.dot(oracle.seconds(at, goals), shares))

    weighted = lasts_s = 0.0
    for stop, after in pairwise((*ROUND, ROUND[0])):
        weighted += STAY_S * cost_s(location_of(plan, stop))
        lasts_s += STAY_S
        for space, start, end in _legs(plan, location_of(plan, stop), location_of(plan, after)):
            a, b = np.array(start), np.array(end)
            took_s = float(np.hypot(*(b - a))) / pace_mps
            pieces = int(np.ceil(took_s / step_s))
            points = [a + (b - a) * (i + 0.5) / pieces for i in range(pieces)]
            weighted += took_s * float(np.mean([cost_s((space, (float(x), float(y)))) for x, y in points]))
            lasts_s += took_s
    return weighted / lasts_s


def _legs(
    plan: FloorPlan, start: Location, end: Location
) -> list[tuple[int, tuple[float, float], tuple[float, float]]]:
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
