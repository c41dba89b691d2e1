"""Crowd cases of inputs: the speeds and premovements that drillsim ships beside those that others measured.

What is shipped is for a secondary school of practised pupils. Another school writes its own groups; where the shipped
figures do not fit, the case is outside and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot

from drillsim.crowd.laws import DOOR_LAWS, stair_factor, stair_k_mps
from drillsim.plan.model import Stair
from drillsim.scenario.people import People
from drillsim.verify.case import Bench, Case, claim, near
from drillsim.verify.crowd_plans import corridor
from drillsim.verify.crowd_play import persons, play

SHIPPED = People()
PUPILS, HELPED = SHIPPED.groups["secondary"].speed, SHIPPED.groups["needs-help"].speed
RISER_M, TREAD_M = (float(Stair.model_fields[name].default.removesuffix(" m")) for name in ("riser", "tread"))
DOWN, UP = (stair_factor(stair_k_mps(RISER_M, TREAD_M), up=up) for up in (False, True))
"""Speed along a shipped stair over level speed."""
OWN_GROUP = "the shipped group is of secondary pupils, and a school of small children writes its own"


def school_cases(_bench: Bench) -> Iterator[Case]:
    """Children of primary schools and younger, as measured in drills."""
    yield near(
        "VAL-SCHOOL-IRL",
        "input",
        source="Hamilton, Lennon and O'Raw 2020, 2,245 children of 4 to 12 in 12 drills: mean speed; flow of exit doors 1.6 "
        f"persons/s/m, between the door laws sfpe ({DOOR_LAWS['sfpe'][0]:.2f}) and lab ({DOOR_LAWS['lab'][0]:.2f})",
        expected=0.99,
        measured=PUPILS.a,
        tolerance=0.099,
        unit="m/s",
        reason=f"rule A4: everybody walks at the speed of its group; {OWN_GROUP} ({{mean: 0.99 m/s}})",
    )
    running = persons([(0, 0.0, 1.0)], level_mps=1.9)
    walked_mps = 40 / float(play(corridor(40, 2), running).out_s()[0])
    first_s, last_s = SHIPPED.premovement.a, SHIPPED.premovement.c
    yield claim(
        "VAL-SCHOOL-CZ2",
        "input",
        source="15 drills in 10 Czech nursery schools, 970 children of 3 to 7: mean speed in corridors (running), range of premovement. No cap "
        f"stands in the way: one to whom 1.9 m/s is assigned walks {walked_mps:.4g} m/s",
        expected="1.9 m/s; 3 to 59 s",
        measured=f"{PUPILS.a:g} m/s (0.8 to {PUPILS.high:g}); {first_s:g} to {last_s:g} s",
        holds=PUPILS.a >= 1.9 and first_s >= 3 and last_s <= 59,
        tolerance="range",
        reason=f"rule A4: everybody walks at the speed of its group, and rule A10: sets off when its premovement ends; {OWN_GROUP}",
    )
    yield claim(
        "VAL-SCHOOL-DK",
        "input",
        source="Larusdottir and Dederichs 2012 (recalled), 10 daycare centres: level speed at 0 to 2 and 3 to 6 years",
        expected="0.60 and 0.84 m/s",
        measured=f"{HELPED.a:.2f} m/s (those who need help) and {PUPILS.a:g} m/s",
        holds=abs(HELPED.a - 0.60) <= 0.06 and abs(PUPILS.a - 0.84) <= 0.084,
        tolerance="10 %",
        reason=f"rule A4: everybody walks at the speed of its group; {OWN_GROUP}",
    )


def mobility_cases(_bench: Bench) -> Iterator[Case]:
    """People who need help, and how much slower they are."""
    ratio = PUPILS.a / HELPED.a
    yield near(
        "VAL-WHEELCHAIR",
        "input",
        source="corridor experiments with assisted wheelchair users, JSTAT 2021: speed of the able over that of wheelchair users; specific flow "
        f"1.49 +/- 0.21 persons/s/m, which holds the {DOOR_LAWS['sfpe'][0]:.2f} of the door law sfpe",
        expected=1.389,
        measured=ratio,
        tolerance=0.1389,
        reason="rule A4: everybody walks at the speed of its group; the shipped group that needs help walks without help "
        "(A:people.needs_help), slower than somebody in a wheelchair that is pushed",
    )
    down_mps, up_mps = HELPED.a * DOWN, HELPED.a * UP
    yield claim(
        "VAL-MOBILITY",
        "input",
        source="Boyce, Shields and Silcock 1999 (recalled): disabled adults on the level, means from 0.57 (rollator) to 1.30 m/s (assisted "
        "wheelchair), and on stairs",
        expected="0.57 to 1.30 m/s; 0.33 m/s down, 0.38 m/s up",
        measured=f"{HELPED.a:.2f} m/s; {down_mps:.2f} m/s down, {up_mps:.2f} m/s up",
        holds=0.57 <= HELPED.a <= 1.30 and abs(down_mps / 0.33 - 1) <= 0.10 and abs(up_mps / 0.38 - 1) <= 0.10,
        tolerance="range; 10 % on stairs",
        reason="rule A4: where no stair speed is assigned it is the same share of the level speed for everybody, "
        f"{DOWN:.2f} down, which is too quick for people who need help; level and up agree. Assign stair_down where it matters",
    )


def drill_cases(_bench: Bench) -> Iterator[Case]:
    """Stair speeds of adults and the first minute after an alarm."""
    flat = TREAD_M / hypot(RISER_M, TREAD_M)
    down_mps, up_mps = PUPILS.a * DOWN, PUPILS.a * UP
    yield claim(
        "VAL-STAIR-FRUIN",
        "input",
        source="Fruin as quoted for RiMEA (horizontal) and in PD 7974-6: people under 30 on stairs",
        expected="0.76 to 0.81 m/s down (PD: to 1.01), 0.55 to 0.58 m/s up (PD: to 0.67)",
        measured=f"{down_mps:.2f} m/s down, {up_mps:.2f} m/s up (horizontally {down_mps * flat:.2f} and {up_mps * flat:.2f})",
        holds=0.76 <= down_mps * flat <= 0.81 and 0.55 <= up_mps * flat <= 0.58,
        tolerance="range",
        reason="rule A4: where no stair speed is assigned it follows from the level speed, k/1.40 of it down and 0.8 of that up; "
        "Fruin's people were slower, most of all up. Assign stair_up and stair_down to sweep it",
    )
    yield claim(
        "VAL-PREMOVE-PD",
        "input",
        source="BS PD 7974-6 (recalled), awake and familiar, management M1: the first sets off after 30 s, 99 % within another 60 s",
        expected="30 s; 90 s",
        measured=f"{SHIPPED.premovement.quantile(0.01):.1f} s; {SHIPPED.premovement.quantile(0.99):.1f} s",
        holds=SHIPPED.premovement.quantile(0.01) >= 30 and SHIPPED.premovement.quantile(0.99) <= 90,
        tolerance="range",
        reason="rule A10: a person decides and goes when its premovement ends, and the shipped one (A:people.premovement) is that of a "
        "practised class with a teacher, quicker than the standard's; write a longer one to design for",
    )
