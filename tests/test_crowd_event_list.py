"""Event list of the compiled crowd: after any schedule, move or cancel its first event is that of a sorted list."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

compiled = pytest.importorskip("drillsim.jit", exc_type=ImportError).compiled
import drillsim as ds  # noqa: E402
from drillsim.crowd.compiled.plan import CompiledPlan  # noqa: E402
from drillsim.crowd.geometry.cells import build_cells  # noqa: E402
from drillsim.crowd.kernel import event_list  # noqa: E402
from drillsim.crowd.kernel.memory import events_at, s_at  # noqa: E402
from drillsim.crowd.kernel.records import NOW  # noqa: E402
from drillsim.crowd.laws import Laws  # noqa: E402
from drillsim.plan.network import build  # noqa: E402

PEOPLE = 40
TIMES = st.one_of(
    st.sampled_from([0.0, 0.0, 1e-9, 0.5, 31.9, 32.0, 32.1, 64.0, 1e5]),
    st.floats(0.0, 40.0),
    st.floats(0.0, 0.02),
)


@compiled  # type: ignore[untyped-decorator]  # numba infers the types
def put(t: Any, o: int, after_s: float) -> Any:
    event_list.schedule(t, o, s_at(t)[NOW] + after_s)
    return events_at(t)[o].time


@compiled  # type: ignore[untyped-decorator]  # numba infers the types
def drop(t: Any, o: int) -> None:
    event_list.cancel(t, o)


@compiled  # type: ignore[untyped-decorator]  # numba infers the types
def first(t: Any) -> Any:
    return event_list.first_event(t)


@pytest.fixture(scope="module")
def layout(three_rooms: ds.FloorPlan) -> SimpleNamespace:
    plan = build_cells(build(three_rooms), Laws()).derived(CompiledPlan)
    return SimpleNamespace(start=plan.start, borders=len(plan.static.borders), of=plan.layout(PEOPLE))


class Calendar:
    """The compiled event list beside a plain dictionary of times."""

    def __init__(self, layout: SimpleNamespace) -> None:
        self.tables, self.words = layout.of.make(layout.start)
        self.at, self.borders = int(self.words.ctypes.data), layout.borders
        self.times: dict[int, float] = {}

    def rank(self, o: int) -> tuple[float, bool, int]:
        """By time, then people by number, then borders by number."""
        return self.times[o], o < self.borders, o

    def check(self) -> None:
        assert first(self.at) == min(self.times, key=self.rank, default=-1)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_the_first_event_is_the_one_a_sorted_list_has_first(layout: SimpleNamespace, data: st.DataObject) -> None:
    calendar_ = Calendar(layout)
    owners = st.integers(0, layout.borders + PEOPLE - 1)
    steps = st.lists(st.tuples(st.sampled_from(["put", "put", "put", "take", "drop"]), owners, TIMES), max_size=80)
    for what, o, after_s in data.draw(steps):
        if what == "put":
            calendar_.times[o] = put(calendar_.at, o, after_s)
        elif what == "drop":
            drop(calendar_.at, o)
            calendar_.times.pop(o, None)
        elif calendar_.times:  # play the first one, as the crowd does
            soonest = first(calendar_.at)
            calendar_.tables.s[NOW] = calendar_.times.pop(soonest)
            drop(calendar_.at, soonest)
        calendar_.check()
    while calendar_.times:
        soonest = first(calendar_.at)
        assert soonest == min(calendar_.times, key=calendar_.rank)
        calendar_.tables.s[NOW] = calendar_.times.pop(soonest)
        drop(calendar_.at, soonest)
    calendar_.check()


def test_everybody_at_one_instant_comes_by_number_borders_last(layout: SimpleNamespace) -> None:
    calendar_ = Calendar(layout)
    owners = range(layout.borders + PEOPLE)
    for o in owners:
        calendar_.times[o] = put(calendar_.at, o, 1.0)
    order = []
    for _ in owners:
        order.append(first(calendar_.at))
        drop(calendar_.at, order[-1])
    assert order == [*range(layout.borders, layout.borders + PEOPLE), *range(layout.borders)]


def test_there_are_at_least_as_many_slots_as_events() -> None:
    for events in (1, 63, 64, 1_000, 1_000_000):
        slots = event_list.slots_for(events)
        assert events <= slots <= max(64, 4 * events)
        assert slots & (slots - 1) == 0


def test_the_arrays_of_a_drill_begin_at_lines_and_do_not_overlap(layout: SimpleNamespace) -> None:
    places = sorted(layout.of.places.values(), key=lambda place: place[:2])
    assert all(place.begin % 64 == 0 for place in places)
    assert all(one.end <= other.begin for one, other in pairwise(places))
