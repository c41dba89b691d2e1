"""Every number that drillsim ships has a unit, and a source or an assumption that the docs know."""

# mypy: disable-error-code="union-attr"
# (a None where a value is expected fails the test by itself)

import ast
import inspect
import re
import types
import typing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from drillsim.crowd.laws import DOOR_LAWS, SPEED_LAWS
from drillsim.documents.document import Model
from drillsim.notation import UNITS
from drillsim.plan.model import FloorPlan
from drillsim.quantities import EXAMPLES, Spread, written
from drillsim.scenario import defaults, groups, kinds
from drillsim.scenario.model import Scenario
from drillsim.scenario.people import LawsChoice
from drillsim.scenario.staffing import Mixes

ROOT = Path(__file__).parent.parent
ANCHOR = re.compile(r"docs/sources\.md#([a-z0-9-]+)|\b(A:[a-z]+\.[a-z0-9_]+)")
SOURCES = set(re.findall(r"(?m)^## ([a-z0-9-]+)$", (ROOT / "docs/sources.md").read_text(encoding="utf-8")))
ASSUMPTIONS = set(
    re.findall(r"(?m)^\| `(A:[a-z]+\.[a-z0-9_]+)` \|", (ROOT / "docs/assumptions.md").read_text(encoding="utf-8"))
)
QUANTITY = re.compile(rf"^{written('time')['pattern'][1:-1]}$|^\d+ %$|^[\d.]+ ([a-z]+/s|ft)$")


def models_of(*roots: type[Model]) -> list[type[BaseModel]]:
    """Return the models and every model they hold, each once."""
    found: list[type[BaseModel]] = []

    def visit(thing: object) -> None:
        if isinstance(thing, type) and not isinstance(thing, types.GenericAlias) and issubclass(thing, BaseModel):
            if thing is Spread or thing in found:
                return
            found.append(thing)
            for field in thing.model_fields.values():
                visit(field.annotation)
        for inner in typing.get_args(thing):
            visit(inner)

    for root in roots:
        visit(root)
    return found


def holds_number(value: object) -> bool:
    """Return whether a default says how much of something; zero of something and version marks say nothing."""
    if isinstance(value, bool) or value is None or isinstance(value, BaseModel):
        return isinstance(value, Spread)
    if isinstance(value, (int, float)):
        return value != 0
    if isinstance(value, str):
        return bool(QUANTITY.match(value)) and not value.startswith("0 ")
    if isinstance(value, dict):
        return any(holds_number(v) for v in value.values())
    return isinstance(value, (tuple, list)) and any(holds_number(v) for v in value)


def known(text: str) -> bool:
    """Return whether a text names at least one source or assumption."""
    return ANCHOR.search(text) is not None


MODELS = models_of(Scenario, Mixes, FloorPlan)
NUMBERS = [
    (model, name, field)
    for model in MODELS
    for name, field in model.model_fields.items()
    if not name.startswith("drillsim") and holds_number(field.get_default(call_default_factory=True))
]
TABLES = [
    (module, node)
    for module in (defaults, groups, kinds)
    for node in ast.parse(inspect.getsource(module)).body
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, (ast.Dict, ast.Call))
]


def test_the_walk_finds_the_models_that_matter() -> None:
    names = {m.__name__ for m in MODELS}
    assert {
        "Scenario",
        "Incident",
        "Noticing",
        "Rooms",
        "Police",
        "Role",
        "HandOver",
        "Unit",
        "Stair",
        "FloorPlan",
    } <= names
    assert len(NUMBERS) > 40


@pytest.mark.parametrize(("model", "name", "field"), NUMBERS, ids=[f"{m.__name__}.{n}" for m, n, _ in NUMBERS])
def test_a_default_number_names_its_source_or_its_assumption(
    model: type[BaseModel], name: str, field: FieldInfo
) -> None:
    assert known(field.description or ""), f"{model.__name__}.{name} = {field.default!r} comes from nowhere"


def test_a_numeric_field_has_its_unit_in_its_type_or_in_its_name() -> None:
    for model in MODELS:
        for name, node in model.model_json_schema(by_alias=False)["properties"].items():
            for part in node.get("anyOf", [node]):
                if part.get("type") == "number":
                    assert name.endswith(("_deg", "_s", "_m")), f"{model.__name__}.{name} has no unit"


@pytest.mark.parametrize(
    ("module", "table"), TABLES, ids=[ast.unparse(getattr(t, "target", None) or t.targets[0]) for _, t in TABLES]
)
def test_a_number_in_the_shipped_tables_has_its_source_beside_or_above_it(module: ModuleType, table: Any) -> None:
    lines = inspect.getsource(module).splitlines()
    body = ast.parse(inspect.getsource(module)).body
    after = body[[n.lineno for n in body].index(table.lineno) + 1] if table is not body[-1] else None
    below = ast.unparse(after) if isinstance(after, ast.Expr) else ""
    for node in ast.walk(table.value):
        if not isinstance(node, ast.Constant) or not holds_number(node.value):
            continue
        above = node.lineno - 2
        while lines[above].lstrip().startswith("#"):
            above -= 1
        beside = "\n".join(lines[above + 1 : node.end_lineno])
        assert known(beside) or known(below), f"{module.__name__}:{node.lineno}: {node.value!r} comes from nowhere"


@pytest.mark.parametrize("path", sorted((ROOT / "src").rglob("*.py")), ids=lambda p: p.name)
def test_a_named_source_or_assumption_is_in_the_docs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = ANCHOR.findall(text)
    assert [s for s, _ in named if s and s not in SOURCES] == []
    assert [a for _, a in named if a and a not in ASSUMPTIONS] == []


def test_the_docs_list_no_assumption_that_nothing_uses() -> None:
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "scenarios").rglob("*.yaml"), *(ROOT / "floorplans").rglob("*")]
    files += (ROOT / "portfolios").glob("*.yaml")
    used = {a for f in files if f.is_file() for _, a in ANCHOR.findall(f.read_text(encoding="utf-8", errors="replace"))}
    assert sorted(ASSUMPTIONS - used) == []


def test_the_docs_list_no_source_that_nothing_uses() -> None:
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "scenarios").rglob("*.yaml"), *(ROOT / "docs").rglob("*.md")]
    files += (ROOT / "floorplans").glob("*.yaml")
    used = {s for f in files for s, _ in ANCHOR.findall(f.read_text(encoding="utf-8"))}
    linked = set(re.findall(r"\]\(#([a-z0-9-]+)\)", (ROOT / "docs/sources.md").read_text(encoding="utf-8")))
    for page in (ROOT / "docs/model").glob("*.md"):
        linked |= set(re.findall(r"sources\.md#([a-z0-9-]+)", page.read_text(encoding="utf-8")))
    assert sorted(SOURCES - used - linked) == []


@pytest.mark.parametrize("name", [*DOOR_LAWS, *SPEED_LAWS])
def test_every_named_law_is_in_the_docs_and_in_the_manual_of_its_setting(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs/sources.md").read_text(encoding="utf-8")
    told = [LawsChoice.model_fields[setting].description or "" for setting in ("door", "speed")]
    assert any(re.search(rf"(?<![\w-]){name}: [^;]*(docs/sources\.md#|the border case)", text) for text in told)


@pytest.mark.parametrize("kind", UNITS)
def test_every_kind_of_quantity_has_an_example_that_its_schema_accepts(kind: str) -> None:
    schema = written(kind)
    assert schema["examples"]
    assert all(re.match(schema["pattern"], e) for e in schema["examples"]), EXAMPLES[kind]
