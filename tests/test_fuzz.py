"""A short fuzzing campaign: nothing but success or located faults, and every find of a long one."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from fuzz.cases import KINDS, Case, cases, sound, stored

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of time and memory as on Linux")
CASES = {"plan": 350, "drawn": 100, "scenario": 450, "mixes": 350, "day": 300, "large": 50, "log": 250, "command": 150}
"""2,000 in all."""

if sys.platform.startswith("linux"):
    from fuzz.oracle import Room


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    made = Room()
    for kind in ("plan", "day", "large"):
        made.play(Case(kind, sound(kind), ("check", "."), plays=True), play_s=600)
    yield made
    made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_file_holds_is_played_or_told(kind: str, room: Room) -> None:
    def play(case: Case) -> None:
        assert room.play(case).problem == ""

    rules = settings(
        max_examples=CASES[kind],
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    rules(given(case=cases(kind))(play))()


@pytest.mark.parametrize("case", [pytest.param(c, id=f"{i}-{c.kind}") for i, c in enumerate(stored())])
def test_what_a_campaign_found_stays_mended(case: Case, room: Room) -> None:
    assert room.play(case).problem == ""
