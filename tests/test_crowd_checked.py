"""Checked mode: every access to an array from compiled code is checked, and random plays make none out of bounds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from depth import cases
from shipped import ROOT

PLAYS = """
import sys
from hypothesis import given, seed
from crowd_plays import Play, plays
from depth import plays_of
from drillsim import jit

assert jit.CHECKED
played = 0

@seed(101)
@plays_of({count})
@given(plays())
def play(play: Play) -> None:
    global played
    world, _ = play.make("compiled")
    for time_s in (*play.looks, 300.0):
        world.run(time_s)
        world.crowd.tally(), world.crowd.person_seconds(), [world.crowd.place_of(p) for p in range(len(world.people))]
    played += 1

play()
print(played)
"""
PLANTED = """
import numpy as np
from drillsim.crowd.kernel.memory import NAMES, WORDS, people_at, write_address
from drillsim.crowd.kernel.records import PERSON
from drillsim.jit import bare, inner

@inner
def person(t, p):
    return people_at(t)[p].goal

@bare
def goal(t, p):
    return person(t, p)

words, people = np.zeros((len(NAMES), WORDS), np.int64), np.zeros(3, PERSON)
people["goal"] = 7
write_address(words, "people", people)
print([goal(words.ctypes.data, p) for p in (0, 2)])
for p in (3, -1):
    try:
        print(goal(words.ctypes.data, p))
    except IndexError as refused:
        print(refused)
"""


def checked(script: str) -> str:
    """Return the output of a script in checked mode, in a fresh process."""
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    environment = {**os.environ, "DRILLSIM_CHECKED": "1", "PYTHONPATH": paths}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_random_plays_access_no_array_out_of_bounds() -> None:
    assert int(checked(PLAYS.format(count=300))) >= min(300, cases(300))


@pytest.mark.parametrize("index", [3, -1])
def test_a_planted_access_out_of_bounds_is_refused(index: int) -> None:
    assert checked(PLANTED.replace("(3, -1)", f"({index},)")) == "[7, 7]\nindex is out of bounds\n"
