"""Every key of the four kinds of file, taken from the pydantic models: path, form, default, meaning, source, example.

`drillsim explain` and the generated key reference (tools/generate_docs.py) both use this list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

FILES = ("plan", "scenario", "mixes", "portfolio")
SOURCE = re.compile(r"docs/sources\.md#[a-z0-9-]+|\bA:[a-z_]+\.[a-z0-9_]+")
_EXAMPLES = {
    "time": "20 s", "length": "3 ft", "area": "35 ft2", "speed": "1.3 m/s", "density": "2.7 /m2", "flow": "1.3 /s/m",
    "rate": "30 /min", "share": "30 %", "money": "95000 USD/year",
}  # fmt: skip
"""Example of each kind of quantity, as files write it."""


SHORT_FORMS = {"Row": "row", "Between": "between", "Mirror": "mirror", "Repeat": "repeat"}
"""Short forms of a plan file: the key by which each is told from what else stands in its list."""


@dataclass(frozen=True)
class FileKey:
    """One key of a file.

    path
        Keys from the top of the file, joined by dots; `[]` marks a list, `<name>` a key that the user names.
    form
        What stands there: a kind of quantity with its units, the allowed words, or the section that describes it.
    words
        The allowed words, where the form is a choice.
    """

    file: str
    path: str
    name: str
    owner: str
    """Name of the model whose key it is."""
    form: str
    default: str
    meaning: str
    words: tuple[str, ...] = ()
    example: str = ""

    @property
    def plain_path(self) -> str:
        """The path without the marks of lists and of names given by the user."""
        return re.sub(r"\[\w*\]|\.<[^>]*>", "", self.path)

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources and assumptions that the meaning names."""
        return tuple(dict.fromkeys(SOURCE.findall(self.meaning)))


@cache
def file_keys() -> tuple[FileKey, ...]:
    """Return every key of plan, scenario, mixes and portfolio files, in the order of the models."""
    from drillsim.analysis.portfolio.model import Portfolio
    from drillsim.plan.short_forms.forms import WrittenPlan
    from drillsim.scenario.model import Scenario
    from drillsim.scenario.staffing import Mixes

    models = (WrittenPlan, Scenario, Mixes, Portfolio)
    roots: dict[str, type[BaseModel]] = dict(zip(FILES, models, strict=True))
    return tuple(key for file, model in roots.items() for key in _walk(model, "", file))


def _walk(model: type[BaseModel], prefix: str, file: str) -> Iterator[FileKey]:
    schema = model.model_json_schema(by_alias=True)
    for name, field in model.model_fields.items():
        key = field.alias or name
        node = schema["properties"].get(key)
        if node is None:
            continue  # filled in by drillsim; not a key of files
        meaning = " ".join((field.description or "").split())
        form, words, example = _form(node, schema.get("$defs", {}))
        path = f"{prefix}{key}"
        yield FileKey(file, path, key, model.__name__, form, _default(field), meaning, words, example)
        for inner, found in _inner(field.annotation):
            mark = f"[{SHORT_FORMS[inner.__name__]}]" if inner.__name__ in SHORT_FORMS else found
            yield from _walk(inner, f"{path}{mark}.", file)


def _inner(annotation: Any, mark: str = "") -> Iterator[tuple[type[BaseModel], str]]:
    """Yield the models that a field holds, each with the mark of a list or of names given by the user."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation.__name__ != "Spread":
            yield annotation, mark
        return
    origin = getattr(annotation, "__origin__", None)
    for inner in get_args(annotation):
        yield from _inner(inner, mark + ("[]" if origin is tuple else ".<name>" if origin is dict else ""))


def _form(node: dict[str, Any], defs: dict[str, Any]) -> tuple[str, tuple[str, ...], str]:
    """Return the form, the allowed words and an example of a JSON Schema node."""
    if "$ref" in node:
        return _form(defs[node["$ref"].rpartition("/")[2]], defs)
    if "const" in node:
        return f"`{node['const']}`", (str(node["const"]),), str(node["const"])
    if "enum" in node:
        words = tuple(str(w) for w in node["enum"])
        return " · ".join(f"`{w}`" for w in words), words, words[0]
    if "anyOf" in node or "oneOf" in node:
        return _choice(node.get("anyOf") or node["oneOf"], defs)
    if "pattern" in node and (kind := _quantities().get(node["pattern"])):
        return kind, (), (node.get("examples") or [_EXAMPLES[kind.partition(" ")[0]]])[0]
    kind = node.get("type", "")
    if kind == "array":
        form, words, example = _form(node.get("items") or next(iter(node.get("prefixItems", [{}]))), defs)
        return f"list of {form}" if form else "list", words, f"[{example}]" if example else ""
    if kind == "object":
        return _mapping(node, defs)
    plain = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` · `false`"}
    examples = {"string": "", "integer": "4", "number": "1", "boolean": "true"}
    given = node.get("examples") or [""]
    return plain.get(str(kind), "") or "text", (), str(given[0]) or examples.get(str(kind), "")


def _mapping(node: dict[str, Any], defs: dict[str, Any]) -> tuple[str, tuple[str, ...], str]:
    if "additionalProperties" in node and isinstance(node["additionalProperties"], dict):
        form, words, example = _form(node["additionalProperties"], defs)
        return f"mapping of names to {form}", words, f"{{name: {example}}}" if example else ""
    return "section" if node.get("title") else "mapping", (), ""


def _choice(options: list[dict[str, Any]], defs: dict[str, Any]) -> tuple[str, tuple[str, ...], str]:
    """Return the form of a choice between several options; the six written forms of a spread count as one."""
    titles = {o.get("title") for o in options}
    forms = [_form(o, defs) for o in options if o.get("type") != "null"]
    if "lognormal" in titles:
        kept = [
            f for o, f in zip([o for o in options if o.get("type") != "null"], forms, strict=True) if not o.get("title")
        ]
        kept[0] = (f"spread of {kept[0][0]}", (), kept[0][2])
        forms = kept
    words = tuple(dict.fromkeys(w for _, found, _ in forms for w in found))
    return " or ".join(dict.fromkeys(form for form, _, _ in forms if form)), words, forms[0][2] if forms else ""


@cache
def _quantities() -> dict[str, str]:
    """Return the forms of quantities with their units, by their regular expression."""
    from drillsim.notation import UNITS
    from drillsim.quantities import written

    told: dict[str, str] = {}
    for kind, units in UNITS.items():
        first = {size: unit for unit, size in reversed(units.items())}
        shown = [u for u in units if u in first.values() or u in ("'", '"', "sq ft", "USD", "$")]
        for bare in (False, True):
            told[str(written(kind, bare=bare)["pattern"])] = f"{kind} ({', '.join(shown)})"
    return told


def _default(field: Any) -> str:
    if field.is_required():
        return "none; must be given"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, dict):
        return _text(value)
    if value is None or value == "" or value == () or value == {}:
        return "nothing"
    if isinstance(value, BaseModel):
        return "its own keys' defaults"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else _word(value)


def _text(value: dict[Any, Any]) -> str:
    inside = (f"{k}: {_text(v) if isinstance(v, dict) else v}" for k, v in value.items())
    return "{" + ", ".join(inside) + "}" if value else "nothing"


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
