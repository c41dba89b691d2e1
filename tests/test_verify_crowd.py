"""Every published case of the crowd has its row, those that can be played pass, and the others name their rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import drillsim as ds
from drillsim.crowd.laws import Laws
from drillsim.plan.checks import check_plan
from drillsim.plan.network import build
from drillsim.quantities import spread
from drillsim.streams.streams import Streams
from drillsim.verify.crowd import doors, inputs, premovement, queues, stairs, walking
from drillsim.verify.crowd.queues import LossFloor, congested_cases, mgcc
from drillsim.verify.crowd.speeds import held_mps
from drillsim.verify.harness.case import Case, Harness
from drillsim.verify.harness.crowd_plans import FOOT, HEAD, corridor, flight, nine_storey_office, room_8_by_5, tower
from drillsim.verify.harness.crowd_runs import cells_of, flow_ps, grid, persons, play, scattered, shipped
from drillsim.verify.harness.workers import pool
from drillsim.verify.suite import SUITES
from drillsim.verify.theory.queueing import erlang_b

BENCH = Harness(Path(__file__).resolve().parents[1])
PAGE = BENCH.inputs / "docs" / "verification.md"
IDS = [
    "IMO-01", "RIMEA-01", "IMO-02-03", "RIMEA-02-03", "NIST-2.2", "IMO-04", "NIST-5.2", "IMO-05", "NIST-1.1",
    "IMO-06", "IMO-07", "RIMEA-07", "RIMEA-04", "FD-SFPE", "FD-STAIR", "FD-WEIDMANN", "CONGEST-200", "IMO-09",
    "IMO-10", "IMO-11", "RIMEA-08", "RIMEA-11", "RIMEA-12", "RIMEA-14", "RIMEA-15", "RIMEA-16", "NIST-2.5",
    "NIST-2.9", "NIST-3.2", "NIST-4.1", "NIST-UNCERT", "ENZ-DOOR", "SFPE-9F-A", "SFPE-9F-B", "IMO-1238-FS",
    "IMO-1238-T", "ENZ-DELAY", "CAP-ENVELOPE", "CONSERVE", "MGCC", "ERLANG-B", "LITTLE", "CF-DOOR-1.72",
    "CF-SHARE", "CF-RESP-ANALYTIC", "RESP-SP", "VAL-BOTTLENECK", "VAL-DAAMEN", "VAL-FD-RING", "VAL-FD-OPEN",
    "VAL-STAIR-BAND", "VAL-STAIR-FRUIN", "VAL-STAIR-NIST", "VAL-JEAN-TALON", "VAL-OFFICE-21", "VAL-SCHOOL-IRL",
    "VAL-SCHOOL-CZ2", "VAL-SCHOOL-BR", "VAL-SCHOOL-ES", "VAL-SCHOOL-DK", "VAL-UNI-DRILLS", "VAL-WHEELCHAIR",
    "VAL-MOBILITY", "VAL-PREMOVE-PD",
]  # fmt: skip
OUTSIDE = [
    "IMO-1238-FS", "VAL-FD-RING", "VAL-FD-OPEN", "VAL-STAIR-BAND", "VAL-BOTTLENECK", "VAL-DAAMEN", "MGCC",
    "VAL-SCHOOL-IRL", "VAL-SCHOOL-CZ2", "VAL-SCHOOL-DK", "VAL-WHEELCHAIR", "VAL-MOBILITY", "VAL-PREMOVE-PD",
]  # fmt: skip
ABSENT = [
    "RIMEA-16", "NIST-2.5", "NIST-2.9", "NIST-3.2", "IMO-1238-T", "CF-SHARE", "VAL-STAIR-NIST",
    "VAL-JEAN-TALON", "VAL-OFFICE-21", "VAL-SCHOOL-ES", "VAL-UNI-DRILLS",
]  # fmt: skip


@cache
def found() -> tuple[Case, ...]:
    """Return every case of the suite; the congested corridors for a short time only."""
    quick = replace(BENCH, share=0.02)
    return tuple(c for cases in SUITES["crowd"] for c in cases(quick if cases is congested_cases else BENCH))


def test_every_published_case_has_one_row_and_there_is_no_other() -> None:
    assert len(IDS) == 64
    assert Counter(c.id for c in found()) == Counter(IDS)


def test_cases_pass_but_for_those_that_are_known_to_be_outside_or_absent() -> None:
    assert sorted(c.id for c in found() if c.verdict == "outside") == sorted(OUTSIDE)
    assert sorted(c.id for c in found() if c.verdict == "not-modelled") == sorted(ABSENT)


def test_at_least_thirty_five_cases_are_played_on_the_engine_and_pass() -> None:
    assert sum(c.kind == "engine" and c.verdict == "pass" for c in found()) >= 35


def test_kinds_and_verdicts_are_the_agreed_words() -> None:
    assert {c.kind for c in found()} <= {"engine", "function", "input"}
    assert {c.verdict for c in found()} <= {"pass", "outside", "not-modelled"}
    assert all(c.source and c.expected is not None for c in found())


def test_every_case_that_does_not_pass_names_a_rule() -> None:
    untold = [c.id for c in found() if c.verdict != "pass" and not re.search(r"\brules? A\d+", c.reason)]
    assert untold == []
    assert not any(c.is_surprise for c in found())


def test_cases_that_pass_carry_no_excuse() -> None:
    assert [c.id for c in found() if c.verdict == "pass" and c.reason] == []


def test_the_page_has_a_row_for_every_case_with_its_verdict() -> None:
    rows = [[cell.strip() for cell in line.split(" | ")] for line in PAGE.read_text(encoding="utf-8").splitlines()]
    shown = {row[0].removeprefix("| "): row[5] for row in rows if len(row) == 7}
    assert {id_: shown.get(id_) for id_ in IDS} == {c.id: c.verdict for c in found()}


@pytest.mark.deep
def test_the_whole_suite_is_as_its_page_says() -> None:
    with pool(2) as executor:
        harness = replace(BENCH, executor=executor)
        cases = {c.id: c.verdict for group in SUITES["crowd"] for c in group(harness)}
    assert cases == {c.id: c.verdict for c in found()}


# ------------------------------------------------------------------ cases can fail


def verdicts(cases: Callable[..., Iterable[Case]]) -> dict[str, str]:
    return {c.id: c.verdict for c in cases(BENCH)}


def test_a_corridor_that_is_longer_than_it_says_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "corridor", lambda length, width: corridor(length + 0.01, width))
    assert verdicts(walking.walk_cases)["IMO-01"] == "outside"


def test_a_door_law_that_lets_too_many_through_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "GUIDE", Laws(flow_psm=1.34))
    assert verdicts(doors.door_cases)["ENZ-DOOR"] == "outside"
    assert verdicts(doors.door_cases)["CAP-ENVELOPE"] == "outside"


def test_a_queue_that_forgets_a_delay_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(premovement, "quantiles", lambda law, u: np.zeros_like(u))
    monkeypatch.setattr(premovement, "_lindley", lambda ready_s, rest_s: ready_s + 1.0)
    assert verdicts(premovement.delay_cases)["ENZ-DELAY"] == "outside"


def test_steeper_steps_than_the_handbooks_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stairs, "flight", lambda *size, **more: flight(*size, **{"step_m": (0.19, 0.279), **more}))
    assert verdicts(stairs.stair_cases)["FD-STAIR"] == "outside"


def test_a_shipped_group_quicker_on_stairs_than_its_source_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick = replace(shipped("adults"), stair_down=spread({"low": "0.65 m/s", "high": "0.79 m/s"}, "speed"))
    monkeypatch.setattr(inputs, "shipped", lambda name: quick if name == "adults" else shipped(name))
    assert verdicts(inputs.drill_cases)["VAL-STAIR-FRUIN"] == "outside"


def test_children_who_are_shipped_slower_than_their_source_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = replace(
        shipped("primary"),
        stair_down=spread({"mean": "0.7 m/s", "sd": "0.14 m/s", "low": "0.4 m/s", "high": "1 m/s"}, "speed"),
    )
    monkeypatch.setattr(stairs, "shipped", lambda name: slow if name == "primary" else shipped(name))
    assert verdicts(stairs.stair_cases)["VAL-SCHOOL-BR"] == "outside"


# ------------------------------------------------------------------ buildings


@pytest.mark.parametrize(
    "plan", [corridor(40, 2), room_8_by_5(), flight(10, 2), nine_storey_office(), tower(storeys=3, corridor_m=(36, 2))]
)
def test_the_buildings_of_the_cases_have_no_fault(plan: ds.FloorPlan) -> None:
    assert [f for f in check_plan(plan) if f.severity == "error"] == []


def test_the_office_seats_2400_people_above_the_ground() -> None:
    people = [s.people for s in nine_storey_office().spaces]
    assert (sum(people), people.count(300)) == (2400, 8)


def test_the_office_has_two_exits_of_3_feet_and_16_flights_of_38_inches() -> None:
    plan = nine_storey_office()
    exits = [o for o in plan.openings if o.kind == "exit"]
    assert [o.clear_width_m for o in exits] == pytest.approx([0.9144, 0.9144])
    assert [s.length for s in plan.stairs] == pytest.approx([38 * 0.3048] * 16)


def test_nobody_walks_but_on_the_flight_between_foot_and_head() -> None:
    network = build(flight(10, 2))
    assert network.way_crossing_m[2] == 10
    assert network.way_xy[2].tolist() == [list(FOOT[1:]), list(HEAD[1:])]


def test_a_tower_has_rooms_on_both_sides_of_every_corridor() -> None:
    plan = tower(storeys=3, corridor_m=(36, 2), rooms=[(0, 6, 4), (6, 12, 4)])
    assert sum(s.people for s in plan.spaces) == 3 * 2 * 2 * 4


def test_a_grid_lies_in_the_middles_of_its_fields() -> None:
    assert grid(3, (0, 0), (2, 4), 2, 1) == [(3, 0.5, 2.0), (3, 1.5, 2.0)]


def test_scattered_people_lie_in_their_rectangle() -> None:
    _, xs, ys = np.array(scattered(0, (1, 2), (3, 10), 500, Streams(1, "test"))).T
    assert (xs.min() >= 1, xs.max() <= 3, ys.min() >= 2, ys.max() <= 10) == (True,) * 4


def test_people_leave_by_the_gate_that_is_named() -> None:
    drill = play(room_8_by_5(), persons([(0, 4.0, 2.5)] * 2, premovement_s=[0.0, 1e9]))
    drill.crowd.evacuate()
    drill.until(100.0)
    assert drill.gates_taken() == ["exit", ""]


def test_a_flow_is_gaps_over_time() -> None:
    assert flow_ps([4.0, 0.0, 2.0]) == 0.5


def test_one_person_over_a_nearly_empty_floor_keeps_its_speed() -> None:
    assert held_mps(0.1, Laws(), 1.3) == pytest.approx(1.3)


# ------------------------------------------------------------------ closed forms


def linear(c: int) -> list[float]:
    return [(c + 1 - n) / c for n in range(1, c + 1)]


def exponential(length: float, width: float) -> list[float]:
    """Speeds through 0.64 m/s at 2 persons/m2 and 0.25 m/s at 4, of 1.5 m/s alone."""
    a, b = 2 * length * width, 4 * length * width
    gamma = np.log(np.log(0.64 / 1.5) / np.log(0.25 / 1.5)) / np.log((a - 1) / (b - 1))
    beta = (a - 1) / np.log(1.5 / 0.64) ** (1 / gamma)
    return [float(np.exp(-(((n - 1) / beta) ** gamma))) for n in range(1, int(5 * length * width + 1e-9) + 1)]


@pytest.mark.parametrize(
    ("length", "width", "law", "arrivals", "blocked", "inside", "stay"),
    [
        (8, 2.5, "linear", 1, 0.0, 5.657, 5.657),
        (8, 2.5, "linear", 2, 0.0, 12.167, 6.084),
        (8, 2.5, "exponential", 2, 0.0, 14.488, 7.244),
        (8, 2.5, "exponential", 4, 0.51017, 99.011, 50.534),
        (10, 1, "exponential", 2, 0.60470, 49.324, 62.388),
        (3, 1.2, "exponential", 0.5, 4.76e-8, 1.207, 2.413),
        (3, 1.2, "exponential", 1.5, 0.22533, 12.954, 11.148),
        (3, 1.2, "exponential", 2, 0.48375, 16.671, 16.146),
    ],
)
def test_the_congested_corridor_has_the_published_figures(
    length: int, width: float, law: str, arrivals: float, blocked: float, inside: float, stay: float
) -> None:
    speed = linear(int(5 * length * width)) if law == "linear" else exponential(length, width)
    settled = mgcc(load=arrivals * length / 1.5, arrivals_ps=arrivals, speed=speed)
    assert settled == pytest.approx((blocked, inside, stay), rel=5e-4, abs=1e-5)


def test_a_corridor_without_congestion_is_erlangs() -> None:
    assert mgcc(load=5.0, arrivals_ps=1.0, speed=[1.0] * 10).blocked == pytest.approx(erlang_b(servers=10, load=5.0))


def test_a_floor_that_slows_nobody_down_is_told_from_one_that_does() -> None:
    free = LossFloor(3.0, 1.2, 1.5, 1.5, Laws(speed="constant"))
    assert free.theory().stay_s == pytest.approx(2.0)
    assert free._replace(laws=Laws()).theory().stay_s > 2.5


def test_a_poisson_source_has_its_rate() -> None:
    times = queues._poisson_s(Streams(1, "test"), 2.0, 5_000.0)
    assert len(times) == pytest.approx(10_000, rel=0.05)
    assert times[-1] < 5_000.0
    assert cells_of(corridor(40, 2)).cells == 4
