"""Two patients at once: nobody stays beside a helper at one while the other has nobody, and an AED is taken once (rule B24)."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from plays import mix, scenario, stamps
from test_handed_on import corridor, guard, played, unit

NURSE = unit("nurse", "nurse", "r0")
AMBULANCE: Any = {"ems": {"law": "10 min"}, "police": {"law": "10 min"}}
AT_ONCE_S = 4 + 6 + 20 + 60
"""Slowest answer of somebody who is spare: word, acknowledge, two locks, and the way along the whole hall."""


def patients(**second: Any) -> list[dict[str, Any]]:
    first = {"id": "first", "kind": "medical", "where": "r0"}
    return [first, {"id": "second", "kind": "medical", "where": "r5", "at": "5 s", **second}]


def aeds(*metres: float) -> list[dict[str, Any]]:
    return [{"id": f"aed-{x:g}", "kind": "aed", "space": "hall", "at": [x, 1.5]} for x in metres]


def test_who_is_spare_at_one_patient_goes_to_the_other() -> None:
    trace = played(NURSE, guard("guard"), incidents=patients(), **AMBULANCE)
    assert trace.rows[1]["first_aid_s"] < 120
    assert [r["unattended_s"] for r in trace.rows] == [0.0, 0.0]


def test_the_only_first_aider_stays_with_the_first_patient() -> None:
    trace = played(guard("guard"), incidents=patients(), **AMBULANCE)
    assert not stamps(trace, "called-off")
    assert trace.rows[0]["unattended_s"] == 0.0


def test_care_that_is_done_keeps_nobody_from_the_other_patient() -> None:
    first, second = patients()
    trace = played(NURSE, incidents=[first | {"act": "2 min"}, second], **AMBULANCE)
    assert 150 < stamps(trace, "first-aid", "nurse")[1] < 240


def test_one_aed_is_taken_for_one_patient() -> None:
    trace = played(NURSE, guard("a"), guard("b"), incidents=patients(), plan=corridor(equipment=aeds(30)), **AMBULANCE)
    assert len(stamps(trace, "takes-aed")) == 1


def test_two_aeds_are_taken_for_two_patients() -> None:
    plan = corridor(equipment=aeds(30, 50))
    trace = played(NURSE, guard("a"), guard("b"), incidents=patients(), plan=plan, **AMBULANCE)
    assert sorted(e.why for e in trace.events if e.what == "takes-aed") == ["aed-30", "aed-50"]


def test_an_aed_that_was_given_up_on_the_way_is_taken_again() -> None:
    trace = played(
        NURSE, guard("a"), guard("b"), incidents=patients()[:1], plan=corridor(equipment=aeds(30)),
        injects=[{"at": "35 s", "absent": "a"}], **AMBULANCE,
    )  # fmt: skip
    assert [e.who for e in trace.events if e.what == "takes-aed"] == ["a", "b"]
    assert stamps(trace, "aed-there", "b")


@st.composite
def two_at_once(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]], ds.FloorPlan]:
    rooms = st.sampled_from([f"r{i}" for i in range(6)])
    posts = st.sampled_from(["at-2", "at-30", "at-58"])
    roles = st.sampled_from(["nurse", "unarmed-guard", "sro", "monitor", "teacher"])
    units = [unit(f"u{i}", draw(roles), draw(posts)) for i in range(draw(st.integers(1, 4)))]
    incidents = patients(where=draw(rooms), at=f"{draw(st.integers(0, 90))} s")
    return incidents, units, corridor(equipment=aeds(*draw(st.sampled_from([(), (30,), (10, 50)]))))


@given(two_at_once())
@plays_of(100)
def test_no_patient_is_alone_beside_two_who_give_first_aid(play: Any) -> None:
    incidents, units, plan = play
    staff = mix(*units)
    drill = scenario("medical", "r0", incidents=incidents, crowd="stays", weekday="monday", **AMBULANCE)
    trace = ds.simulate(drill, plan, staff, seed=1)
    care = {u.id for u in staff.units if staff.role(u).care}
    assert [row["unattended_s"] for row in trace.rows] == [0.0, 0.0]
    taken = [e.why for e in trace.events if e.what == "takes-aed"]
    assert len(taken) == len(set(taken))
    if len(care) >= 2:
        assert all(row["first_aid_s"] < 5 + 10 + 5 + 2 * AT_ONCE_S for row in trace.rows)
