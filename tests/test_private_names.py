"""Private names of SimPy and numba stand in one file each, and the installed versions have them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import simpy

from drillsim.crowd.clock import PRIVATE_NAMES, Timer, schedule_at
from shipped import ROOT

SRC = ROOT / "src" / "drillsim"
HOMES = {
    SRC / "crowd" / "clock.py": r"\._queue\b|\._eid\b|\b_ok\b|\b_value =|\bURGENT\b",
}


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.stem)
def test_private_names_of_a_library_stand_in_one_file(home: Path) -> None:
    wanted = re.compile(HOMES[home], re.MULTILINE)
    assert [path for path in sorted(SRC.rglob("*.py")) if wanted.search(path.read_text("utf-8"))] == [home]


def test_simpy_has_the_private_names_that_the_clock_uses() -> None:
    env = simpy.Environment()
    for kind, names in PRIVATE_NAMES.items():
        thing = env if kind is simpy.Environment else env.timeout(1.0)
        assert [name for name in names if not hasattr(thing, name)] == []


def test_a_timer_comes_at_its_time_to_the_last_bit() -> None:
    env, told = simpy.Environment(0.2), []
    time_s = 0.9
    assert env.now + (time_s - env.now) != time_s
    schedule_at(Timer(env, 0, lambda _: told.append(env.now)), time_s, 2)
    env.run()
    assert told == [time_s]
