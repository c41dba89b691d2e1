"""JSON Schemas of the four kinds of file, with which editors complete keys and mark mistakes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

NAME = ["string", "number", "boolean"]
"""JSON Schema types of a name: YAML reads the room 101 as a number."""
NOT_JSON_SCHEMA = ("gt", "ge", "lt", "le")


def schemas() -> dict[str, Schema]:
    """Return the JSON Schema of each kind of file: 'plan', 'scenario', 'mixes' and 'portfolio'.

    They describe what files hold (text with units, the written forms of spreads), not the values inside drillsim.
    Ids that live in another file are known to `drillsim check` alone.
    """
    from drillsim.analysis.portfolio.model import MARKER, Portfolio
    from drillsim.plan.short_forms.forms import WrittenPlan
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mixes

    plan = _schema(WrittenPlan.model_json_schema(by_alias=True), "drillsim_plan")
    _complete_short_forms(plan["$defs"])
    scenario = _schema(Scenario.model_json_schema(by_alias=True), "drillsim")
    mixes = _schema(Mixes.model_json_schema(by_alias=True), "drillsim_mixes")
    _describe_overrides(scenario)
    portfolio = _schema(Portfolio.model_json_schema(by_alias=True), MARKER)
    return {"plan": plan, "scenario": scenario, "mixes": mixes, "portfolio": portfolio}


def write_schemas(folder: Path) -> list[Path]:
    """Write the schemas of all kinds of file as `<kind>.schema.json` into a folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind, schema in schemas().items():
        path = folder / f"{kind}.schema.json"
        path.write_text(json.dumps(schema, indent=1) + "\n", encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


def _schema(raw: Schema, marker: str) -> Schema:
    """Return pydantic's schema with one definition of spreads, defaults in the words of files, and a required marker."""
    from drillsim.quantities import written_spread

    spreads = {name: written_spread(kind) for name, kind in (("TimeSpread", "time"), ("SpeedSpread", "speed"))}
    schema = _tidy(raw, spreads)
    used = json.dumps(schema)
    schema["$defs"] |= {name: spread for name, spread in spreads.items() if f"#/$defs/{name}" in used}
    schema["required"] = [marker, *schema.get("required", [])]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _tidy(node: Any, spreads: Mapping[str, Schema]) -> Any:
    if isinstance(node, list):
        return [_tidy(n, spreads) for n in node]
    if not isinstance(node, dict):
        return node
    for name, spread in spreads.items():
        forms, wanted = node.get("anyOf", []), spread["anyOf"]
        if wanted[0] in forms and wanted[1] in forms:
            rest = [{"$ref": f"#/$defs/{name}"}, *(_tidy(n, spreads) for n in forms if n not in wanted)]
            return {**_kept(node, "anyOf"), **({"anyOf": rest} if len(rest) > 1 else rest[0])}
    tidy = {k: v if k == "propertyNames" else _tidy(v, spreads) for k, v in _kept(node).items()}
    if tidy.get("type") == "string" and not {"pattern", "enum", "const"} & set(tidy):
        tidy["type"] = NAME  # an id that looks like a number is read as text
    return tidy


def _kept(node: Schema, *without: str) -> Schema:
    """Return a node without keywords foreign to JSON Schema, titles that repeat the key, and empty defaults."""
    kept = {k: v for k, v in node.items() if k not in (*without, *NOT_JSON_SCHEMA)}
    if "properties" not in kept and isinstance(kept.get("title"), str):
        kept.pop("title")
    if kept.get("default", 0) in (None, "", {}, []) or "$ref" in kept:
        kept.pop("default", None)
    return kept


def _complete_short_forms(defs: Schema) -> None:
    """Add to each short form of a plan the keys of what it stands for."""
    for form, whole, without in (
        ("Row", "Space", {"id", "polygon"}),
        ("Between", "Opening", {"spaces", "line"}),
        ("RowDoor", "Opening", {"id", "spaces", "line"}),
    ):
        more = {k: v for k, v in defs[whole]["properties"].items() if k not in without}
        defs[form]["properties"] |= more
        needed = [k for k in defs[whole]["required"] if k in more and whole == "Space"]
        defs[form] |= {"required": [*defs[form].get("required", []), *needed], "additionalProperties": False}


def _describe_overrides(scenario: Schema) -> None:
    """Add the schema of overrides: any key of the scenario; mappings merge, so none of their keys is required."""
    defs = scenario["$defs"]
    whole = {k: v for k, v in scenario["properties"].items() if k not in ("overrides", "drillsim", "name", "family")}
    merged: Schema = {}

    def part(node: Schema) -> Schema:
        name = node.get("$ref", "").removeprefix("#/$defs/")
        if "properties" in defs.get(name, {}):
            if name not in merged:
                merged[name] = {}
                fields = {k: part(v) for k, v in defs[name]["properties"].items()}
                merged[name] |= {k: v for k, v in defs[name].items() if k != "required"} | {"properties": fields}
            return {**node, "$ref": f"#/$defs/{name}Changed"}
        inside = {k: v for k, v in node.items() if k != "required" or "properties" not in node}
        if "properties" in node:
            inside["properties"] = {k: part(v) for k, v in node["properties"].items()}
        if isinstance(node.get("additionalProperties"), dict):
            inside["additionalProperties"] = part(node["additionalProperties"])
        if {"type": "null"} in node.get("anyOf", []):
            inside["anyOf"] = [part(n) for n in node["anyOf"]]
        return inside

    changed = {k: part(v) for k, v in whole.items()}
    defs |= {f"{name}Changed": schema for name, schema in merged.items()}
    defs["Override"] = {
        "type": "object",
        "title": "Override",
        "description": "Keys of this file with other values; mappings merge, lists and quantities are replaced.",
        "properties": changed,
        "additionalProperties": False,
    }
    scenario["properties"]["overrides"] = {
        "type": "object",
        "description": scenario["properties"]["overrides"].get("description", ""),
        "additionalProperties": {"$ref": "#/$defs/Override"},
    }
