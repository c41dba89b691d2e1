"""Crowd cases that are not run: effects that the model leaves out by rule, and buildings without obtainable data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from drillsim.verify.harness.case import Case, Harness


class _Absent(NamedTuple):
    id: str
    source: str
    expected: str
    reason: str


LEFT_OUT = (
    _Absent(
        "RIMEA-16",
        "RiMEA 4.1.1 test 16, single file on a ring: 10, 50 and 90 % of speeds by persons per metre",
        "speed within the 10 to 90 % band, median 1.09 m/s at 0.5 and 0.27 m/s at 1.5 persons/m",
        "rule A4: speed follows the persons per square metre of a cell; nobody keeps a distance to the one before, so a line of persons per "
        "metre has no meaning",
    ),
    _Absent(
        "NIST-2.5",
        "NIST TN 1822 Verif.2.5; ISO 20414 test 18: 100 m at 1.25 m/s in smoke that halves the speed",
        "160 s",
        "rule A4: speed depends on person, stair and density only; smoke does not exist",
    ),
    _Absent(
        "NIST-2.9",
        "NIST TN 1822 Verif.2.9: a group of four at 1.25 m/s and one at 0.5 m/s",
        "the group arrives within 10 s",
        "rule A4: everybody walks at its own speed, pupils of a class one by one; no rule keeps a group together",
    ),
    _Absent(
        "NIST-3.2",
        "NIST TN 1822 Verif.3.2; ISO 20414 test 15: two equal exits, somebody who is bound for the second",
        "the second is used more often",
        "rule A10: a way is chosen by its time and its queues; whom others follow has no part in it",
    ),
    _Absent(
        "IMO-1238-T",
        "IMO MSC.1/Circ.1238 annex 1, app. 2: simplified analysis of two merging stairs, decks 5 to 11",
        "T = 437.5 s (case 1), 403 s (case 2); flow time 104.4 s",
        "rules A5 and A8: a stair takes in what its capacity allows, whoever comes from where, and times follow from people, not from a sum of "
        "flow, deck and stair times with a factor of 2.3; nor are the widths of the corridors given",
    ),
    _Absent(
        "CF-SHARE",
        "Navin and Wheeler 1969, HCM 2000: walkway with a minor stream of a tenth to a half",
        "two-way over one-way capacity 0.84 to 0.86 at a tenth, 0.94 to 1.0 at a half",
        "rules A5 and A6: one server for both directions with the same capacity whatever their shares, so the ratio is 1.0 everywhere",
    ),
)
NOT_TO_BE_HAD = "rule A13: people start and end at places of a drawn building, and {}"
WITHOUT_NUMBERS = (
    _Absent(
        "VAL-STAIR-NIST",
        "NIST, stairs of 14 buildings of 6 to 62 storeys, TN 1839",
        "mean 0.44 m/s, sd 0.19 m/s; 95th percentile of times within 17 %, as a published network model",
        NOT_TO_BE_HAD.format("plans and raw data (FR 4024) have not been obtained; nor do people tire here (rule A4)"),
    ),
    _Absent(
        "VAL-JEAN-TALON",
        "Tsai 2007, drill in an office tower",
        "863 s (EvacuatioNZ 827 s, premovement fitted)",
        NOT_TO_BE_HAD.format("this one's plan and premovement stand in a thesis that has not been obtained"),
    ),
    _Absent(
        "VAL-OFFICE-21",
        "Tsai 2007, office of 21 storeys in Australia",
        "1,800 s (simulated 1,730 to 1,830 s)",
        NOT_TO_BE_HAD.format("this one's plan stands in a thesis that has not been obtained"),
    ),
    _Absent(
        "VAL-SCHOOL-ES",
        "Cuesta and Gwynne 2016: five drills in one school in Spain",
        "arrival curves (ERD, EPC, SC)",
        NOT_TO_BE_HAD.format("drawings, premovements and arrival curves of this school are published but have not been obtained. It is the best "
                             "target for a blind comparison"),
    ),
    _Absent(
        "VAL-UNI-DRILLS",
        "Minambres, Llanos and Gento 2020: 47 drills in 15 university buildings",
        "exit time by people",
        NOT_TO_BE_HAD.format("neither plans nor the values of the regression have been obtained"),
    ),
)  # fmt: skip


def absent_cases(_harness: Harness) -> Iterator[Case]:
    """Yield the cases with verdict not-modelled, each with the rule or the missing data."""
    for case in (*LEFT_OUT, *WITHOUT_NUMBERS):
        yield Case(case.id, "engine", case.source, case.expected, None, None, "not-modelled", case.reason)
