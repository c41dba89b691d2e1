"""Shipped numbers against their sources: cases of kind input."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log

from drillsim.scenario.defaults import POLICE_LAWS, camera_detection
from drillsim.scenario.staffing import shipped_role
from drillsim.verify.harness.case import Case, Harness, near
from drillsim.verify.response.occupancy import DUTIES
from drillsim.verify.response.published import FINN, FINN_HOURS


def input_cases(_harness: Harness) -> Iterator[Case]:
    """Yield the shipped duties of an officer, police arrival laws and camera detection."""
    duties: dict[str, float] = {str(duty): share for duty, share in shipped_role("sro").duties.items()}
    for (name, words), hours in zip(DUTIES.items(), FINN_HOURS, strict=True):
        yield near(
            f"input.duty.{name}",
            source=FINN,
            expected=hours / sum(FINN_HOURS),
            measured=sum(duties[word] for word in words) / sum(duties.values()),
            tolerance=0.005,
        ).of_kind("input")
    yield near(
        "input.police.active-events",
        source="Blair and Martaindale, FBI Law Enforcement Bulletin: median seconds from the call, n = 51",
        expected=180.0,
        measured=POLICE_LAWS["active-events"].quantile(0.5),
        tolerance=1e-9,
    ).of_kind("input")
    routine = POLICE_LAWS["routine-priority-1"]
    yield near(
        "input.police.routine",
        source="Fulton County 2014-17, priority 1: mean seconds; exp(log median + sigma^2 / 2)",
        expected=816.0,
        measured=exp(log(routine.a) + routine.b**2 / 2),
        tolerance=1.0,
    ).of_kind("input")
    for monitors, share in ((1, 0.85), (4, 0.74), (6, 0.58), (9, 0.53)):
        yield near(
            f"input.camera.{monitors}-monitors",
            source="PSDB: share of events seen by somebody who watches that many screens",
            expected=share,
            measured=camera_detection(monitors),
            tolerance=1e-9,
        ).of_kind("input")
