"""Played drills agree with the closed forms: arrival, patrols, exposure, duties, directions, and a published exercise."""

# mypy: disable-error-code="comparison-overlap"
# (pytest.approx equals the numbers it is near to)

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from drillsim.verify.harness import staging
from drillsim.verify.harness.case import Case, Harness
from drillsim.verify.harness.staging import empty_plan, location_of, oracle_of, shipped_plan, what_if
from drillsim.verify.harness.workers import pool
from drillsim.verify.response import monotonicity, occupancy, travel
from drillsim.verify.response.monotonicity import monotone_cases
from drillsim.verify.response.occupancy import duty_cases, exposure_cases
from drillsim.verify.response.simex import simex_cases
from drillsim.verify.response.travel import arrival_cases, patrol_cases
from drillsim.verify.suite import SUITES

BENCH = Harness(Path(__file__).resolve().parents[1])


@pytest.mark.parametrize("cases", [arrival_cases, patrol_cases, exposure_cases, duty_cases])
def test_drills_agree_with_their_closed_form(cases: Callable[..., Iterable[Case]]) -> None:
    assert [c for c in cases(BENCH) if c.verdict != "pass"] == []


def test_an_officer_who_runs_faster_than_the_judge_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(staging.STEADY_ROLE, "run", "2.6 m/s")
    monkeypatch.setattr(travel, "SCHOOLS", ("three_rooms",))
    assert [c.verdict for c in arrival_cases(BENCH)] == ["outside"]


def test_an_officer_who_is_slower_on_stairs_than_the_judge_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(staging.STEADY_ROLE, "stair_up", "0.8 m/s")
    monkeypatch.setattr(travel, "SCHOOLS", ("three_rooms",))
    assert [c.verdict for c in arrival_cases(BENCH)] == ["outside"]


def test_a_patrol_that_stands_elsewhere_than_the_judge_thinks_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = empty_plan(BENCH.inputs, "three_rooms")
    shorter = staging.mix_from([{"id": "officer", "role": "steady", "patrol": travel.ROUND[:3], "stays": "30 s"}])
    monkeypatch.setattr(travel, "_patrol", lambda _pace: shorter)
    assert travel._patrol_that_only_stands(BENCH, plan).verdict == "outside"


def test_the_judge_knows_the_shortest_way_of_the_three_rooms() -> None:
    plan = shipped_plan(BENCH.inputs, "three_rooms")
    desk, room = location_of(plan, "front-desk"), location_of(plan, "room-101")
    d_101 = (7 + 7.915) / 2
    metres = ((d_101 - 2) ** 2 + 1.5**2) ** 0.5 + ((d_101 - 4.5) ** 2 + 4.5**2) ** 0.5
    assert oracle_of(plan).seconds(desk, [room, desk]) == pytest.approx([metres / 2.5, 0])


def test_the_judge_climbs_slower_than_it_comes_down() -> None:
    plan = shipped_plan(BENCH.inputs, "three_rooms")
    up, down = (oracle_of(plan).seconds(location_of(plan, a), [location_of(plan, b)])[0] for a, b in (
        ("hall-0", "hall-1"), ("hall-1", "hall-0")
    ))  # fmt: skip
    assert up - down == pytest.approx(10.49 / 0.9 - 10.49 / 1.2)


def test_the_judge_finds_no_way_where_there_is_none() -> None:
    plan = shipped_plan(BENCH.inputs, "three_rooms")
    lonely = oracle_of(plan)
    lonely.graph.remove_edges_from(list(nx.edges(lonely.graph)))
    assert lonely.seconds(location_of(plan, "room-101"), [location_of(plan, "room-201")]) == [float("inf")]


# ------------------------------------------------------------------ duties


def test_the_timetable_has_a_fifth_of_the_week_of_the_source() -> None:
    def minute(text: str) -> int:
        return 60 * int(text[:2]) + int(text[3:])

    hours: dict[str, float] = {}
    for (begins, duty), (ends, _) in zip(occupancy.TIMETABLE, occupancy.TIMETABLE[1:], strict=False):
        hours[duty] = hours.get(duty, 0.0) + (minute(ends) - minute(begins)) / 60
    assert [round(5 * sum(hours[w] for w in words), 9) for words in occupancy.DUTIES.values()] == [20, 10, 5, 6.5]


def test_another_timetable_than_the_judge_thinks_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    times = [at for at, _ in occupancy.TIMETABLE]
    other = tuple(zip(times, [duty for _, duty in occupancy.TIMETABLE[1:]] + [""], strict=True))
    monkeypatch.setattr(occupancy, "TIMETABLE", (*other[:-2], (times[-2], "desk"), (times[-1], "")))
    found = {c.id: c.verdict for c in occupancy._by_timetable(BENCH)}
    assert found["duty.timetable.mentoring"] == "outside"
    assert found["duty.timetable.on-campus"] == "pass"


# ------------------------------------------------------------------ directions


def test_more_people_locks_radio_and_police_never_slow_a_lockdown() -> None:
    assert [c for c in monotone_cases(Harness(BENCH.inputs, share=0.2)) if c.verdict != "pass"] == []


def test_a_radio_that_is_slower_than_it_should_be_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = monotonicity._scenario

    def mixed_up(inputs: Any, variant: Any) -> Any:
        slow = variant == monotonicity.PRESENT
        return what_if(honest(inputs, variant), {"reporting": {"radio": "60 s"}}) if slow else honest(inputs, variant)

    monkeypatch.setattr(monotonicity, "_scenario", mixed_up)
    found = {c.id: c.verdict for c in monotone_cases(Harness(BENCH.inputs, share=0.1))}
    assert found["monotone.quicker-radio.never-slower"] == "outside"
    assert found["monotone.quicker-radio.sooner"] == "outside"


@pytest.mark.deep
def test_directions_of_the_exercise() -> None:
    verdicts = {c.id: c.verdict for c in simex_cases(BENCH)}
    assert verdicts["simex.officer-lowers-exposure"] == verdicts["simex.automatic-locks-secure-rooms"] == "pass"


ORACLES = ("race.", "race.critical-detection-point", "dispatch.", "dispatch.pool-", "patrol.", "duty.", "exposure.",
           "monotone.", "arrival.", "simex.")  # fmt: skip
"""What theory has an engine side; an id of each begins so."""


@pytest.mark.deep
def test_the_whole_suite_holds_no_surprise_and_every_oracle_is_played() -> None:
    with pool(2) as executor:
        harness = Harness(BENCH.inputs, executor=executor)
        found = [c for cases in SUITES["response"] for c in cases(harness)]
    assert [c for c in found if c.is_surprise] == []
    played = [c.id for c in found if c.kind == "engine"]
    assert len(set(played)) == len(played)
    assert [name for name in ORACLES if not any(id_.startswith(name) for id_ in played)] == []
