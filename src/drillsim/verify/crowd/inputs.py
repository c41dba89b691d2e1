"""Crowd cases of inputs: the groups and door laws that drillsim ships beside what others measured.

Some shipped figures were taken from the very source of a case: that they agree says that they were copied rightly, and
the case says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import nan

from drillsim.crowd.laws import DOOR_LAWS
from drillsim.quantities import Spread
from drillsim.scenario.groups import SHIPPED_GROUPS
from drillsim.verify.harness.case import Case, Harness, claim
from drillsim.verify.harness.crowd_plans import corridor
from drillsim.verify.harness.crowd_runs import persons, play, shipped

FRUIN_MPS = {
    "secondary": ((0.76, 0.81), (0.55, 0.58)),
    "adults": ((0.65, 0.78), (0.50, 0.58)),
    "needs-help": ((0.42, 0.42), (0.32, 0.32)),
}
"""Lowest and highest speed down and up stairs: people under 30, of 30 to 50, and impaired. Source: docs/sources.md#fruin."""


def school_cases(_harness: Harness) -> Iterator[Case]:
    """Children of primary schools and younger, as measured in drills."""
    pupils, small = shipped("primary"), shipped("pre-k")
    flows = [flow for flow, _ in DOOR_LAWS.values()]
    yield (
        claim(
            "VAL-SCHOOL-IRL",
            source="Hamilton, Lennon and O'Raw 2020, 2,245 children of 4 to 12 in 12 drills: mean speed (that of the group primary is shipped "
            f"from here); mean flow of exit doors, beside the shipped door laws {', '.join(DOOR_LAWS)}",
            expected="0.99 m/s; 1.6 persons/s/m",
            measured=f"{pupils.level.mean():.2f} m/s; " + ", ".join(f"{flow:.2f}" for flow in flows) + " persons/s/m",
            holds=abs(pupils.level.mean() / 0.99 - 1) <= 0.10 and any(abs(flow / 1.6 - 1) <= 0.10 for flow in flows),
            tolerance="10 % on means",
        )
        .of_kind("input")
        .because(
            "rule A5: one named law holds for all doors and all people; sfpe, the default, lets a fifth fewer through than these children "
            "and lab a fifth more. The speed agrees. A school that trusts the figure writes door: {flow: 1.6 /s/m, boundary: 0 m}"
        )
    )
    walked_mps = 40 / float(play(corridor(40, 2), persons([(0, 0.0, 1.0)], level_mps=1.9)).out_s()[0])
    yield (
        claim(
            "VAL-SCHOOL-CZ2",
            source="15 drills in 10 Czech nursery schools, 970 children of 3 to 7, beside the group pre-k: mean speed on landings, in doorways and in "
            "corridors (where they ran); range of premovement (shipped from here). No cap stands in the way: one to whom "
            f"1.9 m/s is assigned walks {walked_mps:.4g} m/s",
            expected="0.96, 0.99 and 1.9 m/s; 3 to 59 s",
            measured=f"{_range(small.level)} m/s; {_range(small.premovement)} s",
            holds=all(_holds(small.level, v) for v in (0.96, 0.99, 1.9)) and _ends(small.premovement) == (3, 59),
            tolerance="range",
        )
        .of_kind("input")
        .because(
            "rule A4: everybody walks at the speed of its group all the way, on landings as in corridors; the group pre-k walks and does not "
            "run. Landings, doorways and premovement agree. Nobody is carried or led here, as a quarter of these children were"
        )
    )
    yield (
        claim(
            "VAL-SCHOOL-DK",
            source="Larusdottir and Dederichs 2012 (recalled), 10 daycare centres: level speed at 0 to 2 and 3 to 6 years, beside the group pre-k",
            expected="0.60 and 0.84 m/s",
            measured=f"{_range(small.level)} m/s",
            holds=all(_holds(small.level, v) for v in (0.60, 0.84)),
            tolerance="range",
        )
        .of_kind("input")
        .because(
            "rule A4: everybody walks at the speed of its group, and no group of children under 3 is shipped, whom schools seldom have; "
            "3 to 6 years agree"
        )
    )


def mobility_cases(_harness: Harness) -> Iterator[Case]:
    """People who need help, and how much slower they are."""
    helped, able_mps = shipped("needs-help"), shipped("secondary").level.mean()
    least, most = (able_mps / v for v in reversed(_ends(helped.level)))
    yield (
        claim(
            "VAL-WHEELCHAIR",
            source="corridor experiments with assisted wheelchair users, JSTAT 2021: speed of the able over that of wheelchair users, beside that of the "
            "groups secondary (mean) and needs-help; specific flow 1.49 +/- 0.21 persons/s/m, which holds the "
            f"{DOOR_LAWS['sfpe'][0]:.2f} of the door law sfpe",
            expected="1.389",
            measured=f"{least:.2f} to {most:.2f}",
            holds=least <= 1.389 <= most,
            tolerance="range",
        )
        .of_kind("input")
        .because(
            "rule A4: everybody walks at the speed of its group; the shipped group that needs help is of people of limited mobility on "
            "their own feet, slower than somebody in a wheelchair that is pushed"
        )
    )
    down, up = (sum(_ends(law)) / 2 for law in (helped.stair_down, helped.stair_up))
    yield (
        claim(
            "VAL-MOBILITY",
            source="Boyce, Shields and Silcock 1999 (recalled): disabled adults on the level, means from 0.57 (rollator) to 1.30 m/s (assisted "
            "wheelchair), and on stairs, beside the group needs-help",
            expected="0.57 to 1.30 m/s; 0.33 m/s down, 0.38 m/s up",
            measured=f"{helped.level.mean():.2f} m/s; {down:.2f} m/s down, {up:.2f} m/s up",
            holds=0.57 <= helped.level.mean() <= 1.30 and abs(down / 0.33 - 1) <= 0.10 and abs(up / 0.38 - 1) <= 0.10,
            tolerance="range; 10 % on stairs",
        )
        .of_kind("input")
        .because(
            "rule A4: on a stair everybody takes the speed given to its group, and the one given is Fruin's, who saw impaired people go down "
            "faster than up; Boyce's went up faster. The level agrees"
        )
    )


def drill_cases(_harness: Harness) -> Iterator[Case]:
    """Stair speeds by age and the first minute after an alarm."""
    found = {name: (shipped(name).stair_down, shipped(name).stair_up) for name in FRUIN_MPS}
    told = [f"{name} {_range(down)} m/s down, {_range(up)} up" for name, (down, up) in found.items()]
    yield claim(
        "VAL-STAIR-FRUIN",
        source="Fruin as quoted for RiMEA: people under 30, of 30 to 50, and impaired, beside the groups shipped from this table (PD 7974-6 quotes "
        "0.595 to 1.01 m/s down and 0.485 to 0.67 up). Neither quotation says whether the slope or its level part was measured; "
        "the figures are taken along the slope, which VAL-STAIR-BAND finds slow",
        expected="; ".join(
            f"{name} {_numbers(*down)} m/s down, {_numbers(*up)} up" for name, (down, up) in FRUIN_MPS.items()
        ),
        measured="; ".join(told),
        holds=all(
            low <= _ends(law)[0] and _ends(law)[1] <= high
            for name, wanted in FRUIN_MPS.items()
            for law, (low, high) in zip(found[name], wanted, strict=True)
        ),
        tolerance="range",
    ).of_kind("input")
    laws = {name: shipped(name).premovement for name in SHIPPED_GROUPS}
    seconds = {name: (law.quantile(0.01), law.quantile(0.99)) for name, law in laws.items()}
    first, last = seconds["secondary"]
    small_first, small_last = seconds["pre-k"]
    yield (
        claim(
            "VAL-PREMOVE-PD",
            source="BS PD 7974-6 (recalled), awake and familiar, management M1: the first sets off after 30 s, 99 % within another 60 s; 1 % and "
            "99 % of the shipped premovements",
            expected="30 s; 90 s",
            measured=f"{first:.1f} s; {last:.1f} s (pre-k {small_first:.1f} s; {small_last:.1f} s)",
            holds=all(a >= 30 and b <= 90 for a, b in seconds.values()),
            tolerance="range",
        )
        .of_kind("input")
        .because(
            "rule A10: a person decides and goes when its premovement ends, and the shipped one (A:people.premovement) is that of a "
            "practised class with a teacher, quicker than the standard's; write a longer one to design for"
        )
    )


def _ends(law: Spread | None) -> tuple[float, float]:
    """Return the least and the largest value of a constant or an even spread; no numbers where there is none."""
    if law is None or law.form not in ("constant", "uniform"):
        return nan, nan
    return law.a, law.a if law.form == "constant" else law.b


def _holds(law: Spread, value: float) -> bool:
    low, high = _ends(law)
    return low <= value <= high


def _range(law: Spread | None) -> str:
    return _numbers(*_ends(law))


def _numbers(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
