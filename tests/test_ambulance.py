"""The ambulance's crew from door to patient, who meets it, and a patient who is alone (rule B24)."""

# mypy: disable-error-code="operator"
# (values of rows are numbers, words or None; a comparison with None fails the test by itself)

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from drillsim.plan.model import Equipment
from plays import mix, scenario, stamps
from protocol_plays import GUARD, wing

NURSE = {"id": "nurse", "role": "nurse", "post": "b"}
HELPERS = [{"id": f"helper-{i}", "role": "administrator", "post": "hall"} for i in range(4)]
CREW = {"law": "300 s", "unload": "30 s", "find": "24 s", "pace": "1.5 m/s"}
AT_ONCE = {"handling": {"medical": "0 s", "behaviour": "0 s"}, "arrests": {"behaviour": "0 %"}}


def care(*units: dict[str, Any], where: str = "c", aed: bool = False, **changes: Any) -> ds.Trace:
    plan = wing()
    if aed:
        box = Equipment.model_validate({"id": "aed", "kind": "aed", "space": "a", "at": ["5 m", "6 m"]})
        plan = plan.model_copy(update={"equipment": (box,)})
    collapse = {"id": "main", "kind": "medical", "where": where, "act": "10 min"}
    later = changes.pop("later", [])
    changes = {"crowd": "stays", "ems": CREW, "dispatch": AT_ONCE, **changes}
    drill = scenario("medical", where, **changes, incidents=[collapse, *later])
    return ds.simulate(drill, plan, mix(*units), seed=1)


def test_the_crew_unloads_finds_its_way_and_walks() -> None:
    row = care().row
    walked = [e.value for e in care().events if e.what == "walked" and e.who == "ems"]
    assert row["ems_door_to_patient_s"] == pytest.approx(30 + 24 + walked[0] + 4, abs=1e-6)  # a card at the entry
    assert row["ems_door_to_patient_s"] == pytest.approx(row["ems_on_scene_s"] - row["ems_at_entry_s"])


@pytest.mark.parametrize(("saved", "spared_s"), [("100 %", 24.0), ("50 %", 12.0), ("0 %", 0.0)])
def test_an_escort_saves_a_share_of_finding_the_way(saved: str, spared_s: float) -> None:
    alone, met = care(NURSE), care(NURSE, *HELPERS, ems={**CREW, "search_saved": saved})
    assert stamps(alone, "ambulance-met") == []
    assert len(stamps(met, "ambulance-met")) == 1
    assert alone.row["ems_on_scene_s"] - met.row["ems_on_scene_s"] == pytest.approx(spared_s)


@pytest.mark.parametrize(("helpers", "fetched", "met"), [(0, 0, 0), (1, 1, 0), (2, 1, 0), (3, 1, 1)])
def test_the_aed_is_asked_for_before_the_ambulance_is_met(helpers: int, fetched: int, met: int) -> None:
    trace = care(NURSE, *HELPERS[:helpers], aed=True, dispatch={**AT_ONCE, "back_up": True})
    assert (len(stamps(trace, "takes-aed")), len(stamps(trace, "ambulance-met"))) == (fetched, met)


@pytest.mark.parametrize(("helpers", "fetched"), [(0, 0), (1, 1), (2, 1), (4, 1)])
def test_the_aed_is_fetched_while_others_look_for_the_patient(helpers: int, fetched: int) -> None:
    """Nobody who gives first aid stops searching for it, and the only one who does goes on."""
    told = {
        "place_known": dict.fromkeys(("radio", "phone", "badge", "camera", "in-person"), "0 %"),
        "ask_back": "25 min",
    }
    trace = care(NURSE, *HELPERS[:helpers], aed=True, reporting=told, dispatch={**AT_ONCE, "back_up": True})
    assert stamps(trace, "searches", "nurse")
    takes = [e for e in trace.events if e.what == "takes-aed"]
    assert len(takes) == fetched
    for taken in takes:
        assert taken.who != "nurse"
        assert taken.time_s < trace.row["place_known_s"]
        assert trace.row["aed_on_scene_s"] == stamps(trace, "on-scene", taken.who)[0]


def test_the_escort_is_free_once_the_crew_is_there() -> None:
    trace = care(NURSE, *HELPERS)
    (escort,) = [e.who for e in trace.events if e.what == "ambulance-met"]
    assert stamps(trace, "free", escort)[0] == pytest.approx(trace.row["ems_on_scene_s"], abs=30.0)
    assert "on duty" in next(e.why for e in trace.events if e.what == "unit-ends" and e.who == escort)


def test_a_fight_calls_off_who_waits_for_the_ambulance_and_nobody_else() -> None:
    fight = {"id": "fight", "kind": "behaviour", "where": "a", "at": "60 s", "act": "30 s", "lasts": "29 min"}
    trace = care(NURSE, *HELPERS[:1], later=[fight], dispatch={**AT_ONCE, "back_up": False})
    (off,) = [e for e in trace.events if e.what == "called-off"]
    assert stamps(trace, "on-scene", off.who)
    rule_break = {**fight, "discipline": True}
    trace = care(NURSE, *HELPERS[:1], later=[rule_break], dispatch={**AT_ONCE, "back_up": False})
    assert stamps(trace, "called-off") == []


def test_who_meets_the_ambulance_goes_to_the_patient_when_the_nurse_leaves() -> None:
    nurses = [{"id": f"nurse-{i}", "role": "nurse", "post": post} for i, post in enumerate(("hall", "a", "a"))]
    trace = care(*nurses, injects=[{"at": "70 s", "absent": "nurse-0"}], dispatch={**AT_ONCE, "back_up": False})
    (escort,) = [
        e.who for e in trace.events if e.what == "under-way" and e.why == "to meet the ambulance" and e.time_s < 70
    ]
    assert stamps(trace, "on-scene", "nurse-0")[0] < 70
    assert min(t for who in ("nurse-1", "nurse-2") for t in stamps(trace, "on-scene", who)) < 120
    assert escort != "nurse-0"


def test_a_patient_whom_a_hostile_event_leaves_alone_is_unattended() -> None:
    hot = {"id": "hot", "kind": "hostile", "where": "a", "at": "100 s"}
    guard = {**GUARD, "role": "armed-guard", "post": "hall"}
    trace = care(guard, later=[hot])
    (left,) = stamps(trace, "called-off", "guard")
    assert trace.rows[0]["unattended_s"] == pytest.approx(trace.rows[0]["ems_on_scene_s"] - left)
    assert care(guard).row["unattended_s"] == 0.0
    assert trace.rows[1]["unattended_s"] is None


@given(
    units=st.lists(st.sampled_from([NURSE, *HELPERS, {**GUARD, "post": "a"}]), unique_by=str, max_size=5),
    where=st.sampled_from(["a", "b", "c", "hall"]), aed=st.booleans(), seed=st.integers(0, 99),
)  # fmt: skip
@plays_of(2_000)
def test_somebody_more_brings_first_aid_aed_and_ambulance_no_later(
    units: list[dict[str, Any]], where: str, aed: bool, seed: int
) -> None:
    more = {"id": "more", "role": "administrator", "post": "hall"}
    row, with_more = (care(*staff, where=where, aed=aed).row for staff in (units, [*units, more]))
    for column in ("aed_on_scene_s", "ems_on_scene_s"):
        assert with_more[column] <= row[column] + 1e-9
    if row["first_aid_s"] is not None:
        assert with_more["first_aid_s"] <= row["first_aid_s"] + 1e-9
