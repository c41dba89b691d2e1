"""A what-if equals the edited file, read; what the file may not say is refused in the same words."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import drillsim as ds
from drillsim.documents.document import read_document
from shipped import ROOT, plan_named

DRILL: dict[str, Any] = {
    "drillsim": 1, "name": "base", "family": "base", "title": "A drill", "time_of_day": "10:00", "horizon": "20 min",
    "incidents": [
        {"id": "main", "kind": "behaviour", "where": "hall-1", "lasts": {"median": "45 s", "sigma": 0.5}},
        {"id": "second.1", "kind": "medical", "where": {"draw": {"classroom": "60 %", "corridor": "40 %"}}, "at": "1 min"},
    ],
    "noticing": {"witness": "10 s"}, "reporting": {"radio": {"low": "3 s", "high": "8 s"}, "place_known": {"radio": "90 %"}},
    "dispatch": {"behaviour": "nearest", "back_up": True}, "protocol": {"action": "hold", "rooms": {"key_fails": "10 %"}},
    "police": {"law": {"median": "4 min", "sigma": 0.5}, "officers": 4},
    "people": {"groups": {"secondary": {"share": "100 %", "speed": "1.2 m/s"}}},
    "goals": [{"measure": "able_on_scene_s", "at_most": "3 min", "in": "90 %"}],
    "overrides": {"slow": {"police": {"law": "slow"}}, "two": {"dispatch": {"back_up": False}}},
}  # fmt: skip
STAFF: dict[str, Any] = {
    "drillsim_mixes": 1, "present": "a", "roles": {"coach": {"like": "monitor", "brisk": "2 m/s"}, "sro": {"presence": "80 %"}},
    "mixes": {
        "a": {"units": [{"id": "sro-1", "role": "sro", "post": "main-entrance"}]},
        "b": {"label": "B", "units": [{"id": "c", "role": "coach", "patrol": ["hall-0", "hall-1"]}, {"id": "g", "role": "unarmed-guard"}]},
    },
}  # fmt: skip
VALUES: tuple[Any, ...] = (
    "5 min", "12 s", "1.5 m/s", "30 %", "-2 s", "3 ft", 0.2, 3, -1, 101, True, "slow", "hold", "none", "all", "nearest", "hall-0",
    "unarmed-guard", "sro", "b", "radio", {"low": "5 s", "high": "9 s"}, {"median": "1 min", "sigma": 0.4}, {"use": "classroom"},
    {"median": "1 min"}, [], ["hall-0"], None, "", "stays", {"post": "50 %", "patrol": "50 %"}, "20000 USD/year",
)  # fmt: skip
KEYS: dict[str, tuple[tuple[str | int, ...], ...]] = {
    "drill": (
        ("horizon",), ("time_of_day",), ("primary",), ("crowd",), ("incidents", 0, "where"), ("incidents", 0, "lasts"),
        ("incidents", 0, "lasts", "median"), ("incidents", 1, "at"), ("incidents", 1, "kind"), ("noticing", "witness"),
        ("noticing", "badges"), ("noticing", "wittness"), ("reporting", "radio", "low"), ("reporting", "by"), ("reporting", "tries"),
        ("reporting", "place_known", "phone"), ("dispatch", "behaviour"), ("dispatch", "back_up"), ("dispatch", "unwanted-person"),
        ("protocol", "action"), ("protocol", "rooms", "hide"), ("protocol", "release", "after"), ("police", "law"),
        ("police", "law", "median"), ("police", "law", "sigma"), ("police", "law", "high"), ("police", "officers"), ("ems", "pace"),
        ("fire-service", "law"), ("locks", "card"), ("people", "groups", "secondary", "speed"), ("people", "groups", "adults", "share"),
        ("goals", 0, "at_most"), ("goals", 0, "in"), ("injects",), ("shelter",), ("overrides", "slow", "police", "law"),
    ),
    "staff": (
        ("present",), ("mixes", "a", "units", 0, "post"), ("mixes", "a", "units", 0, "role"), ("mixes", "a", "units", 0, "presence"),
        ("mixes", "a", "label"), ("mixes", "b", "trust"), ("mixes", "b", "units", 0, "patrol"), ("mixes", "b", "units", 1, "duties"),
        ("mixes", "b", "units", 1, "id"), ("mixes", "b", "units"), ("mixes", "c"), ("roles", "sro", "presence"), ("roles", "sro", "cost"),
        ("roles", "sro", "brisk"), ("roles", "coach", "like"), ("roles", "coach", "acknowledge"), ("roles", "armed-guard", "keys"),
        ("roles", "sro", "words", "behaviour"), ("roles", "sro", "hand_over", "desk"),
    ),
    "plan": (
        ("openings", 0, "lock"), ("openings", 0, "width"), ("openings", 1, "one_way"), ("openings", 1, "kind"), ("spaces", 0, "people"),
        ("spaces", 0, "use"), ("spaces", 1, "radio"), ("spaces", 1, "landing"), ("posts", 0, "space"), ("groups", "primary"),
        ("timetable", 0, "share", "classroom"), ("entries", "police"), ("stairs", 0, "width"), ("grid_north_deg",), ("spaces", 0, "lock"),
    ),
}  # fmt: skip
PLAN = read_document(ROOT / "floorplans" / "three_rooms.yaml", ds.PlanError).data
FILES: dict[str, tuple[dict[str, Any], Callable[[Path], Any]]] = {
    "drill": (DRILL, ds.read_scenario), "staff": (STAFF, ds.read_mixes), "plan": (PLAN, ds.read_plan),
}  # fmt: skip


def edited(data: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    """Change a file's data by hand, sections that are not there yet included."""
    node: Any = data
    for step in path[:-1]:
        node = node[step] if isinstance(step, int) else node.setdefault(step, {})
    node[path[-1]] = value


def named(data: Any, path: tuple[str | int, ...]) -> tuple[str, ...]:
    """Return the steps of a key, entries of a list by their id."""
    steps = []
    for step in path:
        data = data[step] if isinstance(step, int) or step in (data or {}) else None
        steps.append(
            str(data["id"]) if isinstance(step, int) and isinstance(data, dict) and "id" in data else str(step)
        )
    return tuple(steps)


def outcome(make: Callable[[], Any]) -> Any:
    """Return what comes out, as data without names, or the codes of what is refused."""
    try:
        return make().model_dump(exclude={"name"})
    except ds.DrillsimError as e:
        return sorted({fault.code for fault in e.faults})


def apart(paths: list[tuple[str | int, ...]]) -> bool:
    return not any(one != other and one == other[: len(one)] for one in paths for other in paths)


@pytest.mark.parametrize("file", FILES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_vary_equals_editing_the_file_and_reading_it(file: str, data: st.DataObject, tmp_path: Path) -> None:
    source, read = FILES[file]
    paths = data.draw(st.lists(st.sampled_from(KEYS[file]), min_size=1, max_size=3, unique=True).filter(apart))
    changes = {path: data.draw(st.sampled_from(VALUES)) for path in paths}
    path = tmp_path / "file.yaml"
    path.write_text(json.dumps(source), encoding="utf-8")
    base, by_hand = read(path), deepcopy(source)
    for place, value in changes.items():
        edited(by_hand, place, value)
    path.write_text(json.dumps(by_hand), encoding="utf-8")
    wanted = outcome(lambda: read(path))
    found = outcome(lambda: ds.vary(base, {named(source, place): value for place, value in changes.items()}))
    if isinstance(wanted, list):
        assert isinstance(found, list)
        assert found
    else:
        assert found == wanted


FIGHT = ds.read_scenario(ROOT / "scenarios" / "fight.yaml")
LOCKDOWN = ds.read_scenario(ROOT / "scenarios" / "lockdown.yaml")
MIXES = ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")


def test_the_copy_meets_the_same_drills_under_a_name_that_tells_the_change() -> None:
    changed = ds.vary(FIGHT, {"police.law.median": "5 min", "dispatch.back_up": False})
    assert changed.draws == FIGHT.draws
    assert changed.name == "fight+police.law.median=5 min, dispatch.back_up=no"
    assert ds.vary(FIGHT, {"police.law.median": "5 min"}, name="slower").name == "slower"
    assert ds.vary(FIGHT, {}).model_dump() == FIGHT.model_dump()


def test_the_law_that_holds_can_be_changed_where_the_file_names_a_preset_or_none() -> None:
    assert str(ds.vary(FIGHT, {"police.law.median": "5 min"}).police.law) == "median 300 s, sigma 0.55"
    assert str(ds.vary(LOCKDOWN, {"police.law": "+50 %"}).police.law) == "median 270 s, sigma 0.55"
    assert str(ds.vary(FIGHT, {"reporting.delay": "-50%"}).reporting.delay) == "1.5 to 4 s"
    assert ds.vary(FIGHT, {"reporting.repeat": "+ 10 %"}).reporting.repeat == pytest.approx(33.0)
    assert ds.vary(MIXES, {"roles.sro.cost": "+10 %"})["one-sro"].cost.mid == pytest.approx(
        1.1 * MIXES["one-sro"].cost.mid
    )


@pytest.mark.parametrize(
    ("thing", "changes", "told"),
    [
        (FIGHT, {"polise.law": "5 min"}, "DS101: polise.law: unknown key 'polise'. Did you mean 'police'?"),
        (FIGHT, {"police.lw": "5 min"}, "DS101: police.lw: unknown key 'lw'. Did you mean 'law'?"),
        (FIGHT, {"horizon": 1800}, "DS110: horizon: missing unit"),
        (
            FIGHT,
            {"incidents.mian.where": "gym"},
            "DS206: incidents.mian.where: no entry called 'mian'. Closest: 'main'",
        ),
        (FIGHT, {"crowd": "stay"}, "DS103: crowd: 'stay' is not one of the words allowed here. Closest: 'stays'"),
        (FIGHT, {"crowd.x": "stay"}, "DS101: crowd.x: 'crowd' has no keys inside it"),
        (FIGHT, {"crowd": "+10 %"}, "DS104: crowd: there is no number to be changed by +10 %"),
        (FIGHT, {"police.officers": "+30 %"}, "police.officers"),
        (MIXES, {"mixes.one-sr.units.sro-1.post": "gym"}, "no mix called 'one-sr'. Closest: 'one-sro'"),
        (MIXES, {"mixes.one-sro.units.sro-1.role": "sroo"}, "no role called 'sroo'. Closest: 'sro'"),
        (plan_named("three_rooms"), {"openings.d-101.lok": "key"}, "DS101: openings.d-101.lok: unknown key 'lok'"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_is_refused_names_its_key_and_the_closest(thing: Any, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ds.DrillsimError) as caught:
        ds.vary(thing, changes)
    assert told in str(caught.value)
    assert type(caught.value) is (ds.PlanError if isinstance(thing, ds.FloorPlan) else ds.ScenarioError)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(ds.ScenarioError) as caught:
        ds.vary(FIGHT, {"polise.law": "5 min", "incidents.x.where": "gym"})
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    "key",
    [
        "incidents.main.where",
        "incidents.main.at",
        "incidents.main.stages",
        "incidents",
        "time_of_day",
        "weekday",
        "kinds",
    ],
)
def test_place_script_and_time_of_a_hostile_incident_are_refused(key: str) -> None:
    with pytest.raises(ds.ScenarioError, match=f"DS506: {key}: .*never searches"):
        ds.vary(LOCKDOWN, {key: "12:00"})
    assert (
        ds.vary(LOCKDOWN, {"protocol.announced_by": "teacher", "police.law": "slow", "locks.card": "2 s"}).draws
        == "lockdown"
    )


def test_no_shipped_script_or_page_copies_past_the_checks() -> None:
    pages = [*(ROOT / "scenarios").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    assert [page.name for page in pages if "model_copy" in page.read_text("utf-8")] == []
