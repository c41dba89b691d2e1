"""Nothing that is frozen can be changed by a side door: copies are checked like files, and mappings do not change."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

import drillsim as ds
from drillsim.documents.document import Model
from drillsim.engine.world.world import world_of
from plays import scenario
from shipped import ROOT, plan_named

FIGHT = ds.read_scenario(ROOT / "scenarios" / "fight.yaml")
MIXES = ds.read_mixes(ROOT / "scenarios" / "mixes.yaml")
PLAN = plan_named("three_rooms")
THINGS: tuple[Model, ...] = (
    FIGHT,
    MIXES,
    MIXES["one-sro"],
    MIXES["one-sro"].units[0],
    PLAN,
    PLAN.spaces[0],
    FIGHT.police,
)

BAD = [
    (FIGHT, {"horizon": -5}, "horizon: must be greater than 0"),
    (FIGHT, {"horizon": "thirty"}, "'thirty' is not a quantity"),
    (FIGHT, {"police": {"law": "5 parsec"}}, "'parsec' is no unit of time"),
    (FIGHT, {"incidents": ()}, "a scenario has 'incidents'"),
    (FIGHT, {"reporting": {"radio": {"median": "15 s"}}}, "is no spread"),
    (FIGHT, {"crowd": "runs"}, "Known: 'walks', 'stays'"),
    (MIXES, {"present": 3}, "present"),
    (MIXES["one-sro"].units[0], {"presence": 2}, "presence: must be less than or equal to 1"),
    (PLAN, {"openings": "none"}, "openings"),
    (PLAN.openings[0], {"lock": "keys"}, "Closest: 'key'"),
]


def values_of(thing: Any) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in type(thing).model_fields}


BY: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "model_copy": lambda thing, change: thing.model_copy(update=change),
    "copy": lambda thing, change: thing.copy(update=change),
    "model_construct": lambda thing, change: type(thing).model_construct(**{**values_of(thing), **change}),
    "its constructor": lambda thing, change: type(thing)(**{**values_of(thing), **change}),
}

FROM_NOTHING = ("model_construct", "its constructor")
"""Ways that read every value as a file does, so that numbers of a frozen object lack their unit."""


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize(("thing", "change", "told"), BAD, ids=[str(bad[2]) for bad in BAD])
def test_a_copy_with_a_bad_value_is_refused_like_a_file(
    by: str, thing: Model, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(ds.DrillsimError) as caught:
        BY[by](thing, change)
    assert told in str(caught.value) or by in FROM_NOTHING
    assert caught.value.faults
    assert isinstance(caught.value, ds.PlanError if isinstance(thing, ds.FloorPlan) else ds.DrillsimError)


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
def test_a_copy_with_an_unknown_key_is_refused(by: str, thing: Model) -> None:
    key = next(iter(type(thing).model_fields))
    with pytest.raises(ds.DrillsimError, match=f"DS101: unknown key '{key}x'. Did you mean") as caught:
        BY[by](thing, {f"{key}x": 1})
    assert (f"{key}x",) in [fault.path for fault in caught.value.faults]


def test_a_text_in_a_copy_is_read_as_a_file_reads_it() -> None:
    radio = FIGHT.model_copy(update={"reporting": FIGHT.reporting.model_copy(update={"radio": "15 s"})}).reporting.radio
    assert radio.quantile(0.5) == 15.0


def test_drills_of_a_copy_are_those_of_the_file_also_with_the_officer_on_campus() -> None:
    """The text '15 s' once ended every drill with the officer; the others were compared, and called the same."""
    fight = scenario("behaviour", "hall-1", crowd="stays")
    radio = fight.model_copy(update={"reporting": fight.reporting.model_copy(update={"radio": "15 s"})})
    sro = {"id": "officer", "role": "sro", "post": "front-desk", "presence": "50 %"}
    mixes = ds.Mixes(present="none", mixes={"none": {}, "officer": {"units": [sro]}})
    copied, varied = (
        ds.run(ds.Study(drill, PLAN, mixes, runs=40, seed=2))
        for drill in (
            radio.model_copy(update={"name": "radio"}),
            ds.vary(fight, {"reporting.radio": "15 s"}, name="radio"),
        )
    )
    assert len(copied.failed) == 0
    assert set(copied.runs.loc[copied.runs["mix"] == "officer", "presence"]) == {"all here", "away: officer"}
    pd.testing.assert_frame_equal(copied.runs, varied.runs)
    assert str(ds.compare(copied)) == str(ds.compare(varied))


def test_a_copy_keeps_what_it_does_not_change() -> None:
    assert FIGHT.model_copy(update={}) == FIGHT == FIGHT.model_copy(update={"name": FIGHT.name})
    later = FIGHT.model_copy(update={"horizon": 3600.0})
    assert (later.horizon, later.police, later._document) == (3600.0, FIGHT.police, FIGHT._document)
    assert PLAN.model_copy(update={"name": "other"}).spaces == PLAN.spaces


def mappings(thing: Any) -> list[dict[Any, Any]]:
    """Return every mapping in a model, to any depth."""
    if isinstance(thing, Model):
        return [found for value in values_of(thing).values() for found in mappings(value)]
    if isinstance(thing, dict):
        return [thing, *(found for value in thing.values() for found in mappings(value))]
    return [found for value in thing for found in mappings(value)] if isinstance(thing, tuple) else []


CHANGES: tuple[Callable[[dict[Any, Any]], Any], ...] = (
    lambda m: m.update(x=1),
    lambda m: m.__setitem__("x", 1),
    lambda m: m.pop("x", 0),
    lambda m: m.clear(),
    lambda m: m.setdefault("x", 1),
    lambda m: m.__ior__({"x": 1}),
)


@pytest.mark.parametrize("thing", [FIGHT, MIXES, PLAN], ids=["scenario", "mixes", "plan"])
def test_no_mapping_of_a_frozen_object_can_be_changed(thing: Model) -> None:
    found = mappings(thing)
    assert found
    for mapping in found:
        for change in CHANGES:
            with pytest.raises(TypeError, match="frozen"):
                change(mapping)


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: type(thing).__name__)
def test_frozen_objects_pickle_and_copy(thing: Model) -> None:
    if isinstance(thing, ds.FloorPlan):
        world_of(thing, FIGHT)  # keeps what leads back to the plan with it
    for again in (pickle.loads(pickle.dumps(thing)), copy.deepcopy(thing), copy.copy(thing)):
        assert again == thing
    with pytest.raises(ValidationError, match="frozen"):
        setattr(thing, next(iter(type(thing).model_fields)), 1)
