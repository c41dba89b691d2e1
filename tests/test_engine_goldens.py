"""Whole drills, event by event, as readable tables; renewed only by `pytest --renew-goldens`."""

from __future__ import annotations

from pathlib import Path

import pytest

import drillsim as ds
from drillsim.plan.model import Space

ROOT = Path(__file__).resolve().parents[1]
GOLDENS = Path(__file__).parent / "goldens"


def table(trace: ds.Trace) -> str:
    lines = [
        f"{e.time_s:10.3f}  {e.who:14} {e.what:16} {e.where:16} {e.why}{'' if e.value is None else f' [{e.value:.3f}]'}".rstrip()
        for e in trace.events
    ]
    row = [f"{k}: {v:.3f}" if isinstance(v, float) else f"{k}: {v}" for k, v in trace.row.items()]
    return "\n".join([*lines, "", *row, ""])


@pytest.mark.parametrize("name", ["fight", "medical", "unwanted", "lockdown", "evacuation"])
def test_the_drill_is_the_one_on_file(
    name: str, three_rooms: ds.FloorPlan, primary: ds.FloorPlan, mixes: ds.Mixes, request: pytest.FixtureRequest
) -> None:
    drill = ds.read_scenario(ROOT / "scenarios" / f"{name}.yaml")
    plan = primary.model_copy(update={"spaces": tuple(thinned(s) for s in primary.spaces)})
    found = table(ds.simulate(drill, plan, mixes["sro-and-guard"], seed=1))
    golden = GOLDENS / f"{name}.txt"
    if request.config.getoption("--renew-goldens"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


def thinned(space: Space) -> Space:
    """Keep a few pupils a room, so that the table stays readable."""
    return space.model_copy(update={"people": min(space.people, 2)})
