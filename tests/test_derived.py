"""What is built from constant data: once per object, function and arguments, and not carried into copies."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import drillsim as ds
from drillsim.plan.network import network_of
from protocol_plays import wing


def rooms_named(plan: ds.FloorPlan, prefix: str) -> list[str]:
    return [space.id for space in plan.spaces if space.id.startswith(prefix)]


def test_it_is_built_once_per_function_and_arguments() -> None:
    plan = wing()
    halls = plan.derived(rooms_named, "h")
    assert halls == ["hall"]
    assert plan.derived(rooms_named, "h") is halls
    assert plan.derived(rooms_named, "a") == ["a"]


def test_two_plans_share_nothing() -> None:
    assert network_of(wing()) is not network_of(wing())


def test_copies_and_pickles_start_empty() -> None:
    plan = wing()
    network = network_of(plan)
    assert network_of(plan.model_copy(update={"name": "other"})).plan.name == "other"
    assert network_of(pickle.loads(pickle.dumps(plan))) is not network
    assert network_of(plan) is network


def test_threads_get_the_same_object() -> None:
    plan, start = wing(), Barrier(8)

    def build(_: int) -> int:
        start.wait()
        return id(network_of(plan))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(build, range(8)))) == 1
