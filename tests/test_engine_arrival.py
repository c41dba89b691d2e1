"""A unit in an empty building arrives at onset + legs + shortest path / its speeds; networkx judges the path."""

from __future__ import annotations

import math
from typing import Any

import networkx as nx
import numpy as np
import pytest

import drillsim as ds
from plays import mix, scenario, stamps

Spot = tuple[int, tuple[float, ...]]
"""A space and a point in it."""


def judge_s(plan: ds.FloorPlan, start: Spot, goal: Spot, *, level: float, up: float, down: float) -> float:
    """Least seconds by networkx over midpoints of openings, with legs measured on the plan's own network."""
    network = ds.build(plan)
    graph: nx.DiGraph[Any] = nx.DiGraph()
    for space, ways in enumerate(network.space_ways):
        for i, a in enumerate(ways):
            for j, b in enumerate(ways):
                if i != j:
                    graph.add_edge((a, space), (b, space), weight=network.space_dist[space][i, j] / level)
    for way in range(network.ways):
        near, far = (int(s) for s in network.way_spaces[way])
        if near < 0 or far < 0:
            continue
        metres = float(network.way_crossing_m[way])
        graph.add_edge((way, near), (way, far), weight=metres / up)
        graph.add_edge((way, far), (way, near), weight=metres / down)
    (here, at), (there, to) = start, goal
    for i, way in enumerate(network.space_ways[here]):
        graph.add_edge("start", (way, here), weight=float(network.distances(here, np.array([at]))[0][i]) / level)
    for i, way in enumerate(network.space_ways[there]):
        graph.add_edge((way, there), "goal", weight=float(network.distances(there, np.array([to]))[0][i]) / level)
    if here == there:
        graph.add_edge("start", "goal", weight=network.distance(here, at, to) / level)
    return nx.shortest_path_length(graph, "start", "goal", weight="weight")


def emptied(plan: ds.FloorPlan) -> ds.FloorPlan:
    return plan.model_copy(update={"spaces": tuple(s.model_copy(update={"people": 0}) for s in plan.spaces)})


@pytest.mark.parametrize("school", ["primary", "secondary"])
def test_unit_arrives_at_onset_plus_legs_plus_least_path(school: str, request: pytest.FixtureRequest) -> None:
    plan = emptied(request.getfixturevalue(school))
    places = [s for s in plan.spaces if s.use in ("classroom", "library", "gym", "cafeteria", "office")][::7]
    network = ds.build(plan)
    post = next(p for p in plan.posts if p.id == "front-desk")
    start = (plan.space_index[post.space], (post.at[0], post.at[1]))
    for place in places:
        goal_space = plan.space_index[place.id]
        goal = (goal_space, tuple(float(v) for v in network.representative_point(goal_space)))
        drill = scenario("behaviour", place.id)
        trace = ds.simulate(drill, plan, mix({"id": "u", "role": "sro", "post": "front-desk"}), seed=1)
        walk = judge_s(plan, start, goal, level=2.5, up=0.9, down=1.2)
        assert stamps(trace, "on-scene", "u")[0] == pytest.approx(25.0 + walk, abs=1e-9), place.id


def test_judge_sees_the_stairs(secondary: ds.FloorPlan) -> None:
    upstairs = next(s for s in secondary.spaces if s.use == "library")
    network = ds.build(secondary)
    goal = (secondary.space_index[upstairs.id], tuple(network.representative_point(secondary.space_index[upstairs.id])))
    post = next(p for p in secondary.posts if p.id == "front-desk")
    start = (secondary.space_index[post.space], post.at)
    slow = judge_s(secondary, start, goal, level=2.5, up=0.45, down=1.2)
    fast = judge_s(secondary, start, goal, level=2.5, up=0.9, down=1.2)
    assert math.isfinite(slow)
    assert slow > fast
