"""Engine cases of interruption probability: an incident in stages, and a response that may be late (EASI).

An alarm detects a stage, communication succeeds or not, and one unit arrives after the response time of the oracle. The
incident is interrupted where the unit is on scene before the last stage ends. Source: Sasser 1977; Garcia.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import hypot, log1p, sqrt
from pathlib import Path
from typing import Any, NamedTuple

from drillsim.engine.simulate import simulate
from drillsim.record import events as ev
from drillsim.scenario.model import Scenario
from drillsim.scenario.staffing import Mix
from drillsim.verify.harness.case import Case, Harness, near
from drillsim.verify.harness.staging import empty_plan, mix_from, scenario_from
from drillsim.verify.response.published import BASELINE, COURSE, RESPONSE
from drillsim.verify.theory.easi import (
    Dist,
    Place,
    ResponseTime,
    Task,
    critical_detection_point,
    easi,
    easi_by_critical_point,
    easi_mc,
)

EASI = "Sasser 1977, Estimate of Adversary Sequence Interruption"
SEEN = {"B": "begin", "M": "middle", "E": "end"}
QUIET: dict[str, Any] = {
    "crowd": "stays", "horizon": "2 h",
    "noticing": {"trust": "0 %", "camera_watched": "0 %"},
    "dispatch": {
        "service": "from_dispatch", "back_up": False, "pre_empt": False, "agreement": [], "wait_at_most": "1000000 h",
        "handling": {"behaviour": "0 s"}, "arrests": {"behaviour": "0 %"},
    },
}  # fmt: skip
"""Settings in which only the alarm detects, no adult is present, and units take no time to walk."""
BESIDE, DRILLS = 20, 50
"""Races beside each other in one drill, and drills of one job. The races share nothing but the clock: every incident
draws under its own id, and there are as many units as incidents, so that nobody waits for anybody."""
ERRORS = 4
LABEL = "races against the clock"


class Race(NamedTuple):
    """A path and its response, as `easi` takes them."""

    tasks: tuple[Task, ...]
    response: ResponseTime
    dist: Dist = "normal"

    def scenario(self) -> Scenario:
        """Return BESIDE independent races as one scenario."""
        stages = [
            {"delay": _spread(t.mean_s, t.sd_s, self.dist), "detects": t.detection, "seen": SEEN[t.place]}
            for t in self.tasks
        ]
        race = {"kind": "behaviour", "where": "hall-1", "lasts": "1000 h", "act": "0 s", "stages": stages}
        reporting = {
            "tries": 1, "success": self.response.communication, "delay": "0 s", "radio": "0 s", "place_known": {"camera": 1.0},
        }  # fmt: skip
        incidents = [{"id": f"race-{i + 1}", **race} for i in range(BESIDE)]
        return scenario_from({"name": "race", **QUIET, "reporting": reporting, "incidents": incidents})

    def mix(self) -> Mix:
        """Return one unit per race, whose acknowledgement time is the response time."""
        role = {"acknowledge": _spread(self.response.mean_s, self.response.sd_s, self.dist)}
        units = [{"id": f"unit-{i + 1}", "role": "steady", "post": "front-desk"} for i in range(BESIDE)]
        return mix_from(units, {"steady": role})


def _spread(mean_s: float, sd_s: float, dist: Dist) -> Any:
    """Return a time of this mean and standard deviation as a scenario file writes it; the normal one cut at 0."""
    if sd_s == 0:
        return f"{mean_s} s"
    if dist == "normal":
        return {"mean": f"{mean_s} s", "sd": f"{sd_s} s", "low": "0 s", "high": f"{mean_s + 10 * sd_s} s"}
    square = log1p((sd_s / mean_s) ** 2)
    return {"median": f"{mean_s / sqrt(1 + (sd_s / mean_s) ** 2)} s", "sigma": sqrt(square)}


class _Drills(NamedTuple):
    name: str
    race: Race
    first: int
    last: int


def _count(inputs: Path, seed: int, job: _Drills) -> int:
    """Return the number of interrupted races in the drills of a job."""
    plan, scenario, mix = empty_plan(inputs, "three_rooms"), job.race.scenario(), job.race.mix()
    in_time = 0
    for replication in range(job.first, job.last):
        came: set[str] = set()
        for event in simulate(scenario, plan, mix, seed=seed, replication=replication).events:
            if event.what == ev.ON_SCENE:
                came.add(event.incident)
            elif event.what == ev.SCRIPT_DONE:
                in_time += event.incident in came
    return in_time


class Wanted(NamedTuple):
    """A race and the number of times it is run."""

    race: Race
    times: int


def race_cases(harness: Harness) -> Iterator[Case]:
    """Yield the cases of the worked example: detection at beginning, middle or end of tasks, two laws of time."""
    played = max(1, harness.drills(20_000, 100_000) // BESIDE) * BESIDE
    drawn = {name: Wanted(race, played) for name, race in sorts().items()}
    sure = {f"only-{k}": Wanted(race, BESIDE) for k, race in enumerate(detected_once())}
    fewer = max(1, played // 4 // BESIDE) * BESIDE
    won = _play(harness, {**drawn, **sure, "by-point": Wanted(STILL, fewer)})
    for name, (race, _) in drawn.items():
        yield from _against_oracles(harness, name, race, won[name], played)
    point = critical_detection_point(tasks=BASELINE, response_s=RESPONSE.mean_s)
    yield near(
        "race.critical-detection-point",
        source=f"{COURSE}; position, from 0, of the last task at which detection is in time",
        expected=float("nan") if point is None else point,
        measured=max((k for k, name in enumerate(sure) if won[name] == 1.0), default=-1),
        tolerance=0,
    )
    yield near(
        "race.by-critical-point",
        source=f"{COURSE}; times without spread, {fewer} races, {ERRORS} standard errors",
        expected=easi_by_critical_point(tasks=BASELINE, response_s=RESPONSE.mean_s),
        measured=won["by-point"],
        tolerance=ERRORS * _error(won["by-point"], fewer),
    )


def sorts() -> dict[str, Race]:
    """Return the races of the worked example, by name: where in its tasks it is detected, and by another law of time."""
    baseline = Race(BASELINE, RESPONSE)
    return {
        "begin": baseline,
        "middle": baseline._replace(tasks=_all_at("M")),
        "end": baseline._replace(tasks=_all_at("E")),
        "lognormal": baseline._replace(dist="lognormal"),
    }


def _all_at(place: Place) -> tuple[Task, ...]:
    return tuple(replace(task, place=place) for task in BASELINE)


STILL = Race(tuple(replace(task, sd_s=0.0) for task in BASELINE), ResponseTime(1.0, RESPONSE.mean_s, 0.0))
"""The worked example without any spread, every detection heard."""


def detected_once() -> Iterator[Race]:
    """Yield STILL once for each task, surely detected at it and nowhere else."""
    for k in range(len(BASELINE)):
        tasks = tuple(replace(task, detection=float(i == k)) for i, task in enumerate(STILL.tasks))
        yield STILL._replace(tasks=tasks)


def _play(harness: Harness, wanted: dict[str, Wanted]) -> dict[str, float]:
    """Return the share of interrupted races, by name."""
    jobs = [
        _Drills(name, race, i, min(i + DRILLS, times // BESIDE))
        for name, (race, times) in wanted.items()
        for i in range(0, times // BESIDE, DRILLS)
    ]
    won = Counter[str]()
    for job, count in zip(jobs, harness.play(partial(_count, harness.inputs, harness.seed), jobs, LABEL), strict=True):
        won[job.name] += count
    return {name: won[name] / times for name, (_, times) in wanted.items()}


def _against_oracles(harness: Harness, name: str, race: Race, share: float, played: int) -> Iterator[Case]:
    """Yield the case against the closed form, where the law has one, and the case against the Monte Carlo twin."""
    own, told = _error(share, played), f"{played} races, {ERRORS} standard errors"
    if race.dist == "normal":
        yield near(
            f"race.{name}",
            source=f"{EASI}, closed form; {told}",
            expected=easi(tasks=race.tasks, response=race.response),
            measured=share,
            tolerance=ERRORS * own,
        )
    draws = harness.drills(1_000_000, 10_000_000)
    drawn, error = easi_mc(tasks=race.tasks, response=race.response, draws=draws, seed=harness.seed, dist=race.dist)
    yield near(
        f"race.{name}.drawn",
        source=f"{EASI}, its Monte Carlo twin; {told} of both",
        expected=drawn,
        measured=share,
        tolerance=ERRORS * hypot(own, error),
    )


def _error(share: float, races: int) -> float:
    return sqrt(share * (1 - share) / races)
