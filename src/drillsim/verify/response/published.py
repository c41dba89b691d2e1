"""Closed forms of `verify/theory` against published numbers: cases of kind function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize_scalar

from drillsim.verify.harness.case import Case, Harness, near
from drillsim.verify.theory.cities import (
    CITY_SOURCE,
    QUIZ,
    QUIZ_SOURCE,
    THREE,
    THREE_SOURCE,
    City,
    rectangular_city,
    square_mile_grid,
)
from drillsim.verify.theory.easi import (
    Cdf,
    Dist,
    Miss,
    Place,
    ResponseTime,
    Task,
    critical_detection_point,
    easi,
    easi_by_critical_point,
    easi_mc,
)
from drillsim.verify.theory.expected_values import duty_shares, mobile_travel
from drillsim.verify.theory.hypercube import Hypercube, LineCapacity, correction, hypercube, larson_workloads
from drillsim.verify.theory.queueing import erlang_b, erlang_c, mmc

FIVE, FOUR, THREE_DECIMALS = 5e-6, 5e-5, 5e-4
"""Half a unit of the last printed decimal."""

GARCIA = "Garcia, Design and Evaluation of Physical Protection Systems, EASI baseline (inputs recalled, not read again)"
RECOMPUTED = "recomputed independently"
COURSE = (
    "Sandia International Training Course, session Path interruption analysis (method; inputs of the EASI baseline)"
)
BASELINE = (
    Task(0, 10, 3),  # cut the fence
    Task(0, 12, 3.6),  # run to the building
    Task(0.9, 90, 27),  # open the door
    Task(0, 10, 3),  # run to the vital area
    Task(0.9, 90, 27),  # open the door
    Task(0, 120, 36),  # the last task
)
RESPONSE = ResponseTime(communication=0.95, mean_s=300.0, sd_s=90.0)
LINES = "M/M/c in any textbook, e.g. Larson and Odoni, chapter 4"
SCHOOL_DAY = f"12 calls in a day of 6.5 h, 15 min each: chance that nobody is free, {RECOMPUTED}"
APPROXIMATION = "Larson and Odoni, Urban Operations Research, section 5.5.3"
ON_INFERRED_RATES = f"{RECOMPUTED} with another exact solver, on the inferred rates of the three-server city"
FINN = "Finn and McDevitt 2005: hours of an officer's week of 41.5 h"
FINN_HOURS = (20.0, 10.0, 5.0, 6.5)
"""Law enforcement, mentoring, teaching, other. Source: docs/sources.md#finn05."""


def _pin(id_: str, source: str, expected: float, measured: float | None, tolerance: float) -> Case:
    value = float("nan") if measured is None else float(measured)
    return near(id_, source=source, expected=expected, measured=value, tolerance=tolerance).of_kind("function")


def _baseline(
    tasks: Sequence[Task] = BASELINE,
    *,
    response: ResponseTime = RESPONSE,
    miss: Miss = "detection",
    cdf: Cdf = "normal",
) -> float:
    return easi(
        tasks=tasks,
        response=response,
        miss=miss,
        cdf=cdf,
    )


def easi_cases(harness: Harness) -> Iterator[Case]:
    """Yield the EASI cases: worked example, variants, Monte Carlo version, critical detection point."""

    def at(place: Place) -> list[Task]:
        return [replace(task, place=place) for task in BASELINE]

    def seen_at(task: int) -> float:
        return _baseline(
            [replace(BASELINE[task], detection=1.0), *BASELINE[task + 1 :]],
            response=replace(RESPONSE, communication=1.0),
        )

    fence = [replace(BASELINE[0], detection=0.9), *BASELINE[1:]]
    published = _baseline()
    yield _pin("easi.published", GARCIA, 0.476, published, THREE_DECIMALS)
    for name, expected, measured in (
        ("baseline", 0.47604, published),
        ("first-door", 0.53822, seen_at(2)),
        ("second-door", 0.18555, seen_at(4)),
        ("detected-in-the-middle", 0.31942, _baseline(at("M"))),
        ("detected-at-the-end", 0.18516, _baseline(at("E"))),
        ("sensor-on-the-fence", 0.57811, _baseline(fence)),
        ("response-200-s", 0.83051, _baseline(response=ResponseTime(0.95, 200, 60))),
        ("miss-rule", 0.48318, _baseline(miss="detection-and-communication")),
        ("logistic", 0.47764, _baseline(cdf="logistic")),
    ):
        yield _pin(f"easi.{name}", RECOMPUTED, expected, measured, FIVE)
    laws: tuple[tuple[Dist, str, float, float], ...] = (
        ("normal", "closed form; 4 standard errors", published, 0.0),
        ("lognormal", f"{RECOMPUTED}; 4 standard errors and the rounding", 0.5041, FOUR),
    )
    for dist, source, expected, rounding in laws:
        share, error = easi_mc(
            tasks=BASELINE,
            response=RESPONSE,
            draws=harness.drills(1_000_000, 10_000_000),
            seed=harness.seed,
            dist=dist,
        )
        yield _pin(f"easi.monte-carlo-{dist}", source, expected, share, 4 * error + rounding)
    last = critical_detection_point(tasks=BASELINE, response_s=RESPONSE.mean_s)
    by_point = easi_by_critical_point(tasks=BASELINE, response_s=RESPONSE.mean_s)
    yield _pin("easi.critical-detection-point", COURSE, 2, last, 0)
    yield _pin("easi.by-critical-point", COURSE, 0.9, by_point, 1e-12)


def line_cases(_harness: Harness) -> Iterator[Case]:
    """Yield M/M/c and Erlang's two formulas, also for the calls of a busy school day."""
    for servers, waiting, empty in ((3, 0.237, 0.211), (2, 1.929, 0.143)):
        found = mmc(servers=servers, load=1.5)
        yield _pin(f"line.m-m-{servers}.waiting", LINES, waiting, found.waiting, THREE_DECIMALS)
        yield _pin(f"line.m-m-{servers}.empty", LINES, empty, found.empty, THREE_DECIMALS)
    yield _pin("line.erlang-b", LINES, 0.13433, erlang_b(servers=3, load=1.5), FIVE)
    yield _pin("line.erlang-c", LINES, 0.23684, erlang_c(servers=3, load=1.5), FIVE)
    for servers, nobody in ((1, 0.316), (2, 0.068), (3, 0.010)):
        lost = erlang_b(servers=servers, load=12 / 6.5 * 0.25)
        yield _pin(f"line.school-day-{servers}", SCHOOL_DAY, nobody, lost, THREE_DECIMALS)


def _solve(city: City, line: LineCapacity) -> Hypercube:
    return hypercube(calls=city.calls, preference=city.preference, service=city.service, line=line)


def two_unit_cases(_harness: Harness) -> Iterator[Case]:
    """Yield the two-unit examples: mobile units of the quiz, and the rectangular city with its two boundaries."""
    quiz, cells = _solve(QUIZ, "zero"), 4
    presence = np.kron(np.eye(2), np.full(cells * cells, 1 / cells**2))
    by_cells = mobile_travel(presence=presence, between=square_mile_grid(cells)) @ presence.T
    for name, expected, measured in (
        ("workload-1", 2 / 5, quiz.workloads[0]),
        ("workload-2", 2 / 5, quiz.workloads[1]),
        ("both-busy", 1 / 5, quiz.loss),
        ("unit-1-to-sector-2", 1 / 8, quiz.dispatches[0, 1]),
        ("miles", 5 / 6, quiz.travel(QUIZ.travel)),
        ("miles-by-cells", 5 / 6, quiz.travel(by_cells)),
    ):
        yield _pin(f"hypercube.quiz.{name}", QUIZ_SOURCE, expected, measured, 1e-12)
    for name, boundary_mi, miles, difference in (
        ("half", 1 / 2, 0.46246, 0.05236),
        ("optimal", 53 / 126, 0.46166, 0.04405),
    ):
        city = rectangular_city(boundary_mi)
        found = _solve(city, "zero")
        apart = found.workloads[0] - found.workloads[1]
        yield _pin(f"hypercube.city.{name}.miles", CITY_SOURCE, miles, found.travel(city.travel), FIVE)
        yield _pin(f"hypercube.city.{name}.workload-difference", CITY_SOURCE, difference, apart, 1e-5)
    half = _solve(rectangular_city(1 / 2), "zero")
    for unit, workload in enumerate((0.49010, 0.43773)):
        yield _pin(f"hypercube.city.half.workload-{unit + 1}", CITY_SOURCE, workload, half.workloads[unit], 1e-5)
    best = minimize_scalar(_miles, bounds=(0, 1), method="bounded", options={"xatol": 1e-9})
    yield _pin("hypercube.city.optimal.boundary", CITY_SOURCE, 53 / 126, best.x, 1e-6)


def _miles(boundary_mi: float) -> float:
    city = rectangular_city(boundary_mi)
    return _solve(city, "zero").travel(city.travel)


def three_unit_cases(_harness: Harness) -> Iterator[Case]:
    """Yield the three-server city: workloads, eight states, waiting, loss, and Larson's approximation."""
    endless, none = _solve(THREE, "inf"), _solve(THREE, "zero")
    for unit, workload in enumerate((0.5574, 0.4734, 0.4693)):
        yield _pin(f"hypercube.three.workload-{unit + 1}", THREE_SOURCE, workload, endless.workloads[unit], FOUR)
    states = (0.21053, 0.13669, 0.08863, 0.09489, 0.09047, 0.08894, 0.05301, 0.11842)
    for state, chance in enumerate(states):
        yield _pin(f"hypercube.three.state-{state:03b}", ON_INFERRED_RATES, chance, endless.states[state], FIVE)
    waits, lost = erlang_c(servers=3, load=1.5), erlang_b(servers=3, load=1.5)
    yield _pin("hypercube.three.waits", f"Erlang C; {LINES}", waits, endless.waits, 1e-12)
    yield _pin("hypercube.three.loss", f"Erlang B; {LINES}", lost, none.loss, 1e-12)
    for others, factor in enumerate((1.0, 0.73684, 0.63158)):
        found = correction(units=3, load=0.5, others=others)
        yield _pin(f"approximation.factor-{others}", APPROXIMATION, factor, found, FIVE)
    third, converged = (
        larson_workloads(calls=THREE.calls, preference=THREE.preference, units=3, rounds=rounds) for rounds in (3, 50)
    )
    for unit, (printed, after_three, limit) in enumerate(
        ((0.5627, 0.5628, 0.5626), (0.4716, 0.4716, 0.4717), (0.4657, 0.4657, 0.4657))
    ):  # the book works by hand and stops after the third round
        yield _pin(f"approximation.workload-{unit + 1}", APPROXIMATION, printed, third[unit], 1e-4)
        yield _pin(f"approximation.third-round-{unit + 1}", RECOMPUTED, after_three, third[unit], FOUR)
        yield _pin(f"approximation.converged-{unit + 1}", RECOMPUTED, limit, converged[unit], FOUR)


def duty_chain_cases(_harness: Harness) -> Iterator[Case]:
    """Yield the duty shares of an officer's week as a semi-Markov chain."""
    for name, hours, share in zip(("law", "mentoring", "teaching", "other"), FINN_HOURS, week_shares(), strict=True):
        yield _pin(f"duty-chain.{name}", FINN, hours / 41.5, share, 1e-12)


def week_shares() -> list[float]:
    """Return the long-run share of each duty of FINN_HOURS, one duty after the other."""
    shares: list[float] = duty_shares(follows=np.roll(np.eye(4), 1, axis=1), stay_h=FINN_HOURS).tolist()
    return shares
