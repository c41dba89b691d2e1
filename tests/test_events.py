"""The event vocabulary is one table: what is logged, measured and told stands in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from drillsim.record.events import EVENTS
from drillsim.record.trace import Event
from shipped import CASES, IDS, played

SRC = Path(__file__).parent.parent / "src" / "drillsim"
READERS = [
    *sorted((SRC / "engine").rglob("*.py")),
    *sorted((SRC / "analysis").glob("*.py")),
    *sorted((SRC / "report").glob("*.py")),
]


def literals(text: str) -> Iterator[str]:
    """Yield the event words that stand as literals where an event is logged, compared or looked up."""
    for node in ast.walk(ast.parse(text)):
        places: list[ast.expr] = []
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("log"):
            places = node.args[1:2]
        elif isinstance(node, ast.Compare) and ast.unparse(node.left).endswith("what"):
            places = node.comparators
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "table":
            places = [node.slice]
        for place in places:
            yield from (n.value for n in ast.walk(place) if isinstance(n, ast.Constant) and n.value in EVENTS)


@pytest.mark.parametrize("path", READERS, ids=lambda p: p.relative_to(SRC).as_posix())
def test_no_event_word_stands_as_a_literal(path: Path) -> None:
    assert list(literals(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text", ['log(x, "able")', 'e.what in ("word", y)', 'table["onset"]', 'drill.log(x, "out" if y else z)']
)
def test_a_literal_event_word_is_seen(text: str) -> None:
    assert len(list(literals(text))) == 1


def test_every_row_says_what_its_word_means() -> None:
    assert [name for name, row in EVENTS.items() if name != row.name or not row.who or not row.meaning] == []


@pytest.mark.parametrize(("path", "plan"), CASES, ids=IDS)
def test_every_logged_event_stands_in_the_table(path: Path, plan: str) -> None:
    events: list[Event] = [event for trace in played(path, plan) for event in trace.events]
    assert {event.what for event in events} <= set(EVENTS)
