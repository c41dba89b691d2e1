"""What a plan lacks of a responder's map: told as information, by name, with what to write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import drillsim as ds
from drillsim.cli import main
from drillsim.coverage.map_list import map_items
from drillsim.plan.model import FloorPlan
from shipped import ROOT

ALL = ("aed", "trauma-kit", "key-box", "gas-shut-off", "water-shut-off", "power-shut-off", "hazard")
PLAN: dict[str, Any] = {
    "drillsim_plan": 1, "name": "p", "units": "m", "levels": [{"id": "L", "elevation": 0}], "grid_north_deg": 0,
    "spaces": [
        {"id": "r", "label": "Room 1", "level": "L", "use": "classroom", "polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]},
        {"id": "h", "label": "Main hall", "level": "L", "use": "corridor", "polygon": [[0, 9], [9, 9], [9, 12], [0, 12]]},
        {"id": "f", "label": "Field", "level": "L", "use": "outdoors", "polygon": [[9, 0], [40, 0], [40, 12], [9, 12]]},
    ],
    "openings": [{"id": "e", "label": "Door 1", "kind": "exit", "spaces": ["h", "outside"], "line": [[0, 10], [0, 11]]}],
    "equipment": [{"id": kind, "kind": kind, "label": kind, "space": "h", "at": [2, 10]} for kind in ALL],
}  # fmt: skip


def lacks(**change: Any) -> list[str]:
    plan = FloorPlan.model_validate(PLAN | change, context={"bare_lengths": "m"})
    return [item.name for item in map_items(plan) if not item.there]


def test_a_plan_with_everything_lacks_nothing() -> None:
    assert lacks() == []


@pytest.mark.parametrize("kind", ALL)
def test_each_kind_of_equipment_that_is_missing_is_named(kind: str) -> None:
    left = [e for e in PLAN["equipment"] if e["kind"] != kind]
    assert len(lacks(equipment=left)) == 1


def test_an_unnumbered_door_and_an_unnamed_hall_are_told() -> None:
    spaces = [s if s["id"] != "h" else s | {"label": ""} for s in PLAN["spaces"]]
    openings = [PLAN["openings"][0] | {"label": "Front"}]
    assert lacks(spaces=spaces, openings=openings) == ["hallway names", "numbers of outer doors"]


def test_north_counts_when_the_file_states_it() -> None:
    assert not next(
        i for i in map_items(ds.read_plan(ROOT / "floorplans" / "three_rooms.yaml")) if i.name == "true north"
    ).there


def test_check_prints_the_list_and_never_says_that_a_map_complies(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("floorplans") / "three_rooms.yaml"
    assert main(["check", str(ROOT / path), "--map-list"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "lacks true north: write 'grid_north_deg: 0'" in out
    assert "compliant" not in out
    assert main(["check", str(ROOT / path), "--map-list", "--json"]) == 0
    (rows,) = json.loads(capsys.readouterr().out.splitlines()[-1])["map_list"].values()
    assert {"name", "there", "told"} == set(rows[0])
