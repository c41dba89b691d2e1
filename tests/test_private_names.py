"""Private names of SimPy and numba stand in one file each, and the installed versions have them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import simpy
from numba.core.options import DefaultOptions
from simpy.events import EventPriority

from drillsim import jit
from drillsim.crowd.clock import PRIVATE_NAMES, Timer, schedule_at
from drillsim.crowd.kernel.event_loop import advance
from shipped import ROOT

SRC = ROOT / "src" / "drillsim"
OPTIONS = ("forceinline", "no_cpython_wrapper", "no_cfunc_wrapper")
HOMES = {
    SRC / "crowd" / "clock.py": r"\._queue\b|\._eid\b|\b_ok\b|\b_value =|\bURGENT\b",
    SRC / "jit.py": r"^\s*(?:from|import) (?:numba|llvmlite)\b|\._cache\b|\._cache_file\b|\._source_stamp\b",
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
    schedule_at(Timer(env, 0, lambda _: told.append(env.now)), time_s, EventPriority(2))
    env.run()
    assert told == [time_s]


def test_numba_has_the_private_names_that_jit_uses() -> None:
    assert [name for holder, name in jit.PRIVATE_NAMES if not hasattr(holder, name)] == []
    cache = advance._cache  # type: ignore[attr-defined]
    assert [
        name for name in ("_impl", "_cache_path", "save_overload", "load_overload") if not hasattr(cache, name)
    ] == []
    assert cache._impl.filename_base
    assert cache._cache_file._source_stamp == jit.stamp_of(
        advance.__module__, SRC / "crowd" / "kernel" / "event_loop.py"
    )


def test_numba_takes_the_options_that_functions_are_compiled_with() -> None:
    options = DefaultOptions.__dict__
    assert [name for name in (*jit.PLAIN, *jit.BARE, *OPTIONS) if name not in options] == []


def test_compiled_code_is_kept_as_long_as_the_laws_stay_as_they_are() -> None:
    kernel = SRC / "crowd" / "kernel"
    sources = jit.sources_of("drillsim.crowd.kernel.event_loop", kernel / "event_loop.py")
    assert {SRC / "crowd" / "laws.py", SRC / "crowd" / "states.py", SRC / "jit.py", kernel / "walking.py"} <= sources
