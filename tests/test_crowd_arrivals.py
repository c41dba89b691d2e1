"""People who arrive during a drill: their times, their groups, and the draws of all others, which stay the same."""

# mypy: disable-error-code="index, union-attr"
# (a None where a value is expected fails the test by itself)

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from crowd_worlds import box, door, plan_of
from drillsim.crowd.arrivals import ArrivalSource, add_arrivals, arrival_times
from drillsim.crowd.population import GroupLaw, Population, draw_population
from drillsim.crowd.seating import place_people
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import build
from drillsim.quantities import spread
from drillsim.streams.streams import Streams

PREMOVEMENT = spread({"low": "5 s", "high": "30 s"}, "time")
PUPILS = GroupLaw("pupils", 0.9, spread({"low": "0.8 m/s", "high": "1.9 m/s"}, "speed"), PREMOVEMENT)
SLOW = GroupLaw("slow", 0.1, spread("0.5 m/s", "speed"), PREMOVEMENT)
VISITORS = GroupLaw("visitors", 1.0, spread("1.2 m/s", "speed"), PREMOVEMENT)
FIELDS = ("space", "x", "y", "seat", "level_mps", "premovement_s", "group")
DRAWS = ("x", "y", "level_mps")
LOBBY = ArrivalSource(space=1, number=0, rate_ps=0.5, from_s=0.0, to_s=600.0, groups=(PUPILS, SLOW))
YARD = ArrivalSource(space=0, number=0, rate_ps=0.2, from_s=60.0, to_s=300.0, groups=(VISITORS,))


@pytest.fixture(scope="module")
def plan() -> FloorPlan:
    rooms = [
        ("yard", "corridor", box(0, 0, 10, 10)),
        ("lobby", "lobby", [[20, 0], [30, 0], [30, 4], [24, 4], [24, 10], [20, 10]]),
    ]
    made = plan_of(rooms, [door("e", "yard", "outside", 0, 5)])
    return made.model_copy(update={"spaces": tuple(s.model_copy(update={"people": 20}) for s in made.spaces)})


def here(plan: FloorPlan, streams: Streams) -> Population:
    return draw_population(place_people(build(plan), plan, None), streams, (PUPILS, SLOW))


def everybody(plan: FloorPlan, *sources: ArrivalSource, seed: int = 1) -> Population:
    streams = Streams(seed, "f")
    return add_arrivals(here(plan, streams), plan, sources, streams)


def came(people: Population, space: int) -> NDArray[np.intp]:
    assert people.arrives_s is not None
    return np.flatnonzero(~np.isnan(people.arrives_s) & (people.space == space))


def test_without_a_source_everybody_is_there_from_the_start(plan: FloorPlan) -> None:
    assert everybody(plan).arrives_s is None


def test_those_from_the_start_keep_their_numbers_and_their_draws(plan: FloorPlan) -> None:
    before, after = everybody(plan), everybody(plan, LOBBY, YARD)
    for name in FIELDS:
        assert getattr(after, name)[: len(before)].tolist() == getattr(before, name).tolist()
    assert np.isnan(after.arrives_s[: len(before)]).all()
    assert not np.isnan(after.arrives_s[len(before) :]).any()


def test_they_come_one_after_the_other_within_the_time_of_their_source(plan: FloorPlan) -> None:
    people = everybody(plan, YARD)
    times = people.arrives_s[came(people, 0)]
    assert (times.min() >= 60, times.max() < 300, (np.diff(times) > 0).all()) == (True, True, True)


def test_they_come_at_random_with_the_rate_of_their_source() -> None:
    gaps = np.diff(arrival_times(replace(LOBBY, to_s=20_000.0), "lobby/0", Streams(7, "f")), prepend=0.0)
    assert stats.kstest(gaps, stats.expon(scale=2.0).cdf).pvalue > 0.05


def test_their_number_has_the_mean_and_the_variance_of_a_poisson_law() -> None:
    counts = [len(arrival_times(YARD, "yard/0", Streams(seed, "f"))) for seed in range(400)]
    mean = 0.2 * 240
    assert np.mean(counts) == pytest.approx(mean, abs=4 * np.sqrt(mean / 400))
    assert np.var(counts) == pytest.approx(mean, rel=4 * np.sqrt(2 / 400))


def test_they_start_anywhere_on_the_floor_of_their_space(plan: FloorPlan) -> None:
    people = everybody(plan, replace(LOBBY, to_s=6000.0))
    inside = came(people, 1)
    x, y = people.x[inside], people.y[inside]
    assert ((x >= 20) & (x <= 30) & (y >= 0) & (y <= 10) & ((x <= 24) | (y <= 4))).all()
    assert (x > 24).mean() == pytest.approx(24 / 64, abs=0.03)


def test_they_leave_at_once(plan: FloorPlan) -> None:
    people = everybody(plan, LOBBY)
    assert set(people.premovement_s[came(people, 1)]) == {0.0}


def test_a_source_of_one_group_brings_that_group_alone(plan: FloorPlan) -> None:
    people = everybody(plan, YARD)
    assert people.groups == ("pupils", "slow", "visitors")
    assert people.in_group("visitors").tolist() == came(people, 0).tolist()
    assert set(people.level_mps[came(people, 0)]) == {1.2}


def test_a_source_of_no_group_brings_everybody_by_their_shares(plan: FloorPlan) -> None:
    people = everybody(plan, replace(LOBBY, to_s=6000.0))
    assert (people.group[came(people, 1)] == 1).mean() == pytest.approx(0.1, abs=0.02)


def test_another_source_leaves_every_other_arrival_alone(plan: FloorPlan) -> None:
    one, both = everybody(plan, LOBBY), everybody(plan, YARD, LOBBY, replace(LOBBY, number=1))
    same = [both.slots.index(slot) for slot in one.slots]
    for name in (*DRAWS, "arrives_s"):
        assert np.array_equal(getattr(both, name)[same], getattr(one, name), equal_nan=True)


def test_two_sources_of_one_space_are_two(plan: FloorPlan) -> None:
    people = everybody(plan, LOBBY, replace(LOBBY, number=1))
    assert len(set(people.slots)) == len(people)
    assert len(set(people.arrives_s[came(people, 1)])) == len(came(people, 1))


@pytest.mark.parametrize("to_s", [600.001, 1200.0, 50_000.0])
def test_a_later_end_keeps_those_who_came_before(plan: FloorPlan, to_s: float) -> None:
    short, long = everybody(plan, LOBBY), everybody(plan, replace(LOBBY, to_s=to_s))
    assert long.slots[: len(short)] == short.slots
    for name in (*DRAWS, "arrives_s"):
        assert np.array_equal(getattr(long, name)[: len(short)], getattr(short, name), equal_nan=True)
    assert (long.arrives_s[len(short) :] >= 600).all()


def test_a_source_that_ends_before_anybody_comes_brings_nobody(plan: FloorPlan) -> None:
    people = everybody(plan, replace(LOBBY, to_s=1e-9), replace(YARD, to_s=10.0))
    assert (len(people), people.arrives_s.shape) == (40, (40,))


def test_another_seed_brings_others(plan: FloorPlan) -> None:
    assert everybody(plan, LOBBY, seed=1).arrives_s.tolist() != everybody(plan, LOBBY, seed=2).arrives_s.tolist()
