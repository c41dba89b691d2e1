"""Route search: interpreted and compiled code agree to the last bit, and both agree with SciPy."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from depth import cases
from drillsim.plan import shortest_paths_compiled
from drillsim.plan.network import Network, shortest_distances
from drillsim.plan.routes import EDGE_PENALTY_S, TIE_S


@pytest.fixture(scope="module")
def school(secondary: ds.FloorPlan) -> Network:
    return ds.build(secondary)


@settings(max_examples=cases(20), deadline=None)
@given(st.integers(0, 109), st.integers(0, 109), st.integers(0, 1000))
def test_compiled_searches_find_the_same_ways(school: Network, start: int, goal: int, luck: int) -> None:
    random = np.random.default_rng(luck)
    passing = np.where(random.random(2 * school.ways) < 0.1, np.inf, 10 * random.random(2 * school.ways))
    tails = school.distances_from(goal, school.representative_point(goal))
    legs = school.distances_from(start, school.representative_point(start))
    beside, first = school.nodes_in(goal), school.nodes_in(start) ^ 1

    def found(shortest_times: Any, shortest_path: Any) -> tuple[Any, ...]:
        costs = (1.3, passing, EDGE_PENALTY_S)
        left = shortest_times(school.incoming, costs, False, (beside, tails / 1.3))
        way = shortest_path(school.outgoing, costs, TIE_S, left, (first, legs, np.inf), (beside, tails))
        return left.tolist(), way[0], way[1].tolist()

    assert found(*shortest_paths_compiled.compiled_search()) == found(
        shortest_paths_compiled.shortest_times, shortest_paths_compiled.shortest_path
    )


def test_without_a_compiler_the_search_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "drillsim.jit", None)
    assert shortest_paths_compiled.compiled_search.__wrapped__() == (
        shortest_paths_compiled.shortest_times,
        shortest_paths_compiled.shortest_path,
    )


@settings(max_examples=cases(20), deadline=None)
@given(st.integers(0, 109), st.integers(0, 1000))
def test_least_times_equal_those_of_scipy(school: Network, goal: int, luck: int) -> None:
    passing = 10 * np.random.default_rng(luck).random(2 * school.ways)
    step, node = school.edges, int(school.nodes_in(goal)[0])
    length = step.leg_m / 1.3 + passing[step.end] + EDGE_PENALTY_S
    shortest_times, _ = shortest_paths_compiled.compiled_search()
    own = shortest_times(school.incoming, (1.3, passing, EDGE_PENALTY_S), False, (np.array([node]), np.zeros(1)))
    assert own.tolist() == shortest_distances(2 * school.ways, step.end, step.start, length, [node])[0].tolist()
