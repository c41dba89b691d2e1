"""Whole days of calls agree with the hypercube and with Erlang, and a dispatcher with an error is detected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from drillsim.record.trace import Event
from drillsim.verify.harness.case import Case, Harness
from drillsim.verify.harness.staging import empty_plan, location_of, oracle_of
from drillsim.verify.response import days, server_pools
from drillsim.verify.response.days import Team, joined, play_day
from drillsim.verify.response.server_pools import hypercube_cases, pool_cases
from drillsim.verify.theory.batch_means import ratio
from drillsim.verify.theory.cities import QUIZ

ROOT = Path(__file__).resolve().parents[1]
QUICK = Harness(ROOT, share=0.04)
PAIR = Team("pair", QUIZ, "inf", ("room-101", "hall-0"), ("stair-a-0", "stair-a-0"))


def outside(cases: Iterable[Case]) -> list[str]:
    return [case.id for case in cases if case.verdict != "pass"]


# ------------------------------------------------------------------ windows


def test_a_ratio_is_all_parts_over_all_wholes() -> None:
    assert ratio([1, 2, 6], [10, 10, 10]).value == pytest.approx(0.3)
    assert ratio([1, 9], [10, 30]).value == pytest.approx(0.25)


def test_windows_of_equal_length_have_the_error_of_their_mean() -> None:
    parts = [1.0, 2.0, 6.0, 3.0]
    assert ratio(parts, [10.0] * 4).error == pytest.approx(np.std(parts, ddof=1) / 2 / 10)


def test_a_constant_share_has_no_error() -> None:
    assert ratio([1, 2, 3], [2, 4, 6]).error == pytest.approx(0)


def test_nothing_counted_is_no_number() -> None:
    assert np.isnan(ratio([0, 0], [0, 0]).value)


# ------------------------------------------------------------------ a day


def story(*lines: tuple[float, str, str, str, str]) -> list[Event]:
    return [Event(at, who, what, where=where, incident=incident) for at, who, what, where, incident in lines]


DAY = story(
    (1, "c1", "onset", "room-101", "c1"),
    (1, "unit-1", "word", "", "c1"),
    (1, "unit-1", "under-way", "", "c1"),
    (2, "unit-1", "on-scene", "room-101", "c1"),
    (3, "c2", "onset", "hall-0", "c2"),
    (3, "unit-2", "word", "", "c2"),
    (3, "unit-2", "under-way", "", "c2"),
    (3, "unit-2", "on-scene", "hall-0", "c2"),
    (4, "c3", "onset", "hall-0", "c3"),
    (4, "office", "waits", "hall-0", "c3"),
    (6, "unit-1", "free", "", "c1"),
    (6, "unit-1", "dispatched", "hall-0", "c3"),
    (6, "unit-1", "word", "", "c3"),
    (6, "unit-1", "under-way", "", "c3"),
    (9, "unit-1", "on-scene", "hall-0", "c3"),
    (12, "unit-2", "free", "", "c2"),
)


def test_time_is_counted_by_who_is_busy_and_by_who_waits() -> None:
    states, line = days._occupied(PAIR, DAY, np.array([0.0, 5.0, 10.0]))
    assert states.tolist() == [[1, 2, 0, 1], [0, 0, 0, 4]]
    assert line.tolist() == [1, 1]


def test_what_lies_outside_the_windows_is_not_counted() -> None:
    states, line = days._occupied(PAIR, DAY, np.array([5.0, 6.0, 14.0]))
    assert states.tolist() == [[0, 0, 0, 0], [0, 2, 0, 6]]
    assert line.tolist() == [1, 0]


def test_calls_count_where_they_came_up() -> None:
    counts = days._calls(PAIR, DAY, np.array([2.0, 3.5, 20.0]))
    assert counts["calls"].tolist() == [1, 1]
    assert counts["waited"].tolist() == [0, 1]
    assert counts["way_s"].tolist() == [[0, 0], [0, 3]]
    assert counts["sent"].tolist() == [[[0, 0], [0, 1]], [[0, 1], [0, 0]]]


def test_a_unit_is_busy_also_while_somebody_waits() -> None:
    states, line = days._occupied(PAIR, DAY, np.array([0.0, 5.0, 10.0]))
    counts = days._calls(PAIR, DAY, np.array([0.0, 5.0, 10.0]))
    tally = days.Tally(lasts=np.array([5.0, 5.0]), states=states, line=line, **counts)
    assert tally.busy.tolist() == [[4, 2], [5, 5]]


def test_every_call_of_a_day_is_lost_or_sent_to_one_unit() -> None:
    team = replace(PAIR, line="zero")
    day = play_day(team, empty_plan(ROOT, "three_rooms"), calls=400, seed=1, day=0)
    assert day.lost.sum() > 0
    assert (day.lost + day.sent.sum(axis=(1, 2))).tolist() == day.calls.tolist()
    assert day.line.sum() == 0


def test_the_same_day_is_played_again_and_another_is_another() -> None:
    plan = empty_plan(ROOT, "three_rooms")
    one, same, other = (play_day(PAIR, plan, calls=100, seed=1, day=day) for day in (0, 0, 1))
    assert one.calls.tolist() == same.calls.tolist() != other.calls.tolist()
    assert joined([one, other]).calls.tolist() == [*one.calls, *other.calls]


# ------------------------------------------------------------------ theory


@pytest.mark.parametrize("cases", [hypercube_cases, pool_cases])
def test_days_of_calls_agree_with_the_theory(cases: Callable[[Harness], Iterable[Case]]) -> None:
    assert outside(cases(QUICK)) == []


def test_a_slower_unit_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Team.mix

    def second_at_half_speed(team: Team) -> Any:
        first, second, *others = team.city.service
        return honest(replace(team, city=replace(team.city, service=(first, second / 2, *others))))

    monkeypatch.setattr(server_pools, "CITIES", server_pools.CITIES[:1])
    monkeypatch.setattr(Team, "mix", second_at_half_speed)
    assert {"dispatch.quiz-zero.workload-2", "dispatch.quiz-zero.lost"} <= set(outside(hypercube_cases(QUICK)))


def test_a_back_up_that_goes_too_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(days.ANSWERED, "back_up", True)
    assert "dispatch.pool-lost.lost" in outside(pool_cases(QUICK))


def test_units_that_go_back_to_their_posts_first_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule for calls that waited is told apart from the simpler one, that units come from their posts."""

    def from_posts(*, calls: Sequence[float], between: Any) -> float:
        plan = empty_plan(ROOT, "three_rooms")
        goals = [location_of(plan, atom) for atom in server_pools.WALKING.atoms]
        ways_s = [oracle_of(plan).seconds(location_of(plan, post), goals) for post in server_pools.WALKING.posts]
        return float(np.mean(np.array(ways_s) @ np.array(calls) / sum(calls)))

    monkeypatch.setattr(server_pools, "CITIES", ())
    monkeypatch.setattr(server_pools, "last_call_travel", from_posts)
    assert "dispatch.walking-inf.way-after-wait-s" in outside(hypercube_cases(QUICK))


@pytest.mark.parametrize(("deep", "within"), [(True, 0.005), (False, 4 * ratio([1, 2, 3, 2], [4, 4, 4, 4]).error)])
def test_a_share_is_held_to_half_a_percent_only_with_many_calls(deep: bool, within: float) -> None:
    tally = play_day(PAIR, empty_plan(ROOT, "three_rooms"), calls=50, seed=1, day=0)
    against = server_pools._Against(Harness(ROOT, deep=deep), PAIR, tally, "a book")
    parts, wholes = np.array([1.0, 2, 3, 2]), np.full(4, 4.0)
    assert against.share("share", 0.5, parts, wholes).tolerance == pytest.approx(within)
    assert against.mean("mean", 0.5, parts, wholes).tolerance == pytest.approx(4 * ratio(parts, wholes).error)


def test_one_share_far_off_among_many_is_found_out() -> None:
    tally = play_day(PAIR, empty_plan(ROOT, "three_rooms"), calls=50, seed=1, day=0)
    against = server_pools._Against(Harness(ROOT), PAIR, tally, "a book")
    parts = np.array([[1.0, 9.0], [2.0, 8.0], [3.0, 7.0], [2.0, 8.0]])
    assert against.shares("shares", [0.2, 0.8], parts, np.full(4, 10.0)).verdict == "pass"
    assert against.shares("shares", [0.2, 0.5], parts, np.full(4, 10.0)).verdict == "outside"
