"""Ids that look like numbers are read as they are written, wherever an id or a reference to one stands."""

import re
from pathlib import Path

import pytest

import drillsim as ds
from drillsim.cli.schemas import schemas
from drillsim.documents.yaml_source import parse_text
from drillsim.plan.read import check_plan_file
from drillsim.scenario.read import read_mixes, read_scenario

ROOT = Path(__file__).parent.parent
NUMBERS = ["101", "0123", "1e3", "true", "0x1F", "-7", "+5", "1.50", ".5", "False", "0", "9" * 30]
PLAN = (ROOT / "floorplans/three_rooms.yaml").read_text(encoding="utf-8")
SCENARIO = (ROOT / "scenarios/teaching/lockdown.yaml").read_text(encoding="utf-8")
MIXES = (ROOT / "scenarios/teaching/mixes.yaml").read_text(encoding="utf-8")


def renamed(text: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        text = re.sub(rf"(?<![\w-]){re.escape(old)}(?![\w-])", new, text)
    return text


def plan_with(number: str, tmp_path: Path) -> tuple[Path, list[str]]:
    ids = re.findall(r"\{id: ([\w-]+)", PLAN)
    for i, old in enumerate(ids):
        path = tmp_path / f"{i}.yaml"
        path.write_text(renamed(PLAN, {old: number}), encoding="utf-8")
    return path, ids


@pytest.mark.parametrize("number", NUMBERS)
def test_any_id_of_a_plan_may_look_like_a_number(number: str, tmp_path: Path) -> None:
    _, ids = plan_with(number, tmp_path)
    for i, old in enumerate(ids):
        plan, faults = check_plan_file(tmp_path / f"{i}.yaml")
        assert plan is not None, (old, faults)
        assert [str(f) for f in faults] == []
        sections = (plan.levels, plan.spaces, plan.openings, plan.stairs, plan.posts, plan.cameras, plan.assembly)
        assert number in [getattr(thing, "id") for section in sections for thing in section]  # noqa: B009


@pytest.mark.parametrize("number", NUMBERS)
def test_a_drill_is_the_same_under_numbers(number: str, tmp_path: Path) -> None:
    names = {"hall-1": number, "hall-0": "0777"}
    (tmp_path / "plan.yaml").write_text(renamed(PLAN, names), encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(renamed(SCENARIO, names), encoding="utf-8")
    (tmp_path / "mixes.yaml").write_text(renamed(MIXES, names), encoding="utf-8")
    plan, scenario = ds.read_plan(tmp_path / "plan.yaml"), read_scenario(tmp_path / "scenario.yaml")
    assert ds.check(scenario, plan, read_mixes(tmp_path / "mixes.yaml")) == []


@pytest.mark.parametrize("number", ["101", "0123", "1e3", "true"])
def test_a_message_names_an_id_as_it_is_written(number: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    text = PLAN.replace("spaces: [room-101, hall-0]", f"spaces: [{number}, hall-0]", 1)
    path.write_text(text.replace("{id: room-201, ", f"{{id: {number}9, colour: red, "), encoding="utf-8")
    faults = [str(f) for f in check_plan_file(path)[1]]
    assert any(f"no space called '{number}'" in fault for fault in faults)


@pytest.mark.parametrize("number", NUMBERS)
def test_an_override_may_name_an_id_that_looks_like_a_number(number: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(
        "drillsim: 1\nname: x\nincidents: [{kind: fire, where: hall}]\n"
        f"overrides: {{there: {{incidents: [{{kind: fire, where: {number}}}]}}}}\n",
        encoding="utf-8",
    )
    assert read_scenario(path).with_override("there").incidents[0].where == number


@pytest.mark.parametrize("key", ["wide_on_purpose", "alarm"])
def test_a_truth_value_stays_one_where_no_id_is_wanted(key: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN.replace("{id: d-101, ", f"{{id: d-101, {key}: true, "), encoding="utf-8")
    plan, _ = check_plan_file(path)
    assert plan is not None
    assert getattr(plan.openings[0], key) is True


@pytest.mark.parametrize("number", NUMBERS)
def test_the_schema_of_a_plan_takes_ids_that_look_like_numbers(number: str) -> None:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string"}
    value = parse_text(f"id: {number}")[0]["id"]
    space = schemas()["plan"]["$defs"]["Space"]["properties"]
    assert kinds[type(value)] in space["id"]["type"]
    assert kinds[type(value)] in space["level"]["type"]
