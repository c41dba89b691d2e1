"""Names change no draw: a drill under another name is the same drill."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from plays import scenario
from shipped import ROOT, plan_named

FIGHT = ds.read_scenario(ROOT / "scenarios" / "fight.yaml")
MIXES = ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")


def rows(drill: ds.Scenario, replication: int) -> list[dict[str, object]]:
    trace = ds.simulate(drill, plan_named("three_rooms"), MIXES["police-only"], seed=3, replication=replication)
    return [{k: v for k, v in row.items() if k != "scenario"} for row in trace.rows]


@settings(max_examples=20, deadline=None)
@given(st.text(min_size=1, max_size=20), st.text(max_size=20), st.integers(0, 20))
def test_a_drill_under_another_name_is_the_same_drill(name: str, title: str, replication: int) -> None:
    spread = {
        "police": {"law": {"median": "3 min", "sigma": 0.5}},
        "noticing": {"witness": {"low": "5 s", "high": "50 s"}},
    }
    drill = scenario("behaviour", {"draw": {"corridor": "60 %", "classroom": "40 %"}}, family="", **spread)
    renamed = drill.model_copy(update={"name": name, "title": title})
    assert rows(renamed, replication) == rows(drill, replication)


def test_scenarios_that_name_no_family_share_one() -> None:
    one, other = scenario("medical", "hall-1", family="", name="a"), scenario("fire", "hall-0", family="", name="b")
    assert one.draws == other.draws != FIGHT.draws


def test_shipped_drills_name_their_family_so_that_a_renamed_copy_keeps_it() -> None:
    for path in sorted((ROOT / "scenarios").rglob("*.yaml")):
        if path.name != "mixes.yaml":
            drill = ds.read_scenario(path)
            assert drill.family == drill.draws == drill.name
