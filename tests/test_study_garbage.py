"""Garbage of drills: collected after each by a study, and the collector left as the caller had it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

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


def test_a_worker_disables_the_collector_for_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def inside(begun: Barrier) -> tuple[bool, bool]:
        with collected_between_drills() as collect:
            begun.wait(10)
            found = gc.isenabled(), collect() is None
            begun.wait(10)
        return found

    monkeypatch.setattr("drillsim.study.garbage.parent_process", lambda: "the caller")
    gc.enable()
    with ThreadPoolExecutor(2) as pool:
        begun = Barrier(2)
        both = [pool.submit(inside, begun) for _ in range(2)]
        assert sorted(one.result() for one in both) == [(False, False), (False, True)]
    assert gc.isenabled()
