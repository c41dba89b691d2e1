"""Changes of a drawn plan, without a browser: rooms, rows, doors, corners, walls, levels, stairs, and their undoing."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon

from drillsim.editor.plan_file import alike, read_plan_file
from drillsim.editor.session import Session, StaleError
from drillsim.errors import PlanError


class Pen:
    """A session with a shorter way to draw."""

    def __init__(self, path: Path) -> None:
        self.session = Session(path, units="m")

    def draw(self, change: str, /, **given: Any) -> dict[str, Any]:
        return self.session.change(self.session.version, change, {"level": "L0", **given})

    def thing(self, section: str, id_: str) -> dict[str, Any]:
        return next(t for t in self.session.draft[section] if t["id"] == id_)

    def errors(self) -> list[str]:
        return [m["message"] for m in self.session.state()["messages"] if m["severity"] == "error"]


@pytest.fixture
def pen(tmp_path: Path) -> Pen:
    return Pen(tmp_path / "plan.yaml")


def hall_and_row(pen: Pen, count: int = 3) -> None:
    pen.draw("room", corners=[[0, 0], [30, 3]], use="corridor")
    pen.draw("row", corners=[[0, 3], [30, 10]], count=count, people=20)
    pen.draw("door", at=[0, 1.5])


def test_a_hall_a_row_and_an_exit_make_a_plan_that_checks(pen: Pen) -> None:
    hall_and_row(pen)
    assert pen.errors() == []
    assert [s["label"] for s in pen.session.draft["spaces"]] == ["Hall", "Room 101", "Room 102", "Room 103"]
    assert [o["kind"] for o in pen.session.draft["openings"]] == ["door", "door", "door", "exit"]
    assert pen.session.state()["summary"].endswith("a drill can run.")


def test_a_moved_corner_moves_in_every_room_that_has_it(pen: Pen) -> None:
    hall_and_row(pen)
    pen.draw("corner", **{"from": [10, 10], "to": [11, 10.5]})
    assert [11.0, 10.5] in pen.thing("spaces", "room-101")["polygon"]
    assert [11.0, 10.5] in pen.thing("spaces", "room-102")["polygon"]
    assert pen.errors() == []


def test_a_corner_on_the_wall_of_a_hall_takes_the_wall_along(pen: Pen) -> None:
    hall_and_row(pen)
    pen.draw("corner", **{"from": [10, 3], "to": [10, 4]})
    assert [10.0, 4.0] in pen.thing("spaces", "hall")["polygon"]
    assert pen.errors() == []


def test_a_pushed_wall_gives_one_room_what_the_other_loses(pen: Pen) -> None:
    hall_and_row(pen)
    pen.draw("wall", **{"from": [10, 6], "to": [12, 6]})
    assert max(x for x, _ in pen.thing("spaces", "room-101")["polygon"]) == 12
    assert min(x for x, _ in pen.thing("spaces", "room-102")["polygon"]) == 12
    assert pen.errors() == []


def test_a_door_goes_with_a_pushed_wall(pen: Pen) -> None:
    hall_and_row(pen)
    pen.draw("wall", **{"from": [15, 3], "to": [15, 4]})
    assert {y for _, y in pen.thing("openings", "door-102")["line"]} == {4.0}
    assert {y for _, y in pen.thing("openings", "door-101")["line"]} == {3.0}
    assert pen.errors() == []


def test_a_stair_joins_two_levels_and_a_copied_level_has_numbers_above(pen: Pen) -> None:
    hall_and_row(pen)
    made = pen.draw("copy-level", label="Second floor", elevation_m=4.0)["made"]
    assert [s["label"] for s in pen.session.draft["spaces"]][4:] == [
        "Hall, Second floor",
        "Room 201",
        "Room 202",
        "Room 203",
    ]
    pen.draw("stair", corners=[[30, 0], [33, 7]])
    for level in ("L0", made["ids"][0]):
        pen.draw("door", level=level, at=[30, 1.5])
    assert pen.errors() == []
    assert pen.session.draft["stairs"][0]["rise"] == 4.0
    pen.session.save(pen.session.version)
    text = pen.session.path.read_text("utf-8")
    pen.draw("set-plan", name="name", value="Another")
    pen.session.save(pen.session.version)
    assert pen.session.path.read_text("utf-8") == text.replace('"Plan"', "Another").replace('"School"', "Another")


def test_undo_and_redo_give_back_the_same_drafts(pen: Pen) -> None:
    seen = [pen.session.draft]
    pen.draw("room", corners=[[0, 0], [9, 3]], use="corridor")
    seen.append(pen.session.draft)
    pen.draw("door", at=[0, 1.5])
    seen.append(pen.session.draft)
    for draft in seen[1::-1]:
        pen.session.undo(pen.session.version)
        assert pen.session.draft == draft
    for draft in seen[1:]:
        pen.session.undo(pen.session.version, again=True)
        assert pen.session.draft == draft


def test_a_change_of_a_draft_that_was_not_seen_is_refused(pen: Pen) -> None:
    with pytest.raises(StaleError):
        pen.session.change(pen.session.version - 1, "room", {"level": "L0", "corners": [[0, 0], [9, 3]]})


@pytest.mark.parametrize(
    ("change", "values"),
    [
        ("room", {"corners": [[0, 0], [0, 3]]}),
        ("room", {"corners": [[0, 0], [9, 9], [9, 0], [0, 9]]}),
        ("room", {"corners": [[0, 0], ["x", 3]]}),
        ("room", {"corners": [[0, 0], [9, float("nan")]]}),
        ("room", {"corners": [[0, 0], [9, 3]], "level": "L9"}),
        ("row", {"corners": [[0, 0], [9, 3]], "count": 0}),
        ("door", {"at": [500, 500]}),
        ("stair", {"corners": [[0, 0], [3, 6]]}),
        ("fixture", {"at": [500, 500], "kind": "post"}),
        ("remove", {"section": "spaces", "id": "nobody"}),
        ("set", {"section": "spaces", "id": "hall", "name": "people", "value": "-3"}),
        ("set", {"section": "spaces", "id": "hall", "name": "polygon", "value": "[]"}),
        ("room", {"corners": [[0, 0], [9, 3]], "use": "ballroom"}),
        ("room", {"corners": [[0, 0], [9, 3]], "people": 1.5}),
        ("room", {}),
        ("door", {"at": [5, 3], "lock": "chewing gum"}),
        ("door", {"at": [0.5, 6], "width_m": -1.0}),
        ("row", {"corners": [[0, 0], [9, 3], [9, 9]], "count": 2}),
        ("nothing", {}),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_leaves_the_draft(pen: Pen, change: str, values: dict[str, Any]) -> None:
    hall_and_row(pen)
    before = pen.session.draft
    with pytest.raises(PlanError):
        pen.draw(change, **values)
    assert pen.session.draft is before


def neighbours(draft: dict[str, Any]) -> set[frozenset[str]]:
    """Pairs of spaces that share a piece of wall, found by shapely alone."""
    floors = {s["id"]: Polygon(s["polygon"]) for s in draft["spaces"]}
    pairs = combinations(floors, 2)
    return {frozenset(p) for p in pairs if floors[p[0]].buffer(0.002).intersection(floors[p[1]].boundary).length > 0.05}


@given(st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_neighbours_stay_neighbours_and_what_is_saved_is_what_was_drawn(
    tmp_path_factory: Any, data: st.DataObject
) -> None:
    pen = Pen(tmp_path_factory.mktemp("plan") / "plan.yaml")
    hall_and_row(pen)
    before = neighbours(pen.session.draft)
    for _ in range(data.draw(st.integers(1, 5))):
        spaces = pen.session.draft["spaces"]
        corner = data.draw(st.sampled_from([c for s in spaces for c in s["polygon"]]))
        by = data.draw(st.sampled_from([(0.4, 0.0), (-0.4, 0.3), (0.0, -0.3), (0.25, 0.25)]))
        to = [corner[0] + by[0], corner[1] + by[1]]
        try:
            pen.draw(data.draw(st.sampled_from(["corner", "wall"])), **{"from": corner, "to": to})
        except PlanError:
            continue
        assert before <= neighbours(pen.session.draft)
    pen.session.save(pen.session.version)
    assert alike(read_plan_file(pen.session.path).draft, pen.session.draft)


def floors(pen: Pen) -> dict[str, float]:
    return {s["id"]: Polygon(s["polygon"], s.get("holes", ())).area for s in pen.session.draft["spaces"]}


def box(pen: Pen, id_: str) -> tuple[float, ...]:
    return Polygon(pen.thing("spaces", id_)["polygon"]).bounds


@pytest.mark.parametrize(
    ("room", "name", "written", "found", "told"),
    [
        ("room-102", "width", "12", (10, 3, 22, 10), "The east wall of Room 102 moved by 2.00 m. Neighbours that gave or took floor: smaller: Room 103."),
        ("room-102", "width", "800 cm", (10, 3, 18, 10), "The east wall of Room 102 moved by 2.00 m. Neighbours that gave or took floor: larger: Room 103."),
        ("room-102", "depth", "9 m", (10, 3, 20, 12), "The north wall of Room 102 moved by 2.00 m. No other room changed."),
        ("room-103", "width", "30 ft", (20, 3, 29.144, 10), "The east wall of Room 103 moved by 0.86 m. No other room changed."),
        ("hall", "depth", "4", (0, -1, 30, 3), "The south wall of Hall moved by 1.00 m. No other room changed."),
    ],
)  # fmt: skip
def test_a_typed_size_moves_one_wall_and_tells_the_neighbours(
    pen: Pen, room: str, name: str, written: str, found: tuple[float, ...], told: str
) -> None:
    hall_and_row(pen)
    before = sum(floors(pen).values())
    state = pen.draw("size", id=room, name=name, value=written)
    assert box(pen, room) == pytest.approx(found, abs=1e-3)
    assert state["made"]["told"] == told
    assert pen.errors() == []
    if "floor" in told:
        assert sum(floors(pen).values()) == pytest.approx(before)
    assert pen.session.form("spaces", room)["size"][name == "depth"].endswith(" m")
    pen.session.undo(pen.session.version)
    assert sum(floors(pen).values()) == pytest.approx(before)


@pytest.mark.parametrize("written", ["", "0", "-3 m", "wide", "0.1 m", "1e9 m", "30 m"])
def test_a_size_that_cannot_be_is_refused_and_changes_nothing(pen: Pen, written: str) -> None:
    hall_and_row(pen)
    before = pen.session.draft
    with pytest.raises(PlanError):
        pen.draw("size", id="room-102", name="width", value=written)
    assert pen.session.draft is before


def test_a_moved_room_takes_and_leaves_floor_to_its_neighbours(pen: Pen) -> None:
    hall_and_row(pen)
    pen.draw("fixture", at=[15, 5], kind="aed")
    before = floors(pen)
    state = pen.draw("move-room", id="room-102", **{"from": [15, 5], "to": [16, 5.5]})
    assert box(pen, "room-102") == pytest.approx((11, 3.5, 21, 10.5), abs=1e-3)
    assert state["made"]["told"] == (
        "Room 102 moved. Neighbours that gave or took floor: smaller: Room 103; larger: Hall, Room 101."
    )
    after = floors(pen)
    assert after["room-102"] == pytest.approx(before["room-102"])
    assert after["hall"] == pytest.approx(before["hall"] + 5.5)
    assert pen.session.draft["equipment"][0]["at"] == [16, 5.5]
    assert pen.errors() == []


def test_a_room_alone_goes_where_it_is_put_but_not_over_another(pen: Pen) -> None:
    hall_and_row(pen)
    pen.draw("room", corners=[[40, 0], [45, 0], [48, 6], [40, 6]], use="gym", label="Gym")
    pen.draw("door", at=[42, 0])
    pen.draw("move-room", id="gym", **{"from": [0, 0], "to": [-5, 2]})
    assert pen.thing("spaces", "gym")["polygon"] == [[35, 2], [40, 2], [43, 8], [35, 8]]
    assert {p[1] for p in pen.session.draft["openings"][-1]["line"]} == {2.0}
    with pytest.raises(PlanError, match="Gym would lie over"):
        pen.draw("move-room", id="gym", **{"from": [0, 0], "to": [-20, 0]})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["room-101", "room-102", "room-103", "hall"]),
            st.sampled_from(["width", "depth", "move"]),
            st.integers(-12, 12),
            st.integers(-12, 12),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_sizes_and_moves_never_overlap_rooms_nor_lose_doors(
    tmp_path: Path, steps: list[tuple[str, str, int, int]]
) -> None:
    pen = Pen(tmp_path / "none.yaml")
    hall_and_row(pen)
    doors = {o["id"] for o in pen.session.draft["openings"]}
    for room, what, a, b in steps:
        try:
            if what == "move":
                pen.draw("move-room", id=room, **{"from": [0, 0], "to": [a / 4, b / 4]})
            else:
                pen.draw("size", id=room, name=what, value=f"{abs(a) / 2 + 0.5} m")
        except PlanError:
            continue
        shapes = [Polygon(s["polygon"], s.get("holes", ())) for s in pen.session.draft["spaces"]]
        assert all(s.is_valid for s in shapes)
        assert all(p.intersection(q).area < 1e-3 for p, q in combinations(shapes, 2))
        assert {o["id"] for o in pen.session.draft["openings"]} == doors


def test_all_outlines_of_a_page_are_rooms_by_one_change(pen: Pen) -> None:
    pen.draw("room", corners=[[0, 0], [30, 3]], use="corridor")
    rooms = [[[x + 0.04, 3.03], [x + 10, 3.03], [x + 10, 9], [x, 9.02]] for x in (0, 10, 20)]
    around = [[-0.1, -0.1], [30.1, -0.1], [30.1, 9.1], [-0.1, 9.1]]
    hall = [[0, 0], [30, 0], [30, 3], [0, 3]]
    state = pen.draw("outlines", outlines=[around, hall, *rooms, [[0, 0], [0.1, 0], [0.1, 0.1]]], people=24)
    assert state["made"]["ids"] == ["room-101", "room-102", "room-103"]
    assert state["made"]["told"] == (
        "3 rooms drawn; one undo takes them back. Outlines left out: 1 around others, 1 over a room that is drawn, 1 that enclose nothing."
    )
    assert [s.get("people") for s in pen.session.draft["spaces"]] == [None, 24, 24, 24]
    for x in (5, 15, 25):
        pen.draw("door", at=[x, 3])
    pen.draw("door", at=[0, 1.5])
    assert pen.errors() == []
    with pytest.raises(PlanError, match="no outline of the scan is a new room"):
        pen.draw("outlines", outlines=rooms)
    for _ in range(5):
        pen.session.undo(pen.session.version)
    assert len(pen.session.draft["spaces"]) == 1
