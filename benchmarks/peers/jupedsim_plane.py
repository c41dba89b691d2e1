"""The same buildings for JuPedSim, where it is installed: people as bodies in the plane, in steps of 0.01 s.

Its buildings need walls with a thickness, so rooms are 0.1 m smaller on every side and doors are 0.2 m deep. Bodies must not overlap, so
everybody has the same room and speed as elsewhere and a seat by JuPedSim's own rule. Buildings of one level only.
"""

from __future__ import annotations

from collections import Counter

import jupedsim as jps
import numpy as np
from numpy.typing import NDArray
from shapely import LineString, Polygon, box, unary_union

from drillsim.crowd.population import Population
from layouts import Layout

WALL_M, OUTSIDE_M, BODY_M = 0.1, 1.0, 0.15
APART_M = 0.35
"""Least distance of seats, and of seats from walls half of it."""
STEP_S, LONGEST_S = 0.01, 3_600.0


def fits(layout: Layout) -> bool:
    """Return whether a building has one level."""
    return not layout.stairs


def evacuate(layout: Layout, people: Population, seed: int = 1) -> NDArray[np.float64]:
    """Play an evacuation to its end, and return when each person is out, in seconds. Raises RuntimeError beyond an hour."""
    rooms = {space["id"]: Polygon(space["polygon"]).buffer(-WALL_M, join_style="mitre") for space in layout.spaces}
    doors = [LineString(way["line"]).buffer(2 * WALL_M, cap_style="flat") for way in layout.openings]
    outside = dict(_beyond(way["line"], layout) for way in layout.openings if "outside" in way["spaces"])
    area = unary_union([*rooms.values(), *doors, *outside.values()])
    simulation = jps.Simulation(model=jps.CollisionFreeSpeedModel(), geometry=area, dt=STEP_S)
    exits = {at: simulation.add_exit_stage(polygon) for at, polygon in outside.items()}
    journeys = {at: simulation.add_journey(jps.JourneyDescription([stage])) for at, stage in exits.items()}
    out_s = np.zeros(len(people))
    agents: dict[int, int] = {}
    for space, count in Counter(people.space.tolist()).items():
        seats = jps.distribute_by_number(
            polygon=rooms[layout.spaces[space]["id"]], number_of_agents=count, distance_to_agents=APART_M,
            distance_to_polygon=APART_M / 2, seed=seed + space,
        )  # fmt: skip
        for i, seat in zip(np.flatnonzero(people.space == space).tolist(), seats, strict=True):
            at = min(exits, key=lambda door: float(np.hypot(door[0] - seat[0], door[1] - seat[1])))
            parameters = jps.CollisionFreeSpeedModelAgentParameters(
                journey_id=journeys[at], stage_id=exits[at], position=seat, desired_speed=float(people.level_mps[i]),
                radius=BODY_M,
            )  # fmt: skip
            agents[simulation.add_agent(parameters)] = i
    while simulation.agent_count():
        simulation.iterate()
        for gone in simulation.removed_agents():
            out_s[agents[gone]] = simulation.elapsed_time()
        if simulation.elapsed_time() > LONGEST_S:
            raise RuntimeError(f"{simulation.agent_count()} people are still inside after an hour")
    return out_s


def _beyond(line: list[list[float]], layout: Layout) -> tuple[tuple[float, float], Polygon]:
    """Return the middle of a door to the outside, and the place beyond it, on the side on which the building is not."""
    (x0, y0), (x1, y1) = line
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    inside = unary_union([Polygon(space["polygon"]) for space in layout.spaces])
    if x0 == x1:
        sides = [box(x - WALL_M - OUTSIDE_M, y0, x - WALL_M, y1), box(x + WALL_M, y0, x + WALL_M + OUTSIDE_M, y1)]
    else:
        sides = [box(x0, y - WALL_M - OUTSIDE_M, x1, y - WALL_M), box(x0, y + WALL_M, x1, y + WALL_M + OUTSIDE_M)]
    return (x, y), min(sides, key=lambda side: float(inside.intersection(side).area))
