"""A fire alarm before a lockdown is ordered empties the building; one during it does not (rule B13)."""

from __future__ import annotations

import pytest

import drillsim as ds
from plays import mix
from protocol_plays import ORDER_S, drill, wing


def out_of(at_s: float, **protocol: str) -> int:
    rings = drill(
        "lockdown", injects=[{"at": f"{at_s} s", "alarm": "fire"}], protocol={"announce_delay": "5 min", **protocol}
    )
    return sum(e.what == "out" for e in ds.simulate(rings, wing(), mix(), seed=1).events)


def test_before_the_order_everybody_leaves() -> None:
    assert out_of(5.0) == 40


def test_before_the_order_people_stay_where_the_protocol_says_so() -> None:
    assert out_of(5.0, alarm_before="stay") == 0


@pytest.mark.parametrize(("wish", "leave"), [("stay", 0), ("leave", 40)])
def test_during_the_lockdown_the_other_setting_decides(wish: str, leave: int) -> None:
    assert out_of(ORDER_S + 271.0, alarm_in_lockdown=wish) == leave
