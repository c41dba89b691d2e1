"""What-ifs on the two shipped schools and on a plan made up here: none, one and many levels, slips, and pairs kept by any name."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds

SCHOOLS = {name: ds.example(name) for name in ("secondary", "primary")}
MADE_UP = {
    "drillsim_plan": 1, "name": "made up", "units": "ft", "levels": [{"id": "ground", "elevation": "0 ft"}],
    "spaces": [
        {"id": "hall", "use": "corridor", "level": "ground", "polygon": [[0, 0], [60, 0], [60, 10], [0, 10]]},
        {"id": "r.1", "use": "classroom", "level": "ground", "polygon": [[0, 10], [30, 10], [30, 40], [0, 40]], "people": 21},
        {"id": "r.2", "use": "classroom", "level": "ground", "polygon": [[30, 10], [60, 10], [60, 40], [30, 40]], "people": 9},
    ],
    "openings": [
        {"id": "d.1", "kind": "door", "spaces": ["r.1", "hall"], "line": [[10, 10], [13, 10]], "width": "3 ft"},
        {"id": "d.2", "kind": "door", "spaces": ["r.2", "hall"], "line": [[40, 10], [43, 10]], "width": "3 ft"},
        {"id": "west", "kind": "exit", "spaces": ["hall", "outside"], "line": [[0, 3], [0, 7]], "width": "4 ft"},
    ],
}  # fmt: skip


def own_plan() -> ds.FloorPlan:
    """Return the plan as a file of JSON is read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(json.dumps(MADE_UP), encoding="utf-8")
        return ds.read_plan(path)


OWN = own_plan()
DRILL = ds.Scenario.model_validate(
    {"name": "d", "crowd": "stays", "incidents": [{"id": "i", "kind": "medical", "where": "hall"}]}
)
STAFF = ds.Mixes(present="none", mixes={"none": {}, "one": {"units": [{"id": "n", "role": "nurse", "post": "r.1"}]}})
CHANGES: dict[str, list[Any]] = {
    "police.law": ["slow", "+30%", "-10 %"],
    "police.law.median": ["5 min"],
    "dispatch.back_up": [True, False],
    "reporting.repeat": ["+10 %", "20 s"],
    "horizon": ["40 min"],
    "title": ["Another"],
    "name": ["b", "ünï ✓", "0", "play=1, x.y=2", "<b>"],
    "mixes.one-sro.units.sro-1.presence": ["50 %", 0.9],
    "openings.main-entrance.width": ["+10%"],
    "cost": [12000],
}


@pytest.mark.parametrize("school", SCHOOLS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_what_if_meets_the_drills_of_its_base_whatever_it_is_called(school: str, data: st.DataObject) -> None:
    told = SCHOOLS[school]
    base = told.drills[data.draw(st.sampled_from(sorted(told.drills)))]
    keys = data.draw(st.lists(st.sampled_from(sorted(CHANGES)), unique=True, max_size=4))
    keys.sort(key=lambda key: key.count("."))  # what holds another key comes first
    wanted = {key: data.draw(st.sampled_from(CHANGES[key])) for key in keys}
    made = ds.variant(base, told.plan, told.mixes, wanted)
    assert made.scenario.draws == base.draws
    assert set(made.changes) == set(wanted) - {"name"}
    if made.scenario.name != base.name:
        study = ds.Study([base, made], told.plan, told.mixes, runs=25)
        assert study.strata[0].drills[:25] == study.strata[1].drills[:25]


def test_a_drill_under_another_name_has_the_same_rows() -> None:
    renamed = [ds.variant(DRILL, OWN, STAFF, {"name": name}) for name in CHANGES["name"]]
    runs = ds.run(ds.Study([DRILL, *renamed], OWN, STAFF, runs=4)).runs
    parts = [part.drop(columns="scenario").reset_index(drop=True) for _, part in runs.groupby("scenario", sort=False)]
    assert len(parts) == 6
    assert all(part.equals(parts[0]) for part in parts)


@pytest.mark.parametrize(
    ("axes", "number"),
    [
        ({}, 1),
        ({"police.law": []}, 0),
        ({"police.law": "slow"}, 1),
        ({"horizon": 5}, 1),
        ({"police.law": ["slow", "fast"], "dispatch.back_up": (True, False), "horizon": "5 min"}, 4),
        ({"horizon": (f"{k} min" for k in range(1, 51)), "police.law": pd.Series(["slow", "+10%"])}, 100),
    ],
)
def test_a_factorial_has_the_product_of_its_levels_and_a_text_is_one(axes: dict[str, Any], number: int) -> None:
    found = ds.factorial(axes)
    assert len(found) == number
    assert all(list(row) == list(axes) for row in found)
    assert all(len(str(row["police.law"])) > 1 for row in found if "police.law" in row)


@given(st.permutations(["police", "police.law", "police.law.median", "dispatch.back_up"]))
def test_no_change_is_told_that_a_later_one_writes_over(keys: list[str]) -> None:
    """`{"police.law.median": "5 min", "police.law": "slow"}` was named after both, and played slow."""
    value = {"police": {"law": "slow"}, "police.law": {"median": "4 min", "sigma": 0.5}, "police.law.median": "5 min"}
    changes = {key: value.get(key, False) for key in keys}
    order = [key for key in keys if key.startswith("police")]
    if order == sorted(order, key=len):
        assert str(ds.vary(DRILL, changes).police.law).startswith("median 300 s")
    else:
        with pytest.raises(ds.ScenarioError, match="is changed after it, and as a whole"):
            ds.vary(DRILL, changes)


@pytest.mark.parametrize("rows", [0, 1, 40])
def test_a_frame_of_no_one_or_many_rows_is_a_study_of_as_many_variants(rows: int) -> None:
    frame = pd.DataFrame({"police.law": [f"{60 + k} s" for k in range(rows)], "openings.d.1.width": ["+10 %"] * rows})
    study = ds.Study.from_frame(frame, DRILL, OWN, STAFF, runs=1)
    assert len(study.scenarios) == 1 + rows
    assert {s.draws for s in study.scenarios} == {DRILL.draws}
    assert all(one.plan is not None for one in study.variants[1:])


def test_a_frame_may_hold_durations_and_no_column_twice() -> None:
    study = ds.Study.from_frame(pd.DataFrame({"police.law": [pd.Timedelta("5min")]}), DRILL, OWN, STAFF)
    assert str(study.scenarios[1].police.law) == "300 s"
    two = pd.DataFrame([["slow", "+10%"]], columns=["police.law", "police.law"])
    with pytest.raises(ds.ScenarioError, match="two columns of the frame are called"):
        ds.Study.from_frame(two, DRILL, OWN, STAFF)
    with pytest.raises(ds.ScenarioError, match="a pandas DataFrame is needed, not a dict"):
        ds.Study.from_frame({"police.law": ["slow"]}, DRILL, OWN, STAFF)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"openings.d.3.lock": "key"}, "no entry called 'd'. Closest: 'd."),
        ({"openings.d.1.lok": "key"}, "unknown key 'lok'. Did you mean 'lock'?"),
        ({"spaces.r.1.label": "+10 %"}, "there is no number to be changed by +10 %"),
        ({"spaces.r.1.people": "+33%"}, "spaces.r.1.people"),
        ({"mixes.one.units.m.post": "hall"}, "no entry called 'm'"),
        ({"mixes.two.units.n.post": "hall"}, "no mix called 'two'"),
        ({"dispatch.back_up": "+10 %"}, "there is no number to be changed by +10 %"),
        ({"": "x"}, "unknown key ''"),
        ({"cost": "+10 %"}, "cost"),
    ],
    ids=str,
)
def test_a_slip_on_a_plan_of_ones_own_is_told_with_what_is_closest(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ds.DrillsimError) as caught:
        ds.variant(DRILL, OWN, STAFF, changes)
    assert told in str(caught.value)


def test_the_order_of_rows_changes_no_variant() -> None:
    rows = [{"police.law": "slow"}, {"reporting.repeat": "20 s"}, {"police.law": "+10%", "cost": 5}]
    names = set()
    for order in permutations(rows):
        study = ds.Study.from_frame(pd.DataFrame(list(order)), DRILL, OWN, STAFF)
        names.add(frozenset((one.scenario.model_dump_json(), one.cost_usd_year) for one in study.variants))
    assert len(names) == 1
