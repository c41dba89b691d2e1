"""Import of GeoJSON: IMDF archives, ArcGIS Indoors layers, coordinates, and files that are broken, huge or hostile."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon

from depth import cases
from drillsim.cli import main
from drillsim.errors import DrillsimError
from drillsim.exchange.geojson.read import read_geojson
from drillsim.exchange.geojson.tangent_plane import TangentPlane
from drillsim.exchange.geojson.write import geojson
from drillsim.exchange.geojson.write_imdf import imdf
from drillsim.exchange.importing.draft import Draft, Wishes
from drillsim.plan import build, read_plan
from hostile_text import in_a_plan

ROOT = Path(__file__).resolve().parents[1]
PLANE = TangentPlane(40.7, -73.9)
ROOMS = {"classroom": [(0, 0), (8, 0), (8, 7), (0, 7)], "walkway": [(0, 7.2), (20, 7.2), (20, 10), (0, 10)]}
DOORS = [[(1, 7.1), (1.9, 7.1)], [(20, 8), (20, 9.5)]]


def feature(kind: str, points: Any, **about: Any) -> dict[str, Any]:
    """Return a feature of IMDF in longitude and latitude."""
    at = [list(PLANE.to_globe(x, y)) for x, y in points]
    shape = (
        {"type": "Polygon", "coordinates": [[*at, at[0]]]}
        if kind != "opening"
        else {"type": "LineString", "coordinates": at}
    )
    return {
        "type": "Feature",
        "id": f"{kind}-{len(points)}-{points[0]}",
        "feature_type": kind,
        "geometry": shape,
        "properties": about,
    }


def venue() -> dict[str, list[dict[str, Any]]]:
    level = {**feature("level", ROOMS["walkway"], ordinal=0, short_name={"en": "G"}), "id": "level-a"}
    units = [feature("unit", ring, category=c, level_id="level-a", name={"en": c.title()}) for c, ring in ROOMS.items()]
    return {"level": [level], "unit": units, "opening": [feature("opening", d, level_id="level-a") for d in DOORS]}


def archive(layers: Mapping[str, list[dict[str, Any]]], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("manifest.json", json.dumps({"version": "1.0.0"}))
        for name, features in layers.items():
            file.writestr(f"{name}.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def holds(draft: Draft) -> None:
    """Check that a draft holds the two rooms, their door and the exit, in true metres."""
    assert [(s["use"], round(Polygon(s["polygon"]).area, 2)) for s in draft.spaces] == [
        ("classroom", 56.0),
        ("corridor", 56.0),
    ]
    first, second = (s["id"] for s in draft.spaces)
    assert {frozenset(o["spaces"]) for o in draft.openings} == {
        frozenset({first, second}),
        frozenset({second, "outside"}),
    }


def test_an_imdf_archive_becomes_a_plan_that_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, plan = archive(venue(), tmp_path / "venue.zip"), tmp_path / "plan.yaml"
    holds(read_geojson(path, Wishes()))
    assert main(["import", str(path), str(plan)]) == 0
    assert "y points to true north" in " ".join(capsys.readouterr().out.split())
    assert read_plan(plan).levels[0].label == "G"


def test_a_folder_of_arcgis_layers_is_read_by_names_and_use_types(tmp_path: Path) -> None:
    layers = venue()
    for thing in [f for found in layers.values() for f in found]:
        del thing["feature_type"]
        about = thing["properties"]
        thing["properties"] = {
            "LEVEL_ID": "level-a",
            "USE_TYPE": about.get("category", "Door"),
            "NAME": "x" if "category" in about else "",
        }
    for name, features in zip(("Levels", "Units", "Details"), layers.values(), strict=True):
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (tmp_path / f"{name}.geojson").write_text(text, encoding="utf-8")
    holds(read_geojson(tmp_path, Wishes()))


def test_coordinates_in_metres_need_to_be_said(tmp_path: Path) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": venue()["unit"]}).replace("-73.9", "1173.9")
    path = tmp_path / "units.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        DrillsimError, match=r"DS902: coordinates are no longitude and latitude\. Say their unit with --units m"
    ):
        read_geojson(path, Wishes())
    assert len(read_geojson(path, Wishes(units="m")).levels) == 1


@pytest.mark.parametrize("name", ["three_rooms", "corridor_school"])
def test_an_archive_of_imdf_keeps_rooms_doors_and_walking_distances(name: str, tmp_path: Path) -> None:
    plan, path, back = read_plan(ROOT / "floorplans" / f"{name}.yaml"), tmp_path / "v.zip", tmp_path / "plan.yaml"
    path.write_bytes(imdf(plan, (59.9, 10.7)))
    back.write_text(read_geojson(path, Wishes()).text(), encoding="utf-8")
    ours, theirs = build(plan), build(read_plan(back))
    assert (theirs.openings, len(theirs.floors), len(theirs.plan.stairs)) == (
        ours.openings,
        len(ours.floors),
        len(plan.stairs),
    )
    metres = sorted(round(float(m), 6) for walks in ours.space_dist for m in walks.ravel())
    again = sorted(round(float(m), 6) for walks in theirs.space_dist for m in walks.ravel())
    assert again == pytest.approx(metres, abs=0.01)


@settings(max_examples=cases(40), deadline=None)
@given(in_a_plan)
def test_any_name_of_a_room_is_kept_or_left_out_but_never_breaks_the_plan(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    layers = venue()
    layers["unit"][0]["properties"]["name"] = {"en": text}
    folder = tmp_path_factory.mktemp("h")
    (folder / "plan.yaml").write_text(
        read_geojson(archive(layers, folder / "v.zip"), Wishes()).text(), encoding="utf-8"
    )
    assert len(read_plan(folder / "plan.yaml").spaces) == 2


@settings(max_examples=cases(60), deadline=None)
@given(st.floats(-80, 80), st.floats(-180, 180), st.floats(-180, 180), st.floats(-2000, 2000), st.floats(-2000, 2000))
def test_the_way_to_the_globe_and_back_is_exact(lat: float, lon: float, north: float, x: float, y: float) -> None:
    plane = TangentPlane(lat, lon, north)
    assert plane.to_plan(*plane.to_globe(x, y)) == pytest.approx((x, y), abs=1e-4)


def test_a_degree_is_as_long_as_geodesy_says() -> None:
    """Length of a degree of latitude and longitude at 45 degrees: 111,132 m and 78,847 m (Wikipedia, Geographic coordinates)."""
    plane = TangentPlane(45.0, 7.0)
    assert plane.to_plan(7.0, 45.001)[1] * 1000 == pytest.approx(111_132, abs=5)
    assert plane.to_plan(7.001, 45.0)[0] * 1000 == pytest.approx(78_847, abs=5)


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "DS003: the file is empty"),
        (b'{"type": "FeatureCollection",\n "features": [', ":2:15: error DS901: this is no JSON"),
        (b"[1, 2]", "DS901: this is no GeoJSON"),
        (b'{"type": "FeatureCollection", "features": 3}', "DS901: 'features' is no list"),
        (b'{"type": "FeatureCollection", "features": []}', "DS903: there are no features"),
        (
            b'{"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", "coordinates": [NaN, 1]}}]}',
            "DS901: NaN is no number",
        ),
        (b'{"type": "FeatureCollection", "features": [{"geometry": null}]}', "DS903: no feature is a unit"),
        (b"[" * 100_000, "DS004: lists are nested too deeply"),
        (b"\xff\xfe", "DS901: this is no text in UTF-8"),
        (b"PK\x03\x04 and no more", "DS901: the archive cannot be unpacked"),
        (zipped("units.geojson", b" " * 70_000_000), "DS004: unpacked, the archive has more than 67 MB"),
    ],
)
def test_a_broken_layer_is_one_located_fault(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(content)
    with pytest.raises(DrillsimError) as caught:
        read_geojson(path, Wishes())
    (fault,) = caught.value.faults
    assert told in str(fault)


FEATURES = [f for found in venue().values() for f in found]
MUTATED = json.dumps({"type": "FeatureCollection", "features": FEATURES}).encode()
OURS = geojson(read_plan(ROOT / "floorplans" / "three_rooms.yaml"))


@settings(max_examples=cases(100), deadline=None)
@given(st.booleans(), st.lists(st.tuples(st.floats(0, 1), st.sampled_from(b'0159-,.[]{}":ae \xff')), max_size=6))
def test_mutated_bytes_are_a_draft_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory, ours: bool, changes: list[tuple[float, int]]
) -> None:
    content = bytearray(OURS if ours else MUTATED)
    for place, value in changes:
        content[int(place * (len(content) - 1))] = value
    path = tmp_path_factory.mktemp("m") / "a.geojson"
    path.write_bytes(bytes(content))
    assert faults_of(path) <= 1


def faults_of(path: Path) -> int:
    """Return the number of faults with which a file is refused, 0 where it becomes a draft that can be written."""
    try:
        return 0 if read_geojson(path, Wishes()).text() else 2
    except DrillsimError as e:
        return len(e.faults)
