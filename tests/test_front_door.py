"""`import drillsim` offers its public names late, and hides nothing from a type checker."""

import ast
from pathlib import Path

import pytest

import drillsim as ds

TREE = ast.parse(Path(ds.__file__).read_text(encoding="utf-8"))


def branches(test: str) -> list[ast.stmt]:
    return [
        part for node in TREE.body if isinstance(node, ast.If) and ast.unparse(node.test) == test for part in node.body
    ]


def test_a_type_checker_sees_exactly_the_public_names() -> None:
    imported = [a.name for node in branches("TYPE_CHECKING") if isinstance(node, ast.ImportFrom) for a in node.names]
    assert sorted(imported) == sorted(ds.__all__)


def test_a_type_checker_sees_no_getattr_that_would_accept_any_name() -> None:
    assert not any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in TREE.body)
    assert any(isinstance(node, ast.FunctionDef) for node in branches("not TYPE_CHECKING"))


def test_a_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(AttributeError, match="no public name 'read_plann'"):
        getattr(ds, "read_plann")  # noqa: B009


@pytest.mark.parametrize("name", ds.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(ds, name).__name__ == name
