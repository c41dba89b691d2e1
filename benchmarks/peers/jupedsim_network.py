"""The same buildings and people for jupedsim-network, an independent program on the same SFPE relations (LGPL, only run).

It steps through time, has one node per space and one length per link, and sends everybody along the shortest path.
"""

from __future__ import annotations

from math import hypot
from typing import Any

import jupedsim_network as jn

from drillsim.crowd.laws import (
    WALL_BOUNDARY_M,
    Laws,
    door_capacity_ps,
    seam_capacity_ps,
    stair_capacity_ps,
    stair_k_mps,
)
from drillsim.crowd.population import Population
from layouts import DENSITY_MAX_PM2, RISER_M, TREAD_M, Layout, Link
from seated import SPEED_MPS, SPEEDS_MPS, seat_counts

NO_HEADWAY_PSM = 1000.0
LONGEST_S = 20_000.0


def network_of(layout: Layout, *, our_weights: bool = False) -> jn.Network:
    """Return the building as nodes and links, one way towards safety.

    our_weights
        Share the places of a full space by the capacities of what leads into it, as rule A 8 does, not evenly.
    """
    network = jn.Network()
    for node in layout.nodes:
        if node.is_flight:
            network.add_stair(node.name, area=node.area_m2, riser=RISER_M, tread=TREAD_M)
        else:
            network.add_room(node.name, area=node.area_m2)
    for name in layout.safe:
        network.add_safe(name)
    for link in layout.links:
        more: dict[str, Any] = {"merge_weight": _capacity_ps(link)} if our_weights else {}
        if link.kind == "seam":  # the walls of a corridor keep people off
            more["boundary_layer"] = WALL_BOUNDARY_M
        elif link.kind == "stair end":  # a stair counts people where they enter it
            more["specific_flow"] = NO_HEADWAY_PSM
        kind = {"seam": "opening", "stair end": "stair"}.get(link.kind, link.kind)
        network.connect(
            link.source, link.target, width=link.width_m, kind=kind, length=link.length_m, bidirectional=False, **more
        )
    return network


def _capacity_ps(link: Link) -> float:
    if link.kind == "door":
        return door_capacity_ps(Laws(), link.width_m)
    if link.kind == "seam":
        return seam_capacity_ps(Laws(), link.width_m)
    return stair_capacity_ps(stair_k_mps(RISER_M, TREAD_M), link.width_m)


def with_these(
    layout: Layout, people: Population, *, our_weights: bool = False, **options: Any
) -> jn.NetworkSimulation:
    """Return a simulation of the same persons, in the same order, each walking to its nearest exit."""
    rooms = {i: room for i, space in enumerate(layout.spaces) for room in layout.rooms if room.id == space["id"]}
    groups = []
    for space, x, y, speed in zip(
        people.space.tolist(), people.x.tolist(), people.y.tolist(), people.level_mps.tolist(), strict=True
    ):
        room = rooms[space]
        metres, target = min((hypot(x - a, y - b), name) for name, (a, b) in room.doors.items())
        groups.append(jn.Population(room.id, 1, speed=speed, start_distance=metres + room.besides_m, target=target))
    return _simulation(network_of(layout, our_weights=our_weights), groups, options)


def with_like(layout: Layout, persons: int, **options: Any) -> jn.NetworkSimulation:
    """Return a simulation of people of the same distribution, one group per room, as its users write it."""
    low, high = SPEEDS_MPS
    speed = jn.Normal(*SPEED_MPS, lower=low, upper=high)
    groups = [
        jn.Population(room.id, count, speed=speed, start_distance=jn.Uniform(0.0, 10.0))
        for room, count in zip(layout.rooms, seat_counts(layout, persons), strict=True)
        if count
    ]
    return _simulation(network_of(layout), groups, options)


def _simulation(network: jn.Network, groups: list[jn.Population], options: dict[str, Any]) -> jn.NetworkSimulation:
    return jn.NetworkSimulation(network, groups, max_density=DENSITY_MAX_PM2, t_max=LONGEST_S, **options)
