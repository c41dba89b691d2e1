"""Degenerate buildings and crowds: every play ends, and everybody inside has a reason, in both engines."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crowd_worlds import World, box, door, people_at, plan_of
from drillsim.crowd.laws import Laws
from drillsim.errors import ScenarioError

ENGINES = pytest.mark.parametrize("engine", ["reference", "compiled"])


def cabin(
    people: list[tuple[int, float, float]],
    engine: str,
    *,
    width: float = 0.9,
    late: list[float] | None = None,
    laws: Laws | None = None,
    **options: Any,
) -> World:
    """A room of 3.24 m2 with an exit, and an island beside it that no door leads to."""
    plan = plan_of(
        [("room", "classroom", box(0, 0, 1.8, 1.8)), ("island", "classroom", box(5, 0, 8, 3))],
        [door("e", "room", "outside", 0, 0.9, width)],
    )
    crowd = people_at(people)
    if late is not None:
        crowd = type(crowd)(**{**crowd.__dict__, "arrives_s": np.array(late)})
    return World(plan, crowd, laws or Laws(), options, engine)


@ENGINES
@pytest.mark.parametrize("width", [0.2, 0.3, 0.33])
def test_a_door_narrower_than_its_boundary_layers_is_refused_by_name(engine: str, width: float) -> None:
    with pytest.raises(ScenarioError, match=r"lets nobody through opening 'e' \(.* persons/s\)"):
        cabin([(0, 1.0, 1.0)], engine, width=width)


@ENGINES
def test_the_only_exit_closed_leaves_everybody_inside_without_a_way(engine: str) -> None:
    world = cabin([(0, 1.0, 1.0), (0, 1.5, 1.0)], engine, closed=[0])
    world.crowd.evacuate()
    world.run()
    assert world.crowd.tally() == {("stranded", "no way"): 2}


@ENGINES
def test_the_only_exit_closed_behind_the_first_keeps_the_others_without_a_way(engine: str) -> None:
    world = cabin([(0, 0.2, 0.9), (0, 1.5, 1.0)], engine)
    world.crowd.evacuate()
    world.at(0.5, lambda: world.crowd.close(0))
    world.run()
    assert world.crowd.tally() == {("out", ""): 1, ("stranded", "no way"): 1}


@ENGINES
@pytest.mark.parametrize("order", ["evacuate", "away", "rooms", "refuge", "own"])
def test_people_on_an_island_have_no_way_whatever_they_are_told(engine: str, order: str) -> None:
    world = cabin([(1, 6.0, 1.0)], engine)
    crowd, everybody = world.crowd, np.arange(1)
    {
        "evacuate": crowd.evacuate,
        "away": lambda: crowd.evacuate(away_from=0),
        "rooms": lambda: crowd.to_lockable(everybody, open_rooms=[0]),
        "refuge": lambda: crowd.to_refuge(everybody, [0]),
        "own": lambda: crowd.to_own_room(everybody, [0]),
    }[order]()
    world.run()
    assert crowd.tally() == {("stranded", "no way"): 1}


@ENGINES
def test_nobody_can_be_sent_to_an_island(engine: str) -> None:
    world = cabin([(0, 1.0, 1.0)], engine)
    world.crowd.to_lockable(np.arange(1), open_rooms=[1])
    world.run()
    assert world.crowd.tally() == {("stranded", "no way"): 1}


@ENGINES
def test_more_people_than_fit_get_out_none_the_less(engine: str) -> None:
    world = cabin([(0, 1.0, 1.0)] * 60, engine)
    assert world.cells.places[0] == 8
    world.crowd.evacuate()
    world.run()
    assert world.crowd.tally() == {("out", ""): 60}
    assert np.nanmax(world.crowd.out_s) > 59 / (1.3 * 0.6)


@ENGINES
def test_one_person_walks_as_if_alone(engine: str) -> None:
    world = cabin([(0, 1.0, 0.9)], engine)
    world.crowd.evacuate()
    world.run()
    assert world.crowd.out_s == pytest.approx([1.0])


@ENGINES
def test_a_building_without_people_plays_orders_and_changes(engine: str) -> None:
    world = cabin([], engine)
    crowd, nobody = world.crowd, np.zeros(0, dtype=np.int64)
    (
        crowd.evacuate(),
        crowd.to_lockable(nobody, open_rooms=[0]),
        crowd.to_refuge(nobody, [0]),
        crowd.to_own_room(nobody, []),
    )
    crowd.close(0), crowd.reopen(0), crowd.lock_room(0), crowd.unlock_room(0), crowd.let_in(0, after_s=1.0)
    world.run()
    assert (crowd.tally(), crowd.inside(), len(crowd.out_s), crowd.when([0], at_most=0).triggered) == ({}, 0, 0, True)


@ENGINES
def test_only_an_arrival_into_a_full_room_is_lost(engine: str) -> None:
    world = cabin([(0, 1.0, 1.0)] * 10, engine, late=[np.nan] * 8 + [5.0, 500.0])
    world.at(100.0, world.crowd.evacuate)
    world.run()
    assert world.crowd.tally() == {("lost", "no place on arrival"): 1, ("out", ""): 9}
    assert world.crowd.inside() == 0


@ENGINES
def test_a_room_is_full_again_once_somebody_has_come_to_the_last_place(engine: str) -> None:
    world = cabin([(0, 1.0, 1.0)] * 9, engine, late=[np.nan] * 7 + [5.0, 6.0])
    world.run()
    assert world.crowd.tally() == {("lost", "no place on arrival"): 1, ("waiting", ""): 8}
