"""Engine cases of shares and means: exposure near an incident, and duties of an officer.

Sources: Little 1961; Finn and McDevitt 2005, as a semi-Markov chain (Ross).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from math import sqrt

import numpy as np

from drillsim.engine.simulate import simulate
from drillsim.plan.model import FloorPlan
from drillsim.plan.network import network_of
from drillsim.record import events as ev
from drillsim.scenario.staffing import shipped_role
from drillsim.scenario.vocabulary import SCHOOL_DAYS
from drillsim.verify.harness.case import Case, Harness, near
from drillsim.verify.harness.shortest_paths import build_oracle
from drillsim.verify.harness.staging import (
    STEADY,
    empty_plan,
    location_of,
    mix_from,
    scenario_from,
    shipped_plan,
)
from drillsim.verify.response.published import FINN, week_shares
from drillsim.verify.theory.expected_values import mean_exposure

RADIUS_M = 20.0
LASTS_S = 120.0
LITTLE = "Little's law at constant occupancy: persons within 20 m of walking x seconds unresolved"


def exposure_cases(harness: Harness) -> Iterator[Case]:
    """Yield the exposure cases: without movement and response, exposure is persons in range times duration."""
    plan, drills = shipped_plan(harness.inputs, "doe_secondary"), harness.drills(500, 5_000)
    near_each = _people_near(plan)
    incident = {"kind": "behaviour", "where": {"draw": {"classroom": "100 %"}}, "lasts": {"mean": f"{LASTS_S} s"}}
    fight = scenario_from(
        {"name": "case", **STEADY, "incidents": [incident], "police": {"law": "24 h"}, "horizon": "2 h"}
    )
    found, apart = [], []
    for r in range(drills):
        events = simulate(fight, plan, mix_from([]), seed=harness.seed, replication=r).events
        onset = next(e for e in events if e.what == ev.ONSET)
        over = next(e for e in events if e.what == ev.RESOLVED)
        found.append(next(e.value or 0.0 for e in events if e.what == ev.EXPOSURE and float(e.where) == RADIUS_M))
        apart.append(abs(found[-1] - near_each[onset.where] * (over.time_s - onset.time_s)))
    yield near(
        "exposure.each-drill",
        source=f"{LITTLE}; largest difference in person-seconds over {drills} drills",
        expected=0.0,
        measured=max(apart),
        tolerance=1e-6,
    )
    persons = list(near_each.values())
    yield near(
        "exposure.mean",
        source=f"{LITTLE}; mean of {drills} drills, 4 standard errors",
        expected=mean_exposure(persons_near=persons, calls=[1.0] * len(persons), unresolved_s=LASTS_S),
        measured=float(np.mean(found)),
        tolerance=4 * float(np.std(found, ddof=1)) / sqrt(drills),
    )


def _people_near(plan: FloorPlan) -> dict[str, int]:
    """Return, per classroom, the people in class within RADIUS_M walking metres of its middle, on its level."""
    network = network_of(plan)
    metres = build_oracle(network, level_mps=1.0, up_mps=1.0, down_mps=1.0)
    rooms = [s for s in plan.spaces if s.use == "classroom"]
    middles = [location_of(plan, s.id) for s in rooms]
    return {
        room.id: sum(
            other.people
            for other, away in zip(rooms, metres.seconds(location_of(plan, room.id), middles), strict=True)
            if away <= RADIUS_M and other.level == room.level
        )
        for room in rooms
    }


DUTIES = {"law": ("post", "desk"), "mentoring": ("mentoring",), "teaching": ("teaching",), "other": ("patrol",)}
"""The words of the source, and the duties of the shipped officer that stand for them."""
OFFICER = {"id": "officer", "role": "officer", "post": "front-desk", "patrol": ["hall-0", "room-101"]}
TIMETABLE = (
    ("08:00", "post"), ("09:00", "mentoring"), ("10:10", "desk"), ("11:10", "teaching"), ("11:40", "post"),
    ("12:40", "patrol"), ("13:58", "mentoring"), ("14:48", "teaching"), ("15:18", "desk"), ("16:18", ""),
)  # fmt: skip
"""A day of 8.3 h, 4 h for the law, 2 h of mentoring, 1 h of teaching, 1.3 h of the rest: a fifth of the week of the
source, in turns."""
DAY_S = 8.3 * 3600
AWAY = "friday"
"""Day at court, all day: the shares of the time on campus stay."""
NEVER = {"kind": "behaviour", "where": "hall-1"}
"""A day needs a sort of call; this one never comes up."""


def duty_cases(harness: Harness) -> Iterator[Case]:
    """Yield the duty cases: by shares at a random instant, and by a timetable over a week."""
    yield from _by_shares(harness)
    yield from _by_timetable(harness)


def _by_shares(harness: Harness) -> Iterator[Case]:
    """Yield the duty shares of an officer with the shipped shares, drawn anew in every drill."""
    plan, drills = empty_plan(harness.inputs, "three_rooms"), harness.drills(2_000, 20_000)
    incident = {"kind": "behaviour", "where": "hall-1"}
    quiet = scenario_from({"name": "case", **STEADY, "horizon": "1 s", "incidents": [incident]})
    officer = mix_from([OFFICER], {"officer": {"duties": dict(shipped_role("sro").duties)}})
    duties = [
        event.why
        for r in range(drills)
        for event in simulate(quiet, plan, officer, seed=harness.seed, replication=r).events
        if event.who == "officer" and event.what == ev.PRESENT
    ]
    for (name, words), share in zip(DUTIES.items(), week_shares(), strict=True):
        yield near(
            f"duty.{name}",
            source=f"{FINN}, as a semi-Markov chain; drawn in {drills} drills, 4 standard errors",
            expected=share,
            measured=sum(duty in words for duty in duties) / drills,
            tolerance=4 * sqrt(share * (1 - share) / drills),
        )


def _by_timetable(harness: Harness) -> Iterator[Case]:
    """Yield the duty shares of an officer with timetable and calendar, from the duty events of Monday to Friday."""
    turns = [{"from": a, "to": b, "duty": duty} for (a, duty), (b, _) in pairwise(TIMETABLE)]
    week = {day: "court" if day == AWAY else "here" for day in SCHOOL_DAYS}
    officer = mix_from([{**OFFICER, "timetable": turns, "calendar": week}], {"officer": {}})
    plan, spent = empty_plan(harness.inputs, "three_rooms"), defaultdict[str, float](float)
    for weekday in SCHOOL_DAYS:
        day = {"from": TIMETABLE[0][0], "lasts": f"{DAY_S} s", "calls": [{**NEVER, "rate": "0 /day"}]}
        school_day = scenario_from({"name": "case", **STEADY, "weekday": weekday, "demand": day})
        changes = [
            (event.time_s, event.why)
            for event in simulate(school_day, plan, officer, seed=harness.seed).events
            if event.who == "officer" and event.what in (ev.PRESENT, ev.ABSENT, ev.DUTY)
        ]
        for (since_s, duty), (until_s, _) in pairwise([*changes, (DAY_S, "")]):
            spent[duty] += until_s - since_s
    here_s = sum(spent.values()) - spent["court"]
    for (name, words), share in zip(DUTIES.items(), week_shares(), strict=True):
        yield near(
            f"duty.timetable.{name}",
            source=f"{FINN}, in turns of a timetable; share of the time on campus",
            expected=share,
            measured=sum(spent[word] for word in words) / here_s,
            tolerance=1e-9,
        )
    yield near(
        "duty.timetable.on-campus",
        source="four of five days by the calendar; share of the school hours",
        expected=0.8,
        measured=here_s / sum(spent.values()),
        tolerance=1e-9,
    )
