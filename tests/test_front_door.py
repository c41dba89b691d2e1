"""`import drillsim` offers its public names late, and hides nothing from a type checker."""

import ast
from pathlib import Path
from types import ModuleType

import pytest

import drillsim as ds
import drillsim.plan

DOORS = [ds, drillsim.plan]
"""Packages whose names are imported when they are first used."""


def tree_of(door: ModuleType) -> ast.Module:
    return ast.parse(Path(str(door.__file__)).read_text(encoding="utf-8"))


def branches(door: ModuleType, test: str) -> list[ast.stmt]:
    tree = tree_of(door)
    return [
        part for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == test for part in node.body
    ]


@pytest.mark.parametrize("door", DOORS, ids=lambda d: d.__name__)
def test_a_type_checker_sees_exactly_the_public_names(door: ModuleType) -> None:
    imported = [
        a.name for node in branches(door, "TYPE_CHECKING") if isinstance(node, ast.ImportFrom) for a in node.names
    ]
    assert sorted(imported) == sorted(door.__all__)


@pytest.mark.parametrize("door", DOORS, ids=lambda d: d.__name__)
def test_a_type_checker_sees_no_getattr_that_would_accept_any_name(door: ModuleType) -> None:
    assert not any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in tree_of(door).body)
    assert any(isinstance(node, ast.FunctionDef) for node in branches(door, "not TYPE_CHECKING"))


def test_a_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(AttributeError, match="no public name 'read_plann'"):
        getattr(ds, "read_plann")  # noqa: B009


@pytest.mark.parametrize("name", ds.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(ds, name).__name__ == name
