"""The event vocabulary is one table: every event of a drill stands in it. That no file repeats its words: test_architecture.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from drillsim.record.events import EVENTS
from drillsim.record.trace import Event
from shipped import CASES, IDS, played


def test_every_row_says_what_its_word_means() -> None:
    assert [name for name, row in EVENTS.items() if name != row.name or not row.who or not row.meaning] == []


@pytest.mark.parametrize(("path", "plan"), CASES, ids=IDS)
def test_every_logged_event_stands_in_the_table(path: Path, plan: str) -> None:
    events: list[Event] = [event for trace in played(path, plan) for event in trace.events]
    assert {event.what for event in events} <= set(EVENTS)
