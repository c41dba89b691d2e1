"""The compiled search and the same functions without a compiler find the same ways, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from depth import cases
from drillsim.plan import kernel
from drillsim.plan.routes import HOP_S, TIE_S
from drillsim.plan.sums import least_sums


@pytest.fixture(scope="module")
def school(secondary):
    return ds.build(secondary)


def plain(function):
    return getattr(function, "py_func", function)


@settings(max_examples=cases(20), deadline=None)
@given(st.integers(0, 109), st.integers(0, 109), st.integers(0, 1000))
def test_ways_are_the_same_with_and_without_a_compiler(school, start, goal, luck):
    random = np.random.default_rng(luck)
    passing = np.where(random.random(2 * school.ways) < 0.1, np.inf, 10 * random.random(2 * school.ways))
    tails = school.legs_from(goal, school.representative_point(goal))
    legs = school.legs_from(start, school.representative_point(start))
    beside, first = school.doorsteps(goal), school.doorsteps(start) ^ 1

    def found(least_times, least_way):
        left = least_times(*school.backwards, 1.3, passing, HOP_S, False, beside, tails / 1.3)
        way = least_way(*school.onwards, 1.3, passing, HOP_S, TIE_S, left, beside, tails, first, legs, np.inf)
        return left.tolist(), way[0], way[1].tolist()

    assert found(kernel.least_times, kernel.least_way) == found(plain(kernel.least_times), plain(kernel.least_way))


@settings(max_examples=cases(20), deadline=None)
@given(st.integers(0, 109), st.integers(0, 1000))
def test_least_times_equal_those_of_scipy(school, goal, luck):
    passing = 10 * np.random.default_rng(luck).random(2 * school.ways)
    step, node = school.steps, int(school.doorsteps(goal)[0])
    length = step.leg_m / 1.3 + passing[step.end] + HOP_S
    own = kernel.least_times(*school.backwards, 1.3, passing, HOP_S, False, np.array([node]), np.zeros(1))
    assert own.tolist() == least_sums(2 * school.ways, step.end, step.start, length, [node])[0].tolist()
