"""Crowd cases of premovement: start times follow their law, and delays propagate through a queue.

Sources: IMO Circ.1533 test 5; NIST TN 1822 Verif.1.1 (Lovreglio et al. 2019); EvacuatioNZ; Lindley 1952.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import exp
from typing import Any

import numpy as np
from scipy import stats

from drillsim.crowd.laws import Laws
from drillsim.crowd.population import quantiles
from drillsim.quantities import spread
from drillsim.streams.streams import Streams, slot_words
from drillsim.verify.crowd.walking import EXACT, FIXED_SEED, IMO, NIST, WORST_P
from drillsim.verify.harness.case import Case, Harness, claim, near
from drillsim.verify.harness.crowd_plans import room_8_by_5
from drillsim.verify.harness.crowd_runs import (
    AT_ONCE,
    Floats,
    Play,
    apart,
    cells_of,
    drawn_people,
    person_words,
    persons,
    play,
    seats_of,
    small,
)

PACE = spread("1.34 m/s", "speed")
TEN_TO_HUNDRED = spread({"low": "10 s", "high": "100 s"}, "time")
DOOR = (0, 8.0, 2.5)
"""At the exit of the room of 8 by 5 m."""
GUIDE = Laws(door="sfpe-guide")
"""1.33 persons per second and metre of effective width, as the worked examples have it."""
ENZ = "EvacuatioNZ verification v2.11"


def start_cases(harness: Harness) -> Iterator[Case]:
    """Yield IMO-05 and NIST-1.1: first steps at the end of premovement, and premovements that follow their law."""
    cells = cells_of(room_8_by_5(people=10))
    people = drawn_people(seats_of(cells), Streams(harness.seed, "IMO-05"), speed=PACE, premovement=TEN_TO_HUNDRED)
    yield near(
        "IMO-05",
        source=f"{IMO} test 5; RiMEA test 5; {NIST} Verif.1.1: 10 people, premovement 10 to 100 s; largest difference "
        "between somebody's premovement and its first step",
        expected=0.0,
        measured=apart(_first_steps_s(Play(cells, people, {"record_legs": True})), people.premovement_s),
        tolerance=0.0,
        unit="s",
    )
    yield _laws_of_premovement()


def _laws_of_premovement() -> Case:
    """Return NIST-1.1: first steps of 10 persons in 100 drills per law, by a Kolmogorov-Smirnov test."""
    drills, told, worst_p, worst_error = 100, [], 1.0, 0.0
    cells = cells_of(room_8_by_5(people=10))
    seats = seats_of(cells)
    lognormal = spread({"median": f"{exp(4.586)} s", "sigma": 0.967}, "time")
    laws: dict[str, tuple[Any, Any]] = {
        "uniform": (TEN_TO_HUNDRED, stats.uniform(10, 90)),
        "gamma": (None, stats.gamma(1.291, scale=103.901)),
        "lognormal": (lognormal, stats.lognorm(0.967, scale=exp(4.586))),
        "Weibull": (None, stats.weibull_min(1.195, scale=139.285)),
    }
    for name, (written, law) in laws.items():
        steps = []
        for r in range(drills):
            streams = Streams(FIXED_SEED, f"NIST-1.1 {name}", r)
            people = drawn_people(seats, streams, speed=PACE, premovement=written or AT_ONCE)
            if written is None:
                u = streams.uniforms("people.premovement", slot_words(people.slots))
                people = replace(people, premovement_s=law.ppf(u))
            steps.append(_first_steps_s(Play(cells, people, {"record_legs": True})))
        found = np.concatenate(steps)
        chance = float(stats.kstest(found, law.cdf).pvalue)
        errors = float(abs(found.mean() - law.mean()) / law.std() * len(found) ** 0.5)
        worst_p, worst_error = min(worst_p, chance), max(worst_error, errors)
        told.append(f"{name} p {chance:.2f}, mean off by {errors:.1f}")
    return claim(
        "NIST-1.1",
        source=f"{NIST} Verif.1.1, laws of Lovreglio et al. 2019 (corrigendum): first steps of 10 people in {drills} "
        "drills. A file writes the uniform and the lognormal; gamma and Weibull are given person by person",
        expected=f"Kolmogorov-Smirnov p above {WORST_P:g}, means within 3 standard errors",
        measured="; ".join(told),
        holds=worst_p > WORST_P and worst_error <= 3,
        tolerance="5 % level, fixed seed",
    )


def _first_steps_s(drill: Play) -> Floats:
    """Return the time of the first step of each person in s, (people,)."""
    drill.out_s()
    legs = drill.legs()
    return np.array([legs[p][0].times_s[0] for p in range(len(drill.people))])


def delay_cases(harness: Harness) -> Iterator[Case]:
    """Yield ENZ-DELAY: a fixed delay shifts the queue at a door; random delays obey Lindley's recursion."""
    people, capacity_ps = 100, 1.33 * 0.7
    last = [
        float(play(room_8_by_5(), persons([DOOR] * people, premovement_s=delay_s), GUIDE).out_s().max())
        for delay_s in (0.0, 30.0, 120.0)
    ]
    off_s = apart(last, (people - 1) / capacity_ps + np.array([0.0, 30.0, 120.0]))
    for usual_s in (15.0, 30.0, 60.0):
        law = spread({"low": "0 s", "usual": f"{usual_s} s", "high": f"{2 * usual_s} s"}, "time")
        words = person_words(people)
        ready_s = quantiles(law, Streams(harness.seed, f"ENZ-DELAY {usual_s}").uniforms("people.premovement", words))
        out_s = play(room_8_by_5(), persons([DOOR] * people, premovement_s=ready_s), GUIDE).out_s()
        off_s = max(off_s, apart(np.sort(out_s), _lindley(np.sort(ready_s), 1 / capacity_ps)))
    yield claim(
        "ENZ-DELAY",
        source=f"{ENZ} section 3.2, 100 people at a door of {capacity_ps:.3f}/s: fixed delays of 0, 30 and 120 s; "
        "triangular ones about 15, 30 and 60 s, person by person against the recursion of a server without spread",
        expected="last out at 106.3, 136.3, 226.3 s; no difference to the recursion",
        measured=f"{last[0]:.1f}, {last[1]:.1f}, {last[2]:.1f} s; largest difference {small(off_s)} s",
        holds=apart(last, [106.3, 136.3, 226.3]) <= 1 / capacity_ps and off_s <= EXACT,
        tolerance=f"1/C = {1 / capacity_ps:.2f} s; {EXACT:g} s to the recursion",
    )


def _lindley(ready_s: Floats, rest_s: float) -> Floats:
    """Return departure times in s by Lindley's recursion, d_i = max(ready_i, d_(i-1) + rest_s), for sorted `ready_s`."""
    left = [float(ready_s[0])]
    for ready in ready_s[1:]:
        left.append(max(float(ready), left[-1] + rest_s))
    return np.array(left)
