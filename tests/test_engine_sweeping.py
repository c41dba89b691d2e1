"""A drill sweeps up after itself once, and leaves the collecting of garbage as it found it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest

import drillsim as ds
from drillsim.engine.simulate import simulate
from shipped import ROOT, plan_named

LOCKDOWN = ds.read_scenario(ROOT / "scenarios" / "lockdown.yaml")
MIXES = ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")
MIX = MIXES[MIXES.present]


@pytest.fixture
def as_before() -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


def play(replication: int = 0) -> ds.Trace:
    return simulate(LOCKDOWN, plan_named("doe_primary"), MIX, seed=1, replication=replication)


def test_drills_leave_nothing_to_collect(as_before: None) -> None:
    gc.enable()
    play()
    gc.collect()
    for replication in range(5):
        play(replication)
    assert gc.collect() < 1_000  # one drill leaves tens of thousands


@pytest.mark.parametrize("turn", [gc.enable, gc.disable])
def test_collecting_is_on_or_off_as_it_was(turn: Callable[[], None], as_before: None) -> None:
    turn()
    was_on = gc.isenabled()
    play()
    assert gc.isenabled() == was_on
    with pytest.raises(AttributeError):
        simulate(None, plan_named("doe_primary"), MIX, seed=1)
    assert gc.isenabled() == was_on
