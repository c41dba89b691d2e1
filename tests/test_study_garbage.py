"""Garbage of drills: collected after each by a study, and the collector left as the caller had it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import drillsim as ds
from drillsim.study.chunks import Chunk, play_here
from drillsim.study.garbage import collected_between_drills
from shipped import ROOT, plan_named

LOCKDOWN = ds.read_scenario(ROOT / "scenarios" / "lockdown.yaml")
MIXES = ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")
STUDY = ds.Study([LOCKDOWN], plan_named("doe_primary"), MIXES, runs=6, seed=1)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    was_on = gc.isenabled()
    yield
    (gc.enable if was_on else gc.disable)()


def drill(replication: int = 0) -> ds.Trace:
    return ds.simulate(LOCKDOWN, STUDY.plan, MIXES[MIXES.present], seed=1, replication=replication)


def test_drills_of_a_study_leave_nothing_to_collect() -> None:
    gc.enable()
    play_here(STUDY, ds.simulate, [Chunk(0, 0, 1, 0)])
    gc.collect()
    play_here(STUDY, ds.simulate, [Chunk(0, 1, 6, 0)])
    assert gc.collect() < 1_000  # one drill leaves tens of thousands


@pytest.mark.parametrize("turn", [gc.enable, gc.disable])
def test_the_collector_is_on_or_off_as_it_was(turn: Callable[[], None]) -> None:
    turn()
    was_on = gc.isenabled()
    play_here(STUDY, ds.simulate, [Chunk(0, 0, 1, 0)])
    assert gc.isenabled() == was_on
    with pytest.raises(KeyError), collected_between_drills():
        raise KeyError
    assert gc.isenabled() == was_on


def test_one_drill_leaves_the_collector_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise AssertionError("a drill switched the collector")

    monkeypatch.setattr(gc, "disable", refuse)
    drill()


def test_a_thread_of_the_caller_leaves_the_collector_alone() -> None:
    def inside() -> bool:
        with collected_between_drills():
            return gc.isenabled()

    gc.enable()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(inside).result()
