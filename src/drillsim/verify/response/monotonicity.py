"""Engine cases of monotonicity: measures that must not slow a lockdown, under common random numbers.

More responders, automatic locks and a quicker radio never raise a mean time; the arrival time of the police affects
only the time until an able responder is on scene. Signs are tested exactly, since paired drills differ in nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from drillsim.engine.simulate import simulate
from drillsim.scenario.model import Scenario
from drillsim.verify.harness.batches import Batch, batches, by_variant
from drillsim.verify.harness.case import Case, Harness, claim, near
from drillsim.verify.harness.staging import shipped_mixes, shipped_plan, shipped_scenario, what_if, with_automatic_locks

Floats = NDArray[np.float64]

SCHOOL = "doe_primary"
BATCH = 25
"""Drills of one job."""
TIMES = ("noticed_s", "reported_s", "protective_order_s", "secured_p50_s", "secured_all_s", "able_on_scene_s")
SECURED, ABLE = slice(3, 5), 5
"""Columns of TIMES."""
STAFFINGS = ("police-only", "one-sro", "sro-and-guard")
"""Each has everybody of the one before, and somebody more."""
SLOW_RADIO = {"reporting": {"radio": {"low": "13 s", "high": "18 s"}}}
"""Ten seconds more than shipped."""


class _Variant(NamedTuple):
    staffing: str = STAFFINGS[1]
    automatic: bool = False
    slow_radio: bool = False
    slow_police: bool = False


STAFFED = tuple(_Variant(staffing=name) for name in STAFFINGS)
PRESENT, AUTOMATIC = STAFFED[1], _Variant(automatic=True)
DEAF, RURAL = _Variant(slow_radio=True), _Variant(slow_police=True)


def monotone_cases(harness: Harness) -> Iterator[Case]:
    """Yield the cases of more responders, automatic locks, a quicker radio and quicker police, each on the same drills."""
    drills = harness.drills(100, 1_000)
    found = _play(harness, (*STAFFED, AUTOMATIC, DEAF, RURAL), drills)
    told = f"common random numbers, lockdown of a primary school, {drills} drills; largest change of"
    means = np.array([_mean_change(found[few], found[many]) for few, many in pairwise(STAFFED)])
    yield _never("more-responders", f"{told} a mean time, s", means.max())
    yield _sooner("more-responders", f"{told} the mean until somebody able is there, s", means[:, ABLE].max())
    locked = found[AUTOMATIC][:, SECURED] - found[PRESENT][:, SECURED]
    yield _sooner(
        "automatic-locks", f"{told} the time until half or all rooms are secured in any drill, s", locked.max()
    )
    heard = _mean_change(found[DEAF], found[PRESENT])
    yield _never("quicker-radio", f"{told} a mean time, s", heard.max())
    yield _sooner("quicker-radio", f"{told} the mean until somebody able is there, s", heard[ABLE])
    came = found[PRESENT][:, ABLE] - found[RURAL][:, ABLE]
    yield _never("quicker-police", f"{told} the time until somebody able is there in any drill, s", came.max())
    yield _sooner("quicker-police", f"{told} the mean until somebody able is there, s", came.mean())
    others = np.delete(found[PRESENT] - found[RURAL], ABLE, axis=1)
    yield near(
        "monotone.quicker-police.nothing-else",
        source=f"{told} any other time in any drill, s",
        expected=0.0,
        measured=float(np.abs(others).max()),
        tolerance=0.0,
    )


def _never(name: str, source: str, largest_s: float) -> Case:
    return _sign(f"monotone.{name}.never-slower", source, "at most 0", largest_s, holds=largest_s <= 0)


def _sooner(name: str, source: str, largest_s: float) -> Case:
    return _sign(f"monotone.{name}.sooner", source, "below 0", largest_s, holds=largest_s < 0)


def _sign(id_: str, source: str, expected: str, largest_s: float, *, holds: bool) -> Case:
    return claim(
        id_,
        source=source,
        expected=expected,
        measured=float(largest_s),
        holds=bool(holds),
        tolerance="exact sign",
    )


def _mean_change(before: Floats, after: Floats) -> Floats:
    return np.asarray((after - before).mean(axis=0))


def _play(harness: Harness, variants: tuple[_Variant, ...], drills: int) -> dict[_Variant, Floats]:
    """Return, per variant, the TIMES of the same drills; the horizon where one was not reached."""
    jobs = batches(variants, drills, BATCH)
    return by_variant(
        variants, harness.play(partial(_drills, harness.inputs, harness.seed), jobs, "lockdowns in pairs")
    )


def _drills(inputs: Path, seed: int, job: Batch[_Variant]) -> Floats:
    variant = job.variant
    scenario, mix = _scenario(inputs, variant), shipped_mixes(inputs)[variant.staffing]
    plan = (with_automatic_locks if variant.automatic else shipped_plan)(inputs, SCHOOL)
    rows = [simulate(scenario, plan, mix, seed=seed, replication=r).row for r in job.replications]
    return np.array([[scenario.horizon if row[t] is None else row[t] for t in TIMES] for row in rows], dtype=np.float64)


def _scenario(inputs: Path, variant: _Variant) -> Scenario:
    lockdown = shipped_scenario(inputs, "lockdown")
    if variant.slow_police:
        return lockdown.with_override("slow-police")
    return what_if(lockdown, SLOW_RADIO) if variant.slow_radio else lockdown
