"""A building mirrored, turned, moved, or with other ids, empties in the same times, in both engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, seed
from hypothesis import strategies as st
from numpy.typing import NDArray

from crowd_plays import SPOTS, Play, buildings
from depth import plays_of
from drillsim.crowd.laws import Laws
from random_floors import Move, turned

SAME_S = {"turned": 1e-6, "far": 1e-6}
"""Rounding of coordinates; else 1e-9 s."""


@st.composite
def drawn_plays(draw: st.DrawFn) -> Play:
    """A building with people at points, of speeds and with delays of their own, so that no two things happen at one instant."""
    spaces, openings, stairs = draw(buildings())
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    people = []
    for space, _, polygon in spaces:
        low, _, high, _ = SPOTS.get(space, polygon)
        places = max(1, int(2.5 * (high[0] - low[0]) * (high[1] - low[1])))
        for _ in range(min(int(rng.integers(0, 9)), places)):
            x, y = rng.uniform(low, high)
            people.append(
                (space, float(x), float(y), tuple(rng.uniform(0.5, 1.8, 3)), float(rng.uniform(0, 5)), np.nan)
            )
    rooms = [id_ for id_, use, _ in spaces if use == "classroom"]
    script: list[tuple[Any, ...]] = [
        (float(rng.uniform(0, 30)), draw(st.sampled_from(["close", "reopen", "lock"])), "", slice(None), 0.0)
        for _ in range(3)
    ]
    script = [(t, act, rooms[0] if act == "lock" and rooms else openings[int(rng.integers(len(openings)))]["id"], whom, late)
              for t, act, _, whom, late in script if act != "lock" or rooms]  # fmt: skip
    to_rooms = bool(rooms) and draw(st.booleans())
    script.append((0.5, "rooms", rooms, slice(None), 0.0) if to_rooms else (0.5, "evacuate", "hall", slice(None), 0.0))
    return Play(spaces, openings, stairs, Laws(), "least-time", {}, [], people, script, [], [], [])


def moved(play: Play, move: Move) -> Play:
    """Return a play with every point moved."""

    def line(points: list[list[float]]) -> list[list[float]]:
        return [list(move((x, y))) for x, y in points]

    return replace(
        play, spaces=[(id_, use, line(polygon)) for id_, use, polygon in play.spaces],
        openings=[o | {"line": line(o["line"])} for o in play.openings],
        people=[(place[0], *move((place[1], place[2])), *place[3:]) for place in play.people],
    )  # fmt: skip


def renamed(play: Play) -> Play:
    """Return a play in which everything has another id; the storey still follows from its end."""
    ids = [id_ for id_, _, _ in play.spaces] + [w["id"] for w in (*play.openings, *play.stairs)]
    new = {id_: f"{(7 * i) % 97:02d}-{i}{'+' * id_.count('+')}" for i, id_ in enumerate(ids)} | {"outside": "outside"}

    def again(what: dict[str, Any]) -> dict[str, Any]:
        named = ("id", "lower", "upper", "lower_opening", "upper_opening")
        return {
            key: {word: new[id_] for word, id_ in value.items()}
            if isinstance(value, dict)
            else new[value]
            if key in named
            else value
            for key, value in what.items()
        }

    return replace(
        play, spaces=[(new[id_], use, polygon) for id_, use, polygon in play.spaces],
        openings=[again(o) | {"spaces": [new[s] for s in o["spaces"]]} for o in play.openings],
        stairs=[again(s) for s in play.stairs], people=[(new[person[0]], *person[1:]) for person in play.people],
        script=[(t, act, [new[w] for w in what] if isinstance(what, list) else new[what], whom, late)
                for t, act, what, whom, late in play.script],
    )  # fmt: skip


CHANGES: dict[str, Callable[[Play], Play]] = {
    "x": lambda play: moved(play, lambda p: (-p[0], p[1])),
    "y": lambda play: moved(play, lambda p: (p[0], -p[1])),
    "ids": renamed,
    "turned": lambda play: moved(play, turned(0.7345)),
    "far": lambda play: moved(play, lambda p: (p[0] + 431_234.5, p[1] + 5_412_345.25)),
}


def times(play: Play, engine: str) -> NDArray[np.float64]:
    world, _ = play.make(engine)
    world.run(3_000.0)
    return np.concatenate([world.crowd.out_s, world.crowd.settled_s])


@pytest.mark.parametrize("engine", ["reference", "compiled"])
@pytest.mark.parametrize("change", CHANGES)
def test_the_same_building_empties_in_the_same_times(change: str, engine: str) -> None:
    @seed(51)
    @plays_of(240, parts=6)
    @given(drawn_plays())
    def same(play: Play) -> None:
        np.testing.assert_allclose(
            times(CHANGES[change](play), engine), times(play, engine), rtol=0, atol=SAME_S.get(change, 1e-9)
        )

    same()
