"""ARCHITECTURE.md names folders, files, functions and classes that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from architecture import LAYERS

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "drillsim"
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`([\w./-]+(?:\.py|/))`", TEXT)))
STEPS = [
    (path, name)
    for line in TEXT.splitlines()
    for path in re.findall(r"^\| *\d+ *\| `([\w./]+\.py)` \|", line)
    for name in re.findall(r"`([A-Za-z_][\w.]*)`", line.split("|")[3])
]
"""File and name of each step of the tours: the second and third column of their tables."""


@cache
def names_in(path: Path) -> set[str]:
    """Return the functions, classes and methods of a file, methods as Class.method."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_the_architecture_exists(path: Path) -> None:
    assert (SRC / path).exists() or (ROOT / path).exists()


@pytest.mark.parametrize(("path", "name"), STEPS)
def test_a_step_of_a_tour_exists(path: Path, name: str) -> None:
    assert name in names_in(SRC / path)


def test_every_package_is_on_the_map() -> None:
    packages = {p.parent.relative_to(SRC).as_posix() + "/" for p in SRC.rglob("__init__.py")} - {"./"}
    assert sorted(packages - set(PATHS)) == []


def test_every_single_module_is_on_the_map() -> None:
    modules = {p.name for p in SRC.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert sorted(modules - set(PATHS)) == []


def test_the_layers_are_those_of_the_architecture_test() -> None:
    drawn = re.search(r"## Layers\n.*?```text\n(.*?)```", TEXT, re.DOTALL)
    assert drawn
    layers = [set(line.split(" · ")) for line in drawn[1].strip().splitlines()]
    there = {p.stem for p in SRC.iterdir()}
    assert layers == [set(layer & there) for layer in LAYERS if layer & there]
