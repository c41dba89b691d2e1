"""Mixes, units and roles made by code are what a file with the same words gives, and are refused in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import drillsim as ds
from shipped import ROOT, plan_named

FIGHT = ds.read_scenario(ROOT / "scenarios" / "fight.yaml")
GUARD = {"id": "g", "role": "unarmed-guard", "post": "main-entrance"}
WRITTEN: dict[str, dict[str, Any]] = {
    "a shipped role": {"present": "a", "mixes": {"a": {"units": [GUARD]}, "b": {"units": []}}},
    "a changed role": {
        "present": "a",
        "roles": {"sro": {"presence": "50 %"}},
        "mixes": {"a": {"units": [{"id": "s", "role": "sro"}]}},
    },
    "a role of its own": {
        "present": "a",
        "roles": {
            "coach": {"like": "monitor", "brisk": "2 m/s", "words": {"behaviour": "resolves"}},
            "sro": {"cost": {"high": 1e6}},
        },
        "mixes": {"a": {"label": "A", "units": [{"id": "c", "role": "coach"}, {**GUARD, "presence": "40 %"}]}, "b": {}},
    },
    "a role without a model": {
        "present": "a",
        "roles": {"dog": {}},
        "mixes": {"a": {"units": [{"id": "d", "role": "dog"}]}},
    },
}


def read(data: dict[str, Any], folder: Path) -> ds.Mixes:
    path = folder / "mixes.yaml"
    path.write_text(yaml.safe_dump({"drillsim_mixes": 1, **data}, sort_keys=False), encoding="utf-8")
    return ds.read_mixes(path)


@pytest.mark.parametrize("written", WRITTEN)
def test_code_and_file_give_the_same_mixes(written: str, tmp_path: Path) -> None:
    made, from_file = ds.Mixes(**WRITTEN[written]), read(WRITTEN[written], tmp_path)
    assert made.model_dump() == from_file.model_dump()
    assert [mix.cost for mix in made.mixes.values()] == [mix.cost for mix in from_file.mixes.values()]


def test_units_and_mixes_may_be_objects() -> None:
    given = ds.Mix(units=(ds.Unit(**GUARD),))
    mixes = ds.Mixes(present="a", mixes={"a": given, "b": ds.Mix()})
    assert mixes == ds.Mixes(**WRITTEN["a shipped role"])
    assert (mixes["a"].name, mixes["a"].label) == ("a", "a")


def test_a_mix_of_code_is_checked_and_played() -> None:
    mixes = ds.Mixes(**WRITTEN["a shipped role"])
    plan = plan_named("doe_secondary")
    quick = FIGHT.model_copy(update={"crowd": "stays"})
    assert [f for f in ds.check(quick, plan, mixes) if f.severity == "error"] == []
    results = ds.run(ds.Study(quick, plan, mixes, runs=2))
    assert set(results.runs["status"]) == {"done"}
    assert ds.simulate(quick, plan, ds.Mix(units=[GUARD]), seed=1).row["able_on_scene_s"] is not None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"mixes": {"a": {"units": [{"id": "g", "role": "unarmed-gard"}]}}}, "DS205: mixes.a.units.g.role: no role called 'unarmed-gard'"),
        ({"present": "c"}, "DS206: present: no mix is called 'c' (present). Known: 'a', 'b'"),
        ({"roles": {"x": {"like": "sroo"}}}, "DS205: roles.x.like: no role called 'sroo'. Closest: 'sro'"),
        ({"mixes": {"a": {"units": [GUARD, GUARD]}}}, "DS201: mixes.a.units.g.id: two units of 'a' are called 'g'"),
        ({"mixes": {"a": {"units": [{"id": "police", "role": "sro"}]}}}, "'police' is a name that drillsim uses itself"),
        ({"mixes": {"a": {"unit": []}}}, "DS101: unknown key 'unit'. Did you mean 'units'?"),
        ({"mixs": {}}, "DS101: unknown key 'mixs'. Did you mean 'mixes'?"),
        ({"mixes": {}}, "mixes"),
    ],
)  # fmt: skip
def test_a_mistake_in_code_is_a_located_fault(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ds.ScenarioError) as caught:
        ds.Mixes(**{**WRITTEN["a shipped role"], **change})
    assert told in str(caught.value)
    assert all(fault.path for fault in caught.value.faults)


def test_a_role_that_a_single_mix_lacks_is_told_with_the_closest() -> None:
    mix = ds.Mix(units=[{"id": "g", "role": "unarmed-gard"}])
    with pytest.raises(ds.ScenarioError, match=r"'g': no role called 'unarmed-gard'. Closest: 'una"):
        mix.cost  # noqa: B018
