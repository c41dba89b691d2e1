"""Import of building models: spaces, doors by boundaries and probe, stairs; refusals; the models of others where at hand."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from drillsim.cli import main
from drillsim.errors import DrillsimError
from drillsim.exchange.ifc.read import read_ifc
from drillsim.exchange.importing.draft import Draft, Wishes
from drillsim.plan import read_plan
from test_import_dxf import emptied, external

HEAD = "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\nFILE_NAME('','',(''),(''),'','','');\nFILE_SCHEMA(('{}'));\nENDSEC;\n"
END = "DATA;\nENDSEC;\nEND-ISO-10303-21;\n"


def refusal(content: str | bytes, tmp_path: Path, name: str = "a.ifc") -> str:
    """Return the one fault with which a file is refused."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises(DrillsimError) as caught:
        read_ifc(path, Wishes())
    (fault,) = caught.value.faults
    return str(fault)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "DS003: the file is empty"),
        ("hello", ":1:1: error DS901: this is no IFC file"),
        ("ISO-10303-21;\nHEADER;\n", "DS901: the header names no schema"),
        (
            HEAD.format("IFC2X_FINAL") + END,
            ":5:1: error DS902: the model is written in IFC2X_FINAL; IFC2X3 and IFC4 are read",
        ),
        (HEAD.format("IFC4") + "DATA;\n#1=IFCWALL(", "DS901: the model ends in the middle"),
        (b"PK\x03\x04", "DS902: only plain IFC files are read"),
    ],
)
def test_a_broken_model_is_one_located_fault(content: str | bytes, told: str, tmp_path: Path) -> None:
    assert told in refusal(content, tmp_path)


def test_a_huge_model_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.ifc"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(DrillsimError, match="DS004: the file has 200 MB; at most 134 MB are read"):
        read_ifc(path, Wishes())


@pytest.mark.parametrize(
    ("code", "errors", "told"),
    [(-11, b"", "crashed"), (1, b"std::bad_alloc", "used up its memory"), (0, b"", "crashed")],
)
def test_a_crash_of_the_native_library_is_one_message(
    code: int, errors: bytes, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crashed(command: Any, **how: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, code, b"half a li", errors)

    monkeypatch.setattr("subprocess.run", crashed)
    monkeypatch.setattr("drillsim.exchange.ifc.model_file.find_spec", lambda name: True)
    assert f"DS904: the program that reads the model {told}" in refusal(HEAD.format("IFC4") + END, tmp_path)


def test_without_the_extra_the_line_for_pip_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drillsim.exchange.ifc.model_file.find_spec", lambda name: None)
    assert 'python -m pip install "drillsim[ifc]"' in refusal(HEAD.format("IFC4") + END, tmp_path)


# ---------------------------------------------------------------------- models made by ifcopenshell


def made(path: Path, *, boundaries: bool, unit: str = "MILLI") -> Path:
    """Write a model of two rooms with a wall of 30 cm between, a door in it, and a door to the outside."""
    ifcopenshell = pytest.importorskip("ifcopenshell")
    api = pytest.importorskip("ifcopenshell.api")
    size = 1000.0 if unit == "MILLI" else 1.0
    file = ifcopenshell.file(schema="IFC4")
    project = api.run("root.create_entity", file, ifc_class="IfcProject", name="Two rooms")
    length = api.run("unit.add_si_unit", file, unit_type="LENGTHUNIT", prefix=unit or None)
    api.run("unit.assign_unit", file, units=[length])
    context = api.run("context.add_context", file, context_type="Model")
    body = api.run(
        "context.add_context",
        file,
        context_type="Model",
        context_identifier="Body",
        target_view="MODEL_VIEW",
        parent=context,
    )
    storey = api.run("root.create_entity", file, ifc_class="IfcBuildingStorey", name="Ground")
    api.run("aggregate.assign_object", file, products=[storey], relating_object=project)

    def box(kind: str, name: str, low: tuple[float, float], high: tuple[float, float]) -> Any:
        thing = api.run("root.create_entity", file, ifc_class=kind, name=name)
        corners = [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1]), (low[0], low[1])]
        points = [file.createIfcCartesianPoint([x * size, y * size]) for x, y in corners]
        profile = file.createIfcArbitraryClosedProfileDef("AREA", None, file.createIfcPolyline(points))
        up = file.createIfcDirection([0.0, 0.0, 1.0])
        place = file.createIfcAxis2Placement3D(file.createIfcCartesianPoint([0.0, 0.0, 0.0]))
        solid = file.createIfcExtrudedAreaSolid(profile, place, up, 2.2 * size)
        shape = file.createIfcShapeRepresentation(body, "Body", "SweptSolid", [solid])
        thing.Representation = file.createIfcProductDefinitionShape(None, None, [shape])
        thing.ObjectPlacement = file.createIfcLocalPlacement(None, place)
        return thing

    rooms = [box("IfcSpace", "101", (0, 0), (4, 5)), box("IfcSpace", "Hall", (4.3, 0), (9, 5))]
    api.run("aggregate.assign_object", file, products=rooms, relating_object=storey)
    for n, (low, high, sides) in enumerate([((4, 2), (4.3, 2.9), rooms), ((9, 1), (9.3, 2.2), rooms[1:])]):
        wall = box("IfcWall", f"Wall {n}", (low[0], 0), (high[0], 5))
        hole, door = (
            box("IfcOpeningElement", f"Hole {n}", low, high),
            api.run("root.create_entity", file, ifc_class="IfcDoor", name=f"Door {n}"),
        )
        door.OverallWidth = (high[1] - low[1]) * size
        api.run("feature.add_feature", file, feature=hole, element=wall)
        api.run("feature.add_filling", file, opening=hole, element=door)
        api.run("spatial.assign_container", file, products=[door, wall], relating_structure=storey)
        for room in sides if boundaries else []:
            file.createIfcRelSpaceBoundary(
                ifcopenshell.guid.new(), None, None, None, room, door, None, "PHYSICAL", "INTERNAL"
            )
    file.write(str(path))
    return path


def joined(draft: Draft) -> set[frozenset[str]]:
    return {frozenset(o["spaces"]) for o in draft.openings}


@pytest.mark.ifc
@pytest.mark.parametrize(("boundaries", "unit"), [(True, "MILLI"), (False, "MILLI"), (False, "")])
def test_doors_join_the_same_rooms_by_boundaries_and_by_probe(boundaries: bool, unit: str, tmp_path: Path) -> None:
    draft = read_ifc(made(tmp_path / "a.ifc", boundaries=boundaries, unit=unit), Wishes())
    assert draft.counts == {"spaces": 2, "doors": 2, "stairs": 0}
    assert joined(draft) == {frozenset({"101", "hall"}), frozenset({"hall", "outside"})}
    door = next(o for o in draft.openings if o["kind"] == "door")
    assert sorted(door["line"]) == [[4.15, 2.0], [4.15, 2.9]]
    agree = "rooms of doors: boundaries and probe agree on 2 of 2"
    assert any(f.text == agree for f in draft.findings) == boundaries


@pytest.mark.ifc
def test_modules_in_the_current_folder_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert read_ifc(made(tmp_path / "a.ifc", boundaries=True), Wishes()).counts["spaces"] == 2


@pytest.mark.ifc
@pytest.mark.parametrize(
    ("name", "counts", "inside", "agree"),
    [
        ("Duplex_A_20110907.ifc", {"spaces": 21, "doors": 14, "stairs": 2}, 20, "agree on 13 of 14"),
        ("AmplifyModel.ifc", {"spaces": 9, "doors": 8, "stairs": 0}, 7, ""),
    ],
)
def test_models_of_others_import_check_and_empty(
    name: str, counts: dict[str, int], inside: int, agree: str, tmp_path: Path
) -> None:
    file, plan = external(name), tmp_path / "plan.yaml"
    draft = read_ifc(file, Wishes())
    assert draft.counts == counts
    assert agree in "\n".join(f.text for f in draft.findings)
    assert main(["import", str(file), str(plan)]) == 0
    read = read_plan(plan)
    assert len([s for s in read.spaces if s.use != "outdoors" and read.provenance.derived.get(s.id) != "I6"]) == inside
    assert sum(o.kind in ("door", "exit") and o.id != "gate" for o in read.openings) == counts["doors"]
    assert len(read.stairs) == counts["stairs"]
    assert emptied(plan, tmp_path) == 0
