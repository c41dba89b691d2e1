"""Nobody waits without a reason, circles dissolve, and no border passes more than its law allows, in both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, seed
from hypothesis import strategies as st
from numpy.typing import NDArray

import drillsim as ds
from crowd_plays import Play, plays
from crowd_worlds import World, box, door, people_at, plan_of
from depth import plays_of
from drillsim.crowd.laws import Laws

ENGINES = pytest.mark.parametrize("engine", ["reference", "compiled"])
AT_REST = {"out", "settled", "lost", "waiting", "standing"}


def closed_at_the_end(play: Play) -> set[str]:
    """Return the ids of the ways that are closed when the script is over."""
    closed = set(play.closed)
    for _, act, way, *_ in sorted(play.script, key=lambda order: order[0]):
        if act in ("close", "reopen"):
            closed = closed | {way} if act == "close" else closed - {way}
    return closed


def movable(world: World, closed: set[str]) -> set[str]:
    """Return who could still move in a play in which no event is left.

    Nobody walks, unlocks or waits for a turn. Who queues does so behind a cell that is full of people none of whom can
    move: they stay, or queue in their turn behind a full cell, and no circle of such queues would let them change places.
    """
    crowd, faults = world.crowd, set[str]()
    waits: nx.DiGraph[int] = nx.DiGraph()
    filled = crowd.counts() + crowd.unit_counts()
    ways = [o.id for o in world.plan.openings] + [s.id for s in world.plan.stairs]
    blocked = {number for number, id_ in enumerate(ways) if id_ in closed}
    for p in range(len(world.people) + int(crowd.unit_counts().sum())):
        word, reason = crowd.state(p)
        if word == "queued" and reason == "behind a full space":
            near, far = (cells[crowd.queue_of(p)] for cells in (world.cells.near, world.cells.far))
            waits.add_edge(near, far)
            if filled[far] < world.cells.places[far]:
                faults.add(f"{p} waits though there is a place")
        elif word == "queued" and p >= len(world.people) and crowd.queue_of(p) >> 1 in blocked:
            continue  # a unit waits until its door opens
        elif word not in AT_REST and reason != "no way":
            faults.add(f"{p} is {word} {reason}")
    return faults | {f"circle {circle}" for circle in nx.simple_cycles(waits)}


@ENGINES
def test_after_hours_nobody_is_left_who_could_move(engine: str) -> None:
    @seed(41)
    @plays_of(300, parts=2)
    @given(plays())
    def ends(play: Play) -> None:
        world, _ = play.make(engine)
        world.run(20_000.0)
        assert movable(world, closed_at_the_end(play)) == set()

    ends()


@seed(42)
@plays_of(300)
@given(plays())
def test_no_border_lets_more_pass_than_its_law_allows(play: Play) -> None:
    """One and its capacity, and one more in a window that ends with two passes at once; who goes back counts once.

    Of the reference, which keeps a log; that the compiled crowd gives the same times is tried on plays like these.
    """
    world, _ = play.make("reference")
    world.run(3_000.0)
    log = np.array([(t, b, p) for t, p, b, _ in world.crowd.log]).reshape(-1, 3)
    for border in np.unique(log[:, 1]).astype(int):
        rate, (times, who) = world.cells.capacity_ps[border], log[log[:, 1] == border][:, [0, 2]].T
        if world.cells.rest_s[border] == 0.0:
            continue  # a stair is counted where it is entered
        returns = np.append(False, (np.diff(who) == 0) & (np.diff(times) < world.cells.rest_s[border]))
        times = times[~returns]
        twice = np.append(False, times[1:] == times[:-1])
        for i in range(len(times)):
            passed = np.arange(1, len(times) - i + 1)
            assert (passed <= 1 + twice[i:] + rate * (times[i:] - times[i]) + 1e-6).all()


# ------------------------------------------------------------------------ rings
def ring_of(rooms: int, side: float, *, one_way: bool = False) -> tuple[list[Any], list[Any]]:
    """Rooms in two rows that run round, one across both rows at the end where their number is odd; each has a door to the next.

    Every room has an exit, too.
    """
    columns, odd = divmod(rooms, 2)
    upper = [box(side * i, side, side * (i + 1), 2 * side) for i in range(columns)]
    lower = [box(side * i, 0, side * (i + 1), side) for i in reversed(range(columns))]
    across = [box(side * columns, 0, side * (columns + 1), 2 * side)] if odd else []
    boxes = upper + across + lower
    spaces = [(f"r{i}", "storage", polygon) for i, polygon in enumerate(boxes)]
    doors, wide = [], 0.6
    for i in range(rooms if rooms > 2 else 1):
        (a, b), (low, high) = (i, (i + 1) % rooms), (boxes[i], boxes[(i + 1) % rooms])
        left, right = max(low[0][0], high[0][0]), min(low[1][0], high[1][0])
        below, above = max(low[0][1], high[0][1]), min(low[2][1], high[2][1])
        x, y = (left + right) / 2, (below + above) / 2
        line = [[x, y - wide / 2], [x, y + wide / 2]] if right - left < 1e-9 else [[x - wide / 2, y], [x + wide / 2, y]]
        doors.append(
            door(f"d{i}", f"r{a}", f"r{b}", x, y, wide, line=line, **({"one_way": {"to": f"r{b}"}} if one_way else {}))
        )
    for i, polygon in enumerate(boxes):
        x, y = polygon[2][0] - 0.35, polygon[2][1] if i < columns + odd else polygon[0][1]
        doors.append(door(f"e{i}", f"r{i}", "outside", x, y, wide, line=[[x - wide / 2, y], [x + wide / 2, y]]))
    return spaces, doors


Ring = tuple[ds.FloorPlan, list[tuple[int, float, float]], Laws, int, NDArray[np.float64]]
"""A plan, people, laws, how many rooms on everybody goes, and when they set off."""


@st.composite
def rings(draw: st.DrawFn) -> Ring:
    """A ring of full rooms, and how far on round it everybody wants to go."""
    rooms, side = draw(st.integers(2, 9)), draw(st.sampled_from([0.75, 1.0, 1.3]))
    plan = plan_of(*ring_of(rooms, side, one_way=rooms > 2 and draw(st.booleans())))
    laws, steps = Laws(speed=draw(st.sampled_from(["sfpe", "constant"]))), draw(st.integers(1, rooms - 1))
    shape = [(s.polygon[0], s.polygon[2]) for s in plan.spaces]
    places = World(plan, people_at([]), laws).cells.places[:rooms]
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    people = [(room, *rng.uniform(*shape[room])) for room, count in enumerate(places) for _ in range(count)]
    late = draw(st.sampled_from([0.0, 20.0])) * rng.uniform(size=len(people))
    return plan, people, laws, steps, late


def both_play(
    plan: ds.FloorPlan,
    people: list[tuple[int, float, float]],
    laws: Laws,
    options: dict[str, Any],
    order: Callable[[Any], object],
) -> World:
    """Play with both engines to the end, compare the times, and return the reference."""
    worlds = [World(plan, people_at(people), laws, options, engine) for engine in ("reference", "compiled")]
    for world in worlds:
        order(world.crowd)
        world.run(20_000.0)
    first, second = (np.concatenate([world.crowd.out_s, world.crowd.settled_s]) for world in worlds)
    np.testing.assert_allclose(second, first, rtol=0, atol=1e-9)
    return worlds[0]


@seed(43)
@plays_of(60)
@given(rings())
def test_full_rooms_in_a_ring_move_round_until_everybody_is_in_the_next_one(ring: Ring) -> None:
    plan, people, laws, _, late = ring
    rooms = len(plan.spaces)
    homes = np.array([room for room, *_ in people])
    if len(set(np.bincount(homes).tolist())) > 1:  # the room across both rows holds more than the next one has places
        return
    world = both_play(
        plan, people, laws, {},
        lambda crowd: crowd.to_own_room(np.arange(len(people)), (homes + 1) % rooms, delay_s=late),
    )  # fmt: skip
    assert world.crowd.tally() == {("settled", "in its own room"): len(people)}


@seed(44)
@plays_of(60)
@given(rings())
def test_full_rooms_in_a_ring_empty_by_whatever_exits_people_want(ring: Ring) -> None:
    plan, people, laws, steps, late = ring
    rooms = len(plan.spaces)
    exits = {r: plan.opening_index[f"e{(r + steps) % rooms}"] for r in range(rooms)}
    world = both_play(
        plan, people, laws, {"routes": "assigned", "assigned": exits}, lambda crowd: crowd.evacuate(delay_s=late)
    )
    assert world.crowd.tally() == {("out", ""): len(people)}
