"""The key reference and the tables of docs/outcomes.md are those that the source makes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from drillsim.cli.keys import file_keys

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """tools/generate_docs.py as a module."""
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "tools" / "generate_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_those_of_the_source(generator: ModuleType) -> None:
    stale = [path.name for path, text in generator.pages().items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run `python tools/generate_docs.py`"


def test_every_key_of_every_file_has_a_meaning_and_a_form() -> None:
    assert len(file_keys()) > 300
    assert [key.path for key in file_keys() if not key.meaning or not key.form] == []


def test_every_key_stands_in_its_page(generator: ModuleType) -> None:
    text = {file: generator.reference(file) for file in generator.TITLES}
    assert [key.path for key in file_keys() if f"\n| `{key.name}` | " not in text[key.file]] == []
