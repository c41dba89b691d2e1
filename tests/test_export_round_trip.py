"""A plan that goes out to a drawing or a layer and comes back: the same rooms, doors and walking distances."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from depth import cases
from drillsim.exchange.dxf.write import dxf
from drillsim.exchange.formats import format_of, reader_of
from drillsim.exchange.geojson.write import geojson
from drillsim.exchange.importing.draft import Wishes
from hostile_text import in_a_plan
from random_floors import drawn_floor, exit_at, plan_with
from test_export_graph import named

pytest.importorskip("ezdxf")
ROOT = Path(__file__).resolve().parents[1]
Write = Callable[[ds.FloorPlan], bytes]
FORMS: dict[str, Write] = {"plan.dxf": dxf}
if find_spec("drillsim.exchange.geojson.read"):
    FORMS |= {"plan.geojson": geojson, "globe.geojson": lambda plan: geojson(plan, anchor=(-33.86, 151.21))}


def back(plan: ds.FloorPlan, name: str) -> ds.FloorPlan:
    """The plan after a way through a file of another program."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(FORMS[name](plan))
        form = format_of(path)
        assert form is not None
        document = reader_of(form)(path, Wishes()).document()
    return ds.FloorPlan.model_validate(document, context={"bare_lengths": "m"})


def same(plan: ds.FloorPlan, again: ds.FloorPlan) -> None:
    for section in ("levels", "spaces", "openings", "stairs", "ramps"):
        ours, theirs = getattr(plan, section), getattr(again, section)
        assert sorted((x.id, x.label) for x in theirs) == sorted((x.id, x.label) for x in ours)
    keys = ("level", "use", "people", "through", "pa", "radio", "supervised")
    told = {s.id: [getattr(s, key) for key in keys] for s in again.spaces}
    assert told == {s.id: [getattr(s, key) for key in keys] for s in plan.spaces}
    doors = {o.id: (o.kind, o.spaces, o.lock, o.one_way, o.locked) for o in again.openings}
    assert doors == {o.id: (o.kind, o.spaces, o.lock, o.one_way, o.locked) for o in plan.openings}
    assert {p.id: p.space for p in again.posts} == {p.id: p.space for p in plan.posts}
    walks, ours_m = metres(again), metres(plan)
    assert walks.keys() == ours_m.keys()
    assert all(abs(walks[pair] - ours_m[pair]) < 0.01 for pair in ours_m)


def metres(plan: ds.FloorPlan) -> dict[tuple[str, str, str], float]:
    """Walking metres between every two ways of every space, and widths of all openings."""
    network = ds.build(plan)
    names = [*(o.id for o in plan.openings), *(f.id for f in plan.flights)]
    found = {
        (space.id, *sorted((names[a], names[b]))): float(network.space_dist[s][i, j])
        for s, space in enumerate(plan.spaces)
        for i, a in enumerate(network.space_ways[s])
        for j, b in enumerate(network.space_ways[s])
    }
    return found | {("width", o.id, ""): o.clear_width_m for o in plan.openings}  # type: ignore[return-value]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["three_rooms", "courtyard_school", "doe_secondary"])
def test_a_shipped_plan_comes_back(name: str, form: str) -> None:
    plan = ds.read_plan(ROOT / "floorplans" / f"{name}.yaml")
    same(plan, back(plan, form))


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=cases(15), deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_random_floor_comes_back(form: str, seed: int) -> None:
    drawn = drawn_floor(np.random.Generator(np.random.Philox(seed)))
    if drawn is None:
        return
    space = {"id": "f", "use": "other", "polygon": drawn.outline, "holes": drawn.holes}
    plan = plan_with([space], [exit_at(f"e{k}", "f", gate) for k, gate in enumerate(drawn.gates)])
    same(plan, back(plan, form))


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=cases(18), deadline=None)
@given(text=in_a_plan)
def test_any_name_comes_back(form: str, text: str) -> None:
    plan = named(text)
    same(plan, back(plan, form))
