"""Crowd cases of stairs: speed and flow, descending crowds, counterflow with responders.

Sources: SFPE Handbook tables 67.2 and 67.5; Ono et al. 2024; RiMEA 4.1.1 figure 16; RiMEA 3.0 test 14;
jupedsim-network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import hypot
from typing import Any

import numpy as np

from drillsim.crowd.interface import UnitPath
from drillsim.crowd.laws import FREE_DENSITY_PM2, SLOPE_M2, stair_factor, stair_k_mps
from drillsim.crowd.population import GroupLaw
from drillsim.streams.streams import Streams
from drillsim.verify.crowd.speeds import FREE_MPS, SFPE
from drillsim.verify.harness.case import Case, Harness, claim
from drillsim.verify.harness.crowd_plans import FOOT, HEAD, box, drawn, flight, gate, space
from drillsim.verify.harness.crowd_runs import (
    STEADY,
    Floats,
    Play,
    apart,
    cells_of,
    drawn_people,
    flow_ps,
    percent,
    persons,
    play,
    seats_of,
    shipped,
    times_at,
)

RISER_M, TREAD_M = 0.178, 0.279
"""7 by 11 in, the usual step."""


def stair_cases(harness: Harness) -> Iterator[Case]:
    """Yield the stair cases."""
    one_mps = 10.0 / float(play(flight(10, 1.3), persons([HEAD], level_mps=FREE_MPS), closed=[1]).out_s()[0])
    crowd_s = play(flight(10, 1.3), persons([HEAD] * 60), STEADY, closed=[1]).out_s()
    flow, k = flow_ps(crowd_s) / (1.3 - 2 * 0.15), one_mps / (1 - SLOPE_M2 * FREE_DENSITY_PM2)
    yield claim(
        "FD-STAIR",
        source=f"{SFPE}, tables 67.2 and 67.5, steps of 178 by 279 mm: speed of one person, k, and the flow of 60 people per "
        "metre of effective width",
        expected="0.925 m/s, k 1.081 m/s, 1.015 persons/s/m",
        measured=f"{one_mps:.4f} m/s, k {k:.4f} m/s, {flow:.4f} persons/s/m",
        holds=apart([one_mps, k, flow], [0.925, 1.081, 1.015]) <= 0.01,
        tolerance="0.01",
    )
    yield _children_down(harness)
    yield _bands(harness)
    yield _stairs_or_level()
    yield _responders_on_a_stair()


def _children_down(harness: Harness) -> Case:
    """Return VAL-SCHOOL-BR: free descent of 1,000 pupils of the shipped group primary, one by one."""
    pupils = shipped("primary")
    cells = cells_of(flight(10, 1.3, people=(0, 1000), landing_m2=400.0))
    drawn_ = drawn_people(
        seats_of(cells), Streams(harness.seed, "VAL-SCHOOL-BR"), speed=pupils.level, stair_down=pupils.stair_down
    )
    alone = replace(
        drawn_, x=np.full(1000, HEAD[1]), y=np.full(1000, HEAD[2]), premovement_s=np.arange(0.0, 1e5, 100.0)
    )
    on_flight = 10.0 / (play(flight(10, 1.3), alone, closed=[1]).out_s() - alone.premovement_s)
    on_landing, by_steps = float(alone.level_mps.mean()), stair_factor(stair_k_mps(RISER_M, TREAD_M), up=False)
    down, spreads = float(on_flight.mean()), [float(v.std() / v.mean()) for v in (alone.level_mps, on_flight)]
    return claim(
        "VAL-SCHOOL-BR",
        source="Ono, Valentin and Vittorino 2024, children of 6 to 10 in free descent: 1,000 pupils of the shipped group primary, one by one, "
        "whose speed down and spread are shipped from this source and whose level speed is from another. Where a group "
        f"has no speed down of its own, its steps give {by_steps:.3f} of the level",
        expected="1.02 m/s on the landing, 0.85 m/s on the flight, 0.81 to 0.90 of the landing, spread at least 0.20 of the mean",
        measured=f"{on_landing:.3f} m/s, {down:.3f} m/s, {down / on_landing:.3f}, spread {min(spreads):.3f}",
        holds=max(abs(on_landing / 1.02 - 1), abs(down / 0.85 - 1)) <= 0.10
        and 0.81 * 0.9 <= down / on_landing <= 0.90 * 1.1
        and min(spreads) >= 0.20 * 0.9,
        tolerance="10 %",
    )


BANDS = {
    "down": {0.6: (0.66, 1.12), 1.0: (0.55, 0.89), 1.4: (0.48, 0.76)},
    "up": {0.6: (0.48, 1.02), 1.0: (0.46, 0.86), 1.4: (0.46, 0.76)},
}
"""Lowest and highest horizontal speed in m/s by density in persons/m2. Source: RiMEA 4.1.1, figure 16."""
STAIR_PLAN_M, BIN_PM2 = 5.0, 0.2
"""Length of the stair in plan; half the width of a bin of density."""
EXITS_M = (0.9, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0)
"""Widths of the exit behind the stair in m, from one at which the stair fills to one without waiting."""


def _bands(harness: Harness) -> Case:
    """Return VAL-STAIR-BAND: 100 persons down and up a stair of 5 by 2 m in plan, for several exit widths."""
    pupils, draws = shipped("secondary"), harness.drills(5, 50)
    within, (down, up) = _in_bands(pupils, harness.seed, draws)
    by_steps, _ = _in_bands(replace(pupils, stair_up=None, stair_down=None), harness.seed, draws)
    level_parts, _ = _in_bands(_taken_as_level_parts(pupils), harness.seed, draws)
    return claim(
        "VAL-STAIR-BAND",
        source="RiMEA 4.1.1 figure 16 (digitised), stair of 5 by 2 m in plan, 100 of the shipped group secondary each way, "
        f"{draws} draws, exits of {EXITS_M[0]} to {EXITS_M[-1]} m: horizontal speed at 0.6, 1.0 and 1.4 persons/m2",
        expected="more than half within the band in each of 6 bins; down faster than up",
        measured=f"at least {percent(within)} within; down {_told(down)} m/s, up {_told(up)} m/s (the same people where the stair "
        f"follows from their level speed and the steps: at least {percent(by_steps)} within; where the given speeds are read as "
        f"level parts: at least {percent(level_parts)})",
        holds=within > 0.5 and bool((down > up).all()),
        tolerance="majority",
    ).because(
        "rule A4: a person takes the speed that is given to its group for stairs, and the law of density slows it from there. The "
        "figures given (Fruin's) are slow already: taken along the slope they are near the lower edge of the band while "
        "nobody is in the way. Read as their level parts, 19 % more along the slope, they do not reach the majority either: "
        "it is the law of density that is steep on stairs. They stay along the slope, the slower reading. "
        "A group that is given none is within the band"
    )


def _taken_as_level_parts(group: GroupLaw) -> GroupLaw:
    """Return the group with the stair speeds along the slope that it has if the figures given are their level parts."""
    longer = hypot(RISER_M, TREAD_M) / TREAD_M
    up, down = (
        None if law is None else law.model_copy(update={"a": law.a * longer, "b": law.b * longer})
        for law in (group.stair_up, group.stair_down)
    )
    return replace(group, stair_up=up, stair_down=down)


def _told(speeds: Floats) -> str:
    return ", ".join(f"{v:.2f}" for v in speeds)


def _in_bands(group: GroupLaw, seed: int, draws: int) -> tuple[float, Floats]:
    """Return the smallest share of speeds within the band of a bin, and mean speeds, (direction, bin)."""
    shares, means = [], []
    for direction, bins in BANDS.items():
        walks = np.concatenate(
            [_crowd_on_the_stair(group, seed, r, direction, width) for width in EXITS_M for r in range(draws)]
        )
        for density, (low, high) in bins.items():
            speeds = walks[np.abs(walks[:, 0] - density) <= BIN_PM2, 1]
            shares.append(float(((speeds >= low) & (speeds <= high)).mean()))
            means.append(float(speeds.mean()))
    return min(shares), np.array(means).reshape(2, 3)


def _crowd_on_the_stair(group: GroupLaw, seed: int, replication: int, direction: str, exit_width_m: float) -> Floats:
    """Return, per person, mean density on the flight during its walk and horizontal speed; shape (100, 2)."""
    length_m = STAIR_PLAN_M * hypot(RISER_M, TREAD_M) / TREAD_M
    start, end = (HEAD, FOOT) if direction == "down" else (FOOT, HEAD)
    people = (0, 100) if direction == "down" else (100, 0)
    cells = cells_of(flight(length_m, 2.0, exit_width_m=exit_width_m, landing_m2=4.0, people=people))
    crowd = drawn_people(
        seats_of(cells), Streams(seed, f"VAL-STAIR-BAND {direction} {exit_width_m}", replication),
        speed=group.level, stair_up=group.stair_up, stair_down=group.stair_down,
    )  # fmt: skip
    drill = Play(cells, crowd, {"closed": [start[0]], "record_legs": True})
    drill.out_s()
    marks = [times_at(legs, start[1:])[-1:] + times_at(legs, end[1:]) for legs in drill.legs().values()]
    entered, there, left = np.array([(m[0], m[1], m[-1]) for m in marks]).T
    together = np.minimum(left, there[:, None]) - np.maximum(entered, entered[:, None])
    density = np.clip(together, 0, None).sum(axis=1) / (there - entered) / (length_m * 2.0)
    return np.column_stack([density, STAIR_PLAN_M / (there - entered)])


def _stairs_or_level() -> Case:
    """Return RIMEA-14: stair or longer level route, under the three routing rules."""
    hall = space("hall", "gym", box(0, 0, 35, 4), 1)
    rooms = [space("foot", "stair", box(-4, 0, 0, 4)), space("head", "stair", box(-4, 0, 0, 4), 1), hall]
    gates = [gate("over-the-stair", "foot", "outside", (0, 2)), gate("head-door", "head", "hall", (0, 2)) | {"kind": "stair_door"},
             gate("on-the-level", "hall", "outside", (35, 2))]  # fmt: skip
    stair = {
        "id": "stair",
        "lower": "foot",
        "upper": "head",
        "rise": 4,
        "width": 2,
        "length": 30,
        "riser": 0.18,
        "tread": 0.28,
    }
    plan = drawn("stair or level", rooms, gates, [stair])
    ways: dict[str, dict[str, Any]] = {
        "least-time": {}, "shortest": {"routes": "shortest"}, "assigned to the stair": {"routes": "assigned", "assigned": {2: 0}},
    }  # fmt: skip
    told, took = [], []
    for name, options in ways.items():
        drill = play(plan, persons([(2, 0.0, 2.0)], level_mps=FREE_MPS), **options)
        took.append(float(drill.out_s()[0]))
        told.append(f"{name}: {drill.gates_taken()[0]}, {took[-1]:.2f} s")
    return claim(
        "RIMEA-14",
        source="RiMEA 3.0 test 14, numbers of jupedsim-network: 30 m of stair of 180 by 280 mm (32.53 s) beside 35 m on the level "
        "(29.19 s), one person of 1.199 m/s; to be documented, not judged. "
        "The rule shortest counts a stair by the level metres that take as long (A10)",
        expected="least time takes the level way in 29.19 s; the stair takes 32.53 s",
        measured="; ".join(told),
        holds=apart([took[0], took[2]], [29.19, 32.53]) <= 0.005,
        tolerance="rounding, 0.005 s",
    )


def _responders_on_a_stair() -> Case:
    """Return CF-RESP-ANALYTIC: 20 persons down and 4 responders up a stair, separately and together."""
    alone_down, _ = _stair_entries(20, 0)
    _, alone_up = _stair_entries(0, 4)
    both_down, both_up = _stair_entries(20, 4)
    rest_s = 1 / (51.8 * (0.28 / 0.18) ** 0.5 / 60 / (4 * 0.266) * 0.9)
    off = max(apart(alone_down[-1], 21.5), apart(alone_up, [1.5, 2.5, 3.5, 4.5]))
    return claim(
        "CF-RESP-ANALYTIC",

        source="jupedsim-network, responders on a stair of 1.2 m, 0.911 persons/s, 20 people out and 4 responders in, each alone "
        "(its own steps of 0.5 s, first pass after one rest; here the first passes at once)",
        expected="last of 20 at 21.5 s; responders at 1.5, 2.5, 3.5, 4.5 s",
        measured=f"{alone_down[-1]:.1f} s; " + ", ".join(f"{t:.1f}" for t in alone_up)
        + f" s (sharing the stair in turns: {both_down[-1]:.1f} s; " + ", ".join(f"{t:.1f}" for t in both_up) + " s)",
        holds=off <= rest_s + 0.5,
        tolerance=f"1/C + one step = {rest_s + 0.5:.2f} s",
    )  # fmt: skip


def _stair_entries(down: int, up: int) -> tuple[Floats, Floats]:
    """Return the times in s at which persons at the head and units at the foot enter a stair of 1.2 m, all ready at 0 s."""
    length_m, mps = 10.0, 1.0
    plan = flight(length_m, 1.2, step_m=(0.18, 0.28))
    drill = play(plan, persons([HEAD] * down, level_mps=mps, down_mps=mps), STEADY, closed=[1])
    arrived: list[float] = []
    for number in range(up):
        unit = drill.crowd.add_unit(
            f"unit-{number}", FOOT[0], FOOT[1:], level_mps=mps, stair_up_mps=mps, stair_down_mps=mps
        )
        drill.crowd.send(
            unit, UnitPath([(2, 1)], HEAD[0], HEAD[1:], on_arrive=lambda _: arrived.append(float(drill.env.now)))
        )
    out_s = np.sort(drill.out_s())
    return out_s - length_m / mps, np.array(arrived) - length_m / mps
