"""The search for ways, as it is and compiled, finds the same to the last bit, and what scipy finds."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from depth import cases
from drillsim.plan import shortest_paths_compiled
from drillsim.plan.routes import HOP_S, TIE_S
from drillsim.plan.shortest_paths import least_sums


@pytest.fixture(scope="module")
def school(secondary):
    return ds.build(secondary)


@settings(max_examples=cases(20), deadline=None)
@given(st.integers(0, 109), st.integers(0, 109), st.integers(0, 1000))
def test_compiled_searches_find_the_same_ways(school, start, goal, luck):
    random = np.random.default_rng(luck)
    passing = np.where(random.random(2 * school.ways) < 0.1, np.inf, 10 * random.random(2 * school.ways))
    tails = school.legs_from(goal, school.representative_point(goal))
    legs = school.legs_from(start, school.representative_point(start))
    beside, first = school.doorsteps(goal), school.doorsteps(start) ^ 1

    def found(least_times, least_way):
        left = least_times(*school.backwards, 1.3, passing, HOP_S, False, beside, tails / 1.3)
        way = least_way(*school.onwards, 1.3, passing, HOP_S, TIE_S, left, beside, tails, first, legs, np.inf)
        return left.tolist(), way[0], way[1].tolist()

    assert found(*shortest_paths_compiled.compiled_search()) == found(
        shortest_paths_compiled.least_times, shortest_paths_compiled.least_way
    )


def test_without_a_compiler_the_search_stays_as_it_is(monkeypatch):
    monkeypatch.setitem(sys.modules, "drillsim.jit", None)
    assert shortest_paths_compiled.compiled_search.__wrapped__() == (
        shortest_paths_compiled.least_times,
        shortest_paths_compiled.least_way,
    )


@settings(max_examples=cases(20), deadline=None)
@given(st.integers(0, 109), st.integers(0, 1000))
def test_least_times_equal_those_of_scipy(school, goal, luck):
    passing = 10 * np.random.default_rng(luck).random(2 * school.ways)
    step, node = school.steps, int(school.doorsteps(goal)[0])
    length = step.leg_m / 1.3 + passing[step.end] + HOP_S
    least_times, _ = shortest_paths_compiled.compiled_search()
    own = least_times(*school.backwards, 1.3, passing, HOP_S, False, np.array([node]), np.zeros(1))
    assert own.tolist() == least_sums(2 * school.ways, step.end, step.start, length, [node])[0].tolist()
