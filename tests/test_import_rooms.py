"""Import of room lists: people into a plan, or a plan of rows; CSV and Excel; lists that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from depth import cases
from drillsim.cli import main
from drillsim.errors import DrillsimError
from drillsim.exchange.importing.draft import Wishes
from drillsim.exchange.room_list.read import read_room_list
from drillsim.exchange.room_list.table import read_rows
from drillsim.plan import read_plan
from test_import_dxf import drawing, saved

LIST = "Room Number;Floor;Type;Students;Area (sq ft)\n101;1;Classroom;24;900\n102;1;Classroom;26,0;1,000\nGym;1;Gym;0;5000\n201;2;Office;3;\n"


def written(text: str | bytes, tmp_path: Path, name: str = "rooms.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def test_a_list_alone_becomes_rows_of_rooms_with_their_areas(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.yaml"
    assert main(["import", str(written(LIST, tmp_path)), str(plan)]) == 0
    assert "Distances in such a plan mean nothing" in " ".join(capsys.readouterr().out.split())
    read = read_plan(plan)
    assert [(s.label, s.use, s.people) for s in read.spaces if s.label in ("101", "102", "Gym", "201")] == [
        ("101", "classroom", 24),
        ("102", "classroom", 26),
        ("Gym", "gym", 0),
        ("201", "office", 3),
    ]
    (x0, _), (x1, _) = read.spaces[0].polygon[:2]
    assert (x1 - x0) * 7.5 == pytest.approx(900 * 0.09290304, abs=0.05)
    assert {read.provenance.derived[s.id] for s in read.spaces} == {"I12"}


def test_a_list_updates_only_the_people_of_a_plan(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    assert main(["import", str(saved(drawing(), tmp_path / "a.dxf")), str(plan)]) == 0
    before = read_plan(plan)
    rooms = written("room,people\n1,23\nNURSE,2\nAttic,9\n", tmp_path)
    assert main(["import", str(rooms), str(plan)]) == 2
    assert read_plan(plan) == before
    assert main(["import", str(rooms), str(plan), "--overwrite"]) == 0
    after = read_plan(plan)
    assert (tmp_path / "plan.yaml.bak").is_file()
    assert {s.id: s.people for s in after.spaces} == {"room-1-classroom": 23, "nurse": 2, "main-hall": 0}
    assert [s.model_copy(update={"people": 0}) for s in after.spaces] == list(before.spaces)
    assert after.openings == before.openings


WRITTEN_BY_HAND = """\
# Our school, measured in May
drillsim_plan: 1
name: By hand   # as on the sign
units: ft
levels: [{id: L0, elevation: 0}]
spaces:
  # the old wing
  - {id: hall, level: L0, use: corridor, polygon: [[0, 0], [120, 0], [120, 10], [0, 10]]}   # waxed on Mondays
  - {id: "101", label: Room 101, level: L0, use: classroom, polygon: [[0, 10], [30, 10], [30, 38], [0, 38]], people: 20}  # Ms Lee
  - row: 102 to 104
    use: classroom
    level: L0
    beside: hall
    wall: north
    at: [30, 10]
    door: {}
    size: [30, 28]
    people: 24
openings:
  - {id: d101, between: ["101", hall]}
  - {id: way-out, kind: exit, between: [hall, outside], wall: west}
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_keeps_comments_and_short_forms_of_rows_that_it_does_not_touch(end: str, tmp_path: Path) -> None:
    plan = written(WRITTEN_BY_HAND.replace("\n", end), tmp_path, "plan.yaml")
    before = read_plan(plan)
    same = written("room,people\n101,20\n102,24\n", tmp_path)
    assert main(["import", str(same), str(plan), "--overwrite"]) == 0
    assert plan.read_bytes() == WRITTEN_BY_HAND.replace("\n", end).encode()
    assert main(["import", str(written("room,people\n101,31\n", tmp_path)), str(plan), "--overwrite"]) == 0
    assert plan.read_bytes() == WRITTEN_BY_HAND.replace("people: 20", "people: 31").replace("\n", end).encode()
    assert main(["import", str(written("room,people\n103,7\nhall,2\n", tmp_path)), str(plan), "--overwrite"]) == 0
    text = plan.read_text("utf-8")
    assert all(line in text for line in ("# waxed on Mondays", "# Ms Lee", "# the old wing", "- {id: d101, between: ["))
    after = {s.id: s for s in read_plan(plan).spaces}
    assert {s.id: after[s.id].people - s.people for s in before.spaces if after[s.id].people != s.people} == {
        "101": 11,
        "103": -17,
        "hall": 2,
    }
    corners = [[v for p in s.polygon for v in p] for s in before.spaces]
    assert [[v for p in after[s.id].polygon for v in p] for s in before.spaces] == [pytest.approx(c) for c in corners]


def test_excel_and_csv_give_the_same_rows(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (["Springfield School"], [], ["Room", "Level", "Capacity"], [101, "1", 24], ["Gym", "1", 300.0]):
        sheet.append(row)
    book.save(tmp_path / "rooms.xlsx")
    csv = written("Springfield School\n\nRoom,Level,Capacity\n101,1,24\nGym,1,300\n", tmp_path)
    assert read_rows(tmp_path / "rooms.xlsx", None).rows == read_rows(csv, None).rows


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "DS003: the file is empty"),
        ("a,b\n1,2\n", "rooms.csv:1:1: error DS905: no line names a column of rooms"),
        ("room,people\n101,many\n", "rooms.csv:2:2: error DS905: 'many' is no number"),
        ("room,people\n,3\n", "DS905: the list names no room"),
        ("room,people\n101,-3\n", "DS905: '-3' is no number"),
        (b"PK\x03\x04 and no more", "DS901: the workbook cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1", "DS902: this is a workbook of an old Excel"),
        (b"a\0b", "DS901: this is no text"),
    ],
)
def test_a_broken_list_is_one_located_fault(content: str | bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(DrillsimError) as caught:
        read_room_list(written(content, tmp_path), Wishes())
    (fault,) = caught.value.faults
    assert told in str(fault)


@settings(max_examples=cases(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text("0123456789AbZ é\"'=-", min_size=1, max_size=8),
            st.sampled_from(["", "1", "2", "G"]),
            st.integers(0, 300),
            st.integers(1, 900),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_list_becomes_a_plan_without_errors(
    tmp_path_factory: pytest.TempPathFactory, rooms: list[tuple[str, str, int, int]]
) -> None:
    import csv
    import io

    stream = io.StringIO()
    table = csv.writer(stream)
    table.writerows([("room", "level", "people", "area"), *(("x" + name, *rest) for name, *rest in rooms)])
    folder = tmp_path_factory.mktemp("r")
    draft = read_room_list(written(stream.getvalue(), folder), Wishes())
    (folder / "plan.yaml").write_text(draft.text(), encoding="utf-8")
    assert sum(s.people for s in read_plan(folder / "plan.yaml").spaces) == sum(people for _, _, people, _ in rooms)
