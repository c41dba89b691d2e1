"""Components of a plan that are not connected are played one after another, with unchanged results."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

pytest.importorskip("drillsim.jit", exc_type=ImportError)
from crowd_plays import Play, across, plays
from crowd_worlds import World, as_if_many, box, door, people_at, plan_of
from depth import plays_of
from drillsim.crowd.compiled import components, driver
from drillsim.crowd.compiled.allocation import ROOM_FOR_UNITS
from drillsim.crowd.compiled.components import components_of
from drillsim.crowd.compiled.plan import CompiledPlan
from drillsim.crowd.geometry.cells import build_cells
from drillsim.crowd.kernel.memory import n_at
from drillsim.crowd.kernel.records import SLOTS
from drillsim.crowd.laws import Laws
from drillsim.jit import bare
from drillsim.plan.network import build
from layouts import campus
from test_crowd_kernel import numbers, seen

APART_M = 500.0


@bare
def slots_of(t: int) -> int:
    """Return the number of slots of the event list of a drill, by the address of its words."""
    return int(n_at(t)[SLOTS])


def twice(play: Play, *, alone: bool) -> Play:
    """Return the same play in two of its buildings at once, without units; alone: nor goals that tell when they are full."""

    def other(id_: str) -> str:
        return id_ if id_ in ("", "outside") else f"z{id_}"

    def moved(points: Any) -> Any:
        return [[x + APART_M, y] for x, y in points]

    def copied(opening: dict[str, Any]) -> dict[str, Any]:
        line, sides = moved(opening["line"]), [other(s) for s in opening["spaces"]]
        named = {
            key: {word: other(space) for word, space in opening[key].items()}
            for key in ("one_way", "locked")
            if isinstance(opening.get(key), dict)
        }
        return opening | {"id": other(opening["id"]), "spaces": sides, "line": line} | named

    names = ("id", "lower", "upper", "lower_opening", "upper_opening")
    script: list[Any] = []
    for time_s, act, what, whom, delay_s in play.script:
        if isinstance(what, list):
            both: list[Any] = [[room for name in what for room in (name, other(name))]]
        else:
            both = [what, other(what)]
        if not (alone and act in ("rooms", "refuge")):
            script += [(time_s, act, place, whom, delay_s) for place in both]
    return replace(
        play,
        spaces=play.spaces + [(other(id_), use, moved(outline)) for id_, use, outline in play.spaces],
        openings=play.openings + [copied(o) for o in play.openings],
        stairs=play.stairs + [stair | {name: other(stair[name]) for name in names} for stair in play.stairs],
        assigned=play.assigned | {other(space): other(way) for space, way in play.assigned.items()},
        closed=play.closed + [other(way) for way in play.closed],
        people=[p for who in play.people for p in (who, (other(who[0]), who[1] + APART_M, *who[2:]))],
        script=script,
        units=[],
    )


def test_a_campus_has_a_component_for_each_school() -> None:
    cells = build_cells(build(campus(3).plan()), Laws())
    found = components_of(cells)
    assert found.of_cell[-1] == -1
    assert np.bincount(found.of_cell[:-1]).tolist() == [cells.cells // 3] * 3
    assert found.borders.tolist() == [cells.borders // 3] * 3


def test_a_space_that_no_way_leads_to_is_a_component_without_borders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "LEAST_SPLIT_S", 0.0)
    spaces = [
        ("r", "classroom", box(0, 0, 6, 6)),
        ("q", "gym", box(40, 0, 46, 6)),
        ("yard", "outdoors", box(20, 0, 26, 6)),
    ]
    plan = plan_of(spaces, [door("e", "r", "outside", 0, 3), door("f", "q", "outside", 40, 3)])
    people = people_at([(0, 1, 1), (1, 41, 1), (2, 21, 1)], premovement=5.0)
    for many in (nullcontext(), as_if_many()):
        with many:
            world = World(plan, people, engine="compiled")
        world.crowd.evacuate()
        assert world.run(50.0).out_s[2] == 5.0


def test_a_component_takes_no_more_slots_than_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a closed exit has left every door something to do, and their number is nearly a power of two."""
    monkeypatch.setattr(driver, "LEAST_SPLIT_S", 0.0)
    began: list[int] = []
    begin = components.begin

    def counted(t: int, *given: Any) -> None:
        begin(t, *given)
        began.append(slots_of(t))

    monkeypatch.setattr(components, "begin", counted)
    spaces = [("hall", "corridor", box(0, 0, 400, 3)), ("shed", "storage", box(500, 0, 503, 3))]
    spaces += [(f"r{i}", "classroom", box(6 * i, -6, 6 * i + 6, 0)) for i in range(66)]
    doors = [across(f"d{i}", f"r{i}", "hall", 6 * i + 3, 0, 1.0) for i in range(66)]
    doors += [
        door("s", "shed", "outside", 500, 1),
        door("e1", "hall", "outside", 0, 1.5),
        door("e2", "r0", "outside", 0, -4),
    ]
    plan = plan_of(spaces, doors)
    borders = build_cells(build(plan), Laws()).borders
    places = [(2 + i % 66, 6 * (i % 66) + 1 + (i // 66) % 4, -3) for i in range(1024 - ROOM_FOR_UNITS - borders - 1)]
    with as_if_many():
        world = World(plan, people_at(places), engine="compiled")
    world.crowd.evacuate()
    world.run(6.0)
    world.crowd.close(world.way("e1"))
    world.run(8.0)
    assert len(began) == 4
    (slots,) = world.cells.derived(CompiledPlan).layout(len(places)).places["slots"].shape
    assert max(began) <= slots == 2048


@pytest.mark.parametrize("alone", [True, False])
def test_buildings_played_one_after_another_give_everybody_the_same_times(
    alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "LEAST_SPLIT_S", 0.0)
    apart: list[Any] = []
    play_components = components.play_components

    def noted(*given: Any) -> None:
        apart.append(given)
        play_components(*given)

    monkeypatch.setattr(driver, "play_components", noted)

    @seed(42)
    @plays_of(100)
    @given(plays(), st.booleans())
    def same(play: Play, looked: bool) -> None:
        both = twice(play, alone=alone)
        plain, told = both.make("compiled")
        with as_if_many():
            parted, heard = both.make("compiled")
        for time_s in (*(both.looks if looked else ()), 300.0, 3_000.0):
            plain.run(time_s), parted.run(time_s)
            assert seen(parted) == seen(plain)
            found, wanted = numbers(parted), numbers(plain)
            outside = found != wanted  # the seconds spent there are added up in another order
            assert np.count_nonzero(outside & ~np.isnan(wanted)) <= 1
            np.testing.assert_allclose(found, wanted, rtol=1e-12)
        assert heard == told

    same()
    assert len(apart) > 100
