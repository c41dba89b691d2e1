"""Import of DXF drawings: layers, gaps, swings, areas, units, broken files; the drawings of others where they are at hand."""

from __future__ import annotations

import io
import os
from pathlib import Path
from types import SimpleNamespace

import ezdxf.filemanagement
import pytest
from ezdxf.document import Drawing
from ezdxf.layouts.layout import Modelspace
from hypothesis import given, settings
from hypothesis import strategies as st

from depth import cases
from drillsim.cli import main
from drillsim.errors import DrillsimError
from drillsim.exchange.dxf.read import read_dxf
from drillsim.exchange.formats import format_of, reader_of
from drillsim.exchange.importing.draft import Draft, Wishes
from drillsim.exchange.importing.loops import outlines_of
from drillsim.plan import read_plan
from drillsim.plan.network import build
from hostile_text import in_a_plan

ROOT = Path(__file__).resolve().parents[1]


def external(name: str) -> Path:
    """Return a file of others; skip where the folder is neither named by DRILLSIM_EXTERNAL_PLANS nor beside the project."""
    named = os.environ.get("DRILLSIM_EXTERNAL_PLANS")
    folder = Path(named) if named else ROOT.parent / "shared" / "plans" / "external"
    if not (folder / name).is_file():
        pytest.skip(f"{name} is not at hand: set DRILLSIM_EXTERNAL_PLANS to the folder of external plans")
    return folder / name


def emptied(plan: Path, tmp_path: Path) -> int:
    """Place two people in every room of a plan, play an evacuation, and return who is still inside."""
    from drillsim import read_mixes, read_scenario, simulate

    read = read_plan(plan)
    spaces = [s.model_copy(update={"people": 2 if s.use not in ("outdoors", "stair") else 0}) for s in read.spaces]
    peopled = read.model_copy(update={"spaces": tuple(spaces)})
    room = next(s.id for s in peopled.spaces if s.people)
    scenario, mixes = tmp_path / "s.yaml", tmp_path / "m.yaml"
    scenario.write_text(
        f"drillsim: 1\nname: out\nhorizon: 20 min\nincidents: [{{id: main, kind: fire, where: {room}}}]\n"
        "protocol: {action: evacuate, announced_by: alarm}\n",
        encoding="utf-8",
    )
    mixes.write_text(
        f"drillsim_mixes: 1\npresent: one\nmixes:\n  one:\n    units: [{{id: t, role: teacher, post: {room}}}]\n",
        encoding="utf-8",
    )
    trace = simulate(read_scenario(scenario), peopled, read_mixes(mixes)["one"], seed=1)
    return int(str(trace.row["still_inside"]))


def drawing(units: int = 6, size: float = 1.0) -> Drawing:
    """Return two rooms beside a hall, with walls of 20 cm between; a swing, a threshold, a text, an exit."""
    doc = ezdxf.filemanagement.new("R2013")
    doc.header["$INSUNITS"] = units
    page = doc.modelspace()

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * size, y * size) for x, y in points]

    for ring in (
        [(0, 0), (4, 0), (4, 5), (0, 5)],
        [(4.2, 0), (9, 0), (9, 5), (4.2, 5)],
        [(0, 5.2), (9, 5.2), (9, 8), (0, 8)],
    ):
        page.add_lwpolyline(at(*ring), close=True, dxfattribs={"layer": "A-AREA"})
    for name, x, y in (("Room 1 classroom", 1, 2), ("Nurse", 6, 2), ("Main hall", 4, 7)):
        page.add_text(name, dxfattribs={"layer": "A-AREA-IDEN"}).set_placement((x * size, y * size))
    page.add_line(at((1, 5.1))[0], at((2, 5.1))[0], dxfattribs={"layer": "A-DOOR"})
    page.add_arc((6 * size, 5 * size), 0.9 * size, 270, 360, dxfattribs={"layer": "A-DOOR"})
    page.add_line(at((6, 5))[0], at((6, 4.1))[0], dxfattribs={"layer": "A-DOOR"})
    page.add_line(at((9, 6))[0], at((9, 7.2))[0], dxfattribs={"layer": "EXITS"})
    return doc


def saved(doc: Drawing, path: Path) -> Path:
    doc.saveas(path)
    return path


def drafted(doc: Drawing, tmp_path: Path, **wishes: object) -> Draft:
    return read_dxf(saved(doc, tmp_path / "a.dxf"), Wishes(**wishes))  # type: ignore[arg-type]


def text_of(draft: Draft) -> str:
    return "\n".join(f"{f.kind}: {f.text}" for f in draft.findings)


def floor(page: Modelspace, number: int, east: float = 0.0, stair: str = "Stair A", layer: str = "") -> None:
    """Draw a hall with a stair room and a room, without walls between; the exit on the lowest one."""
    for name, (x0, y0, x1, y1) in {
        f"Hall {number}": (0, 0, 20, 3), stair: (20, 0, 26, 3), f"Room {number}01 classroom": (0, 3, 9, 9),
    }.items():  # fmt: skip
        ring = [(x0 + east, y0), (x1 + east, y0), (x1 + east, y1), (x0 + east, y1)]
        page.add_lwpolyline(ring, close=True, dxfattribs={"layer": f"{layer}A-AREA"})
        at = ((x0 + x1) / 2 + east, (y0 + y1) / 2)
        page.add_text(name, dxfattribs={"layer": f"{layer}A-AREA-IDEN"}).set_placement(at)
    for a, b in (((20, 1), (20, 2)), ((4, 3), (5, 3))):
        page.add_line((a[0] + east, a[1]), (b[0] + east, b[1]), dxfattribs={"layer": f"{layer}A-DOOR"})
    if number == 1:
        page.add_line((east, 1), (east, 2), dxfattribs={"layer": f"{layer}EXITS"})


def tower(tmp_path: Path, *, apart: float, several: bool, storeys: int = 3) -> list[str]:
    """Return the words of an import of a building of equal floors, in files or in one drawing."""
    doc = ezdxf.filemanagement.new("R2013", units=6)
    files = []
    for k in range(storeys):
        if several:
            doc = ezdxf.filemanagement.new("R2013", units=6)
        floor(doc.modelspace(), k + 1, east=k * apart, layer="" if several else f"{k + 1}F-")
        if several:
            files.append(str(saved(doc, tmp_path / f"floor {k + 1}.dxf")))
    levels = ",".join(f"Level {k + 1}={k + 1}F-*" for k in range(storeys))
    return files or [str(saved(doc, tmp_path / "all.dxf")), "--levels", levels]


@pytest.mark.parametrize("several", [True, False])
@pytest.mark.parametrize("apart", [0.0, 0.2, -40.0])
def test_floors_of_files_or_layers_become_levels_joined_by_stairs(several: bool, apart: float, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    words = tower(tmp_path, apart=apart, several=several)
    files = [w for w in words if w.endswith(".dxf")]
    assert main(["import", *files, str(plan), "--storey", "13ft", *words[len(files) :]]) == 0
    read = read_plan(plan)
    assert [v.label for v in read.levels] == [f"floor {k}" if several else f"Level {k}" for k in (1, 2, 3)]
    assert [v.elevation for v in read.levels] == pytest.approx([0, 3.9624, 7.9248], abs=1e-3)
    level = {s.id: s.level for s in read.spaces}
    assert [(level[s.lower], level[s.upper]) for s in read.stairs] == [("L0", "L1"), ("L1", "L2")]
    assert (len(read.spaces), len(read.openings)) == (9, 7)
    assert emptied(plan, tmp_path) == 0
    if apart <= 0:
        assert {s.polygon[0] for s in read.spaces if s.use == "stair"} == {(20.0, 0.0)}


def test_floors_that_no_stair_joins_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    doc, plan = ezdxf.filemanagement.new("R2013", units=6), tmp_path / "plan.yaml"
    floor(doc.modelspace(), 1, layer="0-")
    floor(doc.modelspace(), 2, east=99, stair="Stair Z", layer="1-")
    file = str(saved(doc, tmp_path / "a.dxf"))
    assert main(["import", file, str(plan), "--levels", "Ground=0-*,Upper=1-*"]) == 2
    out = " ".join(capsys.readouterr().out.split())
    assert "'Upper' lies beside 'Ground', and no stair of one name on both tells how they lie above each other" in out
    assert "no stair joins 'Ground' with 'Upper'" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["a.dxf", "p.yaml", "--levels", "Ground"], "write LEVEL=LAYERS"),
        (["a.dxf", "p.yaml", "--levels", "G=0-*,G=1-*"], "stands twice"),
        (["a.dxf", "p.yaml", "--levels", "G=Q-*"], "no layer fits the level 'G' of --levels. Layers of the drawing: 'A-AREA' (3)"),
        (["a.dxf", "a.dxf", "p.yaml", "--levels", "G=*"], "not both"),
        (["a.dxf", "p.yaml", "--storey", "1in"], "write a height from 2 to 20 m"),
        (["a.dxf", "b.dxf", "p.yaml"], "b.dxf: error DS002: no such file"),
        (["rooms.csv", "rooms.csv", "p.yaml"], "several files: for DXF drawings only"),
        (["a.dxf", "p.yaml", "q.yaml"], "name one plan file to write, as the last"),
        (["a.dxf", "own.dxf", "p.yaml"], "own.dxf: error DS903: drillsim wrote this drawing with all its levels"),
    ],
)  # fmt: skip
def test_a_fault_about_floors_is_told_and_nothing_is_written(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    saved(drawing(), tmp_path / "a.dxf")
    (tmp_path / "rooms.csv").write_text("room,people\n1,2\n", encoding="utf-8")
    if "own.dxf" in words:
        assert main(["export", "plan", str(ROOT / "floorplans" / "three_rooms.yaml"), "own.dxf"]) == 0
    assert main(["import", *words]) == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "p.yaml").exists()


def test_rooms_doors_and_exits_come_by_their_layers(tmp_path: Path) -> None:
    draft = drafted(drawing(), tmp_path)
    assert [(s["id"], s["use"]) for s in draft.spaces] == [
        ("room-1-classroom", "classroom"),
        ("nurse", "nurse"),
        ("main-hall", "corridor"),
    ]
    assert {(o["kind"], *sorted(o["spaces"])) for o in draft.openings} == {
        ("door", "main-hall", "room-1-classroom"),
        ("door", "main-hall", "nurse"),
        ("exit", "main-hall", "outside"),
    }


def test_a_swing_gives_the_threshold_on_the_wall_not_the_open_leaf(tmp_path: Path) -> None:
    swing = next(o for o in drafted(drawing(), tmp_path).openings if "nurse" in o["spaces"])
    assert sorted(swing["line"]) == [[6.0, 5.0], [6.9, 5.0]]


def test_an_import_is_written_checked_drawn_and_never_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, plan = saved(drawing(), tmp_path / "a.dxf"), tmp_path / "plan.yaml"
    assert main(["import", str(file), str(plan), "--draw", str(tmp_path / "plan.png")]) == 0
    assert "Check: OK: 3 spaces, 3 openings, 1 exit" in capsys.readouterr().out
    assert (tmp_path / "plan.png").stat().st_size > 1000
    before = plan.read_bytes()
    assert main(["import", str(file), str(plan)]) == 2
    assert plan.read_bytes() == before
    assert read_plan(plan).provenance.derived["nurse"] == "I8"


def test_the_walk_through_a_door_includes_the_wall(tmp_path: Path) -> None:
    draft = drafted(drawing(), tmp_path)
    plan = tmp_path / "plan.yaml"
    plan.write_text(draft.text(), encoding="utf-8")
    network = build(read_plan(plan))
    room = network.plan.space_index["room-1-classroom"]
    assert network.distance(room, (1.5, 2.0), (1.5, 5.1)) == pytest.approx(3.1)


@pytest.mark.parametrize(("units", "size"), [(4, 1000.0), (5, 100.0), (1, 1 / 0.0254), (2, 1 / 0.3048), (0, 1000.0)])
def test_any_unit_gives_the_same_rooms(units: int, size: float, tmp_path: Path) -> None:
    one, other = drafted(drawing(), tmp_path), drafted(drawing(units, size), tmp_path)
    for a, b in zip(one.spaces, other.spaces, strict=True):
        assert [p for c in a["polygon"] for p in c] == pytest.approx([p for c in b["polygon"] for p in c], abs=1e-3)


def test_gaps_are_closed_within_the_snap_and_listed_with_their_place(tmp_path: Path) -> None:
    doc = ezdxf.filemanagement.new()
    doc.header["$INSUNITS"] = 6
    for a, b in (((0, 0), (5, 0)), ((5, 0.03), (5, 4)), ((5, 4), (0, 4)), ((0, 4), (0, 0))):
        doc.modelspace().add_line(a, b, dxfattribs={"layer": "ROOMS"})
    draft = drafted(doc, tmp_path)
    gap = next(f for f in draft.findings if "gap" in f.text)
    assert gap.text == "a gap of 30 mm was closed"
    assert gap.point == pytest.approx((5, 0), abs=0.05)
    with pytest.raises(DrillsimError, match="no outline on the layers"):
        drafted(doc, tmp_path, snap_m=0.01)


def test_walls_and_thresholds_enclose_rooms_where_no_layer_holds_them(tmp_path: Path) -> None:
    doc = ezdxf.filemanagement.new()
    doc.header["$INSUNITS"] = 6
    page = doc.modelspace()
    for a, b in (
        ((0, 0), (8, 0)),
        ((8, 0), (8, 5)),
        ((8, 5), (0, 5)),
        ((0, 5), (0, 3)),
        ((0, 2), (0, 0)),
        ((4, 0), (4, 2)),
        ((4, 3), (4, 5)),
    ):
        page.add_line(a, b, dxfattribs={"layer": "A-WALL"})
    page.add_line((4, 2), (4, 3), dxfattribs={"layer": "A-DOOR"})
    page.add_line((0, 2), (0, 3), dxfattribs={"layer": "EXIT"})
    draft = drafted(doc, tmp_path)
    assert [round(4 * 5.0), len(draft.spaces)] == [20, 2]
    assert sorted(o["kind"] for o in draft.openings) == ["door", "exit"]


def test_a_block_of_doors_in_a_block_stands_where_it_is_inserted(tmp_path: Path) -> None:
    doc = drawing()
    block = doc.blocks.new("DOOR")
    block.add_arc((0, 0), 0.8, 0, 90)
    block.add_line((0, 0), (0, 0.8))
    doc.modelspace().add_blockref("DOOR", (7.5, 5.2), dxfattribs={"layer": "A-DOOR"})
    draft = drafted(doc, tmp_path)
    assert [[7.5, 5.2], [8.3, 5.2]] in [sorted(o["line"]) for o in draft.openings]


def test_blocks_that_repeat_themselves_end_at_a_limit(tmp_path: Path) -> None:
    doc = ezdxf.filemanagement.new()
    inner = doc.blocks.new("B0")
    inner.add_line((0, 0), (1, 1))
    for k in range(1, 7):
        block = doc.blocks.new(f"B{k}")
        for i in range(10):
            block.add_blockref(f"B{k - 1}", (i, 0))
    doc.modelspace().add_blockref("B6", (0, 0))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("drillsim.exchange.dxf.drawing.MOST_SHAPES", 500)
        with pytest.raises(DrillsimError, match="DS004: the drawing has more than"):
            drafted(doc, tmp_path)


def test_rooms_between_double_lines_of_walls_end_at_the_thresholds(tmp_path: Path) -> None:
    doc = ezdxf.filemanagement.new()
    doc.header["$INSUNITS"] = 6
    page = doc.modelspace()
    faces: list[list[tuple[float, float]]] = [
        [(0.2, 0.2), (4, 0.2), (4, 2)],
        [(4, 3), (4, 4.8), (0.2, 4.8), (0.2, 0.2)],
        [(4, 2), (4.2, 2)],
        [(4, 3), (4.2, 3)],
    ]
    faces += [
        [(4.2, 2), (4.2, 0.2), (8, 0.2), (8, 2)],
        [(8, 3), (8, 4.8), (4.2, 4.8), (4.2, 3)],
        [(8, 2), (8.2, 2)],
        [(8, 3), (8.2, 3)],
    ]
    faces += [[(8.2, 2), (8.2, 0), (0, 0), (0, 5), (8.2, 5), (8.2, 3)]]
    for line in faces:
        page.add_lwpolyline(line, dxfattribs={"layer": "A-WALL"})
    for x in (4.1, 8.1):
        page.add_line((x, 2), (x, 3), dxfattribs={"layer": "A-DOOR"})
    draft = drafted(doc, tmp_path)
    (tmp_path / "plan.yaml").write_text(draft.text(), encoding="utf-8")
    read = read_plan(tmp_path / "plan.yaml")
    assert (len(read.spaces), [o.kind for o in read.openings]) == (2, ["door", "exit"])


def test_a_packages_own_format_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def own(path: Path, wishes: Wishes) -> Draft:
        return Draft(name=path.stem, source=path.name)

    point = SimpleNamespace(name="gml", load=lambda: own)
    monkeypatch.setattr("drillsim.exchange.formats.entry_points", lambda group: [point])
    assert format_of(tmp_path / "school.gml") == "gml"
    assert reader_of("gml") is own
    with pytest.raises(KeyError, match="Closest: 'gml'"):
        reader_of("gmll")


def bytes_of(doc: Drawing) -> bytes:
    stream = io.StringIO()
    doc.write(stream)
    return stream.getvalue().encode("utf-8")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "DS003: the file is empty"),
        (b"hello\nworld\n", ":1:1: error DS901: this is no DXF drawing"),
        (b"AC1027\0\0\0\0", "DS902: this is a DWG file"),
        (b"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1027\n", "DS901: the drawing ends in the middle"),
        (b"0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n", "DS903: the drawing shows nothing"),
    ],
)
def test_a_broken_drawing_is_one_located_fault(
    content: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.dxf"
    path.write_bytes(content)
    assert main(["import", str(path), str(tmp_path / "plan.yaml")]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("error DS") == 1
    assert not (tmp_path / "plan.yaml").exists()


def test_a_huge_drawing_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.dxf"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(DrillsimError, match="DS004: the file has 200 MB; at most 67 MB are read"):
        read_dxf(path, Wishes())


def faults_of(path: Path) -> int:
    """Return the number of faults with which a file is refused, 0 where it is read."""
    try:
        return 0 if read_dxf(path, Wishes()).spaces else 2
    except DrillsimError as e:
        return len(e.faults)


MUTATED = bytes_of(drawing())


@settings(max_examples=cases(40), deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(MUTATED) - 1), st.integers(0, 255)), max_size=12), st.integers(0, 3))
def test_mutated_bytes_are_a_draft_or_a_fault(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], cut: int
) -> None:
    content = bytearray(MUTATED)
    for place, value in changes:
        content[place] = value
    del content[len(content) - cut * len(content) // 7 :]
    path = tmp_path_factory.mktemp("m") / "a.dxf"
    path.write_bytes(bytes(content))
    assert faults_of(path) <= 1


@settings(max_examples=cases(25), deadline=None)
@given(in_a_plan.filter(lambda text: "\n" not in text and "\r" not in text))
def test_any_text_in_a_room_leaves_a_plan_that_reads(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    doc, folder = drawing(), tmp_path_factory.mktemp("h")
    doc.modelspace().add_text(text[:200], dxfattribs={"layer": "A-AREA-IDEN"}).set_placement((2, 2))
    (folder / "plan.yaml").write_text(drafted(doc, folder).text(), encoding="utf-8")
    assert len(read_plan(folder / "plan.yaml").spaces) == 3


@settings(max_examples=cases(60), deadline=None)
@given(st.integers(3, 9), st.integers(0, 10**6), st.booleans())
def test_lines_of_a_ring_in_any_order_enclose_its_area(corners: int, seed: int, turned: bool) -> None:
    import math
    from random import Random

    angles = [2 * math.pi * k / corners for k in range(corners)]
    ring = [(5 * math.cos(a), 5 * math.sin(a)) for a in angles]
    lines = [[ring[k], ring[(k + 1) % corners]] for k in range(corners)]
    random = Random(seed)
    random.shuffle(lines)
    jiggled = [[(x + random.uniform(-0.01, 0.01), y) for x, y in (line[::-1] if turned else line)] for line in lines]
    found = outlines_of(jiggled, 0.05)
    area = corners / 2 * 25 * math.sin(2 * math.pi / corners)
    assert [face.area for face in found.faces] == pytest.approx([area], rel=0.02)


@pytest.mark.parametrize(("name", "people"), [("ISO-Office.dxf", 13), ("Gallery.dxf", 0)])
def test_drawings_of_others_import_by_their_layers(name: str, people: int, tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    assert main(["import", str(external(name)), str(plan)]) == 0
    read = read_plan(plan)
    assert (len(read.spaces), len(read.openings)) == (1, 2)
    assert sum(s.people for s in read.spaces) == people
    assert emptied(plan, tmp_path) == 0
