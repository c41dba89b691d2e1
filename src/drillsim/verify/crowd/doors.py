"""Crowd cases of doors: capacity in a jam, counterflow, and measured bottlenecks.

Sources: IMO MSC.1/Circ.1533 test 4; NIST TN 1822 Verif.5.2; EvacuatioNZ verification; Arnott et al. 2022; Juelich.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drillsim.crowd.laws import DOOR_LAWS, Laws
from drillsim.verify.crowd.premovement import DOOR, ENZ, GUIDE
from drillsim.verify.crowd.walking import EXACT, IMO, NIST
from drillsim.verify.harness.case import Case, Harness, claim, near
from drillsim.verify.harness.crowd_plans import box, drawn, gate, room_8_by_5, space
from drillsim.verify.harness.crowd_runs import STEADY, flow_ps, grid, percent, persons, play, small

CROWD = grid(0, (0, 0), (8, 5), 10, 10)
"""A hundred people in the room of 8 by 5 m."""


def door_cases(_harness: Harness) -> Iterator[Case]:
    """Yield the capacity cases: flow of a jam at one door under the named door laws."""
    flows = {
        law: len(CROWD) / float(play(room_8_by_5(), persons(CROWD, level_mps=1.34), Laws(door=law)).out_s().max())
        for law in DOOR_LAWS
    }
    yield claim(
        "IMO-04",
        source=f"{IMO} test 4: 100 people leave a room of 8 by 5 m by an exit of 1 m; flow over the whole time, "
        f"default door law (sfpe-guide {flows['sfpe-guide']:.3f}, imo {flows['imo']:.3f}; lab, fitted to flows that were "
        f"measured, {flows['lab']:.2f})",
        expected="at most 1.33 persons/s",
        measured=f"{flows['sfpe']:.3f} persons/s",
        holds=flows["sfpe"] <= 1.33,
        tolerance="upper bound",
    )
    cap = Laws(flow_psm=1.33, boundary_m=0.0)
    yield near(
        "NIST-5.2",
        source=f"{NIST} Verif.5.2, reading with a given cap: 100 people, exit of 1 m, own door law of 1.33 persons/s and metre "
        "of clear width; flow over the whole time",
        expected=1.33,
        measured=len(CROWD) / float(play(room_8_by_5(), persons(CROWD, level_mps=1.34), cap).out_s().max()),
        tolerance=0.0133,
        unit="persons/s",
    )
    yield _worked_doors()
    released = persons([DOOR] * 40, premovement_s=0.5 * np.arange(40))
    out_s = np.sort(play(room_8_by_5(), released, GUIDE).out_s())
    between = np.subtract.outer(out_s, out_s)
    passed = np.subtract.outer(np.arange(40), np.arange(40)) + 1
    over = float((passed - 1 - 0.931 * between)[between >= 0].max())
    yield claim(
        "CAP-ENVELOPE",
        source="jupedsim-network's property and the fault it mended: 40 people released one per 0.5 s at a door of 0.931 "
        "persons/s; last out, and the most that pass in any window of t seconds beyond 1 + C t",
        expected="last at 41.89 s = 39 / 0.931; never beyond",
        measured=f"last at {out_s[-1]:.2f} s; at most {small(over)} persons beyond",
        holds=abs(out_s[-1] - 39 / 0.931) <= EXACT and over <= EXACT,
        tolerance=f"{EXACT:g}",
    )


def _worked_doors() -> Case:
    """Return ENZ-DOOR: 1, 10 and 100 persons at doors of 1, 2 and 3 m and at an opening without boundary layer."""
    opening = Laws(flow_psm=1.33, boundary_m=0.0)
    doors = {
        "door of 1 m": (1.0, GUIDE, 0.931),
        "2 m": (2.0, GUIDE, 2.261),
        "3 m": (3.0, GUIDE, 3.591),
        "opening of 1 m": (1.0, opening, 1.33),
    }
    off_s, told = 0.0, []
    for name, (width_m, laws, capacity_ps) in doors.items():
        for people in (1, 10, 100):
            last_s = float(play(room_8_by_5(width_m), persons([DOOR] * people), laws).out_s().max())
            off_s = max(off_s, abs(last_s - (people - 1) / capacity_ps))
        told.append(f"{name} {last_s:.1f}")
    return claim(
        "ENZ-DOOR",
        source=f"{ENZ} section 2.2: 1, 10 and 100 people who stand at the door, 1.33 persons/s/m; seconds until 100 are out "
        "(by hand 107.4 counting a rest before the first; EvacuatioNZ 108)",
        expected="(N - 1)/C: 106.3, 43.8, 27.6, 74.4 s",
        measured=", ".join(told) + f" s; largest difference {small(off_s)} s",
        holds=off_s <= EXACT,
        tolerance=f"{EXACT:g} s (source: 1/C and a step)",
    )


def two_way_cases(_harness: Harness) -> Iterator[Case]:
    """Yield CF-DOOR-1.72: one-way and two-way flow of a door of 1.72 m."""
    one_way, _ = _through_the_door(100, 0)
    there, back = _through_the_door(100, 100)
    yield claim(
        "CF-DOOR-1.72",
        source="Arnott, Spearpoint, Gwynne and Templeton 2022: door of 1.72 m, one-way 1.56 to 1.79 persons/s; both ways at once "
        "0.97 and 1.05 per direction (half of the SFPE's one-way flow: 0.92); 100 people on each side, default law",
        expected="0.97 to 1.05 persons/s per direction, together 1.05 to 1.14 of one-way",
        measured=f"{there:.3f} and {back:.3f} persons/s, together {(there + back) / one_way:.2f} of one-way {one_way:.3f}",
        holds=_within(there, 0.97, 1.05)
        and _within(back, 0.97, 1.05)
        and _within((there + back) / one_way, 1.05, 1.14)
        and _within(one_way, 1.56, 1.79),
        tolerance="10 %",
    )


def _within(value: float, low: float, high: float, tolerance: float = 0.10) -> bool:
    return low * (1 - tolerance) <= value <= high * (1 + tolerance)


def _through_the_door(left: int, right: int) -> tuple[float, float]:
    """Return the flows in persons/s through a door of 1.72 m to the right and to the left, all persons at the door."""
    rooms = [space("left", "gym", box(0, 0, 20, 10)), space("right", "gym", box(20, 0, 40, 10))]
    gates = [gate("door", "left", "right", (20, 5), 1.72), gate("left-exit", "left", "outside", (0, 5), 4),
             gate("right-exit", "right", "outside", (40, 5), 4)]  # fmt: skip
    crowd = persons([(0, 20.0, 5.0)] * left + [(1, 20.0, 5.0)] * right)
    drill = play(drawn("door between two rooms", rooms, gates), crowd, STEADY, routes="assigned", assigned={0: 2, 1: 1})
    out_s = drill.out_s()
    return flow_ps(out_s[:left]), flow_ps(out_s[left:]) if right else 0.0


BOTTLENECKS = {0.4: 0.889, 0.5: 1.022, 0.6: 1.124, 0.7: 1.236, 0.8: 1.387, 0.9: 1.603, 1.0: 1.858, 1.1: 2.056, 1.2: 2.221,
               1.4: 2.706, 1.6: 2.842, 1.8: 3.551, 2.0: 3.549, 2.2: 4.063, 2.5: 5.116}  # fmt: skip
"""Mean flow in persons/s by width in m: Kretz 2006, 'EG' 2006, Seyfried 2009."""
DAAMEN = {0.85: (2.281, 2.353), 1.0: (2.535, 2.774), 1.1: (2.466, 2.617), 1.65: (3.585, 3.895), 2.75: (5.679, 6.465)}


def bottleneck_cases(_harness: Harness) -> Iterator[Case]:
    """Doors of many widths under the law that was fitted to laboratories, and under the default."""
    measured = np.array(list(BOTTLENECKS.values()))
    lab = np.array([_jam_ps(width, "lab") for width in BOTTLENECKS]) / measured - 1
    default = np.array([_jam_ps(width, "sfpe") for width in BOTTLENECKS]) / measured
    yield claim(
        "VAL-BOTTLENECK",
        source="Kretz 2006, 'EG' 2006, Seyfried 2009 (copies in JuPedSim), bottlenecks of 0.4 to 2.5 m: flow of 60 people "
        "in a jam under the law lab, a straight line through these points. The default law is conservative: "
        f"{percent(default.min())} to {percent(default.max())} of what was measured",
        expected="mean flow at each of 15 widths",
        measured=f"{percent(lab[0])} off at 0.4 m, {percent(lab[1:].min())} to {percent(lab[1:].max())} from 0.5 m up",
        holds=bool(np.abs(lab).max() <= 0.15),
        tolerance="15 % at every width",
    ).because(
        "rule A5: a door's flow is a straight line in its width, which is too low at 0.4 m, where people leave in single "
        "file; no door of a school is so narrow"
    )
    points = np.array([sum(pair) / 2 for pair in DAAMEN.values()])
    lab = np.array([_jam_ps(width, "lab") for width in DAAMEN]) / points - 1
    yield claim(
        "VAL-DAAMEN",
        source="Daamen and Hoogendoorn 2012, doors of 0.85 to 2.75 m: mean of the flow points by width; 3.31 persons/s/m with "
        "mostly children, 2.02 with 5 % disabled, a fifth less with an open leaf in the way",
        expected="mean flow at each of 5 widths, and its order by who walks",
        measured=f"law lab {percent(lab.min())} to {percent(lab.max())} off; the same for everybody",
        holds=bool(np.abs(lab).max() <= 0.15),
        tolerance="15 % at every width",
    ).because(
        "rule A5: one named law holds for all doors and all people; a school with a measurement of its own writes "
        "{flow, boundary}"
    )


def _jam_ps(width_m: float, law: str) -> float:
    """Return the flow of 60 people who stand at an exit of this width."""
    return flow_ps(play(room_8_by_5(width_m), persons([DOOR] * 60), Laws(door=law)).out_s())
