"""Short forms of a plan file: the plan is the same as written out, and faults stand at the short form."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drillsim as ds
from depth import plays_of
from drillsim.documents.document import read_document
from drillsim.errors import PlanError
from drillsim.plan.model import FloorPlan
from drillsim.plan.read import check_plan_file
from drillsim.plan.short_forms import expand
from drillsim.plan.writing import plan_document, plan_text
from shipped import ROOT

EXAMPLE = re.findall(
    r"```yaml\n(drillsim_plan.*?)```", (ROOT / "docs" / "own_plan.md").read_text(encoding="utf-8"), re.S
)[0]
HALL = {"id": "hall", "level": "1", "use": "corridor", "polygon": [[0, 30], [120, 30], [120, 40], [0, 40]]}
ROW = {"row": "101 to 103", "level": "1", "use": "classroom", "beside": "hall", "wall": "south", "size": [30, 30]}
WEST = {"id": "west", "between": ["hall", "outside"], "wall": "west", "width": "6 ft"}


def text_of(spaces: list[Any], openings: Any = (), units: str = "ft", **more: Any) -> str:
    levels = [{"id": "1", "elevation": 0}, {"id": "2", "elevation": 13}]
    used = levels if '"2"' in repr(more).replace("'", '"') else levels[:1]
    plan = {"drillsim_plan": 1, "name": "play", "units": units, "levels": used, "spaces": spaces, "openings": openings}
    return plan_text(plan | more)


def told(text: str) -> tuple[FloorPlan | None, list[str]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "p.yaml"
        path.write_text(text, encoding="utf-8")
        plan, faults = check_plan_file(path)
    return plan, [f"{f.code} line {f.line}: {f.message}" for f in faults]


def read(text: str) -> FloorPlan:
    plan, faults = told(text)
    assert plan is not None, faults
    return plan


def test_the_example_of_the_docs_is_sound_and_the_same_as_written_out() -> None:
    plan, faults = told(EXAMPLE)
    assert plan is not None
    assert faults == []
    assert len([s for s in plan.spaces if s.use == "classroom"]) == 16
    assert read(plan_text(plan_document(plan))) == plan


def test_a_row_gives_the_rooms_and_doors_that_somebody_would_write() -> None:
    row = ROW | {"label": "Room {n}", "people": 24, "door": {"at": "3 ft from west", "lock": "key"}}
    rooms = [
        {"id": f"{101 + k}", "label": f"Room {101 + k}", "level": "1", "use": "classroom", "people": 24,
         "polygon": [[30 * k, 30], [30 * k + 30, 30], [30 * k + 30, 0], [30 * k, 0]]}
        for k in range(3)
    ]  # fmt: skip
    doors = [
        {"id": f"d-{101 + k}", "kind": "door", "lock": "key", "spaces": [f"{101 + k}", "hall"],
         "line": [[30 * k + 1.5, 30], [30 * k + 4.5, 30]]}
        for k in range(3)
    ]  # fmt: skip
    west = {"id": "west", "kind": "exit", "spaces": ["hall", "outside"], "line": [[0, 32], [0, 38]], "width": "6 ft"}
    assert read(text_of([HALL, row], [WEST])) == read(text_of([HALL, *rooms], [west, *doors]))


def test_a_mirrored_wing_takes_doors_and_posts_along_and_joins_the_space_it_touches() -> None:
    lobby = HALL | {"id": "lobby", "use": "lobby", "polygon": [[120, 20], [160, 20], [160, 50], [120, 50]]}
    text = text_of(
        [HALL | {"id": "hall-west", "label": "West hall"}, ROW | {"beside": "hall-west", "door": {"at": "3 from west"}}, lobby],
        [WEST | {"between": ["hall-west", "outside"]}, {"between": ["lobby", "hall-west"], "kind": "opening"}],
        posts=[{"id": "west-post", "space": "hall-west", "at": [10, 35]}],
        cameras=[{"id": "cam-west", "watches": ["hall-west"]}],
        copies=[{"mirror": ["hall-west", "10*"], "across": {"x": 140}, "rename": {"west": "east", "West": "East", "10": "20"}}],
    )  # fmt: skip
    plan = read(text)
    by = {o.id: o for o in plan.openings}
    assert plan.label_of("hall-east") == "East hall"
    assert by["lobby-hall-east"].spaces == ("lobby", "hall-east")
    assert by["east"].middle == pytest.approx((280 * 0.3048, 35 * 0.3048))
    assert by["d-201"].middle == pytest.approx((277 * 0.3048, 30 * 0.3048))
    assert plan.posts[1].space == "hall-east"
    assert plan.cameras[1].watches == ("hall-east",)
    assert read(plan_text(plan_document(plan))) == plan


def test_an_editor_learns_which_short_form_an_object_came_from(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(EXAMPLE, encoding="utf-8")
    origins = expand(read_document(tmp_path / "p.yaml", PlanError)).origins
    assert (origins["spaces", "103"].form, origins["spaces", "103"].path) == ("row", ("spaces", 1))
    assert (origins["openings", "d-103"].form, origins["openings", "d-103"].path) == ("row", ("spaces", 1, "door"))
    assert (origins["openings", "main"].form, origins["openings", "main"].path) == ("between", ("openings", 2))
    assert (origins["spaces", "203"].form, origins["spaces", "203"].path) == ("repeat", ("copies", 0))
    assert ("spaces", "hall-1") not in origins


FAULTS: tuple[tuple[list[Any], list[Any], dict[str, Any], str], ...] = (
    ([ROW | {"row": "101 too 103"}], [], {}, "names no rooms"),
    ([ROW | {"row": "109 to 101"}], [], {}, "the numbers rise"),
    ([ROW | {"use": "clasroom"}], [], {}, "Closest: 'classroom'"),
    ([ROW | {"beside": "hal"}], [], {}, "no space called 'hal'"),
    ([{k: v for k, v in ROW.items() if k != "wall"}], [], {}, "has 4 walls. Add 'wall: north'"),
    ([{k: v for k, v in ROW.items() if k != "beside"}], [], {}, "the row lacks 'from'"),
    ([ROW | {"colour": "red"}], [], {}, "unknown key 'colour'"),
    ([ROW | {"door": {"at": "1 ft from west"}}], [], {}, "does not fit on the wall of 30.00 ft"),
    ([ROW], [{"between": ["101", "outside"]}], {}, "share 2 stretches of wall. Add 'wall: south' (or west)"),
    ([ROW], [{"between": ["101", "103"]}], {}, "share no wall"),
    ([ROW], [{"between": ["101", "hall"], "at": "2 ft from north"}], {}, "Count from west or east"),
    ([ROW], [{"between": ["101", "hall"], "at": [15, 70]}], {}, "that point lies 40.00 ft"),
    ([ROW], [{"between": ["101", "hal"]}], {}, "no space called 'hal'. Closest: 'hall'"),
    ([ROW], [{"between": ["101", "101"]}], {}, "stands twice"),
    ([ROW], [{"between": ["101", "hall"], "line": [[0, 30], [3, 30]]}], {}, "Keep one of them"),
    ([ROW], [], {"copies": [{"mirror": "1*", "across": {"x": 60}}]}, "would keep its id"),
    ([ROW], [], {"copies": [{"mirror": "1*", "across": {"x": 60}, "rename": {"101": "102"}}]}, "which is taken"),
    ([ROW], [], {"copies": [{"mirror": "9*", "across": {"x": 60}, "plus": 100}]}, "no space called '9*'"),
    ([ROW], [], {"copies": [{"mirror": "101", "across": {}, "plus": 100}]}, "a mirror is one line"),
    ([ROW], [], {"copies": [{"repeat": "101", "plus": 100, "levl": 2}]}, "Closest: 'level'"),
    ([ROW], [], {"copies": [{"repeat": "101", "plus": 100}]}, "'201' and '101' (line"),
    ([ROW], [], {"copies": [7]}, "a copy begins with"),
)


@pytest.mark.parametrize(("spaces", "openings", "more", "words"), FAULTS, ids=[f[3] for f in FAULTS])
def test_a_fault_stands_at_the_short_form_in_its_words(
    spaces: list[Any], openings: list[Any], more: dict[str, Any], words: str
) -> None:
    text = text_of([HALL, *spaces], [WEST, *openings], **more)
    _, faults = told(text)
    found = next((f for f in faults if words in f), None)
    assert found is not None, faults
    assert len(faults) <= 6, faults
    marks = ("copies", "repeat", "mirror") if more else ("between",) if openings else ("row",)
    line = text.splitlines()[int(found.split()[2].rstrip(":")) - 1]
    assert any(mark in line for mark in marks) or "row" in text.splitlines()[int(found.split()[2].rstrip(":")) - 2], (
        line
    )


@plays_of(60)
@given(st.data())
def test_random_rows_on_both_sides_are_sound_and_the_same_as_written_out(data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(["ft", "m", "in", "cm", "mm"]))
    size = {"ft": 1, "m": 0.3, "in": 12, "cm": 30, "mm": 300}[unit]
    length = data.draw(st.integers(60, 300)) * size
    deep = data.draw(st.integers(8, 30)) * size
    swap = data.draw(st.booleans())
    length, deep = (deep, length) if swap else (length, deep)
    hall = HALL | {"polygon": [[0, 0], [length, 0], [length, deep], [0, deep]]}
    rows: list[dict[str, Any]] = []
    first, wide = 100, max(length, deep)
    for wall in ("east", "west") if swap else ("north", "south"):
        count = data.draw(st.integers(1, 9))
        end = data.draw(st.sampled_from(["south", "north"] if swap else ["west", "east"]))
        rows.append(ROW | {"row": f"{first} to {first + count - 1}", "wall": wall, "at": f"0 from {end}",
                           "size": [wide / count, data.draw(st.integers(8, 40)) * size], "door": {}})  # fmt: skip
        first += 100
    plan, faults = told(text_of([hall, *rows], [WEST | {"wall": "south" if swap else "west"}], unit))
    assert plan is not None
    assert faults == []
    assert read(plan_text(plan_document(plan))) == plan
    ds.build(plan)


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, 7, "x", [], {}, [[]], {"x": 1}, -1.5, "1 to 3", True, ["a", "b"], [1, 2], "3 from west", "nan"]
)


@plays_of(120)
@given(st.data())
def test_junk_in_a_short_form_is_told_and_never_a_traceback(data: st.DataObject) -> None:
    row, door = dict(ROW), {"between": ["101", "hall"], "at": "3 ft from west", "width": "3 ft"}
    copy = {"repeat": "10*", "by": [200, 0], "plus": 100, "rename": {}}
    forms: tuple[dict[str, Any], ...] = (row, door, copy)
    for _ in range(data.draw(st.integers(1, 3))):
        form = data.draw(st.sampled_from(forms))
        form[data.draw(st.sampled_from([*form, "door", "level", "across"]))] = data.draw(JUNK)
    told(text_of([HALL, row], [WEST, door], copies=[copy]))
