"""The table of assignments: who is asked, under way and on scene, and what a need still lacks."""

from __future__ import annotations

from typing import Any

import pytest

from drillsim.engine.response.assignments import Assignments, Status
from drillsim.engine.state.drill_state import DrillState
from drillsim.engine.state.incident import IncidentState
from drillsim.engine.state.responder import Responder
from drillsim.scenario.staffing import Unit, shipped_role
from drillsim.streams.streams import Streams
from plays import mix, scenario
from protocol_plays import GUARD, SRO, wing


def drill_of(kind: str, **changes: Any) -> tuple[list[Responder], IncidentState, Assignments]:
    """Units, the incident and an empty table of one drill that has not begun."""
    drill = DrillState(
        scenario(kind, "hall", **changes), wing(), mix(SRO, GUARD), Streams(1, "a", 0), record_legs=False
    )
    return drill.units, drill.incidents[0], Assignments(drill.scenario.dispatch.team)


def officer(units: list[Responder]) -> Responder:
    role = shipped_role("police")
    return Responder(Unit(id="police", role="police"), role, 9, units[0].streams, service="police")


def test_a_unit_that_is_asked_is_busy_until_it_finishes() -> None:
    (sro, guard), fight, table = drill_of("behaviour")
    table.assign(sro, fight)
    assert table.is_busy(sro)
    assert table.incident_of(sro) is fight
    assert not table.is_busy(guard)
    table.finish(sro)
    assert not table.is_busy(sro)


def test_an_incident_still_counts_who_has_finished() -> None:
    (sro, _), fight, table = drill_of("behaviour")
    table.assign(sro, fight)
    table.arrive(sro)
    table.finish(sro)
    assert table.sent(fight) == [sro]
    assert table.on_scene(fight) == [sro]
    assert table.need_is_met(fight)


def test_a_unit_that_is_called_off_counts_no_more() -> None:
    (sro, guard), fight, table = drill_of("behaviour")
    table.assign(sro, fight)
    table.assign(guard, fight)
    assert table.withdraw(sro).responder is sro
    assert not table.leave_scene(sro, fight)
    assert table.sent(fight) == [guard]


def test_present_are_listed_by_arrival_and_sent_by_request() -> None:
    (sro, guard), fight, table = drill_of("behaviour")
    table.assign(sro, fight)
    table.assign(guard, fight)
    table.arrive(guard)
    table.arrive(sro)
    assert table.sent(fight) == [sro, guard]
    assert table.on_scene(fight) == [guard, sro]


def test_a_unit_is_under_way_between_departure_and_arrival() -> None:
    (sro, _), fight, table = drill_of("behaviour")
    assignment = table.assign(sro, fight)
    assert (assignment.has_word, assignment.has_set_off) == (False, False)
    assignment.status = Status.UNDER_WAY
    assert table.under_way(fight) == [sro]
    assert assignment.has_word
    table.arrive(sro)
    assert table.under_way(fight) == []


def test_what_a_disorder_lacks_falls_with_each_unit_that_is_asked() -> None:
    (sro, guard), disorder, table = drill_of("disorder", incidents=[{"kind": "disorder", "where": "hall", "quorum": 3}])
    assert table.missing(disorder) == 3
    table.assign(sro, disorder)
    table.assign(guard, disorder)
    assert table.missing(disorder) == 1
    table.withdraw(guard)
    assert table.missing(disorder) == 2


def test_services_count_towards_a_need_only_where_asked_for() -> None:
    units, hostile, table = drill_of("hostile", dispatch={"entry": "pair"})
    assert table.missing(hostile) == 2
    table.assign(officer(units), hostile)
    assert table.missing(hostile) == 2
    assert table.missing(hostile, services=True) == 1


def test_a_supporting_task_keeps_busy_but_does_not_count_as_sent() -> None:
    (_, guard), hostile, table = drill_of("hostile")
    table.assign(guard, hostile, approaches=False)
    assert table.is_busy(guard)
    assert table.sent(hostile) == []


def test_who_has_been_there_may_be_given_the_incident_again() -> None:
    (sro, guard), fight, table = drill_of("behaviour")
    first = table.assign(sro, fight)
    table.arrive(sro)
    table.finish(sro)
    assert table.resume(sro, fight) is first
    assert table.is_busy(sro)
    with pytest.raises(KeyError):
        table.resume(guard, fight)
