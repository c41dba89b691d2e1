"""The compiled crowd gives everybody the times of the reference, over random buildings, orders and units."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, seed, settings

from crowd_plays import Play, plays
from crowd_worlds import World, as_if_many
from depth import plays_of

SAME_S = 1e-9
PARTS = 8
SELDOM = {
    "exchange", "full space", "full goal", "bent turn", "let in", "unit at a lock", "unit in a crowd",
    "lost", "no way", "behind a full space", "watch", "queue kept", "queue left", "walk kept", "walk left",
}  # fmt: skip
"""What has to happen in at least one of a hundred plays, so that it is tried."""


def seen(world: World) -> Any:
    crowd, count = world.crowd, len(world.people)
    words = [(crowd.state(p), crowd.space_of(p)) for p in range(count)]
    spaces = range(len(world.plan.spaces))
    clear = [crowd.clear_since_s([s]) is None for s in spaces]
    ways = [(w.way, w.kind, w.direction, w.people, w.longest_queue) for w in crowd.ways()]
    home, waiting = crowd.gone_home.tolist(), crowd.queues().tolist()
    return (
        ways,
        words,
        home,
        waiting,
        crowd.counts().tolist(),
        crowd.unit_counts().tolist(),
        crowd.tally(),
        crowd.inside(),
        clear,
    )


def numbers(world: World) -> Any:
    crowd, count = world.crowd, len(world.people)
    places = np.array([crowd.place_of(p) for p in range(count)]).reshape(-1)
    clear = [crowd.clear_since_s([s]) or 0.0 for s in range(len(world.plan.spaces))]
    ways = [time or 0.0 for w in crowd.ways() for time in (w.first_s, w.last_s, w.longest_queue_s)]
    return np.concatenate([ways, crowd.out_s, crowd.settled_s, crowd.person_seconds(), places, clear])


def happenings(world: World, told: list[Any]) -> set[str]:
    """Return the counts of rare events in a play of the reference."""
    words = {reason if word == "stranded" else word for word, reason in world.crowd.tally()}
    found = words | {name for name, times in world.crowd.happened.items() if times}
    return found | {"watch" for line in told if line[2] == "no more than" and line[0] > 0.0}


def play_both(play: Play) -> None:
    """Play with both engines, and compare them at every look and at the end."""
    (first, told), (second, heard) = play.make("reference"), play.make("compiled")
    for time_s in (*play.looks, 300.0, 3_000.0):
        first.run(time_s)
        second.run(time_s)
        assert seen(second) == seen(first), f"at {time_s} s"
        np.testing.assert_allclose(numbers(second), numbers(first), rtol=0, atol=SAME_S, err_msg=f"at {time_s} s")
    assert [line[1:] for line in heard] == [line[1:] for line in told]
    np.testing.assert_allclose([line[0] for line in heard], [line[0] for line in told], rtol=0, atol=SAME_S)


@pytest.mark.parametrize("part", range(PARTS))
def test_both_engines_give_everybody_the_same_times(part: int) -> None:
    @seed(part)
    @plays_of(2_000, PARTS)
    @given(plays())
    def same(play: Play) -> None:
        play_both(play)

    same()


def test_what_seldom_happens_happens_in_these_plays() -> None:
    happened: Counter[str] = Counter()
    for part in range(PARTS):

        @seed(part)
        @settings(plays_of(1), max_examples=75)
        @given(plays())
        def look(play: Play) -> None:
            world, told = play.make("reference")
            world.run(300.0)
            happened.update({"play", *happenings(world, told)})

        look()
    assert {what for what in SELDOM if happened[what] < 0.01 * happened["play"]} == set()


@seed(41)
@plays_of(60)
@given(plays())
def test_asking_memory_ahead_of_time_changes_nothing(play: Play) -> None:
    plain, told = play.make("compiled")
    with as_if_many():
        ahead, heard = play.make("compiled")
    plain.run(500.0), ahead.run(500.0)
    assert seen(ahead) == seen(plain)
    assert heard == told
    assert np.array_equal(numbers(ahead), numbers(plain), equal_nan=True)


@seed(40)
@plays_of(60)
@given(plays())
def test_looking_at_the_compiled_crowd_changes_nothing(play: Play) -> None:
    (plain, told), (looked, heard) = play.make("compiled"), play.make("compiled")
    for time_s in np.linspace(0.0, 60.0, 200):
        looked.run(float(time_s))
        seen(looked), numbers(looked)
    plain.run(500.0), looked.run(500.0)
    assert seen(looked) == seen(plain)
    assert heard == told
    assert np.array_equal(looked.crowd.out_s, plain.crowd.out_s, equal_nan=True)
    assert np.array_equal(looked.crowd.settled_s, plain.crowd.settled_s, equal_nan=True)
