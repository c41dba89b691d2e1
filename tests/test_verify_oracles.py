"""The closed forms of verify give the published numbers, keep their border cases, and agree with each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drillsim.verify.theory.cities import QUIZ, THREE, rectangular_city, square_mile_grid
from drillsim.verify.theory.easi import (
    ResponseTime,
    Task,
    critical_detection_point,
    easi,
    easi_by_critical_point,
    easi_mc,
)
from drillsim.verify.theory.expected_values import (
    duty_shares,
    last_call_travel,
    main_effect,
    mean_exposure,
    mobile_travel,
    patrol_travel,
)
from drillsim.verify.theory.hypercube import correction, hypercube, larson_workloads
from drillsim.verify.theory.queueing import erlang_b, erlang_c, mmc

BASELINE = [Task(0, 10, 3), Task(0, 12, 3.6), Task(0.9, 90, 27), Task(0, 10, 3), Task(0.9, 90, 27), Task(0, 120, 36)]
RESPONSE = ResponseTime(communication=0.95, mean_s=300, sd_s=90)

rates = st.floats(0.05, 3.0)
tasks = st.lists(
    st.builds(Task, st.floats(0, 1), st.floats(1, 200), st.floats(0.1, 40), st.sampled_from("BME")),
    min_size=1,
    max_size=6,
)


def at(place: Literal["B", "M", "E"]) -> list[Task]:
    return [replace(t, place=place) for t in BASELINE]


# ------------------------------------------------------------------ the timeline race


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 0.47604),
        ({"tasks": at("M")}, 0.31942),
        ({"tasks": at("E")}, 0.18516),
        ({"tasks": [Task(0.9, 10, 3), *BASELINE[1:]]}, 0.57811),
        ({"response": ResponseTime(0.95, 200, 60)}, 0.83051),
        ({"miss": "detection-and-communication"}, 0.48318),
        ({"cdf": "logistic"}, 0.47764),
        ({"tasks": [Task(1, 90, 27), *BASELINE[3:]], "response": ResponseTime(1, 300, 90)}, 0.53822),
        ({"tasks": [Task(1, 90, 27), *BASELINE[5:]], "response": ResponseTime(1, 300, 90)}, 0.18555),
    ],
)
def test_worked_example_and_its_variants(changes: dict[str, Any], expected: float) -> None:
    assert easi(**{"tasks": BASELINE, "response": RESPONSE, **changes}) == pytest.approx(expected, abs=5e-6)


def test_variance_rule_matters_only_for_detection_in_the_middle() -> None:
    for tasks in (at("B"), at("E")):
        one, other = (easi(tasks=tasks, response=RESPONSE, variance=v) for v in ("weight-squared", "weight"))
        assert one == other
    assert easi(tasks=at("M"), response=RESPONSE, variance="weight") == pytest.approx(0.32056, abs=5e-6)


@pytest.mark.parametrize("miss", ["detection", "detection-and-communication"])
@pytest.mark.parametrize("place", ["B", "E"])
def test_drawn_races_agree_with_the_closed_form(miss: Any, place: Any) -> None:
    share, error = easi_mc(tasks=at(place), response=RESPONSE, draws=200_000, seed=4, miss=miss)
    assert share == pytest.approx(easi(tasks=at(place), response=RESPONSE, miss=miss), abs=4 * error)


def test_drawn_races_in_the_middle_follow_the_squared_weight() -> None:
    share, error = easi_mc(tasks=at("M"), response=RESPONSE, draws=2_000_000, seed=4)
    assert share == pytest.approx(easi(tasks=at("M"), response=RESPONSE), abs=2 * error)
    assert abs(share - easi(tasks=at("M"), response=RESPONSE, variance="weight")) > 2 * error


def test_lognormal_times_give_another_chance() -> None:
    share, error = easi_mc(tasks=BASELINE, response=RESPONSE, draws=500_000, seed=4, dist="lognormal")
    assert share == pytest.approx(0.5041, abs=4 * error)
    assert share > easi(tasks=BASELINE, response=RESPONSE) + 10 * error


def test_the_same_seed_draws_the_same_races() -> None:
    one, same, other = (easi_mc(tasks=BASELINE, response=RESPONSE, draws=1000, seed=seed) for seed in (4, 4, 5))
    assert one == same != other


def test_lognormal_times_keep_mean_and_spread() -> None:
    alone = Task(1.0, 100, 30)
    median = ResponseTime(1.0, 100 / 1.09**0.5, 0.0)  # the median of mean 100, sd 30
    share, error = easi_mc(tasks=[alone], response=median, draws=200_000, seed=1, dist="lognormal")
    assert share == pytest.approx(0.5, abs=4 * error)


def test_no_path_is_never_interrupted() -> None:
    assert easi(tasks=[], response=RESPONSE) == 0
    assert easi_mc(tasks=[], response=RESPONSE, draws=10, seed=1) == (0, 0)
    assert critical_detection_point(tasks=[], response_s=1) is None
    assert easi_by_critical_point(tasks=[], response_s=1) == 0


def test_critical_detection_point_is_the_last_door_still_in_time() -> None:
    assert critical_detection_point(tasks=BASELINE, response_s=300) == 2
    assert easi_by_critical_point(tasks=BASELINE, response_s=300) == pytest.approx(0.9)
    assert easi_by_critical_point(tasks=BASELINE, response_s=200) == pytest.approx(0.99)


def test_exactly_the_response_time_left_is_too_late() -> None:
    assert critical_detection_point(tasks=[Task(1, 100, 0)], response_s=100) is None
    assert critical_detection_point(tasks=[Task(1, 100, 0)], response_s=99) == 0
    assert easi(tasks=[Task(1, 100, 0)], response=ResponseTime(1, 100, 0)) == 0.5


@given(tasks, st.floats(1, 600))
def test_without_spread_the_critical_point_tells_all(path: list[Task], response_s: float) -> None:
    still = [replace(t, sd_s=0.0) for t in path]
    chance = easi(tasks=still, response=ResponseTime(1.0, response_s + 1e-3, 0.0))
    assert chance == pytest.approx(easi_by_critical_point(tasks=still, response_s=response_s + 1e-3))


@given(tasks, st.floats(1, 600), st.floats(1, 100))
def test_a_slower_response_never_interrupts_more(path: list[Task], response_s: float, later_s: float) -> None:
    quick, slow = (easi(tasks=path, response=ResponseTime(0.9, r, 60)) for r in (response_s, response_s + later_s))
    assert 0 <= slow <= quick <= 1


# ------------------------------------------------------------------ lines


def test_three_and_two_servers_with_one_and_a_half_calls() -> None:
    three, two = mmc(servers=3, load=1.5), mmc(servers=2, load=1.5)
    assert (three.waiting, two.waiting) == pytest.approx((0.237, 1.929), abs=5e-4)
    assert (three.empty, two.empty) == pytest.approx((0.211, 0.143), abs=5e-4)
    assert three.waits == pytest.approx(0.23684, abs=5e-6)
    assert three.wait == pytest.approx(three.waiting / 1.5)


def test_one_server_waits_as_long_as_the_textbook_says() -> None:
    assert mmc(servers=1, load=0.75).waiting == pytest.approx(0.75**2 / 0.25)


def test_erlang_b_of_three_servers() -> None:
    assert erlang_b(servers=3, load=1.5) == pytest.approx(0.13433, abs=5e-6)
    assert [erlang_b(servers=c, load=12 / 6.5 / 4) for c in (1, 2, 3)] == pytest.approx([0.316, 0.068, 0.010], abs=5e-4)


def test_borders_of_the_two_formulas() -> None:
    assert erlang_b(servers=0, load=2) == 1
    assert erlang_b(servers=2, load=0) == 0
    assert erlang_c(servers=2, load=2) == 1


@pytest.mark.parametrize("load", [0.0, 2.0, 3.0])
def test_a_line_that_does_not_settle_is_refused(load: float) -> None:
    with pytest.raises(ValueError, match="does not settle"):
        mmc(servers=2, load=load)


# ------------------------------------------------------------------ hypercube


def solve(city: Any, line: Any) -> Any:
    return hypercube(calls=city.calls, preference=city.preference, service=city.service, line=line)


def test_two_patrols_of_the_quiz() -> None:
    found = solve(QUIZ, "zero")
    assert found.workloads == pytest.approx([2 / 5, 2 / 5], abs=1e-12)
    assert found.states[0b11] == found.loss == pytest.approx(1 / 5, abs=1e-12)
    assert found.dispatches[0] == pytest.approx([3 / 8, 1 / 8], abs=1e-12)
    assert found.travel(QUIZ.travel) == pytest.approx(5 / 6, abs=1e-12)


@pytest.mark.parametrize("cells", [1, 2, 5])
def test_miles_of_the_quiz_follow_from_where_the_patrols_are(cells: int) -> None:
    presence = np.kron(np.eye(2), np.full(cells**2, 1 / cells**2))
    by_cells = mobile_travel(presence=presence, between=square_mile_grid(cells)) @ presence.T
    assert by_cells == pytest.approx(np.array(QUIZ.travel), abs=1e-12)


@pytest.mark.parametrize(("boundary_mi", "miles", "apart"), [(0.5, 0.46246, 0.05236), (53 / 126, 0.46166, 0.04405)])
def test_rectangular_city_at_both_boundaries(boundary_mi: float, miles: float, apart: float) -> None:
    city = rectangular_city(boundary_mi)
    found = solve(city, "zero")
    assert found.travel(city.travel) == pytest.approx(miles, abs=5e-6)
    assert found.workloads[0] - found.workloads[1] == pytest.approx(apart, abs=1e-5)


def test_rectangular_city_keeps_unit_one_busier() -> None:
    assert solve(rectangular_city(0.5), "zero").workloads == pytest.approx([0.49010, 0.43773], abs=1e-5)


def test_nearest_is_not_best_in_the_rectangular_city() -> None:
    def miles(w: float) -> float:
        city = rectangular_city(w)
        return float(solve(city, "zero").travel(city.travel))

    best = 53 / 126
    assert miles(best) < min(miles(best - 0.01), miles(best + 0.01), miles(0.5))


def test_workloads_of_the_three_server_city() -> None:
    assert solve(THREE, "inf").workloads == pytest.approx([0.5574, 0.4734, 0.4693], abs=5e-5)


def test_states_of_the_three_server_city() -> None:
    states = [0.21053, 0.13669, 0.08863, 0.09489, 0.09047, 0.08894, 0.05301, 0.11842]
    assert solve(THREE, "inf").states == pytest.approx(states, abs=5e-6)


def test_wait_and_loss_of_the_three_server_city_are_erlangs() -> None:
    assert solve(THREE, "inf").waits == pytest.approx(erlang_c(servers=3, load=1.5))
    assert solve(THREE, "zero").loss == pytest.approx(erlang_b(servers=3, load=1.5))


def test_correction_factors_of_three_units() -> None:
    assert [correction(units=3, load=0.5, others=j) for j in range(3)] == pytest.approx([1, 0.73684, 0.63158], abs=5e-6)


def test_larsons_approximation_of_the_three_server_city() -> None:
    third = larson_workloads(calls=THREE.calls, preference=THREE.preference, units=3, rounds=3)
    limit = larson_workloads(calls=THREE.calls, preference=THREE.preference, units=3)
    assert third == pytest.approx([0.5627, 0.4716, 0.4657], abs=1e-4)
    assert third == pytest.approx([0.5628, 0.4716, 0.4657], abs=5e-5)
    assert limit == pytest.approx([0.5626, 0.4717, 0.4657], abs=5e-5)


city_of_three = st.tuples(
    st.lists(rates, min_size=2, max_size=2),
    st.lists(st.permutations([0, 1, 2]), min_size=2, max_size=2),
    st.lists(st.floats(2.5, 6.0), min_size=3, max_size=3),
    st.sampled_from(["zero", "inf"]),
)


@given(city_of_three)
def test_what_units_finish_is_what_they_are_sent_to(city: Any) -> None:
    calls, preference, service, line = city
    found = hypercube(calls=calls, preference=preference, service=service, line=line)
    assert found.dispatches.sum() == pytest.approx(1)
    assert found.workloads @ np.array(service) == pytest.approx(sum(calls) * (1 - found.loss))
    assert found.workloads * np.array(service) == pytest.approx(
        found.dispatches.sum(axis=1) * sum(calls) * (1 - found.loss)
    )


@given(st.lists(rates, min_size=3, max_size=3), st.lists(st.permutations([0, 1, 2]), min_size=3, max_size=3))
def test_equal_units_count_like_one_line_whatever_the_preferences(calls: list[float], preference: list[Any]) -> None:
    service = [sum(calls)] * 3  # a load of 1 on 3 units
    found = hypercube(calls=calls, preference=preference, service=service, line="inf")
    assert found.waits == pytest.approx(erlang_c(servers=3, load=1))
    assert found.states[0] == pytest.approx(mmc(servers=3, load=1).empty)


def test_who_waits_is_reached_from_another_call() -> None:
    found = solve(THREE, "inf")
    between = np.full((4, 4), 10.0)
    from_call = last_call_travel(calls=THREE.calls, between=between)
    assert from_call == pytest.approx(10)
    assert found.travel(np.zeros((3, 4)), after_wait=from_call) == pytest.approx(found.waits * 10)
    assert found.travel(np.full((3, 4), 10.0)) == pytest.approx(10)


def test_an_incomplete_preference_is_refused() -> None:
    with pytest.raises(ValueError, match="each of the 2 units once"):
        hypercube(calls=[1], preference=[[0]], service=[1, 1], line="zero")


def test_an_endless_line_that_grows_is_refused() -> None:
    with pytest.raises(ValueError, match="do not settle"):
        hypercube(calls=[2], preference=[[0, 1]], service=[1, 1], line="inf")


# ------------------------------------------------------------------ means


def test_a_week_of_duties_is_its_hours() -> None:
    turns = np.roll(np.eye(4), 1, axis=1)
    shares = duty_shares(follows=turns, stay_h=[20, 10, 5, 6.5])
    assert shares == pytest.approx(np.array([20, 10, 5, 6.5]) / 41.5)


def test_duties_that_come_more_often_weigh_more() -> None:
    shares = duty_shares(follows=np.array([[0, 1, 0], [0.5, 0, 0.5], [0, 1, 0]]), stay_h=[1, 1, 1])
    assert shares == pytest.approx([0.25, 0.5, 0.25])


def test_chances_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="adds up to 1"):
        duty_shares(follows=np.array([[0.5, 0.4], [1, 0]]), stay_h=[1, 1])
    with pytest.raises(ValueError, match="adds up to 1"):
        mobile_travel(presence=[[0.5, 0.4]], between=np.eye(2))


def test_a_patrol_costs_its_places_by_their_shares() -> None:
    assert patrol_travel(presence=[0.75, 0.25], between=[[0, 8], [4, 2]], calls=[3, 1]) == pytest.approx(
        (3 / 4) * (0.25 * 4) + (1 / 4) * (0.75 * 8 + 0.25 * 2)
    )


def test_exposure_is_people_near_times_duration() -> None:
    assert mean_exposure(persons_near=[30, 10], calls=[1, 3], unresolved_s=60) == pytest.approx(15 * 60)
    assert mean_exposure(persons_near=[0], calls=[1], unresolved_s=60) == 0


def test_a_main_effect_is_the_difference_of_the_means() -> None:
    cells: dict[tuple[int, ...], list[float]] = {
        (a, b): [a * 10 + b + noise for noise in (0.0, 2.0, 4.0)] for a in (0, 1) for b in (0, 1)
    }
    assert main_effect(cells, 0) == pytest.approx((10, 0))
    assert main_effect(cells, 1) == pytest.approx((1, 0))


def test_the_error_of_an_effect_is_that_of_paired_differences() -> None:
    cells: dict[tuple[int, ...], list[float]] = {(0,): [0.0, 0.0, 0.0, 0.0], (1,): [1.0, 3.0, 1.0, 3.0]}
    assert main_effect(cells, 0) == pytest.approx((2, np.std([1, 3, 1, 3], ddof=1) / 2))
