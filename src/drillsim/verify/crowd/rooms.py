"""Crowd cases of connected rooms: choice of exit, place of jams, effect of a corner.

Sources: IMO MSC.1/Circ.1533 tests 9 to 11; RiMEA 3.0 tests 9 to 15; NIST TN 1822.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from drillsim.quantities import spread
from drillsim.streams.streams import Streams
from drillsim.verify.crowd.walking import IMO, NIST
from drillsim.verify.harness.case import Case, Harness, claim, near
from drillsim.verify.harness.crowd_plans import box, drawn, gate, space
from drillsim.verify.harness.crowd_runs import (
    Play,
    cells_of,
    drawn_people,
    flow_ps,
    grid,
    last_at,
    persons,
    play,
    scattered,
    seats_of,
    shipped,
)

ADULT_MPS = 1.34
ADULT = spread(f"{ADULT_MPS} m/s", "speed")
HALL_M = (30.0, 20.0)


def exit_cases(harness: Harness) -> Iterator[Case]:
    """Yield IMO-09, RIMEA-11 and the case of assigned exits."""
    four = ((10.0, 0.0), (20.0, 0.0), (10.0, 20.0), (20.0, 20.0))
    (four_s, _), (two_s, _) = _evacuate_hall(harness.seed, four), _evacuate_hall(harness.seed, four[:2])
    yield claim(
        "IMO-09",
        source=f"{IMO} test 9; RiMEA 3.0 test 9: 1,000 people, hall of 30 by 20 m, exits of 1 m, two on each long wall and then two on "
        "one; by hand 1,000 / 4 / 0.91 = 274.7 and 549.5 s without walking",
        expected="twice as long with two exits as with four",
        measured=f"{two_s:.1f} s / {four_s:.1f} s = {two_s / four_s:.3f}",
        holds=abs(two_s / four_s - 2) <= 0.1,
        tolerance="0.1 (JuPedSim accepts 1.6 to 2.4)",
    )
    _, taken = _evacuate_hall(harness.seed, ((21.5, 0.0), (27.5, 0.0)), crowded_to_m=20.0)
    near_exit, far_exit = taken.count("exit-0"), taken.count("exit-1")
    yield claim(
        "RIMEA-11",
        source="RiMEA 3.0 test 11: 1,000 people in the left two thirds of a hall of 30 by 20 m, two exits of 1 m to the right on one "
        "long wall, at 21.5 and 27.5 m",
        expected="most take the near exit, some the far one",
        measured=f"{near_exit} near, {far_exit} far",
        holds=near_exit > 500 and far_exit > 0 and near_exit + far_exit == 1000,
        tolerance="share near > 0.5, far > 0",
    )
    yield _allocated()


def _evacuate_hall(
    seed: int, exits: Sequence[tuple[float, float]], *, crowded_to_m: float = HALL_M[0]
) -> tuple[float, list[str]]:
    """Return the evacuation time in s of 1,000 persons in a hall, and the exit of each."""
    length, width = HALL_M
    rooms = [space("hall", "gym", box(0, 0, length, width))]
    gates = [gate(f"exit-{i}", "hall", "outside", at, axis="x") for i, at in enumerate(exits)]
    cells = cells_of(drawn("hall", rooms, gates))
    crowd = scattered(0, (0, 0), (crowded_to_m, width), 1000, Streams(seed, "a thousand in a hall"))
    drill = Play(cells, persons(crowd, level_mps=ADULT_MPS))
    return float(drill.out_s().max()), drill.gates_taken()


def _allocated() -> Case:
    """Twelve rooms along a corridor, eight to the main exit and four to the second."""
    rooms = [space("hall", "corridor", box(0, 4, 18, 6))]
    gates = [gate("main", "hall", "outside", (0, 5)), gate("second", "hall", "outside", (18, 5))]
    people: list[tuple[int, float, float]] = []
    for i in range(12):
        x, y, wall = 3.0 * (i % 6), 0.0 if i < 6 else 6.0, 4.0 if i < 6 else 6.0
        rooms.append(space(f"room-{i + 1}", "other", box(x, y, x + 3, y + 4)))
        gates.append(gate(f"door-{i + 1}", f"room-{i + 1}", "hall", (x + 1.5, wall), 0.9, axis="x"))
        people += [(i + 1, x + 1.0 + k, y + 2) for k in range(1 if i == 2 else 2)]
    exits = {room: 0 if room in (1, 2, 3, 4, 7, 8, 9, 10) else 1 for room in range(1, 13)}
    drill = play(drawn("cabins", rooms, gates), persons(people), routes="assigned", assigned=exits)
    drill.out_s()
    wanted = ["main" if exits[room] == 0 else "second" for room, _, _ in people]
    right = sum(a == b for a, b in zip(drill.gates_taken(), wanted, strict=True))
    return near(
        "IMO-10",
        source=f"{IMO} test 10; RiMEA 3.0 test 10; {NIST} Verif.3.1: 23 people in 12 rooms, rooms 1 to 4 and 7 to 10 to the main "
        "exit, the others to the second; who leaves by its own exit",
        expected=23,
        measured=right,
        tolerance=0,
        unit="people",
    )


def jam_cases(harness: Harness) -> Iterator[Case]:
    """Where people jam: before a corridor but not behind it, and at the foot of a stair; and corners."""
    yield _jam_before_the_corridor(harness)
    yield _jam_at_the_stair()
    yield _corner_between()


def _jam_before_the_corridor(harness: Harness) -> Case:
    """150 people through a corridor of 5 by 1 m into a second room with an exit of 1 m."""
    rooms = [space("first", "gym", box(0, 0, 10, 10), people=150), space("corridor", "corridor", box(10, 4.5, 15, 5.5)),
             space("second", "gym", box(15, 0, 25, 10))]  # fmt: skip
    gates = [gate("in", "first", "corridor", (10, 5)), gate("on", "corridor", "second", (15, 5)),
             gate("exit", "second", "outside", (25, 5))]  # fmt: skip
    cells = cells_of(drawn("two rooms and a corridor", rooms, gates))
    seats, found = seats_of(cells), []
    for speed in (ADULT, shipped("secondary").level):
        drill = Play(cells, drawn_people(seats, Streams(harness.seed, "RIMEA-12"), speed=speed), {"record_legs": True})
        longest, first = 0, 0
        drill.crowd.evacuate()
        for second in range(1, 400):
            drill.until(float(second))
            waiting = [drill.crowd.space_of(p) for p in range(150) if drill.crowd.state(p)[0] == "queued"]
            longest, first = max(longest, waiting.count(2)), max(first, waiting.count(0))
        through = [last_at(legs, (15.0, 5.0)) for legs in drill.legs().values()]
        found.append((flow_ps(through), flow_ps(drill.crowd.out_s), longest, first))
    (corridor_ps, exit_ps, longest, first), (_, _, mixed, _) = found
    return claim(
        "RIMEA-12",
        source="RiMEA 3.0 test 12: 150 adults of 1.34 m/s, room of 10 by 10 m, corridor of 5 by 1 m, second room, exit of 1 m; flow "
        f"and longest queues (with speeds of 1.34 +/- 0.26 m/s up to {mixed} bunch at the exit, since nobody is held up "
        "by who walks before)",
        expected="flow at the exit not above that of the corridor, jam only before the corridor",
        measured=f"{exit_ps:.3f} and {corridor_ps:.3f} persons/s; {longest} wait at the exit, {first} before the corridor",
        holds=exit_ps - corridor_ps <= 0.05 and longest <= 2 and first > 2,
        tolerance="0.05 persons/s, 2 persons",
    )


def _jam_at_the_stair() -> Case:
    """150 people from a room through a corridor of 12 by 2 m up a stair of 2 m that takes fewer than come."""
    rooms = [space("room", "gym", box(0, 0, 8, 5)), space("corridor", "corridor", box(8, 1.5, 20, 3.5)),
             space("foot", "stair", box(20, 0, 30, 5)), space("head", "stair", box(20, 0, 30, 5), 1)]  # fmt: skip
    gates = [gate("room-exit", "room", "corridor", (8, 2.5), 2.0),
             gate("foot-door", "foot", "corridor", (20, 2.5), 2.0) | {"kind": "stair_door"},
             gate("exit", "head", "outside", (30, 2.5), 3.0)]  # fmt: skip
    stair = {"id": "stair", "lower": "foot", "upper": "head", "rise": 4, "width": 2.0, "length": 8.0}
    crowd = persons(grid(0, (0, 0), (8, 5), 15, 10), level_mps=ADULT_MPS)
    drill = play(drawn("room, corridor, stair", rooms, gates, [stair]), crowd)
    seam_ps, stair_ps = drill.cells.capacity_ps[-1], drill.cells.capacity_ps[len(gates)]
    drill.crowd.evacuate()
    at_room: list[int] = []
    at_foot: list[int] = []
    while not at_room or at_room[-1] or not at_foot[-1]:
        drill.until(len(at_room) + 1.0)
        waiting = [drill.crowd.space_of(p) for p in range(150) if drill.crowd.state(p)[0] == "queued"]
        at_room.append(waiting.count(0))
        at_foot.append(waiting.count(2))
    since = at_foot.index(2)
    growth_ps = float(np.polyfit(np.arange(since, len(at_foot)), at_foot[since:], 1)[0])
    return claim(
        "IMO-11",
        source=f"{IMO} test 11; RiMEA 3.0 test 13; {NIST} Verif.5.1: 150 people, room of 8 by 5 m, corridor of 12 by 2 m "
        f"({seam_ps:.2f} persons/s), stair up 2 m wide ({stair_ps:.3f} persons/s)",
        expected=f"jam at the room's exit; jam at the foot that grows by {seam_ps - stair_ps:.3f} persons/s "
        "until the room is empty, never shrinking by more than one person",
        measured=f"{max(at_room)} wait at the exit; {at_foot[-1]} at the foot, growth {growth_ps:.3f} persons/s",
        holds=max(at_room) > 2
        and all(b >= a - 1 for a, b in pairwise(at_foot))
        and abs(growth_ps / (seam_ps - stair_ps) - 1) <= 0.05,
        tolerance="5 %",
    )


def _corner_between() -> Case:
    """500 people at the end of a corridor 20 m wide: 50 m straight, around a corner, 81 m straight."""
    bent = [[52.0, 0.0], [72.0, 0.0], [72.0, 20.0], [62.0, 20.0], [62.0, 60.0], [42.0, 60.0], [42.0, 10.0]]
    last_s = []
    for polygon, back, at, axis in (
        (box(21, 0, 41, 50), (21, 44, 41, 50), (31.0, 0.0), "x"),
        (bent, (42, 54, 62, 60), (72.0, 10.0), "y"),
        (box(0, 0, 20, 81), (0, 75, 20, 81), (10.0, 0.0), "x"),
    ):
        hall, exit_ = space("hall", "corridor", polygon), gate("exit", "hall", "outside", at, 20.0, axis=axis)
        crowd = persons(grid(0, back[:2], back[2:], 25, 20))
        last_s.append(float(play(drawn("corner or straight", [hall], [exit_]), crowd).out_s().max()))
    short_s, corner_s, long_s = last_s
    return claim(
        "RIMEA-15",
        source="RiMEA 3.0 test 15, dimensions as in JuPedSim: 500 people of 1 m/s in the last 6 m of a corridor 20 m wide, 50 m straight, "
        "around a corner, and 81 m straight. A corner costs nothing but its way",
        expected="short not later than corner, corner not later than long",
        measured=f"{short_s:.1f}, {corner_s:.1f}, {long_s:.1f} s",
        holds=short_s <= corner_s <= long_s,
        tolerance="order",
    )
