"""Shipped figures and played drills held against what is on record: drills, ambulances, mock codes, officers, locks.

Kinds engine and input. A case that is outside says why: a record of another building, or of other people, is not a target.
Sources: docs/sources.md#bath-county, docs/sources.md#silverman07, docs/sources.md#gramm25, docs/sources.md#salman19,
docs/sources.md#villamaria10, docs/sources.md#escorts, docs/sources.md#nces-officers, docs/sources.md#sro-agreements,
docs/sources.md#purdue, docs/sources.md#locks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from drillsim.engine.simulate import simulate
from drillsim.plan.model import FloorPlan
from drillsim.record import events as ev
from drillsim.record.trace import Trace
from drillsim.scenario.defaults import POLICE_LAWS
from drillsim.scenario.model import Scenario
from drillsim.scenario.response import AGREEMENTS
from drillsim.scenario.staffing import Mix, shipped_role
from drillsim.verify.harness.batches import Batch, batches
from drillsim.verify.harness.case import Case, Harness, claim, near
from drillsim.verify.harness.staging import scenario_from, shipped_mixes, shipped_plan, shipped_scenario
from drillsim.verify.response.days import Team, joined, play_day
from drillsim.verify.theory.batch_means import ratio
from drillsim.verify.theory.cities import City
from drillsim.verify.theory.queueing import erlang_b, mmc

SECONDARY, PRIMARY = "doe_secondary", "doe_primary"
BATCH = 25
"""Drills of one job."""
PEOPLE_ON_RECORD = 233
"""People of the lockdown drill on record, in class time."""
IN_THE_HALLS = ("5 %", "10 %", "20 %")
"""Share of the rooms whose pupils are in the halls in class time: the record does not tell."""


def record_cases(harness: Harness) -> Iterator[Case]:
    """Yield every case held against what is on record."""
    yield from _halls(harness)
    yield from _ambulance(harness)
    yield from _aed_and_walk()
    yield from _mock_codes(harness)
    yield from _escorts(harness)
    yield from _officers()
    yield from _police_and_locks(harness)


def _played(harness: Harness, label: str, what: Any, drills: int) -> list[Trace]:
    """Return drills of a top-level function from a seed and a batch to traces."""
    jobs = batches([""], drills, BATCH)
    found = harness.play(partial(what, harness.inputs, harness.seed), jobs, label)
    return [trace for part in found for trace in part]


def _median(traces: list[Trace], later: str, earlier: str) -> float:
    """Return the median of the difference of two time columns, over the drills that reach both."""
    pairs = [(trace.row[later], trace.row[earlier]) for trace in traces]
    apart = [float(a) - float(b) for a, b in pairs if a is not None and b is not None]
    return float(np.median(apart)) if apart else float("nan")


# ---------------------------------------------------------------------- halls


def _small_school(inputs: Path, share: str) -> FloorPlan:
    """Return the primary school with as many people as on record, and a share of its rooms in the halls in class time."""
    plan = shipped_plan(inputs, PRIMARY)
    everybody = sum(space.people for space in plan.spaces if space.use == "classroom")
    scaled = tuple(
        s.model_copy(update={"people": round(s.people * PEOPLE_ON_RECORD / everybody)}) if s.use == "classroom" else s
        for s in plan.spaces
    )
    moves = [{"share": share, "home": "classroom", "to": "corridor"}]
    periods = tuple(
        type(p).model_validate({**p.model_dump(by_alias=True), "moves": moves}, context={"si": True})
        for p in plan.timetable
        if p.period == "class"
    )
    return plan.model_copy(update={"spaces": scaled, "timetable": periods})


def _lockdowns(share: str, inputs: Path, seed: int, job: Batch[str]) -> list[Trace]:
    plan, drill = _small_school(inputs, share), shipped_scenario(inputs, "lockdown")
    mix = shipped_mixes(inputs)["one-sro"]
    return [simulate(drill, plan, mix, seed=seed, replication=r) for r in job.replications]


def _halls(harness: Harness) -> Iterator[Case]:
    drills = harness.drills(40, 400)
    traces = {
        share: _played(harness, f"lockdowns with {share} in the halls", partial(_lockdowns, share), drills)
        for share in IN_THE_HALLS
    }
    seconds = [_median(found, "halls_clear_s", "protective_order_s") for found in traces.values()]
    yield claim(
        "record.order-to-halls-clear",
        source="drill log of an elementary school, Bath County, Virginia, 9/23/2015: lockdown in class time, 233 people, 30 to 39 s from "
        f"the order; medians of {drills} lockdowns of the primary school with {PEOPLE_ON_RECORD} people, {', '.join(IN_THE_HALLS)} of the rooms "
        "in the halls (the record does not tell how many; the shipped timetable has nobody there in class time)",
        expected="30 to 39 s",
        measured=", ".join(f"{s:.0f} s" for s in seconds),
        holds=min(seconds) <= 39 and max(seconds) >= 30,
        tolerance="range",
    ).because(
        "rule B13: pupils in the halls are on their feet and turn to the nearest open room as soon as the announcement of 8 s is over, "
        "without a premovement, and the rooms of this school lie along its halls; how many they were, and how far from a room, is "
        "not on record"
    )


# ---------------------------------------------------------------------- medical


def _collapses(school: str, inputs: Path, seed: int, job: Batch[str]) -> list[Trace]:
    plan, drill = shipped_plan(inputs, school), shipped_scenario(inputs, "medical")
    mix = shipped_mixes(inputs)["police-only"]
    return [simulate(drill, plan, mix, seed=seed, replication=r) for r in job.replications]


def _ambulance(harness: Harness) -> Iterator[Case]:
    for school in (PRIMARY, SECONDARY):
        traces = _played(harness, f"ambulances, {school}", partial(_collapses, school), harness.drills(50, 400))
        yield near(
            f"record.ambulance-door-to-patient.{school}",
            source="Silverman et al. 2007, 449 New York calls, arrival to patient: median 126 s (houses 78, offices 162, outdoors 30); "
            f"median of {len(traces)} collapses in a classroom, nobody on campus meets the crew",
            expected=126.0,
            measured=_median(traces, "ems_on_scene_s", "ems_at_entry_s"),
            tolerance=48.0,
            unit="s",
        ).because(
            "rule B6: the crew walks through one school of one or two storeys; the record is of a city, with lifts and flats"
        )


def _aed_and_walk() -> Iterator[Case]:
    run, ready = shipped_role("sro").run, shipped_role("sro").acknowledge.quantile(0.5)
    yield claim(
        "record.aed-fetched-at-a-run",
        source="Gramm et al. 2025, 30 people fetch an AED over 400 to 1,200 m: street 112 s + d / 2.92 m/s, track 3.07 m/s; "
        "the shipped pace of units that run",
        expected="2.92 m/s and 3.07 m/s",
        measured=f"{run.a:g} to {run.b:g} m/s",
        holds=run.a <= 2.92 <= run.b and run.a <= 3.07 <= run.b,
        tolerance="range",
    ).of_kind("input")
    take_s = Scenario.model_fields["medical"].default.aed_take.mean()
    yield near(
        "record.aed-fixed-time",
        source="Gramm et al. 2025, street: 112 s beside the run; shipped: acknowledge and taking the AED, medians",
        expected=112.0,
        measured=ready + take_s,
        tolerance=10.0,
        unit="s",
    ).of_kind("input").because(
        "A:medical.aed_take: staff know where the AED of their school hangs, and cross no street; the volunteers of the record did not "
        "and did"
    )  # fmt: skip
    for name, pace_mps in (("walking", shipped_role("sro").patrol_speed), ("running", run.mean())):
        yield near(
            f"record.team-{name}",
            source="Salman et al. 2019, 55 campus calls, a team walks from the emergency department: 131.1 m in 102.4 s on average; the "
            f"median acknowledgement and {pace_mps:g} m/s",
            expected=102.4,
            measured=ready + 131.1 / pace_mps,
            tolerance=15.0,
            unit="s",
        ).of_kind("input").because(
            "A:responder.speed_jog: units run to an emergency; the team on record walked, and at a walk they agree"
        )  # fmt: skip


CODE = {
    "name": "mock-code", "time_of_day": "10:00", "incidents": [{"kind": "medical", "where": {"draw": {"classroom": "100 %"}}}],
    "reporting": {"by": "phone"},
}  # fmt: skip
STAFF: tuple[dict[str, Any], ...] = (
    {"id": "nurse-1", "role": "nurse", "post": "office"},
    {"id": "administrator-1", "role": "administrator", "post": "office"},
    {"id": "guard-1", "role": "unarmed-guard", "post": "front-desk", "presence": 1.0},
)
"""Staff of a small school: its ways are as long as those of a ward."""


def _codes(inputs: Path, seed: int, job: Batch[str]) -> list[Trace]:
    plan, drill = shipped_plan(inputs, "courtyard_school"), scenario_from(CODE)
    roles = {str(unit["role"]): shipped_role(str(unit["role"])) for unit in STAFF}
    mix = Mix.model_validate({"name": "staff", "units": list(STAFF)}).model_copy(update={"roles": roles})
    return [simulate(drill, plan, mix, seed=seed, replication=r) for r in job.replications]


def _mock_codes(harness: Harness) -> Iterator[Case]:
    traces = _played(harness, "mock codes", _codes, harness.drills(50, 400))
    arrivals = [sorted(e.time_s for e in t.events if e.what == ev.ON_SCENE and "ems" not in e.who) for t in traces]
    reported = [float(t.row["reported_s"] or np.nan) for t in traces]
    second = [a[1] - r for a, r in zip(arrivals, reported, strict=True) if len(a) > 1]
    found = {
        "first-responder": (42.0, _median(traces, "first_on_scene_s", "reported_s")),
        "team-member": (66.0, float(np.median(second)) if second else float("nan")),
        "cart-or-aed": (68.0, _median(traces, "aed_on_scene_s", "reported_s")),
        "compressions": (80.0, _median(traces, "first_aid_s", "reported_s")),
    }
    for name, (expected, measured) in found.items():
        yield near(
            f"record.mock-code.{name}",
            source="Villamaria et al. 2010, 12 mock codes in a new hospital, medians after the call; a collapse in a classroom of the "
            f"courtyard school, nurse, administrator and guard on duty, median of {len(traces)} drills",
            expected=expected,
            measured=measured,
            tolerance=0.3 * expected,
            unit="s",
        ).because(
            "rule B24: whoever gives first aid begins on arrival and units run; on record a third did not know where to go, and "
            "compressions waited for a team"
        )
    yield Case(
        "record.mock-code.first-shock", "engine", "Villamaria et al. 2010: first shock 341 s in the median", 341.0, None, None,
        "not-modelled", "drillsim models no treatment: the AED's arrival is its last step before the ambulance", unit="s",
    )  # fmt: skip


# ---------------------------------------------------------------------- a queue of officers

MINUTE_S = 60.0
ESCORTS = Team(
    "campus-escorts", City(calls=(0.2,), preference=(tuple(range(8)),), service=(1 / 25,) * 8), "inf", ("room-101",),
    ("stair-a-0",) * 8, unit_s=MINUTE_S,
)  # fmt: skip
"""A request every 5 minutes, 25 minutes each, 8 officers, in minutes."""
EXAMS = Team(
    "campus-exams", City(calls=(19.2 / 60,), preference=(tuple(range(8)),), service=(1 / 25,) * 8), "zero", ("room-101",),
    ("stair-a-0",) * 8, unit_s=MINUTE_S,
)  # fmt: skip
"""19.2 requests an hour; who finds nobody free goes alone."""
TEXTBOOK = "campus escort service of a queueing textbook: 8 officers, a request each 5 min, 25 min each"


def _escort_day(inputs: Path, seed: int, job: tuple[Team, int, int]) -> Any:
    team, calls, day = job
    return play_day(team, shipped_plan(inputs, "three_rooms"), calls=calls, seed=seed, day=day)


def _escorts(harness: Harness) -> Iterator[Case]:
    yield near(
        "record.escorts.lost-in-theory", source=f"{TEXTBOOK}; exam time, 19.2 an hour, lost when busy: Erlang B", expected=0.23557,
        measured=erlang_b(servers=8, load=8.0), tolerance=5e-6,
    ).of_kind("function")  # fmt: skip
    line = mmc(servers=8, load=5.0)
    yield near(
        "record.escorts.minutes-in-theory", source=f"{TEXTBOOK}: minutes to the destination, M/M/8", expected=26.39,
        measured=25 + line.waiting / 0.2, tolerance=0.005,
    ).of_kind("function")  # fmt: skip
    calls, days = max(400, harness.drills(8_000, 100_000) // 4), 4
    jobs = [(team, calls, day) for team in (ESCORTS, EXAMS) for day in range(days)]
    played = harness.play(partial(_escort_day, harness.inputs, harness.seed), jobs, "days of campus escorts")
    waits, lost = joined(played[:days]), joined(played[days:])
    busy = ratio(waits.busy.sum(axis=1), waits.lasts)
    minutes = ratio(waits.line / MINUTE_S, waits.calls)
    share = ratio(lost.lost, lost.calls)
    for name, told, expected, measured, error in (
        ("free", "officers free on average", 3.0, 8 - busy.value, busy.error),
        ("minutes", "minutes to the destination", 26.39, 25 + minutes.value, minutes.error),
        ("lost", "exam time, 19.2 an hour, share lost when busy", 0.23557, share.value, share.error),
    ):
        yield near(
            f"record.escorts.{name}",
            source=f"{TEXTBOOK}: {told}; {4 * calls:,} calls, 4 standard errors",
            expected=expected,
            measured=measured,
            tolerance=4 * error,
        )


# ---------------------------------------------------------------------- shipped settings


def _officers() -> Iterator[Case]:
    presence = shipped_role("sro").presence
    for level, share in (("secondary", 0.458), ("primary", 0.134)):
        yield near(
            f"record.officer-there-all-hours.{level}",
            source=f"NCES Digest 2017, table 233.72 (2015-16): share of {level} schools with officers that have one there in all hours of "
            "all days; the shipped presence of a full-time officer",
            expected=share,
            measured=presence,
            tolerance=0.05,
        ).of_kind("input").because(
            "A:availability.full_time_on_campus is a share of one officer's hours, the record one of schools: most schools share an officer. "
            "The mixes show both: one-sro (85 %) and part-time-sro (30 %); write your own week as a calendar"
        )  # fmt: skip
    shipped = Scenario.model_fields["dispatch"].default.agreement
    name = next(name for name, roles in AGREEMENTS.items() if roles == shipped)
    yield claim(
        "record.officers-in-discipline",
        source="NCES Digest 2023, table 233.74b (2021-22): officers take part in discipline in 33 to 55 % of the schools with officers, by "
        f"size, and in 39.6 % of elementary schools; the named agreements {', '.join(AGREEMENTS)}",
        expected="33 to 55 % of schools",
        measured=f"0 % by {name}, the default; all by officers-take-part",
        holds=False,
        tolerance="range",
    ).of_kind("input").because(
        "docs/sources.md#sro-agreements: one school has one agreement. The one that is shipped is what agreements on record say, and what "
        "more than half of the schools of most sizes do; dispatch.agreement chooses another"
    )  # fmt: skip


def _police_and_locks(harness: Harness) -> Iterator[Case]:
    slow = POLICE_LAWS["slow"]
    yield claim(
        "record.police-slow",
        source="Purdue University's models of school response 2014: at least 10 min, control case 10 to 12 min; the preset slow",
        expected="600 to 720 s",
        measured=f"{slow.quantile(1e-9):.0f} to {slow.quantile(1 - 1e-9):.0f} s",
        holds=abs(slow.quantile(1e-9) - 600) < 0.5 and abs(slow.quantile(1 - 1e-9) - 720) < 0.5,
        tolerance="range",
    ).of_kind("input")
    lockdown = shipped_scenario(harness.inputs, "lockdown")
    preset = lockdown.with_override("rooms-without-lock").protocol.rooms.without_lock
    yield claim(
        "record.rooms-without-lock",
        source="NCES 2019-20 by Education Week: one school in four has rooms that cannot be locked from inside; share of rooms without a lock",
        expected="some rooms in 25 % of schools",
        measured=f"{lockdown.protocol.rooms.without_lock:.0%} by default, {preset:.0%} by the what-if rooms-without-lock",
        holds=False,
        tolerance="none",
    ).of_kind("input").because(
        "A:lockdown.without_lock: three schools in four have none, so that the default has none; what one school in four has, and how many "
        "rooms it are, is for the school to say"
    )  # fmt: skip
