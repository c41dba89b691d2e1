"""The JSON Schemas an editor uses describe what files hold, and everything the shipped files say is in them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drillsim.cli.schemas import schemas, write_schemas
from drillsim.documents.yaml_source import parse_text

ROOT = Path(__file__).parent.parent
SCHEMAS = schemas()
MARKERS = {
    "drillsim_plan": "plan",
    "drillsim": "scenario",
    "drillsim_mixes": "mixes",
    "drillsim_portfolio": "portfolio",
}
FILES = sorted(
    [
        *(ROOT / "scenarios").rglob("*.yaml"),
        *(ROOT / "floorplans").glob("*.yaml"),
        *(ROOT / "portfolios").glob("*.yaml"),
    ]
)
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


KNOWN = {
    *("$ref", "$defs", "$schema", "anyOf", "oneOf", "type", "enum", "const", "pattern", "minimum", "maximum"),
    *("exclusiveMinimum", "properties", "required", "additionalProperties", "propertyNames", "items", "prefixItems"),
    *(
        "minItems",
        "maxItems",
        "minLength",
        "minProperties",
        "maxProperties",
        "title",
        "description",
        "default",
        "examples",
    ),
}


def faults(node: Any, value: Any, root: Any, at: str = "$") -> list[str]:
    """Return what a JSON Schema validator would say, for the words our schemas use; other words fail the test."""
    assert set(node) <= KNOWN, f"{at}: {set(node) - KNOWN}"
    found = []
    if "$ref" in node:
        found += faults(root["$defs"][node["$ref"].removeprefix("#/$defs/")], value, root, at)
    for word in ("anyOf", "oneOf"):
        if word in node:
            tried = [faults(part, value, root, at) for part in node[word]]
            if all(tried):
                found += [f"{at}: no form fits {value!r}: {tried}"]
    types = node.get("type", list(TYPES))
    types = [types] if isinstance(types, str) else types
    if not any(isinstance(value, TYPES[t]) and (t == "boolean" or not isinstance(value, bool)) for t in types):
        return [*found, f"{at}: {value!r} is no {types}"]
    if ("enum" in node and value not in node["enum"]) or ("const" in node and value != node["const"]):
        found.append(f"{at}: {value!r} is not allowed")
    if isinstance(value, str) and not re.search(node.get("pattern", ""), value):
        found.append(f"{at}: {value!r} does not match")
    if isinstance(value, str) and len(value) < node.get("minLength", 0):
        found.append(f"{at}: too short")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        above = value > node.get("exclusiveMinimum", value - 1)
        if not (node.get("minimum", value) <= value <= node.get("maximum", value) and above):
            found.append(f"{at}: {value!r} out of range")
    if isinstance(value, list):
        if not node.get("minItems", 0) <= len(value) <= node.get("maxItems", len(value)):
            found.append(f"{at}: {len(value)} items")
        first = node.get("prefixItems", [])
        for i, item in enumerate(value):
            found += faults(first[i] if i < len(first) else node.get("items", {}), item, root, f"{at}[{i}]")
    if isinstance(value, dict):
        found += [f"{at}: '{k}' is missing" for k in node.get("required", []) if k not in value]
        if len(value) < node.get("minProperties", 0):
            found.append(f"{at}: empty")
        if len(value) > node.get("maxProperties", len(value)):
            found.append(f"{at}: {len(value)} keys")
        for key, item in value.items():
            part = node.get("properties", {}).get(key, node.get("additionalProperties", True))
            if part is False:
                found.append(f"{at}: unknown key '{key}'")
            elif part is not True:
                found += faults(part, item, root, f"{at}.{key}")
            found += faults(node.get("propertyNames", {}), key, root, f"{at}.{key}")
    return found


def told(kind: str, value: Any) -> list[str]:
    return faults(SCHEMAS[kind], value, SCHEMAS[kind])


def load(text: str) -> Any:
    return parse_text(text)[0]


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from nodes(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from nodes(inner)


DRILL = {"drillsim": 1, "name": "x", "incidents": [{"kind": "fire", "where": "hall"}]}


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_shipped_file_follows_its_schema(path: Path) -> None:
    data = load(path.read_text(encoding="utf-8"))
    kind = next(kind for marker, kind in MARKERS.items() if marker in data)
    assert told(kind, data) == []


@pytest.mark.parametrize("kind", SCHEMAS)
def test_no_mapping_takes_keys_that_nobody_named(kind: str) -> None:
    for node in nodes(SCHEMAS[kind]):
        if node.get("type") == "object":
            assert node.get("additionalProperties", True) is not True, node.get("title")


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_default_is_what_a_file_would_say(kind: str) -> None:
    schema = SCHEMAS[kind]
    for owner in nodes(schema):
        for key, node in owner.get("properties", {}).items():
            if isinstance(node, dict) and "default" in node:
                assert faults(node, node["default"], schema, key) == []


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_reference_leads_somewhere(kind: str) -> None:
    refs = {n["$ref"].removeprefix("#/$defs/") for n in nodes(SCHEMAS[kind]) if isinstance(n.get("$ref"), str)}
    assert refs <= set(SCHEMAS[kind]["$defs"])


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_shows_nothing_of_the_inside(kind: str) -> None:
    keys = {k for n in nodes(SCHEMAS[kind]) for k in (n.get("properties") or {})}
    assert not keys & {"form", "a", "b", "c", "in_share", "from_"}


@pytest.mark.parametrize(
    "more",
    [
        {"horizon": 30},
        {"horizon": "30"},
        {"horizon": "30 m"},
        {"horizont": "30 min"},
        {"noticing": {"witness": {"median": "3 s"}}},
        {"noticing": {"witness": {"median": 3, "sigma": 1}}},
        {"police": {"law": "slowly"}},
        {"people": {"groups": {"a": {"share": "3 %"}}}},
        {"people": {"groups": {"primary": {"speed": "1 m/s"}}}},
        {"laws": {"door": {"flow": "1 /s/m", "boundary": 0.1}}},
        {"overrides": {"a": {"noticing": {"witnes": "3 s"}}}},
        {"time_of_day": "29:00"},
        {"incidents": [{"kind": "fire", "where": {"draw": {}}}]},
    ],
    ids=str,
)
def test_an_editor_marks_the_mistake(more: dict[str, Any]) -> None:
    assert told("scenario", {**DRILL, **more})


@pytest.mark.parametrize(
    "more",
    [
        {"horizon": "1 h 30 min"},
        {"noticing": {"witness": {"low": "3 s", "usual": "4 s", "high": "5 s"}}},
        {"police": {"law": {"median": "3 min", "sigma": 0.5}}},
        {"people": {"routes": {"assigned": {"room-101": "e-main"}}}},
        {"people": {"groups": {"primary": {"share": "94 %"}, "adults": {"share": "6 %", "stair_up": "0.5 m/s"}}}},
        {"overrides": {"a": {"people": {"groups": {"primary": {"speed": "1 m/s"}, "mine": {"share": "3 %"}}}}}},
        {"laws": {"door": {"flow": "1.3 /s/m", "boundary": "15 cm"}}},
        {"overrides": {"a": {"people": {"groups": {"secondary": {"share": "90 %"}}}}}},
        {"goals": [{"measure": "able_on_scene_s", "at_most": "3 min", "in": "90 %"}]},
    ],
    ids=str,
)
def test_an_editor_accepts_what_drillsim_reads(more: dict[str, Any]) -> None:
    assert told("scenario", {**DRILL, **more}) == []


def test_a_file_must_say_what_it_is() -> None:
    assert [SCHEMAS[k]["required"][0] for k in ("plan", "scenario", "mixes", "portfolio")] == list(MARKERS)


def test_a_cost_is_an_amount_or_three() -> None:
    mixes = {"drillsim_mixes": 1, "present": "a", "mixes": {"a": {}}}
    for cost in (46000, "46000 USD/year", {"low": 1, "mid": "2 USD", "high": 3}):
        assert told("mixes", {**mixes, "roles": {"x": {"cost": cost}}}) == []


def test_schemas_are_written_one_file_per_kind(tmp_path: Path) -> None:
    paths = write_schemas(tmp_path / ".drillsim")
    assert [p.name for p in paths] == [
        "plan.schema.json",
        "scenario.schema.json",
        "mixes.schema.json",
        "portfolio.schema.json",
    ]
    assert [json.loads(p.read_text(encoding="utf-8")) for p in paths] == list(SCHEMAS.values())
