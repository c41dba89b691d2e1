"""Plans as files of other programs: what is drawn, what is walkable, hostile names, the same bytes each time."""

from __future__ import annotations

import json
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import drillsim as ds
from depth import cases
from drillsim.cli import main
from drillsim.exchange.dxf import layers
from drillsim.exchange.dxf.write import dxf
from drillsim.exchange.formats import reader_of
from drillsim.exchange.geojson.tangent_plane import TangentPlane
from drillsim.exchange.geojson.write import geojson
from drillsim.exchange.geojson.write_imdf import imdf
from drillsim.exchange.importing.draft import Wishes
from drillsim.exchange.jupedsim.walkable import walkable
from drillsim.exchange.jupedsim.write import level_json, wkt
from hostile_text import in_a_plan
from random_floors import drawn_floor, exit_at, plan_with
from test_export_graph import named
from test_plan_network import door, exit_, plan_of, room

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ["three_rooms", "village_school", "courtyard_school", "doe_primary"]
ezdxf = pytest.importorskip("ezdxf")


def shipped(name: str) -> ds.FloorPlan:
    return ds.read_plan(ROOT / "floorplans" / f"{name}.yaml")


@pytest.mark.parametrize("name", SHIPPED)
def test_geojson_draws_every_space_and_threshold_where_it_is(name: str) -> None:
    plan = shipped(name)
    told = json.loads(geojson(plan))
    at = {(f["properties"]["section"], f["id"]): f["geometry"]["coordinates"] for f in told["features"]}
    for space in plan.spaces:
        assert [tuple(p) for p in at["spaces", space.id][0][:-1]] == list(space.polygon)
    for opening in plan.openings:
        assert [tuple(p) for p in at["openings", opening.id]] == list(opening.line)
    assert len(told["features"]) == sum(
        len(getattr(plan, s)) for s in ("spaces", "openings", "stairs", "posts", "equipment", "assembly")
    )


def test_geojson_on_the_globe_leads_back_and_turns_as_the_standard_wants() -> None:
    plan = shipped("doe_primary").model_copy(update={"grid_north_deg": 30.0})
    told, plane = json.loads(geojson(plan, anchor=(41.88, -87.63))), TangentPlane(41.88, -87.63, 30.0)
    for feature, space in zip(told["features"], plan.spaces, strict=False):
        ring = feature["geometry"]["coordinates"][0]
        back = shapely.Polygon([plane.to_plan(*p) for p in ring])
        assert back.symmetric_difference(shapely.Polygon(space.polygon)).area < 0.01
        assert shapely.LinearRing(ring).is_ccw


@pytest.mark.parametrize("name", [*SHIPPED, "doe_secondary"])
def test_an_imdf_archive_comes_back_with_its_rooms_doors_and_walks(name: str, tmp_path: Path) -> None:
    plan, file = shipped(name), tmp_path / "venue.zip"
    file.write_bytes(imdf(plan, (52.5, 13.4)))
    assert imdf(plan, (52.5, 13.4)) == file.read_bytes()
    draft = reader_of("geojson")(file, Wishes()).document()
    again = ds.FloorPlan.model_validate(draft, context={"bare_lengths": "m"})
    assert sorted(s.name for s in again.spaces) == sorted(s.name for s in plan.spaces)
    assert [level.elevation for level in again.levels] == [level.elevation for level in plan.levels]
    assert len(again.openings) == len(plan.openings)
    drawn_m = [shapely.LineString(o.line).length for o in plan.openings]
    assert sorted(o.clear_width_m for o in again.openings) == pytest.approx(sorted(drawn_m), abs=0.002)
    ours, theirs = (walks(one.model_copy(update={"stairs": (), "ramps": ()})) for one in (plan, again))
    assert ours.keys() == theirs.keys()
    assert all(theirs[space] == pytest.approx(metres, abs=0.01) for space, metres in ours.items())


def walks(plan: ds.FloorPlan) -> dict[str, list[float]]:
    """Walking metres between the ways of every space, by its name."""
    network = ds.build(plan)
    return {space.name: sorted(network.space_dist[k].ravel().tolist()) for k, space in enumerate(plan.spaces)}


def test_one_level_of_geojson_has_its_objects_alone() -> None:
    told = json.loads(geojson(shipped("three_rooms"), level="L1"))
    assert {f["properties"]["level"] for f in told["features"]} == {"L1"}
    assert told["drillsim_plan"]["name"] == "Three rooms"


@pytest.mark.parametrize("name", SHIPPED)
def test_dxf_is_a_sound_drawing_with_every_outline(name: str) -> None:
    plan = shipped(name)
    drawing = ezdxf.read(StringIO(dxf(plan).decode("utf-8")))
    assert not drawing.audit().has_errors
    assert drawing.header["$INSUNITS"] == layers.METRES
    drawn = {}
    for entity in drawing.modelspace().query('LWPOLYLINE[layer ? "DS-.*-ROOMS"]'):
        record = layers.from_xdata((t.code, t.value) for t in entity.get_xdata(layers.APPLICATION))
        assert record is not None
        drawn[record["id"]] = [tuple(p) for p in entity.get_points("xy")]
    assert drawn == {space.id: list(space.polygon) for space in plan.spaces}


def test_the_same_plan_is_the_same_bytes(three_rooms: ds.FloorPlan) -> None:
    for write in (dxf, geojson, lambda p: wkt(p, "L0"), lambda p: level_json(p, "L0")):
        assert write(three_rooms) == write(three_rooms)


@settings(max_examples=cases(25), deadline=None)
@given(in_a_plan)
def test_any_name_survives_as_text_in_geojson_and_dxf(text: str) -> None:
    plan = named(text)
    told = json.loads(geojson(plan))
    assert [f["id"] for f in told["features"][:2]] == [s.id for s in plan.spaces]
    drawing = ezdxf.read(StringIO(dxf(plan).decode("utf-8")))
    ids = [
        (layers.from_xdata((t.code, t.value) for t in e.get_xdata(layers.APPLICATION)) or {})["id"]
        for e in drawing.modelspace().query('LWPOLYLINE[layer ? "DS-.*-ROOMS"]')
    ]
    assert ids == [s.id for s in plan.spaces]
    assert json.loads(level_json(plan, "L0"))["plan"] == plan.name
    with ZipFile(BytesIO(imdf(plan, (1.0, 2.0)))) as archive:
        units = json.loads(archive.read("unit.geojson"))["features"]
    assert [u["properties"]["name"]["en"] for u in units] == [s.name for s in plan.spaces]


@pytest.mark.parametrize("name", [*SHIPPED, "doe_secondary"])
def test_the_walkable_area_is_one_sound_polygon_of_nearly_all_the_floor(name: str) -> None:
    plan = shipped(name)
    for level in plan.levels:
        found = walkable(plan, level.id)
        area = shapely.from_wkt(wkt(plan, level.id).decode("ascii"))
        floors = [shapely.Polygon(s.polygon, s.holes) for s in plan.spaces if s.level == level.id]
        assert area.geom_type == "Polygon"
        assert area.is_valid
        assert 0.90 * sum(f.area for f in floors) < area.area < sum(f.area for f in floors) + 2.0 * len(found.exits)
        assert all(zone.intersects(area) for zone in (*found.exits.values(), *found.stairs.values()))


def test_a_wall_without_a_door_stays_a_wall() -> None:
    plan = plan_of(
        [room("a", 0, 0, 5, 5), room("b", 5, 0, 10, 5), room("c", 0, 5, 10, 8)],
        [door("d", "a", "b", 5, 2), exit_("e", "a", 0, 2), door("f", "a", "c", 1, 5, line=((1, 5), (2, 5)))],
    )
    area = walkable(plan, "L0").area
    assert area.covers(shapely.LineString([(1, 2), (9, 2)]))
    assert not area.covers(shapely.LineString([(8, 2), (8, 7)]))
    assert area.intersection(shapely.LineString([(0, 5), (10, 5)])).length == pytest.approx(1.0, abs=0.01)


def test_what_a_level_does_not_reach_is_told() -> None:
    plan = plan_of([room("a", 0, 0, 5, 5), room("b", 7, 0, 9, 2)], [exit_("e", "a", 0, 2), exit_("x", "b", 9, 1)])
    assert walkable(plan, "L0").left_out == ("b",)


@settings(max_examples=cases(40), deadline=None)
@given(st.integers(0, 10**6))
def test_a_random_floor_has_a_sound_walkable_area(seed: int) -> None:
    drawn = drawn_floor(np.random.Generator(np.random.Philox(seed)))
    if drawn is None:
        return
    space = {"id": "f", "use": "other", "polygon": drawn.outline, "holes": drawn.holes}
    plan = plan_with([space], [exit_at(f"e{k}", "f", gate) for k, gate in enumerate(drawn.gates)])
    area = shapely.from_wkt(wkt(plan, "L0").decode("ascii"))
    assert area.is_valid
    assert area.geom_type == "Polygon"
    assert area.difference(drawn.polygon.buffer(1.5)).is_empty


def test_forms_go_by_the_ending_and_levels_by_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(ROOT / "floorplans" / "three_rooms.yaml")
    assert main(["export", "plan", plan, str(tmp_path / "a.wkt")]) == 0
    assert main(["export", "plan", plan, str(tmp_path / "b.json"), "--as", "jupedsim", "--level", "L1"]) == 0
    assert main(["export", "plan", plan, str(tmp_path / "c.geojson"), "--anchor", "41.9,-87.6"]) == 0
    assert main(["export", "plan", plan, str(tmp_path / "d.dxf")]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a-L0.wkt", "a-L1.wkt", "b.json", "c.geojson", "d.dxf"]
    capsys.readouterr()
    for wrong, told in (
        (["x.json"], "--as jupedsim"),
        (["x.dxf", "--level", "L0"], "--level is for"),
        (["x.wkt", "--level", "L7"], "no level called"),
        (["x.geojson", "--anchor", "north"], "latitude and longitude"),
        (["a.wkt"], "--overwrite"),
        (["x.zip"], "--anchor LAT,LON"),
    ):
        assert main(["export", "plan", plan, str(tmp_path / wrong[0]), *wrong[1:]]) == 2
        assert told in capsys.readouterr().err
