"""Measures of whole days: hours of each unit, utilisation, and who responded to each incident."""

from __future__ import annotations

from typing import Any

import pytest

from drillsim.analysis.day import add_days, by_kind, unit_days
from drillsim.record.trace import Event

HOUR = 3600.0


def day(*events: tuple[Any, ...]) -> list[Event]:
    return [Event(0.0, "sro-1", "role", "", "Officer"), *(Event(*e) for e in events)]


def test_hours_taken_by_an_incident_are_not_kept() -> None:
    events = day(
        (0.0, "sro-1", "present", "office", "mentoring"),
        (1.0 * HOUR, "sro-1", "word", "office", "by radio", "fight"),
        (1.5 * HOUR, "sro-1", "free", "hall", "", "fight"),
        (4.0 * HOUR, "sro-1", "duty", "gym", "patrol"),
    )
    (one,) = unit_days(events, lasts_s=7 * HOUR)
    assert one.planned_s == {"mentoring": 4 * HOUR, "patrol": 3 * HOUR}
    assert one.kept_s == {"mentoring": 3.5 * HOUR, "patrol": 3 * HOUR}
    assert one.utilisation == pytest.approx(0.5 / 7)


def test_time_in_court_is_neither_on_campus_nor_planned() -> None:
    events = day(
        (0.0, "sro-1", "present", "office", "desk"),
        (2.0 * HOUR, "sro-1", "duty", "office", "court"),
        (5.0 * HOUR, "sro-1", "duty", "office", "desk"),
    )
    (one,) = unit_days(events, lasts_s=7 * HOUR)
    assert one.present_s == 4 * HOUR
    assert one.planned_s == {"desk": 4 * HOUR}


def test_who_is_absent_all_day_has_no_utilisation() -> None:
    (one,) = unit_days(day((0.0, "sro-1", "absent", "", "off")), lasts_s=7 * HOUR)
    assert one.present_s == 0.0
    assert one.utilisation is None


def test_an_arrest_takes_the_rest_of_the_duty() -> None:
    events = day(
        (0.0, "sro-1", "present", "office", "post"),
        (1.0 * HOUR, "sro-1", "word", "office", "by radio", "fight"),
        (1.25 * HOUR, "sro-1", "free", "hall", "leaves with somebody", "fight"),
        (1.25 * HOUR, "sro-1", "left", "", "an arrest", "fight"),
        (3.0 * HOUR, "sro-1", "back", "office"),
    )
    (one,) = unit_days(events, lasts_s=7 * HOUR)
    assert one.busy_s == pytest.approx(2 * HOUR)
    assert one.kept_s["post"] == pytest.approx(5 * HOUR)


def test_busy_ends_with_the_day() -> None:
    events = day((0.0, "sro-1", "present", "office", "post"), (6 * HOUR, "sro-1", "word", "office", "", "fight"))
    (one,) = unit_days(events, lasts_s=7 * HOUR)
    assert one.busy_s == HOUR


def test_days_add_up_unit_by_unit() -> None:
    one = unit_days(day((0.0, "sro-1", "present", "office", "post")), lasts_s=7 * HOUR)
    two = unit_days(day((0.0, "sro-1", "present", "office", "desk")), lasts_s=7 * HOUR)
    (total,) = add_days([one, two])
    assert total.present_s == 14 * HOUR
    assert total.planned_s == {"post": 7 * HOUR, "desk": 7 * HOUR}


def row(
    kind: str, first_by: str | None, first: float | None = None, waited: float = 0.0, over: int = 0
) -> dict[str, Any]:
    return {
        "kind": kind, "first_by": first_by, "first_on_scene_s": first, "waited_s": waited,
        "over_before_anyone_came": over,
    }  # fmt: skip


def test_incidents_are_told_by_kind_and_by_who_came_first() -> None:
    rows = [
        row("behaviour", "unit", 60.0),
        row("behaviour", "nobody", None, over=1),
        row("behaviour", "unit", 100.0, waited=30.0),
        row("medical", "ems", 400.0),
    ]
    fights, medical, everything = by_kind(rows)
    assert (fights.incidents, fights.met_by_unit, fights.met_by_nobody, fights.over_first) == (3, 2, 1, 1)
    assert (fights.waited, fights.mean_wait_s, fights.half_first_s) == (1, 30.0, 60.0)
    assert (medical.met_by_service, medical.met_by_unit) == (1, 0)
    assert (everything.kind, everything.incidents) == ("all", 4)


def test_days_without_incidents_have_no_line() -> None:
    assert by_kind([]) == []
