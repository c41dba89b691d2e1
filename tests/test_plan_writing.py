"""A plan written as a file and read again is the same plan."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from crowd_worlds import box, door
from depth import plays_of
from drillsim.documents.yaml_source import parse_text
from drillsim.documents.yaml_text import yaml_text
from drillsim.notation import value_of
from drillsim.plan.model import FloorPlan
from drillsim.plan.read import check_plan_file
from drillsim.plan.writing import lengths, plan_document, plan_text
from hostile_text import hostile
from random_floors import drawn_floor, exit_at, plan_with
from shipped import ROOT

UNITS: tuple[Any, ...] = ("m", "cm", "mm", "ft", "in", None)
TEXTS = (
    "101",
    "0123",
    "1e3",
    "true",
    "no",
    "12:30",
    "null",
    "~",
    "",
    " a",
    "a: b",
    "a #b",
    "32'-6\"",
    "-",
    "2026-01-01",
)

SCALARS = st.one_of(hostile, st.sampled_from(TEXTS), st.integers(-(10**20), 10**20), st.booleans(), st.none())


def read_again(plan: FloorPlan, heading: str = "") -> FloorPlan:
    """The plan after a way through a file; whether its building is sound does not matter here."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.yaml"
        path.write_text(plan_text(plan_document(plan), heading=heading), encoding="utf-8")
        again, faults = check_plan_file(path)
    assert again is not None, faults
    return again


@pytest.mark.parametrize("path", sorted((ROOT / "floorplans").glob("*.yaml")), ids=lambda p: p.stem)
def test_a_shipped_plan_is_read_again_as_it_was(path: Path) -> None:
    plan = ds.read_plan(path)
    again = read_again(plan, heading="Two lines\n# of a heading")
    assert again == plan
    assert plan_document(again) == plan_document(plan)


@plays_of(60)
@given(st.integers(0, 10**9), st.sampled_from(UNITS), hostile)
def test_a_random_plan_is_read_again_as_it_was(seed: int, unit: Any, label: str) -> None:
    rng = np.random.Generator(np.random.Philox(seed))
    drawn = drawn_floor(rng)
    if drawn is None:
        return
    id_ = str(rng.choice(TEXTS[:12])) or "a"
    told = label.encode("utf-8", "replace").decode().replace("\ufffe", "").replace("\uffff", "") or "x"
    space = {"id": id_, "label": told, "use": "classroom", "polygon": drawn.outline, "holes": drawn.holes, "people": 3}
    upper = {
        "id": "upper",
        "level": "L1",
        "use": "stair",
        "polygon": box(0, 0, 4, 4),
        "landing": f"{rng.uniform(1, 9)} ft2",
    }
    doors = [exit_at(f"e{k}", id_, gate) for k, gate in enumerate(drawn.gates)]
    doors[0] |= {"width": f"{rng.uniform(0.5, 2)} m", "lock": "key", "locked": {"keeps_out_of": id_}, "alarm": True}
    plan = plan_with(
        [space, upper], [*doors, door("d", id_, "upper", 0, 0, one_way={"to": id_})], unit or "m",
        stairs=[{"id": "s", "lower": id_, "upper": "upper", "rise": "13 ft 1 1/2 in", "width": "5 ft", "length": "10.49 m"}],
        ramps=[{"id": "r", "lower": id_, "upper": "upper", "width": "5 ft", "length": "40 ft", "slope": "1:12"}],
        timetable=[{"period": told, "from": "8:05", "to": "24:00", "share": {"classroom": float(rng.random())}}],
        groups={"primary": "91.7 %", "adults": float(rng.random())}, grid_north_deg=float(rng.uniform(0, 360)),
        provenance={"source": told, "derived": {id_: "R1"}},
    )  # fmt: skip
    plan = plan if unit else plan.unchecked_copy({"units": None})
    assert read_again(plan) == plan


@plays_of(200)
@given(
    st.one_of(st.floats(-1e6, 1e6), st.integers(-4000, 4000).map(lambda n: n * 0.0254 / 16), st.integers(-999, 999)),
    st.sampled_from(UNITS),
)
def test_a_length_is_written_so_that_it_is_read_exactly(metres: float, unit: Any) -> None:
    written = lengths.length(metres, unit)
    size = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254, None: 0}[unit]
    assert (value_of(written, "length") if isinstance(written, str) else written * size) == metres


@pytest.mark.parametrize(
    ("feet", "written"), [(32.5, 32.5), (67.75, 67.75), (65 + 4.5 / 12, "65 ft 4 1/2 in"), (0, 0), (-120, -120)]
)
def test_a_length_in_feet_is_written_as_people_write_it(feet: float, written: Any) -> None:
    inches = feet * 12
    metres = (inches // 12) * 0.3048 + (inches % 12) * 0.0254
    assert lengths.length(metres, "ft") == written


@plays_of(200)
@given(st.recursive(SCALARS, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.dictionaries(hostile, inner, max_size=3)), max_leaves=9))  # fmt: skip
def test_any_data_is_written_as_yaml_that_reads_back(value: Any) -> None:
    data = {"key": value, "list": [{"a": value}]}
    lone = str.maketrans(dict.fromkeys(range(0xD800, 0xE000), 0xFFFD))

    def clean(part: Any) -> Any:
        if isinstance(part, dict):
            return {k.translate(lone): clean(v) for k, v in part.items()}
        if isinstance(part, list):
            return [clean(v) for v in part]
        return part.translate(lone) if isinstance(part, str) else part

    text = yaml_text(data)
    assert parse_text(text)[0] == clean(data)
    assert yaml.safe_load(text) == clean(data)


def test_a_short_thing_stands_on_one_line_and_a_long_one_below_its_keys() -> None:
    text = plan_text({"name": "A", "spaces": [{"id": "101", "use": "office"}, {"id": "b", "label": "x " * 90 + "y"}]})
    assert text.splitlines()[:4] == ["name: A", "spaces:", '  - {id: "101", use: office}', "  - id: b"]
