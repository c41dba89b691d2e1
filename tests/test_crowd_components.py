"""Buildings that nobody can walk between are played one after another, and nothing that happens in them changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

pytest.importorskip("drillsim.compiled", exc_type=ImportError)
from crowd_plays import Play, plays
from depth import plays_of
from drillsim.crowd import driving
from drillsim.crowd.cells import build_cells
from drillsim.crowd.components import components_of
from drillsim.crowd.laws import Laws
from drillsim.crowd.tables import MANY
from drillsim.plan.network import build
from layouts import campus
from test_crowd_kernel import numbers, seen

APART_M = 500.0


def twice(play: Play, *, alone: bool) -> Play:
    """Return the same play in two of its buildings at once, without units; alone: nor goals that tell when they are full."""

    def other(id_: str) -> str:
        return id_ if id_ in ("", "outside") else f"z{id_}"

    def moved(points: Any) -> Any:
        return [[x + APART_M, y] for x, y in points]

    def copied(opening: dict[str, Any]) -> dict[str, Any]:
        line, sides = moved(opening["line"]), [other(s) for s in opening["spaces"]]
        return opening | {"id": other(opening["id"]), "spaces": sides, "line": line}

    names = ("id", "lower", "upper", "lower_opening", "upper_opening")
    script: list[Any] = []
    for time_s, act, what, whom, delay_s in play.script:
        if isinstance(what, list):
            both = [[room for name in what for room in (name, other(name))]]
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


def test_a_campus_has_a_component_for_each_school():
    cells = build_cells(build(campus(3).plan()), Laws())
    found = components_of(cells)
    assert found.of_cell[-1] == -1
    assert np.bincount(found.of_cell[:-1]).tolist() == [cells.cells // 3] * 3
    assert found.borders.tolist() == [cells.borders // 3] * 3


@pytest.mark.parametrize("alone", [True, False])
def test_buildings_played_one_after_another_give_everybody_the_same_times(alone, monkeypatch):
    monkeypatch.setattr(driving, "APART_S", 0.0)
    apart = []
    play_apart = driving.play_apart
    monkeypatch.setattr(driving, "play_apart", lambda *given: (apart.append(given), play_apart(*given)))

    @seed(42)
    @plays_of(100)
    @given(plays(), st.booleans())
    def same(play: Play, looked: bool) -> None:
        both = twice(play, alone=alone)
        (plain, told), (parted, heard) = both.make("compiled"), both.make("compiled")
        parted.crowd._n[MANY] = 1
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
